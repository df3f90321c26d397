"""How far a template is reached, in figures: plain data, for reports and for files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from .scopes import Turns
from .search import Reached
from .sites import Arm
from .solver import turns


class Count(TypedDict):
    """`total` ways; those that examples reach, and those that only generated contexts do."""

    total: int
    examples: int
    generated: int


class Missed(TypedDict):
    """A way that nothing reached. Lines and columns are 1-based, the end column excluded."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    kind: str  # if, elif, else, then (of a conditional expression), loop
    what: str
    why: str


class Figures(TypedDict):
    """One file of a template, on the channels it is for. A loop counts as three: no turn, one, more."""

    template: str
    file: str
    arms: Count
    loops: Count
    contexts: int  # generated for it
    missed: list[Missed]


def figures(template: str, file: str, reached: Reached) -> Figures:
    loops = [arm for arm in reached.arms if arm.kind == "loop"]
    return {
        "template": template,
        "file": file,
        "arms": _count([arm for arm in reached.arms if arm.kind != "loop"], reached),
        "loops": _count(loops, reached),
        "contexts": len(reached.generated),
        "missed": [_missed(arm, why) for arm, why in reached.missed],
    }


def _count(arms: Sequence[Arm], reached: Reached) -> Count:
    by_examples = sum(arm.key in reached.by_examples for arm in arms)
    generated = sum(arm.key in reached.by_generated - reached.by_examples for arm in arms)
    return {"total": len(arms), "examples": by_examples, "generated": generated}


def _missed(arm: Arm, why: str) -> Missed:
    source = arm.span.source
    line, column = source.position(arm.span.start)
    end_line, end_column = source.position(arm.span.end)
    own = arm.guards[-1]
    what = f"`{arm.words}`"
    if isinstance(own, Turns):
        what = f"`{own.words}` with {turns(own)}"
    return {
        "file": source.path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "kind": arm.kind,
        "what": what,
        "why": why,
    }
