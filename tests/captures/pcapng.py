"""Just enough of the two capture formats.

A `Capture` is held in memory and saved as pcapng, with its line of origin as the
comment of the section header. `read_pcap` takes over what tcpdump wrote, since
tcpdump writes classic pcap, which has no room for a comment.
"""

import os
import platform
import struct
from dataclasses import dataclass, field

ETHERNET, RAW_IP, LINUX_SLL, LINUX_SLL2 = 1, 101, 113, 276
LINK_TYPES = {
    ETHERNET: "Ethernet",
    RAW_IP: "raw IP",
    LINUX_SLL: "Linux cooked (SLL)",
    LINUX_SLL2: "Linux cooked v2 (SLL2)",
}

SECTION_HEADER, INTERFACE_DESCRIPTION, ENHANCED_PACKET = 0x0A0D0D0A, 1, 6
COMMENT = 1  # the same option number in every block
SHB_OS, SHB_USERAPPL = 3, 4
IF_NAME, IF_TSRESOL, IF_TSOFFSET = 2, 9, 14


@dataclass
class Interface:
    """Where packets were captured, and how their times are written down."""

    name: str
    link_type: int = ETHERNET
    snap_length: int = 262144
    digits: int = 9  # decimal digits of a second: 9 for ns, 6 for us
    offset: int = 0  # seconds left out of every timestamp


@dataclass
class Packet:
    time: int  # ns since the epoch
    data: bytes  # what was captured of it
    length: int  # how long it was on the wire
    comment: str = ""


@dataclass
class Capture:
    """The packets of one or more interfaces: pairs of an interface's index and a packet."""

    interfaces: list = field(default_factory=list)
    packets: list = field(default_factory=list)

    def add(self, interface, packets):
        """Merge an interface in, keeping all packets in the order of their times."""
        index = len(self.interfaces)
        self.interfaces.append(interface)
        self.packets += [(index, packet) for packet in packets]
        self.packets.sort(key=lambda pair: pair[1].time)

    def save(self, path, comment):
        """Write the file in one go, so that a half-written one is never left behind."""
        # Only the kernel's version is of interest to a reader, not the machine's build of it.
        kernel = "Linux " + ".".join(platform.release().split(".")[:2])
        blocks = [
            _block(
                SECTION_HEADER,
                struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1),
                (COMMENT, comment.encode()),
                (SHB_OS, kernel.encode()),
                (SHB_USERAPPL, b"synfin tests/captures/make"),
            )
        ]
        blocks += [self._interface_block(interface) for interface in self.interfaces]
        blocks += [self._packet_block(*pair) for pair in self.packets]
        unfinished = f"{path}.unfinished"
        with open(unfinished, "wb") as file:
            file.write(b"".join(blocks))
        os.replace(unfinished, path)

    @staticmethod
    def _interface_block(interface):
        options = [
            (IF_NAME, interface.name.encode()),
            (IF_TSRESOL, bytes([interface.digits])),
        ]
        if interface.offset:
            options.append((IF_TSOFFSET, struct.pack("<q", interface.offset)))
        body = struct.pack("<HHI", interface.link_type, 0, interface.snap_length)
        return _block(INTERFACE_DESCRIPTION, body, *options)

    def _packet_block(self, index, packet):
        interface = self.interfaces[index]
        ticks = (packet.time - interface.offset * 10**9) // 10 ** (9 - interface.digits)
        body = struct.pack(
            "<IIIII", index, ticks >> 32, ticks & 0xFFFFFFFF, len(packet.data), packet.length
        )
        options = [(COMMENT, packet.comment.encode())] if packet.comment else []
        return _block(ENHANCED_PACKET, body + _padded(packet.data), *options)


def read_pcap(data):
    """The interface (still without a name) and the packets of a classic pcap file."""
    magic = struct.unpack_from("<I", data)[0]
    digits = {0xA1B2C3D4: 6, 0xA1B23C4D: 9}[magic]
    snap_length, link_type = struct.unpack_from("<II", data, 16)
    packets, at = [], 24
    while at < len(data):
        seconds, fraction, captured, length = struct.unpack_from("<IIII", data, at)
        at += 16
        time = seconds * 10**9 + fraction * 10 ** (9 - digits)
        packets.append(Packet(time, data[at : at + captured], length))
        at += captured
    return Interface("", link_type, snap_length, digits), packets


def summary(path):
    """The comment, the link types' names and the number of packets of a saved capture."""
    with open(path, "rb") as file:
        data = file.read()
    comment, link_types, packets, at = "", [], 0, 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == SECTION_HEADER:
            # The comment is the first option, right behind the 24 bytes of fixed fields.
            length = struct.unpack_from("<H", data, at + 26)[0]
            comment = data[at + 28 : at + 28 + length].decode()
        elif kind == INTERFACE_DESCRIPTION:
            link_types.append(LINK_TYPES[struct.unpack_from("<H", data, at + 8)[0]])
        elif kind == ENHANCED_PACKET:
            packets += 1
        at += size
    return comment, link_types, packets


def _padded(data):
    return data + bytes(-len(data) % 4)


def _block(kind, body, *options):
    """A block: its size stands on both ends, and a zero option closes its options."""
    for code, value in options:
        body += struct.pack("<HH", code, len(value)) + _padded(value)
    if options:
        body += bytes(4)
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size
