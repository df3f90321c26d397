"""Every limit at n-1, n, n+1: each definition by itself, and each place of a message that it holds for.

The messages are those of tests/channels; a limit that none of them comes under fails a test until one does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from channels.cases import DIRECT, FOLDER, WHOLE, Case, cases
from channels.growth import (
    KEYWORDS,
    LEAST,
    LENGTHS,
    SIZES,
    WIDTHS,
    Use,
    definition,
    number,
    placed,
    resolved,
    sized,
    text,
    uses,
)
from handbill.channels import channel
from handbill.diagnostic import Diagnostic, Severity
from handbill.findings import diagnose
from handbill.gateways import GATEWAYS
from handbill.judge import Judge
from handbill.keywords import node_at, subschemas
from handbill.resources import folder, load
from handbill.validate import Schema

# ---- each definition by itself

FILES = sorted(path.relative_to(folder("schemas")).as_posix() for path in folder("schemas").glob("*/limits.json"))
LIMITED = [
    f"{file}#/$defs/{name}" for file in FILES for name, limit in load(file)["$defs"].items() if KEYWORDS & limit.keys()
]


@pytest.mark.parametrize("name", LIMITED)
def test_each_limit_by_itself(name: str) -> None:
    """Refused exactly when too large or too small, in every unit; and both libraries agree."""
    limit = definition(name)
    judge = Schema(limit, name.partition("#")[0])
    for keyword in KEYWORDS & limit.keys():
        for size in range(number(limit, keyword) - 1, number(limit, keyword) + 2):
            for value in values(limit, keyword, size):
                found = judge.violations(value)
                errors = [violation for violation in found if violation.severity is Severity.ERROR]
                assert bool(errors) == breaks(limit, value), (keyword, size)
                assert bool(found) == (bool(errors) or doubtful(limit, value)), (keyword, size)
                assert len(found) <= 1
                assert judge.is_valid(value) == (not errors)
                assert judge.is_clean(value) == (not found)


def values(limit: dict[str, Any], keyword: str, size: int) -> Iterator[Any]:
    """Values of a size."""
    if keyword in SIZES[int]:
        yield size
    elif size < 0:
        return
    elif keyword in LENGTHS:
        unit = LENGTHS[keyword]
        yield from (text(size, unit, char) for char in WIDTHS if unit in WIDTHS[char])
    elif keyword == "x-maxTotal":
        yield nested(limit[keyword]["path"], size)
    elif keyword in SIZES[list]:
        yield [{}] * size
    else:
        yield {f"p{index}": "" for index in range(size)}


def nested(path: list[str], size: int) -> Any:
    """A value in which `path` leads to `size` nodes, in two branches."""
    *steps, last = path
    node = {} if last == "*" else {last: {}}
    halves: list[Any] = [[node] * (size // 2), [node] * (size - size // 2)]
    for step in reversed(steps):
        halves = [halves] if step in ("*", "**") else [{step: half} for half in halves]
    return halves[0]


def breaks(limit: dict[str, Any], value: Any) -> bool:
    """Whether a value breaks any of a definition's limits; told by the table of widths, not by the code under test."""
    if isinstance(value, str) and not re.search(limit.get("pattern", ""), value):
        return True
    for keyword in KEYWORDS & limit.keys() & {*SIZES[type(value)], "x-maxTotal"}:
        size = value if isinstance(value, int) else measured(value, keyword)
        if size < number(limit, keyword) if keyword in LEAST else size > number(limit, keyword):
            return True
    return False


def doubtful(limit: dict[str, Any], value: Any) -> bool:
    """Whether a text is too long in one reading of "characters" only, which is a warning."""
    undefined = isinstance(value, str) and limit.get("x-unit") == "characters" and "maxLength" in limit
    return undefined and measured(value, "x-maxUtf16") > limit["maxLength"]


def measured(value: Any, keyword: str) -> int:
    if keyword == "x-maxTotal":
        return empties(value)
    if not isinstance(value, str):
        return len(value)
    size, rest = 0, value
    for char in sorted(WIDTHS, key=len, reverse=True):
        size += rest.count(char) * WIDTHS[char].get(LENGTHS[keyword], 0)
        rest = rest.replace(char, "")
    return size


def empties(value: Any) -> int:
    """How many of the nodes that `nested` has made."""
    if value == {}:
        return 1
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(map(empties, below))


# ---- each limit in a message


@cache
def judge_of(name: str, *, genesys: bool = False) -> Judge:
    return Judge(channel(name), GATEWAYS["genesys-event"] if genesys else DIRECT)


@cache
def reached(name: str) -> dict[tuple[str, str, str], tuple[bool, Case, Use]]:
    """Each limit at each place of a channel's messages → whether it is Genesys Cloud's, a message with that place."""
    found: dict[tuple[str, str, str], tuple[bool, Case, Use]] = {}
    for case in (case for case in cases(name) if case.file.parent != FOLDER):
        for genesys, file in enumerate(rules(name)):
            for use in uses(file, case.message()):
                found.setdefault((use.name, case.template_type, use.place), (bool(genesys), case, use))
    return found


