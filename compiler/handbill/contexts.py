"""Contexts made from a contract: the values that a parameter may have, and whole contexts of such values.

Nothing here depends on a clock or on chance. What is made starts from an example, so that all that is not asked for
stays as an author wrote it. A contract says more than is read here (`allOf`, `if`): whoever takes a context asks
`ContextRules.holds` of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeAlias

from .resources import load
from .samples import sample
from .validate import Schema

Rule: TypeAlias = Mapping[str, Any]
# The names that lead to a value; ITEMS stands for every item of a list, LENGTH for how many there are.
Way: TypeAlias = tuple[str, ...]
ITEMS, LENGTH = "*", "#"


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands for a value in a choice."""

    name: str


ABSENT = Sign("left out")
PRESENT = Sign("given")  # a list or an object, whatever is in it

_NONE: Any = Sign("none")  # no value to start from
_TEXT = "Text"


@dataclass(frozen=True, slots=True)
class Choice:
    """The values to try for one part of a context. `whole`: no other value makes a comparison come out otherwise."""

    values: tuple[Any, ...]
    whole: bool


Chosen: TypeAlias = Mapping[Way, Any]


@dataclass
class Contexts:
    """The contexts of one contract. `params`: a rule for each parameter; `examples`: contexts to start from."""

    params: Mapping[str, Rule]
    examples: Sequence[Mapping[str, Any]] = ()
    _choices: dict[tuple[Way, tuple[Any, ...]], Choice] = field(default_factory=dict)

    def rules(self, way: Way) -> list[Rule]:
        """The rules of a part, each for one type; none when the contract says nothing of it."""
        found = list(_kinds(self.params.get(way[0], False))) if way else []
        for step in way[1:]:
            below = [each.get("items") if step == ITEMS else each.get("properties", {}).get(step) for each in found]
            found = [kind for rule in below if isinstance(rule, dict) for kind in _kinds(rule)]
        return found

    def optional(self, way: Way) -> bool:
        """Whether a field may be left out. A parameter with a default counts as given."""
        if len(way) < 2 or way[-1] == ITEMS:
            return False
        return any(way[-1] not in rule.get("required", ()) for rule in self.rules(way[:-1]))

    def choice(self, way: Way, constants: Sequence[Any] = ()) -> Choice:
        """The values of a part that may matter, where it is compared with `constants`."""
        key = (way, tuple((type(c), c) for c in constants))
        if key not in self._choices:
            self._choices[key] = self._choice(way, constants)
        return self._choices[key]

    def _choice(self, way: Way, constants: Sequence[Any]) -> Choice:
        most = load("coverage.json")["choices"]
        if way[-1] == LENGTH:
            return _lengths(self.rules(way[:-1]), constants)
        values: list[Any] = []
        whole = True
        rules = self.rules(way)
        for rule in rules:
            if rule.get("type") in ("array", "object"):
                values.append(PRESENT)
                continue
            tried = [value for value in _tried(rule, constants, list(self._seen(way))) if _fits(rule, value)]
            whole = whole and _is_whole(rule, tried, constants)
            values += tried
        values = _distinct(values)
        if self.optional(way):
            values.append(ABSENT)
        return Choice(tuple(values[:most]), whole and bool(rules) and len(values) <= most)

    def _seen(self, way: Way) -> Iterator[Any]:
        for example in self.examples:
            yield from _values_at(example, way)

    def make(self, chosen: Chosen, base: Mapping[str, Any]) -> dict[str, Any]:
        """A context like `base`, with the parts that were chosen."""
        made = {}
        for name, rule in self.params.items():
            way = (name,)
            given = base.get(name, _NONE)
            if given is _NONE and "default" in rule:
                if way not in chosen and not _below(way, chosen):
                    continue
                given = rule["default"]
            made[name] = self._value(way, rule, given, chosen)
        return made

    def _value(self, way: Way, rule: Rule, given: Any, chosen: Chosen) -> Any:
        if way in chosen and not isinstance(chosen[way], Sign):
            return deepcopy(chosen[way])
        below = _below(way, chosen)
        if given is not _NONE and not below:
            return deepcopy(given)
        kinds = list(_kinds(rule))
        wanted = (
            "array" if (*way, LENGTH) in chosen or (*way, ITEMS) in {w[: len(way) + 1] for w in chosen} else "object"
        )
        kind = next((each for each in kinds if below and each.get("type") == wanted), None)
        if kind is None:
            kind = next((each for each in kinds if below and each.get("type") in ("array", "object")), None)
        if kind is None:
            kind = kinds[0] if kinds else {}
        if kind.get("type") == "array":
            return self._items(way, kind, given if isinstance(given, list) else [], chosen)
        if kind.get("type") == "object":
            return self._fields(way, kind, given if isinstance(given, dict) else {}, chosen)
        return usual(kind)

    def _items(self, way: Way, rule: Rule, given: list[Any], chosen: Chosen) -> list[Any]:
        inner = rule.get("items") if isinstance(rule.get("items"), dict) else {}
        length = chosen.get((*way, LENGTH))
        if length is None:
            length = max(len(given), int(rule.get("minItems", 0)), 1)
        made = []
        for index in range(length):
            start = given[index] if index < len(given) else _NONE
            if start is _NONE and given:
                start = _another(given[index % len(given)], inner or {}, index)
            value = self._value((*way, ITEMS), inner or {}, start, chosen)
            made.append(_another(value, inner or {}, index) if start is _NONE and index else value)
        return made

    def _fields(self, way: Way, rule: Rule, given: dict[str, Any], chosen: Chosen) -> dict[str, Any]:
        made = {name: deepcopy(value) for name, value in given.items()}
        for name, inner in rule.get("properties", {}).items():
            at = (*way, name)
            if chosen.get(at) is ABSENT:
                made.pop(name, None)
            elif name in given or name in rule.get("required", ()) or at in chosen or _below(at, chosen):
                made[name] = self._value(at, inner if isinstance(inner, dict) else {}, given.get(name, _NONE), chosen)
        return made

    def edges(self) -> Iterator[dict[Way, Any]]:
        """What is chosen for the contexts at the edges: the least of all, the most, then each choice by itself."""
        ways = list(self._ways())
        for end in (0, -1):
            yield {way: ends[end] for way in ways if (ends := self._ends(way))}
        for way in ways:
            for value in self.choice(way).values:
                if isinstance(value, bool) or value is None or value is ABSENT or self._is_enum(way):
                    yield {way: value}

    def fullest(self) -> dict[Way, Any]:
        """What is chosen for a context in which nothing is left out or empty."""
        chosen = {}
        for way in self._ways():
            values = [v for v in self.choice(way).values if v and v is not ABSENT]
            if values and (way[-1] == LENGTH or self.optional(way) or None in self.choice(way).values):
                chosen[way] = values[0]
        return chosen

    def _is_enum(self, way: Way) -> bool:
        return any("enum" in rule for rule in self.rules(way))

    def _ways(self) -> Iterator[Way]:
        """Every part that is no list and no object, and the lengths of lists."""
        waiting: list[Way] = [(name,) for name in reversed(list(self.params))]
        while waiting:
            way = waiting.pop()
            rules = self.rules(way)
            lists = [rule for rule in rules if rule.get("type") == "array"]
            objects = [rule for rule in rules if rule.get("type") == "object"]
            if lists:
                yield (*way, LENGTH)
                waiting.append((*way, ITEMS))
            fields: list[str] = _distinct(name for rule in objects for name in rule.get("properties", {}))
            waiting += [(*way, name) for name in reversed(fields)]
            if len(lists) + len(objects) < len(rules) or self.optional(way):
                yield way

    def _ends(self, way: Way) -> tuple[Any, ...]:
        """The least value of a part, and the most."""
        values = [v for v in self.choice(way).values if v is not PRESENT]
        texts = sorted((v for v in values if isinstance(v, str)), key=len)
        numbers = sorted(v for v in values if isinstance(v, int | float) and not isinstance(v, bool))
        if way[-1] != LENGTH and (ABSENT in values or None in values):
            low = ABSENT if ABSENT in values else None
            most = [v for v in (*texts, *numbers, True) if v in values]
            return (low, most[-1]) if most else (low,)
        if len(texts) == len(values) or len(numbers) == len(values):
            ordered: list[Any] = texts or numbers
            return (ordered[0], ordered[-1]) if ordered else ()
        return (False, True) if True in values and False in values else ()


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
        return next((n for n in _numbers(rule, [1]) if _fits(rule, n)), 1)
    if kind == "object":
        fields = rule.get("properties", {})
        return {name: usual(next(_kinds(fields[name]), {})) for name in rule.get("required", ()) if name in fields}
    if kind == "array":
        inner = rule.get("items") if isinstance(rule.get("items"), dict) else {}
        first = usual(next(_kinds(inner or {}), {}))
        return [_another(first, inner or {}, index) for index in range(max(1, int(rule.get("minItems", 0))))]
    return next((text for text in _texts(rule) if text and _fits(rule, text)), _TEXT)


