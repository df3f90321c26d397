"""The exact requests, and their dump."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from datetime import UTC, datetime

import pytest
from handbill.diagnostic import Failed
from handbill.send.connections import service
from handbill.send.dump import Form, dump
from handbill.send.genesys import token_request
from handbill.send.genesys_connection import Genesys as Link
from handbill.send.parcels import Parcel, addressed, parcels_of
from handbill.send.requests import Blank, Request, largest, parted
from send.conftest import linked
from send.conftest import made as requests
from send.fake_genesys import EVENTS, TOKEN, Genesys

BODIES = [{"type": "send", "content": {"text": "Zoë"}}, {"type": "send"}]
EAST = linked({}, None, {})


def request(link: Link, gateway: str, bodies: list[bytes], keys: list[str]) -> Request:
    return service(link, gateway, "messenger").request([Parcel(body) for body in bodies], keys)


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
    other = linked({"x": {"base_url": "https://x.example/a/", "paths": {"genesys-event": "/events"}}}, "x", {})
    [request] = requests(other, "genesys-event", BODIES)
    assert request.url == "https://x.example/a/events"


@pytest.mark.parametrize(
    ("gateway", "said"),
    [("genesys-dialogflow", "the bot returns it"), ("genesys-evnt", "no address"), ("direct", "for Genesys Cloud")],
)
def test_what_is_not_posted_is_not_sendable(gateway: str, said: str) -> None:
    with pytest.raises(Failed) as failed:
        requests(EAST, gateway, BODIES)
    [diagnostic] = failed.value.diagnostics
    assert diagnostic.code == "not-sendable"
    assert said in diagnostic.text
    assert diagnostic.hint


def test_several_recipients_in_one_request_with_a_key_each() -> None:
    known = linked({"x": {"base_url": "https://x.example", "idempotency_key": "Idempotency-Key"}}, "x", {})
    made = request(known, "genesys-event", [b'{"a":1}', b'{"b":2}'], ["k1", "k2"])
    assert (made.body, made.messages) == (b'[{"a":1},{"b":2}]', 2)
    assert ("Idempotency-Key", '"k1", "k2"') in made.headers
    assert dict(request(known, "genesys-bot", [b"{}"], ["k1"]).headers)["Idempotency-Key"] == '"k1"'
    assert "Idempotency-Key" not in dict(request(EAST, "genesys-event", [b"{}"], ["k1"]).headers)


def test_the_bodies_of_a_payload() -> None:
    assert parcels_of(b'{"a":[1]}\n') == [Parcel(b'{"a":[1]}')]
    assert parcels_of('[{"a":"ü"},{"b":0.1}]\n'.encode()) == [Parcel('{"a":"ü"}'.encode()), Parcel(b'{"b":0.1}')]


@pytest.mark.parametrize("to", ["490001", '","payload":{}}', "ü\t\\"])
def test_the_bodies_of_a_payload_with_its_address(to: str) -> None:
    address = {"to": to}
    line = addressed(b'{"a":1.0,"n":123456789012345678901234567890}\n', address)
    assert (line.count(b"\n"), json.loads(line)["address"]) == (1, address)
    assert parcels_of(line, with_address=True) == [Parcel(b'{"a":1.0,"n":123456789012345678901234567890}', address)]
    two = addressed(b'[{"a":"}"},{"b":2}]\n', address)
    assert parcels_of(two, with_address=True) == [Parcel(b'{"a":"}"}', address), Parcel(b'{"b":2}', address)]


@pytest.mark.parametrize(
    ("sizes", "most", "parts"),
    [
        ([], 10, []),
        ([5] * 7, 3, [3, 3, 1]),
        ([5] * 6, 3, [3, 3]),
        ([200_000] * 5, 10, [2, 2, 1]),
        ([600_000, 5, 600_000], 10, [1, 1, 1]),
        ([255_998, 255_999], 10, [2]),
        ([255_999, 255_999], 10, [1, 1]),
    ],
)
def test_parts_of_a_batch(sizes: list[int], most: int, parts: list[int]) -> None:
    found = list(parted(sizes, most))
    assert [len(sizes[part]) for part in found] == parts
    for part in found:
        raw = [b"x" * size for size in sizes[part]]
        assert len(raw) == 1 or len(b"[" + b",".join(raw) + b"]") <= largest()


def test_the_token_request() -> None:
    request = token_request(EAST)
    assert request.url == "https://login.mypurecloud.com/oauth/token"
    assert request.body == b"grant_type=client_credentials"
    assert request.headers[0] == ("Authorization", "Basic \0")
    assert request.blank == Blank(
        "base64(<GENESYS_CLOUD_CLIENT_ID>:<GENESYS_CLOUD_CLIENT_SECRET>)",
        "$GENESYS_CLOUD_CLIENT_ID:$GENESYS_CLOUD_CLIENT_SECRET",
    )


def test_dump_is_one_json_object_a_line_and_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    lines = list(dump(service(EAST, "genesys-event", "messenger"), requests(EAST, "genesys-event", BODIES)))
    token, call = (json.loads(line) for line in lines)
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    assert list(token) == list(call) == ["method", "url", "headers", "body"]
    assert token["headers"]["Authorization"] == "Basic base64(<GENESYS_CLOUD_CLIENT_ID>:<GENESYS_CLOUD_CLIENT_SECRET>)"
    assert token["body"] == "grant_type=client_credentials"
    assert call["headers"]["Authorization"] == "Bearer <access token>"
    assert call["body"] == BODIES


@pytest.mark.parametrize("form", ["jsonl", "curl", "har"])
def test_no_form_shows_a_secret(form: Form, sandbox: Link) -> None:
    shown = b"".join(
        dump(service(sandbox, "genesys-event", "messenger"), requests(sandbox, "genesys-event", BODIES), form)
    ).decode()
    assert "canary" not in shown
    assert "GENESYS_CLOUD_CLIENT_SECRET" in shown


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_script_sends_what_is_dumped(sandbox: Link, genesys: Genesys, environment: dict[str, str]) -> None:
    bodies = [{"text": 'it\'s $HOME `x` \\ "Zoë" !'}, {"text": "two\nlines"}]
    made = requests(sandbox, "genesys-event", bodies)
    script = b"".join(dump(service(sandbox, "genesys-event", "messenger"), made, "curl"))
    done = subprocess.run(
        ["sh"], input=script, env={**environment, "PATH": "/usr/bin:/bin"}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert genesys.paths() == [TOKEN, EVENTS]
    token, call = genesys.seen
    assert token.headers["authorization"].startswith("Basic ")
    assert call.headers["authorization"] == "Bearer canary-token-1"
    assert (token.body, call.body) == (b"grant_type=client_credentials", made[0].body)
    for name, value in made[0].headers[1:]:
        assert call.headers[name.lower()] == value


def test_an_archive_of_every_request() -> None:
    made = requests(EAST, "genesys-agentless", BODIES)
    moment = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    log = json.loads(b"".join(dump(service(EAST, "genesys-agentless", "messenger"), made, "har", moment)))["log"]
    assert log["version"] == "1.2"
    token, first, second = log["entries"]
    assert token["request"]["url"] == "https://login.mypurecloud.com/oauth/token"
    assert first["startedDateTime"] == "2026-11-22T12:00:00.000+00:00"
    assert first["request"]["queryString"] == [{"name": "useNormalizedMessage", "value": "true"}]
    assert json.loads(first["request"]["postData"]["text"]) == BODIES[0]
    assert {"name": "Authorization", "value": "Bearer <access token>"} in second["request"]["headers"]
    assert second["response"]["status"] == 0, "no answer yet"
