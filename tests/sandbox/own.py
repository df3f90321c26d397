"""A channel's own API in the sandbox, as the sender's parts meet it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import httpx
from handbill.channels import channel
from handbill.gateways import direct
from handbill.pipeline import Compiler
from handbill.sandbox.endpoints import PREFIX, sendable
from handbill.sandbox.server import Sandbox
from handbill.send.connections import connection, service
from handbill.send.direct_body import filled_in
from handbill.send.outcome import Outcome
from handbill.send.parcels import Parcel
from handbill.send.requests import SECRET, Request
from handbill.send.sender import send

TOKEN = "canary-token"
KEY = "0123456789abcdef0123456789abcdef"
READY = sendable()
KEYED = [name for name in READY if channel(name).data["idempotency"]["supported"]]
WINDOWED = [
    name for name in READY if any(row["outcome"] == "window_closed" for row in channel(name).data.get("errors") or ())
]
SETTINGS = ("106540352242922", "us", "AC" + "0" * 32)  # one of these is a setting that has no default
FAULTS = {"429": 0.1, "500": 0.05, "502": 0.05, "503": 0.05, "504-after": 0.05, "reset": 0.05, "drop": 0.1, "cut": 0.05}
HELLO = """\
---
params:
  first_name: {type: string}
---
{"template_type": "text", "text": "Hi {{ first_name }}"}
"""


def people(name: str, count: int, beginning: str = "") -> list[str]:
    """Recipients as the channel writes them; `beginning` is `unknown` or `closed`."""
    fields = channel(name).data["address"]["fields"]
    example: str = next(each["example"] for each in fields if each["name"] == "to")
    if beginning:
        before, plus, _ = example.partition("+")
        number = {"unknown": "+999", "closed": "+888"}[beginning]
        return [f"{before}{number}1234567" if plus else f"{beginning}-1"] * count
    return [f"{example[:-2]}{number:02}" for number in range(count)]


def settings(name: str, box: Sandbox) -> dict[str, str]:
    """A connection to the sandbox, with what the channel asks for."""
    data = channel(name).data
    told = {"gateway": "direct", "channel": name, "base_url": f"{box.url}{PREFIX}/{name}"}
    for each in data.get("settings") or ():
        if "default" not in each:
            told[each["name"]] = next(value for value in SETTINGS if re.fullmatch(each["pattern"], value))
    wanted = {each["name"] for each in data["address"]["fields"] if each.get("required", True)}
    for each in data["address"]["fields"]:
        if each["name"] != "to" and each["name"] in {*wanted, *data["address"].get("one_of", ())[:1]}:
            told[each["name"]] = each["example"]
    return told


def tokens(token: str = TOKEN) -> dict[str, str]:
    return {channel(name).data["auth"]["token"]["variable"]: token for name in READY}


class Own:
    """A channel's own API, as the sender's parts meet it."""

    def __init__(self, compiler: Compiler, name: str, box: Sandbox) -> None:
        self.name = name
        self.data = channel(name).data
        self._compiler = compiler
        self._box = box
        self.link = connection({"own": settings(name, box)}, "own", {}, channel=name)
        self.timeouts = {"connect": 2, "read": 2, "write": 2, "pool": 2}

    def bodies(self, to: str = "", template: str = "hello") -> tuple[list[Any], dict[str, str]]:
        address = {"to": to or people(self.name, 1)[0], **self.link.address}
        values = {"first_name": "Zoë"} if template == "hello" else {}
        result = self._compiler.compile(template, self.name, "direct", values, address=address)
        return result.bodies or [], address

    def send(self, body: Any = None, to: str = "", token: str = TOKEN) -> Outcome:
        """The outcome of one body: the given one, or the greeting."""
        bodies, address = self.bodies(to)
        own = service(self.link, "direct", self.name, tokens(token))
        whole = Parcel(json.dumps(bodies[0] if body is None else body).encode(), address)
        [outcome] = send(own, self.timeouts, [whole])
        return outcome

    def post(self, text: str = "Zoë", key: str = KEY, to: str = "", token: str = TOKEN) -> httpx.Response:
        """The answer itself to the greeting under a key."""
        bodies, address = self.bodies(to)
        raw = json.dumps(bodies[0]).replace(json.dumps("Zoë")[1:-1], text).encode()
        own = service(self.link, "direct", self.name)
        return self._posted(own.request([Parcel(raw, address)], [key]), token)

    def raw(self, bodies: Iterable[Any]) -> Iterator[httpx.Response]:
        """The answers to bodies as they are, but for a recipient where there is none; each is another message."""
        address = {"to": people(self.name, 1)[0], **self.link.address}
        own = service(self.link, "direct", self.name)
        with httpx.Client(trust_env=False) as client:
            for body in bodies:
                whole = body if "recipient" in body else direct.addressed(body, channel(self.name), address)
                yield self._posted(own.request([Parcel(json.dumps(whole).encode(), address)]), TOKEN, client)

    def _posted(self, request: Request, token: str, client: httpx.Client | None = None) -> httpx.Response:
        given = {name: value.replace(SECRET, self._secret(token)) for name, value in request.headers}
        url = request.url.replace(SECRET, token)
        if request.before is not None:
            answer = self._posted(request.before, token, client)
            if answer.status_code != 200:
                return answer
            values = {name: answer.json()[pointer.strip("/")] for name, pointer in request.before.keeps}
            request = replace(request, body=filled_in(request.body, values))
        if client is not None:
            return client.post(url, content=request.body, headers=given)
        return httpx.post(url, content=request.body, headers=given, trust_env=False)

    def _secret(self, token: str) -> str:
        basic = self.data["auth"].get("basic")
        if not basic:
            return token
        account = settings(self.name, self._box)["account_sid"]
        return base64.b64encode(f"{account}:{token}".encode()).decode()


Make = Callable[[str], Own]


def why(outcome: Outcome) -> str:
    return outcome.diagnostic.code if outcome.diagnostic else ""
