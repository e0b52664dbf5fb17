/**
 * @file synfin.h
 * What happened to each TCP connection of a capture, packet by packet.
 *
 * The life of a dissector:
 *
 *     synfin_dissector *dissector;
 *     if (synfin_dissector_new(NULL, &dissector) != SYNFIN_OK) ...
 *     for each frame, in the order of the capture:
 *         synfin_annotation annotation = {.struct_size = sizeof annotation};
 *         synfin_status status = synfin_dissector_frame(dissector, &frame, &annotation);
 *     uint64_t connections;
 *     synfin_dissector_finish(dissector, &connections);
 *     synfin_dissector_connection_json(dissector, 0 to connections - 1, ...);
 *     synfin_dissector_free(dissector);
 *
 * Rules for every call:
 *
 * - Answers come through pointers; what is returned is a status, 0 for success. An answer is written on
 *   success only, unless the call says otherwise.
 * - A struct with `struct_size` wants it set, by the caller, to sizeof the struct, also where the struct is
 *   filled by the call. So both sides can be newer: the library reads and writes only that much, leaves
 *   `struct_size` itself alone, gives members it does not know the value 0, and ignores them on the way in.
 *   Layouts only ever grow at the end.
 * - NULL is never followed: SYNFIN_ERR_NULL.
 * - One dissector, or one list of values, is used by one thread at a time; different ones are independent.
 *   There is no global state, no callback, and no file is opened.
 * - Who makes a thing with _new() ends it with _free(). Nothing else changes hands: memory the caller
 *   gives is used during the call only.
 * - A bug in the library ends as SYNFIN_ERR_PANIC, not in a crash of the host; it also writes a line to
 *   standard error.
 */


#ifndef SYNFIN_H
#define SYNFIN_H

/* Made by cbindgen from ffi/src: change it there, then run `cargo run -p synfin-tests --bin header`. */

#include <stddef.h>
#include <stdint.h>

/* Version of this header. */
#define SYNFIN_VERSION "0.1.0"
#define SYNFIN_VERSION_MAJOR 0
#define SYNFIN_VERSION_MINOR 1
#define SYNFIN_VERSION_PATCH 0

/**
 * What kind of value a field has: which member of synfin_datum to read.
 * In quotes: the word that values and JSON use.
 */
enum synfin_type {
    SYNFIN_TYPE_UNSIGNED = 0, /**< "unsigned" */
    SYNFIN_TYPE_BOOL = 1, /**< "bool" */
    SYNFIN_TYPE_TEXT = 2, /**< "text" */
    SYNFIN_TYPE_FRAME = 3, /**< "frame" */
    SYNFIN_TYPE_RELATIVE_TIME = 4, /**< "relative-time" */
    SYNFIN_TYPE_ABSOLUTE_TIME = 5, /**< "absolute-time" */
    SYNFIN_TYPE_ADDRESS = 6, /**< "address" */
};

/**
 * How much a rule deserves attention: Wireshark's expert levels.
 * In quotes: the word that values and JSON use.
 */
enum synfin_severity {
    SYNFIN_SEVERITY_CHAT = 1, /**< "chat" */
    SYNFIN_SEVERITY_NOTE = 2, /**< "note" */
    SYNFIN_SEVERITY_WARN = 3, /**< "warn" */
    SYNFIN_SEVERITY_ERROR = 4, /**< "error" */
};

/**
 * Which endpoint of a connection: the one that opened it, or the other.
 * In quotes: the word that values and JSON use.
 */
enum synfin_side {
    SYNFIN_SIDE_INITIATOR = 0, /**< "initiator" */
    SYNFIN_SIDE_RESPONDER = 1, /**< "responder" */
};

/**
 * How far a segment can be read and trusted.
 * In quotes: the word that values and JSON use.
 */
enum synfin_integrity {
    SYNFIN_INTEGRITY_OK = 0, /**< "ok" */
    SYNFIN_INTEGRITY_CUT = 1, /**< "cut" */
    SYNFIN_INTEGRITY_MALFORMED = 2, /**< "malformed" */
    SYNFIN_INTEGRITY_BAD_CHECKSUM = 3, /**< "bad-checksum" */
};

/**
 * Where in the life of its connection a segment stands.
 * In quotes: the word that values and JSON use.
 */
enum synfin_phase {
    SYNFIN_PHASE_HANDSHAKE = 0, /**< "handshake" */
    SYNFIN_PHASE_TRANSFER = 1, /**< "transfer" */
    SYNFIN_PHASE_TEARDOWN = 2, /**< "teardown" */
    SYNFIN_PHASE_CLOSED = 3, /**< "closed" */
    SYNFIN_PHASE_STRAY = 4, /**< "stray" */
};

