"""What went wrong while a template was read or rendered, as a diagnostic at the author's own text.

Jinja tells a line at most; the word at fault is found again among the template's tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from . import bounds, policy
from .diagnostic import Diagnostic, Label, did_you_mean
from .reasons import of_jinja, of_python, of_value
from .source import Source, Span
from .sourcemap import PlacingLexer, Token
from .template import Template
from .tree import NotText

if TYPE_CHECKING:
    from .render import Renderer

_NAME = re.compile(r"'([^']+)' is undefined|has no (?:attribute|element) '?([^'\s]+)'?")
_OPENING = {"variable_begin": "variable_end", "block_begin": "block_end"}


def explain(error: Exception, renderer: Renderer, template: Template, context: Mapping[str, Any]) -> list[Diagnostic]:
    """The findings that an exception of Jinja's, or of the template's own code, amounts to."""
    return _Trouble(error, renderer, template, context).diagnostics()


def too_costly(template: Template, error: Exception) -> Diagnostic:
    """A template that was stopped outside of its own code: while it was read, or judged."""
    text = str(error) if isinstance(error, bounds.TooCostly) else "nested too deep"
    label = Label(Span(template.source, template.body, template.body), text)
    return Diagnostic("too-costly", _TOO_MUCH, label, text=_STOPPED, hint="make the template smaller")


_TOO_MUCH = "Too much work for a message"
_STOPPED = "Handbill stops a template that would take a machine down with it."


class _Trouble:
    def __init__(self, error: Exception, renderer: Renderer, template: Template, context: Mapping[str, Any]) -> None:
        self.error = error
        self.renderer = renderer
        self.template = template
        self.context = context
        self.frames = list(_frames(error)) or list(_waiting(error))  # (template name, line), outermost first

    def diagnostics(self) -> list[Diagnostic]:
        error = self.error
        if isinstance(error, policy.Refused):
            return [self._refused(error.template, refusal) for refusal in error.refusals]
        if isinstance(error, TemplateSyntaxError):
            return [self._syntax(error)]
        if isinstance(error, UndefinedError):
            return [self._undefined(str(error.message))]
        if isinstance(error, TemplateNotFound):
            return [self._not_found(error)]
        return [self._other(error)]

    # places

    def _body(self, name: str) -> tuple[Source, int]:
        return self.renderer.loader.bodies.get(name) or (self.template.source, self.template.body)

    def _span(self, name: str, line: int, word: str = "") -> Span:
        """The word in a tag on a line of a template's body; else the tag; else the line."""
        source, body = self._body(name)
        text = source.text[body:]
        starting: Span | None = None  # on this very line
        covering: Span | None = None
        for inside in _tags(self.renderer, text):
            first, last = inside[0], inside[-1]
            if not first.line <= line <= last.line + last.text.rstrip().count("\n"):
                continue
            for token in inside:
                if word and token.kind in ("name", "string", "operator") and token.text.strip("'\"") == word:
                    return Span(source, body + token.start, body + token.end)
            tag = Span(source, body + first.start, body + last.start + len(last.text.rstrip()))
            covering = covering or tag
            if first.line == line:
                starting = starting or tag
        if covering is not None:
            return starting or covering
        start = body + Source("", text).offset(line)
        end = source.text.find("\n", start)
        return Span(source, start, len(source.text) if end < 0 else end)

    def _label(self, text: str, word: str = "") -> Label:
        """A label at the innermost place in a template that the exception came through."""
        if not self.frames:
            source, body = self.template.source, self.template.body
            return Label(Span(source, body, body), text)
        return Label(self._span(*self.frames[-1], word), text)

    def _related(self) -> tuple[Label, ...]:
        """The calls and includes on the way to that place, nearest first."""
        seen: list[tuple[str, int]] = []
        for frame in reversed(self.frames[:-1]):
            if frame not in seen and frame != self.frames[-1]:
                seen.append(frame)
        return tuple(Label(self._span(*frame), "used here") for frame in seen[:3])

    # kinds of trouble

    def _refused(self, name: str, refusal: policy.Refusal) -> Diagnostic:
        span = self._span(name, refusal.lineno, refusal.name)
        if refusal.code != "not-allowed":  # it has words of its own
            return Diagnostic(
                refusal.code, refusal.title, Label(span, _sentence(refusal.reason).rstrip(".")), hint=refusal.hint
            )
        word = refusal.name or span.text
        return Diagnostic(
            "not-allowed",
            refusal.title,
            Label(span, f"`{word}` is not allowed" if word else ""),
            text=refusal.reason,
            hint=refusal.hint,
        )

    def _syntax(self, error: TemplateSyntaxError) -> Diagnostic:
        source, body = self._body(error.name or "")
        message = str(error.message or "")
        tag = re.match(r"Encountered unknown tag '([^']*)'\.", message)
        if tag or "nexpected end of template" in message:
            return self._block(error, message, tag[1] if tag else "")
        here = self._read_last(error, source, body)
        title, label, hint, code = "Template syntax", of_jinja(message), "", "template-syntax"
        if match := re.match(r"No (filter|test) named '([^']*)'", message):
            kind, word = match.groups()
            known = self.renderer.environment.known_filters if kind == "filter" else policy.TESTS
            meant = did_you_mean(word, known)
            here = self._span(error.name or "", error.lineno, word.split(".")[-1])
            title, label = f"Unknown {kind} `{word}`", f"there is no {kind} of this name"
            hint = f"did you mean `{meant}`?" if meant else ""
        elif match := re.fullmatch(r"unexpected char .+ at (\d+)", message, re.DOTALL):
            title, here = "Unexpected character", Span(source, body + int(match[1]), body + int(match[1]) + 1)
        elif message == "unexpected '}'":
            title, hint = "`}` alone", "a value is closed with }}, a tag with %}"
        return Diagnostic(code, title, Label(here, label), hint=hint)

    def _block(self, error: TemplateSyntaxError, message: str, tag: str) -> Diagnostic:
        """A tag (none: the end of the template) where it does not belong."""
        name = error.name or ""
        closing = re.search(r"innermost block that needs to be closed is '([^']*)'", message)
        here = self._read_last(error, *self._body(name)) if tag else self._span(name, error.lineno)
        opening = self._opening(name, closing[1]) if closing else None
        related: tuple[Label, ...] = ()
        if tag and tag not in policy.TAGS:
            meant = did_you_mean(tag, policy.TAGS)
            title, label = f"Unknown tag `{tag}`", "there is no tag of this name"
            hint = f"did you mean `{meant}`?" if meant else ""
        elif closing:
            title, label = f"`{closing[1]}` never closed", "the template ends inside it"
            hint = f"close it with {{% end{closing[1]} %}}"
            if tag:
                title, label = f"`{tag}` does not fit here", f"`{closing[1]}` is still open"
                related = (Label(opening, "opened here"),) if opening else ()
            else:
                here = opening or here
        elif tag:
            title, label = f"`{tag}` without a beginning", "nothing is open that this belongs to"
            hint = "take it out, or put the tag that begins it before"
        else:
            title, label, hint = "The template ends too early", "something is still open here", ""
        return Diagnostic("template-syntax", title, Label(here, label), hint=hint, related=related)

    def _opening(self, name: str, word: str) -> Span | None:
        """The word of the last block tag of this name that no tag closes."""
        source, body = self._body(name)
        opened: list[Span] = []
        for inside in _tags(self.renderer, source.text[body:]):
            first = next((token for token in inside if token.kind == "name"), None)
            if first is None or inside[0].kind != "block_begin":
                continue
            if first.text == f"end{word}" and opened:
                opened.pop()
            elif first.text == word and not (word == "set" and any(token.text == "=" for token in inside)):
                opened.append(Span(source, body + first.start, body + first.end))
        return opened[-1] if opened else None

    def _read_last(self, error: TemplateSyntaxError, source: Source, body: int) -> Span:
        """What Jinja was reading when it gave up: a token, or the character after the last one."""
        start, end = self.renderer.environment.lexer.last
        if not source.text[body + start : body + end].strip():
            rest = source.text[body + end :]
            start = end + len(rest) - len(rest.lstrip(" \t"))
            end = start + 1
        if Source("", source.text[body:]).position(start)[0] == error.lineno:
            return Span(source, body + start, body + end)
        return self._span(error.name or "", error.lineno)

    def _undefined(self, message: str) -> Diagnostic:
        match = _NAME.search(message)
        name = (match[1] or match[2]) if match else ""
        label = self._label("not given", name)
        if match and match[2]:
            label = Label(label.span, "there is nothing of this name in it")
        known = set(self.template.front.get("params") or ()) | set(self.context)
        if match and match[2]:
            known = set(_keys(self.context))
        meant = did_you_mean(name, sorted(known)) if name else None
        if meant:
            hint = f"did you mean `{meant}`?"
        elif self.template.front.get("params") and match and match[1]:
            hint = f"add `{name}` to params, or take it out"
        elif match and match[2]:
            hint = f"if `{name}` may be left out, say what stands there instead: | default('…')"
        else:
            hint = f"give `{name}` a value, or write {{{{ {name} | default('…') }}}}" if name else ""
        title = f"`{name}` is undefined" if name else "Undefined value"
        return Diagnostic("undefined-variable", title, label, hint=hint, related=self._related())

    def _not_found(self, error: TemplateNotFound) -> Diagnostic:
        name = str(error.name or error)
        meant = did_you_mean(name, self.renderer.loader.known())
        return Diagnostic(
            "template-not-found",
            f"No file `{name}`",
            self._label("not in the template folders", name),
            hint=f"did you mean `{meant}`?" if meant else "names are relative to the template folder",
        )

    def _other(self, error: Exception) -> Diagnostic:
        from .filtering import OutOfBounds
        from .loader import Outside
        from .render import NeedsMacro, NotAValue

        if isinstance(error, Outside):
            name = str(error.message)
            return Diagnostic(
                "include-outside",
                "Outside the template folders",
                self._label("leads out of the template folders", name),
                text="A template reads nothing but the project's own templates.",
                hint="copy what you need into the folder",
            )
        if isinstance(error, NotText):
            what, hint = of_value(error.value)
            return Diagnostic(
                "value-not-text",
                f"{what.capitalize()} within a text",
                self._label(f"this is {what}"),
                related=self._related(),
                hint=hint,
            )
        if isinstance(error, NotAValue | NeedsMacro):
            return Diagnostic("filter-failed", "Not a value", self._label(str(error.message)), related=self._related())
        if isinstance(error, SecurityError):
            match = re.search(r"attribute '([^']+)'|'([^']+)'", str(error))
            word = (match[1] or match[2]) if match else ""
            return Diagnostic(
                "not-allowed",
                "Not allowed in a template",
                self._label(f"`{word}` is not allowed" if word else of_python(error)[0], word),
                text="Templates may use values, not what lies behind them.",
                related=self._related(),
            )
        if isinstance(error, RecursionError | MemoryError | bounds.TooCostly):
            return self._costly(error)
        label, hint = of_python(error)
        hint, word = str(getattr(error, "hint", hint)), str(getattr(error, "word", ""))
        if isinstance(error, OutOfBounds):
            return Diagnostic(
                "filter-out-of-bounds",
                "Filter does not keep what it declares",
                self._label(str(error), word),
                related=self._related(),
                text="What a filter declares is relied on when lengths are proved.",
                hint=hint,
            )
        return Diagnostic(
            "filter-failed", "This cannot be computed", self._label(label, word), related=self._related(), hint=hint
        )

    def _costly(self, error: Exception) -> Diagnostic:
        if isinstance(error, RecursionError):
            circle = _circle(error)
            if circle is not None:
                (name, line), names = circle
                return Diagnostic(
                    "include-cycle",
                    "Templates that include one another",
                    Label(self._span(name, line), f"this leads back to `{names[-1]}`"),
                    text="The include never ends: " + " → ".join(names) + ".",
                    hint="break the circle",
                )
            return Diagnostic(
                "too-costly",
                "Recursion without end",
                self._label("this leads back to itself"),
                hint="a macro that calls itself needs a condition to stop",
            )
        text = str(error) or "it needs too much memory"
        large = isinstance(error, bounds.TooCostly) and error.bound == "output"
        return Diagnostic(
            "output-too-large" if large else "too-costly",
            "Output too large" if large else _TOO_MUCH,
            self._label(text),
            related=self._related(),
            text=_STOPPED,
            hint="look for a loop over too much, or a text repeated too often",
        )


