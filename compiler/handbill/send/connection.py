"""Where messages go: a connection of handbill.toml, or the tutorial's environment variables.

    [connections.sandbox]
    region = "eu-central-1"          # or, for a server of one's own:
    base_url = "https://genesys.example"
    login_url = "https://login.example"      # default: base_url
    client_id = "SANDBOX_CLIENT_ID"          # names of environment variables
    client_secret = "SANDBOX_CLIENT_SECRET"
    organization_id = "SANDBOX_ORGANIZATION_ID"
    channels = {messenger = "987654321098765"}   # ids in Genesys Cloud, instead of --channel-id
    paths = {genesys-event = "/api/v2/messaging/messagingevents"}

Hosts, paths and names of variables are data: `schemas/genesys/connection.json`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from ..channels import CHANNELS
from ..diagnostic import Diagnostic, Failed, Label, did_you_mean
from ..project import setting
from ..resources import load
from ..source import Source
from .secret import Secret

DEFAULT = "default"  # the connection taken when none is named
_TEXTS = ("region", "base_url", "login_url", "client_id", "client_secret", "organization_id")
_SETTINGS = (*_TEXTS, "channels", "paths")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")  # capitals only, so that a secret written here is not taken for a name
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+")


def data() -> dict[str, Any]:
    """The shipped facts about Genesys Cloud's addresses and errors."""
    facts: dict[str, Any] = load("genesys/connection.json")
    return facts


@dataclass(frozen=True, slots=True)
class Credentials:
    """An OAuth client's id and secret."""

    client_id: Secret
    client_secret: Secret

    @property
    def basic(self) -> Secret:
        """The value of the token request's Authorization header."""
        pair = f"{self.client_id.reveal()}:{self.client_secret.reveal()}"
        return Secret("Basic " + base64.b64encode(pair.encode()).decode())


@dataclass(frozen=True, slots=True)
class Connection:
    """Everything about the other side but its secrets. URLs end without a slash."""

    name: str  # "" when it comes from the environment alone
    api: str
    login: str
    region: str  # "" with a base URL
    organization: str  # its id, for reports; "" when not given
    client_id: str  # the name of an environment variable
    client_secret: str  # likewise
    channels: Mapping[str, str]  # the channel's id in Genesys Cloud, by Handbill's name of it
    paths: Mapping[str, str]  # by gateway, what differs from the shipped ones

    def credentials(self, environment: Mapping[str, str]) -> Credentials:
        """The OAuth client of the environment. Raises Failed (missing-credentials)."""
        names = (self.client_id, self.client_secret)
        missing = [name for name in names if not environment.get(name, "").strip()]
        if missing:
            what = " and ".join(missing)
            raise Failed(
                Diagnostic(
                    "missing-credentials", f"{what} {'are' if len(missing) > 1 else 'is'} not set",
                    text="Genesys Cloud gives a token to an OAuth client; its id and secret are environment variables.",
                    hint=f"export {what}, or look at the request with --dump, which needs none",
                )
            )  # fmt: skip
        client_id, client_secret = (environment[name].strip() for name in names)
        return Credentials(Secret(client_id), Secret(client_secret))

    def path(self, gateway: str) -> str | None:
        """The path a gateway's payloads are posted to; None when they are not posted."""
        path: str | None = self.paths.get(gateway) or data()["gateways"].get(gateway, {}).get("path")
        return path


def connection(
    connections: Mapping[str, Mapping[str, Any]],
    name: str | None,
    environment: Mapping[str, str],
    source: Source | None = None,
) -> Connection:
    """The connection of that name; without one `default`, else the only one, else the environment's.

    `source` is handbill.toml, for the place of a mistake. Raises Failed (unknown-connection,
    unknown-region, bad-config).
    """
    if name is None:
        name = _unnamed(connections)
    elif name not in connections:
        meant = did_you_mean(name, connections)
        known = ", ".join(sorted(connections)) or "none"
        hint = f"did you mean `{meant}`?" if meant else f"[connections] of handbill.toml has: {known}"
        raise Failed(Diagnostic("unknown-connection", f"No connection `{name}`", hint=hint))
    return _Reader(name, connections.get(name, {}), environment, source).read()


def _unnamed(connections: Mapping[str, object]) -> str:
    if DEFAULT in connections or not connections:
        return DEFAULT if connections else ""
    if len(connections) == 1:
        return next(iter(connections))
    raise Failed(
        Diagnostic(
            "unknown-connection", "No connection chosen",
            text=f"handbill.toml has several: {', '.join(sorted(connections))}.",
            hint=f"name one with --connection, or call one of them `{DEFAULT}`",
        )
    )  # fmt: skip


