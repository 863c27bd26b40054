"""The numbers of a frozen DeepSpeech graph (0.6 and later), by layer."""
import numpy as np

RELU_CLIP = 20.0


def read_graph(path):
    import tensorflow as tf
    graph = tf.compat.v1.GraphDef()
    with open(path, "rb") as file:
        graph.ParseFromString(file.read())
    return graph


class Network:
    """Weights [inputs, outputs]; kernel of the LSTM [inputs + cells, 4 * cells], gates i, c, f, o."""

    def __init__(self, path):
        import tensorflow as tf
        graph = read_graph(path)
        self.arrays = {node.name: tf.make_ndarray(node.attr["value"].tensor) for node in graph.node if node.op == "Const"}
        self.forget_bias = [node.attr["forget_bias"].f for node in graph.node if node.op.startswith("BlockLSTM")][0]
        self.kernel = self.only("lstm_cell/kernel")
        self.cells = self.kernel.shape[1] // 4
        self.inputs = self.kernel.shape[0] - self.cells
        self.window, self.classes = self.dense(1)[0].shape[0], self.dense(6)[0].shape[1]

    def only(self, ending):
        found = [array for name, array in self.arrays.items() if name.endswith(ending)]
        assert len(found) == 1, f"{len(found)} constants are called …{ending}"
        return found[0]

    def dense(self, layer):
        return self.only(f"layer_{layer}/weights"), self.only(f"layer_{layer}/bias")

    def gate_bias(self):
        bias = self.only("lstm_cell/bias").copy()
        bias[2 * self.cells:3 * self.cells] += self.forget_bias
        return bias


class Reference:
    """The network in NumPy, fp32: for shares of zeros, not for speed."""

    def __init__(self, network):
        self.network, self.zeros = network, {}

    def relu(self, layer, rows):
        weights, bias = self.network.dense(layer)
        rows = np.clip(rows @ weights + bias, 0, RELU_CLIP)
        self.zeros[layer] = float(np.mean(rows == 0))
        return rows

    def lstm(self, x):
        """x [frames, batch, inputs] -> hidden [frames, batch, cells], from a state of zeros."""
        network = self.network
        sigmoid = lambda z: 1 / (1 + np.exp(-z))
        from_input = x @ network.kernel[:network.inputs] + network.gate_bias()
        h = c = np.zeros((x.shape[1], network.cells), np.float32)
        hidden = []
        for row in from_input:
            i, j, f, o = np.split(row + h @ network.kernel[network.inputs:], 4, axis=1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(j)
            h = sigmoid(o) * np.tanh(c)
            hidden.append(h)
        return np.stack(hidden)
