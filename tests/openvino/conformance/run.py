#!/usr/bin/env python3
"""Compares each op that Stepwell implements with OpenVINO's CPU plugin, over random shapes and attributes.

    run.py STEPWELL [--cases 40] [--seed 1] [--ops Add,Pad]

Several cases of an op make one model, which OpenVINO writes, runs and Stepwell runs. Prints a line an op: how many
cases OpenVINO ran, and the largest difference; exit code 1 where one is beyond the bound, where Stepwell refuses a
case, or where an op has no cases. Needs openvino and numpy.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import zlib

import numpy as np

import openvino as ov

import elementwise
import layout
import numeric
import order
import recurrent
import space
from site_of_case import OPS, Site

CASES = {**elementwise.CASES, **layout.CASES, **numeric.CASES, **order.CASES, **recurrent.CASES, **space.CASES}
BOUND = 1e-5  # of the largest magnitude of an output
LEAST_MAGNITUDE = 0.1  # below it the bound is of this
CPU = {"INFERENCE_PRECISION_HINT": "f32"}
AT_ONCE = 10  # cases in one model


class Case:
    """One random use of an op: its outputs and the inputs that it is fed."""

    def __init__(self, op, seed):
        self.seed = seed
        self.site = Site(np.random.default_rng(seed))
        made = CASES[op](self.site)
        self.outputs = made if isinstance(made, list) else made.outputs()

    def describe(self):
        inputs = ", ".join(f"{array.dtype.name}{list(array.shape)}" for _, array in self.site.inputs)
        return f"seed {list(self.seed)}: inputs {inputs}"


class Disagreement(Exception):
    """What Stepwell did not do as OpenVINO does."""


def make_cases(op, seeds):
    """Those that OpenVINO accepts."""
    cases = []
    for seed in seeds:
        try:
            cases.append(Case(op, seed))
        except RuntimeError as error:
            print(f"  {op}: OpenVINO refuses the case of seed {list(seed)}: {str(error).splitlines()[-1][:150]}")
    return cases


def save(cases, xml):
    """One model of all the cases; the results are named after case and output."""
    results, parameters = [], []
    for number, case in enumerate(cases):
        for place, (parameter, _) in enumerate(case.site.inputs):
            parameter.set_friendly_name(f"in{number}_{place}")
            parameters.append(parameter)
        for place, output in enumerate(case.outputs):
            results.append(OPS.result(output))
            results[-1].set_friendly_name(f"out{number}_{place}")
    ov.save_model(ov.Model(results, parameters, "cases"), xml, compress_to_fp16=False)


def run_openvino(cases, xml):
    request = ov.Core().compile_model(xml, "CPU", CPU).create_infer_request()
    found = request.infer([array for case in cases for _, array in case.site.inputs])
    values = iter(found.values())
    return [[np.array(next(values)) for _ in case.outputs] for case in cases]


def run_stepwell(program, cases, xml, folder):
    command = [program, "run", str(xml), "--output-dir", str(folder / "out"), "--json"]
    for number, case in enumerate(cases):
        for place, (_, array) in enumerate(case.site.inputs):
            name = f"in{number}_{place}"
            np.save(folder / f"{name}.npy", array)
            command += ["--input", f"{name}={folder / name}.npy"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise Disagreement(ran.stderr.strip() or f"exit code {ran.returncode}")
    files = {entry["output"]: entry["file"] for entry in json.loads(ran.stdout)["outputs"]}
    return [[np.load(files[f"out{number}_{place}"]) for place in range(len(case.outputs))]
            for number, case in enumerate(cases)]


def difference(found, expected):
    if found.shape != expected.shape:
        raise Disagreement(f"the shape {expected.shape} was expected and {found.shape} found")
    if expected.size == 0:
        return 0.0
    found, expected = found.astype(np.float64), expected.astype(np.float64)
    worst = np.abs(found - expected).max() / max(np.abs(expected).max(), LEAST_MAGNITUDE)
    if not worst <= BOUND:
        raise Disagreement(f"a difference of {worst:.1e}")
    return float(worst)


def compare(program, cases):
    """The largest difference over all outputs. Throws RuntimeError where OpenVINO cannot run them."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        save(cases, folder / "cases.xml")
        expected = run_openvino(cases, folder / "cases.xml")
        found = run_stepwell(program, cases, folder / "cases.xml", folder)
    return max((difference(f, e) for mine, theirs in zip(found, expected) for f, e in zip(mine, theirs)), default=0.0)


class Tally:
    """What became of the cases of one op."""

    def __init__(self, program, op):
        self.program, self.op = program, op
        self.compared, self.worst, self.failures = 0, 0.0, []

    def run(self, seeds):
        cases = make_cases(self.op, seeds)
        try:
            self.worst = max(self.worst, compare(self.program, cases))
            self.compared += len(cases)
        except (Disagreement, RuntimeError):
            for case in cases:  # alone, to tell which one it is
                self.run_alone(Case(self.op, case.seed))

    def run_alone(self, case):
        try:
            self.worst = max(self.worst, compare(self.program, [case]))
        except RuntimeError as error:  # before Disagreement can be: OpenVINO itself fails
            print(f"  {self.op}: OpenVINO does not run {case.describe()}: {str(error).splitlines()[-1][:150]}")
            return
        except Disagreement as error:
            self.failures.append(f"{case.describe()}: {error}")
        self.compared += 1


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stepwell")
    parser.add_argument("--cases", type=int, default=40, help="of each op")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ops", default="", help="these alone, separated by commas")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    listed = json.loads(subprocess.check_output([arguments.stepwell, "ops", "--json"]))["ir"]
    ops = arguments.ops.split(",") if arguments.ops else sorted({entry["op"] for entry in listed})
    without = [op for op in ops if op not in CASES]
    failed = 0
    print(f"OpenVINO {ov.__version__.split('-')[0]}, seed {arguments.seed}")
    for op in (op for op in ops if op in CASES):
        tally = Tally(arguments.stepwell, op)
        for first in range(0, arguments.cases, AT_ONCE):
            count = min(AT_ONCE, arguments.cases - first)
            tally.run([(arguments.seed, zlib.crc32(op.encode()), first + i) for i in range(count)])
        failed += len(tally.failures)
        print(f"{op:20} {tally.compared:4} cases  {tally.worst:.1e}" +
              (f"  {len(tally.failures)} FAILED" if tally.failures else ""), flush=True)
        for failure in tally.failures[:5]:
            print(f"  {failure}")
    if without:
        print(f"without cases: {', '.join(without)}")
    if failed or without:
        sys.exit(f"{failed} cases differ, {len(without)} ops have no cases")


if __name__ == "__main__":
    main()
