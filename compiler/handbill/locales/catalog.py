"""What a language's translations give a template to print, and what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

from ..diagnostic import Diagnostic, Label
from ..holes import Stretch, stretch
from ..source import Span
from .plurals import SOURCE, Plural, of
from .po import Entry, Po, Text

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")


class Message(NamedTuple):
    """A text that a template has marked for translation."""

    id: str
    plural: str = ""  # of several; "" when there is one form only
    context: str | None = None
    counter: str = "num"  # the placeholder that says how many there are
    counted: tuple[str, ...] = ()  # where that number is in the context: ("items", "|length")
    template: str = ""
    line: int = 1  # in the template's body

    @property
    def names(self) -> frozenset[str]:
        """Its placeholders. A text without any is no format: each % in it is a %."""
        return names_in(self.id) | names_in(self.plural)


def names_in(text: str) -> frozenset[str]:
    return frozenset(match[1] for match in PLACEHOLDER.finditer(text) if match[1])


@dataclass(frozen=True, slots=True)
class Name:
    """A placeholder."""

    name: str


Piece: TypeAlias = "str | Name"  # a token of a stretch of text, or a placeholder


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """One form of a text in one language, ready to print; or the text of the source, with what is wrong."""

    pieces: tuple[Piece, ...]
    problem: Diagnostic | None = None


class Catalog:
    """The texts of one language. Without a file, or in the source's own language, they are the templates'."""

    def __init__(self, locale: str, source: str, po: Po | None, file: str, below: Catalog | None = None) -> None:
        """`file` is where translations belong, as it is shown; `below` has the texts that this language lacks.

        Raises Failed for a header that makes no sense.
        """
        self.below = below
        self.locale = locale
        self.own = locale == source  # what is not translated is as it should be
        self.po = po
        self.file = file
        self._complete: dict[tuple[str | None, ...], bool] = {}  # what need not fall back
        self._phrases: dict[tuple[str | int | None, ...], Phrase] = {}

    @cached_property
    def plural(self) -> Plural:
        if self.po is None and self.own:
            return SOURCE
        return of(self.po, self.locale)

    def speaker(self, message: Message) -> Catalog:
        """The language whose text is printed: this one, or the one it falls back to where it has none."""
        if self.below is None or self._has(message):
            return self
        return self.below.speaker(message)

    def _has(self, message: Message) -> bool:
        key = message[:3]
        if key not in self._complete:
            entry = self._entry(message)
            forms = range(self.plural.forms) if message.plural else range(1)
            whole = entry is not None and all(self._missing(message, entry, form) is None for form in forms)
            self._complete[key] = whole or (self.own and (entry is None or not entry.done))
        return self._complete[key]

    def form(self, message: Message, number: int) -> int:
        """The plural form that a number takes."""
        plural = self.plural_of(message)
        try:
            return min(max(plural.form(abs(number)), 0), plural.forms - 1)
        except ZeroDivisionError:  # in a rule that nobody uses for this number
            return 0

    def plural_of(self, message: Message) -> Plural:
        """The forms that a text has in the language it is printed in."""
        if (speaker := self.speaker(message)) is not self:
            return speaker.plural_of(message)
        entry = self._entry(message)
        return SOURCE if self.own and (entry is None or not entry.done) else self.plural

    def phrase(self, message: Message, form: int = 0) -> Phrase:
        """A text's form, or the only one."""
        if (speaker := self.speaker(message)) is not self:
            return speaker.phrase(message, form)
        key = (*message[:4], form if message.plural else -1)
        found = self._phrases.get(key)
        if found is None:
            found = self._phrases[key] = self._phrase(message, form)
        return found

    def _entry(self, message: Message) -> Entry | None:
        return self.po.entries.get((message.context, message.id)) if self.po else None

    def _phrase(self, message: Message, form: int) -> Phrase:
        entry = self._entry(message)
        if self.own and (entry is None or not entry.done):
            return self._source(message, form)
        problem = self._missing(message, entry, form)
        if problem is not None or entry is None:
            return self._source(message, form, problem)
        text = entry.texts[form if message.plural else 0]
        differs = self._differs(message, entry, form)
        if differs is not None:
            return self._source(message, form, differs)
        assert self.po is not None
        return Phrase(_pieces(text.text, message, self.po.span(text)))

    def _source(self, message: Message, form: int, problem: Diagnostic | None = None) -> Phrase:
        text = message.plural if message.plural and form else message.id
        return Phrase(_pieces(text, message, None), problem)

    def _missing(self, message: Message, entry: Entry | None, form: int) -> Diagnostic | None:
        title = f"Not translated into {self.locale}"
        if entry is None or self.po is None:
            where = "has no such text" if self.po else "is not there"
            return Diagnostic(
                "missing-translation",
                title,
                text=f"{self.file} {where}: {_cut(message.id)}",
                hint="run `handbill extract`, then translate it",
            )
        if message.plural and (entry.plural is None or entry.plural.text != message.plural):
            label = Label(self.po.span(entry.plural or entry.id), "the template's plural is another one")
            return Diagnostic("missing-translation", title, label, hint="run `handbill extract`, then translate it")
        if entry.fuzzy:
            label = Label(self.po.span(entry.texts[0]), "fuzzy: a guess that nobody has confirmed")
            hint = "correct it, and take the word `fuzzy` away from the line above it"
            return Diagnostic("missing-translation", title, label, hint=hint)
        if message.plural and len(entry.texts) != self.plural.forms:
            said = f"{len(entry.texts)} forms; {self.locale} has {self.plural.forms}"
            label = Label(_shown(self.po, entry.texts[-1]), said)
            hint = f"Plural-Forms: nplurals={self.plural.forms}; plural={self.plural.rule};"
            return Diagnostic("missing-translation", title, label, hint=hint)
        text = entry.texts[form if message.plural else 0]
        if text.text:
            return None
        label = Label(_shown(self.po, text), f"no text for {_cut(message.id)}")
        return Diagnostic("missing-translation", title, label, hint="write the translation between the quotes")

    def _differs(self, message: Message, entry: Entry, form: int) -> Diagnostic | None:
        assert self.po is not None
        text = entry.texts[form if message.plural else 0]
        found = differing(message, text, self.plural if message.plural else None, form)
        return differs(self.po, text, *found) if found else None


