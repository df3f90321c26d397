"""What is put into a body, or read off it, before it goes to a channel's own API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus, urlencode

import orjson

from .filling import Missing, filled
from .idempotency import Key

_KEPT = "\x01"


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


def has(body: bytes, pointer: str) -> bool:
    """Whether a body has something at a JSON pointer."""
    return at(orjson.loads(body), pointer) is not None


def merged(template: Mapping[str, str], values: Mapping[str, str], body: bytes) -> bytes:
    """A body of fields that are filled in, before those that it has; a field without its value is left out."""
    fields = {}
    for name, text in template.items():
        try:
            fields[name] = filled(text, values, lambda _, value: value, required=True)
        except Missing:
            continue
    return orjson.dumps({**fields, **orjson.loads(body)})


def kept(name: str) -> str:
    """What stands in a form for a value that the answer to the call before it will have: no form has this sign."""
    return f"{_KEPT}{name}{_KEPT}"


def filled_in(body: bytes, values: Mapping[str, str]) -> bytes:
    """A form with those values."""
    for name, value in values.items():
        body = body.replace(quote_plus(kept(name)).encode(), quote_plus(value).encode())
    return body


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