/**
 * A textbook step: opening in three, closing in four.
 * In quotes: the word that values and JSON use.
 */
enum synfin_step {
    SYNFIN_STEP_SYN = 1, /**< "1/3" */
    SYNFIN_STEP_SYN_ACK = 2, /**< "2/3" */
    SYNFIN_STEP_ACK = 3, /**< "3/3" */
    SYNFIN_STEP_ACK_AND_FIRST_FIN = 4, /**< "3/3,1/4" */
    SYNFIN_STEP_FIRST_FIN = 5, /**< "1/4" */
    SYNFIN_STEP_ACK_OF_FIRST_FIN = 6, /**< "2/4" */
    SYNFIN_STEP_SECOND_FIN = 7, /**< "3/4" */
    SYNFIN_STEP_ACK_OF_SECOND_FIN = 8, /**< "4/4" */
    SYNFIN_STEP_ACK_AND_SECOND_FIN = 9, /**< "2+3/4" */
};

/**
 * How a segment comes out of turn.
 * In quotes: the word that values and JSON use.
 */
enum synfin_order {
    SYNFIN_ORDER_RETRANSMISSION = 0, /**< "retransmission" */
    SYNFIN_ORDER_SPURIOUS_RETRANSMISSION = 1, /**< "spurious-retransmission" */
    SYNFIN_ORDER_OUT_OF_ORDER = 2, /**< "out-of-order" */
    SYNFIN_ORDER_DUPLICATE = 3, /**< "duplicate" */
};

/**
 * States of an endpoint, RFC 9293 section 3.3.2.
 * In quotes: the word that values and JSON use.
 */
enum synfin_state {
    SYNFIN_STATE_CLOSED = 0, /**< "CLOSED" */
    SYNFIN_STATE_LISTEN = 1, /**< "LISTEN" */
    SYNFIN_STATE_SYN_SENT = 2, /**< "SYN-SENT" */
    SYNFIN_STATE_SYN_RECEIVED = 3, /**< "SYN-RECEIVED" */
    SYNFIN_STATE_ESTABLISHED = 4, /**< "ESTABLISHED" */
    SYNFIN_STATE_FIN_WAIT_1 = 5, /**< "FIN-WAIT-1" */
    SYNFIN_STATE_FIN_WAIT_2 = 6, /**< "FIN-WAIT-2" */
    SYNFIN_STATE_CLOSE_WAIT = 7, /**< "CLOSE-WAIT" */
    SYNFIN_STATE_CLOSING = 8, /**< "CLOSING" */
    SYNFIN_STATE_LAST_ACK = 9, /**< "LAST-ACK" */
    SYNFIN_STATE_TIME_WAIT = 10, /**< "TIME-WAIT" */
    SYNFIN_STATE_UNKNOWN = 11, /**< "unknown" */
};

/**
 * The two kinds of HTTP message.
 * In quotes: the word that values and JSON use.
 */
enum synfin_http_message {
    SYNFIN_HTTP_MESSAGE_REQUEST = 0, /**< "request" */
    SYNFIN_HTTP_MESSAGE_RESPONSE = 1, /**< "response" */
};

/**
 * How a connection ended.
 * In quotes: the word that values and JSON use.
 */
enum synfin_close_verdict {
    SYNFIN_CLOSE_VERDICT_NOT_OPENED = 0, /**< "not-opened" */
    SYNFIN_CLOSE_VERDICT_SIMULTANEOUS = 1, /**< "simultaneous" */
    SYNFIN_CLOSE_VERDICT_THREE_SEGMENT = 2, /**< "three-segment" */
    SYNFIN_CLOSE_VERDICT_FOUR_WAY = 3, /**< "four-way" */
    SYNFIN_CLOSE_VERDICT_FIN_THEN_RESET = 4, /**< "fin-then-reset" */
    SYNFIN_CLOSE_VERDICT_RESET = 5, /**< "reset" */
    SYNFIN_CLOSE_VERDICT_SUPERSEDED = 6, /**< "superseded" */
    SYNFIN_CLOSE_VERDICT_TIMED_OUT = 7, /**< "timed-out" */
    SYNFIN_CLOSE_VERDICT_CLOSING = 8, /**< "closing" */
    SYNFIN_CLOSE_VERDICT_HALF_CLOSED = 9, /**< "half-closed" */
    SYNFIN_CLOSE_VERDICT_OPEN = 10, /**< "open" */
};

