"""The arms and loops of a template and of what it is made of, each with the conditions under which it is reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from jinja2 import TemplateError, nodes

from ..bounds import TooCostly
from ..diagnostic import Failed
from ..policy import Refused
from ..source import Source, Span
from .probes import ENTERED, MORE, NO, NONE, ONE, YES, Key, Tracer, offset_of
from .scopes import (
    Alias,
    Binding,
    Call,
    Guard,
    Item,
    MacroName,
    Module,
    Opaque,
    Parameter,
    Scope,
    Tested,
    Turn,
    Turns,
    Unit,
)
from .wordings import Words

Kind = Literal["if", "elif", "else", "then", "loop"]


@dataclass(frozen=True, eq=False)
class Arm:
    """One way that a render may take. `words` are the author's: "if vip", "for x in xs"."""

    key: Key
    kind: Kind
    words: str
    span: Span
    written: bool  # whether the author wrote something for it
    guards: tuple[Guard, ...]  # the last is its own
    unit: Unit
    entered: Key  # of the file, macro or block that it stands in
    own: bool  # in the template's own file
    outer: Key | None  # the arm that it stands in


@dataclass
class Sites:
    arms: list[Arm] = field(default_factory=list)
    constants: list[object] = field(default_factory=list)  # that conditions compare with


def sites(tracer: Tracer, name: str, entered: Iterable[Key]) -> Sites:
    """The arms of a template's file, and of the other files that its renders have come into."""
    reader = _Reader(tracer)
    loaded = {key[0] for key in entered if key[1:] == (0, ENTERED)}
    reader.read(name, own=True)
    while reader.waiting:
        other = reader.waiting.pop(0)
        if other in loaded and other not in reader.files:
            reader.read(other, own=False)
    reader.join()
    return reader.found


class _Reader:
    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer
        self.found = Sites()
        self.files: dict[str, Unit] = {}
        self.macros: dict[tuple[str, str], Unit] = {}
        self.calls: list[tuple[str, nodes.Expr, Call]] = []
        self.loads: list[tuple[str, Call, bool]] = []
        self.waiting: list[str] = []

    def read(self, name: str, *, own: bool) -> None:
        source, body = self.tracer.loader.bodies[name]
        unit = self.files[name] = Unit((name, 0, ENTERED), f"`{name}`", own)
        environment = self.tracer.tracing
        try:
            tree = environment.tree(source.text[body:], name)
            words = Words(environment, source.text[body:])
        except (TemplateError, Refused, Failed, TooCostly, RecursionError):
            return
        _Walk(self, name, source, body, words, unit).all(tree)

    def join(self) -> None:
        """Tell every unit where it is called."""
        for file, callee, call in self.calls:
            unit = self._macro(file, callee, call.scope)
            if unit is not None:
                unit.calls.append(call)
        for name, call, blind in self.loads:
            if name in self.files:
                self.files[name].calls.append(call)
                self.files[name].blind = blind

    def _macro(self, file: str, callee: nodes.Expr, scope: Scope) -> Unit | None:
        if isinstance(callee, nodes.Name):
            bound = scope.names.get(callee.name, MacroName(file, callee.name))
            return self.macros.get((bound.file, bound.name)) if isinstance(bound, MacroName) else None
        if isinstance(callee, nodes.Getattr) and isinstance(callee.node, nodes.Name):
            module = scope.names.get(callee.node.name)
            return self.macros.get((module.file, callee.attr)) if isinstance(module, Module) else None
        return None


@dataclass(frozen=True)
class _Here:
    """Where the walk is."""

    scope: Scope
    guards: tuple[Guard, ...]
    entered: Key
    outer: Key | None = None

    def under(self, guard: Guard, outer: Key | None, scope: Scope | None = None) -> _Here:
        return replace(self, guards=(*self.guards, guard), outer=outer, scope=scope or self.scope)


