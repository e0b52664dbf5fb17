//! Situations written as text, made into real frames.
//!
//! A script is one statement a line; `#` begins a comment, a lone `\` at the end continues the line.
//!
//! ```
//! let script = synfin_tests::script::Script::parse(r#"
//! +10ms C > S SYN seq=100 mss=1460 ws=7 sackok ts=1:0
//! +10ms S > C SYN-ACK seq=300
//! +10ms C > S ACK
//!       C > S PSH-ACK "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
//! +1ms  drop S > C ACK len=1000      # sent, arrives, but the capture missed it
//!       lost C > S ACK               # captured, but does not arrive
//!       dup +0.1ms ttl-1             # the previous frame is captured once more
//! fin:  S > C FIN-ACK "bye"          # `fin` is a label
//! +1s   resend fin                   # the same segment again
//!       icmp S > C unreachable code=port quoting C
//! "#)?;
//! assert_eq!(script.number("fin"), Some(7));
//! # Ok::<(), synfin_tests::script::ScriptError>(())
//! ```
//!
//! # Grammar
//!
//! ```text
//! statement = [STEP] [LABEL":"] act | STEP | setting
//! act       = {fate} HOST ">" HOST FLAGS {item}            a segment
//!           | {fate} "resend" REF [FLAGS] {item}           an earlier segment again, with changes
//!           | "arrive" REF {envelope}                      a `late` packet is captured and arrives
//!           | "dup" [REF] [STEP] {envelope}                a frame is captured once more
//!           | {fate} "icmp" HOST ">" HOST what {icmp} "quoting" REF
//!           | "open" HOST ">" HOST [STEP]                  SYN, SYN-ACK, ACK, so far apart
//!           | "close" HOST ">" HOST [STEP]                 FIN-ACK, ACK, FIN-ACK, ACK, so far apart
//!           | "time" SECONDS                               sets the clock, which starts at 1 s
//! STEP      = ("+" | "-") FIGURE ("ns" | "us" | "ms" | "s" | "min")
//! FLAGS     = "NULL" | flag {("-" | ",") flag}             FIN SYN RST PSH ACK URG ECE CWR AE
//! REF       = LABEL | HOST                                 HOST: its last segment (resend: SYN, data or FIN)
//! fate      = "drop"    not captured
//!           | "lost"    does not arrive: the peer's default ack does not move
//!           | "late"    sent now, captured and arrived at `arrive`
//!           | "cross"   sent before anything came that the peer sent since this host's last segment
//!           | "forged"  moves nobody's numbers (injected, or an old duplicate)
//! setting   = "host" NAME [ADDRESS:PORT] {"isn="N | "ttl="N | "ipid="N | "mac="MAC}
//!           | "link" ("ethernet" | "raw" | "sll" | "sll2" | "null" | "loop")
//!           | "v6"                                         IPv6 for every host: 10.0.0.N becomes 2001:db8::N
//!           | "snap" N                                     no frame has more captured bytes
//! item      = payload | number | option | envelope
//! payload   = "TEXT" (\r \n \t \0 \\ \" \xHH) | "len="N | "hex="BYTES        several are joined
//! number    = "seq="SEQ | "ack="ACK | "win="N | "urg="N | "dataoff="N | "reserved="N | "split="N
//!           | "sum=" ("bad" | "offload" | HEX)
//! SEQ       = N | "+"N | "-"N | "isn"["+"N] | "ack"["+"N]
//! ACK       = N | "+"N | "-"N | "isn"["+"N] | "end"["+"N]
//! option    = "mss="N | "ws="N | "sackok" | "sack="ACK"-"ACK{","...} | "ts" | "ts="VAL:ECR
//!           | "tfo"["="HEX] | "tfoexp"["="HEX] | "md5"["="HEX] | "ao="KEY:NEXT[:HEX] | "uto="N["m"]
//!           | "mptcp=" ("capable" | "join" | "dss" | "dss-fin" | "fastclose" | "tcprst"[":"N] | HEX)
//!           | "nop" | "eol" | "opt="KIND[:HEX] | "optraw="HEX | "noopts"
//! envelope  = "ttl="N | "ttl-"N | "ttl+"N | "ipid="N | "df" | "tos="N | "iplen="N | "ipsum=" ("bad" | HEX)
//!           | "vlan="N (repeatable) | "srcmac="MAC | "dstmac="MAC | "snap="N | "pad="N
//! what      = "unreachable" | "ttl-exceeded" | "frag-needed" | "type="N
//! icmp      = "code=" (N | "net" | "host" | "port" | "admin") | "mtu="N | "quote="N | "sum=" | envelope
//! ```
//!
//! # Numbers
//!
//! - `C` is 10.0.0.1:40000 with ISN 1000, `S` is 10.0.0.2:80 with ISN 5000; further hosts have ISN 10000, 20000 and so
//!   on. Hosts with the same address and another port make several tuples. Settings stand before the first segment.
//! - The default `seq` is the sender's next number; of a SYN it is the sender's ISN, so that a SYN-ACK after a SYN
//!   (simultaneous open) or a second SYN has the same one. An explicit `seq` of a SYN sets the ISN. A `seq` that runs
//!   ahead moves the next number, one behind it does not. A RST moves nothing.
//! - The default `ack` of a segment with the flag ACK is what its sender has received in order; what came beyond a
//!   hole counts once the hole is filled. Without the flag it is 0, but `ack=` writes the field all the same.
//! - `+N` and `-N` count from the default (in a resend: from the old number), `isn+N` from the ISN, `seq=ack` is the ack
//!   of the last segment that arrived (RFC 9293's `SEQ=SEG.ACK`), `ack=end` is its end, in order or not.
//! - Without a SYN a tuple behaves as if a handshake had come before; the first absolute `seq=` and `ack=` say where.
//! - A SYN with another number on a tuple that is in use is an offer: the peer's default ack stays with the old
//!   connection until the peer answers by a SYN. That answer's default ISN is a new one, 1,000,000 further.
//! - Window 64240, no options, TTL 64, IP identification counted up per host from 1. `ipid=` and `df` mean nothing on IPv6.
//! - `len=N` are letters by their place in the stream, or the bytes already sent there. `split=N` cuts the payload into
//!   several segments of the same time; FIN and PSH go with the last. Options are padded with zeros.
//! - `ts` alone is the clock in milliseconds and the TSval that last arrived. `mptcp=` words take the form that the
//!   segment asks for (SYN, SYN-ACK, ACK; payload or none); keys and digests are patterns, not computed.
//! - In a resend, an option replaces the one of its kind or is added; `noopts` forgets the old ones first; the ack, the
//!   IP identification and a bare `ts` are new. `dup` and `arrive` change nothing but the envelope.
//! - `sum=bad` is a sum that no offloading card leaves; `sum=offload` is the pseudo header's.
//! - An ICMP code word becomes each family's own number; a number is written as it is. `quote=N` is in bytes after the
//!   quoted IP header; without it, as much as fits 576 bytes (IPv6: 1280).

