"""Makes saved_models/two_tags: a TensorFlow 1 SavedModel of two MetaGraphs and two signatures, and what TensorFlow gives.

python make.py OUTPUT_FOLDER    (TensorFlow 2.x; run with TF_ENABLE_ONEDNN_OPTS=0)
"""
import os
import shutil
import sys

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


def build(weights, bias, factor):
    """softmax(factor * (x W + b)); W is a reference variable, b a resource."""
    x = tf1.placeholder(tf.float32, [None, 4], name="features_in")
    w = tf1.get_variable("dense/w", initializer=weights, use_resource=False)
    b = tf1.get_variable("dense/b", initializer=bias, use_resource=True)
    y = tf.multiply(tf.matmul(x, w) + b, factor, name="raw")
    return x, y, tf.nn.softmax(y, name="probabilities")


def main(folder):
    tf1.disable_eager_execution()
    rng = np.random.default_rng(1)
    weights = rng.normal(size=(4, 3)).astype("float32")
    bias = rng.normal(size=3).astype("float32")
    sample = np.arange(8, dtype="float32").reshape(2, 4) / 8
    target = os.path.join(folder, "two_tags")
    shutil.rmtree(target, ignore_errors=True)
    builder = tf1.saved_model.Builder(target)
    signature = tf1.saved_model.signature_def_utils.build_signature_def
    info = tf1.saved_model.utils.build_tensor_info
    expected = {"x": sample}
    for factor, tags in ((2.0, ["serve", "train"]), (1.0, ["serve"])):
        with tf.Graph().as_default(), tf1.Session() as session:
            x, y, p = build(weights, bias, factor)
            session.run(tf1.global_variables_initializer())
            signatures = {"serving_default": signature({"x": info(x)}, {"scores": info(p)}, "predict"),
                          "logits": signature({"x": info(x)}, {"y": info(y)}, "predict")}
            if factor == 2.0:
                builder.add_meta_graph_and_variables(session, tags, signatures, strip_default_attrs=True)
            else:
                builder.add_meta_graph(tags, signatures, strip_default_attrs=True)
            name = "train" if factor == 2.0 else "serve"
            expected[f"scores_{name}"], expected[f"y_{name}"] = session.run([p, y], {x: sample})
    builder.save()
    for name, value in expected.items():
        np.save(os.path.join(target, name + ".npy"), value)


main(sys.argv[1])
