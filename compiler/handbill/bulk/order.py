"""What is to be compiled for whom, and what became of it; both can go from process to process."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..diagnostic import Diagnostic
from ..project import Project


@dataclass(frozen=True, slots=True)
class Order:
    """One template on one channel for the recipients in a file."""

    project: Project
    name: str  # of the template
    channel: str
    path: Path  # .csv, .tsv, .jsonl, .ndjson or .parquet
    via: str | None = None  # a gateway; None: as the template or the project says
    shown: str = ""  # the path as it is to be told; as it is, when empty
    mapping: Mapping[str, str] = field(default_factory=dict)  # the column that has a parameter, or part of the address
    address: Mapping[str, str] | None = field(default_factory=dict)  # the same for all; None: to nobody, for review
    locale: str = ""  # of those whose row names none
    policy: str | None = None  # "strict" or "adapt"; None: as the template or the project says
    fail_on: tuple[str, ...] = ()  # kinds of loss that are errors
    pretty: bool = False  # payloads indented, instead of one line each
    ids: bool = False  # say the value of the column `id`, where there is one
    contents: bool = False  # say what bad rows have in them


@dataclass(slots=True)
class Bad:
    """A row that has no payload."""

    number: int  # of the row, from 1
    line: int  # in the file, from 1; the number again where a file has no lines
    found: tuple[Diagnostic, ...]  # errors, and what else was found
    content: dict[str, Any] | None = None  # by column, where it was asked for and could be read
    text: str = ""  # the row as it stands in the file, where it was asked for and could not be read


@dataclass(slots=True)
class Warned:
    """What was found with payloads that are there all the same."""

    first: Diagnostic
    number: int  # of the first row, from 1
    count: int = 1  # of payloads; for what is lost by every message of a kind, of kinds


@dataclass(slots=True)
class Batch:
    """Rows that stand together in the file, and what became of them."""

    before: int = 0  # rows that are before them in the file
    rows: int = 0
    payloads: bytes = b""  # one behind the other, each with a line feed at its end
    lengths: array[int] = field(default_factory=lambda: array("L"))  # of each payload, in bytes
    ids: list[str] = field(default_factory=list)  # of each payload, where they were asked for
    bad: list[Bad] = field(default_factory=list)
    warned: dict[str, Warned] = field(default_factory=dict)  # by code
    unused: list[str] = field(default_factory=list)  # names in it that nothing asks for
    failed: tuple[Diagnostic, ...] = ()  # why nothing behind them can be read
    done: float = 0.0  # the share of the file that is behind them, 0 to 1
    drawn: list[int] | None = None  # the numbers of the payloads' rows, where those do not stand together

    @property
    def noted(self) -> list[Bad | Warned]:
        """All that tells the number of its row."""
        return [*self.bad, *self.warned.values()]

    @property
    def numbers(self) -> list[int]:
        """Of the payloads' rows, from 1."""
        if self.drawn is not None:
            return self.drawn
        bad = {each.number for each in self.bad}
        return [n for n in range(self.before + 1, self.before + self.rows + 1) if n not in bad]

    def each(self) -> Iterator[bytes]:
        """The payloads, one by one."""
        start = 0
        for length in self.lengths:
            yield self.payloads[start : start + length]
            start += length

    def cut(self, last: int) -> None:
        """Leave out the rows behind the one of this number."""
        well = bisect_right(self.numbers, last)
        if self.drawn is None:
            self.failed = () if last <= self.before + self.rows else self.failed
            self.rows = max(0, min(self.rows, last - self.before))
        else:
            self.drawn = self.drawn[:well]
        self.bad = [each for each in self.bad if each.number <= last]
        self.warned = {code: each for code, each in self.warned.items() if each.number <= last}
        self.payloads = self.payloads[: sum(self.lengths[:well])]
        self.lengths, self.ids = self.lengths[:well], self.ids[:well]
