"""Cases of products, convolutions, pooling, reductions and normalisations."""
import numpy as np

from site_of_case import HAS_OPSET16, OPS, opset

REDUCE = {
    "ReduceMax": "reduce_max", "ReduceMean": "reduce_mean", "ReduceMin": "reduce_min", "ReduceProd": "reduce_prod",
    "ReduceSum": "reduce_sum", "ReduceL1": "reduce_l1", "ReduceL2": "reduce_l2",
}
REDUCE_LOGICAL = {"ReduceLogicalAnd": "reduce_logical_and", "ReduceLogicalOr": "reduce_logical_or"}


def reduce(site, op):
    dtype = site.pick(np.float32, np.int32) if op in ("ReduceMax", "ReduceMin", "ReduceSum") else np.float32
    x = site.numbers(site.shape(1, 4, 9), dtype)
    if op == "ReduceProd":  # of thousands of factors, within FP32
        x = site.floats(x.shape, 0.8, 1.25)
    return getattr(OPS, REDUCE[op])(site.fed(x), site.indices(site.axes(x.ndim, 1)), site.chance())


def reduce_logical(site, op):
    x = site.booleans(site.shape(1, 4))
    return getattr(OPS, REDUCE_LOGICAL[op])(site.fed(x), site.indices(site.axes(x.ndim, 1)), site.chance())


def softmax(site):
    x = site.floats(site.shape(1, 4, 20), -9, 9)
    if site.chance(0.3):
        return opset(1).softmax(site.fed(x), site.whole(0, x.ndim - 1))
    return opset(8).softmax(site.fed(x), site.axis(x.ndim))


def log_softmax(site):
    x = site.floats(site.shape(1, 4, 20), -9, 9)
    return OPS.log_softmax(site.fed(x), site.axis(x.ndim))


def matmul(site):
    most = site.pick(5, 40)
    rows, inner, columns = (site.whole(1, most) for _ in range(3))
    batch = site.shape(0, 2, 3)
    a, b = [*batch, rows, inner], [*site.broadcastable(batch), inner, columns]
    if site.chance(0.15):
        a = [inner]
    elif site.chance(0.15):
        b = [inner]
    turned = [len(shape) > 1 and site.chance() for shape in (a, b)]
    shapes = [shape[:-2] + shape[:-3:-1] if turn else shape for shape, turn in zip((a, b), turned)]
    arrays = [site.floats(shape, -1, 1) for shape in shapes]
    return OPS.matmul(site.fed(arrays[0]), site.either(arrays[1]), *turned)


def windows(site, spatial):
    """A window's attributes, and the extent that its input must at least have, by axis."""
    kernel = [site.whole(1, 4) for _ in range(spatial)]
    dilations = [site.whole(1, 2) for _ in range(spatial)]
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    return kernel, [site.whole(1, 3) for _ in range(spatial)], dilations, reach


def pads(site, kernel):
    return [[site.whole(0, k - 1) for k in kernel] for _ in range(2)]


def convolution(site):
    kernel, strides, dilations, reach = windows(site, site.whole(1, 2))
    channels, filters = site.whole(1, 9), site.whole(1, 20)
    x = site.floats([site.whole(1, 3), channels, *(r + site.whole(0, 9) for r in reach)], -1, 1)
    w = site.floats([filters, channels, *kernel], -1, 1)
    auto = site.pick("explicit", "explicit", "same_upper", "same_lower", "valid")
    return opset(1).convolution(site.fed(x), site.constant(w), strides, *pads(site, kernel), dilations, auto)


def group_convolution(site):
    kernel, strides, dilations, reach = windows(site, 2)
    groups, channels, filters = site.whole(1, 4), site.whole(1, 3), site.whole(1, 4)
    x = site.floats([site.whole(1, 2), groups * channels, *(r + site.whole(0, 9) for r in reach)], -1, 1)
    w = site.floats([groups, filters, channels, *kernel], -1, 1)
    return opset(1).group_convolution(site.fed(x), site.constant(w), strides, *pads(site, kernel), dilations,
                                      site.pick("explicit", "same_upper", "same_lower", "valid"))


def pooling_input(site, kernel):
    return site.floats([site.whole(1, 2), site.whole(1, 5), *(k + site.whole(0, 9) for k in kernel)])


def max_pool(site):
    kernel, strides, _, _ = windows(site, site.whole(1, 2))
    x = site.fed(pooling_input(site, kernel))
    rounding, auto = site.pick("floor", "ceil"), site.pick("explicit", "same_upper", "same_lower", "valid")
    if site.chance():
        return opset(1).max_pool(x, strides, *pads(site, kernel), kernel, rounding, auto)
    ones = [1] * len(kernel)
    number, rounding = site.pick((8, rounding), (14, rounding), (14, "ceil_torch"))
    return opset(number).max_pool(x, strides, ones, *pads(site, kernel), kernel, rounding, auto, "i64",
                                  0).outputs()[:1]


def avg_pool(site):
    kernel, strides, dilations, reach = windows(site, site.whole(1, 2))
    if HAS_OPSET16 and site.chance(0.3):
        x = site.fed(pooling_input(site, reach))
        return opset(16).avg_pool(x, strides, *pads(site, kernel), kernel, site.chance(),
                                  site.pick("floor", "ceil_torch"), "explicit", dilations)
    x = site.fed(pooling_input(site, kernel))
    begins, ends = pads(site, kernel)
    rounding = site.pick("floor", "ceil", "ceil_torch")
    if rounding == "ceil":
        # A last window that holds nothing of the input is a zero or NaN in OpenVINO's plugin as its layout has it.
        strides = [min(pair) for pair in zip(strides, kernel)]
        ends = [0] * len(kernel)
    return opset(14 if rounding == "ceil_torch" else 1).avg_pool(
        x, strides, begins, ends, kernel, site.chance(), rounding,
        site.pick("explicit", "same_upper", "same_lower", "valid"))


def batch_norm(site):
    x = site.floats(site.shape(2, 4))
    gamma, beta, mean = (site.floats([x.shape[1]]) for _ in range(3))
    variance = site.floats([x.shape[1]], 0.1, 3)
    if site.chance():
        return opset(5).batch_norm_inference(site.fed(x), gamma, beta, mean, variance, 1e-3)
    return opset(1).batch_norm_inference(site.fed(x), gamma, beta, mean, variance, 1e-3)


def mvn(site):
    x = site.floats(site.shape(2, 4, 20))
    return opset(6).mvn(site.fed(x), site.indices(site.axes(x.ndim, 1)), site.chance(), 1e-3,
                        site.pick("inside_sqrt", "outside_sqrt"))


def rdft(site):
    x = site.floats([*site.shape(0, 2), site.pick(4, 8, 16, 12), *site.shape(0, 1)])
    return opset(9).rdft(site.fed(x), site.indices([site.axis(x.ndim)]))


CASES = {
    "SoftMax": softmax, "LogSoftmax": log_softmax, "MatMul": matmul, "Convolution": convolution,
    "GroupConvolution": group_convolution, "MaxPool": max_pool, "AvgPool": avg_pool,
    "BatchNormInference": batch_norm, "MVN": mvn, "RDFT": rdft,
    **{op: lambda site, op=op: reduce(site, op) for op in REDUCE},
    **{op: lambda site, op=op: reduce_logical(site, op) for op in REDUCE_LOGICAL},
}
