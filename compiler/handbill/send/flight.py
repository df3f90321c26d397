"""One request of a run: when it may go, what is in it, and what its answer says of each row."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random, SystemRandom

from ..diagnostic import Diagnostic, Failed
from .connection import Service
from .http import Client
from .idempotency import idempotency_key
from .ledger import Claim, Ledger, Result, Run
from .ledger_file import data
from .outcome import State
from .parcels import Parcel
from .problem import Problem, Verdict
from .rate import Limits
from .retry import Backoff, Class, Judgement, Quota, judged
from .segments import Segments


class Halt(Exception):
    """The server gives no token, or refuses everything from this connection: nothing was taken, nothing will be."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(d.title for d in diagnostics))
        self.diagnostics = diagnostics


@dataclass(frozen=True, slots=True)
class Body:
    """The next body of a row's message."""

    claim: Claim
    parcel: Parcel
    last: bool  # whether the message ends with it
    key: str  # idempotency key


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of one body: for the ledger, and for whoever watches."""

    result: Result
    why: Diagnostic | None = None


class Flight:
    """Posts the bodies of one run, for any number of workers. `stop` ends every wait."""

    def __init__(
        self, run: Run, retry: Mapping[str, float], service: Service, client: Client, ledger: Ledger,
        segments: Segments,
        *, clock: Callable[[], float] = time.time, random: Random | None = None,
    ) -> None:  # fmt: skip
        self.stop = threading.Event()
        self.requests = 0
        self.exhausted: Diagnostic | None = None  # why nothing should be tried any more
        self._run = run
        self._service = service
        self._longest = retry["wait_cap_seconds"]
        self._ledger = ledger
        self._segments = segments
        self._clock = clock
        self._backoff = Backoff(retry, random or SystemRandom())
        self._quota = Quota(retry)
        self._limits = Limits(ledger, service.limiter(), service.rate, run.channel, service.spacing, clock)
        self._session = service.session(client, self._login_again)
        self._counting = threading.Lock()
        self._began = datetime.fromisoformat(run.created).timestamp()
        self._first: dict[int, float] = {}  # by row that is tried again: when its body went out for the first time

    @property
    def harmless(self) -> bool:
        """Whether a message that may have arrived is sent again: the gateway knows it, or the run asks for it."""
        return self._known_since(self._began)

    def _known_since(self, moment: float, wait: float = 0.0) -> bool:
        """Whether a message that may have arrived then can be sent again in so many seconds without harm."""
        if self._run.unknown == "resend":
            return True
        known = self._service.dedup
        return known is not None and self._clock() + wait - moment < known.window

    def _harmless(self, claim: Claim, wait: float = 0.0) -> bool:
        return self._known_since(self._first.get(claim.row, self._began), wait)

    # ---- before a request

    def permitted(self) -> bool:
        """Wait until a request may go. False when there is to be none any more, or not for long (`exhausted`)."""
        while not self.stop.is_set():
            if (held := self._limits.held()) > self._longest:
                self.exhausted = self._asked_to_wait(held)
                return False
            seconds = self._limits.wait()
            if seconds > 0 and self.stop.wait(seconds):
                return False
            if not self._limits.held():
                return True
        return False

    def held(self) -> float:
        """Seconds for which the server has asked to be let alone."""
        return self._limits.held()

    def spaced(self, claims: Sequence[Claim]) -> tuple[list[Claim], list[Result]]:
        """Those that may go now, and for the others when they are tried again, or that they are not.

        They are not when they may have arrived, and by now it is too long ago for the gateway to know them again. Who
        asks for them all the same has their attempts counted anew.
        """
        free: list[Claim] = []
        later: list[Result] = []
        for claim in claims:
            forgotten = self._service.dedup is not None and not self._harmless(claim)
            if claim.ambiguous and claim.attempts > 1 and forgotten:
                said = "It may have arrived, and the gateway would not know it again."
                later.append(self._ended(Result(
                    claim.row, State.UNKNOWN, claim.done, code="outcome-unknown", error=said, ambiguous=True,
                )))  # fmt: skip
                continue
            seconds = self._limits.spare(claim.recipient)
            if seconds <= 0:
                free.append(claim)
            else:
                later.append(Result(claim.row, State.NEW, claim.done, due=self._clock() + seconds, tried=False))
        return free, later

    def body(self, claim: Claim) -> Body:
        """The body to send for a row. Raises Failed (bad-ledger)."""
        run = self._run
        parcels = self._service.parcels(self._segments.read(claim.offset, claim.length))
        key = idempotency_key(run.id, claim.row, claim.recipient, run.template_digest, run.channel, claim.done)
        return Body(claim, parcels[claim.done], claim.done + 1 == len(parcels), key)

    # ---- the request

    def send(self, bodies: Sequence[Body]) -> list[Landed]:
        """Post them in one request. Raises Halt when none of them was taken; Failed (bad-ledger) afterwards."""
        now = self._clock()
        for body in bodies:
            if body.claim.attempts <= 1:
                self._first[body.claim.row] = now
        made = self._service.request([body.parcel for body in bodies], [body.key for body in bodies])
        with self._counting:
            self.requests += 1
        try:
            verdicts = self._session.post(made)
        except Failed as failed:
            raise Halt(*failed.diagnostics) from None
        problem, why = verdicts[0].problem, verdicts[0].outcome.diagnostic
        if problem is not None and problem.whole and why is not None and why.code in data()["campaign"]["halting"]:
            raise Halt(why)
        self._quota.refund(sum(verdict.outcome.state is State.SENT for verdict in verdicts))
        pauses = self._pauses(bodies, verdicts)
        return [self._landed(body, verdict, pauses) for body, verdict in zip(bodies, verdicts, strict=True)]

    def unanswered(self, claim: Claim) -> Result:
        """What is known of a row that went out, when nobody waits for its answer any more."""
        state = State.NEW if self.harmless and claim.attempts < self._backoff.attempts else State.UNKNOWN
        said = "Nobody waited for the answer."
        return Result(claim.row, state, claim.done, code="outcome-unknown", error=said, ambiguous=True)

    def _landed(self, body: Body, verdict: Verdict, pauses: dict[Class, float]) -> Landed:
        claim, outcome = body.claim, verdict.outcome
        if outcome.state is State.SENT:
            state = State.SENT if body.last else State.NEW
            return Landed(self._ended(Result(claim.row, state, claim.done + 1, outcome.id, tried=body.last)))
        assert verdict.problem is not None
        assert outcome.diagnostic is not None
        why, judgement = outcome.diagnostic, judged(verdict.problem, outcome.state)
        state = State.UNKNOWN if judgement.ambiguous or claim.ambiguous else State.REJECTED
        due = 0.0
        pause = pauses.get(judgement.kind)
        if pause is not None and self._again(claim, judgement, pause):
            state, due = State.NEW, self._clock() + pause
        error = f"{why.title}: {why.text.splitlines()[0]}"
        result = Result(claim.row, state, claim.done, "", why.code, error, judgement.ambiguous, due)
        return Landed(result if state is State.NEW else self._ended(result), why)

    def _again(self, claim: Claim, judgement: Judgement, pause: float = 0.0) -> bool:
        return judgement.again(self._harmless(claim, pause)) and claim.attempts < self._backoff.attempts

    def _ended(self, result: Result) -> Result:
        self._first.pop(result.row, None)
        return result

    def _pauses(self, bodies: Sequence[Body], verdicts: Sequence[Verdict]) -> dict[Class, float]:
        """Seconds until the next attempt, by class: one for all of a request, so that they go together again.

        A retry is paid for once a request, and a Retry-After holds for all who share the limit.
        """
        pauses: dict[Class, float] = {}
        for body, verdict in zip(bodies, verdicts, strict=True):
            problem = verdict.problem
            judgement = judged(problem, verdict.outcome.state) if problem is not None else None
            if problem is None or judgement is None or judgement.kind in pauses:
                continue
            if not self._again(body.claim, judgement):
                continue
            pauses[judgement.kind] = self._backoff.seconds(judgement.kind, body.claim.attempts, problem.wait)
            if problem.wait:
                wait = self._backoff.believed(problem.wait)
                self._limits.push(wait)
                if wait > self._longest:
                    self.exhausted = self._asked_to_wait(wait, verdict.outcome.diagnostic)
            if not self._quota.take(judgement.kind):
                self.exhausted = self.exhausted or _exhausted(verdict.outcome.diagnostic)
        return pauses

    def _asked_to_wait(self, seconds: float, last: Diagnostic | None = None) -> Diagnostic:
        until = datetime.fromtimestamp(self._clock() + seconds, UTC)
        said = f" The answer: {last.title}. {last.text}" if last is not None else ""
        return Diagnostic(
            "run-stopped", f"Nothing may be sent before {until:%Y-%m-%d %H:%M:%S} UTC",
            text=f"The server asks to wait for longer than a run does ({self._longest:g} seconds).{said}",
            hint="resume the run then; a daily limit is reached, as a rule",
        )  # fmt: skip

    def _login_again(self, problem: Problem, attempts: int) -> bool:
        judgement = judged(problem, State.REJECTED)
        if judgement.kind is Class.FINAL or attempts >= self._backoff.attempts or (problem.wait or 0) > self._longest:
            return False
        return not self.stop.wait(self._backoff.seconds(judgement.kind, attempts, problem.wait))


def _exhausted(last: Diagnostic | None) -> Diagnostic:
    said = f"The last one: {last.title}. {last.text}" if last is not None else ""
    return Diagnostic(
        "run-stopped", "Too many failures",
        text=said, hint="wait until the service is well again, then resume the run",
    )  # fmt: skip
