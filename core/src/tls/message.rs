//! Handshake messages in the clear, out of the records that carry them: RFC 8446 section 4. Only hellos are collected.

use nom::Parser as _;
use nom::number::complete::{be_u8, be_u24};
use smallvec::SmallVec;

use super::words::TlsMessage;
use crate::stream::Mark;

/// The message that a side is sending.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// Its header, as far as it has come.
    head: SmallVec<[u8; 4]>,
    /// The segment with the first byte of that.
    mark: Mark,
    current: Option<Current>,
    /// The rest of this record cannot be read: bytes are missing before it.
    lost: bool,
}

#[derive(Debug)]
struct Current {
    message: Message,
    left: u32,
    /// Told already, from what had come before bytes were missing or too many.
    is_told: bool,
}

/// A handshake message.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) kind: Option<TlsMessage>,
    /// Bytes of its body.
    pub(super) len: u32,
    /// The segment with its first byte.
    pub(super) mark: Mark,
    /// Of a hello: the body, or its beginning.
    pub(super) body: Vec<u8>,
    /// Not all of the body is there.
    pub(super) is_cut: bool,
}

/// What some bytes of a record did.
#[derive(Debug)]
pub(super) enum Heard {
    /// A message of this kind goes on.
    More(TlsMessage),
    /// It is told: whole, or as much of it as there will be.
    Told(Message),
    /// No message begins here: these bytes are encrypted.
    NoMessage,
}

impl Messages {
    /// Bytes held until more comes.
    pub(super) fn held_bytes(&self) -> usize {
        self.current
            .as_ref()
            .map_or(0, |current| current.message.body.len() + size_of::<Current>())
    }

    /// A record begins.
    pub(super) fn begin_record(&mut self) {
        if std::mem::take(&mut self.lost) {
            self.head.clear();
            self.current = None;
        }
    }

    /// Takes in bytes of a record; gives what they do, one after the other. `longest` is how much of a body is held.
    pub(super) fn read<'a>(
        &mut self,
        mark: Mark,
        data: &'a [u8],
        longest: usize,
    ) -> Option<(&'a [u8], Heard, bool)> {
        if self.lost || data.is_empty() {
            return None;
        }
        let mut data = data;
        if self.current.is_none() {
            if self.head.is_empty() {
                self.mark = mark;
            }
            let (head, rest) = data.split_at(data.len().min(4 - self.head.len()));
            self.head.extend_from_slice(head);
            data = rest;
            if !self.begin() {
                return Some((&[], Heard::NoMessage, false));
            }
        }
        let current = self.current.as_mut()?;
        let used = data.len().min(current.left as usize);
        let (body, rest) = data.split_at(used);
        current.left -= u32::try_from(used).unwrap_or(u32::MAX).min(current.left);
        let mut too_long = false;
        let kind = current.message.kind?;
        if matches!(kind, TlsMessage::ClientHello | TlsMessage::ServerHello) && !current.is_told {
            let room = longest.saturating_sub(current.message.body.len());
            too_long = used > room;
            current.message.body.extend_from_slice(&body[..used.min(room)]);
            current.message.is_cut |= too_long;
        }
        if current.left > 0 && !too_long {
            return Some((rest, Heard::More(kind), false));
        }
        let told = std::mem::replace(&mut current.is_told, true);
        let message = std::mem::take(&mut current.message);
        if current.left == 0 {
            self.current = None;
            self.head.clear();
        } else {
            current.message.kind = Some(kind);
        }
        let heard = if told {
            Heard::More(kind)
        } else {
            Heard::Told(message)
        };
        Some((rest, heard, too_long))
    }

    /// The header is whole: what begins? False where it is none.
    fn begin(&mut self) -> bool {
        let kind = self.head.first().and_then(|&kind| TlsMessage::of(kind));
        if kind.is_none() || kind == Some(TlsMessage::HelloRetryRequest) {
            return false;
        }
        if let Ok((_, (_, len))) = (be_u8::<_, nom::error::Error<_>>, be_u24).parse(&self.head[..]) {
            self.current = Some(Current {
                message: Message {
                    kind,
                    len,
                    mark: self.mark,
                    ..Message::default()
                },
                left: len,
                is_told: false,
            });
        }
        true
    }

    /// Bytes inside a record are missing, or there is no room for what is held: gives what there is of a hello.
    pub(super) fn give_up(&mut self, missing: u64) -> Option<Message> {
        let Some(current) = &mut self.current else {
            self.lost |= missing > 0;
            return None;
        };
        let kind = current.message.kind;
        let hello = !current.is_told && !current.message.body.is_empty();
        current.is_told = true;
        let mut message = std::mem::take(&mut current.message);
        current.message.kind = kind;
        match u64::from(current.left).checked_sub(missing) {
            Some(left) if left > 0 => current.left = u32::try_from(left).unwrap_or(u32::MAX),
            _ => {
                self.lost = missing > 0;
                self.current = None;
                self.head.clear();
            }
        }
        message.is_cut = true;
        hello.then_some(message)
    }
}
