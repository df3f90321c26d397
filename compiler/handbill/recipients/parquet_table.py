"""Recipients as Parquet, by way of pyarrow: an extra, `handbill[parquet]`, imported only when such a file is read."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection, Iterator
from importlib.util import find_spec
from io import BufferedReader
from itertools import accumulate
from pathlib import Path
from typing import Any

from ..contracts import Origin
from ..diagnostic import Diagnostic, Failed, Label
from ..marks import Place, Unreadable, places
from ..read_json import read_json
from ..source import Source, Span
from .tables import CHUNK, LARGEST, MOST_COLUMNS, Chunk, Code, Record, opened, refused

ROWS = 500  # that are held at once
_BUFFER = 1_000_000  # bytes; with one, a column is read page by page


class Parquet:
    """A file of columns that have types. It has no lines: a row's line is its number."""

    typed = True

    def __init__(self, path: Path, shown: str) -> None:
        """Raises Failed."""
        if find_spec("pyarrow") is None:
            hint = 'pip install "handbill[parquet]", or save the file as .csv'
            raise refused(shown, "Parquet cannot be read here", "pyarrow is not installed", hint=hint)
        self.path = path
        self.shown = shown
        with opened(path, shown) as file:
            table = self._file(file)
            self.columns: tuple[str, ...] = tuple(table.schema_arrow.names)
            self._check_names()
            self._check_groups(table.metadata)
            self._groups = [table.metadata.row_group(at).num_rows for at in range(table.metadata.num_row_groups)]
        self.size = sum(self._groups)  # rows
        self._reading: _Reading | None = None

    def chunks(self, most: int = CHUNK) -> Iterator[Chunk]:
        """Of `ROWS` rows each, however many bytes they have; none lies in two row groups."""
        start = 0
        for rows in self._groups:
            for first in range(start, start + rows, ROWS):
                yield Chunk(first, min(first + ROWS, start + rows), first + 1)
            start += rows

    def records(self, columns: Collection[str], chunk: Chunk | None = None) -> Iterator[Record]:
        wanted = tuple(name for name in self.columns if name in columns)
        for each in (chunk,) if chunk else self.chunks():
            before = 0 if chunk else each.start
            for count, values in enumerate(self._rows(each, wanted), 1):
                yield self._record(before + count, each.start + count, values)

    def _rows(self, chunk: Chunk, columns: tuple[str, ...]) -> Iterator[dict[str, Any] | None]:
        """A chunk's rows. The group stays open behind them, for the next chunk is likely to be in it."""
        reading = self._reading
        if reading is None or not reading.reaches(chunk, columns):
            group, first, end = self._group_of(chunk)
            reading = self._reading = _Reading(first, end, columns, self._batches(group, first, columns))
        for batch in reading.batches(chunk):
            yield from _values(batch)

    def _group_of(self, chunk: Chunk) -> tuple[int, int, int]:
        """The row group that a chunk lies in: which it is, its first row, the next one's."""
        ends = list(accumulate(self._groups))
        group = bisect_right(ends, chunk.start)
        return group, ends[group] - self._groups[group], ends[group]

    def _batches(self, group: int, first: int, columns: tuple[str, ...]) -> Iterator[Any]:
        """The batches of a row group, whose first row is this. Raises Failed."""
        with opened(self.path, self.shown) as file:
            table = self._file(file)
            batches = table.iter_batches(ROWS, row_groups=[group], columns=list(columns), use_threads=False)
            while (batch := self._next(batches, first)) is not None:
                yield batch
                first += batch.num_rows

    def cells(self, columns: Collection[str], chunk: Chunk) -> Iterator[dict[str, Any] | None]:
        wanted = tuple(name for name in self.columns if name in columns)
        for values in self._rows(chunk, wanted):
            yield values and {name: value for name, value in values.items() if value is not None}

    def origin(self, record: Record) -> Origin:
        text = record.text or json.dumps(record.values, ensure_ascii=False, default=str)
        source = Source(self.shown, text, record.line)
        try:
            return Origin(source, dict(places(read_json(text))))
        except Unreadable:  # NaN, or nested without end
            return Origin(source, {(): Place(0, len(text), 0, len(text))})

    def heading(self, column: int) -> Span:
        start = sum(len(name) + 2 for name in self.columns[:column])
        return Span(Source(self.shown, ", ".join(self.columns)), start, start + len(self.columns[column]))

    def _file(self, file: BufferedReader) -> Any:
        from pyarrow.parquet import ParquetFile

        try:
            return ParquetFile(file, buffer_size=_BUFFER, pre_buffer=False, arrow_extensions_enabled=False)
        except _faults() as error:
            raise refused(self.shown, "Parquet cannot be read", _first_line(error)) from None

    def _check_names(self) -> None:
        if not self.columns or len(self.columns) > MOST_COLUMNS:
            raise refused(self.shown, "Too many columns" if self.columns else "No columns", f"{len(self.columns):,}")
        for column, name in enumerate(self.columns):
            if self.columns.index(name) < column:
                label = Label(self.heading(column), "here again")
                raise Failed(Diagnostic(Code.FILE, f"Two columns `{name}`", label, hint="rename one of them"))

    def _check_groups(self, metadata: Any) -> None:
        """What a file says of its own size is believed, and tells a small file that unpacks to a huge one.

        Nothing is asked of single columns: on a damaged file that ends the process (pyarrow 26).
        """
        for at in range(metadata.num_row_groups):
            group = metadata.row_group(at)
            if group.total_byte_size > LARGEST * max(group.num_rows, 1):
                said = f"{group.total_byte_size:,} bytes in {group.num_rows:,}"
                raise refused(self.shown, "Rows too large", said, text=f"A row can have {LARGEST:,} bytes.")

    def _next(self, batches: Iterator[Any], count: int) -> Any:
        try:
            return next(batches, None)
        except _faults() as error:
            said = f"behind row {count:,}: {_first_line(error)}"
            raise refused(self.shown, "Parquet cannot be read", said) from None

    def _record(self, count: int, line: int, values: dict[str, Any] | None) -> Record:
        if values is None:
            label = Label(
                Span(Source(self.shown, "", line), 0, 0), "a value that is damaged, or of no use in a message"
            )
            return Record(count, line, "", problem=Diagnostic(Code.ROW, "Row cannot be read", label))
        return Record(count, line, "", {name: value for name, value in values.items() if value is not None})


