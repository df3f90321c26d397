"""Everything that goes wrong on purpose: each fault as a client meets it, and the same again from the same seed."""

from __future__ import annotations

import json
import socket
import time
from statistics import median
from typing import Any

import httpx
import pytest
from handbill.sandbox.faults import FAULTS, Dice, shares
from handbill.sandbox.server import Sandbox
from handbill.sandbox.settings import Settings
from handbill.sandbox.window import Rate, Window
from sandbox.conftest import EVENTS, Caller, event

STATUSES = {
    "401": (401, "bad.credentials"),
    "429": (429, "too.many.requests.retry.after"),
    "500": (500, "internal.server.error"),
    "500-after": (500, "internal.server.error"),
    "503": (503, "service.unavailable"),
    "504": (504, "request.timeout"),
    "504-after": (504, "request.timeout"),
}
PAGES = {"502": 502, "502-after": 502, "503-after": 503, "html": 200, "html-after": 200}
BROKEN: dict[str, type[httpx.HTTPError]] = {
    "reset": httpx.ReadError,
    "reset-after": httpx.ReadError,
    "drop": httpx.RemoteProtocolError,
    "drop-before": httpx.RemoteProtocolError,
    "cut": httpx.RemoteProtocolError,
}
LATE = {"timeout", "timeout-before"}


def arrived(caller: Caller) -> int:
    return sum(each["arrived"] for each in caller.sandbox.messages())


def test_every_fault_is_tried_here() -> None:
    assert {*STATUSES, *PAGES, *BROKEN, *LATE} == FAULTS.keys()


@pytest.mark.parametrize("name", STATUSES)
def test_a_fault_with_an_error_body(caller: Caller, name: str) -> None:
    caller.sandbox.change(next=[name])
    answer = caller.send(event())
    status, code = STATUSES[name]
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (status, status, code)
    assert arrived(caller) == FAULTS[name].after
    assert caller.send(event()).status_code == 200, "only once"
    assert caller.sandbox.counts()["answers"] == {name: 1, "200": 1}


@pytest.mark.parametrize("name", PAGES)
def test_a_fault_with_a_page(caller: Caller, name: str) -> None:
    caller.sandbox.change(next=[name])
    answer = caller.send(event())
    assert answer.status_code == PAGES[name]
    assert answer.headers["Content-Type"].startswith("text/html")
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert arrived(caller) == FAULTS[name].after


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_without_a_whole_answer(caller: Caller, name: str) -> None:
    caller.sandbox.change(next=[name])
    with pytest.raises(BROKEN[name]):
        caller.send(event())
    assert arrived(caller) == FAULTS[name].after
    assert caller.send(event()).status_code == 200


@pytest.mark.parametrize("name", sorted(LATE))
def test_an_answer_that_comes_too_late(caller: Caller, name: str) -> None:
    caller.sandbox.change(next=[name, name], late=0.2)
    before = time.monotonic()
    answer = caller.send(event())
    assert time.monotonic() - before >= 0.2
    assert answer.status_code == (200 if FAULTS[name].after else 504)
    caller.sandbox.change(late=60)
    with pytest.raises(httpx.ReadTimeout):
        caller.http.post(
            EVENTS, json=[event()], headers={"Authorization": f"Bearer {caller.token}"}, timeout=httpx.Timeout(0.1)
        )
    assert arrived(caller) == 2 * FAULTS[name].after


def test_it_stops_at_once_while_an_answer_is_held() -> None:
    with Sandbox(next=["timeout"], late=60) as sandbox:
        caller = Caller(sandbox)
        raw = _raw(caller)
        _until(lambda: sandbox.messages())
        before = time.monotonic()
    assert time.monotonic() - before < 5
    raw.close()
    caller.http.close()


def test_every_answer_may_take_its_time(caller: Caller) -> None:
    caller.sandbox.change(delay=0.1)
    before = time.monotonic()
    assert caller.send(event()).status_code == 200
    assert time.monotonic() - before >= 0.1


