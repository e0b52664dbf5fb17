//! TLS: RFC 8446 and RFC 5246, as what each side sends. Encrypted records are of the lengths that the RFCs give them.

use synfin::tls::{Tls, TlsAlert, TlsEarlyData, TlsResumption};
use synfin::{Cause, Confidence, Connection, Rule, Side};
use synfin_tests::talk::{Said, Told, config, play};

const C: Side = Side::Initiator;
const S: Side = Side::Responder;

const TLS_1_0: u16 = 0x301;
const TLS_1_1: u16 = 0x302;
const TLS_1_2: u16 = 0x303;
const TLS_1_3: u16 = 0x304;
/// `TLS_AES_128_GCM_SHA256` and `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`.
const NEW: u16 = 0x1301;
const OLD: u16 = 0xc02f;
/// Lengths of TLS 1.3 with that suite: the message, its type and the tag.
const FINISHED: usize = 4 + 32 + 17;
const ALERT: usize = 2 + 17;
const END_OF_EARLY_DATA: usize = 4 + 17;

fn record(content: u8, body: &[u8]) -> Vec<u8> {
    let len = u16::try_from(body.len()).expect("a record");
    [&[content, 3, 3][..], &len.to_be_bytes(), body].concat()
}

fn encrypted(content: u8, len: usize) -> Vec<u8> {
    record(content, &vec![0xa5; len])
}

fn data(len: usize) -> Vec<u8> {
    encrypted(23, len)
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len()).expect("a message").to_be_bytes();
    [&[kind][..], &len[1..], body].concat()
}

fn handshake(messages: &[Vec<u8>]) -> Vec<u8> {
    record(22, &messages.concat())
}

fn vec16(body: &[u8]) -> Vec<u8> {
    [&u16::try_from(body.len()).expect("short").to_be_bytes()[..], body].concat()
}

fn extension(number: u16, body: &[u8]) -> Vec<u8> {
    [&number.to_be_bytes()[..], &vec16(body)].concat()
}

