"""What schemas ask of a message whose values are not known: the limits on each text and on each list.

Where a condition (`if`) depends on the values, both of its branches count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any
from urllib.parse import urljoin

from ..tree import Leaf, Tree, escape
from ..validate import Schema, retrieve
from .sizes import LIMITS
from .skeleton import Turns
from .texts import Lit
from .trees import Shape, count

_TOTAL = "x-maxTotal"
_NO_NOTES: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit on one part of a message."""

    keyword: str
    most: int
    pointer: str
    node: Tree
    notes: Mapping[str, Any]  # the rule's annotations, and those of what refers to it
    who: str
    number: float = 0  # of a list: how many items there can be
    reasons: tuple[str, ...] = ()  # of a list: the paths of the lists that make it long
    cause: str = ""  # of a part that can be anything: why
    room: int = 0  # of a list: the largest maxItems that fits, where one list decides


class Asked:
    """Asks one schema of one message."""

    def __init__(self, schema: Schema, who: str, shape: Shape) -> None:
        self.schema = schema
        self.who = who
        self.shape = shape
        self._held: dict[str, float] = {}  # other bounds for lists than the contract's, by path

    def limits(self, tree: Tree, pointer: str) -> Iterator[Limit]:
        yield from self._visit(self.schema.document, self.schema.uri, tree, pointer, _NO_NOTES)

    def _visit(self, rule: Any, base: str, tree: Tree, pointer: str, notes: Mapping[str, Any]) -> Iterator[Limit]:
        if not isinstance(rule, dict):
            return
        own = {key: value for key, value in rule.items() if key.startswith("x-") or key == "description"}
        notes = {**own, **notes} if "$ref" in rule or not notes else {**notes, **own}
        if "$ref" in rule:
            target, home = _followed(rule["$ref"], base, self.schema)
            yield from self._visit(target, home, tree, pointer, {**notes})
        yield from self._limits_here(rule, tree, pointer, notes)
        for part in (*rule.get("allOf", ()), *rule.get("anyOf", ())):
            yield from self._visit(part, base, tree, pointer, _NO_NOTES)
        if "if" in rule:
            known = self.holds(rule["if"], base, tree, pointer)
            if known is not False:
                yield from self._visit(rule.get("then"), base, tree, pointer, _NO_NOTES)
            if known is not True:
                yield from self._visit(rule.get("else"), base, tree, pointer, _NO_NOTES)
        if isinstance(tree, dict):
            yield from self._fields(rule, base, tree, pointer)
        elif isinstance(tree, list):
            fixed = rule.get("prefixItems", ())
            for at, child in enumerate(tree):
                # an item that is repeated can stand anywhere
                below = [fixed[at]] if at < len(fixed) else [rule.get("items")]
                if fixed and any(f"{pointer}/{i}" in self.shape.repeated for i in range(len(tree))):
                    below = [*fixed, rule.get("items")]
                for part in below:
                    yield from self._visit(part, base, child, f"{pointer}/{at}", _NO_NOTES)

    def _fields(self, rule: dict[str, Any], base: str, tree: dict[str, Tree], pointer: str) -> Iterator[Limit]:
        named, patterned = rule.get("properties", {}), rule.get("patternProperties", {})
        for name, child in tree.items():
            below = f"{pointer}/{escape(name)}"
            fitting = [part for pattern, part in patterned.items() if re.search(pattern, name)]
            if name in named:
                fitting.append(named[name])
            elif not fitting:
                fitting.append(rule.get("additionalProperties"))
            for part in fitting:
                yield from self._visit(part, base, child, below, _NO_NOTES)

    def _limits_here(self, rule: dict[str, Any], tree: Tree, pointer: str, notes: Mapping[str, Any]) -> Iterator[Limit]:
        if isinstance(tree, Leaf):
            cause = self.shape.anything(tree)
            for keyword in LIMITS & rule.keys():
                if cause or self.shape.text(tree) is not None:
                    yield Limit(keyword, rule[keyword], pointer, tree, notes, self.who)
            if cause:
                inside = next(_lengths(rule), None)
                if inside is not None or "maxItems" in rule:
                    yield Limit(inside or "maxItems", 0, pointer, tree, notes, self.who, cause=cause)
            return
        if isinstance(tree, list) and "maxItems" in rule:
            yield self._counted("maxItems", rule["maxItems"], ("*",), tree, pointer, notes)
        if _TOTAL in rule:
            yield self._counted(_TOTAL, rule[_TOTAL]["max"], tuple(rule[_TOTAL]["path"]), tree, pointer, notes)

    def _counted(
        self, keyword: str, most: int, path: tuple[str, ...], tree: Tree, pointer: str, notes: Mapping[str, Any]
    ) -> Limit:
        number, reasons = self._number(tree, pointer, path)
        room = 0
        if number > most and len(reasons) == 1 and reasons[0]:
            for held in range(most, 0, -1):
                self._held = {reasons[0]: held}
                if self._number(tree, pointer, path)[0] <= most:
                    room = held
                    break
            self._held = {}
        return Limit(keyword, most, pointer, tree, notes, self.who, number, reasons, room=room)

    def _number(self, tree: Tree, pointer: str, path: tuple[str, ...]) -> tuple[float, tuple[str, ...]]:
        """How many nodes a path reaches at most, and the lists that decide it."""
        if not path:
            return 1, ()
        if path[0] == "**":
            return self._anywhere(tree, pointer, path[1:])
        total: float = 0
        reasons: list[str] = []
        children: list[tuple[str, Tree]] = []
        if path[0] == "*" and isinstance(tree, list):
            children = [(str(at), child) for at, child in enumerate(tree)]
        elif isinstance(tree, dict) and path[0] in tree:
            children = [(path[0], tree[path[0]])]
        for name, child in children:
            below = f"{pointer}/{escape(name)}"
            turns = self.shape.repeated.get(below, ())
            inside, why = self._number(child, below, path[1:])
            if inside:
                total += self._times(inside, turns)
                reasons += [turn.path for turn in turns if turn.most != 1]
                reasons += why
        return total, tuple(dict.fromkeys(reasons))

    def _times(self, number: float, turns: tuple[Turns, ...]) -> float:
        often = count(
            tuple(
                Turns(each.path, min(each.most, max(self._held.get(each.path, inf) - each.apart, 0))) for each in turns
            )
        )
        return number * often if often else 0

    def _anywhere(self, tree: Tree, pointer: str, path: tuple[str, ...]) -> tuple[float, tuple[str, ...]]:
        total, reasons = self._number(tree, pointer, path)
        children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
        for name, child in children:
            below = f"{pointer}/{escape(str(name))}"
            turns = self.shape.repeated.get(below, ())
            inside, why = self._anywhere(child, below, path)
            if inside:
                total += self._times(inside, turns)
                reasons = tuple(dict.fromkeys([*reasons, *(turn.path for turn in turns), *why]))
        return total, reasons

    # ---- conditions

    def holds(self, rule: Any, base: str, tree: Tree, pointer: str) -> bool | None:
        """Whether a part of the message fits a rule; None when that depends on the values."""
        if isinstance(rule, bool):
            return rule
        found: list[bool | None] = [
            self._keyword(keyword, value, rule, base, tree, pointer) for keyword, value in rule.items()
        ]
        return False if False in found else None if None in found else True

    def _keyword(
        self, keyword: str, value: Any, rule: dict[str, Any], base: str, tree: Tree, pointer: str
    ) -> bool | None:
        if keyword in _SILENT or (keyword.startswith("x-") and keyword not in _OURS):
            return True
        if isinstance(tree, Leaf) and self.shape.anything(tree):
            return None
        match keyword:
            case "$ref":
                target, home = _followed(value, base, self.schema)
                return self.holds(target, home, tree, pointer)
            case "allOf":
                return _all([self.holds(part, base, tree, pointer) for part in value])
            case "anyOf":
                return _any([self.holds(part, base, tree, pointer) for part in value])
            case "not":
                known = self.holds(value, base, tree, pointer)
                return None if known is None else not known
            case "required":
                return self._required(value, tree, pointer)
            case "properties":
                return self._properties(value, base, tree, pointer)
            case "contains" | "items" if isinstance(tree, list):
                return self._items(keyword, value, base, tree, pointer)
            case "type":
                return self._type(value, tree)
            case "const" | "enum":
                return self._one_of([value] if keyword == "const" else value, tree)
            case _:
                return None

    def _required(self, names: list[str], tree: Tree, pointer: str) -> bool | None:
        if not isinstance(tree, dict):
            return True
        if not all(name in tree for name in names):
            return False
        return None if any(f"{pointer}/{escape(name)}" in self.shape.doubtful for name in names) else True

    def _properties(self, parts: dict[str, Any], base: str, tree: Tree, pointer: str) -> bool | None:
        if not isinstance(tree, dict):
            return True
        found: list[bool | None] = []
        for name, part in parts.items():
            if name in tree:
                below = f"{pointer}/{escape(name)}"
                known = self.holds(part, base, tree[name], below)
                found.append(None if known is False and below in self.shape.doubtful else known)
        return _all(found)

    def _items(self, keyword: str, rule: Any, base: str, tree: list[Tree], pointer: str) -> bool | None:
        """Whether one of the items fits, or all do. One that is repeated decides nothing: other turns can differ."""
        found: list[bool | None] = []
        for at, child in enumerate(tree):
            below = f"{pointer}/{at}"
            found.append(None if below in self.shape.repeated else self.holds(rule, base, child, below))
        return _any(found) if keyword == "contains" else _all(found)

    def _type(self, wanted: Any, tree: Tree) -> bool | None:
        kinds = wanted if isinstance(wanted, list) else [wanted]
        if isinstance(tree, dict):
            return "object" in kinds
        if isinstance(tree, list):
            return "array" in kinds
        if isinstance(tree, Leaf):
            if tree.parts is not None:
                return "string" in kinds if not tree.bare else None
            return _kind(tree.value) in kinds or (_kind(tree.value) == "integer" and "number" in kinds)
        return None

    def _one_of(self, values: list[Any], tree: Tree) -> bool | None:
        if not isinstance(tree, Leaf):
            return False if not any(isinstance(value, dict | list) for value in values) else None
        if tree.parts is None:
            return any(value == tree.value and type(value) is type(tree.value) for value in values) or (
                None if isinstance(tree.value, int | float) else False
            )
        text = self.shape.text(tree)
        return any(value == text.text for value in values) if isinstance(text, Lit) and not tree.bare else None