# ---- on the wire


def test_an_answer_is_sent_at_once(caller: Caller) -> None:
    """Head and body are two writes; the second is not to wait for the first to be acknowledged (40 ms)."""
    took = []
    for _ in range(15):
        before = time.monotonic()
        caller.send(event())
        took.append(time.monotonic() - before)
    assert median(took) < 0.03


def _raw(caller: Caller) -> socket.socket:
    """A request through a plain socket."""
    body = json.dumps([event()]).encode()
    head = (
        f"POST {EVENTS} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {caller.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    made = socket.create_connection(("127.0.0.1", caller.sandbox.port), timeout=5)
    made.sendall(head.encode() + body)
    return made


def _until(done: Any) -> None:
    end = time.monotonic() + 5
    while not done():
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.mark.parametrize("name", ["reset", "reset-after"])
def test_a_reset_is_a_tcp_reset(caller: Caller, name: str) -> None:
    caller.sandbox.change(next=[name])
    with _raw(caller) as raw, pytest.raises(ConnectionResetError):
        raw.recv(1)


@pytest.mark.parametrize("name", ["drop", "drop-before"])
def test_a_drop_is_an_end_without_a_byte(caller: Caller, name: str) -> None:
    caller.sandbox.change(next=[name])
    with _raw(caller) as raw:
        assert raw.recv(1) == b""


def test_a_cut_answer_promises_more_than_it_has(caller: Caller) -> None:
    caller.sandbox.change(next=["cut"])
    with _raw(caller) as raw:
        data = b"".join(iter(lambda: raw.recv(4096), b""))
    head, _, body = data.partition(b"\r\n\r\n")
    (length,) = (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    assert 0 < len(body) < length


# ---- drawn from a seed


def _met(caller: Caller, count: int, order: int = 1) -> dict[str, str]:
    """The answer to each of many messages, by recipient."""
    met = {}
    for number in list(range(count))[::order]:
        try:
            answer = caller.send(event(str(number)))
            met[str(number)] = str(answer.status_code)
        except httpx.HTTPError as error:
            met[str(number)] = type(error).__name__
    return met


def test_the_same_seed_has_the_same_faults_in_any_order() -> None:
    runs = []
    for seed, order in ((7, 1), (7, -1), (8, 1)):
        with Sandbox(fail="429=0.2,500=0.1,drop=0.1", seed=seed) as sandbox:
            caller = Caller(sandbox)
            runs.append(_met(caller, 60, order))
            caller.http.close()
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    assert {"200", "429", "500", "RemoteProtocolError"} == set(runs[0].values())


def test_clearing_starts_the_draws_again(caller: Caller) -> None:
    caller.sandbox.change(fail={"500": 0.5}, seed=3)
    first = _met(caller, 20)
    again = _met(caller, 20)
    assert again != first, "another attempt has another number"
    caller.sandbox.clear()
    assert _met(caller, 20) == first
    caller.sandbox.change(seed=3)
    assert _met(caller, 20) == first


def test_shares_come_true() -> None:
    dice = Dice(11)
    drawn = [dice.draw({"429": 0.1, "drop": 0.3}, b"%d" % number) for number in range(4000)]
    names = [each.name if each else "" for each in drawn]
    assert 320 <= names.count("429") <= 480
    assert 1080 <= names.count("drop") <= 1320
    assert names.count("") + names.count("429") + names.count("drop") == 4000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("42=0.1", "no fault `42`"),
        ("resett=0.1", "did you mean `reset`"),
        ("429", "write 429=0.1"),
        ("429=much", "`much` is no share"),
        ("429=1.1", "from 0 to 1"),
        ("429=-0.1", "from 0 to 1"),
        ("429=nan", "from 0 to 1"),
        ("429=0.6,500=0.6", "more than 1"),
    ],
)
def test_shares_that_make_no_sense(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        shares(text)


def test_shares_are_read() -> None:
    assert shares(" 429=0.1, drop=0.02,") == {"429": 0.1, "drop": 0.02}
    assert shares("") == {}


# ---- planned and changed over HTTP


def test_faults_are_changed_over_http(caller: Caller) -> None:
    settings = caller.http.put("/_sandbox/faults", json={"next": ["500", "", "drop"], "retry_after": None}).json()
    assert settings["next"] == ["500", "", "drop"]
    assert [caller.send(event()).status_code for _ in range(2)] == [500, 200]
    assert caller.http.get("/_sandbox/faults").json()["next"] == ["drop"]
    assert caller.http.delete("/_sandbox/faults").json()["next"] == []
    assert caller.send(event()).status_code == 200


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"fial": {}}, "did you mean `fail`"),
        ({"fail": {"429": 2}}, "from 0 to 1"),
        ({"fail": {"429": "x"}}, "from 0 to 1"),
        ({"fail": 1}, "another kind"),
        ({"next": ["nothing"]}, "no fault `nothing`"),
        ({"next": [1]}, "list of texts"),
        ({"rate": "fast"}, "300/min"),
        ({"agentless": 204}, "200 or 202"),
        ({"late": -1}, "not negative"),
        ({"clients": {}}, "no setting `clients`"),
        ([], "object"),
    ],
)
def test_settings_that_make_no_sense(caller: Caller, values: Any, said: str) -> None:
    before = caller.http.get("/_sandbox/faults").json()
    answer = caller.http.put("/_sandbox/faults", json=values)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid.value")
    assert said in answer.json()["message"]
    assert caller.http.get("/_sandbox/faults").json() == before


