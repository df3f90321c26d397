"""A running sandbox, a client that is logged in to it, and the channels' own APIs in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from handbill.pipeline import Compiler
from handbill.project import open_project
from handbill.sandbox.server import Sandbox
from sandbox.own import HELLO, Make, Own

EVENTS = "/api/v2/messaging/messagingevents"
BOT = "/api/v2/integrations/botconnectors/outgoing/messages"
AGENTLESS = "/api/v2/conversations/messages/agentless"


def event(to: str = "123456789012345", text: str = "Do you want to schedule a follow-up call?") -> dict[str, Any]:
    """The tutorial's quick reply."""
    return {
        "type": "send",
        "content": {
            "type": "template",
            "template_type": "quick_reply",
            "content": [{"type": "text", "text": text}],
            "buttons": [
                {"type": "button", "text": "Yes", "value": "yes_confirmed"},
                {"type": "button", "text": "No", "value": "no_declined"},
            ],
        },
        "external_conversation_reference": {"id": to, "channel_id": "987654321098765", "provider_id": "messenger"},
    }


def reply(to: str = "session-1") -> dict[str, Any]:
    """A bot's reply."""
    return {
        "botId": "bot-1",
        "botVersion": "1",
        "botSessionId": to,
        "botState": "MoreData",
        "languageCode": "en-us",
        "replyMessages": [{"type": "Text", "text": "Hello"}],
    }


def sms(to: str = "+13175555555") -> dict[str, Any]:
    """An agentless text."""
    return {
        "fromAddress": "+13175550000",
        "toAddress": to,
        "toAddressMessengerType": "sms",
        "textBody": "Your parcel is here.",
    }


class Caller:
    """An HTTP client with a token."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.http = httpx.Client(base_url=sandbox.url, trust_env=False, timeout=5)
        self.token = self.login().json()["access_token"]

    def login(self, **options: Any) -> httpx.Response:
        asked: dict[str, Any] = {"data": {"grant_type": "client_credentials"}, "auth": ("client", "secret"), **options}
        return self.http.post("/oauth/token", **asked)

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **named}
        return self.http.post(path, content=raw, headers=given)

    def send(self, *events: Any, **headers: str) -> httpx.Response:
        return self.post(EVENTS, list(events), **headers)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=1) as running:
        yield running


@pytest.fixture
def caller(sandbox: Sandbox) -> Iterator[Caller]:
    made = Caller(sandbox)
    yield made
    made.http.close()


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(seed=3, late=1.0, retry_after="0") as running:
        yield running


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Compiler:
    """One for the greeting."""
    root = tmp_path_factory.mktemp("content")
    (root / "templates").mkdir()
    (root / "templates/hello.json.j2").write_text(HELLO, encoding="utf-8")
    return Compiler(open_project(root))


@pytest.fixture
def own(compiler: Compiler, box: Sandbox) -> Make:
    return lambda name: Own(compiler, name, box)
