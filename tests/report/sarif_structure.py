"""The part of the SARIF 2.1.0 schema that Handbill's reports use, every object closed.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json
"""

from __future__ import annotations

from typing import Any


def _object(required: str = "", **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


_TEXT = {"type": "string"}
_NUMBER = {"type": "integer", "minimum": 1}
_MESSAGE = _object("text", text=_TEXT, markdown=_TEXT)
_REGION = _object("startLine", startLine=_NUMBER, startColumn=_NUMBER, endLine=_NUMBER, endColumn=_NUMBER)
_URI = {"type": "string", "pattern": r"^[A-Za-z0-9._~/%-]+$"}
_PHYSICAL = _object("artifactLocation", artifactLocation=_object("uri", uri=_URI), region=_REGION)
_LOCATION = _object(
    "physicalLocation", id={"type": "integer", "minimum": -1}, physicalLocation=_PHYSICAL, message=_MESSAGE
)
_RULE = _object("id", id=_TEXT, shortDescription=_MESSAGE, fullDescription=_MESSAGE, help=_MESSAGE)
_DRIVER = _object(
    "name",
    name=_TEXT,
    version=_TEXT,
    semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
    rules=_list(_RULE, uniqueItems=True),
)
_RESULT = _object(
    "message",
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": -1},
    level={"enum": ["none", "note", "warning", "error"]},
    message=_MESSAGE,
    locations=_list(_LOCATION),
    relatedLocations=_list(_LOCATION, uniqueItems=True),
    partialFingerprints={"type": "object", "additionalProperties": _TEXT},
    properties={"type": "object"},
)
_RUN = _object(
    "tool",
    tool=_object("driver", driver=_DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=_list(_RESULT),
)

SARIF: dict[str, Any] = {
    **_object("version runs", version={"const": "2.1.0"}, runs=_list(_RUN)),
}
SARIF["properties"]["$schema"] = {"type": "string"}
