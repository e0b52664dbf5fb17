//! Plays a script: every statement in turn, frames out.

use std::collections::HashMap;

use super::ScriptFrame;
use super::ast::*;
use super::error::ScriptError;
use super::flow::Flow;
use super::icmp;
use super::option;
use super::packet::{Body, Packet, Wrap};

use super::plan::Plan;
use super::setting::to_v6;

/// All frames of a script, and the first frame of each label.
pub(super) fn play(program: &Program) -> Result<(Vec<ScriptFrame>, HashMap<String, u64>), ScriptError> {
    let mut world = World {
        program,
        hosts: program.hosts.clone(),
        flows: HashMap::new(),
        clock: 1_000_000_000,
        line: 0,
        sent: Vec::new(),
        captured: None,
        originals: 0,
        frames: Vec::new(),
        labels: HashMap::new(),
    };
    if program.v6 {
        for host in &mut world.hosts {
            host.addr.set_ip(to_v6(host.addr.ip()));
        }
    }
    for statement in &program.statements {
        world.line = statement.line;
        world
            .statement(statement)
            .map_err(|message| ScriptError::new(statement.line, 1, message))?;
    }
    Ok((world.frames, world.labels))
}

pub(super) struct World<'a> {
    pub(super) program: &'a Program,
    pub(super) hosts: Vec<Host>,
    /// By sender and receiver.
    flows: HashMap<(usize, usize), Flow>,
    pub(super) clock: i64,
    line: usize,
    pub(super) sent: Vec<Sent>,
    /// The last captured packet.
    captured: Option<Packet>,
    /// Frames captured, the copies of `duplicate_every` not counted.
    originals: u64,
    frames: Vec<ScriptFrame>,
    labels: HashMap<String, u64>,
}

/// One thing that was sent, and the packets it went out in.
pub(super) struct Sent {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: Option<String>,
    /// `None` for an ICMP error.
    pub(super) plan: Option<Plan>,
    pub(super) packets: Vec<Packet>,
}

