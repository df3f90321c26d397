"""`handbill compile`: the payload of one message, or all of them for review."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ..diagnostic import Diagnostic, in_order
from .address import address
from .context import given
from .errors import CLEAN, FOUND, CannotWrite, show
from .options import (
    CHANNEL,
    bulk_options,
    context_options,
    file_options,
    locale_option,
    lowering_options,
    project_option,
    via_option,
)
from .output import put, say, write_files


@click.command("compile")
@click.argument("name", required=False)
@click.option("--channel", type=CHANNEL, metavar="CHANNEL", help="Where the customer reads.")
@via_option
@locale_option
@context_options
@click.option("--to", metavar="ID", help="The recipient. Without one the payload is for review.")
@click.option("--channel-id", metavar="ID", help="Who it comes from: the channel's id in Genesys Cloud.")
@file_options
@bulk_options
@lowering_options
@click.option(
    "--out",
    metavar="PATH",
    help="Write to this file; with --all to this folder; with --recipients DIR/ has a file for each message.",
)
@click.option("--explain", is_flag=True, help="Say on the error stream how the message was lowered, step by step.")
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
    out: str | None,
    check_only: bool,
    compact: bool,
    explain: bool,
    policy: str | None,
    fail_on: tuple[str, ...],
    folder: Path | None,
    **asked: Any,
) -> None:
    """Write the payload of the message NAME to standard output, or to a file.

    The values come from an example of the template, from a file, or from --set. Without any of
    them, the template's only example is taken, or the one called `default`. With --all, every
    payload is written as OUT/NAME/CHANNEL.EXAMPLE.json (in a project of several languages:
    CHANNEL.LOCALE.EXAMPLE.json), for review. Nothing is written when
    anything is wrong.

    With --recipients there is a payload for each row of a file, a line each (JSON lines), in the
    order of the rows; DIR/ has a file for each, named by the row's number and the column `id`,
    where there is one. The file is there when all is done, or not at all. A bad row ends it,
    since a file that lacks people looks like a whole one; with --on-error skip the others are
    written, and the exit code still is 1.

    \b
    Examples:
      handbill compile followup_call --channel messenger
      handbill compile followup_call --channel whatsapp --set first_name=Zoë
      handbill compile followup_call --channel sms --policy adapt --explain
      handbill compile followup_call --channel messenger --recipients people.csv --channel-id 9876 --out payloads.jsonl
      handbill compile followup_call --channel sms --recipients people.parquet --no-address --sample 20 --out review/
      handbill compile --all --out build
    """
    from .opening import opened

    if everything:
        from .snapshot import compare, payloads, update

        odd = [
            *(["--explain"] if explain else []),
            *(["NAME"] if name else []),
            *(["--channel"] if channel else []),
            *_given_options(asked),
        ]
        if odd:
            raise click.UsageError(f"--all takes every message as it is; leave out {', '.join(odd)}.")
        if out is None:
            raise click.UsageError("--all needs --out DIR; `handbill compile --all --out build` is usual.")
        project = opened(folder)
        files = payloads(project, via, compact, policy=policy, fail_on=fail_on)
        ctx.exit(compare(Path(out), files) if check_only else update(project, Path(out), files))
    if check_only:
        raise click.UsageError("--check goes with --all.")
    if not name or not channel:
        raise click.UsageError("a NAME and a --channel are needed; or --all.")
    asked |= {"via": via, "out": out, "compact": compact, "explain": explain, "policy": policy, "fail_on": fail_on}
    _fitting(asked)
    if asked["file"] is not None:
        from .bulk import compile_bulk

        ctx.exit(compile_bulk(folder, name, channel, asked))
    ctx.exit(_one(folder, name, channel, asked))


_OPTIONS = {"settings": "--set", "more": "--address", "file": "--recipients", "mapping": "--map"}
# which options belong to one message only, and which to a file of recipients
_ONE = ("to", "example", "data", "settings", "explain")
_FILE = ("mapping", "no_address", "limit", "sample", "on_error", "errors", "jobs", "force", "quiet")


def _given_options(asked: dict[str, Any]) -> list[str]:
    return [_OPTIONS.get(key, f"--{key.replace('_', '-')}") for key, value in asked.items() if value]


def _fitting(asked: dict[str, Any]) -> None:
    """Raises UsageError for an option that has no meaning here."""
    if odd := _given_options({key: asked[key] for key in (_ONE if asked["file"] else _FILE)}):
        verb = "goes" if len(odd) == 1 else "go"
        no = "does not go" if len(odd) == 1 else "do not go"
        raise click.UsageError(f"{', '.join(odd)} {f'{no} with' if asked['file'] else f'{verb} with'} --recipients.")


def _one(folder: Path | None, name: str, channel: str, asked: dict[str, Any]) -> int:
    from ..guard import limited
    from ..names import known_locale
    from ..pipeline import Compiler, to_json
    from .opening import opened

    compiler = Compiler(opened(folder), limited, policy=asked["policy"], fail_on=asked["fail_on"])
    locale = known_locale(compiler.project, asked["locale"] or compiler.project.config.locale)
    template = compiler.project.template(name, channel, locale)
    via = asked["via"]
    to = address(compiler.via(template, via, channel), channel, asked["to"], asked["channel_id"], asked["more"])
    context = given(template, compiler.base(name), asked["example"], asked["data"], asked["settings"])
    result = compiler.compile(
        name, channel, via, context.values,
        example=context.example, origin=context.origin, address=to, locale=locale,
    )  # fmt: skip
    if asked["explain"]:
        lines = result.explained.lines() if result.explained else ["nothing was lowered"]
        say("".join(f"{line}\n" for line in lines), sys.stderr)
    show_all(result.diagnostics)
    if not result.ok:
        return FOUND
    data = to_json(result.payload, compact=asked["compact"])
    if asked["out"] is None:
        put(data)
        return CLEAN
    try:
        write_files({Path(asked["out"]): data})
    except OSError as error:
        raise CannotWrite(error) from None
    return CLEAN


def show_all(diagnostics: list[Diagnostic]) -> None:
    """Findings on the error stream: standard output is for payloads."""
    if diagnostics:
        show(in_order(diagnostics))
