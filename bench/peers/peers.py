"""One DeepSpeech network in each runtime, behind one interface: call() runs one call, its state fed back.

Each is as its experts would set it up: shapes fixed, as many threads as were asked for, no copies but the state's.
"""
import numpy as np

import onnx_twin


def random_frames(frames, batch):
    return np.random.RandomState(1).standard_normal((batch, frames, 19, 26)).astype(np.float32)


class OnnxRuntime:
    """The hand-built twin: ONNX Runtime does not take the published graph. weights: fp32, int8, int8-per-channel."""

    def __init__(self, model, threads, frames, batch, weights):
        import onnxruntime as ort
        path = f"{model['folder']}/twin-{frames}-{batch}-{weights}.onnx"
        floats = path if weights == "fp32" else path.replace(".onnx", "-fp32.onnx")
        onnx_twin.make_twin(model["frozen"], floats, frames, batch)
        if weights != "fp32":
            onnx_twin.quantize(floats, path, per_channel=weights == "int8-per-channel")
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        state = np.zeros(self.session.get_inputs()[1].shape, np.float32)
        rows = random_frames(frames, batch).transpose(1, 0, 2, 3).reshape(frames * batch, -1)
        self.feeds = {"x": np.ascontiguousarray(rows), "h": state, "c": state}

    def call(self):
        _, self.feeds["h"], self.feeds["c"] = self.session.run(["logits", "new_h", "new_c"], self.feeds)


class OpenVino:
    """Our IR of the published graph. precision: f32, or default (bf16 where the CPU has it)."""

    def __init__(self, model, threads, frames, batch, precision):
        import openvino as ov
        config = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
        if precision != "default":
            config["INFERENCE_PRECISION_HINT"] = precision
        self.feeds = {}
        for port in model["info"]["inputs"]:
            if port.get("role") == "features":
                self.feeds[port["name"]] = random_frames(frames, batch)
            elif port.get("role") == "lengths":
                self.feeds[port["name"]] = np.full(batch, frames, np.int32)
            else:
                self.feeds[port["name"]] = np.zeros((batch, port["default_shape"][1]), np.float32)
        core = ov.Core()
        network = core.read_model(model["ir"])
        network.reshape({name: list(array.shape) for name, array in self.feeds.items()})
        self.request = core.compile_model(network, "CPU", config).create_infer_request()
        self.states = [(state["input"], state["output"]) for state in model["info"]["states"]]

    def call(self):
        self.request.infer(self.feeds, share_inputs=True)
        for source, result in self.states:
            self.feeds[source] = self.request.get_tensor(result).data.copy()


class TensorFlow:
    """The published graph itself, 0.6 or later: its state is fed and fetched by name."""

    def __init__(self, model, threads, frames, batch, _):
        import tensorflow as tf
        tf1 = tf.compat.v1
        definition = tf1.GraphDef()
        with open(model["frozen"], "rb") as file:
            definition.ParseFromString(file.read())
        graph = tf1.Graph()
        with graph.as_default():
            tf1.import_graph_def(definition, name="")
        config = tf1.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=1)
        names = ["input_node:0", "input_lengths:0", "previous_state_c:0", "previous_state_h:0"]
        self.run = tf1.Session(graph=graph, config=config).make_callable(
            ["logits:0", "new_state_c:0", "new_state_h:0"], feed_list=names)
        cells = int(graph.get_tensor_by_name(names[2]).shape[1])
        self.frames, self.lengths = random_frames(frames, batch), np.full(batch, frames, np.int32)
        self.c = self.h = np.zeros((batch, cells), np.float32)

    def call(self):
        _, self.c, self.h = self.run(self.frames, self.lengths, self.c, self.h)


# Name in the table -> class, variant.
PEERS = {
    "ONNX Runtime, twin, fp32": (OnnxRuntime, "fp32"),
    "ONNX Runtime, twin, dynamic int8": (OnnxRuntime, "int8"),
    "ONNX Runtime, twin, dynamic int8 per channel": (OnnxRuntime, "int8-per-channel"),
    "OpenVINO, fp32": (OpenVino, "f32"),
    "OpenVINO, its default precision": (OpenVino, "default"),
    "TensorFlow": (TensorFlow, ""),
}
