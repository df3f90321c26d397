"""Apple Messages for Business: times in its form, the size of interactive data, and what belongs together."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from channels.apis import refused, sent, wrong
from channels.cases import FOLDER
from channels.growth import definition
from handbill.channels.apple import start_time

NATIVE = FOLDER / "apple" / "native"
UUID = "0f0f1e9c-6a5a-4a21-9a37-0d6d6f2a11aa"


def native(name: str) -> Any:
    return json.loads((NATIVE / f"{name}.json").read_bytes())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-01-11T09:00Z", "2027-01-11T09:00+0000"),
        ("2027-01-11T09:00:00Z", "2027-01-11T09:00+0000"),
        ("2027-01-11T14:30+01:00", "2027-01-11T14:30+0100"),
        ("2027-01-11T14:30:00-05:30", "2027-01-11T14:30-0530"),
    ],
)
def test_a_start_as_apple_writes_it(text: str, expected: str) -> None:
    assert start_time(text) == expected


def test_times_may_be_values(tmp_path: Path) -> None:
    template = """{"template_type": "date_picker", "text": "When, {{ name }}?", "slots": [
      {"start": "{{ day }}T09:00:00Z", "duration": {{ long }}}, {"start": "{{ day }}T11:00-05:00", "duration": 60}]}"""
    contexts = [
        {"name": name, "day": day, "long": 1800} for name in ("Zoë", "Ann") for day in ("2027-01-11", "2027-02-01")
    ]
    for context, body in zip(contexts, sent(tmp_path, "apple", template, contexts), strict=True):
        data = body["interactiveData"]
        assert data["data"]["event"]["timeslots"] == [
            {"identifier": "1", "startTime": f"{context['day']}T09:00+0000", "duration": 1800},
            {"identifier": "2", "startTime": f"{context['day']}T11:00-0500", "duration": 60},
        ]
        assert data["receivedMessage"] == {"title": f"When, {context['name']}?"}


def test_interactive_data_have_a_size() -> None:
    body = native("quick-reply")
    data = body["interactiveData"]
    limit = definition("apple/limits.json#/$defs/interactive")["x-maxJsonBytes"]
    room = limit - len(json.dumps(data, separators=(",", ":")).encode())
    data["data"]["quick-reply"]["summaryText"] += "a" * room
    assert wrong("apple", body) == []
    data["data"]["quick-reply"]["summaryText"] += "a"
    assert wrong("apple", body) == [(("interactiveData",), "x-maxJsonBytes")]


def test_a_list_too_large_is_told_at_the_list(tmp_path: Path) -> None:
    items = [{"text": f"Shop number {number} of many", "value": f"shop_{number}"} for number in range(200)]
    message = {"template_type": "list", "text": "Where?", "button": "Shops", "sections": [{"items": items}]}
    [found] = refused(tmp_path, "apple", message)
    assert found.code == "output-too-large"


DATA = ("interactiveData", "data")
SLOTS = (*DATA, "event", "timeslots")
RULES = [
    ("text", (), {"body": None}, "required"),
    ("text", (), {"type": "txt"}, "enum"),
    ("text", (), {"id": "1"}, "pattern"),
    ("text", (), {"v": 2}, "const"),
    ("quick-reply", (), {"interactiveDataRef": {}}, "x-exactlyOne"),
    ("quick-reply", (*DATA, "quick-reply", "items", 1), {"identifier": "1"}, "x-uniqueBy"),
    ("quick-reply", DATA, {"requestIdentifier": "1"}, "pattern"),
    ("quick-reply", DATA, {"quick-reply": None}, "x-exactlyOne"),
    ("list-picker", ("interactiveData",), {"receivedMessage": None}, "required"),
    ("list-picker", (*DATA, "images", 0), {"data": "https://x.example/1.png"}, "pattern"),
    ("list-picker", (*DATA, "listPicker", "sections", 0), {"items": []}, "minItems"),
    ("time-picker", (*SLOTS, 0), {"startTime": "2026-12-26T08:27:00+00:00"}, "pattern"),
    ("time-picker", (*SLOTS, 0), {"duration": "1 h"}, "type"),
    ("time-picker", ("interactiveData",), {"receivedMessage": None}, "required"),
    ("rich-link", ("richLinkData",), {"title": None}, "required"),
    ("rich-link", ("richLinkData", "assets", "image"), {"mimeType": None}, "required"),
]


@pytest.mark.parametrize(("name", "path", "change", "keyword"), RULES)
def test_a_rule_that_is_broken_is_one_finding(
    name: str, path: tuple[Any, ...], change: dict[str, Any], keyword: str
) -> None:
    """None takes a field out."""
    body = copy.deepcopy(native(name))
    node = body
    for step in path:
        node = node[step]
    node.update(change)
    for key in [key for key, value in change.items() if value is None]:
        del node[key]
    assert [said for _, said in wrong("apple", body)] == [keyword]


@pytest.mark.parametrize("name", ["text", "quick-reply", "list-picker", "time-picker", "rich-link"])
def test_ids_and_addresses_may_come_later(name: str) -> None:
    body = {key: value for key, value in native(name).items() if key not in ("id", "sourceId", "destinationId")}
    body.get("interactiveData", {}).get("data", {}).pop("requestIdentifier", None)
    assert wrong("apple", body) == []
