"""`handbill check`: every template, on its channels, with its examples."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from ..checking import Asked
from ..diagnostic import Diagnostic, Failed, Severity, graver, merged, worst
from .errors import FOUND, is_usage
from .options import CHANNEL, Name, lowering_options, project_option, via_option
from .output import coloured, say

if TYPE_CHECKING:
    from ..checking import Examined
    from ..coverage.figures import Figures
    from ..project import Project


def _formats() -> Iterable[str]:
    from ..report import REPORTERS

    return REPORTERS


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--channel", "channels", type=CHANNEL, multiple=True, metavar="CHANNEL", help="Only this channel; may be repeated."
)
@via_option
@click.option("--locale", "locales", multiple=True, metavar="LOCALE", help="Only this language; may be repeated.")
@click.option(
    "--format",
    "form",
    type=Name("format", _formats),
    default="text",
    metavar="FORMAT",
    help="text, json, sarif or github.",
)
@lowering_options
@click.option(
    "--coverage", is_flag=True, help="List the arms and loops that nothing reaches; try the edges of contracts."
)
@click.option(
    "--min-coverage",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="An error when less of the arms and loops is reached; goes with --coverage.",
)
@click.option("--prove", is_flag=True, help="What may be too long or too many, given the contract, is an error.")
@click.option(
    "--changed",
    metavar="REV",
    help="Only templates that have changed since this git revision, themselves or what they include.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Work in N processes. Otherwise: in one, or, for many templates, on every core.",
)
@click.option("--no-cache", is_flag=True, help="Check everything anew; otherwise only what is not as it was.")
@project_option
@click.pass_context
def check(
    ctx: click.Context,
    /,
    paths: tuple[Path, ...],
    channels: tuple[str, ...],
    via: str | None,
    locales: tuple[str, ...],
    form: str,
    policy: str | None,
    fail_on: tuple[str, ...],
    coverage: bool,
    min_coverage: float | None,
    prove: bool,
    changed: str | None,
    jobs: int | None,
    no_cache: bool,
    folder: Path | None,
) -> None:
    """Check templates: each on its channels, with each of its examples.

    PATH is a template or a folder of templates; without one, the whole project is checked. Findings
    go to standard output, a closing line to the error stream. Exit code 1 when a channel would refuse
    something.

    \b
    Examples:
      handbill check
      handbill check templates/followup_call.json.j2 --channel messenger
      handbill check --policy adapt --fail-on loss=link
      handbill check --changed main
      handbill check --format github
    """
    from ..checking.run import patient, run
    from ..report.text import summary
    from .opening import opened

    found: list[Diagnostic] = []
    figures: list[Figures] = []
    covering = coverage or min_coverage is not None
    asked = Asked(channels=channels, via=via, policy=policy, locales=locales, coverage=covering)
    payloads = 0
    try:
        project = opened(folder)
        names = project.templates_at(paths) if paths else project.names()
        if not names:
            raise click.UsageError(_nothing(project))
        names = _changed(project, names, changed) if changed is not None else names
        with patient():
            for examined in _watched(run(project, names, asked, keep=not no_cache, jobs=jobs), len(names)):
                found += examined.found
                payloads += examined.payloads
                figures += examined.coverage
    except Failed as failed:
        if is_usage(failed):
            raise
        found += failed.diagnostics
    proof = ("may-be-too-long", "may-be-too-many") if prove else ()
    found = merged(graver(found, (*(f"lost-{kind}" for kind in fail_on), *proof)))
    if asked.coverage:
        found += _too_low(figures, min_coverage)
    say(_reported(form, found, figures if asked.coverage else None))
    apart = "\n" if found and sys.stdout.isatty() else ""
    say(f"{apart}{summary(found, payloads)}\n", sys.stderr)
    if worst(found) is Severity.ERROR:
        ctx.exit(FOUND)


def _reported(form: str, found: list[Diagnostic], figures: list[Figures] | None) -> str:
    """What goes to standard output."""
    from ..report import REPORTERS

    if figures is None:
        return REPORTERS[form](found, colour=form == "text" and coloured(sys.stdout))
    from ..report import coverage

    if form == "json":
        return coverage.json(found, figures)
    text = REPORTERS[form](found, colour=form == "text" and coloured(sys.stdout))
    if form == "text":
        return f"{text}\n{coverage.text(figures)}" if text else coverage.text(figures)
    say(f"{coverage.total(figures)}\n", sys.stderr)
    return text


def _too_low(figures: list[Figures], least: float | None) -> list[Diagnostic]:
    from ..report.coverage import too_low

    low = too_low(figures, least) if least is not None else None
    return [low] if low else []


def _changed(project: Project, names: list[str], revision: str) -> list[str]:
    from ..checking.changed import reached
    from ..revision import NoRevision, Revision

    try:
        return reached(project, names, Revision(project.root, revision).changed())
    except NoRevision as problem:
        raise click.UsageError(f"--changed {revision}: {problem}.") from None


def _nothing(project: Project) -> str:
    folders = ", ".join(f"{folder}/" for folder in project.config.templates)
    return f"there are no templates in {folders} of {project.root}; `handbill init DIR` starts a project."


def _watched(work: Iterator[Examined], templates: int) -> Iterator[Examined]:
    """The same, and on a terminal, once it has taken a while, how far it is."""
    watched = sys.stderr.isatty()
    started = shown = monotonic()
    for done, examined in enumerate(work, 1):
        yield examined
        if not watched:
            continue
        now = monotonic()
        if now - started > 1 and now - shown > 0.1:
            shown = now
            sys.stderr.write(f"\r{done} of {templates} templates checked ")
            sys.stderr.flush()
    if shown != started:
        sys.stderr.write("\r\x1b[K")
