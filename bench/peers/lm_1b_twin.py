"""An ONNX model of lm_1b's network (characters in, probabilities of all words out, state in and out) for ONNX Runtime.

ONNX Runtime cannot take the published graph. The weights are those of the checkpoint (its shards joined), in a file of
their own beside the model, because a protobuf message ends at 2 GB. LSTM with peepholes and projection is spelled out:
ONNX's op has no projection. In int8, products are DynamicQuantizeMatMul, which is what `quantize_dynamic` and ONNX
Runtime's own fusion make of them, a scale for each output; written here shard by shard, because the tool would hold the
model several times.
"""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

CHARACTERS = 50
KINDS = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int8): TensorProto.INT8}


class Checkpoint:
    """Variables by name, mapped; shards NAME_0 … joined when asked for."""

    def __init__(self, folder, scripts):
        sys.path.insert(0, scripts)
        from lm_numpy import read_v1
        self.arrays = {}
        for name in sorted(os.listdir(folder)):
            self.arrays.update(read_v1(os.path.join(folder, name)))

    def __getitem__(self, name):
        return self.arrays[name]

    def shards(self, name):
        return [self.arrays[f"{name}_{index}"] for index in range(len(self.arrays)) if f"{name}_{index}" in self.arrays]

    def joined(self, name):
        return Whole(np.concatenate(self.shards(name)))

    def softmax(self):
        return Interleaved(self.shards("softmax/W"))


class Whole:
    """Weights [inputs, outputs] in one array."""

    def __init__(self, array):
        self.array, self.shape = array, array.shape

    def blocks(self):
        yield self.array

    def largest(self):
        """Largest magnitude of each output."""
        return np.abs(self.array).max(axis=0)


class Interleaved:
    """The softmax as [projected, words]: row r of shard s, [words / shards, projected], is word r * shards + s."""

    def __init__(self, shards):
        self.parts, self.shape = shards, (shards[0].shape[1], sum(len(shard) for shard in shards))

    def blocks(self, rows=64):
        for start in range(0, self.shape[0], rows):
            parts = [shard[:, start:start + rows] for shard in self.parts]
            yield np.ascontiguousarray(np.stack(parts, axis=1).reshape(self.shape[1], -1).T)

    def largest(self):
        return np.stack([np.abs(shard).max(axis=1) for shard in self.parts], axis=1).ravel()


