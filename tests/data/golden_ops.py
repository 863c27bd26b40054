"""Records TensorFlow ops: attributes, inputs and the outputs that TensorFlow computes, for tests/golden_ops_test.cc.

A script in a folder tests/data/ops_* makes a Recorder, calls case() for every op and save() at the end:

    recorder = Recorder()
    recorder.case("rows", lambda x, axis: tf.raw_ops.Max(input=x, axis=axis), array, Const(np.int32(1)))
    recorder.save("reduce.json")

Run by hand with TensorFlow 2; the JSON it writes is committed.
"""
import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf

from recording import DTYPES, Const, np, save, tensor


def attribute(value):
    kind = value.WhichOneof("value")
    if kind == "type":
        return {"type": DTYPES[tf.as_dtype(value.type).name]}
    if kind in ("i", "b", "f"):
        return {kind: getattr(value, kind)}
    if kind == "s":
        return {"s": value.s.decode()}
    if kind == "list" and (value.list.i or not value.list.ListFields()):
        return {"ints": list(value.list.i)}
    return None  # shapes, functions: no import rule asks for them


class Recorder:
    def __init__(self):
        self.cases = []

    def case(self, name, function, *inputs, outputs=None, drop=(), tolerance=None, dynamic=True):
        """`function` makes one node of its tensors. `outputs`: which ones to compare (all). `drop`: attributes that
        graphs of older versions lack. `dynamic`: whether the import works without known dimensions."""
        arrays = [i.value if isinstance(i, Const) else np.asarray(i) for i in inputs]
        with tf.Graph().as_default():
            tensors = [tf.constant(a) if isinstance(i, Const) else tf.compat.v1.placeholder(a.dtype, a.shape)
                       for i, a in zip(inputs, arrays)]
            results = function(*tensors)
            flat = tf.nest.flatten(results)
            node = flat[0].op
            assert [t.name for t in node.inputs] == [t.name for t in tensors], f"{name}: inputs are not the node's"
            feeds = {t: a for t, a, i in zip(tensors, arrays, inputs) if not isinstance(i, Const)}
            config = tf.compat.v1.ConfigProto()
            config.graph_options.rewrite_options.disable_meta_optimizer = True  # the node itself must run
            with tf.compat.v1.Session(config=config) as session:
                values = session.run(list(node.outputs), feeds)
        case = {"name": name, "op": node.type,
                "attrs": {k: attribute(v) for k, v in sorted(node.node_def.attr.items())
                          if k not in drop and not k.startswith("_") and attribute(v) is not None},
                "inputs": [], "outputs": []}
        for given, array in zip(inputs, arrays):
            recorded = tensor(array)
            if isinstance(given, Const):
                recorded["constant"] = True
            case["inputs"].append(recorded)
        for index, value in enumerate(values):
            wanted = outputs is None or index in outputs
            case["outputs"].append(tensor(value) if wanted else None)
        if tolerance is not None:
            case["tolerance"] = tolerance
        if not dynamic:
            case["dynamic"] = False
        self.cases.append(case)

    def save(self, path):
        save(self.cases, path)
