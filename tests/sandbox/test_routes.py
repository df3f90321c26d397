"""What the sandbox takes and what it refuses, over real HTTP, in Genesys Cloud's own words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from handbill.channels import CHANNELS
from handbill.pipeline import Compiler
from handbill.project import shipped
from handbill.sandbox.check import check
from handbill.sandbox.server import Sandbox
from sandbox.conftest import AGENTLESS, BOT, EVENTS, Caller, event, reply, sms


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The ErrorBody of a refusal."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    assert (body["code"], body["status"]) == (code, status)
    assert body["message"]
    assert body["contextId"] == answer.headers["ININ-Correlation-Id"]
    assert body["errors"] == []
    return body


# ---- messages


def test_a_list_of_events_has_a_result_each_in_order(caller: Caller) -> None:
    answer = caller.send(event("1"), event("2"), event("1"))
    assert answer.status_code == 200
    ids = [item["id"] for item in answer.json()]
    assert len(set(ids)) == 3
    assert [line["id"] for line in caller.sandbox.accepted()] == ids
    found = caller.sandbox.messages()
    assert [(each["recipient"], each["arrived"], each["delivered"]) for each in found] == [("1", 2, 2), ("2", 1, 1)]
    assert found[0]["body"] == event("1")
    assert found[0]["channel"] == "987654321098765"


def test_a_bots_reply_and_an_agentless_text(caller: Caller) -> None:
    answer = caller.post(BOT, reply())
    assert (answer.status_code, [*answer.json()]) == (200, ["messageId"])
    answer = caller.post(f"{AGENTLESS}?useNormalizedMessage=true", sms())
    assert answer.status_code == 200
    assert answer.json()["toAddress"] == "+13175555555"
    assert [(m["gateway"], m["recipient"]) for m in caller.sandbox.messages()] == [
        ("genesys-bot", "session-1"),
        ("genesys-agentless", "+13175555555"),
    ]


def test_agentless_may_answer_without_a_body(caller: Caller) -> None:
    caller.sandbox.change(agentless=202)
    answer = caller.post(AGENTLESS, sms())
    assert (answer.status_code, answer.content) == (202, b"")
    assert len(caller.sandbox.messages()) == 1


@pytest.mark.parametrize(
    ("path", "body", "code", "field"),
    [
        (EVENTS, [{**event(), "type": "receive"}], "invalid.value", "type"),
        (EVENTS, [{**event(), "when": "now"}], "invalid.property", "when"),
        (EVENTS, [{"type": "send", "content": event()["content"]}], "constraint.validation", ""),
        (EVENTS, ["send"], "bad.request", ""),
        (BOT, {**reply(), "botState": "Asleep"}, "invalid.value", "botState"),
        (BOT, {"replyMessages": reply()["replyMessages"]}, "constraint.validation", ""),
        (AGENTLESS, {**sms(), "textBody": "x" * 766}, "max.length.exceeded", "textBody"),
        (AGENTLESS, {**sms(), "toAddress": "13175555555"}, "constraint.validation", "toAddress"),
    ],
)
def test_what_the_schemas_refuse(caller: Caller, path: str, body: Any, code: str, field: str) -> None:
    details = refused(caller.post(path, body), 400, code)["details"]
    assert details[0]["fieldName"] == field
    assert details[0]["errorCode"]
    assert caller.sandbox.messages() == []


def test_what_the_channel_refuses(caller: Caller) -> None:
    """The limits of Messenger hold for an event to Messenger, wherever it was made."""
    bad = event()
    bad["content"]["buttons"] = [{"type": "button", "text": f"Slot {n}", "value": f"{n}"} for n in range(14)]
    body = refused(caller.send(bad), 400, "constraint.validation")
    assert "14 buttons; Messenger allows 13" in body["message"]
    assert body["details"] == [{"errorCode": "too-many-buttons", "fieldName": "content.buttons"}]
    bad["external_conversation_reference"]["provider_id"] = "a-channel-of-tomorrow"
    assert caller.send(bad).status_code == 200


def test_the_place_is_that_of_the_event(caller: Caller) -> None:
    long_text, long_title = event(text="x" * 2001), event()
    long_title["content"] = {
        "type": "template",
        "template_type": "generic",
        "cards": [{"type": "card", "title": "x" * 81, "buttons": [{"type": "button", "text": "Go", "value": "go"}]}],
    }
    for bad, place in ((long_text, "content.content[0].text"), (long_title, "content.cards[0].title")):
        details = refused(caller.send(bad), 400, "max.length.exceeded")["details"]
        assert details == [{"errorCode": "text-too-long", "fieldName": place}]


def test_of_several_events_each_answers_for_itself(caller: Caller) -> None:
    answer = caller.send(event("1"), {**event("2"), "type": "no"}, event("unknown-3"), event("4"))
    assert answer.status_code == 200
    first, second, third, fourth = answer.json()
    assert first.keys() == fourth.keys() == {"id"}
    assert second["error"]["code"] == "invalid.value"
    assert third["error"] == {"code": "not.found", "message": "The requested resource was not found."}
    assert [m["recipient"] for m in caller.sandbox.messages()] == ["1", "4"]


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"[]", b"null", b'"x"'])
def test_a_body_that_is_no_list(caller: Caller, body: bytes) -> None:
    refused(caller.post(EVENTS, body), 400, "bad.request")


def test_unknown_users_and_channels(caller: Caller) -> None:
    elsewhere = event()
    elsewhere["external_conversation_reference"]["channel_id"] = "unknown"
    for each in (event("unknown-user"), elsewhere):
        refused(caller.send(each), 404, "not.found")
    caller.sandbox.change(unknown=["gone-"])
    assert caller.send(event("unknown-user")).status_code == 200
    refused(caller.post(BOT, reply("gone-1")), 404, "not.found")


def test_a_request_that_is_too_large(caller: Caller) -> None:
    most = 512_000
    fits = json.dumps([event()]).encode().ljust(most)
    assert caller.post(EVENTS, fits).status_code == 200
    body = refused(caller.post(EVENTS, fits + b" "), 413, "request.entity.too.large")
    assert body["message"].endswith(f"Maximum bytes: {most}")
    refused(caller.post(EVENTS, fits * 8), 413, "request.entity.too.large")


def test_the_wrong_media_type_path_and_method(caller: Caller) -> None:
    refused(caller.post(EVENTS, [event()], Content_Type="text/plain"), 415, "unsupported.media.type")
    refused(caller.post("/api/v2/messaging", [event()]), 404, "not.found")
    refused(caller.http.get(EVENTS), 405, "method.not.allowed")


def test_everything_that_compiles_is_taken() -> None:
    """The sandbox refuses nothing that the compiler has let through."""
    compiler = Compiler(shipped())
    address = {"to": "1", "channel_id": "2", "bot_version": "1", "language": "en-us"}
    seen = set()
    for via in ("genesys-event", "genesys-bot"):
        for name in compiler.project.names():
            template = compiler.project.template(name)
            for channel in compiler.targets(template, CHANNELS):
                for example, given in template.contract.examples.items():
                    result = compiler.compile(name, channel, via, given.values, example=example, address=address)
                    for body in result.bodies or []:
                        check(via, body)
                        seen.add((via, channel))
    assert len(seen) > 9


# ---- who may


@pytest.mark.parametrize(
    ("header", "code"),
    [("", "authentication.required"), ("Basic x", "authentication.required"), ("Bearer no", "bad.credentials")],
)
def test_without_a_good_token(caller: Caller, header: str, code: str) -> None:
    refused(caller.send(event(), Authorization=header), 401, code)


def test_a_token_ends(caller: Caller) -> None:
    assert caller.sandbox.expire() == 1
    refused(caller.send(event()), 401, "credentials.expired")
    caller.sandbox.change(token_life=0)
    ended = caller.login().json()
    assert ended["expires_in"] == 0
    refused(caller.send(event(), Authorization=f"Bearer {ended['access_token']}"), 401, "credentials.expired")
    assert caller.sandbox.counts()["tokens"] == 2


def test_a_role_that_is_taken_away(caller: Caller) -> None:
    caller.sandbox.change(without=["messaging:send"])
    assert "[messaging:send]" in refused(caller.send(event()), 403, "missing.permissions")["message"]
    assert caller.post(BOT, reply()).status_code == 200


def test_the_token_answer(caller: Caller) -> None:
    answer = caller.login()
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("bearer", 86399)
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    assert caller.login(auth=None, data=form).status_code == 200


@pytest.mark.parametrize(
    ("changed", "status", "error", "said"),
    [
        ({"auth": None}, 401, "invalid_client", "client not found"),
        ({"auth": ("client", "")}, 401, "invalid_client", "authentication failed"),
        ({"data": {"grant_type": "password"}}, 400, "unsupported_grant_type", "client_credentials"),
        ({"data": None, "json": {"grant_type": "client_credentials"}}, 400, "invalid_request", "form"),
        ({"auth": None, "headers": {"Authorization": "Basic ?"}}, 401, "invalid_client", "client not found"),
    ],
)
def test_a_login_that_is_refused(caller: Caller, changed: dict[str, Any], status: int, error: str, said: str) -> None:
    answer = caller.login(**changed)
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert said in answer.json()["error_description"] == answer.json()["description"]


def test_only_the_clients_that_were_named() -> None:
    with Sandbox(clients={"client": "secret"}) as sandbox:
        caller = Caller(sandbox)
        for auth, said in ((("other", "secret"), "client not found"), (("client", "other"), "authentication failed")):
            answer = caller.login(auth=auth)
            assert (answer.status_code, answer.json()["error_description"]) == (401, said)
        assert "secret" not in repr(sandbox.settings)
        assert "secret" not in caller.http.get("/_sandbox/faults").text
        caller.http.close()


@pytest.mark.parametrize(
    "headers",
    [{"Host": "handbill.example"}, {"Host": "127.0.0.1.example:80"}, {"Host": ""}, {"Origin": "https://page.example"}],
)
def test_only_for_this_computer(caller: Caller, headers: dict[str, str]) -> None:
    answer = caller.http.get("/_sandbox/messages", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (421, "foreign.host")


def test_it_listens_on_loopback_only(sandbox: Sandbox) -> None:
    assert sandbox.url == f"http://127.0.0.1:{sandbox.port}"
    with pytest.raises(OSError, match=r"(?i)address already in use"):
        Sandbox(sandbox.port)


# ---- for tests


def test_what_arrived_over_http(caller: Caller) -> None:
    caller.send(event("1"), event("1"))
    body = caller.http.get("/_sandbox/messages").json()
    assert (body["arrived"], body["delivered"], len(body["messages"])) == (2, 2, 1)
    assert caller.http.get("/_sandbox/requests").json() == {"requests": 1, "tokens": 1, "answers": {"200": 1}}
    assert caller.http.delete("/_sandbox/messages").status_code == 204
    assert caller.http.get("/_sandbox/messages").json() == {
        "messages": [], "arrived": 0, "delivered": 0, "dropped": 0,
    }  # fmt: skip
    assert caller.http.get("/_sandbox/requests").json() == {"requests": 0, "tokens": 1, "answers": {}}


def test_tokens_end_over_http(caller: Caller) -> None:
    assert caller.http.delete("/_sandbox/tokens").json() == {"expired": 1}
    refused(caller.send(event()), 401, "credentials.expired")


def test_the_log_has_every_message_before_its_answer(tmp_path: Path) -> None:
    log = tmp_path / "accepted.jsonl"
    with Sandbox(log=log, dedupe=True) as sandbox:
        caller = Caller(sandbox)
        for key in ("a", "a", "b"):
            caller.send(event(), Idempotency_Key=key)
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        caller.http.close()
    assert [(line["key"], line["delivered"]) for line in lines] == [("a", True), ("a", False), ("b", True)]
    assert lines[0]["id"] == lines[1]["id"] != lines[2]["id"]
    assert lines[0]["body"] == event()
    assert log.stat().st_mode & 0o777 == 0o600


def test_what_is_told_has_no_secret_and_no_text() -> None:
    told: list[str] = []
    with Sandbox(tell=told.append) as sandbox:
        caller = Caller(sandbox)
        caller.send(event(text="canary text"), event("unknown"))
        caller.post(BOT, {**reply(), "botState": "no"})
        caller.http.close()
    assert [line[9:] for line in told] == [
        "POST /oauth/token: token, 200",
        f"POST {EVENTS}: 1 accepted, 1 refused, 200",
        f"POST {BOT}: 400 invalid.value",
    ]
    assert not any(word in line for line in told for word in ("canary", "secret", caller.token))
