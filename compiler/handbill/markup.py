"""The portable inline markup: **bold**, _italic_, `code`, [text](address). Parsed once, printed by each channel.

Only what the template's author wrote is markup; a value never is. A backslash takes a sign's meaning away. A sign
that is not closed is text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from .tree import Leaf, Part, Recode, Tree, as_text, encoded, escaped

Kind: TypeAlias = Literal["bold", "italic", "code", "link"]
Piece: TypeAlias = "Part | Span"

_HOLE = "\0"  # stands for a hole or a leaf while a text is searched; no template can hold it
_SIGNS = "\\*_`[]()"
_PAIRS: tuple[tuple[str, Kind], ...] = (("**", "bold"), ("_", "italic"), ("`", "code"))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text that is marked. `url` is the address of a link, in pieces like a text."""

    kind: Kind
    content: tuple[Piece, ...]
    url: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Printer:
    """How a channel writes a marked text; "{text}" and "{url}" stand for what is put in.

    `escape` is for every text, the author's and the values', `url` for a link's address, `literal` for what stands
    within code, where a channel knows no escapes.
    """

    bold: str
    italic: str
    code: str
    link: str
    escape: Recode
    url: Recode | None = None
    literal: Recode | None = None


def printed(leaf: Leaf, printer: Printer) -> Leaf:
    """A text as the channel writes it: with its markup, when it has some, and everything else escaped."""
    if leaf.marked is None:
        return escaped(leaf, printer.escape)
    parts: list[Part] = []
    _print(pieces_of(leaf), printer, parts)
    if all(isinstance(part, str) for part in parts):
        return Leaf(leaf.pointer, "".join(map(str, parts)))
    return Leaf(leaf.pointer, parts=tuple(parts))


def pieces_of(leaf: Leaf) -> tuple[Piece, ...]:
    """A marked text in pieces, for a channel whose markup is a structure of its own."""
    return cast("tuple[Piece, ...]", leaf.marked)


def kinds_of(leaf: Leaf) -> list[Kind]:
    """The kind of each span of a marked text, those within others too."""
    found: list[Kind] = []
    waiting = list(pieces_of(leaf))
    while waiting:
        piece = waiting.pop(0)
        if isinstance(piece, Span):
            found.append(piece.kind)
            waiting = [*piece.content, *waiting]
    return found


def _print(pieces: Sequence[Piece], printer: Printer, into: list[Part]) -> None:
    for piece in pieces:
        if not isinstance(piece, Span):
            into.append(_recoded(piece, printer.escape))
            continue
        form: str = getattr(printer, piece.kind)
        for stretch in _stretches(form):
            if stretch == "{text}" and piece.kind == "code":
                into.extend(_recoded(cast("Part", part), printer.literal or printer.escape) for part in piece.content)
            elif stretch == "{text}":
                _print(piece.content, printer, into)
            elif stretch == "{url}":
                into.extend(_recoded(part, printer.url or printer.escape) for part in piece.url)
            else:
                into.append(stretch)


def _stretches(form: str) -> list[str]:
    for name in ("{text}", "{url}"):
        form = form.replace(name, f"\0{name}\0")
    return [stretch for stretch in form.split("\0") if stretch]


def _recoded(part: Part, recode: Recode) -> Part:
    if isinstance(part, str):
        return recode(part)
    if isinstance(part, int):
        return Leaf("", parts=(part,), escape=recode)
    return encoded(part, recode)


# ---- parsing


def parsed(leaf: Leaf) -> Leaf:
    """The text without its signs, and with `marked` when there were any. What is no text stays as it is."""
    if leaf.bare or (leaf.parts is None and not isinstance(leaf.value, str)):
        return leaf
    parts: tuple[Part, ...] = (as_text(leaf.value),) if leaf.parts is None else leaf.parts
    searched = "".join(part if isinstance(part, str) else _HOLE for part in parts)
    if not any(sign in searched for sign in "*_`[\\"):
        return leaf
    reader = _Reader(searched, [part for part in parts if not isinstance(part, str)])
    pieces = reader.read(0, len(searched))
    plain = tuple(_plain(pieces))
    marked = pieces if any(isinstance(piece, Span) for piece in pieces) else None
    if all(isinstance(part, str) for part in plain):
        return Leaf(leaf.pointer, "".join(map(str, plain)), marked=marked)
    return Leaf(leaf.pointer, parts=plain, marked=marked)


