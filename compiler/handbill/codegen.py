"""From a template's syntax tree to Python code in which every printed value becomes a hole.

Jinja prints some things without asking `finalize`, and joins with `~` what may be a fragment. The tree is
rewritten so that all of it goes through filters of ours; and two short cuts make the code fast.
"""

from __future__ import annotations

from typing import Any, cast

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import VAR_LOAD_PARAMETER

from . import policy
from .locales import Message
from .locales.messages import marked


class Code(CodeGenerator):
    """Jinja's code, with two short cuts: `_hole` for what is printed, and items of plain objects read at once."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write("_hole(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write(")")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        if not isinstance(node.node, nodes.Name):
            super().visit_Getattr(node, frame)
            return
        name = frame.symbols.ref(node.node.name)
        load = frame.symbols.find_load(name)
        if load is None or load[0] != VAR_LOAD_PARAMETER or self.parameter_is_undeclared(name):
            super().visit_Getattr(node, frame)
            return
        key = repr(node.attr)
        self.write(
            f"({name}[{key}] if type({name}) is dict and {key} in {name} else environment.getattr({name}, {key}))"
        )


def rewritten(tree: nodes.Template, name: str = "", messages: list[Message] | None = None) -> nodes.Template:
    """Route what Jinja prints, joins or goes over without asking through functions of ours.

    Texts that are marked for translation are added to `messages`, as those of the template `name`.
    """
    _translate(tree, name, messages if messages is not None else [])
    policy.weigh(tree, lambda node: _filtered(node, "_weigh"))
    for node in list(tree.find_all(nodes.For)):
        node.iter = _filtered(cast("nodes.Expr", node.iter), "_iterate")
    _replace(tree)
    return tree


def _translate(node: nodes.Node, name: str, messages: list[Message]) -> None:
    """Calls that mark a text become a filter of the text's number, how many there are, and the values."""

    def new(child: Any) -> Any:
        found = marked(child, name) if isinstance(child, nodes.Call) else None
        if found is None:
            return child
        messages.append(found.message)
        text = nodes.Const(len(messages) - 1, lineno=child.lineno)
        number = [found.number] if found.number is not None else []
        made = nodes.Filter(text, "_translated", number, found.values, None, None, lineno=child.lineno)
        return made.set_environment(_environment(node))

    for child in node.iter_child_nodes():
        _translate(child, name, messages)
    for field, value in node.iter_fields():
        setattr(node, field, [new(child) for child in value] if isinstance(value, list) else new(value))


def _filtered(node: nodes.Expr, name: str, *args: nodes.Expr) -> nodes.Filter:
    made = nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)
    made.set_environment(_environment(node))
    return made


def _environment(node: nodes.Node) -> Environment:
    assert isinstance(node.environment, Environment)
    return node.environment


def _replace(node: nodes.Node) -> None:
    for field, value in node.iter_fields():
        if isinstance(value, list):
            value[:] = [new for child in value for new in (_new(child) if isinstance(child, nodes.Node) else [child])]
        elif isinstance(value, nodes.Node):
            setattr(node, field, _new(value)[0])


def _new(node: nodes.Node) -> list[nodes.Node]:
    _replace(node)
    if isinstance(node, nodes.Concat):
        return [_filtered(node.nodes[0], "_joined", *node.nodes[1:])]
    if isinstance(node, nodes.FilterBlock):
        # its result would be printed as text of the template; printed as a value, it is a hole like any other
        captured, result = _captured(node.body, node.filter)
        printed = nodes.Output([result], lineno=node.lineno)
        return [nodes.Scope([captured, printed], lineno=node.lineno).set_environment(_environment(node))]
    if isinstance(node, nodes.AssignBlock) and node.filter is not None:
        # Jinja forgets to look up the names that this filter's arguments use
        captured, result = _captured(node.body, node.filter)
        assign = nodes.Assign(node.target, result, lineno=node.lineno)
        return [captured, assign.set_environment(_environment(node))]
    return [node]


def _captured(body: list[nodes.Node], chain: nodes.Filter) -> tuple[nodes.Node, nodes.Expr]:
    """A block's text kept in a name no template can write, and the filters applied to it."""
    line = chain.lineno
    environment = _environment(chain)
    innermost = chain
    while isinstance(innermost.node, nodes.Filter):
        innermost = innermost.node
    innermost.node = nodes.Name("_captured", "load", lineno=line).set_environment(environment)  # type: ignore[assignment]
    target = nodes.Name("_captured", "store", lineno=line)
    return nodes.AssignBlock(target, None, body, lineno=line).set_environment(environment), chain
