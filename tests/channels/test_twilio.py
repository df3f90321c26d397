"""Twilio: variables as JSON text, nothing that Twilio would take for a variable, and the rules of its content types."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from channels.apis import refused, sent, wrong
from channels.cases import FOLDER
from handbill.channels.twilio import json_text
from handbill.tree import Leaf, fill
from hypothesis import given
from hypothesis import strategies as st

NATIVE = FOLDER / "twilio" / "native"
SID = "HX0123456789abcdef0123456789abcdef"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
REPLY, LINK, CALL = ({"value": "v"}, {"url": "https://example.com/"}, {"phone": "+4930123456"})


def native(name: str) -> Any:
    return json.loads((NATIVE / f"{name}.json").read_bytes())


def case(name: str) -> Any:
    return json.loads((FOLDER / "twilio" / f"{name}.json").read_bytes())


def buttons(*actions: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"text": f"Button {at}", **{key: f"{value}{at}" for key, value in each.items()}}
        for at, each in enumerate(actions)
    ]


@given(st.dictionaries(TEXTS, TEXTS, min_size=1), st.lists(TEXTS, min_size=2, max_size=2))
def test_variables_are_json_whatever_they_hold(values: dict[str, str], holes: list[str]) -> None:
    leaves = {name: Leaf("", parts=(text, 0, " ", 1)) for name, text in values.items()}
    made = fill(json_text(leaves), holes)
    assert json.loads(made) == {name: f"{text}{holes[0]} {holes[1]}" for name, text in values.items()}


def test_a_notification_is_a_form(tmp_path: Path) -> None:
    template = f"""{{"template_type": "notification", "name": "{SID}", "language": "en",
      "parameters": {{"body": {{"1": "{{{{ name }}}}", "total": "€ {{{{ total }}}}"}}}}}}"""
    contexts = [{"name": name, "total": 42} for name in ("Zoë", 'Z"\\\n', "{{1}}")]
    for context, body in zip(contexts, sent(tmp_path, "twilio", template, contexts), strict=True):
        assert body["ContentSid"] == SID
        assert json.loads(body["ContentVariables"]) == {"1": context["name"], "total": "€ 42"}


@pytest.mark.parametrize("text", ["Hi {{1}}", "{{", "a {{name}} b", "{{{"])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("text", ("text",)),
        ("quick_reply", ("buttons", 0, "value")),
        ("card", ("subtitle",)),
        ("carousel", ("cards", 1, "title")),
        ("list", ("sections", 0, "items", 1, "subtitle")),
        ("media", ("caption",)),
        ("location", ("name",)),
    ],
)
def test_what_twilio_would_take_for_a_variable_is_refused(
    tmp_path: Path, name: str, path: tuple[Any, ...], text: str
) -> None:
    message = case(name)
    node = message
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = "{ a } {b} {"
    assert refused(tmp_path, "twilio", message) == []
    node[path[-1]] = "{% raw %}" + text + "{% endraw %}"
    [found] = refused(tmp_path, "twilio", message)
    assert found.code == "unsupported-content"
    assert found.pointer == "".join(f"/{step}" for step in path)


@pytest.mark.parametrize(
    ("actions", "codes"),
    [
        ((REPLY, REPLY, REPLY), []),
        ((REPLY, REPLY, REPLY, REPLY), ["too-many-buttons"]),
        ((LINK, LINK, CALL), []),
        ((LINK, CALL, LINK), []),
        ((LINK, LINK, LINK), ["too-many-buttons"]),
        ((CALL, CALL), ["too-many-buttons"]),
        ((CALL, CALL, CALL, CALL), ["too-many-buttons"]),
        ((REPLY, LINK), ["unsupported-content"]),
        ((CALL, LINK, REPLY), ["unsupported-content"]),
    ],
)
def test_buttons_under_a_text(tmp_path: Path, actions: tuple[dict[str, str], ...], codes: list[str]) -> None:
    message = {"template_type": "quick_reply", "text": "Pick", "buttons": buttons(*actions)}
    assert [found.code for found in refused(tmp_path, "twilio", message)] == codes


@pytest.mark.parametrize(
    ("actions", "codes"),
    [
        ((REPLY, LINK, CALL), []),
        ((LINK, LINK, LINK), ["too-many-buttons"]),
        ((CALL, REPLY, CALL), ["too-many-buttons"]),
        ((REPLY, REPLY, REPLY, REPLY), ["too-many-buttons"]),
    ],
)
def test_buttons_of_a_card(tmp_path: Path, actions: tuple[dict[str, str], ...], codes: list[str]) -> None:
    message = {"template_type": "card", "title": "Shoes", "buttons": buttons(*actions)}
    assert [found.code for found in refused(tmp_path, "twilio", message)] == codes


def test_the_texts_of_a_carousels_card_count_together(tmp_path: Path) -> None:
    message = case("carousel")
    message["cards"][0].update(title="a" * 60, subtitle="b" * 100)
    assert refused(tmp_path, "twilio", message) == []
    message["cards"][0]["subtitle"] += "b"
    [found] = refused(tmp_path, "twilio", message)
    assert found.code == "text-too-long"
    del message["cards"][0]["subtitle"]
    message["cards"][0]["title"] = "a" * 160
    assert refused(tmp_path, "twilio", message) == []


TYPES = ("types",)
CARDS = ("types", "twilio/carousel", "cards")
CALLS = ("types", "twilio/call-to-action", "actions")
RULES = [
    ("text", (), {"language": None}, "required"),
    ("text", TYPES, {"sms": {}}, "pattern"),
    ("text", TYPES, {"twilio/text": {"text": "x"}}, "required+additionalProperties"),
    ("message", (), {"ContentSid": "HX1"}, "pattern"),
    ("message", (), {"ContentSid": None}, "x-atLeastOne"),
    ("message-body", (), {"MessagingServiceSid": "AC1"}, "pattern"),
    ("card", ("types", "twilio/card"), {"title": None}, "x-atLeastOne"),
    ("card", ("types", "twilio/card"), {"subtitle": None, "media": None, "actions": None}, "x-atLeastOne"),
    ("card", ("types", "twilio/card"), {"media": ["ftp://x.example/1.png"]}, "pattern"),
    ("card", ("types", "twilio/card"), {"media": ["https://{{1}}/1.png"]}, "pattern"),
    ("call-to-action", (*CALLS, 2), {"type": "URL", "url": "https://x.example/", "phone": None}, "x-unsupported"),
    ("call-to-action", (*CALLS, 0), {"type": "PHONE_NUMBER", "phone": "+1", "url": None}, "x-maxTotal"),
    ("call-to-action", (*CALLS, 0), {"url": None}, "required"),
    (
        "carousel",
        (*CARDS, 1),
        {"actions": [{"type": "URL", "title": "Go", "url": "https://x.example/"}]},
        "x-sameShape",
    ),
    ("carousel", (*CARDS, 1), {"media": None}, "required"),
    ("list-picker", ("types", "twilio/list-picker", "items", 0), {"description": None}, "required"),
    ("location", ("types", "twilio/location"), {"latitude": 91}, "maximum"),
]


@pytest.mark.parametrize(("name", "path", "change", "keywords"), RULES)
def test_a_rule_that_is_broken(name: str, path: tuple[Any, ...], change: dict[str, Any], keywords: str) -> None:
    """None takes a field out. One finding a mistake."""
    body = copy.deepcopy(native(name))
    node = body
    for step in path:
        node = node[step]
    node.update(change)
    for key in [key for key, value in change.items() if value is None]:
        del node[key]
    assert "+".join(said for _, said in wrong("twilio", body)) == keywords
