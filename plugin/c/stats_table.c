/* stats_table.c
 * Rows of the statistics, in the form of Wireshark's tables: windows of the Statistics menu show them as they
 * lie here, so a row that was given once must stay where it is for as long as a window may be open.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stats.h"

#include <string.h>

#define TEXT_CHUNK 4096
#define NUMBER_TEXT "%12" G_GUINT64_FORMAT
#define SECONDS_TEXT "%12.6f"

static double seconds(gint64 ns)
{
    return (double)ns / 1e9;
}

stat_tap_table *table_of(const statistic *stat, guint index)
{
    return g_array_index(stat->ui.tables, stat_tap_table *, index);
}

static void forget(statistic *stat)
{
    g_hash_table_remove_all(stat->seen);
    g_hash_table_remove_all(stat->counted);
}

/* Rows of before are shown by other windows as long as there are tables. */
static void retire(statistic *stat, stat_tap_table *table)
{
    for (guint i = 0; i < table->num_elements; i++)
        g_ptr_array_add(stat->retired, table->elements[i]);
    table->num_elements = 0;
}

void tables_init(stat_tap_table_ui *ui)
{
    statistic *stat = (statistic *)ui;

    if (stat->seen == NULL) {
        stat->seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        stat->counted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        stat->texts = g_string_chunk_new(TEXT_CHUNK);
        stat->retired = g_ptr_array_new_with_free_func(g_free);
    }
    if (ui->tables != NULL && ui->tables->len > 0) {
        reset_stat_table(ui);
        return;
    }
    /* The last window was closed, or there was none yet. */
    forget(stat);
    g_string_chunk_clear(stat->texts);
    g_ptr_array_set_size(stat->retired, 0);
    for (guint i = 0; i < stat->table_count; i++)
        stat_tap_add_table(ui, stat_tap_init_table(stat->table_titles[i], (int)ui->nfields, 0, NULL));
}

void tables_reset(stat_tap_table *table)
{
    for (size_t i = 0; i < statistic_count; i++) {
        statistic *stat = &statistics[i];

        for (guint j = 0; stat->ui.tables != NULL && j < stat->ui.tables->len; j++) {
            if (table_of(stat, j) == table) {
                retire(stat, table);
                forget(stat);
                return;
            }
        }
    }
}

gboolean is_new(statistic *stat, guint64 connection, guint32 index)
{
    /* A connection has a frame of its own at least, and Wireshark's frame numbers have 32 bits. */
    guint64 *key = g_new(guint64, 1);

    *key = connection << 32 | index;
    return g_hash_table_add(stat->seen, key);
}

void table_add(statistic *stat, guint table, const stat_tap_table_item_type *row)
{
    stat_tap_table *to = table_of(stat, table);

    stat_tap_init_table_row(to, to->num_elements, to->num_fields, row);
}

static guint *count_of(const stat_tap_table *table, guint row)
{
    return &table->elements[row][table->num_fields - 1].value.uint_value;
}

/* Where a row is, for whoever finds it by its texts; the row knows that place. */
static guint **place_of(const stat_tap_table *table, guint row)
{
    return (guint **)&table->elements[row][0].user_data.ptr_value;
}

/* The contents change places, not the rows: windows hold pointers to those. */
static void swap_rows(stat_tap_table *table, guint a, guint b)
{
    for (guint i = 0; i < table->num_fields; i++) {
        stat_tap_table_item_type cell = table->elements[a][i];

        table->elements[a][i] = table->elements[b][i];
        table->elements[b][i] = cell;
    }
    **place_of(table, a) = a;
    **place_of(table, b) = b;
}

static void count_up(stat_tap_table *table, guint row)
{
    guint count = *count_of(table, row);
    guint low = 0;
    guint high = row;

    /* The first row of the same count is the one that may be greater by one. */
    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (*count_of(table, middle) > count)
            low = middle + 1;
        else
            high = middle;
    }
    if (low != row)
        swap_rows(table, low, row);
    *count_of(table, low) = count + 1;
}

void table_count(statistic *stat, guint table, const char *const *texts)
{
    stat_tap_table *to = table_of(stat, table);
    guint last = to->num_fields - 1;
    GString *key = g_string_new(NULL);
    guint *place;

    g_string_append_printf(key, "%u", table);
    for (guint i = 0; i < last; i++)
        g_string_append_printf(key, "|%s", texts[i]);
    place = (guint *)g_hash_table_lookup(stat->counted, key->str);
    if (place == NULL) {
        stat_tap_table_item_type *row = g_new0(stat_tap_table_item_type, to->num_fields);

        place = g_new(guint, 1);
        *place = to->num_elements;
        for (guint i = 0; i < last; i++)
            set_text(stat, &row[i], texts[i]);
        row[0].user_data.ptr_value = place;
        set_count(&row[last], 0);
        table_add(stat, table, row);
        g_free(row);
        g_hash_table_insert(stat->counted, g_strdup(key->str), place);
    }
    g_string_free(key, TRUE);
    count_up(to, *place);
}

void set_text(statistic *stat, stat_tap_table_item_type *cell, const char *text)
{
    cell->type = TABLE_ITEM_STRING;
    /* The same few words come again and again. */
    cell->value.string_value = g_string_chunk_insert_const(stat->texts, text == NULL ? "" : text);
}

void set_count(stat_tap_table_item_type *cell, guint64 count)
{
    cell->type = TABLE_ITEM_UINT;
    cell->value.uint_value = (guint)MIN(count, G_MAXUINT);
}

void set_seconds(stat_tap_table_item_type *cell, gint64 ns)
{
    cell->type = TABLE_ITEM_FLOAT;
    cell->value.float_value = seconds(ns);
}

void set_number_text(statistic *stat, stat_tap_table_item_type *cell, gboolean known, guint64 number)
{
    char text[32] = "";

    if (known)
        snprintf(text, sizeof text, NUMBER_TEXT, number);
    set_text(stat, cell, text);
}

void set_seconds_text(statistic *stat, stat_tap_table_item_type *cell, gboolean known, gint64 ns)
{
    char text[64] = "";

    if (known)
        snprintf(text, sizeof text, SECONDS_TEXT, seconds(ns));
    set_text(stat, cell, text);
}
