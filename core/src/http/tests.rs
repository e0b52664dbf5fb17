//! Situations, written as what each side sends. One test for each; the H rows of the catalogue by name.

use proptest::prelude::*;

use super::{
    CloseReason, Http, HttpEvents, HttpLimits, HttpProtocol, looks_like_request, looks_like_response,
};
use crate::frame::Side::{self, Initiator as C, Responder as S};
use crate::rule::Rule;
use crate::stream::{GapCause, Mark, StreamEnd};

/// A conversation; every step is a frame, counted from 1.
struct Talk {
    http: Http,
    limits: HttpLimits,
    frame: u64,
}

impl Talk {
    fn new() -> Self {
        Self {
            http: Http::default(),
            limits: HttpLimits::default(),
            frame: 0,
        }
    }

    fn say(&mut self, from: Side, data: impl AsRef<[u8]>) -> HttpEvents {
        self.frame += 1;
        let mark = Mark {
            frame: self.frame,
            time_ns: 0,
        };
        self.http.bytes(from, mark, data.as_ref(), &self.limits)
    }

    fn gap(&mut self, from: Side, len: u64) -> HttpEvents {
        self.frame += 1;
        self.http.gap(from, len, GapCause::Lost, &self.limits)
    }

    fn cut(&mut self, from: Side, len: u64) -> HttpEvents {
        self.http.gap(from, len, GapCause::Cut, &self.limits)
    }

    fn end(&mut self, from: Side, how: StreamEnd) -> HttpEvents {
        self.http.end(from, how, &self.limits)
    }

    /// Ends both sides, as a reset does.
    fn over(&mut self, how: StreamEnd) {
        for side in Side::BOTH {
            self.end(side, how);
        }
    }

    /// Each transaction as `method target@frame+body -> status@frame+body state`, `-` for unknown.
    fn rows(&self) -> Vec<String> {
        fn or_dash<T: ToString>(value: Option<T>) -> String {
            value.map_or("-".into(), |value| value.to_string())
        }
        let row = |row: &super::Transaction| {
            format!(
                "{} {}@{}+{} -> {}@{}+{} {}",
                or_dash(row.method.as_deref()),
                or_dash(row.target.as_deref()),
                or_dash(row.request_frame),
                or_dash(row.request_body_len),
                or_dash(row.status),
                or_dash(row.response_frame),
                or_dash(row.response_body_len),
                row.state.as_str()
            )
        };
        self.http.transactions().iter().map(row).collect()
    }

