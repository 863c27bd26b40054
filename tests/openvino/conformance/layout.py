"""Cases of ops that move, select and repeat elements, and of those that compute shapes."""
import numpy as np

from site_of_case import OPS, opset


def array_of(site, least=0, most=4):
    shape = site.shape(least, most)
    dtype = site.pick(np.float32, np.float32, np.int32, np.int64, bool)
    return site.booleans(shape) if dtype is bool else site.numbers(shape, dtype)


def broadcast(site):
    target = site.shape(1, 5)
    small = [1 if site.chance(0.4) else dim for dim in target][site.whole(0, len(target)):]
    if site.chance(0.3):
        shape = [1 if site.chance(0.3) else dim for dim in target]
        return opset(3).broadcast(site.fed(site.floats(small)), site.indices(shape), None, "BIDIRECTIONAL")
    if site.chance(0.3):
        axes = sorted(site.random.permutation(len(target))[:site.whole(1, len(target))].tolist())
        x = site.fed(site.floats([target[axis] for axis in axes]))
        return site.opset(1, 3).broadcast(x, site.indices(target), site.indices(axes), "EXPLICIT")
    return site.opset(1, 3).broadcast(site.fed(site.floats(small)), site.indices(target), None, "NUMPY")


def concat(site):
    first = array_of(site, 1)
    axis = site.axis(first.ndim)
    parts = [first]
    for _ in range(site.whole(0, 3)):
        shape = list(first.shape)
        shape[axis] = site.whole(1, 4)
        parts.append(site.numbers(shape, first.dtype) if first.dtype != bool else site.booleans(shape))
    fed = site.whole(0, len(parts) - 1)  # at least this one
    return OPS.concat([site.fed(part) if i == fed else site.either(part) for i, part in enumerate(parts)], axis)


def gather(site):
    x = array_of(site, 1)
    axis = site.axis(x.ndim)
    number = site.pick(1, 7, 8)
    least = -x.shape[axis] if number == 8 else 0
    indices = site.ints(site.shape(0, 2), least, x.shape[axis] - 1)
    if number == 1 or site.chance(0.7):
        return opset(number).gather(site.fed(x), site.either(indices), site.indices(axis))
    batches = site.whole(0, axis % x.ndim)
    indices = site.ints([*x.shape[:batches], *site.shape(0, 2)], least, x.shape[axis] - 1)
    return opset(number).gather(site.fed(x), site.either(indices), site.indices(axis), batches)


def gather_nd(site):
    x = array_of(site, 1)
    batches = site.whole(0, x.ndim - 1)
    depth = site.whole(1, x.ndim - batches)
    between = site.shape(0, 2, 3)
    if batches > 0 and not between:
        between = [2]
    index = np.stack([site.ints([*x.shape[:batches], *between], 0, dim - 1, np.int32)
                      for dim in x.shape[batches:batches + depth]], axis=-1)
    return site.opset(5, 8).gather_nd(site.fed(x), site.either(index), batches)


def one_hot(site):
    indices = site.fed(site.ints(site.shape(0, 3), -1, 5))
    rank = indices.output(0).get_partial_shape().rank.get_length()
    on, off = site.pick((np.float32(1), np.float32(0)), (np.int32(3), np.int32(-2)))
    return opset(1).one_hot(indices, site.indices(4), site.constant(on), site.constant(off), site.axis(rank + 1))


def pad(site):
    mode = site.pick("constant", "constant", "edge", "reflect", "symmetric")
    x = site.floats(site.shape(1, 4)) if site.chance(0.7) else site.ints(site.shape(1, 4), dtype=np.int32)
    most = [3 if mode in ("constant", "edge") else dim - (mode == "reflect") for dim in x.shape]
    before, after = ([site.whole(0, min(limit, 3)) for limit in most] for _ in range(2))
    value = site.constant(x.dtype.type(site.whole(-2, 2)))
    if mode == "constant" and site.chance(0.3):
        before = [-1 if dim > 2 and site.chance(0.3) else width for dim, width in zip(x.shape, before)]
        return opset(12).pad(site.fed(x), site.indices(before), site.indices(after), mode, value)
    made = site.opset(1, 12)
    arguments = (site.fed(x), site.constant(before, np.int64), site.constant(after, np.int64), mode)
    return made.pad(*arguments, value) if mode == "constant" else made.pad(*arguments)


def range_(site):
    start, step = site.whole(-5, 5), site.pick(-3, -2, -1, 1, 2, 3)
    stop = start + step * site.whole(0, 6) + site.pick(0, 1)
    dtype = site.pick(np.int32, np.int64, np.float32)
    if np.sign(stop - start) != np.sign(step):
        stop = start
    bounds = [site.constant(value, dtype) for value in (start, stop, step)]
    name = {np.int32: "i32", np.int64: "i64", np.float32: "f32"}[dtype]
    x = site.fed(site.numbers([1], dtype))  # OpenVINO wants an input
    return OPS.add(opset(4).range(*bounds, name), x)


