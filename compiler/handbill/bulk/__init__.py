"""A message for everyone in a file, as payloads: streaming, in order, on all cores.

    order = Order(project, "followup_call", "messenger", Path("people.jsonl"), address={"channel_id": "…"})
    for batch in Bulk(order, jobs=2):
        out.write(batch.payloads)  # bytes: a line of compact JSON for each recipient that is well
        for bad in batch.bad:
            ...  # bad.line in the file, and bad.found: why there is no payload

Nothing here prints, and nothing is held but what is under way.
"""

from __future__ import annotations

from .order import Bad, Batch, Order, Warned
from .run import Bulk

__all__ = ["Bad", "Batch", "Bulk", "Order", "Warned"]
