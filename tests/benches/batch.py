"""Times ffi/examples/synfin.py: FILE's frames, in memory already, to a list of its connections. Prints seconds."""
import importlib.util
import sys
import time

example, capture, door = sys.argv[1:]
spec = importlib.util.spec_from_file_location("synfin_example", example)
synfin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(synfin)

with open(capture, "rb") as file, synfin.Dissector() as dissector:
    frames = synfin.read_pcap(file)
    link_type, frames = next(frames), list(frames)
    start = time.perf_counter()
    if door == "frames":
        for first in range(0, len(frames), 1000):
            dissector.frames(link_type, first + 1, frames[first:first + 1000])
    else:
        dissector.capture(file)
    connections = dissector.connections()
    print(time.perf_counter() - start)
    assert connections
