//! IPv4 addresses as text, in a tenth of the steps that `fmt` takes: the counterpart of `itoa`.

use std::net::Ipv4Addr;

/// An address, dotted.
pub(crate) struct Dotted {
    text: [u8; 4 * OCTETS[0].len()],
    len: usize,
}

impl Dotted {
    #[inline(never)]
    pub(crate) fn new(address: Ipv4Addr) -> Self {
        let mut text = [0; 16];
        let mut len = 0;
        for octet in address.octets() {
            let dotted = OCTETS[usize::from(octet)];
            if let Some(place) = text[len..].first_chunk_mut() {
                *place = dotted;
            }
            len += len_of_dotted(octet);
        }
        Self { text, len: len - 1 }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.text[..self.len]
    }

    pub(crate) fn as_str(&self) -> &str {
        // Digits and dots are.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

/// Without leading zeros.
const fn len_of_dotted(octet: u8) -> usize {
    match octet {
        0..10 => 2,
        10..100 => 3,
        100.. => 4,
    }
}

/// The digits of each octet and a dot.
static OCTETS: [[u8; 4]; 256] = {
    let mut dotted = [[b'.'; 4]; 256];
    let mut octet = 0;
    while octet < 256 {
        let digits = [octet / 100, octet / 10 % 10, octet % 10];
        let zeros = 4 - len_of_dotted(octet as u8);
        let mut at = zeros;
        while at < digits.len() {
            dotted[octet][at - zeros] = b'0' + digits[at] as u8;
            at += 1;
        }
        octet += 1;
    }
    dotted
};

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::Dotted;

    #[test]
    fn each_octet_is_written_as_std_writes_it() {
        for octet in 0..=u8::MAX {
            let address = Ipv4Addr::new(octet, 255 - octet, 7, octet / 2);
            assert_eq!(Dotted::new(address).as_str(), address.to_string());
        }
    }
}
