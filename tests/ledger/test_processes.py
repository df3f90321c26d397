"""Processes that share a ledger: no row is in two hands, and a limit is one limit."""

from __future__ import annotations

from pathlib import Path

import pytest
from handbill.send.ledger import Ledger, Limit, Result
from handbill.send.outcome import State
from handbill.send.rate import limit
from ledger.making import LEASE, NOW, RUN, begun, ended, entries, file, run


def together(*processes: object) -> list[list[str]]:
    """What each printed, when all had been told to begin."""
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    printed = []
    for process in processes:
        text, code = ended(process)
        assert code == 0
        printed.append(text.split())
    return printed


def test_no_row_is_in_two_hands(folder: Path) -> None:
    with Ledger.open(folder) as ledger:
        ledger.add(RUN, entries(600))
    had = together(*(begun("taking.py", folder, owner) for owner in ("left", "right")))
    rows = [int(row) for each in had for row in each]
    assert sorted(rows) == list(range(1, 601)), "each row once"
    with Ledger.open(folder) as ledger:
        assert ledger.counts(RUN)[State.SENT] == 600


def test_processes_that_make_the_file_at_once(tmp_path: Path) -> None:
    arguments = (tmp_path, "name", 1.0, NOW, NOW + 5)
    waits = [moment for each in together(*(begun("waiting.py", *arguments) for _ in range(4))) for moment in each]
    assert len(set(waits)) == len(waits), "no permit is given twice"
    Ledger.open(tmp_path).close()


# ---- one that comes back from the dead


def test_results_of_one_whose_row_was_taken_over_are_refused(folder: Path) -> None:
    with Ledger.open(folder) as dead, Ledger.open(folder) as living:
        dead.claim(RUN, "dead", 3, LEASE, NOW)
        assert living.claim(RUN, "living", 1, LEASE, NOW + LEASE + 1)[0].row == 4
        assert living.lapse(RUN, NOW + LEASE - 1, resend=True) == 0, "not before its time"
        assert living.lapse(RUN, NOW + LEASE, resend=True) == 3
        claims = living.claim(RUN, "living", 2, LEASE, NOW + LEASE)
        assert [(claim.row, claim.ambiguous) for claim in claims] == [(1, True), (2, True)]
        assert dead.record(RUN, "dead", [Result(row, State.SENT, id="dead") for row in (1, 2, 3)]) == 0
        assert dead.renew(RUN, "dead", LEASE, NOW + LEASE) == 0
        assert dead.release(RUN, "dead") == 0
        assert living.record(RUN, "living", [Result(1, State.SENT, id="living")]) == 1
        infos = {info.row: info for info in dead.rows(RUN)}
        assert (infos[1].state, infos[1].id) == (State.SENT, "living")
        assert (infos[2].state, infos[3].state) == (State.SENDING, State.NEW)


def test_what_was_parked_stays_unknown_whatever_the_dead_say(folder: Path) -> None:
    with Ledger.open(folder) as ledger:
        ledger.claim(RUN, "dead", 1, LEASE, NOW)
        ledger.lapse(RUN, NOW + LEASE, resend=False)
        assert ledger.record(RUN, "dead", [Result(1, State.REJECTED)]) == 0
        (info,) = ledger.rows(RUN, State.UNKNOWN)
        assert (info.row, info.code) == (1, "outcome-unknown")


def test_one_that_keeps_its_rows_alive_keeps_them(folder: Path) -> None:
    with Ledger.open(folder) as ledger:
        ledger.claim(RUN, "me", 2, LEASE, NOW)
        assert ledger.renew(RUN, "me", LEASE, NOW + LEASE) == 2
        assert ledger.lapse(RUN, NOW + LEASE, resend=True) == 0
        assert ledger.record(RUN, "me", [Result(1, State.SENT), Result(2, State.SENT)]) == 2


# ---- one limit for all


def windows(moments: list[float], seconds: float) -> int:
    """The most that fall into any window of so many seconds."""
    moments = sorted(moments)
    start = most = 0
    for end, moment in enumerate(moments):
        while moments[start] <= moment - seconds:
            start += 1
        most = max(most, end - start + 1)
    return most


