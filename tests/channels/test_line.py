"""LINE beyond the goldens: sequences share a push, and what its payload schema says of native payloads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from channels.cases import FOLDER
from handbill.channels.line import emit
from handbill.diagnostic import Severity
from handbill.message import read
from handbill.resources import load
from handbill.tree import Leaf, fill
from handbill.validate import schema

MOST = load("line/limits.json")["$defs"]["messages"]["maxItems"]
FAMILY = "👨‍👩‍👧"  # one grapheme


def native(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "line" / "native" / f"{name}.json").read_bytes())
    return found


def errors(body: Any) -> list[tuple[str, str]]:
    found = schema("line/payload.schema.json").violations(body)
    return [("/".join(map(str, v.path)), v.keyword) for v in found if v.severity is Severity.ERROR]


def text(words: str) -> Any:
    return read({"template_type": Leaf("", "text"), "text": Leaf("/text", words)})


@pytest.mark.parametrize("count", [1, MOST, MOST + 1, 2 * MOST + 1])
def test_messages_share_a_push_in_their_order(count: int) -> None:
    bodies = [fill(body, ()) for body in emit([text(str(number)) for number in range(count)])]
    assert [len(body["messages"]) for body in bodies[:-1]] == [MOST] * (len(bodies) - 1)
    assert [message["text"] for body in bodies for message in body["messages"]] == [str(n) for n in range(count)]
    assert [errors(body) for body in bodies] == [[] for _ in bodies]


# ---- one mistake in a vendor's example is one finding

GONE = object()


def put(body: Any, path: tuple[str | int, ...], value: Any) -> None:
    for step in path[:-1]:
        body = body[step]
    if value is GONE:
        del body[path[-1]]
    else:
        body[path[-1]] = value


def action(name: str) -> tuple[str | int, ...]:
    return {
        "quick_reply": ("messages", 0, "quickReply", "items", 0, "action"),
        "buttons": ("messages", 0, "template", "actions", 0),
        "confirm": ("messages", 0, "template", "actions", 0),
        "image_carousel": ("messages", 0, "template", "columns", 0, "action"),
        "flex_bubble": ("messages", 0, "contents", "footer", "contents", 0, "action"),
    }[name]


@pytest.mark.parametrize(
    ("name", "most"),
    [("quick_reply", 20), ("buttons", 20), ("confirm", 20), ("image_carousel", 12), ("flex_bubble", 40)],
)
def test_a_label_is_as_long_as_its_container_allows(name: str, most: int) -> None:
    body = native(name)
    put(body, (*action(name), "label"), FAMILY * most)
    assert errors(body) == []
    put(body, (*action(name), "label"), FAMILY * most + "a")
    assert [keyword for _, keyword in errors(body)] == ["x-maxGraphemes"]


QUICK = action("quick_reply")
TEMPLATE = ("messages", 0, "template")
COLUMN = (*TEMPLATE, "columns", 1)
FLEX = ("messages", 0, "contents")
HERO, BLOCK, SECOND = (*FLEX, "hero"), (*FLEX, "body", "contents"), (*FLEX, "contents", 1)
OPEN = {"type": "uri", "label": "Open", "uri": "https://example.com/"}
POSTBACK = {"type": "postback", "label": "a", "data": "d"}
PICKER = {"type": "datetimepicker", "label": "a", "data": "d", "mode": "date"}
DESKTOP = {"desktop": "https://example.com/"}

MISTAKES: dict[str, tuple[str, tuple[str | int, ...], Any]] = {
    "no such message": ("text", ("messages", 0, "type"), "txt"),
    "no such field": ("text", ("messages", 0, "color"), "red"),
    "no messages": ("text", ("messages",), []),
    "no field of a push": ("text", ("replyToken",), "x"),
    "an action of rich menus": ("quick_reply", QUICK, {"type": "richmenuswitch", "label": "a"}),
    "a desktop's address outside flex": ("quick_reply", QUICK, {**OPEN, "altUri": DESKTOP}),
    "no scheme of LINE": ("quick_reply", QUICK, {**OPEN, "uri": "ftp://example.com/"}),
    "two texts of a postback": ("quick_reply", QUICK, {**POSTBACK, "displayText": "a", "text": "a"}),
    "filled in without a keyboard": ("quick_reply", QUICK, {**POSTBACK, "fillInText": "a"}),
    "a time for a date": ("quick_reply", QUICK, {**PICKER, "min": "09:30"}),
    "a date before 1900": ("quick_reply", QUICK, {**PICKER, "min": "1899-12-31"}),
    "no label": ("quick_reply", QUICK, {"type": "message", "text": "a"}),
    "a camera in a template": ("buttons", (*TEMPLATE, "actions", 0), {"type": "camera", "label": "a"}),
    "a text beside an image": ("buttons", (*TEMPLATE, "text"), "a" * 61),
    "a text alone": ("buttons", ("messages", 1, "template", "text"), "a" * 161),
    "an image over http": ("buttons", (*TEMPLATE, "thumbnailImageUrl"), "http://example.com/a.png"),
    "fewer actions than the first": ("carousel", (*COLUMN, "actions"), [OPEN]),
    "a field of image carousels": ("carousel", (*COLUMN, "imageUrl"), "https://example.com/a.png"),
    "no title, unlike the first": ("carousel", (*COLUMN, "title"), GONE),
    "no ratio": ("flex_bubble", (*HERO, "aspectRatio"), "wide"),
    "an icon as hero": ("flex_bubble", (*HERO, "type"), "icon"),
    "a separator on a baseline": ("flex_bubble", (*BLOCK, 0, "contents", 0), {"type": "separator"}),
    "a text without text": ("flex_bubble", (*BLOCK, 2), {"type": "text"}),
    "a bubble beyond 30 KB": ("flex_bubble", (*BLOCK, 2), {"type": "text", "text": "a" * 30720}),
    "a bubble of another size": ("flex_carousel", (*SECOND, "size"), "giga"),
    "a bubble of the usual size": ("flex_carousel", (*SECOND, "size"), GONE),
    "no such size": ("flex_carousel", (*SECOND, "size"), "huge"),
    "no width of imagemaps": ("imagemap", ("messages", 0, "baseSize", "width"), 1000),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_one_mistake_in_an_example_is_one_finding(what: str) -> None:
    name, path, value = MISTAKES[what]
    body = native(name)
    assert errors(body) == []
    put(body, path, value)
    assert len(errors(body)) == 1, errors(body)


def test_a_carousel_of_flex_bubbles_takes_50_kilobytes() -> None:
    body = native("flex_carousel")
    put(body, (*SECOND, "body", "contents", 0, "text"), "a" * 40000)
    assert errors(body) == []
    put(body, (*SECOND, "body", "contents", 0, "text"), "a" * 51200)
    assert errors(body) == [("messages/0/contents", "x-maxJsonBytes")]
