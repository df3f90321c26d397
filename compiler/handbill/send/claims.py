"""What this process has in hand: rows are claimed in groups for the workers that wait, results recorded in groups.

A claim is committed before the first byte of its message leaves, a result soon after the answer came. Each commit
waits for the disk, so it serves as many rows as there are.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue

from .ledger import Claim, Ledger, Result
from .ledger_file import data

Clock = Callable[[], float]


class Claims:
    """The rows of one run that `owner` holds. For any number of threads."""

    def __init__(self, ledger: Ledger, run: str, owner: str, clock: Clock = time.time) -> None:
        self._ledger = ledger
        self._run = run
        self._owner = owner
        self._clock = clock
        self._lease: float = data()["campaign"]["lease"]
        self._lock = threading.Lock()
        self._spare: deque[Claim] = deque()
        self._held: set[int] = set()
        self._until: float = clock() + self._lease
        self._state = threading.Lock()

    def take(self, most: int, ahead: int = 0) -> list[Claim]:
        """Up to `most` rows that are due, none when none is; so many more are claimed for those who come next."""
        with self._lock:
            if not self._spare:
                claims = self._ledger.claim(self._run, self._owner, most + ahead, self._lease, self._clock())
                self._spare.extend(claims)
                with self._state:
                    self._held.update(claim.row for claim in claims)
            return [self._spare.popleft() for _ in range(min(most, len(self._spare)))]

    def spare(self) -> bool:
        """Whether rows are claimed that no worker has taken."""
        return len(self._spare) > 0

    @property
    def held(self) -> int:
        """How many rows are in hand."""
        return len(self._held)

    def mine(self) -> bool:
        """Whether what is in hand is surely still ours: asked before each request, since a process may be stopped."""
        return bool(self._clock() < self._until)

    def renew(self) -> None:
        """Keep what is in hand, when a third of the lease is over."""
        now = self._clock()
        if self._held and now > self._until - self._lease * 2 / 3:
            self._ledger.renew(self._run, self._owner, self._lease, now)
            self._until = now + self._lease
        elif not self._held:
            self._until = now + self._lease

    def give_back(self, claims: Iterable[Claim]) -> None:
        """Rows that surely did not go out are new again."""
        rows = [claim.row for claim in claims]
        self._ledger.release(self._run, self._owner, rows)
        self._forget(rows)

    def record(self, results: Sequence[Result]) -> int:
        """How many were taken: not those of rows that somebody else has by now."""
        taken = self._ledger.record(self._run, self._owner, results)
        self._forget(result.row for result in results)
        return taken

    def _forget(self, rows: Iterable[int]) -> None:
        with self._state:
            self._held.difference_update(rows)


class Recorder:
    """The one writer of results: it gathers those that come within a moment of each other."""

    def __init__(
        self, claims: Claims, recorded: Callable[[Sequence[Result]], None], failed: Callable[[BaseException], None]
    ) -> None:
        """`recorded` is told of every group that is on the disk, `failed` of what stopped the writer."""
        facts = data()["campaign"]
        self._most: int = facts["group"]
        self._delay: float = facts["delay"]
        self._claims = claims
        self._recorded = recorded
        self._failed = failed
        self._queue: SimpleQueue[list[Result] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def put(self, results: list[Result]) -> None:
        self._queue.put(results)

    def close(self) -> None:
        """Write what is left, and end."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        try:
            while self._group():
                pass
        except BaseException as error:  # noqa: BLE001 - raised again where the run ends
            self._failed(error)

    def _group(self) -> bool:
        results = self._queue.get()
        if results is None:
            return False
        group, going = list(results), True
        end = time.monotonic() + self._delay
        while going and len(group) < self._most:
            try:
                more = self._queue.get(timeout=max(0.0, end - time.monotonic()))
            except Empty:
                break
            going = more is not None
            group += more or []
        self._claims.record(group)
        self._recorded(group)
        return going
