"""Loops, and the branches that only change some words within a text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from jinja2 import nodes

from ..holes import MARKER
from .choices import MOST_TURNS, how_many
from .expressions import Evaluator, Loop, Scope
from .skeleton import Buffer, Hole, Turns
from .texts import EMPTY, Either, Text, sum_of
from .texts import Lit as Literal
from .texts import Times as Repeated
from .values import Exact, Opaque, Row, Special, Value, Words, apart, listed, one_of, options_of, shown


class _NotInline(Exception):
    """Branches that are more than some words within a text."""


@dataclass(frozen=True, slots=True, eq=False)
class _KnownLoop(Loop):
    """`loop` in a turn whose number is known."""

    numbers: dict[str, float]

    def attribute(self, name: str) -> Value:
        if name in self.numbers:
            return Exact(int(self.numbers[name]))
        return Exact(int(self.most)) if name == "length" else Loop.attribute(self, name)


SIGNS = "*_`[\\"  # of markup, which is read once it is known what stands beside them
# what can begin or end something in YAML
_YAML_SIGNS = "\"'\\\n{}[]:#&*!|>%@`,-?"


class Branches(Evaluator):
    """Turns of loops, and branches taken together."""

    inline: bool
    markup: bool
    syntax: str
    buffer: Buffer
    join: Callable[[Sequence[str]], str]

    def _items(self, node: nodes.For, scope: Scope) -> tuple[Sequence[Value] | None, Value, float, str]:
        """The items when they are known, what stands for each, how many, and the list's path."""
        value = self._see(node.iter, scope)
        known: Sequence[Value] | None = None
        if isinstance(value, Row):
            known = value.items
        elif isinstance(value, Exact) and isinstance(value.value, list | tuple | range | str | dict):
            known = [Exact(item) for item in value.value] if len(value.value) <= MOST_TURNS else None
        found = listed(value)
        if found is None:
            cause = next((option.cause for option in options_of(value) if isinstance(option, Opaque)), "")
            return None, Opaque(cause or "what the loop goes over"), inf, cause.strip("`") if "`," not in cause else ""
        return known, *found

    def _turns(self, node: nodes.For, scope: Scope) -> Iterator[tuple[Scope, Turns | None]]:
        """The scopes of the turns that stand for all, and how often each is repeated."""
        known, item, most, path = self._items(node, scope)
        if known is not None and len(known) <= MOST_TURNS and node.test is None:
            for at, each in enumerate(known):
                loop = Loop(len(known), at == 0, at == len(known) - 1, one_of(known))
                yield self._inside(node, scope, each, loop, at), None
            return
        if not self._asks(node) or most <= 1:
            place: bool | None = True if most <= 1 and node.test is None else None
            yield self._inside(node, scope, item, Loop(most, place, place, item)), Turns(path, most)
            return
        yield self._inside(node, scope, item, Loop(most, True, False, item)), Turns(path, 1)
        yield self._inside(node, scope, item, Loop(most, False, False, item)), Turns(path, most - 2, 2)
        yield self._inside(node, scope, item, Loop(most, False, True, item)), Turns(path, 1)

    def _written_out(self, node: nodes.For, scope: Scope, choose: Callable[[int], int]) -> list[Scope]:
        """The scopes of as many turns as are chosen, each with an item of its own."""
        known, item, most, path = self._items(node, scope)
        if known is not None and len(known) <= MOST_TURNS and node.test is None:
            return [inner for inner, _ in self._turns(node, scope)]
        count = how_many(most, path, choose)
        return [
            self._inside(node, scope, apart(item), Loop(count, at == 0, at == count - 1, item), at)
            for at in range(count)
        ]

    def _only(self, node: nodes.For, scope: Scope) -> Iterator[tuple[Scope, Turns | None]]:
        """The scope of a turn that is the only one."""
        _, item, _, path = self._items(node, scope)
        yield self._inside(node, scope, item, Loop(1, True, True, item)), Turns(path, 1)

    def _asks(self, node: nodes.For) -> bool:
        """Whether the body asks which turn it is."""
        return any(name.name == "loop" for part in node.body for name in part.find_all(nodes.Name))

    def _inside(self, node: nodes.For, scope: Scope, item: Value, loop: Loop, at: int = -1) -> Scope:
        inner = Scope(scope)
        self._bind(node.target, item, inner)
        inner.own["loop"] = Special(loop)
        if at >= 0:
            exact = {"index": at + 1, "index0": at, "revindex": loop.most - at, "revindex0": loop.most - at - 1}
            inner.own["loop"] = Special(_KnownLoop(loop.most, loop.first, loop.last, loop.item, exact))
        return inner

    def _bind(self, target: nodes.Node, value: Value, scope: Scope) -> None:
        if isinstance(target, nodes.Name):
            scope.own[target.name] = value
        elif isinstance(target, nodes.Tuple):
            for at, part in enumerate(target.items):
                self._bind(part, self._at(value, at) if not isinstance(value, Opaque) else value, scope)

    # ---- branches within a text

    def _inlined(self, node: nodes.If | nodes.For, scope: Scope) -> bool:
        if not self.inline or not self._may_inline(node):
            return False
        try:
            text = self._inline([node], scope)
        except _NotInline:
            return False
        marks = [mark for data in node.find_all(nodes.TemplateData) for mark in MARKER.findall(data.data) if mark]
        self.buffer.add(self.join(marks))
        self.buffer.add(Hole(Words(text), arms=True))
        return True

    def _may_inline(self, node: nodes.Node) -> bool:
        if self.syntax == "json" and self.buffer.json and not self.buffer.in_text():
            return False
        forbidden = '"\n' if self.buffer.json else '"\\\n{}[]' if self.syntax == "json" else _YAML_SIGNS
        forbidden += SIGNS if self.markup else ""
        return not any(
            char in MARKER.sub("", data.data) for data in node.find_all(nodes.TemplateData) for char in forbidden
        )

    def _inline(self, body: Sequence[nodes.Node], scope: Scope) -> Text:
        """The text of some statements, every branch of them at once. Raises _NotInline."""
        parts: list[Text] = []
        for node in body:
            if isinstance(node, nodes.Output):
                parts += [self._inline_part(part, scope) for part in node.nodes]
            elif isinstance(node, nodes.If):
                parts.append(self._inline_if(node, scope))
            elif isinstance(node, nodes.For) and not node.recursive:
                parts.append(self._inline_for(node, scope))
            else:
                raise _NotInline
        return sum_of(parts)

    def _inline_part(self, part: nodes.Node, scope: Scope) -> Text:
        if isinstance(part, nodes.TemplateData):
            text = MARKER.sub("", part.data)
            if "\\" not in text:
                return Literal(text)
            try:
                return Literal(json.loads(f'"{text}"', strict=False))
            except ValueError:
                raise _NotInline from None
        value = self.value(part, scope)
        if any(isinstance(option, Special) for option in options_of(value)):
            raise _NotInline  # its text is JSON, with escapes
        return shown(value) or EMPTY

    def _inline_if(self, node: nodes.If, scope: Scope) -> Text:
        options: list[Text] = []
        for test, body in arms(node):
            known = True if test is None else self.holds(test, scope)
            if known is not False:
                options.append(self._inline(body, scope))
            if known:
                break
        return options[0] if len(options) == 1 else Either(tuple(options)) if options else EMPTY

    def _inline_for(self, node: nodes.For, scope: Scope) -> Text:
        turns = list(self._turns(node, scope))
        parts: list[Text] = []
        for inner, repeated in turns:
            text = self._inline(node.body, inner)
            parts.append(text if repeated is None else Repeated(repeated.path, repeated.most, text))
        options = [sum_of(parts)]
        if len(turns) == 3 and turns[0][1] is not None:
            options += [self._inline(node.body, inner) for inner, _ in self._only(node, scope)]
        if node.else_:
            options.append(self._inline(node.else_, scope))
        return options[0] if len(options) == 1 else Either(tuple(options))


def arms(node: nodes.If) -> Iterator[tuple[nodes.Node | None, list[nodes.Node]]]:
    yield node.test, node.body
    for other in node.elif_:
        yield other.test, other.body
    yield None, node.else_
