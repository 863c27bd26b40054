"""Writes the seeds of the target `ir` that Stepwell itself converts from those of `convert`, and one of compressed
weights.

    python3 fuzz/make_ir_seeds.py build/release/stepwell fuzz/seeds
"""
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

PART_MARK = b"\n\0STEPWELL-PART\0\n"  # fuzz/support/parts.h
MODELS = [(name, "explicit") for name in ("cell", "convolution", "dense", "shapes", "state")] + [("state", "readvalue")]


EDGE = 33  # weights are [EDGE, EDGE]: an odd number, and enough of them to be packed as they are stored


class Layers:
    def __init__(self):
        self.count, self.layers, self.edges, self.bin = 0, "", "", b""

    def add(self, kind, data, inputs=()):
        layer, self.count = self.count, self.count + 1
        ports = "".join(f'<port id="{port}"/>' for port in range(len(inputs)))
        output = "" if kind == "Result" else '<output><port id="9"/></output>'
        self.layers += (f'<layer id="{layer}" name="{kind}_{layer}" type="{kind}" version="opset1"><data {data}/>'
                        f"<input>{ports}</input>{output}</layer>\n")
        for port, origin in enumerate(inputs):
            self.edges += f'<edge from-layer="{origin}" from-port="9" to-layer="{layer}" to-port="{port}"/>\n'
        return layer

    def constant(self, dtype, shape, content):
        offset, self.bin = len(self.bin), self.bin + content
        return self.add("Const", f'element_type="{dtype}" shape="{shape}" offset="{offset}" size="{len(content)}"')

    def seed(self):
        xml = (f'<?xml version="1.0"?>\n<net name="compressed" version="11">\n<layers>\n{self.layers}</layers>\n'
               f"<edges>\n{self.edges}</edges>\n</net>\n")
        return xml.encode() + PART_MARK + self.bin


def compressed():
    """Weights in 8, 4 and 16 bits, as OpenVINO writes them: a Convert and a Multiply by scales in front of a MatMul."""
    model = Layers()
    x = model.add("Parameter", f'shape="2,{EDGE}" element_type="f32"')
    for dtype, bits, scales in (("i8", 8, f"{EDGE},1"), ("i4", 4, f"1,{EDGE}"), ("bf16", 16, None)):
        content = b"\x3b" * ((EDGE * EDGE * bits + 7) // 8)
        weights = model.add("Convert", 'destination_type="f32"', [model.constant(dtype, f"{EDGE},{EDGE}", content)])
        if scales:
            scale = model.constant("f32", scales, struct.pack(f"<{EDGE}f", *[0.5] * EDGE))
            weights = model.add("Multiply", 'auto_broadcast="numpy"', [weights, scale])
        x = model.add("MatMul", 'transpose_a="false" transpose_b="true"', [x, weights])
    model.add("Result", "", [x])
    return model.seed()


def main(program, seeds):
    pathlib.Path(seeds, "ir", "compressed_weights").write_bytes(compressed())
    for name, form in MODELS:
        with tempfile.TemporaryDirectory() as folder:
            source = f"{seeds}/convert/{name}.pb"
            subprocess.run([program, "convert", source, "-o", folder, "--state-form", form, "--silent"], check=True)
            model = pathlib.Path(folder, name)
            xml = model.with_suffix(".xml").read_bytes()
            # The mark of the weights would give most mutations away; one seed keeps it.
            if name != "dense":
                xml = re.sub(rb"<\?stepwell-weights.*\?>\n", b"", xml)
            seed = xml + PART_MARK + model.with_suffix(".bin").read_bytes()
            pathlib.Path(seeds, "ir", f"own_{name}_{form}").write_bytes(seed)


main(*sys.argv[1:])
