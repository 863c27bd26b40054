#!/usr/bin/env python3
"""Draws the roofline of the dense product and of the LSTM, and what a stream costs by batch, from a run of the kernels'
benchmarks:

  cmake --preset release -DSTEPWELL_BUILD_BENCH=ON && cmake --build build/release --target stepwell_kernels_bench
  build/release/folders/kernels/stepwell_kernels_bench --benchmark_filter='BenchMultiply|BenchLstm' \\
      --benchmark_repetitions=3 --benchmark_out=build/kernels.json
  bench/roofline.py build/kernels.json docs/images

writes roofline.svg and cost_per_stream.svg. Nothing but Python is needed. The roofs are the medians of what the
benchmarks measured beside themselves."""
import argparse
import collections
import json
import math
import pathlib
import statistics

COLOURS = {"fp32": "#1f4e79", "bf16": "#2e8b57", "int8": "#c0392b", "int4": "#8e44ad", "int8 x int8": "#e08214",
           "int4 x int8": "#d63384"}
PANELS = {  # benchmark -> title, the arguments that a point must have, the one that is the batch
    "BenchMultiply": ("Dense layer, 2048 to 8192", {"inputs": 2048, "outputs": 8192, "zeros": 0, "threads": 2}, "rows"),
    "BenchLstm": ("LSTM, 2048 cells, 16 frames a call",
                  {"inputs": 2048, "cells": 2048, "projection": 0, "frames": 16, "threads": 2}, "batch"),
}
WIDTH, HEIGHT, LEFT, TOP, GAP = 430, 330, 66, 58, 104

Point = collections.namedtuple("Point", "batch intensity gflops microseconds")


def read_points(path):
    """benchmark -> weights' format -> points by batch, of repetitions the fastest; and the machine's figures."""
    series = {name: collections.defaultdict(dict) for name in PANELS}
    machine = collections.defaultdict(list)
    for run in json.loads(path.read_text())["benchmarks"]:
        name, *arguments = run["name"].split("/")
        values = {key: int(value) for key, _, value in (a.partition(":") for a in arguments) if value}
        if name not in PANELS or run.get("run_type") == "aggregate":
            continue
        _, wanted, batch = PANELS[name]
        if any(values.get(key) != value for key, value in wanted.items()):
            continue
        for key in ("machine_GB/s", "machine_cache_GB/s", "machine_GFLOP/s"):
            machine[key].append(run[key])
        assert run["time_unit"] == "us", "the benchmarks report microseconds"
        point = Point(values[batch], run["FLOP/B"], run["GFLOP/s"], run["real_time"])
        known = series[name][run["label"]].setdefault(point.batch, point)
        if point.microseconds < known.microseconds:
            series[name][run["label"]][point.batch] = point
    if not machine:
        raise SystemExit(f"{path} has no points of {' or '.join(PANELS)}; see --help for the command that makes them")
    return ({name: {label: sorted(points.values()) for label, points in kinds.items()}
             for name, kinds in series.items()},
            {key: statistics.median(values) for key, values in machine.items()})


class Axis:
    """A logarithmic scale between two powers of ten, on `length` pixels from `start` on."""

    def __init__(self, values, start, length):
        self.low, self.high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) + 1e-9)
        self.start, self.length = start, length

    def at(self, value):
        return self.start + self.length * (math.log10(value) - self.low) / (self.high - self.low)

    def ticks(self):
        return [10.0 ** power for power in range(self.low, self.high + 1)]