fn numbers(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// RFC 8446 section 4.1.2. TLS 1.3 is among the versions only where they are listed.
fn client_hello(versions: &[u16], more: &[Vec<u8>]) -> Vec<u8> {
    let name = [&[0][..], &vec16(b"server.test")].concat();
    let mut extensions = vec![extension(0, &vec16(&name))];
    if versions.contains(&TLS_1_3) {
        let list = numbers(versions);
        extensions.push(extension(
            43,
            &[&[u8::try_from(list.len()).unwrap()][..], &list].concat(),
        ));
    }
    extensions.extend_from_slice(more);
    let legacy = versions.iter().copied().min().unwrap_or(TLS_1_2).max(TLS_1_0);
    let legacy = if versions.len() == 1 && versions[0] == TLS_1_3 {
        TLS_1_2
    } else {
        legacy
    };
    let body = [
        &legacy.to_be_bytes()[..],
        &[7; 32],
        &[4, 1, 2, 3, 4],
        &vec16(&numbers(&[NEW, OLD, 0x1a1a])),
        &[1, 0],
        &vec16(&extensions.concat()),
    ];
    message(1, &body.concat())
}

/// RFC 8446 section 4.1.3.
fn server_hello(version: u16, cipher: u16, random: [u8; 32], more: &[Vec<u8>]) -> Vec<u8> {
    let mut extensions = more.to_vec();
    if version == TLS_1_3 {
        extensions.push(extension(43, &version.to_be_bytes()));
    }
    let body = [
        &version.min(TLS_1_2).to_be_bytes()[..],
        &random,
        &[4, 1, 2, 3, 4],
        &cipher.to_be_bytes(),
        &[0],
        &vec16(&extensions.concat()),
    ];
    message(2, &body.concat())
}

/// The random of HelloRetryRequest.
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

const RANDOM: [u8; 32] = [9; 32];

fn said(side: Side, parts: &[Vec<u8>]) -> (Side, Said) {
    (side, Said::Bytes(parts.concat()))
}

const CCS: [u8; 6] = [20, 3, 3, 0, 1, 1];

/// A handshake of TLS 1.3 up to the client's Finished.
fn open_1_3() -> Vec<(Side, Said)> {
    vec![
        said(C, &[handshake(&[client_hello(&[TLS_1_3, TLS_1_2], &[])])]),
        said(
            S,
            &[
                handshake(&[server_hello(TLS_1_3, NEW, RANDOM, &[])]),
                CCS.to_vec(),
                data(40),
                data(700),
                data(FINISHED),
            ],
        ),
        said(C, &[CCS.to_vec(), data(FINISHED)]),
    ]
}

/// A full handshake of TLS 1.2 or before.
fn open_1_2(version: u16) -> Vec<(Side, Said)> {
    let full = [
        server_hello(version, OLD, RANDOM, &[]),
        message(11, &[0; 600]),
        message(12, &[0; 100]),
        message(14, &[]),
    ];
    vec![
        said(C, &[handshake(&[client_hello(&[version], &[])])]),
        said(S, &[handshake(&full)]),
        said(
            C,
            &[
                handshake(&[message(16, &[0; 66])]),
                CCS.to_vec(),
                encrypted(22, 40),
            ],
        ),
        said(
            S,
            &[
                handshake(&[message(4, &[0; 200])]),
                CCS.to_vec(),
                encrypted(22, 40),
            ],
        ),
    ]
}

fn with(mut steps: Vec<(Side, Said)>, more: &[(Side, Said)]) -> Vec<(Side, Said)> {
    steps.extend_from_slice(more);
    steps
}

fn told(steps: &[(Side, Said)]) -> Told {
    play(config(), steps, |_| Vec::new())
}

fn one(told: &Told) -> &Connection {
    assert_eq!(told.connections.len(), 1);
    &told.connections[0]
}

fn tls(told: &Told) -> &Tls {
    one(told).tls.as_deref().expect("it speaks TLS")
}

/// Rules about TLS, in the order in which they were told.
fn rules(told: &Told) -> Vec<Rule> {
    let all = one(told).rules.iter().map(|hit| hit.id);
    all.filter(|rule| rule.is_tls()).collect()
}

fn cause(told: &Told) -> (Cause, Confidence) {
    (one(told).close.cause, one(told).close.cause_confidence)
}

/// The TLS step of each segment with a payload, in order; `-` for none.
fn steps(told: &Told) -> Vec<&'static str> {
    let loaded = told.annotations.iter().filter(|segment| segment.len > 0);
    let step = |segment: &synfin::Annotation| segment.tls?.step;
    loaded
        .map(|segment| step(segment).map_or("-", |step| step.as_str()))
        .collect()
}

#[test]
fn l1_l2_and_l4_a_handshake_of_tls_1_3() {
    let told = told(&with(open_1_3(), &[said(C, &[data(90)]), said(S, &[data(200)])]));
    assert_eq!(rules(&told), [Rule::L1, Rule::L2, Rule::L4]);
    assert_eq!(steps(&told), ["1/4", "2+4/4", "3/4", "-", "-"]);
    let tls = tls(&told);
    assert_eq!(tls.version.unwrap().to_string(), "TLS 1.3");
    assert_eq!(tls.cipher.unwrap().to_string(), "TLS_AES_128_GCM_SHA256");
    assert_eq!(
        (tls.client, tls.server_name.as_deref()),
        (Some(C), Some("server.test"))
    );
    assert_eq!((tls.ciphers_offered, tls.versions_offered.len()), (2, 2));
    let frames: Vec<u64> = told
        .annotations
        .iter()
        .filter(|s| s.len > 0)
        .map(|s| s.frame)
        .collect();
    assert_eq!(
        [
            tls.client_hello_frame,
            tls.server_hello_frame,
            tls.application_data_frame
        ],
        [frames[0], frames[1], frames[3]].map(Some)
    );
    assert_eq!(
        [tls.finished_frame[S], tls.finished_frame[C]],
        [frames[1], frames[2]].map(Some)
    );
}

