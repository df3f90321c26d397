"""`handbill sandbox`: Genesys Cloud and the channels' own APIs on this computer, with no customer at the other end."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .errors import CannotWrite
from .options import project_option
from .output import say

if TYPE_CHECKING:
    from ..sandbox.server import Sandbox
    from ..sandbox.window import Rate

_FAULTS = "429=0.1,500=0.05,timeout=0.02,reset=0.02,drop=0.02"
_CLIENT = "sandbox"  # an id and a secret for the example; any will do
_FREELY = "1000/s"  # more than a computer sends to itself


@click.command()
@click.option("--open", "look", is_flag=True, help="Open the inbox in the browser.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="Otherwise: 8423. 0 is any that is free.")
@click.option(
    "--rate", metavar="RATE", help="Requests for a token: 80/s, none. Otherwise: 300/min, and a channel's own."
)
@click.option("--fail", default="", metavar="FAULT=SHARE,…", help=f"What goes wrong, and how often: {_FAULTS}.")
@click.option("--seed", type=int, metavar="S", help="The same seed has the same faults for the same messages.")
@click.option("--dedupe", is_flag=True, help="Genesys Cloud takes a message once for its idempotency key.")
@click.option(
    "--log",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Add a line of JSON for every message accepted.",
)
@click.option("--late", type=click.FloatRange(0), metavar="SECONDS", help="How late `timeout` answers. Otherwise: 40.")
@click.option("--token-life", type=click.FloatRange(0), metavar="SECONDS", help="Otherwise: a day.")
@click.option("--client", "clients", multiple=True, metavar="ID:SECRET", help="Let in this client, and no other.")
@click.option("--without", multiple=True, metavar="PERMISSION", help="Take a permission away, as messaging:send.")
@click.option("--unknown", multiple=True, metavar="ID", help="How unknown ids begin. Otherwise: `unknown`, `+999`.")
@click.option("--closed", multiple=True, metavar="ID", help="Whose window is closed. Otherwise: `closed`, `+888`.")
@click.option("--until-eof", is_flag=True, help="Stop when standard input ends, as when the program behind it does.")
@click.option("--quiet", is_flag=True, help="No line for each request.")
@project_option
def sandbox(
    folder: Path | None, look: bool, port: int | None, log: Path | None, until_eof: bool, quiet: bool,
    clients: tuple[str, ...], **asked: Any,
) -> None:  # fmt: skip
    """Run a Genesys Cloud of your own, and send to it.

    It gives tokens, takes messages on Genesys Cloud's paths, and checks them with the rules that
    `handbill check` has. It listens on this computer only, and passes nothing on. An id that begins
    with `unknown` is a customer whom nobody knows. Ctrl-C stops it.

    Its page is an inbox: what arrived, as the customer would see it, with buttons that can be tapped;
    what the vendor would send then is at /_sandbox/inbound.

    The channels' own APIs are under /direct: each takes any token, wants what the channel's schema
    says, and answers and fails as the vendor does. Those that know idempotency keys always do.

    \b
    Faults: 401, 429, 500, 502, 503, 504, timeout, reset, drop, cut, html. `timeout`, `drop` and `cut`
    come after the message was accepted; 500-after, 502-after, 503-after, 504-after, reset-after and
    html-after do too, timeout-before and drop-before do not.

    \b
    Examples:
      handbill sandbox
      handbill sandbox --open
      handbill sandbox --port 0 --rate none --fail 429=0.1,drop=0.02 --seed 7 --dedupe
    """
    settings = {name: value for name, value in asked.items() if value is not None and value != ()}
    settings["clients"] = _clients(clients)
    running = _made(port, log, None if quiet else _told, settings)
    say(_opening(running))
    if look:
        threading.Thread(target=_open, args=(running,), daemon=True).start()
    if until_eof:
        threading.Thread(target=_stop_with_input, args=(running,), daemon=True).start()
    running.run()
    counts = running.counts()
    took = sum(message["delivered"] for message in running.messages())
    say(f"stopped: {took:,} messages delivered, {counts['requests']:,} requests, {counts['tokens']:,} tokens\n")


def _made(port: int | None, log: Path | None, tell: Any, settings: dict[str, Any]) -> Sandbox:
    try:
        from ..sandbox.answers import facts
        from ..sandbox.server import Sandbox
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("starlette", "uvicorn"):
            raise
        message = "the sandbox needs two libraries more; install them with: pip install 'handbill[sandbox]'"
        raise click.UsageError(message) from None
    defaults = facts()["defaults"]
    port = defaults["port"] if port is None else port
    try:
        own = {"rate": defaults["rate"], "own_rates": "rate" not in settings}
        return Sandbox(port, log=log, tell=tell, **{**own, **settings})
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        if error.filename:
            raise CannotWrite(error) from None
        why = (error.strerror or "it failed").lower()
        raise click.UsageError(f"port {port} cannot be used: {why}; choose another with --port.") from None


def _clients(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [each.partition(":") for each in given]
    if not all(client and secret for client, _, secret in pairs):
        raise click.UsageError("--client is an id and a secret with a colon between them.")
    return {client: secret for client, _, secret in pairs}


def _opening(sandbox: Sandbox) -> str:
    settings = sandbox.settings
    lines = ["[connections.sandbox]", f'base_url = "{sandbox.url}"', f'rate = "{_written(settings.limit)}"']
    if settings.dedupe:
        lines.append(f'idempotency_key = "{settings.key_header}"')
    names = ("GENESYS_CLOUD_CLIENT_ID", "GENESYS_CLOUD_CLIENT_SECRET")
    values = " ".join(f"{name}={'…' if settings.clients else _CLIENT}" for name in names)
    table = "".join(f"  {line}\n" for line in lines)
    return (
        f"sandbox at {sandbox.url}, seed {settings.seed}; Ctrl-C stops it\n\n"
        f"In handbill.toml:\n\n{table}\n"
        f"In the shell{'' if settings.clients else ' (any values will do)'}:\n\n  export {values}\n\n"
        f"{_own_apis(sandbox)}"
        f"The inbox, for the browser: {sandbox.url}/\n"
        f"What has arrived, for programs: {sandbox.url}/_sandbox/messages\n\n"
    )


def _own_apis(sandbox: Sandbox) -> str:
    """How a channel's own API is reached, shown for the first that has one."""
    from ..channels import channel
    from ..sandbox.endpoints import PREFIX, sendable

    name = sendable()[0]
    variable = channel(name).data["auth"]["token"]["variable"]
    lines = [
        f"[connections.{name}]",
        'gateway = "direct"',
        f'channel = "{name}"',
        f'base_url = "{sandbox.url}{PREFIX}/{name}"',
    ]
    if not sandbox.settings.own_rates:
        lines.append(f'rate = "{_written(sandbox.settings.limit)}"')
    table = "".join(f"  {line}\n" for line in lines)
    token = "…" if sandbox.settings.clients else _CLIENT
    return f"Or to a channel's own API, each under its name:\n\n{table}\n  export {variable}={token}\n\n"


def _written(rate: Rate | None) -> str:
    """A rate as a connection has it; at most the sandbox's own."""
    if rate is None:
        return _FREELY
    unit = {1: "s", 60: "min", 3600: "h"}.get(rate.seconds)
    return f"{rate.requests}/{unit}" if unit else f"{max(1, rate.requests * 60 // rate.seconds)}/min"


def _told(line: str) -> None:
    try:
        say(f"{line}\n", sys.stderr)
    except OSError:  # nobody reads it any more
        pass


def _open(sandbox: Sandbox) -> None:
    import webbrowser

    sandbox.ready.wait()
    webbrowser.open(f"{sandbox.url}/")


def _stop_with_input(sandbox: Sandbox) -> None:
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    sandbox.stop()
