//! HTTP/2: which answer belongs to which request, what ends streams and the connection, and what breaks RFC 9113.

use synfin::Side::{self, Initiator as C, Responder as S};
use synfin::http::HttpProtocol;
use synfin::http2::Http2Report;
use synfin::{CloseVerdict, Config, Rule};
use synfin_tests::http2::*;
use synfin_tests::talk::{Said, Told, config, digest, play};

/// A conversation of whole segments; and it must be told the same when each byte, or every seven, is a segment.
fn talk(steps: Vec<(Side, Said)>) -> Told {
    talk_with(config, &steps)
}

fn talk_with(config: impl Fn() -> Config, steps: &[(Side, Said)]) -> Told {
    let told = play(config(), steps, |_| Vec::new());
    // How fast frames come, and what is told at the beginning of a segment, depends on the segments.
    if !steps.iter().any(|(_, said)| matches!(said, Said::Gap(_))) {
        for size in [1, 7] {
            let pieces = play(config(), steps, |bytes| {
                (size..bytes.len()).step_by(size).collect()
            });
            assert_eq!(digest(&pieces), digest(&told), "in pieces of {size}");
        }
    }
    told
}

fn says(side: Side, bytes: impl AsRef<[u8]>) -> (Side, Said) {
    (side, Said::Bytes(bytes.as_ref().to_vec()))
}

/// The client's preface with its settings, and the server's.
fn opening() -> Vec<(Side, Said)> {
    vec![
        says(C, [PREFACE, &settings(&[])].concat()),
        says(S, settings(&[])),
    ]
}

fn opened(steps: impl IntoIterator<Item = (Side, Said)>) -> Vec<(Side, Said)> {
    opening().into_iter().chain(steps).collect()
}

/// `METHOD target status stream request/response state`, where not known `-`.
fn rows(told: &Told) -> Vec<String> {
    let known = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    told.rows
        .iter()
        .map(|row| {
            let row = &row.row;
            format!(
                "{} {} {} {} {}/{} {}",
                known(row.method.as_deref().map(str::to_owned)),
                known(row.target.as_deref().map(str::to_owned)),
                known(row.status.map(|status| status.to_string())),
                known(row.stream.map(|stream| stream.to_string())),
                known(row.request_body_len.map(|len| len.to_string())),
                known(row.response_body_len.map(|len| len.to_string())),
                row.state
            )
        })
        .collect()
}

fn has(told: &Told, rule: Rule) -> bool {
    told.connections[0].rules.iter().any(|hit| hit.id == rule)
}

fn report(told: &Told) -> &Http2Report {
    told.connections[0].http2.as_deref().expect("HTTP/2 is spoken")
}

/// RFC 9113 section 8: streams pair, in whatever order they end.
#[test]
fn h18_prior_knowledge_pairs_by_stream() {
    let told = talk(opened([
        says(C, [get(1, "/1"), post(3, "/3"), get(5, "/5")].concat()),
        says(S, [response(5, "200"), last(5, b"five")].concat()),
        says(C, last(3, b"content")),
        says(
            S,
            [
                response(3, "404"),
                response(1, "200"),
                last(3, b""),
                last(1, b"1"),
            ]
            .concat(),
        ),
    ]));
    assert_eq!(
        rows(&told),
        [
            "GET /1 200 1 0/1 complete",
            "POST /3 404 3 7/0 complete",
            "GET /5 200 5 0/4 complete"
        ]
    );
    assert_eq!(told.connections[0].protocol, Some(HttpProtocol::Http2));
    assert!(has(&told, Rule::H18) && !has(&told, Rule::H48) && !has(&told, Rule::H49));
    assert_eq!(report(&told).streams, 3);
}

#[test]
fn h18_not_for_a_request_line_that_begins_like_it() {
    let told = talk(vec![says(C, "PRI * HTTP/1.1\r\nHost: a\r\n\r\n")]);
    assert!(!has(&told, Rule::H18));
    assert_eq!(told.connections[0].protocol, Some(HttpProtocol::Http1));
    assert_eq!(told.rows.len(), 1);
}

