/* state.c
 * One dissector per capture file. The first visit of a frame, which Wireshark makes in the order of the
 * file, feeds it and keeps the answer; every later visit only looks the answer up. So all passes, display
 * filters and clicks show the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <epan/frame_data.h>
#include <epan/wmem_scopes.h>
#include <string.h>

#define MAX_LAYER 255u
#define FIRST_FRAME 1u
/* A number that the list of link types will not reach. */
#define NO_LINK_TYPE UINT16_MAX

static synfin_dissector *dissector; /* NULL between files, and after a failure */
static answer_store *store;         /* in the file's memory */
static synfin_values *list;         /* for the value functions; lives as long as the program */
static synfin_transaction *transaction; /* likewise */
static gint64 last_time_ns;         /* of the frame before */
static gboolean is_final;           /* the first pass is over */

static const char *failure; /* why the dissector was given up for this file, or NULL */
static guint32 failure_frame; /* and at which frame */

static void give_up(synfin_status status, guint32 frame)
{
    failure = synfin_status_str(status);
    failure_frame = frame;
    synfin_dissector_free(dissector);
    dissector = NULL;
}

static void open_file(void)
{
    synfin_config config = {.struct_size = sizeof config};
    synfin_status status;

    failure = NULL;
    last_time_ns = 0;
    is_final = FALSE;
    store = store_new(wmem_file_scope());
    status = synfin_config_init(&config);
    config.http_facts = stats_want_http_facts();
    if (status == SYNFIN_OK)
        status = synfin_dissector_new(&config, &dissector);
    if (status != SYNFIN_OK)
        give_up(status, FIRST_FRAME);
}

static void close_file(void)
{
    synfin_dissector_free(dissector);
    dissector = NULL;
    store = NULL; /* its memory goes with the file's */
}

void state_restart(void)
{
    if (dissector == NULL)
        return;
    close_file();
    open_file();
}

/* Called after the first pass of tshark -2, sharkd and the GUI. */
void state_finish(void)
{
    synfin_status status;

    if (dissector == NULL || is_final)
        return;
    is_final = TRUE;
    status = synfin_dissector_finish(dissector, NULL);
    if (status != SYNFIN_OK)
        give_up(status, FIRST_FRAME);
}

static void end_program(void)
{
    synfin_values_free(list);
    list = NULL;
    synfin_transaction_free(transaction);
    transaction = NULL;
}

void state_register(void)
{
    if (synfin_values_new(&list) != SYNFIN_OK)
        list = NULL; /* every call with it says so then, and shows nothing */
    if (synfin_transaction_new(&transaction) != SYNFIN_OK)
        transaction = NULL;
    register_init_routine(open_file);
    register_cleanup_routine(close_file);
    register_postseq_cleanup_routine(state_finish);
    register_shutdown_routine(end_program);
}

/* Nanoseconds since 1970, at most what 64 bits hold. A frame without a time gets the one before it. */
static gint64 time_of(const packet_info *pinfo)
{
    gint64 time_ns;

    if (!(pinfo->presence_flags & PINFO_HAS_TS))
        return last_time_ns;
    if (__builtin_mul_overflow((gint64)pinfo->abs_ts.secs, (gint64)1000000000, &time_ns) ||
        __builtin_add_overflow(time_ns, (gint64)pinfo->abs_ts.nsecs, &time_ns))
        return pinfo->abs_ts.secs < 0 ? G_MININT64 : G_MAXINT64;
    return time_ns;
}

/* FALSE unless both are IP addresses of one version. */
static gboolean copy_addresses(synfin_segment *segment, const packet_info *pinfo)
{
    const address *src = &pinfo->src;
    const address *dst = &pinfo->dst;
    gboolean is_ipv4 = src->type == AT_IPv4 && src->len == 4;
    gboolean is_ipv6 = src->type == AT_IPv6 && src->len == 16;

    if (!(is_ipv4 || is_ipv6) || dst->type != src->type || dst->len != src->len)
        return FALSE;
    segment->address_len = (uint8_t)src->len;
    memcpy(segment->src, src->data, (size_t)src->len);
    memcpy(segment->dst, dst->data, (size_t)dst->len);
    return TRUE;
}

