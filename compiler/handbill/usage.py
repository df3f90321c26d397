"""Which names a template asks its context for, where, and on which channels: its includes, imports and parents too.

Jinja's code generator knows what is looked up in the context and what the template has set itself; it is run here
without writing any code.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from jinja2 import TemplateError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import VAR_LOAD_RESOLVE

from .bounds import TooCostly
from .diagnostic import Failed
from .render import Environment, Renderer
from .source import Source, Span
from .sourcemap import PlacingLexer, Token
from .template import RESERVED, Template

# What Jinja gives by itself, and translated texts.
_GIVEN = frozenset({*RESERVED, "loop", "caller", "self", "super", "varargs", "kwargs", "_"}) | {
    "gettext", "ngettext", "pgettext", "npgettext",
}  # fmt: skip

Channels = Mapping[str, Mapping[str, Any]]  # what a template can ask about each of its channels, by the channel's name


@dataclass(frozen=True, slots=True)
class Use:
    """A name that is looked up in the context."""

    name: str
    span: Span
    guarded: bool  # `| default(…)`, or asked about with `is defined`
    cut_off: bool  # in a file that was imported without its context, where no value arrives
    channels: frozenset[str]  # on which it can be reached


@dataclass(slots=True)
class Usage:
    uses: list[Use] = field(default_factory=list)
    whole: bool = True  # False when a part of the template could not be read


def usage(renderer: Renderer, template: Template, channels: Channels) -> Usage:
    """Every use of a name that the template does not set itself."""
    reader = _Reader(renderer, channels)
    renderer.loader.bodies.setdefault(template.source.path, (template.source, template.body))
    reader.read(template.source.path, (template.source, template.body), _Surroundings(frozenset(channels)), ())
    return Usage([use for use, macro in reader.uses if not macro or macro in reader.called], reader.whole)


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """Where a file is loaded."""

    channels: frozenset[str]
    names: frozenset[str] = frozenset()  # that those around it may have set
    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A file that another one includes, imports or extends."""

    name: str
    with_context: bool
    optional: bool
    parent: bool
    channels: frozenset[str]


class _Reader:
    def __init__(self, renderer: Renderer, channels: Channels) -> None:
        self.renderer = renderer
        self.channels = channels
        self.uses: list[tuple[Use, str]] = []  # each with the macro it stands in
        self.called: set[str] = set()  # names that may be those of macros
        self.whole = True
        self._read: set[tuple[str, _Surroundings]] = set()

    def read(self, name: str, file: tuple[Source, int], around: _Surroundings, way: tuple[str, ...]) -> None:
        """One file, and those it loads."""
        if (name, around) in self._read:  # includes can double at each step
            return
        self._read.add((name, around))
        source, body = file
        environment = self.renderer.environment
        text = source.text[body:]
        try:
            tree = self.renderer.syntax(text, name)
            walk = _Walk(environment, self.channels, around.channels)
            walk.visit(tree)
        except TooCostly:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, it is told when the template is compiled
            self.whole = False
            return
        names = around.names | set(_set_names(tree)) | self._inherited(walk.loaded, (*way, name))
        words = _Words(environment, source, body)
        self.called |= set(_called(tree))
        for each in walk.uses:
            if each.name not in names:
                span, guarded = words.span(each.name, each.line), each.guarded or each.name in walk.tested
                self.uses.append((Use(each.name, span, guarded, around.cut_off, each.channels), each.macro))
        below = replace(around, names=names | set(_bound_names(tree)))
        for loaded in walk.loaded:
            self._load(loaded, below, (*way, name))

    def _inherited(self, loaded: list[_Loaded], way: tuple[str, ...]) -> set[str]:
        """What the parents of a file set: its blocks stand in them."""
        names: set[str] = set()
        for parent in (each.name for each in loaded if each.parent and each.name not in way):
            try:
                source, body = self.renderer.loader.read(parent)
                tree = self.renderer.syntax(source.text[body:], parent)
            except TooCostly:
                raise
            except Exception:  # noqa: BLE001 - told when the file itself is read
                continue
            names |= set(_set_names(tree))
            above = [_Loaded(str(each), True, False, True, frozenset()) for each in _parents(tree)]
            names |= self._inherited(above, (*way, parent))
        return names

    def _load(self, loaded: _Loaded, around: _Surroundings, way: tuple[str, ...]) -> None:
        if loaded.name in way:
            return
        try:
            file = self.renderer.loader.read(loaded.name)
        except (TemplateError, Failed):
            self.whole = self.whole and loaded.optional
            return
        inside = replace(around, channels=loaded.channels)
        if not loaded.with_context:
            inside = replace(inside, names=frozenset(), cut_off=True)
        self.read(loaded.name, file, inside, way)


