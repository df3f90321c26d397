"""The inbox's routes, and what a test may ask of it.

GET    /                     conversations, the newest first: ?q=, ?page=, ?channel=&to= for one of them, &before=
GET    /requests/N           a request and its response
GET    /events               server-sent events: `news` when something has arrived
POST   /tap                  number, place, path: a customer taps a button
POST   /clear, /faults       what the forms of the page do
GET    /_sandbox/inbound     what customers tapped, as the events that the vendor would send: ?channel=, ?to=, ?gateway=
DELETE /_sandbox/inbound     forget them
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route, request_response

from ...local.assets import Assets
from ...local.guard import Guard
from ...local.headers import Secured
from ..answers import Refused, facts, json_response
from ..faults import FAULTS
from .inbound import Tap, inbound
from .seen import Asked, Row, Seen
from .store import Conversation, Exchange, Item, Who

if TYPE_CHECKING:
    from ..app import Server

# What draws is imported when a page is asked for: nobody who only sends waits for it.

_LARGEST = 100_000  # bytes of a form
Answers = Callable[[Request], Awaitable[Response]]


def routes(server: Server) -> list[Route]:
    own = _Inbox(server)
    return [
        _route("/", own.inbox, "GET"),
        _route("/requests/{number:int}", own.request, "GET"),
        _route("/events", own.events, "GET"),
        _route("/tap", own.tap, "POST"),
        _route("/clear", own.clear, "POST"),
        _route("/faults", own.faults, "POST"),
        _route("/assets/{name}", own.asset, "GET"),
        _route("/favicon.ico", own.nothing, "GET"),
        Route("/_sandbox/inbound", own.inbound, methods=["GET", "DELETE"]),
    ]


def _route(path: str, answers: Answers, method: str) -> Route:
    """A page or a form: for the server's own pages and for programs, and for no page of another address."""
    return Route(path, Secured(Guard(request_response(answers), _foreign)), methods=[method])


