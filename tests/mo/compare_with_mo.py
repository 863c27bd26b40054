#!/usr/bin/env python3
"""Gives the same command line to OpenVINO's mo and to Stepwell, runs both files, and compares what they compute.

    compare_with_mo.py STEPWELL MO OUTPUT_FOLDER [CASE...]

mo's IR is run by OpenVINO and, as foreign IR, by Stepwell; ours by Stepwell. Prints the largest differences from mo's
IR in OpenVINO, as parts of the largest magnitude; exit code 1 where one is beyond the bound. Needs openvino-dev
2024.6.0 (the last mo) and TensorFlow.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys

import numpy as np
import openvino as ov

MODELS = pathlib.Path(__file__).resolve().parents[2] / "models"
BOUND = 1e-5  # of the largest magnitude of an output
TIMEOUT_SECONDS = 120
ATTEMPTS = 3  # mo hangs now and then before it has read anything


class Case:
    """A command line; what mo needs besides (`mo`); the extents of free dimensions, by input."""

    def __init__(self, arguments, mo=(), extents=None):
        self.arguments, self.mo, self.extents = [str(a) for a in arguments], list(mo), extents or {}


def deepspeech(version, scope, states):
    return ["--input_model", MODELS / f"deepspeech/{version}-64/output_graph.pb", "--input",
            f"input_lengths->[16],input_node[1,16,19,26],previous_state_h{states},previous_state_c{states}",
            "--output", f"{scope}/GatherNd_1,{scope}/GatherNd,logits"]


BERT_RESNET = MODELS / "bert_resnet/tf112"
BERT = BERT_RESNET / "bert_tiny_meta/bert_model.ckpt.meta"
FROZEN_BERT = BERT_RESNET / "bert_tiny_frozen/inference_graph.pb"
RESNET = ["--input_meta_graph", BERT_RESNET / "resnet_tiny/imagenet_resnet152.ckpt.meta", "--output", "Squeeze"]
IMAGES = [*RESNET, "--input_shape", "[2,64,64,3]"]
# mo loses means and scales of names with a port, and those without --input, silently or with an error.
NAMED_IMAGES = [*RESNET, "--input", "input[2,64,64,3]"]
MEAN = ["--mean_values", "[0.1,0.2,0.3]"]
SCALE = ["--scale_values", "[0.5,2,3]"]
REVERSED = "--reverse_input_channels"
SAVED_MODEL = ["--saved_model_dir", MODELS.parent / "tests/data/saved_models/two_tags"]

CASES = {
    "deepspeech 0.8.2": Case(deepspeech(
        "0.8.2", "cudnn_lstm/rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell", "[1,64]")),
    "deepspeech 0.8.2, FP16": Case(["--compress_to_fp16", *deepspeech(
        "0.8.2", "cudnn_lstm/rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell", "[1,64]")]),
    "lm_1b": Case(
        ["--input_model", MODELS / "lm_1b/tiny/graph.pbtxt", "--input_checkpoint", MODELS / "lm_1b/tiny/ckpt",
         "--input_model_is_text", "--input_shape", "[50],[50],[1,80],[1,80]",
         "--output", "softmax_out,lstm/lstm_0/concat_2,lstm/lstm_1/concat_2", "--input",
         "char_embedding/EmbeddingLookupUnique/Unique:0,char_embedding/EmbeddingLookupUnique/Unique:1,"
         "Variable/read,Variable_1/read"], mo=["--use_legacy_frontend"]),
    "BERT, MetaGraph": Case(["--input_meta_graph", BERT, "--output", "bert/pooler/dense/Tanh",
                             "--input", "Placeholder{i32},Placeholder_1{i32},Placeholder_2{i32}"]),
    "BERT, frozen": Case(["--input_model", FROZEN_BERT, "--input",
                          "IteratorGetNext:0{i32}[1 32],IteratorGetNext:1{i32}[1 32],IteratorGetNext:4{i32}[1 32]"]),
    "ResNet": Case(IMAGES),
    "ResNet, batch": Case(RESNET + ["--batch", "3"]),
    "ResNet, static": Case(RESNET + ["--static_shape", "--input", "input[1,64,64,3]"]),
    "ResNet, mean and scale": Case(IMAGES + MEAN + SCALE),
    "ResNet, mean and one scale": Case(IMAGES + MEAN + ["--scale", "2"]),
    "ResNet, named mean and scale": Case(
        NAMED_IMAGES + ["--mean_values", "input(0.1,0.2,0.3)", "--scale_values", "input[0.5,2,3]"]),
    "ResNet, one scale": Case(IMAGES + ["-s", "0.25"]),
    "ResNet, reversed channels": Case(IMAGES + MEAN + [REVERSED, "--layout", "nhwc"]),
    "ResNet, reversed channels, no layout": Case(IMAGES + MEAN + SCALE + [REVERSED]),
    "ResNet, other layout": Case(IMAGES + ["--layout", "nhwc->nchw"]),
    "ResNet, named layout": Case(NAMED_IMAGES + ["--layout", "input([n,h,w,c]->[n,c,h,w])"]),
    "ResNet, other layout, mean and scale": Case(IMAGES + MEAN + SCALE + ["--layout", "nhwc->nchw"]),
    "ResNet, other layout and all of the rest": Case(
        IMAGES + MEAN + SCALE + [REVERSED, "--layout", "nhwc->nchw"]),
    "ResNet, source and target layout": Case(IMAGES + ["--source_layout", "nhwc", "--target_layout", "nchw"]),
    "ResNet, FP16": Case(IMAGES + ["--compress_to_fp16"]),
    "SavedModel": Case(SAVED_MODEL + ["--saved_model_tags", "serve"]),
    "SavedModel, other tags": Case(SAVED_MODEL + ["--saved_model_tags", "serve,train"]),
}


def run_to_end(command):
    """What the command wrote and its exit code; nothing where it hangs. All that it started ends with it."""
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, start_new_session=True)
    try:
        out, err = process.communicate(timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None
    return out, err, process.returncode


def tool(command, what):
    result = next(filter(None, (run_to_end(command) for _ in range(ATTEMPTS))), None)
    if result is None:
        raise RuntimeError(f"{what} did not end within {TIMEOUT_SECONDS} seconds, {ATTEMPTS} times")
    out, err, code = result
    if code != 0:
        raise RuntimeError(f"{what} ended with {code}: {(err or out)[-600:]}")
    return out


def random_inputs(model, case, random):
    """Values for each input by its name in our file; masks and indices are small whole numbers."""
    values = {}
    for port in model["inputs"]:
        default = port.get("default_shape", port["shape"])
        shape = [dim if dim is not None else known for dim, known in zip(port["shape"], default)]
        shape = case.extents.get(port["name"], shape)
        if port["type"].startswith("i"):
            # A token type or a mask has two values only; which inputs these are is known to the case alone.
            values[port["name"]] = random.integers(0, 2, shape).astype({"i32": np.int32, "i64": np.int64}[port["type"]])
        else:
            values[port["name"]] = random.uniform(-1, 1, shape).astype(np.float32)
    return values


def source_name(name):
    """NODE:PORT of an input. The legacy frontend calls one that it cut NODE/placeholder_out_port_PORT."""
    name = re.sub(r"/placeholder_(?:out_)?port_(\d+)(?::0)?$", r":\1", name)
    return name if re.search(r":\d+$", name) else name + ":0"


def run_in_openvino(xml, values):
    compiled = ov.Core().compile_model(str(xml), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 2})
    feed = {}
    for port in compiled.inputs:
        names = {source_name(given) for given in port.names}
        named = [name for name in values if source_name(name) in names]
        if len(named) != 1:
            raise RuntimeError(f"no one value for mo's input {sorted(port.names)}")
        feed[port] = values[named[0]]
    results = compiled(feed)
    return [np.asarray(results[port]) for port in compiled.outputs]


def run_in_stepwell(stepwell, xml, values, folder):
    model = json.loads(tool([stepwell, "info", xml, "--json"], "stepwell info"))
    by_source_name = {source_name(name): value for name, value in values.items()}
    flags = []
    for index, port in enumerate(model["inputs"]):
        np.save(folder / f"in_{index}.npy", by_source_name[source_name(port["name"])])
        flags += ["--input", f"{port['name']}={folder}/in_{index}.npy"]
    tool([stepwell, "run", xml, *flags, "--output-dir", folder], f"stepwell run {xml}")
    file_of = lambda name: folder / (re.sub(r"[^A-Za-z0-9._-]", "_", name) + ".npy")
    return [np.load(file_of(port["name"])) for port in model["outputs"]]


def difference(found, expected):
    """The largest, over all outputs; infinite where numbers or shapes of outputs differ."""
    if len(found) != len(expected) or any(f.shape != e.shape for f, e in zip(found, expected)):
        return float("inf")
    return max(float(np.abs(f.astype(np.float64) - e).max() / max(np.abs(e).max(), 1e-30))
               for f, e in zip(found, expected))


def compare(case, name, stepwell, mo, out):
    folder = out / re.sub(r"[^A-Za-z0-9]+", "_", name)
    for part in ("mo", "stepwell", "run_mo", "run_stepwell"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    precision = [] if any("fp16" in argument for argument in case.arguments) else ["--compress_to_fp16=False"]
    common = [*case.arguments, "--model_name", "model", "--output_dir"]
    tool([mo, *common, folder / "mo", *precision, *case.mo], "mo")
    tool([stepwell, "convert", *common, folder / "stepwell"], "stepwell convert")
    ours, theirs = folder / "stepwell/model.xml", folder / "mo/model.xml"
    model = json.loads(tool([stepwell, "info", ours, "--json"], "stepwell info"))
    values = random_inputs(model, case, np.random.default_rng(1))
    expected = run_in_openvino(theirs, values)
    return (difference(run_in_stepwell(stepwell, ours, values, folder / "run_stepwell"), expected),
            difference(run_in_stepwell(stepwell, theirs, values, folder / "run_mo"), expected))


def main(stepwell, mo, out, *names):
    failed = False
    print("| command line | our IR, our runtime | mo's IR, our runtime |\n|---|---|---|")
    for name, case in CASES.items():
        if names and name not in names:
            continue
        try:
            differences = compare(case, name, stepwell, mo, pathlib.Path(out))
        except RuntimeError as error:
            print(f"| {name} | {error} | |", flush=True)
            failed = True
            continue
        failed |= not max(differences) <= BOUND
        print(f"| {name} | {differences[0]:.1e} | {differences[1]:.1e} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
