"""From a template's syntax tree to a function that walks a context as the template would.

The function gives the values that the template prints, in order, and the way it took: which arm of each
`if`, how many turns of each loop, which plural form. Two contexts with the same way give the same text
around the values. It stands for the rewritten template that `codegen` makes for Jinja, and prints nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from jinja2 import nodes

from .. import budget as costs
from ..diagnostic import Failed
from ..holes import State, current
from ..locales import Catalog, Speech
from ..locales.catalog import Name as Placeholder
from ..locales.messages import Marked, marked
from . import runtime
from .expressions import Expressions, is_text
from .lines import Lines, Printed
from .scopes import Capture, Hidden, Local, Loop, MacroOf, Module, Names, Scope, Uncovered, assigned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..render import Environment
    from ..template import Template

# A context gives the way that was taken, and the values. Whatever it raises, the ordinary way is to be taken then.
Walk: TypeAlias = Callable[[Mapping[str, Any]], tuple[Any, Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Walked:
    """A template's function, and one that gives for each value what the contract says of it: a schema, or None."""

    walk: Walk
    rules: Walk


_NESTED = 20  # includes and macros, one inside the other


def walk(
    environment: Environment,
    template: Template,
    surroundings: Mapping[str, Any],
    params: Mapping[str, Any],
    catalog: Catalog,
) -> Walked:
    """The functions of a template in a language. Raises Uncovered, and what reading an include raises.

    `params` are the rules of the contract, which a context keeps before its values are used.
    """
    tree = environment.read(template.source.text[template.body :], template.source.path, None)
    writer = _Writer(environment, surroundings, params, catalog)
    writer.template = template.source.path
    try:
        writer.body(tree.body, Scope.outermost(tree.body))
    except RecursionError:
        raise Uncovered("something very deep") from None
    return Walked(writer.function(), writer.function(rules=True))