@pytest.mark.parametrize("processes", [1, 2, 4])
@pytest.mark.parametrize(("allowed", "minute"), [(300, 60.0), (80, 1.0)], ids=["300 a minute", "80 a second"])
def test_processes_keep_to_one_limit_and_use_it(tmp_path: Path, processes: int, allowed: int, minute: float) -> None:
    """For four minutes, or seconds, in two halves with a restart between them."""
    interval = limit("name", allowed, minute).interval
    moments: list[float] = []
    for begin in (NOW, NOW + 2 * minute):
        arguments = (tmp_path, "name", interval, begin, begin + 2 * minute)
        moments += [
            float(m) for each in together(*(begun("waiting.py", *arguments) for _ in range(processes))) for m in each
        ]
    moments = [moment for moment in moments if moment < NOW + 4 * minute]
    assert windows(moments, minute) <= allowed
    assert len(moments) >= 0.97 * allowed * 4


def test_a_recipient_is_let_alone_and_nobody_waits_for_it(folder: Path) -> None:
    one, other = Limit("recipient/1", 6.0), Limit("recipient/2", 6.0)
    all_ = Limit("all", 0.2)
    with Ledger.open(folder) as ledger:
        assert ledger.permits(all_, NOW, spacing=one).seconds == 0
        refused = ledger.permits(all_, NOW, spacing=one)
        assert (refused.granted, refused.seconds) == (False, pytest.approx(6))
        granted = ledger.permits(all_, NOW, spacing=other)
        assert (granted.granted, granted.seconds) == (True, pytest.approx(0.2)), "the refused one took no place"
        assert ledger.permits(all_, NOW + 6, spacing=one).granted


def test_a_burst_is_paid_back(folder: Path) -> None:
    with Ledger.open(folder) as ledger:
        waits = [ledger.permit("name", 1.0, NOW, burst=3) for _ in range(5)]
        assert waits == [0, 0, 0, 1, 2]
        assert ledger.permit("name", 1.0, NOW + 3, burst=3) == 0
        assert ledger.permit("costly", 1.0, NOW, cost=4) == 0
        assert ledger.permit("costly", 1.0, NOW) == 4


def test_a_retry_after_holds_for_all(folder: Path) -> None:
    with Ledger.open(folder) as ledger, Ledger.open(folder) as other:
        waits = [ledger.permit("name", 1.0, NOW) for _ in range(3)]
        assert waits == [0, 1, 2]
        assert other.held("name", NOW) == 0
        other.push("name", NOW + 30)
        other.push("name", NOW + 10)
        assert ledger.held("name", NOW + 2) == 28, "a permit from before is void"
        assert [ledger.permit("name", 1.0, NOW + 2) for _ in range(2)] == [28, 29]
        assert ledger.permit("burst", 1.0, NOW, burst=5) == 0
        other.push("burst", NOW + 30)
        assert ledger.permit("burst", 1.0, NOW, burst=5) == 30
        assert ledger.held("name", NOW + 30) == 0


def test_permits_that_are_used_up_are_cleared_away(folder: Path) -> None:
    """A limit for each recipient of a million leaves no million rows behind."""
    with Ledger.open(folder) as ledger:
        ledger.permit("throttled", 1.0, NOW)
        ledger.push("throttled", NOW + 5000)
        for number in range(1000):
            ledger.permit(f"recipient/{number}", 6.0, NOW + number)
        assert ledger.held("throttled", NOW + 1000) == 4000
        ((left,),) = ledger._db.execute("SELECT count(*) FROM permits").fetchall()
        assert left < 300
        assert ledger.permit("recipient/999", 6.0, NOW + 999) == pytest.approx(6)


def test_two_runs_have_one_file(folder: Path) -> None:
    with Ledger.open(folder) as ledger, Ledger.open(folder) as other:
        other.create(run("another"))
        other.add("another", entries(2))
        assert ledger.counts("another")[State.NEW] == 2
    assert file(folder).exists()
