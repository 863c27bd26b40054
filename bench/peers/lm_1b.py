"""lm_1b in each runtime: call() computes the probabilities of the next word from a word's characters, state fed back.

A spec holds `source` (folder of the graph and its checkpoint), `scripts` (models/make), `folder` (for files), `ir` and
`info` (our IR), `threads` and `variant`.
"""
import os

import numpy as np

from deepspeech import onnx_session
from plain import OpenVino as PlainOpenVino

WORD = np.random.RandomState(1).randint(0, 256, 50).astype(np.int32)


class Peer:
    """feed(characters [50]) sets the word; call() returns the probabilities of all words."""

    def probabilities(self, inputs, output):
        """Runs the words in the file `inputs` [words, 50] from a fresh state; stores the probabilities."""
        self.reset()
        rows = []
        for characters in np.load(inputs):
            self.feed(characters)
            rows.append(np.array(self.call()).ravel())
        np.save(output, np.stack(rows))


class OnnxRuntime(Peer):
    """The hand-built twin (lm_1b_twin.py). variant: fp32 or int8."""

    def __init__(self, spec):
        import lm_1b_twin
        path = f"{spec['folder']}/twin-{spec['variant']}.onnx"
        if not os.path.exists(path):
            lm_1b_twin.make_twin(spec["source"], spec["scripts"], path, spec["variant"] == "int8")
        self.session = onnx_session(path, spec["threads"])
        self.outputs = [output.name for output in self.session.get_outputs()]
        self.feeds = {}
        self.feed(WORD)
        self.reset()

    def feed(self, characters):
        self.feeds["characters"] = characters[None]

    def reset(self):
        for port in self.session.get_inputs()[1:]:
            self.feeds[port.name] = np.zeros(port.shape, np.float32)

    def call(self):
        results = dict(zip(self.outputs, self.session.run(self.outputs, self.feeds)))
        for name in self.outputs[1:]:
            self.feeds[name.removeprefix("new_")] = results[name]
        return results["probabilities"]


class OpenVino(PlainOpenVino, Peer):
    """Our IR of the published graph. variant: f32 or default (bf16 where the CPU has it)."""

    def feed(self, characters):
        name = self.info["roles"]["characters"]
        self.feeds[name] = characters.reshape(self.feeds[name].shape)

    def call(self):
        super().call()
        return self.request.get_tensor(self.info["roles"]["word_probabilities"]).data


class TensorFlow(Peer):
    """The graph as published, which keeps its state and joins its shards at every word."""

    def __init__(self, spec):
        import tensorflow as tf
        from google.protobuf import text_format
        tf1 = tf.compat.v1
        definition = tf1.GraphDef()
        with open(f"{spec['source']}/{spec['graph']}") as file:
            text_format.Merge(file.read(), definition)
        graph = tf1.Graph()
        with graph.as_default():
            tf1.import_graph_def(definition, name="")
        config = tf1.ConfigProto(intra_op_parallelism_threads=spec["threads"], inter_op_parallelism_threads=1,
                                 allow_soft_placement=True)
        self.session = tf1.Session(graph=graph, config=config)
        self.session.run("save/restore_all", {"save/Const:0": f"{spec['source']}/ckpt/ckpt-*"})
        self.run = self.session.make_callable("softmax_out:0", feed_list=["char_inputs_in:0", "inputs_in:0"])
        self.feed(WORD)
        self.reset()

    def feed(self, characters):
        self.characters = characters.reshape(1, 1, -1)

    def reset(self):
        self.session.run("states_init")

    def call(self):
        return self.run(self.characters, [[0]])