#[test]
fn l1_l2_and_l4_a_handshake_of_tls_1_2() {
    let told = told(&with(open_1_2(TLS_1_2), &[said(C, &[data(90)])]));
    assert_eq!(rules(&told), [Rule::L1, Rule::L2, Rule::L4]);
    assert_eq!(steps(&told), ["1/4", "2/4", "3/4", "4/4", "-"]);
    assert_eq!(tls(&told).certificate_bytes, Some(600));
}

#[test]
fn l1_and_l2_not_in_a_stream_that_only_begins_alike() {
    // A handshake record whose message is none, and a record of another major version.
    for first in [
        &b"\x16\x03\x01\x00\x05\x63hello"[..],
        b"\x16\x04\x01\x00\x05\x01hello",
    ] {
        let told = told(&[said(C, &[first.to_vec()]), said(S, &[first.to_vec()])]);
        assert!(
            !rules(&told)
                .iter()
                .any(|rule| matches!(rule, Rule::L1 | Rule::L2))
        );
    }
}

#[test]
fn l3_the_server_asks_for_another_hello() {
    let retry = said(
        S,
        &[handshake(&[server_hello(TLS_1_3, NEW, RETRY, &[])]), CCS.to_vec()],
    );
    let mut talk = open_1_3();
    let hello = talk[0].clone();
    talk.splice(0..1, [hello.clone(), retry, hello]);
    let told = told(&talk);
    assert_eq!(rules(&told), [Rule::L1, Rule::L3, Rule::L2, Rule::L4]);
    assert_eq!(steps(&told), ["1/4", "2/4", "1/4", "2+4/4", "3/4"]);
    assert!(tls(&told).retry_frame < tls(&told).server_hello_frame);
}

#[test]
fn l3_not_for_a_random_of_one_bit_else() {
    let mut random = RETRY;
    random[31] ^= 1;
    let answer = handshake(&[server_hello(TLS_1_3, NEW, random, &[])]);
    let told = told(&[open_1_3()[0].clone(), said(S, &[answer])]);
    assert_eq!(rules(&told), [Rule::L1, Rule::L2]);
}

#[test]
fn l4_not_while_one_side_has_not_finished() {
    for open in [open_1_3(), open_1_2(TLS_1_2)] {
        let told = told(&open[..open.len() - 1]);
        assert!(!rules(&told).contains(&Rule::L4));
        assert_eq!(tls(&told).handshake_ns, None);
    }
}

#[test]
fn l5_a_session_resumed_by_a_pre_shared_key() {
    let mut talk = open_1_3();
    let answer = server_hello(TLS_1_3, NEW, RANDOM, &[extension(41, &[0, 0])]);
    talk[1] = said(S, &[handshake(&[answer]), data(40), data(FINISHED)]);
    let told = told(&talk);
    assert_eq!(rules(&told), [Rule::L1, Rule::L2, Rule::L5, Rule::L4]);
    assert_eq!(tls(&told).resumption, Some(TlsResumption::Psk));
}

/// RFC 5246 section 7.3, figure 2: the server finishes first.
#[test]
fn l5_a_session_resumed_by_ticket_or_session_id() {
    for (ticket, by) in [
        (vec![extension(35, &[1, 2, 3])], TlsResumption::Ticket),
        (vec![], TlsResumption::SessionId),
    ] {
        let told = told(&[
            said(C, &[handshake(&[client_hello(&[TLS_1_2], &ticket)])]),
            said(
                S,
                &[
                    handshake(&[server_hello(TLS_1_2, OLD, RANDOM, &[])]),
                    CCS.to_vec(),
                    encrypted(22, 40),
                ],
            ),
            said(C, &[CCS.to_vec(), encrypted(22, 40)]),
        ]);
        assert_eq!(rules(&told), [Rule::L1, Rule::L2, Rule::L5, Rule::L4]);
        assert_eq!(steps(&told), ["1/4", "2+4/4", "3/4"]);
        assert_eq!(tls(&told).resumption, Some(by));
    }
}

