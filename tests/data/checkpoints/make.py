"""Writes the small checkpoints beside this file with TensorFlow (2.x, graph mode): every element is its own index.

  v2_parts*, v1_parts*   variables saved in parts (partitioned along axis 0 and axis 1), and whole ones
  v2_types*, v1_types    one variable for each element type, [2, 3]; `flag` is index % 2
  v2_long*, v1_long      int8 [20000] in parts that begin far inside; each element is its index modulo 100
  v2_shards*             variables of two devices in two data files
"""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow

tf = tensorflow.compat.v1
HERE = os.path.dirname(os.path.abspath(__file__))
V1, V2 = tf.train.SaverDef.V1, tf.train.SaverDef.V2


def variable(name, dtype, shape, **more):
    values = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    if dtype == tf.int8:
        values = values % 100
    values = values % 2 == 1 if dtype == tf.bool else values.astype(dtype.as_numpy_dtype)
    def part_of(whole_shape, dtype=None, partition_info=None):
        if partition_info is None:
            return tf.constant(values)
        begin = partition_info.var_offset
        return tf.constant(values[tuple(slice(b, b + n) for b, n in zip(begin, whole_shape))])
    return tf.get_variable(name, shape=shape, dtype=dtype, initializer=part_of, use_resource=False, **more)


def save(name, version, build, sharded=False):
    with tf.Graph().as_default():
        build()
        with tf.Session(config=tf.ConfigProto(device_count={"CPU": 2})) as session:
            session.run(tf.global_variables_initializer())
            saver = tf.train.Saver(write_version=version, sharded=sharded)
            saver.save(session, os.path.join(HERE, name), write_meta_graph=False, write_state=False)


def parts():
    variable("rows", tf.float32, [10, 6], partitioner=tf.fixed_size_partitioner(3, axis=0))
    variable("columns", tf.float32, [5, 8], partitioner=tf.fixed_size_partitioner(4, axis=1))
    variable("whole", tf.float32, [3, 4])
    variable("scalar", tf.int64, [])


def long():
    variable("long", tf.int8, [20000], partitioner=tf.fixed_size_partitioner(3, axis=0))


def types(names):
    def build():
        for name in names:
            variable(name, getattr(tf, name), [2, 3])
        variable("flag", tf.bool, [2, 3])
    return build


def shards():
    for device in (0, 1):
        with tf.device("/job:localhost/task:0/cpu:%d" % device):
            variable("on_%d" % device, tf.float32, [4, 3])


save("v2_parts", V2, parts)
save("v1_parts", V1, parts)
NAMES = ["float32", "float64", "float16", "int8", "uint8", "int16", "uint16", "int32", "int64"]
save("v2_types", V2, types(NAMES + ["bfloat16"]))
save("v1_types", V1, types([n for n in NAMES if n not in ("uint16",)]))
save("v2_long", V2, long)
save("v1_long", V1, long)
save("v2_shards", V2, shards, sharded=True)
