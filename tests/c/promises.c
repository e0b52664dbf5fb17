/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What synfin.h promises, one function for each subject. Linked with a library that was built with the
   feature "test-hooks": it exports synfin_test_panic(), which no header has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "synfin.h"

synfin_status synfin_test_panic(synfin_dissector *dissector);

static int failures;

#define CHECK(condition)                                                                                \
    do {                                                                                                \
        if (!(condition)) {                                                                             \
            fprintf(stderr, "%s:%d: in %s: %s\n", __FILE__, __LINE__, __func__, #condition);            \
            failures++;                                                                                 \
        }                                                                                               \
    } while (0)
#define GIVES(status, call) CHECK((call) == (status))

/* IPv4, TCP: 10.0.0.1:40000 to 10.0.0.2:80, SYN, relative sequence number 0. */
static const uint8_t SYN[40] = {0x45, 0, 0, 40, 0,    1, 0x40, 0,    64, 6, 0,    0, 10,   0,    0, 1, 10, 0, 0, 2,
                                0x9c, 0x40, 0, 80, 0, 0, 3, 0xe8, 0, 0, 0, 0, 0x50, 2, 0xfa, 0xf0, 0, 0, 0, 0};
static const uint8_t ARP[42] = {[12] = 8, [13] = 6};

enum { ETHERNET = 1, RAW = 101, NOBODY_READS_IT = 147 };

static synfin_frame frame_of(uint64_t number, const uint8_t *data, size_t len, uint16_t link_type) {
    synfin_frame frame = {
        .struct_size = sizeof frame,
        .wire_len = (uint32_t)len,
        .number = number,
        .time_ns = (int64_t)number * 1000,
        .data = data,
        .len = len,
        .link_type = link_type,
    };
    return frame;
}

static synfin_dissector *new_dissector(void) {
    synfin_dissector *dissector = NULL;
    GIVES(SYNFIN_OK, synfin_dissector_new(NULL, &dissector));
    CHECK(dissector != NULL);
    return dissector;
}

static synfin_values *new_values(void) {
    synfin_values *values = NULL;
    GIVES(SYNFIN_OK, synfin_values_new(&values));
    CHECK(values != NULL);
    return values;
}

/* A dissector that has seen the SYN. */
static synfin_dissector *with_syn(synfin_annotation *annotation) {
    synfin_dissector *dissector = new_dissector();
    synfin_frame frame = frame_of(1, SYN, sizeof SYN, RAW);
    memset(annotation, 0xee, sizeof *annotation);
    annotation->struct_size = sizeof *annotation;
    GIVES(SYNFIN_OK, synfin_dissector_frame(dissector, &frame, annotation));
    return dissector;
}

static size_t value_count(const synfin_values *list) {
    const synfin_value *values;
    size_t count = 99;
    GIVES(SYNFIN_OK, synfin_values_get(list, &values, &count));
    CHECK((values == NULL) == (count == 0));
    return count;
}

static const synfin_value *value_of(const synfin_values *list, const char *name) {
    const synfin_value *values;
    size_t count;
    GIVES(SYNFIN_OK, synfin_values_get(list, &values, &count));
    for (size_t i = 0; i < count; i++) {
        synfin_field field = {.struct_size = sizeof field};
        GIVES(SYNFIN_OK, synfin_field_at(values[i].field, &field));
        if (strcmp(field.name.ptr, name) == 0) {
            CHECK(values[i].type == field.type);
            CHECK(values[i].offset == field.offset && values[i].length == field.length);
            return &values[i];
        }
    }
    return NULL;
}

static void versions(void) {
    CHECK(synfin_abi_version() == SYNFIN_ABI_VERSION);
    CHECK(strcmp(synfin_version(), SYNFIN_VERSION) == 0);
    char numbers[32];
    snprintf(numbers, sizeof numbers, "%d.%d.%d", SYNFIN_VERSION_MAJOR, SYNFIN_VERSION_MINOR,
             SYNFIN_VERSION_PATCH);
    CHECK(strcmp(synfin_version(), numbers) == 0);
}

static void every_status_has_a_sentence(void) {
    for (uint32_t status = 0; status < 64; status++) {
        const char *sentence = synfin_status_str(status);
        CHECK(sentence != NULL && strlen(sentence) > 5);
        int is_known = status <= SYNFIN_ERR_HANDLE || (status >= SYNFIN_NOT_TCP && status <= SYNFIN_OVERLAPPING_FRAGMENT) ||
                       (status >= SYNFIN_NOT_A_CAPTURE && status <= SYNFIN_DAMAGED_CAPTURE);
        CHECK(is_known == (strcmp(sentence, "unknown status") != 0));
    }
    CHECK(strcmp(synfin_status_str(UINT32_MAX), "unknown status") == 0);
}

static void null_is_never_followed(void) {
    synfin_annotation annotation = {.struct_size = sizeof annotation};
    synfin_dissector *dissector = with_syn(&annotation);
    synfin_values *list = new_values();
    synfin_frame frame = frame_of(2, NULL, 5, RAW);
    synfin_segment segment = {.struct_size = sizeof segment, .len = 5, .address_len = 4};
    const synfin_value *values;
    char buffer[4];
    size_t size;
    uint64_t number;

    GIVES(SYNFIN_ERR_NULL, synfin_config_init(NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_new(NULL, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_frame(NULL, &frame, &annotation));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_frame(dissector, NULL, &annotation));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_frame(dissector, &frame, &annotation)); /* data */
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_segment(NULL, &segment, &annotation));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_segment(dissector, NULL, &annotation));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_segment(dissector, &segment, &annotation)); /* data */
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_finish(NULL, &number));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connection_count(NULL, &number));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connection_count(dissector, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_values_new(NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_annotation_values(NULL, list));
    GIVES(SYNFIN_ERR_NULL, synfin_annotation_values(&annotation, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connection_values(NULL, 0, list));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connection_values(dissector, 0, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_values_get(NULL, &values, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_values_get(list, NULL, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_values_get(list, &values, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_field_at(0, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_rule_at(0, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_annotation_json(NULL, buffer, sizeof buffer, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_annotation_json(&annotation, NULL, 4, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connection_json(NULL, 0, buffer, sizeof buffer, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connection_json(dissector, 0, NULL, 4, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connection_explain(NULL, 0, buffer, sizeof buffer, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connection_explain(dissector, 0, NULL, 4, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connection_explain_json(NULL, 0, buffer, sizeof buffer, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connection_explain_json(dissector, 0, NULL, 4, &size));

    synfin_icmp icmp = {.struct_size = sizeof icmp, .len = 5, .address_len = 4};
    synfin_icmp_note note = {.struct_size = sizeof note};
    synfin_batch batch = {.struct_size = sizeof batch, .count = 1, .len = 1};
    synfin_connection connection = {.struct_size = sizeof connection};
    synfin_transaction *transaction = NULL;
    synfin_transaction_info info = {.struct_size = sizeof info};
    synfin_http_field field = {.struct_size = sizeof field};
    const synfin_value *value;
    const uint8_t *body;
    GIVES(SYNFIN_OK, synfin_transaction_new(&transaction));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_icmp(NULL, &icmp, &note));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_icmp(dissector, NULL, &note));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_icmp(dissector, &icmp, &note)); /* data */
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_icmp_note(NULL, &note));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_frames(NULL, &batch, NULL, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_frames(dissector, NULL, NULL, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_frames(dissector, &batch, NULL, NULL)); /* lens */
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_capture(NULL, SYN, 40, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_capture(dissector, NULL, 40, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connection(NULL, 0, &connection));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connection(dissector, 0, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connections(NULL, 0, &connection, 1, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connections(dissector, 0, NULL, 1, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_connections(dissector, 0, &connection, 1, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_next_evicted(NULL, &number));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_next_evicted(dissector, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_forget(NULL, 0));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_transaction(NULL, 0, 0, transaction));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_transaction(dissector, 0, 0, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_next_transaction(NULL, transaction));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_next_transaction(dissector, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_transaction_new(NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_transaction_get(NULL, &info));
    GIVES(SYNFIN_ERR_NULL, synfin_transaction_field(NULL, 0, 0, &field));
    GIVES(SYNFIN_ERR_NULL, synfin_transaction_body(NULL, 0, &body, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_transaction_body(transaction, 0, NULL, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_transaction_body(transaction, 0, &body, NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_transaction_json(NULL, buffer, sizeof buffer, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_values_find(NULL, "synfin.role", &value));
    GIVES(SYNFIN_ERR_NULL, synfin_values_find(list, NULL, &value));
    GIVES(SYNFIN_ERR_NULL, synfin_values_find(list, "synfin.role", NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_field_find(NULL, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_field_find("synfin.role", NULL));
    GIVES(SYNFIN_ERR_NULL, synfin_rule_find(NULL, &size));
    GIVES(SYNFIN_ERR_NULL, synfin_rule_find("T7", NULL));
    synfin_transaction_free(transaction);

    GIVES(SYNFIN_OK, synfin_dissector_connection_count(dissector, &number));
    CHECK(number == 1); /* none of these was taken in */
    synfin_dissector_free(dissector);
    synfin_values_free(list);
}

static void null_is_fine_where_the_header_says_so(void) {
    synfin_dissector_free(NULL);
    synfin_values_free(NULL);
    synfin_transaction_free(NULL);
    synfin_dissector *dissector = new_dissector();
    synfin_frame frame = frame_of(1, SYN, sizeof SYN, RAW);
    synfin_frame nothing = frame_of(2, NULL, 0, RAW);
    GIVES(SYNFIN_OK, synfin_dissector_frame(dissector, &frame, NULL));
    GIVES(SYNFIN_BROKEN, synfin_dissector_frame(dissector, &nothing, NULL));
    GIVES(SYNFIN_OK, synfin_dissector_finish(dissector, NULL));
    uint64_t count = 99;
    GIVES(SYNFIN_OK, synfin_dissector_connection_count(dissector, &count));
    CHECK(count == 1);
    synfin_dissector_free(dissector);
}

static void config_defaults_and_ranges(void) {
    synfin_config config;
    synfin_dissector *dissector = (synfin_dissector *)&config; /* to see that it becomes NULL */
    memset(&config, 0xee, sizeof config);
    config.struct_size = sizeof config;
    GIVES(SYNFIN_OK, synfin_config_init(&config));
    CHECK(config.struct_size == sizeof config);
    CHECK(config.checksums == SYNFIN_CHECKSUMS_NOTE && config.http_enabled == 1);
    CHECK(config.max_connections == 4000000);
    CHECK(config.reassembly_held_bytes == 1 << 20 && config.reassembly_held_pieces == 1024);
    CHECK(config.http_head_bytes == 64 << 10 && config.http_kept_transactions == 10000);
    CHECK(config.http_kept_text == 16 << 20 && config.http_pending_requests == 256);
    CHECK(config.http_facts == 0 && config.http_fields == 0 && config.http_streamed == 0 && config.http_body_bytes == 0);
    CHECK(config.idle_reset_ns == INT64_C(60000000000) && config.half_open_ns == INT64_C(60000000000));
    CHECK(config.flood_half_open == 100 && config.flood_percent == 20 && config.likely_server_ports == NULL);

    enum { WRONG = 9 };
    synfin_config wrong[WRONG] = {config, config, config, config, config, config, config, config, config};
    wrong[3].http_facts = 2;
    wrong[4].http_fields = 2;
    wrong[5].http_streamed = 2;
    wrong[6].idle_reset_ns = -1;
    wrong[7].half_open_ns = -1;
    wrong[8].flood_percent = 101;
    wrong[0].checksums = 3;
    wrong[1].max_connections = 0;
    wrong[2].http_enabled = 2;
    for (size_t i = 0; i < WRONG; i++) {
        GIVES(SYNFIN_ERR_INVALID, synfin_dissector_new(&wrong[i], &dissector));
        CHECK(dissector == NULL);
    }
    for (uint32_t checksums = 0; checksums < 3; checksums++) {
        config.checksums = checksums;
        GIVES(SYNFIN_OK, synfin_dissector_new(&config, &dissector));
        synfin_dissector_free(dissector);
    }
}

static void struct_size_must_be_set(void) {
    synfin_annotation annotation = {0};
    synfin_dissector *dissector = with_syn(&annotation), *none = NULL;
    const uint32_t wrong[] = {0, 1, 7, SYNFIN_STRUCT_SIZE_MAX + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        synfin_config config = {.struct_size = wrong[i]};
        synfin_frame frame = frame_of(2, SYN, sizeof SYN, RAW), unset = frame;
        synfin_segment segment = {.struct_size = wrong[i]};
        synfin_annotation out = {.struct_size = wrong[i]};
        synfin_field field = {.struct_size = wrong[i]};
        synfin_rule rule = {.struct_size = wrong[i]};
        synfin_values *list = new_values();
        size_t needed;
        unset.struct_size = wrong[i];
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_config_init(&config));
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_dissector_new(&config, &none));
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_dissector_frame(dissector, &unset, &annotation));
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_dissector_frame(dissector, &frame, &out));
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_dissector_segment(dissector, &segment, &annotation));
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_annotation_values(&out, list));
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_annotation_json(&out, NULL, 0, &needed));
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_field_at(0, &field));
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_rule_at(0, &rule));
        synfin_icmp icmp = {.struct_size = wrong[i]};
        synfin_icmp_note note = {.struct_size = wrong[i]};
        synfin_batch batch = {.struct_size = wrong[i]};
        synfin_connection connection = {.struct_size = wrong[i]};
        const uint32_t len = 0;
        const int64_t time_ns = 0;
        synfin_batch one = {.struct_size = sizeof one, .count = 1, .lens = &len, .times_ns = &time_ns};
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_dissector_icmp(dissector, &icmp, NULL));
        icmp.struct_size = sizeof icmp;
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_dissector_icmp(dissector, &icmp, &note));
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_dissector_frames(dissector, &batch, NULL, NULL));
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_dissector_frames(dissector, &one, NULL, &out));
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_dissector_connection(dissector, 0, &connection));
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_dissector_connections(dissector, 0, &connection, 1, &needed));
        synfin_values_free(list);
    }
    /* One byte less than the first layout. */
    annotation.struct_size = sizeof annotation - 1;
    synfin_frame frame = frame_of(2, SYN, sizeof SYN, RAW);
    GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_dissector_frame(dissector, &frame, &annotation));
    synfin_dissector_free(dissector);
}

static void an_older_program_has_smaller_structs(void) {
    struct {
        synfin_config config;
    } old;
    synfin_dissector *dissector;
    memset(&old, 0xee, sizeof old);
    old.config.struct_size = 8; /* the first layout ends behind `checksums` */
    GIVES(SYNFIN_OK, synfin_config_init(&old.config));
    CHECK(old.config.struct_size == 8 && old.config.checksums == SYNFIN_CHECKSUMS_NOTE);
    CHECK(old.config.max_connections == UINT64_C(0xeeeeeeeeeeeeeeee)); /* not written */
    CHECK(old.config.http_enabled == 0xee);
    GIVES(SYNFIN_OK, synfin_dissector_new(&old.config, &dissector)); /* nor read */
    synfin_dissector_free(dissector);
}

static void a_newer_program_has_larger_structs(void) {
    struct {
        synfin_annotation annotation;
        uint64_t later[4];
    } out, expected;
    struct {
        synfin_frame frame;
        uint64_t later[4];
    } in;
    synfin_dissector *dissector = new_dissector();
    memset(&in, 0xee, sizeof in);
    memset(&out, 0xee, sizeof out);
    in.frame = frame_of(1, SYN, sizeof SYN, RAW);
    in.frame.struct_size = sizeof in;
    out.annotation.struct_size = sizeof out;
    GIVES(SYNFIN_OK, synfin_dissector_frame(dissector, &in.frame, &out.annotation));
    CHECK(out.annotation.struct_size == sizeof out && out.annotation.frame == 1);
    for (size_t i = 0; i < 4; i++) {
        CHECK(out.later[i] == 0);
    }
    synfin_dissector_free(dissector);

    dissector = with_syn(&expected.annotation);
    expected.annotation.struct_size = sizeof out;
    CHECK(memcmp(&out.annotation, &expected.annotation, sizeof out.annotation) == 0);
    synfin_dissector_free(dissector);

    synfin_values *list = new_values();
    GIVES(SYNFIN_OK, synfin_annotation_values(&out.annotation, list));
    synfin_values_free(list);
}

static void a_syn_is_a_syn(void) {
    synfin_annotation annotation;
    synfin_dissector *dissector = with_syn(&annotation);
    synfin_rule rule = {.struct_size = sizeof rule};
    CHECK(annotation.struct_size == sizeof annotation);
    CHECK(annotation.frame == 1 && annotation.time_ns == 1000 && annotation.connection == 0);
    CHECK(annotation.address_len == 4 && memcmp(annotation.src, "\x0a\0\0\x01\0\0\0\0\0\0\0\0\0\0\0", 16) == 0);
    CHECK(annotation.src_port == 40000 && annotation.dst_port == 80 && annotation.flags == 2);
    CHECK(annotation.present == (SYNFIN_HAS_SEQ | SYNFIN_HAS_WINDOW | SYNFIN_HAS_STEP | SYNFIN_HAS_ROLE));
    CHECK(annotation.seq == 0 && annotation.ack == 0 && annotation.window == 64240 && annotation.len == 0);
    CHECK(annotation.step == SYNFIN_STEP_SYN && annotation.phase == SYNFIN_PHASE_HANDSHAKE);
    CHECK(annotation.direction == SYNFIN_SIDE_INITIATOR && annotation.integrity == SYNFIN_INTEGRITY_OK);
    CHECK(annotation.initiator_after == SYNFIN_STATE_SYN_SENT);
    GIVES(SYNFIN_OK, synfin_rule_at(annotation.role, &rule));
    CHECK(strcmp(rule.id.ptr, "O1") == 0 && rule.severity == SYNFIN_SEVERITY_CHAT);
    CHECK((annotation.rules[annotation.role / 64] >> annotation.role % 64 & 1) == 1);
    synfin_dissector_free(dissector);
}

static void a_frame_without_a_segment_is_told_apart(void) {
    synfin_annotation annotation, before;
    synfin_dissector *dissector = new_dissector();
    synfin_frame arp = frame_of(1, ARP, sizeof ARP, ETHERNET);
    synfin_frame cut = frame_of(2, SYN, 21, RAW);
    synfin_frame odd = frame_of(3, SYN, sizeof SYN, NOBODY_READS_IT);
    memset(&annotation, 0xee, sizeof annotation);
    annotation.struct_size = sizeof annotation;
    before = annotation;
    GIVES(SYNFIN_NOT_TCP, synfin_dissector_frame(dissector, &arp, &annotation));
    GIVES(SYNFIN_BROKEN, synfin_dissector_frame(dissector, &cut, &annotation));
    GIVES(SYNFIN_UNKNOWN_LINK, synfin_dissector_frame(dissector, &odd, &annotation));
    CHECK(memcmp(&annotation, &before, sizeof before) == 0); /* left alone */
    synfin_frame syn = frame_of(4, SYN, sizeof SYN, RAW);
    GIVES(SYNFIN_OK, synfin_dissector_frame(dissector, &syn, &annotation)); /* and it goes on */
    syn.len = (size_t)-1;
    GIVES(SYNFIN_ERR_INVALID, synfin_dissector_frame(dissector, &syn, &annotation));
    synfin_dissector_free(dissector);
}

static void the_segment_door_gives_the_same(void) {
    synfin_annotation by_frame, by_segment = {.struct_size = sizeof by_segment};
    synfin_dissector *first = with_syn(&by_frame), *second = new_dissector();
    synfin_segment good = {
        .struct_size = sizeof good,
        .wire_len = 20,
        .frame = 1,
        .time_ns = 1000,
        .data = SYN + 20,
        .len = 20,
        .src = {10, 0, 0, 1},
        .dst = {10, 0, 0, 2},
        .tcp_offset = 20,
        .ip_id = 1,
        .ttl = 64,
        .address_len = 4,
    };
    GIVES(SYNFIN_OK, synfin_dissector_segment(second, &good, &by_segment));
    CHECK(memcmp(&by_frame, &by_segment, sizeof by_frame) == 0);

    synfin_segment other = good;
    other.ttl = -1;
    other.ip_id = -1;
    other.tcp_offset = UINT32_MAX;
    other.address_len = 16;
    GIVES(SYNFIN_OK, synfin_dissector_segment(second, &other, &by_segment));
    CHECK(by_segment.connection == 1 && by_segment.address_len == 16 && by_segment.src[0] == 10);

    synfin_segment wrong[5] = {good, good, good, good, good};
    wrong[0].ttl = 256;
    wrong[1].ttl = -2;
    wrong[2].ip_id = 65536;
    wrong[3].ip_id = -2;
    wrong[4].address_len = 5;
    for (size_t i = 0; i < 5; i++) {
        GIVES(SYNFIN_ERR_INVALID, synfin_dissector_segment(second, &wrong[i], &by_segment));
    }
    other = good;
    other.len = 3;
    GIVES(SYNFIN_BROKEN, synfin_dissector_segment(second, &other, NULL));
    uint64_t count;
    GIVES(SYNFIN_OK, synfin_dissector_connection_count(second, &count));
    CHECK(count == 2);
    synfin_dissector_free(first);
    synfin_dissector_free(second);
}

static void a_panic_poisons_its_dissector_and_no_other(void) {
    synfin_annotation kept, out = {.struct_size = sizeof out};
    synfin_dissector *poisoned = with_syn(&kept), *healthy = with_syn(&out);
    synfin_values *list = new_values();
    synfin_frame frame = frame_of(2, SYN, sizeof SYN, RAW);
    synfin_segment segment = {.struct_size = sizeof segment, .address_len = 4};
    uint64_t count;
    char buffer[8];
    size_t needed;
    GIVES(SYNFIN_ERR_NULL, synfin_test_panic(NULL));
    GIVES(SYNFIN_ERR_PANIC, synfin_test_panic(poisoned));
    GIVES(SYNFIN_ERR_POISONED, synfin_test_panic(poisoned));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_frame(poisoned, &frame, &out));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_frame(poisoned, NULL, NULL));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_segment(poisoned, &segment, &out));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_finish(poisoned, &count));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_connection_count(poisoned, &count));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_connection_values(poisoned, 0, list));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_connection_json(poisoned, 0, buffer, sizeof buffer, &needed));
    synfin_icmp_note note = {.struct_size = sizeof note};
    synfin_connection connection = {.struct_size = sizeof connection};
    synfin_transaction *transaction;
    GIVES(SYNFIN_OK, synfin_transaction_new(&transaction));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_icmp(poisoned, NULL, &note));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_icmp_note(poisoned, &note));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_frames(poisoned, NULL, NULL, NULL));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_capture(poisoned, SYN, sizeof SYN, NULL));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_connection(poisoned, 0, &connection));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_connections(poisoned, 0, &connection, 1, &needed));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_connection_explain(poisoned, 0, buffer, sizeof buffer, &needed));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_connection_explain_json(poisoned, 0, buffer, sizeof buffer, &needed));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_next_evicted(poisoned, &count));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_forget(poisoned, 0));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_transaction(poisoned, 0, 0, transaction));
    GIVES(SYNFIN_ERR_POISONED, synfin_dissector_next_transaction(poisoned, transaction));
    synfin_transaction_free(transaction);
    synfin_dissector_free(poisoned);

    GIVES(SYNFIN_OK, synfin_dissector_frame(healthy, &frame, &out));
    GIVES(SYNFIN_OK, synfin_annotation_values(&kept, list));
    synfin_dissector_free(healthy);
    synfin_values_free(list);
}

