"""A request to a channel's own API as that API reads it: who sends it, to whom, and what is wrong with it."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from math import inf
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request

from ..channels import Channel
from ..validate import Schema, diagnose, schema
from .answers import facts
from .book import Memory
from .endpoints import Endpoint, endpoints
from .pointers import at, text_at, without
from .vendor import Vendor
from .window import Rate

GATEWAY = "direct"
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


class Api:
    """One channel's API, and what it keeps between the steps of a message."""

    def __init__(self, channel: Channel) -> None:
        self.name = channel.name
        self.title = channel.title
        self.data = channel.data
        self.voice = Vendor(channel)
        self.endpoints = endpoints(channel)
        self.address: Mapping[str, Any] = channel.data["address"]
        self.keys: Mapping[str, Any] = channel.data.get("idempotency") or {}
        self.kept: set[tuple[str, str]] = set()  # name and value of what an earlier step answered
        self._schema = channel.payload_schema

    @cached_property
    def rules(self) -> Schema:
        return schema(self._schema)

    def memory(self, body: Any) -> Memory | None:
        """How it knows a message again; None when it does not, or was not asked to."""
        wanted = self.keys.get("with", {})
        if not self.keys.get("supported") or any(at(body, pointer) != value for pointer, value in wanted.items()):
            return None
        seconds = self.keys.get("window_seconds")
        return Memory(f"{GATEWAY}/{self.name}", inf if seconds is None else seconds, strict=False)

    def rates(self, applies: str) -> Iterable[tuple[Rate, Any]]:
        """The rates that hold for a `connection` or a `recipient`, and the code of the error when they are reached."""
        for row in self.data.get("rates") or ():
            if row.get("applies") == applies:
                burst = row.get("burst", 1)  # what may come at once is paid back, so it takes as many intervals
                yield Rate(row["limit"] * burst, row["seconds"] * burst), row.get("code")


