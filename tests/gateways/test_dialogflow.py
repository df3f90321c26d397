"""genesys-dialogflow: the `genesys_…` keys."""

from __future__ import annotations

from typing import Any

import pytest
from gateways.sdk_oracle import problems
from gateways.test_event import CAROUSEL, QUICK_REPLY
from gateways.trees import bodies
from handbill.validate import schema

TEXT = {"template_type": "text", "text": "Hello"}
CARD = {"template_type": "card", **CAROUSEL["cards"][0]}
CONTENT = {
    "title": "Product One",
    "description": "High-quality widget",
    "image": "https://example.com/images/product1.jpg",
    "actions": [{"type": "Link", "text": "View Product", "url": "https://example.com/product1"}],
}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (TEXT, {"genesys_prompt": "Hello"}),
        (
            QUICK_REPLY,
            {
                "genesys_prompt": "Do you want to schedule a follow-up call?",
                "genesys_quick_replies": [
                    {"text": "Yes", "payload": "yes_confirmed"},
                    {"text": "No", "payload": "no_declined"},
                ],
            },
        ),
        (CARD, {"genesys_carousel": [CONTENT]}),
        (
            {"template_type": "carousel", "text": "Ours", "cards": CAROUSEL["cards"][:1]},
            {"genesys_prompt": "Ours", "genesys_carousel": [CONTENT]},
        ),
    ],
)
def test_payloads(message: dict[str, Any], expected: dict[str, Any]) -> None:
    (body,) = bodies("genesys-dialogflow", message)
    assert body == expected
    assert schema("genesys/dialogflow.schema.json").is_valid(body)
    for card in body.get("genesys_carousel", []):
        assert list(problems(card, "ConversationContentCard")) == []


@pytest.mark.parametrize(
    "message",
    [
        {"template_type": "location", "latitude": 1, "longitude": 2},
        {"template_type": "media", "kind": "image", "url": "https://x/"},
        {**TEXT, "header": "H"},
        {**TEXT, "footer": "F"},
        {**TEXT, "metadata": {"k": "v"}},
        {**QUICK_REPLY, "buttons": [{"text": "Go", "url": "https://x/"}]},
        {**QUICK_REPLY, "buttons": [{"text": "Go", "value": "go", "image_url": "https://x/"}]},
        {"template_type": "card", "title": "No buttons"},
    ],
)
def test_what_has_no_place_is_refused_once(message: dict[str, Any]) -> None:
    assert schema("message.schema.json").is_valid(message)
    assert len(schema("genesys/dialogflow.message.schema.json").violations(message)) == 1


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"genesys_quick_replies": [{"text": "a", "payload": "a"}]},
        {"genesys_prompt": "x", "genesys_quick_reply": []},
        {"genesys_prompt": "x", "genesys_quick_replies": [{"text": "a"}]},
        {
            "genesys_prompt": "x",
            "genesys_quick_replies": [{"text": "a", "payload": "a"}],
            "genesys_carousel": [CONTENT],
        },
        {"genesys_carousel": [CONTENT] * 11},
    ],
)
def test_wrong_payloads(payload: dict[str, Any]) -> None:
    assert len(schema("genesys/dialogflow.schema.json").violations(payload)) == 1
