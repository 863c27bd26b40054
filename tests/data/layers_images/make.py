"""Records layers for images that TensorFlow's ops do not make, or not with these attributes. Run: python make.py"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from golden_layers import LayerRecorder
from openvino.runtime import opset1, opset5, opset8
from recording import Const, Values, np

floats = Values(20261121).floats
recorder = LayerRecorder()


def max_pool(name, x, axis=0, index="i64", rounding="floor", **window):
    recorder.case(name, lambda x: opset8.max_pool(x, **window, rounding_type=rounding, index_element_type=index,
                                                  axis=axis), x)


max_pool("largest and where", floats(2, 3, 6, 5), strides=[2, 1], dilations=[1, 1], pads_begin=[0, 1], pads_end=[1, 0],
         kernel_shape=[2, 3])
max_pool("counted within a plane", floats(2, 2, 5, 5), axis=2, index="i32", strides=[2, 2], dilations=[2, 1],
         pads_begin=[0, 0], pads_end=[0, 0], kernel_shape=[2, 2])
max_pool("with a last window beyond the end", floats(1, 2, 6, 6), rounding="ceil", strides=[2, 2], dilations=[1, 1],
         pads_begin=[0, 0], pads_end=[0, 0], kernel_shape=[3, 3])

for exclude in (True, False):
    for rounding in ("floor", "ceil"):
        recorder.case("pads " + ("out" if exclude else "in") + ", " + rounding,
                      lambda x: opset1.avg_pool(x, [2, 2], [1, 0], [1, 1], [3, 2], exclude, rounding),
                      floats(1, 2, 6, 6))
recorder.case("one spatial axis", lambda x: opset1.avg_pool(x, [2], [0], [1], [3], True), floats(2, 3, 8))

pads = lambda *values: np.int64(values)
recorder.case("groups", lambda x, w: opset1.group_convolution(x, w, [1, 2], pads(1, 0), pads(0, 1), [1, 1]),
              floats(2, 6, 5, 7), Const(floats(3, 4, 2, 3, 2)))
recorder.case("depthwise, dilated", lambda x, w: opset1.group_convolution(x, w, [1, 1], pads(2, 2), pads(2, 2), [2, 2]),
              floats(1, 4, 6, 6), Const(floats(4, 1, 1, 3, 3)))
vector = lambda low: Const(floats(5, low=low))
recorder.case("batch norm", lambda x, g, b, m, v: opset5.batch_norm_inference(x, g, b, m, v, 0.01), floats(2, 5, 3, 4),
              vector(-3), vector(-3), vector(-3), vector(0.1))
recorder.save("images.json")
