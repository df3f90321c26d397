"""Which parts of a schema limit lengths and numbers: the others, which are most, need not be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from ..validate import Schema, retrieve
from .sizes import LIMITS

TOTAL, TEXTS, BYTES = "x-maxTotal", "x-maxTotalText", "x-maxJsonBytes"
WHOLE = frozenset([TEXTS, BYTES])
_LIMITING = LIMITS | WHOLE | {"maxItems", TOTAL}
_PARTS = ("items", "additionalProperties", "then", "else")
_LISTS = ("allOf", "anyOf", "prefixItems")
_MAPS = ("properties", "patternProperties")

# By the identity of each part of a shipped schema, which is kept beside so that it stays the only one of that identity.
_KNOWN: dict[int, tuple[Any, bool]] = {}


def followed(reference: str, base: str, schema: Schema) -> tuple[Any, str]:
    """What a reference leads to, and the address of its file."""
    address, _, pointer = urljoin(base, reference).partition("#")
    target: Any = schema.document if address == schema.uri else retrieve(address)
    for step in pointer.split("/")[1:]:
        target = target[step.replace("~1", "/").replace("~0", "~")]
    return target, address


def limits_something(rule: Any, base: str, schema: Schema) -> bool:
    """Whether there is a limit anywhere below."""
    if not isinstance(rule, dict):
        return False
    known = _KNOWN.get(id(rule))
    if known is None:
        found, _ = _search(rule, base, schema, set())
        known = _KNOWN[id(rule)] = (rule, found)
    return known[1]


def has_wholes(schema: Schema) -> bool:
    """Whether a schema limits a message as a whole."""
    if schema.uri not in _WHOLES:
        _WHOLES[schema.uri] = any(WHOLE & rule.keys() for rule in _all(schema.document, schema.uri, schema, set()))
    return _WHOLES[schema.uri]


_WHOLES: dict[str, bool] = {}


def _search(rule: dict[str, Any], base: str, schema: Schema, above: set[int]) -> tuple[bool, bool]:
    """Whether there is a limit; and whether that is sure, which no is not while a part above is still searched."""
    if _LIMITING & rule.keys():
        return True, True
    if id(rule) in above:
        return False, False
    sure = True
    for part, home in _parts(rule, base, schema):
        known = _KNOWN.get(id(part))
        found, certain = (known[1], True) if known else _search(part, home, schema, above | {id(rule)})
        if found:
            _KNOWN[id(rule)] = (rule, True)
            return True, True
        sure = sure and certain
    if sure:
        _KNOWN[id(rule)] = (rule, False)
    return False, sure


def _all(rule: dict[str, Any], base: str, schema: Schema, seen: set[int]) -> Iterator[dict[str, Any]]:
    if id(rule) in seen:
        return
    seen.add(id(rule))
    yield rule
    for part, home in _parts(rule, base, schema):
        yield from _all(part, home, schema, seen)


def _parts(rule: dict[str, Any], base: str, schema: Schema) -> Iterator[tuple[dict[str, Any], str]]:
    """The parts of a rule that are about a message or about what is in it, and the file each is in."""
    if "$ref" in rule:
        target, home = followed(rule["$ref"], base, schema)
        if isinstance(target, dict):
            yield target, home
    below = [rule.get(key) for key in _PARTS]
    for key in _LISTS:
        below += rule.get(key, ())
    for key in _MAPS:
        below += rule.get(key, {}).values()
    for part in below:
        if isinstance(part, dict):
            yield part, base
