"""The longest text that a pattern takes, where that can be told from the pattern."""

from __future__ import annotations

import re
from functools import cache
from math import inf
from typing import Any

_sre: Any = getattr(re, "_parser")  # noqa: B009 - the module that reads patterns has no public name
_HUGE = 10_000
_WIDEST = 0x10FFFF


@cache
def widest(pattern: str) -> tuple[float, int]:
    """The most code points of a text that fits, and its highest code point; (inf, 0x10FFFF) when it is not known.

    Only a pattern with `^` at its start and `$` at its end says anything about the whole text. The syntax is the one
    that Python and the `regex` crate share; a pattern with more than that is not known.
    """
    unknown = (inf, _WIDEST)
    if not pattern.startswith("^") or not pattern.endswith("$") or pattern.endswith("\\$") or "(?" in pattern:
        return unknown
    if re.search(r"\\[^dDwWsS.\-/+*?()\[\]{}|^$\\]|\[\[|&&|--|~~", pattern):
        return unknown
    try:
        parsed = _sre.parse(pattern)
    except (re.error, OverflowError, RecursionError):
        return unknown
    items = list(parsed)
    if len(items) < 2 or str(items[0][0]) != "AT" or str(items[-1][0]) != "AT":  # `^a|b$` has its anchors in branches
        return unknown
    most = int(parsed.getwidth()[1])
    if most >= _HUGE:
        return unknown
    return most, _highest(items)


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
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            found = max(found, _highest(value[2]))
        elif name == "SUBPATTERN":
            found = max(found, _highest(value[3]))
        elif name == "BRANCH":
            found = max([found, *map(_highest, value[1])])
        elif name != "AT":
            return _WIDEST
    return found
