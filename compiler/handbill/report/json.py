"""The report for programs: a JSON list, one object a finding, keys always the same."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ..diagnostic import Diagnostic, Label
from .places import place

# JSON itself escapes the C0 controls
_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_NOWHERE = {"file": None, "line": None, "column": None, "end_line": None, "end_column": None}


def report(diagnostics: Sequence[Diagnostic], *, colour: bool = False) -> str:
    """A list of objects; an empty list when there is nothing to say. Lines and columns are 1-based.

    What a finding does not have is "", the place and the value null.
    """
    return dumps(listed(diagnostics))


def listed(diagnostics: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    """The findings as plain JSON."""
    return [_finding(d) for d in diagnostics]


def dumps(value: object) -> str:
    """Readable JSON. What could steer a terminal, and a lone surrogate, is escaped as JSON escapes it."""
    return _STEERING.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(value, ensure_ascii=False, indent=2)) + "\n"


def _finding(d: Diagnostic) -> dict[str, Any]:
    return {
        "code": d.code,
        "severity": str(d.severity),
        **(asdict(place(d.label.span)) if d.label else _NOWHERE),
        "title": d.title,
        "label": d.label.text if d.label else "",
        "text": d.text,
        "hint": d.hint,
        "source": d.source,
        "pointer": d.pointer,
        "template": d.template,
        "channel": d.channel,
        "gateway": d.gateway,
        "example": d.example,
        "generated": d.generated,
        "locale": d.locale,
        "value": d.value,
        "related": [_related(label) for label in d.related],
    }


def _related(label: Label) -> dict[str, Any]:
    return {**asdict(place(label.span)), "label": label.text}
