/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What synfin.h promises about connections, values, texts and transactions, one function for each subject. */
#include "promises.h"

static void connections_that_made_room_stay_readable(void) {
    synfin_config config = {.struct_size = sizeof config};
    synfin_dissector *dissector;
    synfin_values *list = new_values();
    uint64_t count;
    GIVES(SYNFIN_OK, synfin_config_init(&config));
    config.max_connections = 2;
    GIVES(SYNFIN_OK, synfin_dissector_new(&config, &dissector));
    for (uint8_t i = 0; i < 9; i++) {
        uint8_t syn[sizeof SYN];
        memcpy(syn, SYN, sizeof SYN);
        syn[21] = i; /* another port: another connection */
        synfin_frame frame = frame_of(1U + i, syn, sizeof syn, RAW);
        GIVES(SYNFIN_OK, synfin_dissector_frame(dissector, &frame, NULL));
    }
    for (int finished = 0; finished < 2; finished++) {
        for (uint64_t id = 0; id < 9; id++) {
            GIVES(SYNFIN_OK, synfin_dissector_connection_values(dissector, id, list));
            CHECK(value_of(list, "synfin.connection")->value.number == id);
            CHECK(value_of(list, "synfin.first_frame")->value.number == id + 1);
            if (id < 5) {
                CHECK(value_of(list, "synfin.evicted")->value.number == 1);
            }
        }
        GIVES(SYNFIN_OK, synfin_dissector_finish(dissector, &count));
        CHECK(count == 9);
    }
    synfin_values_free(list);
    synfin_dissector_free(dissector);
}

static void annotations_outlive_their_dissector(void) {
    synfin_annotation annotation, copy;
    synfin_values *list = new_values();
    char text[2000];
    synfin_dissector_free(with_syn(&annotation));
    memcpy(&copy, &annotation, sizeof copy);
    memset(&annotation, 0, sizeof annotation);
    GIVES(SYNFIN_OK, synfin_annotation_values(&copy, list));
    CHECK(strcmp(value_of(list, "synfin.role")->value.text.ptr, "O1") == 0);
    GIVES(SYNFIN_OK, synfin_annotation_json(&copy, text, sizeof text, NULL));
    CHECK(strstr(text, "\"step\":\"1/3\"") != NULL);
    synfin_values_free(list);
}

static void numbers_that_mean_nothing_are_refused(void) {
    synfin_annotation good, wrong[18];
    synfin_values *list = new_values();
    synfin_dissector_free(with_syn(&good));
    for (size_t i = 0; i < 18; i++) {
        wrong[i] = good;
    }
    wrong[0].address_len = 0;
    wrong[1].integrity = 200;
    wrong[2].direction = 2;
    wrong[3].phase = 200;
    wrong[4].step = 0;
    wrong[5].role = 65535;
    wrong[6].rules[3] = UINT64_C(1) << 63;
    wrong[7].initiator_before = 200;
    wrong[8].initiator_after = 200;
    wrong[9].responder_before = 200;
    wrong[10].responder_after = 200;
    wrong[11].http_message = 200;
    wrong[11].present |= SYNFIN_HAS_HTTP;
    wrong[12].close_verdict_so_far = 200;
    wrong[12].present |= SYNFIN_HAS_CLOSE_VERDICT;
    wrong[13].close_by_so_far = 200;
    wrong[13].present |= SYNFIN_HAS_CLOSE_BY;
    for (size_t i = 14; i < 18; i++) {
        wrong[i].present |= SYNFIN_HAS_TLS;
        wrong[i].tls_content = SYNFIN_TLS_CONTENT_HANDSHAKE;
    }
    wrong[14].tls_content = 200;
    wrong[15].tls_step = 200;
    wrong[15].present |= SYNFIN_HAS_TLS_STEP;
    wrong[16].tls_message = 200;
    wrong[16].present |= SYNFIN_HAS_TLS_MESSAGE;
    wrong[17].tls_alert = 200;
    wrong[17].present |= SYNFIN_HAS_TLS_ALERT;
    for (size_t i = 0; i < 18; i++) {
        size_t needed = 99;
        GIVES(SYNFIN_OK, synfin_annotation_values(&good, list));
        GIVES(SYNFIN_ERR_INVALID, synfin_annotation_values(&wrong[i], list));
        CHECK(value_count(list) == 0);
        GIVES(SYNFIN_ERR_INVALID, synfin_annotation_json(&wrong[i], NULL, 0, &needed));
        CHECK(needed == 99);
    }
    good.present &= ~(uint32_t)SYNFIN_HAS_STEP;
    good.step = 200; /* does not count */
    GIVES(SYNFIN_OK, synfin_annotation_values(&good, list));
    CHECK(value_of(list, "synfin.step") == NULL);
    synfin_values_free(list);
}

