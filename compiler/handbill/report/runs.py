"""Runs and their rows in words: the list, one run, what became of each message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .printable import printable

STATES = ("sent", "rejected", "unknown", "new", "sending")
_WORDS = {
    "sent": "sent",
    "rejected": "not sent",
    "unknown": "unknown, may have arrived",
    "new": "not sent yet",
    "sending": "being sent",
}


def accounted(counts: Mapping[str, int]) -> str:
    """Every row of a run, by what became of it: "200 messages: 190 sent, 6 not sent, 4 unknown, may have arrived"."""
    total = sum(counts.values())
    said = [f"{counts[state]:,} {_WORDS[state]}" for state in STATES if counts.get(state)]
    return f"{total:,} message{'' if total == 1 else 's'}" + (f": {', '.join(said)}" if said else "")


def listed(runs: Iterable[tuple[Mapping[str, Any], Mapping[str, int]]]) -> Iterator[str]:
    """A line a run: its id, what was sent to whom, and its rows."""
    for run, counts in runs:
        what = f"{run['template']} on {run['channel']} to {run['recipients']}"
        yield f"{run['id']}  {printable(what)}\n    {accounted(counts)}{_phase(run)}\n"


def _phase(run: Mapping[str, Any]) -> str:
    return " (its messages were not all compiled yet)" if run["phase"] == "compiling" else ""


def row(info: Mapping[str, Any], recipients: str) -> str:
    """One row, with its place in the recipients file first, as compilers do."""
    said = _WORDS[info["state"]]
    if info["id"]:
        said += f", id {info['id']}"
    if info["attempts"] > 1:
        said += f", {info['attempts']} attempts"
    why = f": {info['code']}: {info['error']}" if info["code"] else ""
    return f"{printable(recipients)}:{info['line']}: {printable(said + why)}\n"
