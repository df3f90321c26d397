"""Whether a part of a message fits a rule, where that can be told before there are data."""

from __future__ import annotations

from typing import Any

from ..tree import Leaf, Tree, escape
from ..validate import Schema
from .reach import followed
from .texts import Lit
from .trees import Shape


class Conditions:
    """The conditions of one schema, asked of one message."""

    def __init__(self, schema: Schema, shape: Shape) -> None:
        self.schema = schema
        self.shape = shape

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
                target, home = followed(value, base, self.schema)
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
            case "contains" | "items" | "prefixItems" | "minItems" | "maxItems":
                return self._of_list(keyword, value, base, tree, pointer) if isinstance(tree, list) else True
            case "x-exactlyOne" | "x-atLeastOne":
                return self._how_many(keyword, value, tree, pointer)
            case "minLength" if isinstance(tree, Leaf) and tree.parts is None:
                return not isinstance(tree.value, str) or len(tree.value) >= value
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

    def _of_list(self, keyword: str, rule: Any, base: str, tree: list[Tree], pointer: str) -> bool | None:
        """A condition on a list. An item that is repeated decides nothing: other turns can differ."""
        repeated = [f"{pointer}/{at}" in self.shape.repeated for at in range(len(tree))]
        if keyword in ("minItems", "maxItems"):
            enough = len(tree) >= rule if keyword == "minItems" else len(tree) <= rule
            return None if any(repeated) else enough
        if keyword == "prefixItems":
            if any(repeated):
                return None
            return _all(
                [self.holds(part, base, tree[at], f"{pointer}/{at}") for at, part in enumerate(rule[: len(tree)])]
            )
        found: list[bool | None] = []
        for at, child in enumerate(tree):
            found.append(None if repeated[at] else self.holds(rule, base, child, f"{pointer}/{at}"))
        return _any(found) if keyword == "contains" else _all(found)

    def _how_many(self, keyword: str, names: list[str], tree: Tree, pointer: str) -> bool | None:
        if not isinstance(tree, dict):
            return True
        there = [name for name in names if name in tree]
        if any(f"{pointer}/{escape(name)}" in self.shape.doubtful for name in there):
            return None
        return len(there) == 1 if keyword == "x-exactlyOne" else bool(there)

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
            return any(value == tree.value and _kinds(value) == _kinds(tree.value) for value in values)
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


def _kinds(value: object) -> str:
    """What JSON can hold equal: 1 is 1.0, and is not true."""
    return "number" if _kind(value) in ("integer", "number") else _kind(value)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "integer" if isinstance(value, int) else "number" if isinstance(value, float) else "string"
