"""The channels' own APIs: the vendors' examples pass the payload schemas, one value over its limit is one finding.

An example is a native payload, `channels/<channel>/native/<what>.json`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from channels.cases import FOLDER
from channels.growth import KEYWORDS, LEAST, LENGTHS, SIZES, Use, definition, number, placed, sized, uses
from handbill.channels import CHANNELS, channel
from handbill.diagnostic import Severity
from handbill.keywords import Path as KeyPath
from handbill.keywords import node_at
from handbill.validate import schema

DIRECT = [name for name in CHANNELS if channel(name).direct]
NATIVE = [file for name in DIRECT for file in sorted((FOLDER / name / "native").glob("*.json"))]


def name_of(file: Path) -> str:
    return f"{file.parent.parent.name}-{file.stem}"


def body_of(file: Path) -> Any:
    return json.loads(file.read_bytes())


def rules_of(file: Path) -> str:
    return channel(file.parent.parent.name).payload_schema


def edges(file: Path) -> Iterator[tuple[Use, str]]:
    """Each limit that the example comes under, once a place, with the keyword."""
    seen = set()
    for use in uses(rules_of(file), body_of(file)):
        value = node_at(body_of(file), use.path)
        limits = definition(use.definition).keys() & set(SIZES.get(type(value), ()))
        for keyword in sorted(limits & KEYWORDS):
            if (use.name, use.place, keyword) not in seen:
                seen.add((use.name, use.place, keyword))
                yield use, keyword


EDGES = [(file, use, keyword) for file in NATIVE for use, keyword in edges(file)]


@pytest.mark.parametrize("file", NATIVE, ids=name_of)
def test_a_vendors_example_passes(file: Path) -> None:
    rules = schema(rules_of(file))
    assert [(v.path, v.keyword, v.limit) for v in rules.violations(body_of(file))] == []
    assert rules.is_valid(body_of(file))


@pytest.mark.parametrize(
    ("file", "use", "keyword"), EDGES, ids=[f"{name_of(f)}-{use.name}-{use.place}-{k}" for f, use, k in EDGES]
)
def test_a_value_at_its_limit_and_beyond(file: Path, use: Use, keyword: str) -> None:
    limit = definition(use.definition)
    most = number(limit, keyword)
    beyond = most - 1 if keyword in LEAST else most + 1
    if beyond < 0 or (keyword == "minLength" and beyond == 0 and "pattern" in limit):
        return
    assert not about(file, use, keyword, grown(file, use, keyword, most))
    found = errors(file, grown(file, use, keyword, beyond))
    assert len(found) == 1, found
    assert about(file, use, keyword, grown(file, use, keyword, beyond))


def grown(file: Path, use: Use, keyword: str, size: int) -> Any:
    """The example with this place at a size."""
    body = body_of(file)
    value = node_at(body, use.path)
    if keyword == "x-maxTotal" and len(path := definition(use.definition)[keyword]["path"]) == len(GROUPED):
        return placed(body, use.path, halved(value, path[1], size))
    if isinstance(value, list):
        return placed(body, use.path, [distinct(value[index % len(value)], index) for index in range(size)])
    if isinstance(value, dict):
        children = list(value.values())
        return placed(body, use.path, {f"p{index}": children[index % len(children)] for index in range(size)})
    return placed(body, use.path, sized(value, keyword, size, LENGTHS.get(keyword, "")))


GROUPED = ("*", "rows", "*")  # the way to what several groups may hold together


def halved(groups: list[Any], inner: str, size: int) -> list[Any]:
    """Two groups that hold so many together, in the list of this name."""
    made = [distinct(groups[index % len(groups)], index) for index in range(2)]
    for at, many in enumerate((size // 2, size - size // 2)):
        made[at][inner] = [distinct(made[at][inner][0], 100 * at + index) for index in range(many)]
    return made


def distinct(item: Any, index: int) -> Any:
    """A copy in which every name and number by which a vendor tells two apart is its own."""
    made = copy.deepcopy(item)
    for holder in holders(made):
        for key in (TELLING | OWN if holder is made else TELLING) & holder.keys():
            if isinstance(holder[key], str):
                holder[key] = f"{holder[key][:8]}{index}"
            elif isinstance(holder[key], int) and not isinstance(holder[key], bool):
                holder[key] = index
    return made


def holders(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from holders(child)


# what has to be different in two of a list
TELLING = {
    "id", "identifier", "title", "label", "value", "payload", "postbackData", "block_id",
    "action_id", "custom_id", "cardId", "data", "text",
}  # fmt: skip
OWN = {"index", "card_index", "name"}  # the same of the item itself, not of what it holds


def errors(file: Path, body: Any) -> list[tuple[KeyPath, str]]:
    found = schema(rules_of(file)).violations(body)
    return [(v.path, v.keyword) for v in found if v.severity is Severity.ERROR]


def about(file: Path, use: Use, keyword: str, body: Any) -> bool:
    """Whether a limit is said to be broken at the place."""
    return any(said == keyword and path[: len(use.path)] == use.path for path, said in errors(file, body))
