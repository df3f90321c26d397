"""The channels' own APIs: what direct connections post to, each as its `channel.json` tells it.

A channel's API lies under `/direct/<channel>`, with the path that it has at the vendor's. Where it knows idempotency
keys it does so always, as long as the vendor does. A recipient whose id begins with `unknown` it does not know, nor a
token that begins so; one whose id begins with `closed` has not written for too long, where the channel minds.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from ..channels import channel as channel_of
from .answers import facts, json_response
from .asked import GATEWAY, Api, Asked, find, is_one
from .book import Entry
from .endpoints import PREFIX, sendable
from .failing import failing, status_of
from .faults import Fault
from .pointers import put
from .vendor import Turned
from .window import Rate
from .wire import Held

if TYPE_CHECKING:
    from .app import Server


def taker(server: Server) -> Callable[[Request], Any]:
    """The function of the route for all channels."""
    apis = {name: Api(channel_of(name)) for name in sendable()}

    async def take(request: Request) -> Response:
        server.requests += 1
        since = perf_counter()
        raw = await server.read(request, facts()["defaults"]["direct_bytes"])
        name = request.path_params["channel"]
        if name not in apis:
            answer = _no_channel(name, apis)
            server.answers[str(answer.status_code)] += 1
            server.told(request.method, f"{PREFIX}/…", f"{answer.status_code}, no such channel")
            return answer
        call = _Call(server, apis[name])
        try:
            answer = call.answer(request, raw)
        except Turned as turned:
            call.refused = turned.what
            server.answers[str(turned.response.status_code)] += 1
            server.told(request.method, call.shown, turned.what)
            call.keep(request, raw, turned.response, since)
            return turned.response
        server.answers[call.outcome] += 1
        server.told(request.method, call.shown, ", ".join([*call.counted(), call.outcome]))
        call.keep(request, raw, answer, since)
        return Held(answer, server.settings.delay) if server.settings.delay else answer

    return take


class _Call:
    """One request to a channel's API, on its way to an answer."""

    def __init__(self, server: Server, api: Api) -> None:
        self.server = server
        self.settings = server.settings
        self.api = api
        self.shown = f"{PREFIX}/{api.name}/…"  # the path without what is secret in it
        self.outcome = ""  # the status, or the fault's name
        self.became: Counter[str] = Counter()
        self.to = ""
        self.refused = ""  # why, in a few words
        self._fault: Fault | None = None
        self._entry: Entry | None = None
        self._delivered = True

    def keep(self, request: Request, raw: bytes, answer: Response, since: float) -> None:
        """Put it into the inbox."""
        if "prepared" in self.became and not self._fault:
            return
        intake = self.server.intake
        exchange = intake.begun(request, GATEWAY, self.shown, raw)
        outcome = self.outcome or str(answer.status_code)
        intake.answered(exchange, answer, outcome, self._fault, since)
        why = self.refused or (self._fault.about if self._fault else "")
        intake.took(exchange, [(raw, self._entry, self._delivered if self._entry else why)], (self.api.name, self.to))

    def answer(self, request: Request, raw: bytes) -> Response:
        """The answer. Raises Turned for a request that the API would refuse before anything can fail."""
        path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
        asked = find(self.api, request, path.removeprefix(f"{PREFIX}/{self.api.name}"), raw)
        self.shown = asked.endpoint.shown
        with suppress(Turned):  # what is wrong with the body is told later
            self.to = asked.to
        token = asked.token(self.settings.clients.values(), self.settings.unknown)
        self._within("connection", asked, token)
        fault = self.server.fault(asked.same())
        if fault is None:
            answer = self._taken(asked, token)
            self.outcome = str(answer.status_code)
            return answer
        self.outcome = fault.name
        self._fault = fault
        try:
            answer = self._taken(asked, token) if fault.after else Response()
        except Turned as turned:
            self.refused = turned.what
            answer = turned.response
        return failing(fault, answer, self.settings.late, self)

    def failed(self, fault: Fault) -> Response:
        return self.api.voice.broken(status_of(fault))

    def busy(self) -> Response:
        return self.api.voice.throttled(self.settings.retry_after, self._code("connection")).response

    def counted(self) -> Iterable[str]:
        return (f"{count} {what}" for what, count in self.became.items())

    def _taken(self, asked: Asked, token: str) -> Response:
        """The answer to a message that is taken. Raises Turned."""
        api = self.api
        asked.whole()
        if not asked.endpoint.final:
            asked.judged()
            return self._prepared(asked)
        if is_one(asked.to, self.settings.unknown):
            raise api.voice.refused("not_found")
        if is_one(asked.to, self.settings.closed) and api.voice.has("window_closed"):
            raise api.voice.refused("window_closed")
        asked.judged()
        self._within("recipient", asked, f"{token} {asked.to}")
        known = api.memory(asked.body)
        taken = self.server.book.accept(GATEWAY, asked.to, api.name, asked.key, asked.body, known)
        self._entry, identity, new = taken
        self._delivered = new
        self.became["accepted" if new else "known by its key"] += 1
        if not new and "duplicate" in api.keys:
            return api.voice.repeated(api.keys["duplicate"], identity)
        return api.voice.accepted(identity, asked.to)

    def _prepared(self, asked: Asked) -> Response:
        """The answer to an earlier step, with what the later ones name."""
        made: dict[str, Any] = {}
        for name, pointer in asked.endpoint.keep.items():
            value = secrets.token_hex(16)
            self.api.kept.add((name, value))
            put(made, pointer, value)
        self.became["prepared"] += 1
        return json_response(made)

    def _within(self, applies: str, asked: Asked, who: str) -> None:
        """Raises Turned when a rate of a connection or a recipient is reached; earlier steps have none."""
        if not asked.endpoint.final:
            return
        rates: Iterable[tuple[Rate, Any]] = ()
        if self.settings.own_rates:
            rates = self.api.rates(applies)
        elif applies == "connection" and self.settings.limit is not None:
            rates = [(self.settings.limit, self._code(applies))]
        for rate, code in rates:
            wait = self.server.window.wait(f"{GATEWAY} {self.api.name} {rate} {who}", rate)
            if wait:
                raise self.api.voice.throttled(str(wait), code)

    def _code(self, applies: str) -> Any:
        """The code with which the channel says that a rate is reached; None when that is not told."""
        return next((code for _, code in self.api.rates(applies) if code is not None), None)


def _no_channel(name: str, apis: Iterable[str]) -> Response:
    answer = facts()["direct"]["outcomes"]["not_found"]["status"]
    return json_response({"error": f"the sandbox has no channel `{name}`; there are: {', '.join(apis)}"}, answer)
