"""The tables of DeepSpeech: time of a call, error of each runtime against its own fp32, live streams."""
import tempfile
from pathlib import Path

import numpy as np

from contest import Entry, Failed, Stepwell, Worker, contest, say
from full_size import ROOT, converted, quantized, run_json
from report import table

# Row -> class in deepspeech.py, variant.
PEERS = {
    "ONNX Runtime, twin, fp32": ("OnnxRuntime", "fp32"),
    "ONNX Runtime, twin, dynamic int8": ("OnnxRuntime", "int8"),
    "ONNX Runtime, twin, dynamic int8 per channel": ("OnnxRuntime", "int8-per-channel"),
    "OpenVINO, fp32": ("OpenVino", "f32"),
    "OpenVINO, its default precision": ("OpenVino", "default"),
    "TensorFlow": ("TensorFlow", ""),
    "TFLite, twin, fp32": ("TfLite", "fp32"),
    "TFLite, twin, dynamic int8": ("TfLite", "int8"),
    "TFLite, the published graph": ("TfLitePublished", ""),
    "libdeepspeech 0.9.3": ("LibDeepSpeech", ""),
}
RECURRENT_OPS = ("FusedLstm",)
LARGE = 2048  # cells, from which on recurrent weights come from memory
WEIGHTS = ("fp32", "bf16", "int8", "int4")
FP32_OF = {"ONNX Runtime": "ONNX Runtime, twin, fp32", "OpenVINO": "OpenVINO, fp32", "TFLite": "TFLite, twin, fp32",
           "Stepwell": "Stepwell, fp32"}
SMALL = ROOT / "models" / "deepspeech" / "0.9.3-64" / "output_graph.pb"
CALL_OUTPUTS = ("--output", "raw_logits,new_state_c,new_state_h")


class Speech:
    """One frozen graph: our IR, our quantised files, and what the peers need to know."""

    def __init__(self, options, frozen, folder, exports=None, library=None, outputs=CALL_OUTPUTS):
        self.options = options
        self.model = {"frozen": frozen, "small": str(SMALL), "exports": exports, "library": library,
                      **converted(options.stepwell, frozen, folder, *outputs)}

    @property
    def cells(self):
        return next(port["default_shape"][1] for port in self.model["info"]["inputs"] if "role" not in port)

    def file(self, weights):
        return self.model["ir"] if weights == "fp32" else quantized(self.options.stepwell, self.model["ir"], weights)

    def peer(self, name, frames):
        kind, variant = PEERS[name]
        spec = {**self.model, "threads": self.options.threads, "frames": frames, "batch": 1, "variant": variant}
        if self.model["exports"]:  # whose length of a call is in the graph
            spec["fixed"] = f"{self.model['exports']}/{frames}/output_graph.pb"
        return Worker("deepspeech", kind, spec)

    def ours(self, weights, frames):
        arguments = [self.file(weights), "--threads", str(self.options.threads), "--frames", str(frames)]
        return Stepwell(self.options.stepwell, arguments)

    def entries(self, frames, without=()):
        ours = [Entry(f"Stepwell, {weights}", lambda weights=weights: self.ours(weights, frames)) for weights in WEIGHTS]
        return ours + [Entry(name, lambda name=name: self.peer(name, frames)) for name in PEERS if name not in without]


def call_table(speech, frames, title, note, calls, without=()):
    options = speech.options
    say(title)
    memory = memory_entry(options, 64)
    recurrence = Entry("recurrence", lambda: Recurrence(speech, frames))
    entries = speech.entries(frames, without)
    from_memory = [recurrence] if speech.cells >= LARGE else []
    contest([memory, *from_memory, *entries], options.rounds, calls)
    note += f" {options.rounds} interleaved rounds of {calls} calls; memory read at {memory_note(memory)}."
    note += recurrence_note(recurrence, memory)
    return table(title, "ms a call", note, [entry.row() for entry in entries], "Stepwell, fp32")


class MemoryReader(Worker):
    def __init__(self, options, megabytes):
        super().__init__("machine", "Memory", {"threads": options.threads, "megabytes": megabytes})

    def measure(self, calls):
        del calls
        return self.ask("gigabytes_a_second")


def memory_entry(options, megabytes):
    return Entry(f"memory, {megabytes} MB", lambda: MemoryReader(options, megabytes))


