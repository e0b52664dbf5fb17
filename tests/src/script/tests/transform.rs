//! The same situation in another dress.

use synfin::LinkType;

use super::{be16, play, read};

const SITUATION: &str = "
C > S SYN seq=100 mss=1460
S > C SYN-ACK
C > S ACK
C > S PSH-ACK \"abcdefgh\"
S > C ACK ack=105 sack=107-109
C > S RST seq=109
";

#[test]
fn moved_isns_move_every_number_of_their_space() {
    let script = play(SITUATION);
    let moved = script
        .shift_isn("C", u32::MAX - 103)
        .unwrap()
        .shift_isn("S", 7)
        .unwrap();
    let (before, after) = (read(&script), read(&moved));
    let base = |segments: &[super::Read]| (segments[0].seq, segments[1].seq);
    assert_eq!(base(&after), (u32::MAX - 3, 5007));
    for (old, new) in before.iter().zip(&after) {
        let own = if old.src_port == 80 {
            (7, u32::MAX - 103)
        } else {
            (u32::MAX - 103, 7)
        };
        assert_eq!(new.seq, old.seq.wrapping_add(own.0));
        let ack = if old.flags & 0x10 == 0 {
            0
        } else {
            old.ack.wrapping_add(own.1)
        };
        assert_eq!(new.ack, ack);
        assert_eq!(new.payload, old.payload);
    }
    assert_eq!(
        after[4].options[2..6],
        107_u32.wrapping_add(u32::MAX - 103).to_be_bytes()
    );
    assert!(script.shift_isn("X", 1).is_err());
}

#[test]
fn swapped_addresses() {
    let script = play(&format!("host A 10.0.0.1:7\n{SITUATION}A > S SYN"));
    let swapped = script.swap_addresses().unwrap();
    assert_eq!(swapped.packets()[0].data[26..34], [10, 0, 0, 2, 10, 0, 0, 1]);
    assert_eq!(swapped.packets()[6].data[26..34], [10, 0, 0, 2, 10, 0, 0, 1]);
    assert_eq!(read(&swapped), read(&script));
}

#[test]
fn duplicates_resegmenting_v6_and_links() {
    let script = play(SITUATION);
    let twice = script.duplicate_every(2, 100).unwrap();
    assert_eq!(twice.packets().len(), 9);
    assert_eq!(twice.packets()[2].data, twice.packets()[1].data);
    assert_eq!(twice.packets()[2].time_ns, twice.packets()[1].time_ns + 100);
    assert!(
        twice
            .packets()
            .iter()
            .zip(1..)
            .all(|(frame, number)| frame.number == number)
    );

    let bytes = read(&script.resegment(1).unwrap());
    assert_eq!(bytes.len(), 13);
    let joined: Vec<u8> = bytes.iter().flat_map(|segment| segment.payload.clone()).collect();
    assert_eq!(joined, b"abcdefgh");

    let v6 = script.over_v6().unwrap();
    assert_eq!(read(&v6), read(&script));
    let raw = v6.on_link(LinkType::RAW).unwrap();
    assert_eq!(raw.packets()[0].data, v6.packets()[0].data[14..]);
    assert_eq!(be16(&v6.packets()[0].data, 12), 0x86dd);
}
