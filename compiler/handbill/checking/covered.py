"""The arms and loops of a template that its examples do not reach: contexts for them, judged like examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from ..channels import channel as channel_of
from ..contracts import ContextRules
from ..diagnostic import Diagnostic, Failed
from ..job import about
from ..names import known_locale
from ..pipeline import Compiler
from ..result import Result
from ..template import Template
from ..translations import counted
from .asked import Asked
from .rendering import BRANCHES, Rendering

if TYPE_CHECKING:
    from ..coverage.figures import Figures
    from ..coverage.search import Generated

# Where these are found, a template is not whole, or is stopped: there is nothing to look for in it.
_HOPELESS = frozenset({"too-costly", "output-too-large", "template-syntax", "not-allowed", "include-cycle"})
# What fails with an example is mended first; the search would fail in the same place, and take its time.
_FAILING = frozenset({"filter-failed"})


@dataclass
class Covered:
    """What generated contexts showed, how many payloads that took, and how far each file of a template is reached."""

    found: list[Diagnostic] = field(default_factory=list)
    payloads: int = 0
    figures: list[Figures] = field(default_factory=list)


@dataclass
class _Version:
    """One file of a template, and what it is for."""

    template: Template
    places: list[tuple[str, str]] = field(default_factory=list)  # channel and locale


def covered(
    compiler: Compiler,
    name: str,
    asked: Asked,
    found: Sequence[Diagnostic],
    guard: Callable[[], AbstractContextManager[None]],
) -> Covered:
    """Arms that nothing reached are looked for by default; with `asked.coverage` the edges of the contract as well.

    `found` is what a check has said of the template already; nothing of it is said again.
    """
    made = Covered()
    if any(d.code in (_HOPELESS if asked.coverage else _HOPELESS | _FAILING) for d in found):
        return made
    for version in _versions(compiler, name, asked):
        _cover(compiler, name, asked, version, found, guard, made)
    return made


def _cover(
    compiler: Compiler,
    name: str,
    asked: Asked,
    version: _Version,
    found: Sequence[Diagnostic],
    guard: Callable[[], AbstractContextManager[None]],
    made: Covered,
) -> None:
    own, base = version.template, compiler.base(name)
    rules = ContextRules(own if own.contract.has_params else base)
    examples = (own if own.contract.examples else base).contract.examples
    if compiler.front_problems(own) or (not asked.coverage and not examples and rules.needs):
        return
    if not asked.coverage and not BRANCHES.search(own.source.text, own.body):
        return
    from ..coverage.search import Explorer  # what has neither arms nor loops needs none of it

    places = [
        {"channel": about(channel_of(channel)), "locale": known_locale(compiler.project, _spoken(compiler, locale))}
        for channel, locale in version.places
    ]
    values = {example: given.values for example, given in examples.items()}
    renderer = compiler.renderer
    tracer = renderer.tracer if isinstance(renderer, Rendering) else renderer
    explorer = Explorer(tracer, own, rules, values, places, guard)
    reached = explorer.explore()
    contexts = reached.generated
    if asked.coverage:
        from ..coverage.figures import figures

        made.figures.append(figures(name, own.source.path, reached))
        contexts = explorer.with_edges()
    if not contexts:
        return
    from ..coverage.judged import Judged

    judged = Judged([*found, *made.found])
    for context in contexts:
        for channel, locale in version.places:
            for changed, result in _compiled(compiler, name, channel, asked.via, context, locale, rules):
                judged.add(context, result.diagnostics, changed)
                made.payloads += 1
    made.found += judged.found


def _compiled(
    compiler: Compiler, name: str, channel: str, via: str | None, context: Generated, locale: str, rules: ContextRules
) -> Iterator[tuple[str, Result]]:
    """What becomes of a context, and in the plural forms that it has not come by: each with what is changed in it."""
    compiled = partial(compiler.compile, name, channel, via, locale=locale)
    result = compiled(context.values)
    yield "", result
    if result.speech is not None and result.speech.counted and not context.edge:
        yield from counted(compiled, rules, "", context.values, result.speech)


def _spoken(compiler: Compiler, locale: str) -> str:
    return locale or compiler.project.config.locale


def _versions(compiler: Compiler, name: str, asked: Asked) -> list[_Version]:
    """The files that the template's messages are made of, each with the channels and locales it is for."""
    project, base = compiler.project, compiler.base(name)
    locales = [known_locale(project, locale) for locale in asked.locales] or project.locales or ("",)
    found: dict[str, _Version] = {}
    for channel, locale in product(compiler.targets(base, asked.channels), dict.fromkeys(locales)):
        if project.serves(name, channel, locale):
            try:
                own = project.template(name, channel, locale)
            except Failed:  # told when it is compiled
                continue
            found.setdefault(own.source.path, _Version(own)).places.append((channel, locale))
    return list(found.values())
