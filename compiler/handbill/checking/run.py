"""A check of many templates: what still holds of the last one is taken from there, the rest is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..project import Project
from .asked import Asked, Examined
from .inputs import Trace
from .store import Kept


def run(project: Project, names: Sequence[str], asked: Asked, *, keep: bool = True) -> Iterator[Examined]:
    """The templates of these names, in this order. Raises Failed for an unknown name of a gateway or a locale.

    `keep`: whether results are taken from the last check and kept for the next, in a project that has settings.
    """
    if not keep or project.source is None:
        yield from (examined for examined, _ in _made(project, names, asked))
        return
    kept = Kept(project, asked)
    there = {name: kept.get(name) for name in names}
    fresh = _made(project, [name for name, examined in there.items() if examined is None], asked)
    try:
        for name in names:
            examined = there[name]
            if examined is None:
                examined, trace = next(fresh)
                kept.add(examined, trace)
            yield examined
    finally:
        kept.save()


def _made(project: Project, names: Sequence[str], asked: Asked) -> Iterator[tuple[Examined, Trace | None]]:
    if not names:
        return
    from .work import compiler_for, traced  # brings Jinja and the validators

    compiler = compiler_for(project, asked)
    yield from (traced(compiler, name, asked) for name in names)
