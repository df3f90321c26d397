"""A channel's own API, told by its data: what goes out."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from handbill.send.direct import DirectService
from handbill.send.outcome import Outcome, State
from send.fake_channel import BODY, KEY, TOKEN, UUID_OF_KEY, Api, link, made, posted

URL = "https://api.pigeon.example/v1/send"
BASIC = "QUMxOjEyMzQ1NjpjYW5hcnktdG9rZW4vKw=="


def test_a_message_is_posted_to_the_channels_address(api: Api) -> None:
    assert posted(link({}, api.url)) == [Outcome(State.SENT, "message-1")]
    [seen] = api.seen
    assert (seen.method, seen.path) == ("POST", "/v1/send")
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"
    assert seen.headers["content-type"] == "application/json"
    assert json.loads(seen.body) == BODY


@pytest.mark.parametrize(
    ("auth", "url", "header"),
    [
        ({"header": "X-Auth", "value": "{token}"}, "/v1/send", ("x-auth", TOKEN)),
        ({"header": "Authorization", "value": "Bot {token}"}, "/v1/send", ("authorization", f"Bot {TOKEN}")),
        ({"query": "access_token"}, "/v1/send?access_token=123456:canary-token%2F%2B", None),
        ({"basic": ["{account}", "{token}"]}, "/v1/send", ("authorization", f"Basic {BASIC}")),
    ],
)  # fmt: skip
def test_how_a_channel_wants_its_token(
    api: Api, auth: dict[str, Any], url: str, header: tuple[str, str] | None
) -> None:
    told = {"auth": {"token": {"variable": "PIGEON_TOKEN", "about": "its token"}, **auth}}
    posted(link(told, api.url, account="AC1"))
    [seen] = api.seen
    assert seen.path == url
    assert header is None or seen.headers[header[0]] == header[1]
    assert header is not None or "authorization" not in seen.headers


def test_a_token_in_the_path_and_a_method_by_the_body(api: Api) -> None:
    methods = [{"has": "text", "method": "sendText"}, {"has": "photo", "method": "sendPhoto"}]
    endpoint = {"url": "https://x.example/bot{token}/{method}", "methods": methods}
    told = {"endpoint": endpoint, "auth": {"token": {"variable": "PIGEON_TOKEN", "about": "t"}, "path": True}}
    posted(link(told, api.url), {"text": "a"}, {"photo": "b", "caption": "c"})
    assert api.paths() == [f"/bot{TOKEN.replace('/+', '%2F%2B')}/{method}" for method in ("sendText", "sendPhoto")]


def test_values_in_the_address_are_encoded_and_settings_may_be_addresses() -> None:
    endpoint = {
        "url": "{service}/v3/{page_id}/to/{to}?tag={tag}",
        "headers": {"Destination": "{to}", "Other": "{other}", "Content-Type": "application/json; charset=utf-8"},
    }
    found = link({"endpoint": endpoint}, service="https://smba.example/de", page_id="p/1")
    request = made(found, address={"to": "a/b?c#d&ü\u2028", "tag": "x&y=z"})
    assert request.url == "https://smba.example/de/v3/p%2F1/to/a%2Fb%3Fc%23d&%C3%BC%E2%80%A8?tag=x%26y%3Dz".replace(
        "d&", "d%26"
    )
    headers = dict(request.headers)
    assert headers["Destination"] == "a/b?c#d&%C3%BC%E2%80%A8"
    assert "Other" not in headers
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert request.kind == "application/json"


def test_a_base_url_stands_for_scheme_and_host() -> None:
    told = {"endpoint": {"url": "https://api.pigeon.example/v1/{to}/send?x=1"}}
    request = made(link(told, "http://127.0.0.1:80/prefix"), address={"to": "7"})
    assert request.url == "http://127.0.0.1:80/prefix/v1/7/send?x=1"


def test_a_form_repeats_a_field_and_writes_an_object_as_json(api: Api) -> None:
    told = {"endpoint": {"url": "https://x.example/send", "form": "urlencoded"}}
    posted(
        link(told, api.url), {"To": "+1 2", "MediaUrl": ["a&b", "c"], "Variables": {"1": "Zoë"}, "Flag": True, "N": 2}
    )
    assert api.seen[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert api.forms() == [
        [("To", "+1 2"), ("MediaUrl", "a&b"), ("MediaUrl", "c"), ("Variables", '{"1":"Zoë"}'), ("Flag", "true"),
         ("N", "2")],
    ]  # fmt: skip


# ---- idempotency keys


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"header": "X-Line-Retry-Key", "value": "uuid"}, ("header", "X-Line-Retry-Key", UUID_OF_KEY)),
        ({"query": "requestId", "value": "uuid"}, ("url", f"{URL}?requestId={UUID_OF_KEY}", "")),
        ({"field": "/nonce", "value": "hex", "most": 25, "with": {"/enforce_nonce": True}},
         ("body", {**BODY, "nonce": KEY[:25], "enforce_nonce": True}, "")),
        ({"field": "/data/id"}, ("body", {**BODY, "data": {"id": UUID_OF_KEY}}, "")),
    ],
)  # fmt: skip
def test_where_a_channel_wants_the_key(told: dict[str, Any], where: tuple[str, Any, str]) -> None:
    found = link({"idempotency": {"supported": True, "window_seconds": 60, **told}})
    request = made(found)
    kind, wanted, value = where
    if kind == "header":
        assert dict(request.headers)[wanted] == value
    assert kind != "url" or request.url == wanted
    assert json.loads(request.body) == (wanted if kind == "body" else BODY)
    assert made(found) == request, "the same for each attempt"
    assert made(found, keys=("f" * 32,)) != request
    dedup = DirectService(found).dedup
    assert dedup is not None
    assert dedup.window == 60


def test_the_key_in_the_address_and_in_other_ids_of_the_body() -> None:
    told = {
        "endpoint": {"url": "https://x.example/m?messageId={key}", "headers": {"id": "{key}"}},
        "idempotency": {
            "supported": True,
            "query": "messageId",
            "field": "/id",
            "value": "uuid",
            "also": ["/data/requestIdentifier", "/no/id"],
        },
    }
    request = made(link(told), {"data": {"x": 1}})
    body = json.loads(request.body)
    assert request.url == f"https://x.example/m?messageId={UUID_OF_KEY}"
    assert dict(request.headers)["id"] == body["id"] == UUID_OF_KEY
    assert UUID(body["data"]["requestIdentifier"]).version == 5
    assert body["data"]["requestIdentifier"] != UUID_OF_KEY
    assert "no" not in body


def test_a_message_of_no_run_has_a_key_of_its_own_and_a_dumped_one_a_key_that_no_other_message_has() -> None:
    found = link({"idempotency": {"supported": True, "header": "Key", "value": "uuid"}})
    single = {dict(made(found, keys=()).headers)["Key"] for _ in range(3)}
    assert len(single) == 3
    shown = {
        dict(made(found, {"text": text}, [f"<key of row {row}, body 1>"]).headers)["Key"]
        for row in (1, 2)
        for text in "ab"
    }
    assert len(shown) == 4
    assert all(UUID(key) for key in single | shown)


def test_without_keys_nothing_is_put_anywhere() -> None:
    found = link({"idempotency": {"supported": False}})
    assert DirectService(found).dedup is None
    assert made(found) == made(found, keys=())
