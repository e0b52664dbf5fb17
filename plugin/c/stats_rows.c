/* stats_rows.c
 * What the statistics tell of connections, by the names that the registry has for it, and of HTTP transactions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stats.h"

#include <string.h>

#define LEFT TAP_ALIGN_LEFT
#define RIGHT TAP_ALIGN_RIGHT
#define COUNT(title) {TABLE_ITEM_UINT, RIGHT, title, "%u"}
#define SECONDS(title) {TABLE_ITEM_FLOAT, RIGHT, title, "%f"}
#define NUMBER(title) {TABLE_ITEM_STRING, RIGHT, title, "%s"}
#define TEXT(title) {TABLE_ITEM_STRING, LEFT, title, "%s"}

/* ---- a connection's values ---- */

enum {
    CONNECTION,
    FIRST_FRAME,
    START,
    DURATION,
    INITIATOR,
    INITIATOR_PORT,
    RESPONDER,
    RESPONDER_PORT,
    HANDSHAKE,
    CLOSE,
    CLOSE_BY,
    RESET_BY,
    CAUSE,
    CAUSE_CONFIDENCE,
    PROTOCOL,
    PACKETS_INITIATOR,
    PACKETS_RESPONDER,
    BYTES_INITIATOR,
    BYTES_RESPONDER,
    RETRANSMISSIONS_INITIATOR,
    RETRANSMISSIONS_RESPONDER,
    FIELD_COUNT
};

static const char *const names[FIELD_COUNT] = {
    [CONNECTION] = "synfin.connection",
    [FIRST_FRAME] = "synfin.first_frame",
    [START] = "synfin.start",
    [DURATION] = "synfin.duration",
    [INITIATOR] = "synfin.src",
    [INITIATOR_PORT] = "synfin.src_port",
    [RESPONDER] = "synfin.dst",
    [RESPONDER_PORT] = "synfin.dst_port",
    [HANDSHAKE] = "synfin.handshake.verdict",
    [CLOSE] = "synfin.close.verdict",
    [CLOSE_BY] = "synfin.close.by",
    [RESET_BY] = "synfin.close.reset_by",
    [CAUSE] = "synfin.close.cause",
    [CAUSE_CONFIDENCE] = "synfin.close.cause_confidence",
    [PROTOCOL] = "synfin.protocol",
    [PACKETS_INITIATOR] = "synfin.packets.initiator",
    [PACKETS_RESPONDER] = "synfin.packets.responder",
    [BYTES_INITIATOR] = "synfin.bytes.initiator",
    [BYTES_RESPONDER] = "synfin.bytes.responder",
    [RETRANSMISSIONS_INITIATOR] = "synfin.retransmissions.initiator",
    [RETRANSMISSIONS_RESPONDER] = "synfin.retransmissions.responder",
};

static size_t numbers[FIELD_COUNT]; /* of these names in the registry */

typedef struct {
    const synfin_value *values;
    size_t count;
} value_list;

static const synfin_datum *datum_of(value_list list, int field)
{
    static const synfin_datum none;

    for (size_t i = 0; i < list.count; i++) {
        if (list.values[i].field == numbers[field])
            return &list.values[i].value;
    }
    return &none;
}

static const char *text_of(value_list list, int field)
{
    const char *text = datum_of(list, field)->text.ptr;

    return text == NULL ? "" : text;
}

static char *endpoint_of(value_list list, int host, int port)
{
    const char *text = fields_address(NULL, &datum_of(list, host)->address);
    gboolean is_ipv6 = strchr(text, ':') != NULL;
    char *endpoint = g_strdup_printf("%s%s%s:%" G_GUINT64_FORMAT, is_ipv6 ? "[" : "", text, is_ipv6 ? "]" : "",
                                     datum_of(list, port)->number);

    wmem_free(NULL, (void *)text);
    return endpoint;
}

/* Who ended it, and in whose name. */
static char *closer_of(value_list list)
{
    const char *by = text_of(list, CLOSE_BY);
    const char *reset_by = text_of(list, RESET_BY);

    if (reset_by[0] != '\0' && strcmp(by, "network") == 0)
        return g_strdup_printf("network, as %s", reset_by);
    if (reset_by[0] != '\0' && strcmp(by, reset_by) != 0)
        return g_strdup_printf("%s, reset by %s", by, reset_by);
    return g_strdup(strcmp(by, "nobody") == 0 ? "" : by);
}

static char *cause_of(value_list list)
{
    const char *cause = text_of(list, CAUSE);

    if (cause[0] == '\0' || strcmp(cause, "unknown") == 0)
        return g_strdup("");
    return g_strdup_printf("%s (%s)", cause, text_of(list, CAUSE_CONFIDENCE));
}

/* Times may be as far apart as 64 bits allow; then the difference wraps. */
static gint64 since_start(gint64 ns)
{
    return (gint64)((guint64)ns - (guint64)stats_start_ns());
}

/* FALSE when it has a row already, or is not known. */
static gboolean next_connection(statistic *stat, const passed_segment *segment, value_list *list)
{
    if (!is_new(stat, segment->connection, 0))
        return FALSE;
    list->count = state_connection_values(segment->connection, &list->values);
    return list->count > 0;
}

