"""A second Jinja that notes which arms and loops a render reaches. Only coverage uses it; messages are made without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from jinja2 import nodes

from ..codegen import rewritten
from ..diagnostic import Failed
from ..loader import Loader
from ..locales import Speech
from ..render import Environment, Rendered, Renderer
from ..sourcemap import PlacingLexer
from ..template import Template

if TYPE_CHECKING:
    from ..filtering import Filter

# What was reached: a file by the name it was loaded by, an offset in its body, and which of the outcomes there.
Key: TypeAlias = tuple[str, int, int]
YES, NO = 1, 0  # of a condition
NONE, ONE, MORE = 0, 1, 2  # turns of a loop
ENTERED = 3  # of a file, a macro or a block


class At(int):
    """A line that also knows its offset: Jinja keeps lines with its nodes, and nothing else."""

    offset: int

    def __new__(cls, line: int, offset: int) -> At:
        made = super().__new__(cls, line)
        made.offset = offset
        return made


def offset_of(node: nodes.Node) -> int:
    """Where a node begins, as an offset in the body of its file; that of the first part which is known."""
    known = [each.lineno.offset for each in (node, *node.find_all(nodes.Node)) if isinstance(each.lineno, At)]
    return min(known, default=0)


class _Lexer(PlacingLexer):
    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        return ((At(t.line, t.start), t.kind, t.text) for t in self.placed(source, name, filename))


_MOST = 8  # syntax trees that are kept


class Tracing(Environment):
    """Jinja that notes what it reaches in `reached`."""

    def __init__(self, loader: Loader, filters: Sequence[Filter[Any, Any]] = ()) -> None:
        super().__init__(loader, filters=filters)
        self._offsets = _Lexer(self)
        self.reached: set[Key] = set()
        self._trees: dict[str, tuple[str, nodes.Template]] = {}  # of what was read last
        self.filters |= {"_tested": self._tested, "_turn": self._turn, "_reached": self._note}

    @property
    def lexer(self) -> PlacingLexer:
        return self._offsets

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = _copy(self.tree(source, name, filename))
        return rewritten(_Probes(self, name or "").put_in(tree), name or "", self.messages)

    def tree(self, source: str, name: str | None, filename: str | None = None) -> nodes.Template:
        """A template's syntax tree as it is written, to be looked at only. Raises what `read` does."""
        if (known := self._trees.get(name or "")) is None or known[0] != source:
            if len(self._trees) >= _MOST:
                del self._trees[next(iter(self._trees))]
            known = self._trees[name or ""] = (source, self.read(source, name, filename))
        return known[1]

    def unprobed(self, source: str, name: str) -> nodes.Template | None:
        """The tree that code without probes is made of, from what has been read; None when it has not been."""
        known = self._trees.get(name)
        return rewritten(_copy(known[1])) if known is not None and known[0] == source else None

    def _tested(self, value: Any, name: str, offset: int) -> Any:
        self.reached.add((name, offset, YES if value else NO))
        return value

    def _turn(self, loop: Any, name: str, offset: int) -> None:
        if loop.index == 2:
            self.reached.add((name, offset, MORE))
        elif loop.first and loop.last:
            self.reached.add((name, offset, ONE))

    def _note(self, name: str, offset: int, outcome: int) -> None:
        self.reached.add((name, offset, outcome))


_Node = TypeVar("_Node", bound=nodes.Node)


def _copy(node: _Node) -> _Node:
    """A syntax tree like another one, node by node."""
    made = object.__new__(type(node))
    own = vars(made)
    own.update(vars(node))
    for name in node.fields:
        value = own[name]
        if isinstance(value, nodes.Node):
            own[name] = _copy(value)
        elif isinstance(value, list):
            own[name] = [_copy(each) if isinstance(each, nodes.Node) else each for each in value]
    return made


@dataclass(frozen=True, slots=True)
class _Probes:
    environment: Tracing
    name: str

    def put_in(self, tree: nodes.Template) -> nodes.Template:
        for node in list(tree.find_all((nodes.If, nodes.CondExpr))):
            tested = cast("nodes.If | nodes.CondExpr", node)
            test = cast("nodes.Expr", tested.test)
            tested.test = self._call("_tested", test, test, offset_of(test))
        for loop in list(tree.find_all(nodes.For)):
            here = offset_of(loop)
            name = nodes.Name("loop", "load", lineno=loop.lineno)
            loop.body = [self._statement(self._call("_turn", loop, name, here)), *loop.body]
            loop.else_ = [self._reached(loop, here, NONE), *loop.else_]
        for unit in (tree, *tree.find_all((nodes.Macro, nodes.Block))):
            entered = cast("nodes.Template | nodes.Macro | nodes.Block", unit)
            here = 0 if entered is tree else offset_of(entered)
            entered.body = [self._reached(entered, here, ENTERED), *entered.body]
        return tree

    def _reached(self, at: nodes.Node, offset: int, outcome: int) -> nodes.Node:
        name = nodes.Const(self.name, lineno=at.lineno)
        return self._statement(self._filter("_reached", at, name, nodes.Const(offset), nodes.Const(outcome)))

    def _call(self, word: str, at: nodes.Node, value: nodes.Expr, offset: int) -> nodes.Expr:
        return self._filter(word, at, value, nodes.Const(self.name), nodes.Const(offset))

    def _filter(self, word: str, at: nodes.Node, value: nodes.Expr, *args: nodes.Expr) -> nodes.Expr:
        made = nodes.Filter(value, word, list(args), [], None, None, lineno=at.lineno or 1)
        made.set_lineno(at.lineno or 1).set_environment(self.environment)
        return made

    def _statement(self, value: nodes.Expr) -> nodes.Node:
        return nodes.ExprStmt(value, lineno=value.lineno).set_environment(self.environment)


class Tracer(Renderer):
    """Renders to see what is reached."""

    def __init__(self, renderer: Renderer) -> None:
        super().__init__(renderer.loader.folders, renderer.loader.shown, renderer.limits, renderer.filters)
        self.loader = renderer.loader
        self.tracing = Tracing(self.loader, self.filters)
        self.environment = self.tracing

    def traced(self, template: Template, context: Mapping[str, Any], speech: Speech) -> tuple[set[Key], Rendered]:
        """What a render reaches, and what it gives: the same as without probes. Raises Failed, TooCostly."""
        found: set[Key] = set()
        self.tracing.reached = found
        return found, self.render(template, context, speech)

    def trace(self, template: Template, context: Mapping[str, Any]) -> tuple[set[Key], str]:
        """What a render reaches, and why it came to no end: the code of a finding, or nothing. Raises TooCostly."""
        found: set[Key] = set()
        self.tracing.reached = found
        try:
            self.render(template, context)
        except Failed as failed:
            return found, failed.diagnostics[0].code
        return found, ""
