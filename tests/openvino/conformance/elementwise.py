"""Cases of ops that compute each element alone."""
import numpy as np

from site_of_case import OPS, opset

# The function's name, and where its argument may lie. OpenVINO's SoftPlus is off by 2e-6, which is more than itself
# where that is far below 0.
UNARY = {
    "Abs": ("abs", -3, 3), "Acos": ("acos", -1, 1), "Acosh": ("acosh", 1.01, 9), "Asin": ("asin", -1, 1),
    "Asinh": ("asinh", -9, 9), "Atan": ("atan", -9, 9), "Atanh": ("atanh", -0.99, 0.99),
    "Ceiling": ("ceiling", -5, 5), "Cos": ("cos", -9, 9), "Cosh": ("cosh", -4, 4), "Erf": ("erf", -4, 4),
    "Exp": ("exp", -20, 5), "Floor": ("floor", -5, 5), "HSigmoid": ("hsigmoid", -5, 5), "HSwish": ("hswish", -5, 5),
    "Log": ("log", 0.01, 99), "Mish": ("mish", -20, 20), "Negative": ("negative", -3, 3), "ReLU": ("relu", -3, 3),
    "Sigmoid": ("sigmoid", -20, 20), "Sign": ("sign", -1, 1), "Sin": ("sin", -9, 9), "Sinh": ("sinh", -4, 4),
    "SoftPlus": ("softplus", -8, 20), "SoftSign": ("softsign", -5, 5), "Sqrt": ("sqrt", 0, 99),
    "Tan": ("tan", -1.4, 1.4), "Tanh": ("tanh", -20, 20),
}
OF_INTEGERS = {"Abs", "Negative", "Sign"}
BINARY = {
    "Add": "add", "Divide": "divide", "FloorMod": "floor_mod", "Maximum": "maximum", "Minimum": "minimum",
    "Mod": "mod", "Multiply": "multiply", "Power": "power", "SquaredDifference": "squared_difference",
    "Subtract": "subtract",
}
COMPARE = {
    "Equal": "equal", "Greater": "greater", "GreaterEqual": "greater_equal", "Less": "less",
    "LessEqual": "less_equal", "NotEqual": "not_equal",
}
LOGICAL = {"LogicalAnd": "logical_and", "LogicalOr": "logical_or", "LogicalXor": "logical_xor"}


def unary(site, op):
    name, low, high = UNARY[op]
    shape = site.shape(most=5)
    if op in OF_INTEGERS and site.chance(0.3):
        return getattr(OPS, name)(site.fed(site.ints(shape)))
    return getattr(OPS, name)(site.fed(site.floats(shape, low, high)))


def operands(site, make, divisor=None):
    """Two arrays that broadcast to one shape, either of them the smaller one, at most one constant."""
    shape = site.shape(most=5)
    values = [make(shape), make(site.broadcastable(shape))]
    if site.chance():
        values.reverse()
    if divisor is not None:
        values[1] = divisor(values[1])
    if site.chance(0.3):
        fixed = site.whole(0, 1)
        return [site.constant(value) if i == fixed else site.fed(value) for i, value in enumerate(values)]
    return [site.fed(value) for value in values]


def binary(site, op):
    dtype = site.number_type()
    if op == "Divide" and dtype != np.float32:  # OpenVINO rounds negative quotients in two ways
        return OPS.divide(*operands(site, lambda shape: site.ints(shape, 1, 99, dtype)))
    away_from_zero = lambda values: np.where(np.abs(values) < 0.5, np.ones_like(values), values)
    divisor = away_from_zero if op in ("Divide", "FloorMod", "Mod") else None
    if op == "Power":
        positive = lambda shape: site.floats(shape, 0.1, 3)
        return OPS.power(*operands(site, positive))
    return getattr(OPS, BINARY[op])(*operands(site, lambda shape: site.numbers(shape, dtype), divisor))


def compare(site, op):
    dtype = site.number_type()
    few = lambda shape: np.round(site.numbers(shape, dtype)).astype(dtype)
    return getattr(OPS, COMPARE[op])(*operands(site, few))


def logical(site, op):
    return getattr(OPS, LOGICAL[op])(*operands(site, site.booleans))


def logical_not(site):
    return OPS.logical_not(site.fed(site.booleans(site.shape())))


def round_(site):
    halves = site.ints(site.shape(), dtype=np.int32) / np.float32(2)
    return opset(5).round(site.fed(halves.astype(np.float32)), site.pick("half_to_even", "half_away_from_zero"))


def clamp(site):
    low = float(site.whole(-3, 1))
    dtype = site.number_type()
    return OPS.clamp(site.fed(site.numbers(site.shape(), dtype)), low, low + site.whole(0, 3))


def elu(site):
    return OPS.elu(site.fed(site.floats(site.shape())), float(site.pick(0.5, 1.0, 1.7)))


def selu(site):
    return OPS.selu(site.fed(site.floats(site.shape())), np.float32(1.67), np.float32(1.05))


def hard_sigmoid(site):
    return OPS.hard_sigmoid(site.fed(site.floats(site.shape())), np.float32(0.2), np.float32(0.5))


def prelu(site):
    shape = site.shape(2, 4)
    return OPS.prelu(site.fed(site.floats(shape)), site.constant(site.floats([site.pick(1, shape[1])])))


def swish(site):
    x = site.fed(site.floats(site.shape()))
    return OPS.swish(x, np.float32(site.pick(0.5, 1.0, 1.7))) if site.chance() else OPS.swish(x)


def gelu(site):
    x = site.fed(site.floats(site.shape(most=3, dim=40), -6, 6))
    return opset(2).gelu(x) if site.chance(0.3) else opset(7).gelu(x, site.pick("erf", "tanh"))


def select(site):
    shape = site.shape()
    dtype = site.number_type()
    parts = [site.booleans(site.broadcastable(shape)), site.numbers(shape, dtype),
             site.numbers(site.broadcastable(shape), dtype)]
    if site.chance():
        parts[1:] = parts[:0:-1]
    return OPS.select(*(site.fed(part) for part in parts))


def convert(site):
    source = site.pick(np.float32, np.int32, np.int64, bool, np.uint8)
    target = site.pick("f32", "i32", "i64", "boolean")
    shape = site.shape()
    values = {np.float32: lambda: site.floats(shape, -99, 99), bool: lambda: site.booleans(shape)}
    make = values.get(source, lambda: site.ints(shape, 0, 9, source))
    return OPS.convert(site.fed(make()), target)


CASES = {
    "LogicalNot": logical_not, "Round": round_, "Clamp": clamp, "Elu": elu, "Selu": selu, "HardSigmoid": hard_sigmoid,
    "PReLU": prelu, "Swish": swish, "Gelu": gelu, "Select": select, "Convert": convert,
    **{op: lambda site, op=op: unary(site, op) for op in UNARY},
    **{op: lambda site, op=op: binary(site, op) for op in BINARY},
    **{op: lambda site, op=op: compare(site, op) for op in COMPARE},
    **{op: lambda site, op=op: logical(site, op) for op in LOGICAL},
}
