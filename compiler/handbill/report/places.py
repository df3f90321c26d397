"""Places as machine-read forms have them."""

from __future__ import annotations

from dataclasses import dataclass

from ..source import Span


@dataclass(frozen=True, slots=True)
class Place:
    """A span in lines and columns: 1-based, columns in code points, the end column excluded."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


def place(span: Span) -> Place:
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(max(span.end, span.start))
    return Place(span.source.path, line, column, end_line, end_column)
