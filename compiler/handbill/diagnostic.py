"""One finding, in four parts: title (what), label (where), text (why), hint (what now).

The severity rule is the channel's own: `error` when it would refuse the payload (or when there is
no payload to send), `warning` when it would deliver something poorer than was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from .source import Span


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Label:
    """What is said at a place."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. Every code is explained in `explain/<code>.md`."""

    code: str  # kebab-case
    title: str  # a noun phrase: "Text too long"
    label: Label | None = None  # the place, and what was measured there
    severity: Severity = Severity.ERROR
    text: str = ""  # why, in a sentence
    hint: str = ""  # what to do
    source: str = ""  # URL of the rule
    checked: str = ""  # the day the rule was read, as YYYY-MM-DD
    related: tuple[Label, ...] = ()  # call sites, the other half of a duplicate
    value: str | None = None  # the text that was measured
    parameters: tuple[str, ...] = ()  # the parameters that made the value
    pointer: str = ""  # JSON pointer into the message
    template: str = ""
    channel: str = ""
    gateway: str = ""
    example: str = ""
    locale: str = ""  # of the project's locales; "" when it has none, or when it is the same in all
    who: str = ""  # whose rule it is, as the label names it: "Messenger"
    also: tuple[str, ...] = ()  # who else says the same of the same place
    generated: str = ""  # of a context that no example gives: what it has, in words

    def at(self, **context: str) -> Diagnostic:
        """The same finding with `template`, `channel`, `gateway`, `example`, `locale` filled in where empty."""
        return replace(self, **{k: v for k, v in context.items() if not getattr(self, k)})  # type: ignore[arg-type]


class Failed(Exception):
    """A stage could not go on; the findings that say why. Caught in `pipeline`, never shown."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(d.title for d in diagnostics))
        self.diagnostics = diagnostics


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def _place(d: Diagnostic) -> tuple[object, ...]:
    span = d.label.span if d.label else None
    return (span.source.path, span.source.first_line, span.start, span.end) if span else ("", 0, 0, 0)


def _order(d: Diagnostic) -> tuple[object, ...]:
    return (*_place(d), _RANK[d.severity], d.code, d.channel, d.gateway, d.example, d.locale, d.pointer)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by file, offset, severity, code, so that two runs print the same."""
    return sorted(diagnostics, key=_order)


def merged(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """In order, and each mistake once.

    The same finding at the same place, seen again on another channel, with another example or in
    another turn of a loop, is one mistake. What differs between the copies is left out of the one kept.
    """
    kept: dict[tuple[object, ...], Diagnostic] = {}
    for d in in_order(diagnostics):
        where = _place(d) if d.label else (d.template,)
        key = (d.code, d.title, d.text, d.source, d.label.text if d.label else "", *where)
        first = kept.get(key)
        if first is None:
            kept[key] = d
            continue
        if first.channel != d.channel:
            first = kept[key] = replace(first, channel="")
        if first.locale != d.locale:
            kept[key] = replace(first, locale="")
    return list(kept.values())


def graver(diagnostics: Iterable[Diagnostic], codes: Iterable[str]) -> list[Diagnostic]:
    """The same, those of these codes as errors."""
    fatal = frozenset(codes)
    return [replace(d, severity=Severity.ERROR) if d.code in fatal else d for d in diagnostics]


def together(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """For people: what several channels say of one text, in the same words, as one finding with `also`."""
    kept: dict[tuple[object, ...], Diagnostic] = {}
    for d in diagnostics:
        said = d.label.text.replace(d.who, "\0") if d.label and d.who else None
        key = (d.code, d.severity, *_place(d), said, d.value) if d.label and said else (id(d),)
        first = kept.get(key)
        if first is None:
            kept[key] = d
        elif d.who != first.who and d.who not in first.also:
            kept[key] = replace(first, also=(*first.also, d.who))
    return list(kept.values())


def worst(diagnostics: Iterable[Diagnostic]) -> Severity | None:
    """The gravest severity among them; None when there are none."""
    return min((d.severity for d in diagnostics), key=_RANK.__getitem__, default=None)


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `name` was most likely meant to be, or None.

    A third of the name's length may differ, at least one character (the rule gleam uses), but never all.
    """
    best: tuple[int, str] | None = None
    if len(name) > 100:
        return None
    for candidate in known:
        distance = _distance(name.lower(), candidate.lower())
        longer = max(len(name), len(candidate))
        if distance <= (longer // 3 or 1) and distance < longer and (best is None or distance < best[0]):
            best = (distance, candidate)
    return best[1] if best else None


def _distance(a: str, b: str) -> int:
    """Edit distance, in which swapping two neighbours is one edit."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, rows[i - 2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
