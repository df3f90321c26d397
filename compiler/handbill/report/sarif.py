"""The report for code scanning: SARIF 2.1.0, with the page of every code that occurs as its rule's help.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from .. import __version__
from ..diagnostic import Diagnostic, Label, Severity
from ..source import Span
from .explained import explained
from .json import dumps
from .places import place

_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def report(diagnostics: Sequence[Diagnostic], *, colour: bool = False) -> str:
    """One log with one run. Columns are code points, 1-based."""
    titles: dict[str, str] = {}
    for d in diagnostics:
        titles.setdefault(d.code, d.title)
    codes = sorted(titles)
    driver = {
        "name": "handbill",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(code, titles[code]) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(d, codes.index(d.code)) for d in diagnostics],
    }
    return dumps({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]})


def _rule(code: str, title: str) -> dict[str, Any]:
    page = explained(code)
    rule: dict[str, Any] = {"id": code, "shortDescription": {"text": page.title if page else title}}
    if page and page.first:
        rule["fullDescription"] = {"text": page.first}
    if page:
        rule["help"] = {"text": page.markdown, "markdown": page.markdown}
    return rule


def _result(d: Diagnostic, rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": d.code,
        "ruleIndex": rule,
        "level": _LEVEL[d.severity],
        "message": {"text": _message(d)},
        "locations": [_location(d.label.span)] if d.label else [],
    }
    if d.related:
        result["relatedLocations"] = [_related(i, label) for i, label in enumerate(d.related)]
    result["partialFingerprints"] = {"handbill/v1": _fingerprint(d)}
    extra = {
        "title": d.title,
        "pointer": d.pointer,
        "template": d.template,
        "channel": d.channel,
        "gateway": d.gateway,
        "example": d.example,
        "generated": d.generated,
        "locale": d.locale,
        "value": d.value,
        "source": d.source,
    }
    result["properties"] = {key: value for key, value in extra.items() if value}
    return result


def _location(span: Span) -> dict[str, Any]:
    at = place(span)
    region = {
        "startLine": at.line,
        "startColumn": at.column,
        "endLine": at.end_line,
        "endColumn": at.end_column,
    }
    uri = quote(at.file, safe="/", errors="surrogatepass")
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _related(number: int, label: Label) -> dict[str, Any]:
    location = {"id": number, **_location(label.span)}
    return {**location, "message": {"text": label.text}} if label.text else location


def _message(d: Diagnostic) -> str:
    said = f"{d.title}: {d.label.text}" if d.label and d.label.text else d.title
    return "\n".join(line for line in (said, d.text, f"Hint: {d.hint}" if d.hint else "") if line)


def _fingerprint(d: Diagnostic) -> str:
    """The same for the same mistake after the lines above it have moved."""
    line = path = ""
    if d.label:
        source = d.label.span.source
        path, line = source.path, source.line(source.position(d.label.span.start)[0]).strip()
    parts = "\0".join((d.code, path, d.template, d.pointer, d.channel, line))
    return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
