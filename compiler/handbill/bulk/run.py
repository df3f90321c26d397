"""An order carried out: its batches in the order of the file, made in this process or in several."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from ..diagnostic import Diagnostic, Failed, Label
from ..recipients.tables import Chunk
from ..source import Source, Span
from ..team import Died, Team
from .making import Maker
from .order import Batch, Order
from .sample import SEED, drawn


class Bulk:
    """What becomes of everyone in a file. To iterate is to compile; it can be broken off at any time."""

    def __init__(
        self, order: Order, *, jobs: int = 1, limit: int | None = None, sample: int | None = None, seed: int = SEED
    ) -> None:
        """In `jobs` processes; only the first `limit` rows; of those only `sample`, drawn by lot (see `sample`).

        Raises Failed for what is wrong whatever the rows: a name, the template, the file, a column.
        """
        self._order = order
        self._jobs = jobs
        self._limit = limit
        self._sample = sample
        self._seed = seed
        self._maker = Maker(order)

    def __iter__(self) -> Iterator[Batch]:
        """Raises Failed when the rest of the file cannot be read, behind all that could be."""
        if self._sample is not None:
            records = islice(self._maker.recipients.records(), self._limit)
            batch = self._maker.make_these(drawn(records, self._sample, self._seed))
            batch.done = 1.0
            yield batch
            return
        recipients, rows = self._maker.recipients, 0
        for chunk, batch in self._batches():
            batch.before = rows
            for each in batch.noted:
                each.number += rows
            if self._limit is not None:
                batch.cut(self._limit)
            rows += batch.rows
            batch.done = chunk.end / max(recipients.table.size, 1)
            recipients.unused |= dict.fromkeys(batch.unused)
            yield batch
            if batch.failed:
                raise Failed(*batch.failed)
            if rows == self._limit:
                return

    @property
    def remarks(self) -> list[Diagnostic]:
        """What is to be said of the file though it can be used; of JSON lines, of those that were read."""
        return self._maker.recipients.remarks

    def _batches(self) -> Iterator[tuple[Chunk, Batch]]:
        # what all chunks need is there after the first one, before it is copied; and a small file has no other
        chunks = self._maker.recipients.table.chunks()
        for chunk in islice(chunks, 1):
            yield chunk, self._maker.make(chunk, self._limit)
        second = next(chunks, None)
        if second is None:
            return
        rest = _chained(second, chunks)
        if self._jobs == 1:
            yield from ((chunk, self._maker.make(chunk)) for chunk in rest)
            return
        with Team(self._maker.make, partial(_maker, self._order), self._jobs) as team:
            try:
                yield from team.answers(rest)
            except Died as died:
                raise Failed(self._ended(died)) from None

    def _ended(self, died: Died) -> Diagnostic:
        assert isinstance(died.task, Chunk)
        ending = died.ending or 0
        how = f"signal {-ending} ({signal.strsignal(-ending)})" if ending < 0 else f"exit code {ending}"
        shown = self._order.shown or self._order.path.as_posix()
        label = Label(Span(Source(shown, "", died.task.line), 0, 0), "it was at work from here on")
        return Diagnostic(
            "too-costly", "A process was ended in the middle of its work", label,
            text=f"It ended by {how}. A message may have taken more time or memory than one may have, "
            "or something else has ended it.",
            hint="find the row with --jobs 1, or end other programs when memory is short",
            template=self._order.name, channel=self._order.channel,
        )  # fmt: skip


def _maker(order: Order) -> Callable[[Chunk], Batch]:
    return Maker(order).make


def _chained(first: Chunk, rest: Iterator[Chunk]) -> Iterator[Chunk]:
    yield first
    yield from rest
