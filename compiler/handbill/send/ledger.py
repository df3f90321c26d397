"""The ledger: what became of each message of each run, in `.handbill/ledger.db` (SQLite).

    new ──claim──▶ sending ──record──▶ sent | rejected | unknown | new (due later)
     ▲                │
     ├──release───────┤  it never went out
     └──lapse─────────┴──▶ unknown     its owner is gone: it may have arrived (parked; or new, to be sent again)

Nothing leaves `sent`. A claim is on the disk before it is returned, and so before the first byte goes out. A
result counts only from the owner who holds the claim. `ambiguous` says that an attempt went out and was not
answered; it stays, so a later refusal of that row ends as unknown, not as rejected.

The compiled payloads are not here but in a segment file, at `offset`. All times are seconds since 1970, by the
wall clock, which the processes share. Every method may be called from any thread; processes share the file.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from ..diagnostic import did_you_mean
from ..home import FOLDER
from .ledger_file import NAME, connected, data, failed, told, transaction
from .outcome import State
from .records import Claim, Entry, Limit, Permit, Phase, Refusal, Result, RowInfo, Run

__all__ = ["Claim", "Entry", "Ledger", "Limit", "Permit", "Refusal", "Result", "RowInfo", "Run", "State"]

STATES = (State.NEW, State.SENDING, State.SENT, State.REJECTED, State.UNKNOWN)  # in the file: a state's place here
_NEW, _SENDING, _SENT, _REJECTED, _UNKNOWN = range(len(STATES))
_HASH = 8  # bytes of a recipient's hash: of a million, two are the same once in 40 million ledgers


class Ledger:
    """Every method raises Failed (bad-ledger) when the file is locked, full, read-only, damaged or no ledger."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._path = path
        self._lock = threading.RLock()
        self._numbers: dict[str, int] = {}
        self._permits = 0
        self._key = b""

    @classmethod
    def open(cls, folder: Path) -> Ledger:
        """The ledger of the project in this folder, made when there is none. Raises Failed (bad-ledger)."""
        return cls(connected(folder), folder / FOLDER / NAME)

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether the project has one; asking makes none."""
        return (folder / FOLDER / NAME).exists()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def recipient(self, to: str) -> str:
        """A hash of whom a message is for, in hex: the same in every run of this ledger, and another in others."""
        if not self._key:
            ((self._key,),) = self._read("SELECT value FROM keys WHERE name = 'recipients'", ())
        return blake2b(to.encode(), digest_size=_HASH, key=self._key).hexdigest()

    # ---- runs

    def create(self, run: Run) -> None:
        """Raises ValueError when there is a run of that id."""
        values = {**asdict(run), "settings": json.dumps(run.settings)}
        columns = ", ".join(values)
        places = ", ".join(f":{name}" for name in values)
        try:
            with self._change() as db:
                db.execute(f"INSERT INTO runs ({columns}) VALUES ({places})", values)
        except sqlite3.IntegrityError:
            raise ValueError(f"there is a run {run.id}") from None

    def run(self, run: str) -> Run:
        """Raises Failed (unknown-run)."""
        found = self._runs("WHERE id = ?", (run,))
        if not found:
            raise self._no_run(run)
        return found[0]

    def runs(self) -> list[Run]:
        """All of them, the oldest first."""
        return self._runs("ORDER BY number", ())

    def phase(self, run: str, phase: Phase, total: int | None = None) -> None:
        """How far it is; `total` (rows) when it is known now."""
        number = self._number(run)
        with self._change() as db:
            db.execute("UPDATE runs SET phase = ?, total = coalesce(?, total) WHERE number = ?", (phase, total, number))

    # ---- rows

    def add(self, run: str, entries: Iterable[Entry]) -> int:
        """Rows to send, committed in groups as they come; how many.

        A row that is there and was never tried gets the new place of its payload; a tried one stays as it is.
        """
        number = self._number(run)
        values = ((number, e.row, e.line, e.offset, e.length, bytes.fromhex(e.recipient)) for e in entries)
        added = 0
        while group := list(islice(values, data()["ledger"]["rows_per_commit"])):
            with self._change() as db:
                db.executemany(
                    "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, '', '', '') "
                    "ON CONFLICT (run, row) DO UPDATE SET line = excluded.line, offset = excluded.offset, "
                    "length = excluded.length, recipient = excluded.recipient WHERE state = 0 AND attempts = 0",
                    group,
                )
            added += len(group)
        return added

    def refuse(self, run: str, refusals: Iterable[Refusal]) -> None:
        """Rows that could not be compiled: rejected from the start, and never tried. One that is there stays."""
        number = self._number(run)
        with self._change() as db:
            db.executemany(
                "INSERT INTO rows VALUES (?, ?, ?, 0, 0, x'', ?, 0, 0, 0, 0, '', ?, ?) "
                "ON CONFLICT (run, row) DO NOTHING",
                [(number, each.row, each.line, _REJECTED, each.code, each.error) for each in refusals],
            )

    def repeated(self, run: str, most: int) -> tuple[int, list[tuple[int, int]]]:
        """How many rows are for somebody whom an earlier row is for, and of the first `most` of those people two lines.

        The rows are sorted by SQLite, in a file of its own where they are many.
        """
        number = self._number(run)
        again = (
            "SELECT count(*) AS times, min(row) AS row, min(line) AS line, max(line) AS last "
            "FROM rows WHERE run = ? AND length > 0 GROUP BY recipient HAVING times > 1"
        )
        ((count,),) = self._read(f"SELECT total(times - 1) FROM ({again})", (number,))
        lines = self._read(f"SELECT line, last FROM ({again}) ORDER BY row LIMIT ?", (number, most)) if count else []
        return int(count), lines

    def once(self, run: str, code: str, error: str) -> int:
        """Of the rows for the same recipient all but the first are rejected, unless they were tried. How many."""
        number = self._number(run)
        with self._change() as db:
            changed = db.execute(
                "UPDATE rows SET state = ?2, length = 0, code = ?3, error = ?4 "
                "WHERE run = ?1 AND state = 0 AND attempts = 0 AND row NOT IN "
                "(SELECT min(row) FROM rows WHERE run = ?1 AND length > 0 GROUP BY recipient)",
                (number, _REJECTED, code, error),
            )
            return changed.rowcount

    def claim(self, run: str, owner: str, count: int, lease: float, now: float) -> list[Claim]:
        """Up to `count` rows that are due, in order, in the hand of `owner` for `lease` seconds."""
        number = self._number(run)
        with self._change() as db:
            found = db.execute(
                "SELECT row, line, offset, length, done, attempts + 1, ambiguous, lower(hex(recipient)) "
                "FROM rows INDEXED BY new_rows "
                "WHERE run = ? AND state = 0 AND due <= ? ORDER BY row LIMIT ?",
                (number, now, count),
            ).fetchall()
            db.executemany(
                "UPDATE rows SET state = 1, attempts = attempts + 1 WHERE run = ? AND row = ?",
                [(number, each[0]) for each in found],
            )
            db.executemany(
                "INSERT INTO claims VALUES (?, ?, ?, ?)", [(number, each[0], owner, now + lease) for each in found]
            )
        return [Claim(*(*each[:6], bool(each[6]), each[7])) for each in found]

    def renew(self, run: str, owner: str, lease: float, now: float) -> int:
        """All that `owner` holds is held for `lease` seconds from now; how many rows."""
        number = self._number(run)
        with self._change() as db:
            changed = db.execute(
                "UPDATE claims SET lease = ? WHERE run = ? AND owner = ?", (now + lease, number, owner)
            )
            return changed.rowcount

    def record(self, run: str, owner: str, results: Iterable[Result]) -> int:
        """Results, in one commit; how many were taken. One for a row that `owner` no longer holds is not."""
        number = self._number(run)
        taken = 0
        with self._change():
            for result in results:
                if self._let_go(number, result.row, owner):
                    self._end(number, result)
                    taken += 1
        return taken

    def _let_go(self, number: int, row: int, owner: str) -> bool:
        return bool(
            self._db.execute(
                "DELETE FROM claims WHERE run = ? AND row = ? AND owner = ?", (number, row, owner)
            ).rowcount
        )

    def _end(self, number: int, result: Result) -> None:
        if result.state is State.SENDING:
            raise ValueError("sending is no result")
        unclear = result.ambiguous or result.state is State.UNKNOWN
        self._db.execute(
            "UPDATE rows SET state = CASE WHEN :state = 3 AND (ambiguous OR :unclear) THEN 4 ELSE :state END, "
            "done = max(done, :done), ambiguous = ambiguous OR :unclear, "
            "attempts = CASE WHEN :state = 0 AND :done > done THEN 0 ELSE attempts - :untried END, "
            "due = :due, id = :id, code = :code, error = :error WHERE run = :run AND row = :row",
            {
                "run": number, "row": result.row, "state": STATES.index(result.state), "unclear": unclear,
                "done": result.done, "untried": not result.tried, "due": result.due if result.state is State.NEW else 0,
                "id": result.id, "code": result.code, "error": result.error,
            },
        )  # fmt: skip

    def lapse(self, run: str, now: float, resend: bool, provided: Callable[[], bool] = lambda: True) -> int:
        """Rows whose owner has not come back within its lease: unknown, or with `resend` new again. How many.

        None unless it is so as `provided`, which is asked while nobody else can claim anything.
        """
        number = self._number(run)
        with self._change() as db:
            if not provided():
                return 0
            gone = db.execute("SELECT run, row FROM claims WHERE run = ? AND lease <= ?", (number, now)).fetchall()
            db.executemany("DELETE FROM claims WHERE run = ? AND row = ?", gone)
            db.executemany(
                f"UPDATE rows SET state = {_NEW if resend else _UNKNOWN}, ambiguous = 1, due = 0, "
                "code = 'outcome-unknown', error = 'The sender ended before the answer came.' "
                "WHERE run = ? AND row = ?",
                gone,
            )
        return len(gone)

    def release(self, run: str, owner: str, rows: Iterable[int] | None = None) -> int:
        """What `owner` holds and has surely not sent (all of it, or these rows) is new again. How many."""
        number = self._number(run)
        with self._change() as db:
            if rows is None:
                held = "SELECT row FROM claims WHERE run = ? AND owner = ?"
                rows = [row for (row,) in db.execute(held, (number, owner)).fetchall()]
            freed = [(number, row) for row in rows if self._let_go(number, row, owner)]
            db.executemany("UPDATE rows SET state = 0, attempts = attempts - 1 WHERE run = ? AND row = ?", freed)
        return len(freed)

    def again(self, run: str, state: State) -> int:
        """Rows that were `rejected` or are `unknown` are to be sent again; how many.

        The unknown ones stay ambiguous, and bodies that were accepted stay done. What could not be compiled is left.
        """
        if state not in (State.REJECTED, State.UNKNOWN):
            raise ValueError(f"{state} is not sent again")
        number = self._number(run)
        with self._change() as db:
            changed = db.execute(
                "UPDATE rows SET state = 0, attempts = 0, due = 0, code = '', error = '' "
                "WHERE run = ? AND state = ? AND length > 0",
                (number, STATES.index(state)),
            ).rowcount
            if changed:
                db.execute("UPDATE runs SET phase = 'ready' WHERE number = ? AND phase = 'done'", (number,))
        return changed

    def counts(self, run: str) -> dict[State, int]:
        """Rows in each state, 0 included."""
        number = self._number(run)
        found = dict(self._read("SELECT state, count(*) FROM rows WHERE run = ? GROUP BY state", (number,)))
        return {state: found.get(place, 0) for place, state in enumerate(STATES)}

    def rows(self, run: str, state: State | None = None) -> Iterator[RowInfo]:
        """Rows in order, a page at a time: each as it is when its page is read."""
        number = self._number(run)
        last = 0
        page: int = data()["ledger"]["rows_per_page"]
        query = (
            "SELECT row, line, offset, length, lower(hex(recipient)), state, done, attempts, ambiguous, due, "
            "id, code, error FROM rows WHERE run = ? AND row > ? AND (? IS NULL OR state = ?) ORDER BY row LIMIT ?"
        )
        wanted = None if state is None else STATES.index(state)
        while found := self._read(query, (number, last, wanted, wanted, page)):
            for each in found:
                yield RowInfo(*(*each[:5], STATES[each[5]], *each[6:8], bool(each[8]), *each[9:]))
            last = found[-1][0]

    def next(self, run: str) -> float | None:
        """The earliest moment at which there may be something to claim or to lapse; None when all is at its end."""
        number = self._number(run)
        ((due, lease),) = self._read(
            "SELECT coalesce("  # the first that was never tried, so that not every new row is read
            "(SELECT due FROM rows INDEXED BY new_rows WHERE run = ?1 AND state = 0 AND due = 0 LIMIT 1), "
            "(SELECT min(due) FROM rows INDEXED BY new_rows WHERE run = ?1 AND state = 0)), "
            "(SELECT min(lease) FROM claims WHERE run = ?1)",
            (number,),
        )
        return min((moment for moment in (due, lease) if moment is not None), default=None)

    # ---- permits

    def permit(self, name: str, interval: float, now: float, cost: float = 1, burst: float = 1) -> float:
        """A place in the queue for one thing every `interval` seconds; the seconds to wait before it may go.

        Processes share the queue. `cost` takes several places at once; `burst` things may go at once after a pause.
        """
        return self.permits(Limit(name, interval, burst), now, cost).seconds

    def permits(self, limit: Limit, now: float, cost: float = 1, spacing: Limit | None = None) -> Permit:
        """A place in the queue of `limit`, at which `spacing` (a recipient's) is kept too.

        Not granted, and no place taken, when the recipient must be let alone for longer than the queue lasts.
        """
        with self._change() as db:
            start, tat = self._turn(limit, now)
            if spacing is not None:
                ready, then = self._turn(spacing, now)
                if ready > start:
                    return Permit(ready - now, granted=False)
                self._set(spacing.name, max(then, start) + spacing.interval)
            self._set(limit.name, max(tat, start) + cost * limit.interval)
            self._permits += 1
            if self._permits % data()["ledger"]["permits_per_sweep"] == 0:
                db.execute("DELETE FROM permits WHERE tat <= ?", (now,))  # as good as none
        return Permit(start - now)

    def push(self, name: str, until: float) -> None:
        """Nothing of that name goes before `until`: a Retry-After. A wait once asked for is never made shorter."""
        with self._change() as db:
            db.execute(
                "INSERT INTO permits VALUES (?1, ?2, ?2) ON CONFLICT (name) DO UPDATE "
                "SET tat = max(tat, ?2), held = max(held, ?2)",
                (name, until),
            )

    def held(self, name: str, now: float) -> float:
        """Seconds for which a Retry-After still holds, 0 when none does.

        Asked after the wait for a permit and before the request: a permit from before the Retry-After is void.
        """
        found = self._read("SELECT held FROM permits WHERE name = ?", (name,))
        return max(0.0, found[0][0] - now) if found else 0.0

    def _turn(self, limit: Limit, now: float) -> tuple[float, float]:
        """When the next may go, and the theoretical arrival time (TAT) that was noted last."""
        found = self._db.execute("SELECT tat, held FROM permits WHERE name = ?", (limit.name,)).fetchone()
        tat, held = found or (now, now)
        return max(now, tat - (limit.burst - 1) * limit.interval, held), tat

    def _set(self, name: str, tat: float) -> None:
        self._db.execute(
            "INSERT INTO permits VALUES (?1, ?2, 0) ON CONFLICT (name) DO UPDATE SET tat = ?2", (name, tat)
        )

    # ---- the file

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock, told(self._path), transaction(self._db) as db:
            yield db

    def _read(self, query: str, values: Sequence[Any]) -> list[Any]:
        with self._lock, told(self._path):
            return self._db.execute(query, values).fetchall()

    def _number(self, run: str) -> int:
        if run not in self._numbers:
            found = self._read("SELECT number FROM runs WHERE id = ?", (run,))
            if not found:
                raise self._no_run(run)
            self._numbers[run] = found[0][0]
        return self._numbers[run]

    def _runs(self, which: str, values: Sequence[Any]) -> list[Run]:
        columns = ", ".join(each.name for each in fields(Run))
        found = self._read(f"SELECT {columns} FROM runs {which}", values)
        return [Run(*(*each[:-1], json.loads(each[-1]))) for each in found]

    def _no_run(self, run: str) -> Exception:
        known = [each for (each,) in self._read("SELECT id FROM runs", ())]
        meant = did_you_mean(run, known)
        hint = f"did you mean `{meant}`?" if meant else "`handbill runs` lists them" if known else "there are none yet"
        return failed("unknown-run", f"No run `{run}`", "", hint)
