"""The languages of a project: their files of translations, and what is said of a text that is not translated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from itertools import islice
from typing import Any, Protocol, TypeVar

from .contracts import ContextRules
from .diagnostic import Diagnostic, Label
from .locales import Catalog, Message, Phrase, Speech, read_po
from .locales.plurals import Plural
from .places import Places
from .project import Project
from .render import Rendered, Renderer
from .source import Source, Span
from .template import read_source

_SHOWN = "shown here"


def catalog(project: Project, locale: str) -> Catalog:
    """The texts of one language. Raises Failed for a file that cannot be read."""
    path = project.catalog_file(locale)
    shown = project.shown(path)
    po = read_po(read_source(path, shown)) if path.is_file() else None
    below = project.config.fallback.get(locale)
    return Catalog(locale, project.config.locale, po, shown, catalog(project, below) if below else None)


def untranslated(renderer: Renderer, rendered: Rendered, places: Places) -> list[Diagnostic]:
    """What was printed in the wrong language, or with placeholders that differ: each at its translation."""
    found = []
    for phrase, message in rendered.speech.problems.items():
        problem = phrase.problem
        assert problem is not None
        here = _place(renderer, rendered, places, phrase, message)
        if problem.label is None:
            found.append(replace(problem, label=Label(here, f"no translation into {rendered.speech.catalog.locale}")))
        else:
            found.append(replace(problem, related=(*problem.related, Label(here, _SHOWN))))
    return found


def _place(renderer: Renderer, rendered: Rendered, places: Places, phrase: Phrase, message: Message) -> Span:
    """Where a template prints a phrase: exactly, unless a filter has made something else of it."""
    for piece in phrase.pieces:
        at = rendered.skeleton.find(piece) if isinstance(piece, str) else -1
        if at >= 0 and places.map is not None:
            return places.skeleton(at, at + len(str(piece)))
    return line_of(renderer, message)


def line_of(renderer: Renderer, message: Message) -> Span:
    """The line of a template in which a text is marked."""
    source, body = renderer.loader.bodies[message.template]
    start = body + Source("", source.text[body:]).offset(message.line)
    line = source.text[start:].split("\n", 1)[0]
    return Span(source, start + len(line) - len(line.lstrip()), start + len(line.rstrip()))


def at_translation(places: Places, start: int, end: int, told: Diagnostic) -> Diagnostic:
    """A finding about a text of the skeleton, told where the text is written: perhaps in a translation."""
    written = [each for each in places.stretches(start, end) if each.origin is not None]
    if not written or told.label is None:
        return told
    longest = max(written, key=lambda each: len(each.text))
    assert longest.origin is not None
    related = (Label(told.label.span, _SHOWN), *told.related)
    return replace(told, label=replace(told.label, span=longest.origin), related=related)


# plural forms

_TRIED = 5  # numbers of a form that are tried, when the contract refuses the first ones
_LONGEST = 20  # items of a list that is made for a plural form


class _Spoken(Protocol):
    @property
    def speech(self) -> Speech | None: ...


_R = TypeVar("_R", bound=_Spoken)


def counted(
    compile_: Callable[..., _R], rules: ContextRules, example: str, context: Mapping[str, Any], speech: Speech
) -> Iterator[tuple[str, _R]]:
    """What becomes of a context in the plural forms that it has not come by; each with what is changed in it.

    The number is changed where it is read from the context, within the contract. Where it is computed, the form is
    taken whatever the number.
    """
    met = set(speech.counted)
    for message in dict.fromkeys(message for message, _ in speech.counted):
        plural = speech.catalog.plural_of(message)
        for form in range(plural.forms):
            fixed = not any(True for _ in _contexts(plural, message, form, context))
            for change, values in _contexts(plural, message, form, context):
                if (message, form) in met:
                    break
                if not rules.holds(rules.complete(values)):
                    continue
                name = f"{example} with {change}" if example else change
                made = compile_(values, example=name)
                yield name, made
                forms = set(made.speech.counted) if made.speech else set()
                fixed = any(other == message for other, _ in forms) and (message, form) not in forms
                met |= forms
                break
            if fixed and (message, form) not in met:
                name = f"{example}, plural form {form + 1} of {plural.forms}".lstrip(", ")
                made = compile_(context, example=name, form=form)
                yield name, made
                met |= set(made.speech.counted) if made.speech else set()


def _contexts(plural: Plural, message: Message, form: int, context: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Contexts in which a text takes a plural form, made of one that is given, and in what they differ from it."""
    *path, last = message.counted or ("",)
    several = last == "|length"
    steps = path if several else [*path, last]
    there: Any = context
    for step in steps:
        there = there.get(step) if isinstance(there, Mapping) else None
    if there is None or (several and not (isinstance(there, list) and there)):
        return
    shown = ".".join(steps)
    for number in islice(plural.numbers(form), _TRIED):
        if several and number > _LONGEST:
            return
        value = [deepcopy(there[at % len(there)]) for at in range(number)] if several else number
        yield f"{number} {shown}" if several else f"{shown} = {number}", _with(context, steps, value)


def _with(context: Mapping[str, Any], steps: list[str], value: Any) -> dict[str, Any]:
    first, *rest = steps
    return {**context, first: _with(context[first], rest, value) if rest else value}
