//! Settings of a whole file: hosts, link type, IP version, captured length.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use synfin::LinkType;

use super::ast::*;
use super::cursor::Words;
use super::error::ScriptError;
use super::parse::is_name;
use super::value;
use super::word::Word;

impl Program {
    /// No statements, the hosts C and S.
    pub(super) fn new() -> Self {
        let host = |name: &str, number: u8, port, isn| Host {
            name: name.to_owned(),
            addr: SocketAddr::from((Ipv4Addr::new(10, 0, 0, number), port)),
            isn,
            shift: 0,
            ttl: 64,
            ip_id: 1,
            mac: [2, 0, 0, 0, 0, number],
        };
        Self {
            link: LinkType::ETHERNET,
            v6: false,
            snap: None,
            hosts: vec![host("C", 1, 40000, 1000), host("S", 2, 80, 5000)],
            statements: Vec::new(),
            resegment: None,
            duplicate: None,
        }
    }

    /// Settings of the whole file; they stand before the first thing that is sent.
    pub(super) fn setting(
        &mut self,
        at: &Word,
        verb: &str,
        words: &mut Words<'_>,
    ) -> Result<(), ScriptError> {
        if !self
            .statements
            .iter()
            .all(|s| matches!(s.act, Act::Wait | Act::Clock(_)))
        {
            return Err(at.error(format!("{verb} must stand before the first segment")));
        }
        match verb {
            "v6" => self.v6 = true,
            "snap" => {
                let (word, text) = words.plain("the captured length")?;
                let snap =
                    value::number(text, 262_144).map_err(|fault| word.error(format!("snap {fault}")))?;
                self.snap = Some(snap as usize);
            }
            "link" => {
                let (word, name) = words.plain("a link type")?;
                self.link = match name {
                    "ethernet" => LinkType::ETHERNET,
                    "raw" => LinkType::RAW,
                    "sll" => LinkType::LINUX_SLL,
                    "sll2" => LinkType::LINUX_SLL2,
                    "null" => LinkType::NULL,
                    "loop" => LinkType::LOOP,
                    _ => {
                        let known = "expected a link type: ethernet, raw, sll, sll2, null or loop, not";
                        return Err(word.error(format!("{known} \"{name}\"")));
                    }
                };
            }
            _ => self.declare(words)?,
        }
        words.done()
    }

    /// `host NAME [ADDRESS:PORT] [isn=N] [ttl=N] [ipid=N] [mac=M]`
    fn declare(&mut self, words: &mut Words<'_>) -> Result<(), ScriptError> {
        let (word, name) = words.plain("the name of a host")?;
        if !is_name(name) {
            return Err(word.error(format!("a host's name is letters and digits, not \"{name}\"")));
        }
        let addr = match words.peek_plain().filter(|text| !text.contains('=')) {
            Some(text) => {
                let (word, _) = words.plain("an address")?;
                let expected =
                    "expected an address with a port, such as 10.0.0.9:1234 or [2001:db8::1]:80, not";
                Some(
                    text.parse()
                        .map_err(|_| word.error(format!("{expected} \"{text}\"")))?,
                )
            }
            None => None,
        };
        let index = match (self.hosts.iter().position(|host| host.name == name), addr) {
            (Some(index), Some(addr)) => {
                self.hosts[index].addr = addr;
                index
            }
            (Some(index), None) => index,
            (None, Some(addr)) => self.add_host(name, addr),
            (None, None) => return Err(words.end("an address with a port, such as 10.0.0.9:1234")),
        };
        let host = &mut self.hosts[index];
        while let Some(word) = words.take() {
            let text = word.plain().unwrap_or_default();
            let (key, text) = text.split_once('=').unwrap_or((text, ""));
            let set = match key {
                "isn" => value::long(text).map(|isn| host.isn = isn),
                "ttl" => value::byte(text).map(|ttl| host.ttl = ttl),
                "ipid" => value::short(text).map(|ip_id| host.ip_id = ip_id),
                "mac" => value::mac(text).map(|mac| host.mac = mac),
                _ => {
                    return Err(word.error(format!(
                        "expected isn=, ttl=, ipid= or mac=, not {}",
                        word.shown()
                    )));
                }
            };
            set.map_err(|fault| word.error(format!("{key}= {fault}")))?;
        }
        Ok(())
    }

    fn add_host(&mut self, name: &str, addr: SocketAddr) -> usize {
        let index = self.hosts.len();
        let isn = 10_000 * (index as u32 - 1);
        let [high, low] = (index as u16 + 1).to_be_bytes();
        let mac = [2, 0, 0, 0, high, low];
        self.hosts.push(Host {
            name: name.to_owned(),
            addr,
            isn,
            shift: 0,
            ttl: 64,
            ip_id: 1,
            mac,
        });
        index
    }
}

/// The IPv6 address that stands for an IPv4 one: 10.0.0.N becomes 2001:db8::N.
pub(super) fn to_v6(addr: IpAddr) -> IpAddr {
    let IpAddr::V4(v4) = addr else { return addr };
    let [a, b, c, d] = v4.octets();
    let mut octets = [0; 16];
    octets[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    octets[12..].copy_from_slice(
        if [a, b, c] == [10, 0, 0] {
            [0, 0, 0, d]
        } else {
            [a, b, c, d]
        }
        .as_slice(),
    );
    IpAddr::from(octets)
}