static void lists_are_in_order_and_used_again(void) {
    synfin_annotation annotation;
    synfin_dissector *dissector = with_syn(&annotation);
    synfin_values *list = new_values();
    CHECK(value_count(list) == 0);
    for (int time = 0; time < 3; time++) {
        const synfin_value *values;
        size_t count, texts = 0;
        GIVES(SYNFIN_OK, time == 1 ? synfin_dissector_connection_values(dissector, 0, list)
                                   : synfin_annotation_values(&annotation, list));
        GIVES(SYNFIN_OK, synfin_values_get(list, &values, &count));
        CHECK(count > 10);
        for (size_t i = 0; i < count; i++) {
            synfin_field field = {.struct_size = sizeof field};
            uint32_t dots = 0;
            CHECK(i == 0 || values[i - 1].field <= values[i].field);
            GIVES(SYNFIN_OK, synfin_field_at(values[i].field, &field));
            CHECK(values[i].type == field.type && values[i].reserved == 0);
            CHECK((field.scope & (time == 1 ? SYNFIN_SCOPE_CONNECTION : SYNFIN_SCOPE_SEGMENT)) != 0);
            for (const char *letter = field.name.ptr; *letter != '\0'; letter++) {
                dots += *letter == '.';
            }
            CHECK(values[i].depth == dots - 1);
            if (values[i].type == SYNFIN_TYPE_TEXT) {
                CHECK(values[i].value.text.ptr != NULL);
                CHECK(strlen(values[i].value.text.ptr) == values[i].value.text.len);
                texts++;
            }
        }
        CHECK(texts > 3);
    }
    const synfin_value *seq = value_of(list, "synfin.seq"), *src = value_of(list, "synfin.src");
    const synfin_value *time = value_of(list, "synfin.time"), *state = value_of(list, "synfin.state.initiator");
    CHECK(seq->type == SYNFIN_TYPE_UNSIGNED && seq->value.number == 0 && seq->offset == 4 && seq->length == 4);
    CHECK(src->type == SYNFIN_TYPE_ADDRESS && src->value.address.len == 4 && src->length == 0);
    CHECK(memcmp(src->value.address.bytes, annotation.src, 16) == 0);
    CHECK(time->type == SYNFIN_TYPE_ABSOLUTE_TIME && time->value.time_ns == 1000);
    CHECK(state->depth == 1 && state[1].field == state->field); /* before and after */
    CHECK(strcmp(state[1].value.text.ptr, "SYN-SENT") == 0);
    synfin_values_free(list);
    synfin_dissector_free(dissector);
}

static int is_text(synfin_str text) {
    return text.ptr != NULL && strlen(text.ptr) == text.len;
}

