"""Compiles the rows of one chunk: the way of a good row is short, and every other takes the way that has the words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from ..diagnostic import Failed
from ..guard import limited
from ..names import known_locale
from ..pipeline import Compiler, to_json
from ..recipients.messages import Compiled, recipients_of, told
from ..recipients.rows import Quick, Row
from ..recipients.tables import Chunk, Record
from .order import Bad, Batch, Order, Warned

ID = "id"  # the column that files are named by


class Maker:
    """Everything that the chunks of one order need. A process has one."""

    def __init__(self, order: Order) -> None:
        """Raises Failed for what is wrong whatever the rows: a name, the template, the file, a column."""
        self.order = order
        compiler = Compiler(order.project, limited, policy=order.policy, fail_on=order.fail_on)
        locale = known_locale(order.project, order.locale or order.project.config.locale)
        self.recipients = recipients_of(
            compiler, order.name, order.channel, order.via, order.path, mapping=order.mapping, address=order.address,
            shown=order.shown, locale=locale, addressed=order.address is not None, also=[ID] if order.ids else [],
        )  # fmt: skip
        template = order.project.template(order.name, order.channel, locale)
        gateway = compiler.via(template, order.via, order.channel).NAME
        self._where = {"template": order.name, "channel": order.channel, "gateway": gateway}
        self._item: Quick = {}, {}, ""
        self._results = compiler.stream(order.name, order.channel, order.via, self._items())

    def make(self, chunk: Chunk, most: int | None = None) -> Batch:
        """What becomes of a chunk's rows, of the first `most` of them when that is given. Counted in the chunk."""
        return self._batch(self.recipients.quickly(chunk), _Records(self.recipients.records(chunk)), most)

    def make_these(self, records: list[Record]) -> Batch:
        """What becomes of rows from anywhere in the file."""
        batch = self._batch((None for _ in records), _Records(iter(records)), None)
        batch.drawn = [records[place - 1].number for place in batch.numbers]
        for each in batch.noted:
            each.number = records[each.number - 1].number
        return batch

    def _batch(self, rows: Iterable[Quick | None], records: _Records, most: int | None) -> Batch:
        batch = Batch()
        payloads: list[bytes] = []
        try:
            for quick in rows:
                if batch.rows == most:
                    break
                payload = self._made(quick, records, batch)
                batch.rows += 1
                if payload is not None:
                    payloads.append(payload)
                    if self.order.ids:
                        batch.ids.append(_id(records.number(batch.rows)))
        except Failed as failed:
            batch.failed = tuple(d.at(**self._where) for d in failed.diagnostics)
        batch.lengths.extend(map(len, payloads))
        batch.payloads = b"".join(payloads)
        batch.unused = list(self.recipients.unused)
        return batch

    def _items(self) -> Iterator[tuple[Any, Any, str]]:
        while True:
            values, address, locale = self._item
            yield values, address or None, locale

    def _made(self, quick: Quick | None, records: _Records, batch: Batch) -> bytes | None:
        """The next row's payload; None when it is bad, and then the batch has it."""
        row = None
        if quick is None:
            record = records.number(batch.rows + 1)
            row = self.recipients.row(record)
            if row.problem is not None:
                self._bad(row, (row.problem.at(**self._where),), batch)
                return None
            quick = row.values, row.address, row.locale
        self._item = quick
        result = next(self._results)
        if isinstance(result, bytes):
            return to_json(orjson.loads(result)) if self.order.pretty else result
        row = row or self.recipients.row(records.number(batch.rows + 1))
        if row.problem is not None:  # the contract, at the row's own place
            self._bad(row, (row.problem.at(**self._where),), batch)
            return None
        made = told(row, result, self.recipients)
        if made.payload is None:
            self._bad(row, made.found, batch)
            return None
        _warn(batch, made)
        return to_json(result.payload) if self.order.pretty else made.payload

    def _bad(self, row: Row, found: tuple[Any, ...], batch: Batch) -> None:
        bad = Bad(batch.rows + 1, row.line, found)
        if self.order.contents:
            if row.record.values:
                bad.content = self.recipients.content(row.record)
            else:
                bad.text = row.record.text
        batch.bad.append(bad)


class _Records:
    """The records of a chunk, one after another, for those that need a closer look."""

    def __init__(self, records: Iterator[Record]) -> None:
        self._records = records
        self._at = 0
        self._last: Record | None = None

    def number(self, number: int) -> Record:
        """One of them, from 1; never one before the last that was asked for. Raises Failed."""
        while self._at < number or self._last is None:
            self._last = next(self._records)
            self._at += 1
        return self._last


def _id(record: Record) -> str:
    value = record.values.get(ID)
    return "" if value is None else str(value)


def _warn(batch: Batch, made: Compiled) -> None:
    for d in {d.code: d for d in reversed(made.found)}.values():
        if d.code in batch.warned:
            batch.warned[d.code].count += 1
        else:
            batch.warned[d.code] = Warned(d, batch.rows + 1)
