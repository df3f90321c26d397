"""The one module that touches the network.

httpx, or httpx2 (its maintained continuation, with the same API) where that is installed; imported when the
first client is made, since importing it takes longer than a whole `handbill check`.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from time import monotonic
from types import TracebackType
from typing import Any

from .ledger_file import data
from .requests import SECRET, Request
from .secret import Secret, in_url

LIBRARIES = ("httpx2", "httpx")
_LOGGERS = ("httpx", "httpcore", "httpx2", "httpcore2")  # httpx logs whole URLs, httpcore every header


class Fault(Exception):
    """No answer that could be read. Its one word is a `fault` of connection.json, whose row says what is known.

    There is no other text in it: httpx's own may hold a URL's query.
    """

    @property
    def name(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Client:
    """A pool of connections. No proxies or .netrc from the environment, no redirects, no retries, no cookies."""

    def __init__(self, timeouts: Mapping[str, float] | None = None, workers: int = 1) -> None:
        """`timeouts` in seconds: connect, read, write, pool; otherwise the shipped ones. `workers` may post at once."""
        facts = data()
        seconds = facts["timeouts"] if timeouts is None else timeouts
        self._most: int = facts["answer"]["max_bytes"]
        self._longest = float(seconds["read"])
        self._library = _library()
        self._client = self._library.Client(
            trust_env=False,
            verify=_trusted(self._library),
            follow_redirects=False,
            timeout=self._library.Timeout(**{k: seconds[k] for k in ("connect", "read", "write", "pool")}),
            limits=self._library.Limits(max_connections=workers, max_keepalive_connections=workers),
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def post(self, request: Request, secret: Secret) -> Answer:
        """Send one request, once. Raises Fault."""
        library = self._library
        try:
            return self._post(request, secret)
        except (library.HTTPError, library.InvalidURL, library.StreamError, OSError) as error:
            fault = _fault(error, library)
        raise fault  # outside the handler, so that httpx's exception does not hang on to it

    def _post(self, request: Request, secret: Secret) -> Answer:
        response = self._client.send(self._made(request, secret), stream=True)
        try:
            body = bytearray()
            end = monotonic() + self._longest  # a read's time-out is for each piece, and a server may send it in drops
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self._most:
                    raise Fault("too-large")
                if monotonic() > end:
                    raise Fault("read-timeout")
        finally:
            response.close()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, bytes(body))

    def _made(self, request: Request, secret: Secret) -> Any:
        """A request made by hand has no header but these, Host and Content-Length."""
        return self._library.Request(
            request.method,
            request.url.replace(SECRET, in_url(secret)),
            headers=[(name, value.replace(SECRET, secret.reveal())) for name, value in request.headers],
            content=request.body,
        )


def _library() -> Any:
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
    for name in LIBRARIES[:-1]:
        try:
            return import_module(name)
        except ModuleNotFoundError:
            continue
    return import_module(LIBRARIES[-1])


@cache
def _trusted(library: Any) -> ssl.SSLContext:
    """The certificates, read once: that takes longer than a request."""
    context: ssl.SSLContext = library.create_ssl_context(trust_env=False)
    return context


def _fault(error: BaseException, library: Any) -> Fault:
    """What happened, in our words. Whatever is not surely before the first byte may have been sent."""
    if isinstance(error, library.ConnectTimeout | library.PoolTimeout):
        return Fault("connect-timeout")
    if isinstance(error, library.ConnectError):
        return Fault(_why_not(error))
    if isinstance(error, library.UnsupportedProtocol | library.InvalidURL):
        return Fault("not-connected")
    if isinstance(error, library.ReadTimeout):
        return Fault("read-timeout")
    if isinstance(error, library.WriteTimeout):
        return Fault("write-timeout")
    if isinstance(error, library.DecodingError):
        return Fault("not-json")
    return Fault("connection-lost")


def _why_not(error: BaseException | None) -> str:
    """Why there is no connection: httpx keeps the operating system's exception further down."""
    while error is not None:
        if isinstance(error, ConnectionRefusedError):
            return "connection-refused"
        if type(error).__name__ == "gaierror":  # socket's own; importing socket for a name would weaken the contract
            return "name-not-found"
        if isinstance(error, ssl.SSLError):
            return "tls-failed"
        error = error.__cause__ or error.__context__
    return "not-connected"