/// RFC 7540 section 3.2.
#[test]
fn h19_stream_1_answers_the_upgraded_request() {
    let told = talk(vec![
        says(
            C,
            "GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\n\r\n",
        ),
        says(
            S,
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
        ),
        says(S, [settings(&[]), response(1, "200"), last(1, b"hello")].concat()),
        says(C, [PREFACE, &settings(&[]), &get(3, "/3")].concat()),
        says(S, [response(3, "204"), last(3, b"")].concat()),
    ]);
    assert_eq!(
        rows(&told),
        [
            "GET /up 101 - 0/0 complete",
            "GET /up 200 1 0/5 complete",
            "GET /3 204 3 0/0 complete"
        ]
    );
    assert_eq!(told.connections[0].protocol, Some(HttpProtocol::H2c));
    assert!(has(&told, Rule::H19) && has(&told, Rule::H18) && !has(&told, Rule::H48));
    let facts = told.rows[1].row.facts.as_ref().unwrap();
    assert_eq!(facts.host.as_deref(), Some("a"));
}

#[test]
fn h19_not_where_the_server_goes_on_in_http_1() {
    let told = talk(vec![
        says(
            C,
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
        ),
        says(S, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ]);
    assert_eq!(rows(&told), ["GET / 200 - 0/0 complete"]);
    assert!(!has(&told, Rule::H19));
}

/// RFC 9113 section 8.1: interim responses, content, trailers.
#[test]
fn h18_interim_responses_and_trailers_are_no_messages_of_their_own() {
    let trailers = frame(HEADERS, END | WHOLE, 1, &fields(&[("checked", "yes")]));
    let early = frame(
        HEADERS,
        WHOLE,
        1,
        &fields(&[(":status", "103"), ("link", "</a>")]),
    );
    let content = frame(DATA, PADDED, 1, b"\x03body\0\0\0");
    let told = talk(opened([
        says(C, get(1, "/")),
        says(S, [early, response(1, "200"), content, trailers].concat()),
    ]));
    assert_eq!(rows(&told), ["GET / 200 1 0/4 complete"]);
    let facts = told.rows[0].row.facts.as_ref().unwrap();
    assert_eq!(facts.interim, [103]);
    assert_eq!(&*facts.response.trailers[0].name, "checked");
    assert_eq!(facts.response.body, b"body");
    assert_eq!(facts.response.version.as_deref(), Some("2"));
}

/// RFC 9113 section 8.4.
#[test]
fn h18_a_promised_request_is_one() {
    let promise = [&2_u32.to_be_bytes()[..], &request_fields("GET", "/style")].concat();
    let told = talk(opened([
        says(C, get(1, "/")),
        says(
            S,
            [
                frame(PUSH_PROMISE, WHOLE, 1, &promise),
                response(1, "200"),
                last(1, b"1"),
            ]
            .concat(),
        ),
        says(S, [response(2, "200"), last(2, b"22")].concat()),
    ]));
    assert_eq!(
        rows(&told),
        ["GET / 200 1 0/1 complete", "GET /style 200 2 0/2 complete"]
    );
    assert!(told.rows[1].row.facts.as_ref().unwrap().pushed);
    assert!(!has(&told, Rule::H48));
}

/// RFC 9113 section 6.4.
#[test]
fn h25_stream_reset() {
    let told = talk(opened([
        says(C, [get(1, "/1"), get(3, "/3")].concat()),
        says(S, [response(1, "200"), frame(DATA, 0, 1, b"begun")].concat()),
        says(C, reset(1, 8)),
        says(S, reset(3, 7)),
    ]));
    assert_eq!(rows(&told), ["GET /1 200 1 0/5 reset", "GET /3 - 3 0/- reset"]);
    assert!(has(&told, Rule::H25) && !has(&told, Rule::H29));
    let resets: Vec<_> = report(&told)
        .resets
        .iter()
        .map(|reset| (reset.stream, reset.by, reset.error.to_string()))
        .collect();
    assert_eq!(
        resets,
        [(1, C, "CANCEL".to_owned()), (3, S, "REFUSED_STREAM".to_owned())]
    );
}

#[test]
fn h25_not_for_a_stream_that_ends() {
    let told = talk(opened([
        says(C, get(1, "/")),
        says(S, [response(1, "200"), last(1, b"")].concat()),
    ]));
    assert!(!has(&told, Rule::H25) && report(&told).resets.is_empty());
}

/// Section 8.1: a server that has answered wants no more of the request.
#[test]
fn h25_no_error_leaves_the_response_whole() {
    let told = talk(opened([
        says(C, post(1, "/")),
        says(S, [response(1, "413"), last(1, b"no"), reset(1, 0)].concat()),
    ]));
    assert_eq!(rows(&told), ["POST / 413 1 0/2 incomplete"]);
}

/// RFC 9113 section 6.8: why the connection closes.
#[test]
fn h26_goaway_with_an_error_is_why_it_closes() {
    let told = talk(opened([
        says(C, get(1, "/")),
        says(S, goaway(1, 1)),
        (S, Said::Fin),
        (C, Said::Fin),
    ]));
    assert!(has(&told, Rule::H26) && !has(&told, Rule::H27));
    let goaway = &report(&told).goaway[0];
    assert_eq!((goaway.by, goaway.last_stream), (S, 1));
    assert_eq!(goaway.error.to_string(), "PROTOCOL_ERROR");
    let close = &told.connections[0].close;
    assert_eq!(close.verdict, CloseVerdict::FourWay);
    assert_eq!(close.cause.as_str(), "http-connection-close");
}

#[test]
fn h26_not_for_no_error() {
    let told = talk(opened([says(C, goaway(0, 0))]));
    assert!(!has(&told, Rule::H26));
}

#[test]
fn h27_shutdown_is_why_it_closes() {
    let told = talk(opened([
        says(C, get(1, "/")),
        says(S, [response(1, "200"), last(1, b"")].concat()),
        says(C, goaway(0, 0)),
        (C, Said::Fin),
        (S, Said::Fin),
    ]));
    assert!(has(&told, Rule::H27) && !has(&told, Rule::H26));
    assert_eq!(told.connections[0].close.cause.as_str(), "http-connection-close");
    assert_eq!(rows(&told), ["GET / 200 1 0/0 complete"]);
}

#[test]
fn h27_not_where_nobody_says_so() {
    let told = talk(opened([
        says(C, get(1, "/")),
        says(S, [response(1, "200"), last(1, b"")].concat()),
        (C, Said::Fin),
        (S, Said::Fin),
    ]));
    assert!(!has(&told, Rule::H27) && !has(&told, Rule::H26));
    assert_eq!(told.connections[0].close.cause.as_str(), "application");
}

fn block_in(frames: u32) -> Vec<u8> {
    let mut all = frame(HEADERS, END, 1, &request_fields("GET", "/"));
    for number in 1..=frames {
        let flags = if number == frames { WHOLE } else { 0 };
        all.extend(frame(CONTINUATION, flags, 1, &fields(&[("x", "y")])));
    }
    all
}

/// CVE-2024-27316.
#[test]
fn h28_continuation_flood() {
    let told = talk(opened([says(C, block_in(64))]));
    assert!(has(&told, Rule::H28));
    assert_eq!(rows(&told), ["GET / - 1 0/- incomplete"]);
    // One that grows past its bound.
    let bounded = || {
        let mut bounded = config();
        bounded.http.http2.header_list_bytes = 1_000;
        bounded
    };
    let long = [
        frame(HEADERS, END, 1, &request_fields("GET", "/")),
        frame(CONTINUATION, 0, 1, &[b'x'; 2_000]),
        frame(CONTINUATION, WHOLE, 1, b"x"),
        get(3, "/3"),
    ];
    let told = talk_with(bounded, &opened([says(C, long.concat())]));
    assert!(has(&told, Rule::H28));
    assert_eq!(
        rows(&told),
        ["- - - 1 0/- incomplete", "GET /3 - 3 0/- incomplete"]
    );
    assert!(report(&told).header_table_lost.initiator);
}

#[test]
fn h28_not_for_a_head_of_a_few_frames() {
    let told = talk(opened([says(C, block_in(20))]));
    assert!(!has(&told, Rule::H28) && !has(&told, Rule::H48));
    assert_eq!(told.rows[0].row.facts.as_ref().unwrap().request.fields.len(), 24);
}

fn cancelled(streams: u32) -> Vec<u8> {
    (0..streams)
        .flat_map(|number| [get(2 * number + 1, "/"), reset(2 * number + 1, 8)].concat())
        .collect()
}

/// CVE-2023-44487.
#[test]
fn h29_rapid_reset() {
    // A millisecond for each segment: they must be few.
    let told = play(config(), &opened([says(C, cancelled(100))]), |_| Vec::new());
    assert!(has(&told, Rule::H29));
    assert_eq!(told.rows.len(), 100);
    assert!(told.rows.iter().all(|row| row.row.state.as_str() == "reset"));
}

#[test]
fn h29_not_for_few_nor_for_those_that_were_answered() {
    let told = play(config(), &opened([says(C, cancelled(99))]), |_| Vec::new());
    assert!(!has(&told, Rule::H29));
    let answered = (0..200_u32).flat_map(|number| {
        let stream = 2 * number + 1;
        [
            says(C, get(stream, "/")),
            says(S, response(stream, "200")),
            says(C, reset(stream, 8)),
        ]
    });
    let told = play(config(), &opened(answered), |_| Vec::new());
    assert!(!has(&told, Rule::H29) && has(&told, Rule::H25));
}

/// CVE-2019-9512 and CVE-2019-9515.
#[test]
fn h46_control_frame_flood() {
    for asked in [
        settings(&[]),
        frame(PING, 0, 0, b"01234567"),
        frame(DATA, 0, 1, b""),
    ] {
        let steps = opened([says(C, post(1, "/")), says(C, asked.repeat(100))]);
        let told = play(config(), &steps, |_| Vec::new());
        assert!(has(&told, Rule::H46), "{asked:?}");
    }
}

#[test]
fn h46_not_for_answers_nor_for_content() {
    for usual in [
        frame(SETTINGS, END, 0, b""),
        frame(PING, END, 0, b"01234567"),
        frame(DATA, 0, 1, b"x"),
    ] {
        let steps = opened([says(C, post(1, "/")), says(C, usual.repeat(200))]);
        let told = play(config(), &steps, |_| Vec::new());
        assert!(!has(&told, Rule::H46), "{usual:?}");
    }
    // An empty frame that ends its stream says something.
    let ended: Vec<u8> = (0..200)
        .flat_map(|number| [post(2 * number + 1, "/"), last(2 * number + 1, b"")].concat())
        .collect();
    let told = play(config(), &opened([says(C, ended)]), |_| Vec::new());
    assert!(!has(&told, Rule::H46));
}

/// A request whose path is an entry that came with the first one (RFC 7541 section 6.2.1), and one that is all its own.
fn indexed(stream: u32, entry: bool) -> Vec<u8> {
    // :method GET, :scheme http; :path as a literal that becomes an entry, or as that entry.
    let mut block = vec![0x82, 0x86];
    if entry {
        block.extend_from_slice(&[0x44, 2, b'/', b'x']);
    } else {
        block.push(0xbe);
    }
    frame(HEADERS, END | WHOLE, stream, &block)
}

/// RFC 9113 section 4.3: what the entries were is lost with the bytes that brought them.
#[test]
fn h47_header_table_lost() {
    let lost = indexed(1, true);
    let told = talk(opened([
        (C, Said::Gap(lost.len() as u32)),
        says(C, indexed(3, false)),
        says(C, indexed(5, true)),
        says(C, indexed(7, false)),
    ]));
    assert_eq!(
        rows(&told),
        [
            "GET - - 3 0/- incomplete",
            "GET /x - 5 0/- incomplete",
            "GET /x - 7 0/- incomplete"
        ]
    );
    assert!(has(&told, Rule::H47) && !has(&told, Rule::H48));
    assert!(!has(&told, Rule::H49), "what cannot be told may be there");
    assert!(report(&told).header_table_lost.initiator);
}

#[test]
fn h47_not_where_all_was_captured() {
    let told = talk(opened([says(C, indexed(1, true)), says(C, indexed(3, false))]));
    assert!(!has(&told, Rule::H47));
    assert_eq!(rows(&told)[1], "GET /x - 3 0/- incomplete");
}

/// A gap inside content costs that content alone; one past the end of its frame costs what is in it.
#[test]
fn h9_a_gap_in_content_and_one_across_frames() {
    let steps = opened([
        says(C, [get(1, "/1"), get(3, "/3")].concat()),
        says(S, response(1, "200")),
        says(S, &frame(DATA, END, 1, &[b'x'; 100])[..50]),
        (S, Said::Gap(20)),
        says(S, [b'x'; 39]),
        says(S, [response(3, "200"), last(3, b"3")].concat()),
    ]);
    let told = talk(steps);
    assert_eq!(
        rows(&told),
        ["GET /1 200 1 0/100 gap", "GET /3 200 3 0/1 complete"]
    );
    let steps = opened([
        says(C, [get(1, "/1"), get(3, "/3")].concat()),
        says(S, response(1, "200")),
        says(S, &frame(DATA, 0, 1, &[b'x'; 100])[..50]),
        (S, Said::Gap(100)),
        says(S, b"what stands here begins no frame"),
        says(S, [response(3, "200"), last(3, b"3")].concat()),
    ]);
    let told = talk(steps);
    assert_eq!(
        rows(&told),
        ["GET /1 200 1 0/100 gap", "GET /3 200 3 0/1 gap"],
        "that of stream 3 may have missed something as well"
    );
    assert!(!has(&told, Rule::H48) && !has(&told, Rule::H49));
}

/// RFC 9113 sections 4.2, 5.1 and 6.
#[test]
fn h48_framing_error() {
    let too_much = [post(1, "/"), frame(DATA, 0, 1, &[0; 16_000]).repeat(5)].concat();
    for wrong in [
        frame(PING, 0, 0, b"short"),
        frame(PING, 0, 1, b"01234567"),
        frame(SETTINGS, 0, 0, b"12345"),
        frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\0"),
        frame(DATA, 0, 1, b"on an idle stream"),
        frame(CONTINUATION, WHOLE, 1, b""),
        [frame(HEADERS, END, 1, &request_fields("GET", "/")), get(3, "/")].concat(),
        [get(1, "/"), last(1, b"it has ended")].concat(),
        frame(HEADERS, END | WHOLE | PADDED, 1, b"\xff"),
        frame(HEADERS, END | WHOLE, 1, b"\xbe"),
        settings(&[(2, 2)]),
        settings(&[(5, 1)]),
        settings(&[(4, 1 << 31)]),
        window_update(0, i32::MAX as u32),
        window_update(9, 1),
        reset(9, 8),
        [get(1, "/"), get(1, "/")].concat(),
        [
            frame(HEADERS, END, 1, &request_fields("GET", "/")),
            frame(CONTINUATION, WHOLE, 3, b""),
        ]
        .concat(),
        [post(1, "/"), frame(DATA, 0, 1, &[0; 16_385])].concat(),
        promise(1, 2),
        frame(DATA, 0, 0, b""),
        too_much,
    ] {
        let told = talk(opened([says(C, &wrong)]));
        assert!(has(&told, Rule::H48), "{wrong:x?}");
    }
    let told = talk(vec![says(C, b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")]);
    assert!(has(&told, Rule::H48));
    // What only a server can do wrong.
    for wrong in [
        response(5, "200"),
        last(1, b"content before its head"),
        promise(1, 0),
        promise(1, 3),
        [promise(1, 2), promise(1, 2)].concat(),
    ] {
        let told = talk(opened([says(C, get(1, "/")), says(S, &wrong)]));
        assert!(has(&told, Rule::H48), "{wrong:x?}");
    }
}

fn promise(stream: u32, promised: u32) -> Vec<u8> {
    let payload = [&promised.to_be_bytes()[..], &request_fields("GET", "/style")].concat();
    frame(PUSH_PROMISE, WHOLE, stream, &payload)
}

/// RFC 9113 section 5.2: there is a window of each stream, and one of the connection.
#[test]
fn h48_more_content_than_either_window_takes() {
    let piece = |stream| frame(DATA, 0, stream, &[0; 16_000]);
    let of_connection = [post(1, "/"), piece(1).repeat(3), post(3, "/"), piece(3).repeat(2)].concat();
    let told = talk(opened([says(C, of_connection)]));
    assert!(has(&told, Rule::H48));
    for (len, is_too_much) in [(10, false), (11, true)] {
        let content = frame(DATA, 0, 1, &vec![0; len]);
        let told = talk(opened([
            says(S, settings(&[(4, 10)])),
            says(C, [post(1, "/"), content].concat()),
        ]));
        assert_eq!(has(&told, Rule::H48), is_too_much, "{len}");
    }
}

/// What looks odd may follow from what was not captured.
#[test]
fn h48_not_behind_what_is_missing() {
    let lost = |frame: &[u8]| Said::Gap(frame.len() as u32);
    let head = frame(HEADERS, END, 1, &request_fields("GET", "/"));
    for steps in [
        vec![(C, lost(&post(1, "/"))), says(C, last(1, b"x"))],
        vec![
            says(C, get(1, "/")),
            (S, lost(&response(1, "200"))),
            says(S, last(1, b"x")),
        ],
        vec![(C, lost(&head)), says(C, frame(CONTINUATION, WHOLE, 1, b""))],
    ] {
        let told = talk(opened(steps.clone()));
        assert!(!has(&told, Rule::H48), "{steps:x?}");
    }
}

#[test]
fn h48_not_for_what_may_come() {
    for usual in [
        frame(PING, 0, 0, b"01234567"),
        frame(0x77, 0xff, 1, b"an unknown type is ignored"),
        frame(2, 0, 5, b"\0\0\0\0\x0f"),
        settings(&[(0x99, 7), (2, 1), (4, i32::MAX as u32)]),
        // A stream the other side has reset may still bring something.
        [
            post(1, "/"),
            reset(1, 8),
            last(1, b"on its way"),
            window_update(1, 5),
        ]
        .concat(),
        frame(
            HEADERS,
            WHOLE | END | PADDED,
            1,
            &[&[2][..], &request_fields("GET", "/"), b"\0\0"].concat(),
        ),
    ] {
        let told = talk(opened([says(C, &usual)]));
        assert!(!has(&told, Rule::H48), "{usual:x?}");
    }
    // So may the answer that was on its way.
    let told = talk(opened([
        says(C, [get(1, "/"), reset(1, 8)].concat()),
        says(S, [response(1, "200"), last(1, b"x")].concat()),
    ]));
    assert!(!has(&told, Rule::H48));
    // And frames as long as the other side allows.
    let told = talk(opened([
        says(S, settings(&[(5, 20_000)])),
        says(C, [post(1, "/"), frame(DATA, 0, 1, &[0; 16_385])].concat()),
    ]));
    assert!(!has(&told, Rule::H48));
}

/// RFC 9113 sections 8.1.1, 8.2 and 8.3.
#[test]
fn h49_malformed_message() {
    let request = [(":method", "GET"), (":scheme", "http"), (":path", "/")];
    for odd in [
        vec![request[0]],
        [&request[..], &[("Upper", "x")]].concat(),
        [&request[..], &[("x", "a\r\nb: c")]].concat(),
        [&request[..], &[("transfer-encoding", "chunked")]].concat(),
        [&[("x", "y")], &request[..]].concat(),
        [&request[..], &[(":path", "/2")]].concat(),
        [&request[..], &[("", "x")]].concat(),
        [&request[..], &[("a b", "x")]].concat(),
        [&request[..], &[("a\x7f", "x")]].concat(),
        [&request[..], &[("x", "a\0b")]].concat(),
    ] {
        let told = talk(opened([says(C, frame(HEADERS, END | WHOLE, 1, &fields(&odd)))]));
        assert!(has(&told, Rule::H49), "{odd:?}");
    }
    let announced = [&request[..], &[("content-length", "5")]].concat();
    let told = talk(opened([says(
        C,
        [frame(HEADERS, WHOLE, 1, &fields(&announced)), last(1, b"four")].concat(),
    )]));
    assert!(has(&told, Rule::H49), "content of another length");
    let status = (":status", "200");
    for answer in [
        frame(HEADERS, WHOLE, 1, &fields(&[status, ("Upper", "x")])),
        frame(HEADERS, WHOLE, 1, &fields(&[("server", "x")])),
        [
            response(1, "200"),
            frame(HEADERS, END | WHOLE, 1, &fields(&[("Upper", "x")])),
        ]
        .concat(),
        [
            response(1, "200"),
            frame(HEADERS, END | WHOLE, 1, &fields(&[status])),
        ]
        .concat(),
    ] {
        let told = talk(opened([says(C, get(1, "/")), says(S, &answer)]));
        assert!(has(&told, Rule::H49), "{answer:x?}");
    }
}

#[test]
fn h49_not_for_what_is_missing() {
    let announced = fields(&[(":status", "200"), ("content-length", "5")]);
    let content = frame(DATA, 0, 1, b"12345");
    let told = talk(opened([
        says(C, get(1, "/")),
        says(S, frame(HEADERS, WHOLE, 1, &announced)),
        (S, Said::Gap(content.len() as u32)),
        says(S, last(1, b"")),
    ]));
    assert!(!has(&told, Rule::H49), "its content was not captured");
    // A status that is an entry of the table: it came with what was not captured.
    let told = talk(opened([
        says(C, get(1, "/")),
        (S, Said::Gap(20)),
        says(S, frame(HEADERS, END | WHOLE, 1, b"\xbe")),
    ]));
    assert!(has(&told, Rule::H47) && !has(&told, Rule::H49));
}

#[test]
fn h49_not_for_a_usual_message() {
    let head = [
        (":method", "HEAD"),
        (":scheme", "http"),
        (":path", "/"),
        ("te", "trailers"),
    ];
    let answer = fields(&[(":status", "200"), ("content-length", "500")]);
    let told = talk(opened([
        says(C, frame(HEADERS, END | WHOLE, 1, &fields(&head))),
        says(S, frame(HEADERS, END | WHOLE, 1, &answer)),
    ]));
    assert!(!has(&told, Rule::H49), "the answer to HEAD has no content");
    assert_eq!(rows(&told), ["HEAD / 200 1 0/0 complete"]);
    let unchanged = fields(&[(":status", "304"), ("content-length", "500")]);
    let told = talk(opened([
        says(C, get(1, "/")),
        says(S, frame(HEADERS, END | WHOLE, 1, &unchanged)),
    ]));
    assert!(!has(&told, Rule::H49), "nor has a 304");
}

/// RFC 9113 section 6.9: the server has used up the window of the stream.
#[test]
fn h50_flow_control_stall() {
    let told = talk(vec![
        says(C, [PREFACE, &settings(&[(4, 10)]), &get(1, "/")].concat()),
        says(
            S,
            [
                settings(&[]),
                response(1, "200"),
                frame(DATA, 0, 1, b"0123456789"),
            ]
            .concat(),
        ),
        says(C, window_update(1, 10)),
        says(S, last(1, b"abc")),
    ]);
    assert!(has(&told, Rule::H50) && !has(&told, Rule::H48));
    assert_eq!(rows(&told), ["GET / 200 1 0/13 complete"]);
    let report = report(&told);
    assert_eq!(
        (report.flow_stalls.initiator, report.flow_stalls.responder),
        (0, 1)
    );
    // Two segments later, a millisecond each.
    assert_eq!(report.flow_stall_responder_ns, 2_000_000);
}

#[test]
fn h50_not_where_the_message_ends_with_the_window() {
    let told = talk(vec![
        says(C, [PREFACE, &settings(&[(4, 10)]), &get(1, "/")].concat()),
        says(
            S,
            [settings(&[]), response(1, "200"), last(1, b"0123456789")].concat(),
        ),
        says(C, window_update(1, 10)),
        says(C, window_update(0, 10)),
    ]);
    assert!(!has(&told, Rule::H50));
}

/// RFC 9113 section 6.7: the round trip to the side that answers.
#[test]
fn h18_a_ping_measures_the_round_trip() {
    let told = play(
        config(),
        &opened([
            says(C, frame(PING, 0, 0, b"abcdefgh")),
            says(S, frame(PING, END, 0, b"ABCDEFGH")),
            says(S, frame(PING, END, 0, b"abcdefgh")),
        ]),
        |_| Vec::new(),
    );
    assert_eq!(report(&told).ping_rtt_responder_ns, Some(4_000_000));
    assert_eq!(report(&told).ping_rtt_initiator_ns, None);
}

/// A reset of the connection leaves what was in progress unfinished.
#[test]
fn h22_a_reset_of_the_connection_ends_its_streams() {
    let told = talk(opened([
        says(C, [get(1, "/1"), get(3, "/3")].concat()),
        says(
            S,
            [response(1, "200"), last(1, b"1"), response(3, "200")].concat(),
        ),
        (S, Said::Reset),
    ]));
    assert!(has(&told, Rule::H22));
    assert_eq!(
        rows(&told),
        ["GET /1 200 1 0/1 complete", "GET /3 200 3 0/0 reset"]
    );
    assert_eq!(told.connections[0].close.killed_transaction, Some(1));
}

/// Streams past the bound: the oldest one is forgotten, and that is counted.
#[test]
fn h18_streams_are_bounded() {
    let bounded = || {
        let mut bounded = config();
        bounded.http.http2.streams = 4;
        bounded
    };
    let requests: Vec<u8> = (0..10).flat_map(|number| get(2 * number + 1, "/")).collect();
    let told = talk_with(
        bounded,
        &opened([
            says(C, requests),
            says(
                S,
                [
                    response(1, "200"),
                    last(1, b"late"),
                    response(19, "200"),
                    last(19, b""),
                ]
                .concat(),
            ),
        ]),
    );
    assert_eq!((report(&told).streams, report(&told).streams_omitted), (10, 6));
    assert_eq!(rows(&told)[0], "GET / - 1 0/- incomplete");
    assert_eq!(rows(&told)[9], "GET / 200 19 0/0 complete");
}
