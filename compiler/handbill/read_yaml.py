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

from .marks import LITERALS, MAX_DEPTH, NUMBER, Mapping, Node, Scalar, Sequence, Unreadable, check_key, number, too_deep

_CODE = "invalid-yaml"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# what libyaml says → what an author can act on
_WORDS = {
    "found character '\\t' that cannot start any token": ("Tab in the indentation", "YAML is indented with spaces"),
    "found a tab character that violates indentation": ("Tab in the indentation", "YAML is indented with spaces"),
    "mapping values are not allowed in this context": ("Unexpected colon", 'a text with ": " in it needs quotes'),
    "did not find expected key": ("Indentation does not fit", "this line does not belong to the lines above it"),
    "did not find expected '-' indicator": ("Indentation does not fit", 'a list item starting with "- " was expected'),
    "did not find expected ',' or '}'": ("Bracket never closed", 'a "," or "}" was expected'),
    "did not find expected ',' or ']'": ("Bracket never closed", 'a "," or "]" was expected'),
    "found unexpected end of stream": ("Quote never closed", "the text goes on to the end of the file"),
    "could not find expected ':'": ("Colon missing", 'a field is written "name: value"'),
    "found character that cannot start any token": ("Unexpected character", "a text that starts so needs quotes"),
}


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
            raise Unreadable(
                "lone-surrogate",
                "Half a character",
                at - 2,
                at + 4,
                "one half of a surrogate pair, alone",
                text="No channel can show it, and UTF-8 cannot carry it.",
            ) from None
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
    title, label = _WORDS.get(str(error.problem), ("Not YAML", str(error.problem)))
    line_end = text.find("\n", at)
    end = max(at + 1, len(text) if line_end < 0 else line_end)
    problem = Unreadable(_CODE, title, at, min(end, at + 40), label)
    context = error.context_mark
    if context is not None and context.line != (mark.line if mark else -1):
        problem.related = ((context.index, min(context.index + 1, len(text)), str(error.context or "started here")),)
    return problem


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
            raise Unreadable(
                "yaml-feature",
                f"YAML {what}",
                start,
                max(end, start + 1),
                f"a message has no use for a YAML {what}",
                hint="write the value out; use a Jinja macro to repeat something",
            )
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
        while end > start and self.text[end - 1 : end].isspace():
            end -= 1  # a block text ends where the next line begins
        return Scalar(start, end, self.clean(text, start, end), quoted=bool(event.style))

    def clean(self, text: str, start: int, end: int) -> str:
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise Unreadable("lone-surrogate", "Half a character", start, end, "one half of a surrogate pair, alone")
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
