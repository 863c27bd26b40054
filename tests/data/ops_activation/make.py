"""Records the activations, and functions made of others. Run: python make.py"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from golden_ops import Recorder, tf
from recording import Values, np

raw = tf.raw_ops
values = Values(20170612)
floats = values.floats
awkward = np.float32([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, np.inf, -np.inf, np.nan, 1e-20, -30.0, 30.0])
halves = np.float32([0.0, -0.0, 1.5, 2.5, -0.5, -2.5, 0.3, -7.7])

recorder = Recorder()
for op in ("Elu", "Selu"):
    recorder.case("awkward", lambda x: getattr(raw, op)(features=x), awkward)
    recorder.case("doubles", lambda x: getattr(raw, op)(features=x), floats(3, 4).astype(np.float64))
recorder.case("awkward", lambda x: raw.LeakyRelu(features=x), awkward)
recorder.case("half", lambda x: raw.LeakyRelu(features=x, alpha=0.5), floats(3, 4))
recorder.case("doubles", lambda x: raw.LeakyRelu(features=x), floats(3, 4).astype(np.float64))
for op in ("Erf", "Erfc", "Expm1"):
    recorder.case("floats", lambda x: getattr(raw, op)(x=x), floats(4, 5))
recorder.case("floats", lambda x: raw.Log1p(x=x), floats(3, 4, low=-0.9, high=9.0))
for op in ("Round", "Rint"):
    recorder.case("halves", lambda x: getattr(raw, op)(x=x), halves)
recorder.case("signs", lambda x, y: raw.TruncateDiv(x=x, y=y), np.int32([7, -7, 7, -7]), np.int32([2, 2, -2, -2]))
recorder.save(os.path.join(os.path.dirname(os.path.abspath(__file__)), "activation.json"))
