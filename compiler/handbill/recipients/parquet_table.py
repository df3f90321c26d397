"""Recipients as Parquet, by way of pyarrow: an extra, `handbill[parquet]`, imported only when such a file is read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from importlib.util import find_spec
from io import BufferedReader
from pathlib import Path
from typing import Any

from ..contracts import Origin
from ..diagnostic import Diagnostic, Failed, Label
from ..marks import Place, Unreadable, places
from ..read_json import read_json
from ..source import Source, Span
from .tables import LARGEST, MOST_COLUMNS, Code, Record, opened, refused

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
            self.columns: tuple[str, ...] = tuple(self._file(file).schema_arrow.names)
        self._check_names()

    def records(self, columns: Collection[str]) -> Iterator[Record]:
        with opened(self.path, self.shown) as file:
            table = self._file(file)
            self._check_groups(table.metadata)
            wanted = [name for name in self.columns if name in columns]
            batches = table.iter_batches(batch_size=ROWS, columns=wanted, use_threads=False)
            count = 0
            while (batch := self._next(batches, count)) is not None:
                for values in _rows(batch):
                    count += 1
                    yield self._record(count, values)

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

    def _record(self, count: int, values: dict[str, Any] | None) -> Record:
        if values is None:
            label = Label(
                Span(Source(self.shown, "", count), 0, 0), "a value that is damaged, or of no use in a message"
            )
            return Record(count, count, "", problem=Diagnostic(Code.ROW, "Row cannot be read", label))
        return Record(count, count, "", {name: value for name, value in values.items() if value is not None})


def _rows(batch: Any) -> Iterator[dict[str, Any] | None]:
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
