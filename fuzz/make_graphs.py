"""Writes the seeds of the target `convert`: small graphs that TensorFlow makes, each of a few ops.

    python3 fuzz/make_graphs.py fuzz/seeds/convert     (needs TensorFlow)
"""
import os
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf
from google.protobuf import text_format

tf1 = tf.compat.v1


def floats(*shape):
    return np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)


def x(*shape, dtype=tf.float32):
    return tf1.placeholder(dtype, shape, name="x")


def dense():
    y = tf.nn.relu(tf.matmul(x(None, 4), floats(4, 3)) + floats(3))
    return tf.nn.softmax(tf.tanh(y) * tf.sigmoid(y), name="y")


def convolution():
    y = tf1.pad(x(1, 4, 4, 2), [[0, 0], [1, 1], [1, 1], [0, 0]])
    y = tf.nn.bias_add(tf.nn.conv2d(y, floats(3, 3, 2, 2), [1, 2, 2, 1], "VALID"), floats(2))
    return tf.reduce_mean(tf.nn.relu6(y), [1, 2], name="y")


def pooling():
    y, _, _ = tf1.nn.fused_batch_norm(x(1, 4, 4, 2), floats(2), floats(2), floats(2), floats(2) + 2, is_training=False)
    return tf.nn.avg_pool2d(tf.nn.max_pool2d(y, 2, 2, "SAME"), 2, 1, "VALID", name="y")


def shapes():
    value = x(2, 3, 4)
    y = tf.reshape(tf.transpose(value, [1, 0, 2]), tf.stack([tf.shape(value)[1], -1]))
    parts = tf.split(y, 2, axis=1)
    return tf.squeeze(tf.expand_dims(tf.concat(parts[::-1], 1), 0), [0], name="y")


def slices():
    value = x(4, 6)
    y = tf.concat([value[1:3, ::-1], value[2:, ::-1]], 0)
    y = tf.strided_slice(y, [0, 1], [4, 6], [2, 1], begin_mask=1, shrink_axis_mask=0)
    return tf.slice(tf.tile(y, [1, 2]), [0, 1], [-1, 3], name="y")


def selection():
    ids = x(5, dtype=tf.int32)
    rows = tf.gather(floats(7, 3), ids)
    some = tf.gather_nd(rows, [[0], [4]])
    chosen = tf1.where(tf.greater(some, 0.5), some, tf.zeros_like(some))
    return tf.reduce_sum(chosen * tf.one_hot([1, 2], 3), 1, keepdims=True, name="y")


def filling():
    value = x(2, 3)
    size = tf.shape(value)
    y = tf.fill(size, 2.0) + tf.cast(tf.range(0, size[1], 1), tf.float32)
    return tf.broadcast_to(tf.maximum(y, value), tf.concat([[4], size], 0), name="y")


def arithmetic():
    value = x(3)
    y = tf.sqrt(tf.abs(value)) / tf1.add_n([tf.exp(value), tf.square(value), tf.math.rsqrt(value * value + 1.0)])
    return tf.math.squared_difference(tf.clip_by_value(y, -1.0, 1.0), tf.floor(value), name="y")


def integers():
    value = tf.cast(x(4, dtype=tf.int32), tf.int64)
    y = tf.math.floormod(value, 3) + tf.math.floordiv(value, 2) * tf.reduce_max(value)
    return tf.cast(tf.logical_and(tf.equal(y, 1), tf.less(y, value)), tf.float32, name="y")


def state():
    memory = tf1.get_variable("memory", [1, 3], use_resource=False)
    step = tf.tanh(tf.matmul(tf.concat([x(1, 2), memory], 1), floats(5, 3)))
    with tf1.control_dependencies([tf1.assign(memory, step)]):
        return tf.identity(step, name="y")


def recurrence():
    wanted = x(4, 1, 2)
    outputs = tf.raw_ops.BlockLSTM(
        seq_len_max=tf.constant(4, tf.int64), x=wanted, cs_prev=floats(1, 3), h_prev=floats(1, 3), w=floats(5, 12),
        wci=floats(3), wcf=floats(3), wco=floats(3), b=floats(12), forget_bias=1.0, cell_clip=3.0, use_peephole=False)
    return tf.identity(outputs.h, name="y")


def cell():
    outputs = tf.raw_ops.LSTMBlockCell(x=x(1, 2), cs_prev=floats(1, 3), h_prev=floats(1, 3), w=floats(5, 12),
                                       wci=floats(3), wcf=floats(3), wco=floats(3), b=floats(12))
    return tf.identity(outputs.h, name="y")


def speech():
    spectrum = tf.raw_ops.AudioSpectrogram(input=x(64, 1), window_size=32, stride=16)
    return tf.raw_ops.Mfcc(spectrogram=spectrum, sample_rate=16000, filterbank_channel_count=8, dct_coefficient_count=4,
                           name="y")


def attention():
    heads = tf.reshape(x(1, 4, 6), [1, 4, 2, 3])
    query = tf.transpose(heads, [0, 2, 1, 3])
    weights = tf.nn.softmax(tf.matmul(query, query, transpose_b=True) / 1.7)
    y = tf.transpose(tf.matmul(weights, query), [0, 2, 1, 3])
    mean, variance = tf.nn.moments(y, [3], keepdims=True)
    return tf.identity((y - mean) * tf.math.rsqrt(variance + 1e-6) * 0.5 * (1.0 + tf.math.erf(y)), name="y")


GRAPHS = [dense, convolution, pooling, shapes, slices, selection, filling, arithmetic, integers, state, recurrence, cell,
          speech, attention]


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for make in GRAPHS:
        with tf1.Graph().as_default() as graph:
            make()
            definition = graph.as_graph_def()
        definition.ClearField("library")
        for node in definition.node:
            for key in [k for k in node.attr if k.startswith("_")]:
                del node.attr[key]
        with open(os.path.join(folder, make.__name__ + ".pb"), "wb") as file:
            file.write(definition.SerializeToString(deterministic=True))
        with open(os.path.join(folder, make.__name__ + ".pbtxt"), "w") as file:
            file.write(text_format.MessageToString(definition))


main(sys.argv[1])
