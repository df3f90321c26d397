"""Some rows from all over a file, always the same ones of the same file.

Each row has a rank that its number and a seed give it; those of the lowest rank are taken. So a file that grew keeps
most of its sample.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from hashlib import blake2b

from ..recipients.tables import Record

SEED = 0


def drawn(records: Iterable[Record], count: int, seed: int = SEED) -> list[Record]:
    """So many of the records, in their order; all of them where there are no more. Never more of them are held."""
    taken: list[tuple[int, int, Record]] = []  # the highest rank first, by its negative
    for record in records:
        rank = -_rank(record.number, seed)
        if len(taken) < count:
            heapq.heappush(taken, (rank, record.number, record))
        elif rank > taken[0][0]:
            heapq.heapreplace(taken, (rank, record.number, record))
    return sorted((record for _, _, record in taken), key=lambda record: record.number)


def _rank(number: int, seed: int) -> int:
    return int.from_bytes(blake2b(b"%d:%d" % (seed, number), digest_size=8).digest())