/**
 * Who ended a connection.
 * In quotes: the word that values and JSON use.
 */
enum synfin_closer {
    SYNFIN_CLOSER_INITIATOR = 0, /**< "initiator" */
    SYNFIN_CLOSER_RESPONDER = 1, /**< "responder" */
    SYNFIN_CLOSER_BOTH = 2, /**< "both" */
    SYNFIN_CLOSER_NETWORK = 3, /**< "network" */
    SYNFIN_CLOSER_NOBODY = 4, /**< "nobody" */
};


/**
 * Larger sizes are taken for a member that was never set.
 */
#define SYNFIN_STRUCT_SIZE_MAX 4096

/**
 * Version of the binary interface. It changes only when an old program would break, together with the
 * number in the library's file name (`libsynfin.so.1`).
 */
#define SYNFIN_ABI_VERSION 1

/**
 * `checksums`: a segment with a wrong checksum is marked, and believed all the same.
 */
#define SYNFIN_CHECKSUMS_NOTE 0

/**
 * `checksums`: a segment with a wrong checksum is marked, and proves nothing.
 */
#define SYNFIN_CHECKSUMS_DROP 1

/**
 * `checksums`: checksums are not looked at.
 */
#define SYNFIN_CHECKSUMS_IGNORE 2

/**
 * `present`: `seq` was captured.
 */
#define SYNFIN_HAS_SEQ 1

/**
 * `present`: the ACK bit is set, and `ack` counts.
 */
#define SYNFIN_HAS_ACK 2

/**
 * `present`: `window` was captured.
 */
#define SYNFIN_HAS_WINDOW 4

/**
 * `present`: the segment plays a textbook step, `step`.
 */
#define SYNFIN_HAS_STEP 8

/**
 * `present`: a rule says what the segment is, `role`.
 */
#define SYNFIN_HAS_ROLE 16

/**
 * `present`: the segment answers the frame `answers`.
 */
#define SYNFIN_HAS_ANSWERS 32

/**
 * `present`: `since_answered_ns` is known.
 */
#define SYNFIN_HAS_SINCE_ANSWERED 64

/**
 * `present`: the segment carries again what `retransmission_of` carried.
 */
#define SYNFIN_HAS_RETRANSMISSION_OF 128

/**
 * `present`: `retransmission_index` is known.
 */
#define SYNFIN_HAS_RETRANSMISSION_INDEX 256

/**
 * `present`: `since_previous_ns` is known.
 */
#define SYNFIN_HAS_SINCE_PREVIOUS 512

/**
 * `present`: `backoff_percent` is known.
 */
#define SYNFIN_HAS_BACKOFF 1024

/**
 * `present`: the segment has to do with HTTP; `http_message`, `http_begins`, `http_ends` and `http_transaction`
 * count.
 */
#define SYNFIN_HAS_HTTP 2048

/**
 * `present`: the segment decides `close_verdict_so_far`.
 */
#define SYNFIN_HAS_CLOSE_VERDICT 4096

/**
 * `present`: the segment decides `close_by_so_far`.
 */
#define SYNFIN_HAS_CLOSE_BY 8192

/**
 * `present`: something tells how the segment comes out of turn, `order`.
 */
#define SYNFIN_HAS_ORDER 16384

/**
 * `present`: `http_request_in` is known.
 */
#define SYNFIN_HAS_HTTP_REQUEST_IN 32768

/**
 * `scope` of a field: segments have it.
 */
#define SYNFIN_SCOPE_SEGMENT 1

/**
 * `scope` of a field: connections have it.
 */
#define SYNFIN_SCOPE_CONNECTION 2

/**
 * What a call answers. Numbers are never given a second meaning; expect new ones.
 *
 * 0 is success, 1 to 15 are mistakes in the call or in the library, from 16 on it is the packet that
 * gives no answer.
 */
