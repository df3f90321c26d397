"""Every text that templates mark for translation, with where it stands and what is said to translators.

A template is compiled for this as it is for a message, so what can be printed is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..diagnostic import Diagnostic, Failed
from ..languages import alike
from ..locales import Message
from ..project import Project
from ..render import Renderer
from ..sourcemap import PlacingLexer
from ..template import FILE_NAME, Template, load
from ..wordings import CONTEXT, to_translate
from ..wordings import message as wording

_ADDED = "added to a message where a channel has no buttons; what is in braces stays as it is"
_TOLD = "translators:"  # how a comment for translators begins, in any case


@dataclass(slots=True)
class Found:
    """One text, wherever it stands."""

    message: Message  # of the first place
    places: list[str] = field(default_factory=list)  # "templates/call.json.j2:7"
    comments: list[str] = field(default_factory=list)
    locales: list[tuple[str, ...] | None] = field(default_factory=list)  # of the templates it is in; None: every one

    def needed(self, locale: str) -> bool:
        """Whether a template that is for a language has it."""
        return not self.locales or any(
            names is None or any(alike(name, locale) for name in names) for names in self.locales
        )


def found(project: Project) -> dict[tuple[str | None, str], Found]:
    """The texts, by context and text, in the order of files and lines. Raises Failed for what cannot be read."""
    texts: dict[tuple[str | None, str], Found] = {}
    problems: list[Diagnostic] = []
    renderer = Renderer(project.folders, project.shown, filters=project.filters())
    for path in _files(project):
        try:
            template = load(path, project.shown(path), path.name, _syntax(path))
            for message in _messages(renderer, template):
                _add(texts, message, template, renderer)
                texts[message.context, message.id].locales.append(_spoken(project, path, template))
            _add_wording(texts, project, template)
        except Failed as failed:
            problems += failed.diagnostics
    if problems:
        raise Failed(*problems)
    return texts


def _add_wording(texts: dict[tuple[str | None, str], Found], project: Project, template: Template) -> None:
    """The words that are added to a message that is lowered: the template's own, and those of Handbill if it may be."""
    contract = template.contract
    lowered = (contract.policy or project.config.policy) == "adapt" and contract.payload is None
    for name, text in to_translate(contract.wording).items():
        if name in contract.wording or (lowered and FILE_NAME.fullmatch(template.name)):
            span = template.span(("wording", name) if name in contract.wording else ("policy",))
            place = f"{template.source.path}:{template.source.position(span.start)[0]}"
            one = texts.setdefault((CONTEXT, text), Found(wording(text), comments=[_ADDED]))
            one.places += [] if place in one.places else [place]


def _files(project: Project) -> Iterator[Path]:
    """Templates, and partials: whatever can be included."""
    for folder in project.folders:
        yield from sorted(path for path in folder.rglob("*.j2") if path.is_file())


def _spoken(project: Project, path: Path, template: Template) -> tuple[str, ...] | None:
    """The languages that a template is for; a partial, and a version of a template, has no say of its own."""
    file = next((file for file in project.files().values() if file.path == path), None)
    if file is None:
        return None
    if file.part:
        base = project.versions(file.name)[0]
        template = template if base is file else load(base.path, base.shown, base.name, base.syntax)
    return template.contract.locales


def _syntax(path: Path) -> str:
    return "yaml" if path.name.endswith((".yaml.j2", ".yml.j2")) else "json"


def _messages(renderer: Renderer, template: Template) -> list[Message]:
    known = len(renderer.environment.messages)
    renderer.compiled(template)
    return sorted(renderer.environment.messages[known:], key=lambda message: message.line)


def _add(texts: dict[tuple[str | None, str], Found], message: Message, template: Template, renderer: Renderer) -> None:
    key = message.context, message.id
    text = texts.setdefault(key, Found(message))
    if message.plural and not text.message.plural:
        text.message = message
    line = template.source.position(template.body)[0] + message.line - 1
    place = f"{template.source.path}:{line}"
    if place not in text.places:
        text.places.append(place)
    for comment in _comments(renderer, template, message.line):
        if comment not in text.comments:
            text.comments.append(comment)


def _comments(renderer: Renderer, template: Template, line: int) -> Iterator[str]:
    """What is said to translators on a line of the body, or on the one before."""
    body = template.source.text[template.body :]
    for token in PlacingLexer(renderer.environment).placed(body, None):
        if token.kind == "comment":
            text = " ".join(token.text.split())
            end = token.line + token.text.count("\n")
            if text.lower().startswith(_TOLD) and end in (line - 1, line):
                yield text[len(_TOLD) :].strip()
