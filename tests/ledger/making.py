"""Runs and rows for the tests, and a way to run a script of theirs as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from handbill.send.ledger import Entry, Ledger, Run
from handbill.send.ledger_file import FOLDER, NAME
from handbill.send.outcome import State

HERE = Path(__file__).parent
RUN = "20261122-1534-k3f9"
ROWS = 20
NOW = 1_795_000_000.0  # seconds since 1970
LEASE = 30.0  # seconds


def run(name: str = RUN, **changes: Any) -> Run:
    run = Run(
        name, created="2026-11-22T15:34:00Z", template="delivery", template_digest="t1", recipients="people.csv",
        recipients_digest="r1", channel="messenger", gateway="genesys-event", connection="sandbox",
        settings={"workers": 8, "map": {"first name": "name"}},
    )  # fmt: skip
    return replace(run, **changes)


def entry(row: int) -> Entry:
    return Entry(row, row + 1, row * 700, 700, f"{row:032x}")


def entries(count: int, first: int = 1) -> Iterator[Entry]:
    return (entry(row) for row in range(first, first + count))


def states(ledger: Ledger, name: str = RUN) -> dict[int, State]:
    return {info.row: info.state for info in ledger.rows(name)}


def file(folder: Path) -> Path:
    return folder / FOLDER / NAME


def begun(script: str, *arguments: object) -> subprocess.Popen[str]:
    """A script of this folder, started as a process."""
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env={**os.environ, "PYTHONPATH": path})


def ended(process: subprocess.Popen[str]) -> tuple[str, int]:
    """What it printed, and its exit code."""
    printed, _ = process.communicate(timeout=60)
    return printed, process.returncode
