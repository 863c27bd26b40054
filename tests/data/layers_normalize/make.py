"""Records the layers of the family normalize. Run: python make.py"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
from golden_layers import LayerRecorder, opset8
from recording import Const, Values, np

floats = Values(20160721).floats
recorder = LayerRecorder()

for shape, axes in (((3, 20), [1]), ((2, 3, 20), [-1]), ((2, 3, 4, 5), [2, 3]), ((2, 3, 4, 5), [-1, 1, 2]),
                    ((2, 3, 4, 5), [1]), ((3, 4, 5), [0, 2])):
    for variance, eps, mode in ((True, 1e-3, "inside_sqrt"), (True, 0.1, "outside_sqrt"), (False, 0.0, "inside_sqrt")):
        recorder.case(f"{shape} {axes} {variance} {mode}", lambda x, axes: opset8.mvn(x, axes, variance, eps, mode),
                      floats(*shape), Const(np.int64(axes)))
recorder.save(os.path.join(HERE, "layers.json"))
