"""Templates that are drawn on every core, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ..diagnostic import Diagnostic, Failed

Made = TypeVar("Made")
_FEW = 16  # templates for which it takes longer to begin a process than to draw them


def spread(work: Callable[[str], Made], names: Sequence[str]) -> Iterator[Made]:
    """What `work` makes of each name, as `map` does. Raises Failed for a template whose process was ended."""
    from ..checking.run import cores
    from ..team import FORKS, Died, Team

    jobs = min(cores(), len(names))
    if not FORKS or jobs == 1 or len(names) < _FEW:
        yield from map(work, names)
        return
    yield work(names[0])  # what all need is there after the first one, before it is copied
    with Team(work, lambda: work, jobs) as team:
        try:
            for _, made in team.answers(iter(names[1:])):
                yield made
        except Died as died:
            raise Failed(_ended(str(died.task))) from None


def _ended(name: str) -> Diagnostic:
    return Diagnostic(
        "too-costly",
        "A process was ended in the middle of its work",
        text=f"It was drawing `{name}`, which may have taken more time or memory than one template may have.",
        hint="draw the others without it, by their names",
        template=name,
    )
