"""Texts that are put together when a message is lowered, and the words that are added to it: data, in any language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from ..message import Button, Card, Slot
from ..resources import load
from ..tree import Leaf, encoded, joined

_NAME = re.compile(r"(\{[a-z]+\})")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d)?(Z|[+-]\d\d:\d\d)")


@cache
def _data() -> dict[str, Any]:
    return dict(load("lowering.json"))


def default_wording() -> dict[str, str]:
    """The words that are added where a template has none of its own, by name."""
    return {name: text for name, text in _data()["wording"].items() if not name.startswith("x-")}


class Words:
    """The wording of one template on one channel."""

    def __init__(self, own: Mapping[str, str], channel: str) -> None:
        self._words = {**_data()["wording"], **own}
        self._option = "reply" if channel in _data()["answered_in_words"] else "option"

    def say(self, name: str, **given: Leaf | str) -> Leaf:
        """A wording with what is put into it, standing where the first leaf of that does."""
        pieces = [given[p[1:-1]] if _NAME.fullmatch(p) else p for p in _NAME.split(self._words[name]) if p]
        return joined(*pieces, at=next((each for each in given.values() if isinstance(each, Leaf)), None))

    def option(self, number: int, text: Leaf) -> Leaf:
        return self.say(self._option, number=str(number), option=text)

    def open_list(self, at: Leaf) -> Leaf:
        return Leaf(at.pointer, str(self._words["open_list"]))

    def duration(self, slot: Slot) -> Leaf:
        return self.say("duration", minutes=encoded(slot.duration, _minutes))

    def slot(self, slot: Slot) -> Leaf:
        return self.say("slot", start=time(slot), duration=self.duration(slot))


def time(slot: Slot) -> Leaf:
    """When it starts, as people read it."""
    return encoded(slot.start, _readable)


def _readable(text: str) -> str:
    """`2026-12-26T08:27+01:00` is "2026-12-26 08:27", at the place it is for; a time in UTC says so."""
    match = _TIME.fullmatch(text)
    if match is None:
        return text  # refused elsewhere
    return f"{match[1]} {match[2]}{' UTC' if match[3] == 'Z' else ''}"


def _minutes(seconds: str) -> str:
    try:
        return f"{int(seconds) / 60:.10g}"
    except ValueError:
        return seconds  # refused elsewhere


class Prose:
    """A text in the making, and the leaves that are in it now: what is written out is not lost."""

    def __init__(self, words: Words, first: Leaf | None = None) -> None:
        self.words = words
        self.carried: list[Leaf] = []
        self._pieces: list[Leaf | str] = []
        self._numbers = 0
        if first is not None:
            self.add(first)

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def add(self, *pieces: Leaf | str, gap: str = "\n", carries: tuple[Leaf, ...] = ()) -> None:
        """A line. `carries` are leaves that are in it in another form."""
        self._pieces += [gap, *pieces] if self._pieces else pieces
        self.carried += [*(piece for piece in pieces if isinstance(piece, Leaf)), *carries]

    def option(self, text: Leaf, *, gap: str = "\n", carries: tuple[Leaf, ...] = ()) -> None:
        """A choice, numbered: what can be answered without a button."""
        self._numbers += 1
        self.add(self.words.option(self._numbers, text), gap=gap, carries=(text, *carries))

    def written_out(self, button: Button, *, gap: str = "\n") -> None:
        """A link or a call as text, so that it can still be used."""
        if button.url is not None:
            self.add(
                self.words.say("link", label=button.text, url=button.url), gap=gap, carries=(button.text, button.url)
            )
        elif button.phone is not None:
            self.add(
                self.words.say("call", label=button.text, phone=button.phone),
                gap=gap,
                carries=(button.text, button.phone),
            )

    def button(self, button: Button, *, gap: str = "\n") -> None:
        if button.value is not None:
            self.option(button.text, gap=gap)
        else:
            self.written_out(button, gap=gap)

    def card(self, card: Card, *, links: bool = True) -> None:
        """What a card says; `links` with where it and its buttons lead."""
        self.add(card.title, gap="\n\n")
        if card.subtitle is not None:
            self.add(card.subtitle)
        if links and card.url is not None:
            self.add(card.url)
        for button in card.buttons if links else ():
            self.written_out(button)

    def leaf(self, at: Leaf | None = None) -> Leaf:
        """The text. There must be something in it."""
        return joined(*self._pieces, at=at)
