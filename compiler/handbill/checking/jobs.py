"""Many templates in several processes, their results in the order of the names.

Each process has the guard's limits for itself. A template that ends its process is told of, and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ..diagnostic import Diagnostic, Failed, Label
from ..pipeline import Compiler
from ..project import Project
from ..source import Span
from ..team import FORKS, Team
from .asked import Asked, Examined
from .inputs import Trace
from .work import Tracer

__all__ = ["FORKS", "Made", "spread"]

Made = tuple[Examined, Trace | None]


def spread(
    project: Project, names: Sequence[str], asked: Asked, jobs: int, tracer: Tracer | None = None
) -> Iterator[Made]:
    """The templates of these names, in their order. Raises Failed as `examine` does.

    `tracer` is one that has examined templates already.
    """
    if tracer is None:
        tracer = Tracer(project, asked)
        yield tracer.examine(names[0])  # what all of them need is then there, before it is copied
        names = names[1:]
    if not names:
        return

    def died(name: str) -> Made:
        return Examined(name, 0, (_ended(tracer.compiler, name),)), None

    with Team(partial(_examined, tracer), partial(_worker, project, asked), min(jobs, len(names))) as team:
        # one template may take long: the others do not wait for its turn
        for _, made in team.answers(iter(names), died=died, waiting=len(names)):
            if isinstance(made, list):
                raise Failed(*made)
            yield made


def _worker(project: Project, asked: Asked) -> Callable[[str], Made | list[Diagnostic]]:
    return partial(_examined, Tracer(project, asked))


def _examined(tracer: Tracer, name: str) -> Made | list[Diagnostic]:
    """What became of a template; or why none can be checked."""
    try:
        return tracer.examine(name)
    except Failed as failed:
        return list(failed.diagnostics)


def _ended(compiler: Compiler, name: str) -> Diagnostic:
    """A template whose process was ended: it took what the guard allows, and would not listen."""
    try:
        template = compiler.base(name)
        label = Label(Span(template.source, template.body, template.body), "the process that checked it was ended")
    except Failed:
        label = None
    return Diagnostic(
        "too-costly",
        "Too much work for a message",
        label,
        text="It took more time or memory than one template may have.",
        hint="make the template smaller",
        template=name,
    )
