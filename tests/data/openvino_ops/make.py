"""Records small models with OpenVINO: the IR that it writes, inputs, and the outputs that it computes, for
tests/golden_models_test.cc. Loops, LSTMs and the attributes that TensorFlow's ops do not use.

Run by hand with OpenVINO 2024.6 (python make.py); the files it writes are committed.
"""
import json
import os

import numpy as np
import openvino as ov
from openvino._offline_transformations import convert_sequence_to_tensor_iterator_transformation
from openvino.runtime import opset1, opset5, opset9, opset14 as ops
from openvino.runtime.utils.node_factory import NodeFactory

HERE = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(20240612)
core = ov.Core()
CPU = {"INFERENCE_PRECISION_HINT": "f32"}
cases = []


def floats(*shape, low=-2.0, high=2.0):
    return random.uniform(low, high, shape).round(3).astype(np.float32)


def counting(*shape, dtype=np.int32):
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


def tensor(array):
    names = {"float32": "f32", "int32": "i32", "int64": "i64", "bool": "boolean", "uint8": "u8"}
    values = [float(str(v)) if array.dtype == np.float32 else int(v) for v in array.reshape(-1)]
    return {"type": names[array.dtype.name], "shape": list(array.shape), "values": values}


def record(name, outputs, inputs, expected=None, transform=lambda model: None):
    """`inputs`: (Parameter, array) pairs. `expected`: NumPy's values, for what OpenVINO specifies but cannot run."""
    model = ov.Model(outputs, [parameter for parameter, _ in inputs], name)
    transform(model)
    path = os.path.join(HERE, name + ".xml")
    ov.save_model(model, path, compress_to_fp16=False)
    results = expected
    if expected is None:
        request = core.compile_model(path, "CPU", CPU).create_infer_request()
        results = request.infer([array for _, array in inputs])
    cases.append({"name": name, "inputs": [tensor(array) for _, array in inputs],
                  "outputs": [tensor(results[i]) for i in range(len(outputs))]})


def fed(array, shape=None):
    array = np.asarray(array)
    return ops.parameter(list(array.shape) if shape is None else shape, array.dtype), array


def layout():
    x = fed(counting(2, 3, 4))
    record("reshape_special_zero", [ops.reshape(x[0], [0, -1], True)], [x])
    x = fed(counting(1, 3, 1))
    record("squeeze_all", [NodeFactory("opset1").create("Squeeze", [x[0].output(0)])], [x])
    x = fed(counting(2, 7))
    record("variadic_split", ops.variadic_split(x[0], 1, [1, -1, 2]).outputs(), [x])
    x = fed(counting(3, 1))
    record("broadcast_bidirectional", [ops.broadcast(x[0], np.array([2, 1, 4]), broadcast_spec="BIDIRECTIONAL")], [x])
    record("broadcast_numpy", [ops.broadcast(x[0], np.array([2, 3, 4]), broadcast_spec="NUMPY")], [x])
    x = fed(counting(4, 5))
    record("slice_backwards", [ops.slice(x[0], np.array([-1, 0]), np.array([-100, 100]), np.array([-2, 3]),
                                         np.array([1, 0]))], [x])
    record("strided_slice_masks", [ops.strided_slice(x[0], [1, 0, 3], [2, 0, 0], [1, 1, -1], [0, 0, 0], [0, 0, 1],
                                                     [0, 1, 0], [1, 0, 0], [0, 0, 0])], [x])
    record("gather_negative", [ops.gather(x[0], np.array([-1, 0, -4]), 0)], [x])
    record("transpose_reversed", [ops.transpose(x[0], np.array([], np.int64))], [x])
    record("tile_adds_axes", [ops.tile(x[0], np.array([2, 1, 3]))], [x])
    record("pad_value", [ops.pad(x[0], [1, 0], [0, 2], "constant", np.int32(7))], [x])
    x = fed(counting(2, 3, 4))
    record("gather_nd_batch", [ops.gather_nd(x[0], np.array([[2], [0]]), 1)], [x])
    record("gather_nd_two_batches", [ops.gather_nd(x[0], np.array([[[3], [1], [0]], [[0], [2], [1]]]), 2)], [x])
    x = fed(np.array([[0, 2], [5, 1]]))
    record("one_hot_middle", [ops.one_hot(x[0], 3, np.float32(2), np.float32(-1), 1)], [x])
    x = fed(floats(2, 3))
    extents = ops.shape_of(x[0], "i64")
    record("range_of_shape", [ops.range(np.int64(0), ops.gather(extents, np.int64(1), 0), np.int64(1), "i64"),
                              ops.shape_of(x[0], "i32")], [x])


