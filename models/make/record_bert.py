#!/usr/bin/env python
"""What TensorFlow computes with the tiny BERTs: folders of .npy, one tensor a file.

  record_bert.py files FOLDER OUT   the two models in FOLDER (bert_tiny_meta, bert_tiny_frozen), at the shape they have
                                    and, for the frozen one, at other batches; run with the TensorFlow that wrote them
  record_bert.py shapes OUT         graphs of the same weights built at other batches and lengths (make_bert.py)
"""
import os, re, sys
import numpy as np
import make_bert
tf = make_bert.tf

POOLED = 'bert/pooler/dense/Tanh'
SHAPES = [(1, 9), (3, 20), (2, 64)]   # 64 positions are all the tiny model has


def call(rng, batch, seq, vocab=100):
    """Ids, mask and types; every row ends somewhere else."""
    ids = rng.randint(1, vocab, (batch, seq)).astype(np.int32)
    mask = np.ones((batch, seq), np.int32)
    types = np.zeros((batch, seq), np.int32)
    for row in range(batch):
        end = rng.randint(3, seq + 1)
        middle = rng.randint(1, end)
        mask[row, end:] = ids[row, end:] = 0
        types[row, middle:end] = 1
    return ids, mask, types


def save(out, name, tensors):
    folder = os.path.join(out, name)
    if not os.path.isdir(folder):
        os.makedirs(folder)
    for key, value in tensors.items():
        np.save(os.path.join(folder, re.sub('[^A-Za-z0-9._-]', '_', key) + '.npy'), value)


def record_meta(folder, out, version):
    with tf.Graph().as_default(), tf.Session() as sess:
        prefix = folder + '/bert_tiny_meta/bert_model.ckpt'
        tf.train.import_meta_graph(prefix + '.meta', clear_devices=True).restore(sess, prefix)
        batch, seq = sess.graph.get_tensor_by_name('Placeholder:0').shape.as_list()
        rng = np.random.RandomState(100)
        for k in range(8):
            feed = dict(zip(['Placeholder', 'Placeholder_1', 'Placeholder_2'], call(rng, batch, seq)))
            names = [POOLED, 'bert/encoder/Reshape_2']
            got = sess.run([n + ':0' for n in names], {n + ':0': v for n, v in feed.items()})
            if k % 2 == 0:
                save(out, 'bert_tiny_meta_%s_%d' % (version, k), dict(feed, **dict(zip(names, got))))


def record_frozen(folder, out, version):
    graph = tf.GraphDef()
    with open(folder + '/bert_tiny_frozen/inference_graph.pb', 'rb') as f:
        graph.ParseFromString(f.read())
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.import_graph_def(graph, name='')
        rng = np.random.RandomState(200)
        for k in range(8):
            batch = 1 if k < 4 else 2 if k < 6 else 5
            feed = dict(zip(['IteratorGetNext:0', 'IteratorGetNext:1', 'IteratorGetNext:4'], call(rng, batch, 32)))
            got = sess.run(POOLED + ':0', feed)
            if k % 2 == 0:
                save(out, 'bert_tiny_frozen_%s_%d_b%d' % (version, k, batch), dict(feed, **{POOLED: got}))


def record_shapes(out):
    for batch, seq in SHAPES:
        with tf.Graph().as_default(), tf.Session() as sess:
            inputs = make_bert.inputs_meta(batch, seq)
            bert = make_bert.Bert(make_bert.SIZES['tiny']).build(*inputs)
            make_bert.assign_random(sess, 7, 0.15)
            values = call(np.random.RandomState(300), batch, seq)
            got = sess.run(bert.pooled, dict(zip(inputs, values)))
        feed = dict(zip(['ids', 'mask', 'types'], values))
        save(out, 'bert_tiny_%dx%d' % (batch, seq), dict(feed, pooled=got))


if __name__ == '__main__':
    if sys.argv[1] == 'files':
        version = 'tf' + make_bert.tfmod.__version__.rsplit('.', 1)[0].replace('.', '')
        record_meta(sys.argv[2], sys.argv[3], version)
        record_frozen(sys.argv[2], sys.argv[3], version)
    else:
        record_shapes(sys.argv[2])
