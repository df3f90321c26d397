"""The key by which a gateway knows a message it has had before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

BYTES = 16  # of the digest: as many as a UUID has, for the gateways that want one


def idempotency_key(run: str, row: int, recipient: str, template_digest: str, channel: str, body: int = 0) -> str:
    """32 hex digits (BLAKE2b-128), the same for each attempt at one body of one row.

    `recipient` is its hash, as the ledger has it; `body` counts from 0 within the row's message. Nothing of it
    needs to be stored: whoever resumes the run comes to the same key.
    """
    return blake2b(orjson.dumps([run, row, recipient, template_digest, channel, body]), digest_size=BYTES).hexdigest()


@dataclass(frozen=True, slots=True)
class Key:
    """A key as a channel wants it written."""

    digits: str  # 32 hex digits

    def written(self, facts: Mapping[str, Any]) -> str:
        """As `value` and `most` of the channel's `idempotency` say: a UUID, or hex digits."""
        text = self.uuid if facts.get("value", "uuid") == "uuid" else self.digits
        return text[: facts.get("most", len(text))]

    @property
    def uuid(self) -> str:
        """The 16 bytes as RFC 9562 writes them, as version 5: made from a hash."""
        return str(UUID(self.digits, version=5))

    def other(self, place: int) -> str:
        """Another UUID, the same each time: for what else in a body has to have one."""
        digest = blake2b(f"{self.digits}/{place}".encode(), digest_size=BYTES)
        return str(UUID(digest.hexdigest(), version=5))
