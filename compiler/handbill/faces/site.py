"""The gallery as a folder of files, which need no server and ask nobody for anything. Written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ..diagnostic import Diagnostic, merged
from ..pipeline import Compiler
from ..project import Project
from .drawing import HTML
from .gallery import FOLDER, Entry, Gallery
from .pages import SCRIPT, STYLE, script, stylesheet

MANIFEST = "handbill-preview.json"  # which files of the folder are ours
_MADE_BY = "handbill preview --out"


# What is made of each name, in their order.
Spread: TypeAlias = Callable[
    [Callable[[str], "tuple[Entry, str] | None"], Sequence[str]], Iterable["tuple[Entry, str] | None"]
]


class NotOurs(Exception):
    """The folder holds something that would be lost; in words what."""


@dataclass(frozen=True, slots=True)
class Written:
    templates: int
    pictures: int
    found: list[Diagnostic]


def write(
    compiler: Compiler,
    out: Path,
    *,
    names: Sequence[str] = (),
    channels: Sequence[str] = (),
    via: str | None = None,
    locales: Sequence[str] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
    spread: Spread = map,
) -> Written:
    """Write the gallery of a project, or of some of its templates, to a folder of its own.

    Everything is written beside it first, and put into place when it is whole; a gallery that was there is replaced.
    `progress` is told how many templates are done, and of how many; `spread`, like `map`, may have several processes
    draw them. The same project gives the same bytes. Raises NotOurs, OSError, and Failed for a name that nobody knows.
    """
    project = compiler.project
    names = names or project.names()
    out = Path(os.path.realpath(out))
    _own(project, out)
    out.parent.mkdir(parents=True, exist_ok=True)
    stage = out.parent / f".{out.name}.{os.getpid()}"
    old = out.parent / f".{out.name}.{os.getpid()}.old"
    try:
        stage.mkdir()
        entries = list(_pages(Gallery(compiler, channels, via, locales), stage, names, progress, spread))
        if out.is_dir():
            out.rename(old)
        stage.rename(out)
    except BaseException:
        if old.is_dir() and not out.exists():
            old.rename(out)
        raise
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    found = merged(d for entry in entries for d in entry.found)
    return Written(len(entries), sum(len(entry.pictures) for entry in entries), found)


def _pages(
    gallery: Gallery, stage: Path, names: Sequence[str], progress: Callable[[int, int], None], spread: Spread
) -> Iterator[Entry]:
    """Write the files into a new folder; the entries of the first page, as they are made."""
    entries: list[Entry] = []
    for done, (name, made) in enumerate(zip(names, spread(gallery.template, names), strict=True), 1):
        progress(done, len(names))
        if made is None:
            continue
        entry, text = made
        _put(stage / f"{FOLDER}/{name}.html", text)
        entries.append(entry)
        yield entry
    shared = {STYLE: stylesheet(), SCRIPT: script()}
    shared |= {name: (HTML / name).read_text(encoding="utf-8") for name in ("gallery.css", "gallery.js")}
    for name, text in {**shared, "index.html": gallery.index(entries)}.items():
        _put(stage / name, text)
    files = sorted([*shared, "index.html", *(f"{FOLDER}/{entry.name}.html" for entry in entries)])
    _put(stage / MANIFEST, json.dumps({"made_by": _MADE_BY, "files": files}, ensure_ascii=False, indent=2) + "\n")


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


# ---- whose folder it is


def _own(project: Project, out: Path) -> None:
    """Whether the folder is new, empty or a gallery and nothing else. Raises NotOurs."""
    for kept in (project.root.resolve(), *(folder.resolve() for folder in project.folders), Path.cwd().resolve()):
        if kept.is_relative_to(out):
            raise NotOurs("it holds the project itself; give the gallery a folder of its own")
    if not out.exists():
        return
    if not out.is_dir():
        raise NotOurs("it is a file; give the gallery a folder of its own")
    strange = next(_strange(out, _listed(out)), None)
    if strange is not None:
        raise NotOurs(f"{strange} in it is no part of a gallery; give the gallery a folder of its own")


def _listed(out: Path) -> set[str]:
    try:
        told = json.loads((out / MANIFEST).read_bytes())
        return {MANIFEST, *map(str, told["files"])} if told["made_by"] == _MADE_BY else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _strange(out: Path, ours: Iterable[str]) -> Iterator[str]:
    known = set(ours)
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if not (path.is_dir() and not path.is_symlink()) and name not in known:
            yield name
