"""JSON as people write it: comments and a comma after the last item are fine.

Stricter than JavaScript where a mistake could hide: names and texts stand in double quotes, no name
twice. Errors are worded for people who write messages, not parsers.
"""

from __future__ import annotations

import re

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

_SPACE = re.compile(r"(?:[ \t\n\r\f\v\u00a0]+|#[^\n]*|//[^\n]*|/\*(?s:.*?)\*/)+")
_PLAIN_TEXT = re.compile(r'[^"\\\n]*')
_WORD = re.compile(r"[^\s,:{}\[\]\"#]+")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_HEX4 = re.compile(r"[0-9a-fA-F]{4}")
_LIKE_NUMBER = re.compile(r"[+-]?[0-9._]*[0-9][0-9._]*([eE][+-]?[0-9]+)?")
_QUOTES = "'\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
_CODE = "invalid-json"


def read_json(text: str, hole: re.Pattern[str] | None = None) -> Node:
    """Read one JSON value. `hole` matches what may stand as a value without quotes.

    Raises Unreadable.
    """
    reader = _Reader(text, hole)
    reader.space()
    if reader.at == len(text):
        raise Unreadable(_CODE, "Nothing here", 0, len(text), "no message", hint="write an object: { … }")
    node = reader.value(1)
    reader.space()
    if reader.at < len(text):
        raise reader.surplus()
    return node


