"""Included files: found in the template folders, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, TemplateNotFound
from jinja2.exceptions import TemplateRuntimeError

from . import included
from .diagnostic import Failed
from .marks import Unreadable
from .source import Source
from .template import body_offset, read_source, unreadable


class Loader(BaseLoader):
    """Finds included files in the template folders and nowhere else."""

    def __init__(self, folders: list[Path], shown: Callable[[Path], str]) -> None:
        self.folders = folders
        self.shown = shown
        self.bodies: dict[str, tuple[Source, int]] = {}  # of includes by their names, of templates by their paths
        self.asked: set[str] = set()  # the names of includes, found or not
        self.listed = False  # whether the list of all files was looked at
        self._read: dict[str, tuple[Source, int]] = {}

    def get_source(self, environment: Any, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, body = self.read(template)
        return source.text[body:], None, None

    def read(self, name: str) -> tuple[Source, int]:
        """A file's source and the offset of its body. Raises TemplateNotFound, Outside, Failed."""
        self.asked.add(name)
        if name not in self._read:
            path = self.locate(name)
            source = read_source(path, self.shown(path))
            try:
                self._read[name] = (source, body_offset(source.text)[1])
            except Unreadable as problem:
                raise Failed(unreadable(source, problem)) from None
            self.bodies.setdefault(name, self._read[name])
        return self._read[name]

    def source(self, name: str) -> Source | None:
        """An include as it was read; None when it was not."""
        return self._read[name][0] if name in self._read else None

    def locate(self, name: str) -> Path:
        """The file an include names. Raises TemplateNotFound or Outside."""
        try:
            path = included.locate(self.folders, name)
        except included.LeadsOut:
            raise Outside(name) from None
        if path is None:
            raise TemplateNotFound(name)
        return path

    def known(self) -> list[str]:
        """What could be included, for a suggestion."""
        self.listed = True
        return included.known(self.folders)


class Outside(TemplateRuntimeError):
    """An include that leads out of the template folders."""
