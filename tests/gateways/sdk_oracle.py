"""What Genesys' official Python SDK says of a JSON value: unknown fields, wrong types, unknown enum values.

The SDK itself does not refuse: it sends a value it does not know as "outdated_sdk_version". So its
models are read here: `attribute_map` for names, `swagger_types` for types, the setters for enums.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from PureCloudPlatformClientV2 import models

PLAIN: dict[str, tuple[type, ...]] = {
    "str": (str,), "datetime": (str,), "int": (int,), "float": (int, float), "bool": (bool,), "object": (object,),
}  # fmt: skip


@cache
def fields(model: str) -> dict[str, tuple[str, str]]:
    """JSON name → (attribute, type), for every field of a model."""
    made = getattr(models, model)()
    return {made.attribute_map[name]: (name, kind) for name, kind in made.swagger_types.items()}


@cache
def allowed(model: str, attribute: str) -> tuple[str, ...] | None:
    """The values an attribute may have; None when it is no enum."""
    setter = inspect.getsource(getattr(getattr(models, model), attribute).fset)
    found = re.search(r"allowed_values = (\[.*?\])", setter, re.DOTALL)
    return tuple(json.loads(found[1])) if found else None


def problems(value: Any, model: str, place: str = "") -> Iterator[str]:
    """What the SDK would not know of `value` as one of its models."""
    if not isinstance(value, dict):
        yield f"{place}: {model} is an object"
        return
    for key, child in value.items():
        here = f"{place}/{key}"
        if key not in fields(model):
            yield f"{here}: {model} has no such field"
            continue
        attribute, kind = fields(model)[key]
        yield from _typed(child, kind, here)
        values = allowed(model, attribute)
        if values is not None and child not in values:
            yield f"{here}: {child!r} is none of {values}"


def _typed(value: Any, kind: str, place: str) -> Iterator[str]:
    if match := re.fullmatch(r"list\[(.*)\]", kind):
        if not isinstance(value, list):
            yield f"{place}: not a list"
            return
        for index, child in enumerate(value):
            yield from _typed(child, match[1], f"{place}/{index}")
    elif match := re.fullmatch(r"dict\(str, (.*)\)", kind):
        if not isinstance(value, dict):
            yield f"{place}: not an object"
            return
        for key, child in value.items():
            yield from _typed(child, match[1], f"{place}/{key}")
    elif kind in PLAIN:
        if not isinstance(value, PLAIN[kind]) or (isinstance(value, bool) and kind in ("int", "float")):
            yield f"{place}: {value!r} is no {kind}"
    else:
        yield from problems(value, kind, place)