#[test]
fn l5_not_where_the_server_shows_its_certificate() {
    assert_eq!(tls(&told(&open_1_2(TLS_1_2))).resumption, None);
    assert!(!rules(&told(&open_1_2(TLS_1_2))).contains(&Rule::L5));
}

#[test]
fn l5_not_where_the_certificate_may_have_been_missed() {
    let hello = said(C, &[handshake(&[client_hello(&[TLS_1_2], &[])])]);
    let finished = said(S, &[CCS.to_vec(), encrypted(22, 40)]);
    let answer = said(S, &[handshake(&[server_hello(TLS_1_2, OLD, RANDOM, &[])])]);
    let lost = [hello.clone(), answer, (S, Said::Gap(700)), finished.clone()];
    let no_answer = [hello, finished];
    for talk in [&lost[..], &no_answer] {
        assert!(!rules(&told(talk)).contains(&Rule::L5));
        assert_eq!(tls(&told(talk)).resumption, None);
    }
}

/// Before TLS 1.3 that extension means nothing.
#[test]
fn l5_not_for_a_pre_shared_key_of_tls_1_2() {
    let answer = server_hello(TLS_1_2, OLD, RANDOM, &[extension(41, &[0, 0])]);
    let told = told(&[
        said(C, &[handshake(&[client_hello(&[TLS_1_2], &[])])]),
        said(S, &[handshake(&[answer])]),
    ]);
    assert_eq!(rules(&told), [Rule::L1, Rule::L2]);
}

fn early(server: Vec<u8>, client: &[Vec<u8>]) -> Told {
    told(&[
        said(
            C,
            &[
                handshake(&[client_hello(&[TLS_1_3], &[extension(42, &[])])]),
                CCS.to_vec(),
                data(300),
            ],
        ),
        said(S, &[handshake(&[server]), data(40), data(FINISHED)]),
        said(C, client),
    ])
}

#[test]
fn l6_early_data() {
    let psk = [extension(41, &[0, 0])];
    let told = early(
        server_hello(TLS_1_3, NEW, RANDOM, &psk),
        &[data(END_OF_EARLY_DATA), data(FINISHED)],
    );
    assert_eq!(rules(&told), [Rule::L1, Rule::L6, Rule::L2, Rule::L5, Rule::L4]);
    assert_eq!(tls(&told).early_data, Some(TlsEarlyData::Accepted));
    assert_eq!(steps(&told), ["1/4", "2+4/4", "3/4"]);
    let told = early(server_hello(TLS_1_3, NEW, RANDOM, &[]), &[data(FINISHED)]);
    assert_eq!(tls(&told).early_data, Some(TlsEarlyData::Rejected));
}

#[test]
fn l6_early_data_behind_the_servers_answer() {
    let answer = server_hello(TLS_1_3, NEW, RANDOM, &[extension(41, &[0, 0])]);
    let told = told(&[
        said(
            C,
            &[handshake(&[client_hello(&[TLS_1_3], &[extension(42, &[])])])],
        ),
        said(S, &[handshake(&[answer]), data(40), data(FINISHED)]),
        said(C, &[data(300)]),
        said(C, &[data(END_OF_EARLY_DATA), data(FINISHED)]),
    ]);
    assert_eq!(rules(&told), [Rule::L1, Rule::L2, Rule::L5, Rule::L6, Rule::L4]);
}

#[test]
fn l6_not_without_an_offer() {
    let told = told(&with(open_1_3(), &[said(C, &[data(300)])]));
    assert!(!rules(&told).contains(&Rule::L6));
    assert_eq!(tls(&told).early_data, None);
}

