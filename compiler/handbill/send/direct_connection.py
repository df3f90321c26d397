"""A connection to a channel's own API: a table of handbill.toml, or the channel's environment variable alone.

    [connections.shop]
    gateway = "direct"
    channel = "whatsapp"
    phone_number_id = "106540352242922"      # the channel's settings, as `handbill channels whatsapp` lists them
    token = "WHATSAPP_TOKEN"                 # name of an environment variable; this is the default
    base_url = "http://127.0.0.1:8080"       # instead of the API's own host: for a sandbox, for tests

    workers = 8                              # requests under way at once
    rate = "80/s"                            # requests; default: as the channel says
    timeouts = {connect = 5, read = 30}      # seconds
    retry = {attempts = 5}

URLs, settings, names of variables and rates are data: `schemas/<channel>/channel.json`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..channels import CHANNELS, Channel
from ..channels import channel as channel_of
from ..diagnostic import Diagnostic, Failed
from ..gateways import direct
from ..source import Source
from .connection import COMMON, Connection, Rate, common
from .fields import Fields
from .rate import slowest
from .secret import Secret

_TOKEN = re.compile(r"[\x21-\x7e]+")  # what a header and a URL can hold
_OWN = ("gateway", "channel", "base_url", "token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct(Connection):
    """A channel's own API."""

    channel: Channel
    base: str  # in place of scheme and host, without a slash at its end; "" for the API's own
    variable: str  # the name of the environment variable with the token; "" when there is none
    settings: Mapping[str, str]  # what is known of the channel's settings

    def token(self, environment: Mapping[str, str]) -> Secret:
        """The token of the environment. Raises Failed (missing-credentials) also when a setting is not known."""
        lacking = [each for each in self.channel.data.get("settings") or () if each["name"] not in self.settings]
        if lacking:
            raise Failed(*(self._lacking(each) for each in lacking))
        token = environment.get(self.variable, "").strip()
        if self.variable and not token:
            about = self.channel.data["auth"]["token"]["about"]
            raise Failed(
                Diagnostic(
                    "missing-credentials", f"{self.variable} is not set",
                    text=f"{self.channel.title} asks for {about}; it is taken from an environment variable.",
                    hint=f"export {self.variable}, or look at the request with --dump, which needs none",
                )
            )  # fmt: skip
        if token and not _TOKEN.fullmatch(token):
            raise Failed(
                Diagnostic(
                    "missing-credentials", f"{self.variable} is no token",
                    text="It holds a space, a line feed or a letter that no token has.",
                    hint=f"copy the token again, and export {self.variable}",
                )
            )  # fmt: skip
        return Secret(token)

    def _lacking(self, setting: Mapping[str, Any]) -> Diagnostic:
        where = f"[connections.{self.name or self.channel.name}]"
        made = "" if self.name else f' there, with gateway = "direct" and channel = "{self.channel.name}"'
        return Diagnostic(
            "missing-credentials", f"`{setting['name']}` is not known",
            text=f"{self.channel.title} asks for {setting['about']}.",
            hint=f'write {setting["name"]} = "…" into {where} of handbill.toml{made}',
        )  # fmt: skip


class Reader:
    """Reads one table of settings; the first mistake ends it."""

    def __init__(self, name: str, settings: Mapping[str, Any], channel: str, source: Source | None) -> None:
        """`channel` is meant when the settings name none."""
        self.name = name
        self.fields = Fields(name, settings, source)
        self.meant = channel

    def read(self) -> Direct:
        """Raises Failed (bad-config, not-sendable)."""
        fields = self.fields
        name = fields.choice("channel", [each for each in CHANNELS if channel_of(each).direct]) or self.meant
        if not name:
            raise Failed(_no_channel(self.name))
        channel = channel_of(name)
        sendable(channel)
        known = {each["name"]: each for each in channel.data.get("settings") or ()}
        address = [each.name for each in direct.fields(channel) if each.name != "to"]
        others = [each["name"] for each in channel.data.get("templates", {}).get("list", {}).get("settings", ())]
        fields.only([*_OWN, *known, *others, *address, *COMMON])
        base = fields.text("base_url")
        default = slowest(channel)
        token = channel.data["auth"].get("token") or {}
        return Direct(
            name=self.name, gateway=direct.NAME, channel=channel,
            address={each: value for each in address if (value := fields.text(each))},
            channels={}, batch=1,
            base=fields.url("base_url", base) if base else "",
            variable=fields.variable("token", token["variable"]) if token else "",
            settings={each: value for each, rule in known.items() if (value := self._setting(rule))},
            rate=self._rate(default),
            **common(fields),
        )  # fmt: skip

    def _rate(self, default: Rate | None) -> Rate | None:
        return self.fields.rate("rate", *(default or (1, 1.0))) if default or "rate" in self.fields.settings else None

    def _setting(self, rule: Mapping[str, Any]) -> str:
        """A setting's value; "" when it has none."""
        name = rule["name"]
        value = self.fields.text(name) or str(rule.get("default", ""))
        if value.startswith(("https://", "http://")):
            value = self.fields.url(name, value)
        if value and not re.fullmatch(rule.get("pattern", ".*"), value):
            hint = f"it is {rule['about']}"
            raise self.fields.wrong(name, "Wrong value", "not as the channel writes it", hint)
        return value


def _no_channel(name: str) -> Diagnostic:
    where = f"[connections.{name}]"
    return Diagnostic(
        "bad-config", f"No channel in {where}",
        text="A direct connection is for one channel, whose API it speaks.",
        hint='name it, as in channel = "telegram"',
    )  # fmt: skip


def sendable(channel: Channel) -> None:
    """Raises Failed (not-sendable) for a channel whose API Handbill cannot log in to, or that has none."""
    reason = channel.data.get("auth", {}).get("unsupported", "") if channel.direct else "It is reached through others."
    if reason:
        auth = channel.data.get("auth", {})
        raise Failed(
            Diagnostic(
                "not-sendable", f"{channel.title} is not sent to directly",
                text=reason,
                hint="write the payload with `handbill compile --via direct`",
                source=auth.get("x-source", ""), checked=auth.get("x-checked", ""),
            )
        )  # fmt: skip
