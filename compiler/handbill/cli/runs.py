"""`handbill runs`: what became of each message of each run."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..report.runs import STATES, accounted, listed, row
from .errors import CLEAN
from .opening import opened
from .options import project_option
from .output import say

if TYPE_CHECKING:
    from ..send.ledger import Ledger, RowInfo, Run


@click.command()
@click.argument("run", required=False, metavar="[RUN]")
@click.option("--state", type=click.Choice(STATES), help="Only messages in this state.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: one object a line.",
)
@click.option(
    "--retry",
    type=click.Choice(["rejected", "unknown"]),
    help="Have these sent again when the run is resumed. Unknown ones may arrive twice.",
)
@project_option
def runs(run: str | None, state: str | None, form: str, retry: str | None, folder: Path | None) -> int:
    """List the runs of this project, or tell what became of each message of RUN.

    A run is one `handbill send --recipients`. Its messages are sent, rejected (surely not sent),
    unknown (may have arrived), or new (not sent yet).

    \b
    Examples:
      handbill runs
      handbill runs 20261122-1534-k3f9 --state rejected
      handbill runs 20261122-1534-k3f9 --retry rejected
    """
    if run is None and (state or retry):
        raise click.UsageError(f"{'--state' if state else '--retry'} needs a RUN; `handbill runs` lists them.")
    from ..send.ledger import Ledger

    root = opened(folder).root
    if run is None and not Ledger.exists(root):
        if form == "text":
            say("no runs yet; begin one with: handbill send NAME --channel CHANNEL --recipients FILE\n", sys.stderr)
        return CLEAN
    with Ledger.open(root) as ledger:
        if run is None:
            _list(ledger, form)
        elif retry:
            _again(ledger, ledger.run(run), retry)
        else:
            _show(ledger, ledger.run(run), state, form)
    return CLEAN


def _list(ledger: Ledger, form: str) -> None:
    found = [(_plain(run), _counts(ledger, run)) for run in ledger.runs()]
    if form == "json":
        for run, counts in found:
            _json({**run, "counts": counts})
        return
    for line in listed(found):
        say(line)


def _show(ledger: Ledger, run: Run, state: str | None, form: str) -> None:
    from ..send.outcome import State

    counts = _counts(ledger, run)
    if form == "text":
        for line in listed([(_plain(run), counts)]):
            say(line)
    for info in ledger.rows(run.id, State(state) if state else None):
        if form == "json":
            _json({"run": run.id, **_row(info)})
        elif state or info.state is not State.SENT:
            say(row(_row(info), run.recipients))
    left = counts["new"] + counts["sending"]
    if form == "text" and left:
        say(f"send the rest with: handbill send --resume {run.id}\n", sys.stderr)


def _again(ledger: Ledger, run: Run, retry: str) -> None:
    from ..send.outcome import State

    count = ledger.again(run.id, State(retry))
    say(f"{run.id}: {count:,} to be sent again; now {accounted(_counts(ledger, run))}\n")
    if count:
        say(f"send them with: handbill send --resume {run.id}\n", sys.stderr)


def _counts(ledger: Ledger, run: Run) -> dict[str, int]:
    return {state.value: count for state, count in ledger.counts(run.id).items()}


def _plain(run: Run) -> dict[str, Any]:
    values = asdict(run)
    del values["settings"]
    return values


def _row(info: RowInfo) -> dict[str, Any]:
    values = asdict(info)
    for name in ("offset", "length", "recipient"):  # where it lies; of no use to anybody else
        del values[name]
    return {**values, "state": info.state.value}


def _json(value: dict[str, Any]) -> None:
    say(json.dumps(value, ensure_ascii=False) + "\n")
