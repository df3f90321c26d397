"""The files of a project, watched: whatever a template could depend on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from watchfiles import Change, awatch

from ..project import Project
from ..settings import CONFIG

_STEP = 40  # milliseconds of quiet after which a change is told
_LONGEST = 400  # milliseconds after which it is told anyway
_IDLE = 300  # milliseconds without a change
_AGAIN = 2.0  # seconds until a folder that has gone is looked for again

State: TypeAlias = frozenset[tuple[str, int, int]]  # path, nanoseconds, bytes


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched of a project: the files right in `root`, and everything in `deep`."""

    root: Path
    deep: tuple[Path, ...]

    def state(self) -> State:
        """The files as they are now."""
        return frozenset(_files(self.root, self.deep))


def watched(root: Path, project: Project | None) -> Watched:
    """What to watch; the folders of a project that cannot be read are guessed."""
    named = [*project.folders, root / project.config.locales] if project else [root / "templates", root / "locales"]
    return Watched(root, tuple(folder for folder in dict.fromkeys(named) if folder.is_dir()))


async def watch(what: Callable[[], Watched], seen: Callable[[], State], changed: Callable[[], None]) -> None:
    """Call `changed` after each change, until cancelled. Folders come and go with the settings.

    `seen` are the files as they were when somebody looked last: what changes before anyone watches is told too.
    """
    while True:
        now = what()
        with suppress(FileNotFoundError):  # a folder has just gone
            await _until(now, what, seen, changed)
        await asyncio.sleep(0 if now.root.is_dir() else _AGAIN)


async def _until(
    now: Watched, what: Callable[[], Watched], seen: Callable[[], State], changed: Callable[[], None]
) -> None:
    """Watch, until something else is to be watched."""
    over = asyncio.Event()

    def told(idle: bool) -> None:
        if not idle or now.state() != seen():
            changed()
        if what() != now:
            over.set()

    parts = [_each([now.root], False, _settings, told, over)]
    if now.deep:
        parts.append(_each(now.deep, True, _written, told, over))
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        over.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _each(
    paths: Sequence[Path], recursive: bool, matters: Callable[[Change, str], bool], told: Callable[[bool], None],
    over: asyncio.Event,
) -> None:  # fmt: skip
    found = awatch(
        *paths, watch_filter=matters, recursive=recursive, step=_STEP, debounce=_LONGEST, stop_event=over,
        rust_timeout=_IDLE, yield_on_timeout=True,
    )  # fmt: skip
    fresh = True
    async for changes in found:
        if changes or fresh:
            told(not changes)
        fresh = False


def _files(root: Path, deep: Sequence[Path]) -> Iterator[tuple[str, int, int]]:
    with suppress(FileNotFoundError):
        yield from _all(
            entry for entry in os.scandir(root) if entry.is_file() and _settings(Change.modified, entry.path)
        )
    waiting = list(map(str, deep))
    while waiting:
        with suppress(FileNotFoundError, NotADirectoryError):
            entries = [entry for entry in os.scandir(waiting.pop()) if _written(Change.modified, entry.path)]
            waiting += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
            yield from _all([entry for entry in entries if entry.is_file()])


def _all(entries: Iterable[os.DirEntry[str]]) -> Iterator[tuple[str, int, int]]:
    for entry in entries:
        with suppress(OSError):
            status = entry.stat()
            yield entry.path, status.st_mtime_ns, status.st_size


def _settings(_change: Change, path: str) -> bool:
    """In the project's own folder: the settings, what a vendor has approved, and folders that appear."""
    name = os.path.basename(path)
    return name == CONFIG or name.endswith(".lock.json") or (not name.startswith(".") and "." not in name)


def _written(_change: Change, path: str) -> bool:
    """Not what editors write beside a file while they save it."""
    name = os.path.basename(path)
    return not name.startswith((".", "#")) and not name.endswith(("~", ".swp", ".swx", ".tmp"))