mod ast;
mod cursor;
mod error;
mod flag;
mod flow;
mod icmp;
mod item;
mod option;
mod packet;
mod parse;
mod pcapng;
mod plan;
mod send;
mod setting;
#[cfg(test)]
mod tests;
mod value;
mod word;
mod world;

use std::collections::HashMap;
use std::io::{self, Write};

use synfin::{Frame, LinkType};

pub use error::ScriptError;

/// A situation: its text and the frames that it makes.
#[derive(Debug, Clone)]
pub struct Script {
    source: String,
    program: ast::Program,
    frames: Vec<ScriptFrame>,
    labels: HashMap<String, u64>,
}

/// One captured frame of a script, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptFrame {
    /// Position in the capture, from 1.
    pub number: u64,
    /// Capture time, nanoseconds since the Unix epoch.
    pub time_ns: i64,
    /// What the first byte begins.
    pub link: LinkType,
    /// Length on the wire, bytes.
    pub wire_len: u32,
    /// The captured bytes.
    pub data: Vec<u8>,
    /// The script's line that made it, from 1.
    pub line: usize,
}

impl ScriptFrame {
    /// The frame as the dissector takes it.
    #[must_use]
    pub fn frame(&self) -> Frame<'_> {
        Frame {
            number: self.number,
            time_ns: self.time_ns,
            link: self.link,
            wire_len: self.wire_len,
            data: &self.data,
        }
    }
}

