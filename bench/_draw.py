"""CPU by number of legs, as an SVG: a line for each series of figures."""

import re
from collections import defaultdict
from collections.abc import Iterable
from html import escape

from bench import Figure

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900, 480, 60, 260, 30, 40
COLOURS = ("#1b6ca8", "#c0392b", "#1e8449", "#7d3c98", "#b9770e", "#117a65", "#5d6d7e", "#d35400")
_NAME = re.compile(
    r"(?P<before>.*?),? ?\b(?P<legs>\d+) legs\b(?P<after>.*): CPU per (?:leg|member)"
)
Line = list[tuple[int, float]]


def draw(figures: Iterable[Figure]) -> str:
    """Return the picture of all figures that tell of CPU per leg."""
    lines: dict[str, Line] = defaultdict(list)
    for figure in figures:
        if found := _NAME.match(figure.name):
            lines[found["before"] + found["after"]].append((int(found["legs"]), figure.value))
    legs = max((legs for line in lines.values() for legs, _ in line), default=1)
    most = max((value for line in lines.values() for _, value in line), default=1.0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        f'<text x="{LEFT}" y="18">CPU per leg, ms a second, by number of legs</text>',
        *_axes(legs, most),
    ]
    for number, (name, line) in enumerate(sorted(lines.items())):
        points = [_at(x / legs, y / most) for x, y in sorted(line)]
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        y = TOP + 16 * number
        parts.append(
            f'<text x="{WIDTH - RIGHT + 20}" y="{y}" fill="{colour}">{escape(name)}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _at(x: float, y: float) -> tuple[float, float]:
    """Return where a point of the unit square is drawn."""
    return LEFT + x * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y * (HEIGHT - TOP - BOTTOM)


def _axes(legs: int, most: float) -> list[str]:
    parts = []
    for step in range(6):
        x, bottom = _at(step / 5, 0)
        left, y = _at(0, step / 5)
        right = WIDTH - RIGHT
        parts += [
            f'<line x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#ddd"/>',
            f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{legs * step // 5}</text>',
            f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{most * step / 5:.2f}</text>',
        ]
    return parts
