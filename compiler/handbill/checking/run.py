"""A check of many templates: what still holds of the last one is taken from there, the rest is done."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from ..project import Project
from .asked import Asked, Examined
from .inputs import Trace
from .store import Kept

if TYPE_CHECKING:
    from .work import Tracer

WORTH = 0.2  # seconds of work that are worth the start of a process
_TIMED = 3  # templates after which the time of the rest can be told
LARGE = 100 if sys.platform == "linux" else 500  # templates that are worth the start of more processes than one


def run(
    project: Project, names: Sequence[str], asked: Asked, *, keep: bool = True, jobs: int | None = None
) -> Iterator[Examined]:
    """The templates of these names, in this order. Raises Failed for an unknown name of a gateway or a locale.

    `keep`: whether results are taken from the last check and kept for the next, in a project that has settings. What
    a coverage is made of is never kept.
    `jobs`: how many processes; by itself, as many as are worth it.
    """
    if not keep or asked.coverage or project.source is None:
        yield from (examined for examined, _ in _made(project, names, asked, jobs))
        return
    kept = Kept(project, asked)
    there = {name: kept.get(name) for name in names}
    fresh = _made(project, [name for name, examined in there.items() if examined is None], asked, jobs)
    try:
        for name in names:
            examined = there[name]
            if examined is None:
                examined, trace = next(fresh)
                kept.add(examined, trace)
            yield examined
    finally:
        kept.save()


def _made(
    project: Project, names: Sequence[str], asked: Asked, jobs: int | None
) -> Iterator[tuple[Examined, Trace | None]]:
    wanted = usual(len(names)) if jobs is None else jobs
    if wanted > 1 and len(names) > 1:
        from .jobs import spread

        yield from spread(project, names, asked, wanted)
    elif names:
        from .work import Tracer  # brings Jinja and the validators

        tracer = Tracer(project, asked)
        most = cores() if jobs is None and sys.platform == "linux" else 1
        yield from _by_and_by(project, names, asked, tracer, most)


def _by_and_by(
    project: Project, names: Sequence[str], asked: Asked, tracer: Tracer, most: int
) -> Iterator[tuple[Examined, Trace | None]]:
    """In one process, until the time that templates take shows that more are worth their start."""
    spent = 0.0
    for done, name in enumerate(names):
        if done >= _TIMED and most > 1:
            left = spent / (done - 1) * (len(names) - done)
            if (processes := min(most, int(left / WORTH))) > 1:
                from .jobs import spread

                yield from spread(project, names[done:], asked, processes, tracer)
                return
        started = perf_counter()
        made = tracer.examine(name)
        if done:  # the first one brings what all need
            spent += perf_counter() - started
        yield made


@contextmanager
def patient() -> Iterator[None]:
    """Inside, Python looks for garbage less often: nearly all that a check makes is kept, and is looked at in vain."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def usual(templates: int) -> int:
    """How many processes so many templates are given, if nobody says."""
    return min(cores(), 2 * templates // LARGE) if templates >= LARGE else 1


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