static void two_dissectors_are_independent(void) {
    synfin_annotation one, other, late = {.struct_size = sizeof late};
    synfin_dissector *first = with_syn(&one), *second = with_syn(&other);
    synfin_frame again = frame_of(2, SYN, sizeof SYN, RAW);
    uint64_t count = 0;
    CHECK(memcmp(&one, &other, sizeof one) == 0);
    GIVES(SYNFIN_OK, synfin_dissector_finish(first, &count));
    synfin_dissector_free(first);
    again.time_ns += 1000000000;
    GIVES(SYNFIN_OK, synfin_dissector_frame(second, &again, &late));
    CHECK((late.present & SYNFIN_HAS_RETRANSMISSION_OF) != 0 && late.retransmission_of == 1);
    synfin_dissector_free(second);
}

static void the_capture_ends_once(void) {
    synfin_annotation annotation;
    synfin_dissector *dissector = with_syn(&annotation);
    synfin_values *list = new_values();
    synfin_frame frame = frame_of(2, SYN, sizeof SYN, RAW);
    synfin_segment segment = {.struct_size = sizeof segment, .wire_len = 20, .data = SYN + 20, .len = 20, .address_len = 4};
    uint64_t count = 0;
    GIVES(SYNFIN_OK, synfin_dissector_connection_values(dissector, 0, list)); /* as it stands now */
    CHECK(strcmp(value_of(list, "synfin.handshake.verdict")->value.text.ptr, "pending") == 0);
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_connection_values(dissector, 1, list));
    CHECK(value_count(list) == 0);
    for (int time = 0; time < 2; time++) {
        count = 0;
        GIVES(SYNFIN_OK, synfin_dissector_finish(dissector, &count));
        CHECK(count == 1);
        GIVES(SYNFIN_ERR_FINISHED, synfin_dissector_frame(dissector, &frame, &annotation));
        GIVES(SYNFIN_ERR_FINISHED, synfin_dissector_segment(dissector, &segment, &annotation));
        GIVES(SYNFIN_OK, synfin_dissector_connection_count(dissector, &count));
        CHECK(count == 1);
        GIVES(SYNFIN_OK, synfin_dissector_connection_values(dissector, 0, list));
        CHECK(value_of(list, "synfin.first_frame")->value.number == 1);
        GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_connection_values(dissector, 1, list));
        GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_connection_json(dissector, UINT64_MAX, NULL, 0, NULL));
    }
    synfin_values_free(list);
    synfin_dissector_free(dissector);
}

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
    synfin_annotation good, wrong[14];
    synfin_values *list = new_values();
    synfin_dissector_free(with_syn(&good));
    for (size_t i = 0; i < 14; i++) {
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
    for (size_t i = 0; i < 14; i++) {
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
        CHECK(field.scope >= 1 && field.scope <= (SYNFIN_SCOPE_SEGMENT | SYNFIN_SCOPE_CONNECTION));
    }
    for (size_t i = 0; i < synfin_rule_count(); i++) {
        GIVES(SYNFIN_OK, synfin_rule_at(i, &rule));
        CHECK(is_text(rule.id) && is_text(rule.name) && is_text(rule.rfc) && is_text(rule.condition));
        CHECK(strchr("OETH", rule.id.ptr[0]) != NULL && rule.condition.len > 10);
        CHECK(rule.severity >= SYNFIN_SEVERITY_CHAT && rule.severity <= SYNFIN_SEVERITY_ERROR);
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

/* A pointer to something else is answered, and left alone by the functions that free. */
static void a_foreign_handle_is_not_used(void) {
    synfin_annotation annotation = {.struct_size = sizeof annotation};
    synfin_dissector *dissector = with_syn(&annotation);
    synfin_values *list = new_values();
    synfin_transaction *transaction;
    uint8_t nothing[64] = {1, 2, 3};
    void *foreign[] = {list, nothing, nothing + 1};
    synfin_frame frame = frame_of(2, SYN, sizeof SYN, RAW);
    synfin_segment segment = {.struct_size = sizeof segment, .address_len = 4};
    synfin_icmp icmp = {.struct_size = sizeof icmp, .address_len = 4};
    synfin_icmp_note note = {.struct_size = sizeof note};
    synfin_batch batch = {.struct_size = sizeof batch};
    synfin_connection connection = {.struct_size = sizeof connection};
    synfin_transaction_info info = {.struct_size = sizeof info};
    synfin_http_field field = {.struct_size = sizeof field};
    const synfin_value *values;
    const uint8_t *body;
    uint64_t number;
    size_t size;
    GIVES(SYNFIN_OK, synfin_transaction_new(&transaction));
    for (size_t i = 0; i < 3; i++) {
        synfin_dissector *other = foreign[i];
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_frame(other, &frame, NULL));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_segment(other, &segment, NULL));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_icmp(other, &icmp, &note));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_icmp_note(other, &note));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_frames(other, &batch, NULL, NULL));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_capture(other, SYN, sizeof SYN, NULL));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_finish(other, &number));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_connection_count(other, &number));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_connection(other, 0, &connection));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_connections(other, 0, &connection, 1, &size));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_connection_values(other, 0, list));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_connection_json(other, 0, NULL, 0, &size));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_connection_explain(other, 0, NULL, 0, &size));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_connection_explain_json(other, 0, NULL, 0, &size));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_next_evicted(other, &number));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_forget(other, 0));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_transaction(other, 0, 0, transaction));
        GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_next_transaction(other, transaction));
        synfin_dissector_free(other);
    }
    GIVES(SYNFIN_ERR_HANDLE, synfin_annotation_values(&annotation, (synfin_values *)dissector));
    GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_connection_values(dissector, 0, (synfin_values *)transaction));
    GIVES(SYNFIN_ERR_HANDLE, synfin_values_get((synfin_values *)dissector, &values, &size));
    GIVES(SYNFIN_ERR_HANDLE, synfin_values_find((synfin_values *)dissector, "synfin.role", &values));
    synfin_transaction *other = (synfin_transaction *)list;
    GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_transaction(dissector, 0, 0, other));
    GIVES(SYNFIN_ERR_HANDLE, synfin_dissector_next_transaction(dissector, other));
    GIVES(SYNFIN_ERR_HANDLE, synfin_transaction_get(other, &info));
    GIVES(SYNFIN_ERR_HANDLE, synfin_transaction_field(other, 0, 0, &field));
    GIVES(SYNFIN_ERR_HANDLE, synfin_transaction_body(other, 0, &body, &size));
    GIVES(SYNFIN_ERR_HANDLE, synfin_transaction_json(other, NULL, 0, &size));
    synfin_values_free((synfin_values *)dissector);
    synfin_transaction_free((synfin_transaction *)dissector);
    CHECK(value_count(list) == 0); /* all of them live */
    GIVES(SYNFIN_OK, synfin_dissector_frame(dissector, &frame, NULL));
    synfin_dissector_free(dissector);
    synfin_values_free(list);
    synfin_transaction_free(transaction);
}

