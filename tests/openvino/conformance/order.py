"""Cases of ops that sort, turn around and add up."""
import numpy as np

try:
    from openvino.utils.node_factory import NodeFactory
except ModuleNotFoundError:  # before OpenVINO 2025
    from openvino.runtime.utils.node_factory import NodeFactory

from site_of_case import opset


def numbers_along(site):
    x = site.numbers(site.shape(1, 4), site.pick(np.float32, np.int32))
    return x, site.axis(x.ndim)


def top_k(site):
    x, axis = numbers_along(site)
    # OpenVINO leaves open which of equal elements it takes: here all differ.
    x = site.random.permutation(x.size).reshape(x.shape).astype(x.dtype)
    k = site.indices(site.whole(1, x.shape[axis]))
    mode, sort = site.pick("max", "min"), site.pick("value", "index")
    number = site.pick(3, 11)
    more = {"stable": site.chance()} if number == 11 and sort == "value" else {}
    return opset(number).topk(site.fed(x), k, axis % x.ndim, mode, sort, site.pick("i32", "i64"), **more)


def cum_sum(site):
    x, axis = numbers_along(site)
    return opset(3).cum_sum(site.fed(x), site.indices(axis), site.chance(), site.chance())


def reverse(site):
    x = site.floats(site.shape(1, 4))
    mode = site.pick("index", "mask")
    axes = site.indices([axis % x.ndim for axis in site.axes(x.ndim, 1)])
    turned = axes if mode == "index" else site.constant(site.booleans([x.ndim]))
    # Python's opset1 has no function for it.
    return NodeFactory("opset1").create("Reverse", [site.fed(x).output(0), turned.output(0)], {"mode": mode})


def reverse_sequence(site):
    x = site.floats(site.shape(2, 4))
    batch, seq = site.random.permutation(x.ndim)[:2].tolist()
    lengths = site.ints([x.shape[batch]], 1, x.shape[seq], np.int32)
    return opset(1).reverse_sequence(site.fed(x), site.either(lengths), batch, seq)


CASES = {"TopK": top_k, "CumSum": cum_sum, "Reverse": reverse, "ReverseSequence": reverse_sequence}
