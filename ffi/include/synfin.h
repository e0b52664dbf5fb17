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
 *     for each id from 0 to connections - 1:
 *         synfin_connection connection = {.struct_size = sizeof connection};
 *         synfin_dissector_connection(dissector, id, &connection);
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
 * - NULL is never followed: SYNFIN_ERR_NULL. A handle of another kind is not used: SYNFIN_ERR_HANDLE.
 * - One dissector, list of values or transaction is used by one thread at a time; different ones are independent.
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
 * What kind of situation a rule is about, after Wireshark's expert groups.
 * In quotes: the word that values and JSON use.
 */
enum synfin_rule_group {
    SYNFIN_RULE_GROUP_SEQUENCE = 0, /**< "sequence" */
    SYNFIN_RULE_GROUP_PROTOCOL = 1, /**< "protocol" */
    SYNFIN_RULE_GROUP_SECURITY = 2, /**< "security" */
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
 * A step of the TLS handshake; the number names the act, not the order.
 * In quotes: the word that values and JSON use.
 */
enum synfin_tls_step {
    SYNFIN_TLS_STEP_CLIENT_HELLO = 1, /**< "1/4" */
    SYNFIN_TLS_STEP_SERVER_HELLO = 2, /**< "2/4" */
    SYNFIN_TLS_STEP_CLIENT_FINISHED = 3, /**< "3/4" */
    SYNFIN_TLS_STEP_SERVER_FINISHED = 4, /**< "4/4" */
    SYNFIN_TLS_STEP_SERVER_HELLO_AND_FINISHED = 5, /**< "2+4/4" */
};

/**
 * What a TLS record carries.
 * In quotes: the word that values and JSON use.
 */
enum synfin_tls_content {
    SYNFIN_TLS_CONTENT_CHANGE_CIPHER_SPEC = 20, /**< "change_cipher_spec" */
    SYNFIN_TLS_CONTENT_ALERT = 21, /**< "alert" */
    SYNFIN_TLS_CONTENT_HANDSHAKE = 22, /**< "handshake" */
    SYNFIN_TLS_CONTENT_APPLICATION_DATA = 23, /**< "application_data" */
    SYNFIN_TLS_CONTENT_HEARTBEAT = 24, /**< "heartbeat" */
};

/**
 * A TLS handshake message in the clear.
 * In quotes: the word that values and JSON use.
 */
enum synfin_tls_message {
    SYNFIN_TLS_MESSAGE_HELLO_REQUEST = 0, /**< "hello_request" */
    SYNFIN_TLS_MESSAGE_CLIENT_HELLO = 1, /**< "client_hello" */
    SYNFIN_TLS_MESSAGE_SERVER_HELLO = 2, /**< "server_hello" */
    SYNFIN_TLS_MESSAGE_NEW_SESSION_TICKET = 4, /**< "new_session_ticket" */
    SYNFIN_TLS_MESSAGE_HELLO_RETRY_REQUEST = 6, /**< "hello_retry_request" */
    SYNFIN_TLS_MESSAGE_CERTIFICATE = 11, /**< "certificate" */
    SYNFIN_TLS_MESSAGE_SERVER_KEY_EXCHANGE = 12, /**< "server_key_exchange" */
    SYNFIN_TLS_MESSAGE_CERTIFICATE_REQUEST = 13, /**< "certificate_request" */
    SYNFIN_TLS_MESSAGE_SERVER_HELLO_DONE = 14, /**< "server_hello_done" */
    SYNFIN_TLS_MESSAGE_CERTIFICATE_VERIFY = 15, /**< "certificate_verify" */
    SYNFIN_TLS_MESSAGE_CLIENT_KEY_EXCHANGE = 16, /**< "client_key_exchange" */
    SYNFIN_TLS_MESSAGE_FINISHED = 20, /**< "finished" */
    SYNFIN_TLS_MESSAGE_CERTIFICATE_STATUS = 22, /**< "certificate_status" */
};

/**
 * A TLS alert.
 * In quotes: the word that values and JSON use.
 */
enum synfin_tls_alert {
    SYNFIN_TLS_ALERT_CLOSE_NOTIFY = 0, /**< "close_notify" */
    SYNFIN_TLS_ALERT_UNEXPECTED_MESSAGE = 10, /**< "unexpected_message" */
    SYNFIN_TLS_ALERT_BAD_RECORD_MAC = 20, /**< "bad_record_mac" */
    SYNFIN_TLS_ALERT_DECRYPTION_FAILED_RESERVED = 21, /**< "decryption_failed_RESERVED" */
    SYNFIN_TLS_ALERT_RECORD_OVERFLOW = 22, /**< "record_overflow" */
    SYNFIN_TLS_ALERT_DECOMPRESSION_FAILURE_RESERVED = 30, /**< "decompression_failure_RESERVED" */
    SYNFIN_TLS_ALERT_HANDSHAKE_FAILURE = 40, /**< "handshake_failure" */
    SYNFIN_TLS_ALERT_NO_CERTIFICATE_RESERVED = 41, /**< "no_certificate_RESERVED" */
    SYNFIN_TLS_ALERT_BAD_CERTIFICATE = 42, /**< "bad_certificate" */
    SYNFIN_TLS_ALERT_UNSUPPORTED_CERTIFICATE = 43, /**< "unsupported_certificate" */
    SYNFIN_TLS_ALERT_CERTIFICATE_REVOKED = 44, /**< "certificate_revoked" */
    SYNFIN_TLS_ALERT_CERTIFICATE_EXPIRED = 45, /**< "certificate_expired" */
    SYNFIN_TLS_ALERT_CERTIFICATE_UNKNOWN = 46, /**< "certificate_unknown" */
    SYNFIN_TLS_ALERT_ILLEGAL_PARAMETER = 47, /**< "illegal_parameter" */
    SYNFIN_TLS_ALERT_UNKNOWN_CA = 48, /**< "unknown_ca" */
    SYNFIN_TLS_ALERT_ACCESS_DENIED = 49, /**< "access_denied" */
    SYNFIN_TLS_ALERT_DECODE_ERROR = 50, /**< "decode_error" */
    SYNFIN_TLS_ALERT_DECRYPT_ERROR = 51, /**< "decrypt_error" */
    SYNFIN_TLS_ALERT_TOO_MANY_CIDS_REQUESTED = 52, /**< "too_many_cids_requested" */
    SYNFIN_TLS_ALERT_EXPORT_RESTRICTION_RESERVED = 60, /**< "export_restriction_RESERVED" */
    SYNFIN_TLS_ALERT_PROTOCOL_VERSION = 70, /**< "protocol_version" */
    SYNFIN_TLS_ALERT_INSUFFICIENT_SECURITY = 71, /**< "insufficient_security" */
    SYNFIN_TLS_ALERT_INTERNAL_ERROR = 80, /**< "internal_error" */
    SYNFIN_TLS_ALERT_INAPPROPRIATE_FALLBACK = 86, /**< "inappropriate_fallback" */
    SYNFIN_TLS_ALERT_USER_CANCELED = 90, /**< "user_canceled" */
    SYNFIN_TLS_ALERT_NO_RENEGOTIATION_RESERVED = 100, /**< "no_renegotiation_RESERVED" */
    SYNFIN_TLS_ALERT_MISSING_EXTENSION = 109, /**< "missing_extension" */
    SYNFIN_TLS_ALERT_UNSUPPORTED_EXTENSION = 110, /**< "unsupported_extension" */
    SYNFIN_TLS_ALERT_CERTIFICATE_UNOBTAINABLE_RESERVED = 111, /**< "certificate_unobtainable_RESERVED" */
    SYNFIN_TLS_ALERT_UNRECOGNIZED_NAME = 112, /**< "unrecognized_name" */
    SYNFIN_TLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE = 113, /**< "bad_certificate_status_response" */
    SYNFIN_TLS_ALERT_BAD_CERTIFICATE_HASH_VALUE_RESERVED = 114, /**< "bad_certificate_hash_value_RESERVED" */
    SYNFIN_TLS_ALERT_UNKNOWN_PSK_IDENTITY = 115, /**< "unknown_psk_identity" */
    SYNFIN_TLS_ALERT_CERTIFICATE_REQUIRED = 116, /**< "certificate_required" */
    SYNFIN_TLS_ALERT_GENERAL_ERROR = 117, /**< "general_error" */
    SYNFIN_TLS_ALERT_NO_APPLICATION_PROTOCOL = 120, /**< "no_application_protocol" */
    SYNFIN_TLS_ALERT_ECH_REQUIRED = 121, /**< "ech_required" */
    SYNFIN_TLS_ALERT_ENCRYPTED = 254, /**< "encrypted" */
    SYNFIN_TLS_ALERT_UNKNOWN = 255, /**< "unknown" */
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
 * How the opening of a connection went.
 * In quotes: the word that values and JSON use.
 */
enum synfin_handshake_verdict {
    SYNFIN_HANDSHAKE_VERDICT_NONE = 0, /**< "none" */
    SYNFIN_HANDSHAKE_VERDICT_UNSEEN = 1, /**< "unseen" */
    SYNFIN_HANDSHAKE_VERDICT_COMPLETE = 2, /**< "complete" */
    SYNFIN_HANDSHAKE_VERDICT_SIMULTANEOUS = 3, /**< "simultaneous" */
    SYNFIN_HANDSHAKE_VERDICT_SPLIT = 4, /**< "split" */
    SYNFIN_HANDSHAKE_VERDICT_BAD_ACK = 5, /**< "bad-ack" */
    SYNFIN_HANDSHAKE_VERDICT_REFUSED = 6, /**< "refused" */
    SYNFIN_HANDSHAKE_VERDICT_ABORTED = 7, /**< "aborted" */
    SYNFIN_HANDSHAKE_VERDICT_UNREACHABLE = 8, /**< "unreachable" */
    SYNFIN_HANDSHAKE_VERDICT_HALF_OPEN = 9, /**< "half-open" */
    SYNFIN_HANDSHAKE_VERDICT_NO_ANSWER = 10, /**< "no-answer" */
    SYNFIN_HANDSHAKE_VERDICT_PENDING = 11, /**< "pending" */
};

/**
 * The likely reason of a connection's end.
 * In quotes: the word that values and JSON use.
 */
enum synfin_cause {
    SYNFIN_CAUSE_PORT_CLOSED = 0, /**< "port-closed" */
    SYNFIN_CAUSE_REFUSED_POLICY = 1, /**< "refused-policy" */
    SYNFIN_CAUSE_HTTP_CONNECTION_CLOSE = 2, /**< "http-connection-close" */
    SYNFIN_CAUSE_HTTP_1_0 = 3, /**< "http-1.0" */
    SYNFIN_CAUSE_IDLE_TIMEOUT = 4, /**< "idle-timeout" */
    SYNFIN_CAUSE_APPLICATION = 5, /**< "application" */
    SYNFIN_CAUSE_ABORTED_BY_APPLICATION = 6, /**< "aborted-by-application" */
    SYNFIN_CAUSE_UNREAD_DATA = 7, /**< "unread-data" */
    SYNFIN_CAUSE_LATE_DATA = 8, /**< "late-data" */
    SYNFIN_CAUSE_RETRANSMISSION_GIVE_UP = 9, /**< "retransmission-give-up" */
    SYNFIN_CAUSE_KEEP_ALIVE_DEAD = 10, /**< "keep-alive-dead" */
    SYNFIN_CAUSE_PEER_LOST_STATE = 11, /**< "peer-lost-state" */
    SYNFIN_CAUSE_INJECTED_RESET = 12, /**< "injected-reset" */
    SYNFIN_CAUSE_TLS_CLOSE_NOTIFY = 13, /**< "tls-close-notify" */
    SYNFIN_CAUSE_TLS_ALERT = 14, /**< "tls-alert" */
    SYNFIN_CAUSE_TLS_TRUNCATED = 15, /**< "tls-truncated" */
    SYNFIN_CAUSE_UNKNOWN = 16, /**< "unknown" */
    SYNFIN_CAUSE_WEBSOCKET_CLOSE = 17, /**< "websocket-close" */
};

/**
 * How sure a verdict is.
 * In quotes: the word that values and JSON use.
 */
enum synfin_confidence {
    SYNFIN_CONFIDENCE_GUESS = 0, /**< "guess" */
    SYNFIN_CONFIDENCE_LIKELY = 1, /**< "likely" */
    SYNFIN_CONFIDENCE_CERTAIN = 2, /**< "certain" */
};

/**
 * What a connection's payload speaks, as far as its bytes tell.
 * In quotes: the word that values and JSON use.
 */
enum synfin_protocol {
    SYNFIN_PROTOCOL_HTTP = 1, /**< "http" */
    SYNFIN_PROTOCOL_HTTP2 = 2, /**< "http2" */
    SYNFIN_PROTOCOL_H2C = 3, /**< "h2c" */
    SYNFIN_PROTOCOL_WEBSOCKET = 4, /**< "websocket" */
    SYNFIN_PROTOCOL_TLS = 5, /**< "tls" */
    SYNFIN_PROTOCOL_OPAQUE = 6, /**< "opaque" */
};

/**
 * How completely an HTTP message was seen; the worse is the greater.
 * In quotes: the word that values and JSON use.
 */
enum synfin_message_state {
    SYNFIN_MESSAGE_STATE_COMPLETE = 0, /**< "complete" */
    SYNFIN_MESSAGE_STATE_INCOMPLETE = 1, /**< "incomplete" */
    SYNFIN_MESSAGE_STATE_CUT = 2, /**< "cut" */
    SYNFIN_MESSAGE_STATE_GAP = 3, /**< "gap" */
    SYNFIN_MESSAGE_STATE_RESET = 4, /**< "reset" */
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
 * `present`: frames of HTTP/2 begin in the segment; `application_frames`, `http2_type` and `http2_stream` count.
 */
#define SYNFIN_HAS_HTTP2 1048576

/**
 * `present`: `http2_error` is known.
 */
#define SYNFIN_HAS_HTTP2_ERROR 2097152

/**
 * `present`: frames of WebSocket begin in the segment; `application_frames` and `websocket_opcode` count.
 */
#define SYNFIN_HAS_WEBSOCKET 4194304

/**
 * `present`: `websocket_status_code` is known.
 */
#define SYNFIN_HAS_WEBSOCKET_STATUS_CODE 8388608

/**
 * `present`: the segment has to do with TLS; `tls_content` and `tls_records` count.
 */
#define SYNFIN_HAS_TLS 65536

/**
 * `present`: it is part of a step of the TLS handshake, `tls_step`.
 */
#define SYNFIN_HAS_TLS_STEP 131072

/**
 * `present`: a TLS handshake message in the clear ends in it, `tls_message`.
 */
#define SYNFIN_HAS_TLS_MESSAGE 262144

/**
 * `present`: a TLS alert is in it, `tls_alert`.
 */
#define SYNFIN_HAS_TLS_ALERT 524288

/**
 * `role` of synfin_icmp_note: the error fulfils no rule.
 */
#define SYNFIN_NO_RULE UINT32_MAX

/**
 * `present` of a connection: `rtt_responder_ns` is known.
 */
#define SYNFIN_CONNECTION_HAS_RTT_RESPONDER 1

/**
 * `present` of a connection: `rtt_initiator_ns` is known.
 */
#define SYNFIN_CONNECTION_HAS_RTT_INITIATOR 2

/**
 * `present` of a connection: `establish_ns` is known.
 */
#define SYNFIN_CONNECTION_HAS_ESTABLISH 4

/**
 * `present` of a connection: `first_byte_ns` of the initiator is known.
 */
#define SYNFIN_CONNECTION_HAS_FIRST_BYTE_INITIATOR 8

/**
 * `present` of a connection: `first_byte_ns` of the responder is known.
 */
#define SYNFIN_CONNECTION_HAS_FIRST_BYTE_RESPONDER 16

/**
 * `present` of a connection: `idle_ns` is known.
 */
#define SYNFIN_CONNECTION_HAS_IDLE 32

/**
 * `present` of a connection: `teardown_ns` is known.
 */
#define SYNFIN_CONNECTION_HAS_TEARDOWN 64

/**
 * `present` of a connection: `isn` of the initiator was captured.
 */
#define SYNFIN_CONNECTION_HAS_ISN_INITIATOR 128

/**
 * `present` of a connection: `isn` of the responder was captured.
 */
#define SYNFIN_CONNECTION_HAS_ISN_RESPONDER 256

/**
 * `present` of a connection: it was reset, `reset_by`.
 */
#define SYNFIN_CONNECTION_HAS_RESET_BY 512

/**
 * `present` of a connection: a RST left `killed_transaction` unfinished.
 */
#define SYNFIN_CONNECTION_HAS_KILLED_TRANSACTION 1024

/**
 * `present` of a transaction: `request_frame` is known, a request was captured.
 */
#define SYNFIN_TRANSACTION_HAS_REQUEST 1

/**
 * `present` of a transaction: `response_frame` is known, a final response was captured.
 */
#define SYNFIN_TRANSACTION_HAS_RESPONSE 2

/**
 * `present` of a transaction: `status` is known.
 */
#define SYNFIN_TRANSACTION_HAS_STATUS 4

/**
 * `present` of a transaction: it was kept with its facts (`http_facts` of synfin_config), all members count.
 */
#define SYNFIN_TRANSACTION_HAS_FACTS 8

/**
 * `present` of a transaction: `wait_ns` is known.
 */
#define SYNFIN_TRANSACTION_HAS_WAIT 16

/**
 * `present` of a transaction: `total_ns` is known.
 */
#define SYNFIN_TRANSACTION_HAS_TOTAL 32

/**
 * `present` of a transaction: HTTP/2 carries it, on `stream`.
 */
#define SYNFIN_TRANSACTION_HAS_STREAM 64

/**
 * `present` of a transaction: its stream was reset, for `stream_error`. Needs SYNFIN_TRANSACTION_HAS_FACTS.
 */
#define SYNFIN_TRANSACTION_HAS_STREAM_ERROR 128

/**
 * `scope` of a field: segments have it.
 */
#define SYNFIN_SCOPE_SEGMENT 1

/**
 * `scope` of a field: connections have it.
 */
#define SYNFIN_SCOPE_CONNECTION 2

/**
 * `scope` of a field: a link that a host which reads its capture twice can add to segments in the second pass,
 * out of what the first one told; no call of this library gives it.
 */
#define SYNFIN_SCOPE_SECOND_PASS 4

/**
 * What a call answers. Numbers are never given a second meaning; expect new ones.
 *
 * 0 is success, 1 to 15 are mistakes in the call or in the library, from 16 on it is the packet that
 * gives no annotation, from 32 on the capture that cannot be read, or not to its end. So a host that reads
 * packets goes on where a status is at least SYNFIN_NOT_TCP.
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
     * What was asked for is not there.
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
     * The pointer is no handle of the kind the call wants, or one of another copy of the library.
     */
    SYNFIN_ERR_HANDLE = 9,
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
    /**
     * An ICMP error about a TCP segment: synfin_dissector_icmp_note() tells whose.
     */
    SYNFIN_ICMP = 19,
    /**
     * An ICMP error about a TCP segment that no connection sent.
     */
    SYNFIN_NO_CONNECTION = 20,
    /**
     * A fragment of an IP packet: the frame that makes the packet whole gives its segment.
     */
    SYNFIN_FRAGMENT = 21,
    /**
     * A fragment that contradicts another one of its IP packet, which is given up (RFC 5722).
     */
    SYNFIN_OVERLAPPING_FRAGMENT = 22,
    /**
     * The bytes are neither pcap nor pcapng.
     */
    SYNFIN_NOT_A_CAPTURE = 32,
    /**
     * The capture ends in the middle of a record; everything before it was taken in.
     */
    SYNFIN_CUT_CAPTURE = 33,
    /**
     * A record contradicts the capture's format; everything before it was taken in.
     */
    SYNFIN_DAMAGED_CAPTURE = 34,
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
 * An HTTP transaction, a request and its final response, to be used again and again: filled by
 * synfin_dissector_transaction() and synfin_dissector_next_transaction().
 *
 * Made by synfin_transaction_new(), ended by synfin_transaction_free(). It belongs to no dissector. One is used
 * by one thread at a time.
 */
typedef struct synfin_transaction synfin_transaction;

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
     * connections make room first, then SYNs that nothing followed, then quiet ones; they stay readable by their numbers.
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
     * 1 (default) looks for HTTP and TLS, 0 does not.
     */
    uint8_t http_enabled;
    /**
     * 0.
     */
    uint8_t reserved[7];
    /**
     * Content held of each HTTP message, bytes, for synfin_transaction_body(); default 0. Needs
     * `http_facts`.
     */
    uint32_t http_body_bytes;
    /**
     * 1 keeps what a transaction tells beyond its frames, status and lengths: host, times, versions...;
     * default 0.
     */
    uint8_t http_facts;
    /**
     * 1 keeps header and trailer fields as well; default 0. Needs `http_facts`.
     */
    uint8_t http_fields;
    /**
     * 1 hands HTTP transactions out as soon as they are complete, by synfin_dissector_next_transaction(),
     * instead of keeping them with their connection; default 0.
     */
    uint8_t http_streamed;
    /**
     * 0.
     */
    uint8_t reserved2;
    /**
     * Silence after which a RST that is not the host's counts as one of a NAT or firewall that forgot the
     * connection (rule T21), nanoseconds; default 60 s.
     */
    int64_t idle_reset_ns;
    /**
     * How long a connection without an answer to its SYN-ACK counts as half-open (rule O38), nanoseconds;
     * default 60 s.
     */
    int64_t half_open_ns;
    /**
     * Half-open connections at once that make a SYN flood of a server's port (rule O38), if
     * `flood_percent` agrees; default 100.
     */
    uint32_t flood_half_open;
    /**
     * A SYN flood completes fewer than this many of a hundred handshakes, 0 to 100; default 20.
     */
    uint32_t flood_percent;
    /**
     * Zeek's likely_server_ports, for the `synfin.zeek.` values alone; read during the call only. NULL
     * (default) for those of Zeek's own scripts.
     */
    const uint16_t *likely_server_ports;
    /**
     * How many, if that is not NULL; 0 is Zeek's bare mode.
     */
    size_t likely_server_port_count;
    /**
     * Closed connections held at once, at least 2; default UINT64_MAX, all. When there are more, those that closed
     * longest ago and had no segment since leave, final, and so do attempts that nothing has answered for five
     * minutes: synfin_dissector_next_evicted() gives them.
     */
    uint64_t max_closed;
    /**
     * Bytes that all connections hold together until more comes; default 256 MiB. When it is reached, the
     * connection that has held something for longest gives it up.
     */
    uint64_t max_held_bytes;
    /**
     * Servers (address and port) whose handshakes are counted for rules O32 and O38; default 16,384.
     */
    uint64_t max_servers;
    /**
     * Hosts whose usual TTL is remembered for `refused-policy`; default 1,024.
     */
    uint64_t max_hosts;
    /**
     * IP packets put together at once; default 256.
     */
    uint32_t fragment_packets;
    /**
     * Fragments of all of them; default 16,384.
     */
    uint32_t fragments;
    /**
     * Longest TLS ClientHello or ServerHello, bytes; default 16 KiB. Of a longer one its beginning is read.
     */
    uint32_t tls_hello_bytes;
    /**
     * HTTP/2 streams of a connection remembered at once; default 1,000.
     */
    uint32_t http2_streams;
    /**
     * Longest header list and header block of HTTP/2, bytes; default 256 KiB.
     */
    uint32_t http2_header_list_bytes;
    /**
     * Largest header table of HTTP/2, bytes; default 64 KiB.
     */
    uint32_t http2_table_bytes;
    /**
     * CONTINUATION frames of one header block that make a flood (rule H28); default 64.
     */
    uint32_t http2_flood_continuations;
    /**
     * Frames of one side within a second that make a flood (rules H29, H46); default 100.
     */
    uint32_t http2_flood_per_second;
} synfin_config;

/**
 * How often each bound of synfin_config was reached so far; 0 where it never was. First layout: all of it, 80 bytes.
 */
typedef struct synfin_bounds_reached {
    /**
     * `sizeof(struct synfin_bounds_reached)`.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Connections that made room for others (`max_connections`).
     */
    uint64_t connections;
    /**
     * Segments past what a direction of a connection may hold (`reassembly_held_bytes`,
     * `reassembly_held_pieces`): holes before them were given up.
     */
    uint64_t reassembly;
    /**
     * Connections that had to give up what they held, because all together held too much
     * (`max_held_bytes`).
     */
    uint64_t held_bytes;
    /**
     * Segments that carried an HTTP head, header list or trailer section or a TLS hello past its bound
     * (`http_head_bytes`, `http2_header_list_bytes`, `http2_table_bytes`, `tls_hello_bytes`).
     */
    uint64_t heads;
    /**
     * HTTP transactions not remembered (`http_pending_requests`), of connections that are over.
     */
    uint64_t pending_requests;
    /**
     * HTTP/2 streams forgotten before their end (`http2_streams`), of connections that are over.
     */
    uint64_t streams;
    /**
     * IP packets given up before they were whole (`fragment_packets`, `fragments`).
     */
    uint64_t fragments;
    /**
     * Servers that others took the place of (`max_servers`).
     */
    uint64_t servers;
    /**
     * Hosts likewise (`max_hosts`).
     */
    uint64_t hosts;
} synfin_bounds_reached;

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
    /**
     * 0.
     */
    uint8_t reserved[6];
} synfin_frame;

/**
 * What one TCP segment is and means, as known when the segment is seen; it never changes afterwards.
 *
 * Plain data without pointers: copy it, keep it as long as you like, give it back to
 * synfin_annotation_values() and synfin_annotation_json() unchanged. `present` says which of the optional
 * members count; those that do not are 0. Set `struct_size` before the call that fills it. First layout:
 * up to `tls_alert`.
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
     * By whom, as far as this segment: enum synfin_closer. SYNFIN_HAS_CLOSE_BY. While it is
     * SYNFIN_CLOSER_NOBODY, a later segment may change the verdict.
     */
    uint8_t close_by_so_far;
    /**
     * How the segment comes out of turn: enum synfin_order. SYNFIN_HAS_ORDER.
     */
    uint8_t order;
    /**
     * What the first TLS record in it carries: enum synfin_tls_content. SYNFIN_HAS_TLS.
     */
    uint8_t tls_content;
    /**
     * Step of the TLS handshake: enum synfin_tls_step. SYNFIN_HAS_TLS_STEP.
     */
    uint8_t tls_step;
    /**
     * TLS records that begin in it; at most 65535 are counted. SYNFIN_HAS_TLS.
     */
    uint16_t tls_records;
    /**
     * The first TLS handshake message in the clear that ends in it: enum synfin_tls_message.
     * SYNFIN_HAS_TLS_MESSAGE.
     */
    uint8_t tls_message;
    /**
     * The last TLS alert in it: enum synfin_tls_alert. SYNFIN_HAS_TLS_ALERT.
     */
    uint8_t tls_alert;
    /**
     * How many frames of HTTP/2 or WebSocket begin in the segment. SYNFIN_HAS_HTTP2, SYNFIN_HAS_WEBSOCKET.
     */
    uint16_t application_frames;
    /**
     * Type of the one that says most, as RFC 9113 numbers them: GOAWAY, RST_STREAM, HEADERS or PUSH_PROMISE, else of
     * the first. SYNFIN_HAS_HTTP2.
     */
    uint8_t http2_type;
    /**
     * Opcode of the one that says most, as RFC 6455 numbers them: close, else of the first. SYNFIN_HAS_WEBSOCKET.
     */
    uint8_t websocket_opcode;
    /**
     * Stream of that HTTP/2 frame; 0 is the connection. SYNFIN_HAS_HTTP2.
     */
    uint32_t http2_stream;
    /**
     * Error code of that GOAWAY or RST_STREAM. SYNFIN_HAS_HTTP2_ERROR.
     */
    uint32_t http2_error;
    /**
     * Status code of that close frame. SYNFIN_HAS_WEBSOCKET_STATUS_CODE.
     */
    uint16_t websocket_status_code;
    /**
     * 0.
     */
    uint8_t reserved2[2];
} synfin_annotation;

