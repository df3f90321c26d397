"""`handbill explain`: what a diagnostic code means."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from .options import Name, project_option
from .output import coloured, say


def _codes() -> Iterable[str]:
    from ..report.explained import codes

    return codes()


@click.command()
@click.argument("code", required=False, type=Name("code", _codes))
@project_option
def explain(code: str | None, folder: Path | None) -> None:
    """Explain a diagnostic code: what is refused and why, and what is accepted instead.

    Without CODE, all codes are listed.

    \b
    Example:
      handbill explain text-too-long
    """
    from ..report.explained import codes, explained

    if code is None:
        names = codes()
        width = max((len(name) for name in names), default=0)
        pages = (explained(name) for name in names)
        say("".join(f"{page.code:<{width}}  {page.title}\n" for page in pages if page))
        return
    page = explained(code)
    if page is not None:
        say("".join(f"{line}\n" for line in _lines(page.markdown, coloured(sys.stdout))))


def _lines(markdown: str, colour: bool) -> Iterator[str]:
    """A page for a terminal: headings without their marks, examples indented without their fences."""
    bold, plain = ("\x1b[1m", "\x1b[0m") if colour else ("", "")
    fenced = False
    for line in markdown.rstrip().split("\n"):
        if line.startswith("```"):
            fenced = not fenced
        elif fenced:
            yield f"    {line}".rstrip()
        elif line.startswith("#"):
            yield f"{bold}{line.lstrip('#').strip()}{plain}"
        else:
            yield line