#[test]
fn l7_close_notify_before_the_fin() {
    for (open, alert) in [(open_1_3(), data(ALERT)), (open_1_2(TLS_1_2), encrypted(21, 26))] {
        let told = told(&with(
            open,
            &[
                said(C, &[data(90)]),
                said(C, &[alert]),
                (C, Said::Fin),
                (S, Said::Fin),
            ],
        ));
        assert!(
            rules(&told).ends_with(&[Rule::L4, Rule::L7]),
            "{:?}",
            rules(&told)
        );
        assert_eq!(cause(&told), (Cause::TlsCloseNotify, Confidence::Likely));
        let [alert] = tls(&told).alerts[..] else {
            panic!("one alert")
        };
        assert_eq!((alert.by, alert.name), (C, TlsAlert::Encrypted));
        assert_eq!(tls(&told).close_notify_frame[C], Some(alert.frame));
    }
}

#[test]
fn l7_and_l10_not_where_more_came_behind_it() {
    // Two bytes of application data look like an alert, until more comes.
    let talk = with(open_1_3(), &[said(C, &[data(ALERT)]), said(C, &[data(90)])]);
    let told_open = told(&talk);
    assert!(
        !rules(&told_open)
            .iter()
            .any(|rule| matches!(rule, Rule::L7 | Rule::L10))
    );
}

#[test]
fn l8_a_fatal_alert_in_the_clear() {
    let told = told(&[
        open_1_3()[0].clone(),
        said(S, &[record(21, &[2, 40])]),
        (S, Said::Fin),
        (C, Said::Fin),
    ]);
    assert_eq!(rules(&told), [Rule::L1, Rule::L8]);
    assert_eq!(cause(&told), (Cause::TlsAlert, Confidence::Certain));
    let alert = tls(&told).fatal_alert().expect("it was fatal");
    assert_eq!(
        (alert.name.as_str(), alert.number, alert.by),
        ("handshake_failure", Some(40), S)
    );
}

#[test]
fn l8_not_for_a_warning() {
    let told = told(&[open_1_3()[0].clone(), said(S, &[record(21, &[1, 112])])]);
    assert_eq!(rules(&told), [Rule::L1]);
    assert_eq!(tls(&told).alerts[0].name, TlsAlert::UnrecognizedName);
}

#[test]
fn l9_an_encrypted_alert_ends_the_handshake() {
    let mut refused = open_1_3();
    refused[2] = said(C, &[CCS.to_vec(), data(ALERT)]);
    let mut bad = open_1_2(TLS_1_2);
    bad[3] = said(S, &[CCS.to_vec(), encrypted(21, 26)]);
    // An empty Certificate, and the server does not like it.
    let mut uncertified = open_1_3();
    uncertified[2] = said(C, &[data(25), data(FINISHED)]);
    uncertified.push(said(S, &[data(ALERT)]));
    for talk in [refused, bad, uncertified] {
        let told = told(&with(talk, &[(S, Said::Fin), (C, Said::Fin)]));
        assert!(rules(&told).contains(&Rule::L9), "{:?}", rules(&told));
        // That alert is why it ends, and no goodbye.
        assert!(
            !rules(&told)
                .iter()
                .any(|rule| matches!(rule, Rule::L7 | Rule::L10))
        );
        assert_eq!(cause(&told), (Cause::TlsAlert, Confidence::Likely));
    }
}

#[test]
fn l9_not_behind_the_handshake() {
    let told = told(&with(
        open_1_3(),
        &[said(S, &[data(200)]), said(S, &[data(ALERT)])],
    ));
    assert!(!rules(&told).contains(&Rule::L9));
}

/// Only a server can refuse a certificate, only one that it was sent, and only by the first that it says.
#[test]
fn l9_not_for_a_goodbye_right_behind_the_handshake() {
    let mut certified = open_1_3();
    certified[2] = said(C, &[data(25), data(FINISHED)]);
    let alert = |side| said(side, &[data(ALERT)]);
    for talk in [
        with(open_1_3(), &[alert(S)]),
        with(open_1_3(), &[alert(C)]),
        with(certified.clone(), &[alert(C)]),
        with(certified.clone(), &[said(S, &[data(200)])]),
        with(certified, &[said(S, &[data(200)]), alert(S)]),
    ] {
        assert!(!rules(&told(&talk)).contains(&Rule::L9), "{talk:?}");
    }
}

