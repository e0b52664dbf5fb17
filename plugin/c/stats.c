/* stats.c
 * The tap "synfin", which gets the TCP layers of a frame, and the statistics that listen to it.
 *
 * Programs with tables (Wireshark's Statistics menu, sharkd) open them when the capture was read, and fill
 * them by dissecting again: a row is final when it is made. tshark may have no other pass than the first,
 * and Wireshark's own code for tables in tshark asks nobody before it prints; so there the statistics listen
 * by themselves, note what passed their filter, and make the rows at the end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stats.h"

#include <epan/tap.h>
#include <stdio.h>
#include <stdlib.h>

static int tap = -1;
static gint64 start_ns;
/* Facts of HTTP transactions cost time and memory. Tables are opened after a capture was read, so they may be
 * needed; tshark says before what it wants. */
static gboolean want_http_facts;

gboolean stats_want_http_facts(void)
{
    return want_http_facts;
}

/* ---- the tap ---- */

void stats_tap(packet_info *pinfo, const noted_layer *layers)
{
    nstime_t start;

    if (!have_tap_listener(tap))
        return;
    nstime_delta(&start, &pinfo->abs_ts, &pinfo->rel_ts);
    start_ns = (gint64)((guint64)start.secs * 1000000000u + (guint64)start.nsecs);
    tap_queue_packet(tap, pinfo, layers);
}

gint64 stats_start_ns(void)
{
    return start_ns;
}

static passed_segment segment_of(const noted_layer *layer)
{
    const synfin_annotation *answer = &layer->answer;

    return (passed_segment){
        .connection = answer->connection,
        .frame = (guint32)answer->frame,
        .transaction = answer->present & SYNFIN_HAS_HTTP ? answer->http_transaction : NO_TRANSACTION,
    };
}

/* ---- programs with tables ---- */

tap_packet_status stats_packet(void *tapdata, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *data,
                               tap_flags_t flags _U_)
{
    statistic *stat = (statistic *)((stat_data_t *)tapdata)->stat_tap_data;

    for (const noted_layer *layer = (const noted_layer *)data; layer != NULL; layer = layer->next) {
        if (layer->known) {
            passed_segment segment = segment_of(layer);

            stat->add(stat, &segment);
        }
    }
    return TAP_PACKET_REDRAW;
}

/* ---- tshark ---- */

typedef struct {
    statistic *stat;
    char *filter; /* or NULL */
    GArray *passed;
} listener;

static void listener_reset(void *tapdata)
{
    g_array_set_size(((listener *)tapdata)->passed, 0);
}

static tap_packet_status listener_packet(void *tapdata, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                                         const void *data, tap_flags_t flags _U_)
{
    GArray *passed = ((listener *)tapdata)->passed;

    for (const noted_layer *layer = (const noted_layer *)data; layer != NULL; layer = layer->next) {
        if (layer->known) {
            passed_segment segment = segment_of(layer);

            g_array_append_val(passed, segment);
        }
    }
    return TAP_PACKET_DONT_REDRAW;
}

/* tshark draws when the capture is over, and only then. */
static void listener_draw(void *tapdata)
{
    listener *from = (listener *)tapdata;
    statistic *stat = from->stat;

    state_finish();
    tables_init(&stat->ui);
    for (guint i = 0; i < from->passed->len; i++)
        stat->add(stat, &g_array_index(from->passed, passed_segment, i));
    tables_print(stat, from->filter);
    free_stat_tables(&stat->ui);
}

static void listener_finish(void *tapdata)
{
    listener *from = (listener *)tapdata;

    g_array_free(from->passed, TRUE);
    g_free(from->filter);
    g_free(from);
}

static gboolean listen_to(statistic *stat, const char *option)
{
    listener *to = g_new0(listener, 1);
    const char *filter;
    char *fault;
    GString *error;

    stat_tap_get_filter(&stat->ui, option, &filter, &fault); /* fault: only where a check is registered */
    to->stat = stat;
    to->filter = g_strdup(filter);
    to->passed = g_array_new(FALSE, FALSE, sizeof(passed_segment));
    error = register_tap_listener(TAP_NAME, to, filter, TL_REQUIRES_NOTHING, listener_reset, listener_packet,
                                  listener_draw, listener_finish);
    if (error == NULL) {
        if (stat->wants_http_facts && !want_http_facts) {
            want_http_facts = TRUE;
            state_restart(); /* tshark opens a file before it starts its statistics, and reads it later */
        }
        return TRUE;
    }
    fprintf(stderr, "tshark: Couldn't register %s: %s\n", stat->ui.cli_string, error->str);
    g_string_free(error, TRUE);
    listener_finish(to);
    return FALSE;
}

#if WIRESHARK_VERSION_MAJOR == 4 && WIRESHARK_VERSION_MINOR < 6
static void listen_by_option(const char *option, void *stat)
{
    if (!listen_to((statistic *)stat, option))
        exit(EXIT_FAILURE); /* as tshark's own statistics do */
}
#else
static bool listen_by_option(const char *option, void *stat)
{
    return listen_to((statistic *)stat, option);
}
#endif

static void register_option(statistic *stat)
{
    stat_tap_ui option = {
        .group = stat->ui.group,
        .title = stat->ui.title,
        .cli_string = stat->ui.cli_string,
        .tap_init_cb = listen_by_option,
        .nparams = stat->ui.nparams,
        .params = stat->ui.params,
    };

    register_stat_tap_ui(&option, stat);
}

void stats_register(void)
{
    gboolean is_tshark = g_strcmp0(g_get_prgname(), "tshark") == 0;

    tap = register_tap(TAP_NAME);
    want_http_facts = !is_tshark;
    rows_register();
    for (size_t i = 0; i < statistic_count; i++) {
        if (is_tshark)
            register_option(&statistics[i]);
        else
            register_stat_tap_table_ui(&statistics[i].ui);
    }
}
