"""What a schema still has to ask of the values, once the text around them is known.

A schema is applied to a message whose leaves have holes, with `jsonschema` doing the walking. Whatever
does not touch a hole is decided here and now. A rule that meets a hole is noted for later: the holes'
rules together are the *residue*, a small schema over the list of the leaves, quick to ask for each message.

Where a hole decides what else applies (inside an `if`, an `anyOf`) nothing can be noted, and the whole
schema must be asked of each message; that is `Undecided`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin

from jsonschema.exceptions import ValidationError
from jsonschema.validators import Draft202012Validator, extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from .keywords import KEYWORDS, nodes
from .tree import Leaf, Tree
from .validate import Schema, retrieve


class Undecided(Exception):
    """A hole decides which rules apply."""


class Refused(Exception):
    """The message breaks the schema whatever its values are."""


class Hole:
    """Stands for a leaf with holes in the message that is walked."""

    __slots__ = ("leaf",)

    def __init__(self, leaf: Leaf) -> None:
        self.leaf = leaf


class Residue:
    """What is left to ask: rules for each leaf, and groups of leaves that must differ."""

    def __init__(self) -> None:
        self.leaves: dict[int, Leaf] = {}  # by id
        self.rules: dict[int, list[Any]] = {}
        self.different: list[list[tuple[Any, ...]]] = []  # tuples of constants and Leafs
        self.whole: list[Schema] = []  # those that were undecided
        self._seen: set[tuple[int, int]] = set()

    def add(self, schema: Schema, message: Tree) -> None:
        """Apply a schema to a message. Raises Refused."""
        walk = _Walk(schema)
        try:
            walk.judge(_with_holes(message))
        except Undecided:
            self.whole.append(schema)
            return
        for hole, rule, base in walk.met:
            mark = (id(hole.leaf), id(rule))
            if mark not in self._seen:
                self._seen.add(mark)
                self.leaves[id(hole.leaf)] = hole.leaf
                self.rules.setdefault(id(hole.leaf), []).append(_absolute(rule, base))
        self.different += walk.different

    def schema(self, leaves: list[Leaf]) -> Schema:
        """One schema for the list of these leaves' values, every limit counted in code points.

        That needs no call into Python. It is as strict as the rules are wherever `limits` hold, too.
        """
        return Schema({"prefixItems": [_in_code_points(rule) for rule in self.merged(leaves)]})

    def limits(self, leaves: list[Leaf], keyword: str) -> dict[int, int]:
        """The limits of one keyword, by the leaf's place in the list."""
        return {i: rule[keyword] for i, rule in enumerate(self.merged(leaves)) if keyword in rule}

    def merged(self, leaves: list[Leaf]) -> list[dict[str, Any]]:
        """The rules of each leaf as one schema. At least one, as `prefixItems` takes no empty list."""
        return [_merged(self.rules.get(id(leaf), [])) for leaf in leaves] or [{}]


def _with_holes(tree: Tree) -> Any:
    if isinstance(tree, Leaf):
        return tree.value if tree.parts is None else Hole(tree)
    if isinstance(tree, dict):
        return {key: _with_holes(child) for key, child in tree.items()}
    if isinstance(tree, list):
        return [_with_holes(child) for child in tree]
    return tree


