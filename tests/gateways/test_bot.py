"""genesys-bot: replies as the SDK's models have them, and nothing lost on the way."""

from __future__ import annotations

from typing import Any

import pytest
from gateways.sdk_oracle import problems
from gateways.test_event import CAROUSEL, QUICK_REPLY
from gateways.trees import bodies
from handbill.validate import schema

SESSION = {"to": "session-1", "channel_id": "bot-1", "bot_version": "v1", "language": "en-us"}
TEXT = {"template_type": "text", "text": "Hello"}


def reply(message: dict[str, Any], **address: str) -> Any:
    (body,) = bodies("genesys-bot", message, address={**SESSION, **address} if address else None)
    assert schema("genesys/bot.schema.json").is_valid(body)
    assert list(problems(body, "OutgoingMessageRequest")) == []
    return body["replyMessages"][0]


def test_a_sequence_is_one_body_with_its_session() -> None:
    (body,) = bodies("genesys-bot", TEXT, QUICK_REPLY, address=SESSION)
    assert list(body) == ["botId", "botVersion", "botSessionId", "botState", "languageCode", "replyMessages"]
    assert (body["botId"], body["botSessionId"], body["botState"]) == ("bot-1", "session-1", "MoreData")
    assert [each["type"] for each in body["replyMessages"]] == ["Text", "Structured"]
    assert schema("genesys/bot.schema.json").is_valid(body)


def test_quick_replies_are_one_element_each() -> None:
    assert reply(QUICK_REPLY) == {
        "type": "Structured",
        "text": "Do you want to schedule a follow-up call?",
        "content": [
            {
                "contentType": "QuickReply",
                "quickReply": {"text": "Yes", "payload": "yes_confirmed", "action": "Message"},
            },
            {"contentType": "QuickReply", "quickReply": {"text": "No", "payload": "no_declined", "action": "Message"}},
        ],
    }


