"""Records formulas that are fused, as TensorFlow 1 writes them: a frozen graph, its inputs and its output y each.

Run by hand with TensorFlow 1.15 (PyPI, Python 3.7): python make.py
"""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
BATCH, LENGTH, HEADS, DEPTH = 2, 7, 3, 4
WIDTH = HEADS * DEPTH
random = np.random.RandomState(20170612)


def uniform(*shape):
    return random.uniform(-1, 1, shape).astype(np.float32)


def weights(*shape):
    return tf.constant(uniform(*shape))


def dense(x, outputs, activation=None):
    y = tf.nn.bias_add(tf.matmul(x, weights(x.shape[-1].value, outputs)), weights(outputs))
    return y if activation is None else activation(y)


def contrib_layer_norm(x):
    return tf.contrib.layers.layer_norm(x, begin_norm_axis=-1, begin_params_axis=-1)


def contrib_layer_norm_of_two_axes(x):
    return tf.contrib.layers.layer_norm(x, begin_norm_axis=1, begin_params_axis=-1)


def keras_layer_norm(x):
    return tf.keras.layers.LayerNormalization(gamma_initializer=tf.random_uniform_initializer(0.5, 1.5, seed=1))(x)


def plain_layer_norm(x):
    mean = tf.reduce_mean(x, -1, keepdims=True)
    variance = tf.reduce_mean(tf.square(x - mean), -1, keepdims=True)
    return (x - mean) * tf.rsqrt(variance + 1e-6) * weights(WIDTH) + weights(WIDTH)


def layer_norm_by_deviation(x):
    mean = tf.reduce_mean(x, axis=[-1], keepdims=True)
    deviation = tf.sqrt(tf.reduce_mean((x - mean) ** 2, axis=[-1], keepdims=True))
    return weights(WIDTH) * (x - mean) / (deviation + 1e-3) + weights(WIDTH)


def gelu_by_tanh(x):
    cdf = 0.5 * (1.0 + tf.tanh((np.sqrt(2 / np.pi) * (x + 0.044715 * tf.pow(x, 3)))))
    return x * cdf


def gelu_of_gpt(x):
    return 0.5 * x * (1 + tf.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x * x * x)))


def gelu_by_erf(x):
    return x * (0.5 * (1.0 + tf.math.erf(x / tf.sqrt(2.0))))


def gelu_by_erfc(x):
    return 0.5 * x * tf.math.erfc(-x * np.float32(np.sqrt(0.5)))


def heads_of(x):
    return tf.transpose(tf.reshape(x, [BATCH, LENGTH, HEADS, DEPTH]), [0, 2, 1, 3])


def attention(x, mask):
    rows = tf.reshape(x, [-1, WIDTH])
    q, k, v = (heads_of(dense(rows, WIDTH)) for _ in range(3))
    scores = tf.multiply(tf.matmul(q, k, transpose_b=True), 1.0 / np.sqrt(DEPTH))
    scores += (1.0 - tf.expand_dims(mask, 1)) * -10000.0
    context = tf.transpose(tf.matmul(tf.nn.softmax(scores), v), [0, 2, 1, 3])
    return tf.reshape(context, [BATCH * LENGTH, WIDTH])


def attention_of_one_head(x):
    scores = tf.matmul(x, tf.transpose(x, [0, 2, 1])) / 3.0
    return tf.matmul(tf.nn.softmax(scores), x)


def encoder_layer(x, mask):
    rows = tf.reshape(x, [-1, WIDTH])
    attended = contrib_layer_norm(dense(attention(x, mask), WIDTH) + rows)
    return contrib_layer_norm(dense(dense(attended, 20, gelu_by_tanh), WIDTH) + attended)


def record(function):
    name = function.__name__
    with tf.Graph().as_default() as graph, tf.Session() as session:
        arrays = {"x": 2 * uniform(BATCH, LENGTH, WIDTH)}
        if function in (attention, encoder_layer):
            arrays["mask"] = np.tri(LENGTH, dtype=np.float32)[None]
        inputs = [tf.placeholder(tf.float32, array.shape, key) for key, array in arrays.items()]
        tf.identity(function(*inputs), "y")
        session.run(tf.global_variables_initializer())
        arrays["y"] = session.run("y:0", {key + ":0": array for key, array in arrays.items()})
        frozen = tf.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ["y"])
    folder = os.path.join(HERE, name)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "graph.pb"), "wb") as file:
        file.write(frozen.SerializeToString())
    for key, array in arrays.items():
        np.save(os.path.join(folder, key + ".npy"), array)


for function in (contrib_layer_norm, contrib_layer_norm_of_two_axes, keras_layer_norm, plain_layer_norm,
                 layer_norm_by_deviation, gelu_by_tanh, gelu_of_gpt, gelu_by_erf, gelu_by_erfc, attention,
                 attention_of_one_head, encoder_layer):
    record(function)
