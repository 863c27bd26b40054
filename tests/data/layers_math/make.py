"""Records layers of the families elementwise, matmul, reduce, softmax and conv, where IR says more than TensorFlow.
Run: python make.py"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
from golden_layers import LayerRecorder, opset8
from recording import Const, Values, np

values = Values(20220517)
floats, ints, bools = values.floats, values.ints, values.bools
recorder = LayerRecorder()


def elementwise():
    for name in ("relu", "sigmoid", "tanh", "exp", "erf", "negative", "abs", "sign", "floor", "ceiling", "softplus",
                 "sin", "cos", "atan"):
        recorder.case("floats", lambda x: getattr(opset8, name)(x), floats(2, 5))
    for name in ("log", "sqrt"):
        recorder.case("positive", lambda x: getattr(opset8, name)(x), floats(2, 5, low=0.1))
    recorder.case("floats", lambda x: opset8.clamp(x, -1.0, 1.5), floats(3, 4))
    for name in ("add", "subtract", "multiply", "divide", "maximum", "minimum", "squared_difference", "less",
                 "less_equal", "greater", "greater_equal", "equal", "not_equal"):
        recorder.case("floats", lambda x, y: getattr(opset8, name)(x, y), floats(2, 1, 3), floats(2, 3))
        recorder.case("floats apart", lambda x, y: getattr(opset8, name)(x, y, "none"), floats(2, 3), floats(2, 3))
    recorder.case("floats", lambda x, y: opset8.power(x, y), floats(2, 3, low=0.1), floats(3))
    signed = [np.int32([7, -7, 7, -7, 6, -6]), np.int32([2, 2, -2, -2, 3, 3])]
    # OpenVINO's CPU plugin rounds toward zero whatever m_pythondiv says; its specification and its folding do not.
    recorder.case("integers", lambda x, y: opset8.divide(x, y), np.int32([7, 6, 5]), np.int32([2, 3, 7]))
    for name in ("mod", "floor_mod"):
        recorder.case("integers", lambda x, y: getattr(opset8, name)(x, y), *signed)
    for name in ("logical_and", "logical_or", "logical_xor"):
        recorder.case("booleans", lambda x, y: getattr(opset8, name)(x, y), bools(2, 4), bools(4))
    recorder.case("booleans", lambda x: opset8.logical_not(x), bools(5))
    recorder.case("to integers", lambda x: opset8.convert(x, "i32"), floats(6))
    recorder.case("from booleans", lambda x: opset8.convert(x, "f32"), bools(6))
    recorder.case("floats", lambda c, x, y: opset8.select(c, x, y), bools(2, 1, 3), floats(4, 1), floats(3))


def matmul():
    for a, b in (((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((3,), (2, 3, 4)), ((2, 2, 3), (3,))):
        recorder.case(f"{a} {b}", lambda x, y: opset8.matmul(x, y, False, False), floats(*a), floats(*b))
    for a, b, transposed in (((2, 5, 3), (4, 5), (True, True)), ((4, 1, 2, 3), (2, 3, 2), (False, False))):
        recorder.case(f"{a} {b}", lambda x, y: opset8.matmul(x, y, *transposed), floats(*a), floats(*b))
    recorder.case("weights", lambda x, y: opset8.matmul(x, y, False, True), floats(2, 3, 4), Const(floats(1, 5, 4)))


def reduce():
    for name in ("reduce_max", "reduce_min", "reduce_sum", "reduce_mean", "reduce_prod"):
        for axes in ([0], [-1], [0, 2]):
            recorder.case(f"{axes}", lambda x, axes: getattr(opset8, name)(x, axes, len(axes.data) == 1),
                          floats(2, 3, 4), Const(np.int64(axes)))
    for name in ("reduce_logical_and", "reduce_logical_or"):
        recorder.case("booleans", lambda x, axes: getattr(opset8, name)(x, axes, True), bools(4, 2), Const(np.int64([1])))


def softmax():
    for axis in (0, 1, -1):
        recorder.case(f"axis {axis}", lambda x: opset8.softmax(x, axis), floats(2, 3, 4))
        recorder.case(f"axis {axis}", lambda x: opset8.log_softmax(x, axis), floats(2, 3, 4))


def conv():
    def case(name, x, w, strides, begin, end, dilations, auto_pad="explicit"):
        recorder.case(name, lambda x, w: opset8.convolution(x, w, strides, begin, end, dilations, auto_pad), x, Const(w))

    case("explicit", floats(2, 3, 5, 6), floats(4, 3, 3, 2), [1, 2], [1, 0], [0, 2], [1, 1])
    case("same upper", floats(1, 2, 5, 6), floats(3, 2, 2, 4), [2, 1], [0, 0], [0, 0], [1, 1], "same_upper")
    case("same lower", floats(1, 2, 5, 6), floats(3, 2, 2, 4), [2, 1], [0, 0], [0, 0], [1, 1], "same_lower")
    case("valid", floats(1, 2, 7, 7), floats(3, 2, 2, 3), [1, 1], [0, 0], [0, 0], [2, 3], "valid")
    case("one axis", floats(2, 3, 9), floats(4, 3, 3), [2], [1], [1], [1])


for record in (elementwise, matmul, reduce, softmax, conv):
    record()
recorder.save(os.path.join(HERE, "layers.json"))