def test_a_card_has_a_description_and_its_tap_a_text() -> None:
    buttons = [{"text": "Book", "value": "book"}, {"text": "See", "url": "https://x/see"}]
    made = reply({"template_type": "card", "title": "Norway", "url": "https://x/tap", "buttons": buttons})
    assert made == {
        "type": "Structured",
        "text": "Norway",
        "content": [
            {
                "contentType": "Card",
                "card": {
                    "title": "Norway",
                    "description": "",
                    "defaultAction": {"type": "Link", "text": "Norway", "url": "https://x/tap"},
                    "actions": [
                        {"type": "Postback", "text": "Book", "payload": "book"},
                        {"type": "Link", "text": "See", "url": "https://x/see"},
                    ],
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("more", "text"),
    [({}, "Product One, Product Two"), ({"fallback": "See our shop"}, "See our shop"), ({"text": "Ours"}, "Ours")],
)
def test_what_stands_in_for_a_carousel(more: dict[str, Any], text: str) -> None:
    assert reply({**CAROUSEL, **more})["text"] == text


def test_a_place_without_a_name_is_its_degrees() -> None:
    assert reply({"template_type": "location", "latitude": 51.5, "longitude": -1})["text"] == "51.5, -1"


def test_a_list() -> None:
    item = {"text": "Red", "value": "red", "subtitle": "warm", "image_url": "https://x/r.png"}
    made = reply(
        {"template_type": "list", "header": "H", "text": "Colour?", "button": "Choose", "sections": [{"items": [item]}]}
    )
    assert made["content"][0]["listPicker"] == {
        "id": "list_picker_1",
        "sections": [
            {
                "title": "Choose",
                "multipleSelection": False,
                "items": [{"id": "red", "title": "Red", "subtitle": "warm", "imageUrl": "https://x/r.png"}],
            }
        ],
        "receivedMessage": {"header": "H", "title": "Colour?", "buttonLabel": "Choose"},
    }


def test_times_to_choose_from() -> None:
    slot = {"start": "2026-12-01T09:30:00Z", "duration": 1800}
    picker = {"template_type": "date_picker", "text": "Pick a slot", "slots": [slot]}
    times = [{"dateTime": "2026-12-01T09:30:00Z", "duration": 1800}]
    assert reply(picker)["content"][0]["datePicker"] == {
        "id": "date_picker_1", "title": "Pick a slot", "availableTimes": times,
    }  # fmt: skip
    assert reply({**picker, "title": "When?"})["content"][0]["datePicker"] == {
        "id": "date_picker_1", "title": "When?", "subtitle": "Pick a slot", "availableTimes": times,
    }  # fmt: skip


def test_a_notification() -> None:
    message = {
        "template_type": "notification",
        "name": "order_sent",
        "language": "en_US",
        "parameters": {
            "header": {"kind": "image", "url": "https://x/i.png"},
            "body": {"1": "Ann"},
            "buttons": [{"index": 0, "kind": "reply", "value": "yes"}, {"index": 1, "kind": "link", "value": "42"}],
        },
    }
    expected = {
        "id": "order_sent",
        "language": "en_US",
        "header": {"type": "Media", "media": {"mediaType": "Image", "url": "https://x/i.png"}},
        "body": {"parameters": [{"name": "1", "text": "Ann"}]},
        "buttons": [
            {"type": "QuickReply", "index": 0, "payload": "yes"},
            {"type": "Url", "index": 1, "parameters": [{"text": "42"}]},
        ],
    }
    assert reply(message)["content"][0]["template"] == expected
    assert reply(message, namespace="shop")["content"][0]["template"] == {**expected, "id": "shop@order_sent"}


BUTTON = {"text": "Book", "value": "book"}
CARD = {"template_type": "card", "title": "Norway", "buttons": [BUTTON]}
SLOT = {"start": "2026-12-01T09:30:00Z", "duration": 60}
DATES = {"template_type": "date_picker", "text": "When?", "slots": [SLOT]}
NOTE = {"template_type": "notification", "name": "n", "language": "en"}


@pytest.mark.parametrize(
    ("message", "more"),
    [
        (TEXT, {"header": "H"}),
        (TEXT, {"footer": "F"}),
        (TEXT, {"metadata": {"k": "v"}}),
        (QUICK_REPLY, {"buttons": [{"text": "Go", "url": "https://x/"}]}),
        (QUICK_REPLY, {"buttons": [{"text": "Call", "phone": "+4930123456"}]}),
        (CARD, {"image": {"url": "https://x/1.png", "alt": "A fjord"}}),
        (CARD, {"buttons": [{"text": "Call", "phone": "+4930123456"}]}),
        (CARD, {"buttons": [{**BUTTON, "image_url": "https://x/b.png"}]}),
        (CARD, {"buttons": [BUTTON, {"text": "Reserve", "value": "book"}]}),
        (CARD, {"header": "H"}),
        (CAROUSEL, {"cards": [{"title": "One"}]}),
        (CAROUSEL, {"cards": [{"title": str(n), "buttons": [{"text": "x", "value": str(n)}]} for n in range(11)]}),
        (CAROUSEL, {"cards": [{"title": "One", "buttons": [BUTTON]}, {"title": "Two", "buttons": [BUTTON]}]}),
        (DATES, {"timezone": "Europe/Berlin"}),
        (DATES, {"slots": [{**SLOT, "start": "2026-12-01T09:30Z"}]}),
        (NOTE, {"parameters": {"cards": [{}]}}),
        (NOTE, {"parameters": {"header": {"kind": "image"}}}),
        (NOTE, {"parameters": {"header": {"kind": "image", "url": "https://x/", "values": {"1": "x"}}}}),
        (NOTE, {"parameters": {"buttons": [{"index": 0, "value": "x"}]}}),
    ],
)
def test_what_has_no_place_is_refused_once(message: dict[str, Any], more: dict[str, Any]) -> None:
    narrow = schema("genesys/bot.message.schema.json")
    assert narrow.is_valid(message)
    broken = {**message, **more}
    assert schema("message.schema.json").is_valid(broken)
    assert not narrow.is_valid(broken)
    (violation,) = narrow.violations(broken)
    assert violation.annotations["x-source"].startswith("https://")
