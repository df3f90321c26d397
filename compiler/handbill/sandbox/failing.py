"""What a fault does to the answer, whoever's API it is."""

from __future__ import annotations

from http import HTTPStatus
from typing import Protocol

from starlette.responses import Response

from .answers import facts, page
from .faults import FAULTS, Fault
from .wire import Closed, Cut, Held, Reset


class Voice(Protocol):
    """An API that can fail in its own words."""

    def failed(self, fault: Fault) -> Response:
        """Its own error: a server in trouble, a token refused."""
        ...

    def busy(self) -> Response:
        """Too many requests."""
        ...


def failing(fault: Fault, whole: Response, late: float, voice: Voice) -> Response:
    """The answer with this fault, in place of `whole`. `late`: after how many seconds a late one comes."""
    match fault.how:
        case "error":
            return voice.failed(fault)
        case "throttle":
            return voice.busy()
        case "proxy":
            return page(fault.status, f"{fault.status} {HTTPStatus(fault.status).phrase}")
        case "page":
            return page(int(HTTPStatus.OK), "Sign in")
        case "late":
            return Held(whole if fault.after else voice.failed(FAULTS["504"]), late)
        case "reset":
            return Reset()
        case "close":
            return Closed()
        case "cut":
            return Cut(whole) if whole.body else Closed()


def status_of(fault: Fault) -> int:
    """The HTTP status of an API's own error."""
    return int(facts()["errors"][fault.code]["status"])