class _Walk:
    """One schema applied to one message with holes."""

    def __init__(self, schema: Schema) -> None:
        self.met: list[tuple[Hole, Any, str]] = []
        self.different: list[list[tuple[Any, ...]]] = []
        self.deciding = 0
        self.uri = schema.uri
        self.document = schema.document

    def judge(self, message: Any) -> None:
        functions = {name: self._keyword(name, f) for name, f in Draft202012Validator.VALIDATORS.items()}
        functions |= {name: self._keyword(name, _ours(check)) for name, check in KEYWORDS.items()}
        for name in ("anyOf", "oneOf", "not", "contains"):
            functions[name] = self._choice(functions[name])
        functions["if"] = self._keyword("if", self._condition)
        functions["x-uniqueBy"] = self._unique_by
        functions["x-unit"] = self._keyword("x-unit", _nothing)  # so that a hole with only a unit is met, too
        walker: Any = extend(Draft202012Validator, functions)  # type: ignore[no-untyped-call]
        registry: Any = Registry(retrieve=_resource)  # type: ignore[call-arg]
        judge = walker({"$ref": self.uri}, registry=registry.with_resource(self.uri, _plain(self.document)))
        for error in judge.iter_errors(message):
            raise Refused(error.message)

    def _keyword(self, name: str, function: Callable[..., Any]) -> Callable[..., Iterator[ValidationError]]:
        whole = name in ("const", "enum", "uniqueItems", "x-maxTotalText", "x-maxJsonBytes")

        def keyword(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
            if type(instance) is Hole:
                if self.deciding:
                    raise Undecided
                self.met.append((instance, schema, validator._resolver._base_uri))
                return
            if whole and _any_hole(instance):
                raise Undecided
            yield from function(validator, value, instance, schema) or ()

        return keyword

    def _choice(self, function: Callable[..., Any]) -> Callable[..., Iterator[ValidationError]]:
        def keyword(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
            self.deciding += type(instance) is not Hole
            try:
                found = list(function(validator, value, instance, schema))
            finally:
                self.deciding -= type(instance) is not Hole
            yield from found

        return keyword

    def _condition(self, validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        self.deciding += 1
        try:
            holds = validator.evolve(schema=value).is_valid(instance)
        finally:
            self.deciding -= 1
        branch = "then" if holds else "else"
        if branch in schema:
            yield from validator.descend(instance, schema[branch], schema_path=branch)

    def _unique_by(self, validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        fields: list[str] = value["fields"]
        group: list[tuple[Any, ...]] = []
        for _, node in nodes(instance, value["path"]):
            if not fields:
                group.append((node,))
            elif isinstance(node, dict) and any(name in node for name in fields):
                group.append(tuple((name in node, node.get(name)) for name in fields))
        if not _any_hole([list(_flat(mark)) for mark in group]):
            yield from _ours(KEYWORDS["x-uniqueBy"])(validator, value, instance, schema)
            return
        if self.deciding or any(isinstance(part, dict | list) for mark in group for part in _flat(mark)):
            raise Undecided
        self.different.append([tuple(p.leaf if type(p) is Hole else p for p in _flat(mark)) for mark in group])


def _flat(mark: tuple[Any, ...]) -> Iterator[Any]:
    for part in mark:
        if isinstance(part, tuple):
            yield from part
        else:
            yield part


def _any_hole(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_any_hole(child) for child in value.values())
    if isinstance(value, list):
        return any(_any_hole(child) for child in value)
    return type(value) is Hole


def _ours(check: Callable[[Any, Any], Any]) -> Callable[..., Iterator[ValidationError]]:
    def keyword(_validator: Any, value: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
        if check(value, instance):
            yield ValidationError("refused")

    return keyword


def _nothing(*_: Any) -> tuple[()]:
    return ()


def _plain(document: Any) -> Any:
    # with `$schema`, jsonschema would take its own validator instead of this one
    if isinstance(document, dict):
        document = {key: value for key, value in document.items() if key != "$schema"}
    return DRAFT202012.create_resource(document)


def _resource(uri: str) -> Any:
    return _plain(retrieve(uri))


def _absolute(rule: Any, base: str) -> Any:
    """A rule taken out of its file: its references must still lead home."""
    if isinstance(rule, dict):
        return {
            key: urljoin(base, value) if key == "$ref" else _absolute(value, base)
            for key, value in rule.items()
            if not key.startswith("x-") or key in KEYWORDS or key == "x-unit"
        }
    if isinstance(rule, list):
        return [_absolute(child, base) for child in rule]
    return rule


_LIMITS: dict[str, Callable[[int, int], int]] = {
    "minLength": max,
    "maxLength": min,
    "x-maxUtf16": min,
    "x-maxBytes": min,
    "x-maxGraphemes": min,
    "x-maxSeptets": min,
}
IDLE = frozenset({"title", "description", "default", "examples"})


def _in_code_points(rule: dict[str, Any]) -> dict[str, Any]:
    lengths = [rule[name] for name in ("maxLength", "x-maxUtf16", "x-maxBytes", "x-maxGraphemes") if name in rule]
    kept = {name: value for name, value in rule.items() if name not in ("x-maxUtf16", "x-maxBytes", "x-maxGraphemes")}
    return {**kept, "maxLength": min(lengths)} if lengths else kept


def _merged(rules: list[Any]) -> dict[str, Any]:
    """The rules for one leaf as one schema, the plain limits brought together."""
    limits: dict[str, int] = {}
    rest: list[Any] = []
    for rule in _opened(rules):
        kept = {key: value for key, value in rule.items() if key not in IDLE}
        unit = kept.pop("x-unit", None)
        if unit == "characters" and "maxLength" in kept:
            # fits in every reading of "characters"; where it does not, the slow way finds the words
            kept["x-maxUtf16"] = min(kept.get("x-maxUtf16", kept["maxLength"]), kept["maxLength"])
        for name, pick in _LIMITS.items():
            if name in kept:
                value = kept.pop(name)
                limits[name] = pick(limits[name], value) if name in limits else value
        if kept and kept not in rest:
            rest.append(kept)
    return {**limits, "allOf": rest} if rest else limits


def _opened(rules: list[Any]) -> Iterator[dict[str, Any]]:
    """The rules with references that lead to rules without references resolved."""
    for rule in rules:
        if not isinstance(rule, dict):
            continue
        if "$ref" not in rule:
            yield rule
            continue
        address, _, pointer = rule["$ref"].partition("#")
        target: Any = retrieve(address)
        for step in pointer.split("/")[1:]:
            target = target[step.replace("~1", "/").replace("~0", "~")]
        yield from _opened([_absolute(target, address)])
        rest = {key: value for key, value in rule.items() if key != "$ref"}
        if rest:
            yield rest
