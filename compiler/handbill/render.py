"""Rendering: a template and a context give a skeleton and the values of its holes.

One `Renderer` a project. It owns two Jinja environments: the plain one, and one that marks places
(`sourcemap`), used only when there is something to report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NoReturn, cast

from jinja2 import BaseLoader, StrictUndefined, TemplateNotFound, Undefined, nodes
from jinja2 import Template as Compiled
from jinja2.compiler import CodeGenerator
from jinja2.exceptions import TemplateRuntimeError
from jinja2.idtracking import VAR_LOAD_PARAMETER
from jinja2.parser import Parser
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, pass_context

from . import bounds, policy
from .diagnostic import Diagnostic, Failed
from .holes import POP, PUSH, Fragment, State, current, raw_text, settled
from .source import Source
from .sourcemap import Mark, PlacingLexer, SourceMap, read_marks
from .template import Template, body_offset, read_source
from .tree import Json, as_text

if TYPE_CHECKING:
    from jinja2.compiler import Frame
    from jinja2.runtime import Context


@dataclass(frozen=True, slots=True)
class Rendered:
    """A skeleton, and the value of each hole by its index."""

    skeleton: str
    values: list[object]


class NotAValue(TemplateRuntimeError):
    """Something was printed that is no data: a macro, `loop`, a module."""


class NeedsMacro(TemplateRuntimeError):
    """`{% call %}` of something that is no macro."""


def _as_json(value: Any) -> Json:
    import orjson

    plain = settled(value)
    json = Json(orjson.dumps(plain).decode())
    json.value = plain
    return json


def _hole(value: Any) -> str:
    """Print a hole in place of a value; a fragment as it is. Generated code calls it for every `{{ … }}`."""
    if type(value) is not str:
        if type(value) is Fragment:
            return value.raw
        value = _data(value)
    return current.get().hole(value)


def _hole_marked(value: Any) -> str:
    return f"{PUSH}{value.raw}{POP}" if type(value) is Fragment else _hole(value)


@pass_context
def _never_folded(_context: Context, value: Any) -> Any:
    """Jinja prints constants while it compiles, unless `finalize` needs a context. It is never called."""
    return value


def _data(value: Any) -> Any:
    """A printed value as plain data. Raises NotAValue."""
    if isinstance(value, Json) or value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Undefined):
        str(value)  # raises, in its own words
    what = {Macro: "a macro; call it with ()", LoopContext: "`loop`", Namespace: "a namespace"}
    if type(value) in what:
        raise NotAValue(f"this prints {what[type(value)]}, which is no value")
    if isinstance(value, dict):
        return {as_text(settled(k)): _data(settled(v)) for k, v in value.items()}
    if isinstance(value, list | tuple | range | set) or hasattr(value, "__next__"):
        return [_data(settled(item)) for item in value]
    if hasattr(value, "__iter__") and type(value).__name__ in ("dict_keys", "dict_values", "dict_items"):
        return [_data(settled(item)) for item in value]
    raise NotAValue(f"this prints a {type(value).__name__}, which is no value")


def _resolving(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter or test that sees the text of fragments, never their holes. Its failures know its name."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if any(type(a) is Fragment for a in args) or kwargs:
            args = tuple(settled(a) for a in args)
            kwargs = {k: settled(v) for k, v in kwargs.items()}
        try:
            return function(*args, **kwargs)
        except Exception as error:
            if not hasattr(error, "word"):
                error.word = name  # type: ignore[attr-defined]
            raise

    if hasattr(function, "jinja_pass_arg"):
        wrapper.jinja_pass_arg = function.jinja_pass_arg  # type: ignore[attr-defined]
    return wrapper


class _Code(CodeGenerator):
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


class _Compiled(Compiled):
    @classmethod
    def from_code(cls, environment: Any, code: Any, globals: Any, uptodate: Any = None) -> Any:  # noqa: A002
        namespace = {"environment": environment, "__file__": code.co_filename, "_hole": environment.hole}
        exec(code, namespace)
        made = cls._from_namespace(environment, namespace, globals)
        made._uptodate = uptodate
        return made

    def _get_default_module(self, ctx: Any = None) -> Any:
        # Jinja keeps a module for ever; its fragments would hold holes of the render that made them
        state = current.get()
        key = self.name or ""
        if ctx is not None or key not in state.modules:
            module = self.make_module({} if ctx is None else ctx.get_all(), ctx is not None)
            if ctx is not None:
                return module
            state.modules[key] = module
        return state.modules[key]


class Environment(ImmutableSandboxedEnvironment):
    """Jinja, printing holes. See `holes` for the why."""

    template_class = _Compiled
    code_generator_class = _Code
    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%", "**"])
    intercepted_unops = frozenset()

    def __init__(self, loader: Loader, *, marked: bool = False) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            optimized=False,
            finalize=_never_folded,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
        )
        self.hole = _hole_marked if marked else _hole
        self.marks: list[Mark] = []
        self._placing = PlacingLexer(self, self.marks if marked else None)
        self.filters = {name: _resolving(name, f) for name, f in bounds.BOUNDED_FILTERS.items()}
        self.filters |= {"tojson": _as_json, "_iterate": _iterate, "_joined": _joined, "_weigh": _weigh}
        self.tests = {name: _resolving(name, test) for name, test in bounds.BOUNDED_TESTS.items()}
        self.globals = dict(bounds.GLOBALS)

    @property
    def lexer(self) -> PlacingLexer:
        return self._placing

    def concat(self, pieces: Any) -> Any:
        """What macros, blocks and set-blocks give."""
        texts = raw_text(pieces)
        bounds.current.get().output(sum(map(len, texts)))
        return Fragment("".join(texts), current.get().values)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = Parser(self, source, name, filename).parse()
        refusals = policy.refusals(tree)
        if refusals:
            raise policy.Refused(name or "", refusals)
        return _rewritten(tree)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`order.items` is the order's own "items" when it has one, not a method of Python's."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(settled(obj), attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return super().getitem(settled(obj), settled(argument))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return policy.attribute_ok(obj, attr) and super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        return bounds.binop(bounds.current.get(), operator, settled(left), settled(right))

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        if type(__obj) is not Macro:
            args = tuple(settled(a) for a in args)
        block = "caller" in kwargs
        result = bounds.call(bounds.current.get(), __context, __obj, args, kwargs)
        if block and type(result) is not Fragment:
            raise NeedsMacro("{% call %} needs a macro")
        return result

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Any:  # noqa: A002
        if (budget := bounds.current.get(None)) is not None:
            budget.charge(1)
        return super().get_template(name, parent, globals)


# What the rewritten syntax tree calls, as filters with names that no template can write.


def _iterate(iterable: Any) -> Any:
    return bounds.iterate(bounds.current.get(), settled(iterable))


def _joined(*values: Any) -> str:
    """`a ~ b`."""
    return bounds.concat(bounds.current.get(), [bounds.text(settled(value)) for value in values])


def _weigh(value: Any) -> Any:
    bounds.current.get().weigh(settled(value))
    return value


def _rewritten(tree: nodes.Template) -> nodes.Template:
    """Route what Jinja prints, joins or goes over without asking through functions of ours."""
    policy.weigh(tree, lambda node: _filtered(node, "_weigh"))
    for node in list(tree.find_all(nodes.For)):
        node.iter = _filtered(cast("nodes.Expr", node.iter), "_iterate")
    _replace(tree)
    return tree


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


class Loader(BaseLoader):
    """Finds included files in the template folders and nowhere else."""

    def __init__(self, folders: list[Path], shown: Callable[[Path], str]) -> None:
        self.folders = folders
        self.shown = shown
        self.bodies: dict[str, tuple[Source, int]] = {}

    def get_source(self, environment: Any, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, body = self.read(template)
        return source.text[body:], None, None

    def read(self, name: str) -> tuple[Source, int]:
        """A file's source and the offset of its body. Raises TemplateNotFound, Outside, Failed."""
        if name not in self.bodies:
            path = self.locate(name)
            source = read_source(path, self.shown(path))
            self.bodies[name] = (source, body_offset(source.text)[1])
        return self.bodies[name]

    def locate(self, name: str) -> Path:
        """The file an include names. Raises TemplateNotFound or Outside."""
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name or "\0" in name:
            raise Outside(name)
        for folder in self.folders:
            path = folder / pure
            if path.is_file():
                if not path.resolve().is_relative_to(folder.resolve()):
                    raise Outside(name)
                return path
        raise TemplateNotFound(name)

    def known(self) -> list[str]:
        """What could be included, for a suggestion."""
        return sorted(p.relative_to(f).as_posix() for f in self.folders for p in f.rglob("*.j2") if p.is_file())


