"""The ways through a template: for each choice of branches, the skeleton that comes out.

A condition that the contract does not decide is taken both ways. Branches that only change some words within a text
are taken together, as one hole; a loop is written once (or as first, middle and last turn, where its body asks which
it is), and it is noted how often it can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from jinja2 import nodes

from ..holes import POP, PUSH, spelled
from ..locales import Catalog
from ..locales.messages import Marked, marked
from .branches import SIGNS, Branches, arms
from .choices import BlockCall, Choices, Dead, Fragment, Macro, Module, NotFollowed
from .expressions import Scope
from .skeleton import Begin, Buffer, End, Hole, text_of_pieces
from .texts import EMPTY, Either, Lit, Text, Unknown, sum_of
from .values import UNDEFINED, Opaque, Row, Special, Undefined, Value, Words, options_of, shown

_DEEPEST = 30  # macros and includes in one another
MOST_STEPS = 20_000  # statements of all ways


class Way(Branches):
    """One way through a template. `load` gives the syntax tree of another template, or None when there is none."""

    def __init__(
        self,
        choices: Choices,
        load: Callable[[str], nodes.Template | None],
        *,
        syntax: str,
        inline: bool,
        written_out: bool,
        markup: bool,
        join: Callable[[Sequence[str]], str],
        catalog: Catalog,
    ) -> None:
        self.choices = choices
        self.load = load
        self.syntax = syntax
        self.inline = inline
        self.markup = markup
        self.written_out = written_out  # loops are: one way for each number of turns
        self.catalog = catalog
        self.locale = catalog.locale
        self.join = join  # a marker for a stretch that begins and ends at these
        self.buffer = Buffer(json=syntax == "json")
        self._kept: list[Value | None] = []
        self._decided: dict[tuple[object, ...], int] = {}
        self._blocks: dict[str, list[nodes.Block]] = {}
        self._depth = 0
        self.steps = 0
        self._child = 0  # templates that extend another: they print nothing themselves

    def run(self, tree: nodes.Template, scope: Scope) -> Buffer:
        self.template(tree, scope)
        return self.buffer

    # ---- statements

    def template(self, tree: nodes.Template, scope: Scope) -> None:
        extends = next((node for node in tree.body if isinstance(node, nodes.Extends)), None)
        for block in tree.find_all(nodes.Block):
            self._blocks.setdefault(block.name, []).append(block)
        if extends is None:
            self.body(tree.body, scope)
            return
        with self.captured():
            self.body([node for node in tree.body if not isinstance(node, nodes.Extends | nodes.Block)], scope)
        parent = self._named(extends.template)
        if parent is None:
            raise Dead
        with self.deeper():
            self.template(parent, scope)

    def body(self, body: Sequence[nodes.Node], scope: Scope) -> None:
        for node in body:
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise NotFollowed("the template has too many steps")
            method = getattr(self, f"do_{type(node).__name__.lower()}", None)
            if method is None:
                raise NotFollowed("a tag of the template is not followed")
            method(node, scope)

    def do_output(self, node: nodes.Output, scope: Scope) -> None:
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                self.buffer.add(part.data)
            elif isinstance(part, nodes.Call) and (macro := self._macro(part, scope)) is not None:
                self.buffer.add(PUSH)
                macro()
                self.buffer.add(POP)
            else:
                self.print(self.value(part, scope))

    def print(self, value: Value) -> None:
        if isinstance(value, Undefined):
            raise Dead
        if isinstance(value, Special) and isinstance(value.what, Fragment):
            self.buffer.add(PUSH)
            for piece in value.what.pieces:
                self.buffer.add(piece)
            self.buffer.add(POP)
        elif any(isinstance(option, Special) for option in options_of(value)):
            chosen = options_of(value)[self.choices.choose(len(options_of(value)))]
            if isinstance(chosen, Special) and not isinstance(chosen.what, Fragment):
                raise Dead
            self.print(chosen)
        else:
            self.buffer.add(Hole(value))

    def do_if(self, node: nodes.If, scope: Scope) -> None:
        if self._inlined(node, scope):
            return
        for test, body in arms(node):
            if test is None or self.decided(test, scope):
                self.body(body, scope)
                return

    def decided(self, test: nodes.Node, scope: Scope) -> bool:
        """Whether a condition holds on this way."""
        known = self.holds(test, scope)
        if known is not None:
            return known
        names = sorted({name.name for name in test.find_all(nodes.Name)} | _own_name(test))
        values = [scope.find(name) for name in names]
        key = (repr(test), *map(id, values))
        calls = isinstance(test, nodes.Call) or next(test.find_all(nodes.Call), None) is not None
        if key not in self._decided or calls:
            self._kept += values  # so that no other value gets the same id
            self._decided[key] = self.choices.choose(2)
        return self._decided[key] == 0

    def do_for(self, node: nodes.For, scope: Scope) -> None:
        if node.recursive:
            raise NotFollowed("a recursive loop is not followed")
        if self._inlined(node, scope):
            return
        if self.written_out:
            scopes = self._written_out(node, scope, self.choices.choose)
            for inner in scopes:
                self.body(node.body, inner)
            if not scopes:
                self.body(node.else_, scope)
            return
        turns = list(self._turns(node, scope))
        if node.else_ and self.choices.choose(2):
            self.body(node.else_, scope)
            return
        if self._asks(node) and len(turns) == 3 and turns[0][1] is not None and self.choices.choose(2):
            turns = list(self._only(node, scope))
        for inner, repeated in turns:
            if repeated is not None:
                self.buffer.add(Begin(repeated))
            self.body(node.body, inner)
            if repeated is not None:
                self.buffer.add(End())

    # ---- names

    def do_assign(self, node: nodes.Assign, scope: Scope) -> None:
        if not isinstance(node.target, nodes.NSRef):
            self._bind(node.target, self.value(node.node, scope), scope)

    def do_assignblock(self, node: nodes.AssignBlock, scope: Scope) -> None:
        with self.captured() as inner:
            self.body(node.body, Scope(scope))
        value: Value = Special(Fragment(tuple(inner.pieces)))
        if node.filter is not None:
            value = self._chain(node.filter, value, scope)
        if not isinstance(node.target, nodes.NSRef):
            self._bind(node.target, value, scope)

    def do_filterblock(self, node: nodes.FilterBlock, scope: Scope) -> None:
        with self.captured() as inner:
            self.body(node.body, Scope(scope))
        self.print(self._chain(node.filter, Special(Fragment(tuple(inner.pieces))), scope))

    def _chain(self, chain: nodes.Filter, value: Value, scope: Scope) -> Value:
        if isinstance(chain.node, nodes.Filter):
            value = self._chain(chain.node, value, scope)
        return self.filtered(chain, self.settled(value), scope)

    def do_with(self, node: nodes.With, scope: Scope) -> None:
        inner = Scope(scope)
        values = [self.value(value, scope) for value in node.values]
        for target, value in zip(node.targets, values, strict=True):
            self._bind(target, value, inner)
        self.body(node.body, inner)

    def do_scope(self, node: nodes.Scope, scope: Scope) -> None:
        self.body(node.body, Scope(scope))

    @contextmanager
    def captured(self) -> Iterator[Buffer]:
        """What is printed inside goes into a buffer of its own."""
        outer, self.buffer = self.buffer, Buffer(json=False)
        try:
            yield self.buffer
        finally:
            self.buffer = outer

    @contextmanager
    def deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NotFollowed("macros and includes call one another too often")
        try:
            yield
        finally:
            self._depth -= 1

    # ---- other templates

    def do_include(self, node: nodes.Include, scope: Scope) -> None:
        tree = self._named(node.template)
        if tree is None:
            if node.ignore_missing:
                return
            raise Dead
        with self.deeper():
            blocks, self._blocks = self._blocks, {}
            self.template(tree, Scope(scope if node.with_context else None))
            self._blocks = blocks

    def _named(self, node: nodes.Node) -> nodes.Template | None:
        parts = node.items if isinstance(node, nodes.List | nodes.Tuple) else [node]
        for part in parts:
            if isinstance(part, nodes.Const) and (tree := self.load(str(part.value))) is not None:
                return tree
        return None

    def do_import(self, node: nodes.Import, scope: Scope) -> None:
        scope.own[node.target] = Special(self._module(node, scope))

    def do_fromimport(self, node: nodes.FromImport, scope: Scope) -> None:
        module = self._module(node, scope)
        for name in node.names:
            wanted, target = name if isinstance(name, tuple) else (name, name)
            scope.own[target] = module.scope.own.get(wanted, UNDEFINED)

    def _module(self, node: nodes.Import | nodes.FromImport, scope: Scope) -> Module:
        tree = self._named(node.template)
        if tree is None:
            raise Dead
        inner = Scope(scope if node.with_context else None)
        with self.deeper(), self.captured():
            blocks, self._blocks = self._blocks, {}
            self.template(tree, inner)
            self._blocks = blocks
        return Module(inner)

    def do_block(self, node: nodes.Block, scope: Scope) -> None:
        self._block(node.name, 0, scope)

    def _block(self, name: str, at: int, scope: Scope) -> None:
        versions = self._blocks.get(name, [])
        if at >= len(versions):
            raise Dead
        inner = Scope(scope)
        inner.own["super"] = Special(BlockCall(name, at + 1))
        with self.deeper():
            self.body(versions[at].body, inner)

    # ---- macros

    def do_macro(self, node: nodes.Macro, scope: Scope) -> None:
        scope.own[node.name] = Special(Macro(node, scope))

    def do_callblock(self, node: nodes.CallBlock, scope: Scope) -> None:
        macro = self._macro(node.call, scope, Special(Macro(node, scope)))
        if macro is None:
            raise Dead
        macro()

    def _macro(self, node: nodes.Call, scope: Scope, caller: Value = UNDEFINED) -> Callable[[], None] | None:
        """What prints the result of a call, when it is one of a macro or a block."""
        if (
            isinstance(node.node, nodes.Getattr)
            and isinstance(node.node.node, nodes.Name)
            and node.node.node.name == "self"
        ):
            name = node.node.attr
            return lambda: self._block(name, 0, scope)
        target = self.value(node.node, scope) if isinstance(node.node, nodes.Name | nodes.Getattr) else UNDEFINED
        if not isinstance(target, Special):
            return None
        if isinstance(target.what, BlockCall):
            called = target.what
            return lambda: self._block(called.name, called.at, scope)
        if not isinstance(target.what, Macro):
            return None
        macro = target.what
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            raise NotFollowed("a macro that is called with `*` is not followed")
        given = [self.value(argument, scope) for argument in node.args]
        named = {keyword.key: self.value(keyword.value, scope) for keyword in node.kwargs}

        def printed() -> None:
            inner = Scope(macro.scope)
            own = macro.node
            first = len(own.args) - len(own.defaults)
            for at, argument in enumerate(own.args):
                if at < len(given):
                    inner.own[argument.name] = given[at]
                elif argument.name in named:
                    inner.own[argument.name] = named[argument.name]
                else:
                    inner.own[argument.name] = self.value(own.defaults[at - first], inner) if at >= first else UNDEFINED
            inner.own.setdefault("varargs", Row(tuple(given[len(own.args) :])))
            inner.own.setdefault("kwargs", Opaque("`kwargs`"))
            inner.own["caller"] = caller if not isinstance(own, nodes.CallBlock) else inner.find("caller") or UNDEFINED
            with self.deeper():
                self.body(own.body, inner)

        return printed

    def call_special(self, node: nodes.Call, scope: Scope) -> Value | None:
        text = marked(node, "")
        if text is not None:
            return self._translated(text, scope)
        macro = self._macro(node, scope)
        if macro is None:
            return None
        with self.captured() as inner:
            macro()
        return Special(Fragment(tuple(inner.pieces)))

    def _translated(self, text: Marked, scope: Scope) -> Value:
        """A text in the language that is asked for, in each form that a number can take."""
        values = {keyword.key: shown(self._see(keyword.value, scope)) or EMPTY for keyword in text.values}
        if text.number is not None:
            values.setdefault(text.message.counter, shown(self._see(text.number, scope)) or EMPTY)
        forms = range(self.catalog.plural_of(text.message).forms) if text.message.plural else range(1)
        options: list[Text] = []
        for form in forms:
            pieces = self.catalog.phrase(text.message, form).pieces
            parts: list[Text] = [
                Lit(spelled(piece)) if isinstance(piece, str) else values.get(piece.name, EMPTY) for piece in pieces
            ]
            if self.markup and any(
                isinstance(part, Lit) and any(sign in part.text for sign in SIGNS) for part in parts
            ):
                parts = [Unknown("the markup of a translation")]
            options.append(sum_of(parts))
        return Words(options[0] if len(options) == 1 else Either(tuple(options)))

    def fragment_text(self, value: Special) -> Text | None:
        return text_of_pieces(value.what.pieces) if isinstance(value.what, Fragment) else None

    def module_field(self, value: Special, name: str) -> Value | None:
        return value.what.scope.own.get(name, UNDEFINED) if isinstance(value.what, Module) else None


def _own_name(node: nodes.Node) -> set[str]:
    return {node.name} if isinstance(node, nodes.Name) else set()
