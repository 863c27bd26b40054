"""Any model in OpenVINO, from our IR, at the sizes of its source: call() makes one call, its state fed back."""
import numpy as np

from deepspeech import compiled_by_openvino

INTEGERS = {"i32": np.int32, "i64": np.int64}


class OpenVino:
    """variant: f32, or default (bf16 where the CPU has it). frames: of a call, where the model has such an axis."""

    def __init__(self, spec):
        self.info, self.random = spec["info"], np.random.RandomState(1)
        self.frames = spec.get("frames")
        self.feeds = {port["name"]: self.filled(port) for port in self.info["inputs"]}
        shapes = {name: list(array.shape) for name, array in self.feeds.items()}
        self.request = compiled_by_openvino(spec, shapes).create_infer_request()
        self.states = [(state["input"], state["output"]) for state in self.info["states"]]
        self.reset()

    def filled(self, port):
        shape = list(port["default_shape"])
        if self.frames and port.get("role") == "features":
            shape[1] = self.frames
        if port["type"] == "f32":
            return self.random.uniform(-1, 1, shape).astype(np.float32)
        value = self.frames or 16 if port.get("role") == "lengths" else 3
        return np.full(shape, value, INTEGERS[port["type"]])

    def reset(self):
        for source, _ in self.states:
            self.feeds[source] = np.zeros_like(self.feeds[source])

    def call(self):
        self.request.infer(self.feeds, share_inputs=True)
        for source, result in self.states:
            self.feeds[source] = self.request.get_tensor(result).data.copy()
