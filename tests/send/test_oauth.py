"""One token for many workers: fetched once, renewed in time, and once when many are refused together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from handbill.diagnostic import Failed
from handbill.send.genesys import token_request
from handbill.send.genesys_answer import explainer
from handbill.send.genesys_connection import Credentials
from handbill.send.genesys_connection import Genesys as Link
from handbill.send.http import Client
from handbill.send.oauth import Tokens
from handbill.send.problem import Problem
from handbill.send.secret import Redactor, Secret
from send.fake_genesys import TOKEN, Genesys, Reply

WORKERS = 8

Made = Callable[..., Tokens]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def made(sandbox: Link, credentials: Credentials) -> Iterator[Made]:
    with Client(workers=WORKERS) as client:

        def make(**extra: object) -> Tokens:
            redactor = Redactor()
            explains = explainer(sandbox, "genesys-event", redactor)
            return Tokens(token_request(sandbox), credentials, client, explains, redactor, **extra)  # type: ignore[arg-type]

        yield make


def together(work: Callable[[], Secret]) -> list[str]:
    """What each of many workers got that began at the same moment."""
    barrier = threading.Barrier(WORKERS)

    def one(_: int) -> str:
        barrier.wait()
        try:
            return work().reveal()
        except Failed as failed:
            return failed.diagnostics[0].code

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, range(WORKERS)))


def test_many_workers_fetch_one_token(genesys: Genesys, made: Made) -> None:
    tokens = made()
    assert together(tokens.token) == ["canary-token-1"] * WORKERS
    assert genesys.paths() == [TOKEN]


def test_a_401_storm_is_one_refresh(genesys: Genesys, made: Made) -> None:
    tokens = made()
    refused = tokens.token()
    assert together(lambda: tokens.renewed(refused)) == ["canary-token-2"] * WORKERS
    assert genesys.tokens == 2
    assert tokens.renewed(refused).reveal() == "canary-token-2", "a straggler does not renew what is new"
    assert genesys.tokens == 2


def test_a_failure_is_one_request_too(genesys: Genesys, made: Made) -> None:
    def slow(_: object) -> Reply:
        time.sleep(0.2)  # until all wait
        return Reply(400, {"error": "invalid_client"})

    genesys.replies[TOKEN] = [slow]
    assert together(made().token) == ["login-failed"] * WORKERS
    assert genesys.paths() == [TOKEN]


def test_renewed_at_four_fifths_of_its_life(genesys: Genesys, made: Made) -> None:
    clock = Clock()
    tokens = made(clock=clock)
    genesys.replies[TOKEN] = [Reply(body={"access_token": "short", "expires_in": 100})]
    seen = []
    for now in (0, 79.9, 80.1, 81):
        clock.now = 1000 + now
        seen.append(tokens.token().reveal())
    assert seen == ["short", "short", "canary-token-1", "canary-token-1"]


def test_a_token_that_cannot_be_renewed_yet_still_serves(genesys: Genesys, made: Made) -> None:
    clock = Clock()
    tokens = made(clock=clock)
    genesys.replies[TOKEN] = [Reply(body={"access_token": "short", "expires_in": 100}), Reply(503), Reply(503)]
    tokens.token()
    for now, asked in [(85, 2), (86, 2), (93, 3), (94, 3)]:
        clock.now = 1000 + now
        assert tokens.token().reveal() == "short"
        assert len(genesys.seen) == asked
    clock.now = 1100
    assert tokens.token().reveal() == "canary-token-1"


def test_while_one_renews_the_others_use_what_they_have(genesys: Genesys, made: Made) -> None:
    clock = Clock()
    tokens = made(clock=clock)
    asked, go = threading.Event(), threading.Event()

    def slow(_: object) -> Reply:
        asked.set()
        go.wait(5)
        return Reply(body={"access_token": "new", "expires_in": 100})

    genesys.replies[TOKEN] = [Reply(body={"access_token": "old", "expires_in": 100}), slow]
    tokens.token()
    clock.now += 85
    with ThreadPoolExecutor(1) as pool:
        renewing = pool.submit(tokens.token)
        assert asked.wait(5)
        assert tokens.token().reveal() == "old"
        go.set()
        assert renewing.result().reveal() == "new"
    assert tokens.token().reveal() == "new"


@pytest.mark.parametrize("life", [None, 0, -5, "soon", True])
def test_a_token_without_a_life_serves_until_it_is_refused(genesys: Genesys, made: Made, life: object) -> None:
    clock = Clock()
    tokens = made(clock=clock)
    genesys.replies[TOKEN] = [Reply(body={"access_token": "x", "expires_in": life})]
    first = tokens.token()
    clock.now += 1e9
    assert tokens.token() is first


def test_tried_again_as_long_as_it_is_worth_it(genesys: Genesys, made: Made) -> None:
    problems: list[tuple[int, int]] = []

    def again(problem: Problem, attempts: int) -> bool:
        problems.append((problem.status, attempts))
        return attempts < 3

    genesys.replies[TOKEN] = [Reply(503), Reply(429), Reply(503), Reply(503)]
    tokens = made(again=again)
    with pytest.raises(Failed, match="Login"):
        tokens.token()
    assert problems == [(503, 1), (429, 2), (503, 3)]
    assert tokens.token().reveal() == "canary-token-1"
