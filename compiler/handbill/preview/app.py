"""The routes of a preview: the project, a template, what changes, and the files of the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..faces import script, stylesheet
from ..faces.drawing import HTML
from ..local.assets import Assets, read
from ..local.events import Events
from ..local.guard import Guard
from ..local.headers import Secured
from . import pages
from .asking import PREFIX, Asked, address, asked, pairs
from .library import Library
from .studio import Made, Question
from .worker import Answering, Ended

LARGEST = 1_000_000  # bytes of a form
_PAGE = "x-page"  # which page asks: of what one page asks only the newest is answered


class App:
    def __init__(self, library: Library, stages: Answering, events: Events) -> None:
        self._library = library
        self._stages = stages
        self._events = events
        self._assets = Assets(
            {"handbill.css": stylesheet().encode(), "handbill.js": script().encode()}
            | {"gallery.css": (HTML / "gallery.css").read_bytes()}
            | read(__file__, "preview.css", "preview.js")
        )

    def asgi(self) -> ASGIApp:
        routes = [
            Route("/", self._overview),
            Route(f"{PREFIX}{{name:path}}", self._template, methods=["GET", "POST"]),
            Route("/checked", self._checked),
            Route("/events", self._told),
            Route("/assets/{name}", self._asset),
            Route("/favicon.ico", _nothing),
        ]
        handlers: dict[Any, Callable[[Request, Any], Any]] = {
            HTTPException: _not_here, ClientDisconnect: _left, ValueError: _not_read, Exception: _broken,
        }  # fmt: skip
        return Secured(Guard(Starlette(routes=routes, exception_handlers=handlers), _foreign))

    async def _overview(self, request: Request) -> Response:
        wanted = asked("", _query(request))
        if len(self._library.names) == 1:
            return RedirectResponse(Asked(self._library.names[0], theme=wanted.theme).address(), 302)
        return HTMLResponse(pages.overview(self._library.shelf(), wanted))

    async def _template(self, request: Request) -> Response:
        name = request.path_params["name"]
        said = pairs(await _body(request)) if request.method == "POST" else _query(request)
        wanted = asked(name, said)
        made = await self._made(wanted, request.headers.get(_PAGE, ""))
        if made is None:
            return Response(status_code=204)  # it has asked something newer meanwhile
        status = 404 if made.failed and name not in self._library.names and self._library.project else 200
        return HTMLResponse(pages.template_page(self._library.shelf(), made.asked, made.html), status)

    async def _made(self, wanted: Asked, page: str) -> Made | None:
        library = self._library
        question = Question(wanted, library.version, library.editor, library.root)
        try:
            made: Made | None = await self._stages.ask(question, page[:100])
        except Ended:
            title = "This took more time or memory than a message may have"
            text = "The process that compiled it was ended. Change the template or its values, and it is tried again."
            return Made(pages.message(title, text, wanted), wanted)
        return made

    async def _checked(self, request: Request) -> Response:
        said = dict(_query(request))
        wanted = asked(said.get("template", ""), said.items())
        return HTMLResponse(pages.checked(self._library.shelf(), wanted))

    async def _told(self, request: Request) -> Response:
        return self._events.answer(request)

    async def _asset(self, request: Request) -> Response:
        return self._assets.answer(request, request.path_params["name"])


def _query(request: Request) -> list[tuple[str, str]]:
    return pairs(request.scope["query_string"])


async def _body(request: Request) -> bytes:
    """The whole body. Raises HTTPException (413) for one that is too large."""
    kept = bytearray()
    async for chunk in request.stream():
        kept += chunk
        if len(kept) > LARGEST:
            raise HTTPException(413)
    return bytes(kept)


_STATUS = {404: "There is no such page", 405: "This page cannot be asked that way", 413: "The context is too large"}


async def _not_here(_request: Request, error: HTTPException) -> Response:
    title = _STATUS.get(error.status_code, error.detail)
    return HTMLResponse(pages.lost(title, ""), error.status_code, dict(error.headers or {}))


async def _not_read(_request: Request, _error: ValueError) -> Response:
    return HTMLResponse(pages.lost("This address cannot be read", ""), 400)


async def _left(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)  # nobody is there to read it


async def _broken(_request: Request, error: Exception) -> Response:
    title = f"This is a fault of Handbill ({type(error).__name__}), not of your templates"
    return HTMLResponse(pages.lost(title, "Please report it."), 500)


async def _nothing(_request: Request) -> Response:
    return Response(status_code=204)


async def _foreign(scope: Scope, receive: Receive, send: Send) -> None:
    text = "This preview answers this computer only, under the address that it was started with.\n"
    await Response(text, 403, media_type="text/plain")(scope, receive, send)


__all__ = ["LARGEST", "App", "address"]
