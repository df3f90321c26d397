"""`handbill send`: a message to one recipient or to many (see `campaign`); or the exact requests, for review."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..diagnostic import Diagnostic, in_order
from ..gateways import direct
from ..names import known_channel, known_locale
from .address import address, for_all, pair, printable
from .context import given
from .errors import FOUND, show
from .options import CHANNEL, context_options, file_options, locale_option, lowering_options, project_option, via_option
from .output import put, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..gateways import Gateway
    from ..pipeline import Compiler, Result
    from ..project import Project
    from ..send.connection import Connection, Service
    from ..send.outcome import Outcome
    from ..send.parcels import Parcel
    from ..template import Template


@click.command()
@click.argument("name", required=False)
@click.option("--channel", type=CHANNEL, metavar="CHANNEL", help="Where the customers read.")
@click.option("--to", metavar="ID", help="The recipient.")
@file_options
@click.option("--resume", "run", metavar="RUN", help="Go on with a run that was not finished.")
@click.option(
    "--channel-id",
    metavar="ID",
    help="Who it comes from: the channel's id in Genesys Cloud. Otherwise: the connection's.",
)
@via_option
@locale_option
@context_options
@click.option(
    "--validate-first/--stream",
    "first",
    default=None,
    help="Compile every message before the first is sent (the default), or as they go.",
)
@click.option(
    "--unique", is_flag=True, help="Send to each recipient once: to the first row of those with the same one."
)
@click.option("--fail-fast", is_flag=True, help="End at the first bad row, instead of sending the others.")
@click.option(
    "--unknown",
    type=click.Choice(["park", "resend"]),
    help="A message that may have arrived (no answer, 500, 502, 504): leave it, which is the default, or try it again, "
    "so that it may arrive twice.",
)
@click.option("--workers", type=int, metavar="N", help="Requests under way at once.")
@click.option("--batch", type=int, metavar="N", help="Messages in a request, where the gateway takes a list.")
@click.option(
    "--connection",
    "chosen",
    metavar="NAME",
    help="A connection of handbill.toml. Otherwise: `default`, or the only one.",
)
@click.option(
    "--dump",
    type=click.Choice(["jsonl", "curl", "har"]),
    is_flag=False,
    flag_value="jsonl",
    help="Send nothing; print the requests: one JSON object a line, a script of curl, or an HTTP archive.",
)
@lowering_options
@click.option("--quiet", is_flag=True, help="No progress.")
@project_option
@click.pass_context
def send(
    ctx: click.Context, /, name: str | None, channel: str | None, via: str | None, chosen: str | None,
    dump: str | None, folder: Path | None, **asked: Any,
) -> None:  # fmt: skip
    """Send the message NAME to one recipient, or to everyone in a file.

    Without a connection in handbill.toml, the environment says where to: GENESYS_CLOUD_REGION,
    GENESYS_CLOUD_CLIENT_ID, GENESYS_CLOUD_CLIENT_SECRET; with --via direct, or for a channel that
    Genesys Cloud does not carry, the channel's token, as TELEGRAM_BOT_TOKEN. With --dump nothing is
    sent, and no secret is needed or shown.

    With --recipients each row of the file gets its message. The run is kept in .handbill/, and
    `handbill runs` tells what became of every message; --resume goes on with one that was
    interrupted. What surely did not arrive is tried again: 429, 503 of Genesys Cloud, no connection.
    A message to one recipient (--to) is no run: it is tried once, nothing is kept, and nothing is
    sent when anything is wrong with it.

    A message that may have arrived (time-out, connection lost, 500, 502, 504) is never sent again by
    itself: it ends as unknown. Unless --unknown resend asks for it, or the channel knows a message
    again that it has had (as LINE does), or the connection names a header by which the server does
    (idempotency_key); then it is tried again like the others.

    \b
    Examples:
      handbill send followup_call --channel messenger --to 123456789012345 --channel-id 987654321098765
      handbill send followup_call --channel messenger --to 123456789012345 --dump
      handbill send followup_call --channel messenger --recipients customers.csv --map to=customer_id
      handbill send followup_call --channel telegram --to 4711
      handbill send --resume 20261122-1534-k3f9
    """
    kind = _kind(name, channel, asked)
    asked |= {"name": name, "channel": channel, "via": via, "chosen": chosen, "dump": dump}
    _fitting(kind, asked)
    if kind == "run":
        ctx.exit(_resumed(folder, asked))
    assert name is not None
    assert channel is not None
    from ..guard import limited
    from ..pipeline import Compiler
    from ..send.connections import connection, service
    from .opening import opened

    project = opened(folder)
    compiler = Compiler(project, limited, policy=asked["policy"], fail_on=asked["fail_on"])
    asked["locale"] = known_locale(project, asked["locale"] or project.config.locale)
    template = project.template(name, channel, asked["locale"])
    known = via or template.contract.payload or ""
    link = connection(
        project.config.connections, chosen, os.environ, project.source,
        channel=channel, asked=known, gateway=compiler.via(template, via, channel).NAME,
    )  # fmt: skip
    gateway = compiler.via(template, known or link.gateway or None, channel)
    # secrets are asked for before anything is rendered
    ready = service(link, gateway.NAME, channel, None if dump else os.environ)
    if kind == "file":
        ctx.exit(_many(project, compiler, gateway, link, ready, asked))
    to = _recipient(gateway, link, channel, bool(dump), asked)
    result = _compiled(compiler, template, channel, gateway.NAME, to, asked)
    if result.diagnostics:
        show(in_order(result.diagnostics))
    if result.bodies is None:
        ctx.exit(FOUND)
    from ..send.parcels import parcels
    from ..send.sender import send as post

    made = parcels(result.bodies, to or {})
    if dump:
        _dump(ready, made, dump)
        return
    if not _told(post(ready, link.timeouts, made), len(made), name, channel):
        ctx.exit(FOUND)


# which options belong to which of the three ways to send
_ONLY = {
    "to": ("to",), "example": ("to",), "data": ("to",), "settings": ("to",),
    "mapping": ("file",), "limit": ("file",), "first": ("file",), "unique": ("file",),
    "channel_id": ("to", "file"), "more": ("to", "file"), "via": ("to", "file"), "chosen": ("to", "file"),
    "name": ("to", "file"), "channel": ("to", "file"), "dump": ("to", "file"),
    "policy": ("to", "file"), "fail_on": ("to", "file"), "locale": ("to", "file"),
    "unknown": ("file", "run"), "fail_fast": ("file", "run"), "workers": ("file", "run"), "batch": ("file", "run"),
    "quiet": ("file", "run"),
}  # fmt: skip
_OPTIONS = {
    "file": "--recipients", "run": "--resume", "settings": "--set", "mapping": "--map", "more": "--address",
    "first": "--validate-first", "chosen": "--connection", "name": "NAME",
}  # fmt: skip


def _kind(name: str | None, channel: str | None, asked: dict[str, Any]) -> str:
    """Which of the three it is: `to`, `file`, or `run`. Raises UsageError."""
    kinds = [kind for kind in ("to", "file", "run") if asked[kind] is not None]
    if len(kinds) > 1:
        raise click.UsageError(f"{' and '.join(map(_option, kinds))} exclude one another; give one of them.")
    if not kinds:
        raise click.UsageError("Missing option '--to' (one recipient), '--recipients' (a file of them) or '--resume'.")
    if kinds[0] != "run" and name is None:
        raise click.UsageError("Missing argument 'NAME'.")
    if kinds[0] != "run" and channel is None:
        raise click.UsageError("Missing option '--channel'.")
    return kinds[0]


def _fitting(kind: str, asked: dict[str, Any]) -> None:
    """Raises UsageError for an option that has no meaning here."""
    for option, kinds in _ONLY.items():
        given = asked[option] not in (None, (), False, "") or (option == "first" and asked[option] is False)
        if given and kind not in kinds:
            raise click.UsageError(f"{_option(option)} does not go with {_option(kind)}.")


def _option(name: str) -> str:
    return _OPTIONS.get(name, f"--{name.replace('_', '-')}")


def _resumed(folder: Path | None, asked: dict[str, Any]) -> int:
    from ..guard import limited
    from ..pipeline import Compiler
    from .campaign import resume
    from .opening import opened

    project = opened(folder)
    return resume(project, Compiler(project, limited), asked["run"], asked["unknown"], asked)


def _many(
    project: Project, compiler: Compiler, gateway: Gateway, link: Connection, ready: Service, asked: dict[str, Any]
) -> int:  # fmt: skip
    from .campaign import Plan, begin, manner, shown_requests

    channel = asked["channel"]
    mapping = dict(pair(each, "--map") for each in asked["mapping"])
    channel_id = asked["channel_id"] or link.channels.get(channel)
    if asked["dump"] and "channel_id" not in mapping:
        channel_id = channel_id or "<channel_id>"
    plan = Plan(
        asked["name"], channel, gateway.NAME, asked["file"], asked["file"].as_posix(), mapping,
        _same(gateway, link, channel, channel_id, asked), asked["limit"], asked["first"] is False, asked["fail_fast"],
        compiler.policy(compiler.project.template(asked["name"], channel, asked["locale"])), asked["fail_on"],
        asked["locale"], asked["unique"],
    )  # fmt: skip
    if plan.unique and (plan.stream or asked["dump"]):
        raise click.UsageError("--unique needs every row before the first is sent: not with --stream or --dump.")
    how = manner(link, asked)
    if asked["dump"]:
        return shown_requests(compiler, ready, plan, how, asked["dump"])
    return begin(project, compiler, link, ready, plan, how, asked["unknown"] or "park")


def _same(
    gateway: Gateway, link: Connection, channel: str, channel_id: str | None, asked: dict[str, Any]
) -> dict[str, str]:
    """The address fields that are the same for every row. What is missing must be a column. Raises UsageError."""
    known = {field.name for field in gateway.fields(known_channel(channel))}
    values = {name: value for name, value in link.address.items() if name in known}
    values |= {"channel_id": channel_id} if channel_id and "channel_id" in known else {}
    return for_all(gateway, channel, values, asked["more"])


def _recipient(
    gateway: Gateway, link: Connection, channel: str, only_shown: bool, asked: dict[str, Any]
) -> dict[str, str] | None:
    """The address. For a dump, a channel's id that is not known yet is shown as `<channel_id>`."""
    from ..recipients.messages import one_of

    known = {field.name for field in gateway.fields(known_channel(channel))}
    channel_id = asked["channel_id"]
    if "channel_id" in known:
        channel_id = channel_id or link.channels.get(channel) or ("<channel_id>" if only_shown else None)
    same = [f"{name}={value}" for name, value in link.address.items() if name in known]
    to = address(gateway, channel, asked["to"], channel_id, [*same, *asked["more"]])
    printable(to or {})
    needed = one_of(known_channel(channel)) if gateway is direct else ()
    if needed and not any(name in (to or {}) for name in needed):
        listed = " or ".join(f"--address {name}=…" for name in needed)
        raise click.UsageError(f"{known_channel(channel).title} needs {listed}, or the setting in its connection.")
    return to


