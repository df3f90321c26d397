"""Where every character of a rendered skeleton came from: template, line and column.

Only made when there is a diagnostic to place. The template is compiled a second time with a lexer
that puts a marker before each stretch of static text and before each `{{`; the markers come out
between the pieces, are stripped, and leave a list of segments behind.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from jinja2 import Environment
from jinja2.lexer import Lexer

from .holes import CLOSE, HOLE, MARK, MARKER, POP, PUSH
from .source import Source, Span

# tags that put text of another place where they stand
_CALLS = {"include": None, "call": "endcall"}


@dataclass(slots=True)
class Mark:
    """A stretch of a template, in offsets of its body: static text, a `{{ … }}`, or a tag such as include."""

    template: str
    start: int
    end: int
    static: bool


class Token(NamedTuple):
    """One token of a template, in offsets of its body."""

    line: int
    kind: str
    text: str
    start: int
    end: int


_READ: dict[str, list[Token]] = {}  # the tokens of what was read last: every environment has the same lexer
_MOST = 8


class PlacingLexer(Lexer):
    """Jinja's lexer, which also knows the offset of what it read (Jinja counts lines only)."""

    def __init__(self, environment: Environment, marks: list[Mark] | None = None) -> None:
        super().__init__(environment)
        self.marks = marks  # when given, markers are put in
        self.last = (0, 0)  # of the token read last: where a syntax error is

    def placed(self, source: str, name: str | None, filename: str | None = None) -> Iterator[Token]:
        """Jinja's tokens with offsets. White space that a `-` strips lies between two tokens."""
        known = _READ.get(source)
        for token in self._read(source, name, filename) if known is None else known:
            self.last = (token.start, token.end)
            yield token
        self.last = (len(source), len(source))

    def _read(self, source: str, name: str | None, filename: str | None) -> Iterator[Token]:
        found: list[Token] = []
        at = 0
        for line, kind, text in super().tokeniter(source, name, filename):
            start = source.index(text, at) if text else at
            at = start + len(text)
            found.append(Token(line, kind, text, start, at))
            yield found[-1]
        if len(_READ) >= _MOST:
            _READ.pop(next(iter(_READ)), None)
        _READ[source] = found

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        tokens = self.placed(source, name, filename)
        if self.marks is None:
            return ((t.line, t.kind, t.text) for t in tokens)
        return self._marked(tokens, name or "")

    def _marked(self, tokens: Iterator[Token], name: str) -> Iterator[tuple[int, str, str]]:
        assert self.marks is not None
        closing: list[str | None] = []  # the tags that end what a PUSH began
        hole: Mark | None = None
        for token in tokens:
            if token.kind == "data":
                yield token.line, "data", self._mark(name, token, static=True) + token.text
                continue
            if token.kind == "variable_begin":
                mark = self._mark(name, token, static=False)
                hole = self.marks[-1]
                yield token.line, "data", mark
            elif token.kind == "variable_end" and hole is not None:
                hole.end = token.start + len(token.text.rstrip())
                hole = None
            elif token.kind == "block_begin":
                if (word := _word(inside := self._inside(token, tokens))) == "trans":
                    yield from self._trans(inside, tokens, name)
                else:
                    yield from self._tag(inside, word, name, closing)
                continue
            yield token.line, token.kind, token.text

    def _inside(self, begin: Token, tokens: Iterator[Token]) -> list[Token]:
        """A tag's tokens, to its end."""
        inside = [begin]
        for token in tokens:
            inside.append(token)
            if token.kind == "block_end":
                break
        return inside

    def _trans(self, inside: list[Token], tokens: Iterator[Token], name: str) -> Iterator[tuple[int, str, str]]:
        """A text to translate, to its end: one place, since its words may be those of another language."""
        yield inside[0].line, "data", self._mark(name, inside[0], static=False)
        assert self.marks is not None
        mark = self.marks[-1]
        while True:
            mark.end = inside[-1].start + len(inside[-1].text.rstrip())
            for token in inside:
                yield token.line, token.kind, token.text
            if _word(inside) == "endtrans":
                return
            following = next(tokens, None)
            if following is None:
                return
            inside = self._inside(following, tokens) if following.kind == "block_begin" else [following]

    def _tag(
        self, inside: list[Token], word: str, name: str, closing: list[str | None]
    ) -> Iterator[tuple[int, str, str]]:
        """One tag, with what must be put around it."""
        begin = inside[0]
        if word in _CALLS:
            yield begin.line, "data", self._mark(name, begin, static=False) + PUSH
            assert self.marks is not None
            self.marks[-1].end = inside[-1].start + len(inside[-1].text.rstrip())
            if _CALLS[word] is not None:
                closing.append(_CALLS[word])
        for token in inside:
            yield token.line, token.kind, token.text
        last = inside[-1]
        if word in _CALLS and _CALLS[word] is None:
            yield last.line, "data", POP
        elif closing and word == closing[-1]:
            closing.pop()
            yield last.line, "data", POP

    def _mark(self, name: str, token: Token, *, static: bool) -> str:
        assert self.marks is not None
        self.marks.append(Mark(name, token.start, token.end, static))
        return f"{MARK}{len(self.marks) - 1}{CLOSE}"


