"""The report for GitHub Actions: workflow commands that become annotations on the changed lines.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Sequence

from ..diagnostic import Diagnostic, Severity, together
from .places import place
from .printable import printable, quoted

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def report(diagnostics: Sequence[Diagnostic], *, colour: bool = False) -> str:
    """One line a finding."""
    return "".join(f"{_finding(d)}\n" for d in together(diagnostics))


def _finding(d: Diagnostic) -> str:
    properties: dict[str, object] = {}
    if d.label:
        at = place(d.label.span)
        properties = {"file": at.file, "line": at.line, "col": at.column, "endLine": at.end_line}
        if at.end_line == at.line:  # columns of a stretch over several lines are refused
            properties["endColumn"] = at.end_column
        else:
            del properties["col"]
    properties["title"] = f"{d.title} ({d.code})"
    listed = ",".join(f"{name}={_property(printable(str(value)))}" for name, value in properties.items())
    return f"::{_COMMAND[d.severity]} {listed}::{_data(_message(d))}"


def _message(d: Diagnostic) -> str:
    lines = [d.label.text if d.label else "", d.text]
    if d.also:
        lines.append(f"also: {', '.join(d.also)}")
    if d.value is not None:
        lines.append(f"value: {quoted(d.value)}")
    if d.generated:
        lines.append(f"from a generated context: {d.generated}")
    if d.locale:
        lines.append(f"locale: {d.locale}")
    if d.source:
        lines.append(f"source: {d.source}")
    if d.hint:
        lines.append(f"hint: {d.hint}")
    said = "\n".join(line for line in lines if line) or d.title
    return "\n".join(printable(line) for line in said.split("\n"))


def _data(text: str) -> str:
    """A command's message, escaped as the runner undoes it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