static void take_text(statistic *stat, stat_tap_table_item_type *cell, char *text)
{
    set_text(stat, cell, text);
    g_free(text);
}

/* ---- connections ---- */

static stat_tap_table_item connection_columns[] = {
    COUNT("Connection"),
    COUNT("First frame"),
    SECONDS("Start"),
    SECONDS("Duration"),
    TEXT("Initiator"),
    TEXT("Responder"),
    TEXT("Handshake"),
    TEXT("Close"),
    TEXT("By"),
    TEXT("Cause"),
    TEXT("Protocol"),
    COUNT("Packets →"),
    COUNT("Packets ←"),
    NUMBER("Bytes →"),
    NUMBER("Bytes ←"),
    COUNT("Sent again →"),
    COUNT("Sent again ←"),
};

static void add_connection(statistic *stat, const passed_segment *segment)
{
    stat_tap_table_item_type row[G_N_ELEMENTS(connection_columns)] = {0};
    stat_tap_table_item_type *cell = row;
    value_list list;

    if (!next_connection(stat, segment, &list))
        return;
    set_count(cell++, datum_of(list, CONNECTION)->number);
    set_count(cell++, frames_number(datum_of(list, FIRST_FRAME)->number));
    set_seconds(cell++, since_start(datum_of(list, START)->time_ns));
    set_seconds(cell++, datum_of(list, DURATION)->time_ns);
    take_text(stat, cell++, endpoint_of(list, INITIATOR, INITIATOR_PORT));
    take_text(stat, cell++, endpoint_of(list, RESPONDER, RESPONDER_PORT));
    set_text(stat, cell++, text_of(list, HANDSHAKE));
    set_text(stat, cell++, text_of(list, CLOSE));
    take_text(stat, cell++, closer_of(list));
    take_text(stat, cell++, cause_of(list));
    set_text(stat, cell++, text_of(list, PROTOCOL));
    set_count(cell++, datum_of(list, PACKETS_INITIATOR)->number);
    set_count(cell++, datum_of(list, PACKETS_RESPONDER)->number);
    set_number_text(stat, cell++, TRUE, datum_of(list, BYTES_INITIATOR)->number);
    set_number_text(stat, cell++, TRUE, datum_of(list, BYTES_RESPONDER)->number);
    set_count(cell++, datum_of(list, RETRANSMISSIONS_INITIATOR)->number);
    set_count(cell++, datum_of(list, RETRANSMISSIONS_RESPONDER)->number);
    table_add(stat, 0, row);
}

/* ---- outcomes ---- */

static stat_tap_table_item outcome_columns[] = {
    TEXT("Server"),
    TEXT("Handshake"),
    TEXT("Close"),
    TEXT("By"),
    COUNT("Connections"),
};

static const char *const outcome_tables[] = {"Handshakes", "Closes", "Servers", "Servers by outcome"};

static void add_outcome(statistic *stat, const passed_segment *segment)
{
    value_list list;
    const char *handshake;
    const char *close;
    char *server;
    char *by;

    if (!next_connection(stat, segment, &list))
        return;
    handshake = text_of(list, HANDSHAKE);
    close = text_of(list, CLOSE);
    server = endpoint_of(list, RESPONDER, RESPONDER_PORT);
    by = closer_of(list);
    table_count(stat, 0, (const char *[]){"", "total", "", ""});
    table_count(stat, 0, (const char *[]){"", handshake, "", ""});
    table_count(stat, 1, (const char *[]){"", "", "total", ""});
    table_count(stat, 1, (const char *[]){"", "", close, by});
    table_count(stat, 2, (const char *[]){"total", "", "", ""});
    table_count(stat, 2, (const char *[]){server, "", "", ""});
    table_count(stat, 3, (const char *[]){server, handshake, close, by});
    g_free(server);
    g_free(by);
}

/* ---- HTTP ---- */

static stat_tap_table_item http_columns[] = {
    COUNT("Frame"),
    COUNT("Connection"),
    NUMBER("Response in"),
    TEXT("Method"),
    TEXT("Host"),
    TEXT("Target"),
    NUMBER("Status"),
    NUMBER("Request bytes"),
    NUMBER("Response bytes"),
    NUMBER("Wait"),
    NUMBER("Total"),
    TEXT("State"),
};

/* A text from the wire, so that it can neither drive a terminal nor turn the line around. */
static char *foreign(synfin_str from)
{
    GString *text = g_string_new(NULL);
    const char *end = from.ptr == NULL ? NULL : from.ptr + from.len;

    for (const char *at = from.ptr; at < end; at = g_utf8_next_char(at)) {
        gunichar letter = g_utf8_get_char(at);

        if (g_unichar_isprint(letter))
            g_string_append_unichar(text, letter);
        else
            g_string_append_printf(text, "\\u{%x}", letter);
    }
    return g_string_free(text, FALSE);
}