enum synfin_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Done.
     */
    SYNFIN_OK = 0,
    /**
     * A pointer that must not be NULL is.
     */
    SYNFIN_ERR_NULL = 1,
    /**
     * `struct_size` is smaller than the first layout of the struct or larger than
     * SYNFIN_STRUCT_SIZE_MAX: most likely it was not set.
     */
    SYNFIN_ERR_STRUCT_SIZE = 2,
    /**
     * A member or argument is out of its range.
     */
    SYNFIN_ERR_INVALID = 3,
    /**
     * There is nothing of that number.
     */
    SYNFIN_ERR_NOT_FOUND = 4,
    /**
     * The buffer cannot hold the text; the call says how much is needed.
     */
    SYNFIN_ERR_BUFFER_TOO_SMALL = 5,
    /**
     * A bug in the library: please report it. A dissector that answers it is poisoned.
     */
    SYNFIN_ERR_PANIC = 6,
    /**
     * An earlier call on this dissector ended in SYNFIN_ERR_PANIC. All that can be done with it is
     * synfin_dissector_free().
     */
    SYNFIN_ERR_POISONED = 7,
    /**
     * The capture was ended by synfin_dissector_finish(): no more packets.
     */
    SYNFIN_ERR_FINISHED = 8,
    /**
     * The frame was read; it carries no TCP segment.
     */
    SYNFIN_NOT_TCP = 16,
    /**
     * The packet ends, or contradicts its format, before as much as the TCP ports could be read.
     */
    SYNFIN_BROKEN = 17,
    /**
     * The frame is of a link type this library does not read.
     */
    SYNFIN_UNKNOWN_LINK = 18,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum synfin_status synfin_status;
#else
typedef uint32_t synfin_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Dissects one capture: give it packets in the order of the capture, each is annotated at once.
 *
 * Made by synfin_dissector_new(), ended by synfin_dissector_free(). One dissector is used by one thread at
 * a time; different dissectors are independent.
 */
typedef struct synfin_dissector synfin_dissector;

/**
 * A list of values, to be used again and again: filled by synfin_annotation_values() and
 * synfin_dissector_connection_values(), read by synfin_values_get().
 *
 * Made by synfin_values_new(), ended by synfin_values_free(). It belongs to no dissector. One list is used
 * by one thread at a time.
 */
typedef struct synfin_values synfin_values;

/**
 * Settings of a dissector. Set `struct_size`, call synfin_config_init(), change what you want, give it
 * to synfin_dissector_new(). First layout: up to `checksums`, 8 bytes.
 */
typedef struct synfin_config {
    /**
     * `sizeof(struct synfin_config)`.
     */
    uint32_t struct_size;
    /**
     * What to do with wrong TCP checksums: SYNFIN_CHECKSUMS_NOTE (default), _DROP or _IGNORE. A checksum
     * counts as wrong only when the whole segment was captured and it is no offload artefact.
     */
    uint32_t checksums;
    /**
     * Connections followed at once, at least 1; default 4,000,000. When it is reached, closed
     * connections make room first, then quiet ones; they stay readable by their numbers.
     */
    uint64_t max_connections;
    /**
     * Out-of-order payload held for each direction of a connection, bytes; default 1 MiB.
     */
    uint32_t reassembly_held_bytes;
    /**
     * The same in separate pieces; default 1024.
     */
    uint32_t reassembly_held_pieces;
    /**
     * Longest HTTP head, bytes; default 64 KiB.
     */
    uint32_t http_head_bytes;
    /**
     * HTTP transactions kept for each connection; default 10,000. Later ones are counted.
     */
    uint32_t http_kept_transactions;
    /**
     * Bytes of HTTP methods and targets kept for each connection; default 16 MiB.
     */
    uint32_t http_kept_text;
    /**
     * Unfinished HTTP transactions remembered after the kept ones; default 256.
     */
    uint32_t http_pending_requests;
    /**
     * 1 (default) looks for HTTP, 0 does not.
     */
    uint8_t http_enabled;
} synfin_config;

/**
 * A captured frame. First layout: all members shown.
 */
typedef struct synfin_frame {
    /**
     * `sizeof(struct synfin_frame)`.
     */
    uint32_t struct_size;
    /**
     * Length on the wire, bytes; more than `len` where the snap length cut the frame.
     */
    uint32_t wire_len;
    /**
     * Position in the capture, from 1.
     */
    uint64_t number;
    /**
     * Capture time, nanoseconds since the Unix epoch.
     */
    int64_t time_ns;
    /**
     * The captured bytes, from the link header on; read during the call only. May be NULL if `len` is 0.
     */
    const uint8_t *data;
    /**
     * How many.
     */
    size_t len;
    /**
     * What they begin with: a LINKTYPE_ number of tcpdump.org (1 is Ethernet, 101 raw IP).
     */
    uint16_t link_type;
} synfin_frame;

/**
 * What one TCP segment is and means, as known when the segment is seen; it never changes afterwards.
 *
 * Plain data without pointers: copy it, keep it as long as you like, give it back to
 * synfin_annotation_values() and synfin_annotation_json() unchanged. `present` says which of the optional
 * members count; those that do not are 0. Set `struct_size` before the call that fills it. First layout:
 * all members shown.
 */
