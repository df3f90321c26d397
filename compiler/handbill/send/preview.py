"""The requests of a run before it is one: as they are when nothing goes wrong, in the order in which rows stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from .connection import Service
from .requests import Request, parted


def preview(service: Service, payloads: Iterable[bytes], batch: int) -> Iterator[Request]:
    """The requests for compiled payloads, `batch` messages in each where the gateway takes a list.

    Of messages that are sequences the second bodies go after the first ones were accepted. Idempotency keys are of a
    run, so there are placeholders.
    """
    size = batch if service.many else 1
    rows = iter(payloads)
    first = 1
    while group := [service.parcels(payload) for payload in islice(rows, size)]:
        for turn in range(max(map(len, group))):
            wave = [(first + place, parcels[turn]) for place, parcels in enumerate(group) if turn < len(parcels)]
            for part in parted([len(parcel.json) for _, parcel in wave], size):
                keys = [f"<key of row {row}, body {turn + 1}>" for row, _ in wave[part]]
                yield service.request([parcel for _, parcel in wave[part]], keys)
        first += len(group)