static void the_registry_is_complete(void) {
    synfin_field field = {.struct_size = sizeof field};
    synfin_rule rule = {.struct_size = sizeof rule};
    CHECK(synfin_field_count() > 50 && synfin_rule_count() > 20 && synfin_rule_count() <= 256);
    for (size_t i = 0; i < synfin_field_count(); i++) {
        GIVES(SYNFIN_OK, synfin_field_at(i, &field));
        CHECK(is_text(field.name) && is_text(field.unit) && is_text(field.description));
        CHECK(strncmp(field.name.ptr, "synfin.", 7) == 0 && field.description.len > 3);
        CHECK(field.type <= SYNFIN_TYPE_ADDRESS && field.reserved == 0);
        CHECK(field.scope == SYNFIN_SCOPE_SECOND_PASS ||
              (field.scope >= 1 && field.scope <= (SYNFIN_SCOPE_SEGMENT | SYNFIN_SCOPE_CONNECTION)));
    }
    for (size_t i = 0; i < synfin_rule_count(); i++) {
        GIVES(SYNFIN_OK, synfin_rule_at(i, &rule));
        CHECK(is_text(rule.id) && is_text(rule.name) && is_text(rule.rfc) && is_text(rule.condition));
        CHECK(strchr("OETHL", rule.id.ptr[0]) != NULL && rule.condition.len > 10);
        CHECK(rule.severity >= SYNFIN_SEVERITY_CHAT && rule.severity <= SYNFIN_SEVERITY_ERROR);
        CHECK(rule.group <= SYNFIN_RULE_GROUP_SECURITY && rule.reserved == 0);
    }
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_field_at(synfin_field_count(), &field));
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_field_at((size_t)-1, &field));
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_rule_at(synfin_rule_count(), &rule));
    CHECK(is_text(rule.id)); /* left alone */
}

static void a_small_buffer_gets_the_size(void) {
    synfin_annotation annotation;
    synfin_dissector *dissector = with_syn(&annotation);
    for (int connection = 0; connection < 2; connection++) {
#define JSON(buffer, capacity, needed)                                                                  \
    (connection ? synfin_dissector_connection_json(dissector, 0, buffer, capacity, needed)              \
                : synfin_annotation_json(&annotation, buffer, capacity, needed))
        size_t needed = 0, again = 0;
        GIVES(SYNFIN_ERR_BUFFER_TOO_SMALL, JSON(NULL, 0, &needed));
        GIVES(SYNFIN_ERR_BUFFER_TOO_SMALL, JSON(NULL, 0, NULL));
        CHECK(needed > 100);
        char *buffer = malloc(needed); /* valgrind watches its end */
        memset(buffer, 'x', needed);
        GIVES(SYNFIN_ERR_BUFFER_TOO_SMALL, JSON(buffer, needed - 1, &again));
        CHECK(again == needed && buffer[0] == '\0' && buffer[1] == 'x');
        again = 0;
        GIVES(SYNFIN_OK, JSON(buffer, needed, &again));
        CHECK(again == needed && strlen(buffer) == needed - 1);
        CHECK(buffer[0] == '{' && buffer[needed - 2] == '}' && strchr(buffer, '\n') == NULL);
        free(buffer);
    }
    synfin_dissector_free(dissector);
}

/* A segment between 10.0.0.1:40000 and 10.0.0.2:80 with 20 bytes of header. */
static void send_segment(synfin_dissector *dissector, uint64_t frame, int by_server, uint32_t seq, uint32_t ack,
                         uint8_t flags, const char *payload) {
    uint8_t bytes[600] = {0};
    size_t len = strlen(payload);
    const uint8_t ports[4] = {0x9c, 0x40, 0, 80};
    memcpy(bytes, by_server ? ports + 2 : ports, 2);
    memcpy(bytes + 2, by_server ? ports : ports + 2, 2);
    for (int i = 0; i < 4; i++) {
        bytes[4 + i] = (uint8_t)(seq >> (24 - 8 * i));
        bytes[8 + i] = (uint8_t)(ack >> (24 - 8 * i));
    }
    bytes[12] = 0x50;
    bytes[13] = flags;
    bytes[14] = 0xff;
    memcpy(bytes + 20, payload, len);
    synfin_segment segment = {
        .struct_size = sizeof segment,
        .wire_len = (uint32_t)(20 + len),
        .frame = frame,
        .time_ns = (int64_t)frame * 1000000,
        .data = bytes,
        .len = 20 + len,
        .src = {10, 0, 0, by_server ? 2 : 1},
        .dst = {10, 0, 0, by_server ? 1 : 2},
        .tcp_offset = UINT32_MAX,
        .ip_id = -1,
        .ttl = -1,
        .address_len = 4,
    };
    GIVES(SYNFIN_OK, synfin_dissector_segment(dissector, &segment, NULL));
}

