"""A run of many rows is taken up in little time and little memory; what is asked again and again reads no row twice."""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path

import pytest
from handbill.send.ledger import Ledger, Refusal, Result
from handbill.send.outcome import State
from ledger.making import LEASE, NOW, RUN, begun, ended, entries, file, run


def many(folder: Path, rows: int) -> Path:
    with Ledger.open(folder) as ledger:
        ledger.create(run())
        ledger.add(RUN, entries(rows))
        ledger.phase(RUN, "ready", rows)
    return folder


@pytest.mark.parametrize("rows", [20_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_a_run_is_taken_up(tmp_path: Path, rows: int) -> None:
    many(tmp_path, rows)
    printed, code = ended(begun("resuming.py", tmp_path))
    assert code == 0
    seconds, megabytes = map(float, printed.split())
    assert seconds <= 2
    assert megabytes <= 150
    assert file(tmp_path).stat().st_size <= rows * 70 + 100_000, "70 MB a million rows that are new"


def test_what_is_next_is_known_without_reading_every_row(tmp_path: Path) -> None:
    with Ledger.open(many(tmp_path, 5_000)) as ledger:
        steps = []
        ledger._db.set_progress_handler(lambda: steps.append(1) and None, 100)
        assert ledger.next(RUN) == 0
        assert len(steps) < 5, "some hundred steps of SQLite"
        ledger._db.set_progress_handler(None, 0)
        claims = ledger.claim(RUN, "me", 5_000, LEASE, NOW)
        ledger.record(RUN, "me", [Result(c.row, State.NEW, due=NOW + c.row) for c in islice(claims, 7, None)])
        assert ledger.next(RUN) == NOW + 8
        ledger.record(RUN, "me", [Result(c.row, State.SENT) for c in claims[:7]])
        assert ledger.next(RUN) == NOW + 8


def test_bad_rows_are_written_together(tmp_path: Path) -> None:
    with Ledger.open(many(tmp_path, 3)) as ledger:
        commits: list[str] = []
        ledger._db.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
        ledger.refuse(RUN, [Refusal(row, row + 1, "bad-recipient", "Bad") for row in range(4, 504)])
        assert len(commits) == 1
        assert ledger.counts(RUN)[State.REJECTED] == 500


def test_who_is_there_twice(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.create(run())
        ledger.add(
            RUN, [next(entries(1, row)).__class__(row, row + 1, 0, 9, f"{row % 400:032x}") for row in range(1, 1001)]
        )
        count, lines = ledger.repeated(RUN, 2)
        assert count == 600
        assert lines == [(2, 802), (3, 803)]
        ledger.claim(RUN, "me", 1, LEASE, NOW)
        assert ledger.once(RUN, "bad-recipient", "Twice") == 600
        assert ledger.repeated(RUN, 2) == (0, [])
        assert ledger.counts(RUN)[State.NEW] == 399


@pytest.mark.slow
def test_a_million_are_looked_through(tmp_path: Path) -> None:
    with Ledger.open(many(tmp_path, 1_000_000)) as ledger:
        began = time.perf_counter()
        assert ledger.repeated(RUN, 3) == (0, [])
        assert time.perf_counter() - began < 20
