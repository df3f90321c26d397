"""What the command line cannot show: claims that outlive a pause, a stop at a bad moment, the writer of results."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from campaign.conftest import Made, Project, run_id
from handbill.diagnostic import Diagnostic, Failed
from handbill.send.claims import Claims, Recorder
from handbill.send.flight import Flight
from handbill.send.ledger import Entry, Ledger, Result, Run
from handbill.send.ledger_file import data
from handbill.send.outcome import State
from handbill.send.presence import Presence, fcntl

NOW = 1_800_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Ten rows to send."""
    with Ledger.open(tmp_path) as ledger:
        ledger.create(Run("r", "2026-11-22T15:34:00+00:00", "t", "d", "f", "d", "messenger", "genesys-event", "c"))
        ledger.add("r", [Entry(row, row + 1, 0, 10, "aa") for row in range(1, 11)])
        yield ledger


def test_claims_for_those_who_come_next(ledger: Ledger) -> None:
    claims = Claims(ledger, "r", "me", Clock())
    assert [claim.row for claim in claims.take(2, ahead=3)] == [1, 2]
    assert claims.held == 5
    assert claims.spare()
    assert [claim.row for claim in claims.take(2)] == [3, 4]
    assert [claim.row for claim in claims.take(2)] == [5]
    assert not claims.spare()
    assert [claim.row for claim in claims.take(9)] == [6, 7, 8, 9, 10]
    assert claims.take(1) == []


def test_a_lease_is_renewed_while_anything_is_in_hand(ledger: Ledger) -> None:
    clock = Clock()
    claims = Claims(ledger, "r", "me", clock)
    lease: float = data()["campaign"]["lease"]
    claims.take(2)
    for _ in range(10):
        clock.now += lease / 2
        assert claims.mine()
        claims.renew()
        assert ledger.lapse("r", clock.now, resend=False) == 0
    clock.now += lease * 1.1  # stopped for so long, and somebody else looked
    assert not claims.mine()
    assert ledger.lapse("r", clock.now, resend=True) == 2
    assert claims.record([Result(1, State.SENT)]) == 0
    assert claims.held == 1


def test_what_is_given_back_is_new(ledger: Ledger) -> None:
    claims = Claims(ledger, "r", "me", Clock())
    claims.give_back(claims.take(4)[1:])
    assert claims.held == 1
    assert ledger.counts("r")[State.NEW] == 9
    assert [claim.row for claim in claims.take(2)] == [2, 3]


def test_results_are_written_together_and_none_is_lost(ledger: Ledger) -> None:
    claims = Claims(ledger, "r", "me", Clock())
    claims.take(10)
    groups: list[int] = []
    recorder = Recorder(claims, lambda results: groups.append(len(results)), lambda error: None)
    for row in range(1, 11):
        recorder.put([Result(row, State.SENT)])
    recorder.close()
    assert sum(groups) == 10
    assert len(groups) < 5
    assert ledger.counts("r")[State.SENT] == 10


def test_a_writer_that_breaks_says_so(ledger: Ledger) -> None:
    claims = Claims(ledger, "r", "me", Clock())
    claims.take(1)
    errors: list[BaseException] = []
    recorder = Recorder(claims, lambda results: None, errors.append)
    ledger.close()
    recorder.put([Result(1, State.SENT)])
    recorder.close()
    assert len(errors) == 1