_SILENT = frozenset(["$schema", "$defs", "title", "description", "default", "examples"])
_OURS = frozenset(
    "x-maxUtf16 x-maxBytes x-maxGraphemes x-maxSeptets x-uniqueBy x-maxTotal x-maxTotalText x-maxJsonBytes x-sameShape"
    " x-exactlyOne x-atLeastOne x-unsupported".split()
)


def _all(found: list[bool | None]) -> bool | None:
    return False if False in found else None if None in found else True


def _any(found: list[bool | None]) -> bool | None:
    return True if True in found else None if None in found else False


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "integer" if isinstance(value, int) else "number" if isinstance(value, float) else "string"


def _followed(reference: str, base: str, schema: Schema) -> tuple[Any, str]:
    """What a reference leads to, and the address of its file."""
    address, _, pointer = urljoin(base, reference).partition("#")
    target: Any = schema.document if address == schema.uri else retrieve(address)
    for step in pointer.split("/")[1:]:
        target = target[step.replace("~1", "/").replace("~0", "~")]
    return target, address


def _lengths(rule: Any, depth: int = 0) -> Iterator[str]:
    """The length limits within a rule, for a part of the message that can be anything."""
    if depth > 4:
        return
    if isinstance(rule, dict):
        for key, value in rule.items():
            if key in LIMITS:
                yield key
            elif key == "$ref":
                yield "maxLength"
            elif not key.startswith("x-"):
                yield from _lengths(value, depth + 1)
    elif isinstance(rule, list):
        for part in rule:
            yield from _lengths(part, depth + 1)
