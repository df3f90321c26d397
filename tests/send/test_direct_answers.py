"""What a channel's own API answers: what it is called, and whether it is tried again."""

from __future__ import annotations

from typing import Any

import pytest
from handbill.send import http
from handbill.send.direct import DirectService
from handbill.send.outcome import Outcome, State
from handbill.send.parcels import Parcel
from handbill.send.retry import Class, judged
from send.fake_channel import KEY, RESPONSE, TOKEN, Api, link, posted, why
from send.fake_genesys import Reply

DUPLICATE = {"supported": True, "header": "Key", "duplicate": {"status": 409, "id_header": "X-Accepted"}}
SOURCE = {"x-source": "https://pigeon.example/errors", "x-checked": "2026-11-22"}
ERRORS = [
    {"code": 100, "outcome": "rejected", "x-note": "A bad parameter."},
    {"code": 100, "subcode": 33, "outcome": "not_found", "x-note": "No such perch."},
    {"status": 400, "code": 551, "outcome": "window_closed", "x-note": "It is night."},
    {"status": 400, "code": 80007, "outcome": "throttled", "x-note": "Too many pigeons."},
    {"status": 400, "code": "try_later", "outcome": "transient", "x-note": "Rain."},
    {"status": 500, "code": 2, "outcome": "transient", "x-note": "Storm."},
    {"status": "4xx", "code": 10, "outcome": "permission", "x-note": "No ring."},
    {"code": 190, "outcome": "login", "x-note": "The ring is false."},
    {"status": 400, "code": 7, "outcome": "unknown", "x-note": "Fog."},
    {"status": 400, "code": 9, "outcome": "sent", "x-note": "It had arrived before."},
    {"status": 403, "message": "blocked by", "outcome": "rejected", "x-note": "The person wants no pigeons."},
]


def error(code: object = None, message: str = "as it says", **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "trace": "t-1", **more}}


FINAL, THROTTLED, TRANSIENT = Class.FINAL, Class.THROTTLED, Class.TRANSIENT
EXPLAINED = [
    (Reply(400, error(100)), "rejected", "send-refused", FINAL, "A bad parameter."),
    (Reply(400, error(100, sub=33)), "rejected", "conversation-not-found", FINAL, "No such perch."),
    (Reply(400, error(100, sub=34)), "rejected", "send-refused", FINAL, "A bad parameter."),
    (Reply(400, error(551)), "rejected", "window-closed", FINAL, "It is night."),
    (Reply(400, error(80007)), "rejected", "throttled", THROTTLED, "Too many pigeons."),
    (Reply(400, error("try_later")), "rejected", "send-refused", TRANSIENT, "Rain."),
    (Reply(500, error(2)), "unknown", "outcome-unknown", TRANSIENT, "Storm."),
    (Reply(403, error(10)), "rejected", "not-permitted", FINAL, "No ring."),
    (Reply(400, error(190)), "rejected", "login-failed", FINAL, "The ring is false."),
    (Reply(400, error(7)), "unknown", "outcome-unknown", TRANSIENT, "Fog."),
    (Reply(403, error(0, "Blocked by the person")), "rejected", "send-refused", FINAL, "wants no pigeons"),
    (Reply(403, error(0)), "rejected", "send-refused", FINAL, "Pigeon refused the message."),
    (Reply(401, b""), "rejected", "login-failed", FINAL, "token in PIGEON_TOKEN"),
    (Reply(404, b"<html>"), "rejected", "conversation-not-found", FINAL, "no such address"),
    (Reply(429, b""), "rejected", "throttled", THROTTLED, "rate limit of Pigeon"),
    (Reply(413, b""), "rejected", "send-refused", FINAL, "refused"),
    (Reply(302, b"", {"Location": "/x"}), "rejected", "send-refused", FINAL, "elsewhere"),
    (Reply(503, error(17)), "unknown", "outcome-unknown", TRANSIENT, "failed while"),
    (Reply(501, b""), "unknown", "outcome-unknown", FINAL, "failed while"),
    (Reply(200, b"<html>"), "unknown", "outcome-unknown", TRANSIENT, "not that of Pigeon"),
    (Reply(200, {"x": 1}), "unknown", "outcome-unknown", TRANSIENT, "says nothing of this message"),
    (Reply(fault="close"), "unknown", "outcome-unknown", TRANSIENT, "connection broke"),
    (Reply(fault="hang"), "unknown", "outcome-unknown", TRANSIENT, "did not answer in time"),
]


