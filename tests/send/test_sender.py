"""One message against a loopback Genesys Cloud: what goes out, what comes back, what it is called."""

from __future__ import annotations

import base64
import json
import re
import socket
from dataclasses import replace
from typing import Any

import pytest
from handbill.diagnostic import Diagnostic, Failed
from handbill.send.connections import service
from handbill.send.dump import dump
from handbill.send.genesys_connection import Genesys as Link
from handbill.send.outcome import Outcome, State
from send import conftest
from send.conftest import linked, made
from send.fake_genesys import EVENTS, TOKEN, Genesys, Reply, Seen

pytestmark = pytest.mark.usefixtures("library")

EVENT = {"type": "send", "content": {"type": "text", "text": "Grüß dich, Zoë 👍"}}
BASIC = base64.b64encode(b"canary-client-id:canary/client+secret").decode()
BOT = "/api/v2/integrations/botconnectors/outgoing/messages"
AGENTLESS = "/api/v2/conversations/messages/agentless"


def sent(sandbox: Link, environment: dict[str, str], *bodies: Any, via: str = "genesys-event") -> list[Outcome]:
    return conftest.sent(sandbox, environment, via, bodies or (EVENT,))


def error(code: str, status: int, message: str = "as Genesys says it") -> dict[str, Any]:
    return {"message": message, "code": code, "status": status, "contextId": "c0ffee", "details": [], "errors": []}


def why(outcome: Outcome) -> Diagnostic:
    assert outcome.diagnostic is not None
    return outcome.diagnostic


def test_a_message_is_sent(genesys: Genesys, sandbox: Link, environment: dict[str, str]) -> None:
    assert sent(sandbox, environment) == [Outcome(State.SENT, "event-1")]
    assert genesys.paths() == [TOKEN, EVENTS]
    token, call = genesys.seen
    assert token.body == b"grant_type=client_credentials"
    assert token.headers["authorization"] == f"Basic {BASIC}"
    assert call.headers["authorization"] == "Bearer canary-token-1"


@pytest.mark.parametrize("via", ["genesys-event", "genesys-bot", "genesys-agentless"])
def test_requests_are_exactly_as_dumped(genesys: Genesys, sandbox: Link, environment: dict[str, str], via: str) -> None:
    bodies = [EVENT, {**EVENT, "n": 1.5}]
    sent(sandbox, environment, *bodies, via=via)
    dumped = [json.loads(line) for line in dump(service(sandbox, via, "messenger"), made(sandbox, via, bodies))]
    assert len(dumped) == len(genesys.seen)
    for line, seen in zip(dumped, genesys.seen, strict=True):
        assert (line["method"], line["url"]) == (seen.method, genesys.url + seen.path)
        body = line["body"]
        written = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        assert written.encode() == seen.body
        headers = {name.lower(): value for name, value in line["headers"].items()}
        scheme = headers.pop("authorization").partition(" ")[0]
        assert seen.headers.pop("authorization").startswith(f"{scheme} ")
        assert {**headers, "host": seen.headers["host"], "content-length": str(len(seen.body))} == seen.headers


@pytest.mark.parametrize(
    ("body", "outcomes"),
    [
        ([{"id": "a"}, {"id": "b"}], [("sent", "a"), ("sent", "b")]),
        ([{"id": 17}, {"id": "b", "error": None}], [("sent", "17"), ("sent", "b")]),
        ([{"id": "a"}, {"error": {"code": "invalid.value", "message": "no"}}], [("sent", "a"), ("rejected", "")]),
        ([{"id": "a"}], [("sent", "a"), ("unknown", "")]),
        ([], [("unknown", ""), ("unknown", "")]),
        ([{}, "x"], [("unknown", ""), ("unknown", "")]),
        ({"id": "a"}, [("sent", "a"), ("unknown", "")]),
        (b"", [("sent", ""), ("sent", "")]),
        (b" \n", [("sent", ""), ("sent", "")]),
        (b"<html>login</html>", [("unknown", ""), ("unknown", "")]),
        (b"null", [("unknown", ""), ("unknown", "")]),
        (b"[" * 100_000, [("unknown", ""), ("unknown", "")]),
        (b'[{"id": "a"},' + b" " * 2_000_000 + b'{"id": "b"}]', [("unknown", ""), ("unknown", "")]),
    ],
)
def test_every_message_has_its_result(
    genesys: Genesys, sandbox: Link, environment: dict[str, str], body: Any, outcomes: list[tuple[str, str]]
) -> None:
    for status in (200, 202):
        genesys.replies[EVENTS] = [Reply(status, body)]
        results = sent(sandbox, environment, EVENT, EVENT)
        assert [(result.state, result.id) for result in results] == outcomes
        assert all((result.diagnostic is None) == (result.state is State.SENT) for result in results)


