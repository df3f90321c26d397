"""Which templates a change of files reaches: those whose own files they are, and those that include them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from jinja2 import TemplateError, meta

from ..budget import TooCostly
from ..diagnostic import Failed
from ..loader import Loader
from ..marks import Unreadable
from ..policy import Refused
from ..project import Project
from ..render import Environment
from ..settings import CONFIG
from ..template import FILE_NAME, body_offset, read_source
from .surroundings import LOCK


def reached(project: Project, names: Sequence[str], changed: Collection[str]) -> list[str]:
    """Those of these templates that the files reach, which are given by their paths from the project's folder.

    A file may be gone, and be reached by what would include it. When in doubt, a template is reached.
    """
    files = {path for name in changed for path in _both(project.root / name)}
    if not files:
        return []
    locks = [name for name in changed if name.endswith(LOCK) and "/" not in name]
    everywhere = [path for name in (CONFIG, *locks) for path in _both(project.root / name)]
    spoken = tuple(f"{path}{os.sep}" for path in _both(project.root / project.config.locales))
    if any(path in everywhere or path.startswith(spoken) for path in files):
        return list(names)
    own = {name for path in files for name in _names(project, path)}
    own |= {file.name for file in project.files().values() if not files.isdisjoint(_both(file.path))}
    graph = _Includes(project, files)
    paths: dict[str, list[Path]] = {}
    for file in project.files().values():
        paths.setdefault(file.name, []).append(file.path)
    return [name for name in names if name in own or any(graph.reach(path) for path in paths.get(name, []))]


def _both(path: Path) -> set[str]:
    """Where a file is, and where it leads."""
    return {os.path.abspath(path), os.path.realpath(path)}


def _names(project: Project, path: str) -> Iterator[str]:
    """The template that a file is of, by its name: it may be gone."""
    for folder in {each for one in project.folders for each in _both(one)}:
        inside = Path(path)
        if inside.is_relative_to(folder) and (match := FILE_NAME.fullmatch(inside.name)):
            yield (inside.parent.relative_to(folder) / match["name"]).as_posix()


class _Includes:
    """Who includes what, as it is written: a template cannot make up the name of an include."""

    def __init__(self, project: Project, files: Collection[str]) -> None:
        self._folders = project.folders
        self._files = files
        self._environment = Environment(Loader(project.folders, project.shown), filters=project.filters())
        self._known: dict[Path, list[str] | None] = {}

    def reach(self, path: Path) -> bool:
        """Whether a file includes, at whatever remove, one of those that changed."""
        waiting, seen = [path], {path}
        while waiting:
            names = self._included(waiting.pop())
            if names is None:
                return True
            places = [folder / name for name in names for folder in self._folders]
            if any(not _both(place).isdisjoint(self._files) for place in places):
                return True
            new = [place for place in dict.fromkeys(places) if place not in seen and place.is_file()]
            waiting += new
            seen.update(new)
        return False

    def _included(self, path: Path) -> list[str] | None:
        """The names in a file; None when they cannot be known."""
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def _read(self, path: Path) -> list[str] | None:
        try:
            text = read_source(path, str(path)).text
            tree = self._environment.parse(text[body_offset(text)[1] :])
        except (Failed, Unreadable, TemplateError, Refused, TooCostly, RecursionError):
            return None
        names = list(meta.find_referenced_templates(tree))
        return None if None in names else [name for name in names if name is not None]