class Panel:
    def __init__(self, left, title, x_label, y_label, xs, ys):
        self.x, self.y = Axis(xs, left, WIDTH), Axis(ys, TOP + HEIGHT, -HEIGHT)
        self.parts = [f'<rect x="{left}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#999"/>']
        self.text(left + WIDTH / 2, TOP - 34, title, "middle", "bold")
        self.text(left + WIDTH / 2, TOP + HEIGHT + 36, x_label, "middle")
        self.parts.append(f'<text transform="translate({left - 46} {TOP + HEIGHT / 2}) rotate(-90)" '
                          f'text-anchor="middle">{y_label}</text>')
        for tick in self.x.ticks():
            self.line([(self.x.at(tick), TOP), (self.x.at(tick), TOP + HEIGHT)], "#e4e4e4", 1)
            self.text(self.x.at(tick), TOP + HEIGHT + 16, f"{tick:g}", "middle")
        for tick in self.y.ticks():
            self.line([(left, self.y.at(tick)), (left + WIDTH, self.y.at(tick))], "#e4e4e4", 1)
            self.text(left - 6, self.y.at(tick) + 4, f"{tick:g}", "end")

    def text(self, x, y, text, anchor="start", weight="normal", colour="#222"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" '
                          f'fill="{colour}">{text}</text>')

    def line(self, points, colour, width, dashes=""):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" '
                          f'stroke-dasharray="{dashes}"/>')

    def roof(self, gigabytes, gflops, name, dashes):
        ridge = gflops / gigabytes
        low, high = 10.0 ** self.x.low, 10.0 ** self.x.high
        corners = [(low, low * gigabytes), (ridge, gflops), (high, gflops)]
        bottom = 10.0 ** self.y.low
        if corners[0][1] < bottom:
            corners[0] = (bottom / gigabytes, bottom)
        self.line([(self.x.at(x), self.y.at(y)) for x, y in corners], "#444", 1.5, dashes)
        at = math.sqrt(corners[0][0] * ridge)
        slope = -math.degrees(math.atan(HEIGHT / (self.y.high - self.y.low) / (WIDTH / (self.x.high - self.x.low))))
        self.parts.append(f'<text transform="translate({self.x.at(at):.1f} {self.y.at(at * gigabytes) - 5:.1f}) '
                          f'rotate({slope:.1f})" text-anchor="middle" font-size="11">{name}, {gigabytes:.0f} GB/s</text>')

    def series(self, label, points):
        """Each point is (x, y, what the mouse tells)."""
        colour = COLOURS.get(label, "#555")
        self.line([(self.x.at(x), self.y.at(y)) for x, y, _ in points], colour, 1)
        for x, y, told in points:
            self.parts.append(f'<circle cx="{self.x.at(x):.1f}" cy="{self.y.at(y):.1f}" r="3.5" fill="{colour}">'
                              f"<title>{label}, {told}</title></circle>")

    def legend(self, labels):
        for place, label in enumerate(labels):
            x = self.x.start + 4 + place * (WIDTH + 40) / 6
            self.parts.append(f'<circle cx="{x:.1f}" cy="{TOP - 12}" r="4" fill="{COLOURS.get(label, "#555")}"/>')
            self.text(x + 7, TOP - 8, label.replace(" x ", " × "))


def write_svg(path, panels):
    width, height = LEFT + len(panels) * (WIDTH + GAP), TOP + HEIGHT + 52
    body = "\n".join(part for panel in panels for part in panel.parts)
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-size="12" '
                    f'font-family="sans-serif">\n<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n')
    print(path)


def roofline(series, machine):
    panels = []
    peak = machine["machine_GFLOP/s"]
    everything = [point for kinds in series.values() for points in kinds.values() for point in points]
    xs, ys = [p.intensity for p in everything], [p.gflops for p in everything] + [peak]
    for place, (name, kinds) in enumerate(item for item in series.items() if item[1]):
        panel = Panel(LEFT + place * (WIDTH + GAP), PANELS[name][0], "operations per byte of weights and activations",
                      "GFLOP/s", xs, ys)
        panel.roof(machine["machine_GB/s"], peak, "memory", "")
        panel.roof(machine["machine_cache_GB/s"], peak, "shared cache", "5 4")
        panel.text(panel.x.start + 6, panel.y.at(peak) - 5, f"fp32 multiply-adds, {peak:.0f} GFLOP/s")
        for label, points in kinds.items():
            panel.series(label, [(p.intensity, p.gflops, f"batch {p.batch}: {p.gflops:.0f} GFLOP/s") for p in points])
        panel.legend(kinds)
        panels.append(panel)
    return panels


def cost_per_stream(series):
    panels = []
    for place, (name, kinds) in enumerate(item for item in series.items() if item[1]):
        costs = {label: [(p.batch, p.microseconds / p.batch, f"batch {p.batch}: {p.microseconds / p.batch:.1f} µs")
                         for p in points] for label, points in kinds.items()}
        every = [cost for points in costs.values() for cost in points]
        panel = Panel(LEFT + place * (WIDTH + GAP), PANELS[name][0], "streams in the batch", "µs per stream",
                      [x for x, _, _ in every], [y for _, y, _ in every])
        for label, points in costs.items():
            panel.series(label, points)
        panel.legend(costs)
        panels.append(panel)
    return panels


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=pathlib.Path, help="what --benchmark_out wrote")
    parser.add_argument("folder", type=pathlib.Path, help="where the pictures go")
    arguments = parser.parse_args()
    series, machine = read_points(arguments.results)
    write_svg(arguments.folder / "roofline.svg", roofline(series, machine))
    write_svg(arguments.folder / "cost_per_stream.svg", cost_per_stream(series))


if __name__ == "__main__":
    main()
