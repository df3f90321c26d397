"""Bodies that authors write themselves: every shape Genesys documents passes, the known wrong ones do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from gateways.sdk_oracle import problems
from handbill.validate import schema

FOLDER = Path(__file__).parent / "native"
FILES = sorted(FOLDER.glob("*/*.json"))
MODELS = {"bot": "OutgoingMessageRequest", "agentless": "SendAgentlessOutboundMessageRequest"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_documented_shapes_pass(file: Path) -> None:
    body = json.loads(file.read_bytes())
    assert schema(f"genesys/{file.parent.name}.schema.json").violations(body) == []
    model = MODELS.get(file.parent.name)
    if model and "replymessages" not in body:
        assert list(problems(body, model)) == []


def structured(*content: dict[str, Any], text: str = "x") -> dict[str, Any]:
    return {"replyMessages": [{"type": "Structured", "text": text, "content": list(content)}]}


def card(*actions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"contentType": "Card", "card": {"title": "x", "actions": list(actions), **more}}


REPLY = {"contentType": "QuickReply", "quickReply": {"text": "Yes", "payload": "yes"}}
LINK = {"type": "Link", "text": "Open", "url": "https://example.com/"}
POSTBACK = {"type": "Postback", "text": "Book", "payload": "book"}
SESSION = {"botId": "b", "botVersion": "1", "botSessionId": "s", "botState": "MoreData", "languageCode": "en-us"}


def test_the_right_shapes_pass() -> None:
    for body in (structured(REPLY), structured(card(LINK, POSTBACK)), {**SESSION, **structured(REPLY)}, SESSION):
        assert schema("genesys/bot.schema.json").violations(body) == []


@pytest.mark.parametrize(
    "body",
    [
        structured({"contentType": "card", "card": {"title": "x", "actions": [LINK]}}),
        structured({"type": "card", "contentType": "Card", "card": {"title": "x", "actions": [LINK]}}),
        structured({"contentType": "quick-reply", "quickReply": {"text": "Yes", "payload": "yes"}}),
        structured({"contentType": "Mention"}),
        structured({"contentType": "QuickReply", "quickReply": {"text": "Yes"}}),
        structured({**REPLY, "card": {"title": "x", "actions": [LINK]}}),
        structured({"contentType": "QuickReply", "quickReply": {"text": "Yes", "payload": "yes", "action": "message"}}),
        structured({"contentType": "Attachment", "attachment": {"mediaType": "image", "url": "https://x/"}}),
        structured(card({**LINK, "label": "Open"})),
        structured(card({**LINK, "payload": "x"})),
        structured(card({"type": "Postback", "text": "Book"})),
        structured(card({**LINK, "type": "link"})),
        structured(card({**LINK, "url": "javascript:x"})),
        structured(card(LINK, subtitle="x")),
        structured(card(POSTBACK, {**POSTBACK, "text": "Reserve"})),
        structured(REPLY, card(LINK)),
        structured(),
        {"replyMessages": [{"type": "structured", "text": "x", "content": [REPLY]}]},
        {"replyMessages": [{"type": "Text"}]},
        {"replymessages": [{"type": "Text", "text": "x"}]},
        {"replymessages": [{"type": "Text", "text": "x"}], "botState": "MORE"},
        {"replies": []},
        {**SESSION, "messageId": "m"},
        {**SESSION, "botState": "MOREDATA"},
        {**SESSION, "confidence": 1.5},
        {key: value for key, value in SESSION.items() if key != "botVersion"},
        structured({"contentType": "Carousel", "carousel": {"cards": [{"title": "x", "actions": []}] * 11}}),
    ],
)
def test_wrong_shapes_are_refused(body: dict[str, Any]) -> None:
    judge = schema("genesys/bot.schema.json")
    assert not judge.is_valid(body)
    assert judge.violations(body)


@pytest.mark.parametrize(
    "body",
    [
        structured({"contentType": "card", "card": {"title": "x", "actions": [LINK]}}),
        structured(card({**LINK, "payload": "x"})),
        structured({"contentType": "Mention"}),
        structured(REPLY, card(LINK)),
        {**SESSION, "botState": "MOREDATA"},
    ],
)
def test_one_mistake_is_one_finding(body: dict[str, Any]) -> None:
    assert len(schema("genesys/bot.schema.json").violations(body)) == 1
