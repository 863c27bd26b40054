"""What the machine gives: its description, and how fast it reads memory."""
import os
import platform
import threading
import time


class Memory:
    """Reading speed of memory in GB/s by several threads, each over its own part of an array (OpenBLAS's dot product)."""

    def __init__(self, spec):
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        import numpy as np
        elements = spec["megabytes"] * 2**20 // 4 // spec["threads"]
        self.parts = [np.ones(elements, np.float32) for _ in range(spec["threads"])]

    def gigabytes_a_second(self, seconds=0.25):
        counts, started = [0] * len(self.parts), threading.Barrier(len(self.parts) + 1)
        stop = threading.Event()

        def read(number):
            started.wait()
            while not stop.is_set():
                self.parts[number].dot(self.parts[number])
                counts[number] += 1

        readers = [threading.Thread(target=read, args=(number,)) for number in range(len(self.parts))]
        for reader in readers:
            reader.start()
        started.wait()
        start = time.perf_counter()
        time.sleep(seconds)
        stop.set()
        for reader in readers:
            reader.join()
        return sum(counts) * self.parts[0].nbytes / (time.perf_counter() - start) / 1e9


def processor():
    with open("/proc/cpuinfo") as file:
        lines = dict(line.split(":", 1) for line in file if ":" in line)
    fields = {key.strip(): value.strip() for key, value in lines.items()}
    kinds = [kind for kind in ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8") if kind in fields.get("flags", "")]
    return f"{os.cpu_count()} × {fields.get('model name', platform.machine())} ({', '.join(kinds)})"


def load():
    """Processes that wanted to run, over the last minute."""
    return os.getloadavg()[0]
