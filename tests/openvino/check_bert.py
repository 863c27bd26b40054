#!/usr/bin/env python3
"""Reshapes the IR of a tiny BERT in OpenVINO to each recorded batch and length and compares with TensorFlow.

    check_bert.py MODEL.xml

Prints the largest differences; exit code 1 where one is beyond the bound. Needs openvino and numpy.
"""
import pathlib
import sys

import numpy as np
import openvino as ov

RECORDED = pathlib.Path(__file__).resolve().parents[2] / "models/bert_resnet/recorded"
BOUND = 1e-5  # of the largest magnitude


def main(xml):
    worst = 0.0
    for folder in sorted(RECORDED.glob("bert_tiny_[0-9]*")):
        call = [np.load(folder / f"{name}.npy") for name in ("ids", "mask", "types")]
        model = ov.Core().read_model(xml)
        model.reshape({port: list(array.shape) for port, array in zip(model.inputs, call)})
        compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        found = compiled(call)[compiled.output("bert/pooler/dense/Tanh")]
        expected = np.load(folder / "pooled.npy")
        if found.shape != expected.shape:
            sys.exit(f"{folder.name}: the shape {expected.shape} was expected and {found.shape} found")
        difference = float(np.abs(found - expected).max() / np.abs(expected).max())
        worst = max(worst, difference)
        print(f"OpenVINO {ov.__version__.split('-')[0]}, {pathlib.Path(xml).stem}, {folder.name}: {difference:.1e}")
    if not 0 < worst <= BOUND:
        sys.exit(f"beyond {BOUND:.0e} of the largest magnitude")


if __name__ == "__main__":
    main(*sys.argv[1:])
