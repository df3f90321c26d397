"""Texts that a pattern takes: a short one and a long one, always the same."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_sre: Any = getattr(re, "_parser")  # noqa: B009 - the module that reads patterns has no public name
_LIKED = "a1A0 -_./:@"
_MORE = 20  # repetitions of what may be repeated without end


@cache
def sample(pattern: str, *, long: bool = False) -> str | None:
    """A text that fits, as far as is known: whoever takes it must ask the pattern. None when nothing is."""
    try:
        return "".join(_made(item, long) for item in _sre.parse(pattern))
    except (re.error, OverflowError, RecursionError, _NotKnown):
        return None


class _NotKnown(Exception):
    pass


def _made(item: tuple[Any, Any], long: bool) -> str:
    kind, value = str(item[0]), item[1]
    if kind == "AT":
        return ""
    if kind == "LITERAL":
        return chr(value)
    if kind == "NOT_LITERAL":
        return next(char for char in _LIKED if ord(char) != value)
    if kind == "ANY":
        return "a"
    if kind == "IN":
        return _one_of(value)
    if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, high, inner = value
        times = min(int(high), int(low) + _MORE) if long else int(low)
        return "".join(_made(each, long) for each in inner) * times
    if kind in ("SUBPATTERN", "ATOMIC_GROUP"):
        return "".join(_made(each, long) for each in (value[3] if kind == "SUBPATTERN" else value))
    if kind == "BRANCH":
        made = ["".join(_made(each, long) for each in branch) for branch in value[1]]
        return (max if long else min)(made, key=len)
    raise _NotKnown


def _one_of(parts: list[tuple[Any, Any]]) -> str:
    """A character of a class; a usual one, if there is one."""
    refused = str(parts[0][0]) == "NEGATE"
    for char in _LIKED:
        if any(_takes(part, char) for part in parts) != refused:
            return char
    for kind, value in parts:
        if str(kind) == "LITERAL":
            return chr(value)
        if str(kind) == "RANGE":
            return chr(value[0])
    raise _NotKnown


def _takes(part: tuple[Any, Any], char: str) -> bool:
    kind, value = str(part[0]), part[1]
    if kind == "LITERAL":
        return ord(char) == int(value)
    if kind == "RANGE":
        return bool(value[0] <= ord(char) <= value[1])
    if kind == "CATEGORY":
        name = str(value)
        takes = char.isdigit() if "DIGIT" in name else char.isspace() if "SPACE" in name else char.isalnum()
        return takes is not ("NOT" in name)
    return False
