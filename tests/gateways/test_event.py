"""genesys-event: the tutorial's JSON to the letter, and the other types in its words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from gateways.trees import MESSENGER, bodies
from handbill.validate import schema

ADDRESS = {"to": "123456789012345", "channel_id": "987654321098765"}

QUICK_REPLY = {
    "template_type": "quick_reply",
    "text": "Do you want to schedule a follow-up call?",
    "buttons": [{"text": "Yes", "value": "yes_confirmed"}, {"text": "No", "value": "no_declined"}],
}
CAROUSEL = {
    "template_type": "carousel",
    "cards": [
        {
            "title": "Product One",
            "subtitle": "High-quality widget",
            "image": {"url": "https://example.com/images/product1.jpg"},
            "buttons": [{"text": "View Product", "url": "https://example.com/product1"}],
        },
        {
            "title": "Product Two",
            "subtitle": "Durable gadget",
            "image": {"url": "https://example.com/images/product2.jpg"},
            "buttons": [{"text": "View Product", "url": "https://example.com/product2"}],
        },
    ],
}
QUICK_REPLY_EVENT = (
    '{"type":"send","content":{"type":"template","template_type":"quick_reply","content":[{"type":"text","text":"Do you'
    ' want to schedule a follow-up call?"}],"buttons":[{"type":"button","text":"Yes","value":"yes_confirmed"},'
    '{"type":"button","text":"No","value":"no_declined"}]},"external_conversation_reference":{"id":"123456789012345",'
    '"channel_id":"987654321098765","provider_id":"messenger"}}'
)
CAROUSEL_EVENT = (
    '{"type":"send","content":{"type":"template","template_type":"carousel","cards":[{"type":"card","title":"Product'
    ' One","subtitle":"High-quality widget","image":{"url":"https://example.com/images/product1.jpg"},"buttons":[{"type":'
    '"button","text":"View Product","url":"https://example.com/product1"}]},{"type":"card","title":"Product Two",'
    '"subtitle":"Durable gadget","image":{"url":"https://example.com/images/product2.jpg"},"buttons":[{"type":"button",'
    '"text":"View Product","url":"https://example.com/product2"}]}]},"external_conversation_reference":{"id":'
    '"123456789012345","channel_id":"987654321098765","provider_id":"messenger"}}'
)


@pytest.mark.parametrize(("message", "expected"), [(QUICK_REPLY, QUICK_REPLY_EVENT), (CAROUSEL, CAROUSEL_EVENT)])
def test_the_tutorial_to_the_letter(message: dict[str, Any], expected: str) -> None:
    (body,) = bodies("genesys-event", message, channel=MESSENGER, address=ADDRESS)
    assert json.dumps(body, separators=(",", ":")) == expected
    assert schema("genesys/event.schema.json").is_valid(body)


def test_without_an_address_there_is_no_reference() -> None:
    (body,) = bodies("genesys-event", QUICK_REPLY)
    assert list(body) == ["type", "content"]


def test_a_single_card_is_generic() -> None:
    card = {
        "template_type": "card",
        "title": "One",
        "url": "https://example.com/",
        "image": {"url": "https://x/1", "alt": "A"},
    }
    (body,) = bodies("genesys-event", card)
    assert body["content"] == {
        "type": "template",
        "template_type": "generic",
        "cards": [
            {"type": "card", "title": "One", "image": {"url": "https://x/1", "alt": "A"}, "url": "https://example.com/"}
        ],
    }


@pytest.mark.parametrize(
    ("message", "content"),
    [
        (
            {"template_type": "text", "text": "Hi", "header": "H", "footer": "F", "metadata": {"k": "v"}},
            {"type": "text", "text": "Hi", "header": "H", "footer": "F", "metadata": {"k": "v"}},
        ),
        (
            {"template_type": "media", "kind": "file", "url": "https://x/a.pdf", "filename": "a.pdf", "mime": "a/b"},
            {"kind": "file", "url": "https://x/a.pdf", "filename": "a.pdf", "mime": "a/b"},
        ),
        (
            {"template_type": "location", "latitude": 51.5, "longitude": 0, "name": "Office"},
            {"latitude": 51.5, "longitude": 0, "name": "Office"},
        ),
        (
            {
                "template_type": "date_picker",
                "text": "When?",
                "slots": [{"start": "2026-12-01T09:30Z", "duration": 60}],
            },
            {"content": [{"type": "text", "text": "When?"}], "slots": [{"start": "2026-12-01T09:30Z", "duration": 60}]},
        ),
        (
            {
                "template_type": "list",
                "text": "T",
                "button": "B",
                "sections": [{"items": [{"text": "a", "value": "1"}]}],
            },
            {
                "content": [{"type": "text", "text": "T"}],
                "button": "B",
                "sections": [{"items": [{"text": "a", "value": "1"}]}],
            },
        ),
        (
            {"template_type": "notification", "name": "n", "language": "en", "parameters": {"body": {"1": "x"}}},
            {"name": "n", "language": "en", "parameters": {"body": {"1": "x"}}},
        ),
    ],
    ids=lambda value: value.get("template_type", "") if isinstance(value, dict) else "",
)
def test_the_other_types(message: dict[str, Any], content: dict[str, Any]) -> None:
    (body,) = bodies("genesys-event", message)
    if message["template_type"] != "text":
        content = {"type": "template", "template_type": message["template_type"], **content}
    assert body == {"type": "send", "content": content}
    assert schema("genesys/event.schema.json").is_valid(body)


def test_one_event_a_message() -> None:
    assert [
        b["content"]["type"] for b in bodies("genesys-event", QUICK_REPLY, {"template_type": "text", "text": "x"})
    ] == [
        "template",
        "text",
    ]