static const char GET[] = "GET /x HTTP/1.1\r\nHost: a.example\r\nUser-Agent: t\r\n\r\n";
static const char ANSWER[] = "HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nSum: 7\r\n\r\n";

/* Handshake, one exchange, FIN of the server, RST of the client. */
static synfin_dissector *with_exchange(const synfin_config *config) {
    synfin_dissector *dissector = NULL;
    uint32_t asked = 101 + sizeof GET - 1, told = 501 + sizeof ANSWER - 1;
    GIVES(SYNFIN_OK, synfin_dissector_new(config, &dissector));
    send_segment(dissector, 1, 0, 100, 0, 2, "");
    send_segment(dissector, 2, 1, 500, 101, 0x12, "");
    send_segment(dissector, 3, 0, 101, 501, 0x10, "");
    send_segment(dissector, 4, 0, 101, 501, 0x18, GET);
    send_segment(dissector, 5, 1, 501, asked, 0x18, ANSWER);
    send_segment(dissector, 6, 1, told, asked, 0x11, "");
    send_segment(dissector, 7, 0, asked, told + 1, 0x14, "");
    return dissector;
}

static int same_text(synfin_str text, const char *expected) {
    return text.ptr != NULL && text.len == strlen(expected) && strcmp(text.ptr, expected) == 0;
}

