"""Contexts made from a contract: the values that a parameter may have, and whole contexts of such values.

Nothing here depends on a clock or on chance. What is made starts from an example, so that all that is not asked for
stays as an author wrote it. A contract says more than is read here (`allOf`, `if`): whoever takes a context asks
`ContextRules.holds` of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .choices import (
    ABSENT,
    PRESENT,
    Choice,
    Rule,
    Sign,
    another,
    distinct,
    fits,
    is_whole,
    kinds,
    lengths,
    tried_of,
    usual,
)
from .resources import load

# The names that lead to a value; ITEMS stands for every item of a list, LENGTH for how many there are.
Way: TypeAlias = tuple[str, ...]
ITEMS, LENGTH = "*", "#"
Chosen: TypeAlias = Mapping[Way, Any]

_NONE: Any = Sign("none")  # no value to start from


@dataclass
class Contexts:
    """The contexts of one contract. `params`: a rule for each parameter; `examples`: contexts to start from."""

    params: Mapping[str, Rule]
    examples: Sequence[Mapping[str, Any]] = ()
    _choices: dict[tuple[Way, tuple[Any, ...]], Choice] = field(default_factory=dict)

    def rules(self, way: Way) -> list[Rule]:
        """The rules of a part, each for one type; none when the contract says nothing of it."""
        found = list(kinds(self.params.get(way[0], False))) if way else []
        for step in way[1:]:
            below = [each.get("items") if step == ITEMS else each.get("properties", {}).get(step) for each in found]
            found = [kind for rule in below if isinstance(rule, dict) for kind in kinds(rule)]
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
            return lengths(self.rules(way[:-1]), constants)
        values: list[Any] = []
        whole = True
        rules = self.rules(way)
        for rule in rules:
            if rule.get("type") in ("array", "object"):
                values.append(PRESENT)
                continue
            tried = [value for value in tried_of(rule, constants, list(self._seen(way))) if fits(rule, value)]
            whole = whole and is_whole(rule, tried, constants)
            values += tried
        values = distinct(values)
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
        kind = self._kind(way, rule, chosen) if below else next(kinds(rule), {})
        if kind.get("type") == "array":
            return self._items(way, kind, given if isinstance(given, list) else [], chosen)
        if kind.get("type") == "object":
            return self._fields(way, kind, given if isinstance(given, dict) else {}, chosen)
        return usual(kind)

    def _kind(self, way: Way, rule: Rule, chosen: Chosen) -> Rule:
        """Of the types that a part may have, the one that has what was chosen below it."""
        steps = {each[len(way)] for each in chosen if len(each) > len(way) and each[: len(way)] == way}
        wanted = "array" if steps & {LENGTH, ITEMS} else "object"
        known = sorted(kinds(rule), key=lambda kind: {wanted: 0, "array": 1, "object": 1}.get(str(kind.get("type")), 2))
        return known[0] if known else {}

    def _items(self, way: Way, rule: Rule, given: list[Any], chosen: Chosen) -> list[Any]:
        inner = rule.get("items") if isinstance(rule.get("items"), dict) else {}
        length = chosen.get((*way, LENGTH))
        if length is None:
            length = max(len(given), int(rule.get("minItems", 0)), 1)
        made = []
        for index in range(length):
            start = given[index] if index < len(given) else _NONE
            if start is _NONE and given:
                start = another(given[index % len(given)], inner or {}, index)
            value = self._value((*way, ITEMS), inner or {}, start, chosen)
            made.append(another(value, inner or {}, index) if start is _NONE and index else value)
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
            fields: list[str] = distinct(name for rule in objects for name in rule.get("properties", {}))
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
