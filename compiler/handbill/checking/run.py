"""A check of many templates: what still holds of the last one is taken from there, the rest is done."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence

from ..project import Project
from .asked import Asked, Examined
from .inputs import Trace
from .store import Kept

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

        yield from map(Tracer(project, asked).examine, names)


def usual(templates: int) -> int:
    """How many processes so many templates are given, if nobody says."""
    return min(cores(), 2 * templates // LARGE) if templates >= LARGE else 1


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