static const char *state_name(guint32 state)
{
    static const char *const words[] = {
        [SYNFIN_MESSAGE_STATE_COMPLETE] = "complete", [SYNFIN_MESSAGE_STATE_INCOMPLETE] = "incomplete",
        [SYNFIN_MESSAGE_STATE_CUT] = "cut",           [SYNFIN_MESSAGE_STATE_GAP] = "gap",
        [SYNFIN_MESSAGE_STATE_RESET] = "reset",
    };

    return state < G_N_ELEMENTS(words) ? words[state] : "";
}

/* A body's length. Where a head was cut by the snap length it is not known, and given as 0. */
static void set_body(statistic *stat, stat_tap_table_item_type *cell, const synfin_transaction_info *info,
                     gboolean has_message, guint64 len)
{
    set_number_text(stat, cell, has_message && (len > 0 || info->state != SYNFIN_MESSAGE_STATE_CUT), len);
}

static void add_transaction(statistic *stat, const synfin_transaction_info *info)
{
    stat_tap_table_item_type row[G_N_ELEMENTS(http_columns)] = {0};
    stat_tap_table_item_type *cell = row;
    gboolean has_request = info->present & SYNFIN_TRANSACTION_HAS_REQUEST;
    gboolean has_response = info->present & SYNFIN_TRANSACTION_HAS_RESPONSE;
    guint32 response = frames_number(info->response_frame);

    set_count(cell++, frames_number(has_request ? info->request_frame : info->response_frame));
    set_count(cell++, info->connection);
    set_number_text(stat, cell++, has_response && response != 0, response);
    take_text(stat, cell++, foreign(info->method));
    take_text(stat, cell++, foreign(info->host));
    take_text(stat, cell++, foreign(info->target));
    set_number_text(stat, cell++, info->present & SYNFIN_TRANSACTION_HAS_STATUS, info->status);
    set_body(stat, cell++, info, has_request, info->request_body_len);
    set_body(stat, cell++, info, has_response, info->response_body_len);
    set_seconds_text(stat, cell++, info->present & SYNFIN_TRANSACTION_HAS_WAIT, info->wait_ns);
    set_seconds_text(stat, cell++, info->present & SYNFIN_TRANSACTION_HAS_TOTAL, info->total_ns);
    set_text(stat, cell++, state_name(info->state));
    table_add(stat, 0, row);
}

/* Whether a transaction has its request or its response begin in the segment. */
static gboolean begins_in(const passed_segment *segment, guint32 index)
{
    synfin_transaction_info info = {.struct_size = sizeof info};

    return state_transaction(segment->connection, index, &info) &&
           ((info.present & SYNFIN_TRANSACTION_HAS_REQUEST && info.request_frame == segment->frame) ||
            (info.present & SYNFIN_TRANSACTION_HAS_RESPONSE && info.response_frame == segment->frame));
}

/* A segment names one transaction. It may hold the beginnings of those next to it as well. */
static void add_http(statistic *stat, const passed_segment *segment)
{
    guint32 first = segment->transaction;
    guint32 last = segment->transaction;

    if (segment->transaction == NO_TRANSACTION)
        return;
    while (first > 0 && begins_in(segment, first - 1))
        first--;
    while (begins_in(segment, last + 1))
        last++;
    for (guint32 i = first; i <= last; i++) {
        synfin_transaction_info info = {.struct_size = sizeof info};

        if (is_new(stat, segment->connection, i) && state_transaction(segment->connection, i, &info))
            add_transaction(stat, &info);
    }
}

/* ---- all of them ---- */

static tap_param params[] = {{PARAM_FILTER, "filter", "Filter", NULL, TRUE}};
static const char *const connection_tables[] = {"Connections"};
static const char *const http_tables[] = {"HTTP transactions"};

#define TABLE_UI(name, option, columns)                                                     \
    {.group = REGISTER_PACKET_STAT_GROUP_UNSORTED, .title = name, .tap_name = TAP_NAME,     \
     .cli_string = option, .stat_tap_init_cb = tables_init, .packet_func = stats_packet,    \
     .stat_tap_reset_table_cb = tables_reset, .nfields = G_N_ELEMENTS(columns),             \
     .fields = columns, .nparams = G_N_ELEMENTS(params), .params = params}
#define TABLES(titles) .table_titles = titles, .table_count = G_N_ELEMENTS(titles)

statistic statistics[] = {
    {.ui = TABLE_UI("TCP Lifecycle Connections", "synfin,connections", connection_columns),
     TABLES(connection_tables),
     .add = add_connection},
    {.ui = TABLE_UI("TCP Lifecycle Outcomes", "synfin,outcomes", outcome_columns),
     TABLES(outcome_tables),
     .is_sorted = TRUE,
     .add = add_outcome},
    {.ui = TABLE_UI("TCP Lifecycle HTTP Transactions", "synfin,http", http_columns),
     TABLES(http_tables),
     .wants_http_facts = TRUE,
     .add = add_http},
};
const size_t statistic_count = G_N_ELEMENTS(statistics);

void rows_register(void)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (synfin_field_find(names[i], &numbers[i]) != SYNFIN_OK)
            g_error("synfin: field %s is missing", names[i]);
    }
}
