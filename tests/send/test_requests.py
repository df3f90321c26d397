"""The exact requests, and their dump."""

from __future__ import annotations

import json
import socket

import pytest
from handbill.diagnostic import Failed
from handbill.send.connection import connection
from handbill.send.dump import dump
from handbill.send.requests import requests, token_request

BODIES = [{"type": "send", "content": {"text": "Zoë"}}, {"type": "send"}]
EAST = connection({}, None, {})


def test_events_go_as_a_list_in_one_request() -> None:
    [request] = requests(EAST, "genesys-event", BODIES)
    assert request.method == "POST"
    assert request.url == "https://api.mypurecloud.com/api/v2/messaging/messagingevents"
    assert request.body == '[{"type":"send","content":{"text":"Zoë"}},{"type":"send"}]'.encode()
    assert request.messages == 2
    assert ("Content-Type", "application/json") in request.headers


def test_one_event_is_a_list_too() -> None:
    [request] = requests(EAST, "genesys-event", BODIES[1:])
    assert request.body == b'[{"type":"send"}]'


@pytest.mark.parametrize(
    ("gateway", "url"),
    [
        ("genesys-bot", "https://api.mypurecloud.com/api/v2/integrations/botconnectors/outgoing/messages"),
        (
            "genesys-agentless",
            "https://api.mypurecloud.com/api/v2/conversations/messages/agentless?useNormalizedMessage=true",
        ),
    ],
)
def test_others_go_one_a_request(gateway: str, url: str) -> None:
    first, second = requests(EAST, gateway, BODIES)
    assert first.url == second.url == url
    assert second.body == b'{"type":"send"}'
    assert (first.messages, second.messages) == (1, 1)


def test_a_connection_sets_its_own_path() -> None:
    other = connection({"x": {"base_url": "https://x.example/a/", "paths": {"genesys-event": "/events"}}}, "x", {})
    [request] = requests(other, "genesys-event", BODIES)
    assert request.url == "https://x.example/a/events"


@pytest.mark.parametrize(
    ("gateway", "said"),
    [("genesys-dialogflow", "the bot returns it"), ("genesys-evnt", "no address"), ("direct", "no address")],
)
def test_what_is_not_posted_is_not_sendable(gateway: str, said: str) -> None:
    with pytest.raises(Failed) as failed:
        requests(EAST, gateway, BODIES)
    [diagnostic] = failed.value.diagnostics
    assert diagnostic.code == "not-sendable"
    assert said in diagnostic.text
    assert diagnostic.hint


def test_the_token_request() -> None:
    request = token_request(EAST)
    assert request.url == "https://login.mypurecloud.com/oauth/token"
    assert request.body == b"grant_type=client_credentials"
    assert request.authorization == "Basic"


def test_dump_is_one_json_object_a_line_and_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    lines = list(dump(EAST, requests(EAST, "genesys-event", BODIES)))
    token, call = (json.loads(line) for line in lines)
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    assert list(token) == list(call) == ["method", "url", "headers", "body"]
    assert token["headers"]["Authorization"] == "Basic base64(<GENESYS_CLOUD_CLIENT_ID>:<GENESYS_CLOUD_CLIENT_SECRET>)"
    assert token["body"] == "grant_type=client_credentials"
    assert call["headers"]["Authorization"] == "Bearer <access token>"
    assert call["body"] == BODIES