def invented(rule: Rule) -> bool:
    """Whether a text of this rule says nothing of what it should be: any word would do."""
    return rule.get("type", "string") == "string" and not ({"enum", "const", "pattern", "examples"} & rule.keys())


# ---- rules


def _kinds(rule: Any) -> Iterator[Rule]:
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
                yield from _kinds({**rule, **branch})
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


def _fits(rule: Rule, value: Any) -> bool:
    return Schema(dict(rule)).is_valid(value)


def _is_whole(rule: Rule, tried: Sequence[Any], constants: Sequence[Any]) -> bool:
    if "const" in rule or "enum" in rule:
        return len(tried) == len(rule.get("enum", [None]))
    if rule.get("type") in ("boolean", "null"):
        return True
    if rule.get("type") in ("integer", "number"):
        return "multipleOf" not in rule
    known = {text for text in constants if isinstance(text, str)}
    return any(text not in known for text in tried) and "pattern" not in rule


def _tried(rule: Rule, constants: Sequence[Any], seen: Sequence[Any]) -> list[Any]:
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
        return [*seen, *_numbers(rule, known)]
    if kind == "string":
        usually, *others = _texts(rule, _sizes(constants))
        return [*seen, usually, *(c for c in constants if isinstance(c, str)), *others]
    return []


