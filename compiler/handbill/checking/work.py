"""Everything that has a say about one template, asked; and what it was asked about."""

from __future__ import annotations

from ..diagnostic import Diagnostic
from ..guard import limited
from ..pipeline import Compiler
from ..project import Project
from .asked import Asked, Examined
from .inputs import Inputs, Trace, digest
from .kept import kept


def compiler_for(project: Project, asked: Asked) -> Compiler:
    return Compiler(project, limited, policy=asked.policy)


def examine(compiler: Compiler, name: str, asked: Asked) -> Examined:
    """One template on its channels, with its examples. Raises Failed for an unknown channel or gateway."""
    found: list[Diagnostic] = []
    payloads = 0
    for checked in compiler.check([name], asked.channels, asked.via, asked.locales):
        found += checked.result.diagnostics
        payloads += bool(checked.channel)  # a template that cannot be read is no payload
    if payloads:  # otherwise its own settings are wrong
        found += kept(compiler, name, found)
    return Examined(name, payloads, tuple(found))


def traced(compiler: Compiler, name: str, asked: Asked) -> tuple[Examined, Trace | None]:
    """The same, and what it depends on; None where that cannot be said for certain.

    That is so when a file changed while it was read, and when the time or the memory a template took decided:
    they are not the same on every run.
    """
    loader = compiler.renderer.loader
    loader.asked, loader.listed = set(), False
    before = Inputs(compiler.project).own(name)
    examined = examine(compiler, name, asked)
    includes, now = tuple(sorted(loader.asked)), Inputs(compiler.project)
    for include in includes:
        text, path = loader.text(include), now.include(include)
        if text is not None and path != digest(loader.shown(loader.locate(include)), text):
            return examined, None
    state = now.state(name, includes, loader.listed)
    if state is None or before != now.own(name) or any(d.code == "too-costly" for d in examined.found):
        return examined, None
    return examined, Trace(includes, loader.listed, state)
