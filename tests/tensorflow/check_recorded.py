#!/usr/bin/env python3
"""Runs a model with `stepwell run --sequence` over the calls that TensorFlow recorded and compares.

    check_recorded.py STEPWELL MODEL.xml RECORDED_FOLDER RESULT_FOLDER

Prints the largest difference of each output; exit code 1 where one is beyond the bound. Needs numpy.
"""
import json
import pathlib
import re
import subprocess
import sys

import numpy as np

BOUND = 1e-5  # of the largest magnitude of the recorded tensor


def main(stepwell, model, recorded, results):
    chunks = sorted(pathlib.Path(recorded).glob("chunk*"))
    results = pathlib.Path(results)
    results.mkdir(parents=True, exist_ok=True)
    load = lambda name: np.stack([np.load(chunk / f"{name}.npy") for chunk in chunks])
    inputs = []
    for name in ("input_node", "input_lengths"):
        np.save(results / f"in_{name}.npy", load(name))
        inputs += ["--input", f"{name}={results}/in_{name}.npy"]
    subprocess.run([stepwell, "run", model, *inputs, "--sequence", "--output-dir", results], check=True,
                   stdout=subprocess.DEVNULL)
    states = json.loads(subprocess.run([stepwell, "info", model, "--json"], check=True, capture_output=True,
                                       text=True).stdout)["states"]
    expected = {"logits": "logits"}
    expected.update({state["output"]: state["name"].replace("previous", "new") for state in states})
    failed = False
    for output, name in expected.items():
        wanted = load(name)
        found = np.load(results / (re.sub(r"[^A-Za-z0-9._-]", "_", output) + ".npy"))
        difference = np.abs(found - wanted).max() / np.abs(wanted).max()
        failed |= not difference <= BOUND
        print(f"{pathlib.Path(recorded).name} {name}: {difference:.2g} of the largest magnitude over {len(chunks)} calls")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
