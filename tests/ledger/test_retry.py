"""What is tried again, when, and when a run gives up."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from math import inf
from random import Random
from typing import Any

import pytest
from handbill.gateways import GATEWAYS
from handbill.send import genesys_connection as genesys
from handbill.send.connections import connection as connected
from handbill.send.genesys_answer import explainer
from handbill.send.genesys_connection import Genesys
from handbill.send.idempotency import idempotency_key
from handbill.send.ledger_file import data
from handbill.send.outcome import State
from handbill.send.problem import Problem, retry_after
from handbill.send.retry import Backoff, Class, Dedup, Judgement, Quota, dedup, judged
from handbill.send.secret import Redactor
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
RETRY = data()["retry"]
THROTTLED, TRANSIENT, FINAL = Class.THROTTLED, Class.TRANSIENT, Class.FINAL

# every row of connection.json: what its problems are, and whether they leave the message's fate open
TABLE = {
    "Name not found": {(TRANSIENT, False)},
    "Connection refused": {(TRANSIENT, False)},
    "Certificate not trusted": {(FINAL, False)},
    "No connection": {(TRANSIENT, False)},
    "OAuth client not found": {(FINAL, False)},
    "Wrong client secret": {(FINAL, False)},
    "OAuth client refused": {(FINAL, False)},
    "Grant type not allowed": {(FINAL, False)},
    "Login refused": {(FINAL, False)},
    "No login host": {(FINAL, False)},
    "Login host in trouble": {(TRANSIENT, False)},
    "No token in the answer": {(FINAL, False)},
    "No answer from the login host": {(TRANSIENT, False)},
    "User token": {(FINAL, False)},
    "Conversation already open": {(FINAL, False)},
    "Address not accepted": {(FINAL, False)},
    "Text refused for its length": {(FINAL, False)},
    "Too many requests": {(THROTTLED, False)},
    "Key used before": {(FINAL, False)},
    "Template refused": {(FINAL, False)},
    "Address of this computer not allowed": {(FINAL, False)},
    "Token refused": {(FINAL, False)},
    "Not allowed to send": {(FINAL, False)},
    "Conversation not found": {(FINAL, False)},
    "Request not read in time": {(FINAL, False)},
    "Outbound messages used up": {(FINAL, False)},
    "Conflict": {(FINAL, False)},
    "Request too large": {(FINAL, False)},
    "Answer is a redirect": {(FINAL, False)},
    "Request refused": {(FINAL, False)},
    "Service not available": {(TRANSIENT, False)},
    "Server in trouble": {(TRANSIENT, True)},
    "Message refused": {(FINAL, False)},
    "No answer in time": {(TRANSIENT, True)},
    "Connection lost": {(TRANSIENT, True)},
    "Answer is not JSON": {(TRANSIENT, True)},
    "No result for the message": {(TRANSIENT, True)},
    "Unexpected answer": {(FINAL, True)},
}
CLASS_5XX = ["500", "502", "503", "504"]


def problems(row: dict[str, Any]) -> list[Problem]:
    """A problem for each thing that a row names."""
    found = []
    for stage in row["stage"]:
        for when in row["when"] or [{"fault": ["read-timeout"]} if stage == "login" else {"status": ["101"]}]:
            for status in when.get("status", ["0"]):
                for code in when.get("code", [""]):
                    for fault in when.get("fault", [""]):
                        for number in CLASS_5XX if status == "5xx" else [status.replace("xx", "18")]:
                            name, _, message = code.partition(": ")
                            found.append(Problem(stage, int(number), fault, name, message))
    return found


@pytest.mark.parametrize("row", genesys.data()["errors"], ids=lambda row: f"{row['stage'][0]}-{row['title']}")
def test_every_row_has_its_class(row: dict[str, Any]) -> None:
    link = connected({}, None, {})
    assert isinstance(link, Genesys)
    explains = explainer(link, "genesys-event", Redactor())
    found = set()
    for problem in problems(row):
        outcome = explains.outcome(problem)
        assert outcome.diagnostic is not None
        assert outcome.diagnostic.title == row["title"]
        judgement = judged(problem, outcome.state)
        found.add((judgement.kind, judgement.ambiguous))
    assert found == TABLE[row["title"]]


def test_the_table_names_every_row_and_no_other() -> None:
    assert set(TABLE) == {row["title"] for row in genesys.data()["errors"]}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 408, 409, 413, 418, 501, 505, 302])
def test_what_would_end_the_same_is_not_tried_again(status: int) -> None:
    assert judged(Problem("message", status), State.REJECTED).kind is FINAL


def test_a_throttle_may_come_within_another_answer() -> None:
    for status in (400, 503, 0):
        problem = Problem("message", status, "item", "too.many.requests", whole=False)
        assert judged(problem, State.REJECTED) == Judgement(THROTTLED, False)


@pytest.mark.parametrize(
    ("kind", "ambiguous", "harmless", "again"),
    [
        (THROTTLED, False, False, True),
        (TRANSIENT, False, False, True),
        (TRANSIENT, True, False, False),
        (TRANSIENT, True, True, True),
        (FINAL, False, True, False),
        (FINAL, True, True, False),
    ],
)
def test_what_may_have_arrived_goes_again_only_where_it_does_no_harm(
    kind: Class, ambiguous: bool, harmless: bool, again: bool
) -> None:
    assert Judgement(kind, ambiguous).again(harmless) is again


# ---- how long


@given(kind=st.sampled_from([TRANSIENT, THROTTLED]), attempt=st.integers(1, 10**6), seed=st.integers(0, 2**32))
def test_jitter_is_within_its_bounds(kind: Class, attempt: int, seed: int) -> None:
    most = min(RETRY["cap_seconds"], RETRY[kind]["base_seconds"] * 2 ** min(attempt - 1, 64))
    assert 0 <= Backoff({}, Random(seed)).seconds(kind, attempt) <= most


def test_jitter_is_full() -> None:
    """The whole of the range is used: who failed together does not come back together."""
    backoff = Backoff({}, Random(7))
    pauses = [backoff.seconds(THROTTLED, 3) for _ in range(1000)]
    assert min(pauses) < 0.1
    assert max(pauses) > 3.9
    assert 1.8 < sum(pauses) / len(pauses) < 2.2


def test_a_seed_gives_the_same_pauses() -> None:
    one, two = (Backoff({}, Random(3)) for _ in range(2))
    assert [one.seconds(TRANSIENT, n) for n in range(1, 9)] == [two.seconds(TRANSIENT, n) for n in range(1, 9)]


DAY = 86_400.0  # seconds that a Retry-After can mean at the most


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("12", 12, 12),
        ("Sun, 22 Nov 2026 12:01:30 GMT", 90, 90),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0, 1),  # past
        ("0", 0, 1),
        ("-5", 0, 1),
        ("soon", 0, 1),
        ("", 0, 1),
        ("7200", 7200, 7200),
        ("1000000000", DAY, DAY),
        ("9" * 5000, DAY, DAY),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY, DAY),
    ],
)
def test_a_retry_after_is_never_undercut_and_never_endless(header: str, least: float, most: float) -> None:
    backoff = Backoff({}, Random(5))
    for _ in range(50):
        assert least <= backoff.seconds(THROTTLED, 1, retry_after(header, NOW)) <= most


def test_a_retry_after_does_not_make_a_pause_shorter() -> None:
    pauses = [Backoff({}, Random(seed)).seconds(TRANSIENT, 30, 1.0) for seed in range(200)]
    assert min(pauses) == 1.0
    assert max(pauses) > 19


def test_a_connection_has_numbers_of_its_own() -> None:
    backoff = Backoff({"attempts": 2, "cap_seconds": 0.5, "wait_cap_seconds": 3}, Random(5))
    assert backoff.attempts == 2
    assert max(backoff.seconds(THROTTLED, 20) for _ in range(100)) <= 0.5
    assert backoff.seconds(THROTTLED, 1, 60) == 60, "never undercut: a run that will not wait so long stops"
    assert Backoff({}, Random(5)).attempts == 5


# ---- how often


def spent(quota: Quota, kind: Class) -> int:
    count = 0
    while quota.take(kind):
        count += 1
    return count


def test_a_quota_stops() -> None:
    assert spent(Quota({}), TRANSIENT) == 500 // 14
    assert spent(Quota({}), THROTTLED) == 500 // 5
    assert spent(Quota({"tokens": 30}), TRANSIENT) == 2
    assert spent(Quota({"tokens": 0}), THROTTLED) == 0


def test_what_was_accepted_fills_it_up_to_the_brim() -> None:
    quota = Quota({"tokens": 30})
    quota.refund(1000)
    assert spent(quota, TRANSIENT) == 2
    for _ in range(12):
        quota.refund()
    assert spent(quota, TRANSIENT) == 1
    quota.refund(5)
    assert quota.take(THROTTLED)


def test_threads_share_a_quota() -> None:
    quota, counts = Quota({"tokens": 50_000}), [0] * 8

    def work(number: int) -> None:
        counts[number] = spent(quota, THROTTLED)

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 10_000


# ---- what a gateway knows


@pytest.mark.parametrize("gateway", [name for name, each in genesys.data()["gateways"].items() if "path" in each])
def test_every_gateway_that_is_posted_to_says_whether_it_knows_a_message_again(gateway: str) -> None:
    assert gateway in data()["gateways"]
    assert gateway in GATEWAYS
    assert dedup(gateway) is None
    assert dedup(gateway, "Idempotency-Key") == Dedup("Idempotency-Key", window=inf)


def test_a_gateway_nobody_knows_has_no_key() -> None:
    assert dedup("never-seen") is None


def test_a_key_that_a_gateway_offers_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    offer = {"header": "X-Line-Retry-Key", "window": 86_400}
    monkeypatch.setitem(data()["gateways"], "line", {"dedup": offer})
    assert dedup("line") == Dedup("X-Line-Retry-Key", window=86_400)


def test_a_key_is_the_same_for_each_attempt_and_another_for_all_else() -> None:
    parts = ("20261122-1534-k3f9", 1, "00ff", "t1", "messenger", 0)
    key = idempotency_key(*parts)
    assert key == idempotency_key(*parts)
    assert len(bytes.fromhex(key)) == 16
    assert idempotency_key(*parts[:-1]) == key, "the first body"
    others = [("other", 1, "00ff", "t1", "messenger", 0)]
    for place, value in enumerate(["run", 2, "00fe", "t2", "whatsapp", 1]):
        others.append((*parts[:place], value, *parts[place + 1 :]))  # type: ignore[arg-type]
    others.append(("20261122-1534-k3f91", 1, "00ff", "t1", "messenger", 0))
    assert len({key, *(idempotency_key(*each) for each in others)}) == len(others) + 1