def test_a_body_that_is_no_json(caller: Caller) -> None:
    assert caller.http.put("/_sandbox/faults", content=b"{").status_code == 400


@pytest.mark.parametrize("header", ["7", "Wed, 21 Oct 2026 07:28:00 GMT", "soon", "1000000000", None])
def test_the_header_of_429_is_as_one_says(caller: Caller, header: str | None) -> None:
    caller.sandbox.change(next=["429"], retry_after=header)
    answer = caller.send(event())
    assert answer.headers.get("Retry-After") == header
    assert answer.json()["limit"] == {
        "key": "client.credentials.token.rate.per.minute",
        "namespace": "platform.api",
        "value": 300,
    }


# ---- the rate


def test_above_the_rate(caller: Caller) -> None:
    caller.sandbox.change(rate="3/min")
    assert [caller.send(event()).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    answer = caller.send(event())
    assert 58 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.json()["limit"]["value"] == 3
    assert arrived(caller) == 3
    caller.token = caller.login().json()["access_token"]
    assert caller.send(event()).status_code == 429, "a new token of the same client gives no more"
    caller.token = caller.login(auth=("another", "secret")).json()["access_token"]
    assert caller.send(event()).status_code == 200


def test_the_rate_holds_in_every_window() -> None:
    now = 0.0
    window = Window(lambda: now)
    rate = Rate(3, 10)
    passed = []
    for eighth in range(800):
        now = eighth / 8
        wait = window.wait("client", rate)
        if wait == 0:
            passed.append(now)
        else:
            assert passed[-3] + 10 <= now + wait < passed[-3] + 11, "whole seconds, and no more than needed"
    assert len(passed) == 30
    assert all(later - earlier >= 10 for earlier, later in zip(passed, passed[3:], strict=False))


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("300/min", Rate(300, 60)),
        ("80/s", Rate(80, 1)),
        ("20/10s", Rate(20, 10)),
        ("1000/hour", Rate(1000, 3600)),
        ("none", None),
        ("", None),
    ],
)
def test_a_rate_is_read(text: str, rate: Rate | None) -> None:
    assert Rate.read(text) == rate


@pytest.mark.parametrize("text", ["300", "0/min", "-1/s", "300/fortnight", "x/min", "300 per minute"])
def test_a_rate_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="write it as 300/min"):
        Settings(rate=text)
