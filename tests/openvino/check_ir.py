#!/usr/bin/env python3
"""Runs an IR file in OpenVINO over the recorded calls of a case, state carried, and compares with TensorFlow.

    check_ir.py MODEL.xml CASE

Prints the largest differences; exit code 1 where one is beyond the bound. Needs openvino and numpy.
"""
import pathlib
import sys

import numpy as np
import openvino as ov

MODELS = pathlib.Path(__file__).resolve().parents[2] / "models"
# Of the largest magnitude of the expected tensor.
BOUND = 1e-5
FEATURE_BOUND = 1e-4


class Call:
    """What goes into one call by input, and what must come out by output and by state."""

    def __init__(self, inputs, outputs, states):
        self.inputs, self.outputs, self.states = inputs, outputs, states


def deepspeech(folder, logits):
    """One folder a call."""
    calls = []
    for chunk in sorted((MODELS / "deepspeech/recorded" / folder).glob("chunk*")):
        array = lambda name: np.load(chunk / f"{name}.npy")
        calls.append(Call({"input_node": array("input_node"), "input_lengths": array("input_lengths")},
                          {logits: array("logits")},
                          {f"previous_state_{part}": array(f"new_state_{part}") for part in "ch"}))
    return calls


def features():
    """One window of samples a call; the features do not depend on the states."""
    folder = MODELS / "deepspeech/recorded/features-0.8.2"
    frames, mfccs = np.load(folder / "frames.npy"), np.load(folder / "mfccs.npy")
    return [Call({"input_samples": frame}, {"mfccs": mfcc.reshape(1, -1)}, {}) for frame, mfcc in zip(frames, mfccs)]


def unique(characters):
    """Distinct values in the order of their first occurrence, padded, and each character's place among them."""
    values = list(dict.fromkeys(characters.tolist()))
    indices = np.array([values.index(value) for value in characters.tolist()], np.int32)
    return np.array(values + [0] * (len(characters) - len(values)), np.int32), indices


def lm_1b():
    """One file for all calls, a word each."""
    folder = "tiny/recorded/s0"
    array = {path.stem: np.load(path) for path in (MODELS / "lm_1b" / folder).glob("*.npy")}
    uniques = [unique(characters) for characters in array["char_inputs"]]
    return [Call({"inputs_in": array["inputs"][i].reshape(1, 1),
                  "char_inputs_in": array["char_inputs"][i].reshape(1, 1, -1),
                  "targets_in": array["targets"][i].reshape(1, 1),
                  "target_weights_in": np.ones((1, 1), np.float32),
                  "char_embedding/EmbeddingLookupUnique/Unique:0": uniques[i][0],
                  "char_embedding/EmbeddingLookupUnique/Unique:1": uniques[i][1]},
                 {"softmax_out": array["softmax"][i:i + 1]},
                 {"Variable": array["state0"][i:i + 1], "Variable_1": array["state1"][i:i + 1]})
            for i in range(len(array["inputs"]))]


def images(folder, image, output):
    """One call; `output` is a file of a tensor's name, in the folder or below."""
    array = lambda path: np.load(MODELS / "bert_resnet" / folder / f"{path}.npy")
    return [Call({image: array(image)}, {pathlib.Path(output).name: array(output)}, {})]


CASES = {
    "deepspeech-0.3.0": lambda: deepspeech("0.3.0-64", "raw_logits"),
    "deepspeech-0.3.0-batch": lambda: deepspeech("0.3.0-64-b3", "raw_logits"),
    "deepspeech-0.8.2": lambda: deepspeech("0.8.2-64", "logits"),
    "deepspeech-0.8.2-batch": lambda: deepspeech("0.8.2-64-b3", "logits"),
    "deepspeech-0.8.2-features": features,
    "deepspeech-0.8.2-lengths": lambda: deepspeech("0.8.2-64-lengths", "logits"),
    "image_net": lambda: images("image_net/recorded/2x40x24", "image", "logits"),
    "lm_1b": lm_1b,
    "resnet-1": lambda: images("recorded/resnet_tiny_2_b1", "input", "tf112/Squeeze"),
    "resnet-2": lambda: images("recorded/resnet_tiny_4_b2", "input", "tf112/Squeeze"),
}