class _Reader:
    def __init__(self, text: str, hole: re.Pattern[str] | None) -> None:
        self.text = text
        self.at = 0
        self.hole = hole

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        if match:
            self.at = match.end()

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def value(self, depth: int) -> Node:
        char = self.peek()
        if char in "{[" and char:
            if depth > MAX_DEPTH:
                raise too_deep(self.at)
            return self.mapping(depth) if char == "{" else self.sequence(depth)
        if char == '"':
            return self.string()
        return self.word()

    def mapping(self, depth: int) -> Mapping:
        node = Mapping(self.at, self.at)
        keys: dict[str, Scalar] = {}
        self.at += 1
        while not self.closes("}", node):
            key = self.key()
            check_key(keys, key)
            self.space()
            if self.peek() != ":":
                raise Unreadable(
                    _CODE,
                    "Colon missing",
                    key.start,
                    key.end,
                    f'no ":" and value follow `{key.value}`',
                    hint='a field is written "name": value',
                )
            self.at += 1
            self.space()
            if self.peek() in ("}", ","):
                raise Unreadable(_CODE, "Value missing", key.start, key.end, f"`{key.value}` has no value")
            node.items.append((key, self.value(depth + 1)))
            self.separator("}", node)
        node.end = self.at
        return node

    def sequence(self, depth: int) -> Sequence:
        node = Sequence(self.at, self.at)
        self.at += 1
        while not self.closes("]", node):
            node.items.append(self.value(depth + 1))
            self.separator("]", node)
        node.end = self.at
        return node

    def closes(self, bracket: str, node: Mapping | Sequence) -> bool:
        """Step over the closing bracket if it is next."""
        self.space()
        char = self.peek()
        if char == bracket:
            self.at += 1
            return True
        if not char:
            raise self.unclosed(node)
        if char in "}]":
            raise self.mismatch(bracket, node)
        if char == ",":
            raise Unreadable(_CODE, "One comma too many", self.at, self.at + 1, "nothing stands before this comma")
        return False

    def separator(self, bracket: str, node: Mapping | Sequence) -> None:
        end = self.at
        self.space()
        char = self.peek()
        if char == ",":
            self.at += 1
        elif not char:
            raise self.unclosed(node)
        elif char in "}]" and char != bracket:
            raise self.mismatch(bracket, node)
        elif char == ":" and bracket == "]":
            raise Unreadable(
                _CODE,
                "Field in a list",
                self.at,
                self.at + 1,
                "fields stand in { … }, not in [ … ]",
            )
        elif char != bracket:
            start = max(end - 1, node.start)
            if self.at == end and self.text[start] == '"' and char.isalnum():
                raise Unreadable(
                    _CODE,
                    "Quote within a text",
                    start,
                    end,
                    "this quote ends the text",
                    hint=r"a quote within a text is written \"",
                )
            raise Unreadable(
                _CODE,
                "Comma missing",
                start,
                end,
                "a comma must follow",
                hint="put a comma between one item and the next",
            )

    def unclosed(self, node: Mapping | Sequence) -> Unreadable:
        opening, closing = ("{", "}") if isinstance(node, Mapping) else ("[", "]")
        return Unreadable(
            _CODE,
            "Bracket never closed",
            node.start,
            node.start + 1,
            f'this "{opening}" has no "{closing}"',
        )

    def mismatch(self, bracket: str, node: Mapping | Sequence) -> Unreadable:
        char = self.peek()
        problem = Unreadable(
            _CODE,
            "Wrong bracket",
            self.at,
            self.at + 1,
            f'"{char}" where "{bracket}" was expected',
        )
        problem.related = ((node.start, node.start + 1, f'"{self.text[node.start]}" opened here'),)
        return problem

    def surplus(self) -> Unreadable:
        start = self.at
        if self.peek() in ("}", "]"):
            return Unreadable(_CODE, "One bracket too many", start, start + 1, "the message has ended before this")
        line_end = self.text.find("\n", start)
        end = len(self.text) if line_end < 0 else line_end
        return Unreadable(
            _CODE,
            "Text after the message",
            start,
            end,
            "the message has ended before this",
            hint="several messages stand in a list: [ … , … ]",
        )

    def key(self) -> Scalar:
        start = self.at
        if self.peek() == '"':
            key = self.string()
            self.no_hole(start + 1, self.at - 1)
            return key
        word = _WORD.match(self.text, start)
        end = word.end() if word else start + 1
        self.no_hole(start, end)
        raise Unreadable(
            _CODE,
            "Field name without quotes",
            start,
            end,
            "names stand in double quotes",
            hint=f'write "{self.text[start:end].strip(_QUOTES)}"',
        )

    def no_hole(self, start: int, end: int) -> None:
        """Refuse data in a field's name."""
        if self.hole is not None and self.hole.search(self.text, start, end):
            raise Unreadable(
                "hole-in-key",
                "Field name from data",
                start,
                end,
                "a field's name must be written out",
                hint="data may give values, never names",
            )

    def word(self) -> Scalar:
        """A literal, a number or a hole: what stands without quotes."""
        start = self.at
        if self.hole is not None and (match := self.hole.match(self.text, start)):
            self.at = match.end()
            following = self.peek()
            if not following or following in ",}]:#/" or following.isspace():
                return Scalar(start, self.at, match.group(), quoted=False)
        match = _WORD.match(self.text, start)
        if match is None:
            raise Unreadable(_CODE, "Value missing", start, start + 1, "a value was expected here")
        word = match.group()
        self.at = match.end()
        if word in LITERALS:
            return Scalar(start, self.at, LITERALS[word], quoted=False)
        if NUMBER.fullmatch(word):
            return Scalar(start, self.at, number(word, start), quoted=False)
        raise self.not_a_value(word, start)

    def not_a_value(self, word: str, start: int) -> Unreadable:
        end = start + len(word)
        if word.lower() in LITERALS:
            return Unreadable(_CODE, f"`{word}` is not JSON", start, end, f"write {word.lower()}")
        if word == "None":
            return Unreadable(_CODE, "`None` is not JSON", start, end, "write null")
        if word.lstrip("+-") in ("NaN", "Infinity", "inf", "nan"):
            return Unreadable("bad-number", "Not a number", start, end, "JSON has no such number")
        if word.startswith("/*"):
            return Unreadable(_CODE, "Comment never closed", start, start + 2, "no */ follows")
        if _LIKE_NUMBER.fullmatch(word):
            return Unreadable(
                _CODE,
                "Number in another form",
                start,
                end,
                "not how a number is written",
                hint=f'write it as in 7, 0.5 or -3; what is not to be calculated with is a text: "{word}"',
            )
        if word[0] in _QUOTES:
            return Unreadable(
                _CODE,
                "Wrong quotes",
                start,
                end,
                'texts stand in straight double quotes: "…"',
            )
        return Unreadable(
            _CODE,
            "Text without quotes",
            start,
            end,
            "texts stand in double quotes",
            hint='write "…" around it',
        )

    def string(self) -> Scalar:
        start = self.at
        self.at += 1
        parts: list[str] = []
        while True:
            match = _PLAIN_TEXT.match(self.text, self.at)
            assert match is not None
            parts.append(match.group())
            self.at = match.end()
            char = self.peek()
            if char == '"':
                self.at += 1
                return Scalar(start + 1, self.at - 1, "".join(parts), quoted=True)
            if char != "\\":
                problem = Unreadable(
                    _CODE,
                    "Quote never closed",
                    start,
                    self.at,
                    'no closing " on this line',
                    hint=r"a line break within a text is written \n, a quote \"",
                )
                if self.hole is not None:  # in a skeleton the line may end in another file, or in a macro
                    problem.related = ((self.at, self.at + 1, "the line ends here"),)
                raise problem
            parts.append(self.escape())

    def escape(self) -> str:
        start = self.at
        char = self.text[start + 1 : start + 2]
        if char in _ESCAPES and char:
            self.at += 2
            return _ESCAPES[char]
        if char != "u":
            raise Unreadable(
                "bad-escape",
                "Unknown escape",
                start,
                start + 2,
                "this backslash means nothing",
                text='Behind a backslash a text can have \\ " / b f n r t and u.',
                hint=r"a backslash itself is written \\",
            )
        unit = self.unit(start)
        if 0xD800 <= unit < 0xDC00 and self.text[self.at : self.at + 2] == "\\u":
            low_at = self.at
            low = self.unit(low_at)
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            self.at = low_at
        if 0xD800 <= unit < 0xE000:
            raise half_a_character(start, start + 6)
        return chr(unit)

    def unit(self, start: int) -> int:
        match = _HEX4.match(self.text, start + 2)
        if match is None:
            raise Unreadable("bad-escape", "Unknown escape", start, start + 2, r"\u is followed by four hex digits")
        self.at = match.end()
        return int(match.group(), 16)
