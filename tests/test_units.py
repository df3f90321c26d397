"""Counting text: known answers of 3GPP TS 23.038 and TS 23.040, of Unicode, and of the counters in use."""

from __future__ import annotations

import pytest
from handbill import units
from hypothesis import given
from hypothesis import strategies as st

GSM, UCS2 = (160, 153), (70, 67)  # alone, and as one part of several
EXTENSION = "^{}\\[~]|€\f"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def segments(text: str) -> tuple[str, int, int]:
    found = units.segments(text, gsm=GSM, ucs2=UCS2)
    return found.encoding, found.size, found.parts


@pytest.mark.parametrize(
    ("text", "points", "utf16", "utf8", "graphemes"),
    [
        ("", 0, 0, 0, 0),
        ("Yes", 3, 3, 3, 3),
        ("Zoë", 3, 3, 4, 3),
        ("Zoe\u0308", 4, 4, 5, 3),
        ("😀", 1, 2, 4, 1),
        ("👨‍👩‍👧‍👦", 7, 11, 25, 1),
        ("🇩🇪", 2, 4, 8, 1),
        ("👍🏽", 2, 4, 8, 1),
        ("नमस्ते", 6, 6, 18, 3),
        ("\r\n", 2, 2, 2, 1),
        ("\uffff", 1, 1, 3, 1),
        ("\U00010000", 1, 2, 4, 1),
        ("שלום", 4, 4, 8, 4),
    ],
)
def test_lengths(text: str, points: int, utf16: int, utf8: int, graphemes: int) -> None:
    assert (len(text), units.utf16(text), units.utf8(text), units.graphemes(text)) == (points, utf16, utf8, graphemes)


@given(TEXTS)
def test_lengths_are_those_of_the_codecs(text: str) -> None:
    assert units.utf16(text) == len(text.encode("utf-16-le")) // 2
    assert units.utf8(text) == len(text.encode())
    assert units.graphemes(text) <= len(text)


def test_a_lone_surrogate_is_counted_and_does_no_harm() -> None:
    assert (units.utf16("\ud800"), units.utf8("\ud800")) == (1, 3)


def test_the_basic_alphabet_is_128_codes_without_the_escape() -> None:
    assert sum(units.septets(chr(code)) == 1 for code in range(0x10000)) == 127
    assert {chr(code) for code in range(0x10000) if units.septets(chr(code)) == 2} == set(EXTENSION)


@pytest.mark.parametrize("char", "ç\t`\u00a0“”’–—…😀ÀÁáíóúŷ")
def test_outside_of_gsm(char: str) -> None:
    assert units.septets(f"a{char}") is None
    assert units.not_gsm(f"a{char}b{char}") == [char]


@pytest.mark.parametrize("char", "Ç@£$¥èéùìòØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\n\r")
def test_inside_of_gsm(char: str) -> None:
    assert units.septets(char) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("GSM-7", 0, 1)),
        ("a" * 160, ("GSM-7", 160, 1)),
        ("a" * 161, ("GSM-7", 161, 2)),
        ("a" * 306, ("GSM-7", 306, 2)),
        ("a" * 307, ("GSM-7", 307, 3)),
        ("€" * 80, ("GSM-7", 160, 1)),
        ("€" * 81, ("GSM-7", 162, 2)),
        ("a" * 152 + "€" + "a" * 152, ("GSM-7", 306, 3)),  # the pair would be cut
        ("ç" * 70, ("UCS-2", 70, 1)),
        ("ç" * 71, ("UCS-2", 71, 2)),
        ("ç" * 134, ("UCS-2", 134, 2)),
        ("ç" * 135, ("UCS-2", 135, 3)),
        ("😀" * 35, ("UCS-2", 70, 1)),
        ("😀" * 36, ("UCS-2", 72, 2)),  # 66 and 6
        ("😀" * 66, ("UCS-2", 132, 2)),
        ("😀" * 67, ("UCS-2", 134, 3)),  # 67 is odd
    ],
)
def test_segments(text: str, expected: tuple[str, int, int]) -> None:
    assert segments(text) == expected


@given(st.text(st.sampled_from("aä€^ç😀\n"), max_size=400))
def test_segments_can_be_cut_that_way(text: str) -> None:
    """The count is that of a cutter which works on the coded text and steps back from a pair."""
    found = units.segments(text, gsm=GSM, ucs2=UCS2)
    if found.encoding == "GSM-7":
        code = "".join(f"\x1b{char}" if char in EXTENSION else char for char in text)
        (alone, part), first = GSM, "\x1b"
    else:
        code = "".join(f"\x1b{char}" if char > "\uffff" else char for char in text)
        (alone, part), first = UCS2, "\x1b"
    parts = 0
    rest = code
    while rest:
        size = len(rest) if parts == 0 and len(rest) <= alone else part
        size -= rest[:size].endswith(first)
        parts, rest = parts + 1, rest[size:]
    assert (found.size, found.parts) == (len(code), max(parts, 1))


@pytest.mark.parametrize(("septets", "room"), [(160, 70), (153, 67)])
def test_the_same_room_in_the_wide_alphabet(septets: int, room: int) -> None:
    assert units.ucs2_room(septets) == room


@pytest.mark.parametrize(("unit", "size"), [("characters", 2), ("UTF-16 units", 3), ("bytes", 6), ("septets", None)])
def test_units_have_the_names_that_schemas_use(unit: str, size: int | None) -> None:
    assert units.UNITS[unit]("ç😀") == size
