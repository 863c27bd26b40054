"""Cases of recurrent ops and of loops."""
import numpy as np

import openvino as ov

from site_of_case import OPS, opset

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
ACTIVATIONS = {"LSTM": 3, "GRU": 2, "RNN": 1}
STATES = {"LSTM": 2, "GRU": 1, "RNN": 1}


def weights(site, kind, sizes, directions=None):
    """W, R and B, by direction where there are directions."""
    inputs, cells = sizes
    lead = [] if directions is None else [directions]
    rows = GATES[kind] * cells
    return [*(site.floats([*lead, rows, width], -1, 1) for width in (inputs, cells)),
            site.floats([*lead, rows], -1, 1)]


def options(site, kind):
    clip = site.pick(0.0, 0.0, 0.5)
    given = {"clip": clip} if clip else {}
    if kind == "GRU" and site.chance():
        given["linear_before_reset"] = True
    if kind == "RNN":
        given.update(activations=["tanh"], activations_alpha=[], activations_beta=[])
    if site.chance(0.3):
        given["activations"] = [site.pick("sigmoid", "tanh", "relu") for _ in range(ACTIVATIONS[kind])]
        if kind != "RNN":  # gates without a bound would grow beyond FP32 over the frames
            given["activations"][0] = site.pick("sigmoid", "tanh")
    return given


def with_bias_for(kind, arrays, given):
    """A GRU that multiplies before the reset has a fourth row of biases."""
    if kind == "GRU" and given.get("linear_before_reset"):
        bias = arrays[2]
        cells = bias.shape[-1] // 3
        arrays[2] = np.concatenate([bias, bias[..., :cells] / 2], axis=-1)
    return arrays


def cell(site, kind):
    batch, inputs, cells = site.whole(1, 4), site.whole(1, 20), site.whole(1, 20)
    states = [site.fed(site.floats([batch, cells], -1, 1)) for _ in range(STATES[kind])]
    x = site.fed(site.floats([batch, inputs]))
    given = options(site, kind)
    arrays = with_bias_for(kind, weights(site, kind, (inputs, cells)), given)
    made = getattr(opset(site.pick(1, 4) if kind == "LSTM" else 3), f"{kind.lower()}_cell")
    return made(x, *states, *arrays, cells, **given).outputs()


def sequence(site, kind):
    batch, frames, inputs, cells = site.whole(1, 4), site.whole(1, 6), site.whole(1, 9), site.whole(1, 9)
    direction = site.pick("forward", "reverse", "bidirectional")
    directions = 2 if direction == "bidirectional" else 1
    # Where a dimension is free, OpenVINO's plugin does not end rows at their lengths.
    ends = site.chance()
    fed = site.fixed if ends else site.fed
    x = fed(site.floats([batch, frames, inputs]))
    states = [fed(site.floats([batch, directions, cells], -1, 1)) for _ in range(STATES[kind])]
    lengths = np.full([batch], frames, np.int32)
    if ends:
        lengths = site.ints([batch], 1, frames, np.int32)
        lengths = site.constant(lengths) if site.chance() else site.fixed(lengths)
    given = options(site, kind)
    arrays = with_bias_for(kind, weights(site, kind, (inputs, cells), directions), given)
    node = getattr(opset(5), f"{kind.lower()}_sequence")(x, *states, lengths, *arrays, cells, direction, **given)
    return node.outputs()


def lstm_step(site, x_shape, cells, axis):
    """The body of a loop: parameters x, h, c and results h, c, h of the frame."""
    frame_shape = [1 if i == axis else dim for i, dim in enumerate(x_shape)]
    batch, inputs = (dim for i, dim in enumerate(x_shape) if i != axis)
    frame, h, c = (OPS.parameter(shape, np.float32) for shape in (frame_shape, [batch, cells], [batch, cells]))
    x = OPS.squeeze(frame, site.indices([axis])) if site.chance() else OPS.reshape(
        frame, site.indices([batch, inputs]), False)
    step = OPS.lstm_cell(x, h, c, *weights(site, "LSTM", (inputs, cells)), cells)
    rows = OPS.unsqueeze(step.output(0), site.indices([axis]))
    return [frame, h, c], [OPS.result(value) for value in (step.output(0), step.output(1), rows.output(0))]


def lstm_inputs(site):
    batch, frames, inputs, cells = site.whole(1, 3), site.whole(1, 6), site.whole(1, 9), site.whole(1, 9)
    axis = site.pick(0, 1)
    x_shape = [frames, batch, inputs] if axis == 0 else [batch, frames, inputs]
    x = OPS.parameter(x_shape, np.float32)
    site.inputs.append((x, site.floats(x_shape)))
    states = []
    for _ in range(2):
        states.append(OPS.parameter([batch, cells], np.float32))
        site.inputs.append((states[-1], site.floats([batch, cells], -1, 1)))
    return x, states, axis, cells


def slicing(site, axis):
    """Start, stride, part, end and axis, forwards or backwards."""
    return (0, 1, 1, -1, axis) if site.chance(0.7) else (-1, -1, 1, 0, axis)


def tensor_iterator(site):
    x, states, axis, cells = lstm_inputs(site)
    parameters, results = lstm_step(site, site.inputs[-3][1].shape, cells, axis)
    node = OPS.tensor_iterator()
    node.set_body(ov.Model(results, parameters, "body"))
    way = slicing(site, axis)
    node.set_sliced_input(parameters[0], x.output(0), *way)
    for parameter, state, result in zip(parameters[1:], states, results):
        node.set_merged_input(parameter, state.output(0), result.output(0))
    return [node.get_iter_value(results[0].output(0), -1), node.get_iter_value(results[1].output(0), -1),
            node.get_concatenated_slices(results[2].output(0), *way)]


def loop(site):
    x, states, axis, cells = lstm_inputs(site)
    frames = site.inputs[-3][1].shape[axis]
    parameters, results = lstm_step(site, site.inputs[-3][1].shape, cells, axis)
    goes_on = OPS.result(OPS.constant(np.array(True)))
    body = ov.Model([*results, goes_on], parameters, "body")
    node = OPS.loop(OPS.constant(np.array(frames, np.int64)), OPS.constant(np.array(True)))
    node.set_function(body)
    node.set_special_body_ports([-1, 3])
    way = (0, 1, 1, -1, axis)
    node.set_sliced_input(parameters[0], x.output(0), *way)
    for parameter, state, result in zip(parameters[1:], states, results):
        node.set_merged_input(parameter, state.output(0), result.output(0))
    return [node.get_iter_value(results[0].output(0), -1), node.get_iter_value(results[1].output(0), -1),
            node.get_concatenated_slices(results[2].output(0), *way)]


CASES = {
    "TensorIterator": tensor_iterator, "Loop": loop,
    **{f"{kind}Cell": lambda site, kind=kind: cell(site, kind) for kind in GATES},
    **{f"{kind}Sequence": lambda site, kind=kind: sequence(site, kind) for kind in GATES},
}
