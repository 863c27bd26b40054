#!/usr/bin/env python
"""Graphs that compute with the batch and the length as numbers, not only as shapes, and what TensorFlow gives.

  record_length_values.py OUT   OUT/NAME.pb at batch 2 and length 12, and for those that can be freed the results of the
                                same code built at other shapes: OUT/NAME_BxL/{ids,places,result}.npy

ids i32[batch,length] are looked up in a table of 30 x 4; places i32[batch,3] are places in a row.
"""
import math, os, sys
import numpy as np
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()

TABLE = (np.arange(120, dtype=np.float32).reshape(30, 4) * 7 % 31) / 8
SOURCE = (2, 12)
SHAPES = [(2, 12), (1, 12), (3, 7), (2, 30), (5, 1)]


def flat(rows, b, s):
    return tf.reshape(rows, [b * s, 4])


# Freed.
def masked(rows, places, b, s):          # as BERT's head of masked words has it
    offsets = tf.reshape(tf.range(0, b, dtype=tf.int32) * s, [-1, 1])
    return tf.gather(flat(rows, b, s), tf.reshape(places + offsets, [-1]))


def masked_nd(rows, places, b, s):
    return tf.gather_nd(flat(rows, b, s), tf.reshape(s * tf.range(b)[:, None] + places, [-1, 1]))


def one_hot(rows, places, b, s):
    return tf.matmul(tf.one_hot(places, s), rows)


def rest(rows, places, b, s):
    return tf.concat([tf.slice(rows, [0, 0, 0], [b, s, 4])] + ([tf.slice(rows, [0, 1, 0], [b, s - 1, 4])] if s > 1 else []), 1)


# Held.
def offsets_written_out(rows, places, b, s):
    return tf.gather(flat(rows, b, s), tf.reshape(places + np.arange(b, dtype=np.int32)[:, None] * s, [-1]))


def offsets_stepped(rows, places, b, s):
    return tf.gather(flat(rows, b, s), tf.reshape(places + tf.range(0, b * s, s)[:, None], [-1]))


def reversed_places(rows, places, b, s):
    return tf.gather(rows, s - 1 - tf.range(s), axis=1)


def last(rows, places, b, s):
    return rows[:, s - 1]


def mean(rows, places, b, s):
    return tf.reduce_sum(rows, 1) / s


def scaled(rows, places, b, s):
    return rows * (1 / math.sqrt(s))


def within(rows, places, b, s):
    return rows * tf.cast(tf.range(s) < s - 1, tf.float32)[None, :, None]


FREED = [masked, masked_nd, one_hot, rest]
HELD = [offsets_written_out, offsets_stepped, reversed_places, last, mean, scaled, within]


def build(head, b, s):
    ids = tf.placeholder(tf.int32, [b, s], name='ids')
    places = tf.placeholder(tf.int32, [b, 3], name='places')
    rows = tf.reshape(tf.gather(tf.constant(TABLE), tf.reshape(ids, [-1])), [b, s, 4])
    tf.identity(head(rows, places, b, s), name='result')


def main(out):
    for head in FREED + HELD:
        with tf.Graph().as_default() as graph:
            build(head, *SOURCE)
            kept = tf.graph_util.extract_sub_graph(graph.as_graph_def(), ['result'])
            with open(os.path.join(out, head.__name__ + '.pb'), 'wb') as f:
                f.write(kept.SerializeToString())
        for b, s in SHAPES if head in FREED else []:
            rng = np.random.RandomState(b * 100 + s)
            feed = {'ids': rng.randint(0, 30, (b, s)).astype(np.int32), 'places': rng.randint(0, s, (b, 3)).astype(np.int32)}
            with tf.Graph().as_default(), tf.Session() as session:
                build(head, b, s)
                result = session.run('result:0', {name + ':0': value for name, value in feed.items()})
            folder = os.path.join(out, '%s_%dx%d' % (head.__name__, b, s))
            os.makedirs(folder, exist_ok=True)
            for name, value in dict(feed, result=result).items():
                np.save(os.path.join(folder, name + '.npy'), value)


if __name__ == '__main__':
    main(sys.argv[1])