static void transactions_tell_their_facts(void) {
    synfin_config config = {.struct_size = sizeof config};
    synfin_transaction *transaction;
    synfin_transaction_info info = {.struct_size = sizeof info};
    synfin_http_field field = {.struct_size = sizeof field};
    const uint8_t *body;
    size_t len;
    char json[4000];
    GIVES(SYNFIN_OK, synfin_transaction_new(&transaction));
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_transaction_get(transaction, &info)); /* it holds none */
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_transaction_json(transaction, json, sizeof json, NULL));
    GIVES(SYNFIN_OK, synfin_config_init(&config));

    synfin_dissector *plain = with_exchange(&config);
    for (int finished = 0; finished < 2; finished++) {
        GIVES(SYNFIN_OK, synfin_dissector_transaction(plain, 0, 0, transaction));
        GIVES(SYNFIN_OK, synfin_transaction_get(transaction, &info));
        CHECK(info.present == (SYNFIN_TRANSACTION_HAS_REQUEST | SYNFIN_TRANSACTION_HAS_RESPONSE | SYNFIN_TRANSACTION_HAS_STATUS));
        CHECK(info.connection == 0 && info.index == 0 && info.status == 200 && info.request_frame == 4 && info.response_frame == 5);
        CHECK(info.state == SYNFIN_MESSAGE_STATE_COMPLETE && info.response_body_len == 3 && info.request_body_len == 0);
        CHECK(same_text(info.method, "GET") && same_text(info.target, "/x") && info.host.ptr == NULL);
        GIVES(SYNFIN_ERR_NOT_FOUND, synfin_transaction_field(transaction, 0, 0, &field)); /* no facts */
        GIVES(SYNFIN_ERR_NOT_FOUND, synfin_transaction_body(transaction, 0, &body, &len));
        GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_next_transaction(plain, transaction)); /* not streamed */
        GIVES(SYNFIN_ERR_NOT_FOUND, synfin_transaction_get(transaction, &info)); /* and it lost what it held */
        GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_transaction(plain, 0, 1, transaction));
        GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_transaction(plain, 1, 0, transaction));
        GIVES(SYNFIN_OK, synfin_dissector_finish(plain, NULL));
    }
    synfin_dissector_free(plain);

    config.http_facts = config.http_fields = config.http_streamed = 1;
    config.http_body_bytes = 100;
    synfin_dissector *streamed = with_exchange(&config);
    GIVES(SYNFIN_OK, synfin_dissector_next_transaction(streamed, transaction));
    synfin_dissector_free(streamed); /* it belongs to no dissector */
    GIVES(SYNFIN_OK, synfin_transaction_get(transaction, &info));
    CHECK((info.present & SYNFIN_TRANSACTION_HAS_FACTS) != 0 && (info.present & SYNFIN_TRANSACTION_HAS_WAIT) != 0);
    CHECK(info.wait_ns == 1000000 && info.total_ns == 1000000 && info.start_ns == 4000000);
    CHECK(same_text(info.host, "a.example") && same_text(info.user_agent, "t") && same_text(info.reason, "Fine"));
    CHECK(same_text(info.request_version, "1.1") && info.referer.ptr == NULL && info.in_flight == 0);
    GIVES(SYNFIN_OK, synfin_transaction_field(transaction, SYNFIN_HTTP_MESSAGE_REQUEST, 1, &field));
    CHECK(same_text(field.name, "User-Agent") && same_text(field.value, "t") && field.is_trailer == 0);
    GIVES(SYNFIN_OK, synfin_transaction_field(transaction, SYNFIN_HTTP_MESSAGE_RESPONSE, 1, &field));
    CHECK(same_text(field.name, "Sum") && same_text(field.value, "7") && field.is_trailer == 1);
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_transaction_field(transaction, SYNFIN_HTTP_MESSAGE_RESPONSE, 2, &field));
    GIVES(SYNFIN_ERR_INVALID, synfin_transaction_field(transaction, 2, 0, &field));
    GIVES(SYNFIN_OK, synfin_transaction_body(transaction, SYNFIN_HTTP_MESSAGE_RESPONSE, &body, &len));
    CHECK(len == 3 && memcmp(body, "abc", 3) == 0);
    GIVES(SYNFIN_OK, synfin_transaction_body(transaction, SYNFIN_HTTP_MESSAGE_REQUEST, &body, &len));
    CHECK(len == 0 && body != NULL);
    GIVES(SYNFIN_ERR_INVALID, synfin_transaction_body(transaction, 2, &body, &len));
    GIVES(SYNFIN_OK, synfin_transaction_json(transaction, json, sizeof json, &len));
    CHECK(len == strlen(json) + 1 && strstr(json, "\"host\":\"a.example\"") != NULL);
    info.struct_size = field.struct_size = 3;
    GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_transaction_get(transaction, &info));
    GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_transaction_field(transaction, 0, 0, &field));
    synfin_transaction_free(transaction);
}

