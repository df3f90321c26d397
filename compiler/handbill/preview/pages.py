"""The pages of a preview, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..diagnostic import Diagnostic
from ..faces import beside, page
from ..faces.writing import ticked, visible
from .asking import Asked, address
from .editors import Editor, position
from .form import said
from .stage import Stage

STYLES = ("/assets/handbill.css", "/assets/gallery.css", "/assets/preview.css")
SCRIPTS = ("/assets/handbill.js", "/assets/preview.js")


@dataclass(frozen=True, slots=True)
class Counted:
    """What a check has found in one template."""

    errors: int = 0
    warnings: int = 0
    remarks: int = 0
    description: str = ""
    found: tuple[Diagnostic, ...] = ()

    @property
    def worst(self) -> str:
        return "error" if self.errors else "warning" if self.warnings else "info" if self.remarks else "fine"

    @property
    def words(self) -> str:
        """`2 errors, 1 warning`, or `no problems`."""
        kinds = ((self.errors, "error"), (self.warnings, "warning"), (self.remarks, "remark"))
        return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in kinds if n) or "no problems"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The templates of a project as the list beside every page has them."""

    project: str
    names: Sequence[str]
    counted: Mapping[str, Counted]
    checking: str  # how far a check is, in words; "" when it is done
    found: Sequence[Diagnostic]  # why there are no names
    editor: Editor
    last: str  # the event that the page has seen

    def folders(self) -> list[tuple[str, list[str]]]:
        """The names by folder, in order."""
        by: dict[str, list[str]] = {}
        for name in self.names:
            by.setdefault(name.rpartition("/")[0], []).append(name)
        return sorted(by.items())

    def ordered(self) -> list[str]:
        """The names, those with the most problems first."""
        none = Counted()
        return sorted(self.names, key=lambda name: (-(one := self.counted.get(name, none)).errors, -one.warnings, name))

    def total(self) -> Counted:
        each = [self.counted[name] for name in self.names if name in self.counted]
        return Counted(
            sum(one.errors for one in each), sum(one.warnings for one in each), sum(one.remarks for one in each)
        )


def grouped(found: Iterable[Diagnostic]) -> list[tuple[str, str, str, list[Diagnostic]]]:
    """Findings by channel, example and locale, as they are said of one or of all."""
    by: dict[tuple[str, str, str], list[Diagnostic]] = {}
    for one in found:
        by.setdefault((one.channel, one.example, one.locale), []).append(one)
    return [(*key, some) for key, some in by.items()]


def staged(stage: Stage, editor: Editor) -> str:
    """What a page says of one template."""
    return _environment().get_template("stage.html").render(stage=stage, **_about(editor, stage.asked))


def template_page(shelf: Shelf, asked: Asked, inner: str) -> str:
    """The page of a template; `inner` is what `staged` has made."""
    body = _environment().get_template("template.html").render(
        shelf=shelf, inner=Markup(inner), **_about(shelf.editor, asked)
    )  # fmt: skip
    return _page(f"{asked.name} · {shelf.project}", body, shelf, asked)


def overview(shelf: Shelf, asked: Asked) -> str:
    """The page of the whole project."""
    body = _environment().get_template("overview.html").render(shelf=shelf, **_about(shelf.editor, asked))
    return _page(shelf.project, body, shelf, asked)


def checked(shelf: Shelf, asked: Asked) -> str:
    """What a check may have changed on a page: the list of templates, and what is said of this one."""
    return _environment().get_template("checked.html").render(shelf=shelf, **_about(shelf.editor, asked))


def message(
    title: str, text: str, asked: Asked | None = None, found: Iterable[Diagnostic] = (), editor: Editor | None = None
) -> str:
    """In place of a stage: why there is none."""
    editor = editor or Editor("none", Path())
    return _environment().get_template("message.html").render(
        title=title, text=text, found=tuple(found), **_about(editor, asked or Asked(""))
    )  # fmt: skip


def lost(title: str, text: str) -> str:
    """A page that stands alone."""
    return page(title, Markup(message(title, text)), styles=STYLES, scripts=())


def _page(title: str, body: str, shelf: Shelf, asked: Asked) -> str:
    header = _environment().get_template("header.html").render(shelf=shelf, **_about(shelf.editor, asked))
    return page(visible(title), Markup(body), header=Markup(header), styles=STYLES, scripts=SCRIPTS)


def _about(editor: Editor, asked: Asked) -> dict[str, Any]:
    return {"asked": asked, "editor": editor}


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("html")), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"visible": visible, "ticked": ticked, "said": said, "position": position}
    made.globals |= {"address": address, "findings": beside.findings, "grouped": grouped}
    return made
