"""What the ledger costs: its size and time to load, messages a second, and how long it takes to look into it.

    .venv/bin/python benchmarks/ledger.py
    .venv/bin/python benchmarks/ledger.py --rows 10000

Every commit waits for the disk (`synchronous=FULL`), so messages a second depend on how many share one.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

from handbill.home import FOLDER
from handbill.send.ledger import Entry, Ledger, Result, Run
from handbill.send.ledger_file import NAME
from handbill.send.outcome import State
from table import table

RUN = Run("r1", "2026-11-22T00:00:00Z", "delivery", "", "people.csv", "", "messenger", "genesys-event", "")
BATCHES = (1, 10, 100, 500)  # messages that are claimed, and recorded, in one commit
SHARE = 20  # of the rows, a batch is measured on one in so many
LENGTH = 700  # of a payload, in bytes


def entries(rows: int) -> Iterator[Entry]:
    """Rows whose recipients' hashes do not compress."""
    for row in range(1, rows + 1):
        scattered = row * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128
        yield Entry(row, row + 1, row * LENGTH, LENGTH, f"{scattered:032x}")


def timed(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


def send(ledger: Ledger, batch: int, most: int) -> int:
    """Claim and record up to so many messages, as the sender does but without sending; how many."""
    count = 0
    while count < most and (claims := ledger.claim(RUN.id, "benchmark", min(batch, most - count), 30, time.time())):
        sent = [
            Result(c.row, State.SENT, c.done + 1, id=f"8b1a6f0e-5d8b-4c1e-9f00-{c.row:012d}", due=0.0) for c in claims
        ]
        count += ledger.record(RUN.id, "benchmark", sent)
    return count


def megabytes(folder: Path) -> float:
    """Of the file, once its log is in it."""
    with Ledger.open(folder):
        pass  # the last one to close it empties the log
    return (folder / FOLDER / NAME).stat().st_size / 1e6


def measure(rows: int, folder: Path) -> Iterator[list[str]]:
    with Ledger.open(folder) as ledger:
        ledger.create(RUN)
        seconds = timed(lambda: ledger.add(RUN.id, entries(rows)))
        yield [f"add {rows:,} rows", f"{seconds:.1f} s", f"{rows / seconds:,.0f} a second"]
    yield ["the file then", f"{megabytes(folder):.0f} MB", f"{megabytes(folder) * 1e6 / rows:.0f} bytes a row"]
    with Ledger.open(folder) as ledger:
        for batch in BATCHES:
            most = max(batch, rows // SHARE // (10 if batch == 1 else 1))
            start = perf_counter()
            count = send(ledger, batch, most)
            seconds = perf_counter() - start
            yield [f"claim and record, {batch} a commit", f"{count / seconds:,.0f} a second", f"{count:,} messages"]
        yield ["open, and count the states", f"{timed(lambda: _reopened(folder)) * 1000:.0f} ms", "half-way"]
        send(ledger, BATCHES[-1], rows)
        yield ["count the states", f"{timed(lambda: ledger.counts(RUN.id)) * 1000:.0f} ms", "at the end"]
        yield ["read every row", f"{timed(lambda: sum(1 for _ in ledger.rows(RUN.id))):.1f} s", ""]
    yield ["the file then", f"{megabytes(folder):.0f} MB", f"{megabytes(folder) * 1e6 / rows:.0f} bytes a row"]
    unit = 1_000_000 if sys.platform == "darwin" else 1_000
    yield ["memory at the most", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit:.0f} MB", ""]


def _reopened(folder: Path) -> None:
    with Ledger.open(folder) as ledger:
        ledger.counts(RUN.id)


def report(rows: int = 1_000_000) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        found = table([f"ledger of {rows:,} rows", "", ""], list(measure(rows, Path(name))))
    goal = "Every commit waits for the disk (`synchronous=FULL`). Goal: 10,000 messages a second, 100 a commit."
    return ["## The ledger", goal, found]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    print("\n\n".join(report(parser.parse_args().rows)))


if __name__ == "__main__":
    main()
