"""genesys-agentless: text or an approved template, and only where Genesys reaches."""

from __future__ import annotations

from typing import Any

import pytest
from gateways.sdk_oracle import problems
from gateways.trees import MESSENGER, SMS, WEB, WHATSAPP, bodies
from handbill.channels.base import Channel
from handbill.gateways import genesys_agentless
from handbill.validate import schema

TEXT = {"template_type": "text", "text": "Hello"}
NOTE = {
    "template_type": "notification",
    "name": "response-1",
    "language": "en",
    "parameters": {"header": {"values": {"h": "v"}}, "body": {"name": "Ann"}, "cards": [{"body": {"p": "1"}}]},
}
TEMPLATE = {
    "responseId": "response-1",
    "headerParameters": [{"id": "h", "value": "v"}],
    "bodyParameters": [{"id": "name", "value": "Ann"}],
    "carouselParameters": {"cardParameters": [{"index": 0, "bodyParameters": [{"id": "p", "value": "1"}]}]},
}


@pytest.mark.parametrize(
    ("channel", "to", "message", "expected"),
    [
        (SMS, "+4930123456", TEXT, {"toAddress": "+4930123456", "toAddressMessengerType": "sms", "textBody": "Hello"}),
        (WEB, "c-1", TEXT, {"externalContactId": "c-1", "toAddressMessengerType": "webmessaging", "textBody": "Hello"}),
        (
            WHATSAPP, "4930123456", NOTE,
            {"toAddress": "4930123456", "toAddressMessengerType": "whatsapp", "messagingTemplate": TEMPLATE},
        ),
    ],
)  # fmt: skip
def test_bodies(channel: Channel, to: str, message: dict[str, Any], expected: dict[str, Any]) -> None:
    (body,) = bodies("genesys-agentless", message, channel=channel, address={"to": to, "channel_id": "from-1"})
    assert body == {"fromAddress": "from-1", **expected}
    assert next(iter(body)) == "fromAddress"
    assert schema("genesys/agentless.schema.json").is_valid(body)
    assert list(problems(body, "SendAgentlessOutboundMessageRequest")) == []


def test_without_an_address_the_messenger_type_stays() -> None:
    assert bodies("genesys-agentless", TEXT, channel=SMS) == [{"toAddressMessengerType": "sms", "textBody": "Hello"}]


def test_a_channel_out_of_reach() -> None:
    assert genesys_agentless.reaches(SMS) is None
    diagnostic = genesys_agentless.reaches(MESSENGER)
    assert diagnostic is not None
    assert (diagnostic.code, diagnostic.text) == (
        "unsupported-content",
        "Genesys Cloud has no agentless messages on Messenger.",
    )


@pytest.mark.parametrize(
    "message",
    [
        {"template_type": "quick_reply", "text": "x", "buttons": [{"text": "a", "value": "a"}]},
        {"template_type": "card", "title": "x"},
        {**TEXT, "header": "H"},
        {**TEXT, "metadata": {"k": "v"}},
        {**NOTE, "parameters": {"header": {"url": "https://x/"}}},
        {**NOTE, "parameters": {"buttons": [{"index": 0, "value": "x"}]}},
        {**NOTE, "parameters": {"cards": [{"header": {"values": {"1": "x"}}}]}},
    ],
)
def test_what_has_no_place_is_refused_once(message: dict[str, Any]) -> None:
    assert schema("message.schema.json").is_valid(message)
    assert len(schema("genesys/agentless.message.schema.json").violations(message)) == 1


SENT = {"fromAddress": "f", "toAddress": "+4930123456", "toAddressMessengerType": "sms", "textBody": "x"}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"textBody": "x" * 766}, ("textBody",)),
        ({"toAddressMessengerType": "line"}, ("toAddressMessengerType",)),
        ({"toAddress": "030 123456"}, ("toAddress",)),
        ({"toAddress": None}, ()),
        ({"fromAddress": None}, ()),
        ({"textBody": None}, ()),
        ({"textBody": None, "messagingTemplate": {"responseId": "r"}}, ("messagingTemplate",)),
        ({"toAddressMessengerType": "whatsapp", "toAddress": "4930123456"}, ("textBody",)),
        ({"toAddressMessengerType": "webmessaging"}, ("toAddress",)),
        ({"toAddressMessengerType": "open", "toAddress": "u", "textBody": "x" * 2001}, ("textBody",)),
        ({"text": "x"}, ("text",)),
    ],
)
def test_wrong_bodies(change: dict[str, Any], path: tuple[str, ...]) -> None:
    judge = schema("genesys/agentless.schema.json")
    assert judge.is_valid(SENT)
    body = {key: value for key, value in {**SENT, **change}.items() if value is not None}
    assert [violation.path for violation in judge.violations(body)] == [path]
