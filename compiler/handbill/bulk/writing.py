"""Where payloads go: a stream; or a file, or a folder with a file for each, that is there whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import orjson

from ..diagnostic import Severity
from ..recipients.tables import NOTE
from .order import Bad, Batch

_ODD = re.compile(r"[^\w.@+-]+")
_LONGEST = 50  # characters of an id in a file's name, which has at most 255 bytes


class Sink(Protocol):
    """Takes batches. In the end either `finish` or `drop` is called; all of them raise OSError."""

    def write(self, batch: Batch) -> None: ...
    def finish(self) -> None: ...
    def drop(self) -> None: ...


class Stream:
    """What is written cannot be taken back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, batch: Batch) -> None:
        self._stream.write(batch.payloads)
        self._stream.flush()

    def finish(self) -> None:
        self._stream.flush()

    def drop(self) -> None:
        pass


class File:
    """A file that is written beside its place, and put there at the end."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self._target = path.resolve()
        self._beside = _beside(self._target)
        self._file = self._beside.open("xb")

    def write(self, batch: Batch) -> None:
        self._file.write(batch.payloads)

    def finish(self) -> None:
        self._file.close()
        os.replace(self._beside, self._target)

    def drop(self) -> None:
        try:
            self._file.close()
        finally:
            self._beside.unlink(missing_ok=True)


class Folder:
    """A file for each payload, named by its row and, where it has one, its id: 0000017-4711.json."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self._target = path.resolve()
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._beside = _beside(self._target)
        self._beside.mkdir()

    def write(self, batch: Batch) -> None:
        ids = batch.ids or [""] * len(batch.lengths)
        for number, id_, payload in zip(batch.numbers, ids, batch.each(), strict=True):
            (self._beside / file_name(number, id_)).write_bytes(payload)

    def finish(self) -> None:
        if not self._target.exists():
            os.replace(self._beside, self._target)
            return
        for file in self._beside.iterdir():
            os.replace(file, self._target / file.name)
        self._beside.rmdir()

    def drop(self) -> None:
        shutil.rmtree(self._beside, ignore_errors=True)


class Aside(File):
    """Bad rows as JSON lines, each with what is wrong with it, to be mended and compiled again.

    What is wrong stands under `handbill:problem`, which is left out when the file is read.
    """

    def write(self, batch: Batch) -> None:
        self._file.writelines(map(laid_aside, batch.bad))


def file_name(number: int, id_: str = "") -> str:
    """ "0000017.json", "0000017-4711.json"."""
    named = _ODD.sub("_", id_.strip())[:_LONGEST]
    return f"{number:07}-{named}.json" if named else f"{number:07}.json"


def laid_aside(bad: Bad) -> bytes:
    """A bad row as a line of JSON: what it says, and what is wrong with it."""
    worst = next(d for d in bad.found if d.severity is Severity.ERROR)
    note: dict[str, Any] = {"row": bad.number, "line": bad.line, "code": worst.code, "problem": worst.title}
    if worst.label is not None and worst.label.text:
        note["problem"] += f": {worst.label.text}"
    if bad.content is None:
        note["text"] = bad.text
    row = {**(bad.content or {}), NOTE: note}
    try:
        return orjson.dumps(row, default=str, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # a number too large, half a character
        return json.dumps(row, default=str).encode() + b"\n"


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")
