"""Back from what a channel makes of a text: escapes, base64, numbers and times as text.

A recoding is a function of the channel's; nothing says how to undo it. So it is tried on each sign, and what is found
is put through it again: what comes out must be what was read.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from string import digits, punctuation

from ..tree import Recode


def undone(text: str, recode: Recode, *, nearest: bool = False) -> str:
    """The text that `recode` makes this of; where there is none, the same, or the `nearest`."""
    for candidate in (_signs_back(text, recode), *_guesses(text)):
        if recode(candidate) == text:
            return candidate
    return _signs_back(text, recode) if nearest else text


def _guesses(text: str) -> Iterator[str]:
    yield text
    for guess in (_from_base64, _from_time):
        found = guess(text)
        if found is not None:
            yield found


def _signs_back(text: str, recode: Recode) -> str:
    signs, pattern = _signs(recode)
    return pattern.sub(lambda found: signs[found[0]], text) if pattern is not None else text


@cache
def _signs(recode: Recode) -> tuple[dict[str, str], re.Pattern[str] | None]:
    """What it makes of each sign, back to the sign: alone, and behind a digit as in a numbered list."""
    back: dict[str, str] = {}
    for sign in f"{punctuation}\n":
        alone, behind = recode(sign), recode(f"1{sign}")[1:]
        for made in (alone, behind):
            if made not in (sign, "") and sign not in back.values():
                back[made] = sign
    if not back or any(recode(digit) != digit for digit in digits):
        return {}, None
    return back, re.compile("|".join(map(re.escape, sorted(back, key=len, reverse=True))))


def _from_base64(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _from_time(text: str) -> str | None:
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return None
