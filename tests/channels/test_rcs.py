"""RCS: what comes back is in base64, lengths are bytes, and the rules that go across a message's parts."""

from __future__ import annotations

import base64
import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from channels.apis import refused, sent, wrong
from channels.cases import FOLDER
from channels.growth import definition
from hypothesis import example, given
from hypothesis import strategies as st

NATIVE = FOLDER / "rcs" / "native"
ASKED = """{"template_type": "quick_reply", "text": "Hi {{ name }}", "buttons": [
  {"text": "Yes", "value": "{{ name }}:{{ order }}"},
  {"text": "{{ label }}", "url": "https://example.com/{{ order }}"}]}"""


def limit(name: str) -> dict[str, Any]:
    return definition(f"rcs/limits.json#/$defs/{name}")


def native(name: str) -> Any:
    return json.loads((NATIVE / f"{name}.json").read_bytes())


def test_what_comes_back_is_in_base64(tmp_path: Path) -> None:
    contexts = [
        {"name": name, "order": order, "label": "Öffnen"} for name in ("Zoë", '"\\', "👨‍👩‍👧") for order in (7, 42)
    ]
    for context, body in zip(contexts, sent(tmp_path, "rcs", ASKED, contexts), strict=True):
        reply, link = body["contentMessage"]["suggestions"]
        assert base64.b64decode(reply["reply"]["postbackData"]).decode() == f"{context['name']}:{context['order']}"
        assert base64.b64decode(link["action"]["postbackData"]).decode() == "Öffnen"
        assert link["action"]["openUrlAction"] == {"url": f"https://example.com/{context['order']}"}


@example("a" * 1536)
@example("a" * 1537)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=2000))
def test_a_value_that_fits_still_fits_in_base64(value: str) -> None:
    """The two limits are one."""
    fits = len(base64.b64encode(value.encode())) <= limit("postback_data")["x-maxBytes"]
    assert fits == (len(value.encode()) <= limit("reply_value")["x-maxBytes"])


@pytest.mark.parametrize(("label", "size"), [("a" * 26, 26), ("ä" * 13, 26), ("😀" * 7, 28)])
def test_lengths_are_bytes(tmp_path: Path, label: str, size: int) -> None:
    message = {"template_type": "quick_reply", "text": "Hi", "buttons": [{"text": label, "value": "x"}]}
    [found] = refused(tmp_path, "rcs", message)
    assert (found.code, found.pointer) == ("text-too-long", "/buttons/0/text")
    assert re.match(f"{size} (bytes|characters)", found.label.text if found.label else "")
    message["buttons"] = [{"text": label[:-1], "value": "x"}]
    assert refused(tmp_path, "rcs", message) == []


def test_a_message_has_a_size_as_json() -> None:
    body = native("carousel")
    card = body["contentMessage"]["richCard"]["carouselCard"]["cardContents"][0]
    card["media"]["contentInfo"]["thumbnailUrl"] = url = "https://x.example/"
    room = limit("message")["x-maxJsonBytes"] - len(json.dumps(body, separators=(",", ":")))
    card["media"]["contentInfo"]["thumbnailUrl"] = url + "a" * room
    assert wrong("rcs", body) == []
    card["media"]["contentInfo"]["thumbnailUrl"] = url + "a" * (room + 1)
    assert wrong("rcs", body) == [((), "x-maxJsonBytes")]


CARD = ("contentMessage", "richCard", "standaloneCard")
CAROUSEL = ("contentMessage", "richCard", "carouselCard")
FIRST = ("contentMessage", "suggestions", 0)
RULES = [
    ("text", (), {"ttl": "600s"}, "x-unsupported"),  # beside expireTime
    ("text", (), {"ttl": "10 minutes", "expireTime": None}, "pattern"),
    ("text", (), {"contentMesage": {}}, "additionalProperties"),
    ("text", ("contentMessage",), {"richCard": native("card")["contentMessage"]["richCard"]}, "x-exactlyOne"),
    ("text", ("contentMessage",), {"text": None}, "x-exactlyOne"),
    ("replies", FIRST, {"action": {"text": "a", "postbackData": "a", "shareLocationAction": {}}}, "x-exactlyOne"),
    ("replies", FIRST, {"reply": {"text": "Yes"}}, "required"),
    ("replies", FIRST, {"reply": None, "action": {"text": "a", "postbackData": "a"}}, "x-exactlyOne"),
    ("card", CARD, {"cardOrientation": "HORIZONTAL"}, "required"),
    ("card", (*CARD, "cardContent", "media"), {"height": None}, "required"),
    ("card-horizontal", (*CARD, "cardContent"), {"title": None}, "x-atLeastOne"),
    ("carousel-small", (*CAROUSEL, "cardContents", 0, "media"), {"height": "TALL"}, "enum"),
    ("carousel-small", (*CAROUSEL, "cardContents", 1), {"description": None}, "x-atLeastOne"),
    ("carousel", (*CAROUSEL, "cardContents", 1, "media"), {"height": None}, "required"),
    ("carousel", CAROUSEL, {"cardWidth": None}, "required"),
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
    assert [said for _, said in wrong("rcs", body)] == [keyword]
