"""Everything that has a say about one template, asked."""

from __future__ import annotations

from ..diagnostic import Diagnostic
from ..guard import limited
from ..pipeline import Compiler
from ..project import Project
from .asked import Asked, Examined


def compiler_for(project: Project, asked: Asked) -> Compiler:
    return Compiler(project, limited, policy=asked.policy)


def examine(compiler: Compiler, name: str, asked: Asked) -> Examined:
    """One template on its channels, with its examples. Raises Failed for an unknown channel or gateway."""
    found: list[Diagnostic] = []
    payloads = 0
    for checked in compiler.check([name], asked.channels, asked.via):
        found += checked.result.diagnostics
        payloads += bool(checked.channel)  # a template that cannot be read is no payload
    return Examined(name, payloads, tuple(found))
