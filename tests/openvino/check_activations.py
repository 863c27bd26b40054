#!/usr/bin/env python3
"""Looks whether OpenVINO takes and keeps what an IR file says of activations that are rounded to 8-bit integers.

    check_activations.py MODEL.xml CASE STEPWELL

OpenVINO must compile the file with one scale for each row of activations, and Stepwell must compute the same bits with
the file and with what OpenVINO saves of it. CASE is one of check_ir.py's. Needs openvino and numpy.
"""
import pathlib
import sys
import tempfile

import numpy as np
import openvino as ov

from check_ir import CASES
from check_quantized import outputs_of_stepwell

WHOLE_ROW = 2**64 - 1


def main():
    xml, case, stepwell = sys.argv[1:]
    model = ov.Core().read_model(xml)
    group = ov.Core().compile_model(model, "CPU").get_property("DYNAMIC_QUANTIZATION_GROUP_SIZE")
    if int(group) != WHOLE_ROW:
        sys.exit(f"OpenVINO rounds activations of {xml} in groups of {group}")
    calls = CASES[case]()
    names = {name for parameter in model.inputs for name in parameter.names}
    inputs = {name: np.stack([call.inputs[name] for call in calls]) for name in calls[0].inputs if name in names}
    expected = outputs_of_stepwell(stepwell, xml, inputs, calls[0].outputs)
    with tempfile.TemporaryDirectory() as folder:
        saved = pathlib.Path(folder) / "saved.xml"
        ov.save_model(model, saved, compress_to_fp16=False)
        found = outputs_of_stepwell(stepwell, saved, inputs, calls[0].outputs)
    different = [name for name in expected if not np.array_equal(expected[name], found[name])]
    if different:
        sys.exit(f"{', '.join(different)} of {xml} differ after OpenVINO saved it")
    print(f"OpenVINO {ov.__version__.split('-')[0]}, {pathlib.Path(xml).stem}: activations rounded, and so once saved")


if __name__ == "__main__":
    main()
