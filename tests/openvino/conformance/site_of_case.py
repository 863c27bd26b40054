"""What a random case of an op is made with."""
import importlib

import numpy as np

import openvino as ov

MOST_DIM = 6
HAS_OPSET16 = int(ov.__version__.split(".")[0]) >= 2025


def opset(number):
    """OpenVINO's module of an opset, wherever its version keeps it."""
    try:
        return importlib.import_module(f"openvino.opset{number}")
    except ModuleNotFoundError:
        return importlib.import_module(f"openvino.runtime.opset{number}")


OPS = opset(14)


class Site:
    """The random choices of one case, and the inputs that it is fed."""

    def __init__(self, random):
        self.random = random
        self.inputs = []  # (Parameter, array)

    def chance(self, probability=0.5):
        return self.random.random() < probability

    def pick(self, *choices):
        return choices[self.random.integers(len(choices))]

    def whole(self, low, high):
        """An integer from low to high, both included."""
        return int(self.random.integers(low, high + 1))

    def opset(self, *numbers):
        return opset(self.pick(*numbers))

    def shape(self, least=0, most=4, dim=MOST_DIM):
        return [self.whole(1, dim) for _ in range(self.whole(least, most))]

    def axis(self, rank):
        return self.whole(-rank, rank - 1)

    def axes(self, rank, least=0):
        """Some axes, each once, some counted from the end."""
        axes = self.random.permutation(rank)[:self.whole(min(least, rank), rank)]
        return [int(axis) - (rank if self.chance(0.3) else 0) for axis in axes]

    def floats(self, shape, low=-3.0, high=3.0):
        return self.random.uniform(low, high, shape).astype(np.float32)

    def ints(self, shape, low=-9, high=9, dtype=None):
        return self.random.integers(low, high + 1, shape).astype(dtype or self.pick(np.int32, np.int64))

    def booleans(self, shape):
        return self.random.integers(0, 2, shape).astype(bool)

    def numbers(self, shape, dtype):
        return self.floats(shape) if dtype == np.float32 else self.ints(shape, dtype=dtype)

    def number_type(self):
        return self.pick(np.float32, np.float32, np.int32, np.int64)

    def fed(self, array):
        """A Parameter of the array's type, some of whose dimensions may be free."""
        array = np.asarray(array)
        free = self.chance(0.5)
        dims = [-1 if free and self.chance(0.4) else dim for dim in array.shape]
        return self._parameter(dims, array)

    def fixed(self, array):
        """A Parameter of the array's type and shape."""
        return self._parameter(list(array.shape), array)

    def _parameter(self, dims, array):
        parameter = OPS.parameter(dims, array.dtype)
        self.inputs.append((parameter, array))
        return parameter

    def constant(self, array, dtype=None):
        return OPS.constant(np.asarray(array, dtype))

    def indices(self, values):
        """A constant of integers, in either width."""
        return self.constant(values, self.pick(np.int32, np.int64))

    def either(self, array):
        return self.constant(array) if self.chance(0.4) else self.fed(array)

    def broadcastable(self, shape):
        """A shape that may be broadcast with the other by NumPy's rules."""
        dims = [1 if self.chance(0.3) else dim for dim in shape]
        return dims[self.whole(0, len(dims)):] if self.chance(0.4) else dims
