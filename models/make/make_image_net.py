#!/usr/bin/env python
"""A small net of what image nets of TensorFlow 1 are made of besides ResNet's parts: depthwise convolutions with batch
norms and ReLU6, dilation as slim writes it (SpaceToBatchND, BatchToSpaceND), branches that are concatenated, both
poolings with both paddings, explicit padding, a classifier of 1 x 1 convolutions. Frozen, weights from a seed, and
recorded at several sizes by TensorFlow 2.

  make_image_net.py --out DIR       writes DIR/graph.pb and DIR/recorded/BxHxW/{image,logits}.npy"""
import argparse
import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_eager_execution()
random = np.random.RandomState(5)


def weights(*shape):
    shape = [int(extent) for extent in shape]
    values = random.standard_normal(shape) * np.sqrt(2.0 / np.prod(shape[:-1]))
    return tf.constant(values.astype(np.float32))


def batch_norm(x, name):
    c = x.shape[-1]
    vector = lambda low, high: tf.constant(random.uniform(low, high, c).astype(np.float32))
    return tf.raw_ops.FusedBatchNormV3(x=x, scale=vector(0.8, 1.2), offset=vector(-0.2, 0.2), mean=vector(-0.1, 0.1),
                                       variance=vector(0.7, 1.5), epsilon=1e-3, is_training=False, name=name)[0]


def conv(x, outputs, size, stride=1, padding="SAME", name=None):
    return tf.nn.conv2d(x, weights(size, size, x.shape[-1], outputs), [1, stride, stride, 1], padding, name=name)


def separable(x, outputs, stride, name):
    filters = weights(3, 3, x.shape[-1], 1) * 3
    x = tf.nn.depthwise_conv2d_native(x, filters, [1, stride, stride, 1], "SAME", name=name + "/depthwise")
    x = tf.nn.relu6(batch_norm(x, name + "/depthwise_norm"))
    return tf.nn.relu6(batch_norm(conv(x, outputs, 1, name=name + "/pointwise"), name + "/norm"))


def dilated(x, outputs, rate, pad, name):
    # What tf.contrib.layers.conv2d(rate=...) makes of VALID padding (pad = 0) and of SAME (pad = rate).
    no_crops = np.zeros([2, 2], np.int32)
    x = tf.raw_ops.SpaceToBatchND(input=x, block_shape=[rate, rate], paddings=no_crops + pad,
                                  name=name + "/space_to_batch")
    x = conv(x, outputs, 3, padding="VALID", name=name)
    x = tf.raw_ops.BatchToSpaceND(input=x, block_shape=[rate, rate], crops=no_crops, name=name + "/batch_to_space")
    return tf.nn.relu(tf.nn.bias_add(x, tf.constant(random.uniform(-1, 1, outputs).astype(np.float32))))


def net():
    image = tf.placeholder(tf.float32, [None, 32, 32, 3], name="image")
    x = image / 127.5 - 1.0
    x = conv(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), 16, 3, stride=2, padding="VALID", name="stem")
    x = tf.nn.relu6(batch_norm(x, "stem/norm"))
    x = separable(x, 32, 1, "first")
    branches = [conv(x, 16, 1, name="branch_0"),
                tf.nn.relu(conv(x, 20, 3, name="branch_1")),
                conv(tf.nn.avg_pool2d(x, 3, 1, "SAME"), 12, 1, name="branch_2"),
                tf.nn.max_pool2d(x, 3, 1, "SAME")]
    x = tf.nn.relu(batch_norm(tf.concat(branches, 3), "concat/norm"))
    left, right = tf.split(x, [48, 32], axis=3)
    x = tf.concat([separable(left, 24, 2, "left"), tf.nn.max_pool2d(right, 2, 2, "SAME")], 3)
    x = dilated(x, 20, 2, 2, "dilated_same")
    x = dilated(x, 20, 2, 0, "dilated_valid")
    x = tf.nn.avg_pool2d(x, 2, 1, "VALID")
    x = tf.reduce_mean(x, [1, 2], keepdims=True)
    x = tf.nn.bias_add(conv(x, 7, 1, name="classifier"), tf.constant(random.uniform(-1, 1, 7).astype(np.float32)))
    return image, tf.squeeze(x, [1, 2], name="logits")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    out = parser.parse_args().out
    image, logits = net()
    os.makedirs(out, exist_ok=True)
    graph = tf.get_default_graph().as_graph_def()
    with open(os.path.join(out, "graph.pb"), "wb") as file:
        file.write(graph.SerializeToString())
    # The same graph for images of any size.
    with tf.Graph().as_default(), tf.Session() as session:
        free = tf.placeholder(tf.float32, [None, None, None, 3])
        result, = tf.import_graph_def(graph, {"image:0": free}, ["logits:0"])
        for batch, height, width in ((1, 32, 32), (3, 32, 32), (2, 40, 24)):
            x = np.random.RandomState(batch).uniform(0, 255, [batch, height, width, 3]).astype(np.float32)
            folder = os.path.join(out, "recorded", "%dx%dx%d" % (batch, height, width))
            os.makedirs(folder, exist_ok=True)
            np.save(os.path.join(folder, "image.npy"), x)
            np.save(os.path.join(folder, "logits.npy"), session.run(result, {free: x}))


main()