/**
 * A TCP segment whose lower layers the caller has decoded. First layout: up to `layer` and the 4 bytes behind it,
 * 88 bytes.
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
    /**
     * 0.
     */
    uint8_t reserved[4];
    /**
     * Number of the network that tunnels' headers name (VXLAN, Geneve, a GRE key), 0 for none: segments of
     * different networks belong to different connections, whatever their addresses. Told apart by 31 bits.
     */
    uint32_t tunnel;
    /**
     * 0.
     */
    uint32_t reserved2;
} synfin_segment;

/**
 * An ICMP or ICMPv6 message whose lower layers the caller has decoded. First layout: all members shown.
 */
typedef struct synfin_icmp {
    /**
     * `sizeof(struct synfin_icmp)`.
     */
    uint32_t struct_size;
    /**
     * As in synfin_segment.
     */
    uint32_t tunnel;
    /**
     * Number of the frame that carries it, from 1.
     */
    uint64_t frame;
    /**
     * Capture time, nanoseconds since the Unix epoch.
     */
    int64_t time_ns;
    /**
     * The captured bytes, from the ICMP header on; read during the call only. May be NULL if `len` is 0.
     */
    const uint8_t *data;
    /**
     * How many.
     */
    size_t len;
    /**
     * Sender's address in network order, `address_len` bytes. One of 16 bytes makes it ICMPv6.
     */
    uint8_t src[16];
    /**
     * IPv4 identification, 0 to 65535; -1 where there is none.
     */
    int32_t ip_id;
    /**
     * 4 or 16.
     */
    uint8_t address_len;
    /**
     * 0.
     */
    uint8_t reserved[3];
} synfin_icmp;

