"""The two sides of a comparison: a project as it is, and as it was at a revision; what they compile to."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..channels import channel as channel_of
from ..checking import Asked
from ..checking.surroundings import LOCK
from ..diagnostic import Diagnostic, Failed, Severity
from ..gateways import Gateway
from ..guard import limited
from ..pipeline import Compiler
from ..project import Project, open_project
from ..result import Checked
from ..revision import Revision
from ..settings import CONFIG
from ..template import read_source
from .lengths import Limit, limits_of

Target = tuple[str, str, str]  # channel, example, locale; empty where there is none


@dataclass(frozen=True, slots=True)
class Made:
    """What a side makes for one target: a payload, or reasons why there is none."""

    checked: Checked
    gateway: Gateway | None = field(default=None, compare=False)

    @property
    def ok(self) -> bool:
        return self.checked.result.ok

    @property
    def payload(self) -> Any:
        return self.checked.result.payload

    @property
    def problems(self) -> list[Diagnostic]:
        """Why there is no payload."""
        found = [] if self.ok else self.checked.result.diagnostics
        return [d for d in found if d.severity is Severity.ERROR] or found

    def limits(self) -> dict[str, Limit]:
        """The limit on each text of the payload, by its JSON pointer."""
        if self.gateway is None or not self.ok:
            return {}
        return limits_of(channel_of(self.checked.channel), self.gateway, self.payload, self.checked.result.explained)


class Side:
    """One side of a comparison. Templates are compiled when they are asked for."""

    def __init__(self, project: Project, asked: Asked) -> None:
        self.project = project
        self.names = project.names()
        self._asked = asked
        self._compiler = Compiler(project, limited, policy=asked.policy)

    def made(self, name: str) -> dict[Target, Made]:
        """What a template compiles to. Raises Failed for an unknown name of a gateway or a locale."""
        asked, found = self._asked, {}
        for checked in self._compiler.check([name], asked.channels, asked.via, asked.locales):
            made = Made(checked, self._gateway(checked) if checked.result.ok else None)
            found[checked.channel, checked.example, checked.locale] = made
        return found

    def _gateway(self, checked: Checked) -> Gateway:
        template = self.project.template(checked.name, checked.channel, checked.locale)
        return self._compiler.via(template, self._asked.via, checked.channel)

    def text(self, name: str) -> str:
        """What is written in a template's files, for seeing which other one it was."""
        texts = []
        for file in self.project.files().values():
            if file.name == name:
                try:
                    texts.append(read_source(file.path, file.shown).text)
                except Failed:
                    continue
        return "\n".join(texts)


@contextmanager
def project_at(revision: Revision) -> Iterator[Project]:
    """The project as it was, in a folder that is gone afterwards. Raises Failed, OSError.

    Where there was none yet, it has no templates.
    """
    with tempfile.TemporaryDirectory(prefix="handbill-") as folder:
        root = Path(folder)
        try:
            revision.extract(root, [CONFIG])
            config = open_project(root).config
            locks = [path for path in revision.files() if path.endswith(LOCK) and "/" not in path]
            revision.extract(root, _inside([*config.templates, config.locales, *locks]))
            project = open_project(root)
            project.files()
        except Failed as failed:
            raise Failed(*(replace(d, title=f"{d.title} (at {revision.name})") for d in failed.diagnostics)) from None
        yield project


def _inside(paths: Sequence[str]) -> list[str]:
    """Paths as git takes them."""
    return list(dict.fromkeys(Path(os.path.normpath(path)).as_posix() for path in paths))