#[test]
fn l10_cut_off_without_close_notify() {
    for open in [open_1_3(), open_1_2(TLS_1_2)] {
        let told = told(&with(
            open,
            &[
                said(C, &[data(90)]),
                said(S, &[data(200)]),
                (S, Said::Fin),
                (C, Said::Fin),
            ],
        ));
        assert!(rules(&told).ends_with(&[Rule::L4, Rule::L10]));
        assert_eq!(cause(&told), (Cause::TlsTruncated, Confidence::Likely));
    }
}

#[test]
fn l10_in_the_middle_of_a_record() {
    let half = data(200)[..100].to_vec();
    let told = told(&with(open_1_3(), &[said(S, &[half]), (S, Said::Fin)]));
    assert!(rules(&told).contains(&Rule::L10));
}

/// What ends a stream is no alert unless it is whole, and the last.
#[test]
fn l10_in_the_middle_of_what_could_be_an_alert_or_behind_it() {
    let half = data(ALERT)[..10].to_vec();
    let and_more = [&data(ALERT)[..], &data(90)[..3]].concat();
    for last in [half, and_more] {
        let told = told(&with(open_1_3(), &[said(S, &[last]), (S, Said::Fin)]));
        assert!(rules(&told).ends_with(&[Rule::L4, Rule::L10]));
    }
}

#[test]
fn l10_not_for_a_reset_nor_behind_a_goodbye_in_the_clear() {
    let reset = with(open_1_3(), &[said(C, &[data(90)]), (S, Said::Reset)]);
    assert!(!rules(&told(&reset)).contains(&Rule::L10));
    // A suite that does not encrypt: RFC 5246 appendix A.5.
    for first in [S, C] {
        let clear = with(
            open_1_2(TLS_1_2),
            &[
                said(S, &[record(21, &[1, 0])]),
                (first, Said::Fin),
                (first.peer(), Said::Fin),
            ],
        );
        let told = told(&clear);
        assert!(rules(&told).ends_with(&[Rule::L4, Rule::L7]));
        assert_eq!(tls(&told).alerts.len(), 1);
    }
}

#[test]
fn l10_not_where_the_peer_said_goodbye_nor_before_the_end_of_the_handshake() {
    let said_first = with(
        open_1_3(),
        &[said(S, &[data(ALERT)]), (C, Said::Fin), (S, Said::Fin)],
    );
    let unfinished = with(open_1_3()[..2].to_vec(), &[(C, Said::Fin), (S, Said::Fin)]);
    for talk in [said_first, unfinished] {
        assert!(!rules(&told(&talk)).contains(&Rule::L10));
    }
    // What was not captured may have been the alert.
    for (side, first) in [(S, S), (S, C), (C, S), (C, C)] {
        let lost = with(
            open_1_3(),
            &[
                (side, Said::Gap(24)),
                said(side, &[b"no record".to_vec()]),
                (first, Said::Fin),
            ],
        );
        assert!(!rules(&told(&lost)).contains(&Rule::L10), "{side:?} {first:?}");
    }
    let unseen = with(open_1_3(), &[(S, Said::Gap(24)), (C, Said::Fin), (S, Said::Fin)]);
    assert!(!rules(&told(&unseen)).contains(&Rule::L10));
}

#[test]
fn l11_a_record_after_close_notify() {
    let told = told(&[
        open_1_3()[0].clone(),
        said(S, &[record(21, &[1, 0])]),
        said(S, &[data(90)]),
    ]);
    assert_eq!(rules(&told), [Rule::L1, Rule::L7, Rule::L11]);
}

#[test]
fn l11_not_after_another_warning() {
    let told = told(&[
        open_1_3()[0].clone(),
        said(S, &[record(21, &[1, 112])]),
        said(S, &[handshake(&[server_hello(TLS_1_3, NEW, RANDOM, &[])])]),
    ]);
    assert!(!rules(&told).contains(&Rule::L11));
}

