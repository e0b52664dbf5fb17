/* state.c
 * One dissector per capture file. The first visit of a frame, which Wireshark makes in the order of the
 * file, feeds it and keeps the answer; every later visit only looks the answer up. So all passes, display
 * filters and clicks show the same. After the first pass what became of the connections is kept as well, and
 * the dissector goes.
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

static synfin_dissector *dissector; /* NULL between files, after the first pass, and after a failure */
static answer_store *store;         /* in the file's memory */
static archive *final;              /* what the connections came to; NULL before the end of the first pass */
static synfin_values *list;         /* for the value functions; lives as long as the program */
static synfin_transaction *transaction; /* likewise */
static gint64 last_time_ns;         /* of the last frame that has one */

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
    final = NULL;
    frames_reset();
    store = store_new(wmem_file_scope());
    status = prefs_configure(&config);
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
    final = NULL;
}

static size_t listed(synfin_status status, const synfin_value **values)
{
    size_t count = 0;

    *values = NULL;
    if (status != SYNFIN_OK || synfin_values_get(list, values, &count) != SYNFIN_OK)
        return 0;
    return count;
}

/* The values of a connection from the dissector, no more of one field than are to be shown. */
static size_t connection_now(guint64 connection, const synfin_value **values)
{
    static synfin_value *kept; /* lives as long as the program */
    static size_t room;
    const synfin_value *all;
    size_t count = listed(synfin_dissector_connection_values(dissector, connection, list), &all);
    size_t kept_count = 0;
    guint run = 0;

    if (count > room) {
        room = count;
        kept = (synfin_value *)wmem_realloc(wmem_epan_scope(), kept, room * sizeof *kept);
    }
    for (size_t i = 0; i < count; i++) {
        run = i > 0 && all[i].field == all[i - 1].field ? run + 1 : 0;
        if (run < prefs_now.listed)
            kept[kept_count++] = all[i];
    }
    *values = kept;
    return kept_count;
}

static gboolean transaction_of(guint64 connection, guint32 index, synfin_transaction_info *info)
{
    info->struct_size = sizeof *info;
    return synfin_dissector_transaction(dissector, connection, index, transaction) == SYNFIN_OK &&
           synfin_transaction_get(transaction, info) == SYNFIN_OK;
}

static void archive_all(guint64 count)
{
    archive *all = archive_new(wmem_file_scope());

    for (guint64 connection = 0; connection < count; connection++) {
        const synfin_value *values;
        size_t value_count = connection_now(connection, &values);
        synfin_transaction_info info;

        archive_connection(all, values, value_count);
        for (guint32 index = 0; transaction_of(connection, index, &info); index++)
            archive_transaction(all, &info);
    }
    final = all;
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
    guint64 count;
    synfin_status status;

    if (dissector == NULL)
        return;
    store_link(store);
    status = synfin_dissector_finish(dissector, &count);
    if (status != SYNFIN_OK) {
        give_up(status, FIRST_FRAME);
        return;
    }
    archive_all(count);
    synfin_dissector_free(dissector);
    dissector = NULL;
}

static void end_program(void)
{
    synfin_values_free(list);
    synfin_transaction_free(transaction);
    list = NULL;
    transaction = NULL;
}

void state_register(void)
{
    /* Where one of them is missing, every call with it says so, and nothing is shown. */
    if (synfin_values_new(&list) != SYNFIN_OK)
        list = NULL;
    if (synfin_transaction_new(&transaction) != SYNFIN_OK)
        transaction = NULL;
    register_init_routine(open_file);
    register_cleanup_routine(close_file);
    register_postseq_cleanup_routine(state_finish);
    register_shutdown_routine(end_program);
}

static gboolean has_time(const packet_info *pinfo)
{
    return (pinfo->presence_flags & PINFO_HAS_TS) != 0;
}

