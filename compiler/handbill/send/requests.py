"""The exact requests for a payload, as plain data: what is dumped is what is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
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
    raw = [orjson.dumps(body) for body in bodies]
    if takes_list(posted(connection, gateway)):
        return [request(connection, gateway, raw)]
    return [request(connection, gateway, [body]) for body in raw]


def request(connection: Connection, gateway: str, bodies: Sequence[bytes], keys: Sequence[str] = ()) -> Request:
    """The one request that carries these bodies, which are JSON; several only where the gateway takes a list.

    `keys` are their idempotency keys, for a connection whose server knows a header for them: a list of strings, as
    RFC 9651 writes it, so that a message is known again in whatever company it comes. Raises Failed (not-sendable).
    """
    facts = posted(connection, gateway)
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"), _ACCEPT, _AGENT)
    if connection.idempotency_key and keys:
        headers = (*headers, (connection.idempotency_key, ", ".join(f'"{key}"' for key in keys)))
    content = b"[" + b",".join(bodies) + b"]" if takes_list(facts) else bodies[0]
    query = f"?{facts['query']}" if "query" in facts else ""
    return Request(f"{connection.api}{connection.path(gateway)}{query}", headers, content, "Bearer", len(bodies))


def takes_list(facts: Mapping[str, Any]) -> bool:
    """Whether the requests of a gateway (its facts in connection.json) take several messages."""
    return bool(facts["form"] == "list")


def bodies_of(payload: bytes) -> list[bytes]:
    """The bodies of a compiled payload, a line of JSON: one object, or a list of several that are sent in order."""
    payload = payload.strip()
    return [orjson.dumps(body) for body in orjson.loads(payload)] if payload.startswith(b"[") else [payload]


@cache
def largest() -> int:
    """The bytes of a body that a request may have."""
    size: int = data()["request"]["max_bytes"]
    return size


def parted(sizes: Sequence[int], most: int) -> Iterator[slice]:
    """How bodies of these sizes (bytes) are parted into requests of at most `most` bodies, each as large as allowed.

    A body that is too large by itself goes alone.
    """
    start = size = 0
    for place, each in enumerate(sizes):
        if place > start and (place - start == most or size + each + 2 > largest()):
            yield slice(start, place)
            start, size = place, 0
        size += each + 1
    if start < len(sizes):
        yield slice(start, len(sizes))


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