class _Reading:
    """A row group that is being read, forward only; what is passed over is never made into values of Python."""

    def __init__(self, start: int, end: int, columns: tuple[str, ...], batches: Iterator[Any]) -> None:
        self._at = start  # rows of the file that are behind
        self._end = end
        self._columns = columns
        self._batches = batches
        self._rest: Any = None

    def reaches(self, chunk: Chunk, columns: tuple[str, ...]) -> bool:
        """Whether a chunk lies in the group, and not behind."""
        return self._at <= chunk.start < self._end and self._columns == columns

    def batches(self, chunk: Chunk) -> Iterator[Any]:
        """Of a chunk, in parts. Raises Failed."""
        while self._at < chunk.end:
            if self._rest is None or not self._rest.num_rows:
                self._rest = next(self._batches, None)
                if self._rest is None:
                    return
            over = self._at < chunk.start
            rows = min(self._rest.num_rows, (chunk.start if over else chunk.end) - self._at)
            part, self._rest = self._rest.slice(0, rows), self._rest.slice(rows)
            self._at += rows
            if not over:
                yield part


def _values(batch: Any) -> Iterator[dict[str, Any] | None]:
    """The rows as plain values; None for one that has a value that Python cannot hold."""
    try:
        yield from batch.to_pylist()
    except _faults():
        for at in range(batch.num_rows):
            try:
                yield batch.slice(at, 1).to_pylist()[0]
            except _faults():
                yield None


def _faults() -> tuple[type[Exception], ...]:
    """What pyarrow raises for a file that is not as it should be."""
    from pyarrow import ArrowException

    return (ArrowException, ValueError, TypeError, LookupError, ArithmeticError, OSError, MemoryError, AttributeError)


def _first_line(error: Exception) -> str:
    return (str(error).strip().split("\n")[0] or type(error).__name__)[:200]