def differing(message: Message, text: Text, plural: Plural | None, form: int) -> tuple[list[str], list[str]] | None:
    """The placeholders that a translation lacks, and those that its source does not have; None when all is well."""
    there = names_in(text.text)
    needed = names_in(message.id) & names_in(message.plural) if message.plural else message.names
    if plural is not None and not plural.several(form):
        needed -= {message.counter}  # "one apple" need not say the number
    elif plural is not None and message.counter in message.names:
        needed |= {message.counter}
    lacks, odd = sorted(needed - there), sorted(there - message.names)
    return (lacks, odd) if lacks or odd else None


def differs(po: Po, text: Text, lacks: list[str], odd: list[str]) -> Diagnostic:
    """A translation whose placeholders are not those of its source."""
    said = [f"%({name})s is missing" for name in lacks] + [f"%({name})s is not in the source" for name in odd]
    span = po.span(text)
    if odd:
        at = po.source.text.find(f"%({odd[0]})", text.start, text.end)
        span = Span(po.source, at, at + len(odd[0]) + 4) if at >= 0 else span
    return Diagnostic(
        "translation-differs",
        "Placeholders differ",
        Label(span, "; ".join(said)),
        text="A placeholder stands for a value; its name is the same in every language.",
        hint="copy the placeholders from the msgid",
    )


def _shown(po: Po, text: Text) -> Span:
    """A text's place; of an empty one, its quotes."""
    return po.span(text) if text.end > text.start else Span(po.source, text.start - 1, text.end + 1)


def _cut(text: str) -> str:
    """A text as it is named in a sentence."""
    line = " ".join(text.split())
    return f"“{line if len(line) <= 60 else line[:59] + '…'}”"


def _pieces(text: str, message: Message, origin: Span | None) -> tuple[Piece, ...]:
    """A text as tokens of what stands between its placeholders, and these."""
    if not message.names:
        return (stretch(Stretch(text, origin)),) if text else ()
    pieces: list[Piece] = []
    plain = ""
    at = 0
    for match in PLACEHOLDER.finditer(text):
        plain += text[at : match.start()] + ("" if match[1] else "%")
        at = match.end()
        if match[1]:
            if plain:
                pieces.append(stretch(Stretch(plain, origin)))
            pieces.append(Name(match[1]))
            plain = ""
    plain += text[at:]
    if plain:
        pieces.append(stretch(Stretch(plain, origin)))
    return tuple(pieces)


@dataclass(slots=True)
class Speech:
    """The language of one render, and what is noted on the way."""

    catalog: Catalog
    form: int | None = None  # the plural form to take whatever the number is; for checks
    problems: dict[Phrase, Message] = field(default_factory=dict)
    counted: dict[tuple[Message, int], int] = field(default_factory=dict)  # forms, and a number each
    fallen: dict[Message, str] = field(default_factory=dict)  # texts of another language, and which that is

    def phrase(self, message: Message, number: int | None) -> Phrase:
        """What to print for a text. What is wrong with it is noted."""
        form = 0
        if number is not None:
            form = self.catalog.form(message, number)
            if self.form is not None:
                form = min(self.form, self.catalog.plural_of(message).forms - 1)
            self.counted.setdefault((message, form), number)
        phrase = self.catalog.phrase(message, form)
        if phrase.problem is not None:
            self.problems.setdefault(phrase, message)
        elif (speaker := self.catalog.speaker(message)) is not self.catalog:
            self.fallen.setdefault(message, speaker.locale)
        return phrase


def plain(locale: str) -> Speech:
    """A language without translations."""
    return Speech(Catalog(locale, locale, None, ""))