/* Feeds a segment. */
static gboolean dissect(packet_info *pinfo, tvbuff_t *tvb, guint layer, ip_facts facts,
                        synfin_annotation *answer)
{
    guint captured = tvb_captured_length(tvb);
    synfin_segment segment = {.struct_size = sizeof segment};
    synfin_status status;

    if (dissector == NULL || is_final || captured == 0 || layer > MAX_LAYER)
        return FALSE;
    if (!copy_addresses(&segment, pinfo))
        return FALSE;
    segment.frame = pinfo->num;
    segment.layer = (uint8_t)layer;
    segment.time_ns = time_of(pinfo);
    segment.wire_len = tvb_reported_length(tvb);
    segment.data = tvb_get_ptr(tvb, 0, (gint)captured);
    segment.len = captured;
    segment.tcp_offset = UINT32_MAX;
    segment.ttl = (int16_t)facts.ttl;
    segment.ip_id = facts.ip_id;

    memset(answer, 0, sizeof *answer);
    answer->struct_size = sizeof *answer;
    status = synfin_dissector_segment(dissector, &segment, answer);
    if (status == SYNFIN_OK)
        return TRUE;
    if (status != SYNFIN_BROKEN) /* that is: too short for ports */
        give_up(status, pinfo->num);
    return FALSE;
}

gboolean state_answer(packet_info *pinfo, tvbuff_t *tvb, guint layer, ip_facts facts,
                      synfin_annotation *answer)
{
    if (store == NULL)
        return FALSE;
    if (PINFO_FD_VISITED(pinfo) || !store_is_next(store, pinfo->num, layer))
        return store_get(store, pinfo->num, layer, answer);
    if (!dissect(pinfo, tvb, layer, facts, answer))
        return FALSE;
    store_put(store, pinfo->num, layer, answer);
    return TRUE;
}

void state_tick(packet_info *pinfo)
{
    synfin_frame frame = {.struct_size = sizeof frame, .link_type = NO_LINK_TYPE};
    synfin_status status;

    if (dissector == NULL || is_final || PINFO_FD_VISITED(pinfo))
        return;
    last_time_ns = time_of(pinfo);
    /* Silence counts up to the last frame of the capture, whatever it carries. A frame that nobody can
     * read tells the time and nothing else. */
    frame.number = pinfo->num;
    frame.time_ns = last_time_ns;
    status = synfin_dissector_frame(dissector, &frame, NULL);
    if (status != SYNFIN_UNKNOWN_LINK)
        give_up(status, pinfo->num);
}

static size_t listed(synfin_status status, const synfin_value **values)
{
    size_t count = 0;

    *values = NULL;
    if (status != SYNFIN_OK || synfin_values_get(list, values, &count) != SYNFIN_OK)
        return 0;
    return count;
}

size_t state_segment_values(const synfin_annotation *answer, const synfin_value **values)
{
    return listed(synfin_annotation_values(answer, list), values);
}

size_t state_connection_values(packet_info *pinfo, guint64 connection, const synfin_value **values)
{
    *values = NULL;
    return PINFO_FD_VISITED(pinfo) ? state_connection(connection, values) : 0;
}

size_t state_connection(guint64 connection, const synfin_value **values)
{
    return listed(synfin_dissector_connection_values(dissector, connection, list), values);
}

gboolean state_transaction(guint64 connection, guint32 index, synfin_transaction_info *info)
{
    return synfin_dissector_transaction(dissector, connection, index, transaction) == SYNFIN_OK &&
           synfin_transaction_get(transaction, info) == SYNFIN_OK;
}

const char *state_failure(const packet_info *pinfo)
{
    return failure != NULL && pinfo->num == failure_frame ? failure : NULL;
}
