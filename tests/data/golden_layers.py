"""Records layers of OpenVINO IR: attributes, inputs and the outputs that OpenVINO computes, for tests/golden_ops_test.cc.

A script in a folder tests/data/layers_* makes a LayerRecorder, calls case() for every layer and save() at the end:

    recorder = LayerRecorder()
    recorder.case("rows", lambda x: opset8.softmax(x, 1), array)
    recorder.save("softmax.json")

Run by hand with OpenVINO; the JSON it writes is committed.
"""
import openvino as ov
from openvino.runtime import opset8, opset9

from recording import Const, np, save, tensor

# The serializer's names where they are not those of the classes.
LAYER_NAMES = {"Softmax": "SoftMax", "Relu": "ReLU"}


def attribute(value):
    if isinstance(value, bool):
        return {"b": value}
    if isinstance(value, int):
        return {"i": value}
    if isinstance(value, float):
        return {"f": value}
    if isinstance(value, str):
        return {"s": value}
    return {"ints": [int(v) for v in value]}


class LayerRecorder:
    def __init__(self):
        self.cases = []

    def case(self, name, function, *inputs, outputs=None, tolerance=None):
        """`function` makes one node of its inputs. `outputs`: which ones to compare (all)."""
        arrays = [i.value if isinstance(i, Const) else np.asarray(i) for i in inputs]
        parameters = [opset8.parameter(list(a.shape), a.dtype) for i, a in zip(inputs, arrays)
                      if not isinstance(i, Const)]
        left = iter(parameters)
        nodes = [opset8.constant(a) if isinstance(i, Const) else next(left) for i, a in zip(inputs, arrays)]
        node = function(*nodes)
        model = ov.Model(list(node.outputs()), parameters, "golden")
        compiled = ov.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        results = compiled([a for i, a in zip(inputs, arrays) if not isinstance(i, Const)])
        layer = LAYER_NAMES.get(node.get_type_name(), node.get_type_name())
        case = {"name": name, "layer": layer, "opset": node.get_type_info().version_id,
                "attrs": {k: attribute(v) for k, v in sorted(node.get_attributes().items())},
                "inputs": [], "outputs": []}
        for given, array in zip(inputs, arrays):
            case["inputs"].append(tensor(array) | ({"constant": True} if isinstance(given, Const) else {}))
        for index in range(len(node.outputs())):
            wanted = outputs is None or index in outputs
            case["outputs"].append(tensor(results[index]) if wanted else None)
        if tolerance is not None:
            case["tolerance"] = tolerance
        self.cases.append(case)

    def save(self, path):
        save(self.cases, path)
