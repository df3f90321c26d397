"""YAML without its surprises: JSON's literals only, so `yes`, `no`, `on` and `1_000` stay text.

PyYAML does the scanning; the nodes are composed here from its events, because anchors, aliases and
tags are refused (an alias can make gigabytes of a line) and no name may stand twice.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

import yaml
from yaml.reader import ReaderError as _ReaderError

from .marks import (
    LITERALS,
    MAX_DEPTH,
    NUMBER,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Unreadable,
    check_key,
    half_a_character,
    number,
    too_deep,
)

_CODE = "invalid-yaml"
_COMMENT = re.compile(r"[ \t]+(?P<comment>#[^\n]*)")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# what libyaml says → what an author can act on
_QUOTES = ("Unexpected character", "a text that starts so needs quotes")
_INDENT = ("Tab in the indentation", "YAML is indented with spaces")
_WORDS = {
    "found character '\\t' that cannot start any token": _INDENT,
    "found a tab character that violates indentation": _INDENT,
    "mapping values are not allowed in this context": ("Unexpected colon", 'a text with ": " in it needs quotes'),
    "did not find expected key": ("Indentation does not fit", "this line does not belong to the lines above it"),
    "did not find expected '-' indicator": ("Indentation does not fit", 'a list item starting with "- " was expected'),
    "did not find expected ',' or '}'": ("Bracket never closed", 'a "," or "}" was expected'),
    "did not find expected ',' or ']'": ("Bracket never closed", 'a "," or "]" was expected'),
    "found unexpected end of stream": ("Quote never closed", "the text goes on to the end of the file"),
    "could not find expected ':'": ("Colon missing", 'a field is written "name: value"'),
    "found character that cannot start any token": _QUOTES,
    "did not find expected node content": _QUOTES,
    "did not find expected comment or line break": ("Text behind the sign", "this text begins on the next line"),
    "block sequence entries are not allowed in this context": (
        "Unexpected dash",
        'a list item starts on a line of its own; a text starting with "- " needs quotes',
    ),
}
_BEGINS = {"block collection": "the list begins here", "block mapping": "the lines above begin here"}


def read_yaml(text: str, hole: re.Pattern[str] | None = None) -> Node:
    """Read one YAML document. `hole` matches what must not be part of a name.

    Raises Unreadable.
    """
    shifts: list[int] = []  # offsets in `text` before which eleven characters were taken out
    while True:
        try:
            return _read(text, shifts, hole)
        except _Pair as pair:
            # JSON writes a character beyond U+FFFF as two escapes, which YAML does not know
            text = text[: pair.start] + pair.char + text[pair.start + 12 :]
            shifts.append(pair.start + 1)
            shifts.sort()


class _Pair(Exception):
    def __init__(self, start: int, char: str) -> None:
        super().__init__(char)
        self.start = start
        self.char = char


_PAIR = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def _read(text: str, shifts: list[int], hole: re.Pattern[str] | None) -> Node:
    loader = _LOADER(text)
    try:
        return _Composer(text, loader, hole, shifts).document()
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.index if error.problem_mark is not None else 0
        if error.problem == "found invalid Unicode character escape code":
            if pair := _PAIR.match(text, at - 2):
                high, low = int(pair[1], 16), int(pair[2], 16)
                char = chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
                raise _Pair(at - 2, char) from None
            raise half_a_character(at - 2, at + 4) from None
        raise _problem(text, error) from None
    except _ReaderError as error:
        at = error.position if isinstance(error.position, int) else 0
        raise Unreadable(
            "forbidden-character",
            "Forbidden character",
            at,
            at + 1,
            f"U+{int(error.character):04X}" if isinstance(error.character, int) else "not text",
        ) from None
    finally:
        loader.dispose()


def _problem(text: str, error: yaml.MarkedYAMLError) -> Unreadable:
    mark = error.problem_mark or error.context_mark
    at = min(mark.index, len(text)) if mark is not None else 0
    said, context = str(error.problem), str(error.context)
    begin = min(error.context_mark.index, len(text)) if error.context_mark is not None else at
    if "scanning an alias" in context or "scanning an anchor" in context:
        return _feature("alias" if "alias" in context else "anchor", begin, _line_end(text, begin))
    if said == "found unknown escape character":
        return Unreadable(
            "bad-escape", "Unknown escape", at, at + 2, "this backslash means nothing",
            hint=r"a backslash itself is written \\",
        )  # fmt: skip
    title, label = _WORDS.get(said, ("Not YAML", said))
    if said.endswith("cannot start any token") and text[at : at + 1] == "\t":
        title, label = _INDENT
    before = text[text.rfind("\n", 0, at) + 1 : at].strip()
    if said == "mapping values are not allowed in this context" and re.fullmatch(r"\w+", before):
        start = at - len(before)
        label = "indented further than the line above it"
        return Unreadable(_CODE, "Indentation does not fit", start, at, label, hint="fields of one thing stand in line")
    if said == "did not find expected key" and before.endswith(("'", '"')):
        title, label = "Text behind the closing quote", "nothing may follow the closing quote"
        single = before.endswith("'")
        hint = "within '…' a quote is written twice: ''" if single else r'within "…" a quote is written \"'
        return Unreadable(_CODE, title, at, _line_end(text, at), label, hint=hint)
    if said == "could not find expected ':'":
        return Unreadable(_CODE, title, begin, _line_end(text, begin), label)
    if not text[at:].strip():  # the end of the file tells nothing
        return Unreadable(_CODE, title, begin, begin + 1, "opened here and never closed")
    problem = Unreadable(_CODE, title, at, _line_end(text, at), label)
    if text.count("\n", begin, at):
        opened = next((words for what, words in _BEGINS.items() if what in context), "opened here")
        problem.related = ((begin, min(begin + 1, len(text)), opened),)
    return problem


def _line_end(text: str, at: int) -> int:
    """The end of the line, or of as much of it as is worth underlining."""
    end = text.find("\n", at)
    return min(max(at + 1, len(text) if end < 0 else end), at + 40)


_SIGNS = {"alias": "*", "anchor": "&", "tag": "!"}


def _feature(what: str, start: int, end: int) -> Unreadable:
    return Unreadable(
        "yaml-feature",
        f"YAML {what}",
        start,
        end,
        f"a text that starts with {_SIGNS[what]} needs quotes",
        text=f"Without quotes this is a YAML {what}, which a message has no use for.",
        hint="put it in quotes; use a Jinja macro to repeat something",
    )


class _Composer:
    def __init__(self, text: str, loader: Any, hole: re.Pattern[str] | None, shifts: list[int]) -> None:
        self.text = text
        self.loader = loader
        self.hole = hole
        self.shifts = shifts

    def original(self, node: Node) -> Node:
        """Undo the shifts, for the node and all below it."""
        for inner in [node] if self.shifts else []:
            inner.start += 11 * bisect_right(self.shifts, inner.start)
            inner.end += 11 * bisect_right(self.shifts, inner.end)
            if isinstance(inner, Mapping):
                for key, child in inner.items:
                    self.original(key)
                    self.original(child)
            elif isinstance(inner, Sequence):
                for child in inner.items:
                    self.original(child)
        return node

    def document(self) -> Node:
        self.loader.get_event()  # stream start
        if self.loader.check_event(yaml.StreamEndEvent):
            raise Unreadable(_CODE, "Nothing here", 0, len(self.text), "no message")
        self.loader.get_event()  # document start
        node = self.node(1)
        self.loader.get_event()  # document end
        event = self.loader.get_event()
        if not isinstance(event, yaml.StreamEndEvent):
            at = event.start_mark.index
            raise Unreadable(
                _CODE,
                "Second document",
                at,
                at + 3,
                "one file holds one message",
                hint='several messages are a list, each starting with "- "',
            )
        return self.original(node)

    def node(self, depth: int) -> Node:
        event = self.loader.get_event()
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None or getattr(event, "tag", None) is not None:
            what = "tag" if getattr(event, "tag", None) is not None else "anchor"
            if isinstance(event, yaml.AliasEvent):
                what = "alias"
            raise _feature(what, start, max(end, start + 1))
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, start, end)
        if depth > MAX_DEPTH:
            raise too_deep(start)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(start, depth)
        return self.sequence(start, depth)

    def scalar(self, event: Any, start: int, end: int) -> Scalar:
        text: str = event.value
        if event.style in ('"', "'"):
            return Scalar(start + 1, max(end - 1, start + 1), self.clean(text, start, end), quoted=True)
        if not event.style:  # None, or "" from libyaml
            if text in LITERALS or not text:
                return Scalar(start, end, LITERALS.get(text), quoted=False)
            if NUMBER.fullmatch(text):
                return Scalar(start, end, number(text, start), quoted=False)
            self.not_cut(end)
        while end > start and self.text[end - 1 : end].isspace():
            end -= 1  # a block text ends where the next line begins
        return Scalar(start, end, self.clean(text, start, end), quoted=bool(event.style))

    def not_cut(self, end: int) -> None:
        """In a message, what follows a text behind a "#" was most likely meant to be part of it."""
        if self.hole is None or not (comment := _COMMENT.match(self.text, end)):
            return
        raise Unreadable(
            "yaml-feature",
            "Text cut by a comment",
            comment.start("comment"),
            comment.end(),
            "YAML takes this for a comment, and leaves it out of the text",
            hint="put the text in quotes; or, if it is a comment, on a line of its own",
        )

    def clean(self, text: str, start: int, end: int) -> str:
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise half_a_character(start, end)
        return text

    def mapping(self, start: int, depth: int) -> Mapping:
        node = Mapping(start, start)
        keys: dict[str, Scalar] = {}
        while not self.loader.check_event(yaml.MappingEndEvent):
            key = self.node(depth + 1)
            if not isinstance(key, Scalar):
                raise Unreadable(_CODE, "Name expected", key.start, key.start + 1, "a field's name must be text")
            raw = self.text[key.start : key.end]
            if self.hole is not None and self.hole.search(raw):
                raise Unreadable(
                    "hole-in-key",
                    "Field name from data",
                    key.start,
                    key.end,
                    "a field's name must be written out",
                    hint="data may give values, never names",
                )
            key.value = raw if not key.quoted and not isinstance(key.value, str) else key.value
            check_key(keys, key)
            node.items.append((key, self.node(depth + 1)))
        node.end = self.loader.get_event().end_mark.index
        node.end = max(node.start, len(self.text[: node.end].rstrip()))
        return node

    def sequence(self, start: int, depth: int) -> Sequence:
        node = Sequence(start, start)
        while not self.loader.check_event(yaml.SequenceEndEvent):
            node.items.append(self.node(depth + 1))
        node.end = self.loader.get_event().end_mark.index
        node.end = max(node.start, len(self.text[: node.end].rstrip()))
        return node
