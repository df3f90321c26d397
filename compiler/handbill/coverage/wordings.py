"""The author's own words for a condition or a loop, and where `else` stands: Jinja's nodes keep neither."""

from __future__ import annotations

from bisect import bisect_left

from jinja2 import Environment

from ..sourcemap import PlacingLexer, Token

_ENDS = {"block_end", "variable_end"}
_OPEN, _CLOSE = {"(", "[", "{"}, {")", "]", "}"}


class Words:
    """One file's body, in tokens."""

    def __init__(self, environment: Environment, body: str) -> None:
        self._body = body
        self._tokens = list(PlacingLexer(environment).placed(body, None))
        self._starts = [token.start for token in self._tokens]
        self.elses = dict(self._else_tags())

    def _else_tags(self) -> list[tuple[int, tuple[int, int]]]:
        """Where the word `else` stands, by the place of the `if` or `for` that it belongs to."""
        found: list[tuple[int, tuple[int, int]]] = []
        opened: list[int] = []
        for at, token in enumerate(self._tokens):
            if token.kind != "block_begin":
                continue
            word = next((t for t in self._tokens[at + 1 : at + 3] if t.kind == "name"), None)
            if word is None:
                continue
            if word.text in ("if", "for"):
                opened.append(word.start)
            elif word.text in ("endif", "endfor") and opened:
                opened.pop()
            elif word.text == "else" and opened:
                found.append((opened[-1], (word.start, word.end)))
        return found

    def expression(self, start: int) -> tuple[int, int]:
        """The stretch of an expression that begins here."""
        depth = 0
        end = start
        for token in self._from(start):
            closes = token.text in _CLOSE
            if token.kind in _ENDS or (depth == 0 and (closes or token.text in (",", ":"))):
                break
            if depth == 0 and token.kind == "name" and token.text in ("else", "if", "recursive") and end > start:
                break
            depth += (token.text in _OPEN) - closes
            if token.kind != "whitespace":
                end = token.end
        return start, end

    def tag(self, start: int) -> tuple[int, int]:
        """The stretch from here to the end of the tag."""
        end = start
        for token in self._from(start):
            if token.kind in _ENDS:
                break
            if token.kind != "whitespace":
                end = token.end
        return start, end

    def text(self, stretch: tuple[int, int]) -> str:
        return " ".join(self._body[slice(*stretch)].split())

    def _from(self, start: int) -> list[Token]:
        return self._tokens[bisect_left(self._starts, start) :]