typedef struct synfin_annotation {
    /**
     * `sizeof(struct synfin_annotation)`.
     */
    uint32_t struct_size;
    /**
     * Which optional members count: SYNFIN_HAS_ bits.
     */
    uint32_t present;
    /**
     * Number of the frame, as the caller gave it.
     */
    uint64_t frame;
    /**
     * Capture time, nanoseconds since the Unix epoch.
     */
    int64_t time_ns;
    /**
     * Number of the connection, from 0 in the order of first segments.
     */
    uint64_t connection;
    /**
     * All rules the segment fulfils, its role included: rule number `n` is bit `n % 64` of `rules[n / 64]`.
     * Numbers are those of synfin_rule_at() of the same library.
     */
    uint64_t rules[4];
    /**
     * The frame this segment answers: whose last byte, SYN or FIN it acknowledges first.
     * SYNFIN_HAS_ANSWERS.
     */
    uint64_t answers;
    /**
     * Nanoseconds since that frame. SYNFIN_HAS_SINCE_ANSWERED.
     */
    int64_t since_answered_ns;
    /**
     * The frame that first carried what this segment carries again. SYNFIN_HAS_RETRANSMISSION_OF.
     */
    uint64_t retransmission_of;
    /**
     * Nanoseconds since the same was sent last. SYNFIN_HAS_SINCE_PREVIOUS.
     */
    int64_t since_previous_ns;
    /**
     * The frame with the first byte of the request that this response answers. SYNFIN_HAS_HTTP_REQUEST_IN.
     */
    uint64_t http_request_in;
    /**
     * How often the same was sent again, this time included. SYNFIN_HAS_RETRANSMISSION_INDEX.
     */
    uint32_t retransmission_index;
    /**
     * `since_previous_ns` in hundredths of the time before it (200 = doubled). SYNFIN_HAS_BACKOFF.
     */
    uint32_t backoff_percent;
    /**
     * Sequence number relative to the sender's initial one. SYNFIN_HAS_SEQ.
     */
    uint32_t seq;
    /**
     * Acknowledgement number relative to the receiver's initial sequence number. SYNFIN_HAS_ACK.
     */
    uint32_t ack;
    /**
     * Payload on the wire, bytes.
     */
    uint32_t len;
    /**
     * Position of the HTTP transaction on the connection, from 0. SYNFIN_HAS_HTTP.
     */
    uint32_t http_transaction;
    /**
     * Sender's address in network order, `address_len` bytes, the rest 0.
     */
    uint8_t src[16];
    /**
     * Receiver's address, likewise.
     */
    uint8_t dst[16];
    /**
     * Sender's port.
     */
    uint16_t src_port;
    /**
     * Receiver's port.
     */
    uint16_t dst_port;
    /**
     * Control bits as in bytes 12 and 13 of the TCP header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32,
     * ECE 64, CWR 128, AE 256.
     */
    uint16_t flags;
    /**
     * Window field as sent, not scaled. SYNFIN_HAS_WINDOW.
     */
    uint16_t window;
    /**
     * Number of the rule that says best what the segment is. SYNFIN_HAS_ROLE.
     */
    uint16_t role;
    /**
     * 4 or 16.
     */
    uint8_t address_len;
    /**
     * Which TCP layer of the frame, outermost 0.
     */
    uint8_t layer;
    /**
     * enum synfin_integrity.
     */
    uint8_t integrity;
    /**
     * Which side sent it: enum synfin_side.
     */
    uint8_t direction;
    /**
     * Where in the connection's life it stands: enum synfin_phase.
     */
    uint8_t phase;
    /**
     * Textbook step: enum synfin_step. SYNFIN_HAS_STEP.
     */
    uint8_t step;
    /**
     * The initiator's state before the segment: enum synfin_state.
     */
    uint8_t initiator_before;
    /**
     * The initiator's state after it.
     */
    uint8_t initiator_after;
    /**
     * The responder's state before the segment.
     */
    uint8_t responder_before;
    /**
     * The responder's state after it.
     */
    uint8_t responder_after;
    /**
     * Whose message the payload belongs to: enum synfin_http_message. SYNFIN_HAS_HTTP.
     */
    uint8_t http_message;
    /**
     * 1 when that message begins in this segment. SYNFIN_HAS_HTTP.
     */
    uint8_t http_begins;
    /**
     * 1 when a message ends in this segment. SYNFIN_HAS_HTTP.
     */
    uint8_t http_ends;
    /**
     * How the connection ends as far as this segment: enum synfin_close_verdict.
     * SYNFIN_HAS_CLOSE_VERDICT.
     */
    uint8_t close_verdict_so_far;
    /**
     * By whom, as far as this segment: enum synfin_closer. SYNFIN_HAS_CLOSE_BY.
     */
    uint8_t close_by_so_far;
    /**
     * How the segment comes out of turn: enum synfin_order. SYNFIN_HAS_ORDER.
     */
    uint8_t order;
    /**
     * 0.
     */
    uint8_t reserved[6];
} synfin_annotation;

