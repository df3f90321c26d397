"""What a file of recipients is: records, one at a time, each with its place. Memory does not grow with the file."""

from __future__ import annotations

import re
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any, Protocol

from ..contracts import Origin
from ..diagnostic import Diagnostic, Failed, Label
from ..source import Source, Span

# bounds of ours, not a channel's
LARGEST = 1_000_000  # bytes of a record
MOST_COLUMNS = 1_000

NOTE = "handbill:problem"  # beside a row's values: what was wrong with it when it was laid aside; no parameter's name

CHUNK = 256 * 1024  # bytes; some milliseconds of work

_FOUL = re.compile("[\0\ud800-\udfff]")
SAVE = "save the file as UTF-8; Excel calls it “CSV UTF-8”"


class Code:
    """What is wrong with recipients, where no other code says it better."""

    ROW = "bad-recipient"  # one of them; the others are sent to
    FILE = "bad-recipients-file"  # all of them


@dataclass(slots=True)
class Record:
    """One recipient as the file has it."""

    number: int  # from 1, empty lines not counted
    line: int  # of its beginning, from 1; the number again where a file has no lines
    text: str  # its lines
    values: dict[str, Any] = field(default_factory=dict)  # by column; empty cells are left out
    problem: Diagnostic | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records that stand one after another in a file: what one process may take while another takes the next."""

    start: int  # in bytes from the beginning; where a file has no lines, in rows
    end: int  # the next chunk's start
    line: int  # of its beginning, from 1


class Table(Protocol):
    """A file of records. Every format is one of these."""

    shown: str
    typed: bool  # whether values have types, or are all text
    size: int  # of the file, in what chunks are counted in

    @property
    def columns(self) -> tuple[str, ...] | None:
        """Their names; None where each record has its own."""
        ...

    def chunks(self, most: int = CHUNK) -> Iterator[Chunk]:
        """The whole file in chunks of about `most` bytes, found without reading what is in them. Raises Failed."""
        ...

    def records(self, columns: Collection[str], chunk: Chunk | None = None) -> Iterator[Record]:
        """The records, in order; of a chunk, when one is given, and then they are counted in it.

        Of no use are all columns but these. Raises Failed when the rest cannot be read.
        """
        ...

    def cells(self, columns: Collection[str], chunk: Chunk) -> Iterator[dict[str, Any] | None]:
        """The values of each record of a chunk, quickly; None where `records` has to look closer."""
        ...

    def origin(self, record: Record) -> Origin:
        """Where the values of a record stand, by column."""
        ...

    def heading(self, column: int) -> Span:
        """Where a column's name stands."""
        ...


def refused(shown: str, title: str, said: str, text: str = "", hint: str = "") -> Failed:
    """The file is refused as a whole, for what stands in no single line."""
    label = Label(Span(Source(shown, ""), 0, 0), said)
    return Failed(Diagnostic(Code.FILE, title, label, text=text, hint=hint))


def opened(path: Path, shown: str) -> BufferedReader:
    """A file to read bytes from. Raises Failed."""
    nowhere = Span(Source(shown, ""), 0, 0)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for without end, and is not read twice
            what = "this is a folder" if path.is_dir() else "this is no ordinary file"
            raise Failed(Diagnostic("unreadable-file", "File cannot be read", Label(nowhere, what)))
        return path.open("rb")
    except (OSError, ValueError) as error:  # a path with a NUL is a ValueError
        reason = (getattr(error, "strerror", None) or "it cannot be read").lower()
        raise Failed(Diagnostic("unreadable-file", "File cannot be read", Label(nowhere, reason))) from None


def size_of(path: Path) -> int:
    """Bytes of a file; 0 of what is none, which is told where it is opened."""
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


class TooLarge(Exception):
    """A record has more bytes than any needs."""


def stretch(path: Path, shown: str, chunk: Chunk) -> bytes:
    """The bytes of a chunk. Raises Failed."""
    with opened(path, shown) as file:
        file.seek(chunk.start)
        return file.read(chunk.end - chunk.start)


class Lines:
    """The lines of a file as text, each with its line feed. Those of the record being read are kept for its report."""

    def __init__(self, file: BufferedReader, chunk: Chunk | None = None) -> None:
        """All lines of a file, or those of a chunk."""
        self._file = file
        self._count = chunk.line - 1 if chunk else 0
        self._left = chunk.end - chunk.start if chunk else None  # bytes
        if chunk:
            file.seek(chunk.start)
        self._taken: list[str] = []
        self.size = 0  # bytes of the record
        self.foul = False  # whether the record has what is no text

    def begin(self) -> None:
        """A new record begins with the next line."""
        self._taken.clear()
        self.size = 0
        self.foul = False

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        """Raises TooLarge when the record has become so."""
        data = self._read(LARGEST + 1)
        if not data:
            raise StopIteration
        self.size += len(data)
        if self._count == 0:
            data = data.removeprefix(b"\xef\xbb\xbf")
        self._count += 1
        if data.endswith(b"\r\n"):
            data = data[:-2] + b"\n"
        try:
            line = data.decode("utf-8")
        except UnicodeDecodeError:
            line = data.decode("utf-8", "surrogateescape")
            self.foul = True
        if "\0" in line:
            self.foul = True
        self._taken.append(line)
        if self.size > LARGEST:
            raise TooLarge
        return line

    def _read(self, most: int) -> bytes:
        if self._left is None:
            return self._file.readline(most)
        data = self._file.readline(min(most, self._left))
        self._left -= len(data)
        return data

    def skip(self) -> None:
        """Go to the end of a line that was too large."""
        if not self._taken[-1].endswith("\n"):
            data = b" "
            while data and not data.endswith(b"\n"):
                data = self._read(LARGEST)

    @property
    def next(self) -> int:
        """The number of the line that comes now."""
        return self._count + 1

    @property
    def first(self) -> int:
        """The number of the record's first line."""
        return self._count - len(self._taken) + 1

    @property
    def several(self) -> bool:
        """Whether the record has more than one line."""
        return len(self._taken) > 1

    @property
    def text(self) -> str:
        """The record as it can be shown and reported."""
        text = "".join(self._taken).removesuffix("\n")
        return _FOUL.sub("\ufffd", text) if self.foul else text

    def source(self, shown: str) -> Source:
        return Source(shown, self.text, self.first)

    def foulness(self, shown: str) -> Diagnostic | None:
        """The first thing in the record that is no text: a byte that is not UTF-8, or a NUL."""
        match = _FOUL.search("".join(self._taken)) if self.foul else None
        if match is None:
            return None
        span = Span(self.source(shown), match.start(), match.end())
        if match.group() == "\0":
            return Diagnostic(Code.ROW, "Forbidden character", Label(span, "U+0000"), hint="remove it")
        label = Label(span, f"byte 0x{ord(match.group()) - 0xDC00:02x} is not UTF-8")
        return Diagnostic(Code.ROW, "Not UTF-8", label, hint=SAVE)
