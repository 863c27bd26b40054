"""The tables of lm_1b: time of a word at full size, and error of the inexact runtimes."""
import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from contest import Entry, Failed, Stepwell, Worker, contest, run_json, say
from full_size import MAKE, converted, quantized
from report import table
from speech import attempt, memory_entry, memory_note

WARM_UP = 3
# Row -> class in lm_1b.py, variant, the file of ours it runs.
PEERS = {
    "ONNX Runtime, twin, fp32": ("OnnxRuntime", "fp32", "fp32"),
    "ONNX Runtime, twin, dynamic int8 per channel": ("OnnxRuntime", "int8", "fp32"),
    "OpenVINO, fp32": ("OpenVino", "f32", "fp32"),
    "OpenVINO, its default precision": ("OpenVino", "default", "fp32"),
    "OpenVINO, our int8 file": ("OpenVino", "default", "int8"),
    "TensorFlow": ("TensorFlow", "", "fp32"),
}


class Words:
    """lm_1b's graph and checkpoint: our IR, our int8 file, and what the peers need to know."""

    def __init__(self, options, source, folder):
        self.options = options
        graph = next(Path(source).glob("graph*.pbtxt"))
        self.model = {"source": str(source), "graph": graph.name, "scripts": str(MAKE),
                      **converted(options.stepwell, str(graph), folder, "--input_checkpoint", f"{source}/ckpt")}

    def file(self, weights):
        return self.model["ir"] if weights == "fp32" else quantized(self.options.stepwell, self.model["ir"], weights)

    def peer(self, name):
        kind, variant, weights = PEERS[name]
        return Worker("lm_1b", kind, {**self.model, "ir": self.file(weights), "threads": self.options.threads, "variant": variant})

    def ours(self, weights):
        return Stepwell(self.options.stepwell, [self.file(weights), "--threads", str(self.options.threads)])

    def vocabulary(self):
        """A vocabulary file as large as the softmax, its words made up."""
        rows = next(port["shape"][1] for port in self.model["info"]["outputs"] if port.get("role") == "word_probabilities")
        path = Path(self.model["folder"], "vocabulary.txt")
        path.write_text("\n".join(["</S>", "<S>", "<UNK>", *(f"word{row}" for row in range(3, rows)), "!!!MAXTERMID", ""]))
        return str(path)

    def entries(self):
        ours = [Entry(f"Stepwell, {weights}", lambda weights=weights: self.ours(weights)) for weights in ("fp32", "int8")]
        ours.append(Entry("Stepwell, exact top 40 of fp32 (sample)", lambda: Sampling(self)))
        return ours + [Entry(name, lambda name=name: self.peer(name), once=name == "TensorFlow") for name in PEERS]


class Sampling:
    """`stepwell sample --top-k 40`: the exact likeliest words of the fp32 model. Words are timed as they are printed."""

    def __init__(self, words):
        options = words.options
        self.command = [options.stepwell, "sample", words.file("fp32"), "--vocab", words.vocabulary(), "--top-k", "40",
                        "--seed", "1", "--threads", str(options.threads), "--count"]

    def measure(self, calls):
        """Milliseconds a word; the words before the first `calls` count as warming up."""
        process = subprocess.Popen([*self.command, str(WARM_UP + calls)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        moments = []
        while os.read(process.stdout.fileno(), 1 << 16):
            moments.append(time.perf_counter())
        if process.wait():
            raise Failed(process.stderr.read().decode().strip().splitlines()[-1])
        if len(moments) < WARM_UP + 2:
            raise Failed(f"{len(moments)} words were drawn")
        return float(1e3 * np.median(np.diff(moments[WARM_UP:])))

    def stop(self):
        pass


def word_table(words):
    """One process at a time: each of them holds up to 9 GB. TensorFlow, which starts slowly, in one round."""
    options, title = words.options, "lm_1b, a word a call"
    say(title)
    words.file("int8")  # made before anything is measured
    entries = contest([memory_entry(options, 1024), *words.entries()], max(2, options.rounds - 2), max(3, options.calls // 2),
                      one_at_a_time=True)
    gigabytes = words.model["info"]["weight_bytes_per_call"] / 1e9
    note = f"{gigabytes:.2f} GB of fp32 weights a word, batch 1, state fed back. Memory read at {memory_note(entries[0])}"
    if entries[0].values:
        note += f": {1e3 * gigabytes / np.median(entries[0].values):.0f} ms for those bytes"
    return table(title, "ms a word", note + ".", [entry.row() for entry in entries[1:]], "Stepwell, fp32")


def logits_of(probabilities):
    """Logits but for a constant of each row."""
    logs = np.log(np.maximum(probabilities, 1e-38))
    return logs - logs.mean(axis=1, keepdims=True)


def our_probabilities(words, weights, inputs, folder):
    characters = str(Path(folder, "characters.npy"))
    np.save(characters, np.load(inputs)[:, None, None])
    name = words.model["info"]["roles"]["word_probabilities"]
    others = other_inputs(words, len(np.load(inputs)), folder)
    run_json([words.options.stepwell, "run", words.file(weights), "--sequence", "--output-dir", folder, "--json", *others,
              "--input", f"{words.model['info']['roles']['characters']}={characters}"])
    return np.load(Path(folder, f"{name}.npy")).reshape(len(np.load(inputs)), -1)


def other_inputs(words, calls, folder):
    """Flags that feed what the probabilities do not depend on."""
    flags, roles = [], words.model["info"]["roles"]
    for role, kind in (("word", np.int32), ("target", np.int32), ("target_weight", np.float32)):
        path = str(Path(folder, f"{role}.npy"))
        np.save(path, np.zeros((calls, 1, 1), kind))
        flags += ["--input", f"{roles[role]}={path}"]
    return flags


def peer_probabilities(words, name, inputs, folder):
    output = str(Path(folder, "peer.npy"))
    worker = words.peer(name)
    try:
        worker.ask("probabilities", inputs=inputs, output=output)
    finally:
        worker.stop()
    return np.load(output)


def error_table(words, title, characters):
    """characters [words, 50]: what every runtime is fed, from a fresh state."""
    say(title)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        inputs = str(Path(folder, "words.npy"))
        np.save(inputs, characters)
        reference = logits_of(our_probabilities(words, "fp32", inputs, folder))
        actions = {"Stepwell, int8": lambda: our_probabilities(words, "int8", inputs, folder)}
        for name in PEERS:
            actions[name] = lambda name=name: peer_probabilities(words, name, inputs, folder)
        for name, action in actions.items():
            rows.append(error_row(name, attempt(action), reference))
    note = (f"{len(characters)} words, state fed back; differences of logits (but for a constant) from Stepwell's fp32, over the "
            "largest.")
    return table(title, "largest error, %", note, rows, "Stepwell, int8")


def error_row(name, probabilities, reference):
    if isinstance(probabilities, str):
        return {"name": name, "values": [], "failed": probabilities}
    error = np.abs(logits_of(probabilities) - reference).max() / np.abs(reference).max()
    return {"name": name, "values": [float(100 * error)], "failed": None}
