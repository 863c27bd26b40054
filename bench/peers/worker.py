"""One peer in a process of its own, so that no runtime's threads disturb another's.

    worker.py PEER MODEL.json THREADS FRAMES BATCH

Reads numbers of calls from the standard input, a line each; answers each with the median of the calls in milliseconds.
"""
import json
import statistics
import sys
import time

from peers import PEERS

WARM_UP = 3


def main():
    name, model, *sizes = sys.argv[1:]
    make, variant = PEERS[name]
    with open(model) as file:
        peer = make(json.load(file), *(int(size) for size in sizes), variant)
    print("ready", flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(WARM_UP + int(line)):
            start = time.perf_counter()
            peer.call()
            times.append(1e3 * (time.perf_counter() - start))
        print(statistics.median(times[WARM_UP:]), flush=True)


if __name__ == "__main__":
    main()
