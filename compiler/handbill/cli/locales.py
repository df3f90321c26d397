"""`handbill locales`: how far the translations of each language are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .errors import CLEAN, FOUND
from .options import Name, project_option
from .output import say

if TYPE_CHECKING:
    from ..extraction import State
    from ..project import Project

_LISTED = (
    ("missing", "not translated"),
    ("fuzzy", "fuzzy"),
    ("differs", "other placeholders"),
    ("unused", "not used"),
    ("falls_back", "of another language"),
)


@click.command()
@click.option(
    "--format",
    "form",
    type=Name("format", lambda: ("text", "json")),
    default="text",
    metavar="FORMAT",
    help="text or json.",
)
@click.option("--strict", is_flag=True, help="Fail when anything is to be done.")
@project_option
@click.pass_context
def locales(ctx: click.Context, /, form: str, strict: bool, folder: Path | None) -> None:
    """Show how far the translations of each language are.

    Of each language: how many texts are translated, and which are missing, fuzzy (a guess that
    nobody has confirmed), no longer used, or have other placeholders than their source; and which
    are taken from another language, where `fallback` in handbill.toml says so.

    \b
    Examples:
      handbill locales
      handbill locales --strict
    """
    from .opening import opened

    project = opened(folder)
    states = _states(project)
    if form == "json":
        from ..report.json import dumps

        say(dumps([{**asdict(state), "clean": state.clean} for state in states]))
    elif states:
        say("".join(f"{line}\n" for state in states for line in _lines(state)))
    else:
        say("no languages but the one templates are written in; handbill extract --locale de begins one\n", sys.stderr)
    ctx.exit(FOUND if strict and not all(state.clean for state in states) else CLEAN)


def _states(project: Project) -> list[State]:
    """Every language that is translated into, or has a file of translations. Raises Failed."""
    from ..extraction import found, state
    from ..translations import catalog

    texts = found(project)
    states = []
    for locale in project.locales:
        known = catalog(project, locale)
        if known.po is not None or not known.own:
            states.append(state(texts, known))
    return states


def _lines(state: State) -> Iterator[str]:
    from ..report.printable import printable, quoted

    counts = [f"{len(getattr(state, name))} {what}" for name, what in _LISTED if getattr(state, name)]
    done = f"{state.translated} of {state.texts} translated"
    yield f"{state.locale:<8}{', '.join([done, *counts])}  ({printable(state.file)})"
    for name, what in _LISTED:
        for item in getattr(state, name):
            said = f": {printable(item.said)}" if item.said else ""
            yield f"        {printable(item.file)}:{item.line}: {what}: {quoted(item.id, 60)}{said}"
