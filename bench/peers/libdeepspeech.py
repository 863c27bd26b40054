"""libdeepspeech 0.9.x driven through its C API (native_client/deepspeech.h), and the shared library from its wheel."""
import ctypes
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np

SAMPLE_RATE = 16000


def library(folder, version="0.9.3"):
    """Path of libdeepspeech.so, downloaded from PyPI where it is not there yet: a wheel for Python 3.9, unpacked."""
    path = Path(folder, "deepspeech", "lib", "libdeepspeech.so")
    if not path.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", f"deepspeech=={version}", "--no-deps",
                        "--only-binary=:all:", "--python-version", "3.9", "--platform", "manylinux1_x86_64",
                        "--dest", str(folder)], check=True, stdout=sys.stderr)
        with zipfile.ZipFile(next(Path(folder).glob("deepspeech-*.whl"))) as wheel:
            wheel.extractall(folder)
    return str(path)


def declared(path):
    """The functions used here, with their types."""
    library = ctypes.CDLL(path)
    pointer, pointer_to_it = ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p)
    library.DS_CreateModel.argtypes = [ctypes.c_char_p, pointer_to_it]
    library.DS_CreateStream.argtypes = [pointer, pointer_to_it]
    library.DS_FeedAudioContent.argtypes, library.DS_FeedAudioContent.restype = [pointer, pointer, ctypes.c_uint], None
    library.DS_FreeStream.argtypes, library.DS_FreeStream.restype = [pointer], None
    library.DS_SetModelBeamWidth.argtypes = [pointer, ctypes.c_uint]
    return library


class Model:
    def __init__(self, path, graph, beam=1):
        self.library, self.model = declared(path), ctypes.c_void_p()
        if code := self.library.DS_CreateModel(os.fsencode(graph), ctypes.byref(self.model)):
            raise RuntimeError(f"DS_CreateModel({graph}) gives {code:#x}")
        self.library.DS_SetModelBeamWidth(self.model, beam)

    def stream(self):
        stream = ctypes.c_void_p()
        if code := self.library.DS_CreateStream(self.model, ctypes.byref(stream)):
            raise RuntimeError(f"DS_CreateStream gives {code:#x}")
        return stream

    def feed(self, stream, samples):
        """samples: int16, contiguous."""
        self.library.DS_FeedAudioContent(stream, samples.ctypes.data, samples.size)

    def free(self, stream):
        self.library.DS_FreeStream(stream)


def speechlike(seconds):
    """A voiced signal, int16."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * np.cumsum(120 + 30 * np.sin(2 * np.pi * 0.7 * time)) / SAMPLE_RATE
    voice = sum(np.sin(harmonic * phase) / harmonic for harmonic in range(1, 25))
    return (np.clip(voice / 4, -1, 1) * 20000).astype(np.int16)
