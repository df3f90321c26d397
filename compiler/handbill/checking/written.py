"""Findings as plain JSON, and back: nothing that a report shows is lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from ..diagnostic import Diagnostic, Label, Severity
from ..source import Source, Span

_DEFAULTS = {field.name: field.default for field in fields(Diagnostic)}


class Writer:
    """Writes findings; the sources that they point into are kept apart, each once, in `sources`."""

    def __init__(self) -> None:
        self.sources: list[list[Any]] = []  # path, text, number of the first line
        self._known: dict[tuple[str, int, str], int] = {}

    def findings(self, found: Iterable[Diagnostic]) -> list[dict[str, Any]]:
        return [self._finding(d) for d in found]

    def _finding(self, d: Diagnostic) -> dict[str, Any]:
        written: dict[str, Any] = {}
        for name, default in _DEFAULTS.items():
            value = getattr(d, name)
            if value != default:
                written[name] = self._value(value)
        return written

    def _value(self, value: Any) -> Any:
        if isinstance(value, Label):
            span = value.span
            return [self._source(span.source), span.start, span.end, value.text]
        return [self._value(item) for item in value] if isinstance(value, tuple) else value

    def _source(self, source: Source) -> int:
        key = (source.path, source.first_line, source.text)
        if key not in self._known:
            self._known[key] = len(self.sources)
            self.sources.append([source.path, source.text, source.first_line])
        return self._known[key]


class Reader:
    """Reads what a Writer wrote. Raises LookupError, TypeError or ValueError for anything else."""

    def __init__(self, sources: Sequence[Sequence[Any]]) -> None:
        self._sources = [Source(str(path), str(text), int(first)) for path, text, first in sources]

    def findings(self, written: Iterable[dict[str, Any]]) -> tuple[Diagnostic, ...]:
        return tuple(self._finding(one) for one in written)

    def _finding(self, written: dict[str, Any]) -> Diagnostic:
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in written.items()
        }
        if "severity" in values:
            values["severity"] = Severity(values["severity"])
        if "label" in values:
            values["label"] = self._label(values["label"])
        if "related" in values:
            values["related"] = tuple(self._label(label) for label in values["related"])
        return Diagnostic(**values)

    def _label(self, written: Sequence[Any]) -> Label:
        source, start, end, text = written
        return Label(Span(self._sources[source], start, end), text)
