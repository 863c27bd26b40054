"""The network of a frozen DeepSpeech graph in ops that TFLite has: the recurrence as a loop of small ops over frames.

Of the forms tried for 16 frames, this one is the fastest: unrolled over 16 frames, its weights are packed 16 times. Over
the few frames of a call of many streams it is unrolled, and no shape depends on the batch, so that it can be resized.
"""
from frozen import RELU_CLIP, Network


class Function:
    """(x [frames * batch, window], h [batch, cells], c [batch, cells]) -> logits, new_h, new_c; made for batch 1."""

    def __init__(self, network, frames, unrolled):
        import tensorflow as tf
        self.tf, self.network, self.frames, self.unrolled = tf, network, frames, unrolled
        self.module = tf.Module()  # holds the weights
        self.module.dense = {str(layer): [tf.Variable(array) for array in network.dense(layer)] for layer in (1, 2, 3, 5, 6)}
        self.module.from_input = tf.Variable(network.kernel[:network.inputs])
        self.module.recurrent = tf.Variable(network.kernel[network.inputs:])
        self.module.run = tf.function(self.run, input_signature=[
            tf.TensorSpec([frames, network.window], name="x"), tf.TensorSpec([1, network.cells], name="h"),
            tf.TensorSpec([1, network.cells], name="c")])

    def run(self, x, h, c):
        for layer in (1, 2, 3):
            x = self.relu(x, layer)
        gates = x @ self.module.from_input + self.network.gate_bias()
        h, c, hidden = (self.over_frames if self.unrolled else self.loop)(gates, h, c)
        return {"logits": self.linear(self.relu(hidden, 5), 6), "new_h": h, "new_c": c}

    def linear(self, x, layer):
        weights, bias = self.module.dense[str(layer)]
        return x @ weights + bias

    def relu(self, x, layer):
        return self.tf.minimum(self.tf.nn.relu(self.linear(x, layer)), RELU_CLIP)

    def cell(self, gates, h, c):
        tf = self.tf
        i, j, f, o = tf.split(gates + h @ self.module.recurrent, 4, axis=1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(j)
        return tf.sigmoid(o) * tf.tanh(c), c

    def over_frames(self, gates, h, c):
        hidden = []
        for part in self.tf.split(gates, self.frames, axis=0):
            h, c = self.cell(part, h, c)
            hidden.append(h)
        return h, c, self.tf.concat(hidden, axis=0)

    def loop(self, gates, h, c):
        tf = self.tf

        def step(t, h, c, hidden):
            h, c = self.cell(tf.gather(gates, [t]), h, c)
            return t + 1, h, c, tf.tensor_scatter_nd_update(hidden, [[t]], h)

        _, h, c, hidden = tf.while_loop(lambda t, *_: t < self.frames, step,
                                        [0, h, c, tf.zeros([self.frames, self.network.cells])])
        return h, c, hidden


def convert(frozen, path, frames, int8_weights, unrolled=False):
    import tempfile
    import tensorflow as tf
    module = Function(Network(frozen), frames, unrolled).module
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures=module.run)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if int8_weights:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        with open(path, "wb") as file:
            file.write(converter.convert())
