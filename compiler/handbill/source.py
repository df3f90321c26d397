"""Where text came from: a file's text, and spans in it.

Everything that is ever reported to an author points here. Text is held with line feeds only and
without a byte order mark; both are taken off when the file is read, so that an offset counted in
the text is an offset in what the author sees.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One file (or one command-line value) that text came from.

    `path` is what is shown: relative to the project, with forward slashes. Of a file too large to be held,
    `text` is a stretch of whole lines, the first of which has the number `first_line`.
    """

    path: str
    text: str
    first_line: int = 1
    _starts: list[int] = field(default_factory=list, repr=False)  # offset of each line's start

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both 1-based, the column in code points."""
        starts = self._starts
        if not starts:
            starts.append(0)
            starts.extend(i + 1 for i, char in enumerate(self.text) if char == "\n")
        line = bisect_right(starts, min(offset, len(self.text)))
        return line + self.first_line - 1, offset - starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of one line (1-based), without its line feed; empty outside the text."""
        self.position(0)
        number -= self.first_line - 1
        if not 1 <= number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end]

    def offset(self, line: int, column: int = 1) -> int:
        """The offset of a 1-based line and column, held within the text."""
        self.position(0)
        line = min(max(line - self.first_line + 1, 1), len(self._starts))
        return min(self._starts[line - 1] + column - 1, len(self.text))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source: offsets in code points, the end excluded."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]


def read_text(data: bytes) -> str:
    """Decode a file as Handbill holds it: UTF-8, no byte order mark, line feeds only.

    Raises UnicodeDecodeError when the bytes are not UTF-8.
    """
    text = data.decode("utf-8").removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text
