//! Sends a segment: cut, numbered, encoded.

use super::ast::Fate;
use super::flag::{ACK, FIN, PSH, RST, SYN};
use super::option;
use super::packet::{Body, Segment};
use super::plan::Plan;
use super::world::{Sent, World};

impl World<'_> {
    /// Cuts a segment, encodes and sends it.
    pub(super) fn send(&mut self, fate: Fate, plan: Plan, label: Option<&str>) -> Result<(), String> {
        let (from, to) = (plan.from, plan.to);
        let (received, isn) = (self.flow(to, from).received(), self.flow(to, from).isn);
        let forward = self.flow(from, to);
        let basis = if fate.cross {
            forward.basis.unwrap_or(isn.wrapping_add(1))
        } else {
            received
        };
        if !fate.forged {
            forward.basis = Some(basis);
            forward.send(plan.seq, plan.flags, &plan.payload);
        }
        let ack = match plan.ack {
            Some(number) => self.acknowledgement(from, to, number, basis),
            None if plan.flags & ACK != 0 => basis,
            None => 0,
        };
        let whole = plan.payload.len();
        let limit = [plan.split, self.program.resegment]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(whole);
        let limit = if plan.flags & (SYN | RST) == 0 && limit > 0 {
            limit
        } else {
            whole
        };
        let mut packets = Vec::new();
        let mut start = 0;
        loop {
            let end = whole.min(start + limit);
            let last = end == whole;
            let mut segment = Segment {
                seq: plan.seq.wrapping_add(start as u32),
                ack,
                flags: if last {
                    plan.flags
                } else {
                    plan.flags & !(FIN | PSH)
                },
                reserved: plan.reserved,
                window: plan.window,
                urgent: plan.urgent,
                data_offset: plan.data_offset,
                sum: plan.sum,
                options: Vec::new(),
                payload: plan.payload[start..end].to_vec(),
            };
            segment.options = self.options(&plan, &segment, basis)?;
            let size = 40 + segment.options.len() + segment.payload.len();
            if size > 65535 && plan.wrap.ip_len.is_none() {
                return Err(format!(
                    "the packet would have {size} bytes, more than IP carries; use split= or iplen="
                ));
            }
            let mut wrap = plan.wrap.clone();
            wrap.ip_id = plan.ip_id.unwrap_or_else(|| self.next_ip_id(from));
            let packet = self.packet(from, to, wrap, Body::Tcp(segment));
            self.deliver(fate, from, to, &packet, label);
            packets.push(packet);
            if last {
                break;
            }
            start = end;
        }
        self.sent.push(Sent {
            from,
            to,
            label: label.map(str::to_owned),
            plan: Some(plan),
            packets,
        });
        Ok(())
    }

    /// The options as bytes, padded.
    fn options(&mut self, plan: &Plan, segment: &Segment, basis: u32) -> Result<Vec<u8>, String> {
        let (from, to) = (plan.from, plan.to);
        let own_isn = self.flow(from, to).isn;
        let context = option::Context {
            now_ms: (self.clock / 1_000_000) as u32,
            echo: self.flow(to, from).heard_ts,
            syn: plan.flags & SYN != 0,
            ack: plan.flags & ACK != 0,
            payload_len: segment.payload.len(),
            offset: segment.seq.wrapping_sub(own_isn),
            ack_offset: segment.ack.wrapping_sub(self.flow(to, from).isn),
            sender: (from as u8).wrapping_add(1),
            receiver: (to as u8).wrapping_add(1),
        };
        let mut bytes = Vec::new();
        for option in &plan.options {
            let mut edge = |number| self.acknowledgement(from, to, number, basis);
            bytes.extend(option::resolve(option, &context, &mut edge));
        }
        if bytes.len() > 40 {
            return Err(format!(
                "the options take {} bytes; a TCP header has room for 40",
                bytes.len()
            ));
        }
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        Ok(bytes)
    }
}
