"""Rendering: a template and a context give a skeleton and the values of its holes.

One `Renderer` a project. It owns two Jinja environments: the plain one, and one that marks places
(`sourcemap`), used only when there is something to report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2 import Template as Compiled
from jinja2.exceptions import TemplateRuntimeError
from jinja2.parser import Parser
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, pass_context

from . import bounds, policy
from .codegen import Code, rewritten
from .diagnostic import Diagnostic, Failed
from .holes import KNOWN, POP, PUSH, Fragment, State, current, raw_text, settled
from .loader import Loader
from .locales import Message, Speech
from .locales.catalog import plain
from .locales.formats import FILTERS
from .locales.messages import Trans
from .locales.printing import translator
from .sourcemap import Mark, PlacingLexer, SourceMap, read_marks
from .template import Template
from .tree import Json, as_text

if TYPE_CHECKING:
    from jinja2.runtime import Context

    from .filtering import Filter


@dataclass(frozen=True, slots=True)
class Rendered:
    """A skeleton, and the value of each hole by its index."""

    skeleton: str
    values: list[object]
    speech: Speech


class NotAValue(TemplateRuntimeError):
    """Something was printed that is no data: a macro, `loop`, a module."""


class NeedsMacro(TemplateRuntimeError):
    """`{% call %}` of something that is no macro."""


def _as_json(value: Any) -> Json:
    import orjson

    plain = settled(value)
    bounds.current.get().weigh(plain)
    json = Json(orjson.dumps(plain).decode())
    json.value = plain
    return json


def _hole(value: Any) -> str:
    """Print a hole in place of a value; a fragment as it is. Generated code calls it for every `{{ … }}`."""
    if type(value) is str:
        values = current.get().values
        index = len(values)
        if index < len(KNOWN):
            values.append(value)
            return KNOWN[index]
    elif type(value) is Fragment:
        current.get().budget.output(value.size)
        return value.raw
    return current.get().hole(_data(value))


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
    code_generator_class = Code
    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%", "**"])
    intercepted_unops = frozenset()

    def __init__(self, loader: Loader, *, marked: bool = False, filters: Sequence[Filter[Any, Any]] = ()) -> None:
        """`filters` of other packages; ValueError for one that is called like one there is."""
        super().__init__(
            loader=loader,
            extensions=[Trans],
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
        self.includes = loader
        self.hole = _hole_marked if marked else _hole
        self.marks: list[Mark] = []
        self.messages: list[Message] = []  # the texts marked for translation in what was compiled
        self._placing = PlacingLexer(self, self.marks if marked else None)
        self.filters = {name: _resolving(name, f) for name, f in bounds.BOUNDED_FILTERS.items()}
        self.filters |= {name: _resolving(name, f) for name, f in FILTERS.items()}
        self.filters |= {"tojson": _as_json, "_iterate": _iterate, "_joined": _joined, "_weigh": _weigh}
        self.filters["_translated"] = translator(self.messages, self.hole)
        self.known_filters = policy.FILTERS
        if filters:
            self._add(filters)
        self.tests = {name: _resolving(name, test) for name, test in bounds.BOUNDED_TESTS.items()}
        self.globals = dict(bounds.GLOBALS)

    def _add(self, filters: Sequence[Filter[Any, Any]]) -> None:
        from .custom import calling

        for problem in policy.unusable(each.name for each in filters):
            raise ValueError(f"{problem}; give yours another name")
        for each in filters:
            self.filters[each.name] = _resolving(each.name, calling(each, _data))
        self.known_filters |= {each.name for each in filters}

    @property
    def lexer(self) -> PlacingLexer:
        return self._placing

    def concat(self, pieces: Any) -> Any:
        """What macros, blocks and set-blocks give."""
        state = current.get()
        texts = bounds.printing(state.budget, pieces, raw_text)
        return Fragment("".join(texts), state.values)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return rewritten(self.read(source, name, filename), name or "", self.messages)

    def read(self, source: str, name: str | None, filename: str | None = None) -> nodes.Template:
        """A template's syntax tree as it is written. Raises Refused, TooCostly and what Jinja raises."""
        limits = bounds.Bounds()
        if len(source) > limits.source:
            raise bounds.TooCostly("source", limits.source)
        tree = Parser(self, source, name, filename).parse()
        refusals = policy.refusals(tree, limits, self.known_filters)
        if refusals:
            raise policy.Refused(name or "", refusals)
        return tree

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

    def _load_template(self, name: str, globals: Any) -> Any:  # noqa: A002
        if isinstance(name, str):
            self.includes.asked.add(name)  # Jinja asks the loader only for what it does not have yet
        return super()._load_template(name, globals)


# What the rewritten syntax tree calls, as filters with names that no template can write.


def _iterate(iterable: Any) -> Any:
    return bounds.iterate(bounds.current.get(), settled(iterable))


def _joined(*values: Any) -> str:
    """`a ~ b`."""
    return bounds.concat(bounds.current.get(), [bounds.text(settled(value)) for value in values])


def _weigh(value: Any) -> Any:
    bounds.current.get().weigh(settled(value))
    return value


class Renderer:
    """Renders the templates of one project. `failure` turns what goes wrong into diagnostics (see `trouble`)."""

    def __init__(
        self,
        folders: list[Path],
        shown: Callable[[Path], str],
        limits: bounds.Bounds | None = None,
        filters: Iterable[Filter[Any, Any]] = (),
    ) -> None:
        """`filters`: those of other packages. Raises ValueError for one that is called like one there is."""
        self.filters = tuple(filters)
        self.loader = Loader(folders, shown)
        self.environment = Environment(self.loader, filters=self.filters)
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

    def syntax(self, text: str, name: str) -> nodes.Template:
        """The tree that code is made of, to be looked at only. Raises what Jinja raises, Refused and TooCostly."""
        return self.environment.parse(text, name)

    def _marking(self) -> Environment:
        if self._marked is None:
            self._marked = Environment(self.loader, marked=True, filters=self.filters)
        return self._marked

    def render(self, template: Template, context: Mapping[str, Any], speech: Speech | None = None) -> Rendered:
        """The skeleton and the values, in a language. What is not translated is noted in it. Raises Failed."""
        speech = speech or plain(str(context.get("locale") or "en"))
        text, state = self._run(template, context, speech, marked=False)
        return Rendered(text, state.values, speech)

    def source_map(self, template: Template, context: Mapping[str, Any], rendered: Rendered) -> SourceMap | None:
        """Where a skeleton, made with the same context, came from. None if it cannot be made again."""
        try:
            marked, _ = self._run(template, context, rendered.speech, marked=True)
        except Failed:
            return None
        found = read_marks(
            marked,
            self._marking().marks,
            {template.source.path: self.loader.bodies[template.source.path], **self.loader.bodies},
        )
        return found if found.skeleton == rendered.skeleton else None

    def _run(
        self, template: Template, context: Mapping[str, Any], speech: Speech, *, marked: bool
    ) -> tuple[str, State]:
        code = self.compiled(template, marked=marked)
        budget = bounds.Budget(self.limits)
        state = State(budget, speech)
        state_token, budget_token = current.set(state), bounds.current.set(budget)
        try:
            pieces = code.root_render_func(code.new_context(cast("dict[str, Any]", context)))
            texts = bounds.printing(budget, pieces, raw_text)  # the result of a call block comes as a fragment
            if not marked:
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
