//! The one table of what is said to people: which phrases there are. Each language fills in all of them.
//!
//! What is said is decided elsewhere; a phrase only has its words and their order. The words of verdicts, causes and
//! states are `label`s of their own types, the names of rules those of the rules.

use std::io;

use serde::Serialize;
use synfin::capture::CaptureError;
use synfin::{Connection, IcmpReport, Topic};

use super::Language;
use crate::text::Duration;

/// Every phrase, in one language.
pub(crate) struct Messages {
    pub(crate) language: Language,
    /// Between parts of a sentence.
    pub(crate) comma: &'static str,
    /// Between things of a kind.
    pub(crate) list_comma: &'static str,
    /// Behind the name of what is spoken of.
    pub(crate) colon: &'static str,
    /// Between clauses.
    pub(crate) semicolon: &'static str,
    pub(crate) no_connections: &'static str,
    /// Too many connections: which of so many?
    pub(crate) which_connection: fn(u64) -> String,
    /// There is no connection of a number among so many.
    pub(crate) no_such_connection: fn(u64, u64) -> String,
    /// Why nothing can be written.
    pub(crate) cannot_write: fn(&io::Error) -> String,
    /// A file that cannot be written, by its name.
    pub(crate) cannot_write_to: fn(&str, &io::Error) -> String,
    /// An output file that is an input as well.
    pub(crate) is_read: fn(&str) -> String,
    pub(crate) explain: Explain,
    pub(crate) tables: Tables,
    pub(crate) packets: Packets,
    pub(crate) tls: Tls,
    pub(crate) connections: Connections,
    pub(crate) long: Long,
    pub(crate) http: Http,
    pub(crate) bodies: Bodies,
    pub(crate) summary: Summary,
    pub(crate) ladder: Ladder,
    pub(crate) page: Page,
    pub(crate) input: Input,
}

impl Messages {
    pub(crate) const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &super::en::ENGLISH,
            Language::Chinese => &super::zh::CHINESE,
        }
    }
}

