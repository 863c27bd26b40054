"""One contestant in a process of its own, so that no runtime's threads disturb another's.

    worker.py MODULE CLASS SPEC.json

Makes MODULE.CLASS(SPEC) and then answers requests, one JSON object a line: {"do": "time", "calls": 20} calls time(20)
of it, and so on. Each answer is {"result": …} or {"error": "why"}; the first answer says whether it could be made.
"""
import importlib
import json
import os
import sys
import time
import traceback

WARM_UP = 3


def time_calls(contestant, calls):
    """Milliseconds of each call, after a few that are not counted."""
    times = []
    for _ in range(WARM_UP + calls):
        start = time.perf_counter()
        contestant.call()
        times.append(1e3 * (time.perf_counter() - start))
    return times[WARM_UP:]


def answer(stream, request):
    """Answers with what request() gives, or with why it fails."""
    try:
        reply = {"result": request()}
    except Exception as error:  # the run goes on without this contestant
        traceback.print_exc()
        reply = {"error": " ".join(str(error).split())[:300] or type(error).__name__}
    print(json.dumps(reply), file=stream, flush=True)
    return "result" in reply


def main():
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a runtime prints is no answer
    module, name, spec_file = sys.argv[1:]
    made = []

    def make():
        with open(spec_file) as file:
            made.append(getattr(importlib.import_module(module), name)(json.load(file)))

    if not answer(replies, make):
        return
    for line in sys.stdin:
        request = json.loads(line)
        action = request.pop("do")
        if action == "time":
            answer(replies, lambda: time_calls(made[0], **request))
        else:
            answer(replies, lambda: getattr(made[0], action)(**request))


if __name__ == "__main__":
    main()
