"""The parts of a run, by the name that --models takes: each yields its tables."""
import numpy as np

from audio import calls_of
from frozen import Network
from full_size import ROOT
from libdeepspeech import library
from others import plain_table
from speech import Speech, call_table, error_table
from streams import streams_table
from words import Words, word_table
from words import error_table as word_error_table
from zeros import shares

TRAINED = ROOT / "models" / "deepspeech" / "trained"
PUBLISHED_TFLITE = ("TFLite, the published graph",)  # its row stands in the first table
LM_KJV = ROOT / "models" / "lm_1b" / "kjv"


def attempt_library(models):
    """Where libdeepspeech.so is; where it cannot be had, its row says so."""
    try:
        return library(models.folder / "libdeepspeech")
    except Exception as error:
        return f"(no wheel: {error})"


def exports(models, *steps, cells=2048):
    """libdeepspeech takes as many frames a call as the graph it is given says."""
    for frames in steps:
        models.deepspeech(frames, cells)
    return str(models.folder / f"deepspeech-{cells}")


def random_windows(calls, frames, seed=5):
    """Frames in a row as a stream has them: each window overlaps the one before."""
    features = np.random.RandomState(seed).standard_normal((calls * frames + 18, 26)).astype(np.float32)
    windows = np.stack([features[at:at + 19] for at in range(calls * frames)])
    return windows.reshape(calls, 1, frames, 19, 26)


def deepspeech(options, models):
    library_path, folder = attempt_library(models), exports(models, 16, 1)
    plain = Speech(options, models.deepspeech(), models.folder / "ir" / "deepspeech", folder, library_path)
    note = "2048 cells, 189 MB of fp32 weights, batch 1, state fed back."
    title = "DeepSpeech, one stream, 16 frames (0.32 s) a call"
    yield call_table(plain, 16, title, note, options.calls)
    frozen, zeros = models.deepspeech_with_zeros()
    sparse = Speech(options, frozen, models.folder / "ir" / "deepspeech-zeros", folder, library_path)
    yield call_table(sparse, 1, "DeepSpeech, one stream, one frame a call",
                     f"{note} Exact zeros after layers 1, 2, 3, 5: {percents(zeros)}.", 2 * options.calls, PUBLISHED_TFLITE)
    yield error_table(plain, "Error against the runtime's own fp32: random weights, 2048 cells", random_windows(8, 16))
    yield trained_table(options, models)


def streams(options, models):
    folder = exports(models, 1, 2, 4)
    speech = Speech(options, models.deepspeech(), models.folder / "ir" / "deepspeech", folder, attempt_library(models))
    whole = Speech(options, models.deepspeech(), models.folder / "ir" / "deepspeech-whole", outputs=())
    yield streams_table(speech, whole, ("fp32", "bf16", "int8", "int4"))


def trained_table(options, models):
    trained = Speech(options, str(TRAINED / "output_graph.pb"), models.folder / "ir" / "trained")
    windows = calls_of(sorted((TRAINED / "wavs").glob("*.wav")), 16)
    network = Network(trained.model["frozen"])
    zeros = shares(network, windows.reshape(-1, 1, network.window))
    title = "Error against the runtime's own fp32: the trained model, 192 cells"
    return error_table(trained, title, windows, f"Its six recordings; exact zeros after layers 1, 2, 3, 5: {percents(zeros)}.")


def percents(zeros):
    return ", ".join(f"{100 * share:.0f} %" for share in zeros.values())


def lm_1b(options, models):
    trained = Words(options, LM_KJV, models.folder / "ir" / "lm_1b-trained")
    words = Words(options, models.lm_1b(), models.folder / "ir" / "lm_1b")
    yield word_table(words)
    title = "lm_1b: error of the logits, the trained model (384 cells, 4,990 words)"
    yield word_error_table(trained, title, words_of(LM_KJV / "recorded" / "s0"))


def words_of(folder):
    """Characters [words, 50] of a recorded sentence."""
    return np.load(folder / "char_inputs.npy").reshape(-1, 50).astype(np.int32)


def bert(options, models):
    cut = "--input Placeholder{i32},Placeholder_1{i32},Placeholder_2{i32} --output bert/pooler/dense/Tanh"
    yield plain_table(options, "BERT-Base, 128 tokens", "Batch 1, fp32 weights.", models.bert(), models.folder / "ir" / "bert",
                      *cut.split())


def resnet(options, models):
    yield plain_table(options, "ResNet-152, 224 × 224", "Batch 1, fp32 weights.", models.resnet(),
                      models.folder / "ir" / "resnet")


def small(options, models):
    frozen = str(ROOT / "models" / "deepspeech" / "0.9.3-64" / "output_graph.pb")
    exports(models, 1, cells=64)
    speech = Speech(options, frozen, models.folder / "ir" / "deepspeech-64", str(models.folder / "deepspeech-64"),
                    attempt_library(models))
    note = "64 cells, 0.3 MB of fp32 weights, batch 1, state fed back: what a call costs beside its arithmetic (peers: Python's call included)."
    yield call_table(speech, 1, "DeepSpeech of 64 cells, one frame a call", note, 50 * options.calls, PUBLISHED_TFLITE)


SECTIONS = {"deepspeech": deepspeech, "streams": streams, "lm_1b": lm_1b, "bert": bert, "resnet": resnet, "small": small}
