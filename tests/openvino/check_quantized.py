#!/usr/bin/env python3
"""Runs an IR file with quantised weights in OpenVINO and in Stepwell over the inputs of a case, state carried.

    check_quantized.py MODEL.xml CASE STEPWELL

CASE is one of check_ir.py's. Prints the largest differences; exit code 1 where one is beyond the bound. Needs openvino
and numpy.
"""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import openvino as ov

from check_ir import BOUND, CASES, Runner, difference


def outputs_of_stepwell(stepwell, xml, inputs, names):
    """Arrays with an axis of calls."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        command = [stepwell, "run", xml, "--sequence", "--output-dir", str(folder)]
        for number, (name, calls) in enumerate(inputs.items()):
            np.save(folder / f"input{number}.npy", calls)
            command += ["--input", f"{name}={folder}/input{number}.npy"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return {name: np.load(folder / f"{name.replace('/', '_').replace(':', '_')}.npy") for name in names}


def main():
    xml, case, stepwell = sys.argv[1:]
    calls = CASES[case]()
    runner = Runner(xml)
    inputs = {name: np.stack([call.inputs[name] for call in calls])
              for name in calls[0].inputs if name in runner.inputs}
    expected = outputs_of_stepwell(stepwell, xml, inputs, calls[0].outputs)
    runner.reset(calls)
    worst = dict.fromkeys(expected, 0.0)
    for number, call in enumerate(calls):
        for name, found in runner.run(call)[0].items():
            worst[name] = max(worst[name], difference(found, expected[name][number]))
    print(f"OpenVINO {ov.__version__.split('-')[0]} and Stepwell, {pathlib.Path(xml).stem}, {len(calls)} calls: " +
          ", ".join(f"{name} {value:.1e}" for name, value in worst.items()))
    if not worst or max(worst.values()) > BOUND:
        sys.exit(f"beyond {BOUND:.0e} of the largest magnitude")


if __name__ == "__main__":
    main()
