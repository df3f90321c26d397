"""Several schema files as one, for editors.

Editors know the standard's keywords only, so a limit in another unit is said again as the nearest
bound they do know: a text of more than 20 code points has more than 20 UTF-16 units, bytes or septets too.
"""

from __future__ import annotations

import posixpath
from typing import Any

from ..resources import load

_AT_LEAST_ONE_A_CODE_POINT = ("x-maxUtf16", "x-maxBytes", "x-maxSeptets")
# these hold names or plain values, not schemas
_NAMED = {"properties", "patternProperties", "$defs", "dependentSchemas"}
_PLAIN = {"const", "enum", "default", "examples", "required", "dependentRequired"}


def bundle(file: str) -> dict[str, Any]:
    """The schema in `file`, with every file it refers to under `$defs`."""
    found: dict[str, dict[str, Any]] = {}
    whole = _rewritten(load(file), file, file, found)
    return _joined(whole, found)


def either(title: str, whole: str, one: str) -> dict[str, Any]:
    """The schema `whole`, whose every message (the document, or each in its list) is also held to `one`."""
    found: dict[str, dict[str, Any]] = {}
    main = "\0"  # no file's name: everything is under $defs
    both = [_reference(whole, main, found), _reference(one, main, found)]
    each = {
        "if": {"type": "array"},
        "then": {"items": both[1]},
        "else": both[1],
    }
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, "allOf": [both[0], each]}
    return _joined(schema, found)


def _joined(schema: dict[str, Any], found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {**schema, "$defs": {**schema.get("$defs", {}), **found}} if found else schema


def _key(file: str) -> str:
    return file.removesuffix(".json").removesuffix(".schema").replace("/", ".") + ".file"


def _reference(file: str, main: str, found: dict[str, dict[str, Any]], pointer: str = "") -> dict[str, Any]:
    """A `$ref` to a place in a file, which comes along when it is not there yet."""
    if file == main:
        return {"$ref": f"#{pointer}"}
    key = _key(file)
    if key not in found:
        found[key] = {}  # before going in: files may refer to one another
        whole = _rewritten(load(file), file, main, found)
        whole.pop("$schema", None)
        found[key] = whole
    return {"$ref": f"#/$defs/{key}{pointer}"}


def _rewritten(node: Any, file: str, main: str, found: dict[str, dict[str, Any]]) -> Any:
    if isinstance(node, list):
        return [_rewritten(child, file, main, found) for child in node]
    if not isinstance(node, dict):
        return node
    new: dict[str, Any] = {}
    for key, value in node.items():
        if key == "$ref":
            target, _, pointer = str(value).partition("#")
            other = posixpath.normpath(posixpath.join(posixpath.dirname(file), target)) if target else file
            new |= _reference(other, main, found, pointer)
        elif key in _NAMED:
            new[key] = {name: _rewritten(child, file, main, found) for name, child in value.items()}
        elif key in _PLAIN or key.startswith("x-"):
            new[key] = value
        else:
            new[key] = _rewritten(value, file, main, found)
    return _for_editors(new)


def _for_editors(node: dict[str, Any]) -> dict[str, Any]:
    if "x-unsupported" in node:
        return {**node, "description": node["x-unsupported"], "not": {}}
    bounds = [node[key] for key in _AT_LEAST_ONE_A_CODE_POINT if key in node]
    if bounds and "maxLength" not in node:
        return {**node, "maxLength": min(bounds)}
    return node