def audio():
    x = fed(floats(2, 8, 3))
    record("rdft_middle_axis", [opset9.rdft(x[0], [1])], [x])
    record("rdft_cut", [opset9.rdft(x[0], [1], [5])], [x])
    x = fed(floats(2, 6))
    bins = np.fft.rfft(x[1], 8)
    record("rdft_filled", [opset9.rdft(x[0], [-1], [8])], [x],
           [np.stack([bins.real, bins.imag], axis=-1).astype(np.float32)])


def lstm_parts(directions, inputs, cells):
    lead = [] if directions is None else [directions]
    return floats(*lead, 4 * cells, inputs), floats(*lead, 4 * cells, cells), floats(*lead, 4 * cells)


def lstm():
    B, T, I, N = 2, 4, 3, 5
    w, r, b = lstm_parts(None, I, N)
    for name, clip in (("lstm_cell", 0.0), ("lstm_cell_clip", 0.4)):
        x, h, c = fed(floats(B, I)), fed(floats(B, N)), fed(floats(B, N))
        record(name, ops.lstm_cell(x[0], h[0], c[0], w, r, b, N, clip=clip).outputs(), [x, h, c])
    for direction, directions in (("forward", 1), ("reverse", 1), ("bidirectional", 2)):
        w, r, b = lstm_parts(directions, I, N)
        x, h, c = fed(floats(B, T, I)), fed(floats(B, directions, N)), fed(floats(B, directions, N))
        for kind, lengths in (("full", [T, T]), ("short", [T - 1, 1])):
            node = ops.lstm_sequence(x[0], h[0], c[0], np.array(lengths, np.int32), w, r, b, N, direction)
            record(f"lstm_sequence_{direction}_{kind}", node.outputs(), [x, h, c])


def iterator(name, x_array, slicing, outputs, step):
    """A TensorIterator whose body is step(x, state) -> (state, frame). `slicing`: start, stride, part, end, axis of x
    and the frames; `outputs`: any of "frames", "last"."""
    x, state = fed(x_array), fed(floats(2, 3))
    start, stride, part, end, axis = slicing
    shape = list(x_array.shape)
    shape[axis] = part
    body_x, body_state = ops.parameter(shape, np.float32), ops.parameter([2, 3], np.float32)
    new_state, frame = step(body_x, body_state)
    body = ov.Model([new_state, frame], [body_x, body_state], "body")
    node = ops.tensor_iterator()
    node.set_body(body)
    node.set_sliced_input(body_x, x[0].output(0), start, stride, part, end, axis)
    node.set_merged_input(body_state, state[0].output(0), new_state.output(0))
    made = []
    if "frames" in outputs:
        made.append(node.get_concatenated_slices(frame.output(0), start, stride, part, end, axis))
    if "last" in outputs:
        made.append(node.get_iter_value(new_state.output(0), -1))
    record(name, made, [x, state])


def running_sum(x, state):
    new_state = ops.add(ops.multiply(state, np.float32(0.5)), ops.reduce_sum(x, np.array([0]), False))
    return new_state, ops.multiply(x, ops.unsqueeze(new_state, np.array([0])))


def iterators():
    iterator("iterator_forward", floats(4, 2, 3), (0, 1, 1, -1, 0), ("frames", "last"), running_sum)
    iterator("iterator_backward", floats(4, 2, 3), (-1, -1, 1, 0, 0), ("frames",), running_sum)
    iterator("iterator_parts", floats(6, 2, 3), (0, 2, 2, -1, 0), ("frames", "last"), running_sum)
    iterator("iterator_parts_backward", floats(6, 2, 3), (-1, -2, 2, 0, 0), ("frames",), running_sum)
    inner = lambda x, state: (ops.add(state, ops.squeeze(x, np.array([1]))),
                              ops.unsqueeze(ops.multiply(state, np.float32(2)), np.array([1])))
    iterator("iterator_inner_axis", floats(2, 5, 3), (0, 1, 1, -1, 1), ("last", "frames"), inner)


