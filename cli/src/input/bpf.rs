//! Capture filters (pcap-filter(7)): tcpdump compiles the expression, with libpcap; the program it prints is
//! run here, so that frames keep their numbers.
//!
//! The machine: McCanne and Jacobson, The BSD Packet Filter, 1993; FreeBSD bpf(4).

use std::collections::HashMap;
use std::io::{ErrorKind, Write as _};
use std::process::{Command, Stdio};

use synfin::{Frame, LinkType};

use crate::language::messages;

/// A filter expression, compiled for each link type that comes.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    expression: String,
    programs: HashMap<LinkType, Program>,
}

impl Filter {
    /// The error says in words what is wrong with the expression, or that there is no tcpdump.
    pub(crate) fn new(expression: &str) -> Result<Self, String> {
        let mut programs = HashMap::new();
        match compile(expression, LinkType::ETHERNET) {
            Ok(program) => drop(programs.insert(LinkType::ETHERNET, program)),
            // It may make sense for another link type.
            Err(message)
                if message.contains("syntax error")
                    || message.contains(messages().input.filter_needs_tcpdump) =>
            {
                return Err(message);
            }
            Err(_) => {}
        }
        Ok(Self {
            expression: expression.to_owned(),
            programs,
        })
    }

    /// The error says in words why the expression makes no sense for the frame's link type.
    pub(super) fn accepts(&mut self, frame: &Frame<'_>) -> Result<bool, String> {
        if !self.programs.contains_key(&frame.link) {
            let program = compile(&self.expression, frame.link)?;
            self.programs.insert(frame.link, program);
        }
        let program = self.programs.get(&frame.link);
        Ok(program.is_some_and(|program| program.accepts(frame.data, frame.wire_len)))
    }
}

fn compile(expression: &str, link: LinkType) -> Result<Program, String> {
    let (words, colon) = (&messages().input, messages().colon);
    let failed = |error: std::io::Error| {
        let why = match error.kind() {
            ErrorKind::NotFound => words.no_tcpdump.to_owned(),
            _ => (words.io_error)(&error),
        };
        format!("{}{colon}{why}", words.filter_needs_tcpdump)
    };
    // Behind --, an expression is never an option.
    let mut child = Command::new("tcpdump")
        .args(["-r", "-", "-ddd", "--", expression])
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    // A capture without packets tells it the link type.
    let mut header = 0xa1b2_c3d4_u32.to_le_bytes().to_vec();
    header.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0]);
    header.extend(u32::from(link.0).to_le_bytes());
    if let Some(mut input) = child.stdin.take() {
        // Where it does not read, it says why.
        let _ = input.write_all(&header);
    }
    let output = child.wait_with_output().map_err(failed)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let why = said
            .lines()
            .rfind(|line| !line.starts_with("reading from"))
            .unwrap_or(words.filter_fails);
        return Err((words.filter)(why.trim_start_matches("tcpdump: ")));
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    Program::parse(&printed).ok_or_else(|| (words.filter)(words.filter_no_program))
}

#[derive(Debug, Clone, Copy)]
struct Instruction {
    code: u16,
    jt: u8,
    jf: u8,
    k: u32,
}

/// A filter's instructions. Jumps lead forward only, so that it ends.
#[derive(Debug, Clone)]
struct Program(Vec<Instruction>);

/// Words of memory.
const MEMORY: usize = 16;

impl Program {
    /// As `tcpdump -ddd` prints it: the number of instructions, and one a line in decimal.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let count: usize = lines.next()?.trim().parse().ok()?;
        let instruction = |line: &str| {
            let mut fields = line.split_whitespace();
            let instruction = Instruction {
                code: fields.next()?.parse().ok()?,
                jt: fields.next()?.parse().ok()?,
                jf: fields.next()?.parse().ok()?,
                k: fields.next()?.parse().ok()?,
            };
            fields.next().is_none().then_some(instruction)
        };
        let program: Vec<_> = lines.map(instruction).collect::<Option<_>>()?;
        (program.len() == count && count > 0).then_some(Self(program))
    }

    /// Whether the program accepts a packet; a load outside of it, or what the machine does not know, rejects.
    fn accepts(&self, data: &[u8], wire_len: u32) -> bool {
        self.run(data, wire_len).is_some_and(|snap_len| snap_len > 0)
    }

    fn run(&self, data: &[u8], wire_len: u32) -> Option<u32> {
        let (mut a, mut x) = (0_u32, 0_u32);
        let mut memory = [0_u32; MEMORY];
        let mut at = 0_usize;
        loop {
            let &Instruction { code, jt, jf, k } = self.0.get(at)?;
            at += 1;
            let operand = if code & 0x08 == 0 { k } else { x };
            match code & 0x07 {
                // LD, LDX: by mode and size.
                0 | 1 => {
                    let value = match code & 0xe0 {
                        0x00 => k,
                        0x20 => load(data, k, code)?,
                        0x40 => load(data, x.checked_add(k)?, code)?,
                        0x60 => *memory.get(k as usize)?,
                        0x80 => wire_len,
                        // Four times the low half of a byte: the length of an IPv4 header.
                        0xa0 => u32::from(*data.get(k as usize)? & 0x0f) << 2,
                        _ => return None,
                    };
                    *(if code & 0x07 == 0 { &mut a } else { &mut x }) = value;
                }
                2 => *memory.get_mut(k as usize)? = a,
                3 => *memory.get_mut(k as usize)? = x,
                4 => {
                    a = match code & 0xf0 {
                        0x00 => a.wrapping_add(operand),
                        0x10 => a.wrapping_sub(operand),
                        0x20 => a.wrapping_mul(operand),
                        0x30 => a.checked_div(operand)?,
                        0x40 => a | operand,
                        0x50 => a & operand,
                        0x60 => a.checked_shl(operand).unwrap_or(0),
                        0x70 => a.checked_shr(operand).unwrap_or(0),
                        0x80 => a.wrapping_neg(),
                        0x90 => a.checked_rem(operand)?,
                        0xa0 => a ^ operand,
                        _ => return None,
                    };
                }
                5 => {
                    let holds = match code & 0xf0 {
                        0x00 => {
                            at = at.checked_add(k as usize)?;
                            continue;
                        }
                        0x10 => a == operand,
                        0x20 => a > operand,
                        0x30 => a >= operand,
                        0x40 => a & operand != 0,
                        _ => return None,
                    };
                    at += usize::from(if holds { jt } else { jf });
                }
                6 => return Some(if code & 0x18 == 0x10 { a } else { k }),
                _ if code & 0xf8 == 0 => x = a,
                _ => a = x,
            }
        }
    }
}

