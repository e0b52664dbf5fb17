/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What synfin.h promises about every call, one function for each subject. */
#include "promises.h"

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
    synfin_bounds_reached bounds = {.struct_size = sizeof bounds};
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_bounds_reached(NULL, &bounds));
    GIVES(SYNFIN_ERR_NULL, synfin_dissector_bounds_reached(dissector, NULL));
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
    GIVES(SYNFIN_ERR_NULL, synfin_icmp_note_values(&note, NULL));
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

    CHECK(config.max_closed == UINT64_MAX && config.max_held_bytes == 256 << 20);
    CHECK(config.max_servers == 16384 && config.max_hosts == 1024);
    CHECK(config.fragment_packets == 256 && config.fragments == 16384 && config.tls_hello_bytes == 16 << 10);
    CHECK(config.http2_streams == 1000 && config.http2_header_list_bytes == 256 << 10);
    CHECK(config.http2_table_bytes == 64 << 10);
    CHECK(config.http2_flood_continuations == 64 && config.http2_flood_per_second == 100);

    enum { WRONG = 12 };
    synfin_config wrong[WRONG];
    for (size_t i = 0; i < WRONG; i++)
        wrong[i] = config;
    wrong[9].max_closed = 1;
    wrong[10].max_servers = 0;
    wrong[11].max_hosts = 0;
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
        GIVES(SYNFIN_ERR_STRUCT_SIZE, synfin_icmp_note_values(&note, list));
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
    annotation.struct_size = offsetof(synfin_annotation, application_frames) - 1;
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

void promises_of_calls(void) {
    versions();
    every_status_has_a_sentence();
    null_is_never_followed();
    null_is_fine_where_the_header_says_so();
    config_defaults_and_ranges();
    struct_size_must_be_set();
    an_older_program_has_smaller_structs();
    a_newer_program_has_larger_structs();
    a_foreign_handle_is_not_used();
    a_panic_poisons_its_dissector_and_no_other();
}
