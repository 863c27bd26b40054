"""The tables of models without a story of their own: BERT-Base, ResNet-152, and a DeepSpeech of 64 cells."""
from contest import Entry, Stepwell, Worker, contest, say
from full_size import converted
from report import table

OPENVINO = {"OpenVINO, fp32": "f32", "OpenVINO, its default precision": "default"}


def plain_table(options, title, note, source, folder, *flags):
    """One call at the sizes of the source: ours and OpenVINO's."""
    say(title)
    model = converted(options.stepwell, source, folder, *flags)
    spec = {**model, "threads": options.threads}
    arguments = [model["ir"], "--threads", str(options.threads)]
    entries = [Entry("Stepwell, fp32", lambda: Stepwell(options.stepwell, arguments, warm_up=5))]
    for name, variant in OPENVINO.items():
        entries.append(Entry(name, lambda variant=variant: Worker("plain", "OpenVino", {**spec, "variant": variant})))
    contest(entries, options.rounds, options.calls)
    note = f"{note} {options.rounds} interleaved rounds of {options.calls} calls."
    return table(title, "ms a call", note, [entry.row() for entry in entries], "Stepwell, fp32")
