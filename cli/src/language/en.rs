//! English.

use synfin::Topic;

use super::Language;
use super::messages::{
    Bodies, Bounds, Connections, Explain, Http, IcmpNames, Input, Ladder, Long, Messages, Packets, Page,
    Summary, Tables, Tls,
};

const fn s(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// `1 ACK`, `3 ACKs`.
fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", s(count))
}

pub(super) static ENGLISH: Messages = Messages {
    language: Language::English,
    comma: ", ",
    list_comma: ", ",
    colon: ": ",
    semicolon: "; ",
    no_connections: "no TCP connections",
    which_connection: |total| {
        format!(
            "{total} connections: say which with --connection N, 0 to {} (`synfin connections` lists them)",
            total.saturating_sub(1)
        )
    },
    no_such_connection: |number, total| {
        let held = match total {
            0 => "no connections".to_owned(),
            1 => "one connection, number 0".to_owned(),
            _ => format!("{total} connections, 0 to {}", total - 1),
        };
        format!("no connection {number}: the capture holds {held}")
    },
    cannot_write: |error| format!("cannot write: {error}"),
    cannot_write_to: |name, error| format!("cannot write {name}: {error}"),
    is_read: |name| format!("{name} is what is read: not overwritten"),
    explain: EXPLAIN,
    tables: TABLES,
    packets: PACKETS,
    tls: TLS,
    connections: CONNECTIONS,
    long: LONG,
    http: HTTP,
    bodies: BODIES,
    summary: SUMMARY,
    ladder: LADDER,
    page: PAGE,
    input: INPUT,
};

const EXPLAIN: Explain = Explain {
    rule_labels: ["severity", "group", "reference", "meaning", "condition"],
    rule_near: |id, name| format!("{id} ({name})"),
    no_rule: |asked| format!("no rule \"{asked}\"; `synfin rules` lists them"),
    no_rule_but: |asked, near| format!("no rule \"{asked}\"; near it: {near}"),
    topic: |topic| match topic {
        Topic::Who => "Who",
        Topic::Opening => "Opening",
        Topic::Unusual => "Unusual",
        Topic::Transfer => "Data",
        Topic::End => "End",
        Topic::Timing => "Times",
    },
    connection: |number, [src, dst], [first, last], span| {
        format!("Connection {number}: {src} → {dst}, frames {first}-{last}, {span}")
    },
};

const TABLES: Tables = Tables {
    rules: ["id", "level", "name", "condition"],
    gap: " ",
    fields: ["field", "type", "of", "unit", "what"],
    owners: ["both", "segment", "second pass", "connection"],
    unit: |unit| unit,
};

const PACKETS: Packets = Packets {
    headings: [
        "frame",
        "time",
        "conn",
        "flags",
        "seq",
        "ack",
        "len",
        "step",
        "initiator",
        "responder",
        "what",
    ],
    no_such_segments: "no such TCP segments",
    no_segments: "no TCP segments",
    many_connections: |count| format!("{count} connections: see `synfin connections FILE`"),
    data: "data",
    keep_alive_answer: "keep-alive answer",
    keep_alive_probe: "keep-alive probe",
    zero_window: "zero window",
    zero_window_probe_or_end: "zero window's probe or end",
    ack_of_lost: "ACK of bytes the capture lost",
    out_of_order: "out of order",
    needless: "needless",
    again_uncaptured: "sent again, not captured before",
    duplicate: "duplicate",
    ack_of: |to, frame, since| add!(to, "ACK of {frame} after {since}"),
    answers: |to, frame, since| add!(to, "answers {frame} after {since}"),
    first_sent: |to, frame| add!(to, "first sent in {frame}"),
    again_after: |to, since| add!(to, ", again after {since}"),
    interim_response: "HTTP interim response",
    more_of: |to, message| add!(to, "more of {message}"),
    end_of: |to, message| add!(to, "end of {message}"),
    request_in: |to, frame| add!(to, " for the request in {frame}"),
    answered_in: |to, frame| add!(to, ", answered in {frame}"),
    not_answered: ", not answered",
};

const TLS: Tls = Tls {
    data: "TLS data",
    step: |step| format!("TLS step {step}"),
    alert: |name| format!("TLS alert {name}"),
    alert_of: |name, by, frame| format!("{name} by {by} in frame {frame}"),
    alert_label: "TLS alert",
    alpn_offered: |names| format!("ALPN offered {names}"),
    resumed: |by| format!("resumed by {by}"),
    early_data: |state| format!("early data {state}"),
    server_hello_after: |span| format!("ServerHello after {span}"),
    handshake_after: |span| format!("handshake complete after {span}"),
    data_after: |span| format!("first data after {span}"),
    no_version: "no version known",
};

