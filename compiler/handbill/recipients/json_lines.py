"""Recipients as JSON lines: one object a line. A line that cannot be read is the mistake of that line alone."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from ..contracts import Origin
from ..diagnostic import Diagnostic, Label
from ..marks import MAX_DEPTH, Unreadable, number, places, plain
from ..read_json import read_json
from ..source import Source, Span
from ..template import unreadable
from .tables import CHUNK, LARGEST, NOTE, Chunk, Code, Lines, Record, TooLarge, opened, size_of, stretch

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class JsonLines:
    """A file with an object a line; lists and objects in it are values for parameters that take them."""

    typed = True
    columns = None

    def __init__(self, path: Path, shown: str) -> None:
        """Raises Failed."""
        self.path = path
        self.shown = shown
        self.size = size_of(path)
        opened(path, shown).close()

    def chunks(self, most: int = CHUNK) -> Iterator[Chunk]:
        start, at, line = 0, 0, 1
        with opened(self.path, self.shown) as file:
            while block := file.read(most):
                cut = block.rfind(b"\n") + 1
                if cut:
                    yield Chunk(start, at + cut, line)
                    start = at + cut
                    line += block.count(b"\n")
                at += len(block)
        if start < at:
            yield Chunk(start, at, line)

    def records(self, columns: Collection[str], chunk: Chunk | None = None) -> Iterator[Record]:
        with opened(self.path, self.shown) as file:
            lines, count = Lines(file, chunk), 0
            while True:
                lines.begin()
                try:
                    line = next(lines)
                except StopIteration:
                    return
                except TooLarge:
                    count += 1
                    lines.skip()
                    yield self._too_long(count, lines)
                    continue
                if line and not line.isspace():  # a byte order mark leaves nothing
                    count += 1
                    yield self._record(count, lines, line)

    def cells(self, columns: Collection[str], chunk: Chunk) -> Iterator[dict[str, Any] | None]:
        if chunk.end - chunk.start > LARGEST:
            yield from (None for _ in self.records(columns, chunk))
            return
        data = stretch(self.path, self.shown, chunk)
        apart = any(mark in data for mark in _APART)
        for line in (data if chunk.start else data.removeprefix(b"\xef\xbb\xbf")).split(b"\n"):
            values = _sure(line, apart)
            if values is not None:
                values.pop(NOTE, None)
                yield values
            elif line and not line.decode("utf-8", "surrogateescape").isspace():
                yield None

    def origin(self, record: Record) -> Origin:
        return Origin(Source(self.shown, record.text, record.line), dict(places(read_json(record.text))))

    def heading(self, column: int) -> Span:
        return Span(Source(self.shown, ""), 0, 0)

    def _record(self, count: int, lines: Lines, line: str) -> Record:
        problem = lines.foulness(self.shown)
        record = Record(count, lines.first, lines.text, problem=problem)
        if problem is not None:
            return record
        try:
            values = _fast(line)
        except (ValueError, Unreadable, RecursionError):
            try:
                values = plain(read_json(record.text))
            except Unreadable as error:
                problem = unreadable(lines.source(self.shown), error)
                if problem.code == "invalid-json":
                    problem = replace(problem, code=Code.ROW, title="Line is not JSON")
                record.problem = problem
                return record
        if isinstance(values, dict):
            values.pop(NOTE, None)
            record.values = values
        else:
            label = Label(Span(lines.source(self.shown), 0, len(record.text)), "a recipient is an object: {…}")
            record.problem = Diagnostic(Code.ROW, "Line is not an object", label)
        return record

    def _too_long(self, count: int, lines: Lines) -> Record:
        text = lines.text[:200]
        label = Label(Span(Source(self.shown, text, lines.first), 0, len(text)), f"more than {LARGEST:,} bytes")
        problem = Diagnostic(Code.ROW, "Line too long", label, hint="a recipient is one line; end it with a line feed")
        return Record(count, lines.first, text, problem=problem)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name is there twice")
    return made


def _constant(text: str) -> Any:
    raise ValueError(text)


def _number(text: str) -> int | float:
    return number(text, 0)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_number, parse_int=_number)


_APART = (b" :", b"\t:", b"\r:")
_PLAIN = frozenset({str, int, bool, type(None)})


def _sure(line: bytes, apart: bool = True) -> dict[str, Any] | None:
    """A line as orjson reads it, where that is what `_fast` makes of it; None where it may not be.

    orjson takes the last of two values that have one name. Whether there are two is counted: as long as no colon
    stands apart from the name before it (which there is none of when it may not be `apart`), each name makes one `":`
    at least.
    """
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if type(value) is not dict or (apart and any(mark in line for mark in _APART)):
        return None
    if _PLAIN.issuperset(map(type, value.values())):
        return value if line.count(b'":') == len(value) else None
    try:
        return value if line.count(b'":') == _names(value, MAX_DEPTH) else None
    except ValueError:
        return None


def _names(value: Any, levels: int) -> int:
    """How many names objects have in it. Raises ValueError for a number that is not whole, or more than `levels`."""
    kind = type(value)
    if kind is dict or kind is list:
        if not levels:
            raise ValueError
        count, children = (len(value), value.values()) if kind is dict else (0, value)
        if _PLAIN.issuperset(map(type, children)):
            return count
        return count + sum([_names(child, levels - 1) for child in children])
    if kind is float:  # also what is too large for orjson's whole numbers
        raise ValueError
    return 0


def _fast(line: str) -> Any:
    """A line as the standard library reads it, when that is beyond doubt.

    Raises ValueError, Unreadable or RecursionError for what wants a second look.
    """
    if "\\u" in line and _HALF.search(line):
        raise ValueError(line)
    value = _DECODER.decode(line)
    if line.count("{") + line.count("[") > MAX_DEPTH and _deeper(value, MAX_DEPTH):
        raise ValueError(line)
    return value


def _deeper(value: Any, levels: int) -> bool:
    """Whether more than so many lists and objects lie within one another."""
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    return any(_deeper(child, levels - 1) for child in (value.values() if isinstance(value, dict) else value))
