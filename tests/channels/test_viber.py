"""Viber beyond the goldens: blocks are filled to the last cell, and marked texts are written as each place has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from channels.cases import FOLDER
from handbill.channels import channel
from handbill.channels.viber import emit
from handbill.diagnostic import Severity
from handbill.gateways import GATEWAYS
from handbill.judge import Judge
from handbill.markup import marked_up
from handbill.message import read
from handbill.tree import Leaf, Tree, fill
from handbill.validate import schema

VIBER = FOLDER / "viber"
CARDS = sorted([*VIBER.glob("card*.direct.json"), *VIBER.glob("carousel*.direct.json")])


def bodies(file: Path) -> list[dict[str, Any]]:
    found = json.loads(file.read_bytes())
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize("file", CARDS, ids=lambda file: file.name)
def test_each_card_fills_its_block(file: Path) -> None:
    """Else what follows it would slide into it."""
    message = json.loads((VIBER / f"{file.name.partition('.')[0]}.json").read_bytes())
    media = bodies(file)[-1]["rich_media"]
    height, buttons = media["ButtonsGroupRows"], list(media["Buttons"])
    for card in message.get("cards", [message]):
        filled, cells = 0, []
        while filled < height:
            cells.append(buttons.pop(0))
            filled += cells[-1]["Rows"]
        assert filled == height
        assert [cell.get("Text") or cell["Image"] for cell in cells] == shown(card)
    assert buttons == []


def shown(card: dict[str, Any]) -> list[str]:
    texts = [card["title"], *([card["subtitle"]] if "subtitle" in card else [])]
    below = [text.replace("<", "&lt;").replace(">", "&gt;") for text in texts]
    return [*([card["image"]["url"]] if "image" in card else []), *below, *(b["text"] for b in card.get("buttons", []))]


def made(message: dict[str, Tree], values: list[str]) -> list[Any]:
    tree = {key: Leaf(f"/{key}", child) if isinstance(child, str) else child for key, child in message.items()}
    return [fill(body, values) for body in emit([read(marked_up(tree))])]


def test_marked_texts() -> None:
    name = Leaf("/text", parts=("Hi **", 0, "** _here_ `x` [shop](https://example.com/?a=", 0, ") <3"))
    [body] = made({"template_type": "text", "text": name}, ["Zoë & Al"])
    assert body["text"] == "Hi *Zoë & Al* _here_ x shop (https://example.com/?a=Zoë & Al) <3"
    [body] = made({"template_type": "card", "title": "A <b>", "subtitle": name}, ["Zoë & Al"])
    assert [cell["Text"] for cell in body["rich_media"]["Buttons"]] == [
        "A &lt;b&gt;",
        "Hi <b>Zoë &amp; Al</b> <i>here</i> x shop (https://example.com/?a=Zoë &amp; Al) &lt;3",
    ]


def test_a_text_without_marks_is_left_as_it_is() -> None:
    [body] = made({"template_type": "text", "text": Leaf("/text", parts=("1 < 2 & ", 0))}, ["<b>"])
    assert body["text"] == "1 < 2 & <b>"


# ---- rules of the payload's schema that no limit says


def errors(body: Any) -> list[tuple[str, str]]:
    found = schema("viber/payload.schema.json").violations(body)
    return [("/".join(map(str, v.path)), v.keyword) for v in found if v.severity is Severity.ERROR]


def with_button(**button: Any) -> dict[str, Any]:
    keyboard = {"Type": "keyboard", "Buttons": [{"ActionBody": "yes", "Text": "Yes", **button}]}
    return {"type": "text", "text": "Hello", "keyboard": keyboard}


TEXT = {"type": "text", "text": "Hello"}
MISTAKES: dict[str, dict[str, Any]] = {
    "a phone without a version": with_button(ActionType="share-phone"),
    "a place with an old version": {**with_button(ActionType="location-picker"), "min_api_version": 2},
    "a link that is none": with_button(ActionType="open-url"),
    "three rows in a keyboard": with_button(Rows=3),
    "no such field of a button": with_button(Colour="red"),
    "nothing to see": {**TEXT, "keyboard": {"Type": "keyboard", "Buttons": [{"ActionBody": "yes"}]}},
    "nothing to do": {**TEXT, "keyboard": {"Type": "keyboard", "Buttons": [{"Text": "Yes"}]}},
    "no such message": {"type": "txt"},
    "a field of pictures": {**TEXT, "media": "https://example.com/a.png"},
    "a picture without a caption": {"type": "picture", "media": "https://example.com/a.png"},
    "rich media without a version": {
        "type": "rich_media",
        "rich_media": {"Type": "rich_media", "Buttons": [{"ActionBody": "a", "Text": "A"}]},
    },
    "no address": {**TEXT, "tracking_data": "a" * 4000, "sender": {"name": "Shop", "avatar": "file:a"}},
}


@pytest.mark.parametrize("what", MISTAKES)
def test_one_mistake_is_one_finding(what: str) -> None:
    assert len(errors(MISTAKES[what])) == 1, errors(MISTAKES[what])


def test_a_body_of_30_kilobytes() -> None:
    buttons = [{"ActionBody": "a" * 500, "Text": "Yes"} for _ in range(56)]
    body = {"type": "text", "text": "", "keyboard": {"Type": "keyboard", "Buttons": buttons}}
    body["text"] = "a" * (30720 - len(json.dumps(body, separators=(",", ":"))))
    assert errors(body) == []
    assert errors({**body, "text": body["text"] + "a"}) == [("", "x-maxJsonBytes")]


SIGNS = "Only *today* !"
CARD = {"template_type": "card", "title": SIGNS, "subtitle": SIGNS, "buttons": [{"text": "Yes", "value": "yes"}]}
FORMATTED = [
    ({"template_type": "text", "text": SIGNS}, ["text"]),
    ({"template_type": "media", "kind": "image", "url": "https://example.com/a.jpg", "caption": SIGNS}, ["caption"]),
    ({"template_type": "carousel", "text": SIGNS, "cards": [CARD]}, ["text"]),
    (CARD, []),
]


@pytest.mark.parametrize(("message", "fields"), FORMATTED, ids=["text", "media", "carousel", "card"])
def test_signs_are_formatted_in_texts_but_not_in_cards(message: dict[str, Any], fields: list[str]) -> None:
    """A card's texts are HTML, escaped."""
    found = Judge(channel("viber"), GATEWAYS["direct"]).of_message(message)
    assert [f.violation.path for f in found if f.violation.keyword == "x-plain"] == [(field,) for field in fields]
