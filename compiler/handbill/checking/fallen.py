"""What a language takes from another one, since the project says so: told once for a template, never in silence."""

from __future__ import annotations

from collections.abc import Mapping

from ..diagnostic import Diagnostic, Failed, Label, Severity
from ..locales import Message
from ..pipeline import Compiler
from ..source import Span
from ..translations import line_of

Fallen = dict[str, dict[Message, str]]  # by locale: each text, and the language it is taken from


def fallen(compiler: Compiler, name: str, texts: Mapping[str, Mapping[Message, str]]) -> list[Diagnostic]:
    """`texts` are those that messages were made with; beside them, whole versions of the template."""
    found = []
    for locale in compiler.project.config.fallback:
        versions = _versions(compiler, name, locale)
        said = texts.get(locale, {})
        for below in dict.fromkeys([*versions, *said.values()]):
            spans = [_place(compiler, message) for message, taken in said.items() if taken == below]
            count = len({message.id for message, taken in said.items() if taken == below})
            if below in versions:
                spans, count = versions[below], 0
            what = f"{count} text{'' if count == 1 else 's'} of {locale}" if count else f"the version for {locale}"
            found.append(
                Diagnostic(
                    "falls-back",
                    f"{locale} falls back to {below}",
                    Label(spans[0], f"{what} {'is' if count < 2 else 'are'} taken from {below}"),
                    severity=Severity.INFO,
                    text="handbill.toml says so, under `fallback`.",
                    hint=f"translate into {locale} what shall be different there",
                    related=tuple(Label(span, "and here") for span in dict.fromkeys(spans[1:]) if span != spans[0]),
                    template=name,
                    locale=locale,
                )
            )
    return found


def _place(compiler: Compiler, message: Message) -> Span:
    """The text in its line, where all of it stands there."""
    line = line_of(compiler.renderer, message)
    at = line.text.find(message.id)
    return line if at < 0 else Span(line.source, line.start + at, line.start + at + len(message.id))


def _versions(compiler: Compiler, name: str, locale: str) -> dict[str, list[Span]]:
    """The files for another language that this one takes, by their languages."""
    found: dict[str, list[Span]] = {}
    for channel in compiler.targets(compiler.base(name)):
        try:
            file = compiler.project.version(name, channel, locale)
            if file is None or file.locale in ("", locale) or not compiler.project.serves(name, channel, locale):
                continue
            template = compiler.project.template(name, channel, locale)
        except Failed:  # told when it is compiled
            continue
        span = Span(template.source, template.body, template.body)
        found.setdefault(file.locale, []).append(span)
    return found