/**
 * What an ICMP error about a TCP segment means. First layout: all members shown.
 */
typedef struct synfin_icmp_note {
    /**
     * `sizeof(struct synfin_icmp_note)`.
     */
    uint32_t struct_size;
    /**
     * Which side sent the segment it quotes: enum synfin_side.
     */
    uint32_t direction;
    /**
     * The connection of that segment.
     */
    uint64_t connection;
    /**
     * Number of the rule that the error fulfils, or SYNFIN_NO_RULE.
     */
    uint32_t rule;
    /**
     * 0.
     */
    uint32_t reserved;
} synfin_icmp_note;

/**
 * Many captured frames of one link type, for hosts where a call is dear: their bytes lie in one piece of
 * memory, their times and lengths in arrays of `count` numbers. All of it is read during the call only.
 * First layout: all members shown.
 */
typedef struct synfin_batch {
    /**
     * `sizeof(struct synfin_batch)`.
     */
    uint32_t struct_size;
    /**
     * What the frames begin with: a LINKTYPE_ number of tcpdump.org, 0 to 65535.
     */
    uint32_t link_type;
    /**
     * Position of the first frame in the capture, from 1; the others follow on.
     */
    uint64_t first_number;
    /**
     * How many frames.
     */
    size_t count;
    /**
     * Their captured bytes.
     */
    const uint8_t *data;
    /**
     * How many bytes in all.
     */
    size_t len;
    /**
     * Where in `data` each frame begins; NULL where they lie one behind the other.
     */
    const uint64_t *offsets;
    /**
     * Captured bytes of each.
     */
    const uint32_t *lens;
    /**
     * Length of each on the wire; NULL where none was cut.
     */
    const uint32_t *wire_lens;
    /**
     * Capture time of each, nanoseconds since the Unix epoch.
     */
    const int64_t *times_ns;
} synfin_batch;

