"""`handbill send` killed at any moment, and resumed: nobody is forgotten, and nobody gets a message twice unasked.

The sandbox is the judge. Without idempotency keys a message that was under way when its sender died may have
arrived or not; then the run's policy decides, and what is said of it must be true.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random, SystemRandom

import pytest
from campaign.conftest import Made, Project, run_id
from handbill.send.outcome import State

WORKERS, BATCH = 4, 5
UNDER_WAY = WORKERS * BATCH + 100  # messages: on the wire, and results of which the ledger has not heard yet
FAULTS = "429=0.05,503=0.05,500=0.03,reset=0.03"
LOST_ANSWERS = "drop=0.04,502-after=0.03,html-after=0.02"


@dataclass(frozen=True)
class Size:
    messages: int
    kills: int
    longest: float  # seconds until it is killed
    delay: float  # seconds until the sandbox answers
    least: int  # kills that must have hit it while it ran


def killed_and_resumed(project: Project, size: Size, *extra: str) -> int:
    """Kill it so often, then let it come to its end; how often it was killed while it ran."""
    seed = int(os.environ.get("KILL_SEED", SystemRandom().randrange(10**6)))
    print(f"replay with KILL_SEED={seed}")  # noqa: T201 - shown when the test fails
    dice = Random(seed)
    hit = 0
    for _ in range(size.kills):
        process = project.start(*_next(project, extra))
        time.sleep(dice.uniform(0.3, size.longest))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        hit += process.returncode == -signal.SIGKILL
        found = project.runs() if project.root.joinpath(".handbill", "ledger.db").exists() else []
        assert len(found) <= 1
        if found and found[0].phase == "done":
            break
    assert hit >= size.least
    for _ in range(5):  # the quota may stop it once more
        process = project.start(*_next(project, extra))
        output = process.communicate()
        if not project.states().keys() & {State.NEW, State.SENDING}:
            return hit
    raise AssertionError(output)


def _next(project: Project, extra: Sequence[str]) -> Sequence[str]:
    there = project.root.joinpath(".handbill", "ledger.db").exists() and project.runs()
    if there:
        return ("--resume", project.runs()[0].id, "--quiet", *extra)
    return ("hello", "--channel", "messenger", "--recipients", "people.csv", "--quiet", *extra)


def connection(**more: object) -> dict[str, object]:
    return {"workers": WORKERS, "batch": BATCH, "retry": {"attempts": 10}, **more}


def honest(project: Project, people: Sequence[str]) -> None:
    """What the ledger says of each message is so."""
    got = project.delivered()
    for row in project.rows():
        arrived = got.get(people[row.row - 1], 0)
        if row.state is State.SENT:
            assert arrived, row
        elif row.state is State.REJECTED:
            assert not arrived, row
        else:
            assert row.state is State.UNKNOWN, row


QUICK = Size(300, 3, 1.4, 0.04, 1)
WHOLE = Size(2000, 50, 1.8, 0.35, 40)
SIZES = [pytest.param(QUICK, id="quick"), pytest.param(WHOLE, id="whole", marks=pytest.mark.slow)]


@pytest.mark.parametrize("size", SIZES)
def test_a_server_that_knows_keys_lets_nobody_out_and_nobody_twice(made: Made, size: Size) -> None:
    project = made(
        connection(idempotency_key="Idempotency-Key"), dedupe=True, delay=size.delay, fail=f"{FAULTS},{LOST_ANSWERS}"
    )
    people = project.people(size.messages)
    killed_and_resumed(project, size)
    assert project.delivered() == dict.fromkeys(people, 1)
    assert project.states() == {State.SENT: size.messages}


@pytest.mark.parametrize("size", SIZES)
def test_parked_nobody_gets_it_twice(made: Made, size: Size) -> None:
    project = made(connection(), delay=size.delay, fail=f"{FAULTS},{LOST_ANSWERS}")
    people = project.people(size.messages)
    hit = killed_and_resumed(project, size)
    honest(project, people)
    got = project.delivered()
    assert max(got.values()) == 1
    answers = project.box.counts()["answers"]
    doubtful = sum(answers.get(name, 0) for name in ("drop", "502-after", "html-after", "500", "reset"))
    assert project.states().get(State.UNKNOWN, 0) <= UNDER_WAY * hit + BATCH * doubtful
    assert set(people) - set(got) <= {people[row.row - 1] for row in project.rows() if row.state is not State.SENT}


@pytest.mark.parametrize("size", SIZES)
def test_resent_nobody_is_left_out(made: Made, size: Size) -> None:
    project = made(connection(), delay=size.delay, fail=f"{FAULTS},{LOST_ANSWERS}")
    people = project.people(size.messages)
    hit = killed_and_resumed(project, size, "--unknown", "resend")
    got = project.delivered()
    assert set(got) == set(people)
    assert project.states() == {State.SENT: size.messages}
    answers = project.box.counts()["answers"]
    lost = sum(answers.get(name, 0) for name in ("drop", "502-after", "html-after"))
    assert sum(got.values()) - size.messages <= UNDER_WAY * hit + BATCH * lost


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_ends_in_good_order(made: Made, number: signal.Signals) -> None:
    project = made(connection(), delay=0.1)
    people = project.people(200)
    process = project.start()
    process.until(lambda: len(project.box.messages()) >= 30)
    process.send_signal(number)
    began = time.monotonic()
    stdout, stderr = process.communicate()
    assert process.returncode == 130, stderr
    assert time.monotonic() - began < 5
    run = run_id(stderr)
    assert f"interrupted; resume with: handbill send --resume {run}\n" in stderr
    states = project.states()
    assert states.keys() == {State.SENT, State.NEW}, "nothing is left in doubt"
    assert stdout == f"200 messages: {states[State.SENT]} sent, {states[State.NEW]} not sent yet\n"
    assert len(project.delivered()) == states[State.SENT]
    project.run("send", "--resume", run)
    assert project.delivered() == dict.fromkeys(people, 1)


def test_interrupted_while_nobody_answers(made: Made) -> None:
    """What is under way is waited for, but not for ever; then it is in doubt."""
    project = made(connection(timeouts={"read": 60}), delay=30.0)
    project.people(100)
    process = project.start()
    process.until(lambda: project.box.counts()["requests"] >= WORKERS)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)  # once more: at once
    _, stderr = process.communicate(timeout=5)
    assert process.returncode == 130, stderr
    assert project.states() == {State.UNKNOWN: WORKERS * BATCH, State.NEW: 100 - WORKERS * BATCH}


def test_two_processes_share_a_run(made: Made) -> None:
    project = made(connection(), delay=0.05)
    people = project.people(240)
    first = project.start()
    first.until(project.box.messages)
    second = project.start("--resume", project.runs()[0].id)
    outputs = [first.communicate(), second.communicate()]
    assert [first.returncode, second.returncode] == [0, 0], outputs
    assert project.delivered() == dict.fromkeys(people, 1)
    assert project.states() == {State.SENT: 240}
    for stdout, stderr in outputs:
        assert stdout == "240 messages: 240 sent\n"
        assert "requests in" in stderr, "both took part"


def test_a_process_takes_over_what_another_died_with(made: Made) -> None:
    project = made(connection(idempotency_key="Idempotency-Key"), dedupe=True, delay=0.05)
    people = project.people(300)
    first = project.start()
    first.until(project.box.messages)
    second = project.start("--resume", project.runs()[0].id)
    time.sleep(0.9)
    first.kill()
    first.communicate()
    _, stderr = second.communicate(timeout=20)
    assert second.returncode == 0, stderr
    assert project.delivered() == dict.fromkeys(people, 1)