@pytest.mark.parametrize(("reply", "state", "code", "kind", "cause"), EXPLAINED)
def test_every_failure_is_explained(api: Api, reply: Reply, state: str, code: str, kind: Class, cause: str) -> None:
    told = {"response": RESPONSE, "errors": [{**row, **SOURCE} for row in ERRORS], "idempotency": {"supported": False}}
    api.replies["*"] = [reply]
    found = link(told, api.url)
    ready = DirectService(found, {"PIGEON_TOKEN": TOKEN})
    with http.Client(found.timeouts) as client:
        [verdict] = ready.session(client).post(ready.request([Parcel(b"{}")], [KEY]))
    diagnostic = why(verdict.outcome)
    assert verdict.problem is not None
    judgement = judged(verdict.problem, verdict.outcome.state)
    assert (verdict.outcome.state, diagnostic.code, judgement.kind) == (state, code, kind)
    assert judgement.ambiguous == (state == "unknown")
    assert cause in diagnostic.text
    if isinstance(reply.body, dict) and "error" in reply.body:
        said = reply.body["error"]
        sub = f"/{said['sub']}" if "sub" in said else ""
        assert f" answered {reply.status} {said['code']}{sub}: {said['message']} (reference t-1)" in diagnostic.text
    if verdict.problem.told:
        assert (diagnostic.source, diagnostic.checked) == (SOURCE["x-source"], SOURCE["x-checked"])


@pytest.mark.parametrize(
    ("reply", "identity"),
    [
        (Reply(200, {"id": "m-1"}), "m-1"),
        (Reply(202, {"id": 17}), "17"),
        (Reply(204, b""), ""),
        (Reply(400, error(9)), ""),
        (Reply(409, {"message": "accepted before"}, {"X-Accepted": "r-1"}), "r-1"),
    ],
)
def test_what_counts_as_sent(api: Api, reply: Reply, identity: str) -> None:
    api.replies["*"] = [reply]
    told = {"response": RESPONSE, "errors": [{**row, **SOURCE} for row in ERRORS], "idempotency": DUPLICATE}
    assert posted(link(told, api.url)) == [Outcome(State.SENT, identity)]


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ({"ok": True, "id": "m"}, "sent"), ({"ok": True}, "sent"), ({"ok": False, "error": {"code": 100}}, "rejected"),
        ({"id": "m"}, "unknown"), ({"ok": 1}, "sent"), (b"", "unknown"), ([], "unknown"),
    ],
)  # fmt: skip
def test_a_flag_in_the_answer_decides(api: Api, body: Any, state: str) -> None:
    api.replies["*"] = [Reply(200, body)]
    [outcome] = posted(link({"response": {**RESPONSE, "ok": {"at": "/ok", "is": True}}}, api.url))
    assert outcome.state == state


@pytest.mark.parametrize(
    ("reply", "wait"),
    [
        (Reply(429, error(1, wait=7)), 7.0), (Reply(429, error(1, wait=0.35)), 0.35),
        (Reply(429, error(1, wait="x")), None),
        (Reply(429, error(1, wait=7), {"Retry-After": "3"}), 3.0), (Reply(429, error(1)), None),
        (Reply(429, error(1, wait=-1)), None),
    ],
)  # fmt: skip
def test_how_long_to_wait_is_in_the_header_or_in_the_body(api: Api, reply: Reply, wait: float | None) -> None:
    api.replies["*"] = [reply]
    found = link({"response": RESPONSE}, api.url)
    ready = DirectService(found, {"PIGEON_TOKEN": TOKEN})
    with http.Client(found.timeouts) as client:
        [verdict] = ready.session(client).post(ready.request([Parcel(b"{}")]))
    assert verdict.problem is not None
    assert verdict.problem.wait == wait
