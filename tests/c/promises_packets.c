/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What synfin.h promises about packets, one function for each subject. */
#include "promises.h"

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
    synfin_values *list = NULL;
    const synfin_value *value = NULL;
    GIVES(SYNFIN_OK, synfin_values_new(&list));
    GIVES(SYNFIN_OK, synfin_icmp_note_values(&note, list));
    GIVES(SYNFIN_OK, synfin_values_find(list, "synfin.direction", &value));
    CHECK(strcmp(value->value.text.ptr, "initiator") == 0);
    GIVES(SYNFIN_OK, synfin_values_find(list, "synfin.role", &value));
    CHECK(strcmp(value->value.text.ptr, "O17") == 0);
    again.rule = SYNFIN_NO_RULE;
    GIVES(SYNFIN_OK, synfin_icmp_note_values(&again, list));
    GIVES(SYNFIN_ERR_NOT_FOUND, synfin_values_find(list, "synfin.role", &value));
    again.rule = (uint32_t)synfin_rule_count();
    GIVES(SYNFIN_ERR_INVALID, synfin_icmp_note_values(&again, list));
    again = note;
    again.direction = 2;
    GIVES(SYNFIN_ERR_INVALID, synfin_icmp_note_values(&again, list));
    synfin_values_free(list);
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

void promises_of_packets(void) {
    a_syn_is_a_syn();
    a_frame_without_a_segment_is_told_apart();
    the_segment_door_gives_the_same();
    two_dissectors_are_independent();
    the_capture_ends_once();
    icmp_tells_of_its_connection();
    fragments_are_told_apart();
    a_batch_gives_what_its_frames_give();
    a_capture_in_memory();
}
