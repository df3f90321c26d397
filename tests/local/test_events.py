"""Server-sent events: told to every page that listens, bounded, and never silently missed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from handbill.local.events import Events
from handbill.local.serving import Serving
from local.served import serving
from starlette.applications import Starlette
from starlette.routing import Route


class Told:
    """Events that a server tells, and pages that listen."""

    def __init__(self, events: Events, url: str, server: Serving) -> None:
        self.events = events
        self.url = url
        self._server = server

    def tell(self, *names: str, data: str = "") -> None:
        self.within(lambda: [self.events.tell(name, data) for name in names])

    def within(self, do: Callable[[], object]) -> object:
        async def done() -> object:
            return do()

        assert self._server.loop is not None
        return asyncio.run_coroutine_threadsafe(done(), self._server.loop).result(10)

    @contextmanager
    def page(self, **headers: str) -> Iterator[Iterator[str]]:
        with (
            httpx.Client(trust_env=False, timeout=10) as client,
            client.stream("GET", self.url, headers=headers) as answer,
        ):
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert "content-length" not in answer.headers
            lines = answer.iter_lines()
            assert next(lines) == "retry: 500"
            assert next(lines) == ""
            yield lines


@pytest.fixture
def told() -> Iterator[Told]:
    events = Events(heartbeat=0.05)
    with serving(Starlette(routes=[Route("/", events.answer)])) as (url, server):
        yield Told(events, url, server)


def event(lines: Iterator[str]) -> dict[str, str]:
    """The next event, heartbeats left out."""
    found: dict[str, str] = {}
    silence = 0
    for line in lines:
        if line.startswith(":"):
            silence += 1
            assert silence < 100, "nothing is told"
            continue
        if not line and found:
            return found
        name, _, value = line.partition(": ")
        if name:
            found[name] = f"{found[name]}\n{value}" if name in found else value
    raise AssertionError("the stream ended")


def test_every_page_is_told_in_order(told: Told) -> None:
    with told.page() as one, told.page() as two:
        told.tell("changed", "checked", data="a\nb")
        for page in (one, two):
            assert [event(page)["event"], event(page)["event"]] == ["changed", "checked"]
    told.tell("changed")


def test_data_of_several_lines(told: Told) -> None:
    with told.page() as page:
        told.tell("said", data="a\nid: 7\n\nb")
        assert event(page)["data"] == "a\nid: 7\n\nb"


def test_a_page_that_may_have_missed_something_is_told_so(told: Told) -> None:
    seen = told.events.last
    with told.page(**{"last-event-id": seen}) as page:
        told.tell("changed")
        assert event(page)["event"] == "changed"
    with told.page(**{"last-event-id": seen}) as page:
        found = event(page)
        assert (found["event"], found["id"]) == ("missed", told.events.last)
    with told.page(**{"last-event-id": "another-server-1"}) as page:
        assert event(page)["event"] == "missed"


def test_an_address_says_what_was_seen(told: Told) -> None:
    told.tell("changed")
    told.url += "?since=nothing"
    with told.page() as page:
        assert event(page)["event"] == "missed"


def test_a_page_that_falls_behind_is_told_once(told: Told) -> None:
    with told.page() as page:
        told.tell(*["changed"] * 200)
        names = [event(page)["event"] for _ in range(2)]
        assert "missed" in names
        told.tell("last")
        assert any(event(page)["event"] == "last" for _ in range(70))


def test_silence_is_broken_by_a_heartbeat(told: Told) -> None:
    with told.page() as page:
        assert next(page) == ":"


def test_a_page_that_goes_is_forgotten(told: Told) -> None:
    with told.page():
        assert told.within(lambda: told.events.listening) == 1
    for _ in range(200):
        told.tell("changed")
        if told.within(lambda: told.events.listening) == 0:
            return
    raise AssertionError("it is still remembered")


def test_only_so_many_pages_listen(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handbill.local.events._PAGES", 1)
    with told.page(), httpx.stream("GET", told.url, trust_env=False) as answer:
        assert answer.status_code == 503


def test_a_stop_ends_every_stream() -> None:
    events = Events()
    with serving(Starlette(routes=[Route("/", events.answer)])) as (url, server):
        told = Told(events, url, server)
        with told.page() as page:
            server.stop()
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                next(page)
