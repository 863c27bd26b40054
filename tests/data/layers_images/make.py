"""Records layers for images that TensorFlow's ops do not make, or not with these attributes. Run: python make.py"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from golden_layers import LayerRecorder
from openvino.runtime import opset1, opset5, opset8, opset14
from recording import Const, Values, np

floats = Values(20261121).floats
recorder = LayerRecorder()


# Where a window holds nothing, its index means nothing.
def max_pool(name, x, axis=0, index="i64", rounding="floor", opset=opset8, outputs=None, **window):
    recorder.case(name, lambda x: opset.max_pool(x, **window, rounding_type=rounding, index_element_type=index,
                                                 axis=axis), x, outputs=outputs)


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
recorder.case("batch norm of opset1", lambda g, b, x, m, v: opset1.batch_norm_inference(x, g, b, m, v, 0.01),
              vector(-3), vector(-3), floats(2, 5, 3, 4), vector(-3), vector(0.1))

for rounding, opset, opset_of_max in (("ceil", opset1, opset8), ("ceil_torch", opset14, opset14)):
    recorder.case("pads in, beyond the end padding, " + rounding,
                  lambda x: opset.avg_pool(x, [3, 2], [1, 1], [1, 0], [4, 3], False, rounding), floats(1, 2, 6, 7))
    recorder.case("no pads to count, " + rounding,
                  lambda x: opset.avg_pool(x, [2, 2], [0, 0], [0, 0], [2, 2], False, rounding), floats(1, 2, 3, 4))
    max_pool("begins in the end padding, " + rounding, floats(1, 2, 5, 6), opset=opset_of_max, rounding=rounding,
             outputs=[0], strides=[2, 2], dilations=[1, 1], pads_begin=[1, 0], pads_end=[1, 1], kernel_shape=[2, 2])
max_pool("same without pads, ceil", floats(1, 2, 9, 8), rounding="ceil", outputs=[0], strides=[3, 3], dilations=[1, 1],
         pads_begin=[0, 0], pads_end=[0, 0], kernel_shape=[2, 2], auto_pad="same_upper")
recorder.case("same lower, pads in", lambda x: opset1.avg_pool(x, [2, 3], [0, 0], [0, 0], [3, 4], False, "ceil",
                                                               "same_lower"), floats(1, 2, 6, 7))
recorder.save("images.json")
