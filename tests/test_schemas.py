"""Every schema: well formed, in the known vocabulary, its numbers in one place and with their source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from channels.growth import KEYWORDS as NUMERIC
from channels.growth import definition, resolved
from handbill.channels import CHANNELS, channel
from handbill.keywords import ANNOTATIONS, KEYWORDS, SHAPES, STANDARD, node_at, subschemas
from handbill.resources import folder, load
from handbill.validate import Schema
from jsonschema import Draft202012Validator

DATA = (
    "channel.json", "connection.json", "sending.json", "lowering.json", "coverage.json", "look.json", "editors.json",
    "inbound.json",
)  # fmt: skip
SCHEMAS = sorted(
    path.relative_to(folder("schemas")).as_posix()
    for path in folder("schemas").rglob("*.json")
    if path.name not in DATA
)
LIMITS = [name for name in SCHEMAS if name.endswith("/limits.json")]
DEFINITIONS = [f"{name}#/$defs/{each}" for name in LIMITS for each in load(name)["$defs"]]
DAY = re.compile(r"20\d\d-[01]\d-[0-3]\d")
STATUSES = {
    "official_conflict",
    "older_official",
    "sdk",
    "observed",
    "third_party",
    "inferred",
    "unverified",
    "official",
}


def parts(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema in a file, with its place."""
    for path, part in subschemas(load(name)):
        yield f"{name}#/{'/'.join(map(str, path))}", part


def numbers(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], float]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from numbers(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from numbers(child, (*path, index))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, value


# ---- the vocabulary


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_of_draft_2020_12(name: str) -> None:
    document = load(name)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(document)
    Schema(document, name)


@pytest.mark.parametrize("name", SCHEMAS)
def test_only_known_words_are_used(name: str) -> None:
    for place, part in parts(name):
        assert part.keys() <= STANDARD | KEYWORDS.keys() | ANNOTATIONS, place
        assert "$id" not in part, place
        for keyword in part.keys() & SHAPES.keys():
            assert Schema(SHAPES[keyword]).is_valid(part[keyword]), f"{place}/{keyword}"


def test_every_word_is_used() -> None:
    """An annotation that no schema has is none."""
    used = {word for name in SCHEMAS for _, part in parts(name) for word in part}
    assert used >= ANNOTATIONS


@pytest.mark.parametrize("name", SCHEMAS)
def test_references_stay_here_and_lead_somewhere(name: str) -> None:
    for place, part in parts(name):
        if "$ref" in part:
            file, _, pointer = resolved(part["$ref"], name).partition("#")
            assert not file.startswith(("..", "/")), place
            assert ":" not in part["$ref"], place
            assert isinstance(node_at(load(file), tuple(pointer.split("/")[1:])), dict), place


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_source_has_its_day(name: str) -> None:
    for place, part in parts(name):
        assert ("x-source" in part) == ("x-checked" in part), place
        assert part.get("x-source", "https://x/").startswith(("https://", "http://")), place
        assert DAY.fullmatch(part.get("x-checked", "2026-11-22")), place
        assert part.get("x-status", "official") in STATUSES, place
        if "x-unsupported" in part:
            assert part["x-unsupported"].endswith("."), f"{place}: a sentence"
            assert "x-source" in part, place


# ---- the numbers

UNITS = {"x-maxUtf16": "UTF-16 units", "x-maxBytes": "bytes", "x-maxGraphemes": "graphemes", "x-maxSeptets": "septets"}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_limit_has_title_source_and_day(name: str) -> None:
    limit = definition(name)
    assert limit["x-title"][:1].isupper() or limit["x-title"][:4] == "msp-"
    assert limit["x-source"].startswith(("https://", "http://"))
    assert DAY.fullmatch(limit["x-checked"])
    assert "x-unit" in limit or not NUMERIC & limit.keys() - {"minimum", "maximum"}
    assert all(limit["x-unit"] == unit for keyword, unit in UNITS.items() if keyword in limit)


GLOBE = {"latitude": 90, "longitude": 180}  # degrees


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name not in LIMITS])
def test_numbers_are_in_limits_json_only(name: str) -> None:
    """Nought and one are no limits but "not empty", "at least one", "not negative"; and the globe is no channel's."""
    strange = [
        ("/".join(map(str, path)), value)
        for path, value in numbers(load(name))
        if value not in (0, 1) and GLOBE.get(path[-2]) != abs(value)
    ]
    assert strange == []


@pytest.mark.parametrize("name", CHANNELS)
def test_numbers_of_a_channel_have_their_source_beside_them(name: str) -> None:
    data = channel(name).data
    for path, _ in numbers(data):
        around = [node_at(data, path[:end]) for end in range(1, len(path))]
        objects = [value for value in around if isinstance(value, dict)]
        assert any("x-source" in value and DAY.fullmatch(value["x-checked"]) for value in objects), path


@pytest.mark.parametrize("name", LIMITS)
def test_every_definition_is_used_or_says_what_it_limits(name: str) -> None:
    """One that no schema refers to says the field of a native payload, or in a note what it is."""
    used = {resolved(part["$ref"], other) for other in SCHEMAS for _, part in parts(other) if "$ref" in part}
    for each in load(name)["$defs"]:
        limit = definition(f"{name}#/$defs/{each}")
        told = "x-path" in limit or "x-note" in limit or "x-unit" in limit
        assert f"{name}#/$defs/{each}" in used or told, each
