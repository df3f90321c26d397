"""Processes beside the server: one answers at a time, the newest question wins, and one that goes is made anew."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Coroutine
from typing import Any

import pytest
from handbill.preview.worker import Answering, Ended, Telling
from preview.answers import count, echo


def within(work: Coroutine[Any, Any, None], *processes: Answering) -> None:
    async def timed() -> None:
        try:
            await asyncio.wait_for(work, 30)
        finally:
            for each in processes:
                each.end()

    asyncio.run(timed())


def test_of_what_one_page_asks_the_newest_is_answered() -> None:
    asked = Answering(echo, seconds=20)

    async def work() -> None:
        await asked.ask("ready")
        answers = await asyncio.gather(*(asked.ask(name, "page") for name in "abcd"), asked.ask("other", "another"))
        assert [answer and answer[0] for answer in answers] == [
            "a",
            None,
            None,
            "d",
            "other",
        ]  # the first was under way
        assert not asked._newest

    within(work(), asked)


def test_what_is_under_way_is_answered() -> None:
    asked = Answering(echo, seconds=20)

    async def work() -> None:
        first = asyncio.ensure_future(asked.ask("a", "page"))
        while not asked._turn.locked():
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        second = asked.ask("b", "page")
        assert [(await first)[0], (await second)[0]] == ["a", "b"]

    within(work(), asked)


@pytest.mark.parametrize("fate", ["gone", "asleep"])
def test_one_that_goes_or_takes_too_long_is_made_anew(fate: str) -> None:
    asked = Answering(echo, seconds=3)

    async def work() -> None:
        _, before = await asked.ask("a")
        with pytest.raises(Ended):
            await asked.ask(fate)
        said, after = await asked.ask("b")
        assert said == "b"
        assert after != before

    within(work(), asked)


def test_after_the_end_there_is_no_answer() -> None:
    asked = Answering(echo, seconds=20)

    async def work() -> None:
        await asked.ask("a")
        waiting = asyncio.ensure_future(asked.ask("asleep"))
        await asyncio.sleep(0.05)
        asked.end()
        for question in (waiting, asked.ask("b")):
            with pytest.raises(Ended):
                await question

    within(work(), asked)


def test_one_that_tells_turns_to_what_it_is_asked_and_is_missed_when_it_goes() -> None:
    told: queue.Queue[int] = queue.Queue()
    gone = threading.Event()
    telling = Telling(count, told=told.put)
    telling.ask(5, gone.set)
    assert [told.get(timeout=20) for _ in range(3)] == [5, 6, 7]
    telling.ask(1000, gone.set)
    while told.get(timeout=20) < 1000:
        pass
    telling.ask(-1, gone.set)
    assert gone.wait(20)
    gone.clear()
    telling.ask(0, gone.set)
    while told.get(timeout=20) != 0:
        pass
    telling.end()
    assert not gone.wait(0.2)