const CONNECTIONS: Connections = Connections {
    headings: [
        "#",
        "initiator",
        "responder",
        "frames",
        "duration",
        "rtt",
        "packets",
        "bytes",
        "handshake",
        "close",
        "by",
        "cause",
        "http",
    ],
    sure: |verdict, confidence| format!("{verdict} ({confidence})"),
    handshake: |verdict| format!("handshake {verdict}"),
    of_side: |side, rtt| format!("{side} {rtt}"),
    round_trip: |sides| format!(" (round trip: {sides})"),
    closed: |verdict| format!("closed: {verdict}"),
    cause: |cause, confidence| format!(", {cause} ({confidence})"),
    by: |who| format!(" by {who}"),
    in_the_name_of: |side| format!(", in the name of {side}"),
    reset_by: |side| format!(", reset by {side}"),
    network_as: |side| format!("network, as {side}"),
    by_and_reset_by: |who, side| format!("{who}, reset by {side}"),
    no_status: "no status",
    no_answer: "no answer",
    and_more: |count| format!(" and {count} more"),
};

const LONG: Long = Long {
    from: "from",
    handshake: "handshake",
    close: "close",
    cause: "cause",
    protocol: "protocol",
    real_client: "real client",
    streams: |count| counted(count, "stream"),
    told_by: |told, by, frame| format!("{told} by {by}, frame {frame}"),
    icmp_error: "ICMP error",
    syn_again: "SYN again",
    option_fault: "option fault",
    rules: "rules",
    span: |connection| {
        format!(
            "{}, {}, frames {}-{}",
            connection.start,
            crate::text::Duration(connection.duration_ns),
            connection.first_frame,
            connection.last_frame
        )
    },
    rtt_to_responder: |rtt| format!("; round trip to responder {rtt}"),
    rtt_to_initiator: |rtt| format!("; to initiator {rtt}"),
    established_after: |time| format!("; established after {time}"),
    silent_before: |time| format!("; silent before for {time}"),
    took: |time| format!("; took {time}"),
    foreign_reset: |signs| format!("; somebody else's RST by its {signs}"),
    zeek: |state, history, originator| format!("{state} {history} (originator: {originator})"),
    icmp: |icmp| {
        format!(
            "{} × type {} code {} from {} about the {}, frames {}-{}",
            icmp.count,
            icmp.kind,
            icmp.code,
            icmp.from,
            icmp.direction.as_str(),
            icmp.first_frame,
            icmp.last_frame
        )
    },
    segments: "segments",
    bytes: "bytes",
    sent_again: "sent again",
    needlessly: "of these needlessly",
    out_of_order: "out of order",
    captured_twice: "captured twice",
    gaps: "gaps in the capture",
    gap_bytes: "bytes not captured",
    first_byte: "first byte after",
    isn: "initial sequence no.",
    window_scale: "window scale",
    sack: "SACK permitted",
    timestamps: "timestamps",
    md5: "MD5 signature",
    ao_key: "TCP-AO key",
    user_timeout: "user timeout",
    agreed: "agreed",
    not_agreed: "not agreed",
    yes: "yes",
    no: "no",
    fault_in: |option, fault, frame| format!("{option} {fault} in frame {frame}"),
    frames: |list, several| format!(", frame{} {list}", if several { "s" } else { "" }),
    and_more: |count| format!("and {count} more"),
    more_transactions: |count, connection| {
        format!("and {count} more: synfin http --where 'connection == {connection}'")
    },
    in_frame: |frame| format!(" in {frame}"),
    bodies: |request, response, state| format!(", {request} and {response} bytes, {state}"),
};

const HTTP: Http = Http {
    headings: [
        "time",
        "conn",
        "client → server",
        "request",
        "response",
        "wait",
        "total",
        "transaction",
    ],
    trailer: " (trailer)",
    no_request: "no request",
    no_response: "no response",
    response_without_status: "response without a status",
    after_interim: |statuses| format!("after {statuses}"),
    pipelined: |requests| format!("pipelined behind {requests}"),
    answered_early: "answered before its end",
    message_is: |message, state| format!("{message} {state}"),
    in_flight: "in flight when the connection broke",
    then: |protocol| format!("then {protocol}"),
    no_http: "no HTTP found",
    on_stream: |stream| format!("stream {stream}"),
    pushed: "pushed by the server",
    stream_reset: |error| format!("stream reset: {error}"),
};

