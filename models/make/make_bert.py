#!/usr/bin/env python
"""Recreate the two BERT reference files of the converter (own writing; node names and
topology equal to google-research/bert eedf571, checked node for node by check_bert_names.py).
The files in models/bert_resnet were written by TensorFlow 1.12 (py3.6) and 1.15 (py3.7). Under TensorFlow 2 the layers
of tf.layers and tf.contrib, which it no longer has, are spelled out here: the same numbers, not quite the same names.

  make_bert.py meta   --size tiny|base --seq 32  --batch 8 --out DIR   -> DIR/bert_model.ckpt.{meta,index,data-00000-of-00001}
  make_bert.py frozen --size tiny|base --seq 32            --out DIR   -> DIR/inference_graph.pb (IteratorGetNext, 5 outputs)
Weights: numpy RandomState(seed), one draw per variable in order of sorted names.
"""
import argparse, json, math, os
import numpy as np
import tensorflow as tfmod
TF1 = tfmod.__version__.startswith('1.')
if TF1:
    tf = tfmod
else:
    tf = tfmod.compat.v1
    tf.disable_v2_behavior()

SIZES = {
    'tiny': dict(vocab_size=100, hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
                 intermediate_size=256, max_position_embeddings=64, type_vocab_size=2,
                 hidden_act='gelu', hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1,
                 initializer_range=0.02),
    'base': dict(vocab_size=30522, hidden_size=768, num_hidden_layers=12, num_attention_heads=12,
                 intermediate_size=3072, max_position_embeddings=512, type_vocab_size=2,
                 hidden_act='gelu', hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1,
                 initializer_range=0.02),
}


