"""`handbill whatsapp`: the approved templates of an account, and what approval asks of a new one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..diagnostic import Severity, merged, worst
from .errors import CLEAN, FOUND, CannotWrite
from .options import Name, project_option
from .output import coloured, say, write_files

if TYPE_CHECKING:
    from ..project import Project


def _formats() -> Iterable[str]:
    from ..report import REPORTERS

    return REPORTERS


@click.group()
@project_option
@click.pass_context
def whatsapp(ctx: click.Context, folder: Path | None) -> None:
    """The approved templates of a WhatsApp account.

    whatsapp.lock.json, beside handbill.toml, is the list of them. When it is there, `handbill check`,
    `compile` and `send` hold every `notification` against it.

    \b
    Examples:
      handbill whatsapp pull
      handbill whatsapp check
      handbill whatsapp check order_shipped.json
    """
    ctx.obj = folder


@whatsapp.command()
@click.option("--waba-id", metavar="ID", help="The WhatsApp Business account. Otherwise: the connection's waba_id.")
@click.option("--connection", "chosen", metavar="NAME", help="A direct connection to WhatsApp of handbill.toml.")
@click.option("--check", "only", is_flag=True, help="Write nothing; exit code 1 when the list has changed.")
@project_option
@click.pass_context
def pull(
    ctx: click.Context, /, waba_id: str | None, chosen: str | None, only: bool, folder: Path | None
) -> int:  # fmt: skip
    """Fetch the list of templates from WhatsApp into whatsapp.lock.json.

    The token is that of the connection ($WHATSAPP_TOKEN); it needs whatsapp_business_management.
    Keep the file under version control: it says which texts were approved when.

    \b
    Examples:
      handbill whatsapp pull --waba-id 102290129340398
      handbill whatsapp pull --check
    """
    from ..send.whatsapp_templates import account, templates, written
    from .opening import opened

    project = opened(folder or ctx.obj)
    where = account(project.config.connections, chosen, _digits(waba_id), os.environ, project.source)
    listed = templates(where, os.environ)
    path = _lock(project)
    before = _read(path)
    same = before == {"data": listed}
    for line in _changes(_named(before), {(each["name"], each["language"]): each for each in listed}):
        say(f"{line}\n")
    shown = project.shown(path)
    count = f"{len(listed):,} template{'' if len(listed) == 1 else 's'}"
    if only:
        state = "up to date" if same else "not up to date; handbill whatsapp pull brings it up to date"
        say(f"{shown}: {state} ({count})\n", sys.stderr)
        return CLEAN if same else FOUND
    if not same:
        try:
            write_files({path: written(listed)})
        except OSError as error:
            raise CannotWrite(error) from None
    say(f"{shown}: {count}{', as before' if same else ''}\n", sys.stderr)
    return CLEAN


@whatsapp.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--format", "form", type=Name("format", _formats), default="text", metavar="FORMAT",
    help="text, json, sarif or github.",
)  # fmt: skip
@project_option
@click.pass_context
def check(ctx: click.Context, /, file: Path | None, form: str, folder: Path | None) -> int:
    """Ask of a template what WhatsApp asks before it approves it.

    FILE is a definition as WhatsApp's API takes it ({"name", "language", "category", "components"}), or
    a list of them; without FILE, whatsapp.lock.json. Exit code 1 when something would be refused.

    \b
    Examples:
      handbill whatsapp check
      handbill whatsapp check order_shipped.json --format github
    """
    from ..approved.approval import count_of, problems
    from ..approved.lock import read_file
    from ..report import REPORTERS
    from ..report.text import counted, summary
    from .opening import opened

    project = opened(folder or ctx.obj)
    path = file or _lock(project)
    if not path.is_file():
        raise click.UsageError(f"there is no {project.shown(path)}; `handbill whatsapp pull` writes it.")
    read = read_file(path, project.shown(path))
    found = merged(problems(read))
    say(REPORTERS[form](found, colour=form == "text" and coloured(sys.stdout)))
    said = summary(found) if found else f"{counted(count_of(read.value), 'template')} checked, no problems"
    say(f"{said}\n", sys.stderr)
    return FOUND if worst(found) is Severity.ERROR else CLEAN


def _lock(project: Project) -> Path:
    from ..approved.lock import within
    from ..channels import channel

    path = project.root / str(channel("whatsapp").data["templates"]["lock"])
    return within(path, project.root, project.shown(path))


def _digits(waba_id: str | None) -> str | None:
    if waba_id is not None and not (waba_id.isascii() and waba_id.isdigit()):
        raise click.UsageError("--waba-id takes the id of the WhatsApp Business account, which is digits.")
    return waba_id


def _read(path: Path) -> Any:
    """What the file has now; None when it is not there, or is no JSON."""
    import orjson

    try:
        return orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _named(listed: Any) -> dict[tuple[str, str], Any]:
    """The templates of a list by name and language; none when it is no list."""
    try:
        return {(each["name"], each["language"]): each for each in listed["data"]}
    except (KeyError, TypeError):
        return {}


def _changes(before: Mapping[tuple[str, str], Any], now: Mapping[tuple[str, str], Any]) -> Iterable[str]:
    """A line for each template that is new, changed or gone."""
    from ..report.printable import printable

    for key in sorted({*before, *now}, key=str):
        what = printable(" ".join(map(str, key)))
        old, new = (printable(str(side[key].get("status"))) if key in side else "" for side in (before, now))
        if key not in before:
            yield f"new      {what}, {new}"
        elif key not in now:
            yield f"gone     {what}"
        elif old != new:
            yield f"changed  {what}, {old} → {new}"
        elif before[key] != now[key]:
            yield f"changed  {what}"