@dataclass(slots=True)
class _Seen:
    name: str
    line: int
    guarded: bool
    channels: frozenset[str]
    macro: str  # that it stands in


class _Walk(CodeGenerator):
    """Notes what would be looked up in the context, instead of writing code for it."""

    def __init__(self, environment: Environment, channels: Channels, reached: frozenset[str]) -> None:
        super().__init__(environment, "", "", optimized=False)
        self.channels = channels
        self.reached = reached
        self.uses: list[_Seen] = []
        self.loaded: list[_Loaded] = []
        self.tested: set[str] = set()
        self._guarded: set[int] = set()
        self._macro = ""

    def write(self, x: str) -> None:
        pass

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:
        super().visit_Name(node, frame)
        if node.ctx != "load" or node.name in _GIVEN or node.name.startswith("_captured"):
            return
        load = frame.symbols.find_load(frame.symbols.ref(node.name))
        if load is not None and load[0] == VAR_LOAD_RESOLVE and node.name not in self.environment.globals:
            self.uses.append(_Seen(node.name, node.lineno, id(node) in self._guarded, self.reached, self._macro))

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:
        if node.name in ("default", "d") and node.node is not None:
            self._guarded.add(id(node.node))
        super().visit_Filter(node, frame)

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:
        if node.name in ("defined", "undefined") and isinstance(node.node, nodes.Name):
            self._guarded.add(id(node.node))
            self.tested.add(node.node.name)
        super().visit_Test(node, frame)

    def visit_Macro(self, node: nodes.Macro, frame: Frame) -> None:
        outer = self._macro
        self._macro = outer or node.name
        super().visit_Macro(node, frame)
        self._macro = outer

    # branches

    def visit_If(self, node: nodes.If, frame: Frame) -> None:
        inside, before = frame.soft(), self.reached
        branches: list[nodes.If] = [node, *node.elif_]
        for branch in branches:
            self.visit(branch.test, inside)
            left = self._unless(branch.test)
            self._when(branch.test)
            self.blockvisit(branch.body, inside)
            self.reached = left
        self.blockvisit(node.else_, inside)
        self.reached = before

    def visit_CondExpr(self, node: nodes.CondExpr, frame: Frame) -> None:
        inside, before = frame.soft(), self.reached
        self.visit(node.test, inside)
        left = self._unless(node.test)
        self._when(node.test)
        self.visit(node.expr1, inside)
        self.reached = left
        if node.expr2 is not None:
            self.visit(node.expr2, inside)
        self.reached = before

    def _when(self, test: nodes.Node) -> None:
        self.reached = frozenset(c for c in self.reached if _truth(test, self.channels[c]) is not False)

    def _unless(self, test: nodes.Node) -> frozenset[str]:
        return frozenset(c for c in self.reached if _truth(test, self.channels[c]) is not True)

    # other files

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
        self._load(node.template, node.with_context, node.ignore_missing)
        super().visit_Include(node, frame)

    def visit_Import(self, node: nodes.Import, frame: Frame) -> None:
        self._load(node.template, node.with_context)
        super().visit_Import(node, frame)

    def visit_FromImport(self, node: nodes.FromImport, frame: Frame) -> None:
        self._load(node.template, node.with_context)
        super().visit_FromImport(node, frame)

    def visit_Extends(self, node: nodes.Extends, frame: Frame) -> None:
        self._load(node.template, True, parent=True)
        super().visit_Extends(node, frame)

    def _load(self, wanted: nodes.Expr, with_context: bool, optional: bool = False, *, parent: bool = False) -> None:
        several = wanted.items if isinstance(wanted, nodes.List | nodes.Tuple) else [wanted]
        optional = optional or len(several) > 1
        for each in several:
            if isinstance(each, nodes.Const) and isinstance(each.value, str):
                self.loaded.append(_Loaded(each.value, with_context, optional, parent, self.reached))


# ---- what is known of a condition, when the channel is known