/**
 * A TCP segment whose lower layers the caller has decoded. First layout: all members shown.
 */
typedef struct synfin_segment {
    /**
     * `sizeof(struct synfin_segment)`.
     */
    uint32_t struct_size;
    /**
     * Length of the segment on the wire, header and payload, bytes; captured bytes beyond it are left out.
     */
    uint32_t wire_len;
    /**
     * Number of the frame that carries it, from 1.
     */
    uint64_t frame;
    /**
     * Capture time, nanoseconds since the Unix epoch.
     */
    int64_t time_ns;
    /**
     * The captured bytes, from the TCP header on; read during the call only. May be NULL if `len` is 0.
     */
    const uint8_t *data;
    /**
     * How many.
     */
    size_t len;
    /**
     * Sender's address in network order, `address_len` bytes.
     */
    uint8_t src[16];
    /**
     * Receiver's address, likewise.
     */
    uint8_t dst[16];
    /**
     * Where the TCP header begins in the frame, bytes; UINT32_MAX if that is not known.
     */
    uint32_t tcp_offset;
    /**
     * IPv4 identification, 0 to 65535; -1 where there is none.
     */
    int32_t ip_id;
    /**
     * IPv4 time to live or IPv6 hop limit, 0 to 255; -1 if that is not known.
     */
    int16_t ttl;
    /**
     * 4 or 16.
     */
    uint8_t address_len;
    /**
     * Which TCP layer of the frame, outermost 0 (tunnels carry several).
     */
    uint8_t layer;
} synfin_segment;

/**
 * UTF-8 text that belongs to the library; where it comes from says until when.
 *
 * A NUL that `len` does not count follows the last byte, so `ptr` can be used as a C string. Text from
 * the wire may have NULs inside too.
 */
typedef struct synfin_str {
    /**
     * First byte, never NULL.
     */
    const char *ptr;
    /**
     * Bytes, without the NUL behind them.
     */
    size_t len;
} synfin_str;

/**
 * An IP address.
 */
typedef struct synfin_address {
    /**
     * In network order; bytes past `len` are 0.
     */
    uint8_t bytes[16];
    /**
     * 4 or 16.
     */
    uint32_t len;
    /**
     * 0.
     */
    uint32_t reserved;
} synfin_address;

/**
 * A value of a field; `type` of the struct around it says which member to read. Its layout is fixed.
 */
typedef union synfin_datum {
    /**
     * SYNFIN_TYPE_UNSIGNED, SYNFIN_TYPE_BOOL (0 or 1), SYNFIN_TYPE_FRAME (number of a frame).
     */
    uint64_t number;
    /**
     * SYNFIN_TYPE_RELATIVE_TIME: a time span, nanoseconds, may be negative; SYNFIN_TYPE_ABSOLUTE_TIME:
     * nanoseconds since the Unix epoch.
     */
    int64_t time_ns;
    /**
     * SYNFIN_TYPE_TEXT; belongs to the list of values.
     */
    struct synfin_str text;
    /**
     * SYNFIN_TYPE_ADDRESS.
     */
    struct synfin_address address;
} synfin_datum;

/**
 * One value. Values of one field stand side by side, fields in the order of their numbers. Its layout is
 * fixed, as lists of it cross the interface.
 */
typedef struct synfin_value {
    /**
     * Number of the field: synfin_field_at() of the same library knows more.
     */
    uint32_t field;
    /**
     * How many groups deep the field's name lies: 0 for `synfin.role`, 1 for `synfin.close.verdict`.
     */
    uint32_t depth;
    /**
     * Where in the TCP segment the value was read, bytes from the start of the TCP header.
     */
    uint32_t offset;
    /**
     * How many bytes; 0 for a value that is concluded, not read.
     */
    uint32_t length;
    /**
     * enum synfin_type.
     */
    uint32_t type;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * The value.
     */
    union synfin_datum value;
} synfin_value;

