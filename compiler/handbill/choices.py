"""The values of a parameter that may matter: what its rule allows, and what a template compares it with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from .resources import load
from .samples import sample
from .validate import Schema

Rule: TypeAlias = Mapping[str, Any]
_TEXT = "Text"
_FEW = 12  # numbers that are all tried


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands for a value in a choice."""

    name: str


ABSENT = Sign("left out")
PRESENT = Sign("given")  # a list or an object, whatever is in it


@dataclass(frozen=True, slots=True)
class Choice:
    """The values to try for one part of a context. `whole`: no other value makes a comparison come out otherwise."""

    values: tuple[Any, ...]
    whole: bool


def usual(rule: Rule) -> Any:
    """A value that nobody would wonder at."""
    for word in ("const", "default"):
        if word in rule:
            return deepcopy(rule[word])
    for word in ("enum", "examples"):
        if rule.get(word):
            return deepcopy(rule[word][0])
    kind = rule.get("type", "string")
    if kind == "null":
        return None
    if kind == "boolean":
        return False
    if kind in ("integer", "number"):
        return next((n for n in numbers(rule, [1]) if fits(rule, n)), 1)
    if kind == "object":
        fields = rule.get("properties", {})
        return {name: usual(next(kinds(fields[name]), {})) for name in rule.get("required", ()) if name in fields}
    if kind == "array":
        inner = rule.get("items") if isinstance(rule.get("items"), dict) else {}
        first = usual(next(kinds(inner or {}), {}))
        return [another(first, inner or {}, index) for index in range(max(1, int(rule.get("minItems", 0))))]
    return next((text for text in texts(rule) if text and fits(rule, text)), _TEXT)


def invented(rule: Rule) -> bool:
    """Whether a text of this rule says nothing of what it should be: any word would do."""
    return rule.get("type", "string") == "string" and not ({"enum", "const", "pattern", "examples"} & rule.keys())


def kinds(rule: Any) -> Iterator[Rule]:
    """A rule as rules of one type each; `anyOf` and `allOf` are merged into it."""
    if not isinstance(rule, dict):
        return
    rule = dict(rule)
    for part in rule.pop("allOf", []):
        if isinstance(part, dict):
            rule |= part
    branches = rule.pop("anyOf", None)
    if branches:
        for branch in branches:
            if isinstance(branch, dict):
                yield from kinds({**rule, **branch})
        return
    if "const" in rule or "enum" in rule:
        yield rule
        return
    types = rule.get("type")
    for kind in types if isinstance(types, list) else [types or _type_of(rule)]:
        if kind:
            yield {**rule, "type": kind}


def _type_of(rule: Rule) -> str:
    """The type that a rule without one speaks of."""
    for kind, words in (
        ("object", ("properties", "required")),
        ("array", ("items", "maxItems", "minItems")),
        ("string", ("maxLength", "minLength", "pattern")),
        ("number", ("minimum", "maximum", "multipleOf")),
    ):
        if any(word in rule for word in words):
            return kind
    return ""


def fits(rule: Rule, value: Any) -> bool:
    return Schema(dict(rule)).is_valid(value)


def is_whole(rule: Rule, tried: Sequence[Any], constants: Sequence[Any]) -> bool:
    if "const" in rule or "enum" in rule:
        return len(tried) == len(rule.get("enum", [None]))
    if rule.get("type") in ("boolean", "null"):
        return True
    if rule.get("type") in ("integer", "number"):
        return "multipleOf" not in rule
    known = {text for text in constants if isinstance(text, str)}
    return any(text not in known for text in tried) and "pattern" not in rule


def tried_of(rule: Rule, constants: Sequence[Any], seen: Sequence[Any]) -> list[Any]:
    if "const" in rule:
        return [rule["const"]]
    if "enum" in rule:
        return list(rule["enum"])
    kind = rule.get("type")
    if kind == "null":
        return [None]
    if kind == "boolean":
        return [True, False]
    if kind in ("integer", "number"):
        known = [c for c in constants if isinstance(c, int | float) and not isinstance(c, bool)]
        return [*seen, *numbers(rule, known)]
    if kind == "string":
        usually, *others = texts(rule, sizes(constants))
        return [*seen, usually, *(c for c in constants if isinstance(c, str)), *others]
    return []


