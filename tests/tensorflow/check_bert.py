#!/usr/bin/env python3
"""Runs a converted BERT at several batches and lengths beside TensorFlow's graph of that very shape.

    check_bert.py STEPWELL MODEL.xml SIZE RESULT_FOLDER [BATCHxLENGTH ...]

TensorFlow builds the graph once more for each shape (models/make/make_bert.py, SIZE tiny or base), with the same seeded
weights; nothing of the conversion is used. Exit code 1 where the pooled output is further away than the bound.
"""
import json
import os
import pathlib
import subprocess
import sys

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # with it, BERT-Base is off by 0.1
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "models" / "make"))

import make_bert
import numpy as np

BOUND = 1e-5  # of the largest magnitude
SEED = 7
STD = {"tiny": 0.15, "base": 0.05}  # as make_bert.py has them
OUTPUT = "bert/pooler/dense/Tanh"


def random_call(batch, length, vocabulary):
    """Token ids, mask and types; every row ends somewhere else."""
    random = np.random.RandomState(batch * 1000 + length)
    ids = random.randint(1, vocabulary, (batch, length)).astype(np.int32)
    mask = np.ones_like(ids)
    types = np.zeros_like(ids)
    for row in range(batch):
        end = random.randint(min(2, length), length + 1)
        mask[row, end:] = ids[row, end:] = 0
        types[row, random.randint(0, end) : end] = 1
    return ids, mask, types


def of_tensorflow(size, call):
    tf = make_bert.tf
    with tf.Graph().as_default(), tf.Session() as session:
        inputs = make_bert.inputs_meta(*call[0].shape)
        bert = make_bert.Bert(make_bert.SIZES[size]).build(*inputs)
        make_bert.assign_random(session, SEED, STD[size])
        return session.run(bert.pooled, dict(zip(inputs, call)))


def of_stepwell(stepwell, model, call, results):
    info = subprocess.run([stepwell, "info", model, "--json"], check=True, stdout=subprocess.PIPE)
    command = [stepwell, "run", model, "--output-dir", str(results)]
    for tensor, content in zip(json.loads(info.stdout)["inputs"], call):
        path = results / f"in_{len(command)}.npy"
        np.save(path, content)
        command += ["--input", f"{tensor['name']}={path}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return np.load(results / (OUTPUT.replace("/", "_") + ".npy"))


def main(stepwell, model, size, results, *shapes):
    results = pathlib.Path(results)
    results.mkdir(parents=True, exist_ok=True)
    failed = False
    for shape in shapes or ("1x32",):
        call = random_call(*map(int, shape.split("x")), make_bert.SIZES[size]["vocab_size"])
        wanted = of_tensorflow(size, call)
        found = of_stepwell(stepwell, model, call, results)
        difference = np.abs(found - wanted).max() / np.abs(wanted).max()
        failed |= not (found.shape == wanted.shape and difference <= BOUND)
        print(f"{pathlib.Path(model).stem} at {shape}: {difference:.2g} of the largest magnitude", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
