"""The end of `handbill demo`: messages sent over real HTTP, to a sandbox in which one request in five fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from ..resources import load
from .errors import CLEAN, FOUND
from .output import say

if TYPE_CHECKING:
    from ..sandbox.server import Sandbox

Heading = Callable[[str, str], None]  # what comes now, and the command that does it

_TO = "user-001"
_CONNECTION = """\
channels = ["messenger"]

[connections.sandbox]
base_url = "{url}"
client_id = "HANDBILL_DEMO_CLIENT_ID"
client_secret = "HANDBILL_DEMO_CLIENT_SECRET"
channels = {{messenger = "page-1"}}
idempotency_key = "Idempotency-Key"
batch = 1
rate = "{rate}"
"""


def missing() -> bool:
    """Whether the sandbox or the sender cannot run, their packages not being there."""
    return not all(find_spec(name) for name in ("starlette", "uvicorn", "httpx"))


def rehearse(heading: Heading) -> None:
    """Start a sandbox on a free port, send the messages and a file of recipients to it, show what arrived, stop it."""
    from ..sandbox.server import Sandbox

    facts = load("sending.json")["demo"]
    with (
        TemporaryDirectory(prefix="handbill-demo-") as folder,
        Sandbox(rate=facts["rate"], seed=facts["seed"], retry_after=None, dedupe=True) as box,
        _environment({"HANDBILL_DEMO_CLIENT_ID": "demo", "HANDBILL_DEMO_CLIENT_SECRET": "demo-secret"}),
    ):
        root = Path(folder)
        (root / "handbill.toml").write_text(_CONNECTION.format(url=box.url, rate=facts["rate"]), encoding="utf-8")
        _copy_templates(root)
        for name in ("followup_call", "product_carousel"):
            heading("Sent to one customer, over HTTP, with a token.", f"send {name} --channel messenger --to {_TO}")
            _run(root, "send", name, "--channel", "messenger", "--to", _TO)
            say("\n")
        box.change(fail=facts["faults"])
        _campaign(root, box, heading, facts["recipients"])


def _campaign(root: Path, box: Sandbox, heading: Heading, count: int) -> None:
    box.clear()
    ids = [f"user-{number:03d}" for number in range(1, count)] + ["unknown-1"]
    people = root / "customers.csv"
    people.write_text("to\n" + "".join(f"{each}\n" for each in ids), encoding="utf-8")
    heading(
        f"Sent to {count} customers, one of whom nobody knows; one request in five fails.",
        "send followup_call --channel messenger --recipients customers.csv",
    )
    _run(root, "send", "followup_call", "--channel", "messenger", "--recipients", str(people))
    say("\n")
    heading("What became of each message.", "runs RUN")
    _results(root)
    counts, arrived = box.counts(), box.messages()
    failed = {name: number for name, number in sorted(counts["answers"].items()) if name != "200" and number}
    faults = ", ".join(f"{number} × {name}" for name, number in failed.items())
    twice = sum(message["delivered"] > 1 for message in arrived)
    say(
        f"\nThe sandbox gave one token and took {counts['requests']} requests for {count} messages ({faults}).\n"
        f"{len(arrived)} customers have the message, {twice or 'none'} of them twice.\n"
    )


def _results(root: Path) -> None:
    """The first messages of the run, those that took several attempts, and those that were not sent."""
    from dataclasses import asdict

    from ..report.runs import row
    from ..send.ledger import Ledger

    with Ledger.open(root) as ledger:
        [run] = ledger.runs()
        rows = list(ledger.rows(run.id))
        counts = {state.value: number for state, number in ledger.counts(run.id).items()}
    from ..report.runs import accounted

    say(f"{run.id}  {accounted(counts)}\n")
    often = [info for info in rows if info.attempts > 1 and info.state.value == "sent"]
    others = [info for info in rows if info.state.value != "sent"]
    for info in sorted({info.row: info for info in [*rows[:2], *often[:3], *others]}.values(), key=lambda one: one.row):
        say("  " + row({**asdict(info), "state": info.state.value}, "customers.csv"))
    say(f"  … and {len(rows) - len(rows[:2]) - len(often[:3]) - len(others)} more, all sent\n")


def _run(root: Path, *args: str) -> None:
    """A command of our own, as from a shell. Its exit code is for a shell; what it says is shown."""
    from .group import handbill

    sys.stdout.flush()
    try:
        handbill.main(args=[*args, "--project", str(root)], prog_name="handbill")
    except SystemExit as ended:
        if ended.code not in (CLEAN, FOUND):  # it has said why
            raise click.exceptions.Exit(int(ended.code or 0)) from None


def _copy_templates(root: Path) -> None:
    from ..project import shipped

    folder = root / "templates"
    folder.mkdir()
    for (name, _), file in shipped().files().items():
        if name in ("followup_call", "product_carousel"):
            (folder / file.path.name).write_bytes(file.path.read_bytes())


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            os.environ.pop(name, None)
