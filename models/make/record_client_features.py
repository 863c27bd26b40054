"""The features that DeepSpeech 0.3.0's client computes outside the graph, by python_speech_features 0.6 (PyPI).

record_client_features.py [OUT]   writes OUT/NAME.npy, float32 [frames, 26], by default in ../deepspeech/recorded/features-0.3.0:
  synthetic   of ../deepspeech/recorded/features-0.8.2/pcm_int16.npy, whose end gives a window of its own
  arctic      of the first 31600 samples of the ARCTIC recording: what is left at their end overlaps the last window
  even        of its first 31760 samples: the window at the end is one that is left out
  short       of its first 100 samples, less than a window
The client pre-emphasises the whole stream, cuts windows of 400 samples every 160, adds what is left at the end as one
more, and uses every second window.
"""
import os
import sys

import numpy as np
from python_speech_features import mfcc, sigproc

HERE = os.path.dirname(os.path.abspath(__file__))
RECORDED = os.path.join(HERE, '../deepspeech/recorded')


def client_features(pcm):
    signal = sigproc.preemphasis(pcm.astype(np.float64), 0.97)
    full = (len(signal) - 400) // 160 + 1 if len(signal) >= 400 else 0
    frames = []
    for i in range(0, full + 1, 2):
        window = signal[160 * i:160 * i + 400]
        frames.append(mfcc(window, 16000, winlen=0.025, winstep=0.01, numcep=26, nfilt=26, nfft=512, lowfreq=0,
                           highfreq=8000, preemph=0, ceplifter=22, appendEnergy=True)[0])
    return np.array(frames)


def main():
    out = (sys.argv[1:] or [RECORDED + '/features-0.3.0'])[0]
    os.makedirs(out, exist_ok=True)
    synthetic = np.load(RECORDED + '/features-0.8.2/pcm_int16.npy').reshape(-1)
    arctic = np.load(RECORDED + '/stream-0.9.3-64-arctic/pcm_int16.npy')
    cases = dict(synthetic=synthetic, arctic=arctic[:31600], even=arctic[:31760], short=arctic[:100])
    for name, pcm in cases.items():
        features = client_features(pcm)
        if name == 'synthetic':  # as the training code computed them, all at once
            whole = mfcc(pcm, samplerate=16000, numcep=26)[::2]
            assert np.allclose(features, whole), np.abs(features - whole).max()
        np.save('%s/%s.npy' % (out, name), features.astype(np.float32))
        print(name, pcm.shape, features.shape, np.abs(features).max())


if __name__ == '__main__':
    main()
