"""The routes: the token endpoint, what takes messages, and `/_sandbox` for tests."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..local.guard import Guard, local, own
from ..resources import load
from . import check
from .access import Access
from .answers import Refused, facts, json_response
from .book import Book, Memory
from .direct import taker
from .endpoints import PREFIX, methods
from .failing import failing
from .faults import FAULTS, Dice, Fault
from .inbox.intake import Intake, Row
from .keys import keys
from .settings import Settings
from .window import Rate, Window
from .wire import Held

Tell = Callable[[str], None]


class Server:
    """The sandbox's state, and what it answers. Lives in one event loop; `book` may be read from elsewhere."""

    def __init__(self, settings: Settings, book: Book, tell: Tell) -> None:
        self.settings = settings
        self.book = book
        self.intake = Intake()
        self.access = Access(settings.clients)
        self.window = Window()
        self.dice = Dice(settings.seed)
        self.requests = 0  # about messages, whatever became of them
        self.answers: Counter[str] = Counter()  # by status, or by the name of the fault
        self._tell = tell

    def change(self, values: Mapping[str, Any]) -> None:
        """Behave differently from now on. A seed starts the draws anew. Raises ValueError."""
        self.settings = self.settings.changed(values)
        if "seed" in values:
            self.dice = Dice(self.settings.seed)

    def clear(self) -> None:
        """Forget messages, counts and the rate window; tokens stay good."""
        self.book.clear()
        self.intake.clear()
        self.window.clear()
        self.dice = Dice(self.settings.seed)
        self.requests = 0
        self.answers.clear()

    def counts(self) -> dict[str, Any]:
        return {"requests": self.requests, "tokens": self.access.given, "answers": dict(self.answers)}

    def app(self) -> ASGIApp:
        from .control import routes
        from .inbox.routes import routes as inbox

        gateways: dict[str, dict[str, Any]] = load("genesys/connection.json")["gateways"]
        taking = [
            Route(facts_of["path"], self._taker(name, facts_of), methods=["POST"])
            for name, facts_of in gateways.items()
            if "path" in facts_of
        ]
        token = Route(load("genesys/connection.json")["token"]["path"], self._token, methods=["POST"])
        handlers: dict[Any, Any] = {
            HTTPException: _not_here, Refused: _refused, ClientDisconnect: _left, Exception: _broken,
        }  # fmt: skip
        direct = Route(f"{PREFIX}/{{channel}}/{{rest:path}}", taker(self), methods=methods())
        app = Starlette(routes=[token, *taking, direct, *routes(self), *inbox(self)], exception_handlers=handlers)
        return Guard(app, _foreign, _here)

    async def _token(self, request: Request) -> Response:
        body = await self.read(request, facts()["defaults"]["request_bytes"])
        answer = self.access.token(request.headers, body, self.settings.token_life)
        self._log(request, f"token, {answer.status_code}")
        return answer

    def _taker(self, name: str, gateway: dict[str, Any]) -> Callable[[Request], Any]:
        async def take(request: Request) -> Response:
            self.requests += 1
            since = perf_counter()
            body = await self.read(request, facts()["defaults"]["request_bytes"])
            taken = _Taking(self, name, gateway, request, body)
            try:
                answer = taken.answer()
            except Refused as refused:
                self.answers[str(refused.status)] += 1
                self._log(request, f"{refused.status} {refused.code}")
                answer = refused.response()
                taken.keep(answer, since, refused)
                return answer
            self.answers[taken.told] += 1
            self._log(request, ", ".join([*taken.counted(), taken.told]))
            taken.keep(answer, since)
            return Held(answer, self.settings.delay) if self.settings.delay else answer

        return take

    async def read(self, request: Request, most: int) -> bytes:
        """The whole body; of one that is over `most` bytes only as much as shows it."""
        kept = bytearray()
        async for chunk in request.stream():
            if len(kept) <= most:
                kept += chunk
        return bytes(kept)

    def fault(self, message: bytes) -> Fault | None:
        """What goes wrong with a request: what was planned, else what is drawn for this message."""
        planned = self.settings.next
        if planned:
            self.settings = self.settings.changed({"next": planned[1:]})
            return FAULTS.get(planned[0])
        return self.dice.draw(self.settings.shares, message)

    def told(self, method: str, path: str, what: str) -> None:
        """A line for whoever watches. No secret is in the path."""
        self._tell(f"{time.strftime('%H:%M:%S')} {method} {path}: {what}")

    def _log(self, request: Request, what: str) -> None:
        self.told(request.method, request.url.path, what)


