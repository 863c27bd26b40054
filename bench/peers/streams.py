"""The table of live streams: how many each runtime holds within a deadline."""
from contest import Entry, Worker, run_json, say
from full_size import MAKE
from report import table

DEADLINE_MS = 100
MOST = 4000
# Row -> class in live_peers.py, variant, numbers of frames a call to choose from.
PEERS = {
    "ONNX Runtime, twin, fp32": ("OnnxRuntime", "fp32", (1, 2, 3)),
    "ONNX Runtime, twin, dynamic int8 per channel": ("OnnxRuntime", "int8-per-channel", (1, 2, 3)),
    "OpenVINO, fp32, in one batch": ("OpenVino", "f32", (2,)),
    "OpenVINO, its default precision, in one batch": ("OpenVino", "default", (2,)),
    "OpenVINO, fp32, a call a stream": ("OpenVinoInTurn", "f32", (1, 2, 4)),
    "OpenVINO, its default precision, a call a stream": ("OpenVinoInTurn", "default", (1, 2, 4)),
    "TFLite, twin, dynamic int8": ("TfLite", "int8", (2,)),
    "TensorFlow, in one batch": ("TensorFlow", "", (2,)),
    "libdeepspeech 0.9.3, a stream object each": ("LibDeepSpeech", "", (1, 2, 4)),
}


def seconds(options):
    """How long each number of streams speaks."""
    return 2 if options.quick else 5


class Search:
    """A peer's search for its largest number, as a contestant of one round."""

    def __init__(self, speech, name):
        kind, variant, choices = PEERS[name]
        spec = {**speech.model, "threads": speech.options.threads, "batch": 1, "variant": variant, "make": str(MAKE),
                "cells": speech.cells}
        self.worker = Worker("live_peers", kind, spec)
        self.limits = {"deadline": DEADLINE_MS / 1e3, "choices": choices, "seconds": seconds(speech.options), "most": MOST,
                       "tries": 3 if speech.options.quick else 5}

    def measure(self, calls):
        del calls
        found = self.worker.ask("most", **self.limits)
        self.notes = {"frames a call": found["frames"], "p99, ms": found.get("p99")}
        return found["streams"]

    def stop(self):
        self.worker.stop()


class OurSearch:
    """`stepwell bench --streams`: features and model, the program's choice of frames a call."""

    def __init__(self, whole, weights):
        options = whole.options
        self.command = [options.stepwell, "bench", whole.file(weights), "--threads", str(options.threads), "--streams", "most",
                        "--deadline", str(DEADLINE_MS), "--seconds", str(seconds(options)), "--json"]

    def measure(self, calls):
        del calls
        found = run_json(self.command)
        best = [point for point in found["points"] if point["streams"] == found["most_streams"]]
        if best:
            self.notes = {"frames a call": best[-1]["frames_per_call"], "p99, ms": best[-1]["p99_ms"]}
        return found["most_streams"] or 0

    def stop(self):
        pass


def streams_table(speech, whole, weights):
    """speech: what the peers run; whole: the same with its front end, which turns sound into features."""
    options, title = speech.options, f"Most live streams within {DEADLINE_MS} ms (p99)"
    say(title)
    entries = [Entry(f"Stepwell, {kind}", lambda kind=kind: OurSearch(whole, kind)) for kind in weights]
    entries += [Entry(name, lambda name=name: Search(speech, name)) for name in PEERS]
    for entry in entries:
        entry.start()
        entry.measure(1)
        entry.stop()
        say(f"  {entry.name}: {entry.values} {entry.notes}")
    note = ("2048 cells; latency from the arrival of the last sample that a row of logits needs to that row. Stepwell: features "
            "and model. Peers: model alone (libdeepspeech: features and decoding, too), batching written by hand, the best "
            "number of frames a call.")
    rows = [{**entry.row(), **entry.notes} for entry in entries]
    return table(title, "streams", note, rows, "ONNX Runtime, twin, fp32", ("frames a call", "p99, ms"))