@pytest.mark.skipif(fcntl is None, reason="no such locks here")
def test_who_is_at_work(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with Presence(path) as first:
        assert first.alone()
        with Presence(path) as second:
            assert not second.alone()
            assert not first.alone()
            assert not second.alone(), "who asked in vain is still there"
        assert first.alone()


@pytest.mark.skipif(fcntl is None, reason="no such locks here")
def test_nothing_is_taken_from_one_who_is_at_work(ledger: Ledger, tmp_path: Path) -> None:
    ledger.claim("r", "me", 2, 1e-9, NOW)
    with Presence(tmp_path / "run.jsonl") as me:
        assert me.alone()
        with Presence(tmp_path / "run.jsonl") as other:
            assert ledger.lapse("r", NOW + 9, resend=True, provided=other.alone) == 0
        assert ledger.lapse("r", NOW + 9, resend=True, provided=me.alone) == 2


def test_a_signal_in_the_middle_of_a_stop_waits_for_nothing(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """The handler runs in the thread that holds the event's own lock: another call of it would wait for ever."""
    project = made({"workers": 2}, delay=0.05)
    project.people(100)
    raised = []

    class Stop(threading.Event):
        def set(self) -> None:
            if threading.current_thread() is threading.main_thread() and not raised:
                raised.append(True)
                with self._cond:  # type: ignore[attr-defined]
                    signal.raise_signal(signal.SIGINT)
            super().set()

    real = Flight.__init__

    def init(self: Flight, *arguments: object) -> None:
        real(self, *arguments)  # type: ignore[arg-type]
        self.stop = Stop()

    monkeypatch.setattr(Flight, "__init__", init)
    output = project.send(code=None).output
    assert raised, output
    assert State.SENDING not in project.states()


def test_a_disk_that_fills_up_loses_nothing(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    project = made({"workers": 2, "batch": 5}, delay=0.06)
    people = project.people(100)
    real, calls = Claims.record, []

    def full(self: Claims, results: list[Result]) -> int:
        calls.append(len(results))
        if len(calls) > 2:
            raise Failed(Diagnostic("bad-ledger", "Disk full"))
        return real(self, results)

    with monkeypatch.context() as patch:
        patch.setattr(Claims, "record", full)
        result = project.send(code=1)
    assert result.stderr.count("error: bad-ledger") == 1
    assert f"resume with: handbill send --resume {project.runs()[0].id}" in result.stderr
    got = project.delivered()
    for row in project.rows():
        assert row.state in (State.SENDING, State.NEW) or got[people[row.row - 1]] == 1
        assert row.state is not State.NEW or people[row.row - 1] not in got
    project.run("send", "--resume", project.runs()[0].id, code=1)
    assert project.states().keys() == {State.SENT, State.UNKNOWN}
    assert max(project.delivered().values()) == 1


def test_what_was_claimed_for_others_is_new_again_when_it_stops(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    project = made({"workers": 8, "batch": 5})
    project.people(100)
    first = threading.Lock()
    real_send, real_permitted = Flight.send, Flight.permitted

    def permitted(self: Flight) -> bool:
        if first.acquire(blocking=False):
            time.sleep(0.005)  # until the others stand before the door
            return real_permitted(self)
        self.stop.wait(5)
        return False

    def send(self: Flight, bodies: list[object]) -> object:
        self.stop.set()
        return real_send(self, bodies)  # type: ignore[arg-type]

    monkeypatch.setattr(Flight, "permitted", permitted)
    monkeypatch.setattr(Flight, "send", send)
    project.send(code=1)
    assert project.states() == {State.SENT: 5, State.NEW: 95}


def test_whoever_was_stopped_for_long_does_not_send_what_it_held(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    project = made({"workers": 1, "batch": 5})
    people = project.people(20)
    asked: list[int] = []
    real = Claims.mine

    def mine(self: Claims) -> bool:
        asked.append(project.box.counts()["requests"])
        return real(self) and len(asked) > 2

    monkeypatch.setattr(Claims, "mine", mine)
    project.send()
    assert asked[:3] == [0, 0, 0], "twice it was not sure, and nothing went out"
    assert project.delivered() == dict.fromkeys(people, 1)
    assert all(row.attempts == 1 for row in project.rows())


def test_leases_last_as_long_as_a_slow_answer(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(data()["campaign"], "lease", 0.6)
    project = made({"workers": 2, "batch": 5, "timeouts": {"read": 10}}, delay=1.5)
    people = project.people(10)
    over = threading.Event()
    lapsed: list[int] = []
    thread = threading.Thread(target=_lapse, args=(project, over, lapsed), daemon=True)
    thread.start()
    try:
        project.send()
    finally:
        over.set()
        thread.join(10)
    assert not thread.is_alive()
    assert sum(lapsed) == 0
    assert project.delivered() == dict.fromkeys(people, 1)


def _lapse(project: Project, over: threading.Event, lapsed: list[int]) -> None:
    with Ledger.open(project.root) as ledger:
        while not over.wait(0.05):
            lapsed += [ledger.lapse(run.id, time.time(), resend=False) for run in ledger.runs()]


def test_interrupted_before_anything_is_sent(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    from handbill.send import prepare

    project = made()
    people = project.people(1500)
    real, compiled = prepare.compiled, []

    def some(*arguments: object) -> Iterator[object]:
        for each in real(*arguments):  # type: ignore[arg-type]
            compiled.append(each)
            if len(compiled) == 1200:
                signal.raise_signal(signal.SIGTERM)
            yield each

    with monkeypatch.context() as patch:
        patch.setattr(prepare, "compiled", some)
        result = project.send(code=130)
    run = run_id(result.stderr)
    assert f"interrupted; resume with: handbill send --resume {run}" in result.stderr
    assert project.box.counts()["requests"] == 0
    assert "not all compiled yet" in project.run("runs").stdout
    project.run("send", "--resume", run)
    assert project.delivered() == dict.fromkeys(people, 1)


def test_a_ledger_that_breaks_after_the_answer_makes_no_duplicate(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    project = made({"workers": 1, "batch": 5}, next=("", "429"), retry_after="1")
    people = project.people(20)

    def full(*_: object) -> None:
        raise Failed(Diagnostic("bad-ledger", "Disk full"))

    with monkeypatch.context() as patch:
        patch.setattr("handbill.send.rate.Limits.push", full)
        result = project.send(code=1)
    assert "error: bad-ledger" in result.stderr
    project.run("send", "--resume", run_id(result.stderr), code=1)
    assert project.states() == {State.SENT: 15, State.UNKNOWN: 5}
    assert project.delivered() == dict.fromkeys(people[:5] + people[10:], 1)
