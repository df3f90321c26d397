"""A template and its neighbours rendered in memory-sized folders, for the tests of the core."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handbill.diagnostic import Diagnostic, Failed
from handbill.document import Document, parse
from handbill.marks import Unreadable
from handbill.places import Places
from handbill.render import Rendered, Renderer
from handbill.template import Template, load
from handbill.tree import NotText, fill


@dataclass
class Made:
    template: Template
    rendered: Rendered
    document: Document
    places: Places

    @property
    def value(self) -> Any:
        return fill(self.document.root, self.rendered.values)


def make(folder: Path, body: str, context: dict[str, Any], main: str = "m.json.j2", **files: str) -> Made:
    """Render and parse `body`. Files are given as `name__j2="…"`. Raises Failed, Unreadable, NotText."""
    folder.mkdir(exist_ok=True)
    (folder / main).write_text(body, encoding="utf-8", newline="")
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8", newline="")
    renderer = Renderer([folder], lambda path: path.relative_to(folder).as_posix())
    template = load(folder / main, main, "m", main.split(".")[-2])
    rendered = renderer.render(template, context)
    document = parse(rendered.skeleton, rendered.values, template.syntax)
    return Made(template, rendered, document, Places(renderer, template, context, rendered))


def value(folder: Path, body: str, context: dict[str, Any], **files: str) -> Any:
    return make(folder, body, context, **files).value


def trouble(folder: Path, body: str, context: dict[str, Any], **files: str) -> tuple[str, str]:
    """The code of what goes wrong, and the text it points at."""
    found: tuple[Diagnostic, ...] = ()
    try:
        made = make(folder, body, context, **files)
        fill(made.document.root, made.rendered.values)
    except Failed as failed:
        found = failed.diagnostics
    except Unreadable as problem:
        return problem.code, ""
    except NotText:
        return "value-not-text", ""
    assert len(found) == 1, [d.code for d in found]
    assert found[0].label is not None
    return found[0].code, found[0].label.span.text