def numbers(rule: Rule, constants: Sequence[float]) -> list[float]:
    """Around what it is compared with, the edges, and between."""
    low = rule.get("minimum", rule.get("exclusiveMinimum"))
    high = rule.get("maximum", rule.get("exclusiveMaximum"))
    step = rule.get("multipleOf", 1)
    found: list[float] = []
    for number in constants:
        found += [number, number + step, number - step]
    found += [n for n in (low, high) if n is not None]
    found += [low + step] if low is not None else []
    found += [high - step] if high is not None else []
    found += [1, 0, 2, 0 - step]
    if rule.get("type") == "number":
        found += [(a + b) / 2 for a, b in pairwise(sorted(set(found)))]
    if rule.get("type") == "integer" and low is not None and high is not None and high - low <= _FEW:
        found += range(int(low), int(high) + 1)
    whole = [int(n) for n in found if float(n).is_integer()]
    return distinct(whole if rule.get("type") == "integer" else [*whole, *found])


def sizes(constants: Sequence[Any]) -> list[int]:
    most = load("coverage.json")["characters"]
    sizes = [c for c in constants if isinstance(c, int) and not isinstance(c, bool) and 0 <= c < most]
    return distinct(n for c in sizes for n in (c, c + 1, c - 1) if n >= 0)


def texts(rule: Rule, sizes: Sequence[int] = ()) -> list[str]:
    """A usual text, the empty one, the shortest, the longest, and those of the sizes asked for."""
    most = load("coverage.json")["characters"]
    if "pattern" in rule:
        made = [sample(rule["pattern"]), sample(rule["pattern"], long=True)]
        return [*(text for text in made if text is not None), _TEXT, ""]
    least = int(rule.get("minLength", 0))
    longest = int(rule.get("maxLength", max(least, len(_TEXT))))
    ends = [least, min(longest, most)]
    return [_sized(min(max(least, len(_TEXT)), longest)), "", *map(_sized, ends), *map(_sized, sizes)]


def _sized(size: int) -> str:
    return (_TEXT + "text" * size)[:size]


def lengths(rules: Sequence[Rule], constants: Sequence[Any]) -> Choice:
    most = load("coverage.json")["items"]
    lists = [rule for rule in rules if rule.get("type") == "array"]
    low = min((int(rule.get("minItems", 0)) for rule in lists), default=0)
    high = max((int(rule.get("maxItems", most)) for rule in lists), default=0)
    wanted = [2, 1, 0, 3, low, low + 1, *(n for n in sizes(constants) if n <= most)]
    bounded = all("maxItems" in rule for rule in lists)
    values = [n for n in distinct([*wanted, *([high] if bounded else [])]) if low <= n <= min(high, most)]
    return Choice(tuple(values), bool(lists) and high <= most)


def another(value: Any, rule: Rule, number: int) -> Any:
    """A value like another one, but not the same, where its rule leaves that open."""
    plain: Rule = {"type": "string"} if isinstance(value, str) else {}
    kind = next(kinds(rule), plain)
    if isinstance(value, dict):
        fields = kind.get("properties", {})
        return {name: another(each, fields.get(name, {}), number) for name, each in value.items()}
    if isinstance(value, str) and value and invented(kind) and not value.startswith(("http:", "https:")):
        behind = f" {number + 1}"
        return value[: max(0, int(kind.get("maxLength", len(value) + 9)) - len(behind))] + behind
    return deepcopy(value)


def distinct(values: Any) -> list[Any]:
    """In order, each once; 1 and true are two values."""
    found: dict[tuple[bool, str, Any], Any] = {}
    for value in values:
        key = (isinstance(value, bool), type(value).__name__ if value is None else "", repr(value))
        found.setdefault(key, value)
    return list(found.values())