@dataclass
class _Walk:
    reader: _Reader
    file: str
    source: Source
    body: int
    words: Words
    unit: Unit

    def all(self, tree: nodes.Template) -> None:
        self.statements(tree.body, _Here(Scope({}, self.unit), (), (self.file, 0, ENTERED)))
        for test in tree.find_all((nodes.Compare, nodes.Test, nodes.Call, nodes.Filter, nodes.Slice)):
            for const in test.find_all(nodes.Const):
                if const.value not in self.reader.found.constants:
                    self.reader.found.constants.append(const.value)

    def statements(self, body: Sequence[nodes.Node], here: _Here) -> _Here:
        for node in body:
            here = replace(here, scope=self.statement(node, here))
        return here

    def statement(self, node: nodes.Node, here: _Here) -> Scope:
        """One statement; the scope behind it."""
        match node:
            case nodes.If():
                return self.branches(node, here)
            case nodes.For():
                self.loop(node, here)
            case nodes.Assign(target=nodes.Name() as target):
                self.expression(node.node, here)
                return here.scope.having({target.name: Alias(cast("nodes.Expr", node.node), here.scope)})
            case nodes.With():
                for value in node.values:
                    self.expression(value, here)
                self.statements(node.body, replace(here, scope=here.scope.having(_bound_by_with(node, here.scope))))
            case nodes.Macro():
                return self.macro(node, here)
            case nodes.CallBlock():
                self.expression(node.call, here)
                inner = here.scope.having({arg.name: Opaque(f"`{arg.name}`, which a macro gives") for arg in node.args})
                self.statements(node.body, replace(here, scope=inner))
            case nodes.Block():
                self.statements(node.body, replace(here, entered=(self.file, offset_of(node), ENTERED)))
            case nodes.Include() | nodes.Extends():
                blind = isinstance(node, nodes.Include) and not node.with_context
                self.load(node.template, here, blind=blind)
            case nodes.Import():
                name = self.load(node.template, here, blind=not node.with_context)
                return here.scope.having({node.target: Module(name)})
            case nodes.FromImport():
                name = self.load(node.template, here, blind=not node.with_context)
                pairs = [(each, each) if isinstance(each, str) else each for each in node.names]
                return here.scope.having({alias: MacroName(name, macro) for macro, alias in pairs})
            case nodes.FilterBlock() | nodes.AssignBlock() | nodes.Scope():
                self.statements(node.body, here)
                return here.scope.clouded(_stored(node))
            case _:
                self.expression(node, here)
                return here.scope.clouded(_stored(node))
        return here.scope

    def branches(self, node: nodes.If, here: _Here) -> Scope:
        below = here
        branches: list[nodes.If] = [node, *node.elif_]
        for branch in branches:
            self.expression(branch.test, below)
            start = offset_of(branch.test)
            said = self.words.expression(start) if branch is not node else self.words.tag(offset_of(node))
            kind: Kind = "if" if branch is node else "elif"
            words = self.words.text(said) if kind == "if" else f"elif {self.words.text(said)}"
            told = self.words.text(self.words.tag(start))
            guard = Tested(cast("nodes.Expr", branch.test), True, here.scope, told)
            arm = (self.file, start, YES)
            self.arm(arm, kind, words, said, below.under(guard, below.outer))
            self.statements(branch.body, below.under(guard, arm))
            otherwise = Tested(cast("nodes.Expr", branch.test), False, here.scope, told)
            below = below.under(otherwise, below.outer)
        last = offset_of(branches[-1].test)
        written = self.words.elses.get(offset_of(node))
        arm = (self.file, last, NO)
        about = "else" if written else f"{self.words.text(self.words.tag(last))} is false"
        self.arm(arm, "else", about, written or self.words.tag(offset_of(node)), below, written=written is not None)
        self.statements(node.else_, replace(below, outer=arm))
        return here.scope.clouded(name for part in (*branches, *node.else_) for name in _stored(part))

    def loop(self, node: nodes.For, here: _Here) -> None:
        self.expression(node.iter, here)
        start = offset_of(node)
        said = self.words.tag(start)
        words = self.words.text(said)
        names: dict[str, Binding] = {name: Opaque(f"`{name}`, a part of an item") for name in _stored(node.target)}
        if isinstance(node.target, nodes.Name):
            names[node.target.name] = Item(node, here.scope)
        if node.recursive:
            names = {name: Opaque(f"`{name}`, in a loop that calls itself") for name in names}
        inner = here.scope.having({**names, "loop": Turn(node, here.scope)})
        if node.test is not None:
            self.expression(node.test, replace(here, scope=inner))
        for turns in (NONE, ONE, MORE):
            guard = Turns(node, turns, inner, words)
            at, written = said, turns == NONE and bool(node.else_)
            if written:
                at = self.words.elses.get(start, said)
            self.arm((self.file, start, turns), "loop", words, at, here.under(guard, here.outer), written=written)
        body = here.under(Turns(node, None, inner, words), here.outer, inner.clouded(_stored_in_turns(node, inner)))
        self.statements(node.body, body)
        self.statements(node.else_, here.under(Turns(node, NONE, inner, words), (self.file, start, NONE)))

    def macro(self, node: nodes.Macro, here: _Here) -> Scope:
        for default in node.defaults:
            self.expression(default, here)
        entered = (self.file, offset_of(node), ENTERED)
        names = tuple(arg.name for arg in node.args)
        unit = Unit(entered, f"the macro `{node.name}`", own=False, parameters=names, defaults=tuple(node.defaults))
        unit.blind = self.unit.blind
        self.reader.macros[(self.file, node.name)] = unit
        inside: dict[str, Binding] = {name: Parameter(unit, name) for name in names}
        around = {name: bound for name, bound in here.scope.names.items() if not isinstance(bound, Item | Turn)}
        self.statements(node.body, _Here(Scope({**around, **inside}, unit), (), entered))
        return here.scope.having({node.name: MacroName(self.file, node.name)})

    def load(self, wanted: nodes.Expr, here: _Here, *, blind: bool) -> str:
        several = wanted.items if isinstance(wanted, nodes.List | nodes.Tuple) else [wanted]
        names = [each.value for each in several if isinstance(each, nodes.Const) and isinstance(each.value, str)]
        for name in names:
            self.reader.waiting.append(name)
            self.reader.loads.append((name, Call(here.scope, here.guards), blind))
        return names[0] if names else ""

    def expression(self, node: nodes.Node, here: _Here) -> None:
        if isinstance(node, nodes.CondExpr):
            self.choice(node, here)
            return
        if isinstance(node, nodes.Call):
            self.reader.calls.append((self.file, node.node, Call(here.scope, here.guards, node)))
        for child in node.iter_child_nodes():
            self.expression(child, here)

    def choice(self, node: nodes.CondExpr, here: _Here) -> None:
        self.expression(node.test, here)
        start = offset_of(node.test)
        said = self.words.expression(start)
        text = self.words.text(said)
        for outcome, wanted, part in ((YES, True, node.expr1), (NO, False, node.expr2)):
            below = here.under(Tested(node.test, wanted, here.scope, text), here.outer)
            kind: Kind = "then" if wanted else "else"
            words = f"… if {text}" if wanted else f"else, of … if {text}"
            self.arm((self.file, start, outcome), kind, words, said, below, written=part is not None)
            if part is not None:
                self.expression(part, replace(below, outer=(self.file, start, outcome)))

    def arm(
        self, key: Key, kind: Kind, words: str, said: tuple[int, int], here: _Here, *, written: bool = True
    ) -> None:
        span = Span(self.source, self.body + said[0], self.body + said[1])
        own = self.reader.files[self.file].own
        unit = here.scope.unit
        self.reader.found.arms.append(
            Arm(key, kind, words, span, written, here.guards, unit, here.entered, own, here.outer)
        )


def _stored(node: nodes.Node) -> Iterator[str]:
    """What a statement sets."""
    for each in (node, *node.find_all((nodes.Name, nodes.NSRef))):
        if (isinstance(each, nodes.Name) and each.ctx == "store") or isinstance(each, nodes.NSRef):
            yield each.name


def _stored_in_turns(node: nodes.For, scope: Scope) -> list[str]:
    """What a namespace holds changes from turn to turn."""
    return [each.name for part in node.body for each in part.find_all(nodes.NSRef) if each.name in scope.names]


def _bound_by_with(node: nodes.With, scope: Scope) -> dict[str, Binding]:
    pairs = zip(node.targets, node.values, strict=True)
    return {target.name: Alias(value, scope) for target, value in pairs if isinstance(target, nodes.Name)}