/* ICMP destination unreachable, port: the router 10.0.0.9 quotes the SYN. */
static void icmp_tells_of_its_connection(void) {
    synfin_annotation annotation;
    synfin_dissector *dissector = with_syn(&annotation), *other = with_syn(&annotation);
    synfin_icmp_note note = {.struct_size = sizeof note}, again = note;
    uint8_t packet[20 + 8 + sizeof SYN] = {0x45, 0, 0, 68, 0, 7, 0, 0, 64, 1, 0, 0, 10, 0, 0, 9, 10, 0, 0, 1, 3, 3};
    memcpy(packet + 28, SYN, sizeof SYN);
    synfin_frame frame = frame_of(2, packet, sizeof packet, RAW);
    synfin_icmp icmp = {
        .struct_size = sizeof icmp,
        .frame = 2,
        .time_ns = 2000,
        .data = packet + 20,
        .len = sizeof packet - 20,
        .src = {10, 0, 0, 9},
        .ip_id = 7,
        .address_len = 4,
    };
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_icmp_note(dissector, &note));
    GIVES(SYNFIN_ICMP, synfin_dissector_frame(dissector, &frame, &annotation));
    GIVES(SYNFIN_OK, synfin_dissector_icmp_note(dissector, &note));
    CHECK(note.connection == 0 && note.direction == SYNFIN_SIDE_INITIATOR && note.rule < synfin_rule_count());
    GIVES(SYNFIN_OK, synfin_dissector_icmp(other, &icmp, &again));
    CHECK(memcmp(&note, &again, sizeof note) == 0);
    packet[28 + 21] ^= 1; /* another port */
    GIVES(SYNFIN_ICMP, synfin_dissector_frame(dissector, &frame, &annotation));
    GIVES(SYNFIN_NO_CONNECTION, synfin_dissector_icmp_note(dissector, &note));
    GIVES(SYNFIN_NO_CONNECTION, synfin_dissector_icmp(other, &icmp, &again));
    packet[20] = 8; /* an echo request */
    GIVES(SYNFIN_NOT_TCP, synfin_dissector_icmp(other, &icmp, NULL));
    synfin_icmp wrong[3] = {icmp, icmp, icmp};
    wrong[0].address_len = 5;
    wrong[1].ip_id = 65536;
    wrong[2].len = (size_t)-1;
    for (size_t i = 0; i < 3; i++) {
        GIVES(SYNFIN_ERR_INVALID, synfin_dissector_icmp(other, &wrong[i], NULL));
    }
    synfin_dissector_free(dissector);
    synfin_dissector_free(other);
}

