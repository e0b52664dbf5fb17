"""The relay: a wire in user space which sees, delays, loses and reorders frames.

It joins two TAP (or TUN) devices, one in the client's namespace and one in the
server's. The capture point is in the middle of the wire:

    client ---- delay ---- capture point ---- delay ---- server

so a capture shows both round trips, and what is lost behind the capture point is
in the file, just as it would be in one taken on a router between the two.
"""

import fcntl
import heapq
import itertools
import os
import select
import struct
import threading
import time
from dataclasses import dataclass

from pcapng import ETHERNET, RAW_IP, Interface, Packet

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_TAP, IFF_NO_PI = 0x0001, 0x0002, 0x1000
IPV4, IPV6, TCP = 0x0800, 0x86DD, 6
SHORTEST_FRAME = 60  # Ethernet pads what is shorter


@dataclass
class Segment:
    """What the faults want to know of a TCP segment."""

    from_client: bool
    flags: int
    payload: int  # bytes of it

    fin = property(lambda self: bool(self.flags & 0x01))
    syn = property(lambda self: bool(self.flags & 0x02))
    rst = property(lambda self: bool(self.flags & 0x04))
    ack = property(lambda self: bool(self.flags & 0x10))
    bare_ack = property(lambda self: self.flags == 0x10 and not self.payload)

    @classmethod
    def parse(cls, packet, from_client):
        """The segment within an IP packet, or None if there is none."""
        if packet[0] >> 4 == 4:
            ip_header = (packet[0] & 15) * 4
            length, protocol = struct.unpack_from("!H5xB", packet, 2)
        else:
            ip_header = 40
            length, protocol = struct.unpack_from("!HB", packet, 4)
            length += ip_header  # IPv6 leaves its own header out
        if protocol != TCP:
            return None
        tcp_header = (packet[ip_header + 12] >> 4) * 4
        flags = packet[ip_header + 13]
        return cls(from_client, flags, length - ip_header - tcp_header)


class Fault:
    """Something that befalls the first segment which `matches(segment, seen)`.

    `seen` are the segments which came to the capture point earlier.
    """

    def __init__(self, matches):
        self.matches = matches
        self.struck = False

    def strikes(self, segment, seen):
        """Whether this is the segment; a fault strikes only once."""
        if self.struck or not self.matches(segment, seen):
            return False
        self.struck = True
        return True

    def happen(self, wire, frame):
        raise NotImplementedError


class Lost(Fault):
    """Captured, but lost on the way from the capture point to the receiver."""

    def happen(self, wire, frame):
        wire.record(frame, "The relay lost this frame behind the capture point.")


class AllLost(Lost):
    """Every such segment is lost behind the capture point, not only the first."""

    def strikes(self, segment, seen):
        if not self.matches(segment, seen):
            return False
        self.struck = True
        return True


class LostBefore(Fault):
    """Lost on the way to the capture point: neither captured nor delivered."""

    def happen(self, wire, frame):
        pass


class Missed(Fault):
    """Delivered, but missed by the capture, as a busy capturing machine does."""

    def happen(self, wire, frame):
        wire.deliver(frame)


class Doubled(Fault):
    """Doubled on the way to the capture point."""

    def happen(self, wire, frame):
        for _ in range(2):
            wire.record(frame)
            wire.deliver(frame)


class Swapped(Fault):
    """Swapped, before the capture point, with the next frame of the same sender."""

    def happen(self, wire, frame):
        wire.held = frame


class Late(Fault):
    """Held up before the capture point, so that all the frames behind it overtake it."""

    def __init__(self, matches, by):
        super().__init__(matches)
        self.by = by

    def happen(self, wire, frame):
        wire.later(self.by, lambda: wire.pass_on(frame))


class Injecting(Fault):
    """Passed on; and a middlebox at the capture point sends frames of its own after it.

    `make(frame)` gives the seconds from then, the frame's bytes and whether they go
    towards the server, of each.
    """

    def __init__(self, matches, make):
        super().__init__(matches)
        self.make = make

    def happen(self, wire, frame):
        wire.pass_on(frame)
        for after, data, from_client in self.make(frame.data):
            injected = Frame(data, from_client)
            wire.later(after, lambda injected=injected: wire.record_injected(injected))


