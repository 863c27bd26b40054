"""Writes the IR that OpenVINO 2026's ov.convert_model makes of a frozen DeepSpeech 0.8.2 graph, and records what OpenVINO
computes with it over the calls of recorded/0.8.2-64-lengths, states carried.

  python convert_model_ir_2026.py deepspeech/0.8.2-64/output_graph.pb 64

Weights are in FP16, as ov.save_model compresses them by itself. explicit: as converted. makestateful: the states as
variables that start at zero. lowlatency: the states of the loop as variables that start at what the inputs for the old
states give at the first call.
"""
import pathlib
import sys

import numpy as np
import openvino as ov
from openvino._offline_transformations import (apply_low_latency_transformation,
                                               apply_make_stateful_transformation)

SOURCE, CELLS = sys.argv[1], int(sys.argv[2])
DEEPSPEECH = pathlib.Path(__file__).resolve().parents[1] / "deepspeech"
STATES = {"previous_state_c": "new_state_c", "previous_state_h": "new_state_h"}
OUTPUTS = ["logits", *STATES.values()]
INPUTS = [("input_node:0", [1, 16, 19, 26]), ("input_lengths:0", [1]),
          *((f"{state}:0", [1, CELLS]) for state in STATES)]


def make_stateful(model):
    apply_make_stateful_transformation(model, {f"{old}:0": f"{new}:0" for old, new in STATES.items()})


FORMS = {
    "explicit": lambda model: None,
    "makestateful": make_stateful,
    "lowlatency": lambda model: apply_low_latency_transformation(model, False),
}


def record(xml, folder):
    compiled = ov.Core().compile_model(xml, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    carried = {f"{old}:0": np.zeros((1, CELLS), np.float32) for old in STATES}
    for chunk in sorted((DEEPSPEECH / "recorded/0.8.2-64-lengths").glob("chunk*")):
        feeds = {f"{name}:0": np.load(chunk / f"{name}.npy") for name in ("input_node", "input_lengths")}
        if not feeds["input_lengths:0"].any():
            continue  # OpenVINO cannot run the loop no times
        given = {**feeds, **carried}
        request.infer({port: given[name] for port in compiled.inputs for name in port.names & given.keys()})
        outputs = {name: request.get_tensor(port).data.copy() for port in compiled.outputs
                   for name in OUTPUTS if f"{name}:0" in port.names}
        (folder / chunk.name).mkdir(parents=True, exist_ok=True)
        for name, values in outputs.items():
            np.save(folder / chunk.name / f"{name}.npy", values)
        carried = {f"{old}:0": outputs[new] for old, new in STATES.items() if new in outputs}


def main():
    for form, transform in FORMS.items():
        model = ov.convert_model(SOURCE, input=INPUTS, output=[f"{name}:0" for name in OUTPUTS])
        for parameter in model.inputs:
            parameter.get_tensor().add_names({parameter.node.get_friendly_name()})
        transform(model)
        name = f"convert_model2026.4-0.8.2-{form}"
        xml = DEEPSPEECH / "openvino_ir" / name / "output_graph.xml"
        ov.save_model(model, xml)
        record(xml, DEEPSPEECH / "recorded" / name)


if __name__ == "__main__":
    main()
