"""`handbill send`: one message, to one recipient; or the exact requests, for review."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..diagnostic import Diagnostic, in_order
from .address import address
from .context import given
from .errors import FOUND, show
from .options import CHANNEL, project_option, via_option
from .output import put, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..gateways import Gateway
    from ..pipeline import Compiler, Result
    from ..send.connection import Connection
    from ..send.outcome import Outcome
    from ..template import Template


@click.command()
@click.argument("name")
@click.option("--channel", type=CHANNEL, required=True, metavar="CHANNEL", help="Where the customer reads.")
@click.option("--to", required=True, metavar="ID", help="The recipient.")
@click.option(
    "--channel-id",
    metavar="ID",
    help="Who it comes from: the channel's id in Genesys Cloud. Otherwise: the connection's.",
)
@click.option("--address", "more", multiple=True, metavar="NAME=VALUE", help="What else the gateway must know.")
@via_option
@click.option("--example", metavar="EXAMPLE", help="Take the values of this example of the template.")
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Take the values from a JSON or YAML file; - is standard input.",
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Give a value; may be repeated.")
@click.option(
    "--connection",
    "chosen",
    metavar="NAME",
    help="A connection of handbill.toml. Otherwise: `default`, or the only one.",
)
@click.option("--dump", "only_shown", is_flag=True, help="Send nothing; print the requests, one JSON object a line.")
@project_option
@click.pass_context
def send(
    ctx: click.Context, /, name: str, channel: str, via: str | None, chosen: str | None, only_shown: bool,
    folder: Path | None, **asked: Any,
) -> None:  # fmt: skip
    """Send the message NAME to one recipient.

    Without a connection in handbill.toml, the environment says where to: GENESYS_CLOUD_REGION,
    GENESYS_CLOUD_CLIENT_ID, GENESYS_CLOUD_CLIENT_SECRET. With --dump nothing is sent, and no secret
    is needed or shown. Nothing is sent when anything is wrong with the message, and nothing is ever
    sent twice: when it is not known whether it arrived, this is said.

    \b
    Examples:
      handbill send followup_call --channel messenger --to 123456789012345 --channel-id 987654321098765
      handbill send followup_call --channel messenger --to 123456789012345 --dump
    """
    from ..guard import limited
    from ..pipeline import Compiler
    from ..send.connection import connection
    from ..send.requests import posted
    from .opening import opened

    project = opened(folder)
    compiler = Compiler(project, limited)
    template = project.template(name, channel)
    gateway = compiler.via(template, via)
    link = connection(project.config.connections, chosen, os.environ, project.source)
    posted(link, gateway.NAME)
    credentials = None if only_shown else link.credentials(os.environ)  # asked for before anything is rendered
    result = _compiled(compiler, template, channel, via, _recipient(gateway, link, channel, only_shown, asked), asked)
    if result.diagnostics:
        show(in_order(result.diagnostics))
    if result.bodies is None:
        ctx.exit(FOUND)
    if credentials is None:
        _dump(link, gateway.NAME, result.bodies)
        return
    from ..send.sender import send as post

    if not _told(post(link, credentials, gateway.NAME, result.bodies), len(result.bodies), name, channel):
        ctx.exit(FOUND)


def _recipient(
    gateway: Gateway, link: Connection, channel: str, only_shown: bool, asked: dict[str, Any]
) -> dict[str, str] | None:
    """The address. For a dump, a channel's id that is not known yet is shown as `<channel_id>`."""
    channel_id = asked["channel_id"] or link.channels.get(channel) or ("<channel_id>" if only_shown else None)
    to = address(gateway, asked["to"], channel_id, asked["more"])
    for field, value in (to or {}).items():
        if not value.isprintable():
            raise click.UsageError(f"the address field `{field}` holds characters that cannot be sent.")
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
        template.name, channel, via, context.values, example=context.example, origin=context.origin, address=to
    )


def _dump(link: Connection, gateway: str, bodies: list[Any]) -> None:
    from ..send.dump import dump
    from ..send.requests import requests

    for line in dump(link, requests(link, gateway, bodies)):
        put(line)


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
            return f"sent, id {printable(outcome.id)}" if outcome.id else "sent (Genesys Cloud gave no id)"
        case State.REJECTED:
            return "not sent"
        case State.UNKNOWN:
            return "unknown: it may have arrived"
        case State.NEW | State.SENDING:
            return "not sent, because the one before it was not"
