//! TCP options, by synfin and by tshark.

use synfin::Segment;
use synfin::wire::mptcp::{MpJoin, Mptcp};
use synfin::wire::tcp_option::TcpOption;
use synfin_tests::differences::Differences;
use synfin_tests::pdml::Node;

/// A value within an option: tshark's name of the field, and its bytes in hexadecimal without leading zeros.
type Fact = (&'static str, String);

/// The fields of tshark's that are compared.
const NAMES: [&str; 33] = [
    "tcp.options.mss_val",
    "tcp.options.wscale.shift",
    "tcp.options.sack_le",
    "tcp.options.sack_re",
    "tcp.options.timestamp.tsval",
    "tcp.options.timestamp.tsecr",
    "tcp.options.user_to_granularity",
    "tcp.options.user_to_val",
    "tcp.options.md5.digest",
    "tcp.options.ao.keyid",
    "tcp.options.ao.rnextkeyid",
    "tcp.options.ao.mac",
    "tcp.options.tfo.cookie",
    "tcp.options.acc_ecn.ee0b",
    "tcp.options.acc_ecn.eceb",
    "tcp.options.acc_ecn.ee1b",
    "tcp.options.unknown.payload",
    "tcp.options.mptcp.subtype",
    "tcp.options.mptcp.version",
    "tcp.options.mptcp.sendkey",
    "tcp.options.mptcp.recvkey",
    "tcp.options.mptcp.recvtok",
    "tcp.options.mptcp.sendrand",
    "tcp.options.mptcp.sendtrunchmac",
    "tcp.options.mptcp.sendhmac",
    "tcp.options.mptcp.rawdataack",
    "tcp.options.mptcp.rawdataseqno",
    "tcp.options.mptcp.subflowseqno",
    "tcp.options.mptcp.datalvllen",
    "tcp.options.mptcp.checksum",
    "tcp.options.mptcp.addrid",
    "tcp.options.mptcp.port",
    "tcp.options.mptcp.rst_reason",
];

/// Compares the options of a segment; returns how many there were.
pub(crate) fn compare(differences: &mut Differences, of: &str, segment: &Segment<'_>, tcp: &Node) -> u64 {
    let header = &segment.tcp;
    let Some(list) = tcp.child("tcp.options") else {
        if !header.options.is_empty() {
            differences.push(format!("{of}: options {:x?}, tshark shows none", header.options));
        }
        return 0;
    };
    let theirs: Vec<&Node> = list.children.iter().filter(|node| node.size > 0).collect();
    let mut count = 0;
    let mut theirs = theirs.into_iter();
    for (span, option) in header.options() {
        count += 1;
        let Some(node) = theirs.next() else {
            differences.push(format!("{of}: option {option:?} at {span:?}, tshark shows none"));
            continue;
        };
        let start = node.pos - tcp.pos;
        let end = match option {
            TcpOption::EndOfList { .. } => start + 1,
            _ => start + node.size,
        };
        let ours_end = match option {
            TcpOption::EndOfList { .. } => span.start + 1,
            _ => span.end,
        };
        if (span.start, ours_end) != (start, end) {
            differences.push(format!(
                "{of}: {option:?} at {span:?}, tshark {} at {start}..{end}",
                node.name
            ));
        }
        let kind = node.child("tcp.option_kind").and_then(Node::number);
        if kind.is_some_and(|kind| kind != u64::from(kind_of(&option))) {
            differences.push(format!("{of}: {option:?}, tshark kind {kind:?}"));
        }
        let told = told(node);
        let mut facts = facts(&option);
        // Wireshark 4.0 shows the checksum of a mapping only when two more bytes follow it.
        if let (TcpOption::Mptcp(Mptcp::Dss(_)), Some(facts)) = (option, &mut facts) {
            facts.retain(|fact| fact.0 != "tcp.options.mptcp.checksum" || told.contains(fact));
        }
        if let Some(facts) = facts.filter(|facts| *facts != told) {
            differences.push(format!("{of}: synfin {facts:?}, tshark {told:?}"));
        }
        if matches!(option, TcpOption::EndOfList { .. }) {
            return count;
        }
    }
    for node in theirs {
        differences.push(format!(
            "{of}: tshark shows {} at {}, synfin none",
            node.name,
            node.pos - tcp.pos
        ));
    }
    count
}

fn kind_of(option: &TcpOption<'_>) -> u8 {
    match *option {
        TcpOption::EndOfList { .. } => 0,
        TcpOption::Nop => 1,
        TcpOption::Mss(_) => 2,
        TcpOption::WindowScale(_) => 3,
        TcpOption::SackPermitted => 4,
        TcpOption::Sack(_) => 5,
        TcpOption::Timestamps { .. } => 8,
        TcpOption::Md5(_) => 19,
        TcpOption::UserTimeout { .. } => 28,
        TcpOption::Ao { .. } => 29,
        TcpOption::Mptcp(_) => 30,
        TcpOption::FastOpen {
            experimental: false, ..
        } => 34,
        // Either of the two experimental kinds; which one is not kept.
        TcpOption::FastOpen { .. } => 254,
        TcpOption::AccEcn0(_) => 172,
        TcpOption::AccEcn1(_) => 174,
        TcpOption::Unknown { kind, .. } | TcpOption::Malformed { kind, .. } | TcpOption::Cut { kind, .. } => {
            kind
        }
        _ => panic!("{option:?} has no kind in this table"),
    }
}

fn told(option: &Node) -> Vec<Fact> {
    let mut all = Vec::new();
    option.all(&mut all);
    let known = |node: &&Node| {
        Some((
            *NAMES.iter().find(|name| **name == node.name)?,
            trimmed(&node.value),
        ))
    };
    all.iter().filter_map(known).collect()
}

fn trimmed(hex: &str) -> String {
    hex.trim_start_matches('0').to_owned()
}

fn bytes(bytes: &[u8]) -> String {
    trimmed(&bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn number(number: impl Into<u64>) -> String {
    trimmed(&format!("{:x}", number.into()))
}

/// The same values as tshark's fields, in the order of the bytes; none where there is nothing to compare.
fn facts(option: &TcpOption<'_>) -> Option<Vec<Fact>> {
    Some(match *option {
        TcpOption::EndOfList { .. } | TcpOption::Nop | TcpOption::SackPermitted => vec![],
        TcpOption::Mss(mss) => vec![("tcp.options.mss_val", number(mss))],
        TcpOption::WindowScale(shift) => vec![("tcp.options.wscale.shift", number(shift))],
        TcpOption::Sack(blocks) => blocks
            .iter()
            .flat_map(|(left, right)| {
                [
                    ("tcp.options.sack_le", number(left.0)),
                    ("tcp.options.sack_re", number(right.0)),
                ]
            })
            .collect(),
        TcpOption::Timestamps { val, ecr } => vec![
            ("tcp.options.timestamp.tsval", number(val)),
            ("tcp.options.timestamp.tsecr", number(ecr)),
        ],
        TcpOption::UserTimeout { minutes, value } => vec![
            ("tcp.options.user_to_granularity", number(minutes)),
            ("tcp.options.user_to_val", number(value)),
        ],
        TcpOption::Md5(digest) => vec![("tcp.options.md5.digest", bytes(digest))],
        TcpOption::Ao {
            key_id,
            rnext_key_id,
            mac,
        } => vec![
            ("tcp.options.ao.keyid", number(key_id)),
            ("tcp.options.ao.rnextkeyid", number(rnext_key_id)),
            ("tcp.options.ao.mac", bytes(mac)),
        ],
        TcpOption::FastOpen { cookie: [], .. } => vec![],
        TcpOption::FastOpen { cookie, .. } => vec![("tcp.options.tfo.cookie", bytes(cookie))],
        TcpOption::Mptcp(mptcp) => multipath(&mptcp),
        _ => return None,
    })
}

fn multipath(option: &Mptcp<'_>) -> Vec<Fact> {
    let mut facts = Facts(Vec::new());
    match *option {
        Mptcp::MpCapable {
            version,
            sender_key,
            receiver_key,
            data_len,
            checksum,
            ..
        } => {
            facts.add("subtype", 0_u8);
            facts.add("version", version);
            facts.maybe("sendkey", sender_key);
            facts.maybe("recvkey", receiver_key);
            facts.maybe("datalvllen", data_len);
            facts.maybe("checksum", checksum);
        }
        Mptcp::MpJoin(join) => {
            facts.add("subtype", 1_u8);
            match join {
                MpJoin::Syn {
                    address_id,
                    token,
                    nonce,
                    ..
                } => {
                    facts.add("addrid", address_id);
                    facts.add("recvtok", token);
                    facts.add("sendrand", nonce);
                }
                MpJoin::SynAck {
                    address_id,
                    hmac,
                    nonce,
                    ..
                } => {
                    facts.add("addrid", address_id);
                    facts.add("sendtrunchmac", hmac);
                    facts.add("sendrand", nonce);
                }
                MpJoin::Ack { hmac } => facts.text("sendhmac", bytes(hmac)),
            }
        }
        Mptcp::Dss(dss) => {
            facts.add("subtype", 2_u8);
            facts.maybe("rawdataack", dss.data_ack);
            if let Some(mapping) = dss.mapping {
                facts.add("rawdataseqno", mapping.data_seq);
                facts.add("subflowseqno", mapping.subflow_seq.0);
                facts.add("datalvllen", mapping.len);
                facts.maybe("checksum", mapping.checksum);
            }
        }
        Mptcp::AddAddr { address_id, port, .. } => {
            facts.add("subtype", 3_u8);
            facts.add("addrid", address_id);
            facts.maybe("port", port);
        }
        Mptcp::RemoveAddr { address_ids } => {
            facts.add("subtype", 4_u8);
            for id in address_ids {
                facts.add("addrid", *id);
            }
        }
        Mptcp::MpPrio { address_id, .. } => {
            facts.add("subtype", 5_u8);
            facts.maybe("addrid", address_id);
        }
        Mptcp::MpFail { data_seq } => {
            facts.add("subtype", 6_u8);
            facts.add("rawdataseqno", data_seq);
        }
        Mptcp::FastClose { receiver_key } => {
            facts.add("subtype", 7_u8);
            facts.add("recvkey", receiver_key);
        }
        Mptcp::TcpRst { reason, .. } => {
            facts.add("subtype", 8_u8);
            facts.add("rst_reason", reason);
        }
        Mptcp::Unknown { subtype, .. } => facts.add("subtype", subtype),
        _ => {}
    }
    facts.0
}

struct Facts(Vec<Fact>);

impl Facts {
    fn text(&mut self, name: &str, value: String) {
        let full = |known: &&&'static str| known.strip_prefix("tcp.options.mptcp.") == Some(name);
        let name = NAMES.iter().find(full).expect("the name is in the table");
        self.0.push((name, value));
    }

    fn add(&mut self, name: &str, value: impl Into<u64>) {
        self.text(name, number(value));
    }

    fn maybe(&mut self, name: &str, value: Option<impl Into<u64>>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }
}
