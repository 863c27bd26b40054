#!/usr/bin/env python3
"""Latency of one call, Stepwell's and OpenVINO's, in interleaved runs on one machine.

    bench/compare_openvino.py MODEL [--convert FLAGS] [--threads 2] [--rounds 7] [--calls 30]

MODEL is anything that `stepwell convert` reads. It is converted once; OpenVINO (from PyPI, `pip install openvino`) runs
the same IR, with fp32 forced and with its own default precision. Each round measures every contestant once, in turn;
the table holds the median over the rounds of each round's median, and the ratio of those medians, with the spread of
the rounds. State is fed back from call to call by both.
"""
import argparse
import json
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import openvino as ov


def stepwell_ms(program, xml, threads, calls):
    command = [program, "bench", xml, "--threads", str(threads), "--repeat", str(calls), "--warm-up", "5", "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["p50_ms"]


class OpenVino:
    def __init__(self, xml, info, threads, precision):
        core = ov.Core()
        config = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
        if precision:
            config["INFERENCE_PRECISION_HINT"] = precision
        model = core.read_model(xml)
        model.reshape({entry["name"]: entry["default_shape"] for entry in info["inputs"]})  # as Stepwell's plan is
        self.request = core.compile_model(model, "CPU", config).create_infer_request()
        self.states = [(state["input"], state["output"]) for state in info["states"]]
        random = np.random.RandomState(1)
        self.feeds = {}
        for entry in info["inputs"]:
            shape = entry["default_shape"]
            if entry["type"] == "f32":
                self.feeds[entry["name"]] = random.uniform(-1, 1, shape).astype(np.float32)
            else:
                dtype = {"i32": np.int32, "i64": np.int64}[entry["type"]]
                self.feeds[entry["name"]] = np.full(shape, 16 if entry.get("role") == "lengths" else 3, dtype)
        for name, _ in self.states:
            self.feeds[name] = np.zeros_like(self.feeds[name])

    def ms(self, calls):
        times = []
        for call in range(calls + 5):
            start = time.perf_counter()
            self.request.infer(self.feeds, share_inputs=True)
            times.append(1e3 * (time.perf_counter() - start))
            for source, result in self.states:
                self.feeds[source] = self.request.get_tensor(result).data.copy()
        return statistics.median(times[5:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--convert", default="", help="more flags for convert, in one argument")
    parser.add_argument("--stepwell", default="build/release/stepwell")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([options.stepwell, "convert", options.model, *shlex.split(options.convert), "--output_dir", folder,
                        "--model_name", "model", "--silent"], check=True)
        xml = folder + "/model.xml"
        info = json.loads(subprocess.run([options.stepwell, "info", xml, "--json"], check=True, capture_output=True,
                                         text=True).stdout)
        peers = {
            f"OpenVINO {ov.__version__.split('-')[0]}, fp32": OpenVino(xml, info, options.threads, "f32"),
            "OpenVINO, its default precision": OpenVino(xml, info, options.threads, None),
        }
        rounds = {"Stepwell, fp32": []}
        rounds.update({name: [] for name in peers})
        for _ in range(options.rounds):
            rounds["Stepwell, fp32"].append(stepwell_ms(options.stepwell, xml, options.threads, options.calls))
            for name, peer in peers.items():
                rounds[name].append(peer.ms(options.calls))
    ours = statistics.median(rounds["Stepwell, fp32"])
    print(f"{options.model}, {options.threads} threads, {options.rounds} rounds of {options.calls} calls\n")
    print("| | ms a call | least to most | × Stepwell |\n|---|---|---|---|")
    for name, values in rounds.items():
        median = statistics.median(values)
        print(f"| {name} | {median:.2f} | {min(values):.2f} - {max(values):.2f} | {median / ours:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