class Outside(TemplateRuntimeError):
    """An include that leads out of the template folders."""


class Renderer:
    """Renders the templates of one project. `failure` turns what goes wrong into diagnostics (see `trouble`)."""

    def __init__(self, folders: list[Path], shown: Callable[[Path], str], limits: bounds.Bounds | None = None) -> None:
        self.loader = Loader(folders, shown)
        self.environment = Environment(self.loader)
        self.limits = limits or bounds.Bounds()
        self._marked: Environment | None = None
        self._compiled: dict[tuple[str, bool], Compiled] = {}

    def compiled(self, template: Template, *, marked: bool = False) -> Compiled:
        """The template as Jinja code. Raises Failed."""
        key = (template.source.path, marked)
        found = self._compiled.get(key)
        if found is None:
            environment = self._marking() if marked else self.environment
            self.loader.bodies.setdefault(template.source.path, (template.source, template.body))
            try:
                code = environment.compile(template.source.text[template.body :], template.source.path)
                found = environment.template_class.from_code(environment, code, environment.make_globals(None))
            except Failed:
                raise
            except Exception as error:  # noqa: BLE001
                self._fail(error, template, None)
            self._compiled[key] = found
        return found

    def _marking(self) -> Environment:
        if self._marked is None:
            self._marked = Environment(self.loader, marked=True)
        return self._marked

    def render(self, template: Template, context: Mapping[str, Any]) -> Rendered:
        """The skeleton and the values. Raises Failed."""
        text, state = self._run(template, context, marked=False)
        return Rendered(text, state.values)

    def source_map(self, template: Template, context: Mapping[str, Any], skeleton: str) -> SourceMap | None:
        """Where `skeleton`, made with the same context, came from. None if it cannot be made again."""
        try:
            marked, _ = self._run(template, context, marked=True)
        except Failed:
            return None
        found = read_marks(
            marked,
            self._marking().marks,
            {template.source.path: self.loader.bodies[template.source.path], **self.loader.bodies},
        )
        return found if found.skeleton == skeleton else None

    def _run(self, template: Template, context: Mapping[str, Any], *, marked: bool) -> tuple[str, State]:
        code = self.compiled(template, marked=marked)
        budget = bounds.Budget(self.limits)
        state = State(budget)
        state_token, budget_token = current.set(state), bounds.current.set(budget)
        try:
            texts = list(code.root_render_func(code.new_context(dict(context))))
            if set(map(type, texts)) - {str}:  # the result of a call block comes as a fragment
                texts = raw_text(texts)
            if not marked:
                budget.output(sum(map(len, texts)))
                state.close()
            return "".join(texts), state
        except Failed:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a template can raise is the template's
            self._fail(error, template, context)
        finally:
            current.reset(state_token)
            bounds.current.reset(budget_token)

    def _fail(self, error: Exception, template: Template, context: Mapping[str, Any] | None) -> NoReturn:
        from .trouble import explain

        found: list[Diagnostic] = explain(error, self, template, context or {})
        raise Failed(*found) from error
