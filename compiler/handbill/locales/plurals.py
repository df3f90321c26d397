"""Plural forms: which form of a translation a number takes, and numbers that stand for each form."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ..diagnostic import Diagnostic, Failed, Label
from ..source import Span
from .po import Po

_HEADER = re.compile(r"\s*nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;]+);?\s*")
_TRIED = (*range(1, 201), 0, 1000, 1_000_000, 1_000_001)  # every form of every language has one of them


@dataclass(frozen=True)
class Plural:
    """The plural forms of a language: how many there are, and which one a number takes."""

    forms: int
    rule: str  # as the header of a .po file has it

    @cached_property
    def form(self) -> Callable[[int], int]:
        return gettext.c2py(self.rule)

    def numbers(self, form: int) -> Iterator[int]:
        """Numbers that take a form, small ones first."""
        return (number for number in _TRIED if self.form(number) == form)

    def several(self, form: int) -> bool:
        """Whether more than one number takes a form, so that it must say the number."""
        found = self.numbers(form)
        next(found, None)
        return next(found, None) is not None


SOURCE = Plural(2, "n != 1")  # of a msgid and its msgid_plural


def usual(locale: str) -> Plural:
    """The plural forms of a language, as Babel knows them."""
    from babel.messages.plurals import get_plural

    found = get_plural(locale.replace("-", "_"))
    return Plural(found[0], found[1])


def of(po: Po | None, locale: str) -> Plural:
    """The plural forms that a file of translations says it has, else the language's own. Raises Failed."""
    said = po.heading("Plural-Forms") if po else ""
    if po is None or po.header is None or not said:
        return usual(locale)
    match = _HEADER.fullmatch(said)
    try:
        if match is None or not 1 <= int(match[1]) <= 10:
            raise ValueError
        found = Plural(int(match[1]), match[2].strip())
        if any(not 0 <= found.form(number) < found.forms for number in _TRIED):
            raise ValueError
    except (ValueError, RecursionError, ZeroDivisionError):
        at = po.source.text.find("Plural-Forms", po.header.texts[0].start)
        span = po.span(po.header.texts[0])
        there = Span(po.source, at, po.source.text.index('"', at)) if at >= 0 else span
        own = usual(locale)
        raise Failed(
            Diagnostic(
                "bad-catalog",
                "Plural forms cannot be read",
                Label(there, "this gives no form for some numbers"),
                hint=f"Plural-Forms: nplurals={own.forms}; plural={own.rule};",
            )
        ) from None
    return found
