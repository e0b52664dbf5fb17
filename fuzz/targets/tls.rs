//! A TLS session's bytes: cut into segments in any way its hellos, records and clear alerts are the same, as long as framing holds.
//!
//! Input: where to cut (16 bits), records (`synfin_fuzz::http`).
#![no_main]

use libfuzzer_sys::fuzz_target;
use synfin::tls::{CipherSuite, Tls, TlsVersion};
use synfin::{Rule, Side, Sides};
use synfin_fuzz::steps;
use synfin_tests::talk::{Said, Told, config, play};

/// What does not depend on where a segment ends. (In TLS 1.3 that tells of several messages in one record.)
#[derive(Debug, PartialEq)]
struct Digest<'a> {
    client: Option<Side>,
    version: Option<TlsVersion>,
    cipher: Option<CipherSuite>,
    names: [Option<&'a str>; 2],
    alpn: &'a [Box<str>],
    versions: &'a [TlsVersion],
    ciphers: u16,
    certificate: Option<u32>,
    records: Sides<u64>,
    application: Sides<u64>,
}

fn digest(tls: &Tls) -> Digest<'_> {
    Digest {
        client: tls.client,
        version: tls.version,
        cipher: tls.cipher,
        names: [tls.server_name.as_deref(), tls.alpn.as_deref()],
        alpn: &tls.alpn_offered,
        versions: &tls.versions_offered,
        ciphers: tls.ciphers_offered,
        certificate: tls.certificate_bytes,
        records: tls.records,
        application: tls.application_bytes,
    }
}

/// The TLS of a talk whose framing held from its first byte on.
fn session(told: &Told) -> Option<&Tls> {
    let [connection] = &told.connections[..] else {
        return None;
    };
    let is_broken = |rule: Rule| matches!(rule, Rule::L12 | Rule::L16 | Rule::E14);
    let holds = connection.gaps.initiator + connection.gaps.responder == 0
        && connection.http.is_empty()
        && !connection.rules.iter().any(|hit| is_broken(hit.id));
    connection.tls.as_deref().filter(|_| holds)
}

fuzz_target!(|input: &[u8]| {
    let Some((&[a, b], input)) = input.split_first_chunk() else {
        return;
    };
    let steps = steps(input);
    // What is said before TLS (STARTTLS) is looked at by segments.
    let begins = steps.iter().find_map(|(_, said)| match said {
        Said::Bytes(bytes) if !bytes.is_empty() => {
            Some(bytes.len() > 5 && matches!(bytes[..2], [20..=23, 3]))
        }
        _ => None,
    });
    let whole = play(config(), &steps, |_| Vec::new());
    let (first, stride) = (usize::from(a), usize::from(b % 64) + 1);
    let cut = play(config(), &steps, |bytes| {
        (1 + first..bytes.len()).step_by(stride).collect()
    });
    if begins != Some(true)
        || steps
            .iter()
            .any(|(_, said)| matches!(said, Said::Gap(_) | Said::Reset | Said::Fin))
    {
        return;
    }
    if let (Some(whole), Some(cut)) = (session(&whole), session(&cut)) {
        assert_eq!(digest(whole), digest(cut), "first {first}, then every {stride}");
    }
});
