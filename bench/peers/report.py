"""Tables of results: plain data (kept as JSON), and the markdown that shows them."""
import statistics


def table(title, unit, note, rows, baseline, facts=()):
    """rows: {"name", "values" (a figure a round), "failed" (why there is none), and facts}; baseline: a row's name."""
    return {"title": title, "unit": unit, "note": note, "rows": rows, "baseline": baseline, "facts": list(facts)}


def middle(row):
    return statistics.median(row["values"]) if row["values"] else None


def number(value):
    """Three digits that count."""
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value >= 1 else f"{value:.2g}"


def sorted_rows(rows, most_is_best):
    measured = sorted((row for row in rows if row["values"]), key=middle, reverse=most_is_best)
    return measured + [row for row in rows if not row["values"]]


def most_is_best(results):
    return "streams" in results["unit"]


def markdown(results):
    base = next((row for row in results["rows"] if row["name"] == results["baseline"]), None)
    head = ["", results["unit"], "least to most", f"× {results['baseline']}", *results["facts"]]
    lines = [f"### {results['title']}", "", results["note"], "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in sorted_rows(results["rows"], most_is_best(results)):
        lines.append("| " + " | ".join(cells(row, base, results["facts"])) + " |")
    return "\n".join(lines) + "\n"


def cells(row, base, facts):
    name = f"**{row['name']}**" if row["name"].startswith("Stepwell") else row["name"]
    if not row["values"]:
        return [name, "–", (row["failed"] or "not measured").replace("|", "/"), "", *("" for _ in facts)]
    spread = f"{number(min(row['values']))} – {number(max(row['values']))}" if len(row["values"]) > 1 else ""
    return [name, number(middle(row)), spread, ratio(row, base), *(text(row.get(fact)) for fact in facts)]


def ratio(row, base):
    """Median of the ratios within a round; of the medians where a round is missing."""
    if base is None or not base["values"] or not all(base["values"]):
        return ""
    if len(row["values"]) != len(base["values"]):
        return f"{middle(row) / middle(base):.2f}"
    return f"{statistics.median(value / other for value, other in zip(row['values'], base['values'])):.2f}"


def text(fact):
    return "" if fact is None else fact if isinstance(fact, str) else number(fact)


def document(run):
    """All tables of a run with its conditions."""
    lines = [f"Measured {run['date']}, commit {run['commit']}: {run['machine']}, {run['threads']} threads; load of the machine before "
             f"the run {run['load']:.2f}. {run['versions']}.", ""]
    return "\n".join(lines + [markdown(results) for results in run["tables"]])
