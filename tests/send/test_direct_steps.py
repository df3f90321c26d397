"""A channel whose message needs a call before it (Twilio: the content is made, then sent by its id)."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from typing import Any

import pytest
from handbill.send.connections import connection, service
from handbill.send.direct_connection import Direct
from handbill.send.dump import dump
from handbill.send.http import Client
from handbill.send.outcome import State
from handbill.send.parcels import Parcel
from handbill.send.problem import Verdict
from handbill.send.retry import Class, judged
from handbill.send.sender import requests
from send.fake_channel import TOKEN, Api
from send.fake_genesys import Reply

SID = f"AC{'0a' * 16}"
CONTENT = {"friendly_name": "x", "language": "en", "types": {"twilio/text": {"body": 'it\'s $5 "now" 👍'}}}
MAKE, SEND = "/v1/Content", f"/2010-04-01/Accounts/{SID}/Messages.json"
ADDRESS = {"to": "whatsapp:+13175550123", "from": "whatsapp:+13175550199"}
VARIABLES = {"TWILIO_AUTH_TOKEN": TOKEN}


def link(api: Api) -> Direct:
    api.answer = Reply(201, {"sid": "HX1/é&"})
    found = connection(
        {"x": {"gateway": "direct", "channel": "twilio", "account_sid": SID, "base_url": api.url}}, "x", {}
    )
    assert isinstance(found, Direct)
    return replace(found, timeouts={**found.timeouts, "read": 0.3})


def posted(api: Api, *parcels: tuple[Any, dict[str, str]]) -> list[Verdict]:
    found = link(api)
    ready = service(found, "direct", "twilio", VARIABLES)
    with Client(found.timeouts) as client:
        session = ready.session(client)
        return [
            session.post(ready.request([Parcel(json.dumps(body).encode(), address)], ["0" * 32]))[0]
            for body, address in parcels
        ]


def test_the_content_is_made_once_and_sent_by_its_id(api: Api) -> None:
    verdicts = posted(
        api, (CONTENT, ADDRESS), (CONTENT, {**ADDRESS, "to": "whatsapp:+1"}), ({**CONTENT, "n": 1}, ADDRESS)
    )
    assert [verdict.outcome.state for verdict in verdicts] == [State.SENT] * 3
    assert api.paths() == [MAKE, SEND, SEND, MAKE, SEND]
    assert json.loads(api.seen[0].body) == CONTENT
    assert {seen.headers["authorization"][:6] for seen in api.seen} == {"Basic "}
    assert dict(api.forms()[1]) == {"To": ADDRESS["to"], "From": ADDRESS["from"], "ContentSid": "HX1/é&"}


def test_a_body_that_needs_no_content_goes_at_once(api: Api) -> None:
    [verdict] = posted(api, ({"ContentSid": "HX7", "ContentVariables": '{"1":"Zoë"}'}, ADDRESS))
    assert verdict.outcome.state is State.SENT
    assert api.paths() == [SEND]
    assert dict(api.forms()[0])["ContentVariables"] == '{"1":"Zoë"}'
    assert dict(api.forms()[0])["ContentSid"] == "HX7"


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (Reply(400, {"code": 21617, "message": "no"}), Class.FINAL, "send-refused"),
        (Reply(401, {"code": 20003, "message": "no"}), Class.FINAL, "login-failed"),
        (Reply(429, {"code": 20429, "message": "no"}), Class.THROTTLED, "throttled"),
        (Reply(500, b""), Class.TRANSIENT, "send-refused"),
        (Reply(200, {"no": "sid"}), Class.TRANSIENT, "send-refused"),
        (Reply(fault="close"), Class.TRANSIENT, "send-refused"),
        (Reply(fault="hang"), Class.TRANSIENT, "send-refused"),
    ],
)
def test_what_fails_before_the_message_leaves_it_surely_unsent(api: Api, reply: Reply, kind: Class, code: str) -> None:
    api.replies[MAKE] = [reply]
    first, second = posted(api, (CONTENT, ADDRESS), (CONTENT, ADDRESS))
    assert (first.outcome.state, second.outcome.state) == (State.REJECTED, State.SENT)
    assert first.problem is not None
    assert first.outcome.diagnostic is not None
    assert "Nothing was sent." in first.outcome.diagnostic.text or first.problem.told
    assert first.outcome.diagnostic.code == code
    judgement = judged(first.problem, first.outcome.state)
    assert (judgement.kind, judgement.ambiguous) == (kind, False)
    assert api.paths() == [MAKE, MAKE, SEND]


def test_a_dump_shows_the_call_once(api: Api) -> None:
    ready = service(link(api), "direct", "twilio")
    parcels = [Parcel(json.dumps(CONTENT).encode(), {**ADDRESS, "to": to}) for to in ("whatsapp:+1", "whatsapp:+2")]
    lines = [json.loads(line) for line in dump(ready, requests(ready, parcels))]
    assert [line["url"].removeprefix(api.url) for line in lines] == [MAKE, SEND, SEND]
    assert lines[0]["headers"]["Authorization"] == f"Basic base64({SID}:<TWILIO_AUTH_TOKEN>)"
    assert lines[2]["body"].endswith("ContentSid=<content_sid>")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_script_makes_and_sends(api: Api) -> None:
    ready = service(link(api), "direct", "twilio")
    api.answer = Reply(201, {"sid": "HX1"})
    script = b"".join(dump(ready, requests(ready, [Parcel(json.dumps(CONTENT).encode(), ADDRESS)]), "curl"))
    environment = {**VARIABLES, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh"], input=script, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert api.paths() == [MAKE, SEND]
    assert json.loads(api.seen[0].body) == CONTENT
    assert dict(api.forms()[1])["ContentSid"] == "HX1"
    assert dict(api.forms()[1])["To"] == ADDRESS["to"]