def _word(inside: list[Token]) -> str:
    """The word a tag begins with; of what is no tag, none."""
    return next((t.text for t in inside if t.kind == "name"), "") if inside[0].kind == "block_begin" else ""


@dataclass(slots=True)
class _Segment:
    start: int  # in the skeleton
    mark: Mark
    sites: tuple[Mark, ...]  # the calls and includes it came through, outermost first


@dataclass(slots=True)
class SourceMap:
    """Offsets in a skeleton → spans in templates. `bodies`: source and body offset, by template."""

    bodies: dict[str, tuple[Source, int]]
    segments: list[_Segment] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    skeleton: str = ""

    def span(self, start: int, end: int) -> Span:
        """The template text that the skeleton's characters [start, end) came from.

        Exact within static text; a hole is its whole `{{ … }}`.
        """
        index = self._index(start)
        if index < 0:
            source, body = next(iter(self.bodies.values()))
            return Span(source, body, body)
        first = self.segments[index]
        from_, to = self._reach(index, start, max(end, start))
        last_index = self._index(max(end - 1, start))
        last = self.segments[last_index]
        if last_index != index and last.mark.template == first.mark.template and last.sites == first.sites:
            to = max(to, self._reach(last_index, start, end)[1])
        source, body = self.bodies[first.mark.template]
        return Span(source, body + from_, body + max(to, from_))

    def sites(self, start: int) -> list[Span]:
        """The calls and includes that the character came through, innermost first."""
        index = self._index(start)
        spans = []
        for mark in reversed(self.segments[index].sites if index >= 0 else ()):
            source, body = self.bodies[mark.template]
            spans.append(Span(source, body + mark.start, body + mark.end))
        return spans

    def hole(self, index: int) -> Span | None:
        """The `{{ … }}` that printed a value."""
        way = self.way(index)
        return way[0] if way else None

    def way(self, index: int) -> list[Span]:
        """The `{{ … }}` that printed a value, then the calls it came through, innermost first."""
        for match in HOLE.finditer(self.skeleton):
            if int(match[1]) == index:
                return [self.span(match.start(), match.end()), *self.sites(match.start())]
        return []

    def _index(self, offset: int) -> int:
        return bisect_right(self.starts, offset) - 1

    def _reach(self, index: int, start: int, end: int) -> tuple[int, int]:
        """The offsets in its template that one segment gives to [start, end)."""
        segment = self.segments[index]
        if not segment.mark.static:
            return segment.mark.start, segment.mark.end
        stop = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.skeleton)
        shift = segment.mark.start - segment.start
        return max(start, segment.start) + shift, min(end, stop) + shift


def read_marks(marked: str, marks: list[Mark], bodies: dict[str, tuple[Source, int]]) -> SourceMap:
    """Strip the markers from a marked skeleton and note what each stretch came from."""
    found = SourceMap(bodies)
    out: list[str] = []
    size = 0
    mark: Mark | None = None
    stack: list[Mark | None] = []

    def text(piece: str) -> None:
        nonlocal size
        if piece and mark is not None:
            sites = tuple(site for site in stack if site is not None)
            found.segments.append(_Segment(size, mark, sites))
            found.starts.append(size)
        out.append(piece)
        size += len(piece)

    at = 0
    for match in MARKER.finditer(marked):
        text(marked[at : match.start()])
        at = match.end()
        if match[1] is not None:
            mark = marks[int(match[1])]
        elif match[0] == PUSH:
            stack.append(mark)
        else:
            mark = stack.pop() if stack else mark
    text(marked[at:])
    found.skeleton = "".join(out)
    return found
