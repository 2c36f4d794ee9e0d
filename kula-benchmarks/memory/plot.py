#!/usr/bin/env python3
"""Draws what kula-benchmarks/memory/rounds measured: plot.py IN.csv OUT.svg"""
import csv
import sys

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 40, 44

with open(sys.argv[1], newline="") as source:
    points = [(int(row["round"]), float(row["megabytes"])) for row in csv.DictReader(source)]
last = max(round for round, _ in points)
step = next(s for s in (5, 10, 20, 50, 100, 200, 500) if max(m for _, m in points) * 1.25 <= 5 * s)
top = 5 * step


def x(round):
    return LEFT + (WIDTH - LEFT - RIGHT) * round / last


def y(megabytes):
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * megabytes / top


lines = [
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    ' role="img" aria-label="Live heap by round">',
    "<style>"
    "text{font:13px system-ui,sans-serif;fill:#333}.title{font-weight:600}"
    ".grid{stroke:#ddd}.paper{fill:#fff}.data{stroke:#1f5fa8;fill:none;stroke-width:2}.dot{fill:#1f5fa8}"
    "@media (prefers-color-scheme:dark){text{fill:#ccc}.grid{stroke:#3a3f46}.paper{fill:#0d1117}"
    ".data{stroke:#79b8ff}.dot{fill:#79b8ff}}"
    "</style>",
    f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
    f'<text class="title" x="{LEFT}" y="22">Live heap after a full collection, MB</text>',
]
for tick in range(0, top + 1, step):
    lines.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
    lines.append(f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>')
for part in range(5):
    tick = last * part // 4 // 10 * 10 if part < 4 else last
    lines.append(f'<text x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{tick}</text>')
lines.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">round</text>')
path = " ".join(f"{x(round):.1f},{y(megabytes):.1f}" for round, megabytes in points)
lines.append(f'<polyline class="data" points="{path}"/>')
lines += [f'<circle class="dot" cx="{x(round):.1f}" cy="{y(megabytes):.1f}" r="2.5"/>' for round, megabytes in points]
lines.append("</svg>")
with open(sys.argv[2], "w") as out:
    out.write("\n".join(lines) + "\n")
