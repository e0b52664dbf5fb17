"""Captures made for the browser's tests, written as pcap by hand."""

import socket
import struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


class Writer:
    """A pcap file of raw IP packets."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def segment(self, micros, src, dst, flags, seq, ack, payload=b""):
        """A segment from one (address, port) to another."""
        tcp = struct.pack(">HHIIBBHHH", src[1], dst[1], seq, ack, 0x50, flags, 65535, 0, 0) + payload
        head = struct.pack(
            ">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0,
            socket.inet_aton(src[0]), socket.inet_aton(dst[0]),
        )
        packet = head + tcp
        self.file.write(struct.pack("<IIII", micros // 1_000_000, micros % 1_000_000, len(packet), len(packet)))
        self.file.write(packet)

    def exchange(self, start, client, server, request, response, rtt=20_000):
        """Handshake, a request and its response, and the server's close."""
        c, s = 1000, 5000
        now = start

        def send(from_client, flags, payload=b"", wait=0):
            nonlocal c, s, now
            now += wait
            mine, theirs = (c, s) if from_client else (s, c)
            ends = (client, server) if from_client else (server, client)
            self.segment(now, *ends, flags, mine, theirs if flags & ACK else 0, payload)
            used = len(payload) + bool(flags & (SYN | FIN))
            if from_client:
                c += used
            else:
                s += used

        send(True, SYN)
        send(False, SYN | ACK, wait=rtt)
        send(True, ACK, wait=100)
        send(True, PSH | ACK, request, wait=50)
        send(False, PSH | ACK, response, wait=rtt)
        send(False, FIN | ACK, wait=10)
        send(True, FIN | ACK, wait=100)
        send(False, ACK, wait=rtt)


def many(path, count):
    """So many connections; every tenth is refused, every twentieth reset by the client."""
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    with Writer(path) as out:
        for number in range(count):
            client = (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 40000 + number % 20000)
            server = (f"192.0.2.{number % 7 + 1}", 80)
            start = 1_000_000_000 + number * 200
            if number % 10 == 3:
                out.segment(start, client, server, SYN, 1000, 0)
                out.segment(start + 50 + number % 1000, server, client, RST | ACK, 0, 1001)
            elif number % 20 == 4:
                out.segment(start, client, server, SYN, 1000, 0)
                out.segment(start + 5000, server, client, SYN | ACK, 5000, 1001)
                out.segment(start + 5100, client, server, ACK, 1001, 5001)
                out.segment(start + 9000, client, server, RST | ACK, 1001, 5001)
            else:
                request = f"GET /{number} HTTP/1.1\r\nHost: a.test\r\n\r\n".encode()
                out.exchange(start, client, server, request, response, rtt=1000 + number % 997 * 30)


HOSTILE = [
    b"/</script><img/src=x/onerror=alert(1)>",
    b"/<!--<script>alert(2)</script>",
    "/\u2028alert(3)\u2029'\"`${alert(4)}".encode(),
    b"/javascript:alert(5)&lt;b&gt;",
    b"/{{script}}{{data}}",
]


def hostile(path):
    """Requests that would like to be markup or script."""
    response = b"HTTP/1.1 200 </script><script>alert(6)</script>\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with Writer(path) as out:
        for number, target in enumerate(HOSTILE):
            request = b"GET " + target + b" HTTP/1.1\r\nHost: <b>a.test\r\n\r\n"
            out.exchange(1_000_000 * number, ("10.0.0.1", 40000 + number), ("10.0.0.2", 80), request, response)
