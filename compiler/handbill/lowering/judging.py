"""What is wrong with a document once it is lowered, told where the author wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..diagnostic import Diagnostic, Severity
from ..document import Document
from ..judge import Finding, Judge
from ..places import Places
from ..telling import diagnostics_of, lowered_diagnostics, steps_of
from ..tree import Leaf, fill, fill_leaf
from ..validate import pattern
from .ladder import is_structural
from .plan import Judged, Plan
from .prose import Words
from .repair import repaired
from .telling import shown_as, tried
from .written import leaves_of, written


def problems(
    plan: Plan, judge: Judge, document: Document, values: Sequence[object], places: Places, *, adapt: bool
) -> list[Diagnostic]:
    """What the channel and the gateway have to say of each message, and of each fallback that is not needed."""
    found: list[Diagnostic] = []
    for each in plan.judged:
        filled = fill(each.tree, values)
        if not judge.shows(filled):
            found += _problems(each, judge, filled, document, values, places, adapt)
    return found


def _problems(
    each: Judged,
    judge: Judge,
    filled: object,
    document: Document,
    values: Sequence[object],
    places: Places,
    adapt: bool,
) -> list[Diagnostic]:
    findings = judge.of_message(filled, each.at or ())
    if each.at is None:
        told = lowered_diagnostics(findings, each.tree, document, places)
        for at, finding in enumerate(findings):
            own, label = _with_signs(finding, each, values), told[at].label
            if own is not None and label is not None:
                span = places.skeleton(*places.offsets(document, steps_of(own.pointer)))
                told[at] = replace(told[at], label=replace(label, span=span), pointer=own.pointer)
        why = shown_as(each.lowered, judge.channel.title)
        return [replace(d, text=f"{why} {d.text}".strip()) if why else d for d in told]
    if adapt and not each.lowered.fits:
        findings = _beyond_repair(findings, each, judge)
    found = diagnostics_of(findings, document, places)
    for at, finding in enumerate(findings):
        if is_structural(finding) and found[at].severity is Severity.ERROR:
            found[at] = replace(found[at], hint=_with(found[at].hint, _way_out(each, adapt)))
            break
    return found


def _with_signs(finding: Finding, each: Judged, values: Sequence[object]) -> Leaf | None:
    """Of the texts that have become one, the first in which the channel formats signs."""
    patterns = [pattern(text) for text in finding.violation.extra.get("patterns", ())]
    for leaf in leaves_of(written(each.lowered.before)) if patterns else ():
        text = fill_leaf(leaf, values)
        if isinstance(text, str) and any(one.is_valid(text) for one in patterns):
            return leaf
    return None


def _beyond_repair(findings: list[Finding], each: Judged, judge: Judge) -> list[Finding]:
    """Those that keep a message from going out; what would have been put elsewhere is no mistake."""
    message, words, depth = each.lowered.before, Words({}, judge.channel.name), len(each.at or ())

    def mended(finding: Finding) -> bool:
        v = replace(finding.violation, path=finding.violation.path[depth:])
        return is_structural(finding) and repaired(message, [Finding(v, finding.who)], words, message) is not None

    return [finding for finding in findings if not mended(finding)] or findings


def _way_out(each: Judged, adapt: bool) -> str:
    """What else can be done about a message that does not fit."""
    if adapt:
        others = [trial for trial in each.lowered.trials if trial.rung != each.lowered.trials[0].rung]
        return f"tried {tried(others)}" if any(trial.why for trial in others) else ""
    own = each.lowered.fallback
    return "or let its fallback be used: `policy: adapt`" if own is not None and own.fits else ""


def _with(hint: str, more: str) -> str:
    return "; ".join(filter(None, [hint, more]))
