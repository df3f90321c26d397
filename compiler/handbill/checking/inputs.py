"""What the findings of one template depend on: its own files, what it includes, and what it looked for in vain."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

from .. import included
from ..diagnostic import Failed
from ..project import File, Project
from ..source import Source
from ..template import read_source


@dataclass(frozen=True, slots=True)
class Trace:
    """What was read for one template, and the state in which it was read."""

    includes: tuple[str, ...]  # names as the templates give them, found or not
    listed: bool  # whether the list of all template files was looked at
    state: str


def digest(*parts: str | bytes) -> str:
    """One text that stands for all of these, in this order."""
    made = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        made.update(len(data).to_bytes(8, "big"))
        made.update(data)
    return made.hexdigest()


class Inputs:
    """The files of a project as they are now; each is read once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._own: dict[str, list[File]] = {}
        for file in project.files().values():
            self._own.setdefault(file.name, []).append(file)
        self._included: dict[str, str | None] = {}
        self._listing: str | None = None

    def again(self) -> Inputs:
        """The same files, to be read anew."""
        fresh = copy(self)
        fresh._included, fresh._listing = {}, None
        return fresh

    def state(self, name: str, includes: Iterable[str], listed: bool) -> str | None:
        """The state of all that a template depends on; None where something cannot be read as a text."""
        parts = [name, self.own(name), *(part for include in includes for part in (include, self.include(include)))]
        if listed:
            parts.append(self.listing())
        texts = [part for part in parts if part is not None]
        return digest(*texts) if len(texts) == len(parts) else None

    def own(self, name: str) -> str | None:
        """The template's own files, those for one channel or locale too."""
        parts = []
        for file in sorted(self._own.get(name, []), key=lambda file: file.shown):
            try:
                parts += [file.shown, file.part, digest(read_source(file.path, file.shown).text)]
            except Failed:
                return None
        return digest(*parts)

    def include(self, name: str) -> str | None:
        """An included file's place and text, or that there is none."""
        if name not in self._included:
            self._included[name] = self._include(name)
        return self._included[name]

    def _include(self, name: str) -> str | None:
        try:
            path = included.locate(self._project.folders, name)
            if path is None:
                return "missing"
            return self.of(read_source(path, self._project.shown(path)))
        except included.LeadsOut:
            return "outside"
        except Failed:
            return None

    @staticmethod
    def of(source: Source) -> str:
        return digest(source.path, source.text)

    def listing(self) -> str:
        if self._listing is None:
            self._listing = digest(*included.known(self._project.folders))
        return self._listing
