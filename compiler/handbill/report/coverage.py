"""How far templates are reached: a line a file and a line a way that nothing reached, or the same as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import floor
from typing import TYPE_CHECKING, Any

from ..diagnostic import Diagnostic
from .json import dumps, listed
from .printable import printable

if TYPE_CHECKING:
    from ..coverage.figures import Count, Figures


def percent(figures: Sequence[Figures]) -> float:
    """The share of arms and loops that were reached, to one decimal, never rounded up; 100 when there are none."""
    total = sum(_total(each) for each in figures)
    return floor(1000 * sum(_reached(each) for each in figures) / total) / 10 if total else 100.0


def text(figures: Sequence[Figures]) -> str:
    """For people."""
    lines = [line for each in figures if _total(each) for line in _lines(each)]
    return "".join(f"{line}\n" for line in [*lines, total(figures)])


def total(figures: Sequence[Figures]) -> str:
    """One line for all of them: "14 of 16 arms and loops reached, 87.5 %"."""
    reached, of = sum(map(_reached, figures)), sum(map(_total, figures))
    return f"{reached:,} of {of:,} arms and loops reached, {percent(figures):g} %" if of else "no arms and no loops"


def json(diagnostics: Sequence[Diagnostic], figures: Sequence[Figures]) -> str:
    """An object: the findings as ever, and the coverage."""
    coverage: dict[str, Any] = {
        "total": sum(map(_total, figures)),
        "reached": sum(map(_reached, figures)),
        "percent": percent(figures),
        "templates": list(figures),
    }
    return dumps({"findings": listed(diagnostics), "coverage": coverage})


def too_low(figures: Sequence[Figures], least: float) -> Diagnostic | None:
    """A finding, when less is reached than was asked for."""
    if percent(figures) >= least:
        return None
    most = max(figures, key=lambda each: len(each["missed"]))
    where = f"; most are missed in {most['file']}: {len(most['missed']):,}" if len(figures) > 1 else ""
    return Diagnostic(
        "low-coverage",
        f"Coverage below {least:g} %",
        text=f"{total(figures)}{where}.",
        hint="add examples for what is not reached, or take it out; `handbill check --coverage` lists it",
    )


def _lines(figures: Figures) -> Iterator[str]:
    parts = [_count(figures["arms"], "arm"), _count(figures["loops"], "turn of loops")]
    yield f"{printable(figures['file'])}: {', '.join(filter(None, parts))}"
    for missed in figures["missed"]:
        place = f"{missed['file']}:{missed['line']}:{missed['column']}"
        yield f"  {printable(place)}: {printable(missed['what'])} is not reached: {printable(missed['why'])}"


def _count(count: Count, noun: str) -> str:
    if not count["total"]:
        return ""
    reached = count["examples"] + count["generated"]
    how = f" ({count['examples']:,} by examples, {count['generated']:,} by generated contexts)"
    plural = noun.replace("arm", "arms").replace("turn ", "turns ") if count["total"] != 1 else noun
    return f"{reached:,} of {count['total']:,} {plural}{how if count['generated'] else ''}"


def _total(figures: Figures) -> int:
    return figures["arms"]["total"] + figures["loops"]["total"]


def _reached(figures: Figures) -> int:
    return sum(count["examples"] + count["generated"] for count in (figures["arms"], figures["loops"]))
