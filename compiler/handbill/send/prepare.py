"""Compiles the message of every recipient, and lays it up for sending: recipients → payloads → segments and ledger.

A payload is on the disk before the ledger knows its place, so each row that the ledger has can be sent. If this is
broken off, it is begun anew for the same run: rows that are there already stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import names
from ..contracts import ContextRules, check_front_matter
from ..diagnostic import Diagnostic, Failed, Label, Severity
from ..gateways import direct
from ..names import known_channel
from ..pipeline import Compiler, Result, to_json
from .ledger import Entry, Ledger, Refusal
from .parcels import addressed, one_of, outside
from .recipients import Recipients, Row
from .segments import Segments
from .tables import Code

GROUP = 500  # rows that are written at once
_SHOWN = 3  # recipients who are there twice, of whom the lines are told
_BYTES = 1_000_000  # at which a group is written though it is smaller


@dataclass(frozen=True, slots=True)
class Compiled:
    """The message of one recipient."""

    row: Row
    payload: bytes | None  # compact JSON with a line feed: the body, or a list of bodies; None when it cannot be sent
    found: tuple[Diagnostic, ...] = ()  # at the recipient's line, or with it beside the template's


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


def recipients_of(
    compiler: Compiler,
    name: str,
    channel: str,
    via: str | None,
    path: Path,
    *,
    mapping: Mapping[str, str] | None = None,
    address: Mapping[str, str] | None = None,
    shown: str = "",
    locale: str = "",
) -> Recipients:
    """The recipients of a template, in a file; see `Recipients` for what is given with them.

    Raises Failed for a template that is wrong whatever the values, for a file that is none of ours or has not the
    columns that are needed, and for an unknown name.
    """
    template = compiler.project.template(name, channel, locale)
    gateway = compiler.via(template, via, channel)
    for each in dict.fromkeys((compiler.base(name), template)):
        problems = check_front_matter(each) + names.problems(compiler.project, each, gateway.NAME)
        if any(d.severity is Severity.ERROR for d in problems):
            raise Failed(*(d.at(template=name, channel=channel, gateway=gateway.NAME) for d in problems))
    rules = ContextRules(template if template.contract.has_params else compiler.base(name))
    target = known_channel(channel)
    return Recipients(
        path, rules, gateway.fields(target), mapping=mapping, address=address, shown=shown,
        one_of=one_of(target) if gateway is direct else (), locales=compiler.project.locales, locale=locale,
    )  # fmt: skip


def compiled(
    compiler: Compiler, name: str, channel: str, via: str | None, recipients: Recipients, locale: str = ""
) -> Iterator[Compiled]:
    """Every row, in order, one at a time. Raises Failed for a file of which the rest cannot be read."""
    gateway = compiler.via(compiler.project.template(name, channel, locale), via, channel).NAME
    where = {"template": name, "channel": channel, "gateway": gateway}
    beside = outside(known_channel(channel)) if gateway == direct.NAME else None
    current: Row

    def items() -> Iterator[tuple[Mapping[str, Any], Mapping[str, str], str]]:
        while True:
            yield current.values, current.address, current.locale

    results = compiler.stream(name, channel, via, items())
    for current in recipients:
        if current.problem is not None:
            yield Compiled(current, None, (current.problem.at(**where),))
            continue
        result = next(results)
        made = Compiled(current, result) if isinstance(result, bytes) else _told(current, result, recipients)
        if beside is not None and made.payload is not None:
            kept = {name: value for name, value in current.address.items() if name in beside}
            made = replace(made, payload=addressed(made.payload, kept))
        yield made


def _told(row: Row, result: Result, recipients: Recipients) -> Compiled:
    """A message of which there is something to say: beside the template's place, that of the recipient."""
    found = []
    for d in result.diagnostics:
        spans = [] if d.code.startswith("lost-") else recipients.places(row, d.parameters)  # not one recipient's
        said = "the value is here" if d.parameters else "for this recipient"
        found.append(replace(d, related=(*d.related, *(Label(span, said) for span in spans))))
    return Compiled(row, to_json(result.payload, compact=True) if result.ok else None, tuple(found))


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
