"""What a channel's own API answers in the sandbox: keys, rates, the shapes of refusals; and what is kept of it."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from handbill.channels import channel
from handbill.pipeline import Compiler
from handbill.sandbox.book import Book, Memory
from handbill.sandbox.endpoints import PREFIX
from handbill.sandbox.server import Sandbox
from sandbox.own import KEY, KEYED, READY, SETTINGS, TOKEN, Make, Own, people

# ---- keys


@pytest.mark.parametrize("name", KEYED)
def test_a_key_that_came_before(name: str, own: Make, box: Sandbox) -> None:
    """The message is known again, with another body too; under another key it is a message of its own."""
    first, again, other = own(name).post(), own(name).post(), own(name).post(text="Ana")
    duplicate = channel(name).data["idempotency"].get("duplicate")
    [message] = box.messages()
    assert (message["arrived"], message["delivered"], first.status_code) == (3, 1, 200)
    for answer in (again, other):
        assert answer.status_code == (duplicate["status"] if duplicate else 200)
        assert answer.text == first.text or duplicate
        assert not duplicate or answer.headers[duplicate["id_header"]] == message["id"]
    assert own(name).post(key=KEY[::-1]).status_code == 200
    assert [each["delivered"] for each in box.messages()] == [1, 1]


@pytest.mark.parametrize("name", [name for name in READY if name not in KEYED])
def test_no_key_where_the_vendor_has_none(name: str, own: Make, box: Sandbox) -> None:
    box.change(dedupe=True)
    assert {own(name).post().status_code for _ in range(3)} == {200}
    assert sum(each["delivered"] for each in box.messages()) == 3


def test_a_key_is_remembered_as_long_as_the_vendor_says() -> None:
    now = [0.0]
    book = Book(clock=lambda: now[0])
    memory = Memory("direct/pigeon", seconds=60, strict=False)

    def come() -> bool:
        return book.accept("direct", "7", "pigeon", "key", {"text": "Hi"}, memory)[2]

    assert [come(), come()] == [True, False]
    now[0] = 59.9
    assert not come()
    now[0] = 60.0
    assert [come(), come()] == [True, False]
    [message] = book.messages()
    assert (message["arrived"], message["delivered"]) == (5, 2)


def test_a_key_counts_only_where_it_is_asked_for(own: Make, box: Sandbox) -> None:
    """Discord wants a second field beside it."""
    found = own("discord")
    request = httpx.Request("POST", f"{box.url}{PREFIX}/discord/api/v10/channels/7/messages")
    for more in ({}, {}, {"enforce_nonce": True}, {"enforce_nonce": True}):
        body = {"content": "Hi", "nonce": "n", **more}
        answer = httpx.post(request.url, json=body, headers={"Authorization": "Bot t"}, trust_env=False)
        assert answer.status_code == 200
    assert found.data["idempotency"]["with"] == {"/enforce_nonce": True}
    assert [(each["arrived"], each["delivered"]) for each in box.messages()] == [(2, 2), (2, 1)]


# ---- rates, in the vendors' own words


def test_the_rates_of_the_channels(own: Make, box: Sandbox) -> None:
    box.change(own_rates=True)
    assert own("telegram").post(key="").status_code == 200
    answer = own("telegram").post(key="")
    assert answer.status_code == 429
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too many requests.",
        "parameters": {"retry_after": 1},
    }
    assert "retry-after" not in answer.headers
    assert own("telegram").post(to="4711").status_code == 200, "it is of each chat"
    assert own("slack").post().status_code == 200
    assert own("slack").post().headers["retry-after"] == "1"


def test_a_burst_is_paid_back(own: Make, box: Sandbox) -> None:
    box.change(own_rates=True)
    answers = [own("whatsapp").post() for _ in range(46)]
    assert [answer.status_code for answer in answers] == [200] * 45 + [400]
    assert answers[-1].json()["error"]["code"] == 131056


def test_a_rate_for_all_in_a_code_of_the_vendors(own: Make, box: Sandbox) -> None:
    box.change(rate="1/min")
    assert own("messenger").post().status_code == 200
    answer = own("messenger").post()
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == (613, "Too many requests.")
    assert error["fbtrace_id"]
    assert own("messenger").post(token="another").status_code == 200


# ---- shapes of refusals


def test_a_refusal_has_the_vendors_shape(own: Make) -> None:
    unknown = own("messenger").post(to="unknown-1")
    assert unknown.status_code == 400
    assert {**unknown.json()["error"], "fbtrace_id": ""} == {
        "code": 100, "error_subcode": 2018001, "message": "There is no such recipient.", "fbtrace_id": "",
    }  # fmt: skip
    assert own("slack").post(to="unknown-1").json() == {
        "ok": False, "error": "channel_not_found", "response_metadata": {"messages": ["There is no such recipient."]},
    }  # fmt: skip
    slack = own("slack").post(token="unknown")
    assert (slack.status_code, slack.json()["error"]) == (200, "not_authed")
    long = own("line").post(text="x" * 6_000)
    assert long.status_code == 400
    [detail] = long.json()["details"]
    assert detail["property"] == "messages.0.text"
    assert "LINE allows 5000" in detail["message"]
    line = own("line").post(key="", to="unknown-1")
    assert line.json() == {
        "details": [{"message": "There is no such recipient."}],
        "message": "There is no such recipient.",
    }
    viber = own("viber").post(to="closed", token="unknown")
    assert (viber.status_code, viber.json()) == (200, {"status": 2, "status_message": "The token is missing or wrong."})


def test_addresses_and_bodies_that_are_wrong(box: Sandbox) -> None:
    def post(path: str, body: Any = None, **options: Any) -> httpx.Response:
        headers = {"Authorization": "Bearer t", **options.pop("headers", {})}
        asked = {"json": body} if body is not None else options
        return httpx.post(f"{box.url}{PREFIX}{path}", headers=headers, trust_env=False, **asked)

    assert "there are: messenger, " in post("/pigeon/send", {}).json()["error"]
    assert "POST /direct/line/v2/bot/message/push" in post("/line/v2/bot/push", {}).json()["message"]
    telegram = post("/telegram/bott/sendText", {"chat_id": 1, "text": "Hi"})
    assert (telegram.status_code, telegram.json()["description"]) == (404, "There is no method `sendText`.")
    assert post("/telegram/bott/sendPhoto", {"chat_id": 1, "text": "Hi"}).json()["description"] == "photo is missing."
    assert post("/telegram/bott/sendMessage", {"text": "Hi"}).json()["description"] == "chat_id is missing."
    assert "agentId" in post("/rcs/v1/phones/+13175550123/agentMessages", {}).json()["error"]["message"]
    line = "/line/v2/bot/message/push"
    kind = {"Content-Type": "application/json"}
    assert "text/plain" in post(line, content=b"{}", headers={"Content-Type": "text/plain"}).json()["message"]
    assert post(line, content=b"{", headers=kind).json()["message"] == "The body cannot be read."
    assert post(line, content=b"[]", headers=kind).json()["message"] == "The body is no object."
    assert post(line, content=b'{"a":' * 900 + b"1" + b"}" * 900, headers=kind).status_code == 400
    assert post(line, content=b" " * 2_000_001, headers=kind).status_code == 413
    assert httpx.get(f"{box.url}{PREFIX}{line}", trust_env=False).status_code == 405
    messenger = post("/messenger/v26.0/me/messages?access_token=t", {"message": {"text": "Hi"}})
    assert messenger.json()["error"]["message"] == "recipient.id is missing."
    other = post(
        "/messenger/v26.0/me/messages?access_token=t", {"recipient": {"user_ref": "u"}, "message": {"text": "a"}}
    )
    assert other.status_code == 200
    assert [each["recipient"] for each in box.messages()] == [""]


def test_the_name_of_basic_is_that_of_the_address(own: Make, box: Sandbox) -> None:
    path = f"/sms/2010-04-01/Accounts/{SETTINGS[2]}/Messages.json"
    form = {"To": "+13175550123", "From": "+13175550199", "Body": "Hi"}
    for name, status in ((SETTINGS[2], 200), ("AC" + "1" * 32, 401)):
        answer = httpx.post(f"{box.url}{PREFIX}{path}", data=form, auth=(name, "t"), trust_env=False)
        assert answer.status_code == status
    assert answer.json()["code"] == 20003


def test_what_an_earlier_step_has_not_given_is_judged(box: Sandbox) -> None:
    """It may lie at the vendor already."""
    path = f"/twilio/2010-04-01/Accounts/{SETTINGS[2]}/Messages.json"
    for content, status in (("HX" + "0" * 32, 200), ("HX", 400)):
        form = {"To": "whatsapp:+13175550123", "From": "whatsapp:+13175550199", "ContentSid": content}
        answer = httpx.post(f"{box.url}{PREFIX}{path}", data=form, auth=(SETTINGS[2], "t"), trust_env=False)
        assert answer.status_code == status
    assert answer.json()["message"].startswith("ContentSid: ")
    assert len(box.messages()) == 1


def test_only_named_clients_are_let_in(compiler: Compiler) -> None:
    with Sandbox(clients={"me": "canary-secret"}) as box:
        assert Own(compiler, "line", box).post(token="canary-secret").status_code == 200
        assert Own(compiler, "line", box).post(key="").status_code == 401


@pytest.mark.parametrize("name", READY)
def test_what_the_api_takes_is_taken(name: str, own: Make, box: Sandbox) -> None:
    """Every native payload; and none of them breaks it when a part of it is of another kind."""
    files = sorted((Path(__file__).parents[1] / "channels" / name / "native").glob("*.json"))
    bodies = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    found = own(name)
    for file, answer in zip(files, found.raw(bodies), strict=True):
        assert (file.name, answer.status_code) == (file.name, 200), answer.text
    assert sum(each["delivered"] for each in box.messages()) == len(files) > 0
    kinds = itertools.cycle([None, 7, [], {}, [{}], {"type": 7}, "", [[]]])
    wrong = [{**body, part: kind} for body in bodies for part, kind in zip(body, kinds, strict=False)]
    assert {answer.status_code for answer in found.raw(wrong)} <= {200, 400, 404, 413}


# ---- what is kept, and what is said


def test_what_is_kept_and_said(compiler: Compiler, tmp_path: Path) -> None:
    log, said = tmp_path / "log.jsonl", list[str]()
    with Sandbox(log=log, tell=said.append) as box:
        for name in READY:
            assert Own(compiler, name, box).post().status_code == 200
        kept = httpx.get(f"{box.url}/_sandbox/messages", trust_env=False).json()
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [each["channel"] for each in lines] == [each["channel"] for each in kept["messages"]] == list(READY)
    assert (kept["arrived"], kept["delivered"]) == (len(READY), len(READY))
    for name, message, line in zip(READY, kept["messages"], lines, strict=True):
        assert message["gateway"] == line["gateway"] == "direct"
        assert message["recipient"] == line["recipient"] == people(name, 1)[0]
        assert bool(message["key"]) == (name in KEYED)
        assert message["body"] == line["body"]
    assert not any(TOKEN in line or "Zoë" in line for line in said)
    assert any(line.endswith("POST /direct/telegram/bot{token}/{method}: 1 accepted, 200") for line in said)


def test_the_same_seed_has_the_same_faults_in_every_run(compiler: Compiler) -> None:
    """Whatever the keys of the run."""
    seen = []
    for key in (KEY, KEY[::-1]):
        with Sandbox(seed=5, fail={"500": 0.5}) as box:
            seen.append([Own(compiler, "discord", box).post(key=key, to=str(n)).status_code for n in range(20)])
    assert seen[0] == seen[1]
    assert set(seen[0]) == {200, 500}
