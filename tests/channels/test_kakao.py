"""Kakao beyond the goldens: a sequence is one answer, and rules of its payload that no limit says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from channels.cases import FOLDER
from handbill.channels import channel
from handbill.channels.kakao import emit
from handbill.diagnostic import Severity
from handbill.message import read
from handbill.tree import Leaf, Tree, fill
from handbill.validate import schema


def message(name: str) -> Any:
    return read(leaves(json.loads((FOLDER / "kakao" / f"{name}.json").read_bytes())))


def leaves(value: Any) -> Tree:
    if isinstance(value, dict):
        return {key: leaves(child) for key, child in value.items()}
    return [leaves(child) for child in value] if isinstance(value, list) else Leaf("", value)


def errors(body: Any) -> list[tuple[str, str]]:
    found = schema("kakao/payload.schema.json").violations(body)
    return [("/".join(map(str, v.path)), v.keyword) for v in found if v.severity is Severity.ERROR]


def test_a_sequence_is_one_answer() -> None:
    [body] = [fill(each, ()) for each in emit([message("quick_reply"), message("carousel")])]
    assert [next(iter(output)) for output in body["template"]["outputs"]] == ["simpleText", "simpleText", "carousel"]
    assert len(body["template"]["quickReplies"]) == 2
    assert errors(body) == []


def test_more_than_one_answer_holds_is_refused() -> None:
    [body] = [fill(each, ()) for each in emit([message("text")] * 4)]
    assert errors(body) == [("template/outputs", "maxItems")]


def test_it_is_not_sent_and_its_numbers_are_not_sure() -> None:
    assert channel("kakao").data["endpoint"] is None
    assert channel("kakao").data["auth"]["unsupported"].startswith("A skill does not send")
    assert channel("kakao").data["status"] == "unverified"


def output(**of: Any) -> dict[str, Any]:
    return {"version": "2.0", "template": {"outputs": [of]}}


IMAGE = {"imageUrl": "https://example.com/1.jpg"}
BUTTON = {"label": "Buy", "action": "message", "messageText": "buy"}
LIST: dict[str, Any] = {"header": {"title": "Friends"}, "items": [{"title": "Ryan"}]}


LINK = {"label": "Open", "action": "webLink"}
ITEM = {"itemList": [{"title": "a", "description": "b"}]}
MISTAKES: dict[str, dict[str, Any]] = {
    "an old version": {"version": "1.0", "template": {"outputs": [{"simpleText": {"text": "Hi"}}]}},
    "no template": {"version": "2.0"},
    "an output of nothing": output(),
    "two in one output": output(simpleText={"text": "Hi"}, textCard={"title": "Hi"}),
    "no text": output(simpleText={"text": ""}),
    "an image without its text": output(simpleImage=IMAGE),
    "a card without its image": output(basicCard={"title": "A"}),
    "a card without a text": output(textCard={"buttons": [BUTTON]}),
    "a link to nowhere": output(textCard={"title": "A", "buttons": [LINK]}),
    "no such action": output(textCard={"title": "A", "buttons": [{**BUTTON, "action": "open"}]}),
    "six rows": output(listCard={**LIST, "items": LIST["items"] * 6}),
    "five rows in a carousel": output(carousel={"type": "listCard", "items": [{**LIST, "items": LIST["items"] * 5}]}),
    "a card unlike the first": output(
        carousel={"type": "basicCard", "items": [{"title": "A", "thumbnail": IMAGE}, {"title": "B"}]}
    ),
    "three buttons in a carousel": output(carousel={"type": "itemCard", "items": [{**ITEM, "buttons": [BUTTON] * 3}]}),
    "no carousel of texts": output(carousel={"type": "simpleText", "items": [{"text": "Hi"}]}),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_one_mistake_is_one_finding(what: str) -> None:
    assert len(errors(MISTAKES[what])) == 1, errors(MISTAKES[what])