static void fragments_are_told_apart(void) {
    uint8_t first[28], overlapping[36];
    synfin_dissector *dissector = new_dissector();
    memcpy(first, SYN, sizeof first);
    first[3] = sizeof first;
    first[6] = 0x20; /* more fragments: 8 bytes from 0 */
    memcpy(overlapping, SYN, sizeof overlapping);
    overlapping[3] = sizeof overlapping;
    overlapping[6] = 0x20;
    overlapping[20] ^= 1; /* 16 bytes from 0, others */
    synfin_frame frame = frame_of(1, first, sizeof first, RAW);
    GIVES(SYNFIN_FRAGMENT, synfin_dissector_frame(dissector, &frame, NULL));
    frame = frame_of(2, overlapping, sizeof overlapping, RAW);
    GIVES(SYNFIN_OVERLAPPING_FRAGMENT, synfin_dissector_frame(dissector, &frame, NULL));
    synfin_dissector_free(dissector);
}

static void a_batch_gives_what_its_frames_give(void) {
    enum { COUNT = 3, BYTES = sizeof SYN + 21 + 10 };
    uint8_t bytes[BYTES];
    const uint64_t offsets[COUNT] = {0, sizeof SYN, sizeof SYN + 1};
    const uint32_t lens[COUNT] = {sizeof SYN, 21, 10}, wire_lens[COUNT] = {sizeof SYN, 40, 40};
    const int64_t times_ns[COUNT] = {1000, 2000, 3000};
    uint32_t statuses[COUNT] = {99, 99, 99};
    struct {
        synfin_annotation annotation;
        uint64_t later; /* the caller's layout is larger */
    } out[COUNT];
    synfin_annotation one;
    memcpy(bytes, SYN, sizeof SYN);
    memcpy(bytes + sizeof SYN, SYN, 21);
    memcpy(bytes + sizeof SYN + 21, SYN, 10);
    memset(out, 0xee, sizeof out);
    out[0].annotation.struct_size = sizeof out[0];
    synfin_batch batch = {
        .struct_size = sizeof batch,
        .link_type = RAW,
        .first_number = 1,
        .count = COUNT,
        .data = bytes,
        .len = sizeof bytes,
        .lens = lens,
        .times_ns = times_ns,
    };
    synfin_dissector *dissector = new_dissector();
    GIVES(SYNFIN_OK, synfin_dissector_frames(dissector, &batch, statuses, &out[0].annotation));
    CHECK(statuses[0] == SYNFIN_OK && statuses[1] == SYNFIN_BROKEN && statuses[2] == SYNFIN_BROKEN);
    synfin_dissector_free(with_syn(&one));
    CHECK(out[0].later == 0);
    out[0].annotation.struct_size = sizeof one;
    CHECK(memcmp(&out[0].annotation, &one, sizeof one) == 0);
    CHECK(out[1].annotation.frame == UINT64_C(0xeeeeeeeeeeeeeeee)); /* left alone */
    /* Again, with everything that may be NULL and without what may. */
    batch.offsets = offsets;
    batch.wire_lens = wire_lens;
    batch.first_number = 4;
    GIVES(SYNFIN_OK, synfin_dissector_frames(dissector, &batch, NULL, NULL));
    uint64_t count;
    GIVES(SYNFIN_OK, synfin_dissector_connection_count(dissector, &count));
    CHECK(count == 1);
    synfin_connection connection = {.struct_size = sizeof connection};
    GIVES(SYNFIN_OK, synfin_dissector_connection(dissector, 0, &connection));
    CHECK(connection.packets[SYNFIN_SIDE_INITIATOR] == 2 && connection.last_frame == 4);

    synfin_batch wrong[5] = {batch, batch, batch, batch, batch};
    wrong[0].link_type = 65536;
    wrong[1].len = sizeof SYN; /* the second frame reaches beyond */
    wrong[2].count = (size_t)-1;
    wrong[3].lens = (const uint32_t *)(const void *)(bytes + 1);
    wrong[4].offsets = (const uint64_t *)(const void *)(bytes + 1);
    for (size_t i = 0; i < 5; i++) {
        GIVES(SYNFIN_ERR_INVALID, synfin_dissector_frames(dissector, &wrong[i], NULL, NULL));
    }
    GIVES(SYNFIN_OK, synfin_dissector_connection(dissector, 0, &connection));
    CHECK(connection.packets[SYNFIN_SIDE_INITIATOR] == 2); /* none of it was taken in */
    batch.count = 0;
    GIVES(SYNFIN_OK, synfin_dissector_frames(dissector, &batch, NULL, NULL));
    GIVES(SYNFIN_OK, synfin_dissector_finish(dissector, NULL));
    GIVES(SYNFIN_ERR_FINISHED, synfin_dissector_frames(dissector, &batch, NULL, NULL));
    synfin_dissector_free(dissector);
}

