"""The list of templates of a WhatsApp account, fetched page by page: `templates` of its channel.json says from where.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-management
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from ..channels import channel as channel_of
from ..diagnostic import Diagnostic, Failed
from ..gateways import direct
from ..resources import load
from ..source import Source
from ..validate import schema
from .connections import connection
from .direct_connection import Direct
from .fields import Fields
from .http import Client, Fault
from .problem import Explainer, Problem, json_of, text_of
from .requests import ACCEPT, AGENT, SECRET, Request
from .secret import Redactor, Secret

CHANNEL = "whatsapp"
SETTING = "waba_id"


@dataclass(frozen=True, slots=True)
class Account:
    """Whose templates, and where they are asked for."""

    link: Direct
    waba_id: str


def account(
    connections: Mapping[str, Mapping[str, Any]],
    name: str | None,
    waba_id: str | None,
    environment: Mapping[str, str],
    source: Source | None = None,
) -> Account:
    """The account of a connection; `waba_id` goes before its own. Raises Failed (unknown-connection, bad-config)."""
    plain = {each: {k: v for k, v in table.items() if k != SETTING} for each, table in connections.items()}
    link = connection(plain, name, environment, source, channel=CHANNEL, asked=direct.NAME, gateway=direct.NAME)
    if not isinstance(link, Direct) or link.channel.name != CHANNEL:
        raise Failed(
            Diagnostic(
                "not-sendable", f"`{link.name}` is no connection to WhatsApp",
                text="Templates are asked for at WhatsApp's own API.",
                hint='name another with --connection: one with gateway = "direct" and channel = "whatsapp"',
            )
        )  # fmt: skip
    rule = _facts()["settings"][0]
    fields = Fields(link.name, connections.get(link.name, {}), source)
    own = fields.text(SETTING)
    if own and not re.fullmatch(rule["pattern"], own):
        raise fields.wrong(SETTING, "Wrong value", "not as WhatsApp writes it", f"it is {rule['about']}")
    found = waba_id or own
    if not found:
        where = f"[connections.{link.name}] of handbill.toml" if link.name else "a connection of handbill.toml"
        raise Failed(
            Diagnostic(
                "missing-credentials", f"`{SETTING}` is not known", text=f"WhatsApp asks for {rule['about']}.",
                hint=f'give --waba-id, or write {SETTING} = "…" into {where}',
            )
        )  # fmt: skip
    return Account(link, found)


def templates(where: Account, environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """All templates of an account, as the vendor lists them, sorted by name and language.

    Raises Failed (missing-credentials, not-connected, login-failed, not-permitted, throttled, pull-failed).
    """
    needless = {each["name"]: "" for each in where.link.channel.data["settings"]}  # only sending needs all of them
    try:
        secret = replace(where.link, settings={**needless, **where.link.settings}).token(environment)
    except Failed as failed:
        hint = f"export {where.link.variable}; it needs the permission {_facts()['permission']}"
        raise Failed(*(replace(d, hint=hint) for d in failed.diagnostics)) from None
    found: list[dict[str, Any]] = []
    with Client(where.link.timeouts) as client:
        for page in _Pages(where, client, secret).pages():
            found += page
    return sorted(map(_stable, found), key=lambda each: (each["name"], each["language"]))


def written(listed: list[dict[str, Any]]) -> bytes:
    """The list as a file: the same for the same templates, whatever the order they came in."""
    return orjson.dumps({"data": listed}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = channel_of(CHANNEL).data["templates"]["list"]
    return facts


def _stable(template: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for, in the order it was asked for; without what is another at each call."""
    return {name: _sorted(template[name]) for name in _facts()["fields"] if template.get(name) is not None}


def _sorted(value: Any) -> Any:
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    if not isinstance(value, dict):
        return value
    volatile = channel_of(CHANNEL).data["templates"]["volatile"]
    kept = {name: _sorted(child) for name, child in value.items() if name not in volatile}
    kept = {name: child for name, child in kept.items() if name != "example" or child}
    return {name: kept[name] for name in sorted(kept, key=lambda name: (name != "type", name))}


class _Pages:
    def __init__(self, where: Account, client: Client, secret: Secret) -> None:
        self._where = where
        self._client = client
        self._secret = secret
        link = where.link
        host = urlsplit(self._url("")).netloc
        words = {"variable": link.variable, "permission": _facts()["permission"], "account": where.waba_id}
        hosts = {"login": host, "message": host}
        rows = load(f"{CHANNEL}/connection.json")["errors"]
        self._explainer = Explainer(rows, words, hosts, Redactor(secret), direct.NAME)  # type: ignore[arg-type]

    def pages(self) -> Iterator[list[dict[str, Any]]]:
        """One page after the other. Only the cursor is taken from an answer: an address in it could lead anywhere."""
        seen = {""}
        after = ""
        while True:
            body = self._get(after)
            yield body["data"]
            paging = body.get("paging") or {}
            after = str((paging.get("cursors") or {}).get("after") or "") if paging.get("next") else ""
            if not after:
                return
            if after in seen:
                raise self._failed(Problem("message", fault="not-json"))
            seen.add(after)

    def _url(self, after: str) -> str:
        facts, link = _facts(), self._where.link
        url = facts["url"].format(version=link.settings["version"], waba_id=quote(self._where.waba_id, safe=""))
        if link.base:
            url = link.base + urlsplit(url).path
        query = f"fields={','.join(facts['fields'])}&limit={facts['page']}"
        return f"{url}?{query}" + (f"&after={quote(after, safe='')}" if after else "")

    def _get(self, after: str) -> dict[str, Any]:
        headers = (("Authorization", f"Bearer {SECRET}"), ACCEPT, AGENT)
        try:
            answer = self._client.post(Request(self._url(after), headers, b"", method="GET"), self._secret)
        except Fault as fault:
            problem = Problem("message", fault=fault.name)
        else:
            body = json_of(answer.body)
            if 200 <= answer.status < 300:
                if isinstance(body, dict) and schema("whatsapp/lock.schema.json").is_valid(body):
                    return body
                problem = Problem("message", answer.status, fault="not-json")
            else:
                error = body.get("error") if isinstance(body, dict) else None
                said = error if isinstance(error, dict) else {}
                problem = Problem(
                    "message", answer.status, "", text_of(said, "code"), text_of(said, "message"),
                    text_of(said, "fbtrace_id"), "reference",
                )  # fmt: skip
        raise self._failed(problem)

    def _failed(self, problem: Problem) -> Failed:
        diagnostic = self._explainer.outcome(problem).diagnostic
        assert diagnostic is not None
        return Failed(diagnostic)