/* Nanoseconds since 1970, at most what 64 bits hold; 0 for a frame without a time. */
static gint64 time_of(const packet_info *pinfo)
{
    gint64 time_ns;

    if (!has_time(pinfo))
        return 0;
    if (__builtin_mul_overflow((gint64)pinfo->abs_ts.secs, (gint64)1000000000, &time_ns) ||
        __builtin_add_overflow(time_ns, (gint64)pinfo->abs_ts.nsecs, &time_ns))
        return pinfo->abs_ts.secs < 0 ? G_MININT64 : G_MAXINT64;
    return time_ns;
}

/* FALSE unless both are IP addresses of one version. */
static gboolean copy_addresses(synfin_annotation *known, const packet_info *pinfo)
{
    const address *src = &pinfo->src;
    const address *dst = &pinfo->dst;
    gboolean is_ipv4 = src->type == AT_IPv4 && src->len == 4;
    gboolean is_ipv6 = src->type == AT_IPv6 && src->len == 16;

    if (!(is_ipv4 || is_ipv6) || dst->type != src->type || dst->len != src->len)
        return FALSE;
    known->address_len = (uint8_t)src->len;
    memcpy(known->src, src->data, (size_t)src->len);
    memcpy(known->dst, dst->data, (size_t)dst->len);
    return TRUE;
}

/* A layer as the frame itself has it, whenever it is looked at. */
typedef struct {
    synfin_annotation known; /* what it tells of the answer */
    const guint8 *bytes;
    guint captured;
    guint wire_len;
} seen_layer;