/// Bytes in network order: 4, 2 or 1 by the instruction's size.
fn load(data: &[u8], at: u32, code: u16) -> Option<u32> {
    let bytes = data.get(at as usize..)?;
    match code & 0x18 {
        0x00 => bytes.first_chunk().map(|bytes| u32::from_be_bytes(*bytes)),
        0x08 => bytes.first_chunk().map(|bytes| u16::from_be_bytes(*bytes).into()),
        0x10 => bytes.first().map(|&byte| byte.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Program;

    fn program(lines: &str) -> Program {
        let lines: Vec<_> = lines.split(';').map(str::trim).collect();
        Program::parse(&format!("{}\n{}\n", lines.len(), lines.join("\n"))).unwrap()
    }

    /// `tcpdump -ddd 'tcp port 80'`, its IPv4 part.
    const IPV4_PORT_80: &str = "40 0 0 12; 21 0 9 2048; 48 0 0 23; 21 0 7 6; 40 0 0 20; 69 5 0 8191; \
                                177 0 0 14; 72 0 0 16; 21 0 2 80; 6 0 0 262144; 6 0 0 0; 6 0 0 0";

    fn packet(port: u16) -> Vec<u8> {
        let mut bytes = vec![0; 60];
        bytes[12..14].copy_from_slice(&[8, 0]);
        (bytes[14], bytes[23]) = (0x46, 6);
        // Behind six words of IPv4 header.
        bytes[14 + 24 + 2..][..2].copy_from_slice(&port.to_be_bytes());
        bytes
    }

    #[test]
    fn a_real_program_selects() {
        let filter = program(IPV4_PORT_80);
        assert!(filter.accepts(&packet(80), 60));
        assert!(!filter.accepts(&packet(81), 60));
        assert!(!filter.accepts(&packet(80)[..40], 60));
        assert!(!filter.accepts(&[], 0));
    }

    #[test]
    fn arithmetic_is_that_of_the_machine() {
        for (lines, value) in [
            ("0 0 0 7; 4 0 0 5; 22 0 0 0", 12),
            ("0 0 0 3; 20 0 0 5; 22 0 0 0", 0xffff_fffe),
            ("0 0 0 7; 36 0 0 6; 22 0 0 0", 42),
            ("0 0 0 7; 52 0 0 2; 22 0 0 0", 3),
            ("0 0 0 7; 148 0 0 4; 22 0 0 0", 3),
            ("0 0 0 5; 164 0 0 1; 22 0 0 0", 4),
            ("0 0 0 1; 100 0 0 4; 22 0 0 0", 16),
            ("0 0 0 1; 100 0 0 40; 22 0 0 0", 0),
            ("0 0 0 1; 132 0 0 0; 22 0 0 0", u32::MAX),
            ("0 0 0 9; 2 0 0 15; 0 0 0 0; 96 0 0 15; 22 0 0 0", 9),
            ("0 0 0 9; 7 0 0 0; 0 0 0 1; 12 0 0 0; 22 0 0 0", 10),
            ("1 0 0 9; 135 0 0 0; 22 0 0 0", 9),
            ("128 0 0 0; 22 0 0 0", 1500),
        ] {
            assert_eq!(program(lines).run(&[], 1500), Some(value), "{lines}");
        }
    }

    #[test]
    fn nonsense_rejects_and_ends() {
        for lines in [
            "0 0 0 1; 52 0 0 0; 6 0 0 1",
            "96 0 0 16; 6 0 0 1",
            "5 0 0 4294967295; 6 0 0 1",
            "21 255 255 0; 6 0 0 1",
            "1 0 0 4294967295; 64 0 0 4294967295; 6 0 0 1",
            "0 0 0 1",
            "65535 0 0 0; 6 0 0 0",
        ] {
            assert!(!program(lines).accepts(&[1; 8], 8), "{lines}");
        }
        for text in [
            "",
            "2\n6 0 0 1\n",
            "1\n6 0 0\n",
            "1\n6 0 0 1 1\n",
            "1\n6 256 0 1\n",
            "0\n",
        ] {
            assert!(Program::parse(text).is_none(), "{text:?}");
        }
    }
}