#[test]
fn l12_a_record_too_long() {
    let told = told(&with(open_1_3(), &[said(C, &[vec![23, 3, 3, 0x48, 1, 0]])]));
    assert!(rules(&told).contains(&Rule::L12));
}

#[test]
fn l12_not_at_the_longest() {
    let told = told(&with(
        open_1_2(TLS_1_2),
        &[said(C, &[vec![23, 3, 3, 0x48, 0, 0]])],
    ));
    assert!(!rules(&told).contains(&Rule::L12));
}

#[test]
fn l13_a_deprecated_version() {
    let told = told(&open_1_2(TLS_1_0));
    assert_eq!(rules(&told), [Rule::L1, Rule::L2, Rule::L13, Rule::L4]);
    assert_eq!(tls(&told).version.unwrap().to_string(), "TLS 1.0");
    assert!(rules(&self::told(&open_1_2(TLS_1_1))).contains(&Rule::L13));
}

#[test]
fn l13_not_for_tls_1_2() {
    assert!(!rules(&told(&open_1_2(TLS_1_2))).contains(&Rule::L13));
}

#[test]
fn l14_renegotiation() {
    let told = told(&with(open_1_2(TLS_1_2), &[said(C, &[encrypted(22, 300)])]));
    assert!(rules(&told).contains(&Rule::L14));
}

#[test]
fn l14_not_for_the_finished_of_both() {
    assert!(!rules(&told(&open_1_2(TLS_1_2))).contains(&Rule::L14));
    let mut unanswered = open_1_2(TLS_1_2);
    unanswered[3] = said(C, &[encrypted(22, 40)]);
    assert!(!rules(&told(&unanswered)).contains(&Rule::L14));
}

/// RFC 8446 section 4.1.3: the end of the random of a server that could do better.
fn downgrade() -> [u8; 32] {
    let mut random = RANDOM;
    random[24..].copy_from_slice(b"DOWNGRD\x01");
    random
}

fn answered_1_2(offered: &[u16], random: [u8; 32]) -> Told {
    told(&[
        said(C, &[handshake(&[client_hello(offered, &[])])]),
        said(S, &[handshake(&[server_hello(TLS_1_2, OLD, random, &[])])]),
    ])
}

#[test]
fn l15_a_downgrade() {
    assert_eq!(
        rules(&answered_1_2(&[TLS_1_3, TLS_1_2], downgrade())),
        [Rule::L1, Rule::L2, Rule::L15]
    );
}

#[test]
fn l15_not_where_the_client_offers_no_more() {
    assert_eq!(
        rules(&answered_1_2(&[TLS_1_2], downgrade())),
        [Rule::L1, Rule::L2]
    );
}

#[test]
fn l15_not_for_a_server_that_can_do_no_better() {
    assert_eq!(
        rules(&answered_1_2(&[TLS_1_3, TLS_1_2], RANDOM)),
        [Rule::L1, Rule::L2]
    );
}

#[test]
fn l16_no_record_where_one_must_begin() {
    let told = told(&with(
        open_1_3(),
        &[said(C, &[b"GET / HTTP/1.1\r\n\r\n".to_vec()])],
    ));
    assert!(rules(&told).contains(&Rule::L16));
}

#[test]
fn l16_not_behind_a_gap() {
    let told = told(&with(
        open_1_3(),
        &[(C, Said::Gap(10)), said(C, &[b"GET / HTTP/1.1\r\n\r\n".to_vec()])],
    ));
    assert!(!rules(&told).contains(&Rule::L16));
}

