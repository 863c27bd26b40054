"""The network of a frozen DeepSpeech graph in ops that TFLite has: the recurrence as a loop of small ops over frames.

Of the forms tried, this one is the fastest: a loop unrolled over 16 frames packs its weights 16 times.
"""
from frozen import RELU_CLIP, Network


def function(network, frames):
    """(x [frames, window], h [1, cells], c [1, cells]) -> logits, new_h, new_c; and the module that holds its weights."""
    import tensorflow as tf
    module = tf.Module()
    module.dense = {str(layer): [tf.Variable(array) for array in network.dense(layer)] for layer in (1, 2, 3, 5, 6)}
    module.from_input = tf.Variable(network.kernel[:network.inputs])
    module.recurrent = tf.Variable(network.kernel[network.inputs:])

    def linear(x, layer):
        weights, bias = module.dense[str(layer)]
        return x @ weights + bias

    relu = lambda x: tf.minimum(tf.nn.relu(x), RELU_CLIP)

    def step(t, h, c, hidden, gates):
        i, j, f, o = tf.split(tf.gather(gates, [t]) + h @ module.recurrent, 4, axis=1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(j)
        h = tf.sigmoid(o) * tf.tanh(c)
        return t + 1, h, c, tf.tensor_scatter_nd_update(hidden, [[t]], h), gates

    @tf.function(input_signature=[tf.TensorSpec([frames, network.window], name="x"),
                                  tf.TensorSpec([1, network.cells], name="h"),
                                  tf.TensorSpec([1, network.cells], name="c")])
    def run(x, h, c):
        for layer in (1, 2, 3):
            x = relu(linear(x, layer))
        gates = x @ module.from_input + network.gate_bias()
        loop = [0, h, c, tf.zeros([frames, network.cells]), gates]
        _, h, c, hidden, _ = tf.while_loop(lambda t, *_: t < frames, step, loop)
        return {"logits": linear(relu(linear(hidden, 5)), 6), "new_h": h, "new_c": c}

    module.run = run
    return module


def convert(frozen, path, frames, int8_weights):
    import tempfile
    import tensorflow as tf
    module = function(Network(frozen), frames)
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures=module.run)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if int8_weights:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        with open(path, "wb") as file:
            file.write(converter.convert())