@pytest.mark.parametrize("reply", [Reply(body={"messageId": "m"}), Reply(body={"id": "m"})])
def test_single_answers(genesys: Genesys, sandbox: Link, environment: dict[str, str], reply: Reply) -> None:
    genesys.replies[BOT] = [reply]
    assert sent(sandbox, environment, via="genesys-bot") == [Outcome(State.SENT, "m")]


def test_agentless_asks_for_the_normalized_message(
    genesys: Genesys, sandbox: Link, environment: dict[str, str]
) -> None:
    genesys.replies[AGENTLESS] = [Reply(202)]
    assert sent(sandbox, environment, via="genesys-agentless") == [Outcome(State.SENT)]
    assert genesys.paths() == [TOKEN, f"{AGENTLESS}?useNormalizedMessage=true"]


def test_after_a_failure_the_rest_of_a_sequence_stays_unsent(
    genesys: Genesys, sandbox: Link, environment: dict[str, str]
) -> None:
    genesys.replies[BOT] = [Reply(body={"messageId": "m"}), Reply(400, error("bad.request", 400))]
    results = sent(sandbox, environment, EVENT, EVENT, EVENT, via="genesys-bot")
    assert [result.state for result in results] == [State.SENT, State.REJECTED, State.NEW]
    assert genesys.paths() == [TOKEN, BOT, BOT]


def test_a_refused_token_is_renewed_once(genesys: Genesys, sandbox: Link, environment: dict[str, str]) -> None:
    genesys.replies[EVENTS] = [Reply(401, error("bad.credentials", 401))]
    assert sent(sandbox, environment) == [Outcome(State.SENT, "event-1")]
    assert genesys.paths() == [TOKEN, EVENTS, TOKEN, EVENTS]
    assert genesys.seen[3].headers["authorization"] == "Bearer canary-token-2"
    assert genesys.seen[1].body == genesys.seen[3].body


def test_and_only_once(genesys: Genesys, sandbox: Link, environment: dict[str, str]) -> None:
    genesys.replies[EVENTS] = [Reply(401, error("bad.credentials", 401))] * 2
    [result] = sent(sandbox, environment)
    assert result.state is State.REJECTED
    assert why(result).code == "login-failed"
    assert genesys.paths() == [TOKEN, EVENTS, TOKEN, EVENTS]


EXPLAINED = [
    (Reply(400, error("bad.request", 400)), "rejected", "send-refused", "template_type", "number of buttons"),
    (Reply(400, error("max.length.exceeded", 400)), "rejected", "send-refused", "less text", "Shorten"),
    (Reply(400, error("not.a.client", 400)), "rejected", "send-refused", "client credentials", "Client Credentials"),
    (Reply(400, b"<html>"), "rejected", "send-refused", "template_type", "handbill check"),
    (Reply(400, error("too.many.requests", 400)), "rejected", "throttled", "rate limit", "Wait a minute"),
    (Reply(403, error("missing.permissions", 403)), "rejected", "not-permitted", "messaging:send", "OAuth > Roles"),
    (Reply(404, error("not.found", 404)), "rejected", "conversation-not-found", "not connected", "24 hours"),
    (Reply(408, error("client.timeout", 408)), "rejected", "send-refused", "in time", "network"),
    (Reply(409, error("request.conflict", 409)), "rejected", "send-refused", "under way", "again"),
    (
        Reply(409, error("organization.outbound.usage.limit.exceeded", 409)),
        "rejected", "send-refused", "used up its outbound messages", "administers",
    ),
    (Reply(413, error("request.entity.too.large", 413)), "rejected", "send-refused", "512,000 bytes", "Split"),
    (Reply(418), "rejected", "send-refused", "refused", "code"),
    (
        Reply(429, error("too.many.requests.retry.after", 429), {"Retry-After": "12"}),
        "rejected", "throttled", "rate limit", "Wait 12 seconds (Retry-After)",
    ),
    (Reply(429), "rejected", "throttled", "rate limit", "Wait a minute"),
    (Reply(500, error("internal.server.error", 500)), "unknown", "outcome-unknown", "may have arrived", "before"),
    (Reply(502, b"<html>"), "unknown", "outcome-unknown", "may have arrived", "before sending again"),
    (Reply(503, error("service.unavailable", 503)), "rejected", "send-refused", "Nothing was sent", "few minutes"),
    (Reply(503, b"<html>"), "unknown", "outcome-unknown", "may have arrived", "before sending again"),
    (Reply(504, error("request.timeout", 504)), "unknown", "outcome-unknown", "may have arrived", "before"),
    (Reply(200, b"<html>"), "unknown", "outcome-unknown", "not Genesys Cloud's", "address"),
    (Reply(200, fault="close"), "unknown", "outcome-unknown", "connection broke", "before sending again"),
    (Reply(200, b"nonsense", {"Content-Encoding": "gzip"}), "unknown", "outcome-unknown", "not Genesys", "address"),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "state", "code", "cause", "fix"), EXPLAINED)
