"""`handbill compile`: the payload of one message, or all of them for review."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..diagnostic import Diagnostic, in_order
from .address import address
from .context import given
from .errors import FOUND, CannotWrite, show
from .options import CHANNEL, project_option, via_option
from .output import put, write_files


@click.command("compile")
@click.argument("name", required=False)
@click.option("--channel", type=CHANNEL, metavar="CHANNEL", help="Where the customer reads.")
@via_option
@click.option("--example", metavar="EXAMPLE", help="Take the values of this example of the template.")
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Take the values from a JSON or YAML file; - is standard input.",
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Give a value; may be repeated.")
@click.option("--to", metavar="ID", help="The recipient. Without one the payload is for review.")
@click.option("--channel-id", metavar="ID", help="Who it comes from: the channel's id in Genesys Cloud.")
@click.option("--address", "more", multiple=True, metavar="NAME=VALUE", help="What else the gateway must know.")
@click.option("--out", type=click.Path(path_type=Path), metavar="PATH", help="Write to this file (with --all: folder).")
@click.option("--compact", is_flag=True, help="One line, without spaces.")
@click.option("--all", "everything", is_flag=True, help="Every template, on its channels, with its examples.")
@click.option(
    "--check", "check_only", is_flag=True, help="With --all: write nothing; fail when files are not up to date."
)
@project_option
@click.pass_context
def compile_(
    ctx: click.Context,
    /,
    name: str | None,
    channel: str | None,
    via: str | None,
    everything: bool,
    out: Path | None,
    check_only: bool,
    compact: bool,
    folder: Path | None,
    **asked: Any,
) -> None:
    """Write the payload of the message NAME to standard output, or to a file.

    The values come from an example of the template, from a file, or from --set. Without any of
    them, the template's only example is taken, or the one called `default`. With --all, every
    payload is written as OUT/NAME/CHANNEL.EXAMPLE.json, for review. Nothing is written when
    anything is wrong.

    \b
    Examples:
      handbill compile followup_call --channel messenger
      handbill compile followup_call --channel whatsapp --set first_name=Zoë
      handbill compile --all --out build
    """
    from .opening import opened

    if everything:
        from .snapshot import compare, payloads, update

        odd = [*(["NAME"] if name else []), *(["--channel"] if channel else []), *_given_options(asked)]
        if odd:
            raise click.UsageError(f"--all takes every message as it is; leave out {', '.join(odd)}.")
        if out is None:
            raise click.UsageError("--all needs --out DIR; `handbill compile --all --out build` is usual.")
        project = opened(folder)
        files = payloads(project, via, compact)
        ctx.exit(compare(out, files) if check_only else update(project, out, files))
    if check_only:
        raise click.UsageError("--check goes with --all.")
    if not name or not channel:
        raise click.UsageError("a NAME and a --channel are needed; or --all.")
    _one(ctx, folder, name, channel, via, out, compact, asked)


def _given_options(asked: dict[str, Any]) -> list[str]:
    names = {"settings": "--set", "channel_id": "--channel-id", "more": "--address"}
    return [names.get(key, f"--{key}") for key, value in asked.items() if value]


def _one(
    ctx: click.Context,
    folder: Path | None,
    name: str,
    channel: str,
    via: str | None,
    out: Path | None,
    compact: bool,
    asked: dict[str, Any],
) -> None:
    from ..guard import limited
    from ..pipeline import Compiler, to_json
    from .opening import opened

    compiler = Compiler(opened(folder), limited)
    template = compiler.project.template(name, channel)
    to = address(compiler.via(template, via, channel), channel, asked["to"], asked["channel_id"], asked["more"])
    base = compiler.base(name)
    context = given(template, base, asked["example"], asked["data"], asked["settings"])
    result = compiler.compile(
        name, channel, via, context.values, example=context.example, origin=context.origin, address=to
    )
    show_all(result.diagnostics)
    if not result.ok:
        ctx.exit(FOUND)
    data = to_json(result.payload, compact=compact)
    if out is None:
        put(data)
        return
    try:
        write_files({out: data})
    except OSError as error:
        raise CannotWrite(error) from None


def show_all(diagnostics: list[Diagnostic]) -> None:
    """Findings on the error stream: standard output is for payloads."""
    if diagnostics:
        show(in_order(diagnostics))
