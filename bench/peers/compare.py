#!/usr/bin/env python3
"""Stepwell and its peers on one DeepSpeech, in interleaved rounds on one machine: a markdown table.

    bench/peers/run MODEL.pb [--frames 16,1] [--threads 2] [--rounds 5] [--calls 20]

MODEL is a frozen graph of DeepSpeech 0.6 or later (its length fixed where the graph fixes it), as models/make/make_deepspeech.py writes it. Each peer lives in its
own process and waits while others are measured. A round measures every contestant once; the table holds the median of
the rounds' medians, their spread, and the ratio to Stepwell's fp32.
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from peers import PEERS


class Stepwell:
    """One process a round; its start is not measured."""

    def __init__(self, options, ir, frames):
        self.command = [options.stepwell, "bench", ir, "--threads", str(options.threads), "--frames", str(frames),
                        "--warm-up", "3", "--json"]

    def ms(self, calls):
        result = subprocess.run([*self.command, "--repeat", str(calls)], check=True, capture_output=True, text=True)
        return json.loads(result.stdout)["p50_ms"]

    def stop(self):
        pass


class Peer:
    def __init__(self, name, model, options, frames):
        self.name = name
        worker = Path(__file__).with_name("worker.py")
        sizes = [str(size) for size in (options.threads, frames, options.batch)]
        self.process = subprocess.Popen([sys.executable, "-W", "ignore", str(worker), name, model, *sizes], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError(f"{name} does not start")

    def ms(self, calls):
        print(calls, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.name} does not run this call")
        return float(answer)

    def stop(self):
        self.process.kill()


def convert(options, folder):
    output = ["--output", "logits,new_state_c,new_state_h", "--output_dir", folder, "--model_name", "model", "--silent"]
    subprocess.run([options.stepwell, "convert", options.model, *output], check=True)
    info = subprocess.run([options.stepwell, "info", f"{folder}/model.xml", "--json"], check=True, capture_output=True,
                          text=True).stdout
    model = {"folder": folder, "frozen": options.model, "ir": f"{folder}/model.xml", "info": json.loads(info)}
    Path(folder, "model.json").write_text(json.dumps(model))
    return model


def measure(options, model, frames):
    contestants = {"Stepwell, fp32": Stepwell(options, model["ir"], frames)}
    for name in PEERS:
        try:
            peer = Peer(name, f"{model['folder']}/model.json", options, frames)
            peer.ms(1)
            contestants[name] = peer
        except RuntimeError as error:
            print(f"left out: {error}", file=sys.stderr)
    rounds = {name: [] for name in contestants}
    for _ in range(options.rounds):
        for name, contestant in contestants.items():
            rounds[name].append(contestant.ms(options.calls))
    for contestant in contestants.values():
        contestant.stop()
    return rounds


def print_table(options, frames, rounds):
    ours = statistics.median(rounds["Stepwell, fp32"])
    print(f"\n{frames} frames a call, batch {options.batch}, {options.threads} threads, {options.rounds} rounds of "
          f"{options.calls} calls\n")
    print("| | ms a call | least to most | × Stepwell, fp32 |\n|---|---|---|---|")
    for name, values in sorted(rounds.items(), key=lambda item: statistics.median(item[1])):
        median = statistics.median(values)
        print(f"| {name} | {median:.2f} | {min(values):.2f} - {max(values):.2f} | {median / ours:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--stepwell", default="build/release/stepwell")
    parser.add_argument("--frames", default="16,1")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=20)
    options = parser.parse_args()
    options.batch = 1
    with tempfile.TemporaryDirectory() as folder:
        model = convert(options, folder)
        for frames in (int(frames) for frames in options.frames.split(",")):
            print_table(options, frames, measure(options, model, frames))


if __name__ == "__main__":
    main()
