#!/usr/bin/env python
"""A ResNet v2 as slim's resnet_v2 builds it, from TensorFlow 2 without slim: placeholder 'input' [None,S,S,3], node
'Squeeze', variables of slim's names and shapes with seeded values, saved as OUT/imagenet_resnet152.ckpt.*

  make_resnet.py --out DIR [--units 3,8,36,3] [--depths 64,128,256,512] [--image 224] [--classes 1001]"""
import argparse
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_eager_execution()


def ints(text):
    return [int(number) for number in text.split(",")]


def variable(name, shape, trainable=True):
    return tf.get_variable(name, shape, tf.float32, tf.zeros_initializer, trainable=trainable, use_resource=False)


def conv(x, outputs, size, stride, name, bias=False):
    padding = "SAME"
    if stride > 1 and size > 1:  # slim pads as if the stride were 1
        low = (size - 1) // 2
        x = tf.pad(x, [[0, 0], [low, size - 1 - low], [low, size - 1 - low], [0, 0]])
        padding = "VALID"
    with tf.variable_scope(name):
        x = tf.nn.conv2d(x, variable("weights", [size, size, x.shape[-1], outputs]), [1, stride, stride, 1], padding)
        return tf.nn.bias_add(x, variable("biases", [outputs])) if bias else x


def norm(x, name):
    with tf.variable_scope(name):
        channels = [x.shape[-1]]
        beta, gamma = variable("beta", channels), variable("gamma", channels)
        mean, variance = variable("moving_mean", channels, False), variable("moving_variance", channels, False)
        return tf.nn.relu(tf.raw_ops.FusedBatchNormV3(x=x, scale=gamma, offset=beta, mean=mean, variance=variance,
                                                      epsilon=1.001e-5, is_training=False)[0])


def bottleneck(x, depth, stride):
    active = norm(x, "preact")
    if x.shape[-1] == 4 * depth:
        shortcut = tf.nn.max_pool2d(x, 1, stride, "SAME") if stride > 1 else x
    else:
        shortcut = conv(active, 4 * depth, 1, stride, "shortcut", bias=True)
    y = norm(conv(active, depth, 1, 1, "conv1"), "conv1/BatchNorm")
    y = norm(conv(y, depth, 3, stride, "conv2"), "conv2/BatchNorm")
    return shortcut + conv(y, 4 * depth, 1, 1, "conv3", bias=True)


def net(a):
    x = tf.placeholder(tf.float32, [None, a.image, a.image, 3], name="input")
    with tf.variable_scope("resnet_v2"):
        x = tf.nn.max_pool2d(conv(x, 64, 7, 2, "conv1", bias=True), 3, 2, "SAME")
        for block, (units, depth) in enumerate(zip(ints(a.units), ints(a.depths)), 1):
            for unit in range(1, units + 1):
                with tf.variable_scope("block%d/unit_%d/bottleneck_v2" % (block, unit)):
                    # The last unit of a block halves the image; the last block does not.
                    x = bottleneck(x, depth, 2 if unit == units and block < len(ints(a.units)) else 1)
        x = tf.reduce_mean(norm(x, "postnorm"), [1, 2], keepdims=True)
        x = conv(x, a.classes, 1, 1, "logits", bias=True)
    tf.squeeze(x, name="Squeeze")


def value(name, shape, random):
    draw = random.standard_normal(shape).astype(np.float32)
    if name.endswith("weights"):
        return draw * np.float32(np.sqrt(2.0 / np.prod(shape[:-1])))
    if name.endswith("moving_variance"):
        return 1 + np.float32(0.3) * np.abs(draw)
    return (np.float32(0.5) if name.endswith("gamma") else np.float32(0)) + np.float32(0.1) * draw


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--units", default="3,8,36,3")
    parser.add_argument("--depths", default="64,128,256,512")
    parser.add_argument("--image", type=int, default=224)
    parser.add_argument("--classes", type=int, default=1001)
    a = parser.parse_args()
    os.makedirs(a.out, exist_ok=True)
    net(a)
    random = np.random.RandomState(11)
    with tf.Session() as session:
        for v in sorted(tf.global_variables(), key=lambda v: v.op.name):
            v.load(value(v.op.name, v.shape.as_list(), random), session)
        tf.train.Saver().save(session, os.path.join(a.out, "imagenet_resnet152.ckpt"))


main()
