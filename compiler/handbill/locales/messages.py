"""The texts that a template has marked for translation: `{% trans %}`, `_("…")`, `ngettext("…", "…", n)`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from jinja2 import nodes
from jinja2.ext import Extension, InternationalizationExtension
from jinja2.parser import Parser

from .catalog import Message

TAGS = ("trans", "endtrans", "pluralize")
# the texts that each takes: c is its context, s the text, p the text of several, n how many
FUNCTIONS = {"_": "s", "gettext": "s", "ngettext": "spn", "pgettext": "cs", "npgettext": "cspn"}

_ESCAPE = re.compile(r'(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\["\\/bfnrt])')
_WRONG = re.compile(rf"{_ESCAPE.pattern}|(?P<wrong>\\.?)", re.DOTALL)


class Trans(InternationalizationExtension):
    """Jinja's `{% trans %}`, as a call like `_("…")`. In a template of JSON its text is written as JSON writes text."""

    def __init__(self, environment: Any) -> None:
        Extension.__init__(self, environment)  # it makes no functions of its own

    def _parse_block(self, parser: Parser, allow_pluralize: bool) -> tuple[list[str], str]:
        names, text = super()._parse_block(parser, allow_pluralize)
        if "\\" in text and not (parser.name or "").endswith((".yaml.j2", ".yml.j2")):
            for match in _WRONG.finditer(text):
                if match["wrong"]:
                    parser.fail(f"`{match['wrong']}` is no escape of JSON")
            text = _ESCAPE.sub(lambda match: str(json.loads(f'"{match[0]}"')), text)
        return names, text

    def _make_node(
        self,
        singular: str,
        plural: str | None,
        context: str | None,
        variables: dict[str, nodes.Expr],
        plural_expr: nodes.Expr | None,
        vars_referenced: bool,
        num_called_num: bool,
    ) -> nodes.Output:
        if not vars_referenced:  # then it is no format, and every % in it is a %
            singular, plural = singular.replace("%%", "%"), plural and plural.replace("%%", "%")
        args: list[nodes.Expr] = [nodes.Const(context)] if context is not None else []
        args.append(nodes.Const(singular))
        if plural_expr is not None:
            args += [nodes.Const(plural), plural_expr]
        name = f"{'n' if plural_expr is not None else ''}{'p' if context is not None else ''}gettext"
        name = {"pngettext": "npgettext"}.get(name, name)
        values = [nodes.Keyword(key, value) for key, value in variables.items()]
        return nodes.Output([nodes.Call(nodes.Name(name, "load"), args, values, None, None)])


class Marked(NamedTuple):
    """A text, and the values it is printed with."""

    message: Message
    number: nodes.Expr | None
    values: list[nodes.Keyword]


def name_of(node: nodes.Node) -> str:
    """The function that marks a text, if that is what is called."""
    target = node.node if isinstance(node, nodes.Call) else None
    return target.name if isinstance(target, nodes.Name) and target.name in FUNCTIONS else ""


def misuse(node: nodes.Call) -> tuple[str, str]:
    """Why a text cannot be marked like this, as a sentence, and what to do; empty when all is well."""
    name = name_of(node)
    kinds = FUNCTIONS[name]
    shape = f"{name}({', '.join('n' if kind == 'n' else '“…”' for kind in kinds)})"
    if len(node.args) != len(kinds) or node.dyn_args is not None or node.dyn_kwargs is not None:
        return f"`{name}` takes {shape}, and values by their names.", f"write {shape}"
    for kind, arg in zip(kinds, node.args, strict=True):
        if kind != "n" and not (isinstance(arg, nodes.Const) and isinstance(arg.value, str)):
            hint = 'write it out, with values as %(name)s: _("Hello %(name)s", name=first_name)'
            return "A text to translate must be written out, so that it can be found.", hint
        if kind in "sp" and isinstance(arg, nodes.Const) and not arg.value:
            return "There is nothing to translate.", "write the text"
    return "", ""


def marked(node: nodes.Node, template: str) -> Marked | None:
    """The text that a call marks; None for any other node, and for a call that `misuse` speaks of."""
    if not isinstance(node, nodes.Call) or not name_of(node) or misuse(node)[0]:
        return None
    given: dict[str, Any] = dict(zip(FUNCTIONS[name_of(node)], node.args, strict=True))
    number: nodes.Expr | None = given.pop("n", None)
    texts = {kind: arg.value for kind, arg in given.items()}
    counter = next((keyword.key for keyword in node.kwargs if number is not None and keyword.value == number), "num")
    counted = _path(number) if number is not None else ()
    found = Message(texts["s"], texts.get("p", ""), texts.get("c"), counter, counted, template, node.lineno)
    return Marked(found, number, node.kwargs)


def messages(tree: nodes.Template, template: str) -> Iterator[Message]:
    """Every text that a template marks, in order."""
    for call in tree.find_all(nodes.Call):
        found = marked(call, template)
        if found is not None:
            yield found.message


def _path(node: nodes.Expr) -> tuple[str, ...]:
    """Where in the context a number is read from, when it is read from there."""
    if isinstance(node, nodes.Name):
        return (node.name,)
    below: tuple[str, ...] = ()
    step = ""
    if isinstance(node, nodes.Getattr):
        below, step = _path(node.node), node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        below, step = _path(node.node), node.arg.value
    elif isinstance(node, nodes.Filter) and node.name in ("length", "count") and node.node is not None:
        below, step = _path(node.node), "|length"
    return (*below, step) if below else ()