@dataclass
class Frame:
    data: bytes
    from_client: bool


class Relay:
    """A wire between two TAP devices, or between two TUN devices with `raw_ip`."""

    def __init__(self, delay=0.0, faults=(), tags=(), raw_ip=False, capturing=True, **written):
        self.delay = delay
        self.faults = faults
        self.tags = tags  # (EtherType, VLAN ID) from the outermost, put on for the trunk
        self.raw_ip = raw_ip
        self.capturing = capturing  # may be switched in the middle of things
        self.device = "tun0" if raw_ip else "tap0"
        self.interface = Interface(self.device, RAW_IP if raw_ip else ETHERNET, **written)
        self.packets = []
        self.seen = []  # the segments which came to the capture point
        self.held = None  # a frame waiting for the next one of its sender
        self._due = []  # heap of (time, tie-breaker, what to do)
        self._order = itertools.count()
        self._stop_reading, self._stop_writing = os.pipe()

    def attach(self, client, server):
        """Make a device in either namespace. Nobody reads from them before `start`."""
        with client:
            self._client = self._open_device()
        with server:
            self._server = self._open_device()

    def _open_device(self):
        # Such a device offers no offloads unless asked to: checksums are right, and
        # segments are no larger than the MTU.
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        mode = (IFF_TUN if self.raw_ip else IFF_TAP) | IFF_NO_PI
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", self.device.encode(), mode))
        return device

    def start(self):
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self):
        os.write(self._stop_writing, b".")
        self._thread.join()

    def detach(self):
        for descriptor in (self._client, self._server, self._stop_reading, self._stop_writing):
            os.close(descriptor)

    def _run(self):
        sources = [self._client, self._server, self._stop_reading]
        while True:
            wait = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
            ready = select.select(sources, [], [], wait)[0]
            if self._stop_reading in ready:
                return
            for device in ready:
                frame = Frame(self._padded(os.read(device, 65536)), device == self._client)
                self.later(self.delay, lambda frame=frame: self._reach_capture_point(frame))
            while self._due and self._due[0][0] <= time.monotonic():
                heapq.heappop(self._due)[2]()

    def later(self, delay, action):
        heapq.heappush(self._due, (time.monotonic() + delay, next(self._order), action))

    def _reach_capture_point(self, frame):
        segment = self._segment(frame)
        if segment is None:
            return self.pass_on(frame)
        struck = [fault for fault in self.faults if fault.strikes(segment, self.seen)]
        self.seen.append(segment)
        if struck:
            return struck[0].happen(self, frame)
        self.pass_on(frame)
        if self.held and self.held.from_client == frame.from_client:
            self.pass_on(self.held)
            self.held = None

    def pass_on(self, frame):
        self.record(frame)
        self.deliver(frame)

    def record_injected(self, frame):
        self.record(frame, "Injected at the capture point; no host's TCP sent this frame.")
        self.deliver(frame)

    def record(self, frame, comment=""):
        if self.capturing:
            data = self._tagged(frame.data)
            kept = data[: self.interface.snap_length]
            self.packets.append(Packet(time.time_ns(), kept, len(data), comment))

    def deliver(self, frame):
        device = self._server if frame.from_client else self._client
        self.later(self.delay, lambda: os.write(device, frame.data))

    def _segment(self, frame):
        if self.raw_ip:
            return Segment.parse(frame.data, frame.from_client)
        if int.from_bytes(frame.data[12:14], "big") in (IPV4, IPV6):
            return Segment.parse(frame.data[14:], frame.from_client)
        return None

    def _padded(self, data):
        return data if self.raw_ip else data.ljust(SHORTEST_FRAME, b"\0")

    def _tagged(self, data):
        tags = b"".join(struct.pack("!HH", *tag) for tag in self.tags)
        return data[:12] + tags + data[12:]