def _keys(value: Any) -> Iterator[str]:
    """Every name in a context, at any depth."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield str(key)
            yield from _keys(child)
    elif isinstance(value, list):
        for child in value:
            yield from _keys(child)


def _sentence(text: str) -> str:
    first = text.strip().split("\n")[0]
    return first[:1].lower() + first[1:200]


def _circle(error: BaseException) -> tuple[tuple[str, int], list[str]] | None:
    """The first place that leads back into a template that is not finished, and the templates on the way."""
    begun: list[str] = []
    last = ("", 1)
    for name, line, function in _calls(error):
        if function == "root":
            if name in begun:
                return last, [*begun[begun.index(name) :], name]
            begun.append(name)
        last = (name, line)
    return None


def _frames(error: BaseException) -> Iterator[tuple[str, int]]:
    """The places in templates that an exception came through, as (template, line), outermost first."""
    return ((name, line) for name, line, _ in _calls(error))


def _calls(error: BaseException) -> Iterator[tuple[str, int, str]]:
    """The same, with the function of Jinja's code: `root` for the template itself, `macro`, `block_…`."""
    tb = error.__traceback__
    while tb is not None:
        compiled = tb.tb_frame.f_globals.get("__jinja_template__")
        if compiled is not None:
            line = compiled.get_corresponding_lineno(tb.tb_lineno or tb.tb_frame.f_lineno or 1)
            yield compiled.name or "", line, tb.tb_frame.f_code.co_name
        tb = tb.tb_next


def _waiting(error: BaseException) -> Iterator[tuple[str, int]]:
    """Where a template stood whose output was being counted: it is no part of the stack then."""
    tb = error.__traceback__
    while tb is not None:
        for value in tb.tb_frame.f_locals.values():
            frame = value.gi_frame if isinstance(value, GeneratorType) else None
            compiled = frame.f_globals.get("__jinja_template__") if frame is not None else None
            if frame is not None and compiled is not None:
                yield compiled.name or "", compiled.get_corresponding_lineno(frame.f_lineno)
                return
        tb = tb.tb_next


def _tags(renderer: Renderer, text: str) -> Iterator[list[Token]]:
    """The tags of a template's body, each as its tokens from `{{` or `{%` to the end."""
    inside: list[Token] = []
    try:
        for token in PlacingLexer(renderer.environment).placed(text, None):
            if token.kind in _OPENING:
                inside = [token]
            elif inside:
                inside.append(token)
                if token.kind == _OPENING[inside[0].kind]:
                    yield inside
                    inside = []
    except TemplateSyntaxError:
        return  # what comes after cannot be read; the tags before it can
