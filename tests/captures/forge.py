"""Segments which no TCP sends, for the relay to inject and for raw sockets."""

import socket
import struct

FIN, SYN, RST, PSH, ACK, URG = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def packet(source, target, flags, seq, ack=0, window=1024, ttl=64, ident=1, options=b""):
    """An IPv4 packet with a segment from one (address, port) to the other."""
    addresses = socket.inet_aton(source[0]) + socket.inet_aton(target[0])
    words = 5 + len(options) // 4
    head = struct.pack("!HHIIBB", source[1], target[1], seq % 2**32, ack, words << 4, flags)
    pseudo = addresses + struct.pack("!HH", socket.IPPROTO_TCP, words * 4)
    total = checksum(pseudo + head + struct.pack("!HHH", window, 0, 0) + options)
    segment = head + struct.pack("!HHH", window, total, 0) + options
    ip = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(segment), ident, 0, ttl, socket.IPPROTO_TCP)
    ip_total = checksum(ip + b"\0\0" + addresses)
    return ip + struct.pack("!H", ip_total) + addresses + segment


def numbers(frame):
    """The source, target, sequence and acknowledgement numbers of an Ethernet frame."""
    ip = frame[14:]
    tcp = ip[(ip[0] & 15) * 4 :]
    ports = struct.unpack_from("!HH", tcp)
    source, target = (socket.inet_ntoa(ip[at : at + 4]) for at in (12, 16))
    return (source, ports[0]), (target, ports[1]), *struct.unpack_from("!II", tcp, 4)


def forward(frame, data):
    """An Ethernet frame around a packet, going the way of the given one."""
    return (frame[:14] + data).ljust(60, b"\0")


def backward(frame, data):
    """An Ethernet frame around a packet, in answer to the given one."""
    return (frame[6:12] + frame[:6] + frame[12:14] + data).ljust(60, b"\0")


def raw_socket(namespace):
    """A socket which sends whole IPv4 packets; the kernel's TCP knows nothing of them."""
    with namespace:
        return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
