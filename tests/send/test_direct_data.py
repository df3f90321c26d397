"""The data of every channel that is sent to directly are such that it can be."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from handbill.channels import CHANNELS, channel
from handbill.resources import load
from handbill.send.connections import connection
from handbill.send.direct_connection import Direct
from send.fake_channel import Api, made, posted, why
from send.fake_genesys import Reply

READY = [name for name in CHANNELS if channel(name).direct and "unsupported" not in channel(name).data["auth"]]
ONE_STEP = [name for name in READY if "url" in channel(name).data["endpoint"]]


def ready_link(name: str) -> Direct:
    data = channel(name).data
    found = connection({"x": {"gateway": "direct", "channel": name}}, "x", {})
    assert isinstance(found, Direct)
    settings = {each["name"]: each.get("default", "s-1") for each in data.get("settings") or ()}
    return replace(found, settings=settings)


@pytest.mark.parametrize("name", ONE_STEP)
def test_a_channels_data_make_a_whole_request(name: str) -> None:
    data = channel(name).data
    address = {field["name"]: field.get("example", "x") for field in data["address"]["fields"]}
    request = made(ready_link(name), {"text": "x"}, address=address)
    assert request.url.startswith("https://")
    shown = request.url + " ".join(value for _, value in request.headers)
    assert not re.search(r"[<>{}]", shown), shown
    assert ("\0" in shown) == bool(data["auth"].get("token"))


@pytest.mark.parametrize("name", READY)
def test_a_channels_rates_are_of_use(name: str) -> None:
    for rate in channel(name).data.get("rates") or ():
        assert rate.get("applies", "connection") in ("connection", "recipient")


@pytest.mark.parametrize("name", ONE_STEP)
def test_every_error_of_a_channel_is_understood(name: str, api: Api) -> None:
    """What its data say comes back as an answer, and is taken for what they say."""
    data = channel(name).data
    states = {"sent": "sent", "unknown": "unknown"}
    for row in data.get("errors") or ():
        status = int(str(row.get("status", 400)).replace("xx", "00"))
        if status == (data.get("idempotency") or {}).get("duplicate", {}).get("status"):
            continue
        api.replies["*"] = [Reply(status, answer_of(data, row))]
        [outcome] = posted(replace(ready_link(name), base=api.url), {"text": "x"})
        wanted = (
            "unknown" if row["outcome"] == "transient" and status >= 500 else states.get(row["outcome"], "rejected")
        )
        assert (row, outcome.state) == (row, wanted)
        assert row["outcome"] == "sent" or row.get("x-note", "") in why(outcome).text


def answer_of(data: dict[str, Any], row: dict[str, Any]) -> Any:
    body: Any = {}
    response = data.get("response") or {}
    for name in ("code", "subcode", "message"):
        if name in row:
            pointers = response[name]
            put(body, pointers if isinstance(pointers, str) else pointers[0], row[name])
    if "ok" in response and row.get("status", 200) == 200:
        flag = response["ok"]
        if not any(flag["at"] == pointer for pointer in response.get("code", ())):
            put(body, flag["at"], not flag["is"])
    return body


def put(body: Any, pointer: str, value: Any) -> None:
    steps = pointer.split("/")[1:]
    for place, step in enumerate(steps):
        last = place + 1 == len(steps)
        following: Any = value if last else [] if steps[place + 1].isdigit() else {}
        if isinstance(body, list):
            if int(step) == len(body):
                body.append(following)
            body = body[int(step)]
        else:
            body = body.setdefault(step, following)


def test_every_outcome_has_a_row() -> None:
    rows = load("direct/connection.json")["errors"]
    known = {outcome for row in rows for when in row["when"] for outcome in when.get("outcome", ())}
    used = {
        row["outcome"] for name in CHANNELS for row in channel(name).data.get("errors") or () if channel(name).direct
    }
    assert used - {"sent"} <= known
