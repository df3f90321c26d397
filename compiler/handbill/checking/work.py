"""Everything that has a say about one template, asked; and what it was asked about."""

from __future__ import annotations

from .. import guard
from ..diagnostic import Diagnostic
from ..guard import limited
from ..pipeline import Compiler
from ..project import Project
from .asked import Asked, Examined
from .covered import Covered, covered
from .fallen import Fallen, fallen
from .inputs import Inputs, Trace
from .kept import kept
from .proved import proved
from .rendering import Rendering


def compiler_for(project: Project, asked: Asked) -> Compiler:
    compiler = Compiler(project, limited, policy=asked.policy)
    compiler.renderer = Rendering(compiler.renderer)
    return compiler


def examine(compiler: Compiler, name: str, asked: Asked) -> Examined:
    """One template on its channels, with its examples. Raises Failed for an unknown channel or gateway."""
    found: list[Diagnostic] = []
    payloads = 0
    reach: Covered | None = None
    taken: Fallen = {}
    for checked in compiler.check([name], asked.channels, asked.via, asked.locales, plurals=True):
        found += checked.result.diagnostics
        if checked.result.speech is not None:
            taken.setdefault(checked.locale, {}).update(checked.result.speech.fallen)
        payloads += bool(checked.channel)  # a template that cannot be read is no payload
    if payloads:  # otherwise its own settings are wrong
        found += kept(compiler, name, found)
        found += fallen(compiler, name, taken) if compiler.project.config.fallback else []
        reach = covered(compiler, name, asked, found, limited)
        found += reach.found
        payloads += reach.payloads
        found += proved(compiler, name, asked, found)
    return Examined(name, payloads, tuple(found), tuple(reach.figures) if reach and asked.coverage else ())


class Tracer:
    """The same, and what it depends on."""

    def __init__(self, project: Project, asked: Asked) -> None:
        self.compiler = compiler_for(project, asked)
        self._asked = asked
        self._inputs = Inputs(project)

    def examine(self, name: str) -> tuple[Examined, Trace | None]:
        """One template; without a trace where it cannot be said for certain what it depends on.

        That is so when a file changed while it was read, and when the time or the memory a template took decided:
        they are not the same on every run. Raises Failed as `examine` does.
        """
        loader = self.compiler.renderer.loader
        loader.asked, loader.listed = set(), False
        met = guard.met
        before = self._inputs.again().own(name)
        examined = examine(self.compiler, name, self._asked)
        includes, now = tuple(sorted(loader.asked)), self._inputs.again()
        for include in includes:
            source = loader.source(include)
            if source is not None and now.include(include) != now.of(source):
                return examined, None
        state = now.state(name, includes, loader.listed)
        stopped = met != guard.met or any(d.code == "too-costly" for d in examined.found)
        if state is None or before != now.own(name) or stopped:
            return examined, None
        return examined, Trace(includes, loader.listed, state)
