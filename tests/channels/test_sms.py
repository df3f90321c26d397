"""SMS through Twilio: how much Twilio takes, and in how many parts it goes out."""

from __future__ import annotations

from pathlib import Path

import pytest
from channels.apis import refused, sent
from channels.growth import definition
from handbill import units
from handbill.channels import channel


def number(name: str) -> int:
    limit = definition(f"sms/limits.json#/$defs/{name}")
    return int(limit.get("x-maximum") or limit["x-maxUtf16"])


def parts(text: str) -> int:
    gsm, ucs2 = (number("gsm7_single"), number("gsm7_part")), (number("ucs2_single"), number("ucs2_part"))
    return units.segments(text, gsm=gsm, ucs2=ucs2).parts


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # neither half of the escape pair fits behind 152 + 1
        ("a" * 151 + "€" + "a" * 153, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),  # 66 and 6 units
        ("ç" + "a" * 69, 1),
        ("ç" + "a" * 70, 2),
        ("Ç" + "a" * 159, 1),
    ],
)
def test_parts_by_the_channels_numbers(text: str, count: int) -> None:
    assert parts(text) == count


@pytest.mark.parametrize("char", ["a", "€", "ç", "😀"])
def test_the_most_that_twilio_takes(tmp_path: Path, char: str) -> None:
    """The note of the limit says what that is in parts."""
    most = number("twilio_body") // units.utf16(char)
    [body] = sent(tmp_path, "sms", '{"template_type": "text", "text": "{{ text }}"}', [{"text": char * most}])
    assert body == {"Body": char * most}
    [found] = refused(tmp_path, "sms", {"template_type": "text", "text": char * most + "a"})
    assert (found.code, found.pointer) == ("text-too-long", "/text")


@pytest.mark.parametrize(("char", "word"), [("a", "11 in GSM-7"), ("ç", "24 in UCS-2")])
def test_what_the_limits_note_says_of_parts(char: str, word: str) -> None:
    note = definition("sms/limits.json#/$defs/twilio_body")["x-note"]
    assert word in note
    assert parts(char * number("twilio_body")) == int(word.split()[0])


def test_metadata_are_not_lost_in_silence(tmp_path: Path) -> None:
    [found] = refused(tmp_path, "sms", {"template_type": "text", "text": "Hi", "metadata": {"id": "1"}})
    assert (found.code, found.pointer) == ("unsupported-field", "/metadata")


def test_the_data_say_in_plain_words_that_this_is_twilio() -> None:
    data = channel("sms").data
    assert "SMS itself has no API" in data["x-note"]
    assert "Twilio" in data["x-note"]
    assert data["endpoint"]["form"] == "urlencoded"