class _Taking:
    """One request about messages, on its way to an answer."""

    def __init__(self, server: Server, name: str, gateway: dict[str, Any], request: Request, body: bytes) -> None:
        self.server = server
        self.settings = server.settings
        self.name = name
        self.gateway = gateway
        self.request = request
        self.raw = body
        self.told = ""  # the status, or the fault's name
        self.became: Counter[str] = Counter()  # messages accepted, repeated, refused
        self.fault: Fault | None = None
        self.rows: list[Row] = []
        self.bodies: list[Any] = []

    def keep(self, answer: Response, since: float, refused: Refused | None = None) -> None:
        """Put it into the inbox."""
        intake = self.server.intake
        exchange = intake.begun(self.request, self.name, self.request.scope["path"], self.raw)
        intake.answered(exchange, answer, self.told or str(answer.status_code), self.fault, since)
        why = f"{refused.code}: {refused.message}" if refused else self.fault.about if self.fault else ""
        intake.took(exchange, self.rows or [(body, None, why) for body in self.bodies or [self.raw]])

    def answer(self) -> Response:
        """The answer, when everything before the messages themselves is in order. Raises Refused."""
        self._admitted()
        bodies = self.bodies = self._bodies()
        fault = self.server.fault(self.raw)
        if fault is None:
            return self._results(bodies)
        self.told = fault.name
        self.fault = fault
        whole = self._results(bodies) if fault.after else Response()
        return failing(fault, whole, self.settings.late, self)

    def _admitted(self) -> None:
        client = self.server.access.client(self.request.headers.get("authorization", ""))
        if self.gateway["permission"] in self.settings.without:
            raise Refused("missing.permissions", self.gateway["permission"])
        rate = self.settings.limit
        wait = self.server.window.wait(client, rate) if rate is not None else 0
        if rate is not None and wait:
            raise _throttled(rate.requests, str(wait))

    def _bodies(self) -> list[Any]:
        most: int = facts()["defaults"]["request_bytes"]
        if len(self.raw) > most:
            raise Refused("request.entity.too.large", str(most))
        if self.request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refused("unsupported.media.type")
        try:
            body = orjson.loads(self.raw)
        except orjson.JSONDecodeError:
            raise Refused("bad.request") from None
        if self.gateway["form"] != "list":
            return [body]
        if not isinstance(body, list) or not body:
            raise Refused("bad.request")
        return body

    def _results(self, bodies: list[Any]) -> Response:
        """Take each message. One alone answers for itself; of several, each has its own result in the answer."""
        given = keys(self.request.headers.get(self.settings.key_header, ""), len(bodies))
        results: list[str | Refused] = [self._result(body, key) for body, key in zip(bodies, given, strict=True)]
        first = results[0]
        if len(results) == 1 and isinstance(first, Refused):
            if not self.told:
                raise first
            return first.response()
        status = self.settings.agentless if self.name == "genesys-agentless" else 200
        self.told = self.told or str(status)
        if status == 202:
            return Response(status_code=202)
        if self.gateway["form"] == "list":
            return json_response([{"id": each} if isinstance(each, str) else each.item() for each in results])
        assert isinstance(first, str)
        return json_response(_single(self.name, first, bodies[0]))

    def _result(self, body: Any, key: str) -> str | Refused:
        try:
            check.check(self.name, body)
            user, channel = check.recipient(self.name, body)
            if user.startswith(self.settings.unknown) or channel.startswith(self.settings.unknown):
                raise Refused("not.found")
            memory = Memory(self.name) if self.settings.dedupe else None
            entry, identity, new = self.server.book.accept(self.name, user, channel, key, body, memory)
        except Refused as refused:
            self.became["refused"] += 1
            self.rows.append((body, None, f"{refused.code}: {refused.message}"))
            return refused
        self.rows.append((body, entry, new))
        self.became["accepted" if new else "known by its key"] += 1
        return identity

    def failed(self, fault: Fault) -> Response:
        return Refused(fault.code).response()

    def busy(self) -> Response:
        rate = self.settings.limit or Rate.read(facts()["defaults"]["rate"])
        return _throttled(rate.requests if rate else 0, self.settings.retry_after).response()

    def counted(self) -> Iterable[str]:
        return (f"{count} {what}" for what, count in self.became.items())


def _throttled(requests: int, wait: str | None) -> Refused:
    defaults = facts()["defaults"]
    limit = {"key": defaults["rate_key"], "namespace": defaults["rate_namespace"], "value": requests}
    return Refused("too.many.requests.retry.after", wait or "?", limit=limit, retry_after=wait)


def _single(name: str, identity: str, body: Any) -> dict[str, Any]:
    if name == "genesys-bot":
        return {"messageId": identity}
    answer = {
        "id": identity,
        "conversationId": identity,
        "fromAddress": body["fromAddress"],
        "toAddress": body.get("toAddress"),
        "messengerType": body["toAddressMessengerType"],
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "selfUri": f"/api/v2/conversations/messages/{identity}",
    }
    return {field: value for field, value in answer.items() if value is not None}


def _here(scope: Scope) -> bool:
    """Whoever means this computer; and a form of the inbox, whose page tells no referrer and so no origin."""
    return local(scope) or own(scope)


async def _foreign(scope: Scope, receive: Receive, send: Send) -> None:
    await Refused("foreign.host").response()(scope, receive, send)


async def _refused(_request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)
    return refused.response()


async def _not_here(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return Refused("method.not.allowed" if error.status_code == 405 else "not.found").response()


async def _broken(_request: Request, _error: Exception) -> Response:
    return Refused("internal.server.error").response()


async def _left(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)  # nobody is there to read it