    fn is(&self, rows: &[&str]) {
        assert_eq!(self.rows(), rows);
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n")
}

#[test]
fn one_exchange() {
    let mut talk = Talk::new();
    let asked = talk.say(C, get("/"));
    assert_eq!(
        asked,
        HttpEvents {
            request: Some(0),
            begins: true,
            ends: true,
            ..HttpEvents::default()
        }
    );
    assert!(talk.http.in_flight());
    talk.is(&["GET /@1+0 -> -@-+- incomplete"]);
    let answered = talk.say(S, OK);
    assert_eq!(
        answered,
        HttpEvents {
            response: Some(0),
            begins: true,
            ends: true,
            ..HttpEvents::default()
        }
    );
    assert!(!talk.http.in_flight());
    assert_eq!(talk.http.client(), Some(C));
    talk.is(&["GET /@1+0 -> 200@2+2 complete"]);
}

#[test]
fn the_json_has_the_contracts_keys_in_order() {
    let mut talk = Talk::new();
    talk.say(C, "PUT /\u{fc} HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
    talk.say(S, "HTTP/1.1 204 No Content\r\n\r\n");
    talk.say(C, b"GET /\xfc HTTP/1.1\r\n\r\n");
    let json = |at: usize| serde_json::to_string(&talk.http.transactions()[at]).unwrap();
    assert_eq!(
        json(0),
        r#"{"method":"PUT","target":"/ü","status":204,"request_frame":1,"response_frame":2,"request_body_len":3,"response_body_len":0,"state":"complete","stream":null}"#
    );
    assert_eq!(
        json(1),
        r#"{"method":"GET","target":"/ü","status":null,"request_frame":3,"response_frame":null,"request_body_len":0,"response_body_len":null,"state":"incomplete","stream":null}"#,
        "text that is not UTF-8 is latin-1"
    );
}

#[test]
fn keep_alive_holds_nothing_between_exchanges() {
    let mut talk = Talk::new();
    for _ in 0..3 {
        talk.say(C, get("/"));
        talk.say(S, OK);
    }
    assert_eq!(talk.http.transactions().len(), 3);
    assert!(
        Side::BOTH
            .into_iter()
            .all(|side| matches!(talk.http.streams[side].phase, super::Phase::Between))
    );
}

#[test]
fn the_client_is_told_by_content() {
    let mut talk = Talk::new();
    talk.say(S, get("/"));
    talk.say(C, OK);
    assert_eq!(talk.http.client(), Some(S));
    talk.is(&["GET /@1+0 -> 200@2+2 complete"]);
}

#[test]
fn h1_pipelining_pairs_first_in_first_out() {
    let mut talk = Talk::new();
    let events = talk.say(C, get("/1") + &get("/2") + &get("/3"));
    assert_eq!((events.request, events.more), (Some(0), 2));
    talk.say(S, OK);
    let events = talk.say(S, OK.repeat(2));
    assert_eq!((events.response, events.more), (Some(1), 1));
    talk.is(&[
        "GET /1@1+0 -> 200@2+2 complete",
        "GET /2@1+0 -> 200@3+2 complete",
        "GET /3@1+0 -> 200@3+2 complete",
    ]);
}

// What HTTP/0.9 has no head for is the first that a server says. Found by fuzzing.
#[test]
fn bytes_behind_a_response_are_no_response_without_a_head_however_they_are_cut() {
    let garbage = "\u{ff}\u{fe}".repeat(20);
    for at_once in [true, false] {
        let mut talk = Talk::new();
        talk.say(C, get("/1") + &get("/2"));
        if at_once {
            talk.say(S, OK.to_owned() + &garbage);
        } else {
            talk.say(S, OK);
            talk.say(S, garbage.as_str());
        }
        talk.is(&["GET /1@1+0 -> 200@2+2 complete", "GET /2@1+0 -> -@-+- incomplete"]);
    }
}

#[test]
fn h2_100_continue_leaves_the_request_waiting() {
    let mut talk = Talk::new();
    talk.say(
        C,
        "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n",
    );
    let interim = talk.say(S, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(interim.response, Some(0));
    talk.say(C, "body");
    talk.say(S, OK);
    talk.is(&["POST /@1+4 -> 200@4+2 complete"]);
}

#[test]
fn h3_early_hints_are_no_answer() {
    let mut talk = Talk::new();
    talk.say(C, get("/"));
    talk.say(
        S,
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n",
    );
    assert!(talk.http.in_flight());
    talk.say(S, OK);
    talk.is(&["GET /@1+0 -> 200@3+2 complete"]);
}

#[test]
fn h4_head_has_no_body_whatever_its_length_says() {
    let mut talk = Talk::new();
    talk.say(C, "HEAD /a HTTP/1.1\r\n\r\n".to_owned() + &get("/b"));
    talk.say(
        S,
        "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n".to_owned() + OK,
    );
    talk.is(&[
        "HEAD /a@1+0 -> 200@2+0 complete",
        "GET /b@1+0 -> 200@2+2 complete",
    ]);
}

#[test]
fn h5_204_and_304_have_no_body() {
    let mut talk = Talk::new();
    talk.say(C, get("/a") + &get("/b") + &get("/c"));
    talk.say(S, "HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n");
    talk.say(S, "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n");
    talk.say(S, OK);
    talk.is(&[
        "GET /a@1+0 -> 304@2+0 complete",
        "GET /b@1+0 -> 204@3+0 complete",
        "GET /c@1+0 -> 200@4+2 complete",
    ]);
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n\
                       5;ext=\"1\"\r\nhello\r\n6\r\n world\r\n0\r\nX: y\r\n\r\n";

#[test]
fn h6_chunks_extensions_and_trailers_are_not_content() {
    let mut talk = Talk::new();
    talk.say(C, get("/a") + &get("/b"));
    talk.say(S, CHUNKED.to_owned() + OK);
    talk.is(&[
        "GET /a@1+0 -> 200@2+11 complete",
        "GET /b@1+0 -> 200@2+2 complete",
    ]);
}

#[test]
fn h8_a_body_without_length_ends_at_the_fin() {
    let mut talk = Talk::new();
    talk.say(C, get("/"));
    talk.say(S, "HTTP/1.1 200 OK\r\n\r\nsome ");
    talk.say(S, "HTTP/1.1 more\r\n\r\n");
    assert!(talk.http.in_flight());
    let events = talk.end(S, StreamEnd::Fin);
    assert!(events.ends && !talk.http.in_flight());
    talk.is(&["GET /@1+0 -> 200@2+22 complete"]);
}

#[test]
fn h8_without_the_fin_it_is_incomplete() {
    for (how, state) in [(StreamEnd::Reset, "reset"), (StreamEnd::CaptureEnd, "incomplete")] {
        let mut talk = Talk::new();
        talk.say(C, get("/"));
        talk.say(S, "HTTP/1.1 200 OK\r\n\r\nsome");
        talk.over(how);
        talk.is(&[&format!("GET /@1+0 -> 200@2+4 {state}")]);
    }
}

#[test]
fn h9_a_gap_in_a_body_is_counted_through() {
    let mut talk = Talk::new();
    talk.say(C, get("/a"));
    talk.say(S, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012");
    assert!(!talk.gap(S, 3).ends);
    talk.is(&["GET /a@1+0 -> 200@2+6 gap"]);
    talk.say(S, "6789");
    talk.say(C, get("/b"));
    talk.say(S, OK);
    talk.is(&["GET /a@1+0 -> 200@2+10 gap", "GET /b@5+0 -> 200@6+2 complete"]);
}

#[test]
fn h9_a_gap_to_the_last_byte_ends_the_body() {
    let mut talk = Talk::new();
    talk.say(C, get("/a") + &get("/b"));
    talk.say(S, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012");
    assert!(talk.gap(S, 7).ends);
    talk.say(S, OK);
    talk.is(&["GET /a@1+0 -> 200@2+10 gap", "GET /b@1+0 -> 200@4+2 complete"]);
}

#[test]
fn h9_a_gap_inside_a_chunk_is_counted_through_and_beyond_it_not() {
    let start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123";
    let mut talk = Talk::new();
    talk.say(C, get("/"));
    talk.say(S, start);
    talk.gap(S, 6);
    talk.say(S, "\r\n0\r\n\r\n");
    talk.is(&["GET /@1+0 -> 200@2+10 gap"]);
    assert!(!talk.http.in_flight());

    let mut talk = Talk::new();
    talk.say(C, get("/a"));
    talk.say(S, start);
    assert!(talk.gap(S, 7).ends);
    talk.say(S, "\n0\r\n\r\n");
    talk.say(C, get("/b"));
    talk.say(S, OK);
    talk.is(&["GET /a@1+0 -> 200@2+10 gap", "GET /b@5+0 -> 200@6+2 complete"]);
}

#[test]
fn h10_a_gap_in_a_head_ends_its_message_and_the_next_is_found() {
    let mut talk = Talk::new();
    talk.say(C, get("/a"));
    talk.say(S, "HTTP/1.1 200 OK\r\nContent-Le");
    assert!(talk.gap(S, 20).ends);
    talk.say(S, "rest of the body");
    talk.say(C, get("/b"));
    talk.say(S, OK);
    talk.is(&["GET /a@1+0 -> 200@2+- gap", "GET /b@5+0 -> 200@6+2 complete"]);
}

#[test]
fn h10_a_head_lost_whole_does_not_shift_the_pairing() {
    let mut talk = Talk::new();
    talk.say(C, get("/a"));
    talk.gap(S, 100);
    talk.say(S, "rest of the body");
    assert!(!talk.http.in_flight());
    talk.say(C, get("/b"));
    talk.say(S, OK);
    talk.say(C, get("/c"));
    talk.say(S, OK);
    talk.is(&[
        "GET /a@1+0 -> -@-+- gap",
        "GET /b@4+0 -> 200@5+2 complete",
        "GET /c@6+0 -> 200@7+2 complete",
    ]);
}

#[test]
fn h10_a_lost_interim_response_does_not_lose_the_final_one() {
    let mut talk = Talk::new();
    talk.say(C, get("/"));
    talk.gap(S, 25);
    talk.say(S, OK);
    talk.is(&["GET /@1+0 -> 200@3+2 complete"]);
}

#[test]
fn h10_a_lost_request_leaves_its_response_without_one() {
    let mut talk = Talk::new();
    talk.say(C, get("/a"));
    talk.say(S, OK);
    talk.gap(C, 40);
    talk.say(S, OK);
    talk.say(C, get("/c"));
    talk.say(S, OK);
    talk.is(&[
        "GET /a@1+0 -> 200@2+2 complete",
        "- -@-+- -> 200@4+2 complete",
        "GET /c@5+0 -> 200@6+2 complete",
    ]);
}

#[test]
fn a_first_line_cut_by_a_gap_is_shown_as_far_as_it_goes() {
    let mut talk = Talk::new();
    talk.say(C, "GET /very-lo");
    talk.gap(C, 30);
    talk.say(S, "HTTP/1.1 20");
    talk.gap(S, 30);
    talk.is(&["GET /very-lo@1+- -> -@3+- gap"]);
}

#[test]
fn h11_a_start_inside_a_body_finds_the_next_message() {
    let mut talk = Talk::new();
    talk.say(S, "the end of some body\r\n");
    talk.say(S, "and more of it: GET / HTTP/1.1\r\n");
    talk.say(C, get("/"));
    talk.say(S, OK);
    talk.is(&["GET /@3+0 -> 200@4+2 complete"]);
}

#[test]
fn h15_transfer_encoding_wins_over_content_length() {
    let mut talk = Talk::new();
    talk.say(
        C,
        "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    );
    talk.say(S, OK);
    talk.is(&["POST /@1+5 -> 200@2+2 complete"]);
}

#[test]
fn h16_of_two_content_lengths_the_first_counts() {
    let mut talk = Talk::new();
    talk.say(
        C,
        "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 99\r\n\r\nabc".to_owned() + &get("/b"),
    );
    talk.say(S, OK.repeat(2));
    talk.is(&["POST /@1+3 -> 200@2+2 complete", "GET /b@1+0 -> 200@2+2 complete"]);
}

#[test]
fn h17_after_an_upgrade_nothing_is_http() {
    let mut talk = Talk::new();
    talk.say(
        C,
        "GET /chat HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    talk.say(
        S,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x00",
    );
    let unread = HttpEvents {
        unread: Some(get("/not-http").len()),
        ..HttpEvents::default()
    };
    assert_eq!(talk.say(C, get("/not-http")), unread);
    talk.say(S, OK);
    talk.is(&["GET /chat@1+0 -> 101@2+0 complete"]);
    assert!(!talk.http.in_flight());
}

#[test]
fn h20_after_connect_nothing_is_http() {
    let mut talk = Talk::new();
    talk.say(C, "CONNECT h:443 HTTP/1.0\r\n\r\n");
    talk.say(S, "HTTP/1.0 200 Connection established\r\n\r\n");
    talk.say(C, get("/inside"));
    talk.say(S, OK);
    talk.is(&["CONNECT h:443@1+0 -> 200@2+0 complete"]);
    assert_eq!(
        talk.http.close_announced(),
        None,
        "the tunnel's end is not HTTP's"
    );
}

#[test]
fn h20_a_refused_connect_stays_http() {
    let mut talk = Talk::new();
    talk.say(C, "CONNECT h:443 HTTP/1.1\r\n\r\n");
    talk.say(
        S,
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno",
    );
    talk.say(C, get("/"));
    talk.say(S, OK);
    talk.is(&[
        "CONNECT h:443@1+0 -> 407@2+2 complete",
        "GET /@3+0 -> 200@4+2 complete",
    ]);
}

#[test]
fn h21_an_early_final_answer_leaves_its_request_incomplete() {
    let mut talk = Talk::new();
    talk.say(C, "PUT / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nsome");
    talk.say(
        S,
        "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
    talk.say(C, "more");
    talk.end(S, StreamEnd::Fin);
    talk.end(C, StreamEnd::Fin);
    talk.is(&["PUT /@1+8 -> 413@2+0 incomplete"]);
}

#[test]
fn h21_a_body_left_out_after_a_refusal_does_not_swallow_the_next_request() {
    let mut talk = Talk::new();
    talk.say(
        C,
        "PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n",
    );
    talk.say(S, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    talk.say(C, get("/b"));
    talk.say(S, OK);
    talk.is(&[
        "PUT /@1+0 -> 401@2+0 incomplete",
        "GET /b@3+0 -> 200@4+2 complete",
    ]);
}

#[test]
fn h21_an_answer_before_the_request_line_ended_is_its_answer() {
    let refusal = "HTTP/1.1 414 URI Too Long\r\nContent-Length: 0\r\n\r\n";
    let mut talk = Talk::new();
    talk.say(C, "GET /loooo");
    talk.say(S, refusal);
    talk.is(&["GET /loooo@1+0 -> 414@2+0 incomplete"]);
    talk.say(C, "oong HTTP/1.1\r\n\r\n");
    talk.is(&["GET /loooooong@1+0 -> 414@2+0 complete"]);

    let mut talk = Talk::new();
    talk.end(C, StreamEnd::Fin);
    talk.say(S, refusal);
    assert_eq!(
        talk.say(C, get("/")),
        HttpEvents::default(),
        "a stream that ended stays ended"
    );

    let mut talk = Talk::new();
    talk.say(C, "GET /loooo");
    talk.say(S, refusal);
    talk.end(C, StreamEnd::Fin);
    talk.is(&["GET /loooo@1+0 -> 414@2+0 incomplete"]);
}

#[test]
fn h22_a_reset_leaves_what_was_sent() {
    let mut talk = Talk::new();
    talk.say(C, "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
    assert!(!talk.end(S, StreamEnd::Reset).ends);
    assert!(talk.end(C, StreamEnd::Reset).ends);
    talk.is(&["POST /@1+3 -> -@-+- reset"]);

    let mut talk = Talk::new();
    talk.say(C, get("/"));
    talk.say(S, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    assert!(talk.end(S, StreamEnd::Reset).ends);
    talk.is(&["GET /@1+0 -> 200@2+3 reset"]);

    let mut talk = Talk::new();
    talk.say(C, "GET / HTTP/1.1\r\nHost:");
    talk.over(StreamEnd::Reset);
    talk.is(&["GET /@1+0 -> -@-+- reset"]);

    let mut talk = Talk::new();
    talk.say(C, "GET /ind");
    talk.over(StreamEnd::Reset);
    talk.is(&["GET /ind@1+0 -> -@-+- reset"]);
}

#[test]
fn h22_a_reset_after_everything_was_said_changes_nothing() {
    let mut talk = Talk::new();
    talk.say(C, get("/a"));
    talk.say(S, OK);
    talk.say(C, get("/b"));
    talk.over(StreamEnd::Reset);
    talk.is(&["GET /a@1+0 -> 200@2+2 complete", "GET /b@3+0 -> -@-+- incomplete"]);
}

#[test]
fn h23_a_response_without_a_request() {
    let mut talk = Talk::new();
    talk.say(C, get("/"));
    talk.say(S, OK);
    talk.say(S, "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\nbye");
    talk.end(S, StreamEnd::Fin);
    talk.is(&["GET /@1+0 -> 200@2+2 complete", "- -@-+- -> 408@3+3 complete"]);
}

#[test]
fn every_end_of_the_capture_is_told_apart_from_a_full_message() {
    let mut talk = Talk::new();
    talk.say(C, get("/a"));
    talk.say(S, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    talk.end(S, StreamEnd::Fin);
    talk.is(&["GET /a@1+0 -> 200@2+3 incomplete"]);
}

#[test]
fn a_snap_length_makes_cut_messages_and_the_next_ones_are_found() {
    let mut talk = Talk::new();
    talk.say(C, "GET /a HTTP/1.1\r\nHost: h\r\nUser-");
    talk.cut(C, 100);
    talk.say(S, "HTTP/1.1 200 OK\r\nDate: ");
    talk.cut(S, 1000);
    talk.gap(S, 0);
    talk.cut(S, 1460);
    talk.say(C, "GET /b HTTP/1.1\r\nHost: h\r\nUser-");
    talk.cut(C, 100);
    talk.say(S, "HTTP/1.1 304 Not Modified\r\nDa");
    talk.cut(S, 100);
    talk.is(&["GET /a@1+- -> 200@2+- cut", "GET /b@4+- -> 304@5+0 cut"]);
}

#[test]
fn a_lost_gap_is_worse_than_a_cut_one() {
    let mut talk = Talk::new();
    talk.say(C, get("/"));
    talk.say(S, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
    talk.cut(S, 2);
    talk.is(&["GET /@1+0 -> 200@2+2 cut"]);
    talk.gap(S, 2);
    talk.cut(S, 6);
    talk.is(&["GET /@1+0 -> 200@2+10 gap"]);
}

#[test]
fn a_head_cut_at_any_point_is_the_same_head() {
    let request = "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok";
    for at in 1..request.len() {
        let mut talk = Talk::new();
        talk.say(C, &request[..at]);
        let second = talk.say(C, &request[at..]);
        assert_eq!(second.request, Some(0), "{at}");
        talk.frame = 8;
        talk.say(S, OK);
        talk.is(&["POST /x@1+2 -> 200@9+2 complete"]);
    }
}

#[test]
fn empty_lines_before_a_message_are_not_part_of_it() {
    let mut talk = Talk::new();
    talk.say(C, "\r\n");
    talk.say(C, "\r\n\n".to_owned() + &get("/"));
    talk.is(&["GET /@2+0 -> -@-+- incomplete"]);
}

#[test]
fn odd_methods_are_requests() {
    let mut talk = Talk::new();
    talk.say(
        C,
        "get /a HTTP/1.1\r\n\r\nM-SEARCH * HTTP/1.1\r\n\r\nX~y /b HTTP/1.0\r\n\r\n",
    );
    let methods: Vec<_> = talk
        .http
        .transactions()
        .iter()
        .map(|row| row.method.as_deref().unwrap())
        .collect();
    assert_eq!(methods, ["get", "M-SEARCH", "X~y"]);
}

#[test]
fn close_announcements() {
    let announced = |request: &str, response: &str| {
        let mut talk = Talk::new();
        talk.say(C, request);
        talk.say(S, response);
        talk.http
            .close_announced()
            .map(|announced| (announced.reason, announced.by, announced.frame))
    };
    let old = "GET / HTTP/1.0\r\n\r\n";
    let close = "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(announced(&get("/"), OK), None);
    assert_eq!(
        announced(&get("/"), close),
        Some((CloseReason::ConnectionClose, S, 2))
    );
    assert_eq!(
        announced("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", OK),
        Some((CloseReason::ConnectionClose, C, 1))
    );
    assert_eq!(announced(old, OK), Some((CloseReason::Http10, C, 1)));
    assert_eq!(
        announced(old, close),
        Some((CloseReason::ConnectionClose, S, 2)),
        "the more specific wins"
    );
    assert_eq!(
        announced(&get("/"), "HTTP/1.0 200 OK\r\n\r\n"),
        Some((CloseReason::Http10, S, 2))
    );
    let kept = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    assert_eq!(
        announced(
            kept,
            "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n"
        ),
        None
    );
}

#[test]
fn a_new_request_outdates_the_announcement_before_it() {
    let mut talk = Talk::new();
    talk.say(C, "GET / HTTP/1.0\r\n\r\n");
    talk.say(C, get("/"));
    assert_eq!(talk.http.close_announced(), None);
}

#[test]
fn what_is_not_http_is_passed_over() {
    let mut talk = Talk::new();
    for _ in 0..100 {
        assert_eq!(
            talk.say(C, b"\x16\x04\x01\x02\x00\x01\x00"),
            HttpEvents::default()
        );
        talk.say(S, "220 mail.example.org ESMTP\r\n");
        talk.say(C, "EHLO example.org\r\n");
    }
    assert!(talk.http.transactions().is_empty() && !talk.http.in_flight());
    assert!(
        Side::BOTH
            .into_iter()
            .all(|side| matches!(talk.http.streams[side].phase, super::Phase::Lost))
    );
}

/// RFC 1945: the request is a line, the response is everything until the close.
#[test]
fn h13_http_0_9() {
    let mut talk = Talk::new();
    let request = talk.say(C, "GET /old\r\n");
    assert!(request.rules.contains(Rule::H35));
    talk.say(S, "<html>\r\n");
    talk.say(S, "</html>\r\n");
    talk.end(S, StreamEnd::Fin);
    assert_eq!(talk.rows(), ["GET /old@1+0 -> -@2+17 complete"]);
    // Nothing else passes for one: no path, or not where a connection begins.
    let mut talk = Talk::new();
    talk.say(C, "GET key\r\n");
    talk.say(S, "$5\r\nvalue\r\n");
    assert!(talk.rows().is_empty(), "{:?}", talk.rows());
}

/// RFC 9112 section 8: the close is the end of such a body, not a break.
#[test]
fn h8_a_body_that_the_close_ends_was_not_in_flight() {
    for (end, in_flight) in [(StreamEnd::Fin, false), (StreamEnd::Reset, true)] {
        let mut talk = Talk::new();
        talk.limits.facts = true;
        talk.say(C, get("/"));
        talk.say(S, "HTTP/1.1 200 OK\r\n\r\nbody");
        talk.end(S, end);
        let facts = talk.http.transactions()[0].facts.as_ref().unwrap();
        assert_eq!(facts.in_flight, in_flight, "{end:?}");
    }
}

/// RFC 9110 section 7.8.
#[test]
fn h17_websocket() {
    let mut talk = Talk::new();
    talk.limits.facts = true;
    talk.say(
        C,
        "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    );
    talk.say(
        S,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n\x81\x02hi",
    );
    assert_eq!(talk.rows(), ["GET /chat@1+0 -> 101@2+0 complete"]);
    let facts = talk.http.transactions()[0].facts.as_ref().unwrap();
    assert_eq!(facts.upgrade, Some(HttpProtocol::Websocket));
    assert_eq!(talk.http.protocol(), Some(HttpProtocol::Websocket));
}

/// RFC 9112 section 9.6.
#[test]
fn h45_a_request_after_the_last_one() {
    let mut talk = Talk::new();
    talk.say(C, "GET /1 HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(talk.say(C, get("/2")).rules.contains(Rule::H45));
}

/// RFC 9112 section 9.
#[test]
fn h43_what_begins_no_message() {
    let mut talk = Talk::new();
    talk.say(C, get("/"));
    let events = talk.say(S, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokay");
    assert!(events.rules.contains(Rule::H43));
    // Before the first message it is just another protocol.
    let mut talk = Talk::new();
    assert!(talk.say(C, "(").rules.is_empty());
}

#[test]
fn a_head_past_the_bound_is_incomplete_and_memory_is_let_go() {
    let mut talk = Talk::new();
    talk.limits.head_bytes = 100;
    talk.say(C, "GET /a HTTP/1.1\r\nCookie: ");
    for _ in 0..19 {
        talk.say(C, "x".repeat(30));
    }
    talk.say(C, get("/b"));
    talk.is(&[
        "GET /a@1+0 -> -@-+- incomplete",
        "GET /b@21+0 -> -@-+- incomplete",
    ]);
    let mut whole = Talk::new();
    whole.limits.head_bytes = 100;
    whole.say(
        C,
        "GET /a HTTP/1.1\r\nCookie: ".to_owned() + &"x".repeat(300) + "\r\n\r\n",
    );
    whole.is(&["GET /a@1+0 -> -@-+- incomplete"]);
}

#[test]
fn transactions_past_the_bound_are_counted_and_still_paired() {
    let mut talk = Talk::new();
    talk.limits.kept_transactions = 2;
    talk.limits.pending_requests = 3;
    talk.say(C, get("/").repeat(5) + "HEAD / HTTP/1.1\r\n\r\n");
    assert_eq!((talk.http.transactions().len(), talk.http.omitted()), (2, 4));
    for number in 0..5 {
        assert_eq!(talk.say(S, OK).response, Some(number));
    }
    assert!(talk.http.in_flight());
    talk.say(S, "HTTP/1.1 204 No Content\r\n\r\n");
    assert!(!talk.http.in_flight());
    for _ in 0..50 {
        talk.say(C, "HEAD / HTTP/1.1\r\n\r\n");
        talk.say(S, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        assert!(
            !talk.http.in_flight(),
            "a HEAD is known as one beyond the kept transactions too"
        );
    }
    assert_eq!(talk.http.omitted(), 54);
}

#[test]
fn kept_text_is_bounded() {
    let mut talk = Talk::new();
    talk.limits.kept_text = 100;
    for _ in 0..10 {
        talk.say(C, get(&"/".repeat(30)));
    }
    assert_eq!((talk.http.transactions().len(), talk.http.omitted()), (3, 7));
}

#[test]
fn looks() {
    assert!(looks_like_request(b"GET / HTTP/1.1\r\nHost"));
    assert!(looks_like_request(b"purge /x HTTP/1.0\n"));
    assert!(looks_like_request(b"GET /a-long-target-that-is-cut"));
    assert!(!looks_like_request(b"purge /a-long-target-that-is-cut"));
    assert!(!looks_like_request(b"HTTP/1.1 200 OK\r\n"));
    assert!(!looks_like_request(b"GET"));
    assert!(!looks_like_request(b""));
    assert!(looks_like_response(b"HTTP/1.1 200 OK\r\n"));
    assert!(looks_like_response(b"HTTP/1.1 200"));
    assert!(!looks_like_response(b"HTTP/1.1 "));
    assert!(!looks_like_response(b"GET / HTTP/1.1\r\n"));
}

#[test]
fn the_state_of_a_connection_is_small() {
    assert!(size_of::<Http>() <= 264, "{}", size_of::<Http>());
}

/// An exchange: what each side sends, and the row it makes.
fn exchange() -> impl Strategy<Value = (String, String)> {
    let request = prop_oneof![
        Just(get("/a")),
        Just("HEAD / HTTP/1.1\r\n\r\n".to_owned()),
        "[a-z\r\n]{0,20}".prop_map(|body| format!(
            "\r\nPOST /p HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )),
        Just("PUT /c HTTP/1.1\nTransfer-Encoding:\n chunked\n\n3;x\nabc\n0\nT: t\n\n".to_owned()),
    ];
    let response = prop_oneof![
        Just(OK.to_owned()),
        Just(CHUNKED.to_owned()),
        Just("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200\r\nContent-Length: 0\r\n\r\n".to_owned()),
        Just("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n".to_owned()),
        "[A-Z\r\n]{0,20}"
            .prop_map(|body| format!("HTTP/1.1 404 No\nContent-Length: {}\n\n{body}", body.len())),
    ];
    (request, response).prop_map(|(request, response)| match request.starts_with("HEAD") {
        true => (request, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".to_owned()),
        false => (request, response),
    })
}

/// Feeds both streams, each cut into parts of these sizes over and over; frames do not count.
fn fed(client: &[u8], server: &[u8], sizes: &[usize]) -> Http {
    let mut http = Http::default();
    for (side, mut data) in [(C, client), (S, server)] {
        for &size in sizes.iter().cycle() {
            if data.is_empty() {
                break;
            }
            let (part, rest) = data.split_at(size.clamp(1, data.len()));
            http.bytes(side, Mark { frame: 1, time_ns: 0 }, part, &HttpLimits::default());
            data = rest;
        }
    }
    http
}

proptest! {
    #[test]
    fn the_same_stream_cut_anywhere_gives_the_same_transactions(
        exchanges in prop::collection::vec(exchange(), 1..8),
        sizes in prop::collection::vec(1usize..60, 1..6),
        truncated in 0usize..40,
    ) {
        let (client, server): (String, String) = exchanges.iter().cloned().unzip();
        let server = &server.as_bytes()[..server.len().saturating_sub(truncated)];
        let whole = fed(client.as_bytes(), server, &[usize::MAX]);
        prop_assert_eq!(whole.transactions().len(), exchanges.len());
        if truncated == 0 {
            prop_assert!(!whole.in_flight());
        }
        for sizes in [&sizes[..], &[1]] {
            let mut parts = fed(client.as_bytes(), server, sizes);
            prop_assert_eq!(parts.transactions(), whole.transactions());
            prop_assert_eq!(parts.close_announced(), whole.close_announced());
            prop_assert_eq!(parts.in_flight(), whole.in_flight());
            parts.end(S, StreamEnd::CaptureEnd, &HttpLimits::default());
        }
    }

    #[test]
    fn no_mutation_gap_or_end_panics_or_passes_a_bound(
        exchanges in prop::collection::vec(exchange(), 1..6),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        steps in prop::collection::vec((any::<bool>(), 1usize..80, 0u8..20), 0..60),
    ) {
        let (client, server): (String, String) = exchanges.into_iter().unzip();
        let mut streams = [client.into_bytes(), server.into_bytes()];
        for (at, byte) in changes {
            for stream in &mut streams {
                let at = at.index(stream.len());
                stream[at] = byte;
            }
        }
        let limits = HttpLimits { head_bytes: 200, kept_transactions: 4, kept_text: 1000, pending_requests: 2, ..HttpLimits::default() };
        let mut http = Http::default();
        let mut rest = [&streams[0][..], &streams[1][..]];
        for (side, len, what) in steps {
            let at = usize::from(side);
            let side = Side::BOTH[at];
            let (part, after) = rest[at].split_at(len.min(rest[at].len()));
            rest[at] = after;
            match what {
                0 => _ = http.gap(side, part.len() as u64 + 1, GapCause::Lost, &limits),
                1 => _ = http.gap(side, part.len() as u64, GapCause::Cut, &limits),
                2 => _ = http.end(side, StreamEnd::Fin, &limits),
                _ => _ = http.bytes(side, Mark::default(), part, &limits),
            }
            prop_assert!(http.transactions().len() <= 4);
        }
        http.end(C, StreamEnd::Reset, &limits);
    }

    #[test]
    fn random_bytes_do_no_harm(parts in prop::collection::vec((any::<bool>(), any::<Vec<u8>>()), 0..30)) {
        let mut http = Http::default();
        for (side, part) in parts {
            looks_like_request(&part);
            looks_like_response(&part);
            http.bytes(Side::BOTH[usize::from(side)], Mark::default(), &part, &HttpLimits::default());
        }
    }
}