class Asked:
    """A request that has come to one of the API's addresses. Its methods raise Turned, with the API's own answer."""

    def __init__(self, api: Api, endpoint: Endpoint, values: Mapping[str, str], request: Request, raw: bytes) -> None:
        self.api = api
        self.endpoint = endpoint
        self._values = values
        self._request = request
        self._raw = raw

    def token(self, clients: Collection[str], unknown: tuple[str, ...]) -> str:
        """The token that came with it: one of `clients`, if there are any, and none that begins as `unknown` says."""
        token = self._token()
        known = not clients or any(secrets.compare_digest(each.encode(), token.encode()) for each in clients)
        if not token or not known or token.startswith(unknown):
            raise self.api.voice.refused("login")
        return token

    def _token(self) -> str:
        auth: Mapping[str, Any] = self.api.data["auth"]
        given = self._request.headers.get(auth.get("header", "authorization"), "")
        if auth.get("header"):
            before, after = auth.get("value", "{token}").split("{token}")
            fits = given.startswith(before) and given.endswith(after)
            return given[len(before) : len(given) - len(after)] if fits else ""
        if auth.get("query"):
            return self._request.query_params.get(auth["query"], "")
        if auth.get("basic"):
            return _password(given, auth["basic"], self._values)
        return self._values.get("token", "")

    @cached_property
    def body(self) -> dict[str, Any]:
        """The body, an object: JSON, or the fields of a form."""
        voice = self.api.voice
        if len(self._raw) > facts()["defaults"]["direct_bytes"]:
            raise voice.refused("too_large")
        wanted = _FORM if self.endpoint.coded else _JSON
        kind = self._request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != wanted:
            raise voice.refused("rejected", f"The Content-Type is {kind or 'missing'}, not {wanted}.")
        try:
            body = _form(self._raw) if self.endpoint.coded else orjson.loads(self._raw)
        except ValueError:
            raise voice.refused("rejected", "The body cannot be read.") from None
        if not isinstance(body, dict):
            raise voice.refused("rejected", "The body is no object.")
        return body

    @property
    def to(self) -> str:
        """The recipient; "" when there is none."""
        return self._field("to")

    @property
    def key(self) -> str:
        """The idempotency key: in a header, the query, the body, or a place of the URL that is for it."""
        keys = self.api.keys
        return (
            self._request.headers.get(keys.get("header", ""), "")
            or self._request.query_params.get(keys.get("query", ""), "")
            or (text_at(self.body, keys["field"]) if "field" in keys else "")
            or self._values.get("key", "")
        )

    def same(self) -> bytes:
        """What is the same each time the message comes, in whichever run."""
        body: Any = self.body
        for pointer in filter(None, (self.api.keys.get("field"), *self.api.keys.get("also", ()))):
            body = without(body, pointer)
        whole = {"messages": [self.api.name, self.endpoint.path, self.to, {"body": body}]}
        try:
            return orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:  # nested so deep that it could not be told again
            raise self.api.voice.refused("rejected", "The body is nested too deep.") from None

    def whole(self) -> None:
        """Nothing that the API needs is missing."""
        refused = self.api.voice.refused
        fields = self.api.address["fields"]
        optional = {each["name"] for each in fields if not each.get("required", True)}
        for where, name in self.endpoint.places():
            if name not in self._values and name not in optional:
                raise refused("rejected", f"{where} is missing.")
        if not self.endpoint.final:
            return
        for name in (each["name"] for each in fields if each["name"] not in optional):
            if not self._field(name) and not self._other(name):
                place = self._place(name)
                raise refused("rejected", f"{place} is missing.", place=place)
        several = self.api.address.get("one_of", ())
        if several and not any(map(self._field, several)):
            raise refused("rejected", f"{' or '.join(map(self._place, several))} is missing.")
        self._method()

    def judged(self) -> None:
        """The payload is what the channel's own schema takes; else the first of what that says."""
        refused = self.api.voice.refused
        payload: Any = self.body
        if self.endpoint.final and len(self.api.endpoints) > 1:
            steps = {name for step in self.api.endpoints for name in step.keep}
            given = {name for name in steps if (name, self._field(name)) in self.api.kept}
            for name in self.endpoint.pointers.keys() - (steps - given):
                payload = without(payload, self.endpoint.pointers[name])
            if given and not payload:
                return
        try:
            broken = [] if self.api.rules.is_valid(payload) else self.api.rules.violations(payload)
        except RecursionError:  # nested deeper than any message
            raise refused("rejected", "The body is nested too deep.") from None
        for violation in broken:
            found = diagnose(violation, who=self.api.title)
            if found.severity == "error":
                place = ".".join(map(str, violation.path))
                told = f"{found.title}: {found.text}"
                raise refused("rejected", f"{place}: {told}" if place else told, place=place)

    def _field(self, name: str) -> str:
        """A field of the address, or what an earlier step answered: it is in the body, the URL or a header."""
        pointer = self.endpoint.pointers.get(name)
        return (text_at(self.body, pointer) if pointer else "") or self._values.get(name, "")

    def _place(self, name: str) -> str:
        """Where a field of the address belongs: `recipient.id`."""
        return self.endpoint.pointers.get(name, name).strip("/").replace("/", ".")

    def _other(self, name: str) -> bool:
        """Whether a recipient is named in another way that the API has."""
        above = at(self.body, self.endpoint.pointers.get(name, "/").rpartition("/")[0])
        return isinstance(above, dict) and any(each in above for each in self.api.address.get("others", ()))

    def _method(self) -> None:
        """The method is one of the API's, and the body has what it is about."""
        methods = self.api.data["endpoint"].get("methods")
        if not methods:
            return
        asked = self._values["method"]
        needs = [each["has"] for each in methods if each["method"] == asked]
        if not needs:
            raise self.api.voice.not_here(f"There is no method `{asked}`.")
        if not any(each in self.body for each in needs):
            raise self.api.voice.refused("rejected", f"{needs[0]} is missing.", place=needs[0])


def find(api: Api, request: Request, path: str, raw: bytes) -> Asked:
    """The request at its address; `path` is that of the vendor, not decoded. Raises Turned."""
    query = request.scope["query_string"].decode("latin-1")
    for endpoint in api.endpoints:
        values = endpoint.read(request.method, path, query, request.headers)
        if values is not None:
            return Asked(api, endpoint, values, request, raw)
    there = ", ".join(f"{each.method} {each.shown}" for each in api.endpoints)
    raise api.voice.not_here(f"There is no such address. There is: {there}")


def is_one(to: str, beginnings: tuple[str, ...]) -> bool:
    """Whether an id, or a part of one (`whatsapp:+1…`, `19:…@thread.v2`), begins so."""
    return any(part.startswith(beginnings) for part in (to, *re.split("[:@]", to)))


def _password(authorization: str, parts: Iterable[str], values: Mapping[str, str]) -> str:
    """The password of Basic, when the name is the one that the address has."""
    kind, _, coded = authorization.partition(" ")
    try:
        name, _, password = base64.b64decode(coded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    wanted = next(iter(parts)).strip("{}")
    return password if kind.lower() == "basic" and name and values.get(wanted, name) == name else ""


def _form(raw: bytes) -> dict[str, Any]:
    """A form as an object; a field that is repeated is a list."""
    body: dict[str, Any] = {}
    for name, value in parse_qsl(raw.decode(), keep_blank_values=True):
        if name not in body:
            body[name] = value
        else:
            body[name] = [*(body[name] if isinstance(body[name], list) else [body[name]]), value]
    return body