def reshape(site):
    x = array_of(site)
    if site.chance(0.3) and x.ndim > 0:  # 0 copies a dimension
        kept = site.whole(1, x.ndim)
        return OPS.reshape(site.fed(x), site.indices([0] * kept + [-1]), True)
    dims = [int(dim) for dim in site.random.permutation(np.array([x.size, 1, 1]))]
    for prime in (2, 3):
        for _ in range(3):
            big = int(np.argmax(dims))
            if dims[big] % prime == 0 and site.chance():
                dims[big] //= prime
                dims[site.whole(0, 2)] *= prime
    if site.chance():
        dims[site.whole(0, 2)] = -1
    return OPS.reshape(site.fed(x), site.indices(dims), False)


def shape_of(site):
    x = site.fed(array_of(site))
    return opset(1).shape_of(x) if site.chance(0.3) else opset(3).shape_of(x, site.pick("i32", "i64"))


def slice_(site):
    x = array_of(site, 1)
    axes = site.axes(x.ndim, 1)
    bounds = [[], [], []]
    for axis in axes:
        step = site.pick(1, 1, 2, -1, -2)
        for values, value in zip(bounds, (site.whole(-8, 8), site.whole(-8, 8), step)):
            values.append(value)
    if min(np.zeros(x.shape)[tuple(slices(x.ndim, axes, bounds))].shape) == 0:
        bounds = [[0] * len(axes), [99] * len(axes), [1] * len(axes)]
    return opset(8).slice(site.fed(x), *(site.indices(values) for values in bounds), site.indices(axes))


def slices(rank, axes, bounds):
    """NumPy's slices for those of OpenVINO's Slice."""
    result = [slice(None)] * rank
    for axis, start, stop, step in zip(axes, *bounds):
        result[axis] = slice(start, stop, step)
    return result


def split(site):
    parts = site.whole(1, 4)
    x = array_of(site, 1)
    axis = site.axis(x.ndim)
    x = np.concatenate([x] * parts, axis)
    return OPS.split(site.fed(x), site.indices(axis), parts).outputs()


def variadic_split(site):
    x = array_of(site, 1)
    axis = site.axis(x.ndim)
    x = np.concatenate([x, x], axis)
    first = site.whole(1, x.shape[axis] - 1)
    lengths = site.pick([first, -1], [-1, x.shape[axis] - first], [first, x.shape[axis] - first])
    return OPS.variadic_split(site.fed(x), site.indices(axis), site.indices(lengths)).outputs()


def squeeze(site):
    x = array_of(site)
    places = sorted(site.random.permutation(x.ndim + 2)[:2].tolist())
    x = np.expand_dims(x, tuple(places))
    axes = [place - (x.ndim if site.chance(0.3) else 0) for place in places[:site.whole(1, 2)]]
    return opset(1).squeeze(site.fed(x), site.indices(axes))


def unsqueeze(site):
    x = array_of(site)
    rank = x.ndim + site.whole(1, 2)
    places = site.random.permutation(rank)[:rank - x.ndim].tolist()
    return opset(1).unsqueeze(site.fed(x), site.indices([p - (rank if site.chance(0.3) else 0) for p in places]))


def strided_slice(site):
    x = array_of(site, 1)
    rank = site.whole(1, x.ndim)
    begin, end, steps, shrink = [], [], [], []
    for axis in range(rank):
        low = site.whole(0, x.shape[axis] - 1)
        high = site.whole(low + 1, x.shape[axis])
        backwards = low > 0 and site.chance(0.2)
        begin.append(high - 1 if backwards else low)
        end.append(low - 1 if backwards else high)
        steps.append(-1 if backwards else site.pick(1, 1, 2))
        shrink.append(0 if backwards else int(site.chance(0.2)))
    # OpenVINO contradicts itself about a masked begin of an axis that goes.
    masks = [[int(not gone and site.chance(0.2)) for gone in shrink] for _ in range(2)]
    bounds = [site.constant(values, np.int64) for values in (begin, end, steps)]
    return opset(1).strided_slice(site.fed(x), *bounds, *masks, [0] * rank, shrink, [0] * rank)


def tile(site):
    x = array_of(site)
    return OPS.tile(site.fed(x), site.indices([site.whole(1, 3) for _ in range(max(1, x.ndim + site.whole(-1, 1)))]))


def transpose(site):
    x = array_of(site, most=5)
    if site.chance(0.1):
        return OPS.transpose(site.fed(x), site.constant([], np.int64))
    return OPS.transpose(site.fed(x), site.indices(site.random.permutation(x.ndim)))


CASES = {
    "Broadcast": broadcast, "Concat": concat, "Gather": gather, "GatherND": gather_nd, "OneHot": one_hot, "Pad": pad,
    "Range": range_, "Reshape": reshape, "ShapeOf": shape_of, "Slice": slice_, "Split": split,
    "VariadicSplit": variadic_split, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "StridedSlice": strided_slice,
    "Tile": tile, "Transpose": transpose,
}