def test_every_failure_is_explained(
    genesys: Genesys, sandbox: Link, environment: dict[str, str],
    reply: Reply, state: str, code: str, cause: str, fix: str,
) -> None:  # fmt: skip
    genesys.replies[EVENTS] = [reply]
    [result] = sent(sandbox, environment)
    diagnostic = why(result)
    assert (result.state, diagnostic.code) == (state, code)
    assert cause in diagnostic.text
    assert fix.lower() in diagnostic.hint.lower()
    answered = " answered " in diagnostic.text
    assert diagnostic.source.startswith("https://") == answered
    assert bool(re.fullmatch(r"\d{4}-\d\d-\d\d", diagnostic.checked)) == answered
    assert ("may have arrived" in diagnostic.text) == (result.state is State.UNKNOWN)
    assert ("Nothing was sent." in diagnostic.text) == (result.state is State.REJECTED)
    assert answered or reply.fault or reply.headers
    assert genesys.paths() == [TOKEN, EVENTS], "never sent again in silence"
    if isinstance(reply.body, dict):
        said = reply.body
        assert f"answered {reply.status} {said['code']}: {said['message']} (contextId c0ffee)" in diagnostic.text


def test_a_time_out_is_unknown_and_not_retried(genesys: Genesys, sandbox: Link, environment: dict[str, str]) -> None:
    sandbox = replace(sandbox, timeouts={**sandbox.timeouts, "read": 0.2})
    genesys.replies[EVENTS] = [Reply(fault="hang")]
    [result] = sent(sandbox, environment)
    assert result.state is State.UNKNOWN
    assert why(result).code == "outcome-unknown"
    assert "Unknown: the message may have arrived." in why(result).text
    assert genesys.paths() == [TOKEN, EVENTS]


def test_fields_that_an_error_names_are_shown(genesys: Genesys, sandbox: Link, environment: dict[str, str]) -> None:
    body = {**error("invalid.value", 400), "details": [{"fieldName": "content.buttons", "errorCode": "too.many"}, 1]}
    genesys.replies[EVENTS] = [Reply(400, body)]
    [result] = sent(sandbox, environment)
    assert "as Genesys says it [content.buttons: too.many] (contextId c0ffee)" in why(result).text


def test_what_a_server_says_is_one_line_and_not_endless(
    genesys: Genesys, sandbox: Link, environment: dict[str, str]
) -> None:
    genesys.replies[EVENTS] = [Reply(400, error("bad.request", 400, "a\n\n= hint: b\r" + "x" * 5000))]
    [result] = sent(sandbox, environment)
    said, cause = why(result).text.split("\n")
    assert "a = hint: b x" in said
    assert len(said) < 500
    assert cause.startswith("The template_type")


def test_the_permission_is_the_gateways(genesys: Genesys, sandbox: Link, environment: dict[str, str]) -> None:
    genesys.replies[BOT] = [Reply(403, error("missing.permissions", 403))]
    [result] = sent(sandbox, environment, via="genesys-bot")
    assert "integration:botconnector:send" in why(result).text


def test_the_organization_is_named(genesys: Genesys, environment: dict[str, str]) -> None:
    environment["GENESYS_CLOUD_ORGANIZATION_ID"] = "org-1"
    sandbox = linked({"x": {"base_url": genesys.url}}, "x", environment)
    genesys.replies[EVENTS] = [Reply(403)]
    [result] = sent(sandbox, environment)
    assert "(organization org-1) answered 403" in why(result).text