static void a_capture_in_memory(void) {
    /* pcap, little-endian, microseconds, raw IP; one record. */
    uint8_t file[24 + 16 + sizeof SYN] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [16] = 0xff, 0xff, [20] = RAW,
                                          [24] = 1, [32] = sizeof SYN, [36] = sizeof SYN};
    synfin_dissector *dissector = new_dissector();
    synfin_connection connection = {.struct_size = sizeof connection};
    uint64_t frames = 99;
    memcpy(file + 40, SYN, sizeof SYN);
    GIVES(SYNFIN_OK, synfin_dissector_capture(dissector, file, sizeof file, &frames));
    CHECK(frames == 1);
    GIVES(SYNFIN_CUT_CAPTURE, synfin_dissector_capture(dissector, file, sizeof file - 1, &frames));
    CHECK(frames == 0);
    GIVES(SYNFIN_OK, synfin_dissector_capture(dissector, file, sizeof file, NULL));
    GIVES(SYNFIN_NOT_A_CAPTURE, synfin_dissector_capture(dissector, file + 1, sizeof file - 1, &frames));
    GIVES(SYNFIN_NOT_A_CAPTURE, synfin_dissector_capture(dissector, NULL, 0, &frames));
    GIVES(SYNFIN_OK, synfin_dissector_connection(dissector, 0, &connection));
    CHECK(connection.start_ns == 1000000000 && connection.first_frame == 1 && connection.last_frame == 2);
    file[32] = file[33] = file[34] = file[35] = 0xff; /* a record of 4 GiB */
    GIVES(SYNFIN_DAMAGED_CAPTURE, synfin_dissector_capture(dissector, file, sizeof file, &frames));
    GIVES(SYNFIN_ERR_INVALID, synfin_dissector_capture(dissector, file, (size_t)-1, &frames));
    GIVES(SYNFIN_OK, synfin_dissector_finish(dissector, NULL));
    GIVES(SYNFIN_ERR_FINISHED, synfin_dissector_capture(dissector, file, sizeof file, &frames));
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
    GIVES(SYNFIN_OK, synfin_dissector_connections(dissector, 0, many, 9, &given));
    CHECK(given == 9 - evicted && many[0].connection == evicted && many[1].struct_size == sizeof connection);
    GIVES(SYNFIN_OK, synfin_dissector_connection_count(dissector, &id));
    CHECK(id == 9);
    GIVES(SYNFIN_OK, synfin_dissector_finish(dissector, NULL));
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_dissector_forget(dissector, 8));
    GIVES(SYNFIN_OK, synfin_dissector_connection(dissector, 8, &connection));
    synfin_dissector_free(dissector);
}

int main(void) {
    versions();
    every_status_has_a_sentence();
    null_is_never_followed();
    null_is_fine_where_the_header_says_so();
    config_defaults_and_ranges();
    struct_size_must_be_set();
    an_older_program_has_smaller_structs();
    a_newer_program_has_larger_structs();
    a_syn_is_a_syn();
    a_frame_without_a_segment_is_told_apart();
    the_segment_door_gives_the_same();
    a_panic_poisons_its_dissector_and_no_other();
    two_dissectors_are_independent();
    the_capture_ends_once();
    connections_that_made_room_stay_readable();
    annotations_outlive_their_dissector();
    numbers_that_mean_nothing_are_refused();
    lists_are_in_order_and_used_again();
    the_registry_is_complete();
    a_small_buffer_gets_the_size();
    a_foreign_handle_is_not_used();
    icmp_tells_of_its_connection();
    fragments_are_told_apart();
    a_batch_gives_what_its_frames_give();
    a_capture_in_memory();
    transactions_tell_their_facts();
    a_connection_in_numbers_words_and_sentences();
    what_made_room_can_be_forgotten();
    if (failures > 0) {
        fprintf(stderr, "%d promises broken\n", failures);
        return 1;
    }
    puts("every promise kept");
    return 0;
}
