"""The files of a project, watched: whatever a template could depend on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from watchfiles import Change, awatch

from ..project import Project
from ..settings import CONFIG

_STEP = 40  # milliseconds of quiet after which a change is told
_LONGEST = 400  # milliseconds after which it is told anyway
_AGAIN = 2.0  # seconds until folders that could not be watched are tried again


def folders(root: Path, project: Project | None) -> list[Path]:
    """The folders whose files matter, wherever they are; those of a project that cannot be read are guessed."""
    named = [*project.folders, root / project.config.locales] if project else [root / "templates", root / "locales"]
    return [folder for folder in dict.fromkeys(named) if folder.is_dir()]


async def watch(root: Path, project: Callable[[], Project | None], changed: Callable[[], None]) -> None:
    """Call `changed` after each change, until cancelled. Folders come and go with the settings."""
    while True:
        deep = folders(root, project())
        with suppress(FileNotFoundError):  # the folder has just gone
            await _until(root, deep, project, changed)
        await asyncio.sleep(_AGAIN if not root.is_dir() else 0)


async def _until(
    root: Path, deep: list[Path], project: Callable[[], Project | None], changed: Callable[[], None]
) -> None:
    """Watch, until other folders are to be watched."""
    over = asyncio.Event()

    def told() -> None:
        changed()
        if folders(root, project()) != deep:
            over.set()

    tasks = [asyncio.ensure_future(_each([root], False, _settings, told, over))]
    if deep:
        tasks.append(asyncio.ensure_future(_each(deep, True, _written, told, over)))
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
    paths: Iterable[Path], recursive: bool, matters: Callable[[Change, str], bool], told: Callable[[], None],
    over: asyncio.Event,
) -> None:  # fmt: skip
    changes = awatch(
        *paths, watch_filter=matters, recursive=recursive, step=_STEP, debounce=_LONGEST, stop_event=over,
        rust_timeout=500,
    )  # fmt: skip
    async for _ in changes:
        told()


def _settings(_change: Change, path: str) -> bool:
    """In the project's own folder: the settings, what a vendor has approved, and folders that appear."""
    name = os.path.basename(path)
    return name == CONFIG or name.endswith(".lock.json") or (not name.startswith(".") and "." not in name)


def _written(_change: Change, path: str) -> bool:
    """Not what editors write beside a file while they save it."""
    name = os.path.basename(path)
    return not name.startswith((".", "#")) and not name.endswith(("~", ".swp", ".swx", ".tmp"))