impl Script {
    /// Reads and plays a script.
    ///
    /// # Errors
    /// Says which line is wrong and what was expected there.
    pub fn parse(source: &str) -> Result<Self, ScriptError> {
        let program = parse::program(source).map_err(|error| error.quoting(source))?;
        Self::play(source.to_owned(), program)
    }

    fn play(source: String, program: ast::Program) -> Result<Self, ScriptError> {
        match world::play(&program) {
            Ok((frames, labels)) => Ok(Self {
                source,
                program,
                frames,
                labels,
            }),
            Err(error) => Err(error.quoting(&source)),
        }
    }

    /// The frames in capture order.
    #[must_use]
    pub fn packets(&self) -> &[ScriptFrame] {
        &self.frames
    }

    /// The frames as the dissector takes them.
    pub fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        self.frames.iter().map(ScriptFrame::frame)
    }

    /// Number of the first frame that the labelled statement made; `None` for an unknown label or when nothing of it
    /// was captured.
    #[must_use]
    pub fn number(&self, label: &str) -> Option<u64> {
        self.labels.get(label).copied()
    }

    /// The text.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Writes a pcapng file with nanosecond times; each frame carries its script line as a comment.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_pcapng(&self, out: impl Write) -> io::Result<()> {
        let lines: Vec<&str> = self.source.lines().collect();
        let text = |line: usize| lines.get(line.wrapping_sub(1)).copied().unwrap_or_default();
        pcapng::write(out, self.program.link, &self.frames, text)
    }

    /// The same situation with every number of a host's sequence space moved, explicit ones too.
    ///
    /// # Errors
    /// When no host has that name.
    pub fn shift_isn(&self, host: &str, by: u32) -> Result<Self, ScriptError> {
        let mut program = self.program.clone();
        let Some(host) = program.hosts.iter_mut().find(|known| known.name == host) else {
            return Err(ScriptError::new(0, 0, format!("no host is called \"{host}\"")));
        };
        host.shift = host.shift.wrapping_add(by);
        Self::play(self.source.clone(), program)
    }

    /// The same situation with the addresses (not the ports) of `C` and `S` exchanged, and of all hosts that share
    /// one of them: by default C's is then the higher one.
    ///
    /// # Errors
    /// When the two are not of the same IP version, and something no longer fits.
    pub fn swap_addresses(&self) -> Result<Self, ScriptError> {
        let mut program = self.program.clone();
        let (c, s) = (program.hosts[0].addr.ip(), program.hosts[1].addr.ip());
        for host in &mut program.hosts {
            match host.addr.ip() {
                ip if ip == c => host.addr.set_ip(s),
                ip if ip == s => host.addr.set_ip(c),
                _ => {}
            }
        }
        Self::play(self.source.clone(), program)
    }

    /// The same situation with every n-th frame captured once more, `after_ns` nanoseconds later.
    ///
    /// # Errors
    /// None that the script itself did not have; `every` 0 means never.
    pub fn duplicate_every(&self, every: u64, after_ns: i64) -> Result<Self, ScriptError> {
        let duplicate = (every > 0).then_some((every, after_ns));
        Self::play(
            self.source.clone(),
            ast::Program {
                duplicate,
                ..self.program.clone()
            },
        )
    }

    /// The same situation with no segment larger than `max` payload bytes (SYNs and RSTs are left whole).
    ///
    /// # Errors
    /// None that the script itself did not have; `max` 0 means no limit.
    pub fn resegment(&self, max: usize) -> Result<Self, ScriptError> {
        let resegment = (max > 0).then_some(max);
        Self::play(
            self.source.clone(),
            ast::Program {
                resegment,
                ..self.program.clone()
            },
        )
    }

    /// The same situation over IPv6, as the statement `v6` makes it.
    ///
    /// # Errors
    /// When a packet no longer fits.
    pub fn over_v6(&self) -> Result<Self, ScriptError> {
        Self::play(
            self.source.clone(),
            ast::Program {
                v6: true,
                ..self.program.clone()
            },
        )
    }

    /// The same situation captured on another link type, one of those that the statement `link` knows.
    ///
    /// # Errors
    /// None that the script itself did not have.
    pub fn on_link(&self, link: LinkType) -> Result<Self, ScriptError> {
        Self::play(
            self.source.clone(),
            ast::Program {
                link,
                ..self.program.clone()
            },
        )
    }
}
