"""What the findings of every template depend on: Handbill and its data, Python, settings, languages."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from .. import __version__, resources
from ..project import Project
from .asked import Asked
from .inputs import digest

# beside handbill.toml: what a vendor has approved (`templates.lock` in a channel.json)
LOCK = ".lock.json"


def shown_from(project: Project) -> str:
    """Where the project is, as findings show it: that depends on the working folder."""
    return project.shown(project.root / "x")


def surroundings(project: Project, asked: Asked) -> str:
    """One text for all of it. Another one, and nothing that was kept holds any more."""
    settings = project.source.text if project.source else ""
    return digest(
        __version__,
        sys.version,
        sys.platform,
        repr(asked),
        shown_from(project),
        settings,
        repr(project.locales),
        *_code(Path(__file__).parents[1]),
        *_packages(),
        project.filters_state(),
        *_texts(resources.folder("schemas")),
        *_texts(project.root / project.config.locales),
        *_locks(project.root),
    )


def _code(package: Path) -> Iterator[str]:
    """Handbill's own modules, by time and size: in a checkout they change while the version does not."""
    for path, entry in _walk(package):
        if path.endswith(".py"):
            status = entry.stat()
            yield f"{path} {status.st_size} {status.st_mtime_ns}"


def _packages() -> Iterator[str]:
    """What is installed beside Handbill, by the names that pip gives: they hold the version."""
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        yield from sorted(name for name in names if name.endswith((".dist-info", ".egg-info")))


def _locks(root: Path) -> Iterator[str | bytes]:
    for path in sorted(root.glob(f"*{LOCK}")):
        yield path.name
        yield from _file(path)


def _texts(folder: Path) -> Iterator[str | bytes]:
    for path, entry in _walk(folder):
        yield path
        yield from _file(Path(entry.path))


def _file(path: Path) -> Iterator[str | bytes]:
    try:
        yield path.read_bytes() if path.is_file() else "none"
    except OSError as error:
        yield f"unreadable: {error.errno}"


def _walk(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The files in a folder and below it, sorted, by their paths in it. Links to folders are not followed."""
    waiting = [str(folder)]
    found: list[tuple[str, os.DirEntry[str]]] = []
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            else:
                found.append((os.path.relpath(entry.path, folder), entry))
    yield from sorted(found, key=lambda pair: pair[0])
