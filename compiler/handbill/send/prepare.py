"""Compiles the message of every recipient, and lays it up for sending: recipients → payloads → segments and ledger.

A payload is on the disk before the ledger knows its place, so each row that the ledger has can be sent. If this is
broken off, it is begun anew for the same run: rows that are there already stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..diagnostic import Severity
from ..gateways import direct
from ..names import known_channel
from ..pipeline import Compiler
from ..recipients import messages
from ..recipients.messages import Compiled
from ..recipients.rows import Recipients, Row
from ..recipients.tables import Code
from .ledger import Entry, Ledger, Refusal
from .parcels import addressed, outside
from .segments import Segments

GROUP = 500  # rows that are written at once
_SHOWN = 3  # recipients who are there twice, of whom the lines are told
_BYTES = 1_000_000  # at which a group is written though it is smaller


@dataclass(slots=True)
class Counts:
    """How far it is, in rows."""

    rows: int = 0
    refused: int = 0
    again: int = 0  # for somebody whom an earlier row is for
    repeated: Sequence[tuple[int, int]] = ()  # two lines of each of the first of them
    stopped: bool = False  # by the first bad row

    @property
    def ready(self) -> int:
        return self.rows - self.refused


def compiled(
    compiler: Compiler, name: str, channel: str, via: str | None, recipients: Recipients, locale: str = ""
) -> Iterator[Compiled]:
    """Every row, in order, as its line for sending. Raises Failed for a file of which the rest cannot be read."""
    gateway = compiler.via(compiler.project.template(name, channel, locale), via, channel).NAME
    rows = messages.compiled(compiler, name, channel, via, recipients, locale)
    if gateway != direct.NAME:
        return rows
    beside = outside(known_channel(channel))

    def with_address(made: Compiled) -> Compiled:
        if made.payload is None:
            return made
        kept = {name: value for name, value in made.row.address.items() if name in beside}
        return replace(made, payload=addressed(made.payload, kept))

    return map(with_address, rows)


def whom(address: Mapping[str, str]) -> str:
    """Whom a message is for, as one text: `to`, where a gateway has that."""
    return address.get("to") or "\n".join(f"{name}={value}" for name, value in sorted(address.items()))


def prepare(
    rows: Iterable[Compiled],
    ledger: Ledger,
    segments: Segments,
    run: str,
    *,
    told: Callable[[Compiled], None] = lambda made: None,
    progress: Callable[[Counts], None] = lambda counts: None,
    fail_fast: bool = False,
    unique: bool = False,
) -> Counts:
    """Put rows into the ledger as they come; at the end, the run is ready.

    `told` hears of each row with findings, `progress` of every row; what they raise ends it. With `fail_fast` the
    first bad row ends it, and the run does not become ready. With `unique` a recipient's later rows are refused.
    Raises Failed (bad-ledger), and what `rows` raises.
    """
    counts = Counts()
    group = _Group(ledger, segments, run)
    for made in rows:
        counts.rows += 1
        if made.found:
            told(made)
        if made.payload is not None:
            group.add(made.row, made.payload)
        else:
            counts.refused += 1
            worst = next(d for d in made.found if d.severity is Severity.ERROR)
            # the title names parameters and never shows values: what is in the ledger tells nothing of people
            group.refuse(Refusal(made.row.number, made.row.line, worst.code, worst.title))
            if fail_fast:
                counts.stopped = True
                break
        progress(counts)
    group.write()
    counts.again, lines = ledger.repeated(run, _SHOWN)
    counts.repeated = tuple(lines)
    if unique and counts.again:
        counts.refused += ledger.once(run, Code.ROW, "Recipient is there twice: an earlier row is sent")
    if not counts.stopped:
        ledger.phase(run, "ready", counts.rows)
    return counts


class _Group:
    """Rows that go to the disk together."""

    def __init__(self, ledger: Ledger, segments: Segments, run: str) -> None:
        self._ledger = ledger
        self._segments = segments
        self._run = run
        self._rows: list[tuple[int, int, str]] = []  # number, line, hash of the recipient
        self._payloads: list[bytes] = []
        self._refusals: list[Refusal] = []
        self._size = 0

    def refuse(self, refusal: Refusal) -> None:
        self._refusals.append(refusal)
        if len(self._refusals) >= GROUP:
            self.write()

    def add(self, row: Row, payload: bytes) -> None:
        self._rows.append((row.number, row.line, self._ledger.recipient(whom(row.address))))
        self._payloads.append(payload)
        self._size += len(payload)
        if len(self._rows) >= GROUP or self._size >= _BYTES:
            self.write()

    def write(self) -> None:
        if self._refusals:
            self._ledger.refuse(self._run, self._refusals)
            self._refusals.clear()
        if not self._rows:
            return
        places = self._segments.append(self._payloads)
        self._ledger.add(
            self._run,
            [
                Entry(number, line, place.offset, place.length, recipient)
                for (number, line, recipient), place in zip(self._rows, places, strict=True)
            ],
        )
        self._rows.clear()
        self._payloads.clear()
        self._size = 0
