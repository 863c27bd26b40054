"""Features of recordings as DeepSpeech 0.6 and later computes them: windows of 32 ms every 20 ms, 26 MFCCs."""
import wave

import numpy as np

CONTEXT = 9


def samples(path):
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 2**15


def mfccs(signal, rate=16000):
    import tensorflow as tf
    spectrum = tf.raw_ops.AudioSpectrogram(input=signal[:, None], window_size=512, stride=320, magnitude_squared=True)
    features = tf.raw_ops.Mfcc(spectrogram=spectrum, sample_rate=rate, dct_coefficient_count=26, upper_frequency_limit=rate / 2)
    return features.numpy()[0]


def windows_of(features):
    """[frames, 19, 26]: each frame with its context, zeros beyond the ends."""
    padded = np.pad(features, ((CONTEXT, CONTEXT), (0, 0)))
    return np.stack([padded[at:at + 2 * CONTEXT + 1] for at in range(len(features))]).astype(np.float32)


def calls_of(recordings, frames):
    """All recordings after one another as whole calls [calls, 1, frames, 19, 26]."""
    windows = np.concatenate([windows_of(mfccs(samples(path))) for path in recordings])
    calls = len(windows) // frames
    return windows[:calls * frames].reshape(calls, 1, frames, 2 * CONTEXT + 1, 26)
