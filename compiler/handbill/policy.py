"""What a template may do: an allow-list over its syntax tree, and over what it may reach while it runs.

Read before anything is compiled, since Jinja evaluates parts of a template while it compiles it. The
list says what ordinary templates use; all else is refused, with the reason and what to write instead.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import filters as jinja_filters
from jinja2 import nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import BlockReference, LoopContext
from jinja2.utils import Cycler, Namespace

from . import bounds
from .diagnostic import did_you_mean
from .locales import formats, messages

GLOBALS = bounds.GLOBALS


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that a template may not do. `name` is to be found in the line; it may be empty."""

    lineno: int  # 1-based, in the body
    name: str
    reason: str  # a sentence
    hint: str = ""
    code: str = "not-allowed"
    title: str = "Not allowed in a template"


class Refused(Exception):
    """A template that is not compiled, and why."""

    def __init__(self, template: str, refusals: list[Refusal]) -> None:
        super().__init__(f"{template}: {refusals[0].reason}")
        self.template = template
        self.refusals = refusals


_HTML = "A message is not a web page, and its text would show the escapes."
_NO_ESCAPES = "leave it out: a value can never break the message"

REFUSED_FILTERS = {
    "attr": ("It reaches for attributes of Python objects.", "write `value.name` or `value['name']`"),
    "e": (_HTML, _NO_ESCAPES),
    "escape": (_HTML, _NO_ESCAPES),
    "forceescape": (_HTML, _NO_ESCAPES),
    "pprint": ("It prints how Python shows a value, not for a reader.", "use `tojson`, or name the fields"),
    "random": ("The same values must always give the same payload.", "choose before, and pass the choice in"),
    "safe": (_HTML, _NO_ESCAPES),
    "urlize": ("It makes HTML links, which a chat shows as text.", "write the address as it is"),
    "xmlattr": ("It makes HTML attributes, which a chat shows as text.", "write the text you want"),
}
REFUSED_TESTS = {"escaped": ("Nothing is HTML here.", "leave it out")}
REFUSED_FUNCTIONS = {"lipsum": ("Its text is random.", "write the text")}

_CLOSED = ("block", "call", "filter", "for", "if", "macro", "raw", "set", "with")
TAGS = frozenset(_CLOSED) | {f"end{tag}" for tag in _CLOSED} | {"elif", "else", "extends", "from", "import", "include"}
TAGS |= frozenset(messages.TAGS)
FILTERS = frozenset(bounds.BOUNDED_FILTERS) | frozenset(formats.FILTERS) | {"tojson"}
_TAKEN = FILTERS | frozenset(REFUSED_FILTERS) | frozenset(jinja_filters.FILTERS)  # no other filter is called so
TESTS = frozenset(bounds.BOUNDED_TESTS)

_STATEMENTS = (
    nodes.Template, nodes.Output, nodes.Extends, nodes.For, nodes.If, nodes.Macro, nodes.CallBlock, nodes.FilterBlock,
    nodes.With, nodes.Block, nodes.Include, nodes.Import, nodes.FromImport, nodes.Assign, nodes.AssignBlock,
    nodes.Scope,  # what `autoescape` is parsed into; that itself is refused
)  # fmt: skip
_EXPRESSIONS = (
    nodes.Name, nodes.NSRef, nodes.Const, nodes.TemplateData, nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair,
    nodes.Keyword, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Call, nodes.Getitem, nodes.Getattr, nodes.Slice,
    nodes.Concat, nodes.Compare, nodes.Operand, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Add, nodes.Sub, nodes.Mod,
    nodes.Pow, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos,
)  # fmt: skip
ALLOWED: frozenset[type[nodes.Node]] = frozenset(_STATEMENTS + _EXPRESSIONS)

# What the refused nodes are called in a template.
_SPELLED: dict[type[nodes.Node], str] = {
    nodes.ScopedEvalContextModifier: "autoescape",
    nodes.EvalContextModifier: "autoescape",
    nodes.ExprStmt: "do",
    nodes.Break: "break",
    nodes.Continue: "continue",
}

