"""Recipients as CSV: https://www.rfc-editor.org/rfc/rfc4180, in UTF-8, with a first line that names the columns.

A row that cannot be read is the mistake of that row alone. But where a quote goes wrong over several lines, nobody
can tell where the next recipient begins, and a line of a text could be taken for one: then the file is refused.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any

from ..contracts import Origin
from ..diagnostic import Diagnostic, Failed, Label
from ..marks import Path as KeyPath
from ..marks import Place
from ..source import Source, Span
from .row_ends import RowEnds
from .tables import (
    CHUNK,
    LARGEST,
    MOST_COLUMNS,
    SAVE,
    Chunk,
    Code,
    Lines,
    Record,
    TooLarge,
    opened,
    refused,
    size_of,
    stretch,
)

LARGEST_CELL = 131_072  # characters; a bound of ours

_SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
_EXCEL = re.compile(r"sep=([,;\t])\n?")  # a first line that tells Excel the separator


class Csv:
    """A file of rows. The separator (comma, semicolon or tab) is the one that its first line has most of."""

    typed = False

    def __init__(self, path: Path, shown: str) -> None:
        """Raises Failed for a file without a good first line."""
        self.path = path
        self.shown = shown
        self.size = size_of(path)
        self.delimiter = ","
        self.columns: tuple[str, ...] = ()
        self._header = Source(shown, "")
        with opened(path, shown) as file:
            self._begin(Lines(file))

    @property
    def separator(self) -> str:
        """In words: "a comma"."""
        return _SEPARATORS[self.delimiter]

    def chunks(self, most: int = CHUNK) -> Iterator[Chunk]:
        with opened(self.path, self.shown) as file:
            lines = Lines(file)
            self._begin(lines)
            start, line, ends, rest = file.tell(), lines.next, RowEnds(self.delimiter), b""
            while block := file.read(most):
                rest += block
                cut = ends.last(rest)
                if not cut and len(rest) > LARGEST:  # whoever reads it will say so
                    cut = len(rest)
                if cut:
                    yield Chunk(start, start + cut, line)
                    start += cut
                    line += rest.count(b"\n", 0, cut)
                    rest = rest[cut:]
        if rest:
            yield Chunk(start, start + len(rest), line)

    def records(self, columns: Collection[str], chunk: Chunk | None = None) -> Iterator[Record]:
        with opened(self.path, self.shown) as file:
            lines = Lines(file, chunk)
            rows = self._begin(lines) if chunk is None else self._rows(lines)
            wide, count = len(self.columns), 0
            while True:
                lines.begin()
                try:
                    cells = next(rows)
                except StopIteration:
                    return
                except csv.Error as error:
                    count += 1
                    yield Record(count, lines.first, lines.text, problem=self._misquoted(lines, error))
                    continue
                except TooLarge:
                    raise Failed(self._endless(lines)) from None
                if not any(cells):
                    continue
                count += 1
                record = Record(count, lines.first, lines.text)
                if len(cells) != wide or lines.foul or lines.size > LARGEST_CELL:
                    record.problem = self._problem(lines, cells)
                if record.problem is None:
                    record.values = {name: cell for name, cell in zip(self.columns, cells, strict=True) if cell}
                yield record

    def cells(self, columns: Collection[str], chunk: Chunk) -> Iterator[dict[str, Any] | None]:
        text = self._text(chunk)
        if text is None:
            yield from (None for _ in self.records(columns, chunk))
            return
        rows, names, wide = self._rows(StringIO(text, newline="\n")), self.columns, len(self.columns)
        quoted = '"' in text
        while True:
            try:
                for cells in rows:
                    if len(cells) == wide and not (quoted and max(map(len, cells)) > LARGEST_CELL):
                        if values := {name: cell for name, cell in zip(names, cells, strict=True) if cell}:
                            yield values
                    elif any(cells):
                        yield None
                return
            except csv.Error:
                yield None

    def _text(self, chunk: Chunk) -> str | None:
        """A chunk's text, where nothing but its quotes and its cells can be wrong with it."""
        if chunk.end - chunk.start > LARGEST:
            return None
        try:
            text = stretch(self.path, self.shown, chunk).decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            return None
        return None if "\0" in text or max(map(len, text.split("\n"))) > LARGEST_CELL else text

    def origin(self, record: Record) -> Origin:
        whole = len(record.text)
        marks: dict[KeyPath, Place] = {(): Place(0, whole, 0, whole)}
        for name, (start, end) in zip(self.columns, _cells(record.text, self.delimiter), strict=False):
            marks[(name,)] = Place(start, end, start, end)
        return Origin(Source(self.shown, record.text, record.line), marks)

    def heading(self, column: int) -> Span:
        start, end = _cells(self._header.text, self.delimiter)[column]
        return Span(self._header, start, end)

    def _begin(self, lines: Lines) -> Iterator[list[str]]:
        """Read the line of names; the rows behind it. Raises Failed."""
        try:
            first = self._first(lines)
            rows = self._rows(chain([first], lines))
            names = next(rows)
        except TooLarge:
            raise Failed(self._endless(lines)) from None
        except csv.Error as error:
            raise Failed(replace(self._misquoted(lines, error), code=Code.FILE)) from None
        foul = lines.foulness(self.shown)
        if foul is not None:
            raise Failed(replace(foul, code=Code.FILE, hint=SAVE))
        self.columns, self._header = tuple(name.strip() for name in names), lines.source(self.shown)
        self._check_names()
        return rows

    def _rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        csv.field_size_limit(LARGEST)  # a cell too large must not end the row it stands in
        return csv.reader(lines, delimiter=self.delimiter, strict=True)

    def _first(self, lines: Lines) -> str:
        """The first line that says something; sets the separator. Raises Failed, TooLarge."""
        told = ""
        for line in lines:
            if match := _EXCEL.fullmatch(line):
                told = match[1]
            elif line.strip():
                bare = re.sub('"[^"]*"', "", line)
                self.delimiter = told or max(_SEPARATORS, key=bare.count)
                return line
            lines.begin()
        raise refused(self.shown, "No recipients", "nothing here", hint="the first line names the columns")

    def _check_names(self) -> None:
        if len(self.columns) > MOST_COLUMNS:
            raise refused(self.shown, "Too many columns", f"{len(self.columns):,}; no file needs {MOST_COLUMNS:,}")
        for column, name in enumerate(self.columns):
            first = self.columns.index(name)
            if name and first < column:
                raise Failed(
                    Diagnostic(
                        Code.FILE, f"Two columns `{name}`", Label(self.heading(column), "here again"),
                        text="A reader would take one of the two, without a word.", hint="rename or remove one of them",
                        related=(Label(self.heading(first), "the first one is here"),),
                    )
                )  # fmt: skip

    # what is wrong with a row

    def _problem(self, lines: Lines, cells: list[str]) -> Diagnostic | None:
        foul = lines.foulness(self.shown)
        if foul is not None:
            return foul
        source, spans = lines.source(self.shown), _cells(lines.text, self.delimiter)
        wide = len(self.columns)
        if len(cells) != wide:
            start = spans[wide][0] if len(spans) > wide else 0
            said = f"{_counted(len(cells), 'cell')}; the first line has {_counted(wide, 'column')}"
            hint = f'a text that holds {self.separator} stands in quotes: "…"' if len(cells) > wide else ""
            label = Label(Span(source, start, len(source.text)), said)
            return Diagnostic(Code.ROW, "Cells that do not fit the columns", label, hint=hint)
        for cell, (start, end) in zip(cells, spans, strict=False):
            if len(cell) > LARGEST_CELL:
                label = Label(Span(source, start, end), f"{len(cell):,} characters; no message needs {LARGEST_CELL:,}")
                return Diagnostic(Code.ROW, "Cell too large", label)
        return None

    def _misquoted(self, lines: Lines, error: csv.Error) -> Diagnostic:
        """Raises Failed when it cannot be told which lines belong together."""
        source = lines.source(self.shown)
        start, end = _cells(source.text, self.delimiter)[-1]
        opening = Span(source, max(start - 1, 0), start)
        if "new-line" in str(error):
            at = source.text.find("\r")
            title, span, said = "Carriage return within a row", Span(source, at, at + 1), "a carriage return alone"
            hint = "end lines with a line feed; a text of several lines stands in quotes"
        elif "expected after" in str(error):
            title, span, said = "Quote within a text", Span(source, end, end + 1), "the text ends here, and yet goes on"
            hint = 'within quotes, a quote is written twice: ""'
        else:
            title, span, said = "Quote never closed", opening, "opened here"
            hint = 'a cell that is one quote is written """"'
        if not lines.several:
            return Diagnostic(Code.ROW, title, Label(span, said), hint=hint)
        text = "So it cannot be told where the next recipient begins."
        related = () if span == opening else (Label(span, said),)
        label = Label(opening, "this quote is not closed as it should be")
        raise Failed(Diagnostic(Code.FILE, title, label, text=text, hint=hint, related=related))

    def _endless(self, lines: Lines) -> Diagnostic:
        source = lines.source(self.shown)
        start = max(_cells(source.text, self.delimiter)[-1][0] - 1, 0)
        quoted = source.text[start : start + 1] == '"'
        span = Span(source, start, start + 1) if quoted else Span(source, 0, 1)
        return Diagnostic(
            Code.FILE, "Row without end", Label(span, f"more than {LARGEST:,} bytes from here"),
            text="A quote that is never closed takes all that follows for one text." if quoted else "",
            hint="close the quote" if quoted else "end each row with a line feed",
        )  # fmt: skip


def _cells(text: str, delimiter: str) -> list[tuple[int, int]]:
    """Where the cells of one row stand, without their quotes; up to the first mistake. Never empty."""
    found: list[tuple[int, int]] = []
    at = 0
    while True:
        if text[at : at + 1] != '"':
            end = text.find(delimiter, at)
            found.append((at, len(text) if end < 0 else end))
        else:
            end = text.find('"', at + 1)
            while end >= 0 and text[end + 1 : end + 2] == '"':
                end = text.find('"', end + 2)
            found.append((at + 1, len(text) if end < 0 else end))
            end = end + 1 if end >= 0 and text[end + 1 : end + 2] == delimiter else -1
        if end < 0:
            return found
        at = end + 1


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
