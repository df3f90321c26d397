"""A connection to Genesys Cloud: a table of handbill.toml, or the tutorial's environment variables.

    [connections.sandbox]
    gateway = "genesys-event"        # instead of --via
    region = "eu-central-1"          # or, for a server of one's own:
    base_url = "https://genesys.example"
    login_url = "https://login.example"      # default: base_url
    client_id = "SANDBOX_CLIENT_ID"          # names of environment variables
    client_secret = "SANDBOX_CLIENT_SECRET"
    organization_id = "SANDBOX_ORGANIZATION_ID"
    channels = {messenger = "987654321098765"}   # ids in Genesys Cloud, instead of --channel-id
    bot_version = "1"                # address fields that are the same for everyone, instead of --address
    path = "/api/v2/messaging/messagingevents"   # of `gateway`; or, of several:
    paths = {genesys-event = "/api/v2/messaging/messagingevents"}
    idempotency_key = "Idempotency-Key"      # a header by which the server knows a message it has seen

    workers = 8                      # requests under way at once
    batch = 10                       # messages in a request, where the gateway takes a list
    rate = "300/min"                 # requests
    timeouts = {connect = 5, read = 30}      # seconds
    retry = {attempts = 5}

Hosts, paths, names of variables and the defaults are data: `schemas/genesys/connection.json`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..channels import CHANNELS, channel
from ..diagnostic import Diagnostic, Failed, did_you_mean
from ..gateways import GATEWAYS, direct
from ..resources import load
from ..source import Source
from .connection import COMMON, Connection, common
from .fields import PATH, Fields
from .secret import Secret, basic

_GIVEN = ("to", "channel_id")  # address fields that belong to a message, not to a connection
ADDRESS = tuple(
    dict.fromkeys(
        field.name
        for gateway in GATEWAYS.values()
        for name in CHANNELS
        for field in gateway.fields(channel(name))
        if gateway is not direct and field.name not in _GIVEN
    )
)
_SETTINGS = (
    "gateway", "region", "base_url", "login_url", "client_id", "client_secret", "organization_id", "channels", *ADDRESS,
    "path", "paths", "idempotency_key", "batch", *COMMON,
)  # fmt: skip
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_RESERVED = ("authorization", "host", "content-type", "content-length", "accept", "user-agent", "connection")


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
        """What the token request's Authorization header says, behind "Basic "."""
        return basic(self.client_id, self.client_secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Genesys(Connection):
    """Genesys Cloud, or what speaks its language. URLs end without a slash."""

    api: str
    login: str
    region: str  # "" with a base URL
    organization: str  # its id, for reports; "" when not given
    client_id: str  # the name of an environment variable
    client_secret: str  # likewise
    paths: Mapping[str, str]  # by gateway, what differs from the shipped ones
    idempotency_key: str  # the header that carries it; "" when the server knows none

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


class Reader:
    """Reads one table of settings; the first mistake ends it."""

    def __init__(
        self, name: str, settings: Mapping[str, Any], environment: Mapping[str, str], source: Source | None
    ) -> None:
        self.name = name
        self.fields = Fields(name, settings, source)
        self.environment = environment
        self.facts = data()

    def read(self) -> Genesys:
        fields, facts = self.fields, self.facts
        fields.only(_SETTINGS)
        region, api, login = self._hosts()
        names = facts["environment"]
        organization = fields.variable("organization_id", names["organization_id"]["name"])
        posted = [name for name, gateway in facts["gateways"].items() if "path" in gateway]
        gateway = fields.choice("gateway", posted)
        batches = [facts["gateways"][name]["batch"] for name in posted if "batch" in facts["gateways"][name]]
        return Genesys(
            name=self.name, api=api, login=login, region=region,
            organization=self.environment.get(organization, "").strip(),
            client_id=fields.variable("client_id", names["client_id"]["name"]),
            client_secret=fields.variable("client_secret", names["client_secret"]["name"]),
            channels=fields.table("channels", 'channels = {messenger = "…"}', CHANNELS),
            paths=self._paths(posted, gateway),
            gateway=gateway,
            address={name: value for name in ADDRESS if (value := fields.text(name))},
            idempotency_key=self._header("idempotency_key"),
            batch=fields.whole("batch", batches[0]["default"], batches[0]["max"]),
            rate=fields.rate("rate", *_default_rate()),
            **common(fields),
        )  # fmt: skip

    def _hosts(self) -> tuple[str, str, str]:
        fields = self.fields
        base, region = fields.text("base_url"), fields.text("region")
        if base and region:
            raise fields.wrong("base_url", "Two addresses", "`region` says the address already", "keep one of the two")
        if base:
            api = fields.url("base_url", base)
            return "", api, fields.url("login_url", fields.text("login_url") or base)
        region, host = self._region(region)
        regions = self.facts["regions"]
        login = fields.text("login_url")
        return region, regions["api"].format(host=host), (
            fields.url("login_url", login) if login else regions["login"].format(host=host)
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
                self.fields.label("region", "no region of Genesys Cloud") if given else None,
                text="" if given else f"It was read from {variable['name']}.",
                hint=f"did you mean `{meant}`?" if meant else f"there are: {', '.join(hosts)}",
                source=self.facts["regions"]["x-source"], checked=self.facts["regions"]["x-checked"],
            )
        )  # fmt: skip

    def _paths(self, posted: Collection[str], gateway: str) -> dict[str, str]:
        fields = self.fields
        paths = fields.table("paths", 'paths = {genesys-event = "/api/…"}', posted)
        own = fields.text("path")
        if own and not gateway:
            hint = 'name the gateway too: gateway = "genesys-event"'
            raise fields.wrong("path", "A path of no gateway", "it does not say whose path it is", hint)
        if own and gateway in paths:
            raise fields.wrong("path", "Two paths", f"`paths` says it already, for {gateway}", "keep one of the two")
        for name, path in paths.items():
            self._path("paths", name, path)
        if not own:
            return paths
        self._path("path", gateway, own)
        return {**paths, gateway: own}

    def _path(self, key: str, gateway: str, path: str) -> None:
        if not PATH.fullmatch(path):
            hint = "write it as /api/v2/…, without host, `?` and `#`"
            raise self.fields.wrong(key, "Bad path", f"no path for {gateway}", hint)

    def _header(self, key: str) -> str:
        name = self.fields.text(key)
        if name and (not _HEADER.fullmatch(name) or name.lower() in _RESERVED):
            raise self.fields.wrong(
                key, "Not a header of its own", "a header's name, with letters, digits and `-`",
                'write the name of the header, as in idempotency_key = "Idempotency-Key"',
            )  # fmt: skip
        return name


def _default_rate() -> tuple[int, float]:
    facts = load("sending.json")["rate"]["genesys"]
    return facts["limit"], facts["seconds"]