class _Reader:
    """Reads one table of settings; the first mistake ends it."""

    def __init__(
        self, name: str, settings: Mapping[str, Any], environment: Mapping[str, str], source: Source | None
    ) -> None:
        self.name = name
        self.settings = settings
        self.environment = environment
        self.source = source
        self.facts = data()

    def read(self) -> Connection:
        for key in self.settings:
            if key not in _SETTINGS:
                meant = did_you_mean(key, _SETTINGS)
                hint = f"did you mean `{meant}`?" if meant else f"there are: {', '.join(_SETTINGS)}"
                raise self._wrong(key, "Unknown setting", "no setting of a connection", hint)
        region, api, login = self._hosts()
        names = self.facts["environment"]
        organization = self._variable("organization_id", names["organization_id"]["name"])
        return Connection(
            name=self.name, api=api, login=login, region=region,
            organization=self.environment.get(organization, "").strip(),
            client_id=self._variable("client_id", names["client_id"]["name"]),
            client_secret=self._variable("client_secret", names["client_secret"]["name"]),
            channels=self._table("channels", 'channels = {messenger = "…"}', CHANNELS),
            paths=self._paths(),
        )  # fmt: skip

    def _hosts(self) -> tuple[str, str, str]:
        base, region = self._text("base_url"), self._text("region")
        if base and region:
            raise self._wrong("base_url", "Two addresses", "`region` says the address already", "keep one of the two")
        if base:
            api = self._url("base_url", base)
            return "", api, self._url("login_url", self._text("login_url") or base)
        region, host = self._region(region)
        regions = self.facts["regions"]
        login = self._text("login_url")
        return region, regions["api"].format(host=host), (
            self._url("login_url", login) if login else regions["login"].format(host=host)
        )  # fmt: skip

    def _region(self, given: str) -> tuple[str, str]:
        """A region's name as Genesys' pages write it, and its host. Both us-east-1 and us_east_1 are known."""
        variable = self.facts["environment"]["region"]
        region = given or self.environment.get(variable["name"], "").strip() or variable["default"]
        hosts: dict[str, str] = self.facts["regions"]["hosts"]
        known = region.lower().replace("_", "-")
        if known in hosts:
            return known, hosts[known]
        meant = did_you_mean(known, hosts)
        raise Failed(
            Diagnostic(
                "unknown-region", f"No region `{region}`",
                self._label("region", "no region of Genesys Cloud") if given else None,
                text="" if given else f"It was read from {variable['name']}.",
                hint=f"did you mean `{meant}`?" if meant else f"there are: {', '.join(hosts)}",
                source=self.facts["regions"]["x-source"], checked=self.facts["regions"]["x-checked"],
            )
        )  # fmt: skip

    def _url(self, key: str, url: str) -> str:
        """An address that is safe to send a secret to: https, or http on this computer."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise self._wrong(key, "Bad address", "not a URL", "write it as https://host") from None
        if parts.scheme not in ("https", "http") or not re.fullmatch(r"[A-Za-z0-9.:-]+", host):
            raise self._wrong(key, "Bad address", "not an https URL", "write it as https://host")
        if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
            raise self._wrong(key, "Bad address", "more than host and path", "leave out user, password, `?` and `#`")
        if parts.path.strip("/") and not _PATH.fullmatch(parts.path.rstrip("/")):
            raise self._wrong(key, "Bad address", "not a path", "write it as https://host/path")
        if parts.scheme == "http" and not _loopback(host):
            raise self._wrong(
                key, "Address without encryption", "http sends the client secret in the open",
                "use https; http is for localhost only",
            )  # fmt: skip
        return url.rstrip("/")

    def _variable(self, key: str, default: str) -> str:
        name = self._text(key) or default
        if not _VARIABLE.fullmatch(name):
            raise self._wrong(
                key, "Not the name of an environment variable", "letters A to Z, digits and `_` only",
                f"put the value into the environment and write its name here, as in {key} = \"{default}\"",
            )  # fmt: skip
        return name

    def _paths(self) -> dict[str, str]:
        posted = [name for name, facts in self.facts["gateways"].items() if "path" in facts]
        paths = self._table("paths", 'paths = {genesys-event = "/api/…"}', posted)
        for gateway, path in paths.items():
            if not _PATH.fullmatch(path):
                hint = "write it as /api/v2/…, without host, `?` and `#`"
                raise self._wrong("paths", "Bad path", f"no path for {gateway}", hint)
        return paths

    def _table(self, key: str, form: str, known: Collection[str]) -> dict[str, str]:
        """A table of texts by names that are known."""
        table = self.settings.get(key, {})
        if not isinstance(table, dict) or not all(isinstance(value, str) and value for value in table.values()):
            raise self._wrong(key, "Wrong type", "not a table of texts", f"write {form}")
        for name in table:
            if name not in known:
                meant = did_you_mean(name, known)
                hint = f"did you mean `{meant}`?" if meant else f"there are: {', '.join(known)}"
                raise self._wrong(key, "Unknown name", f"`{name}` has no place here", hint)
        return dict(table)

    def _text(self, key: str) -> str:
        value = self.settings.get(key, "")
        if not isinstance(value, str) or (key in self.settings and not value.strip()):
            raise self._wrong(key, "Wrong type", "not a text", "write a text between double quotes")
        return value.strip()

    def _label(self, key: str, said: str) -> Label | None:
        return Label(setting(self.source, ["connections", self.name, key]), said) if self.source else None

    def _wrong(self, key: str, title: str, said: str, hint: str) -> Failed:
        # the value is not shown: it may be a secret in the wrong place
        where = f"`{key}` of [connections.{self.name}]"
        text = "" if self.source else f"It is {said}."
        return Failed(Diagnostic("bad-config", f"{title}: {where}", self._label(key, said), text=text, hint=hint))


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
