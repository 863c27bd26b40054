#!/usr/bin/env python3
"""Writes what weights become when they are rounded to int8, int4 and bf16, by NumPy: docs/quantize.md's formulas in fp32.

    make.py [FOLDER]

Needs numpy. weights.npy [48, 64]: outputs by inputs. For each form F of int8, int8_32 (groups of 32 inputs) and int4_32:
F_values.npy int8 [48, groups, group] and F_scales.npy f32 [48, groups, 1]. bf16.npy: the bits, uint16 [48, 64].
rows.npy f32 [200, 64]: activations; gptq_F_values.npy and gptq_F_scales.npy: what GPTQ makes of the weights with their
second moments (Frantar et al. 2022, algorithm 1, column by column by the Cholesky factor of the inverse; inputs in the
order of their second moments, scales chosen beforehand, errors in that choice weighed by them; in fp64).
"""
import pathlib
import sys

import numpy as np


FORMS = [("int8", 64, 127, [1]), ("int8_32", 32, 127, [1]), ("int4_32", 32, 7, [1, .95, .9, .85, .8, .75, .7])]


def rounded(groups, largest, shares, weigh=1):
    """groups f32[..., n]: the values, and the scales f32[..., 1]."""
    magnitude = np.abs(groups).max(-1, keepdims=True)
    tried = []
    for share in shares:
        scales = np.maximum(magnitude / np.float32(largest) * np.float32(share), np.finfo(np.float32).tiny)
        values = np.clip(np.rint(groups / scales), -largest, largest).astype(np.float32)
        errors = (weigh * (groups - values * scales).astype(np.float64) ** 2).sum(-1, keepdims=True)
        tried.append((values, scales, errors))
    best = np.argmin([errors for _, _, errors in tried], 0)  # the first of equals
    choose = lambda which: np.select([best == i for i in range(len(tried))], [one[which] for one in tried])
    return choose(0).astype(np.int8), choose(1).astype(np.float32)


def gptq(weights, rows, group, largest, shares):
    moments = rows.astype(np.float64).T @ rows
    moments += 0.01 * np.diag(moments).mean() * np.eye(len(moments))
    _, scales = rounded(weights.reshape(len(weights), -1, group), largest, shares,
                        np.diag(moments).reshape(-1, group))
    order = np.argsort(-np.diag(moments), kind="stable")
    left = weights.astype(np.float64)[:, order]
    steps = np.repeat(scales[..., 0].astype(np.float64), group, 1)[:, order]
    factor = np.linalg.cholesky(np.linalg.inv(moments[np.ix_(order, order)])).T
    values = np.empty_like(left)
    for i in range(left.shape[1]):
        values[:, i] = np.clip(np.rint(left[:, i] / steps[:, i]), -largest, largest)
        error = (left[:, i] - values[:, i] * steps[:, i]) / factor[i, i]
        left[:, i:] -= np.outer(error, factor[i, i:])
    result = np.empty_like(values)
    result[:, order] = values
    return result.reshape(len(weights), -1, group).astype(np.int8), scales


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    random = np.random.default_rng(7)
    weights = (random.standard_normal((48, 64)) * np.exp(random.standard_normal((48, 1)))).astype(np.float32)
    weights[3] = 0
    weights[5] = (np.arange(64) - 32) / 2  # halves: rounded to even
    weights[5, 0] = 127
    np.save(folder / "weights.npy", weights)
    for name, group, largest, shares in FORMS:
        values, scales = rounded(weights.reshape(48, -1, group), largest, shares)
        np.save(folder / f"{name}_values.npy", values)
        np.save(folder / f"{name}_scales.npy", scales)
    mixed = random.standard_normal((200, 40)) @ random.standard_normal((40, 64))
    rows = np.maximum(mixed + random.standard_normal((200, 64)), 0).astype(np.float32)
    rows[:, 11] = 0  # an input that is never there
    np.save(folder / "rows.npy", rows)
    for name, group, largest, shares in FORMS:
        values, scales = gptq(weights, rows, group, largest, shares)
        np.save(folder / f"gptq_{name}_values.npy", values)
        np.save(folder / f"gptq_{name}_scales.npy", scales)
    bits = weights.view(np.uint32).astype(np.uint64)
    np.save(folder / "bf16.npy", ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16))


if __name__ == "__main__":
    main()