def _numbers(rule: Rule, constants: Sequence[float]) -> list[float]:
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
    whole = [int(n) for n in found if float(n).is_integer()]
    return _distinct(whole if rule.get("type") == "integer" else [*whole, *found])


def _sizes(constants: Sequence[Any]) -> list[int]:
    most = load("coverage.json")["characters"]
    sizes = [c for c in constants if isinstance(c, int) and not isinstance(c, bool) and 0 <= c < most]
    return _distinct(n for c in sizes for n in (c, c + 1, c - 1) if n >= 0)


def _texts(rule: Rule, sizes: Sequence[int] = ()) -> list[str]:
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


def _lengths(rules: Sequence[Rule], constants: Sequence[Any]) -> Choice:
    most = load("coverage.json")["items"]
    lists = [rule for rule in rules if rule.get("type") == "array"]
    low = min((int(rule.get("minItems", 0)) for rule in lists), default=0)
    high = max((int(rule.get("maxItems", most)) for rule in lists), default=0)
    wanted = [2, 1, 0, 3, low, low + 1, *(n for n in _sizes(constants) if n <= most)]
    bounded = all("maxItems" in rule for rule in lists)
    values = [n for n in _distinct([*wanted, *([high] if bounded else [])]) if low <= n <= min(high, most)]
    return Choice(tuple(values), bool(lists) and high <= most)


# ---- values


def _another(value: Any, rule: Rule, number: int) -> Any:
    """A value like another one, but not the same, where its rule leaves that open."""
    plain: Rule = {"type": "string"} if isinstance(value, str) else {}
    kind = next(_kinds(rule), plain)
    if isinstance(value, dict):
        fields = kind.get("properties", {})
        return {name: _another(each, fields.get(name, {}), number) for name, each in value.items()}
    if isinstance(value, str) and value and invented(kind) and not value.startswith(("http:", "https:")):
        behind = f" {number + 1}"
        return value[: max(0, int(kind.get("maxLength", len(value) + 9)) - len(behind))] + behind
    return deepcopy(value)


def _below(way: Way, chosen: Chosen) -> bool:
    """Whether a part of this one, or that it is there at all, was chosen."""
    return chosen.get(way) is PRESENT or any(len(w) > len(way) and w[: len(way)] == way for w in chosen)


def _values_at(value: Any, way: Way) -> Iterator[Any]:
    if not way:
        if not isinstance(value, dict | list):
            yield value
    elif way[0] == ITEMS:
        for item in value if isinstance(value, list) else ():
            yield from _values_at(item, way[1:])
    elif isinstance(value, dict) and way[0] in value:
        yield from _values_at(value[way[0]], way[1:])


def _distinct(values: Any) -> list[Any]:
    """In order, each once; 1 and true are two values."""
    found: dict[tuple[bool, str, Any], Any] = {}
    for value in values:
        key = (isinstance(value, bool), type(value).__name__ if value is None else "", repr(value))
        found.setdefault(key, value)
    return list(found.values())