def entries(model, kind, keys):
    """What <rt_info><stepwell> says in its numbered entries of a kind."""
    found = []
    while model.has_rt_info(["stepwell", f"{kind}{len(found)}"]):
        path = ["stepwell", f"{kind}{len(found)}"]
        found.append({key: model.get_rt_info(path + [key]).astype(str) for key in keys})
    return found


class Runner:
    """A compiled model with its states, in either form, kept from call to call."""

    def __init__(self, xml):
        model = ov.Core().read_model(xml)
        self.states = entries(model, "state", ["name", "input", "output"])
        self.defaults = {entry["name"]: [int(dim) for dim in entry["default_shape"].split(",") if dim]
                         for entry in entries(model, "input", ["name", "default_shape"])}
        compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32",
                                                          "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"})
        self.inputs = {name: port for port in compiled.inputs for name in port.names}
        self.request = compiled.create_infer_request()
        self.variables = {variable.name: variable for variable in self.request.query_state()}
        self.carried = {}

    def reset(self, calls):
        """Zeros for the batch of the calls, which is what all of these models start from."""
        for variable in self.variables.values():
            variable.reset()
        self.carried = {}
        for state in self.states:
            zeros = np.zeros(self.defaults[state["input"]], np.float32)
            if state["name"] in calls[0].states:
                zeros = np.zeros_like(calls[0].states[state["name"]])
            if not self.variables:
                self.carried[state["name"]] = zeros
            elif len(zeros) != 1:  # OpenVINO's own start is one row
                self.variables[state["name"]].state = ov.Tensor(zeros)

    def run(self, call):
        feeds = {name: value for name, value in call.inputs.items() if name in self.inputs}
        for state in self.states:
            if not self.variables:
                feeds[state["input"]] = self.carried[state["name"]]
        given = {id(self.inputs[name]) for name in feeds}
        for name, port in self.inputs.items():
            if id(port) not in given and name in self.defaults:
                feeds[name] = np.zeros(self.defaults[name], port.element_type.to_dtype())
        self.request.infer(feeds)
        if not self.variables:
            self.carried = {state["name"]: self.request.get_tensor(state["output"]).data.copy()
                            for state in self.states}
        outputs = {name: self.request.get_tensor(name).data.copy() for name in call.outputs}
        return outputs, self.read_states()

    def read_states(self):
        if not self.variables:
            return self.carried
        return {name: variable.state.data.copy() for name, variable in self.variables.items()}


def difference(found, expected):
    if found.shape != expected.shape:
        sys.exit(f"the shape {expected.shape} was expected and {found.shape} found")
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-30))


def main():
    if len(sys.argv) != 3 or sys.argv[2] not in CASES:
        sys.exit(f"usage: check_ir.py MODEL.xml {{{','.join(CASES)}}}")
    xml, calls = sys.argv[1], CASES[sys.argv[2]]()
    runner = Runner(xml)
    worst = {}
    for _ in range(2):  # the second time shows that a reset is as new
        runner.reset(calls)
        for call in calls:
            outputs, states = runner.run(call)
            for name, expected in {**call.outputs, **call.states}.items():
                found = outputs[name] if name in outputs else states[name]
                worst[name] = max(worst.get(name, 0.0), difference(found, expected))
    form = "ReadValue" if runner.variables else "explicit"
    bound = FEATURE_BOUND if "mfccs" in worst else BOUND
    print(f"OpenVINO {ov.__version__.split('-')[0]}, {sys.argv[2]}, {form} states, {len(calls)} calls: " +
          ", ".join(f"{name} {value:.1e}" for name, value in worst.items()))
    if not worst or max(worst.values()) > bound:
        sys.exit(f"beyond {bound:.0e} of the largest magnitude")


if __name__ == "__main__":
    main()