def memory_note(entry):
    if not entry.values:
        return f"an unknown speed ({entry.failed})"
    return f"{np.median(entry.values):.1f} GB/s ({min(entry.values):.1f} – {max(entry.values):.1f}, over {entry.name[8:]})"


class Recurrence:
    """How fast Stepwell reads the recurrent weights in fp32, GB/s: their bytes in a call through the recurrence's time."""

    def __init__(self, speech, frames):
        self.gigabytes = (frames + 1) * 4 * 4 * speech.cells**2 / 1e9  # the half for the input is read once
        self.command = [speech.options.stepwell, "bench", speech.file("fp32"), "--threads", str(speech.options.threads),
                        "--frames", str(frames), "--per-op", "--json", "--repeat"]

    def measure(self, calls):
        ops = run_json([*self.command, str(calls)])["ops"]
        milliseconds = sum(op["mean_ms"] for op in ops if op["op"] in RECURRENT_OPS)
        if not milliseconds:
            raise Failed(f"no step is one of {', '.join(RECURRENT_OPS)}")
        return 1e3 * self.gigabytes / milliseconds

    def stop(self):
        pass


def recurrence_note(recurrence, memory):
    if not recurrence.values or len(recurrence.values) != len(memory.values):
        return ""
    shares = [reading / most for reading, most in zip(recurrence.values, memory.values)]
    return (f" Stepwell's recurrence reads its fp32 weights at {np.median(recurrence.values):.1f} GB/s, "
            f"{100 * np.median(shares):.0f} % of that.")


def call_logits(speech, inputs, folder):
    """Logits of the same calls by every runtime, by row; or why there are none."""
    found = {}
    for weights in WEIGHTS:
        found[f"Stepwell, {weights}"] = attempt(lambda: our_logits(speech, weights, inputs, folder))
    for name, (kind, _) in PEERS.items():
        if kind not in ("LibDeepSpeech", "TfLitePublished"):
            found[name] = attempt(lambda: peer_logits(speech, name, inputs, folder))
    return found


def attempt(action):
    try:
        return action()
    except (Failed, OSError, KeyError) as error:
        return str(error)


def our_logits(speech, weights, inputs, folder):
    windows = np.load(inputs)
    lengths = str(Path(folder, "lengths.npy"))
    np.save(lengths, np.full(windows.shape[:2], windows.shape[2], np.int32))
    run_json([speech.options.stepwell, "run", speech.file(weights), "--sequence", "--output-dir", folder, "--json",
              "--input", f"input_node={inputs}", "--input", f"input_lengths={lengths}"])
    return np.load(Path(folder, "raw_logits.npy")).reshape(len(windows), -1)


def peer_logits(speech, name, inputs, folder):
    output = str(Path(folder, "peer.npy"))
    worker = speech.peer(name, np.load(inputs, mmap_mode="r").shape[2])
    try:
        worker.ask("logits", inputs=inputs, output=output)
    finally:
        worker.stop()
    return np.load(output)


def error_rows(logits):
    """Largest difference from the runtime's own fp32, over the largest logit."""
    rows, reference = [], logits["Stepwell, fp32"]
    for name, values in logits.items():
        row = {"name": name, "values": [], "failed": values if isinstance(values, str) else None}
        own = logits.get(FP32_OF.get(name.split(",")[0], name), reference)
        if row["failed"] is None and not isinstance(own, str):
            scale = np.abs(own).max()
            row["values"] = [float(100 * np.abs(values - own).max() / scale)]
            row["root mean square, %"] = float(100 * np.sqrt(np.mean((values - own) ** 2)) / scale)
            if not isinstance(reference, str):
                row["from Stepwell's fp32, %"] = float(100 * np.abs(values - reference).max() / scale)
        rows.append(row)
    return rows


def error_table(speech, title, windows, note=""):
    """windows [calls, 1, frames, 19, 26]: the calls that every runtime makes."""
    say(title)
    with tempfile.TemporaryDirectory() as folder:
        inputs = str(Path(folder, "windows.npy"))
        np.save(inputs, windows)
        rows = error_rows(call_logits(speech, inputs, folder))
    note = (f"{note} {windows.shape[0]} calls of {windows.shape[2]} frames, state fed back; differences of logits over the "
            "largest logit.").strip()
    return table(title, "largest error, %", note, rows, "Stepwell, int8", ("root mean square, %", "from Stepwell's fp32, %"))
