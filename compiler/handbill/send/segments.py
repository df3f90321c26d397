"""The compiled payloads of a run, in a file beside the ledger, which knows the place of each.

`.handbill/runs/RUN.jsonl`, for its owner only: a first line with the run's id, then a line of JSON for each message.
Lines are only ever added. What was written and never came into the ledger does no harm.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import orjson

from ..diagnostic import Failed
from ..home import home
from .ledger_file import failed, told

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,60}")


class Place(NamedTuple):
    """Where a payload lies, in bytes, its line feed included."""

    offset: int
    length: int


class Segments:
    """Every method raises Failed (bad-ledger) for a file that cannot be used. Threads and processes may share it."""

    def __init__(self, folder: Path, run: str) -> None:
        """The file of a run of the project in this folder; made when there is none."""
        if not _RUN.fullmatch(run):
            raise ValueError(f"no name for a file: {run!r}")
        self._lock = threading.Lock()
        with told(folder):
            self.path = home(folder) / "runs" / f"{run}.jsonl"
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
            self._file = os.open(self.path, flags, 0o600)
        try:
            self._first_line(run)
        except BaseException:
            self.close()
            raise

    def append(self, payloads: Sequence[bytes]) -> list[Place]:
        """Add payloads, each with a line feed at its end; they are on the disk when their places come back."""
        data = b"".join(payloads)
        with self._lock, told(self.path):
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._file, rest) :]
            os.fsync(self._file)
            offset = os.lseek(self._file, 0, os.SEEK_CUR) - len(data)
        places = []
        for payload in payloads:
            places.append(Place(offset, len(payload)))
            offset += len(payload)
        return places

    def read(self, offset: int, length: int) -> bytes:
        """A payload, with its line feed."""
        with self._lock, told(self.path):
            os.lseek(self._file, offset, os.SEEK_SET)
            payload = os.read(self._file, length)
        if len(payload) != length or not payload.endswith(b"\n"):
            raise self._damaged()
        return payload

    def close(self) -> None:
        os.close(self._file)

    def __enter__(self) -> Segments:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _first_line(self, run: str) -> None:
        """Whose file it is; a new one is told."""
        with told(self.path):
            if os.fstat(self._file).st_size == 0:
                line = orjson.dumps({"handbill": 1, "run": run}) + b"\n"
                os.write(self._file, line)
                os.fsync(self._file)
            os.lseek(self._file, 0, os.SEEK_SET)
            line = os.read(self._file, 200).partition(b"\n")[0]
        try:
            told_ = orjson.loads(line)
            if told_["handbill"] != 1 or told_["run"] != run:
                raise self._damaged()
        except (ValueError, TypeError, LookupError):
            raise self._damaged() from None

    def _damaged(self) -> Failed:
        return failed(
            "bad-ledger",
            "Messages of a run cannot be read",
            f"{self.path} is not as it was written.",
            "put the file back as it was; otherwise start a new run for those who were not sent to",
        )
