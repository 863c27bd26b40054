#!/usr/bin/env python3
"""Stepwell and its peers on the same models, in interleaved rounds on one machine: markdown tables and a plot.

    bench/peers/run [--models deepspeech,streams,lm_1b,bert,resnet,small] [--quick] [--threads 2] [--write-docs]

Each peer lives in its own process and waits while others are measured; one that fails is a row that says why. A table
holds the median of the rounds' medians, with their extremes, and the ratio to the row that its head names.
Models of the published sizes are made in --model-folder once; results are kept in --results as JSON, from which
--from-results draws them again without measuring.
"""
import argparse
import datetime
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import docs
import machine
import report
import sections
from contest import say
from full_size import ROOT, Models
from plot import svg

PACKAGES = ("onnxruntime", "openvino", "tensorflow", "tensorflow-cpu", "numpy")


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default=",".join(sections.SECTIONS), help="parts of the run, separated by commas")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and calls: the whole in about ten minutes")
    parser.add_argument("--stepwell", default=str(ROOT / "build/release/stepwell"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, help="rounds of each comparison (5; with --quick 3)")
    parser.add_argument("--calls", type=int, help="calls in a round (20; with --quick 10)")
    parser.add_argument("--model-folder", default=str(ROOT / "build/peers/models"))
    parser.add_argument("--results", default=str(ROOT / "build/peers/results.json"))
    parser.add_argument("--from-results", action="store_true", help="measure nothing: print and draw --results")
    parser.add_argument("--write-docs", action="store_true", help="put tables and plot into docs/")
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.quick else 5)
    options.calls = options.calls or (10 if options.quick else 20)
    options.models = options.models.split(",")
    if unknown := set(options.models) - set(sections.SECTIONS):
        parser.error(f"--models: no {', '.join(sorted(unknown))}; there are {', '.join(sections.SECTIONS)}")
    return options


def versions():
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            pass
    return ", ".join(found)


def conditions(options):
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout
    return {"date": datetime.datetime.now().strftime("%Y-%m-%d %H:%M"), "commit": commit.strip() or "unknown",
            "machine": machine.processor(), "load": machine.load(), "threads": options.threads, "versions": versions(),
            "command": " ".join(sys.argv[1:]), "tables": []}


def measured(options):
    """Runs the parts asked for; what is done so far is kept after each."""
    run, models = conditions(options), Models(options.model_folder)
    Path(options.results).parent.mkdir(parents=True, exist_ok=True)
    for name in options.models:
        say(f"== {name}")
        try:
            for results in sections.SECTIONS[name](options, models):
                run["tables"].append(results)
                print(report.markdown(results), flush=True)
                Path(options.results).write_text(json.dumps(run, indent=1))
        except Exception as error:  # the other parts go on
            say(f"{name} ends here: {type(error).__name__}: {error}")
    return run


def main():
    options = parsed()
    if options.from_results:
        run = json.loads(Path(options.results).read_text())
        print(report.document(run))
    else:
        run = measured(options)
    plot = Path(options.results).with_suffix(".svg")
    plot.write_text(svg(run))
    say(f"plot: {plot}")
    if options.write_docs:
        docs.update(run, ROOT / "docs")


if __name__ == "__main__":
    main()
