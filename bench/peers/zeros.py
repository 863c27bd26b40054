"""A frozen DeepSpeech graph whose clipped ReLUs leave as many exact zeros as those of the trained model.

Only biases change: each unit's so that its share of the windows that `stepwell bench` draws gives zero. A peer's time
does not depend on it; that of a runtime that skips zeros does.
"""
import numpy as np

from frozen import Network, Reference, read_graph

# Of the trained model (models/deepspeech/trained), one recording, mean over its frames, by layer.
TRAINED_SHARES = {1: 0.56, 2: 0.84, 3: 0.94, 5: 0.55}


def shift_bias(network, layer, rows):
    """Sets the bias so that the layer's share of the rows' sums is at most zero; returns the layer's activations."""
    weights, bias = network.dense(layer)
    bias[:] = -np.quantile(rows @ weights, TRAINED_SHARES[layer], axis=0)
    return Reference(network).relu(layer, rows)


def windows(network, seed, rows):
    return np.random.RandomState(seed).uniform(-1, 1, (rows, network.window)).astype(np.float32)


def with_trained_shares(frozen, path, frames=16, batch=24):
    """Writes the graph to `path`; returns the shares that other windows give, by layer."""
    network = Network(frozen)
    network.arrays = {name: array.copy() for name, array in network.arrays.items()}
    rows = windows(network, 2, frames * batch)
    for layer in (1, 2, 3):
        rows = shift_bias(network, layer, rows)
    shift_bias(network, 5, hidden_rows(network, rows, frames))
    save(frozen, network, path)
    return shares(network, windows(network, 3, 8 * frames).reshape(frames, 8, -1))


def hidden_rows(network, rows, frames):
    hidden = Reference(network).lstm(rows.reshape(frames, -1, network.inputs))
    return hidden.reshape(-1, network.cells)


def shares(network, calls):
    """Shares of exact zeros after each clipped ReLU, by layer. calls: [frames, batch, window], from a fresh state."""
    reference = Reference(network)
    rows = calls.reshape(-1, network.window)
    for layer in (1, 2, 3):
        rows = reference.relu(layer, rows)
    reference.relu(5, hidden_rows(network, rows, len(calls)))
    return reference.zeros


def save(frozen, network, path):
    import tensorflow as tf
    graph = read_graph(frozen)
    for node in graph.node:
        if node.op == "Const" and node.name.endswith("/bias") and "layer_" in node.name:
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(network.arrays[node.name]))
    with open(path, "wb") as file:
        file.write(graph.SerializeToString())
