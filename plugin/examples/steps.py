#!/usr/bin/env python3
"""The steps of every connection, out of tshark's JSON lines: steps.py FILE [OPTION OF TSHARK...]"""
import json
import subprocess
import sys

command = ["tshark", "-n", "-r", *sys.argv[1:], "-Y", "synfin.step", "-T", "ek", "-J", "synfin"]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as tshark:
    for line in tshark.stdout:
        layers = json.loads(line).get("layers", {}).get("synfin", [])
        for layer in layers if isinstance(layers, list) else [layers]:
            step = layer.get("synfin_synfin_step")
            if step:
                print(layer["synfin_synfin_connection"], layer["synfin_synfin_frame"], step, sep="\t")
sys.exit(tshark.returncode)
