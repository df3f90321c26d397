"""Google Chat beyond the goldens: HTML in cards, Chat's own signs in texts, and the rules no example shows."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from channels.emitting import said, streamed
from channels.emitting import sent as sent_on
from handbill.channels import channel
from handbill.diagnostic import Severity
from handbill.pipeline import Result
from handbill.resources import load
from handbill.validate import schema

MESSAGE, BODY = schema("googlechat/message.schema.json"), schema("googlechat/payload.schema.json")
LIMITS = load("googlechat/limits.json")["$defs"]
sent = partial(sent_on, "googlechat")
BUTTON = {"text": "A", "value": "a"}
MARKED = "**Hi {0}** & _it_ [more](https://example.com/?a=1&b=2) `x_y`\n<b>"


def paragraphs(body: Any) -> list[str]:
    """The texts of the only card."""
    widgets = [widget for section in body["cardsV2"][0]["card"]["sections"] for widget in section["widgets"]]
    return [widget["textParagraph"]["text"] for widget in widgets if "textParagraph" in widget]


# ---- texts


def test_a_text_has_the_signs_of_chat() -> None:
    assert sent({"template_type": "text", "text": MARKED}, "Zoë") == {
        "text": "*Hi Zoë* & _it_ <https://example.com/?a=1&b=2|more> x_y\n<b>",
        "markupSyntax": "MARKUP_SYNTAX_CHAT",
    }


def test_a_card_has_html_and_says_the_text_to_a_notification() -> None:
    body = sent({"template_type": "quick_reply", "text": MARKED, "buttons": [BUTTON]}, "<Zoë>")
    html = '<b>Hi &lt;Zoë&gt;</b> &amp; <i>it</i> <a href="https://example.com/?a=1&amp;b=2">more</a> x_y<br>&lt;b&gt;'
    assert paragraphs(body) == [html]
    assert body["fallbackText"] == "Hi <Zoë> & it more (https://example.com/?a=1&b=2) x_y\n<b>"


def test_what_stands_in_a_card_is_escaped() -> None:
    card = {
        "template_type": "card",
        "title": "<b>T",
        "subtitle": "S & T",
        "url": 'https://example.com/?a="b"&c',
        "header": "<H>",
        "footer": "</F>",
        "buttons": [{"text": "<A>", "value": "&"}],
    }
    body = sent(card, markup=False)
    link = "https://example.com/?a=&quot;b&quot;&amp;c"
    assert paragraphs(body) == [f'<a href="{link}"><b>&lt;b&gt;T</b></a>', "S &amp; T", "&lt;/F&gt;"]
    assert body["cardsV2"][0]["card"]["sections"][0]["header"] == "&lt;H&gt;"
    [button] = body["cardsV2"][0]["card"]["sections"][0]["widgets"][-1]["buttonList"]["buttons"]
    assert (button["text"], button["onClick"]["action"]["parameters"]) == ("<A>", [{"key": "value", "value": "&"}])


@pytest.mark.parametrize(
    "text",
    ["a *b* c", "*b*", "_b c_", "~b~", "x `y` z", "* item", "a\n- item", "> said", "<users/all> hi", "<users/123>",
     "<https://example.com/|here>"],
)  # fmt: skip
def test_signs_that_chat_would_format_are_told(text: str) -> None:
    message = {"template_type": "text", "text": text}
    [violation] = MESSAGE.violations(message)
    assert (violation.path, violation.keyword, violation.severity) == (("text",), "x-plain", Severity.WARNING)
    assert said(MESSAGE, {"template_type": "quick_reply", "text": text, "buttons": [BUTTON]}) == []  # HTML there


@pytest.mark.parametrize(
    "text",
    ["a * b * c", "snake_case_name", "2*3*4", "~5 ~ 6", "a - b", "3 < 5 > 4", "https://example.com/a_b_c", "it`s"],
)
def test_signs_that_mean_nothing_are_not_told(text: str) -> None:
    assert said(MESSAGE, {"template_type": "text", "text": text}) == []


# ---- what no example shows


def card(*widgets: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"cardId": "c", "card": {"sections": [{"widgets": list(widgets)}], **more}}


def cards(*all_of_them: dict[str, Any]) -> dict[str, Any]:
    return {"cardsV2": list(all_of_them)}


def button(**more: Any) -> dict[str, Any]:
    return {
        "buttonList": {"buttons": [{"text": "A", "onClick": {"openLink": {"url": "https://example.com/"}}, **more}]}
    }


TEXT = {"textParagraph": {"text": "x"}}
LINK = {"openLink": {"url": "https://example.com/"}}
AT = "cardsV2/0/card/sections/0/widgets/0"
FIRST = f"{AT}/buttonList/buttons/0"
SELECT = {"name": "n", "type": "DROPDOWN"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, [("", "x-atLeastOne")]),
        ({"text": "x", "formattedText": "x"}, [("formattedText", "additionalProperties")]),
        (cards(card(TEXT)), []),
        (cards({**card(TEXT), "cardId": "a"}, card(TEXT)), []),
        (cards(card(TEXT), card(TEXT)), [("cardsV2/1", "x-uniqueBy")]),
        (cards(card(TEXT), {"card": {}}), [("cardsV2/1", "required")]),
        (cards({"card": {}}), []),
        (cards(card({})), [(AT, "x-exactlyOne")]),
        (cards(card({**TEXT, "divider": {}})), [(AT, "x-exactlyOne")]),
        (cards(card()), [("cardsV2/0/card/sections/0/widgets", "minItems")]),
        (cards(card({"image": {"imageUrl": "http://example.com/a.png"}})), [(f"{AT}/image/imageUrl", "pattern")]),
        (cards(card({"image": {"altText": "a"}})), [(f"{AT}/image", "required")]),
        (cards(card(TEXT, header={"subtitle": "S"})), [("cardsV2/0/card/header", "required")]),
        (cards(card(TEXT, fixedFooter={})), [("cardsV2/0/card/fixedFooter", "x-unsupported")]),
        # buttons
        (cards(card(button(onClick={**LINK, "action": {"function": "f"}}))), [(f"{FIRST}/onClick", "x-exactlyOne")]),
        (cards(card(button(onClick={}))), [(f"{FIRST}/onClick", "x-exactlyOne")]),
        (cards(card({"buttonList": {"buttons": [{"text": "A"}]}})), [(FIRST, "required")]),
        (cards(card({"buttonList": {"buttons": [{"onClick": LINK}]}})), [(FIRST, "x-atLeastOne")]),
        (cards(card(button(type="ROUND"))), [(f"{FIRST}/type", "enum")]),
        (cards(card(button(color={"red": 255}))), [(f"{FIRST}/color/red", "maximum")]),
        # what a carousel and a column may hold
        (cards(card({"carousel": {"carouselCards": [{"widgets": [{"divider": {}}]}]}})),
         [(f"{AT}/carousel/carouselCards/0/widgets/0/divider", "x-unsupported")]),
        (cards(card({"columns": {"columnItems": [{"widgets": [{"grid": {}}]}]}})),
         [(f"{AT}/columns/columnItems/0/widgets/0/grid", "x-unsupported")]),
        # selections
        (cards(card({"selectionInput": {**SELECT, "type": "LIST"}})), [(f"{AT}/selectionInput/type", "enum")]),
        (cards(card({"selectionInput": {"type": "DROPDOWN"}})), [(f"{AT}/selectionInput", "required")]),
        # 100 widgets in all sections
        (cards(card(*[TEXT] * 100)), []),
        (cards({"card": {"sections": [{"widgets": [TEXT] * 60}, {"widgets": [TEXT] * 40}]}}), []),
        (cards({"card": {"sections": [{"widgets": [TEXT] * 60}, {"widgets": [TEXT] * 41}]}}),
         [("cardsV2/0/card/sections/1/widgets/40", "x-maxTotal")]),
    ],
)  # fmt: skip
def test_a_body(body: Any, found: list[tuple[str, str]]) -> None:
    assert said(BODY, body) == found


def test_a_message_has_32000_bytes() -> None:
    room = LIMITS["message"]["x-maxJsonBytes"] - len(json.dumps({"text": ""}, separators=(",", ":")))
    assert said(BODY, {"text": "é" * (room // 2)}) == []
    assert said(BODY, {"text": "é" * (room // 2 + 1)}) == [("", "x-maxJsonBytes")]


CARD = {"template_type": "card", "title": "T"}
ITEM = {"text": "A", "value": "a"}
LIST = {"template_type": "list", "text": "Q", "button": "B", "sections": [{"title": "S", "items": [ITEM]}]}
MEDIA = {"template_type": "media", "kind": "image", "url": "https://example.com/a.png"}


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({"template_type": "text", "text": "x", "header": "H"}, [("header", "x-unsupported")]),
        ({"template_type": "text", "text": "x", "footer": "F"}, [("footer", "x-unsupported")]),
        ({**CARD, "header": "H", "footer": "F"}, []),
        ({**CARD, "metadata": {"a": "b"}}, [("metadata", "x-unsupported")]),
        ({**CARD, "image": {"url": "http://example.com/a.png"}}, [("image/url", "pattern")]),
        ({**CARD, "buttons": [{"text": "A", "phone": "+4930123456"}]}, [("buttons/0/phone", "x-unsupported")]),
        (LIST, []),
        ({**LIST, "sections": [{"items": [{**ITEM, "subtitle": "s"}]}]},
         [("sections/0/items/0/subtitle", "x-unsupported")]),
        ({**MEDIA, "kind": "video"}, [("kind", "enum")]),
        ({**MEDIA, "filename": "a.png"}, [("filename", "x-unsupported")]),
        ({"template_type": "location", "latitude": 1, "longitude": 1}, [("template_type", "enum")]),
    ],
)  # fmt: skip
def test_a_message(message: Any, found: list[tuple[str, str]]) -> None:
    assert said(MESSAGE, message) == found


def test_a_list_of_many_sections_is_too_large_for_a_card() -> None:
    body = sent({**LIST, "sections": [{"items": [ITEM]}] * 100})
    assert [keyword for _, keyword in said(BODY, body)] == ["x-maxTotal"]


# ---- a campaign

TEMPLATE = """{"template_type": "card", "title": "Hi {{ name }}", "url": "https://example.com/{{ name }}",
 "image": {"url": "https://example.com/a.png", "alt": "{{ name }}"},
 "buttons": [{"text": "Yes", "value": "{{ name }}"}]}"""


def test_a_campaign_writes_the_same_bytes(tmp_path: Path) -> None:
    contexts = [{"name": name} for name in ["Zoë", "<b>&", "x" * 8000, ""]]
    made = streamed(tmp_path, "googlechat", TEMPLATE, contexts)
    assert [isinstance(body, bytes) for body in made] == [True, True, False, False]
    [too_large] = next(result.diagnostics for result in made if isinstance(result, Result))
    assert too_large.code == "output-too-large"


def test_the_id_of_a_message_goes_into_the_address() -> None:
    """So that no body has it; its form is told all the same."""
    assert channel("googlechat").data["idempotency"]["query"] == "requestId"
    assert "messageId" not in load("googlechat/payload.schema.json")["properties"]
