"""What is kept of a check: `.handbill/cache/check-*.json`, one file for each set of options, for its owner only.

A file that is broken, foreign or of another time is as good as none, and is written anew. It is written whole beside
its place and then put there, so that two processes do not harm one another.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..home import FOLDER, home
from ..project import Project
from .asked import Asked, Examined
from .inputs import Inputs, Trace, digest
from .surroundings import shown_from, surroundings
from .written import Reader, Writer

FOLDER_IN_HOME = "cache"
_FORM = "handbill check 1"
_MOST = 16  # sets of options that are kept
_LARGEST = 100_000_000  # bytes that are worth reading


class Kept:
    """The results that still hold. What a stranger could have put there is not read: see `_own`."""

    def __init__(self, project: Project, asked: Asked) -> None:
        self._project = project
        self._asked = asked
        self._inputs = Inputs(project)
        self._surroundings = surroundings(project, asked)
        name = digest(repr(asked), shown_from(project))
        self._path = project.root / FOLDER / FOLDER_IN_HOME / f"check-{name}.json"
        self._entries, self._reader = self._read()
        self._new: dict[str, tuple[Examined, Trace]] = {}

    def get(self, name: str) -> Examined | None:
        """What was found of a template, if nothing has changed since that it depends on."""
        try:
            entry = self._entries[name]
            if self._inputs.state(name, entry["includes"], entry["listed"]) != entry["state"]:
                return None
            found = self._reader.findings(entry["found"])
            return Examined(name, int(entry["payloads"]), found, tuple(entry["coverage"]))
        except (LookupError, TypeError, ValueError, AttributeError):
            return None

    def add(self, examined: Examined, trace: Trace | None) -> None:
        """What is to be kept, once `save` is called."""
        if trace is not None:
            self._new[examined.name] = (examined, trace)

    def save(self) -> None:
        """Write what was added, unless something changed that all of it depends on. Never fails."""
        if not self._new or surroundings(self._project, self._asked) != self._surroundings:
            return
        self._entries, self._reader = self._read()  # another process may have been here
        writer = Writer()
        there = set(self._project.names()) - set(self._new)
        entries = {name: moved for name in self._entries if name in there and (moved := self._moved(name, writer))}
        for name, (examined, trace) in self._new.items():
            entries[name] = {
                "includes": trace.includes,
                "listed": trace.listed,
                "state": trace.state,
                "payloads": examined.payloads,
                "found": writer.findings(examined.found),
                "coverage": examined.coverage,
            }
        body = json.dumps({"sources": writer.sources, "templates": entries}, separators=(",", ":")).encode()
        with suppress(OSError):
            _write(self._project.root, self._path, f"{self._head(body)}\n".encode() + body)

    def _moved(self, name: str, writer: Writer) -> dict[str, Any] | None:
        """An entry as it is, its sources beside those of the new ones."""
        try:
            entry = self._entries[name]
            return {**entry, "found": writer.findings(self._reader.findings(entry["found"]))}
        except (LookupError, TypeError, ValueError, AttributeError):
            return None

    def _head(self, body: bytes) -> str:
        return f"{_FORM} {self._surroundings} {digest(body)}"

    def _read(self) -> tuple[dict[str, Any], Reader]:
        try:
            head, _, body = _bytes(self._path).partition(b"\n")
            if head == self._head(body).encode():
                kept = json.loads(body)
                return dict(kept["templates"]), Reader(kept["sources"])
        except (OSError, LookupError, TypeError, ValueError, RecursionError):
            pass
        return {}, Reader([])


def _bytes(path: Path) -> bytes:
    """A file's content. Raises OSError when it, or a folder that it is in, is not this user's alone.

    What lies in a repository could have been committed by anybody, and would say that all is well; git gives such
    files the usual permissions.
    """
    _folders(path.parent)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:
        _own(os.fstat(file.fileno()), stat.S_ISREG)
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise OSError("too large")
    return data


def _folders(folder: Path) -> None:
    _own(os.lstat(folder.parent), stat.S_ISDIR, others=0o777)
    _own(os.lstat(folder), stat.S_ISDIR)


def _own(status: os.stat_result, kind: Callable[[int], bool], *, others: int = 0o700) -> None:
    if not kind(status.st_mode):
        raise OSError("of another kind")
    if os.name == "posix" and (status.st_uid != os.getuid() or status.st_mode & 0o777 & ~others):
        raise OSError("not this user's alone")


def _write(root: Path, path: Path, data: bytes) -> None:
    folder = home(root) / FOLDER_IN_HOME
    folder.mkdir(mode=0o700, exist_ok=True)
    _folders(folder)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
        os.replace(beside, path)
    finally:
        with suppress(OSError):
            beside.unlink()
    _tidy(folder, {path})


def _tidy(folder: Path, but: Collection[Path]) -> None:
    """Forget the sets of options that were not asked for the longest."""
    files = sorted(folder.glob("check-*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in files[_MOST:]:
        if path not in but:
            path.unlink(missing_ok=True)