#[test]
fn l17_an_answer_beyond_the_offer() {
    let alpn = extension(16, &vec16(b"\x02h2"));
    for answer in [
        server_hello(TLS_1_2, 0xc030, RANDOM, &[]),
        server_hello(TLS_1_2, OLD, RANDOM, &[alpn]),
    ] {
        let told = told(&[
            said(C, &[handshake(&[client_hello(&[TLS_1_2], &[])])]),
            said(S, &[handshake(&[answer])]),
        ]);
        assert_eq!(rules(&told), [Rule::L1, Rule::L2, Rule::L17]);
    }
    for (offered, version, cipher) in [(TLS_1_2, TLS_1_3, NEW), (TLS_1_3, TLS_1_2, OLD)] {
        let told = told(&[
            said(C, &[handshake(&[client_hello(&[offered], &[])])]),
            said(S, &[handshake(&[server_hello(version, cipher, RANDOM, &[])])]),
        ]);
        assert_eq!(rules(&told), [Rule::L1, Rule::L2, Rule::L17], "{version:x}");
    }
}

/// RFC 5246 appendix E.1: who lists no versions takes older ones.
#[test]
fn l17_not_for_an_older_version_where_none_are_listed() {
    let told = told(&[
        said(C, &[handshake(&[client_hello(&[TLS_1_2], &[])])]),
        said(S, &[handshake(&[server_hello(TLS_1_0, OLD, RANDOM, &[])])]),
    ]);
    assert_eq!(rules(&told), [Rule::L1, Rule::L2, Rule::L13]);
}

#[test]
fn l17_not_where_the_offer_is_not_known() {
    let hello = handshake(&[client_hello(&[TLS_1_2], &[])]);
    let told = told(&[
        said(C, &[hello[..60].to_vec()]),
        (C, Said::Gap(u32::try_from(hello.len() - 60).unwrap())),
        said(S, &[handshake(&[server_hello(TLS_1_2, 0xc030, RANDOM, &[])])]),
    ]);
    assert!(rules(&told).contains(&Rule::L1) && !rules(&told).contains(&Rule::L17));
}

/// Where a segment ends says nothing of what the stream means.
#[test]
fn a_session_is_the_same_however_it_is_cut() {
    for open in [open_1_3(), open_1_2(TLS_1_2)] {
        let talk = with(
            open,
            &[
                said(C, &[data(90)]),
                said(S, &[data(200)]),
                said(S, &[data(ALERT)]),
                (S, Said::Fin),
            ],
        );
        let whole = told(&talk);
        for size in [1, 2, 3, 5, 7, 40, 200] {
            let cut = play(config(), &talk, |bytes| {
                (size..bytes.len()).step_by(size).collect()
            });
            assert_eq!(rules(&cut), rules(&whole), "{size}");
            let (cut, whole) = (tls(&cut), tls(&whole));
            assert_eq!(
                (
                    cut.version,
                    cut.cipher,
                    &cut.server_name,
                    cut.records,
                    cut.application_bytes
                ),
                (
                    whole.version,
                    whole.cipher,
                    &whole.server_name,
                    whole.records,
                    whole.application_bytes
                ),
                "{size}"
            );
            assert_eq!(cut.certificate_bytes, whole.certificate_bytes, "{size}");
        }
    }
}

/// The capture begins inside a session.
#[test]
fn a_session_without_its_hellos() {
    let told = told(&[
        said(C, &[data(90)]),
        said(S, &[data(200)]),
        said(S, &[encrypted(21, 26)]),
        (S, Said::Fin),
        (C, Said::Fin),
    ]);
    assert_eq!(rules(&told), [Rule::L7]);
    assert_eq!(cause(&told), (Cause::TlsCloseNotify, Confidence::Likely));
    assert_eq!((tls(&told).client, tls(&told).version), (None, None));
}

/// Behind missing bytes reading goes on with the next segment that begins with a record.
#[test]
fn records_are_found_again_behind_a_gap() {
    let told = told(&with(
        open_1_3(),
        &[
            said(S, &[data(200)]),
            (S, Said::Gap(1000)),
            said(S, &[data(300)]),
            said(S, &[data(ALERT)]),
            (S, Said::Fin),
        ],
    ));
    assert!(rules(&told).ends_with(&[Rule::L4, Rule::L7]));
}
