"""Reads the settings of one connection, each as what it must be; a mistake is told at its place in handbill.toml."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from ..diagnostic import Diagnostic, Failed, Label, did_you_mean
from ..settings import setting
from ..source import Source

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")  # capitals only, so that a secret written here is not taken for a name
_RATE = re.compile(r"(\d{1,9}) ?/ ?(s|sec|second|min|minute|h|hour)")
PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


class Fields:
    """The table `[connections.NAME]`. Every method raises Failed (bad-config) for what it cannot take."""

    def __init__(self, name: str, settings: Mapping[str, Any], source: Source | None) -> None:
        self.name = name
        self.settings = settings
        self.source = source

    def only(self, known: Collection[str]) -> None:
        """Refuse a setting that nobody reads."""
        for key in self.settings:
            if key not in known:
                meant = did_you_mean(key, known)
                hint = f"did you mean `{meant}`?" if meant else f"there are: {', '.join(known)}"
                raise self.wrong(key, "Unknown setting", "no setting of a connection", hint)

    def text(self, key: str) -> str:
        """A text; "" when it is not given."""
        value = self.settings.get(key, "")
        if not isinstance(value, str) or (key in self.settings and not value.strip()):
            raise self.wrong(key, "Wrong type", "not a text", "write a text between double quotes")
        return value.strip()

    def choice(self, key: str, known: Collection[str]) -> str:
        """One of the names that are known; "" when it is not given."""
        value = self.text(key)
        if value and value not in known:
            meant = did_you_mean(value, known)
            hint = f"did you mean `{meant}`?" if meant else f"there are: {', '.join(known)}"
            raise self.wrong(key, "Unknown name", f"`{value}` has no place here", hint)
        return value

    def variable(self, key: str, default: str) -> str:
        """The name of an environment variable."""
        name = self.text(key) or default
        if not _VARIABLE.fullmatch(name):
            raise self.wrong(
                key, "Not the name of an environment variable", "letters A to Z, digits and `_` only",
                f"put the value into the environment and write its name here, as in {key} = \"{default}\"",
            )  # fmt: skip
        return name

    def whole(self, key: str, default: int, most: int) -> int:
        """A whole number from 1 to `most`."""
        value = self.settings.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            said = f"not a whole number from 1 to {most:,}"
            raise self.wrong(key, "Number out of range", said, f"write a number, as in {key} = {default}")
        return value

    def rate(self, key: str, limit: int, seconds: float) -> tuple[int, float]:
        """So many in so many seconds, written "300/min"."""
        given = self.text(key)
        if not given:
            return limit, seconds
        match = _RATE.fullmatch(given)
        if match is None or not int(match[1]):
            hint = f'write it as {key} = "{limit}/min"; there are s, min and h'
            raise self.wrong(key, "Not a rate", "not a number a unit of time", hint)
        return int(match[1]), float(_SECONDS[match[2][0]])

    def numbers(
        self, key: str, known: Mapping[str, float], bounds: Mapping[str, tuple[float, float]]
    ) -> dict[str, float]:
        """A table of numbers, each within its bounds; what is not given is as in `known`."""
        table = self.settings.get(key, {})
        form = ", ".join(f"{name} = {value:g}" for name, value in list(known.items())[:2])
        if not isinstance(table, dict):
            raise self.wrong(key, "Wrong type", "not a table of numbers", f"write {key} = {{{form}}}")
        for name, value in table.items():
            if name not in known:
                meant = did_you_mean(name, known)
                hint = f"did you mean `{meant}`?" if meant else f"there are: {', '.join(known)}"
                raise self.wrong(key, "Unknown name", f"`{name}` has no place here", hint)
            least, most = bounds[name]
            if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
                said = f"`{name}` is not a number from {least:g} to {most:g}"
                raise self.wrong(key, "Number out of range", said, f"write {key} = {{{form}}}")
        return {**known, **table}

    def table(self, key: str, form: str, known: Collection[str]) -> dict[str, str]:
        """A table of texts by names that are known."""
        table = self.settings.get(key, {})
        if not isinstance(table, dict) or not all(isinstance(value, str) and value for value in table.values()):
            raise self.wrong(key, "Wrong type", "not a table of texts", f"write {form}")
        for name in table:
            if name not in known:
                meant = did_you_mean(name, known)
                hint = f"did you mean `{meant}`?" if meant else f"there are: {', '.join(known)}"
                raise self.wrong(key, "Unknown name", f"`{name}` has no place here", hint)
        return dict(table)

    def url(self, key: str, url: str) -> str:
        """An address that is safe to send a secret to: https, or http on this computer. Without a slash at its end."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise self.wrong(key, "Bad address", "not a URL", "write it as https://host") from None
        if parts.scheme not in ("https", "http") or not re.fullmatch(r"[A-Za-z0-9.:-]+", host):
            raise self.wrong(key, "Bad address", "not an https URL", "write it as https://host")
        if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
            raise self.wrong(key, "Bad address", "more than host and path", "leave out user, password, `?` and `#`")
        if parts.path.strip("/") and not PATH.fullmatch(parts.path.rstrip("/")):
            raise self.wrong(key, "Bad address", "not a path", "write it as https://host/path")
        if parts.scheme == "http" and not _loopback(host):
            raise self.wrong(
                key, "Address without encryption", "http sends the secret in the open",
                "use https; http is for localhost only",
            )  # fmt: skip
        return url.rstrip("/")

    def label(self, key: str, said: str) -> Label | None:
        return Label(setting(self.source, ["connections", self.name, key]), said) if self.source else None

    def wrong(self, key: str, title: str, said: str, hint: str) -> Failed:
        # the value is not shown: it may be a secret in the wrong place
        where = f"`{key}` of [connections.{self.name}]"
        text = "" if self.source else f"It is {said}."
        return Failed(Diagnostic("bad-config", f"{title}: {where}", self.label(key, said), text=text, hint=hint))


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