/**
 * A row of the field registry: every value synfin reports, once. Texts are static. First layout: all
 * members shown.
 */
typedef struct synfin_field {
    /**
     * `sizeof(struct synfin_field)`.
     */
    uint32_t struct_size;
    /**
     * enum synfin_type.
     */
    uint32_t type;
    /**
     * Who has it: SYNFIN_SCOPE_ bits.
     */
    uint32_t scope;
    /**
     * Which bytes of the TCP header it is read from: the first.
     */
    uint32_t offset;
    /**
     * How many; 0 for a value that is concluded, not read.
     */
    uint32_t length;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Name, such as `synfin.close.verdict`; stable once published.
     */
    struct synfin_str name;
    /**
     * Unit, such as `bytes`; empty where there is none. Times are always nanoseconds here.
     */
    struct synfin_str unit;
    /**
     * One line.
     */
    struct synfin_str description;
} synfin_field;

/**
 * A row of the rule table: every situation synfin names. Texts are static. First layout: all members
 * shown.
 */
typedef struct synfin_rule {
    /**
     * `sizeof(struct synfin_rule)`.
     */
    uint32_t struct_size;
    /**
     * How much attention it deserves: enum synfin_severity, Wireshark's expert levels.
     */
    uint32_t severity;
    /**
     * Id, such as `T7`; stable once published.
     */
    struct synfin_str id;
    /**
     * Its name, a few words.
     */
    struct synfin_str name;
    /**
     * Where the behaviour is specified or described.
     */
    struct synfin_str rfc;
    /**
     * The evidence it takes, a sentence.
     */
    struct synfin_str condition;
} synfin_rule;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * SYNFIN_ABI_VERSION of the library that is running. Compare it with the header's where a library is
 * loaded by hand (dlopen, ctypes); the linker does it for everybody else.
 */
uint32_t synfin_abi_version(void);

/**
 * Version of the library that is running, such as "0.1.0": static text, NUL-ended, never NULL. The
 * header's own version is SYNFIN_VERSION.
 */
const char *synfin_version(void);

/**
 * A sentence for a status: static text, NUL-ended, never NULL ("unknown status" for a number this
 * library does not know). Any thread.
 */
const char *synfin_status_str(uint32_t status);

/**
 * Fills in the defaults. The caller has set `struct_size`; it stays as it is.
 *
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_PANIC
 */
synfin_status synfin_config_init(struct synfin_config *config);

/**
 * Makes a dissector for one capture.
 *
 * @param config  settings; NULL for the defaults. Read during the call only.
 * @param out     gets the dissector, to be ended by synfin_dissector_free(); NULL unless SYNFIN_OK
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (a member of `config` is
 *         out of its range), SYNFIN_ERR_PANIC
 */
synfin_status synfin_dissector_new(const struct synfin_config *config,
                                   struct synfin_dissector **out);

/**
 * Ends a dissector and all it holds. NULL is fine; the same dissector twice is not. Works on a poisoned
 * one. Annotations and lists of values made before stay valid.
 */
void synfin_dissector_free(struct synfin_dissector *dissector);

/**
 * Takes in the next captured frame.
 *
 * @param out  gets the annotation if SYNFIN_OK, and is left alone otherwise; its `struct_size` is set by
 *             the caller. NULL if only the connections are of interest.
 * @return SYNFIN_OK; SYNFIN_NOT_TCP, SYNFIN_BROKEN, SYNFIN_UNKNOWN_LINK where the frame has no segment to
 *         annotate (go on with the next); SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (`len`),
 *         SYNFIN_ERR_FINISHED, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED (nothing was taken in)
 */
synfin_status synfin_dissector_frame(struct synfin_dissector *dissector,
                                     const struct synfin_frame *frame,
                                     struct synfin_annotation *out);

/**
 * Takes in the next TCP segment, for hosts that decode the lower layers themselves. Use either this or
 * synfin_dissector_frame() for a frame, not both.
 *
 * @param out  as for synfin_dissector_frame()
 * @return SYNFIN_OK; SYNFIN_BROKEN where not even the ports are there; SYNFIN_ERR_NULL,
 *         SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (`address_len`, `ttl`, `ip_id`, `len`),
 *         SYNFIN_ERR_FINISHED, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED (nothing was taken in)
 */
synfin_status synfin_dissector_segment(struct synfin_dissector *dissector,
                                       const struct synfin_segment *segment,
                                       struct synfin_annotation *out);

