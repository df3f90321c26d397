"""The ledger against a model of it: any order of calls, two owners, and the file closed and opened in between."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from handbill.send.ledger import Ledger, Refusal, Result
from handbill.send.outcome import State
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from ledger.making import NOW, RUN, entry, run

OWNERS = st.sampled_from(["left", "right"])
NUMBERS = st.integers(1, 5)  # few, so that one has a long life
NEW, SENDING, SENT, REJECTED, UNKNOWN = State.NEW, State.SENDING, State.SENT, State.REJECTED, State.UNKNOWN

LEGAL = {  # what a row may become by one call
    NEW: {SENDING},
    SENDING: {NEW, SENT, REJECTED, UNKNOWN},
    SENT: set(),
    REJECTED: {NEW},
    UNKNOWN: {NEW},
}


@dataclass
class Row:
    state: State = NEW
    length: int = 700
    owner: str = ""
    lease: float = 0
    done: int = 0
    attempts: int = 0
    ambiguous: bool = False
    due: float = 0

    def let_go(self, state: State) -> None:
        self.state, self.owner, self.lease, self.due = state, "", 0, 0


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.now = NOW
        self.rows: dict[int, Row] = {}
        self.before: dict[int, State] = {}

    def open(self) -> None:
        self.ledger = Ledger.open(Path(self.folder.name))

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()

    @initialize()
    def create(self) -> None:
        self.open()
        self.ledger.create(run())
        self.ledger.create(run("another-run"))  # what happens in one run is nothing to another
        self.ledger.add("another-run", map(entry, range(1, 4)))
        self.add([1, 2, 3])

    @rule(numbers=st.lists(NUMBERS, max_size=6, unique=True))
    def add(self, numbers: list[int]) -> None:
        self.ledger.add(RUN, map(entry, numbers))
        for number in numbers:
            self.rows.setdefault(number, Row())

    @rule(number=NUMBERS)
    def refuse(self, number: int) -> None:
        self.ledger.refuse(RUN, [Refusal(number, number + 1, "text-too-long", "Text too long")])
        self.rows.setdefault(number, Row(REJECTED, 0))

    @rule(owner=OWNERS, count=st.integers(1, 4), lease=st.integers(1, 20))
    def claim(self, owner: str, count: int, lease: int) -> None:
        due = sorted(n for n, row in self.rows.items() if row.state is NEW and row.due <= self.now)[:count]
        claims = self.ledger.claim(RUN, owner, count, lease, self.now)
        assert [claim.row for claim in claims] == due
        for claim in claims:
            row = self.rows[claim.row]
            row.state, row.owner, row.lease = SENDING, owner, self.now + lease
            row.attempts += 1
            assert (claim.done, claim.attempts, claim.ambiguous) == (row.done, row.attempts, row.ambiguous)
            assert (claim.line, claim.offset, claim.length, claim.recipient) == (
                claim.row + 1, claim.row * 700, 700, f"{claim.row:032x}",
            )  # fmt: skip

    @rule(
        owner=OWNERS, numbers=st.lists(NUMBERS, max_size=4), state=st.sampled_from([NEW, SENT, REJECTED, UNKNOWN]),
        done=st.integers(0, 3), ambiguous=st.booleans(), wait=st.integers(0, 9), tried=st.booleans(),
    )  # fmt: skip
    def record(
        self, owner: str, numbers: list[int], state: State, done: int, ambiguous: bool, wait: int, tried: bool
    ) -> None:
        """Also for rows that the owner never had, or has no more: those results are not taken."""
        due = self.now + wait
        results = [Result(n, state, done, ambiguous=ambiguous, due=due, tried=tried) for n in numbers]
        taken = self.ledger.record(RUN, owner, results)
        held = [n for n in dict.fromkeys(numbers) if n in self.rows and self.rows[n].owner == owner]
        assert taken == len(held)
        for row in (self.rows[number] for number in held):
            row.ambiguous |= ambiguous or state is UNKNOWN
            row.let_go(UNKNOWN if state is REJECTED and row.ambiguous else state)
            row.attempts = 0 if state is NEW and done > row.done else row.attempts - (not tried)
            row.done = max(done, row.done)
            row.due = due if state is NEW else 0

    @rule(owner=OWNERS, only=st.none() | st.lists(NUMBERS, max_size=3))
    def release(self, owner: str, only: list[int] | None) -> None:
        held = [n for n, row in self.rows.items() if row.owner == owner and (only is None or n in only)]
        assert self.ledger.release(RUN, owner, only) == len(held)
        for row in (self.rows[number] for number in held):
            row.let_go(NEW)
            row.attempts -= 1

    @rule(owner=OWNERS, lease=st.integers(1, 20))
    def renew(self, owner: str, lease: int) -> None:
        held = [row for row in self.rows.values() if row.owner == owner]
        assert self.ledger.renew(RUN, owner, lease, self.now) == len(held)
        for row in held:
            row.lease = self.now + lease

    @rule(resend=st.booleans())
    def lapse(self, resend: bool) -> None:
        gone = [row for row in self.rows.values() if row.state is SENDING and row.lease <= self.now]
        assert self.ledger.lapse(RUN, self.now, resend) == len(gone)
        for row in gone:
            row.let_go(NEW if resend else UNKNOWN)
            row.ambiguous = True

    @rule(state=st.sampled_from([REJECTED, UNKNOWN]))
    def again(self, state: State) -> None:
        rows = [row for row in self.rows.values() if row.state is state and row.length]
        assert self.ledger.again(RUN, state) == len(rows)
        for row in rows:
            row.let_go(NEW)
            row.attempts = 0

    @rule(seconds=st.integers(1, 15))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def reopen(self) -> None:
        self.ledger.close()
        self.open()

    @invariant()
    def same(self) -> None:
        infos = {info.row: info for info in self.ledger.rows(RUN)}
        found = {n: (i.state, i.length, i.done, i.attempts, i.ambiguous, i.due) for n, i in infos.items()}
        rows = sorted(self.rows.items())
        assert found == {n: (r.state, r.length, r.done, r.attempts, r.ambiguous, r.due) for n, r in rows}
        assert self.ledger.counts(RUN) == {state: sum(r.state is state for _, r in rows) for state in State}
        moments = [r.due for _, r in rows if r.state is NEW] + [r.lease for _, r in rows if r.state is SENDING]
        assert self.ledger.next(RUN) == min(moments, default=None)
        assert all(i.ambiguous for i in infos.values() if i.state is UNKNOWN)

    @invariant()
    def legal(self) -> None:
        after = {number: row.state for number, row in self.rows.items()}
        for number, state in self.before.items():
            assert after[number] is state or after[number] in LEGAL[state]
        self.before = after

    @invariant()
    def another_run_is_left_alone(self) -> None:
        assert self.ledger.counts("another-run")[NEW] == 3


TestStates = Machine.TestCase
TestStates.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
