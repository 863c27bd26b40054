"""Contestants as the main program sees them: each measured by request, in interleaved rounds, failures kept as rows."""
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent


class Failed(Exception):
    """Why a contestant has no figure."""


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


class Worker:
    """A peer in a process of its own (worker.py)."""

    def __init__(self, module, name, spec, patience=240):
        self.log = tempfile.TemporaryFile("w+")
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
            json.dump(spec, file)
        command = [sys.executable, "-W", "ignore", str(HERE / "worker.py"), module, name, file.name]
        self.process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)
        try:
            self._read()
        finally:
            Path(file.name).unlink()

    def ask(self, action, **arguments):
        try:
            print(json.dumps({"do": action, **arguments}), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            raise Failed("its process has ended") from None
        return self._read()

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"its process ended with {self.process.wait()}: {self._last_words()}")
        reply = json.loads(line)
        if "error" in reply:
            raise Failed(reply["error"])
        return reply["result"]

    def _last_words(self):
        self.log.seek(0)
        lines = [line.strip() for line in self.log if line.strip()]
        return lines[-1][:200] if lines else "without a word"

    def measure(self, calls):
        return statistics.median(self.ask("time", calls=calls))

    def stop(self):
        self.process.kill()
        self.process.wait()


class Stepwell:
    """`stepwell bench`, one process a round; its start is not measured. notes: what else it reported last."""

    def __init__(self, program, arguments, warm_up=3):
        self.command = [program, "bench", *arguments, "--json", "--warm-up", str(warm_up)]
        self.notes = {}

    def measure(self, calls):
        self.notes = run_json([*self.command, "--repeat", str(calls)])
        return self.notes["p50_ms"]

    def stop(self):
        pass


def run_json(command, timeout=600):
    """The JSON that a command prints; Failed with its last line if it fails."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise Failed(f"more than {timeout} s") from None
    if result.returncode:
        lines = result.stderr.strip().splitlines() or [f"exit code {result.returncode}"]
        raise Failed(lines[-1][:300])
    return json.loads(result.stdout)


class Entry:
    """One row of a comparison. make() starts the contestant; values are its rounds' figures, failed says why none.

    once: it takes part in the first round only.
    """

    def __init__(self, name, make, once=False):
        self.name, self.make, self.once = name, make, once
        self.values, self.failed, self.contestant, self.notes = [], None, None, {}

    def attempt(self, action):
        """Runs action(); a failure ends the entry's part in the contest."""
        if self.failed:
            return None
        try:
            return action()
        except (Failed, OSError, KeyError, ValueError) as error:
            self.failed = str(error) or type(error).__name__
            say(f"  {self.name}: left out: {self.failed[:160]}")
            self.stop()
            return None

    def start(self):
        def go():
            if self.contestant is None:
                self.contestant = self.make()
        self.attempt(go)

    def measure(self, calls):
        value = self.attempt(lambda: self.contestant.measure(calls))
        if value is not None:
            self.values.append(value)
            self.notes = getattr(self.contestant, "notes", {}) or self.notes

    def stop(self):
        if self.contestant is not None:
            self.contestant.stop()
        self.contestant = None

    def row(self):
        return {"name": self.name, "values": self.values, "failed": self.failed}


def contest(entries, rounds, calls, one_at_a_time=False):
    """Measures every entry once a round, in turn. one_at_a_time: its process ends before the next one starts."""
    if not one_at_a_time:
        for entry in entries:
            say(f"  starting {entry.name}")
            entry.start()
    for number in range(rounds):
        for entry in entries:
            if entry.once and number:
                continue
            entry.start()
            entry.measure(calls)
            if one_at_a_time:
                say(f"  {entry.name}: {entry.values[-1:]}")
                entry.stop()
        say(f"  round {number + 1} of {rounds}")
    for entry in entries:
        entry.stop()
    return entries
