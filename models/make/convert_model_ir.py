"""Writes the IR that OpenVINO 2024.6's ov.convert_model makes of a frozen DeepSpeech 0.8.2 graph with its lengths kept
as an input: a Loop whose trip count only a run tells.

  python convert_model_ir.py deepspeech/0.8.2-64/output_graph.pb deepspeech/openvino_ir/convert_model2024.6-0.8.2 64
"""
import sys

import openvino as ov

source, folder, cells = sys.argv[1], sys.argv[2], int(sys.argv[3])
model = ov.convert_model(
    source,
    input=[('input_node:0', [1, 16, 19, 26]), ('input_lengths:0', [1]),
           ('previous_state_c:0', [1, cells]), ('previous_state_h:0', [1, cells])],
    output=['logits:0', 'new_state_c:0', 'new_state_h:0'])
ov.save_model(model, folder + '/output_graph.xml', compress_to_fp16=False)
