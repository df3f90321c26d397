"""The exact requests for a payload, as plain data: what is dumped is what is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from .. import __version__
from ..diagnostic import Diagnostic, Failed, did_you_mean
from .connection import Connection, data

_AGENT = ("User-Agent", f"handbill/{__version__}")
_ACCEPT = ("Accept", "application/json")


@dataclass(frozen=True, slots=True)
class Request:
    """One POST, without its secret: the Authorization header is put in front when it goes out.

    `Host` and `Content-Length` follow from `url` and `body`.
    """

    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    authorization: Literal["Basic", "Bearer"]
    messages: int = 0  # how many messages it carries, each of which has its result in the answer
    method: str = "POST"


def requests(connection: Connection, gateway: str, bodies: Sequence[Any]) -> list[Request]:
    """The requests that carry these bodies, in order.

    Events go as a list in one request (the tutorial's call takes a list), everything else one a request.
    Raises Failed (not-sendable) where nothing is posted.
    """
    facts = posted(connection, gateway)
    url = f"{connection.api}{connection.path(gateway)}" + (f"?{facts['query']}" if "query" in facts else "")
    headers = (("Content-Type", "application/json"), _ACCEPT, _AGENT)
    batches = [list(bodies)] if facts["form"] == "list" else bodies
    return [
        Request(url, headers, orjson.dumps(batch), "Bearer", len(bodies) if facts["form"] == "list" else 1)
        for batch in batches
    ]


def posted(connection: Connection, gateway: str) -> Mapping[str, Any]:
    """How a gateway's payloads are posted. Raises Failed (not-sendable)."""
    gateways: dict[str, dict[str, Any]] = data()["gateways"]
    facts = gateways.get(gateway, {})
    if connection.path(gateway) is None:
        others = [name for name in gateways if connection.path(name)]
        meant = did_you_mean(gateway, others) if not facts else None
        raise Failed(
            Diagnostic(
                "not-sendable", f"`{gateway}` is not sent",
                text=facts.get("reason", "Handbill knows no address that takes it."),
                hint=f"did you mean `{meant}`?" if meant
                else f"write the payload with `handbill compile --via {gateway}`, or send through {_listed(others)}",
                source=facts.get("x-source", ""), checked=facts.get("x-checked", ""),
            )
        )  # fmt: skip
    return facts


def token_request(connection: Connection) -> Request:
    """The OAuth client credentials call (RFC 6749, section 4.4)."""
    facts = data()["token"]
    headers = (("Content-Type", facts["content_type"]), _ACCEPT, _AGENT)
    return Request(connection.login + facts["path"], headers, facts["body"].encode(), "Basic")


def _listed(names: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "another gateway"
