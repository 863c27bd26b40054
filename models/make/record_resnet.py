#!/usr/bin/env python
"""Runs a slim ResNet's MetaGraph and checkpoint in TensorFlow 2 (any batch, any image size) and writes input.npy and
Squeeze.npy.

  record_resnet.py X.ckpt.meta --batch N --height H --width W [--seed S] --out DIR"""
import argparse
import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_eager_execution()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("meta")
    for name, value in (("batch", 1), ("height", 64), ("width", 64), ("seed", 1)):
        parser.add_argument("--" + name, type=int, default=value)
    parser.add_argument("--out", required=True)
    a = parser.parse_args()
    os.makedirs(a.out, exist_ok=True)
    image = tf.placeholder(tf.float32, [None, None, None, 3])  # the graph's own is of one size
    saver = tf.train.import_meta_graph(a.meta, input_map={"input:0": image}, clear_devices=True)
    x = np.random.RandomState(a.seed).uniform(-1, 1, [a.batch, a.height, a.width, 3]).astype(np.float32)
    with tf.Session() as session:
        saver.restore(session, a.meta[:-len(".meta")])
        y = session.run("Squeeze:0", {image: x})
    np.save(os.path.join(a.out, "input.npy"), x)
    np.save(os.path.join(a.out, "Squeeze.npy"), y)


main()
