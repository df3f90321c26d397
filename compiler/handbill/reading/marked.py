"""Inline markup read back: the signs that a channel's own texts have around what is bold, italic, code or a link.

Learned as everything is: a marked text is emitted, and what stands around its holes are the signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from functools import cache, reduce
from typing import Any, get_args

from ..channels import Channel
from ..gateways import gateway
from ..markup import Kind, Span
from ..message import read
from ..tree import Leaf, Recode
from .parts import REFUSED, leaves
from .probes import holed, probes
from .recoding import undone
from .shapes import Hole, Path, text_of

_TEXT, _URL = -1, -2  # the holes of a marked text
_BEFORE = "x "
Pieces = list[Any]  # texts, and {"kind": "bold", "content": [...]}, with a "url" when it is a link


@dataclass(frozen=True, slots=True)
class Signs:
    """How one field is marked: a pattern of its spans, what is done to its texts, and what a body has beside it."""

    pattern: re.Pattern[str]
    recodes: tuple[Recode, ...]
    beside: frozenset[tuple[Path, Any]]

    def plain(self, text: str, said: Set[str]) -> bool:
        """Whether it was written as a plain text: what would be a sign in it is escaped there."""
        written = reduce(lambda each, recode: recode(each), self.recodes, text)
        return written != text and written in said

    def pieces(self, text: str) -> Pieces:
        """The text in pieces; one, when nothing in it is marked."""
        made: Pieces = []
        at = 0
        for found in self.pattern.finditer(text):
            kind = next(name for name in get_args(Kind) if found[name] is not None)
            span: dict[str, Any] = {"kind": kind, "content": self._within(kind, found[kind])}
            if kind == "link":
                span["url"] = self._plain(found["url"])
            made += [*self._said(text[at : found.start()]), span]
            at = found.end()
        return [*made, *self._said(text[at:])]

    def _within(self, kind: str, text: str) -> Pieces:
        return [text] if kind == "code" else self.pieces(text)

    def _said(self, text: str) -> Pieces:
        return [self._plain(text)] if text else []

    def _plain(self, text: str) -> str:
        for recode in reversed(self.recodes):
            text = undone(text, recode, nearest=True)
        return text


@dataclass(frozen=True, slots=True)
class Marked:
    """A message without signs in its texts; those texts in pieces, by JSON pointer; what says so beside them."""

    message: dict[str, Any]
    texts: dict[str, Pieces] = field(default_factory=dict)
    beside: frozenset[tuple[Path, Any]] = frozenset()


def marked(message: dict[str, Any], body: Any, channel: Channel, via: str) -> Marked:
    """What a body says as a message, with its inline markup."""
    if via != "direct" or not channel.markup:
        return Marked(message)
    texts: dict[str, Pieces] = {}
    there = {*_plain_leaves(body)}
    said = {text for _, text in there}
    beside: frozenset[tuple[Path, Any]] = frozenset()
    whole = {**message}
    cards = [{**card} for card in message.get("cards", ()) if isinstance(card, dict)]
    if cards:
        whole["cards"] = cards
    for owner, pointer in ((whole, ""), *((card, f"/cards/{at}") for at, card in enumerate(cards))):
        for name in channel.marked & owner.keys():
            signs = _signs(message["template_type"], name, bool(pointer), channel)
            if signs is None or not signs.beside <= there or signs.plain(str(owner[name]), said):
                continue
            pieces = signs.pieces(str(owner[name]))
            if any(isinstance(piece, dict) for piece in pieces):
                owner[name] = "".join(_words(pieces))
                texts[f"{pointer}/{name}"] = pieces
                beside |= signs.beside
    return Marked(whole, texts, beside)


def _words(pieces: Pieces) -> Iterator[str]:
    for piece in pieces:
        if isinstance(piece, str):
            yield piece
        else:
            yield from _words(piece["content"])


@cache
def _signs(template_type: str, name: str, in_card: bool, channel: Channel) -> Signs | None:
    """How a field of a message, or of a card within it, is marked; None when that is no matter of signs."""
    kinds: tuple[Kind, ...] = get_args(Kind)
    learned = {kind: _learned(template_type, name, in_card, kind, channel) for kind in kinds if kind in channel.markup}
    found = {kind: each for kind, each in learned.items() if each is not None}
    if not found:
        return None
    pattern = "|".join(found[kind][0] for kind in kinds if kind in found)
    every = "|".join(f"(?P<{kind}>(?!))" for kind in kinds if kind not in found)
    _, recodes, beside = next(iter(found.values()))
    missing = "" if "link" in found else "|(?P<url>(?!))"
    return Signs(re.compile(f"{pattern}|{every}{missing}" if every else pattern + missing, re.DOTALL), recodes, beside)


def _learned(
    template_type: str, name: str, in_card: bool, kind: Kind, channel: Channel
) -> tuple[str, tuple[Recode, ...], frozenset[tuple[Path, Any]]] | None:
    message = next(each for each in probes(template_type) if not each.keys() & {"header", "footer", "metadata"})
    bodies = []
    for spans in ((Span(kind, (_TEXT,), (_URL,) if kind == "link" else ()),), None):
        tree, _ = holed(message)
        owner: Any = tree["cards"][0] if in_card else tree  # type: ignore[call-overload, index]
        if name not in owner:
            return None
        owner[name] = Leaf(f"/{name}", parts=(_TEXT,), marked=(_BEFORE, *spans) if spans else None)
        try:
            bodies += gateway("direct").emit([read(tree)], channel, None)[:1]
        except REFUSED:
            return None
    for _, leaf in leaves(bodies[0]):
        if isinstance(leaf, Leaf) and _TEXT in leaf.holes:
            pieces = text_of(leaf, {hole: (str(hole),) for hole in leaf.holes}).pieces
            if pieces[0] == _BEFORE and len(pieces) > 3:
                recodes = next(each.recodes for each in pieces if isinstance(each, Hole) and each.role == (str(_TEXT),))
                beside = frozenset(_plain_leaves(bodies[0])) - frozenset(_plain_leaves(bodies[1]))
                return _pattern(pieces[1:], kind), recodes, beside
    return None


def _pattern(pieces: tuple[str | Hole, ...], kind: str) -> str:
    names: dict[tuple[str, ...], str] = {(str(_TEXT),): kind, (str(_URL),): "url"}
    return "".join(re.escape(each) if isinstance(each, str) else f"(?P<{names[each.role]}>.+?)" for each in pieces)


def _plain_leaves(body: Any) -> Iterator[tuple[Path, Any]]:
    """The constant texts of a body, with their places."""
    return ((path, leaf) for path, leaf in leaves(body) if isinstance(leaf, str))
