"""A service that is down for long, tokens that end again and again, a sender that was thought dead, a shared limit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from campaign.conftest import ROOT, Made, Process, Project, run_id
from handbill.send.outcome import State

LEASE = 1.0  # seconds


# ---- R6: a full outage, and recovery


@pytest.mark.parametrize(
    ("fault", "messages", "seconds"),
    [
        pytest.param("503", 600, 1.0, id="quick"),
        pytest.param("503", 5000, 60.0, id="whole", marks=pytest.mark.slow),
        pytest.param("reset", 5000, 60.0, id="whole-reset", marks=pytest.mark.slow),
    ],
)
def test_an_outage_and_after_it(made: Made, fault: str, messages: int, seconds: float) -> None:
    key = {"idempotency_key": "Idempotency-Key"}
    project = made({**key, "workers": 8, "retry": {"attempts": 20}}, dedupe=True, fail={fault: 1.0})
    people = project.people(messages)
    began = time.monotonic()
    result = project.send(code=1)
    resumed = 1
    while time.monotonic() - began < seconds:
        time.sleep(min(10.0, seconds / 4))
        result = project.run("send", "--resume", run_id(result.output), code=1)
        resumed += 1
        assert "error: run-stopped" in result.stderr
    assert project.states() == {State.NEW: messages}
    least = 500 // 14  # retries that the quota has
    assert project.box.counts()["requests"] <= resumed * (least + 2 * 8), "it stops, and does not go on knocking"
    project.box.change(fail={})
    began = time.monotonic()
    project.run("send", "--resume", run_id(result.output))
    assert time.monotonic() - began < 30
    assert project.delivered() == dict.fromkeys(people, 1)


# ---- R9: tokens


@pytest.mark.parametrize(
    ("messages", "times"),
    [pytest.param(400, 5, id="quick"), pytest.param(2000, 20, id="whole", marks=pytest.mark.slow)],
)
def test_a_storm_of_refusals_is_one_refresh_each(made: Made, messages: int, times: int) -> None:
    """Every token ends at a moment when fifty requests are under way."""
    project = made({"workers": 50, "batch": 1, "timeouts": {"read": 30}}, delay=0.05)
    people = project.people(messages)
    over = threading.Event()
    ended: list[int] = []

    def end() -> None:
        taken = 0
        while not over.wait(0.02) and len(ended) < times:
            now = project.box.counts()["answers"].get("200", 0)
            if now > taken + 50 and project.box.expire():  # when the one before has been of use to all
                taken = now
                ended.append(1)

    thread = threading.Thread(target=end, daemon=True)
    thread.start()
    try:
        project.send()
    finally:
        over.set()
        thread.join(10)
    assert project.delivered() == dict.fromkeys(people, 1)
    assert len(ended) >= min(times, 2)
    assert project.box.counts()["tokens"] <= len(ended) + 1
    assert project.box.counts()["answers"]["401"] <= 50 * len(ended)


def test_a_short_life_is_no_reason_to_fail(made: Made) -> None:
    """A hundred messages a second, and tokens that live for four seconds: each is renewed in time."""
    life = 4
    project = made({"workers": 50, "batch": 1, "timeouts": {"read": 30}}, delay=0.5, token_life=life)
    people = project.people(500)
    began = time.monotonic()
    project.send()
    assert project.delivered() == dict.fromkeys(people, 1)
    assert project.box.counts()["answers"].get("401", 0) == 0
    assert 2 <= project.box.counts()["tokens"] <= 2 + (time.monotonic() - began) / (life * 0.8)


# ---- R10: one that was thought dead


def started(project: Project, *arguments: str) -> Process:
    path = os.pathsep.join([str(ROOT / "compiler"), str(ROOT / "tests")])
    script = Path(__file__).with_name("short_lease.py")
    return Process(
        [sys.executable, str(script), str(LEASE), "send", *arguments, "--quiet"], cwd=project.root, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        env={**os.environ, **project.env, "PYTHONPATH": path},
    )  # fmt: skip


@pytest.mark.parametrize(
    "pause", [pytest.param(0.2, id="quick"), pytest.param(15.0, id="whole", marks=pytest.mark.slow)]
)
def test_a_zombie_sends_nothing_and_changes_nothing(made: Made, pause: float) -> None:
    project = made({"workers": 4, "batch": 5}, delay=0.2)
    people = project.people(200)
    first = started(project, "hello", "--channel", "messenger", "--recipients", "people.csv")
    first.until(lambda: len(project.box.messages()) >= 40)
    first.send_signal(signal.SIGSTOP)
    try:
        second = started(project, "--resume", project.runs()[0].id)
        out, err = second.communicate()
        assert second.returncode == 1, out + err
        after = {row.row: row.state for row in project.rows()}
        requests = project.box.counts()["requests"]
        assert set(after.values()) == {State.SENT, State.UNKNOWN}, "what it had in hand may have arrived"
        time.sleep(pause)
    finally:
        first.send_signal(signal.SIGCONT)
    out, err = first.communicate()
    assert first.returncode == 1, out + err
    assert {row.row: row.state for row in project.rows()} == after, "its results are refused"
    assert project.box.counts()["requests"] == requests, "and it sends nothing more"
    got = project.delivered()
    assert max(got.values()) == 1
    for row, state in after.items():
        assert state is State.UNKNOWN or got[people[row - 1]] == 1


# ---- R8: a limit that processes share


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2, 4])
def test_processes_keep_to_the_rate_at_the_server(made: Made, processes: int) -> None:
    """Eighty a second as the server sees it, with a restart in the middle."""
    rate, messages = 80, 1600
    seen: list[float] = []
    project = made(
        {"workers": 8, "batch": 1, "rate": f"{rate}/s"}, tell=lambda line: seen.append(time.monotonic()), delay=0.02
    )
    people = project.people(messages)
    first = project.start()
    first.until(project.box.messages)
    others = [project.start("--resume", project.runs()[0].id, "--quiet") for _ in range(processes - 1)]
    first.until(lambda: len(project.box.messages()) > messages / 3)
    first.send_signal(signal.SIGTERM)
    assert first.communicate() is not None
    others.append(project.start("--resume", project.runs()[0].id, "--quiet"))
    for process in others:
        process.communicate()
    assert project.delivered() == dict.fromkeys(people, 1)
    moments = sorted(seen)[2:]
    late = 0.15  # seconds by which a busy computer may bring a request later than it left
    most = max(sum(start <= each < start + 10 for each in moments) for start in moments)
    assert most <= rate * (10 + late)
    if processes > 1:  # nobody pauses for the restart
        assert moments[-1] - moments[0] <= messages / rate / 0.6, "how much is used, test_processes.py knows better"


# ---- an answer that says nothing of the message


@pytest.mark.parametrize("status", ["500", "502", "504"])
@pytest.mark.parametrize("after", ["", "-after"])
def test_a_server_in_trouble_is_asked_again_only_when_that_is_wanted(made: Made, status: str, after: str) -> None:
    """It may have taken the message before it failed: `--unknown resend` takes the risk, the default does not."""
    project = made({"workers": 1, "batch": 1}, next=("", f"{status}{after}"))
    people = project.people(6)
    result = project.send(code=1)
    assert project.states() == {State.SENT: 5, State.UNKNOWN: 1}
    assert project.box.counts()["requests"] == 6, "not again by itself"
    assert "1 unknown, may have arrived" in result.stdout
    project.run("send", "--resume", run_id(result.stderr), "--unknown", "resend")
    assert project.states() == {State.SENT: 6}
    twice = [to for to, count in project.delivered().items() if count == 2]
    assert set(project.delivered()) == set(people)
    assert len(twice) == bool(after)


@pytest.mark.parametrize("status", ["500", "502", "504"])
def test_resend_tries_again_by_itself(made: Made, status: str) -> None:
    project = made({"workers": 2, "batch": 1}, next=("", status, status, status))
    people = project.people(6)
    assert project.send("--unknown", "resend").stdout == "6 messages: 6 sent\n"
    assert project.delivered() == dict.fromkeys(people, 1)
    assert project.box.counts()["requests"] == 9


# ---- R5: what a network does


FAULTS = [
    "401", "429", "500", "502", "503", "504", "timeout", "timeout-before", "reset", "reset-after", "drop",
    "drop-before", "cut", "html", "html-after",
]  # fmt: skip
RATES = [
    pytest.param(0.01, 400, id="1 %", marks=pytest.mark.slow),
    pytest.param(0.1, 60, id="10 %"),
    pytest.param(0.1, 400, id="10 % of many", marks=pytest.mark.slow),
    pytest.param(0.5, 400, id="50 %", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("rate", "messages"), RATES)
@pytest.mark.parametrize("fault", FAULTS)
def test_each_message_comes_to_its_end(made: Made, fault: str, rate: float, messages: int) -> None:
    seed = int(os.environ.get("FAULT_SEED", 1))
    print(f"replay with FAULT_SEED={seed}")  # noqa: T201 - shown when the test fails
    key = {"idempotency_key": "Idempotency-Key"}
    retry = {"attempts": 20, "tokens": 1_000_000, "cap_seconds": 0.1}
    project = made(
        {**key, "workers": 8, "batch": 5, "retry": retry, "timeouts": {"read": 0.5}},
        dedupe=True, fail={fault: rate}, seed=seed, late=0.7,
    )  # fmt: skip
    people = project.people(messages)
    began = time.monotonic()
    result = project.send(code=None)
    if fault == "401":  # twice for one request ends the run, which is to look at its credentials
        for _ in range(200):
            if State.NEW not in project.states():
                break
            result = project.run("send", "--resume", run_id(result.output), code=None)
    assert project.states() == {State.SENT: messages}, result.output
    assert project.delivered() == dict.fromkeys(people, 1)
    assert time.monotonic() - began < 60
