"""Reads a file of translations (gettext's .po), with the place of every text in it.

https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn, TypeAlias

from ..diagnostic import Diagnostic, Failed, Label
from ..source import Source, Span

Key: TypeAlias = "tuple[str | None, str]"  # context and text

_WORD = re.compile(r"(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d{1,2})\])?[ \t]*(?=\")")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"[ \t]*')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(slots=True)
class Text:
    """A text in quotes, perhaps in several pieces; the place is what stands between the first quotes and the last."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Entry:
    """One text and its translations."""

    id: Text
    plural: Text | None = None
    context: str | None = None
    texts: list[Text] = field(default_factory=list)  # one, or one for each plural form
    flags: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)  # the translator's own comments
    comments: list[str] = field(default_factory=list)  # for the translator, out of the template
    places: list[str] = field(default_factory=list)
    obsolete: bool = False
    previous: list[str] = field(default_factory=list)  # what a fuzzy one was the translation of, as lines

    @property
    def key(self) -> Key:
        return self.context, self.id.text

    @property
    def fuzzy(self) -> bool:
        return "fuzzy" in self.flags

    @property
    def done(self) -> bool:
        """Whether every form is translated, and nothing is left to confirm."""
        return not self.fuzzy and bool(self.texts) and all(text.text for text in self.texts)


@dataclass(slots=True)
class Po:
    """A file of translations."""

    source: Source
    header: Entry | None = None
    entries: dict[Key, Entry] = field(default_factory=dict)
    obsolete: list[Entry] = field(default_factory=list)

    def heading(self, name: str) -> str:
        """A line of the header, such as Plural-Forms; empty when it is not there."""
        lines = self.header.texts[0].text.split("\n") if self.header else []
        found = (line.partition(":") for line in lines)
        return next((text.strip() for key, _, text in found if key.strip().lower() == name.lower()), "")

    def span(self, text: Text) -> Span:
        return Span(self.source, text.start, text.end)


def read_po(source: Source) -> Po:
    """Read a file of translations. Raises Failed (bad-catalog), at its line."""
    return _Reader(source).read()


class _Reader:
    def __init__(self, source: Source) -> None:
        self.po = Po(source)
        self.comments: list[str] = []  # lines in front of the next entry
        self.fields: dict[str, Text] = {}
        self.open: Text | None = None
        self.obsolete = False

    def read(self) -> Po:
        at = 0
        for line in self.po.source.text.split("\n"):
            self.line(line, at)
            at += len(line) + 1
        self.finish()
        return self.po

    def line(self, line: str, at: int) -> None:
        text = line.strip()
        obsolete = text.startswith("#~")
        if not text or (text.startswith("#") and not obsolete):
            self.finish()
            if text:
                self.comments.append(text)
            return
        start = at + line.index(text[0])
        if obsolete:
            body = text[2:].lstrip()
            start, text = at + len(line) - len(line.lstrip()) + len(text) - len(body), body
            if body.startswith("|"):
                self.finish()
                self.comments.append(f"#{body}")
            if not body or body.startswith("|"):
                return
        self.words(text.rstrip(), start, obsolete)

    def words(self, text: str, start: int, obsolete: bool) -> None:
        """`msgid "…"`, or a further piece of the text before."""
        word = _WORD.match(text)
        if word is not None:
            name = word[1] if word[2] is None else f"{word[1]}[{int(word[2])}]"
            if self.fields and (name == "msgctxt" or (name == "msgid" and any(f != "msgctxt" for f in self.fields))):
                self.finish()
            self.obsolete = obsolete
            if name in self.fields:
                self.refuse(start, word.end(1), f"`{name}` stands here twice")
            begin = word.end()
        else:
            name, begin = "", 0
            if not text.startswith('"'):
                self.refuse(start, len(text), "neither a comment nor msgid, msgstr or a text in quotes")
        piece = _TEXT.fullmatch(text, begin)
        if piece is None:
            closed = _TEXT.match(text, begin)
            said = "nothing may stand behind the text" if closed else "the quote is never closed"
            self.refuse(start + (closed.end() if closed else begin), len(text) - begin, said)
        at = start + piece.start(1)
        self.put(name, self.unescaped(piece[1], at), at, start + piece.end(1))

    def put(self, name: str, text: str, start: int, end: int) -> None:
        if name:
            self.open = self.fields[name] = Text(text, start, end)
        elif self.open is None:
            self.refuse(start - 1, end - start + 2, "a text that belongs to nothing")
        elif text:
            if not self.open.text:
                self.open.start = start
            self.open.text += text
            self.open.end = end

    def unescaped(self, text: str, at: int) -> str:
        if "\\" not in text:
            return text
        for match in _ESCAPE.finditer(text):
            if match[1] not in _ESCAPES:
                self.refuse(at + match.start(), 2, f'`{match[0]}` is no escape; there are \\n \\t \\" \\\\')
        return _ESCAPE.sub(lambda match: _ESCAPES[match[1]], text)

    def finish(self) -> None:
        """What was read makes an entry."""
        fields, self.fields, self.open = self.fields, {}, None
        if not fields:
            return
        comments, self.comments = self.comments, []
        first = next(iter(fields.values()))
        if "msgid" not in fields:
            self.refuse(first.start, first.end - first.start, "no msgid stands before this")
        key = fields["msgid"]
        plural = fields.get("msgid_plural")
        forms = [name for name in fields if name.startswith("msgstr")]
        wanted = [f"msgstr[{n}]" for n in range(len(forms))] if plural else ["msgstr"]
        if forms != wanted:
            said = f"`{forms[0]}` where {wanted[0] if forms else 'msgstr'} belongs" if forms else "no msgstr for this"
            self.refuse(key.start, key.end - key.start, said)
        context = fields["msgctxt"].text if "msgctxt" in fields else None
        entry = Entry(key, plural, context, [fields[form] for form in forms], obsolete=self.obsolete)
        _comment(entry, comments)
        self.add(entry)

    def add(self, entry: Entry) -> None:
        if entry.obsolete:
            self.po.obsolete.append(entry)
        elif not entry.id.text and entry.context is None:
            self.po.header = entry
        elif (first := self.po.entries.get(entry.key)) is not None:
            label = Label(self.po.span(entry.id), "this text is there already")
            related = (Label(self.po.span(first.id), "here"),)
            raise Failed(
                Diagnostic("bad-catalog", "Text translated twice", label, hint="remove one of them", related=related)
            )
        else:
            self.po.entries[entry.key] = entry

    def refuse(self, start: int, length: int, said: str) -> NoReturn:
        label = Label(Span(self.po.source, start, start + max(length, 1)), said)
        raise Failed(Diagnostic("bad-catalog", "Translations cannot be read", label))


def _comment(entry: Entry, lines: list[str]) -> None:
    for line in lines:
        kind, rest = line[1:2], line[2:].strip()
        if kind == ",":
            entry.flags |= {flag.strip() for flag in rest.split(",")} - {""}
        elif kind == ":":
            entry.places += rest.split()
        elif kind == ".":
            entry.comments.append(rest)
        elif kind == "|":
            entry.previous.append(rest)
        else:
            entry.notes.append(line[1:].strip())
