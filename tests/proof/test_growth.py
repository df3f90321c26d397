"""What a change of case does to a text is measured on every code point that there is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from handbill import units
from handbill.proof.patterns import widest
from handbill.proof.sizes import GROWTH

CASES: dict[str, tuple[Callable[[str], str], ...]] = {
    "upper": (str.upper,),
    "lower": (str.lower,),
    "title": (str.title, str.upper, str.lower),
    "casefold": (str.casefold,),
}
ALL = "".join(chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000)
STRETCHES = [ALL[start : start + 256] for start in range(0, len(ALL), 256)]
POINTS = "".join(s for s in STRETCHES if not s == s.upper() == s.lower() == s.title() == s.casefold())


@pytest.mark.parametrize("name", CASES)
def test_growth_is_that_of_pythons_tables(name: str) -> None:
    made = {case(char) for case in CASES[name] for char in POINTS}
    measured = (max(map(len, made)), max(map(units.utf16, made)), max(map(units.utf8, made)))
    assert measured == GROWTH[name]


@pytest.mark.parametrize(
    ("pattern", "most"),
    [
        ("^[A-Z]{2}-[0-9]{1,3}$", (6, 0x5A)),
        ("^(yes|no)$", (3, ord("y"))),
        ("^a{2,4}b?$", (5, ord("b"))),
        ("^.{1,9}$", (9, 0x10FFFF)),
        ("^[^x]{2}$", (2, 0x10FFFF)),
        (r"^\d{4}$", (4, 0x10FFFF)),
        ("^é$", (1, ord("é"))),
    ],
)
def test_a_pattern_that_bounds(pattern: str, most: tuple[int, int]) -> None:
    assert widest(pattern)[:2] == most


OPEN = ["^https://", "a{3}$", "^a|b$", "^a+$", "^a*$", "(?i)^a$", r"^\p{L}$", "^a\\$", "^[[:alpha:]]$"]


@pytest.mark.parametrize("pattern", OPEN)
def test_a_pattern_that_does_not(pattern: str) -> None:
    assert widest(pattern)[0] == float("inf")
