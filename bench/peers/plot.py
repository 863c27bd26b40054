"""The tables of a run as bars on logarithmic scales: SVG, no library needed."""
import math
from html import escape

from report import middle, most_is_best, number, sorted_rows

WIDTH, LABELS, RIGHT, BAR, GAP, HEAD, FOOT = 980, 330, 90, 16, 6, 52, 30
COLOURS = {"ours": "#0b6e99", "peer": "#b8c4cc", "spread": "#333333", "grid": "#e3e7ea", "text": "#222222", "faint": "#667077"}


def text(x, y, content, size=12, anchor="start", colour="text", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{COLOURS[colour]}" '
            f'font-weight="{weight}">{escape(content)}</text>')


def line(x1, y1, x2, y2, colour, width=1):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{COLOURS[colour]}" '
            f'stroke-width="{width}"/>')


class Scale:
    """Figures to x, logarithmic, from below the least to the most."""

    def __init__(self, rows):
        values = [value for row in rows for value in row["values"] if value > 0]
        self.low, self.high = math.log10(min(values) / 1.5), math.log10(max(values))
        if self.high - self.low < 0.3:
            self.low, self.high = self.low - 0.15, self.high + 0.15

    def __call__(self, value):
        share = (math.log10(max(value, 10**self.low)) - self.low) / (self.high - self.low)
        return LABELS + share * (WIDTH - LABELS - RIGHT)

    def ticks(self):
        steps = (1, 2, 5) if self.high - self.low < 2 else (1,)
        powers = range(math.floor(self.low), math.ceil(self.high) + 1)
        ticks = (step * 10.0**power for power in powers for step in steps)
        return [tick for tick in ticks if self.low <= math.log10(tick) <= self.high]


def bar(row, scale, y):
    value, colour = middle(row), "ours" if row["name"].startswith("Stepwell") else "peer"
    weight = "bold" if colour == "ours" else "normal"
    parts = [text(LABELS - 8, y + BAR - 4, row["name"], anchor="end", weight=weight),
             f'<rect x="{LABELS}" y="{y}" width="{max(scale(value) - LABELS, 1):.1f}" height="{BAR}" fill="{COLOURS[colour]}"/>']
    low, high = min(row["values"]), max(row["values"])
    if high > low > 0:
        across = y + BAR / 2
        parts.append(line(scale(low), across, scale(high), across, "spread"))
        parts += [line(scale(end), across - 4, scale(end), across + 4, "spread") for end in (low, high)]
    return parts + [text(scale(high) + 6, y + BAR - 4, number(value))]


def panel(results, top):
    """Its parts and its height; none without a figure above zero."""
    rows = [row for row in sorted_rows(results["rows"], most_is_best(results)) if row["values"] and middle(row) > 0]
    if not rows:
        return [], 0
    scale, height = Scale(rows), len(rows) * (BAR + GAP)
    better = "more is better" if most_is_best(results) else "less is better"
    parts = [text(20, top + 22, results["title"], 15, weight="bold"),
             text(20, top + 40, f"{results['unit']}, logarithmic; {better}", 11, colour="faint")]
    bottom = top + HEAD + height
    for tick in scale.ticks():
        parts += [line(scale(tick), top + HEAD - 4, scale(tick), bottom, "grid"),
                  text(scale(tick), bottom + 13, f"{tick:g}", 10, "middle", "faint")]
    for index, row in enumerate(rows):
        parts += bar(row, scale, top + HEAD + index * (BAR + GAP))
    return parts, HEAD + height + FOOT


def svg(run):
    parts, top = [], 34
    for results in run["tables"]:
        drawn, height = panel(results, top)
        parts += drawn
        top += height
    caption = f"{run['machine']}, {run['threads']} threads, {run['date']}. Bars: median of the rounds; lines: least to most."
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" '
        'font-family="system-ui, sans-serif">', f'<rect width="{WIDTH}" height="{top}" fill="#ffffff"/>',
        text(20, 22, caption, 11, colour="faint"), *parts, "</svg>", ""])
