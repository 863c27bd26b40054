"""Writes the seeds of the target `ir` that Stepwell itself converts from those of `convert`.

    python3 fuzz/make_ir_seeds.py build/release/stepwell fuzz/seeds
"""
import pathlib
import re
import subprocess
import sys
import tempfile

PART_MARK = b"\n\0STEPWELL-PART\0\n"  # fuzz/support/parts.h
MODELS = [(name, "explicit") for name in ("cell", "convolution", "dense", "shapes", "state")] + [("state", "readvalue")]


def main(program, seeds):
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
