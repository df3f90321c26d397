"""The idempotency key: where it is honoured a message counts once, however often it comes."""

from __future__ import annotations

import pytest
from handbill.sandbox.answers import Refused
from handbill.sandbox.keys import keys
from handbill.sandbox.server import Sandbox
from sandbox.conftest import AGENTLESS, BOT, Caller, event, reply, sms


@pytest.fixture
def careful(caller: Caller) -> Caller:
    """A client of a sandbox that honours the key."""
    caller.sandbox.change(dedupe=True)
    return caller


def times(sandbox: Sandbox) -> list[tuple[str, int, int]]:
    return [(each["key"], each["arrived"], each["delivered"]) for each in sandbox.messages()]


def test_a_message_counts_once_and_keeps_its_id(careful: Caller) -> None:
    first, again = (careful.send(event(), Idempotency_Key='"a"').json() for _ in range(2))
    assert first == again
    other = careful.send(event(), Idempotency_Key='"b"').json()
    assert other != first
    assert times(careful.sandbox) == [("a", 2, 1), ("b", 1, 1)]


def test_each_message_of_a_list_has_its_key_whatever_list_it_comes_in(careful: Caller) -> None:
    first = careful.send(event("1"), event("2"), event("3"), Idempotency_Key="a, b, c").json()
    second = careful.send(event("4"), event("3"), event("2"), Idempotency_Key='"d","c","b"').json()
    assert second[1:] == [first[2], first[1]]
    assert times(careful.sandbox) == [("a", 1, 1), ("b", 2, 1), ("c", 2, 1), ("d", 1, 1)]


def test_one_key_for_a_list_is_one_for_each_place(careful: Caller) -> None:
    first, again = (careful.send(event("1"), event("1"), Idempotency_Key="a").json() for _ in range(2))
    assert first == again
    assert times(careful.sandbox) == [("a:0", 2, 1), ("a:1", 2, 1)]


def test_a_lost_answer_makes_no_second_message(careful: Caller) -> None:
    for fault in ("502-after", "html-after", ""):
        careful.sandbox.change(next=[fault])
        careful.send(event(), Idempotency_Key="a")
    assert times(careful.sandbox) == [("a", 3, 1)]


def test_another_message_under_the_same_key(careful: Caller) -> None:
    careful.send(event(), Idempotency_Key="a")
    answer = careful.send(event(text="Something else"), Idempotency_Key="a")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.key.reused")
    several = careful.send(event("7"), event(text="Something else"), Idempotency_Key="b, a").json()
    assert several[1]["error"]["code"] == "idempotency.key.reused"
    assert times(careful.sandbox) == [("a", 1, 1), ("b", 1, 1)]


def test_the_same_key_at_two_routes_is_two_messages(careful: Caller) -> None:
    for _ in range(2):
        careful.post(BOT, reply(), Idempotency_Key="a")
        careful.post(AGENTLESS, sms(), Idempotency_Key="a")
    assert times(careful.sandbox) == [("a", 2, 1), ("a", 2, 1)]


def test_a_refused_message_does_not_use_up_its_key(careful: Caller) -> None:
    assert careful.send({**event(), "type": "no"}, Idempotency_Key="a").status_code == 400
    assert careful.send(event(), Idempotency_Key="a").status_code == 200


def test_without_keys_nothing_is_known_again(careful: Caller) -> None:
    for _ in range(2):
        careful.send(event())
    assert times(careful.sandbox) == [("", 2, 2)]


def test_the_key_is_not_honoured_unless_asked_for(caller: Caller) -> None:
    first, again = (caller.send(event(), Idempotency_Key="a").json() for _ in range(2))
    assert first != again
    assert times(caller.sandbox) == [("a", 2, 2)]
    assert caller.send(event(text="Else"), Idempotency_Key="a").status_code == 200


def test_another_header() -> None:
    with Sandbox(dedupe=True, key_header="X-Line-Retry-Key") as sandbox:
        caller = Caller(sandbox)
        for _ in range(2):
            caller.send(event(), X_Line_Retry_Key="a", Idempotency_Key="b")
        caller.http.close()
        assert times(sandbox) == [("a", 2, 1)]


@pytest.mark.parametrize(
    ("header", "count", "expected"),
    [
        ("", 2, ["", ""]),
        (" a ", 1, ["a"]),
        ('"a, b"', 1, ["a, b"]),
        (r'"a\"b\\"', 1, [r"a\"b".replace("\\", "") + "\\"]),
        ("a,b", 2, ["a", "b"]),
        ('"a" ,\t"b"', 2, ["a", "b"]),
    ],
)
def test_keys_are_read(header: str, count: int, expected: list[str]) -> None:
    assert keys(header, count) == expected


@pytest.mark.parametrize(
    ("header", "count"),
    [("a,b", 3), ("a,b,c", 2), ("a,a", 2), ("a,,b", 3), ('"a', 1), ('""', 1), (",", 2), ("a b", 2), ('a"b', 1)],
)
def test_keys_that_cannot_be_read(header: str, count: int) -> None:
    with pytest.raises(Refused):
        keys(header, count)