def loop(name, trips, first_condition, condition_of, outputs, sliced=None):
    """state' = state + iteration (+ the slice of x); frames are the states before. condition_of(state')."""
    state = fed(np.float32([[1, 2]]))
    inputs = [state]
    body_state, iteration = ops.parameter([1, 2], np.float32), ops.parameter([], np.int64)
    body_inputs = [body_state, iteration]
    new_state = ops.add(body_state, ops.convert(iteration, "f32"))
    if sliced is not None:
        body_x = ops.parameter([1, 2], np.float32)
        body_inputs.append(body_x)
        new_state = ops.add(new_state, body_x)
    frame = ops.multiply(body_state, np.float32(1))
    condition = condition_of(new_state)
    body = ov.Model([new_state, frame, condition], body_inputs, "body")
    node = ops.loop(ops.constant(np.array(trips, np.int64)), ops.constant(np.array(first_condition)))
    node.set_function(body)
    node.set_special_body_ports([1, 2])
    node.set_merged_input(body_state, state[0].output(0), new_state.output(0))
    if sliced is not None:
        x = fed(sliced)
        inputs.append(x)
        node.set_sliced_input(body_x, x[0].output(0), 0, 1, 1, -1, 0)
    made = []
    if "frames" in outputs:
        made.append(node.get_concatenated_slices(frame.output(0), 0, 1, 1, -1, 0))
    if "last" in outputs:
        made.append(node.get_iter_value(new_state.output(0), -1))
    record(name, made, inputs)


def loops():
    always = lambda state: ops.constant(np.array(True))
    loop("loop_trips", 4, True, always, ("frames", "last"))
    loop("loop_slices", 3, True, always, ("frames", "last"), floats(3, 2))
    loop("loop_until", 100, True, lambda s: ops.reduce_logical_and(ops.less(s, np.float32(20)), np.array([0, 1])), ("last",))
    loop("loop_without_limit", -1, True,
         lambda s: ops.reduce_logical_and(ops.less(s, np.float32(20)), np.array([0, 1])), ("last",))


def lstm_loop():
    """What a BlockLSTM becomes: LSTMCell over slices of x."""
    T, B, I, N = 5, 2, 3, 4
    w, r, b = lstm_parts(None, I, N)
    x, h, c = fed(floats(T, B, I)), fed(floats(B, N)), fed(floats(B, N))
    frame, body_h, body_c = (ops.parameter(s, np.float32) for s in ([1, B, I], [B, N], [B, N]))
    cell = ops.lstm_cell(ops.squeeze(frame, np.array([0])), body_h, body_c, w, r, b, N)
    h_frame, c_frame = (ops.unsqueeze(cell.output(i), np.array([0])) for i in (0, 1))
    results = [ops.result(v) for v in (cell.output(0), cell.output(1), h_frame.output(0), c_frame.output(0))]
    body = ov.Model(results, [frame, body_h, body_c], "body")
    node = ops.tensor_iterator()
    node.set_body(body)
    node.set_sliced_input(frame, x[0].output(0), 0, 1, 1, -1, 0)
    node.set_merged_input(body_h, h[0].output(0), results[0].output(0))
    node.set_merged_input(body_c, c[0].output(0), results[1].output(0))
    made = [node.get_concatenated_slices(results[i].output(0), 0, 1, 1, -1, 0) for i in (2, 3)]
    record("lstm_iterator", made, [x, h, c])


def other_cells():
    """GRU and RNN, and activations that are not the usual ones."""
    B, T, I, N = 2, 4, 3, 5
    x, h, c = fed(floats(B, I)), fed(floats(B, N)), fed(floats(B, N))
    w, r, b = lstm_parts(None, I, N)
    record("lstm_cell_activations",
           ops.lstm_cell(x[0], h[0], c[0], w, r, b, N, ["relu", "sigmoid", "relu"]).outputs(), [x, h, c])
    w, r, b = floats(3 * N, I), floats(3 * N, N), floats(3 * N)
    record("gru_cell", ops.gru_cell(x[0], h[0], w, r, b, N, clip=0.6).outputs(), [x, h])
    record("gru_cell_linear_before_reset",
           ops.gru_cell(x[0], h[0], w, r, floats(4 * N), N, ["relu", "tanh"], linear_before_reset=True).outputs(), [x, h])
    w, r, b = floats(N, I), floats(N, N), floats(N)
    record("rnn_cell", ops.rnn_cell(x[0], h[0], w, r, b, N, ["relu"], [], []).outputs(), [x, h])
    x, h = fed(floats(B, T, I)), fed(floats(B, 2, N))
    for kind, lengths in (("full", [T, T]), ("short", [T - 1, 1])):
        lengths = np.array(lengths, np.int32)
        w, r, b = floats(2, 3 * N, I), floats(2, 3 * N, N), floats(2, 3 * N)
        record(f"gru_sequence_{kind}",
               ops.gru_sequence(x[0], h[0], lengths, w, r, b, N, "bidirectional").outputs(), [x, h])
        w, r, b = floats(2, N, I), floats(2, N, N), floats(2, N)
        record(f"rnn_sequence_{kind}",
               ops.rnn_sequence(x[0], h[0], lengths, w, r, b, N, "bidirectional").outputs(), [x, h])


