#!/usr/bin/env python3
"""Converts a slim ResNet's MetaGraph, runs it at several batches and sizes and compares with TensorFlow.

    check_resnet.py STEPWELL X.ckpt.meta RECORDER RESULT_FOLDER

RECORDER is models/make/record_resnet.py. Prints the largest difference of each case; exit code 1 where one is beyond
the bound. Needs TensorFlow and numpy.
"""
import pathlib
import subprocess
import sys

import numpy as np

BOUND = 1e-5  # of the largest magnitude
CASES = ((1, 224, 224), (2, 224, 224), (1, 171, 250))  # batch, height, width


def main(stepwell, meta, recorder, results):
    results = pathlib.Path(results)
    subprocess.run([stepwell, "convert", "--input_meta_graph", meta, "--output", "Squeeze", "--output_dir", results,
                    "--model_name", "resnet", "--silent"], check=True)
    failed = False
    for batch, height, width in CASES:
        recorded = results / f"{batch}x{height}x{width}"
        subprocess.run([sys.executable, recorder, meta, "--batch", str(batch), "--height", str(height), "--width",
                        str(width), "--out", recorded], check=True, stderr=subprocess.DEVNULL)
        subprocess.run([stepwell, "run", results / "resnet.xml", "--input", f"input={recorded}/input.npy",
                        "--output-dir", recorded / "found"], check=True, stdout=subprocess.DEVNULL)
        wanted, found = np.load(recorded / "Squeeze.npy"), np.load(recorded / "found" / "Squeeze.npy")
        fits = wanted.shape == found.shape
        difference = np.abs(found - wanted).max() / np.abs(wanted).max() if fits else np.inf
        failed |= not difference <= BOUND
        print(f"ResNet, {batch} x {height} x {width}: {found.shape}, {difference:.2g} of the largest magnitude")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
