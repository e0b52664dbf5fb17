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
        int is_known = status <= SYNFIN_ERR_FINISHED || (status >= SYNFIN_NOT_TCP && status <= SYNFIN_UNKNOWN_LINK);
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

    GIVES(SYNFIN_OK, synfin_dissector_connection_count(dissector, &number));
    CHECK(number == 1); /* none of these was taken in */
    synfin_dissector_free(dissector);
    synfin_values_free(list);
}

static void null_is_fine_where_the_header_says_so(void) {
    synfin_dissector_free(NULL);
    synfin_values_free(NULL);
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

    synfin_config wrong[3] = {config, config, config};
    wrong[0].checksums = 3;
    wrong[1].max_connections = 0;
    wrong[2].http_enabled = 2;
    for (size_t i = 0; i < 3; i++) {
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
    if (failures > 0) {
        fprintf(stderr, "%d promises broken\n", failures);
        return 1;
    }
    puts("every promise kept");
    return 0;
}
