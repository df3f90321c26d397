"""The ledger, call by call."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from handbill.diagnostic import Failed
from handbill.send.ledger import Ledger, Refusal, Result
from handbill.send.outcome import State
from ledger.making import LEASE, NOW, ROWS, RUN, entries, entry, file, run, states


def test_a_run_is_read_as_it_was_written(ledger: Ledger) -> None:
    assert ledger.run(RUN) == run(phase="ready", total=ROWS)
    ledger.create(run("20261122-1601-m2pq", unknown="resend"))
    assert [each.id for each in ledger.runs()] == [RUN, "20261122-1601-m2pq"]
    ledger.phase(RUN, "done")
    assert ledger.run(RUN) == run(phase="done", total=ROWS)


def test_no_two_runs_of_one_id(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match=RUN):
        ledger.create(run())


def test_a_recipients_hash_is_the_same_in_every_run_and_another_in_another_ledger(
    ledger: Ledger, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Ledger.open(folder) as again, Ledger.open(tmp_path_factory.mktemp("other")) as other:
        one = ledger.recipient("491701234567")
        assert again.recipient("491701234567") == one
        assert len({one, other.recipient("491701234567"), one, ledger.recipient("491701234568")}) == 3
        assert len(bytes.fromhex(one)) == 8


def test_a_ledger_of_the_first_version_goes_on(folder: Path) -> None:
    with sqlite3.connect(file(folder)) as old:
        old.execute("DROP TABLE keys")
        old.execute("PRAGMA user_version = 1")
    old.close()
    with Ledger.open(folder) as ledger:
        assert len(states(ledger)) == ROWS
        one = ledger.recipient("491701234567")
    with Ledger.open(folder) as again:
        assert again.recipient("491701234567") == one


@pytest.mark.parametrize(
    ("asked", "hint"), [("20261122-1534-k3f8", f"did you mean `{RUN}`?"), ("x", "`handbill runs`")]
)
def test_an_unknown_run(ledger: Ledger, asked: str, hint: str) -> None:
    for call in (ledger.run, ledger.counts, lambda name: ledger.claim(name, "me", 1, LEASE, NOW)):
        with pytest.raises(Failed) as failed:
            call(asked)
        (diagnostic,) = failed.value.diagnostics
        assert (diagnostic.code, diagnostic.title) == ("unknown-run", f"No run `{asked}`")
        assert diagnostic.hint.startswith(hint)


def test_asking_whether_there_is_one_makes_none(tmp_path: Path) -> None:
    assert not Ledger.exists(tmp_path)
    assert list(tmp_path.iterdir()) == []
    Ledger.open(tmp_path).close()
    assert Ledger.exists(tmp_path)


def test_a_row_goes_its_way(ledger: Ledger) -> None:
    (claim,) = ledger.claim(RUN, "me", 1, LEASE, NOW)
    assert (claim.row, claim.line, claim.offset, claim.length, claim.recipient) == (1, 2, 700, 700, f"{1:032x}")
    assert states(ledger)[1] is State.SENDING
    assert ledger.record(RUN, "me", [Result(1, State.SENT, 1, id="8b1a6f0e")]) == 1
    (info,) = ledger.rows(RUN, State.SENT)
    assert (info.row, info.line, info.state, info.done, info.attempts, info.id) == (1, 2, State.SENT, 1, 1, "8b1a6f0e")
    assert ledger.counts(RUN) == {State.NEW: 19, State.SENDING: 0, State.SENT: 1, State.REJECTED: 0, State.UNKNOWN: 0}


def test_what_was_refused_after_an_open_attempt_is_not_called_rejected(ledger: Ledger) -> None:
    ledger.claim(RUN, "me", 1, LEASE, NOW)
    ledger.record(RUN, "me", [Result(1, State.NEW, ambiguous=True, due=NOW + 5)])
    assert ledger.claim(RUN, "me", 1, LEASE, NOW)[0].row == 2
    (claim,) = ledger.claim(RUN, "me", 1, LEASE, NOW + 5)
    assert (claim.row, claim.attempts, claim.ambiguous) == (1, 2, True)
    ledger.record(RUN, "me", [Result(1, State.REJECTED, code="send-refused")])
    assert states(ledger)[1] is State.UNKNOWN


def test_an_attempt_once_open_stays_so_and_a_body_once_accepted_stays_so(ledger: Ledger) -> None:
    ledger.claim(RUN, "me", 1, LEASE, NOW)
    ledger.record(RUN, "me", [Result(1, State.NEW, done=2, ambiguous=True)])
    ledger.claim(RUN, "me", 1, LEASE, NOW)
    ledger.record(RUN, "me", [Result(1, State.NEW)])
    (claim,) = ledger.claim(RUN, "me", 1, LEASE, NOW)
    assert (claim.row, claim.done, claim.ambiguous) == (1, 2, True)


def test_the_next_body_of_a_message_has_attempts_of_its_own(ledger: Ledger) -> None:
    ledger.claim(RUN, "me", 1, LEASE, NOW)
    ledger.record(RUN, "me", [Result(1, State.NEW)])
    ledger.claim(RUN, "me", 1, LEASE, NOW)
    ledger.record(RUN, "me", [Result(1, State.NEW, done=1)])
    (claim,) = ledger.claim(RUN, "me", 1, LEASE, NOW)
    assert (claim.row, claim.done, claim.attempts) == (1, 1, 1)


def test_sending_is_no_result(ledger: Ledger) -> None:
    ledger.claim(RUN, "me", 2, LEASE, NOW)
    with pytest.raises(ValueError, match="sending"):
        ledger.record(RUN, "me", [Result(1, State.SENT), Result(2, State.SENDING)])
    assert states(ledger)[1] is State.SENDING, "all of a group or none"


def test_a_row_that_is_added_again_gets_its_new_place_unless_it_was_tried(ledger: Ledger) -> None:
    ledger.claim(RUN, "me", 1, LEASE, NOW)
    ledger.record(RUN, "me", [Result(1, State.NEW)])
    ledger.refuse(RUN, [Refusal(21, 22, "text-too-long", "Text too long")])
    moved = [entry(row).__class__(row, row + 1, 9_000_000, 800, f"{row:032x}") for row in (1, 2, 21)]
    assert ledger.add(RUN, moved) == 3
    found = {info.row: (info.offset, info.length, info.state) for info in ledger.rows(RUN) if info.row in (1, 2, 21)}
    assert found == {1: (700, 700, State.NEW), 2: (9_000_000, 800, State.NEW), 21: (0, 0, State.REJECTED)}


def test_what_could_not_be_compiled_is_not_sent_again(ledger: Ledger) -> None:
    ledger.refuse(RUN, [Refusal(21, 22, "text-too-long", "Text too long")])
    ledger.refuse(RUN, [Refusal(1, 2, "text-too-long", "Text too long")])
    assert states(ledger)[1] is State.NEW, "a row that is there stays"
    ledger.phase(RUN, "done")
    assert ledger.again(RUN, State.REJECTED) == 0
    assert ledger.run(RUN).phase == "done"
    assert states(ledger)[21] is State.REJECTED


def test_a_run_with_rows_to_send_again_is_not_done(ledger: Ledger) -> None:
    ledger.claim(RUN, "me", 1, LEASE, NOW)
    ledger.record(RUN, "me", [Result(1, State.REJECTED, code="send-refused", error="No.")])
    ledger.phase(RUN, "done")
    assert ledger.again(RUN, State.REJECTED) == 1
    assert ledger.run(RUN).phase == "ready"
    assert next(iter(ledger.rows(RUN))).error == ""


@pytest.mark.parametrize("state", [State.NEW, State.SENDING, State.SENT])
def test_what_was_sent_is_never_sent_again(ledger: Ledger, state: State) -> None:
    with pytest.raises(ValueError, match=state):
        ledger.again(RUN, state)


def test_rows_are_read_page_by_page(ledger: Ledger) -> None:
    ledger.add(RUN, entries(2500, first=100))
    assert [info.row for info in ledger.rows(RUN)] == [*range(1, 21), *range(100, 2600)]
    ledger.claim(RUN, "me", 3, LEASE, NOW)
    assert [info.row for info in ledger.rows(RUN, State.SENDING)] == [1, 2, 3]


def test_a_claim_looks_at_no_row_that_is_at_its_end(ledger: Ledger) -> None:
    """Or a run of a million rows would get slower with each."""
    asked: list[str] = []
    ledger._db.set_trace_callback(asked.append)
    ledger.claim(RUN, "me", 1, LEASE, NOW)
    (query,) = [each for each in asked if "FROM rows" in each]
    plan = [step[3] for step in ledger._db.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert plan == ["SEARCH rows USING INDEX new_rows (run=?)"]


def test_threads_share_a_ledger(ledger: Ledger) -> None:
    ledger.add(RUN, entries(400))
    rows: list[int] = []

    def work(owner: str) -> None:
        while claims := ledger.claim(RUN, owner, 7, LEASE, NOW):
            rows.extend(claim.row for claim in claims)
            assert ledger.record(RUN, owner, [Result(claim.row, State.SENT) for claim in claims]) == len(claims)

    threads = [threading.Thread(target=work, args=[str(number)]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(rows) == list(range(1, 401))
    assert ledger.counts(RUN)[State.SENT] == 400


# ---- the file


def test_only_its_owner_may_read_it(folder: Path) -> None:
    with Ledger.open(folder) as ledger:
        ledger.claim(RUN, "me", 1, LEASE, NOW)
        assert file(folder).parent.stat().st_mode & 0o777 == 0o700
        beside = [path for path in file(folder).parent.iterdir() if path.name.startswith("ledger.db")]
        assert len(beside) == 3, "the file, its log and the log's index"
        assert {path.stat().st_mode & 0o777 for path in beside} == {0o600}


def test_one_that_others_may_read_is_closed_to_them(folder: Path) -> None:
    file(folder).chmod(0o644)
    Ledger.open(folder).close()
    assert file(folder).stat().st_mode & 0o777 == 0o600


def test_git_does_not_see_it(folder: Path) -> None:
    assert (file(folder).parent / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_commit_is_on_the_disk_before_it_returns(ledger: Ledger) -> None:
    assert ledger._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert ledger._db.execute("PRAGMA synchronous").fetchone() == (2,), "FULL"


def test_it_says_nothing_of_a_person(folder: Path) -> None:
    columns = sqlite3.connect(file(folder)).execute("SELECT * FROM rows LIMIT 1").fetchone()
    assert columns == (1, 1, 2, 700, 700, bytes.fromhex(f"{1:032x}"), 0, 0, 0, 0, 0.0, "", "", "")
