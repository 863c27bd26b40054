"""Records the ops of the families layout, select, recurrent and audio. Run: python make.py"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from golden_ops import Const, Recorder, np, tf

raw = tf.raw_ops
random = np.random.default_rng(20181206)
HERE = os.path.dirname(os.path.abspath(__file__))


def floats(*shape, low=-2.0, high=2.0):
    return random.uniform(low, high, shape).round(3).astype(np.float32)


def counting(*shape, dtype=np.int32):
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


def i32(*values):
    return np.array(values, np.int32)


def i64(*values):
    return np.array(values, np.int64)


def reshaping(recorder):
    reshape = lambda x, shape: raw.Reshape(tensor=x, shape=shape)
    recorder.case("rest", reshape, counting(2, 3, 4), Const(i32(-1, 6)))
    recorder.case("zero is an extent", reshape, counting(0, 3), Const(i32(0, 2)))
    recorder.case("to a scalar", reshape, counting(1, 1), Const(i32()))
    recorder.case("computed pattern", reshape, counting(2, 3), i64(3, 2), dynamic=False)
    for axis in (0, -1, 1):
        recorder.case(f"axis {axis}", lambda x, dim: raw.ExpandDims(input=x, axis=dim), counting(2, 3),
                      Const(np.int32(axis)))
    recorder.case("vector axis", lambda x, dim: raw.ExpandDims(input=x, axis=dim), counting(2, 3), Const(i32(0)))
    recorder.case("all", lambda x: raw.Squeeze(input=x, axis=[]), counting(1, 2, 1, 3), dynamic=False)
    recorder.case("old graph", lambda x: raw.Squeeze(input=x, axis=[0]), counting(1, 2, 1), drop=["T"])
    recorder.case("from the end", lambda x: raw.Squeeze(input=x, axis=[-1, 0]), counting(1, 2, 1))
    transpose = lambda x, perm: raw.Transpose(x=x, perm=perm)
    recorder.case("two axes", transpose, counting(3, 5), Const(i32(1, 0)))
    recorder.case("frames first", transpose, floats(2, 3, 2, 4), Const(i32(1, 0, 2, 3)))
    recorder.case("reversed bytes", transpose, counting(2, 3, 4, dtype=np.uint8), Const(i32(2, 1, 0)))
    recorder.case("halves", transpose, counting(2, 3, 4, dtype=np.int16), Const(i64(0, 2, 1)))
    recorder.case("long", transpose, counting(2, 3, 4, dtype=np.int64), Const(i32(1, 2, 0)))


def joining(recorder):
    recorder.case("axis first", lambda axis, a, b: raw.Concat(concat_dim=axis, values=[a, b]), Const(np.int32(1)),
                  counting(2, 3), counting(2, 1))
    for axis in (0, 1, -1):
        recorder.case(f"axis {axis}", lambda a, b, c, at: raw.ConcatV2(values=[a, b, c], axis=at), floats(2, 2, 3),
                      floats(2, 2, 3), floats(2, 2, 3), Const(np.int32(axis)))
    recorder.case("empty part", lambda a, b, at: raw.ConcatV2(values=[a, b], axis=at), counting(0, 3), counting(2, 3),
                  Const(np.int32(0)))
    for axis in (0, 1, -1):
        recorder.case(f"axis {axis}", lambda a, b: raw.Pack(values=[a, b], axis=axis), counting(2, 3), counting(2, 3))
    recorder.case("scalars", lambda a, b, c: raw.Pack(values=[a, b, c]), np.int32(4), Const(np.int32(-1)), np.int32(2))
    for axis in (0, 1, -1):
        recorder.case(f"axis {axis}", lambda x: raw.Unpack(value=x, num=3, axis=axis), counting(3, 3, 3))
    recorder.case("gates", lambda axis, x: raw.Split(axis=axis, value=x, num_split=4), Const(np.int32(1)), floats(2, 12))
    recorder.case("last axis", lambda axis, x: raw.Split(axis=axis, value=x, num_split=2), Const(np.int32(-1)),
                  counting(3, 2, 4))
    recorder.case("rest", lambda x, sizes, axis: raw.SplitV(value=x, size_splits=sizes, axis=axis, num_split=3),
                  counting(2, 7), Const(i32(2, -1, 1)), Const(np.int32(1)))
    recorder.case("rows", lambda x, sizes, axis: raw.SplitV(value=x, size_splits=sizes, axis=axis, num_split=2),
                  counting(5, 2, dtype=np.int64), Const(i64(1, 4)), Const(np.int32(0)))


def repeating(recorder):
    tile = lambda x, multiples: raw.Tile(input=x, multiples=multiples)
    recorder.case("mask", tile, floats(3, 1, 1), Const(i32(1, 1, 4)))
    recorder.case("both axes", tile, counting(2, 3), Const(i32(2, 3)))
    recorder.case("no time", tile, counting(2, 3), Const(i32(0, 2)))
    recorder.case("zeros", lambda dims, value: raw.Fill(dims=dims, value=value), Const(i32(2, 3)),
                  Const(np.float32(0.5)))
    recorder.case("computed value", lambda dims, value: raw.Fill(dims=dims, value=value), Const(i32(4)), np.int32(7))
    recorder.case("to a scalar", lambda dims, value: raw.Fill(dims=dims, value=value), Const(i32()), np.float32(3))
    for shape in ((3, 1), (4,), ()):
        recorder.case(f"from {shape}", lambda x, to: raw.BroadcastTo(input=x, shape=to), counting(*shape),
                      Const(i32(2, 3, 4)))


def slicing(recorder):
    cut = lambda x, begin, size: raw.Slice(input=x, begin=begin, size=size)
    recorder.case("middle", cut, counting(4, 5), Const(i32(1, 2)), Const(i32(2, 2)))
    recorder.case("up to the end", cut, counting(4, 5), Const(i32(1, 2)), Const(i32(-1, -1)))
    recorder.case("computed begin", cut, counting(4, 5), i32(1, 2), Const(i32(2, -1)), dynamic=False)
    recorder.case("computed size", cut, counting(4, 5), Const(i64(0, 1)), i64(-1, 3), dynamic=False)
    recorder.case("nothing", cut, counting(4, 5), Const(i32(1, 2)), Const(i32(0, 2)))

    def strided(name, x, begin, end, strides=None, dynamic=True, computed=False, **masks):
        wrap = (lambda v: v) if computed else Const
        strides = i32(*[1] * len(begin)) if strides is None else strides
        recorder.case(name, lambda *a: raw.StridedSlice(input=a[0], begin=a[1], end=a[2], strides=a[3], **masks), x,
                      wrap(begin), wrap(end), Const(strides), dynamic=dynamic)

    strided("range", counting(4, 5), i32(1, 0), i32(3, 4))
    strided("column", counting(4, 5, 2), i32(0, 1, 0), i32(0, 2, 0), begin_mask=5, end_mask=5, shrink_axis_mask=2)
    strided("last element", counting(6), i32(-1), i32(0), shrink_axis_mask=1)
    strided("backwards", counting(3, 5), i32(-1, 4), i32(0, -6), i32(-1, -2))
    strided("backwards, open", counting(3, 5), i32(0, 0), i32(0, 0), i32(-1, -2), begin_mask=3, end_mask=3)
    strided("new axis", counting(3, 2), i32(0, 0, 1), i32(0, 0, 2), new_axis_mask=2, begin_mask=1, end_mask=1)
    strided("ellipsis", counting(2, 3, 4), i32(0, 1), i32(0, 3), ellipsis_mask=1)
    strided("ellipsis between", counting(2, 3, 4, 2), i32(1, 0, 0), i32(2, 0, 1), ellipsis_mask=2, shrink_axis_mask=5)
    strided("ellipsis for nothing", counting(2, 3), i32(0, 0, 1), i32(1, 0, 3), ellipsis_mask=2)
    strided("beyond the end", counting(4), i32(2), i32(100))
    strided("empty", counting(4), i32(3), i32(1))
    strided("step", floats(7, 2), i32(1), i32(7), i32(3))
    strided("computed index", counting(4, 3), i32(2), i32(3), shrink_axis_mask=1, computed=True, dynamic=False)
    strided("computed range", counting(6), i64(1), i64(4), i64(2), computed=True, dynamic=False)
    grid = lambda x, block, paddings: raw.SpaceToBatchND(input=x, block_shape=block, paddings=paddings)
    recorder.case("grid", grid, counting(2, 4, 6, 3), Const(i32(2, 3)), Const(i32([0, 0], [0, 0])))
    recorder.case("padded grid", grid, counting(1, 4, 5, 2), Const(i32(3, 2)), Const(i32([1, 1], [2, 1])))
    recorder.case("grid along one axis", grid, counting(3, 5, 2), Const(i32(2)), Const(i32([0, 1])))
    space = lambda x, block, crops: raw.BatchToSpaceND(input=x, block_shape=block, crops=crops)
    recorder.case("space", space, counting(12, 2, 2, 3), Const(i32(2, 3)), Const(i32([0, 0], [0, 0])))
    recorder.case("cropped space", space, counting(8, 3, 2, 1), Const(i32(2, 2)), Const(i32([1, 2], [0, 1])))
    recorder.case("zeros", lambda x, p: raw.Pad(input=x, paddings=p), floats(2, 3), Const(i32([1, 0], [2, 1])))
    recorder.case("value", lambda x, p, v: raw.PadV2(input=x, paddings=p, constant_values=v), counting(2, 2),
                  Const(i32([0, 1], [1, 0])), Const(np.int32(-9)))


def shapes(recorder):
    recorder.case("shape", lambda x: raw.Shape(input=x), floats(2, 0, 3))
    recorder.case("long", lambda x: raw.Shape(input=x, out_type=tf.int64), floats(4, 2))
    recorder.case("old graph", lambda x: raw.Shape(input=x), floats(3), drop=["out_type"])
    recorder.case("scalar", lambda x: raw.Shape(input=x), np.float32(1))
    recorder.case("rank", lambda x: raw.Rank(input=x), floats(2, 3, 1))
    recorder.case("size", lambda x: raw.Size(input=x), floats(2, 3, 2))
    count = lambda start, limit, delta: raw.Range(start=start, limit=limit, delta=delta)
    recorder.case("up", count, Const(np.int32(0)), Const(np.int32(5)), Const(np.int32(1)))
    recorder.case("down", count, Const(np.int64(5)), Const(np.int64(-4)), Const(np.int64(-2)))
    recorder.case("nothing", count, Const(np.int32(3)), Const(np.int32(3)), Const(np.int32(1)))
    recorder.case("floats", count, Const(np.float32(0.5)), Const(np.float32(3)), Const(np.float32(0.25)))
    recorder.case("computed limit", count, Const(np.int32(1)), np.int32(6), Const(np.int32(2)), dynamic=False)


def selecting(recorder):
    recorder.case("rows", lambda x, i: raw.Gather(params=x, indices=i), floats(4, 3), i32([2, 0], [3, 3]))
    gather = lambda x, i, axis: raw.GatherV2(params=x, indices=i, axis=axis)
    recorder.case("one row", gather, floats(4, 3), np.int32(2), Const(np.int32(0)))
    recorder.case("columns", gather, counting(2, 4, 3), i64(3, 0, 3), Const(np.int32(1)))
    recorder.case("last axis", gather, counting(2, 4, dtype=np.uint8), i32(1, 1), Const(np.int32(-1)))
    recorder.case("nothing", gather, counting(2, 4), i32(), Const(np.int32(0)))
    recorder.case("batch", lambda x, i, axis: raw.GatherV2(params=x, indices=i, axis=axis, batch_dims=1),
                  counting(2, 4, 3), i32([3, 0], [1, 1]), Const(np.int32(1)))
    recorder.case("batch before axis", lambda x, i, axis: raw.GatherV2(params=x, indices=i, axis=axis, batch_dims=1),
                  counting(2, 3, 4), i32([3, 0, 1], [1, 1, 2]), Const(np.int32(2)))
    nd = lambda x, i: raw.GatherNd(params=x, indices=i)
    recorder.case("state at length", nd, floats(5, 2, 3), i32([4, 0], [2, 1]))
    recorder.case("elements", nd, counting(3, 4), i64([[0, 1], [2, 3]]))
    recorder.case("rows", nd, counting(3, 2, 2, dtype=np.int64), i32([2], [0], [2]))
    recorder.case("whole", nd, counting(2, 2), np.zeros((2, 0), np.int32))
    hot = lambda i, depth, on, off: raw.OneHot(indices=i, depth=depth, on_value=on, off_value=off)
    values = (Const(np.float32(1)), Const(np.float32(0)))
    recorder.case("last axis", hot, i32([0, 2], [1, -1]), Const(np.int32(3)), *values)
    recorder.case("outside", hot, i32(5, 1), Const(np.int32(3)), Const(np.int32(4)), Const(np.int32(-1)))
    recorder.case("first axis", lambda i, d, on, off: raw.OneHot(indices=i, depth=d, on_value=on, off_value=off, axis=0),
                  i64([0, 2], [1, 1]), Const(np.int32(3)), *values)


def recurrent(recorder):
    T, B, I, N = 4, 2, 3, 4

    def block(name, op, length, outputs=None, const_length=False, dynamic=False, **attrs):
        wci, wcf, wco = (floats(N) for _ in range(3))
        if not attrs.get("use_peephole"):
            wci = wcf = wco = np.zeros(N, np.float32)
        length = np.int64(length)
        recorder.case(
            name, lambda n, x, c, h, w, wi, wf, wo, b: op(seq_len_max=n, x=x, cs_prev=c, h_prev=h, w=w, wci=wi, wcf=wf,
                                                         wco=wo, b=b, **attrs),
            Const(length) if const_length else length, floats(T, B, I), floats(B, N), floats(B, N),
            Const(floats(I + N, 4 * N)), Const(wci), Const(wcf), Const(wco), Const(floats(4 * N)), outputs=outputs,
            dynamic=dynamic)

    states = (1, 6)
    plain = dict(forget_bias=1.0, cell_clip=-1.0, use_peephole=False)
    block("all frames", raw.BlockLSTM, T, states, const_length=True, **plain)
    block("computed length", raw.BlockLSTM, 2, states, **plain)
    block("no frame", raw.BlockLSTM, 0, states, **plain)
    block("without forget bias", raw.BlockLSTM, T, states, forget_bias=0.0, cell_clip=-1.0, use_peephole=False)
    block("clips the cell", raw.BlockLSTM, T, states, forget_bias=1.0, cell_clip=0.6, use_peephole=False)
    block("peepholes", raw.BlockLSTM, 3, states, forget_bias=0.5, cell_clip=-1.0, use_peephole=True)
    block("all outputs", raw.BlockLSTM, T, **plain)  # TensorFlow leaves gates behind the length undefined
    block("peepholes, clip, all outputs", raw.BlockLSTM, T, forget_bias=1.0, cell_clip=0.9, use_peephole=True)
    block("states", raw.BlockLSTMV2, T, states, cell_clip=0.0, use_peephole=False)
    block("all outputs", raw.BlockLSTMV2, T, cell_clip=0.5, use_peephole=True)

    def cell(name, outputs=None, **attrs):
        recorder.case(
            name, lambda x, c, h, w, wi, wf, wo, b: raw.LSTMBlockCell(x=x, cs_prev=c, h_prev=h, w=w, wci=wi, wcf=wf,
                                                                      wco=wo, b=b, **attrs),
            floats(B, I), floats(B, N), floats(B, N), Const(floats(I + N, 4 * N)), Const(floats(N)), Const(floats(N)),
            Const(floats(N)), Const(floats(4 * N)), outputs=outputs, dynamic=False)

    cell("states", states, **plain)
    cell("all outputs", forget_bias=1.0, cell_clip=0.7, use_peephole=True)


def audio(recorder):
    def spectrogram(name, samples, window, stride, squared):
        recorder.case(name, lambda x: raw.AudioSpectrogram(input=x, window_size=window, stride=stride,
                                                           magnitude_squared=squared), samples, dynamic=False)

    spectrogram("frames of two channels", floats(40, 2), 16, 12, True)
    spectrogram("one window", floats(16, 1), 16, 10, False)
    spectrogram("window of no power of two", floats(25, 1), 10, 5, False)
    recorder.case("speech", lambda s, rate: raw.Mfcc(spectrogram=s, sample_rate=rate, upper_frequency_limit=8000,
                                                     filterbank_channel_count=10, dct_coefficient_count=6),
                  floats(1, 2, 65, low=0.0) ** 2, Const(np.int32(16000)), dynamic=False)
    recorder.case("defaults", lambda s, rate: raw.Mfcc(spectrogram=s, sample_rate=rate),
                  np.concatenate([floats(2, 1, 129, low=0.0) ** 2, np.zeros((2, 1, 129), np.float32)], axis=1),
                  Const(np.int32(16000)), dynamic=False)


def ordering(recorder):
    reverse = lambda x, axes: raw.ReverseV2(tensor=x, axis=axes)
    recorder.case("both axes", reverse, counting(3, 4), Const(i32(1, 0)))
    recorder.case("middle axis", reverse, floats(2, 3, 2), Const(i32(-2)))
    recorder.case("no axis", reverse, counting(2, 2, dtype=np.uint8), Const(i32()))
    lengths = lambda x, n: raw.ReverseSequence(input=x, seq_lengths=n, seq_dim=0, batch_dim=1)
    recorder.case("frames first", lengths, floats(4, 3, 2), i32(4, 1, 0))
    recorder.case("rows first", lambda x, n: raw.ReverseSequence(input=x, seq_lengths=n, seq_dim=1, batch_dim=0),
                  counting(2, 5), i64(3, 5))
    for kind in (raw.ArgMax, raw.ArgMin):
        recorder.case("last axis", lambda x, axis: kind(input=x, dimension=axis), floats(3, 7), Const(np.int32(-1)))
        recorder.case("short", lambda x, axis: kind(input=x, dimension=axis, output_type=tf.int32), counting(4, 3, 2),
                      Const(np.int32(0)))
        recorder.case("equal elements", lambda x, axis: kind(input=x, dimension=axis), i32(2, 1, 2, 1),
                      Const(np.int32(0)))
    top = lambda x, k: raw.TopKV2(input=x, k=k, sorted=True)
    recorder.case("rows", top, floats(3, 9), Const(np.int32(4)))
    recorder.case("equal elements", top, i32([5, 1, 5, 5], [0, 0, 0, 0]), Const(np.int32(3)))
    recorder.case("all", top, counting(2, 3, 4, dtype=np.int64), Const(np.int32(4)))
    for exclusive in (False, True):
        for backwards in (False, True):
            recorder.case(f"exclusive {exclusive}, reverse {backwards}", lambda x, axis: raw.Cumsum(
                x=x, axis=axis, exclusive=exclusive, reverse=backwards), floats(2, 4, 3), Const(np.int32(1)))
    recorder.case("whole numbers", lambda x, axis: raw.Cumsum(x=x, axis=axis), counting(3, 4), Const(np.int32(-1)))
    for mode in ("REFLECT", "SYMMETRIC"):
        recorder.case(mode.lower(), lambda x, p: raw.MirrorPad(input=x, paddings=p, mode=mode), counting(3, 4),
                      Const(i32([2, 1], [0, 3])))
    recorder.case("group", lambda a, b: raw.IdentityN(input=[a, b]), counting(2), floats(3, 1))
    recorder.case("shape", lambda x: raw.EnsureShape(input=x, shape=[2, 3]), counting(2, 3))


def blocks(recorder):
    to_batch = lambda x, block, pads: raw.SpaceToBatchND(input=x, block_shape=block, paddings=pads)
    recorder.case("images", to_batch, floats(2, 4, 6, 3), Const(i32(2, 3)), Const(i32([0, 0], [0, 0])))
    recorder.case("padded", to_batch, floats(1, 3, 5, 2), Const(i32(2, 2)), Const(i32([1, 0], [2, 1])))
    recorder.case("one axis", to_batch, counting(2, 5, 3), Const(i32(3)), Const(i32([0, 1])))
    to_space = lambda x, block, crops: raw.BatchToSpaceND(input=x, block_shape=block, crops=crops)
    recorder.case("images", to_space, floats(12, 2, 2, 3), Const(i32(2, 3)), Const(i32([0, 0], [0, 0])))
    recorder.case("cropped", to_space, floats(4, 2, 4, 2), Const(i32(2, 2)), Const(i32([1, 0], [2, 1])))


if __name__ == "__main__":
    for family in (reshaping, joining, repeating, slicing, shapes, selecting, recurrent, audio, ordering, blocks):
        recorder = Recorder()
        family(recorder)
        recorder.save(os.path.join(HERE, family.__name__ + ".json"))
