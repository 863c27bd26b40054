"""An ONNX model of the same network as a frozen DeepSpeech graph, as its users would build it for ONNX Runtime.

ONNX Runtime cannot take the published graph. The twin holds the same weights: Gemm and Clip for the dense layers, one
LSTM op for the recurrence, state in and out, sizes fixed (which is what ONNX Runtime runs fastest). It leaves out the
lengths of padded calls. Layout of LSTM's weights: https://onnx.ai/onnx/operators/onnx__LSTM.html (gates i, o, f, c);
of TensorFlow's kernel: [inputs + cells, 4 * cells], gates i, c, f, o.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RELU_CLIP = 20.0


def frozen_constants(path):
    """Arrays by node name, and the forget bias of the LSTM."""
    import tensorflow as tf
    graph = tf.compat.v1.GraphDef()
    with open(path, "rb") as file:
        graph.ParseFromString(file.read())
    arrays = {node.name: tf.make_ndarray(node.attr["value"].tensor) for node in graph.node if node.op == "Const"}
    forget_bias = [node.attr["forget_bias"].f for node in graph.node if node.op.startswith("BlockLSTM")]
    return arrays, forget_bias[0]


def only(arrays, ending):
    found = [array for name, array in arrays.items() if name.endswith(ending)]
    assert len(found) == 1, f"{len(found)} constants are called …{ending}"
    return found[0]


class Twin:
    def __init__(self, arrays, forget_bias, frames, batch):
        self.arrays, self.frames, self.batch = arrays, frames, batch
        self.nodes, self.initializers = [], []
        kernel, bias = only(arrays, "lstm_cell/kernel"), only(arrays, "lstm_cell/bias")
        self.cells = kernel.shape[1] // 4
        self.add_dense_layers("x", (1, 2, 3))
        self.add_lstm(kernel, bias, forget_bias)
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
        low, high = (self.constant(f"{end}_{layers[0]}", np.float32(limit)) for end, limit in (("low", 0), ("high", RELU_CLIP)))
        for layer in layers:
            weights = self.constant(f"weights_{layer}", self.arrays[f"layer_{layer}/weights"])
            bias = self.constant(f"bias_{layer}", self.arrays[f"layer_{layer}/bias"])
            if layer == 6:
                self.node("Gemm", [value, weights, bias], ["logits"])
                return
            value = self.node("Clip", [self.node("Gemm", [value, weights, bias], [f"sum_{layer}"]), low, high],
                              [f"dense_{layer}"])

    def add_lstm(self, kernel, bias, forget_bias):
        i, c, f, o = (slice(gate * self.cells, (gate + 1) * self.cells) for gate in range(4))
        bias = bias.copy()
        bias[f] += forget_bias
        order = lambda array: np.concatenate([array[..., gate] for gate in (i, o, f, c)], axis=-1)
        inputs = kernel.shape[0] - self.cells
        weights = self.constant("lstm_input", order(kernel[:inputs]).T[None])
        recurrent = self.constant("lstm_recurrent", order(kernel[inputs:]).T[None])
        both = self.constant("lstm_bias", np.concatenate([order(bias), np.zeros_like(bias)])[None])
        x = self.reshaped("dense_3", "lstm_x", self.frames, self.batch, inputs)
        self.node("LSTM", [x, weights, recurrent, both, "", "h", "c"], ["hidden", "new_h", "new_c"],
                  hidden_size=self.cells)
        self.reshaped("hidden", "hidden_rows", self.frames * self.batch, self.cells)

    def save(self, path):
        window = self.arrays["layer_1/weights"].shape[0]
        tensor = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        state = (1, self.batch, self.cells)
        graph = helper.make_graph(
            self.nodes, "deepspeech", [tensor("x", self.frames * self.batch, window), tensor("h", *state), tensor("c", *state)],
            [tensor("logits", self.frames * self.batch, self.arrays["layer_6/weights"].shape[1]), tensor("new_h", *state),
             tensor("new_c", *state)], self.initializers)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def make_twin(frozen, path, frames, batch):
    arrays, forget_bias = frozen_constants(frozen)
    Twin(arrays, forget_bias, frames, batch).save(path)


def quantize(path, quantized, per_channel):
    from onnxruntime.quantization import QuantType, quantize_dynamic
    quantize_dynamic(path, quantized, weight_type=QuantType.QInt8, per_channel=per_channel)