static void a_connection_in_numbers_words_and_sentences(void) {
    synfin_dissector *dissector = with_exchange(NULL);
    synfin_connection connection = {.struct_size = sizeof connection}, many[3] = {{.struct_size = sizeof many[0]}};
    synfin_values *list = new_values();
    const synfin_value *value;
    char text[4000];
    size_t given = 99, index;
    GIVES(SYNFIN_OK, synfin_dissector_finish(dissector, NULL));
    GIVES(SYNFIN_OK, synfin_dissector_connection(dissector, 0, &connection));
    CHECK(connection.handshake_verdict == SYNFIN_HANDSHAKE_VERDICT_COMPLETE && connection.close_by == SYNFIN_CLOSER_RESPONDER);
    CHECK(connection.close_verdict == SYNFIN_CLOSE_VERDICT_FIN_THEN_RESET && connection.protocol == SYNFIN_PROTOCOL_HTTP);
    CHECK(connection.rtt_responder_ns == 1000000 && connection.establish_ns == 2000000 && connection.start_ns == 1000000);
    CHECK((connection.present & SYNFIN_CONNECTION_HAS_RTT_RESPONDER) != 0 && connection.http_transactions == 1);
    CHECK((connection.present & SYNFIN_CONNECTION_HAS_KILLED_TRANSACTION) == 0 && connection.isn[0] == 100);
    CHECK(connection.reset_by == SYNFIN_SIDE_INITIATOR && (connection.present & SYNFIN_CONNECTION_HAS_RESET_BY) != 0);
    CHECK(connection.packets[0] == 4 && connection.packets[1] == 3 && connection.bytes[0] == sizeof GET - 1);
    CHECK(connection.src_port == 40000 && connection.dst_port == 80 && connection.src[3] == 1 && connection.address_len == 4);
    GIVES(SYNFIN_OK, synfin_dissector_connections(dissector, 0, many, 3, &given));
    CHECK(given == 1 && memcmp(&many[0], &connection, sizeof connection) == 0);
    GIVES(SYNFIN_OK, synfin_dissector_connections(dissector, 1, many, 3, &given));
    CHECK(given == 0);
    GIVES(SYNFIN_OK, synfin_dissector_connections(dissector, 0, NULL, 0, &given));
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_connection(dissector, 1, &connection));

    GIVES(SYNFIN_OK, synfin_dissector_connection_values(dissector, 0, list));
    GIVES(SYNFIN_OK, synfin_values_find(list, "synfin.close.verdict", &value));
    CHECK(strcmp(value->value.text.ptr, "fin-then-reset") == 0 && value == value_of(list, "synfin.close.verdict"));
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_values_find(list, "synfin.nonsense", &value));
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_values_find(list, "synfin.step", &value)); /* segments have it */
    GIVES(SYNFIN_OK, synfin_field_find("synfin.close.verdict", &index));
    CHECK(index == value_of(list, "synfin.close.verdict")->field);
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_field_find("", &index));
    GIVES(SYNFIN_OK, synfin_rule_find("T7", &index));
    synfin_rule rule = {.struct_size = sizeof rule};
    GIVES(SYNFIN_OK, synfin_rule_at(index, &rule));
    CHECK(same_text(rule.id, "T7"));
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_rule_find("t7", &index));

    GIVES(SYNFIN_OK, synfin_dissector_connection_explain(dissector, 0, text, sizeof text, NULL));
    CHECK(strstr(text, "10.0.0.1") != NULL && strchr(text, '\n') != NULL && text[strlen(text) - 1] != '\n');
    GIVES(SYNFIN_OK, synfin_dissector_connection_explain_json(dissector, 0, text, sizeof text, NULL));
    CHECK(strstr(text, "\"topic\":\"end\"") != NULL && strchr(text, '\n') == NULL);
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_connection_explain(dissector, 1, text, sizeof text, NULL));
    synfin_values_free(list);
    synfin_dissector_free(dissector);
}

static void what_made_room_can_be_forgotten(void) {
    synfin_config config = {.struct_size = sizeof config};
    synfin_dissector *dissector;
    synfin_connection connection = {.struct_size = sizeof connection}, many[9] = {{.struct_size = sizeof connection}};
    uint64_t id = 99, evicted = 0;
    size_t given;
    GIVES(SYNFIN_OK, synfin_config_init(&config));
    config.max_connections = 2;
    GIVES(SYNFIN_OK, synfin_dissector_new(&config, &dissector));
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_next_evicted(dissector, &id));
    for (uint8_t i = 0; i < 9; i++) {
        uint8_t syn[sizeof SYN];
        memcpy(syn, SYN, sizeof SYN);
        syn[21] = i; /* another port: another connection */
        synfin_frame frame = frame_of(1U + i, syn, sizeof syn, RAW);
        GIVES(SYNFIN_OK, synfin_dissector_frame(dissector, &frame, NULL));
    }
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_forget(dissector, 8)); /* it is followed */
    while (synfin_dissector_next_evicted(dissector, &id) == SYNFIN_OK) {
        CHECK(id == evicted++);
        GIVES(SYNFIN_OK, synfin_dissector_connection(dissector, id, &connection));
        CHECK(connection.evicted == 1);
        GIVES(SYNFIN_OK, synfin_dissector_forget(dissector, id));
        GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_forget(dissector, id));
        GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_connection(dissector, id, &connection));
    }
    CHECK(evicted >= 5 && evicted <= 8);
    synfin_bounds_reached bounds = {.struct_size = sizeof bounds};
    GIVES(SYNFIN_OK, synfin_dissector_bounds_reached(dissector, &bounds));
    CHECK(bounds.connections == evicted && bounds.reassembly == 0 && bounds.hosts == 0);
    bounds.struct_size = 8;
    GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_dissector_bounds_reached(dissector, &bounds));
    GIVES(SYNFIN_OK, synfin_dissector_connections(dissector, 0, many, 9, &given));
    CHECK(given == 9 - evicted && many[0].connection == evicted && many[1].struct_size == sizeof connection);
    GIVES(SYNFIN_OK, synfin_dissector_connection_count(dissector, &id));
    CHECK(id == 9);
    GIVES(SYNFIN_OK, synfin_dissector_finish(dissector, NULL));
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_forget(dissector, 8));
    GIVES(SYNFIN_OK, synfin_dissector_connection(dissector, 8, &connection));
    synfin_dissector_free(dissector);
}

