"""The key by which a gateway knows a message it has had before."""

from __future__ import annotations

from hashlib import blake2b

import orjson

BYTES = 16  # of the digest: as many as a UUID has, for the gateways that want one


def idempotency_key(run: str, row: int, recipient: str, template_digest: str, channel: str, body: int = 0) -> str:
    """32 hex digits (BLAKE2b-128), the same for each attempt at one body of one row.

    `recipient` is its hash, as the ledger has it; `body` counts from 0 within the row's message. Nothing of it
    needs to be stored: whoever resumes the run comes to the same key.
    """
    return blake2b(orjson.dumps([run, row, recipient, template_digest, channel, body]), digest_size=BYTES).hexdigest()
