"""A channel's own API as the sender sees it: one message a request, all of it told by the channel's `channel.json`."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from .connection import Again, Rate
from .direct_answer import Reading
from .direct_body import filled_in, form, has, kept, keyed, merged, method_of
from .direct_connection import Direct, sendable
from .filling import Missing, filled, in_header, in_path
from .http import Client, Fault
from .idempotency import Key
from .parcels import Parcel, parcels_of
from .problem import Verdict
from .rate import spacing
from .requests import ACCEPT, AGENT, FORM, JSON, SECRET, Blank, Request
from .retry import Dedup, dedup_of
from .secret import Redactor, Secret, basic

_MOST = 1_000  # bodies whose preparation is remembered; a campaign in which each is another needs none


class DirectService:
    """The API of a connection's channel. Raises Failed (not-sendable, missing-credentials)."""

    many = False

    def __init__(self, link: Direct, environment: Mapping[str, str] | None = None) -> None:
        sendable(link.channel)
        data = link.channel.data
        self._link = link
        self._endpoint: Mapping[str, Any] = data["endpoint"]
        self._auth: Mapping[str, Any] = data["auth"]
        self._keys: Mapping[str, Any] = data.get("idempotency", {})
        self._token = link.token(environment) if environment is not None else None
        self.dedup: Dedup | None = dedup_of(self._keys)
        self.rate: Rate | None = link.rate
        self.spacing = spacing(link.channel)

    def request(self, parcels: Sequence[Parcel], keys: Sequence[str] = ()) -> Request:
        (parcel,) = parcels
        key = Key(_digits(keys[0], parcel.json) if keys else secrets.token_hex(16))
        value = key.written(self._keys)
        body = keyed(parcel.json, self._keys, key)
        values = {**self._link.settings, **parcel.address, "key": value, "token": SECRET}
        if "steps" in self._endpoint:
            return self._in_steps(self._endpoint["steps"], body, values)
        return self._one(self._endpoint, body, values)

    def _one(
        self, endpoint: Mapping[str, Any], body: bytes, values: Mapping[str, str], before: Request | None = None
    ) -> Request:
        key = values["key"]
        if "methods" in endpoint:
            values = {**values, "method": method_of(body, endpoint["methods"])}
        headers = dict(self._headers(endpoint, values, key))
        coded = endpoint.get("form", "json") == "urlencoded"
        headers.setdefault("Content-Type", FORM if coded else JSON)
        return Request(
            self._url(endpoint["url"], values, key), (*headers.items(), ACCEPT, AGENT),
            form(body) if coded else body, self._blank(), 1, endpoint.get("method", "POST"), before,
        )  # fmt: skip

    def _in_steps(self, steps: Sequence[Mapping[str, Any]], body: bytes, values: Mapping[str, str]) -> Request:
        """The message, behind the call that has to be made before it, where its body asks for that."""
        *early, last = steps
        before: Request | None = None
        fields = dict(values)
        for step in early:
            if has(body, step["when"]):
                before = replace(
                    self._one(step, body, values, before), messages=0, keeps=tuple(step["keep"].items())
                )  # fmt: skip
                fields |= {name: kept(name) for name in step["keep"]}
        return self._one(last, merged(last["body"], fields, b"{}" if before else body), values, before)

    def first(self) -> Iterable[Request]:
        return ()

    def parcels(self, line: bytes) -> list[Parcel]:
        return parcels_of(line, with_address=True)

    def limiter(self) -> str:
        """Whoever has that token for that address; the token itself is not in it."""
        link = self._link
        settings = (f"{name}={value}" for name, value in link.settings.items())
        who = [link.channel.name, link.base, link.variable, *settings]
        return blake2b("\n".join(who).encode(), digest_size=16).hexdigest()

    def session(self, client: Client, again: Again = lambda problem, attempts: False) -> DirectSession:
        assert self._token is not None, "a dump is not sent"
        redactor = Redactor(self._token)
        secret = self._token
        if "basic" in self._auth:
            name, password = (self._pair(part, secret.reveal()) for part in self._auth["basic"])
            secret = basic(Secret(name), Secret(password))
            redactor.learn(secret)
        return DirectSession(client, secret, partial(Reading, self._link, redactor))

    def _url(self, template: str, values: Mapping[str, str], key: str) -> str:
        for name, value in self._link.settings.items():
            if template.startswith(f"{{{name}}}"):  # a service whose whole address is a setting
                template = value + template.removeprefix(f"{{{name}}}")
        url = filled(template, values, in_path)
        if self._link.base:
            parts = urlsplit(url)
            url = self._link.base + parts.path + (f"?{parts.query}" if parts.query else "")
        query = {self._auth["query"]: SECRET} if self._auth.get("query") else {}
        if self._keys.get("query") and "{key}" not in template:
            query[self._keys["query"]] = in_path("key", key)
        if query:
            url += ("&" if "?" in url else "?") + "&".join(f"{name}={value}" for name, value in query.items())
        return url

    def _headers(self, endpoint: Mapping[str, Any], values: Mapping[str, str], key: str) -> Iterable[tuple[str, str]]:
        if self._auth.get("header"):
            yield self._auth["header"], filled(self._auth.get("value", "{token}"), values, in_header)
        elif "basic" in self._auth:
            yield "Authorization", f"Basic {SECRET}"
        for name, template in endpoint.get("headers", {}).items():
            try:
                yield name, filled(template, values, in_header, required=True)
            except Missing:
                continue  # an optional field that this recipient has not
        if self._keys.get("header"):
            yield self._keys["header"], key

    def _blank(self) -> Blank:
        variable = self._link.variable
        if "basic" in self._auth:
            name, password = (self._pair(part, f"<{variable}>") for part in self._auth["basic"])
            shell = ":".join(self._pair(part, f"${variable}") for part in self._auth["basic"])
            return Blank(f"base64({name}:{password})", shell)
        return Blank(f"<{variable}>", f"${variable}")

    def _pair(self, template: str, token: str) -> str:
        return filled(template, {**self._link.settings, "token": token}, lambda _, value: value)


class DirectSession:
    """Posts with a token that is not renewed."""

    def __init__(self, client: Client, secret: Secret, reading: Callable[[Request], Reading]) -> None:
        self._client = client
        self._secret = secret
        self._reading = reading
        self._made: dict[bytes, dict[str, str]] = {}  # by body: what the call before a message has given

    def post(self, request: Request) -> list[Verdict]:
        if request.before is not None:
            found = self._prepared(request.before)
            if isinstance(found, Verdict):
                return [found]
            request = replace(request, body=filled_in(request.body, found))
        reading = self._reading(request)
        try:
            answer = self._client.post(request, self._secret)
        except Fault as fault:
            return [reading.unanswered(fault)]
        return [reading.verdict(answer)]

    def _prepared(self, request: Request) -> dict[str, str] | Verdict:
        """Once for each body: threads that come at the same time may make it twice, which does no harm."""
        known = self._made.get(request.body)
        if known is not None:
            return known
        reading = self._reading(request)
        try:
            answer = self._client.post(request, self._secret)
        except Fault as fault:
            return reading.unanswered(fault)
        found = reading.kept(answer, dict(request.keeps))
        if isinstance(found, dict):
            if len(self._made) >= _MOST:
                self._made.clear()
            self._made[request.body] = found
        return found


def _digits(key: str, body: bytes) -> str:
    """32 hex digits: the key of a run; for the placeholder of a dump, some that no other message has."""
    if len(key) == 32 and set(key) <= set("0123456789abcdef"):
        return key
    return blake2b(key.encode() + body, digest_size=16).hexdigest()