/// One connection, or one rule, in words; the sentences are core's.
pub(crate) struct Explain {
    /// Severity, group, reference, meaning, condition.
    pub(crate) rule_labels: [&'static str; 5],
    /// A rule that may have been meant: its id and name.
    pub(crate) rule_near: fn(&str, &str) -> String,
    /// There is no rule of an id, and none near it.
    pub(crate) no_rule: fn(&str) -> String,
    /// There is no rule of an id, but these are near it.
    pub(crate) no_rule_but: fn(&str, &str) -> String,
    /// What the heading of a topic says.
    pub(crate) topic: fn(Topic) -> &'static str,
    /// The heading of a connection: its number, both endpoints, first and last frame, duration.
    pub(crate) connection: fn(u64, [&str; 2], [u64; 2], Duration) -> String,
}

/// The rule table and the field registry.
pub(crate) struct Tables {
    /// Id, level, name, condition.
    pub(crate) rules: [&'static str; 4],
    /// Between a condition and its reference.
    pub(crate) gap: &'static str,
    /// Field, type, of, unit, what.
    pub(crate) fields: [&'static str; 5],
    /// What has a field: segments and connections, segments, segments in a second pass, connections.
    pub(crate) owners: [&'static str; 4],
    /// A unit of the registry.
    pub(crate) unit: fn(&'static str) -> &'static str,
}

/// A segment in a line. What is told of every segment is added to text that is there.
pub(crate) struct Packets {
    /// Frame, time, connection, flags, seq, ack, length, step, initiator, responder, what.
    pub(crate) headings: [&'static str; 11],
    /// None that were selected.
    pub(crate) no_such_segments: &'static str,
    pub(crate) no_segments: &'static str,
    pub(crate) many_connections: fn(usize) -> String,
    pub(crate) data: &'static str,
    pub(crate) keep_alive_answer: &'static str,
    pub(crate) keep_alive_probe: &'static str,
    pub(crate) zero_window: &'static str,
    pub(crate) zero_window_probe_or_end: &'static str,
    pub(crate) ack_of_lost: &'static str,
    pub(crate) out_of_order: &'static str,
    pub(crate) needless: &'static str,
    pub(crate) again_uncaptured: &'static str,
    pub(crate) duplicate: &'static str,
    /// A frame, and the time since then.
    pub(crate) ack_of: fn(&mut String, u64, Duration),
    pub(crate) answers: fn(&mut String, u64, Duration),
    /// The frame that a segment repeats.
    pub(crate) first_sent: fn(&mut String, u64),
    pub(crate) again_after: fn(&mut String, Duration),
    pub(crate) interim_response: &'static str,
    /// A message that began before.
    pub(crate) more_of: fn(&mut String, &str),
    pub(crate) end_of: fn(&mut String, &str),
    /// The frame of the request, behind its response, and the other way round.
    pub(crate) request_in: fn(&mut String, u64),
    pub(crate) answered_in: fn(&mut String, u64),
    pub(crate) not_answered: &'static str,
}

/// TLS in a segment and of a connection.
pub(crate) struct Tls {
    /// Its application data, or what looks like it.
    pub(crate) data: &'static str,
    /// A step of its handshake.
    pub(crate) step: fn(&str) -> String,
    pub(crate) alert: fn(&str) -> String,
    /// An alert, its sender and its frame.
    pub(crate) alert_of: fn(&str, &str, u64) -> String,
    pub(crate) alert_label: &'static str,
    pub(crate) alpn_offered: fn(&str) -> String,
    pub(crate) resumed: fn(&str) -> String,
    pub(crate) early_data: fn(&str) -> String,
    pub(crate) server_hello_after: fn(Duration) -> String,
    pub(crate) handshake_after: fn(Duration) -> String,
    pub(crate) data_after: fn(Duration) -> String,
    /// No version is known.
    pub(crate) no_version: &'static str,
}

/// A connection in a line, and its verdicts in a sentence.
pub(crate) struct Connections {
    /// Number, initiator, responder, frames, duration, round trip, packets, bytes, handshake, close, by, cause, HTTP.
    pub(crate) headings: [&'static str; 13],
    /// A verdict and its confidence.
    pub(crate) sure: fn(&str, &str) -> String,
    pub(crate) handshake: fn(&str) -> String,
    /// A side's name and its round trip.
    pub(crate) of_side: fn(&str, Duration) -> String,
    pub(crate) round_trip: fn(&str) -> String,
    pub(crate) closed: fn(&str) -> String,
    /// A cause and its confidence.
    pub(crate) cause: fn(&str, &str) -> String,
    pub(crate) by: fn(&str) -> String,
    pub(crate) in_the_name_of: fn(&str) -> String,
    pub(crate) reset_by: fn(&str) -> String,
    /// The network, in a side's name.
    pub(crate) network_as: fn(&str) -> String,
    /// Who closed, and who reset.
    pub(crate) by_and_reset_by: fn(&str, &str) -> String,
    pub(crate) no_status: &'static str,
    pub(crate) no_answer: &'static str,
    pub(crate) and_more: fn(u64) -> String,
}

/// Everything about a connection.
pub(crate) struct Long {
    pub(crate) from: &'static str,
    pub(crate) handshake: &'static str,
    pub(crate) close: &'static str,
    pub(crate) cause: &'static str,
    pub(crate) protocol: &'static str,
    pub(crate) real_client: &'static str,
    pub(crate) streams: fn(u64) -> String,
    /// What somebody said, who, and in which frame.
    pub(crate) told_by: fn(&str, &str, u64) -> String,
    pub(crate) icmp_error: &'static str,
    pub(crate) syn_again: &'static str,
    pub(crate) option_fault: &'static str,
    pub(crate) rules: &'static str,
    /// When it began and how long it took.
    pub(crate) span: fn(&Connection) -> String,
    pub(crate) rtt_to_responder: fn(Duration) -> String,
    pub(crate) rtt_to_initiator: fn(Duration) -> String,
    pub(crate) established_after: fn(Duration) -> String,
    pub(crate) silent_before: fn(Duration) -> String,
    pub(crate) took: fn(Duration) -> String,
    pub(crate) foreign_reset: fn(&str) -> String,
    /// Zeek's state and history, and its originator.
    pub(crate) zeek: fn(&str, &str, &str) -> String,
    pub(crate) icmp: fn(&IcmpReport) -> String,
    pub(crate) segments: &'static str,
    pub(crate) bytes: &'static str,
    pub(crate) sent_again: &'static str,
    pub(crate) needlessly: &'static str,
    pub(crate) out_of_order: &'static str,
    pub(crate) captured_twice: &'static str,
    pub(crate) gaps: &'static str,
    pub(crate) gap_bytes: &'static str,
    pub(crate) first_byte: &'static str,
    pub(crate) isn: &'static str,
    pub(crate) window_scale: &'static str,
    pub(crate) sack: &'static str,
    pub(crate) timestamps: &'static str,
    pub(crate) md5: &'static str,
    pub(crate) ao_key: &'static str,
    pub(crate) user_timeout: &'static str,
    pub(crate) agreed: &'static str,
    pub(crate) not_agreed: &'static str,
    pub(crate) yes: &'static str,
    pub(crate) no: &'static str,
    /// An option, its fault and the frame.
    pub(crate) fault_in: fn(&str, &str, u64) -> String,
    /// Frames by their numbers, and whether there are several.
    pub(crate) frames: fn(&str, bool) -> String,
    /// What a list leaves out.
    pub(crate) and_more: fn(u64) -> String,
    /// What a list of transactions leaves out, and the connection.
    pub(crate) more_transactions: fn(u64, u64) -> String,
    pub(crate) in_frame: fn(u64) -> String,
    /// The lengths of both bodies, and the state.
    pub(crate) bodies: fn(&str, &str, &str) -> String,
}

/// An HTTP transaction in a line.
pub(crate) struct Http {
    /// Time, connection, endpoints, request, response, wait, total, transaction.
    pub(crate) headings: [&'static str; 8],
    pub(crate) trailer: &'static str,
    pub(crate) no_request: &'static str,
    pub(crate) no_response: &'static str,
    pub(crate) response_without_status: &'static str,
    pub(crate) after_interim: fn(&str) -> String,
    pub(crate) pipelined: fn(u32) -> String,
    pub(crate) answered_early: &'static str,
    /// A message and its state.
    pub(crate) message_is: fn(&str, &str) -> String,
    pub(crate) in_flight: &'static str,
    pub(crate) then: fn(&str) -> String,
    pub(crate) no_http: &'static str,
    /// So many connections with HTTP/2, and nothing else or others beside.
    pub(crate) on_stream: fn(u32) -> String,
    pub(crate) pushed: &'static str,
    pub(crate) stream_reset: fn(&str) -> String,
}

/// Bodies in files.
pub(crate) struct Bodies {
    /// A message and what there is to say of its body.
    pub(crate) body: fn(&str, &str) -> String,
    pub(crate) stopped_encoded: fn(u32) -> String,
    pub(crate) stopped_decoded: fn(u32) -> String,
    pub(crate) ends_early: &'static str,
    /// What the decoder says.
    pub(crate) damaged: fn(&str) -> String,
    pub(crate) left_in: fn(&str) -> String,
    pub(crate) not_a_folder: fn(&str) -> String,
    /// The folder, and the index that is in it.
    pub(crate) index_is_there: fn(&str, &str) -> String,
    pub(crate) failed: fn(&str, &io::Error) -> String,
}

/// A capture on a screen.
pub(crate) struct Summary {
    /// Segments, connections, transactions.
    pub(crate) counts: fn(u64, u64, u64) -> String,
    /// The begin, in UTC, and the duration.
    pub(crate) span: fn(&str, Duration) -> String,
    pub(crate) wrong: &'static str,
    pub(crate) handshakes: &'static str,
    pub(crate) closes: &'static str,
    pub(crate) resets: &'static str,
    pub(crate) refusing: &'static str,
    pub(crate) unanswered: &'static str,
    pub(crate) slowest: &'static str,
    pub(crate) sent_again: &'static str,
    pub(crate) http_incomplete: &'static str,
    pub(crate) no_final_response: &'static str,
    /// A cause and who reset.
    pub(crate) cause_by: fn(&str, &str) -> String,
    /// Segments sent again by initiators and responders.
    pub(crate) segments_by: fn(u64, u64) -> String,
    pub(crate) quic_initial: &'static str,
    pub(crate) more_servers: fn(usize) -> String,
}

/// The picture of a connection.
pub(crate) struct Ladder {
    pub(crate) frame: &'static str,
    pub(crate) time: &'static str,
    pub(crate) delay: &'static str,
    pub(crate) seconds: &'static str,
    pub(crate) connection: fn(&str) -> String,
    pub(crate) tcp_connection: fn(&str) -> String,
    /// A frame, in front of what else there is to say.
    pub(crate) of_frame: fn(u64) -> String,
    pub(crate) repeats: fn(u64, Option<Duration>) -> String,
    pub(crate) unanswered: fn(u64) -> String,
    pub(crate) lost: fn(u64) -> String,
    /// A request, its status and the frame of that.
    pub(crate) status_in: fn(&str, u16, u64) -> String,
    pub(crate) no_answer: fn(&str) -> String,
    pub(crate) response_for: fn(u16, &str) -> String,
    pub(crate) icmp: IcmpNames,
    /// The message's name with its numbers, and who sent it.
    pub(crate) icmp_from: fn(&str, &str) -> String,
    /// How often, and the last frame.
    pub(crate) icmp_times: fn(u64, u64) -> String,
    /// Segments and their bytes that a picture leaves out.
    pub(crate) not_shown: fn(u64, &str) -> String,
    pub(crate) data: fn(u64, &str) -> String,
    pub(crate) acks: fn(u64) -> String,
    /// Frames, and how many there are beside those named.
    pub(crate) again_later: fn(&str, u64) -> String,
    pub(crate) bytes: fn(u64) -> String,
    pub(crate) not_captured: fn(&str) -> String,
    pub(crate) bytes_not_captured: &'static str,
    pub(crate) silence: fn(Duration) -> String,
}

/// ICMP errors by their names in IANA's registries, shortened.
pub(crate) struct IcmpNames {
    pub(crate) network_unreachable: &'static str,
    pub(crate) host_unreachable: &'static str,
    pub(crate) protocol_unreachable: &'static str,
    pub(crate) port_unreachable: &'static str,
    pub(crate) fragmentation_needed: &'static str,
    pub(crate) prohibited: &'static str,
    pub(crate) destination_unreachable: &'static str,
    pub(crate) packet_too_big: &'static str,
    pub(crate) time_exceeded: &'static str,
    pub(crate) parameter_problem: &'static str,
    pub(crate) error: &'static str,
}

/// What did not fit into memory.
pub(crate) struct Bounds {
    pub(crate) title: &'static str,
    pub(crate) connections: fn(u64) -> String,
    /// Segments behind which holes were given up.
    pub(crate) reassembly: fn(u64) -> String,
    pub(crate) held: fn(u64) -> String,
    pub(crate) heads: fn(u64) -> String,
    pub(crate) transactions: fn(u64) -> String,
    pub(crate) streams: fn(u64) -> String,
}

/// What is wrong with an input, and how far its reading is.
pub(crate) struct Input {
    pub(crate) nothing_to_read: &'static str,
    pub(crate) no_such_input: &'static str,
    pub(crate) two_passes: &'static str,
    /// Why fields of a connection cannot be told.
    pub(crate) needs_two_passes: fn(&str) -> String,
    pub(crate) overlapping: fn(u64) -> String,
    /// QUIC Initial packets, where there is no TCP.
    pub(crate) only_quic: fn(u64) -> String,
    /// What was left out because memory is bounded: a phrase for each bound, and what is before them all.
    pub(crate) bounds: Bounds,
    /// Frames of a link type by its number and name.
    pub(crate) unknown_link: fn(u64, u32, Option<&str>) -> String,
    pub(crate) no_capture_here: &'static str,
    /// Files and the names of the first.
    pub(crate) not_captures: fn(usize, &str) -> String,
    pub(crate) joined: fn(usize) -> String,
    pub(crate) no_file_readable: &'static str,
    /// Where, after how many frames, and how many bytes are left out.
    pub(crate) record_too_long: fn(u64, u64, u64) -> String,
    pub(crate) left_out: fn(&str, u64) -> String,
    pub(crate) before_reported: fn(&str) -> String,
    /// Bytes there are now, and those read before.
    pub(crate) cut_while_followed: fn(u64, u64) -> String,
    /// A format, and the byte of the file.
    pub(crate) ends_too_early: fn(&str, u64) -> String,
    pub(crate) compression_damaged: fn(&str, u64, &io::Error) -> String,
    pub(crate) capture_error: fn(&CaptureError) -> String,
    pub(crate) io_error: fn(&io::Error) -> String,
    pub(crate) no_report_at_interrupt: fn(&str) -> String,
    pub(crate) filter_needs_tcpdump: &'static str,
    pub(crate) no_tcpdump: &'static str,
    pub(crate) filter: fn(&str) -> String,
    pub(crate) filter_fails: &'static str,
    pub(crate) filter_no_program: &'static str,
    /// Bytes read and bytes a second.
    pub(crate) progress: fn(&str, &str) -> String,
    /// Percent, of how many bytes, bytes a second, time left.
    pub(crate) progress_of: fn(f64, &str, &str, &str) -> String,
}

/// The report's page. What stands in braces is filled in by its script.
#[derive(Serialize)]
pub(crate) struct Page {
    pub(crate) skip: &'static str,
    pub(crate) heading: &'static str,
    pub(crate) noscript: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) how_opened: &'static str,
    pub(crate) how_ended: &'static str,
    pub(crate) round_trips: &'static str,
    pub(crate) lifetimes: &'static str,
    pub(crate) colours: &'static str,
    pub(crate) connections: &'static str,
    pub(crate) filter: &'static str,
    pub(crate) filter_hint: &'static str,
    pub(crate) opened: &'static str,
    pub(crate) ended: &'static str,
    pub(crate) any_way: &'static str,
    pub(crate) clear: &'static str,
    pub(crate) connection: &'static str,
    pub(crate) only_chosen: &'static str,
    pub(crate) made_by: &'static str,
    /// Between parts of a list.
    pub(crate) comma: &'static str,
    pub(crate) captures: &'static str,
    pub(crate) from: &'static str,
    pub(crate) no_connections: &'static str,
    pub(crate) tile_connections: &'static str,
    pub(crate) within: &'static str,
    pub(crate) segments: &'static str,
    pub(crate) closed: &'static str,
    pub(crate) broken: &'static str,
    pub(crate) open: &'static str,
    pub(crate) not_opened: &'static str,
    pub(crate) refused_unanswered: &'static str,
    pub(crate) sent_again: &'static str,
    pub(crate) needless: &'static str,
    pub(crate) http_requests: &'static str,
    pub(crate) of_class: &'static str,
    pub(crate) not_captured: &'static str,
    pub(crate) left_out: &'static str,
    pub(crate) shown: &'static str,
    pub(crate) shown_of: &'static str,
    pub(crate) frames: &'static str,
    pub(crate) close_connection: &'static str,
    pub(crate) rules: &'static str,
    pub(crate) rule_in: &'static str,
    pub(crate) number_of_connection: &'static str,
    pub(crate) connection_verdict: &'static str,
    pub(crate) lifetimes_of: &'static str,
    pub(crate) no_round_trip: &'static str,
    pub(crate) distribution: &'static str,
    pub(crate) round_trip_to: &'static str,
    pub(crate) range: &'static str,
    pub(crate) most: &'static str,
    pub(crate) capture_point_to: &'static str,
    pub(crate) transactions: &'static str,
    pub(crate) request: &'static str,
    pub(crate) status: &'static str,
    pub(crate) state: &'static str,
    pub(crate) body: &'static str,
    pub(crate) wait: &'static str,
    pub(crate) time: &'static str,
    pub(crate) sent_unanswered: &'static str,
    pub(crate) sent_answered: &'static str,
    pub(crate) file: &'static str,
    pub(crate) start: &'static str,
    pub(crate) duration: &'static str,
    pub(crate) round_trip: &'static str,
    pub(crate) column_opened: &'static str,
    pub(crate) column_ended: &'static str,
    pub(crate) by: &'static str,
    pub(crate) cause: &'static str,
    pub(crate) cause_alert: &'static str,
    pub(crate) protocol: &'static str,
    pub(crate) server_name: &'static str,
    pub(crate) real_client: &'static str,
    pub(crate) stream: &'static str,
    pub(crate) packets: &'static str,
    pub(crate) payload: &'static str,
    pub(crate) seconds: &'static str,
    pub(crate) frame: &'static str,
    pub(crate) no_status: &'static str,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Language, Messages};

    /// What the page's script fills in.
    fn marks(phrase: &str) -> BTreeSet<&str> {
        let pieces = phrase.split('{').skip(1);
        pieces.filter_map(|piece| piece.split('}').next()).collect()
    }

    #[test]
    fn phrases_of_the_page_take_the_same_values_in_each_language() {
        let page = |language| serde_json::to_value(&Messages::of(language).page).expect("JSON");
        let (english, chinese) = (page(Language::English), page(Language::Chinese));
        let chinese = chinese.as_object().expect("an object");
        for (name, phrase) in english.as_object().expect("an object") {
            let (english, chinese) = (phrase.as_str().unwrap(), chinese[name].as_str().unwrap());
            assert_eq!(marks(english), marks(chinese), "{name}");
            assert!(!chinese.is_empty() && chinese != english, "{name}: {chinese}");
        }
    }

    #[test]
    fn what_the_library_says_of_inputs_is_known_in_chinese() {
        let say = Messages::of(Language::Chinese);
        let told = |error: &synfin::capture::CaptureError| (say.input.capture_error)(error);
        for bytes in [
            &b"\x1f\x8b\x08\0\0\0"[..],
            b"PK\x03\x04",
            b"\x7fELF",
            b"some text",
            b"<html>",
            &[0; 64],
            b"",
            b"\xff\xfe\xfd",
        ] {
            let error = synfin::capture::Capture::open(bytes).map(|_| ()).unwrap_err();
            let told = told(&error);
            for word in ["data", "text", "zeros", "archive", "program", "page", "not a"] {
                assert!(!told.contains(word), "{told}");
            }
            assert!(told.contains('不') || told.contains('空'), "{told}");
        }
    }
}
