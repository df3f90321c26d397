"""`handbill diff`: what has changed in the payloads since a git revision."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..checking import Asked
from ..diagnostic import Failed
from .errors import CLEAN, FOUND
from .options import CHANNEL, Name, policy_option, project_option, via_option
from .output import say

if TYPE_CHECKING:
    from ..diff.sides import Side
    from ..project import Project
    from ..report.changes import Comparison
    from ..revision import Revision

_FORMS = ("text", "json", "markdown")


def _forms() -> Iterable[str]:
    return _FORMS


@click.command()
@click.argument("given", nargs=-1, metavar="[REV] [PATH]...")
@click.option(
    "--channel", "channels", type=CHANNEL, multiple=True, metavar="CHANNEL", help="Only this channel; may be repeated."
)
@via_option
@click.option("--locale", "locales", multiple=True, metavar="LOCALE", help="Only this language; may be repeated.")
@policy_option
@click.option(
    "--format", "form", type=Name("format", _forms), default="text", metavar="FORMAT", help="text, json or markdown."
)
@click.option("--exit-code", "as_code", is_flag=True, help="Exit code 1 when anything has changed.")
@project_option
@click.pass_context
def diff(
    ctx: click.Context,
    /,
    given: tuple[str, ...],
    channels: tuple[str, ...],
    via: str | None,
    locales: tuple[str, ...],
    policy: str | None,
    form: str,
    as_code: bool,
    folder: Path | None,
) -> None:
    """Show what has changed in the payloads since the git revision REV (HEAD): fields, not lines.

    REV is a branch, a tag or a commit; `main...` stands for where this branch left main. PATH is a
    template or a folder of templates. Every template is compiled as it was and as it is, on its
    channels, with its examples. Uncommitted changes count. Filters are those installed now, on both
    sides: another version of a package shows no change here.

    \b
    Examples:
      handbill diff
      handbill diff main... --format markdown
      handbill diff v1.2 templates/followup_call.json.j2 --channel sms
      handbill diff --exit-code
    """
    from ..revision import NoRevision
    from .opening import opened

    project = opened(folder)
    asked = Asked(channels=channels, via=via, policy=policy, locales=locales)
    try:
        comparison = _compared(project, *_given(project, given), asked)
    except NoRevision as problem:
        raise click.UsageError(f"{problem}.") from None
    _show(comparison, form)
    ctx.exit(FOUND if as_code and comparison.differing else CLEAN)


def _given(project: Project, given: Sequence[str]) -> tuple[Revision, list[Path]]:
    """The revision, and the paths. A first word that is no revision may be a path. Raises NoRevision."""
    from ..revision import NoRevision, Revision

    if not given:
        return Revision(project.root, "HEAD"), []
    try:
        return Revision(project.root, given[0]), [Path(path) for path in given[1:]]
    except NoRevision:
        if not Path(given[0]).exists():
            raise
    return Revision(project.root, "HEAD"), [Path(path) for path in given]


def _compared(project: Project, revision: Revision, paths: Sequence[Path], asked: Asked) -> Comparison:
    from ..checking.changed import reached
    from ..diff.comparison import compared
    from ..diff.sides import Side, project_at
    from ..report.changes import Comparison

    changed = revision.changed()
    with project_at(revision) as earlier:
        before, after = Side(earlier, asked), Side(project, asked)
        old, new = _wanted(before, after, paths)
        moved = {*reached(earlier, old, changed), *reached(project, new, changed)}
        moved |= set(before.names) ^ set(after.names)
        names = [name for name in old if name in moved], [name for name in new if name in moved]
        return Comparison(revision.name, revision.commit, list(compared(before, after, *names)))


def _wanted(before: Side, after: Side, paths: Sequence[Path]) -> tuple[list[str], list[str]]:
    """The templates at these paths on both sides: one that is gone has its path still. Raises Failed."""
    if not paths:
        return before.names, after.names
    old: set[str] = set()
    new: set[str] = set()
    root = after.project.root.absolute()
    for path in paths:
        gone: set[str] = set()
        with suppress(Failed, ValueError):
            gone = set(before.project.templates_at([before.project.root / path.absolute().relative_to(root)]))
        try:
            new |= set(after.project.templates_at([path]))
        except Failed:
            if not gone:
                raise
        old |= gone
    return sorted(old), sorted(new)


def _show(comparison: Comparison, form: str) -> None:
    from ..report import changes

    if form == "json":
        say(changes.as_json(comparison))
    elif form == "markdown":
        from ..report.changes_markdown import markdown

        say(markdown(comparison))
    else:
        said = changes.text(comparison)
        say(said)
        apart = "\n" if said and sys.stdout.isatty() else ""
        say(f"{apart}{changes.summary(comparison)}\n", sys.stderr)
