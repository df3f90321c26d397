"""Many templates in several processes, their results in the order of the names.

Each process has the guard's limits for itself. A template that ends its process is told of, and the others go on.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from ..diagnostic import Diagnostic, Failed, Label
from ..pipeline import Compiler
from ..project import Project
from ..source import Span
from .asked import Asked, Examined
from .inputs import Trace
from .work import Tracer

Made = tuple[Examined, Trace | None]

# A process made by a fork has all that is loaded; elsewhere than on Linux, system libraries do not stand that.
FORKS = sys.platform == "linux"


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
    team = _Team(tracer, project, asked, names, min(jobs, len(names)))
    try:
        yield from team.results()
    finally:
        team.end()


class _Team:
    def __init__(self, tracer: Tracer, project: Project, asked: Asked, names: Sequence[str], size: int) -> None:
        self._made_by: type[BaseProcess] = get_context("fork").Process if FORKS else get_context("spawn").Process
        self._tracer = tracer
        self._work = (tracer if FORKS else None, project, asked)
        self._names = names
        self._next = 0  # the first name that nobody has
        self._done: dict[str, Made] = {}
        self._busy: dict[Connection, tuple[BaseProcess, str]] = {}
        for _ in range(size):
            self._hire()

    def results(self) -> Iterator[Made]:
        for name in self._names:
            while name not in self._done:
                for line in wait(list(self._busy)):
                    assert isinstance(line, Connection)
                    self._take(line)
            yield self._done.pop(name)

    def end(self) -> None:
        """Nobody works on: at the end, and when the user has had enough."""
        for line, (process, _) in self._busy.items():
            line.close()
            process.terminate()
        for process, _ in self._busy.values():
            process.join()

    def _hire(self) -> None:
        if self._next == len(self._names):
            return
        ours, theirs = Pipe()
        others = [*self._busy, ours] if FORKS else []
        process = self._made_by(target=_work, args=(theirs, others, *self._work), daemon=True)
        process.start()
        theirs.close()
        self._give(ours, process)

    def _give(self, line: Connection, process: BaseProcess) -> None:
        """The next template to a process; when there is none, it goes."""
        if self._next == len(self._names):
            line.close()
            process.join()
            return
        name = self._names[self._next]
        self._next += 1
        self._busy[line] = (process, name)
        try:
            line.send(name)
        except OSError:  # it is gone, which `_take` will see
            pass

    def _take(self, line: Connection) -> None:
        process, name = self._busy.pop(line)
        try:
            made: Made | list[Diagnostic] | None = line.recv()
        except (EOFError, OSError):
            line.close()
            process.join()
            self._done[name] = Examined(name, 0, (_ended(self._tracer.compiler, name),)), None
            self._hire()
            return
        if made is None:  # a fault of ours, which is told best where it happens
            made = self._tracer.examine(name)
        if isinstance(made, list):
            raise Failed(*made)
        self._done[name] = made
        self._give(line, process)


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


def _work(
    line: Connection, others: Sequence[Connection], tracer: Tracer | None, project: Project, asked: Asked
) -> None:
    """A process: it is given names, one by one, and answers with what became of them, until the line is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the user's Ctrl-C goes to all; the first process ends the others
    for other in others:
        other.close()  # else nobody sees that the first process has gone
    tracer = tracer or Tracer(project, asked)
    try:
        while True:
            name = line.recv()
            try:
                answer: Made | list[Diagnostic] | None = tracer.examine(name)
            except Failed as failed:
                answer = list(failed.diagnostics)
            except Exception:  # noqa: BLE001 - whatever it is, the first process meets it as well
                answer = None
            line.send(answer)
    except (EOFError, OSError):
        pass
