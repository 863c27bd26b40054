"""One DeepSpeech network in each runtime, behind one interface: call() runs one call, its state fed back.

Each is as its experts would set it up: shapes fixed, as many threads as were asked for, no copies but the state's. A
spec holds `frozen` (the graph), `ir` and `info` (our IR of it), `folder` (for files), `threads`, `frames`, `batch` and
`variant`; `fixed` is the graph made for that number of frames.
"""
import os

import numpy as np


def random_windows(frames, batch):
    """As `stepwell bench` draws them."""
    return np.random.RandomState(1).uniform(-1, 1, (batch, frames, 19, 26)).astype(np.float32)


class Peer:
    """call() returns the logits; feed(windows [batch, frames, 19, 26]) sets the next calls' input; reset() forgets."""

    def logits(self, inputs, output):
        """Runs the calls in the file `inputs` [calls, batch, frames, 19, 26] from a fresh state; stores all logits."""
        self.reset()
        rows = []
        for windows in np.load(inputs):
            self.feed(windows)
            rows.append(np.array(self.call()).ravel())
        np.save(output, np.stack(rows))


def onnx_session(path, threads):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def twin_file(spec, frames, batch):
    """The twin at that size, in the spec's variant: fp32, int8 or int8-per-channel."""
    import onnx_twin
    stem = f"{spec['folder']}/twin-{frames}-{batch}"
    floats, path = f"{stem}-fp32.onnx", f"{stem}-{spec['variant']}.onnx"
    if not os.path.exists(floats):
        onnx_twin.make_twin(spec["frozen"], floats, frames, batch)
    if not os.path.exists(path):
        onnx_twin.quantize(floats, path, per_channel=spec["variant"] == "int8-per-channel")
    return path


class OnnxRuntime(Peer):
    """The hand-built twin: ONNX Runtime does not take the published graph."""

    def __init__(self, spec):
        frames, batch = spec["frames"], spec["batch"]
        self.session = onnx_session(twin_file(spec, frames, batch), spec["threads"])
        self.state = np.zeros(self.session.get_inputs()[1].shape, np.float32)
        self.feeds = {}
        self.feed(random_windows(frames, batch))
        self.reset()

    def feed(self, windows):
        rows = windows.transpose(1, 0, 2, 3)
        self.feeds["x"] = np.ascontiguousarray(rows.reshape(*rows.shape[:2], -1))

    def reset(self):
        self.feeds["h"] = self.feeds["c"] = self.state

    def call(self):
        logits, self.feeds["h"], self.feeds["c"] = self.session.run(["logits", "new_h", "new_c"], self.feeds)
        return logits


def compiled_by_openvino(spec, shapes):
    """variant: f32, or default (bf16 where the CPU has it)."""
    import openvino as ov
    config = {"INFERENCE_NUM_THREADS": spec["threads"], "PERFORMANCE_HINT": "LATENCY"}
    if spec["variant"] != "default":
        config["INFERENCE_PRECISION_HINT"] = spec["variant"]
    core = ov.Core()
    network = core.read_model(spec["ir"])
    network.reshape(shapes)
    return core.compile_model(network, "CPU", config)


class OpenVino(Peer):
    """Our IR of the published graph."""

    def __init__(self, spec):
        self.info, frames, batch = spec["info"], spec["frames"], spec["batch"]
        self.names = {port.get("role"): port["name"] for port in self.info["inputs"]}
        self.feeds = {self.names["lengths"]: np.full(batch, frames, np.int32)}
        self.feed(random_windows(frames, batch))
        self.batch = batch
        self.reset()
        shapes = {name: list(array.shape) for name, array in self.feeds.items()}
        self.request = compiled_by_openvino(spec, shapes).create_infer_request()
        self.states = [(state["input"], state["output"]) for state in self.info["states"]]

    def feed(self, windows):
        self.feeds[self.names["features"]] = windows

    def reset(self):
        for port in self.info["inputs"]:
            if "role" not in port:
                self.feeds[port["name"]] = np.zeros((self.batch, port["default_shape"][1]), np.float32)

    def call(self):
        self.request.infer(self.feeds, share_inputs=True)
        for source, result in self.states:
            self.feeds[source] = self.request.get_tensor(result).data.copy()
        return self.request.get_tensor(self.info["roles"]["logits"]).data


