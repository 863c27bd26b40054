"""What DeepSpeech's own client makes of the trained model's recordings, for tests of the decoders.

record_deepspeech_decoding.py LIBDEEPSPEECH.so [OUT]   (TensorFlow and NumPy needed)

For each ../deepspeech/trained/wavs/*.wav, in OUT/NAME/:
  probs.npy            [frames, 29] float32: the frozen graph run by TensorFlow as the client runs it
  libdeepspeech.json   what libdeepspeech 0.9.3 decodes (beam 500, no scorer): its three best transcripts, each with
                       text, confidence and the frame of every letter
LIBDEEPSPEECH.so is deepspeech/lib/libdeepspeech.so of the wheel deepspeech 0.9.3 (cp37m, manylinux1) on PyPI.
"""
import ctypes as C
import glob
import json
import os
import sys
import wave

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'
import numpy as np
import tensorflow
from libds import Model

tf = tensorflow.compat.v1
HERE = os.path.dirname(os.path.abspath(__file__))
TRAINED = os.path.join(HERE, '../deepspeech/trained')


class Token(C.Structure):
    _fields_ = [('text', C.c_char_p), ('timestep', C.c_uint), ('start_time', C.c_float)]


class Candidate(C.Structure):
    _fields_ = [('tokens', C.POINTER(Token)), ('num_tokens', C.c_uint), ('confidence', C.c_double)]


class Metadata(C.Structure):
    _fields_ = [('transcripts', C.POINTER(Candidate)), ('num_transcripts', C.c_uint)]


class Network:
    def __init__(self, path):
        definition = tf.GraphDef()
        definition.ParseFromString(open(path, 'rb').read())
        graph = tf.Graph()
        with graph.as_default():
            tf.import_graph_def(definition, name='')
        self.session = tf.Session(graph=graph)
        state = [node for node in definition.node if node.name == 'previous_state_c'][0]
        self.cells = state.attr['shape'].shape.dim[1].size

    def probs(self, pcm):
        audio = pcm.astype(np.float32) / 32768
        count = (len(audio) - 512) // 320 + 2  # the client always adds one zero-padded window
        audio = np.concatenate([audio, np.zeros(512 + (count - 1) * 320 - len(audio), np.float32)])
        mfccs = np.concatenate([self.session.run('mfccs:0', {'input_samples:0': audio[i * 320:i * 320 + 512]})
                                for i in range(count)])
        padded = np.pad(mfccs, ((9, 9), (0, 0)))
        windows = np.stack([padded[i:i + 19] for i in range(count)])
        c = h = np.zeros((1, self.cells), np.float32)
        rows = []
        for i in range(0, count, 16):
            part = windows[i:i + 16]
            batch = np.zeros((1, 16, 19, 26), np.float32)
            batch[0, :len(part)] = part
            y, c, h = self.session.run(['logits:0', 'new_state_c:0', 'new_state_h:0'],
                                       {'input_node:0': batch, 'input_lengths:0': [len(part)],
                                        'previous_state_c:0': c, 'previous_state_h:0': h})
            rows.append(y[:len(part), 0])
        return np.concatenate(rows)


def client_transcripts(model, pcm, count):
    finish = model.L.DS_FinishStreamWithMetadata
    finish.argtypes = [C.c_void_p, C.c_uint]
    finish.restype = C.POINTER(Metadata)
    stream = model.stream()
    model.feed(stream, pcm)
    metadata = finish(stream, count).contents
    found = []
    for candidate in metadata.transcripts[:metadata.num_transcripts]:
        tokens = candidate.tokens[:candidate.num_tokens]
        found.append(dict(text=''.join(token.text.decode() for token in tokens), confidence=candidate.confidence,
                          frames=[token.timestep for token in tokens]))
    return found


def main():
    library, out = sys.argv[1], (sys.argv[2:] or [os.path.join(HERE, '../deepspeech/recorded/decoding')])[0]
    network = Network(TRAINED + '/output_graph.pb')
    model = Model(library, TRAINED + '/output_graph.pbmm')
    for path in sorted(glob.glob(TRAINED + '/wavs/*.wav')):
        audio = wave.open(path)
        pcm = np.frombuffer(audio.readframes(audio.getnframes()), np.int16)
        folder = os.path.join(out, os.path.basename(path)[:-4])
        os.makedirs(folder, exist_ok=True)
        probs = network.probs(pcm)
        np.save(folder + '/probs.npy', probs.astype(np.float32))
        transcripts = client_transcripts(model, pcm, 3)
        with open(folder + '/libdeepspeech.json', 'w') as file:
            json.dump(transcripts, file, indent=1)
            file.write('\n')
        print(path, probs.shape, transcripts[0])


if __name__ == '__main__':
    main()