_METHODS = frozenset(name for methods in bounds.METHODS.values() for name in methods)
_PYTHON = (str, bytes, int, float, list, tuple, dict, set)
_REFUSED_METHODS = frozenset(name for kind in _PYTHON for name in dir(kind)) - _METHODS
_HINTS = {"format": "use `~`, or `'%.2f' % price`", "format_map": "use `~`", "append": "use `items + [item]`"}

_LOOP = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0"}) | {
    "previtem", "nextitem", "cycle", "changed",
}  # fmt: skip


def unusable(names: Iterable[str]) -> Iterator[str]:
    """Why filters of other packages cannot have these names: one has it already."""
    seen: set[str] = set()
    for name in names:
        if name in _TAKEN:
            yield f"`{name}` is a filter of {'Handbill' if name in formats.FILTERS else 'Jinja'} itself"
        elif name in seen:
            yield f"two filters are called `{name}`"
        seen.add(name)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rest of a template has to say about one part of it."""

    imported: frozenset[str]  # names of modules
    filters: frozenset[str]


def refusals(
    tree: nodes.Template, limits: bounds.Bounds | None = None, filters: frozenset[str] = FILTERS
) -> list[Refusal]:
    """What this template may not do, in the order of its lines; one refusal a mistake. `filters`: those there are."""
    limits = limits or bounds.Bounds()
    shape = _shape(tree, limits)
    if shape:
        return [shape]
    known = _Known(frozenset(node.target for node in tree.find_all(nodes.Import)), filters)
    found: list[Refusal] = []
    stack: list[nodes.Node] = [tree]
    while stack:
        node = stack.pop()
        refused = list(_refused(node, known))
        found += refused
        if not refused:  # what is inside a refused node is part of the same mistake
            stack.extend(node.iter_child_nodes())
    return sorted(found, key=lambda refusal: refusal.lineno)


def _shape(tree: nodes.Template, limits: bounds.Bounds) -> Refusal | None:
    """A tree too big or too deep for Jinja and Python to compile."""
    stack: list[tuple[nodes.Node, int, int, int]] = [(tree, 0, 0, 0)]
    count = 0
    while stack:
        node, statements, loops, expression = stack.pop()
        count += 1
        if count > limits.nodes:
            return _costly(node, f"The template has more than {limits.nodes:,} parts.")
        if isinstance(node, nodes.Stmt):
            statements, expression = statements + 1, 0
            loops += isinstance(node, nodes.For)
        elif isinstance(node, nodes.Expr):
            expression += 1
        if loops > limits.loops:
            return _costly(node, f"More than {limits.loops} loops, one inside the other.")
        if statements > limits.statements:
            return _costly(node, f"More than {limits.statements} tags, one inside the other.")
        if expression > limits.expression:
            return _costly(node, f"More than {limits.expression} operators, filters and calls, one inside the other.")
        stack.extend((child, statements, loops, expression) for child in node.iter_child_nodes())
    return None


def _costly(node: nodes.Node, reason: str) -> Refusal:
    return Refusal(node.lineno, "", reason, "make it smaller", "too-costly", "Too much for a template")


def _refused(node: nodes.Node, known: _Known) -> Iterator[Refusal]:
    kind = type(node)
    if kind not in ALLOWED:
        name = _SPELLED.get(kind, "")
        yield Refusal(node.lineno, name, f"Templates have no {f'`{name}`' if name else kind.__name__}.", "leave it out")
    elif kind in _CHECKS:
        for name, reason, hint, *rest in _CHECKS[kind](node, known):
            yield Refusal(node.lineno or 1, name, reason, hint, *rest)


_Found = Iterator[tuple[str, ...]]


def _check_filter(node: Any, known: _Known) -> _Found:
    yield from _named("filter", node.name, known.filters, REFUSED_FILTERS)
    yield from _arguments(node)
    first = 1 if node.name in ("selectattr", "rejectattr") else 0
    if node.name in ("map", "select", "reject", "selectattr", "rejectattr") and len(node.args) > first:
        wanted = node.args[first]
        if not isinstance(wanted, nodes.Const) or not isinstance(wanted.value, str):
            yield node.name, f"The name given to `{node.name}` must be written out.", "write the name in quotes"
        elif node.name == "map":
            yield from _named("filter", wanted.value, known.filters, REFUSED_FILTERS)
        else:
            yield from _named("test", wanted.value, TESTS, REFUSED_TESTS)
    for keyword in node.kwargs:
        if keyword.key == "attribute" and isinstance(keyword.value, nodes.Const):
            yield from _attribute(str(keyword.value.value))


def _check_test(node: Any, known: _Known) -> _Found:
    yield from _named("test", node.name, TESTS, REFUSED_TESTS)
    yield from _arguments(node)


def _named(what: str, name: str, known: frozenset[str], refused: dict[str, tuple[str, str]]) -> _Found:
    if name in refused:
        reason, hint = refused[name]
        yield name, f"Templates have no {what} `{name}`: {reason[0].lower()}{reason[1:]}", hint
    elif name not in known:
        meant = did_you_mean(name, known)
        hint = f"did you mean `{meant}`?" if meant else ""
        yield name, f"There is no {what} `{name}`.", hint, "template-syntax", f"Unknown {what} `{name}`"


def _arguments(node: Any) -> _Found:
    unpacks = node.dyn_args is not None or node.dyn_kwargs is not None
    if unpacks and not isinstance(node, nodes.Call):
        yield node.name, "A filter or test takes no `*` and no `**`.", "write the arguments out"
    keys = [keyword.key for keyword in node.kwargs]
    for key in keys:
        if key.startswith("_"):
            yield key, "A name of an argument may not start with an underscore.", "choose another name"
    for key in _twice(keys):
        yield key, f"`{key}` is given twice.", "remove one of them", "template-syntax", f"`{key}` given twice"


def _twice(names: list[str]) -> list[str]:
    """The names that Python, which the template is compiled to, takes for one it has seen (PEP 3131: NFKC)."""
    seen: set[str] = set()
    found = []
    for name in names:
        folded = name if name.isascii() else unicodedata.normalize("NFKC", name)
        if folded in seen and name not in found:
            found.append(name)
        seen.add(folded)
    return found


def _check_call(node: Any, known: _Known) -> _Found:
    yield from _arguments(node)
    target = node.node
    if isinstance(target, nodes.Name):
        if target.name in REFUSED_FUNCTIONS:
            reason, hint = REFUSED_FUNCTIONS[target.name]
            yield target.name, f"Templates have no function `{target.name}`: {reason[0].lower()}{reason[1:]}", hint
        elif messages.name_of(node):
            reason, hint = messages.misuse(node)
            if reason:
                yield target.name, reason, hint
    elif isinstance(target, nodes.Getattr):
        module = isinstance(target.node, nodes.Name) and target.node.name in known.imported
        if target.attr in _REFUSED_METHODS and not module and not target.attr.startswith("__"):
            yield target.attr, f"`{target.attr}` cannot be called in a template.", _HINTS.get(target.attr, "")
    else:
        yield "", "Only a macro, a function or a method can be called, by its name.", ""


def _check_getattr(node: Any, known: _Known) -> _Found:
    yield from _attribute(node.attr)


def _check_getitem(node: Any, known: _Known) -> _Found:
    if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        yield from _attribute(node.arg.value)


def _attribute(path: str) -> _Found:
    for name in path.split("."):
        if name.startswith(("__", "_TemplateReference")):
            yield name, "Python's own attributes are out of reach of a template.", ""


def _check_name(node: Any, known: _Known) -> _Found:
    if node.name.startswith("__"):
        yield node.name, "A name may not start with two underscores.", "choose another name"


def _check_const(node: Any, known: _Known) -> _Found:
    value = node.value
    endless = isinstance(value, float) and not math.isfinite(value)
    if endless or (isinstance(value, int) and value.bit_length() > bounds.Bounds().bits):
        yield "", "No message needs a number of this size.", "", "bad-number", "Number too large"


def _check_loaded(node: Any, known: _Known) -> _Found:
    """`include`, `import`, `extends`: a template says what it is made of."""
    wanted = node.template
    choice = isinstance(wanted, nodes.List | nodes.Tuple) and isinstance(node, nodes.Include)
    for part in wanted.items if choice else [wanted]:
        if not isinstance(part, nodes.Const) or not isinstance(part.value, str):
            word = type(node).__name__.lower().replace("fromimport", "import")
            yield word, f"The file to {word} must be written out.", "choose with `if` between names in quotes"
            return


def _check_parameters(node: Any, known: _Known) -> _Found:
    if isinstance(node, nodes.Macro) and node.name in messages.FUNCTIONS:
        yield node.name, f"`{node.name}` marks texts for translation.", "give the macro another name"
    names = [arg.name for arg in node.args]
    for name in _twice(names):
        yield (
            name,
            f"Two parameters are called `{name}`.",
            "rename one of them",
            "template-syntax",
            f"`{name}` given twice",
        )


_CHECKS: dict[type[nodes.Node], Callable[[Any, _Known], _Found]] = {
    nodes.Filter: _check_filter,
    nodes.Test: _check_test,
    nodes.Call: _check_call,
    nodes.Getattr: _check_getattr,
    nodes.Getitem: _check_getitem,
    nodes.Name: _check_name,
    nodes.Const: _check_const,
    nodes.Include: _check_loaded,
    nodes.Import: _check_loaded,
    nodes.FromImport: _check_loaded,
    nodes.Extends: _check_loaded,
    nodes.Macro: _check_parameters,
    nodes.CallBlock: _check_parameters,
}


def attribute_ok(obj: object, name: str) -> bool:
    """Whether an attribute of a Python object may be read. For `is_safe_attribute`; items are not asked about."""
    if name.startswith("_"):
        return False
    if isinstance(obj, LoopContext):
        return name in _LOOP
    if isinstance(obj, Namespace):
        return True
    if isinstance(obj, TemplateModule):
        return name in vars(obj)
    if isinstance(obj, BlockReference):
        return name == "super"
    if isinstance(obj, Cycler):
        return name in ("next", "reset", "current")
    if isinstance(obj, jinja_filters._GroupTuple):
        return name in ("grouper", "list", "index", "count")
    return name in bounds.methods_of(obj)


def weigh(tree: nodes.Template, wrap: Callable[[nodes.Expr], nodes.Expr]) -> None:
    """Wrap what must be weighed while the template runs.

    That is: what is compared, keys of objects, and lists and objects that are not all constant. The
    wrapped expression is to give its value back after `Budget.weigh`.
    """
    stack: list[nodes.Node] = [tree]
    while stack:
        node = stack.pop()
        stack.extend(node.iter_child_nodes())
        for field, value in list(node.iter_fields()):
            if isinstance(value, list):
                value[:] = [wrap(child) if _weighed(child, node, field) else child for child in value]
            elif _weighed(value, node, field):
                setattr(node, field, wrap(value))


def _weighed(node: Any, parent: nodes.Node, field: str) -> bool:
    if isinstance(parent, nodes.Compare | nodes.Operand) or (isinstance(parent, nodes.Pair) and field == "key"):
        return isinstance(node, nodes.Expr) and not isinstance(node, nodes.Const)
    if isinstance(node, nodes.List | nodes.Dict) or (isinstance(node, nodes.Tuple) and node.ctx == "load"):
        return any(True for _ in node.find_all((nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Call)))
    return False
