"""What goes into a ledger and comes out of it, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from .outcome import State

Phase = Literal["compiling", "ready", "done"]
Unknown = Literal["park", "resend"]


@dataclass(frozen=True, slots=True)
class Run:
    """One `handbill send --recipients`."""

    id: str
    created: str  # ISO 8601, UTC
    template: str
    template_digest: str
    recipients: str  # path
    recipients_digest: str
    channel: str
    gateway: str
    connection: str
    unknown: Unknown = "park"
    phase: Phase = "compiling"
    total: int = 0  # rows; 0 until they are counted
    settings: dict[str, Any] = field(default_factory=dict)  # plain JSON


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that can be sent."""

    row: int  # from 1
    line: int  # in the recipients file, from 1
    offset: int  # of its payload in the segment file, in bytes
    length: int  # of its payload, in bytes, more than 0
    recipient: str  # hash, hex


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is not sent, whoever is asked: it could not be compiled."""

    row: int
    line: int
    code: str
    error: str  # without anything of the recipient


@dataclass(frozen=True, slots=True)
class Claim:
    """A row in hand."""

    row: int
    line: int
    offset: int
    length: int
    done: int  # bodies of its message that are surely accepted
    attempts: int  # at the next body, this one included
    ambiguous: bool
    recipient: str


@dataclass(frozen=True, slots=True)
class Result:
    """What an attempt came to. With State.NEW the row is tried again from `due` on."""

    row: int
    state: State
    done: int = 0  # bodies surely accepted; never fewer than before, and with one more the attempts count anew
    id: str = ""
    code: str = ""
    error: str = ""  # without secrets
    ambiguous: bool = False
    due: float = 0.0
    tried: bool = True  # False with State.NEW: nothing went out, so it does not count as an attempt


@dataclass(frozen=True, slots=True)
class RowInfo:
    """All that is known of a row."""

    row: int
    line: int
    offset: int
    length: int  # 0: could not be compiled
    recipient: str
    state: State
    done: int
    attempts: int
    ambiguous: bool
    due: float
    id: str
    code: str
    error: str


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing every `interval` seconds, `burst` of them at once after a pause (GCRA)."""

    name: str
    interval: float  # seconds
    burst: float = 1.0


@dataclass(frozen=True, slots=True)
class Permit:
    """Granted: go in `seconds`, the place is kept. Not granted: no place is taken, ask again in `seconds`."""

    seconds: float
    granted: bool = True
