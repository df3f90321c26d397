"""What is put into a body, or read off it, before it goes to a channel's own API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson

from .idempotency import Key


def keyed(body: bytes, facts: Mapping[str, Any], key: Key) -> bytes:
    """The body with its idempotency key, where the channel wants it there: `field`, `with` and `also` of the facts."""
    if not facts.get("field") and not facts.get("with") and not facts.get("also"):
        return body
    tree = orjson.loads(body)
    if facts.get("field"):
        _put(tree, facts["field"], key.written(facts))
    for pointer, value in facts.get("with", {}).items():
        _put(tree, pointer, value)
    for place, pointer in enumerate(facts.get("also", ()), 1):
        above = at(tree, pointer.rpartition("/")[0])
        if isinstance(above, dict):
            above.setdefault(pointer.rpartition("/")[2], key.other(place))
    return orjson.dumps(tree)


def method_of(body: bytes, methods: Sequence[Mapping[str, str]]) -> str:
    """The method of an API that has one for each kind of message: the first whose field the body has."""
    tree = orjson.loads(body)
    return next((each["method"] for each in methods if each["has"] in tree), methods[0]["method"])


def form(body: bytes) -> bytes:
    """An object as a form: a list is a field that is repeated, an object its JSON."""
    pairs = []
    for name, value in orjson.loads(body).items():
        for each in value if isinstance(value, list) else [value]:
            text = each if isinstance(each, str) else orjson.dumps(each).decode()
            pairs.append((name, text))
    return urlencode(pairs).encode()


def at(tree: Any, pointer: str) -> Any:
    """The value at a JSON pointer (RFC 6901); None where there is none."""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(tree, dict):
            tree = tree.get(step)
        elif isinstance(tree, list) and step.isdigit() and int(step) < len(tree):
            tree = tree[int(step)]
        else:
            return None
    return tree


def _put(tree: dict[str, Any], pointer: str, value: Any) -> None:
    *above, last = pointer.split("/")[1:]
    for step in above:
        tree = tree.setdefault(step, {})
    tree[last] = value