LOGIN = [
    (Reply(400, {"error": "invalid_client", "description": "client not found"}),
     "login-failed", "knows no OAuth client with the id in GENESYS_CLOUD_CLIENT_ID"),
    (Reply(401, {"error": "invalid_client", "error_description": "authentication failed"}),
     "login-failed", "the secret in GENESYS_CLOUD_CLIENT_SECRET is not its secret"),
    (Reply(400, {"error": "invalid_client"}), "login-failed", "does not accept the client id"),
    (Reply(400, {"error": "unauthorized_client"}), "login-failed", "client credentials"),
    (Reply(401, b""), "login-failed", "refused the client id and secret"),
    (Reply(404, b"<html>"), "login-failed", "no token endpoint"),
    (Reply(429, b""), "throttled", "Too many tokens"),
    (Reply(503, b""), "login-failed", "could not answer"),
    (Reply(302, b"", {"Location": "/elsewhere"}), "login-failed", "never taken to another address"),
    (Reply(200, b"<html>"), "login-failed", "without a usable access token"),
    (Reply(200, {"access_token": 7}), "login-failed", "without a usable access token"),
    (Reply(200, {"access_token": "a\r\nX-Evil: b"}), "login-failed", "without a usable access token"),
    (Reply(200, []), "login-failed", "without a usable access token"),
    (Reply(fault="close"), "login-failed", "no clear answer"),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "code", "cause"), LOGIN)
def test_every_login_failure_is_explained(
    genesys: Genesys, sandbox: Link, environment: dict[str, str], reply: Reply, code: str, cause: str
) -> None:
    genesys.replies[TOKEN] = [reply]
    with pytest.raises(Failed) as failed:
        sent(sandbox, environment)
    [diagnostic] = failed.value.diagnostics
    assert diagnostic.code == code
    assert cause in diagnostic.text
    assert "Nothing was sent." in diagnostic.text
    assert genesys.paths() == [TOKEN]


def test_a_login_that_fails_on_renewal_leaves_the_message_unsent(
    genesys: Genesys, sandbox: Link, environment: dict[str, str]
) -> None:
    def once_more(seen: Seen) -> Reply:
        genesys.replies[TOKEN] = [Reply(400, {"error": "invalid_client"})]
        return Reply(401)

    genesys.replies[EVENTS] = [once_more]
    with pytest.raises(Failed, match="OAuth client refused"):
        sent(sandbox, environment)


def test_nobody_listens(genesys: Genesys, environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    base = {"base_url": f"http://127.0.0.1:{port}"}
    for settings in (base, {**base, "login_url": genesys.url}):
        nowhere = linked({"x": settings}, "x", environment)
        try:
            [result] = sent(nowhere, environment)
            diagnostic = why(result)
            assert result.state is State.REJECTED
        except Failed as failed:
            [diagnostic] = failed.diagnostics
        assert (diagnostic.code, diagnostic.title) == ("not-connected", "Connection refused")
        assert f"127.0.0.1:{port}" in diagnostic.text
        assert "Nothing was sent." in diagnostic.text


def test_a_server_without_a_certificate(genesys: Genesys, environment: dict[str, str]) -> None:
    plain = linked({"x": {"base_url": genesys.url.replace("http:", "https:")}}, "x", environment)
    with pytest.raises(Failed) as failed:
        sent(plain, environment)
    assert failed.value.diagnostics[0].title in ("Certificate not trusted", "No connection")
    assert failed.value.diagnostics[0].code == "not-connected"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(genesys: Genesys, sandbox: Link, environment: dict[str, str], status: int) -> None:
    genesys.replies[EVENTS] = [Reply(status, b"", {"Location": f"{genesys.url}/elsewhere?token=x"})]
    [result] = sent(sandbox, environment)
    assert (result.state, why(result).title) == (State.REJECTED, "Answer is a redirect")
    assert genesys.paths() == [TOKEN, EVENTS]


def test_proxies_and_cookies_are_not_used(
    genesys: Genesys, sandbox: Link, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    genesys.replies[TOKEN] = [Reply(body={"access_token": "canary-token"}, headers={"Set-Cookie": "session=1; Path=/"})]
    assert sent(sandbox, environment) == [Outcome(State.SENT, "event-1")]
    assert "cookie" not in genesys.seen[1].headers
