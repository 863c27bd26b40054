"""DeepSpeech for many live streams in each runtime, batching written by hand; see live.py. Specs are those of
deepspeech.py; frames a call are chosen by the search."""
import os

import numpy as np

import deepspeech
from live import InBatch, InTurn, Live


class OnnxRuntime(InBatch, Live):
    """One session with free sizes; results are bound to arrays that the next call reads, so that no state is copied."""

    def __init__(self, spec):
        self.session = deepspeech.onnx_session(deepspeech.twin_file(spec, None, None), spec["threads"])
        self.cells = self.session.get_inputs()[1].shape[2]

    def batch(self, streams, frames):
        x = np.random.RandomState(1).uniform(-1, 1, (frames, streams, 494)).astype(np.float32)
        states = [{name: np.zeros((1, streams, self.cells), np.float32) for name in ("h", "c")} for _ in range(2)]
        logits = np.zeros((frames * streams, 29), np.float32)
        bindings = [self.bound(x, logits, states[turn], states[1 - turn]) for turn in range(2)]
        turn = [0]

        def step():
            self.session.run_with_iobinding(bindings[turn[0]])
            turn[0] = 1 - turn[0]

        return step

    def bound(self, x, logits, before, after):
        binding = self.session.io_binding()
        binding.bind_cpu_input("x", x)
        for name in ("h", "c"):
            binding.bind_cpu_input(name, before[name])
        for name, array in (("logits", logits), ("new_h", after["h"]), ("new_c", after["c"])):
            binding.bind_output(name, "cpu", 0, np.float32, array.shape, array.ctypes.data)
        binding.arrays = (x, logits, before, after)
        return binding


class OpenVino(InBatch, Live):
    """Compiled for each size."""

    def __init__(self, spec):
        self.spec = spec

    def batch(self, streams, frames):
        return deepspeech.OpenVino({**self.spec, "batch": streams, "frames": frames}).call


class OpenVinoInTurn(InTurn, Live):
    """A call for each stream, all threads in it."""

    workers = 1

    def __init__(self, spec):
        self.spec, self.frames = spec, None

    def prepare(self, streams, frames):
        if frames != self.frames:
            self.peer, self.frames = deepspeech.OpenVino({**self.spec, "frames": frames}), frames
            self.names = [source for source, _ in self.peer.states]
        self.states = [{name: self.peer.feeds[name] for name in self.names} for _ in range(streams)]

    def call_for(self, stream):
        self.peer.feeds.update(self.states[stream])
        self.peer.call()
        self.states[stream] = {name: self.peer.feeds[name] for name in self.names}


class TensorFlow(InBatch, Live):
    """The published graph's code, built for each size (models/make/make_deepspeech.py)."""

    def __init__(self, spec):
        import sys
        sys.path.insert(0, spec["make"])
        import make_deepspeech
        self.spec, self.make, self.cells = spec, make_deepspeech, spec["cells"]

    def batch(self, streams, frames):
        tf = self.make.tf
        tf.reset_default_graph()
        names, _ = self.make.build_v8(self.cells, streams, frames)
        config = tf.ConfigProto(intra_op_parallelism_threads=self.spec["threads"], inter_op_parallelism_threads=1)
        session = tf.Session(config=config)
        for variable in tf.trainable_variables():
            variable.load(self.make.weight(variable.op.name, variable.shape.as_list(), 7), session)
        inputs = ["input_node:0", "input_lengths:0", "previous_state_c:0", "previous_state_h:0"]
        run = session.make_callable(["raw_logits:0", "new_state_c:0", "new_state_h:0"], feed_list=inputs)
        windows, lengths = deepspeech.random_windows(frames, streams), np.full(streams, frames, np.int32)
        state = [np.zeros((streams, self.cells), np.float32)] * 2

        def step():
            _, *state[:] = run(windows, lengths, *state)

        return step


class TfLite(InBatch, Live):
    """The twin unrolled over the frames of a call; its runner takes the sizes of what it is given."""

    def __init__(self, spec):
        self.spec = spec

    def batch(self, streams, frames):
        import tensorflow as tf
        path = deepspeech.tflite_file(self.spec, frames, unrolled=True)
        runner = tf.lite.Interpreter(model_path=path, num_threads=self.spec["threads"]).get_signature_runner()
        x = np.random.RandomState(1).uniform(-1, 1, (frames * streams, 494)).astype(np.float32)
        state = {"h": np.zeros((streams, self.spec["cells"]), np.float32)}
        state["c"] = state["h"]

        def step():
            results = runner(x=x, **state)
            state.update(h=results["new_h"], c=results["new_c"])

        return step


class LibDeepSpeech(InTurn, Live):
    """One stream object each, features and decoding (beam 1) included, as many calls at once as there are threads."""

    def __init__(self, spec):
        self.spec, self.workers, self.frames = spec, spec["threads"], None

    def prepare(self, streams, frames):
        import libdeepspeech
        if frames != self.frames:
            graph = f"{self.spec['exports']}/{frames}/output_graph.pbmm"
            if not os.path.exists(graph):
                raise RuntimeError(f"there is no graph for {frames} frames a call")
            self.model, self.frames = libdeepspeech.Model(self.spec["library"], graph), frames
        self.audio = libdeepspeech.speechlike(frames * 0.02)
        self.streams = [self.model.stream() for _ in range(streams)]
        for stream in self.streams:
            self.model.feed(stream, libdeepspeech.speechlike(0.6))

    def call_for(self, stream):
        self.model.feed(self.streams[stream], self.audio)
