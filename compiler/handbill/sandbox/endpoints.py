"""Where a channel's own API listens: the `endpoint` of `channel.json`, as a pattern for addresses and headers.

`https://graph.facebook.com/{version}/{page_id}/messages` is taken at `/direct/messenger/…/…/messages`: scheme and host
are what the `base_url` of a connection replaces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ..channels import CHANNELS, Channel
from ..channels import channel as channel_of

PREFIX = "/direct"

_PLACE = re.compile(r"\{([a-z_]+)\}")
_WHOLE = re.compile(r"\{[a-z_]+\}")  # a service's URL as a setting: it may have a path of its own
_STAND_IN = "https://service"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of an API: a channel has one, or one for each step of a message's way."""

    channel: str
    method: str
    path: str  # with its places, as `/bot{token}/{method}`
    pattern: re.Pattern[str]
    query: Mapping[str, str]  # by parameter: the name of what stands there; "" for what is always the same
    headers: Mapping[str, re.Pattern[str]]
    coded: bool  # the body is a form
    pointers: Mapping[str, str]  # by field of the address: its place in the body
    keep: Mapping[str, str]  # by name: the place in the answer where later steps find it
    final: bool  # a request here is a message

    @property
    def shown(self) -> str:
        """The path that a request has, with its places as they are called; no secret in it."""
        return f"{PREFIX}/{self.channel}{self.path}"

    def read(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> dict[str, str] | None:
        """What stands in a request's places, when it is for here. `path` is without the prefix, and not decoded."""
        match = self.pattern.fullmatch(path)
        if match is None or method != self.method:
            return None
        found = {name: unquote(value) for name, value in match.groupdict().items()}
        given = dict(parse_qsl(query, keep_blank_values=True))
        found |= {name: given[each] for each, name in self.query.items() if name and given.get(each)}
        for each, pattern in self.headers.items():
            matched = pattern.fullmatch(headers.get(each, ""))
            found |= {name: unquote(value) for name, value in matched.groupdict().items()} if matched else {}
        return found

    def places(self) -> list[tuple[str, str]]:
        """What a request needs in its query and its headers: the name there, and what it is called in the data."""
        query = [(f"the parameter {each}", name) for each, name in self.query.items() if name]
        headers = [(f"the header {each}", name) for each, p in self.headers.items() for name in p.groupindex]
        return query + headers


def endpoints(channel: Channel) -> tuple[Endpoint, ...]:
    """The addresses of a channel, in the order in which a message takes them."""
    data = channel.data
    endpoint: Mapping[str, Any] = data["endpoint"]
    steps: Sequence[Mapping[str, Any]] = endpoint.get("steps") or [endpoint]
    pointers = {each["name"]: each["at"] for each in data["address"]["fields"] if "at" in each}
    kept = {name for step in steps for name in step.get("keep", {})}
    names = {*pointers, *(each["name"] for each in data["address"]["fields"]), *kept}
    return tuple(
        _endpoint(channel.name, step, pointers | _named(step.get("body"), names), step is steps[-1]) for step in steps
    )


def sendable() -> list[str]:
    """The channels whose own API Handbill can post to."""
    told = {name: channel_of(name) for name in CHANNELS}
    return [name for name, each in told.items() if each.direct and "unsupported" not in each.data.get("auth", {})]


def methods() -> list[str]:
    """The HTTP methods that all of them take."""
    return sorted({each.method for name in sendable() for each in endpoints(channel_of(name))})


def _endpoint(channel: str, step: Mapping[str, Any], pointers: Mapping[str, str], final: bool) -> Endpoint:
    url: str = step["url"]
    start = _WHOLE.match(url)
    parts = urlsplit(_PLACE.sub(_escaped, _STAND_IN + url[start.end() :] if start else url))
    path = _unescaped(parts.path)
    query = {each: _PLACE.fullmatch(_unescaped(value)) for each, value in parse_qsl(parts.query)}
    told = {each: _pattern(value) for each, value in step.get("headers", {}).items() if _PLACE.search(value)}
    return Endpoint(
        channel=channel,
        method=step.get("method", "POST"),
        path=path,
        pattern=re.compile(("(?:/[^/]+)*" if start else "") + _pattern(path).pattern),
        query={each: place[1] if place else "" for each, place in query.items()},
        headers=told,
        coded=step.get("form", "json") == "urlencoded",
        pointers=pointers,
        keep=step.get("keep", {}),
        final=final,
    )  # fmt: skip


def _named(body: object, names: set[str]) -> dict[str, str]:
    """The fields of a step that hold what is not of the payload: `{"To": "{to}"}`."""
    if not isinstance(body, Mapping):
        return {}
    found = ((each, _PLACE.fullmatch(value)) for each, value in body.items())
    return {place[1]: f"/{each}" for each, place in found if place and place[1] in names}


def _pattern(template: str) -> re.Pattern[str]:
    parts = _PLACE.split(template)
    written = (f"(?P<{part}>[^/]+)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.compile("".join(written))


def _escaped(match: re.Match[str]) -> str:
    return f"%7B{match[1]}%7D"


def _unescaped(text: str) -> str:
    return text.replace("%7B", "{").replace("%7D", "}")
