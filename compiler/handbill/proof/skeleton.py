"""The text that a template gives when its values are not known: skeletons with abstract values in their holes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..holes import MARKER, token
from .texts import EMPTY, Text, Times, Unknown, sum_of
from .texts import Lit as Literal
from .values import Value, Words, shown

_IN_TEXT = re.compile(r'\\.|"|\n', re.DOTALL)
_OUTSIDE = re.compile(r'"|#|//|/\*')


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """A loop of at most `most` turns, of which one is written out; `path` is the list it goes over.

    `apart` more turns, the first and the last, are written out beside it.
    """

    path: str
    most: float
    apart: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Begin:
    turns: Turns


@dataclass(frozen=True, slots=True, eq=False)
class End:
    pass


@dataclass(frozen=True, slots=True, eq=False)
class Hole:
    """A printed value. `arms`: it stands for a stretch of template with branches, which is text and no value."""

    value: Value
    arms: bool = False


Piece = str | Hole | Begin | End


@dataclass(slots=True)
class Stretch:
    """What the text of one loop's turn is in the skeleton."""

    start: int
    end: int
    turns: Turns


@dataclass(slots=True)
class Skeleton:
    marked: str
    text: str
    holes: list[Hole]
    stretches: list[Stretch]


@dataclass(slots=True)
class Buffer:
    """Pieces in the order they are printed. `json`: whether it is known where in the JSON they stand."""

    json: bool
    pieces: list[Piece] = field(default_factory=list)
    size: int = 0
    _text: list[str] = field(default_factory=list)  # what is new since it was last asked where we are
    _mode: str = "outside"

    def add(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self.size += len(piece) if isinstance(piece, str) else 1
        if self.json and not isinstance(piece, Begin | End):
            self._text.append(MARKER.sub("", piece) if isinstance(piece, str) else "_")

    def in_text(self) -> bool:
        """Whether what comes next stands within a text of the JSON."""
        text = "".join(self._text)
        self._mode, rest = _scan(text, self._mode)
        self._text = [rest] if rest else []
        return self._mode == "text" and not rest


def _scan(text: str, mode: str) -> tuple[str, str]:
    """Where a JSON reader is after a text; and what of it could begin something that is not complete."""
    at = 0
    while True:
        if mode == "outside":
            found = _OUTSIDE.search(text, at)
            if found is None:
                return mode, "/" if text.endswith("/") and at < len(text) else ""
            mode = {'"': "text", "/*": "block"}.get(found[0], "line")
        elif mode == "text":
            found = _IN_TEXT.search(text, at)
            if found is None:
                return mode, "\\" if text.endswith("\\") and at < len(text) else ""
            mode = "text" if found[0][0] == "\\" else "outside"
        else:
            end = text.find("\n" if mode == "line" else "*/", at)
            if end < 0:
                return mode, "*" if mode == "block" and text.endswith("*") and at < len(text) else ""
            at, mode = end + (1 if mode == "line" else 2), "outside"
            continue
        at = found.end()


def assembled(pieces: Sequence[Piece]) -> Skeleton:
    """The pieces as one text, marked and not."""
    marked: list[str] = []
    plain: list[str] = []
    holes: list[Hole] = []
    stretches: list[Stretch] = []
    waiting: list[Stretch] = []
    at = 0
    for piece in pieces:
        if isinstance(piece, Begin):
            waiting.append(Stretch(at, at, piece.turns))
            continue
        if isinstance(piece, End):
            waiting[-1].end = at
            stretches.append(waiting.pop())
            continue
        text = piece if isinstance(piece, str) else token(len(holes))
        if isinstance(piece, Hole):
            holes.append(piece)
        stripped = MARKER.sub("", text)
        marked.append(text)
        plain.append(stripped)
        at += len(stripped)
    return Skeleton("".join(marked), "".join(plain), holes, stretches)


def text_of_pieces(pieces: Sequence[Piece]) -> Text:
    """The text that a fragment stands for."""
    stack: list[tuple[Turns | None, list[Text]]] = [(None, [])]
    for piece in pieces:
        if isinstance(piece, Begin):
            stack.append((piece.turns, []))
        elif isinstance(piece, End):
            turns, inner = stack.pop()
            assert turns is not None
            stack[-1][1].append(Times(turns.path, turns.most, sum_of(inner)))
        elif isinstance(piece, Hole):
            stack[-1][1].append(shown(piece.value) or EMPTY)
        else:
            stack[-1][1].append(Literal(MARKER.sub("", piece)))
    return sum_of(stack[0][1])


def unknown_hole(cause: str) -> Hole:
    return Hole(Words(Unknown(cause)))
