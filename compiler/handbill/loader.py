"""Included files: found in the template folders, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import BaseLoader, TemplateNotFound
from jinja2.exceptions import TemplateRuntimeError

from .diagnostic import Failed
from .marks import Unreadable
from .source import Source
from .template import body_offset, read_source, unreadable


class Loader(BaseLoader):
    """Finds included files in the template folders and nowhere else."""

    def __init__(self, folders: list[Path], shown: Callable[[Path], str]) -> None:
        self.folders = folders
        self.shown = shown
        self.bodies: dict[str, tuple[Source, int]] = {}

    def get_source(self, environment: Any, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, body = self.read(template)
        return source.text[body:], None, None

    def read(self, name: str) -> tuple[Source, int]:
        """A file's source and the offset of its body. Raises TemplateNotFound, Outside, Failed."""
        if name not in self.bodies:
            path = self.locate(name)
            source = read_source(path, self.shown(path))
            try:
                self.bodies[name] = (source, body_offset(source.text)[1])
            except Unreadable as problem:
                raise Failed(unreadable(source, problem)) from None
        return self.bodies[name]

    def locate(self, name: str) -> Path:
        """The file an include names. Raises TemplateNotFound or Outside."""
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name or "\0" in name:
            raise Outside(name)
        for folder in self.folders:
            path = folder / pure
            if _is_file(path):
                if not path.resolve().is_relative_to(folder.resolve()):
                    raise Outside(name)
                return path
        raise TemplateNotFound(name)

    def known(self) -> list[str]:
        """What could be included, for a suggestion."""
        return sorted(p.relative_to(f).as_posix() for f in self.folders for p in f.rglob("*.j2") if p.is_file())


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


class Outside(TemplateRuntimeError):
    """An include that leads out of the template folders."""
