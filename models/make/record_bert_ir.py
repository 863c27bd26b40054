#!/usr/bin/env python3
"""Records what OpenVINO computes, in FP32, with the tiny BERT whose weights mo stored in FP16.

    record_bert_ir.py BERT_RESNET

BERT_RESNET is models/bert_resnet. For each call K of the MetaGraph's recordings, writes
recorded/bert_tiny_fp16_K/bert_pooler_dense_Tanh.npy. Needs openvino (2024.6 was used) and numpy.
"""
import pathlib
import sys

import numpy as np
import openvino as ov

folder = pathlib.Path(sys.argv[1])
model = ov.Core().compile_model(folder / "openvino_ir" / "bert_tiny_a.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
for call in (0, 2, 4, 6):
    given = folder / "recorded" / f"bert_tiny_meta_tf112_{call}"
    names = ("Placeholder", "Placeholder_1", "Placeholder_2")
    found = model({name: np.load(given / f"{name}.npy") for name in names})[0]
    recorded = folder / "recorded" / f"bert_tiny_fp16_{call}"
    recorded.mkdir(exist_ok=True)
    np.save(recorded / "bert_pooler_dense_Tanh.npy", found)
    expected = np.load(given / "bert_pooler_dense_Tanh.npy")
    print(call, "off TensorFlow's FP32 by", np.abs(found - expected).max() / np.abs(expected).max())
