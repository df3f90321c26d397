"""Holes: how data goes through a template without ever becoming part of its text.

While a template is rendered, a printed value is put on a list and a *hole* is printed in its place:
a token of private-use characters around the value's index. What comes out is a *skeleton*, text that
only the template's author wrote. It is parsed, and the holes are filled in the parsed leaves, so no
value can close a quote or open a bracket.

What template code itself makes (the result of a macro, `{% set %}…{% endset %}`, `caller()`) is a
`Fragment`: skeleton text, holes included, printed as it is. To everything else (filters, tests,
comparisons, `~`) it shows the text it stands for; it is no `str`, so nothing can take it for one.

The text of a translation is the project's, and yet written by somebody who does not see the template. It
is printed as a token, too: part of the skeleton, since it is the same for every recipient, and text only.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from typing import Any

from .budget import Budget
from .source import Span
from .tree import as_text

# Data never gets into a skeleton. Should a way be found, it still cannot forge a token.
_RANDOM = secrets.token_hex(4)
OPEN, CLOSE, MARK, PUSH, POP = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"

HOLE = re.compile(f"{OPEN}{_RANDOM}_([0-9]+){CLOSE}")
STRETCH = re.compile(f"{OPEN}{_RANDOM}t([0-9]+){CLOSE}")
# what may stand as a value without quotes: one hole, or a translated text with its holes
_H, _T = f"{OPEN}{_RANDOM}_[0-9]+{CLOSE}", f"{OPEN}{_RANDOM}t[0-9]+{CLOSE}"
PRINTED = re.compile(f"{_H}(?!{OPEN})|(?:{_H})*{_T}(?:{_H}|{_T})*")
MARKER = re.compile(f"{MARK}([0-9]+){CLOSE}|{PUSH}|{POP}")

KNOWN = [f"{OPEN}{_RANDOM}_{i}{CLOSE}" for i in range(1000)]  # most renders need no more


def token(index: int) -> str:
    return KNOWN[index] if index < len(KNOWN) else f"{OPEN}{_RANDOM}_{index}{CLOSE}"


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A stretch of a text in some language, between placeholders."""

    text: str
    origin: Span | None  # the translation it is part of; None for the template's own text


_stretches: dict[int, Stretch] = {}
_numbers = count()


def stretch(text: Stretch) -> str:
    """The token that stands for a stretch of text from now on."""
    number = next(_numbers)
    _stretches[number] = text
    return f"{OPEN}{_RANDOM}t{number}{CLOSE}"


def stretches(skeleton: str) -> list[Stretch]:
    """The stretches of text that a piece of a skeleton has, in order."""
    return [_stretches[int(match[1])] for match in STRETCH.finditer(skeleton)]


def spelled(skeleton: str) -> str:
    """A piece of a skeleton with stretches of text in place of their tokens. Only for what has been parsed."""
    return STRETCH.sub(lambda match: _stretches[int(match[1])].text, skeleton) if OPEN in skeleton else skeleton


class State:
    """One render: the values printed so far, what may still be printed, the modules imported, and the language."""

    __slots__ = ("budget", "modules", "speech", "values")

    def __init__(self, budget: Budget, speech: Any = None) -> None:
        self.budget = budget
        self.speech: Any = speech  # a locales.Speech, which stands above this module
        self.values: list[object] = []
        self.modules: dict[str, Any] = {}

    def hole(self, value: object) -> str:
        """Note a printed value; the token that stands for it."""
        values = self.values
        index = len(values)
        values.append(value)
        if index < len(KNOWN):
            return KNOWN[index]
        self.budget.output(1)  # few messages have so many: what prints without end shall stop
        return token(index)

    def close(self) -> None:
        """Charge what was printed."""
        values: list[Any] = self.values
        if set(map(type, values)) <= {str}:
            self.budget.output(sum(map(len, values)))
            return
        for value in values:
            self.budget.printed(value)


current: ContextVar[State] = ContextVar("render")


class Fragment:
    """A piece of skeleton. `raw` is its text with holes; `str()` is the text it stands for."""

    __slots__ = ("_size", "_text", "raw", "values")

    def __init__(self, raw: str, values: list[object]) -> None:
        self.raw = raw
        self.values = values
        self._text: str | None = None
        self._size = -1

    @property
    def size(self) -> int:
        """How long the text is that it stands for, at least: a short `raw` may hold large values, often."""
        if self._size < 0:
            found = [self.values[int(match[1])] for match in HOLE.finditer(self.raw)]
            self._size = len(self.raw) + sum(len(value) for value in found if isinstance(value, str))
            self._size += sum(len(each.text) for each in stretches(self.raw))
        return self._size

    def __str__(self) -> str:
        if self._text is None:
            raw = MARKER.sub("", self.raw) if MARK in self.raw or PUSH in self.raw else self.raw
            values = self.values
            current.get().budget.fits(self.size)
            filled = [
                spelled(piece) if at % 2 == 0 else as_text(values[int(piece)], int(piece))
                for at, piece in enumerate(HOLE.split(raw))
            ]
            self._text = "".join(filled)
        return self._text

    def __bool__(self) -> bool:
        return bool(str(self))

    def __len__(self) -> int:
        return len(str(self))

    def __iter__(self) -> Iterator[str]:
        return iter(str(self))

    def __contains__(self, item: object) -> bool:
        return str(item) in str(self)

    def __getitem__(self, key: Any) -> str:
        return str(self)[key]

    def __hash__(self) -> int:
        return hash(str(self))

    def __eq__(self, other: object) -> bool:
        return str(self) == (str(other) if isinstance(other, Fragment) else other)

    def __lt__(self, other: Any) -> bool:
        return str(self) < str(other)

    def __le__(self, other: Any) -> bool:
        return str(self) <= str(other)

    def __gt__(self, other: Any) -> bool:
        return str(self) > str(other)

    def __ge__(self, other: Any) -> bool:
        return str(self) >= str(other)


def settled(value: Any) -> Any:
    """A value as expressions see it: the text of a fragment, anything else as it is."""
    return str(value) if type(value) is Fragment else value


def raw_text(pieces: Iterable[Any]) -> list[str]:
    """What a template yields, as skeleton text."""
    return [piece if type(piece) is str else piece.raw if type(piece) is Fragment else str(piece) for piece in pieces]
