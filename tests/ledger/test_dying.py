"""A process may die, and the power may fail, at any moment: what the ledger said it has, it has."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from handbill.diagnostic import Failed
from handbill.send.ledger import Ledger, Result
from handbill.send.outcome import State
from ledger.making import LEASE, NOW, RUN, begun, ended, entries, file, run, states

# ---- a process dies


def lives(folder: Path, step: int) -> bool:
    """Whether a process comes to its end before that step; else it died there."""
    folder.mkdir()
    _, code = ended(begun("dying.py", folder, step))
    assert code in (0, 9), "it died where it was meant to, if it died"
    return code == 0


def told(folder: Path) -> list[str]:
    path = folder / "notes"
    return path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []


def holds(folder: Path) -> None:
    """All that the dead process was told is so, and at most the one change under way is there too."""
    notes = told(folder)
    with Ledger.open(folder) as ledger:
        assert ledger._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if "created" not in notes:
            return
        found = states(ledger)
        if "added" in notes:
            assert set(found) >= set(range(1, 7)), "nothing is lost"
        if "ready" in notes:
            assert (ledger.run(RUN).phase, ledger.run(RUN).total, found[7]) == ("ready", 7, State.REJECTED)
        expected: dict[int, State] = {}
        for word in notes:
            if match := re.fullmatch(r"(claimed|released|recorded) (\d)(?: (\w+))?", word):
                state = {"claimed": "sending", "released": "new"}.get(match[1]) or match[3]
                expected[int(match[2])] = State(state)
        wrong = {row: found[row] for row, state in expected.items() if found[row] is not state}
        assert len(wrong) <= 2, "one commit at most is ahead of what was told"
        assert all(expected[row] is not State.SENT for row in wrong), "nothing comes back from sent"
        held = {row for row, state in found.items() if state is State.SENDING}
        assert ledger.lapse(RUN, NOW + 10 * LEASE, resend=False) == len(held), "who had them in hand is known"


def sweep(tmp_path: Path, every: int) -> int:
    """Die before each `every`-th statement in turn, until one run gets through. How often it died."""
    for count, step in enumerate(range(1, 1000, every)):
        folder = tmp_path / str(step)
        if lives(folder, step):
            assert told(folder)[-1] == "end"
            holds(folder)
            return count
        holds(folder)
    raise AssertionError("it never came to its end")


def test_it_may_die_before_many_a_statement(tmp_path: Path) -> None:
    assert sweep(tmp_path, 7) > 10


@pytest.mark.slow
def test_it_may_die_before_any_statement(tmp_path: Path) -> None:
    assert sweep(tmp_path, 1) > 70


# ---- the power fails: the log is cut off, or ends in rubbish


class Filmed:
    """A ledger at work, with its log as it is after each commit and the rows that were sent by then."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.marks: list[tuple[int, set[int]]] = []  # length of the log in bytes, rows that are surely sent
        self.log = file(folder).with_name("ledger.db-wal")
        with Ledger.open(folder) as ledger:
            ledger._db.execute("PRAGMA wal_autocheckpoint = 0")
            ledger.create(run())
            ledger.add(RUN, entries(60))
            ledger._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            sent: set[int] = set()
            self.marks.append((0, set()))
            while claims := ledger.claim(RUN, "me", 4, LEASE, NOW):
                self.marks.append((self.log.stat().st_size, set(sent)))
                ledger.record(RUN, "me", [Result(claim.row, State.SENT, id="8b1a6f0e") for claim in claims])
                sent |= {claim.row for claim in claims}
                self.marks.append((self.log.stat().st_size, set(sent)))
            self.whole = self.log.read_bytes()
            self.file = file(folder).read_bytes()

    def after(self, kept: bytes, folder: Path) -> dict[int, State]:
        """The rows of a copy of which that much of the log is left."""
        shutil.rmtree(folder, ignore_errors=True)
        file(folder).parent.mkdir(parents=True)
        file(folder).write_bytes(self.file)
        file(folder).with_name("ledger.db-wal").write_bytes(kept)
        with Ledger.open(folder) as ledger:
            assert ledger._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert ledger.run(RUN) == run()
            return states(ledger)

    def check(self, cut: int, rubbish: bytes, folder: Path) -> None:
        found = self.after(self.whole[:cut] + rubbish, folder)
        assert set(found) == set(range(1, 61)), "nothing is lost"
        sent = {row for row, state in found.items() if state is State.SENT}
        surely = max((rows for length, rows in self.marks if length <= cut), key=len)
        assert sent >= surely, "nothing comes back from sent"
        assert sent in [rows for _, rows in self.marks], "a commit is whole or not there"


@pytest.fixture
def filmed(tmp_path: Path) -> Filmed:
    return Filmed(tmp_path)


def cuts(filmed: Filmed, count: int, random: Random) -> Iterator[tuple[int, bytes]]:
    for length, _ in filmed.marks[:: max(1, 3 * len(filmed.marks) // count)]:
        yield length, b""
        yield max(0, length - 1), b""
    for _ in range(count):
        yield random.randrange(len(filmed.whole)), random.randbytes(random.choice([0, 1, 24, 4096]))


def test_the_power_may_fail(filmed: Filmed, tmp_path: Path) -> None:
    for cut, rubbish in cuts(filmed, 40, Random(1)):
        filmed.check(cut, rubbish, tmp_path / "copy")


@pytest.mark.slow
def test_the_power_may_fail_at_any_byte(filmed: Filmed, tmp_path: Path) -> None:
    for cut, rubbish in cuts(filmed, 1200, Random(2)):
        filmed.check(cut, rubbish, tmp_path / "copy")


def test_the_test_sees_a_row_that_comes_back(filmed: Filmed, tmp_path: Path) -> None:
    """Without the log's last commit the last rows are not sent: the check above would tell."""
    filmed.marks = [(0, rows) for _, rows in filmed.marks]
    with pytest.raises(AssertionError, match="comes back"):
        filmed.check(len(filmed.whole) // 2, b"", tmp_path / "copy")


def test_a_log_without_its_file_is_told(folder: Path) -> None:
    """A file that was cut off is no ledger of nothing."""
    path = file(folder)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(Failed) as failed, Ledger.open(folder) as ledger:
        list(ledger.rows(RUN))
    assert failed.value.diagnostics[0].title == "Ledger damaged"
