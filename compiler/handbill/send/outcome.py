"""What became of one message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..diagnostic import Diagnostic


class State(StrEnum):
    NEW = "new"  # not tried, or to be tried again
    SENDING = "sending"  # in the ledger only: somebody has it in hand
    SENT = "sent"  # accepted by the gateway; what the customer sees is another matter
    REJECTED = "rejected"  # surely not accepted
    UNKNOWN = "unknown"  # it may have arrived: never sent again in silence


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one message, in the order they were given."""

    state: State
    id: str = ""  # the gateway's, when it gave one
    diagnostic: Diagnostic | None = None  # why it was not sent
