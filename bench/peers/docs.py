"""Puts a run into the documentation: tables between two marks of docs/performance.md, and the plot beside it."""
from contest import say
from plot import svg
from report import document

BEGIN, END = "<!-- peers: begin (written by bench/peers/run --write-docs) -->", "<!-- peers: end -->"
PLOT = "peers.svg"


def update(run, folder):
    page = folder / "performance.md"
    content = page.read_text()
    if BEGIN not in content or END not in content:
        raise SystemExit(f"{page} has no block for the tables: {BEGIN} … {END}")
    before, rest = content.split(BEGIN)
    after = rest.split(END)[1]
    (folder / PLOT).write_text(svg(run))
    page.write_text(f"{before}{BEGIN}\n\n{document(run)}\n![The same as bars]({PLOT})\n\n{END}{after}")
    say(f"written: {page}, {folder / PLOT}")
