//! The part of a frame that a layer may look at.

use super::{Layer, WireError, captured_u32};

/// The bytes of one layer and what it carries: where they begin in the frame, which were captured,
/// how many were on the wire. Captured bytes are never more than those on the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window<'a> {
    pub(crate) offset: u32,
    pub(crate) data: &'a [u8],
    pub(crate) wire_len: u32,
}

impl<'a> Window<'a> {
    /// A frame that says it was shorter on the wire than what was captured of it is taken at its bytes.
    pub(crate) fn new(data: &'a [u8], wire_len: u32) -> Self {
        Self {
            offset: 0,
            data,
            wire_len: wire_len.max(captured_u32(data)),
        }
    }

    /// The first `N` bytes, and the window behind them.
    pub(crate) fn split<const N: usize>(self, layer: Layer) -> Result<(&'a [u8; N], Self), WireError> {
        match self.data.split_first_chunk::<N>() {
            Some((head, rest)) => {
                let taken = u32::try_from(N).unwrap_or(u32::MAX);
                Ok((
                    head,
                    Self {
                        offset: self.offset.saturating_add(taken),
                        data: rest,
                        wire_len: self.wire_len - taken,
                    },
                ))
            }
            None => Err(self.short(layer, u32::try_from(N).unwrap_or(u32::MAX))),
        }
    }

    /// The window behind the first `len` bytes.
    pub(crate) fn skip(self, layer: Layer, len: u32) -> Result<Self, WireError> {
        match self.data.get(len as usize..) {
            Some(rest) => Ok(Self {
                offset: self.offset.saturating_add(len),
                data: rest,
                wire_len: self.wire_len - len,
            }),
            None => Err(self.short(layer, len)),
        }
    }

    /// Only the first `len` bytes on the wire: what follows is the lower layer's padding.
    pub(crate) fn limit(self, len: u32) -> Self {
        let wire_len = self.wire_len.min(len);
        Self {
            data: self.data.get(..wire_len as usize).unwrap_or(self.data),
            wire_len,
            ..self
        }
    }

    /// The error of a layer that wanted `needed` bytes of this window and did not get them.
    pub(crate) fn short(self, layer: Layer, needed: u32) -> WireError {
        WireError::short(layer, captured_u32(self.data), needed, self.wire_len).shifted(self.offset)
    }
}