/**
 * What became of a connection, the numbers of it; synfin_dissector_connection_values() and
 * synfin_dissector_connection_json() tell more.
 *
 * Plain data without pointers. Arrays of two hold the initiator's number, then the responder's: enum
 * synfin_side. `present` says which of the optional members count; those that do not are 0. First layout:
 * all members shown.
 */
typedef struct synfin_connection {
    /**
     * `sizeof(struct synfin_connection)`.
     */
    uint32_t struct_size;
    /**
     * Which optional members count: SYNFIN_CONNECTION_HAS_ bits.
     */
    uint32_t present;
    /**
     * Its number, from 0 in the order of first segments.
     */
    uint64_t connection;
    /**
     * Its first frame.
     */
    uint64_t first_frame;
    /**
     * Its last frame.
     */
    uint64_t last_frame;
    /**
     * Capture time of the first frame, nanoseconds since the Unix epoch.
     */
    int64_t start_ns;
    /**
     * From the first frame to the last, nanoseconds.
     */
    int64_t duration_ns;
    /**
     * SYN to SYN-ACK, nanoseconds: round trip between capture point and responder.
     * SYNFIN_CONNECTION_HAS_RTT_RESPONDER.
     */
    int64_t rtt_responder_ns;
    /**
     * SYN-ACK to ACK, nanoseconds: round trip between capture point and initiator.
     * SYNFIN_CONNECTION_HAS_RTT_INITIATOR.
     */
    int64_t rtt_initiator_ns;
    /**
     * First SYN to the segment that completes the handshake, nanoseconds. SYNFIN_CONNECTION_HAS_ESTABLISH.
     */
    int64_t establish_ns;
    /**
     * First frame to each side's first payload, nanoseconds. SYNFIN_CONNECTION_HAS_FIRST_BYTE_INITIATOR and
     * _RESPONDER.
     */
    int64_t first_byte_ns[2];
    /**
     * Silence before the first FIN or RST, nanoseconds. SYNFIN_CONNECTION_HAS_IDLE.
     */
    int64_t idle_ns;
    /**
     * First FIN or accepted RST to the segment after which it was over, nanoseconds.
     * SYNFIN_CONNECTION_HAS_TEARDOWN.
     */
    int64_t teardown_ns;
    /**
     * Segments.
     */
    uint64_t packets[2];
    /**
     * Payload by the sequence numbers, bytes: retransmissions once, gaps counted.
     */
    uint64_t bytes[2];
    /**
     * Segments sent again.
     */
    uint64_t retransmissions[2];
    /**
     * Those of them that were needless.
     */
    uint64_t spurious_retransmissions[2];
    /**
     * Segments that were overtaken on their way.
     */
    uint64_t out_of_order[2];
    /**
     * Segments captured more than once.
     */
    uint64_t duplicates[2];
    /**
     * Holes in what was captured.
     */
    uint64_t gaps[2];
    /**
     * Their bytes.
     */
    uint64_t gap_bytes[2];
    /**
     * HTTP transactions kept: their positions are 0 to this - 1.
     */
    uint64_t http_transactions;
    /**
     * HTTP transactions past those.
     */
    uint64_t http_omitted;
    /**
     * Initial sequence numbers. SYNFIN_CONNECTION_HAS_ISN_INITIATOR and _RESPONDER.
     */
    uint32_t isn[2];
    /**
     * The first HTTP transaction that a RST left unfinished, by its position.
     * SYNFIN_CONNECTION_HAS_KILLED_TRANSACTION.
     */
    uint32_t killed_transaction;
    /**
     * Initiator's address in network order, `address_len` bytes, the rest 0.
     */
    uint8_t src[16];
    /**
     * Responder's address, likewise.
     */
    uint8_t dst[16];
    /**
     * Initiator's port.
     */
    uint16_t src_port;
    /**
     * Responder's port.
     */
    uint16_t dst_port;
    /**
     * 4 or 16.
     */
    uint8_t address_len;
    /**
     * How it was opened: enum synfin_handshake_verdict.
     */
    uint8_t handshake_verdict;
    /**
     * How sure that is: enum synfin_confidence.
     */
    uint8_t handshake_confidence;
    /**
     * How it ended: enum synfin_close_verdict.
     */
    uint8_t close_verdict;
    /**
     * How sure that is: enum synfin_confidence.
     */
    uint8_t close_confidence;
    /**
     * Who ended it: enum synfin_closer.
     */
    uint8_t close_by;
    /**
     * The likely reason: enum synfin_cause.
     */
    uint8_t close_cause;
    /**
     * How sure that is: enum synfin_confidence.
     */
    uint8_t close_cause_confidence;
    /**
     * In whose name it was reset: enum synfin_side. SYNFIN_CONNECTION_HAS_RESET_BY.
     */
    uint8_t reset_by;
    /**
     * What its payload speaks: enum synfin_protocol, 0 if that is not known.
     */
    uint8_t protocol;
    /**
     * Wireshark's tcp.completeness: 1 SYN, 2 SYN-ACK, 4 ACK, 8 data, 16 FIN, 32 RST.
     */
    uint8_t completeness;
    /**
     * 1 if it was pushed out of the full table before its end.
     */
    uint8_t evicted;
    /**
     * 0.
     */
    uint8_t reserved[4];
} synfin_connection;

