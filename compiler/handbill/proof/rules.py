"""What schemas ask of a message whose values are not known: the limits on each text and on each list.

Where a condition (`if`) depends on the values, both of its branches count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from ..tree import Leaf, Tree, escape
from ..validate import Schema
from .conditions import Conditions
from .reach import BYTES, TEXTS, TOTAL, followed, limits_something
from .sizes import LIMITS
from .skeleton import Turns
from .texts import Text
from .trees import Shape, count
from .wholes import as_json, total

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
    late: bool = False  # of the payload, which is only made of a message that fits
    shown: str = ""  # what the message goes out as, where that is not what it was: a sentence
    whole: Text | None = None  # of a message as a whole: all that counts; `node` is the longest part of that
    room: int = 0  # of a list: the largest maxItems that fits, where one list decides


class Asked(Conditions):
    """Asks one schema of one message."""

    def __init__(self, schema: Schema, who: str, shape: Shape) -> None:
        super().__init__(schema, shape)
        self.who = who
        self._held: dict[str, float] = {}  # other bounds for lists than the contract's, by path

    def limits(self, tree: Tree, pointer: str) -> Iterator[Limit]:
        yield from self._visit(self.schema.document, self.schema.uri, tree, pointer, _NO_NOTES)

    def _visit(self, rule: Any, base: str, tree: Tree, pointer: str, notes: Mapping[str, Any]) -> Iterator[Limit]:
        if not limits_something(rule, base, self.schema):
            return
        own = {key: value for key, value in rule.items() if key.startswith("x-") or key == "description"}
        notes = {**own, **notes} if "$ref" in rule or not notes else {**notes, **own}
        if "$ref" in rule:
            target, home = followed(rule["$ref"], base, self.schema)
            yield from self._visit(target, home, tree, pointer, {**notes})
        yield from self._limits_here(rule, tree, pointer, notes)
        ways = [part for part in rule.get("anyOf", ()) if self.holds(part, base, tree, pointer) is not False]
        for part in (*rule.get("allOf", ()), *ways):
            yield from self._visit(part, base, tree, pointer, _NO_NOTES)
        branches = [rule.get("then"), rule.get("else")]
        if "if" in rule and any(limits_something(part, base, self.schema) for part in branches):
            known = self.holds(rule["if"], base, tree, pointer)
            if known is not False:
                yield from self._visit(branches[0], base, tree, pointer, _NO_NOTES)
            if known is not True:
                yield from self._visit(branches[1], base, tree, pointer, _NO_NOTES)
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
        yield from self._whole(rule, tree, pointer, notes)
        if TOTAL in rule:
            yield self._counted(TOTAL, rule[TOTAL]["max"], tuple(rule[TOTAL]["path"]), tree, pointer, notes)

    def _whole(self, rule: dict[str, Any], tree: Tree, pointer: str, notes: Mapping[str, Any]) -> Iterator[Limit]:
        if TEXTS in rule:
            text, node = total(rule[TEXTS]["paths"], tree, pointer, self.shape)
            if node is not None:
                yield Limit(TEXTS, rule[TEXTS]["max"], node.pointer, node, notes, self.who, whole=text)
        if BYTES in rule:
            text, node = as_json(tree, pointer, self.shape)
            if node is not None:
                yield Limit(BYTES, rule[BYTES], node.pointer, node, notes, self.who, whole=text)

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