class _Unknown(Exception):
    """A value that depends on more than the channel."""


def _truth(test: nodes.Node, channel: Mapping[str, Any]) -> bool | None:
    """Whether a condition holds on a channel; None when that depends on more."""
    if isinstance(test, nodes.Not):
        inner = _truth(test.node, channel)
        return None if inner is None else not inner
    if isinstance(test, nodes.And | nodes.Or):
        both = (_truth(test.left, channel), _truth(test.right, channel))
        deciding = isinstance(test, nodes.Or)
        if deciding in both:
            return deciding
        return None if None in both else not deciding
    try:
        return bool(_value(test, channel))
    except (_Unknown, TypeError):
        return None


def _value(node: nodes.Node, channel: Mapping[str, Any]) -> Any:
    """Raises _Unknown."""
    match node:
        case nodes.Const():
            return node.value
        case nodes.Filter(name="_weigh", node=nodes.Expr() as inner):
            return _value(inner, channel)
        case nodes.Getattr(node=nodes.Name(name="channel"), attr=name) if name in channel:
            return channel[name]
        case nodes.Getitem(node=nodes.Name(name="channel"), arg=nodes.Const(value=name)) if name in channel:
            return channel[name]
        case nodes.List() | nodes.Tuple():
            return [_value(item, channel) for item in node.items]
        case nodes.Compare(ops=[nodes.Operand(op=op, expr=right)]) if op in _COMPARED:
            return _COMPARED[op](_value(node.expr, channel), _value(right, channel))
    raise _Unknown


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "in": lambda a, b: a in b,
    "notin": lambda a, b: a not in b,
}


# ---- names


def _set_names(tree: nodes.Template) -> Iterator[str]:
    """What a file sets for all that comes after: variables, macros, imports."""
    for node in tree.find_all((nodes.Assign, nodes.AssignBlock, nodes.Macro, nodes.Import, nodes.FromImport)):
        if isinstance(node, nodes.Macro):
            yield node.name
        elif isinstance(node, nodes.Import):
            yield node.target
        elif isinstance(node, nodes.FromImport):
            yield from (name if isinstance(name, str) else name[1] for name in node.names)
        else:
            yield from _stored(cast("nodes.Assign | nodes.AssignBlock", node).target)


def _called(tree: nodes.Template) -> Iterator[str]:
    """Every name that may be a macro's, where it is called: by itself, of a module, or under another name."""
    loaded = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "load"}
    yield from loaded
    yield from (node.attr for node in tree.find_all(nodes.Getattr))
    for node in tree.find_all(nodes.FromImport):
        yield from (name[0] for name in node.names if not isinstance(name, str) and name[1] in loaded)


def _parents(tree: nodes.Template) -> Iterator[str]:
    for node in tree.find_all(nodes.Extends):
        if isinstance(node.template, nodes.Const):
            yield str(node.template.value)


def _bound_names(tree: nodes.Template) -> Iterator[str]:
    """What stands for something in a part of a file, such as a loop, which may include another file."""
    yield from _stored(tree)
    yield from (name.name for name in tree.find_all(nodes.Name) if name.ctx == "param")


def _stored(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Name) and node.ctx == "store":
        yield node.name
    yield from (name.name for name in node.find_all(nodes.Name) if name.ctx == "store")


class _Words:
    """Finds a name again in its line: Jinja counts lines only."""

    def __init__(self, environment: Environment, source: Source, body: int) -> None:
        self._source = source
        self._body = body
        self._environment = environment
        self._names: dict[tuple[str, int], list[Token]] | None = None

    def span(self, name: str, line: int) -> Span:
        if self._names is None:
            self._names = self._read()
        if found := self._names.get((name, line)):
            token = found[0]
            return Span(self._source, self._body + token.start, self._body + token.end)
        start = self._body + Source("", self._source.text[self._body :]).offset(line)
        return Span(self._source, start, start)

    def _read(self) -> dict[tuple[str, int], list[Token]]:
        """The names in tags, by name and line; not those of attributes and filters."""
        found: dict[tuple[str, int], list[Token]] = {}
        before = ""
        for token in PlacingLexer(self._environment).placed(self._source.text[self._body :], None):
            if token.kind == "whitespace":
                continue
            if token.kind == "name" and before not in (".", "|"):
                found.setdefault((token.text, token.line), []).append(token)
            before = token.text
        return found
