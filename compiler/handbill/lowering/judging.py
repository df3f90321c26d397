"""What is wrong with a document once it is lowered, told where the author wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..diagnostic import Diagnostic, Severity
from ..document import Document
from ..judge import Judge
from ..places import Places
from ..telling import diagnostics_of, lowered_diagnostics
from ..tree import fill
from .ladder import is_structural
from .plan import Judged, Plan
from .telling import shown_as, tried


def problems(
    plan: Plan, judge: Judge, document: Document, values: Sequence[object], places: Places, *, adapt: bool
) -> list[Diagnostic]:
    """What the channel and the gateway have to say of each message, and of each fallback that is not needed."""
    found: list[Diagnostic] = []
    for each in plan.judged:
        filled = fill(each.tree, values)
        if not judge.shows(filled):
            found += _problems(each, judge, filled, document, places, adapt)
    return found


def _problems(
    each: Judged, judge: Judge, filled: object, document: Document, places: Places, adapt: bool
) -> list[Diagnostic]:
    findings = judge.of_message(filled, each.at or ())
    if each.at is None:
        told = lowered_diagnostics(findings, each.tree, document, places)
        why = shown_as(each.lowered, judge.channel.title)
        return [replace(d, text=f"{why} {d.text}".strip()) if why else d for d in told]
    found = diagnostics_of(findings, document, places)
    for at, finding in enumerate(findings):
        if is_structural(finding) and found[at].severity is Severity.ERROR:
            found[at] = replace(found[at], hint=_with(found[at].hint, _way_out(each, adapt)))
            break
    return found


def _way_out(each: Judged, adapt: bool) -> str:
    """What else can be done about a message that does not fit."""
    if adapt:
        others = [trial for trial in each.lowered.trials if trial.rung != each.lowered.trials[0].rung]
        return f"tried {tried(others)}" if any(trial.why for trial in others) else ""
    own = each.lowered.fallback
    return "or let its fallback be used: `policy: adapt`" if own is not None and own.fits else ""


def _with(hint: str, more: str) -> str:
    return "; ".join(filter(None, [hint, more]))
