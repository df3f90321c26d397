"""Who may ask a server that runs on this computer: this computer, and no page of another site in its browser.

A page anywhere can send requests to 127.0.0.1, and can give its own name that address (DNS rebinding). A browser says
in `Host` which name was asked for, in `Origin` and `Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/) which page
asks. What has none of these is no browser. That is as good as a token in each form, and nobody can forget it.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

_NAMES = ("127.0.0.1", "localhost", "::1")
_SAFE = ("GET", "HEAD")

Admits = Callable[[Scope], bool]


def local(scope: Scope) -> bool:
    """Whether a request means this computer, and comes from no page or from one of this computer's, on any port."""
    headers = Headers(scope=scope)
    origin = _origin(headers)
    return _here(f"//{headers.get('host', '')}") and (origin is None or _here(origin))


def own(scope: Scope) -> bool:
    """Whether a request comes from no page, from the server's own, or from a link that is followed to it."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if not _here(f"//{host}"):
        return False
    site = headers.get("sec-fetch-site", "none")
    origin = _origin(headers)
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        return False
    if site in ("none", "same-origin"):
        return True
    followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return followed and scope["method"] in _SAFE


class Guard:
    """Lets in what `admits` says; `refusal` answers the others."""

    def __init__(self, app: ASGIApp, refusal: ASGIApp, admits: Admits = own) -> None:
        self._app = app
        self._refusal = refusal
        self._admits = admits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answers = self._app if self._admits(scope) else self._refusal
        await answers(scope, receive, send)


def _origin(headers: Headers) -> str | None:
    """Which page asks. A form of the server's own page says `null`, since that sends no referrer."""
    origin = headers.get("origin")
    return None if origin == "null" and headers.get("sec-fetch-site") == "same-origin" else origin


def _here(address: str) -> bool:
    try:
        return urlsplit(address).hostname in _NAMES
    except ValueError:
        return False
