"""What can be wrong with the file is told in words; what was recorded before stays."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from handbill.diagnostic import Diagnostic, Failed
from handbill.send.ledger import Ledger, Result
from handbill.send.ledger_file import VERSION
from handbill.send.outcome import State
from ledger.making import LEASE, NOW, ROWS, RUN, entries, file, states


def told(call: Callable[[], object]) -> Diagnostic:
    with pytest.raises(Failed) as failed:
        call()
    (diagnostic,) = failed.value.diagnostics
    assert diagnostic.code == "bad-ledger"
    assert diagnostic.text.endswith(".")
    assert diagnostic.hint[0].islower()
    assert not diagnostic.hint.endswith(".")
    return diagnostic


def opened(folder: Path) -> Diagnostic:
    return told(lambda: Ledger.open(folder))


def made(folder: Path, content: bytes) -> Path:
    file(folder).parent.mkdir()
    file(folder).write_bytes(content)
    return folder


def test_another_program_has_it(folder: Path) -> None:
    with Ledger.open(folder) as ledger, sqlite3.connect(file(folder), isolation_level=None) as other:
        ledger._db.execute("PRAGMA busy_timeout = 20")
        other.execute("BEGIN IMMEDIATE")
        diagnostic = told(lambda: ledger.claim(RUN, "me", 1, LEASE, NOW))
        assert diagnostic.title == "Ledger in use"
        assert str(file(folder)) in diagnostic.text
        assert ledger.counts(RUN)[State.NEW] == ROWS, "one may read meanwhile"
        other.execute("COMMIT")
        assert len(ledger.claim(RUN, "me", 1, LEASE, NOW)) == 1
    other.close()


def test_it_may_not_be_written(ledger: Ledger) -> None:
    ledger._db.execute("PRAGMA query_only = ON")
    assert told(lambda: ledger.claim(RUN, "me", 1, LEASE, NOW)).title == "Ledger not writable"
    assert states(ledger)[1] is State.NEW


def test_its_folder_is_a_file(tmp_path: Path) -> None:
    file(tmp_path).parent.write_text("")
    assert opened(tmp_path).title == "Ledger not readable"


def test_it_is_a_folder(tmp_path: Path) -> None:
    file(tmp_path).mkdir(parents=True)
    assert opened(tmp_path).title == "Ledger not readable"


@pytest.mark.parametrize("content", [b"row,state\n1,sent\n" * 99, b"SQLite format 3\0" + b"\xff" * 4096])
def test_it_is_something_else(tmp_path: Path, content: bytes) -> None:
    assert opened(made(tmp_path, content)).title in ("Not a ledger", "Ledger damaged")
    assert file(tmp_path).read_bytes() == content, "it is left as it is"


def test_it_is_the_database_of_another_program(tmp_path: Path) -> None:
    made(tmp_path, b"")
    with sqlite3.connect(file(tmp_path)) as other:
        other.execute("CREATE TABLE rows (row INTEGER)")
    other.close()
    before = file(tmp_path).read_bytes()
    assert opened(tmp_path).title == "Not a ledger"
    assert file(tmp_path).read_bytes() == before


def test_it_is_of_a_newer_handbill(folder: Path) -> None:
    with sqlite3.connect(file(folder)) as other:
        other.execute(f"PRAGMA user_version = {VERSION + 1}")
    other.close()
    assert opened(folder).title == "Ledger of a newer Handbill"


def test_an_empty_file_becomes_a_ledger(tmp_path: Path) -> None:
    with Ledger.open(made(tmp_path, b"")) as ledger:
        assert ledger.runs() == []


def test_a_page_is_damaged(folder: Path) -> None:
    path = file(folder)
    with Ledger.open(folder) as ledger:
        ledger.add(RUN, entries(3000))
    whole = bytearray(path.read_bytes())
    whole[8192:-4096] = b"\xff" * len(whole[8192:-4096])
    path.write_bytes(whole)
    with Ledger.open(folder) as ledger:
        assert told(lambda: list(ledger.rows(RUN))).title == "Ledger damaged"


def test_the_disk_is_full(ledger: Ledger) -> None:
    ledger.claim(RUN, "me", 1, LEASE, NOW)
    ledger.record(RUN, "me", [Result(1, State.SENT)])
    ((pages,),) = ledger._db.execute("PRAGMA page_count").fetchall()
    ledger._db.execute(f"PRAGMA max_page_count = {pages}")
    assert told(lambda: ledger.add(RUN, entries(5000))).title == "Disk full"
    found = states(ledger)
    assert len(found) == ROWS
    assert found[1] is State.SENT
    assert len(ledger.claim(RUN, "me", 5, LEASE, NOW)) == 5, "it goes on where there is room"


@pytest.mark.parametrize("room", [0, 1, 100, 4096, 5000])
def test_a_write_fails(folder: Path, room: int) -> None:
    """The operating system lets the log grow by so many bytes and no more."""
    with Ledger.open(folder) as ledger:
        ledger.claim(RUN, "me", 3, LEASE, NOW)
        ledger.record(RUN, "me", [Result(1, State.SENT)])
        log = file(folder).with_name("ledger.db-wal")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + room, hard))
        try:
            diagnostic = told(lambda: ledger.record(RUN, "me", [Result(2, State.SENT)]))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert diagnostic.title in ("Ledger failed", "Disk full")
        assert ledger.record(RUN, "me", [Result(2, State.SENT)]) == 1, "it can be recorded when there is room again"
    with Ledger.open(folder) as ledger:
        found = states(ledger)
        assert (found[1], found[2], found[3]) == (State.SENT, State.SENT, State.SENDING)


def test_a_mistake_of_ours_is_not_called_one_of_the_file(ledger: Ledger) -> None:
    with pytest.raises(sqlite3.Error):
        ledger.claim(RUN, "me", "many", LEASE, NOW)  # type: ignore[arg-type]
    assert ledger.counts(RUN)[State.NEW] == ROWS
