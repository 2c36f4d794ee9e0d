#!/usr/bin/env python3
"""Draws the figures of the explanations, as SVG that suits light and dark.

python3 docs/explanation/figures.py    # writes round.svg, swap.svg and swaps.svg beside itself

The figures of swaps.svg are read from the table in results.md. A figure is 480 wide and its text 14
high, so that it can be read on a phone.
"""

import html
import pathlib
import re

HERE = pathlib.Path(__file__).parent
WIDTH = 480
STYLE = """
text{font:14px system-ui,sans-serif;fill:#222}.small{font-size:12.5px}.strong{font-weight:600}
.paper{fill:#fff}.box{fill:#eef5f4;stroke:#2b7a72;stroke-width:1.5}.line{stroke:#444;fill:none;stroke-width:1.5}
.head{fill:#444}.life{stroke:#999;stroke-dasharray:4 4}.label{paint-order:stroke;stroke:#fff;stroke-width:5px}
.note{fill:#fdf3dd;stroke:#b98a2b}.grid{stroke:#ddd}.zero{stroke:#444}.bar0{fill:#c2571a}.bar1{fill:#2b7a72}
@media (prefers-color-scheme:dark){text{fill:#ddd}.paper{fill:#161b22}.box{fill:#17312f;stroke:#5fb8ae}
.line{stroke:#bbb}.head{fill:#bbb}.life{stroke:#666}.label{stroke:#161b22}.note{fill:#3a2f16;stroke:#c9a04a}
.grid{stroke:#333b45}.zero{stroke:#bbb}.bar0{fill:#f0945a}.bar1{fill:#5fb8ae}}
"""


class Figure:
    def __init__(self, height, says):
        self.height, self.says, self.parts = height, says, []

    def text(self, x, y, words, kind="", anchor="middle"):
        self.parts.append(
            f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{html.escape(words)}</text>'
        )

    def box(self, x, y, width, height, title, *lines, kind="box"):
        self.parts.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" class="{kind}"/>'
        )
        written = [title, *lines] if title else lines
        first = y + height / 2 - 9 * (len(written) - 1) + 5
        for i, line in enumerate(written):
            strong = "strong" if title and i == 0 else "small"
            self.text(x + width / 2, first + 18 * i, line, strong)

    def arrow(self, x1, y1, x2, y2, *label, at=(0, -7)):
        self.parts.append(
            f'<path d="M{x1} {y1}L{x2} {y2}" class="line" marker-end="url(#head)"/>'
        )
        for i, line in enumerate(label):
            x, y = (x1 + x2) / 2 + at[0], (y1 + y2) / 2 + at[1] - 16 * (len(label) - 1 - i)
            self.text(x, y, line, "small label")

    def write(self, name):
        head = (
            '<marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"'
            ' orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" class="head"/></marker>'
        )
        (HERE / name).write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}"'
            f' width="{WIDTH}" height="{self.height}" role="img" aria-label="{html.escape(self.says)}">\n'
            f"<style>{STYLE}</style>\n<defs>{head}</defs>\n"
            f'<rect class="paper" width="{WIDTH}" height="{self.height}"/>\n'
            + "\n".join(self.parts)
            + "\n</svg>\n"
        )


def a_round():
    figure = Figure(410, "What goes from whom to whom in a round")
    figure.box(16, 20, 180, 64, "orchestrator", "folds updates")
    figure.box(284, 20, 180, 64, "monitor", "compares, plans swaps")
    figure.box(16, 236, 252, 158, "device", "", "shared ledger → update",
               "personal ledger → its model", "gate → what stays", "exam → how it does")
    figure.box(362, 236, 102, 158, "source", "", "another", "device, with", "samples", "")
    figure.arrow(56, 236, 56, 84, "update", at=(0, 32))
    figure.arrow(146, 84, 146, 236, "global model", at=(0, -24))
    figure.arrow(226, 236, 304, 84, "profile,", "noised", at=(-38, 14))
    figure.arrow(354, 84, 258, 236, "order", at=(4, 40))
    figure.arrow(424, 84, 424, 236, "order", at=(0, 0))
    figure.arrow(362, 272, 268, 272, "pointer,", "lease")
    figure.arrow(268, 328, 362, 328, "visit")
    figure.arrow(362, 366, 268, 366, "its change")
    figure.write("round.svg")


def a_swap():
    figure = Figure(520, "A swap by visit, from the order to the outcome")
    for x, name in ((70, "monitor"), (240, "receiver"), (410, "source")):
        figure.parts.append(f'<path d="M{x} 44V508" class="life"/>')
        figure.box(x - 54, 12, 108, 34, name)
    figure.arrow(70, 80, 238, 80, "order")
    figure.arrow(70, 104, 408, 104, at=(0, 0))
    figure.box(306, 122, 168, 44, None, "picks samples, signs", "pointer and lease", kind="note")
    figure.arrow(410, 196, 242, 196, "pointer, lease")
    figure.arrow(240, 236, 408, 236, "output layer, lease")
    figure.box(306, 254, 168, 44, None, "checks the lease, trains", "on its own samples", kind="note")
    figure.arrow(410, 328, 242, 328, "change of the layer")
    figure.box(140, 346, 200, 62, None, "gate: own samples, folds,", "with it and without;", "kept only if useful", kind="note")
    figure.arrow(240, 446, 72, 446, "outcome, noised")
    figure.box(8, 462, 236, 44, None, "held back until three have", "rated a source; reputation", kind="note")
    figure.write("swap.svg")


def swaps():
    rows = []
    for line in (HERE.parent / "results.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6 and re.match(r"`[\w-]+` \d", cells[1]):
            number = lambda cell: float(re.search(r"[+−]?\d+\.\d", cell)[0].replace("−", "-"))
            rows.append((cells[0].split(" ")[0], number(cells[5]), number(cells[2])))
    assert len(rows) == 11, f"{len(rows)} rows of swaps in results.md, must be 11"
    figure = Figure(92 + 34 * len(rows), "Swaps against the best method without, in points")
    place = lambda points: 318 + 36 * points
    figure.text(16, 26, "Points against the best method without swaps", "strong", "start")
    for i, (kind, name) in enumerate((("bar0", "random"), ("bar1", "random, within groups"))):
        figure.parts.append(f'<rect x="{16 + 100 * i}" y="40" width="12" height="12" class="{kind}"/>')
        figure.text(34 + 100 * i, 51, name, "small", "start")
    bottom = 70 + 34 * len(rows)
    for points in range(-5, 4):
        kind = "zero" if points == 0 else "grid"
        figure.parts.append(f'<path d="M{place(points)} 64V{bottom}" class="{kind}"/>')
        figure.text(place(points), bottom + 16, f"{points:+d}".replace("-", "−") if points else "0", "small")
    for i, (name, alone, grouped) in enumerate(rows):
        figure.text(16, 86 + 34 * i, name, "small", "start")
        for j, points in enumerate((alone, grouped)):
            x, width = min(place(0), place(points)), max(abs(36 * points), 1)
            figure.parts.append(
                f'<rect x="{x:.1f}" y="{70 + 34 * i + 12 * j}" width="{width:.1f}" height="11" class="bar{j}"/>'
            )
    figure.write("swaps.svg")


if __name__ == "__main__":
    a_round()
    a_swap()
    swaps()