def _plain(pieces: Sequence[Piece]) -> list[Part]:
    """The text as a channel without markup shows it: a link's address stands behind its text."""
    found: list[Part] = []
    for piece in pieces:
        if not isinstance(piece, Span):
            found.append(piece)
            continue
        content = _plain(piece.content)
        found += content
        if piece.kind == "link" and list(piece.url) != content:
            found += [" (", *piece.url, ")"]
    return found


class _Reader:
    """Reads one text. `holes` are what the signs for a hole stand for, in order."""

    def __init__(self, text: str, holes: Sequence[Part]) -> None:
        self.text = text
        self.holes = dict(zip((at for at, char in enumerate(text) if char == _HOLE), holes, strict=True))
        # where each sign stands last, so that a text full of signs that nothing closes is still read in one go
        self.lasts = {sign: text.rfind(sign) for sign in (*(sign for sign, _ in _PAIRS), "](")}

    def read(self, start: int, end: int) -> tuple[Piece, ...]:
        pieces: list[Piece] = []
        at = start
        while at < end:
            char = self.text[at]
            if char == _HOLE:
                pieces.append(self.holes[at])
                at += 1
            elif char == "\\" and at + 1 < end and self.text[at + 1] in _SIGNS:
                pieces.append(self.text[at + 1])
                at += 2
            elif found := self.span(at, end):
                span, at = found
                pieces.append(span)
            else:
                pieces.append(char)
                at += 1
        return tuple(_together(pieces))

    def span(self, at: int, end: int) -> tuple[Span, int] | None:
        """The span that begins here, and where it ends."""
        for sign, kind in _PAIRS:
            if self.text.startswith(sign, at, end):
                return self.pair(at, end, sign, kind)
        return self.link(at, end) if self.text[at] == "[" else None

    def pair(self, at: int, end: int, sign: str, kind: Kind) -> tuple[Span, int] | None:
        inner = at + len(sign)
        last = self.text.find(sign, inner, end) if inner <= self.lasts[sign] else -1
        if last <= inner or self.text[inner].isspace() or self.text[last - 1].isspace():
            return None
        behind = last + len(sign)
        if kind == "italic" and (self.word(at - 1) or self.word(behind)):  # snake_case_names
            return None
        content = self.literal(inner, last) if kind == "code" else self.read(inner, last)
        return Span(kind, content), behind

    def literal(self, start: int, end: int) -> tuple[Piece, ...]:
        return tuple(_together([self.holes.get(at, self.text[at]) for at in range(start, end)]))

    def word(self, at: int) -> bool:
        return 0 <= at < len(self.text) and (self.text[at].isalnum() or self.text[at] in ("_", _HOLE))

    def link(self, at: int, end: int) -> tuple[Span, int] | None:
        middle = self.text.find("](", at, end) if at < self.lasts["]("] else -1
        last = self.text.find(")", middle, end) if middle > at + 1 else -1
        if last <= middle + 2 or "\n" in self.text[at:last] or " " in self.text[middle:last]:
            return None
        url = cast("tuple[Part, ...]", self.literal(middle + 2, last))
        return Span("link", self.read(at + 1, middle), url), last + 1


def _together(pieces: Sequence[Piece]) -> list[Piece]:
    """Texts that stand side by side as one."""
    made: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and made and isinstance(made[-1], str):
            made[-1] += piece
        else:
            made.append(piece)
    return made


# ---- which texts of a message can be marked

TEXTS = ("text", "caption", "subtitle")
_NOT_IN = ("buttons", "sections", "metadata", "parameters", "slots")


def marked_up(tree: Tree, read: Callable[[Leaf], Leaf] = parsed) -> Tree:
    """A document in which the texts that customers read as prose are parsed: no labels, names or addresses."""
    if isinstance(tree, list):
        return [marked_up(child, read) for child in tree]
    if not isinstance(tree, dict):
        return tree
    made: dict[str, Tree] = {}
    for key, child in tree.items():
        if isinstance(child, Leaf):
            made[key] = read(child) if key in TEXTS else child
        else:
            made[key] = child if key in _NOT_IN else marked_up(child, read)
    return made