/* The answer of a closed port to SYN: addresses and ports the other way, RST and ACK. */
static void refuse(uint8_t *refusal, const uint8_t *syn) {
    memcpy(refusal, syn, sizeof SYN);
    memcpy(refusal + 12, syn + 16, 4);
    memcpy(refusal + 16, syn + 12, 4);
    memcpy(refusal + 20, syn + 22, 2);
    memcpy(refusal + 22, syn + 20, 2);
    memcpy(refusal + 28, syn + 24, 4);
    refusal[31]++; /* acknowledges the SYN */
    refusal[33] = 0x14;
}

static void what_closed_leaves(void) {
    synfin_config config = {.struct_size = sizeof config};
    synfin_dissector *dissector;
    synfin_connection connection = {.struct_size = sizeof connection};
    synfin_bounds_reached bounds = {.struct_size = sizeof bounds};
    uint64_t id;
    GIVES(SYNFIN_OK, synfin_config_init(&config));
    config.max_closed = 2;
    GIVES(SYNFIN_OK, synfin_dissector_new(&config, &dissector));
    for (uint8_t i = 0; i < 3; i++) {
        uint8_t syn[sizeof SYN], refusal[sizeof SYN];
        memcpy(syn, SYN, sizeof SYN);
        syn[21] = i;
        refuse(refusal, syn);
        GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_next_evicted(dissector, &id));
        synfin_frame frame = frame_of(1U + 2U * i, syn, sizeof syn, RAW);
        GIVES(SYNFIN_OK, synfin_dissector_frame(dissector, &frame, NULL));
        frame = frame_of(2U + 2U * i, refusal, sizeof refusal, RAW);
        GIVES(SYNFIN_OK, synfin_dissector_frame(dissector, &frame, NULL));
    }
    GIVES(SYNFIN_OK, synfin_dissector_next_evicted(dissector, &id));
    CHECK(id == 0);
    GIVES(SYNFIN_OK, synfin_dissector_connection(dissector, id, &connection));
    CHECK(connection.evicted == 0 && connection.last_frame == 2);
    GIVES(SYNFIN_OK, synfin_dissector_bounds_reached(dissector, &bounds));
    CHECK(bounds.connections == 0); /* it did not have to go before its end */
    synfin_dissector_free(dissector);
}

void promises_of_answers(void) {
    connections_that_made_room_stay_readable();
    annotations_outlive_their_dissector();
    numbers_that_mean_nothing_are_refused();
    lists_are_in_order_and_used_again();
    the_registry_is_complete();
    a_small_buffer_gets_the_size();
    transactions_tell_their_facts();
    a_connection_in_numbers_words_and_sentences();
    what_made_room_can_be_forgotten();
    what_closed_leaves();
}