class _Writer:
    def __init__(
        self,
        environment: Environment,
        surroundings: Mapping[str, Any],
        params: Mapping[str, Any],
        catalog: Catalog,
    ) -> None:
        self.environment = environment
        self.catalog = catalog
        self.names = Names()
        self.expressions = Expressions(environment, self.names, surroundings, params)
        self.template = ""  # where the nodes come from that are being written
        self.lines = Lines()
        self._inside: list[object] = []  # macros and files
        self._statements: dict[type[nodes.Node], Callable[[Any, Scope], None]] = {
            nodes.Output: self._output, nodes.If: self._if, nodes.For: self._for, nodes.Assign: self._assign,
            nodes.AssignBlock: self._capture, nodes.With: self._with, nodes.Macro: self._macro,
            nodes.Include: self._include, nodes.Import: self._import, nodes.FromImport: self._from_import,
            nodes.Scope: self._scope,
        }  # fmt: skip

    def function(self, *, rules: bool = False) -> Walk:
        """What was written, as a function; or one that gives the rules of the values."""
        constants = {**self.names.constants, "items_of": runtime.items_of, "over": runtime.turns}
        walked = cast("Walk", self.lines.function(constants, rules=rules))
        return self._with_state(walked) if self.expressions.stateful else walked

    def _with_state(self, walked: Walk) -> Walk:
        """For what asks how much may still be done, and in which language."""
        catalog = self.catalog

        def walked_in_state(given: Mapping[str, Any]) -> tuple[Any, Sequence[Any]]:
            budget = costs.Budget()
            state = current.set(State(budget, Speech(catalog)))
            allowed = costs.current.set(budget)
            try:
                return walked(given)
            finally:
                current.reset(state)
                costs.current.reset(allowed)

        return walked_in_state

    # statements

    def body(self, body: Sequence[nodes.Node], scope: Scope) -> None:
        for node in body:
            writer = self._statements.get(type(node))
            if writer is None:
                raise Uncovered(type(node).__name__.lower(), node.lineno)
            writer(node, scope)

    def _output(self, node: nodes.Output, scope: Scope) -> None:
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData) or is_text(child, scope):
                continue
            text = marked(child, self.template)
            macro = self._macro_of(child, scope) if isinstance(child, nodes.Call) else None
            if text is not None:
                self._translated(text, scope)
            elif macro is not None:
                self._call(cast("nodes.Call", child), macro, scope)
            else:
                self.lines.print(self._value(child, scope))

    def _value(self, node: nodes.Node, scope: Scope) -> Printed:
        rule = self.names.constant(self.expressions.rule(node, scope))
        return Printed(self.expressions.write(node, scope), rule)

    def _if(self, node: nodes.If, scope: Scope) -> None:
        for name in dict.fromkeys(assigned([node])):
            if name not in scope.names:  # each way may or may not set it
                found = scope.find(name)
                if found is not None and not isinstance(found, Local):
                    raise Uncovered(f"`{name}` set here and there", node.lineno)
                local = Local(self.names.new(), sure=False)
                self.lines.add(f"{local.name} = {self._before(name, found, scope)}")
                scope.names[name] = local
        arms: list[tuple[nodes.Node | None, list[nodes.Node]]] = [(node.test, node.body)]
        arms += [(each.test, each.body) for each in node.elif_]
        arms.append((None, node.else_))
        quiet = all(isinstance(child, nodes.Assign) for _, body in arms for child in body)
        for at, (test, body) in enumerate(arms):
            if test is None:
                head = "else:"
            else:
                head = f"{'elif' if at else 'if'} {self.expressions.write(test, scope)}:"
            with self.lines.block(head):
                if not quiet:
                    self.lines.part(at)
                self.body(body, scope)

    def _before(self, name: str, found: Local | None, scope: Scope) -> str:
        """What a name stands for before some ways set it."""
        if found is not None:
            return found.name
        missing = self.names.constant(runtime.MISSING)
        if not scope.reads:
            return missing
        if name in self.expressions.surroundings:
            return self.names.constant(self.expressions.surroundings[name])
        return f"given.get({name!r}, {missing})"

    def _for(self, node: nodes.For, scope: Scope) -> None:
        if node.recursive:
            raise Uncovered("a recursive loop", node.lineno)
        items, length, index = self.names.new(), self.names.new(), self.names.new()
        inner = scope.inner(node.body)
        rule = self.expressions.rule(node.iter, scope)
        each = rule.get("items") if isinstance(rule, dict) and rule.get("type") == "array" else None
        target = self._target(node.target, inner, each if isinstance(each, dict) else None)
        self.lines.add(f"{items} = items_of({self._iterable(node.iter, scope)})")
        if node.test is not None:
            self.lines.add(
                f"{items} = [{target} for {target} in {items} if {self.expressions.write(node.test, inner)}]"
            )
        self.lines.add(f"{length} = len({items})")
        self.lines.add(f"turns = over(turns + {length})")
        self.lines.part(length)
        inner.names["loop"] = Loop(index, length)
        counts = any(name.name == "loop" for child in node.body for name in child.find_all(nodes.Name))
        head = f"{index}, {target} in enumerate({items})" if counts else f"{target} in {items}"
        with self.lines.block(f"for {head}:"):
            self.body(node.body, inner)
        if node.else_:
            with self.lines.block(f"if not {items}:"):
                self.body(node.else_, scope.inner(node.else_))

    def _iterable(self, node: nodes.Node, scope: Scope) -> str:
        method = node.node if isinstance(node, nodes.Call) and not (node.args or node.kwargs) else None
        if isinstance(method, nodes.Getattr) and method.attr == "items":
            pairs = self.names.constant(runtime.pairs_of)
            return f"{pairs}({self.expressions.write(method.node, scope)})"
        return self.expressions.write(node, scope)

    def _target(self, node: nodes.Node, scope: Scope, rule: Any = None) -> str:
        """New variables for what is assigned to."""
        if isinstance(node, nodes.Name):
            local = Local(self.names.new(), rule=rule)
            scope.names[node.name] = local
            return local.name
        if isinstance(node, nodes.Tuple):
            return f"({''.join(f'{self._target(item, scope)}, ' for item in node.items)})"
        raise Uncovered("a field that is set", node.lineno)

    def _assign(self, node: nodes.Assign, scope: Scope) -> None:
        value = self.expressions.write(node.node, scope)
        if isinstance(node.target, nodes.Name) and isinstance(known := scope.names.get(node.target.name), Local):
            self.lines.add(f"{known.name} = {value}")
            scope.names[node.target.name] = Local(known.name, known.sure)
            return
        rule = self.expressions.rule(node.node, scope)
        self.lines.add(f"{self._target(node.target, scope, rule)} = {value}")

    def _capture(self, node: nodes.AssignBlock, scope: Scope) -> None:
        known = scope.names.get(node.target.name) if isinstance(node.target, nodes.Name) else Hidden()
        if node.filter is not None or not isinstance(node.target, nodes.Name) or not isinstance(known, Capture | None):
            raise Uncovered("a block that is set", node.lineno)
        self.body(node.body, scope.inner(node.body))
        scope.names[node.target.name] = Capture()

    def _with(self, node: nodes.With, scope: Scope) -> None:
        inner = scope.inner(node.body)
        values = [self.expressions.write(value, scope) for value in node.values]
        for target, value in zip(node.targets, values, strict=True):
            self.lines.add(f"{self._target(target, inner)} = {value}")
        self.body(node.body, inner)

    def _scope(self, node: nodes.Scope, scope: Scope) -> None:
        self.body(node.body, scope.inner(node.body))

    # other files, and macros

    def _include(self, node: nodes.Include, scope: Scope) -> None:
        tree, name = self._file(node)
        if scope.find("loop") is not None:
            scope = scope.inner([])
            scope.names["loop"] = Hidden()  # what an include sees of it is not for us to say
        inner = scope.inner(tree.body) if node.with_context else Scope.outermost(tree.body, reads=False)
        with self._within(("file", name), name, node.lineno):
            self.body(tree.body, inner)

    def _file(self, node: nodes.Include | nodes.Import | nodes.FromImport) -> tuple[nodes.Template, str]:
        name = node.template.value if isinstance(node.template, nodes.Const) else None
        if not isinstance(name, str):
            raise Uncovered("a choice of files", node.lineno)
        try:
            text = self.environment.includes.get_source(self.environment, name)[0]
            return self.environment.read(text, name, None), name
        except Failed:
            raise
        except Exception as error:  # the ordinary way says what is wrong with it
            raise Uncovered(f"`{name}`", node.lineno) from error

    def _module(self, node: nodes.Import | nodes.FromImport) -> Module:
        tree, name = self._file(node)
        if node.with_context:
            raise Uncovered("`import` with context", node.lineno)
        scope = Scope.outermost([], reads=False)
        for child in tree.body:
            if isinstance(child, nodes.Macro):
                scope.names[child.name] = MacroOf(child, scope)
            elif not (isinstance(child, nodes.Output) and all(isinstance(c, nodes.TemplateData) for c in child.nodes)):
                raise Uncovered(f"`{name}` does more than define macros", node.lineno)
        return Module({key: macro for key, macro in scope.names.items() if isinstance(macro, MacroOf)})

    def _always(self, node: nodes.Node) -> None:
        """Some ways only may define a macro: then what its name stands for cannot be said."""
        if self.lines.depth > 1:
            raise Uncovered("a macro inside something", node.lineno)

    def _import(self, node: nodes.Import, scope: Scope) -> None:
        self._always(node)
        scope.names[node.target] = self._module(node)

    def _from_import(self, node: nodes.FromImport, scope: Scope) -> None:
        self._always(node)
        module = self._module(node)
        for wanted in node.names:
            name, alias = wanted if isinstance(wanted, tuple) else (wanted, wanted)
            if name not in module.macros:
                raise Uncovered(f"`{name}`", node.lineno)
            scope.names[alias] = module.macros[name]

    def _macro(self, node: nodes.Macro, scope: Scope) -> None:
        self._always(node)
        scope.names[node.name] = MacroOf(node, scope)

    def _macro_of(self, node: nodes.Call, scope: Scope) -> MacroOf | None:
        if isinstance(node.node, nodes.Name):
            found = scope.find(node.node.name)
            return found if isinstance(found, MacroOf) else None
        if isinstance(node.node, nodes.Getattr) and isinstance(node.node.node, nodes.Name):
            module = scope.find(node.node.node.name)
            return module.macros.get(node.node.attr) if isinstance(module, Module) else None
        return None

    def _call(self, node: nodes.Call, macro: MacroOf, scope: Scope) -> None:
        """A macro's body in place of its call."""
        inner = macro.scope.alone(macro.node.body)
        names = [argument.name for argument in macro.node.args]
        given: dict[str, tuple[nodes.Expr, Scope]] = {}
        first = len(names) - len(macro.node.defaults)
        for name, default in zip(names[first:], macro.node.defaults, strict=True):
            given[name] = (default, inner)
        given |= {name: (value, scope) for name, value in zip(names, node.args, strict=False)}
        given |= {keyword.key: (keyword.value, scope) for keyword in node.kwargs}
        strange = {*given} - {*names} or {*names} - {*given} or len(node.args) > len(names)
        if strange or node.dyn_args is not None or node.dyn_kwargs is not None:
            raise Uncovered("arguments of a macro", node.lineno)
        locals_ = {name: Local(self.names.new(), rule=self.expressions.rule(*given[name])) for name in names}
        for name, local in locals_.items():
            self.lines.add(f"{local.name} = {self.expressions.write(*given[name])}")
        inner.names |= locals_
        with self._within(macro, self.template, node.lineno):
            self.body(macro.node.body, inner)

    @contextmanager
    def _within(self, what: object, template: str, line: int) -> Iterator[None]:
        if what in self._inside or len(self._inside) >= _NESTED:
            raise Uncovered("recursion", line)
        outside, self.template = self.template, template
        self._inside.append(what)
        yield
        self._inside.pop()
        self.template = outside

    # languages

    def _translated(self, text: Marked, scope: Scope) -> None:
        """The placeholders of a translation, in the order in which its language has them."""
        values = {keyword.key: self._value(keyword.value, scope) for keyword in text.values}
        if not text.message.plural:
            self.lines.print(*self._placeholders(text, 0, values))
            return
        if text.number is None:
            raise Uncovered("a text without a number")
        number, form = self.names.new(), self.names.new()
        whole, forms = self.names.constant(runtime.whole), self.names.constant(self.catalog.form)
        self.lines.add(f"{number} = {whole}({self.expressions.write(text.number, scope)})")
        self.lines.add(f"{form} = {forms}({self.names.constant(text.message)}, {number})")
        values.setdefault(text.message.counter, Printed(number, self.names.constant(None)))
        self.lines.part(form)
        for each in range(self.catalog.plural_of(text.message).forms):
            with self.lines.block(f"if {form} == {each}:"):
                try:
                    self.lines.print(*self._placeholders(text, each, values))
                except Uncovered:  # a form that is not translated: no message that needs it goes out
                    self.lines.add(f"{self.names.constant(runtime.refuse)}()")

    def _placeholders(self, text: Marked, form: int, values: Mapping[str, Printed]) -> list[Printed]:
        phrase = self.catalog.phrase(text.message, form)
        found = [piece.name for piece in phrase.pieces if isinstance(piece, Placeholder)]
        if phrase.problem is not None or not values.keys() >= {*found}:
            raise Uncovered("a text that is not translated", text.message.line)
        return [values[name] for name in found]
