"""Sends the bodies of one message, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .connection import Service
from .http import Client
from .outcome import Outcome, State
from .parcels import Parcel
from .requests import Request


def send(service: Service, timeouts: Mapping[str, float], parcels: Sequence[Parcel]) -> Iterator[Outcome]:
    """The outcome of each body, in order, each as soon as it is known.

    Bodies are a sequence that the customer reads in order, so after one that was not sent the rest stays
    unsent (`State.NEW`). `timeouts` are the connection's. Raises Failed before anything is sent (login-failed,
    throttled, not-connected), and later if a new token is refused.
    """
    with Client(timeouts) as client:
        session = service.session(client)
        going = True
        for request in requests(service, parcels):
            results = [Outcome(State.NEW)] * request.messages
            if going:
                results = [verdict.outcome for verdict in session.post(request)]
            yield from results
            going = going and all(result.state is State.SENT for result in results)


def requests(service: Service, parcels: Sequence[Parcel]) -> list[Request]:
    """The requests that carry these, in order: one where the gateway takes a list, else one for each."""
    if service.many:
        return [service.request(parcels)]
    return [service.request([each]) for each in parcels]
