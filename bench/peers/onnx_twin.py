"""An ONNX model of the same network as a frozen DeepSpeech graph, as its users would build it for ONNX Runtime.

ONNX Runtime cannot take the published graph. The twin holds the same weights: Gemm and Clip for the dense layers, one
LSTM op for the recurrence, state in and out. It leaves out the lengths of padded calls. Frames and batch are fixed
where they are numbers (what ONNX Runtime runs fastest) and free where they are None. Layout of LSTM's weights:
https://onnx.ai/onnx/operators/onnx__LSTM.html (gates i, o, f, c); of TensorFlow's kernel: [inputs + cells, 4 * cells],
gates i, c, f, o.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from frozen import RELU_CLIP, Network


class Twin:
    def __init__(self, network, frames, batch):
        self.network, self.frames, self.batch = network, frames, batch
        self.nodes, self.initializers = [], []
        self.reshaped("x", "rows", -1, network.window)
        self.add_dense_layers("rows", (1, 2, 3))
        self.add_lstm()
        self.add_dense_layers("hidden_rows", (5, 6))

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, op, inputs, outputs, **attributes):
        self.nodes.append(helper.make_node(op, inputs, outputs, **attributes))
        return outputs[0]

    def reshaped(self, value, name, *shape):
        return self.node("Reshape", [value, self.constant(name + "_shape", np.array(shape, np.int64))], [name])

    def add_dense_layers(self, value, layers):
        limits = (("low", 0), ("high", RELU_CLIP))
        low, high = (self.constant(f"{end}_{layers[0]}", np.float32(limit)) for end, limit in limits)
        for layer in layers:
            weights, bias = self.network.dense(layer)
            parts = [value, self.constant(f"weights_{layer}", weights), self.constant(f"bias_{layer}", bias)]
            if layer == 6:
                self.node("Gemm", parts, ["logits"])
                return
            value = self.node("Clip", [self.node("Gemm", parts, [f"sum_{layer}"]), low, high], [f"dense_{layer}"])

    def lstm_input(self):
        """Layer 3's rows as [frames, batch, inputs]."""
        inputs = self.network.inputs
        if self.frames and self.batch:
            return self.reshaped("dense_3", "lstm_x", self.frames, self.batch, inputs)
        self.node("Shape", ["x"], ["frames_and_batch"], start=0, end=2)
        shape = self.node("Concat", ["frames_and_batch", self.constant("inputs", np.array([inputs], np.int64))],
                          ["lstm_x_shape"], axis=0)
        return self.node("Reshape", ["dense_3", shape], ["lstm_x"])

    def add_lstm(self):
        kernel, bias, cells = self.network.kernel, self.network.gate_bias(), self.network.cells
        i, c, f, o = (slice(gate * cells, (gate + 1) * cells) for gate in range(4))
        order = lambda array: np.concatenate([array[..., gate] for gate in (i, o, f, c)], axis=-1)
        inputs = self.network.inputs
        weights = self.constant("lstm_input", order(kernel[:inputs]).T[None])
        recurrent = self.constant("lstm_recurrent", order(kernel[inputs:]).T[None])
        both = self.constant("lstm_bias", np.concatenate([order(bias), np.zeros_like(bias)])[None])
        self.node("LSTM", [self.lstm_input(), weights, recurrent, both, "", "h", "c"], ["hidden", "new_h", "new_c"],
                  hidden_size=cells)
        self.reshaped("hidden", "hidden_rows", -1, cells)

    def save(self, path):
        frames, batch = self.frames or "frames", self.batch or "batch"
        rows = frames * batch if self.frames and self.batch else "rows"
        tensor = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        state = (1, batch, self.network.cells)
        graph = helper.make_graph(
            self.nodes, "deepspeech",
            [tensor("x", frames, batch, self.network.window), tensor("h", *state), tensor("c", *state)],
            [tensor("logits", rows, self.network.classes), tensor("new_h", *state), tensor("new_c", *state)],
            self.initializers)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def make_twin(frozen, path, frames, batch):
    Twin(Network(frozen), frames, batch).save(path)


def quantize(path, quantized, per_channel, **more):
    from onnxruntime.quantization import QuantType, quantize_dynamic
    quantize_dynamic(path, quantized, weight_type=QuantType.QInt8, per_channel=per_channel, **more)
