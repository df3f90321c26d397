"""Sends the rows of a run: claim, permit, request, result, until every row is at its end.

    workers    wait for a permit, take rows that are due, post, and say what became of each
    recorder   writes results to the ledger, many at a time
    main       keeps the claims alive, takes over what others left, and sees when it is over

Each body of a row is claimed by itself: a message that is a sequence is claimed anew for its next body, so the
ledger always knows how many are surely accepted. A process that dies leaves in doubt what was under way at that
moment and no more; the next one sees what that was (`presence`, and leases).
"""

from __future__ import annotations

import math
import os
import platform
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..diagnostic import Diagnostic, Failed
from .claims import Claims, Recorder
from .flight import Body, Flight, Halt
from .ledger import Claim, Ledger, Result, Run
from .ledger_file import data
from .outcome import State
from .presence import Presence
from .requests import parted

Ending = Literal["done", "interrupted", "stopped"]

_TICK = 0.1  # seconds between two looks at how things are
_IDLE = 1.0  # seconds until a worker without work looks again


@dataclass(slots=True)
class Tally:
    """How far a run is, of what this process knows. `ended` are rows that were at their end before."""

    total: int
    ended: int = 0
    sent: int = 0
    rejected: int = 0
    unknown: int = 0
    retried: int = 0  # messages that are to be sent again
    requests: int = 0
    seconds: float = 0.0
    note: str = ""  # why it does not go on

    @property
    def done(self) -> int:
        return self.ended + self.sent + self.rejected + self.unknown

    @property
    def rate(self) -> float:
        """Messages a second; 0 as long as that says nothing."""
        now = self.done - self.ended
        return now / self.seconds if now and self.seconds > 1 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds to go, as it looks now."""
        return (self.total - self.done) / self.rate if self.rate and self.done < self.total else None


@dataclass(frozen=True, slots=True)
class End:
    """How a run ended, this time."""

    ending: Ending
    tally: Tally
    why: tuple[Diagnostic, ...] = ()  # what stopped it
    found: tuple[tuple[Diagnostic, int], ...] = ()  # what was wrong with messages, and with how many


class Interrupted(Exception):
    """Whoever prepares rows is to stop."""


class Campaign:
    """One process' work on one run. Made for one call of `run`."""

    def __init__(self, ledger: Ledger, run: Run, flight: Flight, lock: Path, *, workers: int, batch: int) -> None:
        """`lock` is a file of the run that exists; `batch` messages go in a request."""
        self._ledger = ledger
        self._run = run
        self._flight = flight
        self._lock_file = lock
        self._batch = batch
        self._owner = f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._claims = Claims(ledger, run.id, self._owner)
        self._news = threading.Condition()
        self._door = threading.Lock()
        self._queue = 0  # workers before the door, and the one in it
        self._stop = flight.stop
        self._asked = 0  # how often it was told to stop
        self._nothing_until = 0.0  # by the wall clock: there is nothing to claim before
        self._complete = False  # whether every row is in the ledger
        self._ending: Ending = "done"
        self._why: tuple[Diagnostic, ...] = ()
        self._error: BaseException | None = None
        self._out: dict[int, list[Claim]] = {}  # by thread: what is on its way
        self._found: Counter[tuple[str, str]] = Counter()
        self._examples: dict[tuple[str, str], Diagnostic] = {}
        self._tick: Callable[[Tally], None] = lambda tally: None
        self._next_beat = 0.0
        self._started = time.monotonic()
        counts = ledger.counts(run.id)
        ended = sum(counts[state] for state in (State.SENT, State.REJECTED, State.UNKNOWN))
        self.tally = Tally(run.total or sum(counts.values()), ended)
        self._recorder = Recorder(self._claims, self._recorded, self._broken)
        self._workers = [threading.Thread(target=self._work, name=f"worker {n}", daemon=True) for n in range(workers)]

    def stop(self) -> None:
        """Finish what is under way and leave the rest; the second time, do not wait for it.

        From a signal handler, which may come in the middle of anything that this thread does: it takes no lock.
        """
        self._asked += 1

    def _over(self) -> bool:
        """Whether to go on no longer."""
        if self._asked:
            self._end("interrupted")
        return self._stop.is_set()

    def run(
        self,
        tick: Callable[[Tally], None] = lambda tally: None,
        feed: Callable[[Callable[[], None]], None] | None = None,
    ) -> End:
        """Send until it is over. `tick` is called ten times a second.

        `feed` puts rows into the ledger meanwhile, in this thread, and calls what it is given again and again; that
        raises Interrupted when it is to stop. Raises what broke in a worker, and Failed for a ledger that is no good.
        """
        self._tick = tick
        with Presence(self._lock_file) as presence:
            self._bury(presence)
            for worker in self._workers:
                worker.start()
            try:
                if feed is not None:
                    feed(self._fed)
                    self._known()
                self._complete = True
                while not self._over():
                    self._beat(presence)
                    with self._news:
                        self._news.wait(_TICK)
            except Interrupted:
                self._end("stopped")  # unless there is another reason
            except BaseException as error:  # noqa: BLE001 - raised again where the run ends
                self._broken(error)
            finally:
                self._finish()
        if self._error is not None:
            raise self._error
        if self._ending == "done":
            self._ledger.phase(self._run.id, "done")
        found = tuple((self._examples[key], count) for key, count in self._found.most_common())
        return End(self._ending, self.tally, self._why, found)

    # ---- main

    def _known(self) -> None:
        """Every row is in the ledger: how many there are, and how many could not be compiled."""
        counts = self._ledger.counts(self._run.id)
        self.tally.total = sum(counts.values())
        refused = counts[State.REJECTED] - self.tally.rejected
        self.tally.ended = max(self.tally.ended, refused)

    def _fed(self) -> None:
        if self._over():
            raise Interrupted
        if time.monotonic() >= self._next_beat:
            self._beat(None)

    def _beat(self, presence: Presence | None) -> None:
        self._next_beat = time.monotonic() + _TICK
        self.tally.seconds = time.monotonic() - self._started
        self.tally.requests = self._flight.requests
        held = self._flight.held()
        self.tally.note = f"the server asks to wait {math.ceil(held)} s" if held > 1 else ""
        self._claims.renew()
        now = time.time()
        if self._nothing_until > now:
            self._rest()
            if not self._claims.held:
                self._look(now, presence)
        self._tick(self.tally)

    def _look(self, now: float, presence: Presence | None) -> None:
        """There is nothing to claim: is it over, or when will there be something?"""
        moment = self._ledger.next(self._run.id)
        if moment is None:
            if self._complete:
                self._end("done")
            return
        if moment > now and presence is not None and self._ledger.counts(self._run.id)[State.SENDING]:
            moment = now if self._bury(presence) else moment
        if moment <= now:
            self._ledger.lapse(self._run.id, now, self._flight.harmless)
            self._wake()

    def _bury(self, presence: Presence) -> int:
        """Take over what others had in hand, if nobody else is at work: they are dead."""
        return self._ledger.lapse(self._run.id, math.inf, self._flight.harmless, presence.alone)

    def _wake(self) -> None:
        with self._news:
            self._nothing_until = 0.0
            self._news.notify_all()

    def _end(self, ending: Ending, *why: Diagnostic) -> None:
        """The first reason counts."""
        if not self._stop.is_set():
            self._ending, self._why = ending, why
            self._stop.set()

    def _broken(self, error: BaseException) -> None:
        if isinstance(error, Failed) and self._error is None:
            self._end("stopped", *error.diagnostics)
        self._error = self._error or error
        self._stop.set()

    def _finish(self) -> None:
        self._stop.set()
        with self._news:
            self._news.notify_all()
        self.tally.note = "" if self._ending == "done" else "finishing what is under way"
        end = time.monotonic() + float(data()["campaign"]["grace"])
        patience = 1 if self._ending == "interrupted" else self._asked  # one signal more, and it is not waited for
        while self._asked <= patience and time.monotonic() < end:
            working = next((worker for worker in self._workers if worker.is_alive()), None)
            if working is None:
                break
            working.join(_TICK)
            self._tick(self.tally)
        self._recorder.close()
        if self._error is not None:
            return  # what is in hand stays claimed: nobody knows what of it was written
        doubtful = [claim for claims in list(self._out.values()) for claim in claims]
        self._claims.record([self._flight.unanswered(claim) for claim in doubtful])
        self._ledger.release(self._run.id, self._owner)
        self._count([self._flight.unanswered(claim) for claim in doubtful])
        self.tally.requests = self._flight.requests
        self.tally.seconds = time.monotonic() - self._started

    # ---- recorder

    def _recorded(self, results: Sequence[Result]) -> None:
        self._count(results)
        due = [result.due for result in results if result.state is State.NEW]
        if due:
            with self._news:
                self._nothing_until = min(self._nothing_until, min(due))
                self._news.notify_all()

    def _count(self, results: Sequence[Result]) -> None:
        tally = self.tally
        for result in results:
            match result.state:
                case State.SENT:
                    tally.sent += 1
                case State.REJECTED:
                    tally.rejected += 1
                case State.UNKNOWN:
                    tally.unknown += 1
                case _:
                    tally.retried += result.tried

    # ---- workers

    def _work(self) -> None:
        try:
            while not self._stop.is_set():
                claims = self._next()
                if claims:
                    self._turn(claims)
        except Failed as failed:
            self._end("stopped", *failed.diagnostics)
        except BaseException as error:  # noqa: BLE001 - raised again where the run ends
            self._broken(error)

    def _next(self) -> list[Claim]:
        """A permit, and the rows it is for. One worker at a time, so that no permit is taken for nothing.

        Rows are claimed after the wait: what is claimed is in doubt when the process dies.
        """
        with self._news:
            self._queue += 1
        try:
            with self._door:
                began = time.monotonic()
                if not self._open() or not self._flight.permitted():
                    self._exhausted()
                    return []
                slow = time.monotonic() - began > _TICK / 10
                claims = self._claims.take(self._batch, 0 if slow else self._batch * (self._queue - 1))
                if not claims:
                    self._rest()
                return claims
        finally:
            with self._news:
                self._queue -= 1

    def _open(self) -> bool:
        """Whether there may be something to claim; waits a little when there is not."""
        with self._news:
            wait = self._nothing_until - time.time()
            if wait > 0 and not self._claims.spare() and not self._stop.is_set():
                self._news.wait(min(wait, _IDLE))
                return False
        return True

    def _turn(self, claims: list[Claim]) -> None:
        """What one permit is for: a request; and more where the messages are too large for one."""
        claims, later = self._flight.spaced(claims)
        if later:
            self._recorder.put(later)
        bodies = [self._flight.body(claim) for claim in claims]
        for part in parted([len(body.parcel.json) for body in bodies], self._batch):
            permitted = part.start == 0 or self._flight.permitted()
            if not permitted or self._stop.is_set() or not self._claims.mine() or not self._fly(bodies[part]):
                self._claims.give_back(claims[part.start :])
                self._wake()
                return

    def _fly(self, bodies: list[Body]) -> bool:
        """One request. False when nothing went out."""
        thread = threading.get_ident()
        self._out[thread] = [body.claim for body in bodies]
        try:
            landed = self._flight.send(bodies)
        except Halt as halt:
            del self._out[thread]
            self._end("stopped", *halt.diagnostics)
            return False
        self._recorder.put([each.result for each in landed])
        del self._out[thread]
        self._note([each.why for each in landed if each.result.state is not State.NEW])
        self._exhausted()
        return True

    def _exhausted(self) -> None:
        if self._flight.exhausted is not None:
            self._end("stopped", self._flight.exhausted)

    def _rest(self) -> None:
        """Nothing is due: no worker needs to look before something is."""
        with self._news:
            moment = self._ledger.next(self._run.id)
            now = time.time()
            self._nothing_until = now + _IDLE if moment is None else min(max(moment, now + 0.01), now + _IDLE)

    def _note(self, diagnostics: Sequence[Diagnostic | None]) -> None:
        for diagnostic in diagnostics:
            if diagnostic is not None:
                key = (diagnostic.code, diagnostic.title)
                with self._news:
                    self._found[key] += 1
                    self._examples.setdefault(key, diagnostic)