def rules(name: str) -> list[str]:
    """The schemas of a channel's messages."""
    known = channel(name)
    return [known.message_schema, *([known.genesys_schema] if known.genesys_schema else [])]


PLACES = [
    (name, *key)
    for name in WHOLE
    for key, (_, _, use) in sorted(reached(name).items(), key=lambda item: item[0])
    if KEYWORDS & definition(use.definition).keys()
]


@pytest.mark.parametrize(("name", "limit", "template_type", "place"), PLACES)
def test_each_limit_in_a_message(name: str, limit: str, template_type: str, place: str) -> None:
    """Up to n there is nothing to say; one more is one finding, with both figures and the source."""
    genesys, case, use = reached(name)[(limit, template_type, place)]
    judge, rule, message = judge_of(name, genesys=genesys), definition(use.definition), case.message()
    value = node_at(message, use.path)
    for keyword in KEYWORDS & rule.keys() & set(SIZES[type(value)]):
        bound = number(rule, keyword)
        beyond = bound - 1 if keyword in LEAST else bound + 1
        for fine in taken(rule, keyword, value):
            # cards that must be alike stay alike
            assert told(judge, placed(message, use.path, fine, everywhere=isinstance(fine, list))) == [], fine
        wrong = placed(message, use.path, sized(value, keyword, beyond))
        [finding] = told(judge, wrong)
        assert finding.severity is Severity.ERROR
        assert finding.code in codes(keyword, place)
        if judge.neutral.schema.is_clean(wrong):  # what is empty is refused before any channel has a say
            figures = re.findall(r"-?\d+", finding.text.partition(". ")[0])
            assert {str(bound), str(beyond)} <= set(figures), finding.text
            assert finding.source == rule["x-source"]


def told(judge: Judge, message: Any) -> list[Diagnostic]:
    """What an author is told."""
    found = [diagnose(finding.violation, who=finding.who) for finding in judge.findings(message)]
    assert judge.likes(message) == (not found)
    return found


def taken(rule: dict[str, Any], keyword: str, value: Any) -> Iterator[Any]:
    """Values at the limit and one inside it that break no other limit of the definition."""
    bound = number(rule, keyword)
    for size in (bound, bound + 1 if keyword in LEAST else bound - 1):
        made = sized(value, keyword, size)
        if not breaks(rule, made) and made not in ("", [], {}):
            yield made
    if keyword in LENGTHS and keyword not in LEAST and "pattern" not in rule and not value.startswith("https:"):
        unit = "UTF-16 units" if rule["x-unit"] == "characters" else LENGTHS[keyword]
        yield from (sized(value, keyword, bound, unit, char) for char in WIDTHS if unit in WIDTHS[char])


def codes(keyword: str, place: str) -> set[str]:
    if keyword in SIZES[int]:
        return {"number-out-of-range"}
    if keyword in LENGTHS:
        return {"empty-text", "text-too-short"} if keyword in LEAST else {"text-too-long"}
    if keyword in LEAST:
        return {"too-few-items"}
    return {{"buttons": "too-many-buttons", "cards": "too-many-cards"}.get(place.rpartition("/")[2], "too-many-items")}


@pytest.mark.parametrize("name", WHOLE)
def test_every_limit_on_messages_is_reached_by_a_case(name: str) -> None:
    """Names of fields aside, which are in no place of a message."""
    referred = {
        resolved(part["$ref"], file) for file in rules(name) for part in values_of(load(file)) if "$ref" in part
    }
    met = {use.definition for _, _, use in reached(name).values()}
    assert sorted(referred - met) == [], f"write a case in tests/channels/{name} that comes under it"


def values_of(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema inside a schema that is about a value."""
    return (part for path, part in subschemas(schema) if "propertyNames" not in path)


@pytest.mark.parametrize("name", WHOLE)
def test_where_each_limit_holds(name: str, snapshot: Any) -> None:
    """For each limit of a channel the fields it holds for; the rest is of native payloads, which no message reaches."""
    places: dict[str, list[str]] = {limit: [] for limit in load(f"{name}/limits.json")["$defs"]}
    for limit, template_type, place in sorted(reached(name)):
        places[limit].append(f"    {template_type} {place}\n")
    lines = [f"{limit}: {figures(name, limit)}\n{''.join(where)}" for limit, where in places.items() if where]
    native = [f"    {limit}: {figures(name, limit)}\n" for limit, where in places.items() if not where]
    snapshot.snapshot_dir = FOLDER / name
    snapshot.assert_match("".join([*lines, *(["(no message)\n"] if native else []), *native]), "limits.txt")


def figures(name: str, limit: str) -> str:
    """What a definition says, without what it says of itself."""
    rule = definition(f"{name}/limits.json#/$defs/{limit}")
    said = {key: value for key, value in rule.items() if key not in ABOUT}
    return ", ".join(f"{key} {json.dumps(value, ensure_ascii=False)}" for key, value in said.items())


ABOUT = {
    f"x-{word}" for word in ("title", "unit", "source", "checked", "status", "note", "path", "code", "hint", "label")
}