class Bert(object):
    """dyn=True: dimension helper always emits tf.shape (the "lines 923-924 removed" variant)."""

    def __init__(self, cfg, dyn=False):
        self.c, self.dyn = cfg, dyn
        self.init = lambda: tf.truncated_normal_initializer(stddev=cfg['initializer_range'])

    def dims(self, t):
        s = t.shape.as_list()
        unknown = [i for i, d in enumerate(s) if d is None]
        if not unknown and not self.dyn:
            return s
        d = tf.shape(t)
        for i in unknown:
            s[i] = d[i]
        return s

    def dense(self, x, n, act=None, name=None):
        if not TF1:
            with tf.variable_scope(name or 'dense'):
                kernel = tf.get_variable('kernel', [x.shape[-1], n])
                bias = tf.get_variable('bias', [n])
                y = tf.nn.bias_add(tf.matmul(x, kernel, name='MatMul'), bias, name='BiasAdd')
                return y if act is None else act(y)
        return tf.layers.dense(x, n, activation=act, name=name, kernel_initializer=self.init())

    @staticmethod
    def norm(x):
        if not TF1:
            with tf.variable_scope('LayerNorm'):
                beta = tf.get_variable('beta', [x.shape[-1]])
                gamma = tf.get_variable('gamma', [x.shape[-1]])
                mean, variance = tf.nn.moments(x, [-1], keepdims=True)
                return tf.nn.batch_normalization(x, mean, variance, beta, gamma, 1e-12)
        return tf.contrib.layers.layer_norm(inputs=x, begin_norm_axis=-1, begin_params_axis=-1, scope=None)

    @staticmethod
    def gelu(x):
        return x * (0.5 * (1.0 + tf.tanh((np.sqrt(2 / np.pi) * (x + 0.044715 * tf.pow(x, 3))))))

    @staticmethod
    def gelu_cdf(x):   # the order of multiplications (and so of node names) of the original
        cdf = 0.5 * (1.0 + tf.tanh((np.sqrt(2 / np.pi) * (x + 0.044715 * tf.pow(x, 3)))))
        return x * cdf

    def matrix(self, x):
        return x if x.shape.ndims == 2 else tf.reshape(x, [-1, x.shape[-1]])

    def heads(self, x, b, s, n, w):
        return tf.transpose(tf.reshape(x, [b, s, n, w]), [0, 2, 1, 3])

    def attention(self, x, mask, b, s):
        n = self.c['num_attention_heads']
        w = self.c['hidden_size'] // n
        self.dims(x)
        self.dims(x)
        q, k, v = [self.dense(x, n * w, name=nm) for nm in ('query', 'key', 'value')]
        q = self.heads(q, b, s, n, w)
        k = self.heads(k, b, s, n, w)
        a = tf.multiply(tf.matmul(q, k, transpose_b=True), 1.0 / math.sqrt(float(w)))
        m = tf.expand_dims(mask, axis=[1])
        a += (1.0 - tf.cast(m, tf.float32)) * -10000.0
        p = tf.nn.softmax(a)
        v = self.heads(v, b, s, n, w)
        return tf.reshape(tf.transpose(tf.matmul(p, v), [0, 2, 1, 3]), [b * s, n * w])

    def build(self, ids, mask, types):
        c, H = self.c, self.c['hidden_size']
        self.dims(ids)
        with tf.variable_scope(None, default_name='bert'):
            with tf.variable_scope('embeddings'):
                e = tf.expand_dims(ids, axis=[-1])
                table = tf.get_variable('word_embeddings', [c['vocab_size'], H], initializer=self.init())
                self.table = table
                flat = tf.reshape(e, [-1])
                out = tf.gather(table, flat)
                sh = self.dims(e)
                x = tf.reshape(out, sh[0:-1] + [sh[-1] * H])
                b, s, w = self.dims(x)
                tt = tf.get_variable('token_type_embeddings', [c['type_vocab_size'], w], initializer=self.init())
                oh = tf.one_hot(tf.reshape(types, [-1]), depth=c['type_vocab_size'])
                o = x + tf.reshape(tf.matmul(oh, tt), [b, s, w])
                with tf.control_dependencies([tf.assert_less_equal(s, c['max_position_embeddings'])]):
                    pe = tf.get_variable('position_embeddings', [c['max_position_embeddings'], w], initializer=self.init())
                    o += tf.reshape(tf.slice(pe, [0, 0], [s, -1]), [1, s, w])
                emb = self.norm(o)
            with tf.variable_scope('encoder'):
                b, s = self.dims(ids)
                self.dims(mask)
                m = tf.cast(tf.reshape(mask, [b, 1, s]), tf.float32)
                am = tf.ones(shape=[b, s, 1], dtype=tf.float32) * m
                shape3 = self.dims(emb)
                b, s, _ = shape3
                prev, outs = self.matrix(emb), []
                for i in range(c['num_hidden_layers']):
                    with tf.variable_scope('layer_%d' % i):
                        with tf.variable_scope('attention'):
                            with tf.variable_scope('self'):
                                a = self.attention(prev, am, b, s)
                            with tf.variable_scope('output'):
                                a = self.norm(self.dense(a, H) + prev)
                        with tf.variable_scope('intermediate'):
                            t = self.dense(a, c['intermediate_size'], act=self.gelu_act)
                        with tf.variable_scope('output'):
                            prev = self.norm(self.dense(t, H) + a)
                            outs.append(prev)
                fin = []
                for o in outs:
                    wd = self.dims(o)[-1]
                    fin.append(tf.reshape(o, shape3[:-1] + [wd]))
            self.sequence = fin[-1]
            with tf.variable_scope('pooler'):
                first = tf.squeeze(self.sequence[:, 0:1, :], axis=1)
                self.pooled = self.dense(first, H, act=tf.tanh)
        return self

    def gelu_act(self, x):
        return self.gelu_cdf(x)