/**
 * Ends the capture: what is open now stays open. Every connection is final then and can be read by its
 * number, 0 to `connections` - 1, until the dissector is freed; more packets are refused. A second call
 * changes nothing and gives the same number.
 *
 * @param connections  gets how many connections there are; may be NULL
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_finish(struct synfin_dissector *dissector,
                                      uint64_t *connections);

/**
 * How many connections there are so far: their numbers are 0 to `count` - 1.
 *
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_connection_count(const struct synfin_dissector *dissector,
                                                uint64_t *count);

/**
 * Makes an empty list.
 *
 * @param out  gets the list, to be ended by synfin_values_free(); NULL unless SYNFIN_OK
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC
 */
synfin_status synfin_values_new(struct synfin_values **out);

/**
 * Ends a list, its values and their texts. NULL is fine; the same list twice is not.
 */
void synfin_values_free(struct synfin_values *values);

/**
 * Fills the list with the values of an annotation. It needs no dissector: annotations can be kept and
 * looked into later, by the same version of the library.
 *
 * @param values  loses what it held, even if the call fails
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (a number in the annotation
 *         means nothing to this library), SYNFIN_ERR_PANIC
 */
synfin_status synfin_annotation_values(const struct synfin_annotation *annotation,
                                       struct synfin_values *values);

/**
 * Fills the list with the values of a connection: as it stands now, or final after
 * synfin_dissector_finish().
 *
 * @param id      number of the connection, as in the annotations
 * @param values  loses what it held, even if the call fails
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_connection_values(struct synfin_dissector *dissector,
                                                 uint64_t id,
                                                 struct synfin_values *values);

/**
 * Looks into a list.
 *
 * @param values  gets the first value, or NULL if there is none. It and all texts belong to the list and
 *                are valid until the next call that fills or frees the list.
 * @param count   gets how many values there are
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC
 */
synfin_status synfin_values_get(const struct synfin_values *list,
                                const struct synfin_value **values,
                                size_t *count);

/**
 * Writes an annotation as one line of JSON: UTF-8, NUL-ended, as `synfin packets --json` prints it.
 *
 * @param buffer    where to write; NULL with `capacity` 0 to ask how much is needed
 * @param capacity  its size, bytes
 * @param needed    gets the size the text takes, NUL included; may be NULL. Set on SYNFIN_OK and
 *                  SYNFIN_ERR_BUFFER_TOO_SMALL.
 * @return SYNFIN_OK; SYNFIN_ERR_BUFFER_TOO_SMALL (`buffer` gets the empty string if it has room for it);
 *         SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (a number in the annotation means
 *         nothing to this library), SYNFIN_ERR_PANIC
 */
synfin_status synfin_annotation_json(const struct synfin_annotation *annotation,
                                     char *buffer,
                                     size_t capacity,
                                     size_t *needed);

/**
 * Writes a connection as one line of JSON: UTF-8, NUL-ended, as `synfin connections --json` prints it. As
 * it stands now, or final after synfin_dissector_finish().
 *
 * @param id        number of the connection, as in the annotations
 * @param buffer    where to write; NULL with `capacity` 0 to ask how much is needed
 * @param capacity  its size, bytes
 * @param needed    gets the size the text takes, NUL included; may be NULL. Set on SYNFIN_OK and
 *                  SYNFIN_ERR_BUFFER_TOO_SMALL.
 * @return SYNFIN_OK; SYNFIN_ERR_BUFFER_TOO_SMALL (`buffer` gets the empty string if it has room for it);
 *         SYNFIN_ERR_NULL, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_connection_json(struct synfin_dissector *dissector,
                                               uint64_t id,
                                               char *buffer,
                                               size_t capacity,
                                               size_t *needed);

/**
 * How many fields there are: their numbers are 0 to this - 1. Numbers belong to one version of the
 * library; across versions, go by the name. Any thread.
 */
size_t synfin_field_count(void);

/**
 * Gives a row of the field registry. Any thread.
 *
 * @param index  number of the field
 * @param out    gets the row; its `struct_size` is set by the caller
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_PANIC
 */
synfin_status synfin_field_at(size_t index,
                              struct synfin_field *out);

/**
 * How many rules there are: their numbers are 0 to this - 1. Numbers belong to one version of the
 * library; across versions, go by the id. Any thread.
 */
size_t synfin_rule_count(void);

/**
 * Gives a row of the rule table. Any thread.
 *
 * @param index  number of the rule
 * @param out    gets the row; its `struct_size` is set by the caller
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_PANIC
 */
synfin_status synfin_rule_at(size_t index,
                             struct synfin_rule *out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SYNFIN_H */
