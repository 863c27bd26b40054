"""The models to measure, made at their published sizes with seeded random weights where they are not there yet."""
import json
import shutil
import subprocess
import sys
from pathlib import Path

from contest import run_json, say

ROOT = Path(__file__).resolve().parents[2]
MAKE = ROOT / "models" / "make"


def script(name, *arguments):
    say(f"  making {arguments[-1]} ({name})")
    subprocess.run([sys.executable, str(MAKE / name), *map(str, arguments)], check=True, stdout=sys.stderr,
                   stderr=subprocess.DEVNULL)


class Models:
    """What the folder holds; missing parts are made. One folder for each model; a link to one elsewhere serves, too."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)

    def made(self, path, name, *arguments):
        path = self.folder / path
        if not path.exists():
            script(name, *arguments, "--out", path.parent)
        return str(path)

    def deepspeech(self, steps=16, cells=2048):
        """A frozen graph of 0.9.3 that takes `steps` frames a call, and .pbmm beside it."""
        folder = f"deepspeech-{cells}/{steps}"
        size = ("--version", "0.9.3", "--hidden", cells, "--steps", steps)
        return self.made(f"{folder}/output_graph.pb", "make_deepspeech.py", *size, "--pbmm")

    def deepspeech_with_zeros(self):
        import zeros
        path = self.folder / "deepspeech-zeros" / "output_graph.pb"
        shares = path.with_name("shares.json")
        if not shares.exists():
            path.parent.mkdir(exist_ok=True)
            say("  giving DeepSpeech the trained model's shares of zeros")
            shares.write_text(json.dumps(zeros.with_trained_shares(self.deepspeech(), str(path))))
        return str(path), json.loads(shares.read_text())

    def lm_1b(self):
        return str(Path(self.made("lm_1b/graph-2016-09-10.pbtxt", "make_lm1b.py", "--preset", "full")).parent)

    def bert(self):
        return self.made("bert/bert_model.ckpt.meta", "make_bert.py", "meta", "--size", "base", "--seq", 128, "--batch", 1)

    def resnet(self):
        return self.made("resnet/imagenet_resnet152.ckpt.meta", "make_resnet.py")


def is_current(result, *sources):
    """Whether the file is there and newer than what it was made of."""
    result = Path(result)
    return result.exists() and all(result.stat().st_mtime > Path(source).stat().st_mtime for source in sources)


def converted(program, source, folder, *flags):
    """Our IR of a source and what `info` says of it; `folder` is where the peers keep what they make of the source."""
    folder, twins = Path(folder), Path(str(folder) + "-twins")
    twins.mkdir(parents=True, exist_ok=True)
    xml = folder / "model.xml"
    if not is_current(xml, source, program):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        say(f"  converting {source}")
        subprocess.run([program, "convert", source, *flags, "--output_dir", str(folder), "--model_name", "model", "--silent"],
                       check=True, stdout=sys.stderr)
    return {"ir": str(xml), "folder": str(twins), "info": run_json([program, "info", str(xml), "--json"])}


def quantized(program, ir, weights, *flags):
    """The file that `stepwell quantize` makes of an IR, beside it; what it reported is in the .json beside that."""
    path = Path(ir).with_name("-".join((weights, *flags)) + ".xml")
    if not is_current(path, ir, program):
        say(f"  quantize --weights {weights}")
        report = run_json([program, "quantize", ir, "-o", str(path), "--weights", weights, *flags, "--json"], timeout=900)
        path.with_suffix(".json").write_text(json.dumps(report))
    return str(path)
