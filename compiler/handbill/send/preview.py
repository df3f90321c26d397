"""The requests of a run before it is one: as they are when nothing goes wrong, in the order in which rows stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from .connection import Connection
from .requests import Request, bodies_of, parted, posted, request, takes_list


def preview(connection: Connection, gateway: str, payloads: Iterable[bytes], batch: int) -> Iterator[Request]:
    """The requests for compiled payloads, `batch` messages in each where the gateway takes a list.

    Of messages that are sequences the second bodies go after the first ones were accepted. Idempotency keys are of a
    run, so there are placeholders. Raises Failed (not-sendable).
    """
    size = batch if takes_list(posted(connection, gateway)) else 1
    rows = iter(payloads)
    first = 1
    while group := [bodies_of(payload) for payload in islice(rows, size)]:
        for turn in range(max(map(len, group))):
            wave = [(first + place, bodies[turn]) for place, bodies in enumerate(group) if turn < len(bodies)]
            for part in parted([len(body) for _, body in wave], size):
                keys = [f"<key of row {row}, body {turn + 1}>" for row, _ in wave[part]]
                yield request(connection, gateway, [body for _, body in wave[part]], keys)
        first += len(group)
