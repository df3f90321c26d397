"""What a page of the inbox is asked for, and what is taken out of the store for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ..settings import Settings
from .store import Item, Who


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is to show. `before` is a number: the items before it; `page` is of the list, from 0."""

    who: Who | None = None
    query: str = ""
    page: int = 0
    before: int | None = None
    faults: bool = False  # the settings are open

    def address(self) -> str:
        told: dict[str, Any] = {}
        if self.who is not None:
            told |= {"channel": self.who[0], "to": self.who[1]}
        told |= {
            name: value for name, value in (("q", self.query), ("page", self.page), ("before", self.before)) if value
        }
        return f"/?{urlencode(told)}" if told else "/"


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation in the list."""

    who: Who
    newest: Item
    count: int
    refused: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What is taken out of the store for a page: all that drawing it needs."""

    asked: Asked
    counts: dict[str, int]
    rows: Sequence[Row]
    more: bool  # there are more rows
    items: Sequence[Item]
    earlier: bool  # there are items before these
    size: int  # items of the conversation
    settings: Settings
    events: str
    url: str
    error: str = ""
