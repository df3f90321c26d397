"""Genesys Cloud as the sender sees it: lists of events or one message a request, behind an OAuth token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from ..channels import channel as channel_of
from ..diagnostic import Diagnostic, Failed, did_you_mean
from .connection import Again, Rate
from .genesys_answer import explainer, unanswered, verdicts
from .genesys_connection import Credentials, Genesys, data
from .http import Client, Fault
from .oauth import Tokens
from .parcels import Parcel, parcels_of
from .problem import Explainer, Verdict
from .rate import spacing
from .requests import ACCEPT, AGENT, FORM, JSON, SECRET, Blank, Request
from .retry import dedup
from .secret import Redactor


class GenesysService:
    """A gateway of Genesys Cloud. Raises Failed (not-sendable, missing-credentials)."""

    def __init__(self, link: Genesys, gateway: str, channel: str, environment: Mapping[str, str] | None = None) -> None:
        self._link = link
        self._gateway = gateway
        self._facts = posted(link, gateway)
        self._credentials = link.credentials(environment) if environment is not None else None
        self.many: bool = self._facts["form"] == "list"
        self.dedup = dedup(gateway, link.idempotency_key)
        self.rate: Rate | None = link.rate
        self.spacing = spacing(channel_of(channel))

    def request(self, parcels: Sequence[Parcel], keys: Sequence[str] = ()) -> Request:
        """Several only where the gateway takes a list.

        The keys go in a header that the connection names: a list of strings, as RFC 9651 writes it, so that a message
        is known again in whatever company it comes.
        """
        headers = [("Authorization", f"Bearer {SECRET}"), ("Content-Type", JSON), ACCEPT, AGENT]
        if self._link.idempotency_key and keys:
            headers.append((self._link.idempotency_key, ", ".join(f'"{key}"' for key in keys)))
        content = b"[" + b",".join(each.json for each in parcels) + b"]" if self.many else parcels[0].json
        query = f"?{self._facts['query']}" if "query" in self._facts else ""
        url = f"{self._link.api}{self._link.path(self._gateway)}{query}"
        return Request(url, tuple(headers), content, Blank("<access token>", "$ACCESS_TOKEN"), len(parcels))

    def first(self) -> Iterable[Request]:
        return [token_request(self._link)]

    def parcels(self, line: bytes) -> list[Parcel]:
        return parcels_of(line)

    def limiter(self) -> str:
        assert self._credentials is not None, "a dump has no limits"
        return limiter(self._link, self._credentials)

    def session(self, client: Client, again: Again = lambda problem, attempts: False) -> GenesysSession:
        assert self._credentials is not None, "a dump is not sent"
        redactor = Redactor()
        explains = explainer(self._link, self._gateway, redactor)
        tokens = Tokens(token_request(self._link), self._credentials, client, explains, redactor, again)
        return GenesysSession(client, tokens, explains)


class GenesysSession:
    """Posts with a token that all threads share."""

    def __init__(self, client: Client, tokens: Tokens, explains: Explainer) -> None:
        self._client = client
        self._tokens = tokens
        self._explainer = explains

    def post(self, request: Request) -> list[Verdict]:
        """A second time only after a 401, which says that the first was not looked at."""
        token = self._tokens.token()
        try:
            answer = self._client.post(request, token)
            if answer.status == 401:
                answer = self._client.post(request, self._tokens.renewed(token))
        except Fault as fault:
            return unanswered(fault, request, self._explainer)
        return verdicts(answer, request, self._explainer)


def posted(link: Genesys, gateway: str) -> Mapping[str, Any]:
    """How a gateway's payloads are posted. Raises Failed (not-sendable)."""
    gateways: dict[str, dict[str, Any]] = data()["gateways"]
    facts = gateways.get(gateway, {})
    if link.path(gateway) is None:
        others = [name for name in gateways if link.path(name)]
        meant = did_you_mean(gateway, others) if not facts else None
        raise Failed(
            Diagnostic(
                "not-sendable", f"`{gateway}` is not sent",
                text=facts.get("reason", "Handbill knows no address that takes it."),
                hint=f"did you mean `{meant}`?" if meant
                else f"write the payload with `handbill compile --via {gateway}`, or send through {_listed(others)}",
                source=facts.get("x-source", ""), checked=facts.get("x-checked", ""),
            )
        )  # fmt: skip
    return facts


def token_request(link: Genesys) -> Request:
    """The OAuth client credentials call (RFC 6749, section 4.4)."""
    facts = data()["token"]
    shown = Blank(f"base64(<{link.client_id}>:<{link.client_secret}>)", f"${link.client_id}:${link.client_secret}")
    headers = (("Authorization", f"Basic {SECRET}"), ("Content-Type", FORM), ACCEPT, AGENT)
    return Request(link.login + facts["path"], headers, facts["body"].encode(), shown)


def limiter(link: Genesys, credentials: Credentials) -> str:
    """An OAuth client at a login host, whatever the connection is called. A hash, 32 hex digits."""
    who = f"{credentials.client_id.reveal()}\n{link.login}"
    return blake2b(who.encode(), digest_size=16).hexdigest()


def _listed(names: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "another gateway"
