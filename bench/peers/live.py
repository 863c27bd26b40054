"""The most live streams that a peer holds within a deadline, model alone.

N streams speak at once, each with its own phase; every 20 ms the last sample that a row of logits needs arrives, and the
row's latency counts from there. Two ways to serve them, each as well as can be written by hand:

- in one batch: every frames × 20 ms a call takes that many frames of all streams; their states stay in one array;
- one after another: a stream's call is made when its frames are complete, in order of completion, by as many workers
  as there are threads or by one that uses all threads.

The search estimates from the time of a call which N could be held for each number of frames a call, and lets about that
many streams speak in real time, until more fail and fewer pass.
"""
import bisect
import statistics
import threading
import time

import numpy as np

FRAME = 0.020
STEP = 1.06  # between two numbers of streams that are tried in real time
WARM_UP = 3
LAG = 1.0    # seconds behind which there is no hope


def summary(latencies):
    ms = 1e3 * np.concatenate([np.ravel(part) for part in latencies])
    return {"p50": float(np.percentile(ms, 50)), "p99": float(np.percentile(ms, 99))}


def sleep_until(moment):
    while (left := moment - time.perf_counter()) > 0:
        time.sleep(left if left > 0.002 else 0)


def speak_in_batch(step, streams, frames, seconds):
    """step() serves all streams. Latencies of all rows."""
    period = frames * FRAME
    phases = np.random.RandomState(7).uniform(0, FRAME, streams)
    waits = phases[:, None] + FRAME * np.arange(frames)  # of the rows that came in the period before the call
    start, latencies = time.perf_counter() + 0.01, []
    for call in range(round(seconds / period)):
        due = start + call * period
        sleep_until(due)
        step()
        late = time.perf_counter() - due
        latencies.append(waits + late)
        if late > LAG:
            break
    return latencies


def speak_in_turn(call, streams, frames, seconds, workers):
    """call(stream) serves one stream. Each worker has its own streams. Latencies of all rows."""
    period, periods = frames * FRAME, round(seconds / (frames * FRAME))
    phases = np.random.RandomState(7).uniform(0, period, streams)
    waits = FRAME * np.arange(frames)
    start, latencies = time.perf_counter() + 0.01, [[] for _ in range(workers)]

    def work(worker):
        mine = sorted(range(worker, streams, workers), key=lambda stream: phases[stream])
        for number in range(periods):
            for stream in mine:
                due = start + number * period + phases[stream]
                sleep_until(due)
                call(stream)
                late = time.perf_counter() - due
                latencies[worker].append(waits + late)
                if late > LAG:
                    return

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(latencies, [])


class InBatch:
    """A peer with batch(streams, frames) -> step. Mixed into its class."""

    def speak(self, streams, frames, seconds):
        step = self.batch(streams, frames)
        for _ in range(WARM_UP):
            step()
        return speak_in_batch(step, streams, frames, seconds)

    def holds(self, streams, frames, limit):
        """Whether a call takes at most `limit` seconds."""
        step = self.batch(streams, frames)
        times = []
        for _ in range(4):
            start = time.perf_counter()
            step()
            times.append(time.perf_counter() - start)
        return statistics.median(times[1:]) <= limit

    def estimate(self, frames, deadline, most):
        """The most streams whose call ends in time for the next one and for the deadline, within a tenth."""
        limit = min(frames * FRAME, deadline - frames * FRAME)
        if limit <= 0:
            return 0
        sizes = sorted({round(1.1**power) for power in range(200) if 1.1**power <= most})
        return sizes[max(0, bisect.bisect_left(sizes, True, key=lambda size: not self.holds(size, frames, limit)) - 1)]


class InTurn:
    """A peer with call_for(stream), prepare(streams, frames) and `workers`. Mixed into its class."""

    def speak(self, streams, frames, seconds):
        self.prepare(streams, frames)
        for stream in range(min(WARM_UP, streams)):
            self.call_for(stream)
        return speak_in_turn(self.call_for, streams, frames, seconds, self.workers)

    def estimate(self, frames, deadline, most):
        self.prepare(1, frames)
        times = []
        for _ in range(6):
            start = time.perf_counter()
            self.call_for(0)
            times.append(time.perf_counter() - start)
        time_of_call = statistics.median(times[1:])
        if time_of_call > deadline - (frames - 1) * FRAME:
            return 0
        return min(most, max(1, int(self.workers * frames * FRAME / time_of_call)))


def search(peer, deadline, frames, estimate, seconds, most, tries):
    """{"streams", "frames", "p50", "p99"} (ms) of the most that passed, of at most `tries` numbers let speak."""
    best, passed, failed = {"streams": 0, "frames": frames}, 0, most + 1
    streams = max(1, round(estimate / STEP))
    for _ in range(tries):
        result = summary(peer.speak(streams, frames, seconds))
        if result["p99"] <= 1e3 * deadline:
            passed, best = streams, {"streams": streams, "frames": frames, **result}
            streams = min(failed - 1, max(streams + 1, round(streams * STEP)))
        else:
            failed = streams
            streams = max(passed + 1, min(streams - 1, round(streams / STEP)))
        if not passed < streams < failed:
            break
    return best


def most_streams(peer, deadline, choices, seconds, most, tries):
    """The best that search() finds with the two numbers of frames a call that promise most."""
    estimates = {frames: peer.estimate(frames, deadline, most) for frames in choices}
    promising = sorted((frames for frames in choices if estimates[frames]), key=estimates.get)[-2:]
    if not promising:
        return {"streams": 0, "frames": choices[0], "estimates": estimates}
    found = [search(peer, deadline, frames, estimates[frames], seconds, most, tries) for frames in promising]
    return {**max(found, key=lambda result: result["streams"]), "estimates": estimates}


class Live:
    """What a worker answers for streams."""

    def most(self, **limits):
        return most_streams(self, **limits)