const BODIES: Bodies = Bodies {
    body: |message, remarks| format!("{message} body: {remarks}"),
    stopped_encoded: |limit| format!("stopped at {limit} bytes encoded"),
    stopped_decoded: |limit| format!("stopped at {limit} bytes decoded"),
    ends_early: "ends before its content coding does",
    damaged: str::to_owned,
    left_in: |codings| format!("left in {codings}"),
    not_a_folder: |folder| format!("--bodies {folder}: not a folder"),
    index_is_there: |folder, index| {
        format!(
            "--bodies {folder}: {index} is there already, and nothing is overwritten: name another folder"
        )
    },
    failed: |folder, error| format!("--bodies {folder}: {error}"),
};

const SUMMARY: Summary = Summary {
    counts: |packets, connections, transactions| {
        format!(
            "{}, {}, {}",
            counted(packets, "TCP segment"),
            counted(connections, "connection"),
            counted(transactions, "HTTP transaction")
        )
    },
    span: |start, duration| format!(", from {start}, {duration}"),
    wrong: "Looks wrong",
    handshakes: "Handshakes",
    closes: "Ends",
    resets: "Resets by cause",
    refusing: "Servers that refuse",
    unanswered: "Unanswered SYNs",
    slowest: "Slowest handshakes",
    sent_again: "Sent again",
    http_incomplete: "HTTP not complete",
    no_final_response: "no final response",
    cause_by: |cause, by| format!("{cause}, by {by}"),
    segments_by: |initiators, responders| {
        format!("connections; segments: {initiators} by initiators, {responders} by responders")
    },
    quic_initial: "Initial packets (UDP), not followed",
    more_servers: |count| format!("with {count} more servers"),
};

const LADDER: Ladder = Ladder {
    frame: "frame",
    time: "time",
    delay: "delay",
    seconds: "seconds",
    connection: |which| format!("Connection {which}"),
    tcp_connection: |which| format!("TCP connection {which}"),
    of_frame: |frame| format!("frame {frame} ·"),
    repeats: |frame, since| {
        let mut words = format!("repeats {frame}");
        if let Some(since) = since {
            add!(words, " after {since}");
        }
        words
    },
    unanswered: |frame| format!("unanswered, sent again in {frame}"),
    lost: |frame| format!("lost, as {frame} shows"),
    status_in: |request, status, frame| format!("{request} → {status} in {frame}"),
    no_answer: |request| format!("{request}, no answer"),
    response_for: |status, request| format!("HTTP {status} for {request}"),
    icmp: IcmpNames {
        network_unreachable: "network unreachable",
        host_unreachable: "host unreachable",
        protocol_unreachable: "protocol unreachable",
        port_unreachable: "port unreachable",
        fragmentation_needed: "fragmentation needed",
        prohibited: "administratively prohibited",
        destination_unreachable: "destination unreachable",
        packet_too_big: "packet too big",
        time_exceeded: "time exceeded",
        parameter_problem: "parameter problem",
        error: "error",
    },
    icmp_from: |message, sender| format!("{message} from {sender}"),
    icmp_times: |count, frame| format!(", {count} times until {frame}"),
    not_shown: |segments, bytes| format!("… {}, {bytes} not shown", counted(segments, "segment")),
    data: |segments, bytes| format!("{}, {bytes}", counted(segments, "segment")),
    acks: |count| counted(count, "ACK"),
    again_later: |frames, more| {
        let mut words = format!("sent again later: {frames}");
        if more > 0 {
            add!(words, " and {more} more");
        }
        words
    },
    bytes: |count| counted(count, "byte"),
    not_captured: |bytes| format!("{bytes} not captured"),
    bytes_not_captured: "bytes not captured",
    silence: |time| format!("{time} of silence"),
};