def _compiled(
    compiler: Compiler,
    template: Template,
    channel: str,
    via: str | None,
    to: dict[str, str] | None,
    asked: dict[str, Any],
) -> Result:
    base = compiler.base(template.name)
    context = given(template, base, asked["example"], asked["data"], asked["settings"])
    return compiler.compile(
        template.name, channel, via, context.values,
        example=context.example, origin=context.origin, address=to, locale=asked["locale"],
    )  # fmt: skip


def _dump(ready: Service, made: list[Parcel], form: Any) -> None:
    from ..send.dump import dump
    from ..send.sender import requests

    for piece in dump(ready, requests(ready, made), form):
        put(piece)


def _told(outcomes: Iterator[Outcome], count: int, name: str, channel: str) -> bool:
    """Say what became of each message as it is known. Whether all were sent."""
    well = True
    told: list[Diagnostic] = []
    try:
        for place, outcome in enumerate(outcomes, 1):
            which = f"message {place} of {count}: " if count > 1 else ""
            say(f"{which}{_words(outcome)}\n")
            well = well and outcome.diagnostic is None and outcome.state == "sent"
            if outcome.diagnostic is not None and outcome.diagnostic not in told:
                told.append(outcome.diagnostic)
                show([outcome.diagnostic.at(template=name, channel=channel)])
    except KeyboardInterrupt:
        say("interrupted: unknown, the message may have arrived; look at the conversation first\n", sys.stderr)
        raise
    return well


def _words(outcome: Outcome) -> str:
    from ..report.printable import printable
    from ..send.outcome import State

    match outcome.state:
        case State.SENT:
            return f"sent, id {printable(outcome.id)}" if outcome.id else "sent (without an id)"
        case State.REJECTED:
            return "not sent"
        case State.UNKNOWN:
            return "unknown: it may have arrived"
        case State.NEW | State.SENDING:
            return "not sent, because the one before it was not"