class TensorFlow(Peer):
    """The published graph itself, its state fed and fetched by name."""

    def __init__(self, spec):
        import tensorflow as tf
        from frozen import read_graph
        tf1 = tf.compat.v1
        graph = tf1.Graph()
        with graph.as_default():
            tf1.import_graph_def(read_graph(spec.get("fixed", spec["frozen"])), name="")
        config = tf1.ConfigProto(intra_op_parallelism_threads=spec["threads"], inter_op_parallelism_threads=1)
        names = ["input_node:0", "input_lengths:0", "previous_state_c:0", "previous_state_h:0"]
        self.run = tf1.Session(graph=graph, config=config).make_callable(
            ["raw_logits:0", "new_state_c:0", "new_state_h:0"], feed_list=names)
        self.zeros = np.zeros((spec["batch"], graph.get_tensor_by_name(names[2]).shape[1]), np.float32)
        self.lengths = np.full(spec["batch"], spec["frames"], np.int32)
        self.feed(random_windows(spec["frames"], spec["batch"]))
        self.reset()

    def feed(self, windows):
        self.windows = windows

    def reset(self):
        self.c = self.h = self.zeros

    def call(self):
        logits, self.c, self.h = self.run(self.windows, self.lengths, self.c, self.h)
        return logits


def tflite_file(spec, frames, unrolled=False):
    """The TFLite twin at that size, in the spec's variant: fp32 or int8."""
    import tflite_twin
    path = f"{spec['folder']}/{'unrolled' if unrolled else 'twin'}-{frames}-{spec['variant']}.tflite"
    if not os.path.exists(path):
        tflite_twin.convert(spec["frozen"], path, frames, spec["variant"] == "int8", unrolled)
    return path


class TfLite(Peer):
    """The twin in TFLite's own ops (tflite_twin.py). variant: fp32, or int8 (weights; activations as they come)."""

    def __init__(self, spec):
        import tensorflow as tf
        interpreter = tf.lite.Interpreter(model_path=tflite_file(spec, spec["frames"]), num_threads=spec["threads"])
        self.runner = interpreter.get_signature_runner()
        cells = self.runner.get_input_details()["h"]["shape"][1]
        self.zeros = np.zeros((1, cells), np.float32)
        self.feeds = {}
        self.feed(random_windows(spec["frames"], 1))
        self.reset()

    def feed(self, windows):
        self.feeds["x"] = np.ascontiguousarray(windows.reshape(windows.shape[1], -1))

    def reset(self):
        self.feeds["h"] = self.feeds["c"] = self.zeros

    def call(self):
        results = self.runner(**self.feeds)
        self.feeds["h"], self.feeds["c"] = results["new_h"], results["new_c"]
        return results["logits"]


class TfLitePublished:
    """The published graph in TFLite: says why it does not convert. `small` is the same graph with fewer cells."""

    def __init__(self, spec):
        import tensorflow as tf
        inputs = ["input_node", "input_lengths", "previous_state_c", "previous_state_h"]
        converter = tf.compat.v1.lite.TFLiteConverter.from_frozen_graph(
            spec["small"], inputs, ["raw_logits", "new_state_c", "new_state_h"])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
        try:
            converter.convert()
        except Exception as error:
            causes = [line for line in str(error).splitlines() if "neither" in line] or [str(error)]
            raise RuntimeError("does not convert: " + causes[0].split("): ")[-1]) from None
        raise RuntimeError("converts, against what was known; it is not measured")


class LibDeepSpeech:
    """libdeepspeech fed the audio of one call, features and decoding (beam 1) included; it has no setting for threads."""

    def __init__(self, spec):
        import libdeepspeech
        self.model = libdeepspeech.Model(spec["library"], spec["fixed"] + "mm")
        self.stream = self.model.stream()
        self.audio = libdeepspeech.speechlike(spec["frames"] * 0.02)
        self.model.feed(self.stream, libdeepspeech.speechlike(1))  # from here on every call runs the network once

    def call(self):
        self.model.feed(self.stream, self.audio)