class _Inbox:
    def __init__(self, server: Server) -> None:
        self._server = server
        self._store = server.intake.store
        self._page: int = facts()["defaults"]["inbox_page"]
        self._assets: Assets | None = None

    # ---- pages

    async def inbox(self, request: Request) -> Response:
        asked = _asked(dict(request.query_params))
        return await self._shown(asked, str(request.base_url).rstrip("/"))

    async def _shown(self, asked: Asked, url: str, error: str = "") -> Response:
        seen = self._seen(asked, url, error)
        html = await run_in_threadpool(_drawn, seen)
        return HTMLResponse(html, 400 if error else 200)

    def _seen(self, asked: Asked, url: str, error: str) -> Seen:
        store, size = self._store, self._page
        found = store.found(asked.query) if asked.query else store.conversations()
        rows = [_row(each) for each in islice(found, asked.page * size, (asked.page + 1) * size + 1)]
        open_ = store.conversation(asked.who) if asked.who is not None else None
        items = list(open_.items.values()) if open_ is not None else []
        whole = len(items)
        if asked.before is not None:
            items = [item for item in items if item.number < asked.before]
        return Seen(
            asked, store.counts(), rows[:size], len(rows) > size, items[-size:], len(items) > size, whole,
            self._server.settings, self._server.intake.events.last, url, error,
        )  # fmt: skip

    async def request(self, request: Request) -> Response:
        from . import pages

        item = self._store.get(request.path_params["number"])
        if item is None:
            return HTMLResponse(pages.lost("Not here", "There is no such request, or it was let go of."), 404)
        return HTMLResponse(await run_in_threadpool(pages.request, item))

    async def events(self, request: Request) -> Response:
        return self._server.intake.events.answer(request)

    async def asset(self, request: Request) -> Response:
        if self._assets is None:
            from ...faces import script, stylesheet
            from .pages import HTML

            own = {name: (HTML / name).read_bytes() for name in ("inbox.css", "inbox.js")}
            self._assets = Assets({"handbill.css": stylesheet().encode(), "handbill.js": script().encode(), **own})
        return self._assets.answer(request, request.path_params["name"])

    async def nothing(self, _request: Request) -> Response:
        return Response(status_code=204)

    # ---- what the pages do

    async def tap(self, request: Request) -> Response:
        from .views import messages, tapped

        form = await _form(request)
        item = self._store.get(_number(form.get("number", "")))
        if item is None or item.entry is None:
            return json_response({"error": "That message is not kept any more."}, 404)
        read, _ = await run_in_threadpool(messages, item)
        place = _number(form.get("place", "0"))
        if place >= len(read.messages):
            return json_response({"error": "There is no such message."}, 404)
        message = read.messages[place]
        found = tapped(message, form.get("path", ""))
        if found is None:
            return json_response({"error": "The vendor sends nothing for that."}, 409)
        tap = Tap(str(message["template_type"]), *found)
        made = inbound(tap, item, self._store.last + 1)
        gateway = item.exchange.gateway
        exchange = Exchange(time.time(), gateway, request.method, request.url.path, (), outcome="tapped")
        new = self._server.intake.tapped(item.who, exchange, made, tap.text)
        return json_response(_line(new), 201)

    async def clear(self, request: Request) -> Response:
        self._server.clear()
        return RedirectResponse("/", 303)

    async def faults(self, request: Request) -> Response:
        form = await _form(request)
        back = form.get("back", "/")
        asked = _asked(dict(parse_qsl(back.partition("?")[2])))
        try:
            self._server.change({"fail": {}, "next": []} if "off" in form else _settings(form))
        except ValueError as error:
            return await self._shown(asked, str(request.base_url).rstrip("/"), _upper(str(error)))
        self._server.intake.tell()
        return RedirectResponse(asked.address(), 303)

    # ---- for programs

    async def inbound(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._store.forget_inbound()
            self._server.intake.tell()
            return Response(status_code=204)
        wanted = dict(request.query_params)
        unknown = wanted.keys() - {"channel", "to", "gateway"}
        if unknown:
            raise Refused("invalid.value", f"no filter `{min(unknown)}`; there are: channel, to, gateway")
        lines = [_line(item) for item in self._store.inbound()]
        found = [line for line in lines if all(line[name] == value for name, value in wanted.items())]
        return json_response({"inbound": found})


def _drawn(seen: Seen) -> str:
    from .pages import inbox

    return inbox(seen)


def _line(item: Item) -> dict[str, Any]:
    """What was tapped, for a program."""
    return {
        "number": item.number,
        "at": item.exchange.at,
        "gateway": item.exchange.gateway,
        "channel": item.who[0],
        "to": item.who[1],
        "text": item.said,
        "vendor": item.inbound.vendor,
        "note": item.inbound.note,
        "event": item.inbound.event,
    }


def _row(conversation: Conversation) -> Row:
    items = conversation.items
    newest = items[next(reversed(items))]
    refused = sum(item.entry is None and item.inbound is None for item in items.values())
    return Row(conversation.who, newest, len(items), refused)


def _asked(told: dict[str, str]) -> Asked:
    who: Who | None = (told.get("channel", ""), told.get("to", "")) if "to" in told or "channel" in told else None
    before = _number(told.get("before", "")) or None
    return Asked(who, told.get("q", "").strip(), _number(told.get("page", "")), before, "faults" in told)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _settings(form: dict[str, str]) -> dict[str, Any]:
    """What the form says. Raises ValueError."""
    shares: dict[str, float] = {}
    for name in FAULTS:
        given = form.get(f"fail-{name}", "").strip()
        try:
            share = float(given or 0) / 100
        except ValueError:
            raise ValueError(f"`{given}` is no number of requests of a hundred") from None
        if share:
            shares[name] = share
    upcoming = form.get("next", "")
    return {"fail": shares, "next": [upcoming] if upcoming else [], "rate": form.get("rate", "").strip()}


def _upper(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


async def _form(request: Request) -> dict[str, str]:
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _LARGEST:
            raise Refused("request.entity.too.large", str(_LARGEST))
    return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))


async def _foreign(scope: Any, receive: Any, send: Any) -> None:
    await Refused("foreign.host").response()(scope, receive, send)