const INPUT: Input = Input {
    nothing_to_read: "nothing to read",
    no_such_input: "no such input",
    two_passes: "two passes need a file, which can be read again: this is none",
    needs_two_passes: |why| format!("fields of a connection are known when it is over, and {why}"),
    overlapping: |count| {
        format!(
            "{} of packets whose fragments overlap (RFC 5722): not put together",
            counted(count, "IP fragment")
        )
    },
    bounds: Bounds {
        title: "memory is bounded: ",
        connections: |count| format!("{} told before their end", counted(count, "connection")),
        reassembly: |count| format!("{} behind too long a hole", counted(count, "segment")),
        held: |count| format!("{} let go what they held", counted(count, "connection")),
        heads: |count| format!("{} of too long a head", counted(count, "segment")),
        transactions: |count| format!("{} not told", counted(count, "transaction")),
        streams: |count| {
            format!(
                "{} of HTTP/2 forgotten before their end",
                counted(count, "stream")
            )
        },
    },
    only_quic: |count| {
        format!(
            "no TCP, but {}: QUIC is not followed",
            counted(count, "QUIC Initial packet")
        )
    },
    unknown_link: |frames, link, name| {
        format!(
            "{} of link type {link} ({}) not read",
            counted(frames, "frame"),
            name.unwrap_or("no name known")
        )
    },
    no_capture_here: "no capture in this directory",
    not_captures: |count, names| {
        format!(
            "{} of this directory not read as captures: {names}",
            counted(count as u64, "file")
        )
    },
    joined: |count| format!("{count} files joined as one capture (--no-join reads each by itself)"),
    no_file_readable: "no file of it could be read",
    record_too_long: |offset, frames, skipped| {
        format!(
            "the capture is damaged at byte {offset}, after {frames} frames: a record longer than what \
             follows; {skipped} bytes left out"
        )
    },
    left_out: |error, skipped| format!("{error}; {skipped} bytes left out"),
    before_reported: |error| format!("{error}; everything before was reported"),
    cut_while_followed: |now, read| {
        format!("the file was cut to {now} bytes while it was followed, of which {read} were read")
    },
    ends_too_early: |format, at| format!("the {format} data ends too early, at byte {at} of the file"),
    compression_damaged: |format, at, error| {
        format!("the {format} data is damaged at or before byte {at} of the file: {error}")
    },
    capture_error: ToString::to_string,
    io_error: ToString::to_string,
    no_report_at_interrupt: |error| format!("Ctrl-C will end this without a report: {error}"),
    filter_needs_tcpdump: "--filter needs tcpdump, which compiles the expression with libpcap",
    no_tcpdump: "there is none on the PATH (Debian: apt-get install tcpdump)",
    filter: |why| format!("filter: {why}"),
    filter_fails: "it fails",
    filter_no_program: "tcpdump printed no program",
    progress: |read, rate| format!("read {read}, {rate}/s"),
    progress_of: |percent, total, rate, left| format!("{percent:3.0} % of {total}, {rate}/s, {left} left"),
};

const PAGE: Page = Page {
    skip: "To the connections",
    heading: "What happened to the TCP connections",
    noscript: "This page needs the script inside it. It loads nothing from anywhere.",
    summary: "Summary",
    how_opened: "How they opened",
    how_ended: "How they ended",
    round_trips: "Handshake round trips",
    lifetimes: "Lifetimes",
    colours: "Colours",
    connections: "Connections",
    filter: "Filter",
    filter_hint: "address, port, verdict, protocol, server name, request: all words must match",
    opened: "Opened",
    ended: "Ended",
    any_way: "any way",
    clear: "Clear",
    connection: "Connection",
    only_chosen: "only the connection that is open above",
    made_by: "Made by synfin. Keys: arrows, Page Up, Page Down, Home, End in the tables; Enter opens, Escape goes back.",
    comma: ", ",
    captures: "{count} captures",
    from: "from {time}",
    no_connections: "no TCP connections",
    tile_connections: "connections",
    within: "in {span}",
    segments: "segments",
    closed: "closed in order",
    broken: "reset or given up",
    open: "open at the end",
    not_opened: "never opened",
    refused_unanswered: "{refused} refused, {unanswered} unanswered",
    sent_again: "sent again",
    needless: "{count} needless",
    http_requests: "HTTP requests",
    of_class: "{class}: {count}",
    not_captured: "not captured",
    left_out: "For want of room this page leaves out {connections} connections and {transactions} HTTP transactions; the numbers above count them.",
    shown: "{count} connections",
    shown_of: "{count} of {all} connections",
    frames: "frames {first}-{last}",
    close_connection: "Close the connection",
    rules: "{count} rules",
    rule_in: "{name}, frame {frame}",
    number_of_connection: "Connection {number}",
    connection_verdict: "Connection {number}: {verdict}",
    lifetimes_of: "Lifetimes of {count} connections over {span}: {outcomes}.",
    no_round_trip: "No handshake here has a round trip that can be told.",
    distribution: "Distribution of {count} handshake round trips",
    round_trip_to: "{count} to the {side}: {range}",
    range: "{from} to {to}",
    most: "most: {count}",
    capture_point_to: "capture point to {side}",
    transactions: "HTTP transactions",
    request: "request",
    status: "status",
    state: "state",
    body: "body",
    wait: "wait",
    time: "time",
    sent_unanswered: "sent at {time} s, no answer",
    sent_answered: "sent at {time} s, answered after {wait}",
    file: "file",
    start: "start",
    duration: "duration",
    round_trip: "round trip",
    column_opened: "opened",
    column_ended: "ended",
    by: "by",
    cause: "cause",
    cause_alert: "{cause}: {alert}",
    protocol: LONG.protocol,
    server_name: "server name",
    real_client: LONG.real_client,
    stream: "stream",
    packets: "packets",
    payload: "payload",
    seconds: "seconds",
    frame: "frame",
    no_status: "no status",
};