impl World<'_> {
    fn statement(&mut self, statement: &Statement) -> Result<(), String> {
        self.clock = self.clock.saturating_add(statement.step_ns);
        let label = statement.label.as_deref();
        match &statement.act {
            Act::Wait => {}
            Act::Clock(time) => self.clock = *time,
            Act::Segment {
                fate,
                from,
                to,
                flags,
                items,
            } => {
                self.same_family(*from, *to)?;
                let plan = self.plan(fate.forged, *from, *to, *flags, items);
                self.send(*fate, plan, label)?;
            }
            Act::Resend {
                fate,
                what,
                flags,
                items,
            } => {
                let by_host = matches!(what, Reference::Host(_));
                let fits = |sent: &Sent| {
                    sent.plan
                        .as_ref()
                        .is_some_and(|plan| !by_host || plan.takes_space())
                };
                let old = self.find(what, "SYN, data or FIN to resend", fits)?.plan.clone();
                let plan = old.map(|old| self.replan(old, *flags, items));
                self.send(*fate, plan.ok_or("only a segment can be resent")?, label)?;
            }
            Act::Arrive { what, envelope } => {
                let Sent {
                    from,
                    to,
                    label: first,
                    packets,
                    ..
                } = self.find(what, "packet that can arrive", |_| true)?;
                let (from, to, first, packets) = (*from, *to, first.clone(), packets.clone());
                for mut packet in packets {
                    self.arrive(from, to, &packet, false);
                    packet.wrap = packet.wrap.with(envelope);
                    let number = self.capture(packet);
                    self.name(first.as_deref(), number);
                    self.name(label, number);
                }
            }
            Act::Duplicate { what, envelope } => {
                let packet = match what {
                    Some(what) => self
                        .find(what, "packet to capture twice", |_| true)?
                        .packets
                        .last(),
                    None => self.captured.as_ref(),
                };
                let mut packet = packet
                    .cloned()
                    .ok_or("no frame stands above that could be captured twice")?;
                packet.wrap = packet.wrap.with(envelope);
                let number = self.capture(packet);
                self.name(label, number);
            }
            Act::Icmp {
                fate,
                from,
                to,
                kind,
                quoted,
                items,
            } => {
                self.same_family(*from, *to)?;
                let quoted = self.find(quoted, "segment to quote", |sent| sent.plan.is_some())?;
                let quoted = quoted.packets.last().map(Packet::ip).unwrap_or_default();
                let message = icmp::message(*kind, items, &quoted, self.hosts[*from].addr.is_ipv6())?;
                let mut wrap = self.wrap(*from, *to).with(&items.envelope);
                wrap.ip_id = items.envelope.ip_id.unwrap_or_else(|| self.next_ip_id(*from));
                let packet = self.packet(
                    *from,
                    *to,
                    wrap,
                    Body::Icmp {
                        message,
                        sum: items.sum,
                    },
                );
                self.deliver(*fate, *from, *to, &packet, label);
                let label = label.map(str::to_owned);
                self.sent.push(Sent {
                    from: *from,
                    to: *to,
                    label,
                    plan: None,
                    packets: vec![packet],
                });
            }
        }
        Ok(())
    }

    /// A packet goes its way: it is captured and arrives, unless its fate is another.
    pub(super) fn deliver(
        &mut self,
        fate: Fate,
        from: usize,
        to: usize,
        packet: &Packet,
        label: Option<&str>,
    ) {
        if !fate.drop && !fate.late {
            let number = self.capture(packet.clone());
            self.name(label, number);
        }
        if !fate.lost && !fate.late {
            self.arrive(from, to, packet, fate.forged);
        }
    }

    fn arrive(&mut self, from: usize, to: usize, packet: &Packet, forged: bool) {
        if let Body::Tcp(segment) = &packet.body {
            let flow = self.flow(from, to);
            flow.arrive(segment.seq, segment.flags, segment.payload.len(), forged);
            flow.heard_ack = segment.ack;
            flow.heard_ts = option::timestamp(&segment.options).unwrap_or(flow.heard_ts);
        }
    }

    /// A frame for the file; gives its number.
    fn capture(&mut self, packet: Packet) -> u64 {
        let link = self.program.link;
        let mut data = packet.frame(link);
        let wire_len = data.len() as u32;
        let snap = [packet.wrap.snap, self.program.snap].into_iter().flatten().min();
        data.truncate(snap.unwrap_or(usize::MAX));
        let number = self.frames.len() as u64 + 1;
        let frame = ScriptFrame {
            number,
            time_ns: self.clock,
            link,
            wire_len,
            data,
            line: self.line,
        };
        self.frames.push(frame.clone());
        self.originals += 1;
        if let Some((_, later)) = self
            .program
            .duplicate
            .filter(|(every, _)| self.originals % every == 0)
        {
            self.frames.push(ScriptFrame {
                number: number + 1,
                time_ns: self.clock + later,
                ..frame
            });
        }
        self.captured = Some(packet);
        number
    }

    fn name(&mut self, label: Option<&str>, number: u64) {
        if let Some(label) = label {
            self.labels.entry(label.to_owned()).or_insert(number);
        }
    }

    /// The last thing that a reference means and that fits.
    fn find(&self, what: &Reference, wanted: &str, fits: impl Fn(&Sent) -> bool) -> Result<&Sent, String> {
        let meant = |sent: &&Sent| match what {
            Reference::Host(host) => sent.from == *host,
            Reference::Label(label) => sent.label.as_ref() == Some(label),
        };
        let name = match what {
            Reference::Host(host) => &self.hosts[*host].name,
            Reference::Label(label) => label,
        };
        let found = self.sent.iter().rev().filter(meant).find(|sent| fits(sent));
        found.ok_or_else(|| format!("{name} stands for no {wanted}"))
    }

    /// The numbers of one direction.
    pub(super) fn flow(&mut self, from: usize, to: usize) -> &mut Flow {
        let host = &self.hosts[from];
        self.flows
            .entry((from, to))
            .or_insert_with(|| Flow::new(host.isn.wrapping_add(host.shift)))
    }

    pub(super) fn next_ip_id(&mut self, host: usize) -> u16 {
        let next = &mut self.hosts[host].ip_id;
        let id = *next;
        *next = id.wrapping_add(1);
        id
    }

    /// What every packet of a host has below TCP.
    pub(super) fn wrap(&self, from: usize, to: usize) -> Wrap {
        Wrap {
            ttl: self.hosts[from].ttl,
            ip_id: 0,
            df: false,
            tos: 0,
            ip_len: None,
            ip_sum: None,
            vlans: Vec::new(),
            src_mac: self.hosts[from].mac,
            dst_mac: self.hosts[to].mac,
            snap: None,
            pad: 0,
        }
    }

    pub(super) fn packet(&self, from: usize, to: usize, wrap: Wrap, body: Body) -> Packet {
        Packet {
            src: self.hosts[from].addr,
            dst: self.hosts[to].addr,
            wrap,
            body,
        }
    }

    fn same_family(&self, from: usize, to: usize) -> Result<(), String> {
        let (from, to) = (&self.hosts[from], &self.hosts[to]);
        if from.addr.is_ipv4() == to.addr.is_ipv4() {
            return Ok(());
        }
        Err(format!(
            "{} ({}) and {} ({}) speak different IP versions",
            from.name, from.addr, to.name, to.addr
        ))
    }
}