def pretrain_heads(m, cfg):
    """cls/* variables as in the released checkpoints (not part of the converted subgraph)."""
    H = cfg['hidden_size']
    with tf.variable_scope('cls/predictions'):
        with tf.variable_scope('transform'):
            t = m.norm(m.dense(tf.reshape(m.sequence, [-1, H]), H, act=m.gelu_act))
        bias = tf.get_variable('output_bias', [cfg['vocab_size']], initializer=tf.zeros_initializer())
        tf.nn.log_softmax(tf.nn.bias_add(tf.matmul(t, m.table, transpose_b=True), bias), axis=-1)
    with tf.variable_scope('cls/seq_relationship'):
        w = tf.get_variable('output_weights', [2, H], initializer=m.init())
        bb = tf.get_variable('output_bias', [2], initializer=tf.zeros_initializer())
        tf.nn.log_softmax(tf.nn.bias_add(tf.matmul(m.pooled, w, transpose_b=True), bb), axis=-1)


def assign_random(sess, seed, std):
    rng = np.random.RandomState(seed)
    for v in sorted(tf.global_variables(), key=lambda v: v.name):
        a = rng.standard_normal(v.shape.as_list()).astype(np.float32)
        if v.name.endswith('gamma:0'):
            a = 1.0 + 0.1 * a
        elif v.name.endswith(('beta:0', 'bias:0')):
            a = 0.1 * a
        else:
            a = std * a
        v.load(a, sess)


def inputs_meta(batch, seq):
    return [tf.placeholder(tf.int32, [batch, seq]) for _ in range(3)]


def inputs_iterator(seq):
    keys = {'input_ids': [seq], 'input_mask': [seq], 'segment_ids': [seq], 'label_ids': [], 'is_real_example': []}

    def decode(rec):
        ex = tf.parse_single_example(rec, {k: tf.FixedLenFeature(v, tf.int64) for k, v in keys.items()})
        return {k: tf.to_int32(v) for k, v in ex.items()}

    if not TF1:
        return {k: tf.placeholder(tf.int32, [None] + v) for k, v in keys.items()}
    d = tf.data.TFRecordDataset('eval.tf_record')
    d = d.apply(tf.contrib.data.map_and_batch(decode, batch_size=8, drop_remainder=False)) \
        if hasattr(tf.contrib.data, 'map_and_batch') else d.map(decode).batch(8)
    it = d.make_initializable_iterator()
    return it.get_next()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('kind', choices=['meta', 'frozen'])
    ap.add_argument('--size', default='tiny')
    ap.add_argument('--seq', type=int, default=32)
    ap.add_argument('--batch', type=int, default=1)
    ap.add_argument('--seed', type=int, default=7)
    ap.add_argument('--std', type=float, default=None)
    ap.add_argument('--no_heads', action='store_true')
    ap.add_argument('--out', required=True)
    a = ap.parse_args()
    cfg = SIZES[a.size]
    std = a.std if a.std is not None else (0.15 if a.size == 'tiny' else 0.05)
    if not os.path.isdir(a.out):
        os.makedirs(a.out)
    if a.kind == 'meta':
        m = Bert(cfg).build(*inputs_meta(a.batch, a.seq))
        if not a.no_heads:
            pretrain_heads(m, cfg)
    else:
        f = inputs_iterator(a.seq)
        tf.cast(f['is_real_example'], tf.float32)
        m = Bert(cfg, dyn=True).build(f['input_ids'], f['input_mask'], f['segment_ids'])
    assert m.pooled.op.name == 'bert/pooler/dense/Tanh', m.pooled.op.name
    with tf.Session() as sess:
        assign_random(sess, a.seed, std)
        if a.kind == 'meta':
            tf.train.Saver().save(sess, os.path.join(a.out, 'bert_model.ckpt'))
        else:
            fz = tf.graph_util.convert_variables_to_constants(sess, sess.graph_def, ['bert/pooler/dense/Tanh'])
            with open(os.path.join(a.out, 'inference_graph.pb'), 'wb') as fh:
                fh.write(fz.SerializeToString())
    with open(os.path.join(a.out, 'bert_config.json'), 'w') as fh:
        json.dump(cfg, fh, indent=2, sort_keys=True)
    print(tf.__version__, sorted(os.listdir(a.out)))


if __name__ == '__main__':
    main()