static uint16_t port_at(const guint8 *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* FALSE when it is none for us. */
static gboolean look(const packet_info *pinfo, tvbuff_t *tvb, guint layer, seen_layer *seen)
{
    synfin_annotation *known = &seen->known;

    seen->captured = tvb_captured_length(tvb);
    if (seen->captured == 0 || layer > MAX_LAYER)
        return FALSE;
    seen->wire_len = tvb_reported_length(tvb);
    seen->bytes = tvb_get_ptr(tvb, 0, (gint)seen->captured);
    memset(known, 0, sizeof *known);
    known->struct_size = sizeof *known;
    known->frame = frames_position(pinfo);
    known->layer = (uint8_t)layer;
    known->time_ns = time_of(pinfo);
    if (seen->captured >= 4) {
        known->src_port = port_at(seen->bytes);
        known->dst_port = port_at(seen->bytes + 2);
    }
    return copy_addresses(known, pinfo);
}

/* Feeds a segment. */
static synfin_status dissect_segment(const seen_layer *seen, gint64 time_ns, ip_facts facts, synfin_annotation *answer)
{
    const synfin_annotation *known = &seen->known;
    synfin_segment segment = {
        .struct_size = sizeof segment,
        .frame = known->frame,
        .layer = known->layer,
        .time_ns = time_ns,
        .wire_len = seen->wire_len,
        .data = seen->bytes,
        .len = seen->captured,
        .tcp_offset = UINT32_MAX,
        .ttl = (int16_t)facts.ttl,
        .ip_id = facts.ip_id,
        .address_len = known->address_len,
    };

    memcpy(segment.src, known->src, sizeof segment.src);
    memcpy(segment.dst, known->dst, sizeof segment.dst);
    answer->struct_size = sizeof *answer;
    return synfin_dissector_segment(dissector, &segment, answer);
}

/* Feeds an ICMP error. What it means is an answer of connection, direction and role alone. */
static synfin_status dissect_icmp(const seen_layer *seen, gint64 time_ns, ip_facts facts, synfin_annotation *answer)
{
    const synfin_annotation *known = &seen->known;
    synfin_icmp icmp = {
        .struct_size = sizeof icmp,
        .frame = known->frame,
        .time_ns = time_ns,
        .data = seen->bytes,
        .len = seen->captured,
        .ip_id = facts.ip_id,
        .address_len = known->address_len,
    };
    synfin_icmp_note note = {.struct_size = sizeof note};
    synfin_status status;

    memcpy(icmp.src, known->src, sizeof icmp.src);
    status = synfin_dissector_icmp(dissector, &icmp, &note);
    if (status != SYNFIN_OK)
        return status;
    *answer = *known;
    answer->connection = note.connection;
    answer->direction = (uint8_t)note.direction;
    if (note.rule != SYNFIN_NO_RULE) {
        answer->present |= SYNFIN_HAS_ROLE;
        answer->role = (uint16_t)note.rule;
        answer->rules[note.rule / 64] |= G_GUINT64_CONSTANT(1) << note.rule % 64;
    }
    return SYNFIN_OK;
}

static gboolean dissect(const packet_info *pinfo, const seen_layer *seen, layer_kind kind, ip_facts facts,
                        synfin_annotation *answer)
{
    /* A frame without a time comes at that of the frame before. */
    gint64 time_ns = has_time(pinfo) ? seen->known.time_ns : last_time_ns;
    synfin_status status;

    if (dissector == NULL)
        return FALSE;
    last_time_ns = time_ns;
    if (kind == LAYER_ICMP)
        status = dissect_icmp(seen, time_ns, facts, answer);
    else
        status = dissect_segment(seen, time_ns, facts, answer);
    if (status != SYNFIN_OK && status < SYNFIN_NOT_TCP) /* those above are about this packet */
        give_up(status, pinfo->num);
    return status == SYNFIN_OK;
}

gboolean state_answer(packet_info *pinfo, noted_layer *layer, ip_facts facts)
{
    seen_layer seen;

    if (store == NULL || !look(pinfo, layer->tvb, layer->number, &seen))
        return FALSE;
    if (PINFO_FD_VISITED(pinfo) || !store_is_next(store, (guint32)seen.known.frame, layer->number))
        return store_get(store, &seen.known, &layer->answer, &layer->answered_in);
    if (!dissect(pinfo, &seen, layer->kind, facts, &layer->answer))
        return FALSE;
    store_put(store, &seen.known, &layer->answer);
    return TRUE;
}

void state_tick(packet_info *pinfo, const noted_layer *layers)
{
    synfin_frame frame = {.struct_size = sizeof frame, .link_type = NO_LINK_TYPE};
    synfin_status status;

    if (dissector == NULL || PINFO_FD_VISITED(pinfo))
        return;
    if (layers != NULL && layers->known)
        return; /* it was told with them */
    if (has_time(pinfo))
        last_time_ns = time_of(pinfo);
    /* Silence counts up to the last frame of the capture, whatever it carries. A frame that nobody can
     * read tells the time and nothing else. */
    frame.number = frames_position(pinfo);
    frame.time_ns = last_time_ns;
    status = synfin_dissector_frame(dissector, &frame, NULL);
    if (status != SYNFIN_UNKNOWN_LINK)
        give_up(status, pinfo->num);
}

size_t state_values(const noted_layer *layer, const synfin_value **values)
{
    const synfin_annotation *answer = &layer->answer;

    if (layer->kind == LAYER_ICMP) {
        synfin_icmp_note note = {
            .struct_size = sizeof note,
            .direction = answer->direction,
            .connection = answer->connection,
            .rule = answer->present & SYNFIN_HAS_ROLE ? answer->role : SYNFIN_NO_RULE,
        };

        return listed(synfin_icmp_note_values(&note, list), values);
    }
    return listed(synfin_annotation_values(answer, list), values);
}

guint32 state_response_in(const synfin_annotation *answer)
{
    synfin_transaction_info info;

    if (!(answer->present & SYNFIN_HAS_HTTP) || answer->http_message != SYNFIN_HTTP_MESSAGE_REQUEST)
        return 0;
    if (final == NULL || !archive_transaction_of(final, answer->connection, answer->http_transaction, &info))
        return 0;
    return info.present & SYNFIN_TRANSACTION_HAS_RESPONSE ? (guint32)info.response_frame : 0;
}

size_t state_connection_values(guint64 connection, const synfin_value **values)
{
    if (final != NULL)
        return archive_values(final, connection, values);
    return connection_now(connection, values);
}

gboolean state_transaction(guint64 connection, guint32 index, synfin_transaction_info *info)
{
    if (final != NULL)
        return archive_transaction_of(final, connection, index, info);
    return transaction_of(connection, index, info);
}

const char *state_failure(const packet_info *pinfo)
{
    return failure != NULL && pinfo->num == failure_frame ? failure : NULL;
}
