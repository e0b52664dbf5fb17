//! A pcapng file (IETF draft-ietf-opsawg-pcapng): one section, one interface, every frame with its line as a comment.

use std::io::{self, Write};

use synfin::LinkType;

use super::ScriptFrame;

/// Writes a whole file; `line_text` gives the comment of a script line.
pub(super) fn write<'a>(
    mut out: impl Write,
    link: LinkType,
    frames: &[ScriptFrame],
    line_text: impl Fn(usize) -> &'a str,
) -> io::Result<()> {
    // section header: byte-order magic, version 1.0, length not given
    let section = [
        0x1a2b_3c4d_u32.to_le_bytes(),
        1_u32.to_le_bytes(),
        [0xff; 4],
        [0xff; 4],
    ];
    block(&mut out, 0x0a0d_0d0a, &section.concat())?;
    // interface: link type, no snap length, if_tsresol (9) = 10^-9 s, end of options
    let [low, high] = link.0.to_le_bytes();
    let interface = [low, high, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0];
    block(&mut out, 1, &interface)?;
    for frame in frames {
        let time = frame.time_ns as u64;
        let captured = frame.data.len() as u32;
        let mut body = Vec::with_capacity(frame.data.len() + 80);
        for word in [0, (time >> 32) as u32, time as u32, captured, frame.wire_len] {
            body.extend(word.to_le_bytes());
        }
        body.extend(&frame.data);
        body.resize(body.len().next_multiple_of(4), 0);
        // opt_comment (1)
        let mut comment = format!("line {}: {}", frame.line, line_text(frame.line).trim());
        while comment.len() > usize::from(u16::MAX) {
            comment.pop();
        }
        body.extend(1_u16.to_le_bytes());
        body.extend((comment.len() as u16).to_le_bytes());
        body.extend(comment.as_bytes());
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend([0; 4]);
        block(&mut out, 6, &body)?;
    }
    out.flush()
}

fn block(out: &mut impl Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let length = (body.len() as u32 + 12).to_le_bytes();
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&length)?;
    out.write_all(body)?;
    out.write_all(&length)
}
