"""The longest text that a pattern takes, where that can be told from the pattern."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from math import inf
from typing import Any

_sre: Any = getattr(re, "_parser")  # noqa: B009 - the module that reads patterns has no public name
_HUGE = 10_000
_WIDEST = 0x10FFFF


@cache
def widest(pattern: str) -> tuple[float, int, int]:
    """The most code points of a text that fits, its highest and its lowest code point; (inf, 0x10FFFF, 0) if unknown.

    Only a pattern with `^` at its start and `$` at its end says anything about the whole text. The syntax is the one
    that Python and the `regex` crate share; a pattern with more than that is not known.
    """
    unknown = (inf, _WIDEST, 0)
    if not pattern.startswith("^") or not pattern.endswith("$") or pattern.endswith("\\$") or "(?" in pattern:
        return unknown
    if re.search(r"\\(?!x[0-9A-Fa-f]{2})[^dDwWsSntr.\-/+*?()\[\]{}|^$\\]|\[\[|&&|--|~~", pattern):
        return unknown
    try:
        parsed = _sre.parse(pattern)
    except (re.error, OverflowError, RecursionError):
        return unknown
    items = list(parsed)
    if len(items) < 2 or str(items[0][0]) != "AT" or str(items[-1][0]) != "AT":  # `^a|b$` has its anchors in branches
        return unknown
    most = int(parsed.getwidth()[1])
    return most if most < _HUGE else inf, _highest(items), _lowest(items)


def _highest(items: Any) -> int:
    """The highest code point that these parts of a pattern take."""
    found = 0
    for kind, value in items:
        name = str(kind)
        if name == "LITERAL":
            found = max(found, value)
        elif name == "RANGE":
            found = max(found, value[1])
        elif name == "IN":
            found = max(found, _WIDEST if any(str(k) == "NEGATE" for k, _ in value) else _highest(value))
        elif name in _INSIDE:
            found = max([found, *map(_highest, _INSIDE[name](value))])
        elif name != "AT":
            return _WIDEST
    return found


def _lowest(items: Any) -> int:
    """The lowest code point that these parts take, where that is below a letter."""
    found = _WIDEST
    for kind, value in items:
        name = str(kind)
        if name == "LITERAL":
            found = min(found, value)
        elif name == "RANGE":
            found = min(found, value[0])
        elif name == "IN" and any(str(k) == "NEGATE" for k, _ in value):
            found = min(found, _first_left(value))
        elif name == "IN":
            found = min(found, _lowest(value))
        elif name in _INSIDE:
            found = min([found, *map(_lowest, _INSIDE[name](value))])
        elif name == "CATEGORY" and str(value) in ("CATEGORY_DIGIT", "CATEGORY_WORD"):
            found = min(found, ord("0"))
        elif name != "AT":
            return 0
    return found


def _first_left(items: Any) -> int:
    """The lowest code point that is not among these."""
    ranges = sorted((value, value) if str(kind) == "LITERAL" else value for kind, value in items if str(kind) in _PLAIN)
    first = 0
    for low, high in ranges:
        if low > first:
            break
        first = max(first, high + 1)
    return first


_PLAIN = ("LITERAL", "RANGE")
_INSIDE: dict[str, Callable[[Any], list[Any]]] = {
    "MAX_REPEAT": lambda value: [value[2]],
    "MIN_REPEAT": lambda value: [value[2]],
    "SUBPATTERN": lambda value: [value[3]],
    "BRANCH": lambda value: list(value[1]),
}
