"""Records the layers of the family activation. Run: python make.py"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
from golden_layers import LayerRecorder, opset8, opset9
from recording import Const, Values, np

floats = Values(20170612).floats
recorder = LayerRecorder()

for mode in ("tanh", "erf"):
    # OpenVINO's own kernel is off by some 1e-6.
    recorder.case(mode, lambda x: opset8.gelu(x, mode), floats(4, 9, low=-6, high=6), tolerance=1e-5)
recorder.case("alpha", lambda x: opset8.elu(x, 0.7), floats(3, 4))
parameters = [Const(np.float32(value)) for value in (0.3, 0.6)]
for name in ("selu", "hard_sigmoid"):
    recorder.case("floats", lambda x, a, b: getattr(opset8, name)(x, a, b), floats(3, 4, low=-3, high=3), *parameters)
recorder.case("plain", lambda x: opset8.swish(x), floats(3, 4))
recorder.case("beta", lambda x, beta: opset8.swish(x, beta), floats(3, 4), Const(np.float32(1.7)))
for shape in ((1,), (3,), (4,), (3, 1, 1), (2, 3, 4, 4)):
    recorder.case(f"slope {shape}", lambda x, slope: opset8.prelu(x, slope), floats(2, 3, 4, 4), Const(floats(*shape)))
recorder.case("slope of a matrix", lambda x, slope: opset8.prelu(x, slope), floats(4, 3), Const(floats(3)))
for mode in ("half_to_even", "half_away_from_zero"):
    recorder.case(mode, lambda x: opset8.round(x, mode), np.float32([0.5, 1.5, 2.5, -0.5, -2.5, 0.2, -7.7]))
for name in ("mish", "hswish", "hsigmoid"):
    recorder.case("floats", lambda x: getattr(opset8, name)(x), floats(2, 5, low=-5, high=5))
recorder.case("floats", lambda x: opset9.softsign(x), floats(2, 5))
recorder.save(os.path.join(HERE, "layers.json"))
