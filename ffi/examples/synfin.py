"""The connections of a capture file, by ctypes alone: the whole file in one call, or its frames in batches."""
import argparse
import array
import contextlib
import ctypes.util
import importlib.util
import itertools
import mmap
import os
import socket
import struct
import sys
from ctypes import byref, c_int64, c_size_t, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p, sizeof

ABI_VERSION, CUT_OR_DAMAGED = 1, (33, 34)
HANDSHAKES, CLOSES, CLOSERS = (dict(enumerate(words.split())) for words in (
    "none unseen complete simultaneous split bad-ack refused aborted unreachable half-open no-answer pending",
    "not-opened simultaneous three-segment four-way fin-then-reset reset superseded timed-out closing half-closed open",
    "initiator responder both network nobody"))


def members(kind, names):
    return [(name, kind) for name in names.split()]


class Batch(ctypes.Structure):
    _fields_ = (members(c_uint32, "struct_size link_type") + members(c_uint64, "first_number")
                + members(c_size_t, "count") + members(c_void_p, "data") + members(c_size_t, "len")
                + members(c_void_p, "offsets lens wire_lens times_ns"))


class Connection(ctypes.Structure):
    _fields_ = (members(c_uint32, "struct_size present") + members(c_uint64, "connection first_frame last_frame")
                + members(c_int64, "start_ns duration_ns rtt_responder_ns rtt_initiator_ns establish_ns")
                + members(c_int64 * 2, "first_byte_ns") + members(c_int64, "idle_ns teardown_ns")
                + members(c_uint64 * 2, "packets bytes retransmissions spurious_retransmissions out_of_order "
                          "duplicates gaps gap_bytes") + members(c_uint64, "http_transactions http_omitted")
                + members(c_uint32 * 2, "isn") + members(c_uint32, "killed_transaction")
                + members(c_uint8 * 16, "src dst") + members(c_uint16, "src_port dst_port")
                + members(c_uint8, "address_len handshake_verdict handshake_confidence close_verdict "
                          "close_confidence close_by close_cause close_cause_confidence reset_by protocol "
                          "completeness evicted") + members(c_uint8 * 4, "reserved"))

    def as_dict(self):
        def end(address, port):
            family = socket.AF_INET if self.address_len == 4 else socket.AF_INET6
            return f"{socket.inet_ntop(family, bytes(address)[:self.address_len])},{port}"
        return {"connection": self.connection, "initiator": end(self.src, self.src_port),
                "responder": end(self.dst, self.dst_port), "packets": sum(self.packets), "bytes": sum(self.bytes),
                "handshake": HANDSHAKES.get(self.handshake_verdict, "?"),
                "close": CLOSES.get(self.close_verdict, "?"), "by": CLOSERS.get(self.close_by, "?")}


class Error(Exception):
    def __init__(self, call, status, text):
        super().__init__(f"{call}: {text}")
        self.status = status


class Dissector(contextlib.AbstractContextManager):
    def __init__(self, library=None):
        path, self.handle = library or os.environ.get("SYNFIN_LIBRARY") or ctypes.util.find_library("synfin"), c_void_p()
        self.dll = ctypes.CDLL(path or f"libsynfin.so.{ABI_VERSION}")
        self.dll.synfin_status_str.restype = ctypes.c_char_p
        if self.dll.synfin_abi_version() != ABI_VERSION:
            raise OSError(f"{path} has another binary interface than this script, which is for {ABI_VERSION}")
        self._call("new", None, byref(self.handle))

    def _call(self, name, *arguments, fine=()):
        status = getattr(self.dll, f"synfin_dissector_{name}")(*arguments)
        if status != 0 and status not in fine:
            raise Error(f"synfin_dissector_{name}", status, self.dll.synfin_status_str(status).decode())
        return status

    def close(self, *_):
        if self.handle:
            self.dll.synfin_dissector_free(self.handle)
        self.handle = c_void_p()

    __exit__ = __del__ = close

    def capture(self, file):
        """A whole file; false where it is cut or damaged, and only its frames up to there were taken in."""
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)  # unmapped when nothing refers to it
        data = (c_uint8 * len(mapped)).from_buffer(mapped)
        return self._call("capture", self.handle, data, c_size_t(len(data)), None, fine=CUT_OR_DAMAGED) == 0

    def frames(self, link_type, first_number, frames):
        """Many frames: of each the time in nanoseconds, the length on the wire and the captured bytes."""
        times, wire_lens, datas = zip(*frames)
        data = b"".join(datas)
        arrays = array.array("I", map(len, datas)), array.array("I", wire_lens), array.array("q", times)
        batch = Batch(sizeof(Batch), link_type, first_number, len(datas), ctypes.cast(data, c_void_p), len(data),
                      None, *(each.buffer_info()[0] for each in arrays))
        self._call("frames", self.handle, byref(batch), None, None)

    def connections(self):
        """Ends the capture; gives a dict for each connection."""
        count = c_uint64()
        self._call("finish", self.handle, byref(count))
        rows = (Connection * max(count.value, 1))()
        rows[0].struct_size, given = sizeof(Connection), c_size_t()
        self._call("connections", self.handle, c_uint64(0), rows, c_size_t(count.value), byref(given))
        return [row.as_dict() for row in rows[:given.value]]


def read_pcap(file):
    """The link type of a classic pcap file, then its frames as Dissector.frames() wants them."""
    head = file.read(24)
    order = "<" if head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    magic, *_, link_type = struct.unpack(order + "IHHiIII", head.ljust(24))
    if magic not in (0xa1b2c3d4, 0xa1b23c4d):
        raise ValueError("not a classic pcap file")
    yield link_type & 0xffff
    while head := file.read(16):
        seconds, fraction, size, wire_len = struct.unpack(order + "IIII", head.ljust(16))
        data = file.read(size)
        if len(head) + len(data) < 16 + size:
            raise ValueError("the capture is cut")
        yield seconds * 10**9 + fraction * (1000 if magic == 0xa1b2c3d4 else 1), wire_len, data


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", help="default: SYNFIN_LIBRARY of the environment, then the system's")
    parser.add_argument("--batch", action="store_true", help="read classic pcap in Python, 1,000 frames a call")
    parser.add_argument("--pandas", action="store_true", help="print a DataFrame, if pandas is there")
    parser.add_argument("file")
    options = parser.parse_args()
    with Dissector(options.library) as dissector, open(options.file, "rb") as file:
        if options.batch:
            frames = read_pcap(file)
            link_type = next(frames)
            for index, batch in enumerate(iter(lambda: list(itertools.islice(frames, 1000)), [])):
                dissector.frames(link_type, index * 1000 + 1, batch)
        elif not dissector.capture(file):
            print("synfin.py: the capture is cut or damaged", file=sys.stderr)
        table = dissector.connections()
    if options.pandas and importlib.util.find_spec("pandas"):
        return print(importlib.import_module("pandas").DataFrame(table).to_string())
    for row in [*map(list, table[:1]), *(each.values() for each in table)]:
        print("{:>10} {:>22} {:>22} {:>8} {:>10} {:12} {:14} {}".format(*row))


if __name__ == "__main__":
    try:
        main()
    except (Error, OSError, ValueError) as error:
        sys.exit(f"synfin.py: {error}")
