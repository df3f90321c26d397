"""The events of the vendors, as data: every one can be filled, has a source, and is what facts say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from gateways.sdk_oracle import problems
from handbill.channels import CHANNELS, channel
from handbill.message import TEMPLATE_TYPES
from handbill.resources import load
from handbill.sandbox.book import Entry
from handbill.sandbox.endpoints import sendable
from handbill.sandbox.inbox.inbound import Tap, inbound
from handbill.sandbox.inbox.store import Exchange, Item
from pytest_snapshot.plugin import Snapshot

KNOWN = [name for name in sendable() if channel(name).data.get("inbound")]
UNKNOWN = [name for name in sendable() if name not in KNOWN]
NOW = 1_795_377_600.25  # 2026-11-22T20:00:00.250Z
MODELS = {
    "genesys-event": "OpenInboundStructuredResponseMessage",
    "genesys-agentless": "OpenInboundStructuredResponseMessage",
    "genesys-bot": "IncomingMessageRequest",
}


def item(gateway: str, name: str = "messenger", to: str = "123456789") -> Item:
    """A message that was accepted."""
    body = {"botVersion": "1", "languageCode": "en-us"}
    entry = Entry(gateway, to, "page-1", "", orjson.dumps(body), ids=["message-1"])
    return Item(7, (name, to), Exchange(NOW, gateway, "POST", "/", ()), entry=entry)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from texts(child)
    elif isinstance(value, str):
        yield value


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in CHANNELS:
        if told := channel(name).data.get("inbound"):
            yield name, told
    for name, told in load("genesys/inbound.json")["gateways"].items():
        if "same" not in told:
            yield name, told


@pytest.mark.parametrize(("name", "told"), [*rows()], ids=[name for name, _ in rows()])
def test_where_it_is_from(name: str, told: dict[str, Any]) -> None:
    assert told["x-source"].startswith("https://")
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", told["x-checked"])
    kinds = [kind for row in told["rows"] for kind in row["of"]]
    assert {*kinds} <= {*TEMPLATE_TYPES}
    assert len(kinds) == len({*kinds}), "each kind has one event"


@pytest.mark.parametrize("name", KNOWN)
def test_a_channels_own_event(name: str, snapshot: Snapshot) -> None:
    snapshot.snapshot_dir = Path(__file__).parent / "inbound"
    made = {}
    for row in channel(name).data["inbound"]["rows"]:
        for kind in row["of"]:
            found = inbound(Tap(kind, "Ja, gern", "yes_confirmed"), item("direct", name), 8, NOW)
            assert found.vendor
            assert not [text for text in texts(found.event) if re.search(r"\{[a-z_0-9]+\}", text)]
            made[kind] = found.event
    whole = orjson.dumps(made, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    assert "yes_confirmed" in whole or "eWVzX2NvbmZpcm1lZA==" in whole
    snapshot.assert_match(whole, f"{name}.json")


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_is_said_to_be_plain(name: str) -> None:
    found = inbound(Tap("quick_reply", "Yes", "y"), item("direct", name), 8, NOW)
    assert not found.vendor
    assert found.event == {
        "from": "123456789", "message": "message-1", "text": "Yes", "value": "y", "time": "2026-11-22T20:00:00.250Z",
    }  # fmt: skip


@pytest.mark.parametrize("gateway", MODELS)
@pytest.mark.parametrize("kind", ["quick_reply", "card", "generic", "carousel", "list", "date_picker", "notification"])
def test_genesys_clouds_own_models_know_it(gateway: str, kind: str) -> None:
    found = inbound(Tap(kind, "Yes", "y"), item(gateway), 8, NOW)
    assert found.vendor
    assert [*problems(found.event, MODELS[gateway])] == []
    assert "y" in texts(found.event)


def test_a_chat_of_telegram_is_a_number() -> None:
    event = inbound(Tap("quick_reply", "Yes", "y"), item("direct", "telegram"), 8, NOW).event
    assert event["callback_query"]["from"]["id"] == 123456789
    group = inbound(Tap("quick_reply", "Yes", "y"), item("direct", "telegram", "@news"), 8, NOW).event
    assert group["callback_query"]["message"]["chat"]["id"] == "@news"
