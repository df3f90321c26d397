"""How long a text can get at most, in every unit at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import inf
from typing import NamedTuple

import orjson

from .. import units

ESCAPED = 6  # bytes of a control character in JSON, \\u0001, which is the most that any has
# What a change of case makes of one code point at most: code points, UTF-16 units, bytes. `ß` becomes `SS`, `ΐ` three
# code points. They are those of Python's own tables, for every code point there is; a test measures them again.
GROWTH: dict[str, tuple[int, int, int]] = {
    "upper": (3, 3, 6),
    "lower": (2, 2, 4),
    "title": (3, 3, 6),
    "casefold": (3, 3, 6),
}


class Size(NamedTuple):
    """The largest length in each unit; `inf` where there is none."""

    points: float
    utf16: float
    bytes: float
    graphemes: float  # never more than the code points, and joining two texts never makes more
    septets: float  # when GSM-7 can write it
    json: float  # bytes between the quotes of a JSON text
    ascii: bool = False  # for certain
    gsm: bool = False  # for certain

    def plus(self, other: Size) -> Size:
        return Size(
            self.points + other.points,
            self.utf16 + other.utf16,
            self.bytes + other.bytes,
            self.graphemes + other.graphemes,
            self.septets + other.septets,
            self.json + other.json,
            self.ascii and other.ascii,
            self.gsm and other.gsm,
        )

    def times(self, count: float) -> Size:
        if count <= 0:
            return NOTHING
        return self.mapped(lambda each: each * count if each else 0)

    def largest(self, other: Size) -> Size:
        figures = (max(a, b) for a, b in zip(self[:FIGURES], other[:FIGURES], strict=True))
        points, utf16, bytes_, graphemes, septets, json = figures
        return Size(points, utf16, bytes_, graphemes, septets, json, self.ascii and other.ascii, self.gsm and other.gsm)

    def mapped(self, change: Callable[[float], float]) -> Size:
        """Each figure changed."""
        points, utf16, bytes_, graphemes, septets, json = map(change, self[:FIGURES])
        return Size(points, utf16, bytes_, graphemes, septets, json, self.ascii, self.gsm)

    def within(self, points: float) -> Size:
        """A text of these characters, some left out, of at most so many code points. Clusters may come apart."""
        points = min(self.points, points)
        return Size(
            points,
            min(self.utf16, 2 * points),
            min(self.bytes, 4 * points),
            points,
            min(self.septets, 2 * points),
            min(self.json, ESCAPED * points),
            self.ascii,
            self.gsm,
        )

    def recased(self, how: str) -> Size:
        """The same text in upper case and the like."""
        if self.ascii:
            return self._replace(graphemes=self.points, gsm=False, septets=2 * self.points)
        points, utf16, bytes_ = (self.points * each for each in GROWTH[how])
        return Size(points, utf16, bytes_, points, 2 * points, max(ESCAPED * self.points, bytes_))

    def usual(self) -> Size:
        """The same without the signs that take more bytes in JSON than in UTF-8."""
        return self._replace(json=min(self.json, self.bytes))

    def measured(self, keyword: str) -> float:
        """In the unit of a keyword. Not for `x-maxSeptets`, which has two sides."""
        return float(self[_UNIT[keyword]])

    def fits(self, keyword: str, limit: int) -> bool:
        if keyword != "x-maxSeptets":
            return self.measured(keyword) <= limit
        return self.septets <= limit and (self.gsm or self.utf16 <= units.ucs2_room(limit))


FIGURES = 6
_LEAF = {"maxLength": 0, "x-maxUtf16": 1, "x-maxBytes": 2, "x-maxGraphemes": 3, "x-maxSeptets": 4}
_UNIT = {**_LEAF, "x-maxTotalText": 0, "x-maxJsonBytes": 5}
LIMITS = frozenset(_LEAF)  # of one text
NOTHING = Size(0, 0, 0, 0, 0, 0, True, True)
ENDLESS = Size(inf, inf, inf, inf, inf, inf)


@lru_cache(maxsize=4096)
def of_text(text: str) -> Size:
    """The exact size of a text."""
    septets = units.septets(text)
    return Size(
        len(text),
        units.utf16(text),
        units.utf8(text),
        units.graphemes(text),
        2 * len(text) if septets is None else septets,
        _json(text),
        text.isascii(),
        septets is not None,
    )


def _json(text: str) -> int:
    try:
        return len(orjson.dumps(text)) - 2
    except TypeError:  # half a character, which is no text
        return ESCAPED * len(text)


def of_points(points: float, widest: int = 0x10FFFF, lowest: int = 0) -> Size:
    """Any text of so many code points, none of them above `widest` or below `lowest`."""
    ascii_ = widest < 0x80
    bytes_ = 1 if ascii_ else 2 if widest < 0x800 else 3 if widest < 0x10000 else 4
    json = ESCAPED if lowest < ord(" ") else max(bytes_, 2 if lowest <= ord("\\") and widest >= ord('"') else 1)
    return Size(points, points * (1 + (widest > 0xFFFF)), points * bytes_, points, 2 * points, points * json, ascii_)


def plain(points: float) -> Size:
    """Digits and the like, one unit each whatever is counted."""
    return Size(points, points, points, points, points, points, True, True)
