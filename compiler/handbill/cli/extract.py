"""`handbill extract`: the texts to translate, out of the templates and into the files of translations."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..diagnostic import Diagnostic, Failed
from .errors import CLEAN, FOUND, CannotWrite
from .options import project_option
from .output import say, write_files

if TYPE_CHECKING:
    from ..extraction import Change
    from ..project import Project

_LOCALE = re.compile("[a-z]{2,3}([_-][A-Z][a-z]{3})?([_-]([A-Z]{2}|[0-9]{3}))?")


@click.command()
@click.option("--locale", "more", multiple=True, metavar="LOCALE", help="Begin this language as well; may be repeated.")
@click.option("--check", "check_only", is_flag=True, help="Write nothing; fail when a file is not up to date.")
@project_option
@click.pass_context
def extract(ctx: click.Context, /, more: tuple[str, ...], check_only: bool, folder: Path | None) -> None:
    """Find the texts to translate, and bring the files of translations up to date.

    Texts are what stands between {% trans %} and {% endtrans %}, and in _("…"). They are written to
    locales/messages.pot, and to the messages.po of each language: a new text without a translation;
    one that is no longer used is kept as obsolete; a new one that is much like it gets its
    translation, marked fuzzy. A comment {# translators: … #} in front of a text goes with it.

    \b
    Examples:
      handbill extract
      handbill extract --locale de
      handbill extract --check
    """
    from .opening import opened

    project = opened(folder)
    files, said = _files(project, more)
    stale = {path: data for path, data in files.items() if _content(path) != data}
    if check_only:
        say("".join(f"not up to date: {project.shown(path)}\n" for path in stale))
        say("update with: handbill extract\n" if stale else f"{_count(files)} up to date\n", sys.stderr)
        ctx.exit(FOUND if stale else CLEAN)
    try:
        write_files(stale)
    except OSError as error:
        raise CannotWrite(error) from None
    say("".join(f"{line}\n" for line in said), sys.stderr)


def _files(project: Project, more: tuple[str, ...]) -> tuple[dict[Path, bytes], list[str]]:
    """The files as they are to be, and what is said of each."""
    from ..extraction import found, merged, template_file
    from ..translations import catalog

    texts = found(project)
    pot = project.catalog_file()
    files = {pot: template_file(texts).encode()}
    said = [f"{len(texts)} {'text' if len(texts) == 1 else 'texts'} in {project.shown(pot)}"]
    there = [locale for locale in project.locales if project.catalog_file(locale).is_file()]
    for locale in dict.fromkeys([*there, *(_known(locale) for locale in more)]):
        change = merged(texts, catalog(project, locale).po, locale)
        path = project.catalog_file(locale)
        files[path] = change.text.encode()
        said.append(f"{project.shown(path)}: {_told(change)}")
    return files, said


def _known(locale: str) -> str:
    """Raises Failed for what is no language."""
    from babel.localedata import exists

    if not _LOCALE.fullmatch(locale) or not exists(locale.replace("-", "_")):
        hint = "a language is named as in de, pt_BR, zh_Hans"
        raise Failed(Diagnostic("unknown-locale", f"No language `{locale}`", hint=hint))
    return locale


def _told(change: Change) -> str:
    parts = [(change.new, "new"), (change.fuzzy, "fuzzy"), (change.obsolete, "no longer used")]
    return ", ".join(f"{count} {what}" for count, what in parts if count) or "nothing new"


def _count(files: dict[Path, bytes]) -> str:
    return f"{len(files)} {'file' if len(files) == 1 else 'files'}"


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CannotWrite(error) from None