class Twin:
    def __init__(self, checkpoint, path, int8):
        self.checkpoint, self.path, self.int8 = checkpoint, path, int8
        self.nodes, self.initializers = [], []
        self.data = os.path.basename(path) + ".data"
        with open(path + ".data", "wb") as self.file:
            word = self.character_cnn()
            for layer in (0, 1):
                word = self.lstm(layer, word)
            logits = self.dense(word, "softmax", checkpoint.softmax(), checkpoint["softmax/b"])
            self.node("Softmax", [logits], "probabilities", axis=1)

    def constant(self, name, array):
        return self.stored(name, array.dtype, array.shape, [array])

    def stored(self, name, dtype, shape, blocks):
        """Puts the rows of the blocks into the file of weights, at a page."""
        self.file.write(b"\0" * (-self.file.tell() % 4096))
        tensor = TensorProto(name=name, data_type=KINDS[np.dtype(dtype)], dims=shape, data_location=TensorProto.EXTERNAL)
        length = int(np.prod(shape)) * np.dtype(dtype).itemsize
        for key, value in (("location", self.data), ("offset", self.file.tell()), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        for block in blocks:
            np.ascontiguousarray(block, dtype).tofile(self.file)
        self.initializers.append(tensor)
        return name

    def node(self, op, inputs, output, **attributes):
        outputs = [output] if isinstance(output, str) else output
        self.nodes.append(helper.make_node(op, inputs, outputs, **attributes))
        return output

    def dense(self, x, name, weights, bias):
        bias = self.constant(f"{name}/bias", bias.reshape(-1))
        if not self.int8:
            kept = self.stored(f"{name}/weights", np.float32, weights.shape, weights.blocks())
            return self.node("Gemm", [x, kept, bias], f"{name}/sum")
        scales = np.maximum(weights.largest() / np.float32(127), np.finfo(np.float32).tiny)
        rounded = (np.rint(block / scales) for block in weights.blocks())
        parts = [x, self.stored(f"{name}/weights", np.int8, weights.shape, rounded),
                 self.constant(f"{name}/scales", scales), "", bias]
        return self.node("DynamicQuantizeMatMul", parts, f"{name}/sum", domain="com.microsoft")

    def linear(self, x, name, shift=0):
        return self.dense(x, name, self.checkpoint.joined(f"{name}/W"), self.checkpoint[f"{name}/b"] + np.float32(shift))

    def character_cnn(self):
        scope = "char_embedding"
        self.node("Gather", [self.constant(f"{scope}/W", self.checkpoint[f"{scope}/W"]), "characters"], "embedded")
        self.node("Transpose", ["embedded"], "channels", perm=[0, 2, 1])
        parts = [self.convolution(f"{scope}/cnn_{index}") for index in range(8)]
        h = self.node("Concat", parts, "convolved", axis=1)
        for layer in (0, 1):
            h = self.highway(f"{scope}/dense_{layer}", h)
        return self.linear(h, f"{scope}/proj")

    def convolution(self, name):
        kernel = self.checkpoint[f"{name}/kernel"][:, :, 0].transpose(2, 1, 0)  # [filters, channels, width]
        bias = self.constant(f"{name}/b", self.checkpoint[f"{name}/b"].reshape(-1))
        conv = self.node("Conv", ["channels", self.constant(f"{name}/kernel", kernel), bias], f"{name}/conv")
        return self.node("ReduceMax", [self.node("Relu", [conv], f"{name}/relu")], f"{name}/max", axes=[2], keepdims=0)

    def highway(self, name, h):
        gate = self.node("Sigmoid", [self.linear(h, f"{name}/gate", shift=-2)], f"{name}/gate/open")
        carried = self.node("Relu", [self.linear(h, f"{name}/tr")], f"{name}/tr/relu")
        change = self.node("Mul", [gate, self.node("Sub", [carried, h], f"{name}/difference")], f"{name}/change")
        return self.node("Add", [h, change], f"{name}/out")

    def lstm(self, layer, x):
        name, c, h = f"lstm/lstm_{layer}", f"c{layer}", f"h{layer}"
        bias = self.checkpoint[f"{name}/B"].copy()
        cells = len(bias) // 4
        bias[2 * cells:3 * cells] += 1  # gates i, j, f, o
        both = self.node("Concat", [x, h], f"{name}/both", axis=1)
        sums = self.dense(both, name, self.checkpoint.joined(f"{name}/W"), bias)
        i, j, f, o = self.node("Split", [sums], [f"{name}/{gate}" for gate in "ijfo"], axis=1)
        kept = self.node("Mul", [self.gate(name, f, "F", c), c], f"{name}/kept")
        added = self.node("Mul", [self.gate(name, i, "I", c), self.node("Tanh", [j], f"{name}/tanh_j")], f"{name}/added")
        new_c = self.node("Add", [kept, added], f"new_{c}")
        shown = self.node("Mul", [self.gate(name, o, "O", new_c), self.node("Tanh", [new_c], f"{name}/tanh_c")], f"{name}/shown")
        projection = self.checkpoint.joined(f"{name}/W_P")
        return self.node("Identity", [self.dense(shown, f"{name}/P", projection, np.zeros(projection.shape[1], np.float32))],
                         f"new_{h}")

    def gate(self, name, value, letter, cell):
        peephole = self.constant(f"{name}/{letter}", self.checkpoint[f"{name}/W_{letter}_diag"])
        seen = self.node("Mul", [peephole, cell], f"{name}/{letter}/seen")
        return self.node("Sigmoid", [self.node("Add", [value, seen], f"{name}/{letter}/sum")], f"{name}/{letter}/open")

    def save(self):
        cells, words = len(self.checkpoint["lstm/lstm_0/B"]) // 4, len(self.checkpoint["softmax/b"])
        projected = self.checkpoint["softmax/W_0"].shape[1]
        tensor = lambda name, size: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, size])
        states = [(f"{kind}{layer}", size) for layer in (0, 1) for kind, size in (("c", cells), ("h", projected))]
        characters = helper.make_tensor_value_info("characters", TensorProto.INT32, [1, CHARACTERS])
        graph = helper.make_graph(
            self.nodes, "lm_1b", [characters, *(tensor(*state) for state in states)],
            [tensor("probabilities", words), *(tensor(f"new_{name}", size) for name, size in states)], self.initializers)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), self.path)


def make_twin(folder, scripts, path, int8):
    Twin(Checkpoint(os.path.join(folder, "ckpt"), scripts), path, int8).save()
