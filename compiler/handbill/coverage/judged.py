"""What generated contexts show to be wrong, without what nobody would ever send, and nothing twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ..choices import ABSENT, PRESENT
from ..contexts import ITEMS, LENGTH, Way
from ..diagnostic import Diagnostic
from .conditions import spelled
from .search import Generated

_LONG = 2  # items of a list; how many there may be is the proof's business
_OF_DATA = frozenset({"text-too-long", "bad-url", "bad-phone", "bad-time", "wrong-format", "duplicate-value"})
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHOWN = 60  # characters of a value; of a longer one its length is told
_UNDECLARED = frozenset({"undeclared-parameter", "channel-parameter"})  # said of every channel at once
_EMPTY = frozenset({"empty-text", "text-too-short"})


@dataclass
class Judged:
    """Findings of generated contexts; `seen` are those of the examples."""

    seen: Iterable[Diagnostic]
    found: list[Diagnostic] = field(default_factory=list)
    _known: set[tuple[object, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        told = [replace(d, code="undefined-variable") for d in self.seen if d.code in _UNDECLARED]
        self._known = {_key(d) for d in self.seen} | {_anywhere(d) for d in told}

    def add(self, context: Generated, diagnostics: Iterable[Diagnostic], changed: str = "") -> None:
        """What a context showed on one channel; `changed` says in what plural form."""
        fresh = []
        for d in diagnostics:
            if {_key(d), _anywhere(d)} & self._known or _nonsense(context, d):
                continue
            fresh.append(
                replace(d, generated="; ".join(filter(None, [said(context, d), changed])), hint=_hint(context, d))
            )
        self._known |= {_key(d) for d in fresh}
        self.found += fresh


def _key(d: Diagnostic) -> tuple[object, ...]:
    span = d.label.span if d.label else None
    place = (span.source.path, span.start) if span else (d.pointer,)
    return (d.code, d.channel, *place)


def _anywhere(d: Diagnostic) -> tuple[object, ...]:
    """The same for every channel."""
    code, _channel, *place = _key(d)
    return (code, *place)


def _nonsense(context: Generated, d: Diagnostic) -> bool:
    """Whether a finding speaks of values that were made up, not of the template.

    A text that is too long, and a list, are found by the proof; that a made-up word is no address says nothing. That
    a value may be empty does: the contract allows it.
    """
    if d.code in _OF_DATA and (d.parameters or d.code == "duplicate-value"):
        return not _emptied(context, d)
    lists = [value for way, value in context.chosen.items() if way[-1] == LENGTH]
    return d.code.startswith("too-many-") and any(value > _LONG for value in lists)


def _emptied(context: Generated, d: Diagnostic) -> list[Way]:
    """The parts behind a finding that were chosen to be empty texts."""
    return [way for way in _behind(context, d) if context.chosen[way] == ""]


def _behind(context: Generated, d: Diagnostic) -> list[Way]:
    """What was chosen of the parts that a finding speaks of, as far as the text at its place tells."""
    words = set(_WORD.findall(d.label.span.text)) if d.label else set()
    named = [way for way in context.chosen if _names(way)[-1] in words]
    return named or [way for way in context.chosen if way[0] in words or way[0] in d.parameters]


def _names(way: Way) -> list[str]:
    return [step for step in way if step not in (ITEMS, LENGTH)]


def _hint(context: Generated, d: Diagnostic) -> str:
    """The rule that a contract lacks, where the finding comes from what it allows."""
    emptied = _emptied(context, d)
    if emptied and (d.code in _EMPTY or d.code in _OF_DATA):
        return f"give `{spelled(emptied[0])}` a minLength of 1, or write what stands there when it is empty"
    none = [way for way, value in context.chosen.items() if way[-1] == LENGTH and value == 0]
    if d.code in ("too-few-items", "missing-one-of") and none:
        return f"give `{spelled(none[0])}` a minItems of 1, or write what stands there when it has none"
    return d.hint


def said(context: Generated, d: Diagnostic) -> str:
    """What matters in a context: "`vip` = true, `items` with 0 items, the rest as in example `default`"."""
    ways = _behind(context, d) if context.edge else list(context.chosen)
    parts = [_part(way, context.chosen[way]) for way in ways or context.chosen if context.chosen[way] is not PRESENT]
    if not parts:
        return f"the values of example `{context.base}`" if context.base else "no values"
    if context.edge and len(parts) < len(context.chosen):
        return f"{', '.join(parts)}, the rest at the edge of the contract"
    rest = f", the rest as in example `{context.base}`" if context.base else ""
    return ", ".join(parts) + rest


def _part(way: Way, value: Any) -> str:
    name = f"`{spelled(way)}`"
    if way[-1] == LENGTH:
        return f"{name} with {value} item{'' if value == 1 else 's'}"
    if value is ABSENT:
        return f"{name} left out"
    return f"{name} = {_json(value)}"


def _json(value: Any) -> str:
    if isinstance(value, str) and len(value) > _SHOWN:
        return f"a text of {len(value):,} characters"
    return json.dumps(value, ensure_ascii=False)
