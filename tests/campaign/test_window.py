"""A gateway knows a message again for some time: what may have arrived is sent again only within it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from handbill.diagnostic import Diagnostic
from handbill.send.connection import Rate, Spacing
from handbill.send.flight import Body, Flight
from handbill.send.http import Client
from handbill.send.ledger import Claim, Ledger, Run
from handbill.send.outcome import Outcome, State
from handbill.send.parcels import Parcel, parcels_of
from handbill.send.problem import Problem, Verdict
from handbill.send.requests import Request
from handbill.send.retry import Dedup
from handbill.send.segments import Segments

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).timestamp()
WINDOW = 100.0  # seconds
LOST = Diagnostic("outcome-unknown", "Lost", text="It may have arrived.")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class Mute:
    """A service that takes every message and answers none."""

    many = False
    rate: Rate | None = None
    spacing: Spacing | None = None

    def __init__(self, dedup: Dedup | None) -> None:
        self.dedup = dedup
        self.wait: float | None = None

    def request(self, parcels: Sequence[Parcel], keys: Sequence[str] = ()) -> Request:
        return Request("https://x.example", (), parcels[0].json, messages=1)

    def first(self) -> Iterable[Request]:
        return ()

    def parcels(self, line: bytes) -> list[Parcel]:
        return parcels_of(line)

    def limiter(self) -> str:
        return "name"

    def session(self, client: Client, again: object = None) -> Mute:
        return self

    def post(self, request: Request) -> list[Verdict]:
        problem = Problem("message", fault="connection-lost", wait=self.wait)
        return [Verdict(Outcome(State.UNKNOWN, diagnostic=LOST), problem)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[tuple[Ledger, Segments]]:
    with Ledger.open(tmp_path) as ledger, Segments(tmp_path, "r") as segments:
        yield ledger, segments


def flight(folder: tuple[Ledger, Segments], clock: Clock, service: Mute, unknown: str = "park") -> Flight:
    ledger, segments = folder
    run = Run("r", "2026-11-22T12:00:00+00:00", "t", "d", "f", "d", "line", "direct", "c", unknown=unknown)  # type: ignore[arg-type]
    retry = {"attempts": 5, "cap_seconds": 1, "wait_cap_seconds": 600, "tokens": 500}
    with Client() as client:
        return Flight(run, retry, service, client, ledger, segments, clock=clock, random=Random(1))


def claim(attempts: int = 1, ambiguous: bool = False) -> Claim:
    return Claim(1, 2, 0, 10, 0, attempts, ambiguous, "aa")


def sent(over: Flight, claimed: Claim) -> State:
    [landed] = over.send([Body(claimed, Parcel(b"{}"), True, "0" * 32)])
    return landed.result.state


def test_the_window_is_counted_from_when_a_message_went_out_and_not_from_when_the_run_began(
    folder: tuple[Ledger, Segments], clock: Clock
) -> None:
    over = flight(folder, clock, Mute(Dedup("Key", window=WINDOW)))
    clock.now = NOW + 10 * WINDOW
    assert sent(over, claim(1)) is State.NEW
    clock.now += WINDOW / 2
    assert sent(over, claim(2, True)) is State.NEW
    clock.now += WINDOW / 2
    assert sent(over, claim(3, True)) is State.UNKNOWN


def test_a_wait_that_would_last_longer_than_the_window_is_none(folder: tuple[Ledger, Segments], clock: Clock) -> None:
    service = Mute(Dedup("Key", window=WINDOW))
    over = flight(folder, clock, service)
    service.wait = WINDOW + 1
    assert sent(over, claim(1)) is State.UNKNOWN


@pytest.mark.parametrize(
    ("later", "dedup", "unknown", "attempts", "goes"),
    [
        (WINDOW - 1, Dedup("Key", window=WINDOW), "park", 2, True),
        (WINDOW + 1, Dedup("Key", window=WINDOW), "park", 2, False),
        (WINDOW + 1, Dedup("Key", window=WINDOW), "resend", 2, True),
        (WINDOW + 1, Dedup("Key", window=WINDOW), "park", 1, True),  # somebody asked for it: `handbill runs --retry`
        (WINDOW + 1, None, "park", 2, True),  # likewise: where nothing is known again, nothing else makes it new
    ],
)
def test_a_message_that_waited_too_long_is_parked(
    folder: tuple[Ledger, Segments], clock: Clock, later: float, dedup: Dedup | None, unknown: str, attempts: int,
    goes: bool,
) -> None:  # fmt: skip
    over = flight(folder, clock, Mute(dedup), unknown)
    clock.now = NOW + later
    free, parked = over.spaced([claim(attempts, True)])
    assert (len(free), [each.state for each in parked]) == ((1, []) if goes else (0, [State.UNKNOWN]))
