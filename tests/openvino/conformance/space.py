"""Cases of ops that cut space into blocks."""
import numpy as np

from site_of_case import opset


def blocks_of(site, rank, most=3):
    return [1] + [site.whole(1, most) for _ in range(rank - 1)]


def sizes_of_one_type(site, *sizes):
    dtype = site.pick(np.int32, np.int64)
    return [site.constant(values, dtype) for values in sizes]


def space_to_batch(site):
    small = site.shape(2, 5, 3)
    blocks = blocks_of(site, len(small))
    begins = [0] + [site.whole(0, min(2, dim * block - 1)) for dim, block in zip(small[1:], blocks[1:])]
    ends = [0] + [site.whole(0, min(2, dim * block - 1 - begin))
                  for dim, block, begin in zip(small[1:], blocks[1:], begins[1:])]
    # Where an axis is shorter than its block, some batches hold nothing but padding of it; OpenVINO's plugin puts
    # other elements there.
    small = [dim + 2 for dim in small]
    large = [dim * block - begin - end for dim, block, begin, end in zip(small, blocks, begins, ends)]
    sizes = sizes_of_one_type(site, blocks, begins, ends)
    return opset(2).space_to_batch(site.fed(site.floats(large)), *sizes)


def batch_to_space(site):
    small = site.shape(2, 5, 3)
    blocks = blocks_of(site, len(small))
    for block in blocks:
        small[0] *= block
    crops = [[0] * len(small) for _ in range(2)]
    for axis in range(1, len(small)):
        crops[0][axis] = site.whole(0, min(2, small[axis] * blocks[axis] - 1))
        crops[1][axis] = site.whole(0, min(2, small[axis] * blocks[axis] - 1 - crops[0][axis]))
    sizes = sizes_of_one_type(site, blocks, *crops)
    return opset(2).batch_to_space(site.fed(site.floats(small)), *sizes)


CASES = {"SpaceToBatch": space_to_batch, "BatchToSpace": batch_to_space}
