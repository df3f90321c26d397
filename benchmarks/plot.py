"""Plots as SVG: doubly logarithmic, so that what is linear is a line of slope one, which is drawn beside it.

Readable on light and on dark, the same bytes for the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, GAP = 250, 210, 70  # of a panel, in pixels; between two
LEFT, TOP, BOTTOM = 64, 44, 52
COLOURS = ("#3f88c5", "#d1752f", "#5d9c59")  # told apart on white and on black, and by those who see few colours
DASHES = ("", "5 3", "2 3")
GREY = "#808080"

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    title: str
    across: str  # what the horizontal axis counts
    up: str  # what the vertical axis is in
    series: dict[str, Points]  # by name; both coordinates greater than 0


def svg(panels: Sequence[Panel]) -> str:
    """One picture with the panels side by side."""
    width = LEFT + len(panels) * WIDTH + (len(panels) - 1) * GAP + 16
    height = TOP + HEIGHT + BOTTOM
    parts: list[str] = []
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="system-ui, sans-serif" font-size="11" fill="{GREY}">'
    )
    for number, panel in enumerate(panels):
        parts += _panel(panel, LEFT + number * (WIDTH + GAP))
    return "\n".join([head, *parts, "</svg>", ""])


def _panel(panel: Panel, left: int) -> list[str]:
    points = [point for series in panel.series.values() for point in series]
    low_x, high_x = _decades([x for x, _ in points])
    low_y, high_y = _decades([y for _, y in points])

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            left + (math.log10(x) - low_x) / (high_x - low_x) * WIDTH,
            TOP + HEIGHT - (math.log10(y) - low_y) / (high_y - low_y) * HEIGHT,
        )

    made = [f'<text x="{left}" y="18" font-size="13" font-weight="600">{panel.title}</text>']
    for power in range(low_x, high_x + 1):
        x, _ = at(10.0**power, 10.0**low_y)
        made.append(_line(x, TOP, x, TOP + HEIGHT, GREY, 'stroke-opacity=".25"'))
        made.append(f'<text x="{x:.1f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{_number(power)}</text>')
    for power in range(low_y, high_y + 1):
        _, y = at(10.0**low_x, 10.0**power)
        made.append(_line(left, y, left + WIDTH, y, GREY, 'stroke-opacity=".25"'))
        made.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{_number(power)}</text>')
    made.append(f'<text x="{left + WIDTH / 2:.1f}" y="{TOP + HEIGHT + 34}" text-anchor="middle">{panel.across}</text>')
    made.append(f'<text x="{left - 6}" y="{TOP - 10}" text-anchor="end">{panel.up}</text>')
    made += _slope(points, (low_x, high_x, low_y, high_y), at)
    for number, (name, series) in enumerate(panel.series.items()):
        made += _series([at(x, y) for x, y in series], number)
        made += _key(name, number, left) if len(panel.series) > 1 else []
    return made


def _series(places: Points, number: int) -> list[str]:
    colour = COLOURS[number]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    made = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{_dash(number)}/>']
    return made + [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]


def _key(name: str, number: int, left: int) -> list[str]:
    y = TOP + 14 + 15 * number
    return [
        _line(left + 8, y - 4, left + 30, y - 4, COLOURS[number], f'stroke-width="2"{_dash(number)}'),
        f'<text x="{left + 36}" y="{y}">{name}</text>',
    ]


def _dash(number: int) -> str:
    return f' stroke-dasharray="{DASHES[number]}"' if DASHES[number] else ""


def _slope(points: Points, bounds: tuple[int, int, int, int], at: object) -> list[str]:
    """A line of slope one through the last point: where it would go if cost grew as work does."""
    low_x, high_x, low_y, high_y = bounds
    x, y = max(points)
    offset = math.log10(y) - math.log10(x)
    start = max(low_x, low_y - offset)
    end = min(high_x, high_y - offset)
    assert callable(at)
    (x1, y1), (x2, y2) = at(10**start, 10 ** (start + offset)), at(10**end, 10 ** (end + offset))
    return [_line(x1, y1, x2, y2, GREY, 'stroke-dasharray="1 3"')]


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" {more}/>'


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around values; never the same one twice."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _number(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:.{-power}f}"