def masked_step(spelling, frame, h, c, running):
    """h and c after a step, the old ones in rows that have ended, and what is written of the frame. `running`: whether
    a row still runs, [B, 1]."""
    I, N = int(frame.output(0).shape[-1]), int(h.output(0).shape[-1])
    x = ops.reshape(frame, np.array([-1, I]), False)
    step = ops.lstm_cell(x, h, c, *lstm_parts(None, I, N), N)
    if spelling == "ended":  # the contrary condition, repeated along the row
        shape = ops.constant(np.array(list(h.output(0).shape)))
        ended = ops.broadcast(ops.logical_not(running), shape)
        choose = lambda new, old: ops.select(ended, old, new)
    else:
        choose = lambda new, old: ops.select(running, new, old)
    new_h, new_c = choose(step.output(0), h), choose(step.output(1), c)
    shown = new_h if spelling == "held" else choose(step.output(0), ops.constant(np.zeros([1, 1], np.float32)))
    return new_h, new_c, shown


def masked_loop(name, kind, spelling, axis=0, way=(0, 1, 1, -1)):
    """A Loop that takes its own number, or a TensorIterator that counts from 1, with rows that end at their lengths."""
    T, B, I, N = 5, 3, 3, 4
    x_shape = [T, B, I] if axis == 0 else [B, T, I]
    x, h, c = fed(floats(*x_shape)), fed(floats(B, N)), fed(floats(B, N))
    lengths = fed(np.array([3, 0, 5], np.int32))
    frame, body_h, body_c = (ops.parameter(s, np.float32) for s in
                             ([1, B, I] if axis == 0 else [B, 1, I], [B, N], [B, N]))
    body_lengths = ops.parameter([B], np.int32)
    number = ops.parameter([] if kind == "loop" else [1], np.int64 if kind == "loop" else np.int32)
    ends = ops.unsqueeze(body_lengths, np.array([1]))
    if kind == "loop":
        running = ops.less(number, ops.convert(ends, "i64"))
    else:
        running = ops.greater_equal(ends, number)
    new_h, new_c, shown = masked_step(spelling, frame, body_h, body_c, running)
    results = [ops.result(v) for v in (new_h, new_c, ops.unsqueeze(shown, np.array([axis])))]
    parameters = [frame, body_h, body_c, body_lengths, number]
    if kind == "loop":
        results.append(ops.result(ops.constant(np.array(True))))
        node = ops.loop(ops.constant(np.array(T, np.int64)), ops.constant(np.array(True)))
        node.set_function(ov.Model(results, parameters, "body"))
        node.set_special_body_ports([4, 3])
    else:
        results.append(ops.result(ops.add(number, np.array([1], np.int32))))
        node = ops.tensor_iterator()
        node.set_body(ov.Model(results, parameters, "body"))
        node.set_merged_input(number, ops.constant(np.array([1], np.int32)).output(0), results[3].output(0))
    node.set_sliced_input(frame, x[0].output(0), *way, axis)
    node.set_merged_input(body_h, h[0].output(0), results[0].output(0))
    node.set_merged_input(body_c, c[0].output(0), results[1].output(0))
    node.set_invariant_input(body_lengths, lengths[0].output(0))
    made = [node.get_iter_value(results[0].output(0), -1), node.get_iter_value(results[1].output(0), -1),
            node.get_concatenated_slices(results[2].output(0), *way, axis)]
    record(name, made, [x, h, c, lengths])


