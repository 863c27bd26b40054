"""Records the ops of the families elementwise, matmul, reduce, softmax and conv. Run: python make.py"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from golden_ops import Recorder, tf
from recording import Const, Values, np

raw = tf.raw_ops
HERE = os.path.dirname(os.path.abspath(__file__))
values = Values(20161128)
floats, ints, bools = values.floats, values.ints, values.bools


def unary(recorder):
    awkward = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, np.inf, -np.inf, np.nan, 1e-20, -30.0, 30.0], np.float32)
    for op in ("Relu", "Relu6", "Sigmoid", "Tanh", "Exp", "Neg", "Abs", "Sign", "Floor", "Ceil", "Erf", "Square",
               "Softplus", "Softsign", "Atan", "Asinh"):
        argument = "features" if op in ("Relu", "Relu6", "Softplus", "Softsign") else "x"
        recorder.case("awkward", lambda x: getattr(raw, op)(**{argument: x}), awkward[:6] if op == "Exp" else awkward)
    for op in ("Sin", "Cos", "Tan", "Sinh", "Cosh"):
        recorder.case("floats", lambda x: getattr(raw, op)(x=x), floats(2, 5, low=-1.5, high=1.5))
    for op in ("Asin", "Acos", "Atanh"):
        recorder.case("floats", lambda x: getattr(raw, op)(x=x), floats(2, 5, low=-0.99, high=0.99))
    for op in ("Log", "Sqrt", "Rsqrt", "Acosh", "Reciprocal", "Inv"):
        recorder.case("positive", lambda x: getattr(raw, op)(x=x), floats(3, 4, low=1.0, high=90.0))
        recorder.case("doubles", lambda x: getattr(raw, op)(x=x), floats(3, low=1.0, high=9.0).astype(np.float64))
    recorder.case("integers", lambda x: raw.Relu(features=x), ints(6))
    for op in ("Neg", "Abs", "Sign", "Square"):
        recorder.case("int32", lambda x: getattr(raw, op)(x=x), np.array([0, 5, -7, 2**31 - 1, -2**31], np.int32))
        recorder.case("int64", lambda x: getattr(raw, op)(x=x), np.array([0, 5, -7, 2**40], np.int64))
    recorder.case("booleans", lambda x: raw.LogicalNot(x=x), bools(2, 3))
    recorder.case("scalar", lambda x: raw.Tanh(x=x), np.float32(0.3))
    recorder.case("empty", lambda x: raw.Exp(x=x), floats(0, 3))
    for op in ("Identity", "StopGradient", "PreventGradient", "Snapshot"):
        recorder.case("floats", lambda x: getattr(raw, op)(input=x), floats(2, 2))
    recorder.case("floats", lambda x: raw.CheckNumerics(tensor=x, message="?"), floats(2, 2))
    recorder.case("floats", lambda x: raw.ZerosLike(x=x), floats(2, 3))
    recorder.case("int64", lambda x: raw.OnesLike(x=x), ints(3, dtype=np.int64))


def binary(recorder):
    pairs = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1, 4), (3, 1)), ((), (2, 2)), ((4,), ())]
    for op in ("Add", "AddV2", "Sub", "Mul", "Div", "RealDiv", "Maximum", "Minimum", "SquaredDifference", "Less",
               "LessEqual", "Greater", "GreaterEqual", "FloorDiv", "FloorMod"):
        for a, b in pairs:
            recorder.case(f"floats {a} {b}", lambda x, y: getattr(raw, op)(x=x, y=y), floats(*a), floats(*b))
    for op in ("Add", "Sub", "Mul", "Maximum", "Minimum", "SquaredDifference", "Less", "GreaterEqual", "Equal"):
        recorder.case("int32", lambda x, y: getattr(raw, op)(x=x, y=y), ints(3, 4), ints(4))
        recorder.case("int64", lambda x, y: getattr(raw, op)(x=x, y=y), ints(3, 4, dtype=np.int64),
                      ints(dtype=np.int64))
    dividends = np.array([7, -7, 7, -7, 0, 6, -6, 1], np.int32)
    divisors = np.array([2, 2, -2, -2, 3, 3, 3, -1], np.int32)
    for op in ("Div", "FloorDiv", "FloorMod", "TruncateMod", "Mod"):
        recorder.case("signs", lambda x, y: getattr(raw, op)(x=x, y=y), dividends, divisors)
    recorder.case("floats", lambda x, y: raw.Mod(x=x, y=y), dividends.astype(np.float32), divisors.astype(np.float32))
    recorder.case("floats", lambda x, y: raw.Pow(x=x, y=y), floats(3, 3, low=0.1), floats(3))
    recorder.case("cube", lambda x, y: raw.Pow(x=x, y=y), floats(5), Const(np.float32(3)))
    recorder.case("equal floats", lambda x, y: raw.Equal(x=x, y=y), np.float32([1, 2, np.nan]), np.float32([1, 3, np.nan]))
    recorder.case("floats", lambda x, y: raw.NotEqual(x=x, y=y), np.float32([1, 2, np.nan]), np.float32([1, 3, np.nan]))
    for op in ("Equal", "NotEqual", "LogicalAnd", "LogicalOr"):
        recorder.case("booleans", lambda x, y: getattr(raw, op)(x=x, y=y), bools(3, 4), bools(4))
    recorder.case("doubles", lambda x, y: raw.Mul(x=x, y=y), floats(2, 3).astype(np.float64),
                  floats(3).astype(np.float64))
    recorder.case("empty", lambda x, y: raw.Add(x=x, y=y), floats(0, 3), floats(3))
    recorder.case("three", lambda x, y, z: raw.AddN(inputs=[x, y, z]), floats(2, 2), floats(2, 2), floats(2, 2))
    recorder.case("floats", lambda x, low, high: raw.ClipByValue(t=x, clip_value_min=low, clip_value_max=high),
                  floats(3, 3), Const(np.float32(-1)), Const(np.float32(2)))
    recorder.case("last axis", lambda x, b: raw.BiasAdd(value=x, bias=b), floats(2, 3, 4), floats(4))
    recorder.case("old graph", lambda x, b: raw.BiasAdd(value=x, bias=b), floats(2, 4), floats(4), drop=["data_format"])
    recorder.case("channels first", lambda x, b: raw.BiasAdd(value=x, bias=b, data_format="NCHW"), floats(2, 3, 2, 2),
                  floats(3))


def cast_and_select(recorder):
    numbers = np.array([0.0, 1.0, -1.5, 2.5, -2.5, 1e6, 0.99], np.float32)
    for destination in (tf.int32, tf.int64, tf.bool, tf.float64, tf.float32):
        recorder.case(f"to {destination.name}", lambda x: raw.Cast(x=x, DstT=destination), numbers)
    for destination in (tf.float32, tf.int64, tf.bool, tf.int8):
        recorder.case(f"int32 to {destination.name}", lambda x: raw.Cast(x=x, DstT=destination),
                      np.array([0, 1, -1, 300, -300, 2**31 - 1], np.int32))
    for destination in (tf.float32, tf.int32):
        recorder.case(f"bool to {destination.name}", lambda x: raw.Cast(x=x, DstT=destination), bools(2, 3))
    recorder.case("like shapes", lambda c, x, y: raw.Select(condition=c, x=x, y=y), bools(2, 3), floats(2, 3),
                  floats(2, 3))
    recorder.case("rows", lambda c, x, y: raw.Select(condition=c, x=x, y=y), bools(3), floats(3, 2, 2),
                  floats(3, 2, 2))
    recorder.case("scalar", lambda c, x, y: raw.Select(condition=c, x=x, y=y), np.bool_(True), ints(3), ints(3))
    recorder.case("broadcast", lambda c, x, y: raw.SelectV2(condition=c, t=x, e=y), bools(3, 1), floats(2), floats(2, 3, 2))
    recorder.case("bystanders", lambda c, x, y: raw.SelectV2(condition=c, t=x, e=y), np.array([True, False]),
                  np.float32([1, np.nan]), np.float32([np.nan, 2]))


def matmul(recorder):
    for a in (False, True):
        for b in (False, True):
            x, y = floats(*((4, 3) if a else (3, 4))), floats(*((5, 4) if b else (4, 5)))
            product = lambda x, y: raw.MatMul(a=x, b=y, transpose_a=a, transpose_b=b)
            recorder.case(f"computed {a} {b}", product, x, y)
            recorder.case(f"weights {a} {b}", product, x, Const(y))
    recorder.case("constant left", lambda x, y: raw.MatMul(a=x, b=y), Const(floats(2, 3)), floats(3, 2))
    recorder.case("long", lambda x, y: raw.MatMul(a=x, b=y), floats(2, 40), Const(floats(40, 3)))
    recorder.case("integers", lambda x, y: raw.MatMul(a=x, b=y), ints(2, 3), ints(3, 2))
    recorder.case("doubles", lambda x, y: raw.MatMul(a=x, b=y), floats(2, 3).astype(np.float64),
                  floats(3, 2).astype(np.float64))
    recorder.case("no rows", lambda x, y: raw.MatMul(a=x, b=y), floats(0, 3), Const(floats(3, 2)))
    recorder.case("nothing summed", lambda x, y: raw.MatMul(a=x, b=y), floats(2, 0), Const(floats(0, 2)))
    recorder.case("batch", lambda x, y: raw.BatchMatMul(x=x, y=y), floats(2, 2, 2, 3), floats(2, 2, 3, 2))
    recorder.case("adjoint", lambda x, y: raw.BatchMatMul(x=x, y=y, adj_y=True), floats(2, 2, 3), floats(2, 4, 3))
    recorder.case("broadcast", lambda x, y: raw.BatchMatMulV2(x=x, y=y, adj_x=True), floats(2, 1, 3, 2),
                  floats(3, 3, 2))
    recorder.case("weights", lambda x, y: raw.BatchMatMulV2(x=x, y=y), floats(2, 3, 4), Const(floats(4, 2)))
    recorder.case("batched weights", lambda x, y: raw.BatchMatMulV2(x=x, y=y), floats(2, 3, 4), Const(floats(2, 4, 2)))


def reduce(recorder):
    argument = lambda op, x, axis, keep: getattr(raw, op)(input=x, axis=axis, keep_dims=keep)
    axes = [np.int32(0), np.int32(-1), np.int32([1]), np.int32([0, 2]), np.int32([0, 1, 2]), np.int64([-2, 0]),
            np.zeros(0, np.int32)]
    for op in ("Max", "Min", "Sum", "Mean", "Prod"):
        for axis in axes:
            for keep in (False, True):
                recorder.case(f"floats {axis.tolist()} {keep}", lambda x, axis: argument(op, x, axis, keep),
                              floats(2, 3, 4), Const(axis))
        recorder.case("long row", lambda x, axis: argument(op, x, axis, False), floats(2, 37, low=0.5, high=1.5),
                      Const(np.int32(1)))
        recorder.case("int32", lambda x, axis: argument(op, x, axis, False), ints(3, 4), Const(np.int32(1)))
        recorder.case("int64", lambda x, axis: argument(op, x, axis, False), ints(5, dtype=np.int64), Const(np.int32([0])))
        recorder.case("old graph", lambda x, axis: argument(op, x, axis, False), floats(2, 3), Const(np.int32(1)),
                      drop=["Tidx", "keep_dims"])
    for op in ("Max", "Min", "Sum", "Prod"):
        recorder.case("nothing", lambda x, axis: argument(op, x, axis, False), floats(2, 0), Const(np.int32(1)))
        recorder.case("no integers", lambda x, axis: argument(op, x, axis, False), ints(2, 0), Const(np.int32(1)))
    recorder.case("not a number", lambda x, axis: argument("Max", x, axis, False),
                  np.float32([[1, np.nan, 2], [3, 4, 5]]), Const(np.int32(1)))
    for op in ("All", "Any"):
        recorder.case("booleans", lambda x, axis: argument(op, x, axis, False), bools(4, 2), Const(np.int32(1)))
        recorder.case("no booleans", lambda x, axis: argument(op, x, axis, True), bools(0, 2), Const(np.int32(0)))


def softmax(recorder):
    large = np.float32([[1000, 1001, 999], [-1000, 0, 1000], [-np.inf, 0, 1]])
    for op in ("Softmax", "LogSoftmax"):
        recorder.case("rows", lambda x: getattr(raw, op)(logits=x), floats(3, 7))
        recorder.case("one row", lambda x: getattr(raw, op)(logits=x), floats(29))
        recorder.case("cube", lambda x: getattr(raw, op)(logits=x), floats(2, 3, 5))
        recorder.case("doubles", lambda x: getattr(raw, op)(logits=x), floats(2, 3).astype(np.float64))
        recorder.case("large", lambda x: getattr(raw, op)(logits=x), large)
    loss = lambda x, labels: raw.SparseSoftmaxCrossEntropyWithLogits(features=x, labels=labels)
    recorder.case("int32 labels", loss, floats(4, 6), np.int32([0, 5, 2, 2]), outputs=[0])
    recorder.case("int64 labels", loss, floats(2, 9, low=-50, high=50), np.int64([3, 8]), outputs=[0])


def conv(recorder):
    def case(name, x, w, strides=(1, 1), padding="VALID", dilations=(1, 1), pads=None, drop=()):
        attributes = {"explicit_paddings": [0, 0, *pads[0], *pads[1], 0, 0]} if pads else {}
        recorder.case(name, lambda x, w: raw.Conv2D(input=x, filter=w, strides=[1, *strides, 1], padding=padding,
                                                    dilations=[1, *dilations, 1], **attributes), x, Const(w), drop=drop)

    case("valid", floats(2, 5, 6, 3), floats(3, 2, 3, 4))
    case("same", floats(1, 5, 6, 3), floats(3, 2, 3, 4), padding="SAME")
    case("same with strides", floats(2, 7, 8, 2), floats(3, 3, 2, 4), strides=(2, 3), padding="SAME")
    case("valid with strides", floats(1, 7, 8, 2), floats(2, 3, 2, 4), strides=(3, 2))
    case("dilated", floats(1, 7, 8, 2), floats(3, 2, 2, 4), dilations=(2, 3), padding="SAME")
    case("explicit", floats(1, 4, 4, 2), floats(3, 3, 2, 2), padding="EXPLICIT", pads=((1, 0), (2, 1)))
    case("one by one", floats(2, 3, 3, 4), floats(1, 1, 4, 5), strides=(2, 2))
    case("over a row of characters", floats(1, 1, 12, 4), floats(1, 5, 4, 8), drop=["dilations", "data_format"])
    case("characters downward", floats(2, 12, 1, 4), floats(7, 1, 4, 8))
    recorder.case("computed weights", lambda x, w: raw.Conv2D(input=x, filter=w, strides=[1, 1, 1, 1], padding="SAME"),
                  floats(1, 4, 4, 2), floats(3, 3, 2, 2))


def depthwise(recorder):
    def case(name, x, w, strides=(1, 1), padding="SAME"):
        recorder.case(name, lambda x, w: raw.DepthwiseConv2dNative(input=x, filter=w, strides=[1, *strides, 1],
                                                                   padding=padding),
                      x, Const(w))

    case("depthwise", floats(2, 5, 6, 3), floats(3, 2, 3, 1))
    case("depthwise with a multiplier", floats(1, 6, 5, 3), floats(3, 3, 3, 2), strides=(2, 2))
    case("depthwise, valid", floats(1, 6, 6, 4), floats(3, 3, 4, 1), padding="VALID")


def pool(recorder):
    def case(op, name, x, ksize, strides, padding):
        argument = {"MaxPool": "input", "AvgPool": "value"}[op]
        recorder.case(name, lambda x: getattr(raw, op)(**{argument: x}, ksize=[1, *ksize, 1], strides=[1, *strides, 1],
                                                       padding=padding), x)

    for op in ("MaxPool", "AvgPool"):
        case(op, "valid", floats(2, 5, 6, 3), (2, 3), (1, 1), "VALID")
        case(op, "valid with strides", floats(2, 8, 7, 3), (3, 3), (2, 2), "VALID")
        case(op, "same", floats(1, 5, 6, 3), (3, 3), (1, 1), "SAME")
        case(op, "same with strides", floats(2, 6, 7, 5), (3, 2), (2, 2), "SAME")
        case(op, "one pixel", floats(1, 7, 7, 4), (1, 1), (2, 2), "SAME")
        case(op, "below zero", floats(1, 4, 4, 2, low=-9, high=-1), (3, 3), (2, 2), "SAME")
        case(op, "longer steps than windows", floats(1, 9, 9, 2), (2, 2), (3, 4), "SAME")
    recorder.case("with its window as inputs", lambda x, k, s: raw.MaxPoolV2(input=x, ksize=k, strides=s,
                                                                             padding="SAME"),
                  floats(1, 6, 5, 2), Const(np.int32([1, 3, 3, 1])), Const(np.int32([1, 2, 1, 1])))


def batch_norm(recorder):
    def case(op, name, x, **attributes):
        c = x.shape[-1]
        recorder.case(name, lambda x, scale, offset, mean, variance: getattr(raw, op)(
            x=x, scale=scale, offset=offset, mean=mean, variance=variance, is_training=False, **attributes),
                      x, Const(floats(c)), Const(floats(c)), Const(floats(c)), Const(floats(c, low=0.1, high=4)),
                      outputs=[0])

    case("FusedBatchNorm", "defaults", floats(2, 3, 4, 5))
    case("FusedBatchNorm", "epsilon of slim", floats(2, 3, 4, 5), epsilon=1.001e-5)
    case("FusedBatchNormV2", "version 2", floats(1, 2, 2, 7), epsilon=0.001)
    case("FusedBatchNormV3", "version 3", floats(3, 2, 1, 6), epsilon=0.25)


for name, record in (("unary", unary), ("binary", binary), ("cast_select", cast_and_select), ("matmul", matmul),
                     ("reduce", reduce), ("softmax", softmax), ("conv", conv), ("depthwise", depthwise),
                     ("pool", pool), ("batch_norm", batch_norm)):
    recorder = Recorder()
    record(recorder)
    recorder.save(os.path.join(HERE, name + ".json"))