/**
 * UTF-8 text that belongs to the library; where it comes from says until when.
 *
 * A NUL that `len` does not count follows the last byte, so `ptr` can be used as a C string. Text from
 * the wire may have NULs inside too.
 */
typedef struct synfin_str {
    /**
     * First byte; NULL only where the text is not known, and then only where the struct says so.
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
 * What an HTTP transaction is. Its texts belong to the synfin_transaction it was read from, until that is
 * filled or freed; a text that is not known has `ptr` NULL. Members from `wait_ns` on need
 * SYNFIN_TRANSACTION_HAS_FACTS. First layout: up to `response_content_type`.
 */
typedef struct synfin_transaction_info {
    /**
     * `sizeof(struct synfin_transaction_info)`.
     */
    uint32_t struct_size;
    /**
     * Which optional members count: SYNFIN_TRANSACTION_HAS_ bits.
     */
    uint32_t present;
    /**
     * Number of its connection.
     */
    uint64_t connection;
    /**
     * Frames with the first byte of the request and of the final response.
     */
    uint64_t request_frame;
    /**
     * The latter.
     */
    uint64_t response_frame;
    /**
     * Body bytes of the request: gaps counted, chunk framing not.
     */
    uint64_t request_body_len;
    /**
     * Body bytes of the final response, likewise.
     */
    uint64_t response_body_len;
    /**
     * Position on the connection, from 0.
     */
    uint32_t index;
    /**
     * Status code of the final response, 100 to 599 as a rule. SYNFIN_TRANSACTION_HAS_STATUS.
     */
    uint32_t status;
    /**
     * The worse of the two messages' states: enum synfin_message_state.
     */
    uint32_t state;
    /**
     * What the connection speaks after it: enum synfin_protocol, 0 for no change.
     */
    uint32_t upgrade;
    /**
     * The request's method.
     */
    struct synfin_str method;
    /**
     * The request's target.
     */
    struct synfin_str target;
    /**
     * From the last byte of the request to the first of the response, nanoseconds.
     * SYNFIN_TRANSACTION_HAS_WAIT.
     */
    int64_t wait_ns;
    /**
     * From the first byte of the request to the last of the response, nanoseconds.
     * SYNFIN_TRANSACTION_HAS_TOTAL.
     */
    int64_t total_ns;
    /**
     * Capture time of the first byte of the request, or of the response where there is no request;
     * nanoseconds since the Unix epoch.
     */
    int64_t start_ns;
    /**
     * Requests before it on the connection that were not answered when it began.
     */
    uint32_t pipelined;
    /**
     * 1 if the connection ended before the transaction did.
     */
    uint32_t in_flight;
    /**
     * The reason phrase of the response.
     */
    struct synfin_str reason;
    /**
     * Host of the request.
     */
    struct synfin_str host;
    /**
     * User-Agent of the request.
     */
    struct synfin_str user_agent;
    /**
     * Referer of the request.
     */
    struct synfin_str referer;
    /**
     * The request's HTTP version: `1.1`.
     */
    struct synfin_str request_version;
    /**
     * The response's HTTP version.
     */
    struct synfin_str response_version;
    /**
     * Content-Type of the request.
     */
    struct synfin_str request_content_type;
    /**
     * Content-Type of the response.
     */
    struct synfin_str response_content_type;
    /**
     * The stream of HTTP/2 that carries it. SYNFIN_TRANSACTION_HAS_STREAM.
     */
    uint32_t stream;
    /**
     * Error code of RFC 9113 section 7. SYNFIN_TRANSACTION_HAS_STREAM_ERROR.
     */
    uint32_t stream_error;
} synfin_transaction_info;

/**
 * A header or trailer field of an HTTP message. Its texts belong to the synfin_transaction it was read from,
 * until that is filled or freed. First layout: all members shown.
 */
typedef struct synfin_http_field {
    /**
     * `sizeof(struct synfin_http_field)`.
     */
    uint32_t struct_size;
    /**
     * 1 for a trailer field.
     */
    uint32_t is_trailer;
    /**
     * Its name, as sent.
     */
    struct synfin_str name;
    /**
     * Its value, without the white space around it.
     */
    struct synfin_str value;
} synfin_http_field;

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
 * A row of the rule table: every situation synfin names. Texts are static. First layout: up to `condition`.
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
    /**
     * What kind of situation it is: enum synfin_rule_group, after Wireshark's expert groups.
     */
    uint32_t group;
    /**
     * 0.
     */
    uint32_t reserved;
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
 * Ends a dissector and all it holds. NULL is fine, and what is no dissector is left alone; the same dissector
 * twice is not fine. Works on a poisoned one. Annotations, lists of values and transactions taken before
 * stay valid.
 */
void synfin_dissector_free(struct synfin_dissector *dissector);

/**
 * Ends the capture: what is open now stays open. Every connection is final then and can be read by its
 * number, 0 to `connections` - 1, until the dissector is freed; more packets are refused. A second call
 * changes nothing and gives the same number.
 *
 * @param connections  gets how many connections there are; may be NULL
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_finish(struct synfin_dissector *dissector,
                                      uint64_t *connections);

/**
 * How many connections there are so far: their numbers are 0 to `count` - 1.
 *
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_connection_count(const struct synfin_dissector *dissector,
                                                uint64_t *count);

/**
 * Tells how often each bound was reached so far.
 *
 * @param out  gets it; its `struct_size` is set by the caller
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC,
 *         SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_bounds_reached(const struct synfin_dissector *dissector,
                                              struct synfin_bounds_reached *out);

/**
 * Finds a connection that has left, because it had to make room for others (`max_connections`) or had closed
 * (`max_closed`), and was not forgotten yet: the one of the lowest number. A host that runs for long writes it down, then forgets it; without that, each such
 * connection goes on to take about 1 kB.
 *
 * @param id  gets its number
 * @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (there is none now), SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE,
 *         SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_next_evicted(struct synfin_dissector *dissector,
                                            uint64_t *id);

/**
 * Forgets a connection that has left: its number gives SYNFIN_ERR_NOT_FOUND from now on.
 *
 * @param id  number of the connection
 * @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (it did not have to make room, or is forgotten already), SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_forget(struct synfin_dissector *dissector,
                                      uint64_t id);

/**
 * Takes in the next captured frame.
 *
 * @param out  gets the annotation if SYNFIN_OK, and is left alone otherwise; its `struct_size` is set by
 *             the caller. NULL if only the connections are of interest.
 * @return SYNFIN_OK; SYNFIN_NOT_TCP, SYNFIN_BROKEN, SYNFIN_UNKNOWN_LINK, SYNFIN_ICMP, SYNFIN_FRAGMENT,
 *         SYNFIN_OVERLAPPING_FRAGMENT where the frame has no segment to annotate (go on with the next);
 *         SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (`len`), SYNFIN_ERR_FINISHED,
 *         SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED (nothing was taken in)
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
 *         SYNFIN_ERR_FINISHED, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED (nothing was taken in)
 */
synfin_status synfin_dissector_segment(struct synfin_dissector *dissector,
                                       const struct synfin_segment *segment,
                                       struct synfin_annotation *out);

/**
 * Takes in the next ICMP message, for hosts that decode the lower layers themselves.
 *
 * @param out  gets what the error means if SYNFIN_OK, and is left alone otherwise; its `struct_size` is set
 *             by the caller. May be NULL.
 * @return SYNFIN_OK; SYNFIN_NOT_TCP where it is no error about a TCP segment, as far as it was captured;
 *         SYNFIN_NO_CONNECTION; SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (`address_len`,
 *         `ip_id`, `len`), SYNFIN_ERR_FINISHED, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 *         (nothing was taken in)
 */
synfin_status synfin_dissector_icmp(struct synfin_dissector *dissector,
                                    const struct synfin_icmp *icmp,
                                    struct synfin_icmp_note *out);

/**
 * What the ICMP error means that was taken in last: by the call that answered SYNFIN_ICMP.
 *
 * @param out  gets it; its `struct_size` is set by the caller
 * @return SYNFIN_OK; SYNFIN_NO_CONNECTION; SYNFIN_ERR_NOT_FOUND before the first error; SYNFIN_ERR_NULL,
 *         SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_icmp_note(struct synfin_dissector *dissector,
                                         struct synfin_icmp_note *out);

/**
 * Takes in many captured frames, in order, as synfin_dissector_frame() takes in one.
 *
 * @param statuses  gets `count` answers, each SYNFIN_OK or what a frame without a segment gives; may be NULL
 * @param out       gets `count` annotations, an array of the caller's layout: `struct_size` of the first is set by
 *                  the caller, that of the others by the call. Elements of frames without a segment are left
 *                  alone. NULL if only the connections are of interest.
 * @return SYNFIN_OK: every frame was taken in; SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (a
 *         member; an array that is not aligned; a frame that reaches beyond `len`), SYNFIN_ERR_FINISHED,
 *         SYNFIN_ERR_HANDLE, SYNFIN_ERR_POISONED: none was; SYNFIN_ERR_PANIC
 */
synfin_status synfin_dissector_frames(struct synfin_dissector *dissector,
                                      const struct synfin_batch *batch,
                                      uint32_t *statuses,
                                      struct synfin_annotation *out);

/**
 * Takes in a whole capture file that the caller has in memory, pcap or pcapng, read or mapped: for hosts
 * that want its connections. Frames are numbered from 1 on; those of a further capture given to the same
 * dissector go on from there.
 *
 * @param data    the file's bytes; read during the call only. May be NULL if `len` is 0.
 * @param frames  gets how many frames were taken in, also where the capture is cut or damaged; may be NULL
 * @return SYNFIN_OK; SYNFIN_NOT_A_CAPTURE; SYNFIN_CUT_CAPTURE, SYNFIN_DAMAGED_CAPTURE (`frames` were taken in
 *         all the same); SYNFIN_ERR_NULL, SYNFIN_ERR_INVALID (`len`), SYNFIN_ERR_FINISHED, SYNFIN_ERR_HANDLE,
 *         SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_capture(struct synfin_dissector *dissector,
                                       const uint8_t *data,
                                       size_t len,
                                       uint64_t *frames);

/**
 * Gives a connection: as it stands now, or final after synfin_dissector_finish().
 *
 * @param id   number of the connection, as in the annotations
 * @param out  gets it; its `struct_size` is set by the caller
 * @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_HANDLE,
 *         SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_connection(struct synfin_dissector *dissector,
                                          uint64_t id,
                                          struct synfin_connection *out);

/**
 * Gives many connections in one call: those of the lowest numbers from `first` on, forgotten ones left out.
 * There may be more if `given` is `capacity`: go on behind the last one's number.
 *
 * @param first     the lowest number
 * @param out       gets them, an array of the caller's layout: `struct_size` of the first is set by the caller,
 *                  that of the others by the call. May be NULL if `capacity` is 0.
 * @param capacity  how many it has room for
 * @param given     gets how many there are now
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC,
 *         SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_connections(struct synfin_dissector *dissector,
                                           uint64_t first,
                                           struct synfin_connection *out,
                                           size_t capacity,
                                           size_t *given);

/**
 * Makes an empty list.
 *
 * @param out  gets the list, to be ended by synfin_values_free(); NULL unless SYNFIN_OK
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC
 */
synfin_status synfin_values_new(struct synfin_values **out);

/**
 * Ends a list, its values and their texts. NULL is fine, and what is no list is left alone; the same list
 * twice is not fine.
 */
void synfin_values_free(struct synfin_values *values);

/**
 * Fills the list with the values of an annotation. It needs no dissector: annotations can be kept and
 * looked into later, by the same version of the library.
 *
 * @param values  loses what it held, even if the call fails
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (a number in the annotation
 *         means nothing to this library), SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
 */
synfin_status synfin_annotation_values(const struct synfin_annotation *annotation,
                                       struct synfin_values *values);

/**
 * Fills the list with the values of what an ICMP error means: of its connection, and of the rule it fulfils.
 *
 * @param values  loses what it held, even if the call fails
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_INVALID (a number in the note means
 *         nothing to this library), SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
 */
synfin_status synfin_icmp_note_values(const struct synfin_icmp_note *note,
                                      struct synfin_values *values);

/**
 * Fills the list with the values of a connection: as it stands now, or final after
 * synfin_dissector_finish().
 *
 * @param id      number of the connection, as in the annotations
 * @param values  loses what it held, even if the call fails
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
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
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
 */
synfin_status synfin_values_get(const struct synfin_values *list,
                                const struct synfin_value **values,
                                size_t *count);

/**
 * Looks into a list for the first value of a field, by the field's name.
 *
 * @param name   such as `synfin.close.verdict`, NUL-ended
 * @param value  gets the value; valid as long as those of synfin_values_get()
 * @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (the list has no value of that name), SYNFIN_ERR_NULL,
 *         SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
 */
synfin_status synfin_values_find(const struct synfin_values *list,
                                 const char *name,
                                 const struct synfin_value **value);

/**
 * Makes an empty transaction.
 *
 * @param out  gets it, to be ended by synfin_transaction_free(); NULL unless SYNFIN_OK
 * @return SYNFIN_OK, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC
 */
synfin_status synfin_transaction_new(struct synfin_transaction **out);

/**
 * Ends a transaction and its texts. NULL is fine, and what is no transaction is left alone; the same
 * transaction twice is not fine.
 */
void synfin_transaction_free(struct synfin_transaction *transaction);

/**
 * Fills it with a transaction that is kept with its connection: as it stands now, or final after
 * synfin_dissector_finish().
 *
 * @param id           number of the connection
 * @param index        position on it, from 0: the annotations' `http_transaction`
 * @param transaction  loses what it held, even if the call fails
 * @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC,
 *         SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_transaction(struct synfin_dissector *dissector,
                                           uint64_t id,
                                           uint32_t index,
                                           struct synfin_transaction *transaction);

/**
 * Fills it with the next transaction that is complete, in the order of completion; once each, and only where
 * the dissector was made with `http_streamed`. Those of a connection that ended without them follow after
 * synfin_dissector_finish().
 *
 * @param transaction  loses what it held, even if the call fails
 * @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (none now), SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC,
 *         SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_next_transaction(struct synfin_dissector *dissector,
                                                struct synfin_transaction *transaction);

/**
 * Gives what a transaction is. Texts given before are gone.
 *
 * @param out  gets it; its `struct_size` is set by the caller
 * @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (it holds none), SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE,
 *         SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
 */
synfin_status synfin_transaction_get(struct synfin_transaction *transaction,
                                     struct synfin_transaction_info *out);

/**
 * Gives a header field of one of its messages, trailer fields behind them; needs `http_fields` of
 * synfin_config.
 *
 * @param message  enum synfin_http_message
 * @param index    which, from 0 in the order sent
 * @param out      gets the field; its `struct_size` is set by the caller
 * @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (no more, or none kept), SYNFIN_ERR_INVALID (`message`),
 *         SYNFIN_ERR_NULL, SYNFIN_ERR_STRUCT_SIZE, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
 */
synfin_status synfin_transaction_field(struct synfin_transaction *transaction,
                                       uint32_t message,
                                       size_t index,
                                       struct synfin_http_field *out);

/**
 * Gives the first bytes of the content of one of its messages, chunk framing removed, content codings not; as
 * many as `http_body_bytes` of synfin_config. A gap in it is zero bytes.
 *
 * @param message  enum synfin_http_message
 * @param data     gets the first byte, never NULL; valid until the transaction is filled or freed
 * @param len      gets how many
 * @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND (no facts are kept), SYNFIN_ERR_INVALID (`message`),
 *         SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
 */
synfin_status synfin_transaction_body(const struct synfin_transaction *transaction,
                                      uint32_t message,
                                      const uint8_t **data,
                                      size_t *len);

/**
 * Writes a transaction as one line of JSON: UTF-8, NUL-ended, as `synfin http --json` prints it.
 *
 * @param buffer    where to write; NULL with `capacity` 0 to ask how much is needed
 * @param capacity  its size, bytes
 * @param needed    gets the size the text takes, NUL included; may be NULL. Set on SYNFIN_OK and
 *                  SYNFIN_ERR_BUFFER_TOO_SMALL.
 * @return SYNFIN_OK; SYNFIN_ERR_BUFFER_TOO_SMALL (`buffer` gets the empty string if it has room for it);
 *         SYNFIN_ERR_NOT_FOUND (it holds none), SYNFIN_ERR_NULL, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC
 */
synfin_status synfin_transaction_json(const struct synfin_transaction *transaction,
                                      char *buffer,
                                      size_t capacity,
                                      size_t *needed);

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
 *         SYNFIN_ERR_NULL, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_connection_json(struct synfin_dissector *dissector,
                                               uint64_t id,
                                               char *buffer,
                                               size_t capacity,
                                               size_t *needed);

/**
 * Tells what happened to a connection, in plain sentences, one a line, what they rest on in brackets: as
 * `synfin explain` does. UTF-8, NUL-ended, as it stands now, or final after synfin_dissector_finish().
 *
 * @param id        number of the connection, as in the annotations
 * @param buffer    where to write; NULL with `capacity` 0 to ask how much is needed
 * @param capacity  its size, bytes
 * @param needed    gets the size the text takes, NUL included; may be NULL. Set on SYNFIN_OK and
 *                  SYNFIN_ERR_BUFFER_TOO_SMALL.
 * @return SYNFIN_OK; SYNFIN_ERR_BUFFER_TOO_SMALL (`buffer` gets the empty string if it has room for it);
 *         SYNFIN_ERR_NULL, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_connection_explain(struct synfin_dissector *dissector,
                                                  uint64_t id,
                                                  char *buffer,
                                                  size_t capacity,
                                                  size_t *needed);

/**
 * The same as one line of JSON, as `synfin explain --json` prints it: each sentence with its topic, frames,
 * rule, RFC and confidence.
 *
 * @param id        number of the connection, as in the annotations
 * @param buffer    where to write; NULL with `capacity` 0 to ask how much is needed
 * @param capacity  its size, bytes
 * @param needed    gets the size the text takes, NUL included; may be NULL. Set on SYNFIN_OK and
 *                  SYNFIN_ERR_BUFFER_TOO_SMALL.
 * @return SYNFIN_OK; SYNFIN_ERR_BUFFER_TOO_SMALL (`buffer` gets the empty string if it has room for it);
 *         SYNFIN_ERR_NULL, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_HANDLE, SYNFIN_ERR_PANIC, SYNFIN_ERR_POISONED
 */
synfin_status synfin_dissector_connection_explain_json(struct synfin_dissector *dissector,
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
 * Finds a field by its name. Any thread.
 *
 * @param name   such as `synfin.close.verdict`, NUL-ended
 * @param index  gets its number
 * @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC
 */
synfin_status synfin_field_find(const char *name, size_t *index);

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

/**
 * Finds a rule by its id. Any thread.
 *
 * @param id     such as `T7`, NUL-ended
 * @param index  gets its number
 * @return SYNFIN_OK, SYNFIN_ERR_NOT_FOUND, SYNFIN_ERR_NULL, SYNFIN_ERR_PANIC
 */
synfin_status synfin_rule_find(const char *id, size_t *index);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SYNFIN_H */
