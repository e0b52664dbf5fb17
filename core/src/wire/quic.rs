//! QUIC over UDP, as far as to know it: RFC 9000 section 17.2, RFC 9369 section 3.

/// Whether a datagram begins with an Initial packet, which opens a connection or answers so.
pub(super) const fn is_initial(datagram: &[u8]) -> bool {
    let [first, version @ .., destination_len] = match datagram.first_chunk::<6>() {
        Some(head) => head,
        None => return false,
    };
    // Long header, fixed bit, and the type that the version gives it; connection IDs have at most 20 bytes.
    let kind = match *version {
        [0, 0, 0, 1] => 0b1100_0000,
        [0x6b, 0x33, 0x43, 0xcf] => 0b1101_0000,
        _ => return false,
    };
    *first & 0b1111_0000 == kind && *destination_len <= 20
}

#[cfg(test)]
mod tests {
    use super::is_initial;

    #[test]
    fn initial_packets_of_both_versions() {
        // RFC 9001 appendix A.2, RFC 9369 appendix A.2.
        assert!(is_initial(&[0xc0, 0, 0, 0, 1, 8, 0x83, 0x94, 0xc8, 0xf0]));
        assert!(is_initial(&[0xd7, 0x6b, 0x33, 0x43, 0xcf, 8, 0x83, 0x94]));
        // A Handshake packet, a short header, DNS, another version, a connection ID too long, too short.
        assert!(!is_initial(&[0xe0, 0, 0, 0, 1, 8, 0x83, 0x94]));
        assert!(!is_initial(&[0x40, 0, 0, 0, 1, 8, 0x83, 0x94]));
        assert!(!is_initial(&[0xc0, 0, 1, 0, 0, 1, 0, 0]));
        assert!(!is_initial(&[0xc0, 0, 0, 0, 2, 8, 0x83, 0x94]));
        assert!(!is_initial(&[0xc0, 0, 0, 0, 1, 21, 0x83, 0x94]));
        assert!(!is_initial(&[0xc0, 0, 0, 0, 1]));
    }
}
