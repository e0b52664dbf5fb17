/* stats.h
 * What the files of the statistics know of each other.
 *
 * stats.c        the tap, and who asks: tshark by -z, the tables of Wireshark and sharkd
 * stats_rows.c   what each statistic tells, row by row
 * stats_table.c  rows, in the form of Wireshark's tables
 * stats_print.c  a table as text
 *
 * A statistic is told of each segment that passed its filter. Its rows are about connections and HTTP
 * transactions, as they are when the row is made: so tshark, which may be in its only pass, makes the rows
 * when the capture is over.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_STATS_H
#define SYNFIN_STATS_H

#include "plugin.h"

#include <epan/stat_tap_ui.h>
#include <epan/tap.h>

#define NO_TRANSACTION G_MAXUINT32

/* A segment that passed the filter. */
typedef struct {
    guint64 connection;
    guint32 frame;
    guint32 transaction; /* its HTTP transaction on the connection, or NO_TRANSACTION */
} passed_segment;

typedef struct statistic statistic;

struct statistic {
    stat_tap_table_ui ui;  /* first: Wireshark's pointer to it is one to the statistic */
    const char *const *table_titles;
    guint table_count;
    gboolean is_sorted;        /* rows come in their order */
    gboolean wants_http_facts; /* rows have hosts and times of HTTP transactions */
    void (*add)(statistic *stat, const passed_segment *segment);

    GHashTable *seen;    /* what has its row already */
    GHashTable *counted; /* rows that count, by their texts */

    GStringChunk *texts; /* of the rows; they stay for windows that show rows of before a reset */
    GPtrArray *retired;  /* such rows */
};

/* ---- stats.c ---- */

#define TAP_NAME "synfin"

/* The listener of the tables. */
tap_packet_status stats_packet(void *tapdata, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                               tap_flags_t flags);

/* When the capture began, as far as Wireshark counts times from there. */
gint64 stats_start_ns(void);

/* ---- stats_rows.c ---- */

extern statistic statistics[];
extern const size_t statistic_count;

void rows_register(void);

/* ---- stats_table.c ---- */

/* Brings a statistic to life with empty tables. */
void tables_init(stat_tap_table_ui *ui);
void tables_reset(stat_tap_table *table);

stat_tap_table *table_of(const statistic *stat, guint index);

/* TRUE the first time that it is asked for this pair. */
gboolean is_new(statistic *stat, guint64 connection, guint32 index);

/* Adds a row of all columns. */
void table_add(statistic *stat, guint table, const stat_tap_table_item_type *row);

/* Adds one to the last column of the row with these texts in the other ones; rows stay sorted by it, the
 * greatest first. */
void table_count(statistic *stat, guint table, const char *const *texts);

/* What one cell says. Texts are copied. Where a number may be missing, or may need more than Wireshark's 32
 * bits, it is a text, filled up on the left so that it sorts as a number. */
void set_text(statistic *stat, stat_tap_table_item_type *cell, const char *text);
void set_count(stat_tap_table_item_type *cell, guint64 count);
void set_seconds(stat_tap_table_item_type *cell, gint64 ns);
void set_number_text(statistic *stat, stat_tap_table_item_type *cell, gboolean known, guint64 number);
void set_seconds_text(statistic *stat, stat_tap_table_item_type *cell, gboolean known, gint64 ns);

/* ---- stats_print.c ---- */

/* Prints all tables; what counts is in its order already, other rows are sorted by the first column. */
void tables_print(const statistic *stat, const char *filter);

#endif