def masked_loops():
    """LSTMs over rows of several lengths, as the frontends of other frameworks write them."""
    masked_loop("lstm_loop_zeroed", "loop", "running")
    masked_loop("lstm_loop_held", "loop", "held", axis=1)
    masked_loop("lstm_iterator_zeroed", "iterator", "ended")
    masked_loop("lstm_iterator_held_backward", "iterator", "held", way=(-1, -1, 1, 0))
    # A batch of one, whose frames are rows already.
    T, I, N = 4, 3, 5
    x, h, c = fed(floats(T, I)), fed(floats(1, 1, N)), fed(floats(1, 1, N))
    frame, body_h, body_c = (ops.parameter(s, np.float32) for s in ([1, I], [1, 1, N], [1, 1, N]))
    row = lambda value: ops.squeeze(value, np.array([0]))
    step = ops.lstm_cell(frame, row(body_h), row(body_c), *lstm_parts(None, I, N), N)
    layer = lambda value: ops.unsqueeze(value, np.array([0]))
    results = [ops.result(v) for v in (layer(step.output(0)), layer(step.output(1)), step.output(0))]
    node = ops.tensor_iterator()
    node.set_body(ov.Model(results, [frame, body_h, body_c], "body"))
    node.set_sliced_input(frame, x[0].output(0), -1, -1, 1, 0, 0)
    node.set_merged_input(body_h, h[0].output(0), results[0].output(0))
    node.set_merged_input(body_c, c[0].output(0), results[1].output(0))
    record("lstm_iterator_one_row", [node.get_concatenated_slices(results[2].output(0), -1, -1, 1, 0, 0),
                                     node.get_iter_value(results[1].output(0), -1)], [x, h, c])


def converted_sequences():
    """The TensorIterators that OpenVINO makes of LSTMSequences, with lengths that it knows, does not know, or whose
    number it does not know: states of their own take each row's end."""
    B, T, I, N = 3, 5, 4, 6
    for kind, lengths in (("full", [T] * B), ("short", [3, 5, 1]), ("fed", [5, 1, 4]), ("free", [2, 5, 3])):
        for direction in ("forward", "reverse"):
            batch = -1 if kind == "free" else B
            state = [batch, 1, N]
            inputs = [fed(floats(B, T, I), [batch, T, I]), fed(floats(B, 1, N), state), fed(floats(B, 1, N), state)]
            if kind in ("fed", "free"):
                inputs.append(fed(np.array(lengths, np.int32), [batch]))
            ends = inputs[3][0] if len(inputs) > 3 else np.array(lengths, np.int32)
            node = opset5.lstm_sequence(*(parameter for parameter, _ in inputs[:3]), ends, *lstm_parts(1, I, N), N,
                                        direction)
            record(f"lstm_iterator_of_sequence_{direction}_{kind}", node.outputs(), inputs,
                   transform=convert_sequence_to_tensor_iterator_transformation)


def versions():
    """Attributes and opsets that only OpenVINO's own converters write."""
    x = fed(counting(3, 2))
    for number, made in ((1, opset1), (3, ops)):
        record(f"broadcast_explicit_{number}", [made.broadcast(x[0], np.array([3, 4, 2]), np.array([0, 2]), "EXPLICIT")],
               [x])
    x = fed(counting(3, 4))
    for mode in ("edge", "reflect", "symmetric"):
        record(f"pad_{mode}", [ops.pad(x[0], [2, 1], [1, 3], mode)], [x])
    record("pad_cuts", [ops.pad(x[0], [-1, 2], [1, -3], "constant", np.int32(7))], [x])
    x = fed(counting(2, 3, 4))
    index = np.array([[[3], [1], [0]], [[0], [2], [1]]])
    record("gather_nd_joins_batch", [opset5.gather_nd(x[0], index, 2)], [x])
    x = fed(counting(1))
    record("range_of_inputs", [ops.add(opset1.range(np.int32(7), np.int32(-2), np.int32(-2)), x[0])], [x])
    x = fed(floats(2, 3))
    record("prelu", [ops.prelu(x[0], floats(3))], [x])


if __name__ == "__main__":
    for group in (layout, audio, lstm, iterators, loops, lstm_loop, versions, other_cells, masked_loops,
                  converted_sequences):
        group()
    with open(os.path.join(HERE, "cases.json"), "w") as file:
        file.write('{"cases": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]}\n")
    print(len(cases), "cases")
