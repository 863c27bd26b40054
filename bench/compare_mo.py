#!/usr/bin/env python3
"""What a conversion costs, Stepwell's and mo's (2024.6), in interleaved runs on one machine.

    bench/compare_mo.py FOLDER [CASE...] [--mo build/venv-mo/bin/mo] [--rounds 3] [--mo-lm_1b]

FOLDER holds the models at full size; those that are missing are left out (models/make says how to make them):

    bert_a/bert_model.ckpt.meta              make_bert.py meta --size base --seq 128 --batch 1
    bert_b/inference_graph.pb                make_bert.py frozen --size base --seq 128 --batch 1
    resnet152/imagenet_resnet152.ckpt.meta   make_resnet.py --size 152
    ds030, ds082/output_graph.pb             make_deepspeech.py --version 0.3.0 and 0.8.2, --hidden 2048
    lm_1b/graph-2016-09-10.pbtxt, ckpt/      make_lm1b.py, published size; mo needs 14 GB for it, so it runs on request

Each round converts every model by mo, by `stepwell convert` with the same command line (both write FP32), and copies the
source's files, flushed to the disk as a conversion's are: the disk's speed. CPU time is that of the process and its
children, user and system; peak is the most memory that was resident at once, mapped pages included; "own" is the most
of it that belongs to no file, sampled every 5 ms (not for mo, which converts in a process of its own). The table holds
medians over the rounds. Without --mo, mo is installed from PyPI into build/venv-mo (2 GB).
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

MEGABYTE = 1e6
CELL = "cudnn_lstm/rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell"


class Case:
    """`source`: the files that hold the graph and the weights, as patterns, the first one is the model."""

    def __init__(self, title, source, arguments, mo=(), on_request=False):
        self.title, self.source, self.arguments, self.mo, self.on_request = title, source, arguments, mo, on_request

    def files(self, folder):
        return [file for pattern in self.source for file in sorted(folder.glob(pattern))]

    def command(self, folder):
        return [argument.format(folder=folder) for argument in self.arguments]


CASES = {
    "bert_a": Case("BERT-Base, MetaGraph", ["bert_a/bert_model.ckpt.meta", "bert_a/*.index", "bert_a/*.data-*"],
                   ["--input_meta_graph", "{folder}/bert_a/bert_model.ckpt.meta",
                    "--output", "bert/pooler/dense/Tanh",
                    "--input", "Placeholder{{i32}},Placeholder_1{{i32}},Placeholder_2{{i32}}"]),
    # The published command names no output; one made by TensorFlow 2 has data sets beside the net, which mo refuses.
    "bert_b": Case("BERT-Base, frozen", ["bert_b/inference_graph.pb"],
                   ["--input_model", "{folder}/bert_b/inference_graph.pb",
                    "--output", "bert/pooler/dense/Tanh", "--input",
                    "IteratorGetNext:0{{i32}}[1 128],IteratorGetNext:1{{i32}}[1 128],"
                    "IteratorGetNext:4{{i32}}[1 128]"]),
    "resnet152": Case("ResNet-152", ["resnet152/imagenet_resnet152.ckpt.meta", "resnet152/*.index", "resnet152/*.data-*"],
                      ["--input_meta_graph", "{folder}/resnet152/imagenet_resnet152.ckpt.meta",
                       "--output", "Squeeze", "--input_shape", "[1,224,224,3]"]),
    "ds030": Case("DeepSpeech 0.3.0", ["ds030/output_graph.pb"],
                  ["--input_model", "{folder}/ds030/output_graph.pb",
                   "--freeze_placeholder_with_value", "input_lengths->[16]",
                   "--input", "input_node,previous_state_h/read,previous_state_c/read",
                   "--input_shape", "[1,16,19,26],[1,2048],[1,2048]",
                   "--output", "raw_logits,lstm_fused_cell/GatherNd,lstm_fused_cell/GatherNd_1"],
                  mo=["--use_legacy_frontend"]),
    "ds082": Case("DeepSpeech 0.8.2", ["ds082/output_graph.pb"],
                  ["--input_model", "{folder}/ds082/output_graph.pb", "--input",
                   "input_lengths->[16],input_node[1,16,19,26],previous_state_h[1,2048],previous_state_c[1,2048]",
                   "--output", f"{CELL}/GatherNd_1,{CELL}/GatherNd,logits"]),
    "lm_1b": Case("lm_1b", ["lm_1b/graph-2016-09-10.pbtxt", "lm_1b/ckpt/*"],
                  ["--input_model", "{folder}/lm_1b/graph-2016-09-10.pbtxt", "--input_checkpoint", "{folder}/lm_1b/ckpt",
                   "--input_model_is_text", "--input_shape", "[50],[50],[1,9216],[1,9216]",
                   "--output", "softmax_out,lstm/lstm_0/concat_2,lstm/lstm_1/concat_2", "--input",
                   "char_embedding/EmbeddingLookupUnique/Unique:0,char_embedding/EmbeddingLookupUnique/Unique:1,"
                   "Variable/read,Variable_1/read"], mo=["--use_legacy_frontend"], on_request=True),
}


class Cost:
    def __init__(self, cpu, wall, peak, own=0.0):
        self.cpu, self.wall, self.peak, self.own = cpu, wall, peak, own  # seconds, seconds, MB, MB


def own_megabytes(process):
    """Resident memory that belongs to no file; 0 once the process has ended."""
    try:
        with open(f"/proc/{process}/status") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024 / MEGABYTE
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0.0


class OwnMemory(threading.Thread):
    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.most, self.ended = process, 0.0, threading.Event()

    def run(self):
        while not self.ended.wait(0.005):
            self.most = max(self.most, own_megabytes(self.process))


def cost_of(command):
    with tempfile.TemporaryFile() as log:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "CI": "1"})  # mo: no telemetry
        memory = OwnMemory(child.pid)
        memory.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        memory.ended.set()
        memory.join()
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            log.seek(0)
            raise SystemExit(f"{' '.join(command)} ended with {child.returncode}:\n{log.read().decode()[-2000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024 / MEGABYTE, memory.most)


def copy_cost(files, folder):
    """Of reading the files and writing them to the disk."""
    script = 'for file; do dd if="$file" of="$0/$(basename "$file")" bs=4M conv=fsync status=none; done'
    return cost_of(["sh", "-c", script, str(folder), *map(str, files)])


def median(costs, field):
    return statistics.median(getattr(cost, field) for cost in costs)


def measure(case, options, folder):
    contestants = {"mo 2024.6": lambda out: cost_of([options.mo, *case.command(folder), "--output_dir", out,
                                                    "--model_name", "model", "--compress_to_fp16=False", *case.mo]),
                   "Stepwell": lambda out: cost_of([options.stepwell, "convert", *case.command(folder),
                                                   "--output_dir", out, "--model_name", "model", "--silent"]),
                   "copy": lambda out: copy_cost(case.files(folder), out)}
    if case.on_request and not options.mo_lm_1b:
        del contestants["mo 2024.6"]
    costs = {name: [] for name in contestants}
    for _ in range(options.rounds):
        for name, run in contestants.items():
            with tempfile.TemporaryDirectory(dir=options.scratch) as out:
                costs[name].append(run(out))
    return costs


def print_rows(case, costs, folder):
    source = sum(file.stat().st_size for file in case.files(folder)) / MEGABYTE
    ours = median(costs["Stepwell"], "cpu")
    for name, rounds in costs.items():
        cpu, wall = median(rounds, "cpu"), median(rounds, "wall")
        peak = "" if name == "copy" else f"{median(rounds, 'peak'):.0f}"
        own, most = (f"{median(rounds, 'own'):.0f}", f"{1.2 * source + 50:.0f}") if name == "Stepwell" else ("", "")
        memory = f"| {peak} | {own} | {most} |"
        ratio = f"{cpu / ours:.1f}" if name.startswith("mo") else ""
        print(f"| {case.title}, {source:.0f} MB | {name} | {cpu:.2f} | {ratio} | {wall:.2f} {memory}", flush=True)


def installed_mo():
    mo = pathlib.Path("build/venv-mo/bin/mo")
    if not mo.exists():
        subprocess.run([sys.executable, "-m", "venv", "build/venv-mo"], check=True)
        subprocess.run(["build/venv-mo/bin/pip", "install", "--quiet", "openvino-dev==2024.6.0", "tensorflow-cpu<2.18"],
                       check=True)
    return str(mo)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; all without")
    parser.add_argument("--mo", help="mo of openvino-dev 2024.6")
    parser.add_argument("--stepwell", default="build/release/stepwell")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scratch", default="build", help="folder on the disk to write to")
    parser.add_argument("--mo-lm_1b", action="store_true", help="convert lm_1b by mo, too")
    options = parser.parse_args()
    options.mo = options.mo or installed_mo()
    print("| source | | CPU s | × Stepwell | wall s | peak MB | own MB | 1.2 × source + 50 MB |\n"
          "|---|---|---|---|---|---|---|---|")
    for name in options.cases or CASES:
        case = CASES[name]
        if not (options.folder / case.source[0]).exists():
            print(f"no {options.folder / case.source[0]}: left out", file=sys.stderr)
            continue
        print_rows(case, measure(case, options, options.folder), options.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
