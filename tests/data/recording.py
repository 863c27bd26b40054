"""What the recorders of TensorFlow's ops and of OpenVINO's layers share: how tensors and cases are written."""
import json

import numpy as np

DTYPES = {
    "float32": "f32", "float64": "f64", "int8": "i8", "uint8": "u8", "int16": "i16", "uint16": "u16",
    "int32": "i32", "uint32": "u32", "int64": "i64", "uint64": "u64", "bool": "boolean",
}


class Const:
    """An input that is a constant of the graph."""

    def __init__(self, value):
        self.value = np.asarray(value)


class Values:
    """Seeded random tensors."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)

    def floats(self, *shape, low=-3.0, high=3.0):
        return self.random.uniform(low, high, shape).astype(np.float32)

    def ints(self, *shape, low=-9, high=9, dtype=np.int32):
        return self.random.integers(low, high, shape, endpoint=True).astype(dtype)

    def bools(self, *shape):
        return self.random.integers(0, 2, shape).astype(bool)


def number(value):
    if isinstance(value, (np.floating, float)):
        text = repr(float(value)) if isinstance(value, np.float64) else str(value)
        return text if text in ("nan", "inf", "-inf") else float(text)
    return int(value)


def tensor(array):
    array = np.asarray(array)
    return {"type": DTYPES[array.dtype.name], "shape": list(array.shape),
            "values": [number(v) for v in array.reshape(-1)]}


def save(cases, path):
    with open(path, "w") as file:
        file.write('{"cases": [\n')
        file.write(",\n".join(json.dumps(case) for case in cases))
        file.write("\n]}\n")
    print(path, len(cases), "cases")
