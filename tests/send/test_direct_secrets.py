"""No token of a channel in any outcome, log, traceback or dump."""

from __future__ import annotations

import logging
import shutil
import subprocess
from typing import Any

import pytest
from handbill.send.direct import DirectService
from handbill.send.dump import Form, dump
from handbill.send.parcels import Parcel
from handbill.send.sender import requests
from send.fake_channel import RESPONSE, TOKEN, Api, link, posted
from send.fake_genesys import Reply, Seen

CANARIES = [TOKEN, TOKEN.replace("/+", "%2F%2B"), "canary-token", "canary"]
AUTHS: dict[str, dict[str, Any]] = {
    "header": {"header": "Authorization", "value": "Bearer {token}"},
    "query": {"query": "access_token"},
    "path": {"path": True},
    "basic": {"basic": ["{account}", "{token}"]},
}


def auth_of(kind: str) -> dict[str, Any]:
    told: dict[str, Any] = {"auth": {"token": {"variable": "PIGEON_TOKEN", "about": "its token"}, **AUTHS[kind]}}
    if kind == "path":
        told["endpoint"] = {"url": "https://x.example/bot{token}/send"}
    return told


def echo(seen: Seen) -> Reply:
    """A server that answers with everything it was sent."""
    said = f"{seen.path} {seen.headers.get('authorization', '')} {TOKEN}"
    return Reply(400, {"error": {"code": said, "message": said, "trace": said}}, {"Location": said})


@pytest.mark.parametrize("reply", [echo, Reply(fault="close"), Reply(fault="hang"), Reply(200, {"id": TOKEN})])
@pytest.mark.parametrize("kind", AUTHS)
def test_no_canary_comes_out(
    api: Api, kind: str, reply: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    api.replies["*"] = [reply]
    told = {**auth_of(kind), "response": RESPONSE}
    outcomes = posted(link(told, api.url, account="AC1"))
    shown = "\n".join([repr(outcomes), caplog.text, *capfd.readouterr()])
    secret = "canary-token" if kind != "basic" else "QUMxOjEyMzQ1Njp"
    assert secret in str(api.seen), "it went out"
    for canary in [*CANARIES, "QUMxOjEyMzQ1Njp"]:
        assert canary not in shown


@pytest.mark.parametrize("form", ["jsonl", "curl", "har"])
@pytest.mark.parametrize("kind", AUTHS)
def test_a_dump_names_the_variable(kind: str, form: Form) -> None:
    found = link(auth_of(kind), account="AC1")
    ready = DirectService(found)
    shown = b"".join(dump(ready, requests(ready, [Parcel(b'{"a":1}')]), form)).decode()
    assert ("$PIGEON_TOKEN" if form == "curl" else "<PIGEON_TOKEN>") in shown
    assert "\0" not in shown
    assert "\\u0000" not in shown


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("kind", AUTHS)
def test_the_script_sends_what_is_dumped(api: Api, kind: str) -> None:
    found = link(auth_of(kind), api.url, account="AC1")
    posted(found, {"text": 'it\'s $HOME `x` \\ "Zoë" !'})
    ready = DirectService(found)
    [request] = requests(ready, [Parcel(api.seen[0].body)])
    script = b"".join(dump(ready, [request], "curl"))
    # a shell puts the token in as it is, so that one that a URL writes otherwise is not for curl
    environment = {"PIGEON_TOKEN": TOKEN if kind in ("header", "basic") else "123456:canary", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh"], input=script, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second = api.seen
    assert second.path == first.path.replace("-token%2F%2B", "")
    assert second.headers.get("authorization") == first.headers.get("authorization")
    assert (second.method, second.body) == (first.method, first.body)
