"""Telegram beyond the goldens: its numbers and names against python-telegram-bot, its HTML, what no golden shows."""

from __future__ import annotations

import inspect
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import telegram
from channels.cases import FOLDER
from channels.emitting import said, streamed
from channels.emitting import sent as sent_on
from handbill.channels import channel
from handbill.keywords import subschemas
from handbill.resources import load
from handbill.validate import schema
from telegram import constants

LIMITS = load("telegram/limits.json")["$defs"]
PAYLOAD = load("telegram/payload.schema.json")
MESSAGE, BODY = schema("telegram/message.schema.json"), schema("telegram/payload.schema.json")
sent = partial(sent_on, "telegram")
NATIVE = sorted((FOLDER / "telegram" / "native").glob("*.json"))


# ---- the numbers, as another project has them

NUMBERS = {
    ("text", "minLength"): constants.MessageLimit.MIN_TEXT_LENGTH,
    ("text", "maxLength"): constants.MessageLimit.MAX_TEXT_LENGTH,
    ("caption", "maxLength"): constants.MessageLimit.CAPTION_LENGTH,
    ("entities", "maxItems"): constants.MessageLimit.MESSAGE_ENTITIES,
    ("inline_row", "maxItems"): constants.InlineKeyboardMarkupLimit.BUTTONS_PER_ROW,
    ("inline_buttons", "maxItems"): constants.InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER,
    ("callback_data", "minLength"): constants.InlineKeyboardButtonLimit.MIN_CALLBACK_DATA,
    ("callback_data", "x-maxBytes"): constants.InlineKeyboardButtonLimit.MAX_CALLBACK_DATA,
    ("copy_text", "maxLength"): constants.InlineKeyboardButtonLimit.MAX_COPY_TEXT,
    ("placeholder", "minLength"): constants.ReplyLimit.MIN_INPUT_FIELD_PLACEHOLDER,
    ("placeholder", "maxLength"): constants.ReplyLimit.MAX_INPUT_FIELD_PLACEHOLDER,
    ("request_users_quantity", "minimum"): constants.KeyboardButtonRequestUsersLimit.MIN_QUANTITY,
    ("request_users_quantity", "maximum"): constants.KeyboardButtonRequestUsersLimit.MAX_QUANTITY,
    ("media_group", "minItems"): constants.MediaGroupLimit.MIN_MEDIA_LENGTH,
    ("media_group", "maxItems"): constants.MediaGroupLimit.MAX_MEDIA_LENGTH,
    ("photo_file", "x-maxFileBytes"): constants.FileSizeLimit.PHOTOSIZE_UPLOAD,
    ("uploaded_file", "x-maxFileBytes"): constants.FileSizeLimit.FILESIZE_UPLOAD,
    ("callback_answer", "maxLength"): constants.CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH,
    ("horizontal_accuracy", "maximum"): constants.LocationLimit.HORIZONTAL_ACCURACY,
    ("live_period", "minimum"): constants.LocationLimit.MIN_LIVE_PERIOD,
    ("live_period", "maximum"): constants.LocationLimit.MAX_LIVE_PERIOD,
    ("live_period_forever", "const"): constants.LocationLimit.LIVE_PERIOD_FOREVER,
    ("heading", "maximum"): constants.LocationLimit.MAX_HEADING,
    ("proximity_alert_radius", "maximum"): constants.LocationLimit.MAX_PROXIMITY_ALERT_RADIUS,
    ("vcard", "x-maxBytes"): constants.ContactLimit.VCARD,
    ("poll_question", "minLength"): constants.PollLimit.MIN_QUESTION_LENGTH,
    ("poll_question", "maxLength"): constants.PollLimit.MAX_QUESTION_LENGTH,
    ("poll_options", "maxItems"): constants.PollLimit.MAX_OPTION_NUMBER,
    ("poll_option", "maxLength"): constants.PollLimit.MAX_OPTION_LENGTH,
    ("poll_explanation", "maxLength"): constants.PollLimit.MAX_EXPLANATION_LENGTH,
    ("poll_open_period", "minimum"): constants.PollLimit.MIN_OPEN_PERIOD,
    ("poll_open_period", "maximum"): constants.PollLimit.MAX_OPEN_PERIOD,
    ("invoice_title", "maxLength"): constants.InvoiceLimit.MAX_TITLE_LENGTH,
    ("invoice_description", "maxLength"): constants.InvoiceLimit.MAX_DESCRIPTION_LENGTH,
    ("invoice_payload", "x-maxBytes"): constants.InvoiceLimit.MAX_PAYLOAD_LENGTH,
    ("invoice_tips", "maxItems"): constants.InvoiceLimit.MAX_TIP_AMOUNTS,
    ("star_count", "maximum"): constants.InvoiceLimit.MAX_STAR_COUNT,
}


@pytest.mark.parametrize(("limit", "keyword"), NUMBERS, ids=map("-".join, NUMBERS))
def test_a_number_is_what_python_telegram_bot_has(limit: str, keyword: str) -> None:
    assert LIMITS[limit][keyword] == int(NUMBERS[limit, keyword])


def test_totals_follow_from_the_numbers() -> None:
    """A title and a subtitle have a line break between them."""
    assert LIMITS["text_of_two"]["x-maxTotalText"]["max"] == LIMITS["text"]["maxLength"] - 1
    assert LIMITS["caption_of_two"]["x-maxTotalText"]["max"] == LIMITS["caption"]["maxLength"] - 1
    assert LIMITS["inline_keyboard"]["x-maxTotal"]["max"] == LIMITS["inline_buttons"]["maxItems"]


def test_the_rates_are_what_python_telegram_bot_has() -> None:
    rates = {rate["scope"]: (rate["limit"], rate["seconds"]) for rate in channel("telegram").data["rates"]}
    assert rates["bot"] == (constants.FloodLimit.MESSAGES_PER_SECOND, 1)
    assert rates["chat"] == (constants.FloodLimit.MESSAGES_PER_SECOND_PER_CHAT, 1)
    assert rates["group"] == (constants.FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP, 60)


# ---- the names

METHODS = channel("telegram").data["endpoint"]["methods"]
# what the library adds of its own, or keeps for older versions of the API
ITS_OWN = {"self", "read_timeout", "write_timeout", "connect_timeout", "pool_timeout", "api_kwargs", "filename",
           "allow_sending_without_reply", "reply_to_message_id", "disable_web_page_preview", "contact", "location",
           "venue"}  # fmt: skip
OF_AN_ALBUM = {"caption", "parse_mode", "caption_entities"}  # the library puts them on the first medium
TOLD = {"sendPoll": {"correct_option_id"}, "sendMediaGroup": {"reply_markup"}}  # older, still taken; told to be wrong


def of_bot(method: str) -> Any:
    return getattr(telegram.Bot, "".join(f"_{char.lower()}" if char.isupper() else char for char in method))


@pytest.mark.parametrize("method", [each["method"] for each in METHODS])
def test_the_fields_of_a_method(method: str) -> None:
    """Those of the Bot API, no more and no fewer."""
    theirs = inspect.signature(of_bot(method)).parameters.keys() - ITS_OWN
    theirs -= OF_AN_ALBUM if method == "sendMediaGroup" else set()
    told = TOLD.get(method, set())
    assert PAYLOAD["$defs"][method]["properties"].keys() - told == theirs - told


CLASSES = {
    "inline_button": telegram.InlineKeyboardButton,
    "entity": telegram.MessageEntity,
    "link_preview": telegram.LinkPreviewOptions,
    "reply_parameters": telegram.ReplyParameters,
    "suggested_post": telegram.SuggestedPostParameters,
    "keyboard_markup": telegram.ReplyKeyboardMarkup,
    "poll_option": telegram.InputPollOption,
}


@pytest.mark.parametrize("name", CLASSES)
def test_the_fields_of_an_object(name: str) -> None:
    theirs = inspect.signature(CLASSES[name].__init__).parameters.keys() - {"self", "api_kwargs"}
    assert PAYLOAD["$defs"][name]["properties"].keys() == theirs


def test_the_words() -> None:
    entity = PAYLOAD["$defs"]["entity"]["properties"]["type"]["enum"]
    assert set(entity) == {str(kind.value) for kind in constants.MessageEntityType}
    modes = {tuple(part["enum"]) for _, part in subschemas(PAYLOAD) if "HTML" in part.get("enum", ())}
    assert modes == {("MarkdownV2", "HTML", "Markdown")}
    assert set(modes.pop()) == {str(mode.value) for mode in constants.ParseMode}
    # bowling's pins, darts and the rest, whatever their order
    assert set(LIMITS["dice"]["enum"]) == {str(emoji.value) for emoji in constants.DiceEmoji}


# ---- which method a body is for


@pytest.mark.parametrize("file", NATIVE, ids=lambda file: file.stem)
def test_a_body_tells_its_method(file: Any) -> None:
    """By the first field that `endpoint.methods` knows: the method that asks for nothing more than is there."""
    body = json.loads(file.read_bytes())
    method = next(each["method"] for each in METHODS if each["has"] in body)
    known = inspect.signature(of_bot(method)).parameters
    assert body.keys() <= known.keys() | {"latitude", "longitude"}
    required = {name for name, parameter in known.items() if parameter.default is parameter.empty} - {"self", "chat_id"}
    assert required <= body.keys()


def test_every_method_has_an_example() -> None:
    bodies = [json.loads(file.read_bytes()) for file in NATIVE]
    told = {next(each["method"] for each in METHODS if each["has"] in body) for body in bodies}
    assert told == {each["method"] for each in METHODS}


# ---- markup


def test_marked_text_is_html() -> None:
    body = sent({"template_type": "text", "text": "**Hi {0}** & [more](https://example.com/?a=1&b=2) `x<y`"}, "<Zoë>")
    assert body == {
        "text": '<b>Hi &lt;Zoë&gt;</b> &amp; <a href="https://example.com/?a=1&amp;b=2">more</a> <code>x&lt;y</code>',
        "parse_mode": "HTML",
    }


def test_plain_text_is_sent_as_it_is() -> None:
    for markup in (True, False):
        body = sent({"template_type": "text", "text": "3 < 5 & 2 * 3 * 4, says {0}"}, "<b>Zoë</b>", markup=markup)
        assert body == {"text": "3 < 5 & 2 * 3 * 4, says <b>Zoë</b>"}


def test_a_title_above_marked_text_is_escaped_with_it() -> None:
    card = {"template_type": "card", "title": "Cuts <& more>", "subtitle": "_Half_ off", "image": {"url": "https://x/"}}
    assert sent(card) == {
        "photo": "https://x/",
        "caption": "Cuts &lt;&amp; more&gt;\n<i>Half</i> off",
        "parse_mode": "HTML",
    }


# ---- what no example shows


ME = {"text": "Me", "request_contact": True}


def keyboard(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"text": "x", "reply_markup": {"inline_keyboard": list(rows)}}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"text": "x" * 4097}, [("text", "maxLength")]),
        ({"text": "<b>" + "x" * 4096 + "</b>", "parse_mode": "HTML"}, []),
        ({"text": "x", "parse_mode": "HTML", "entities": []}, [("entities", "x-unsupported")]),
        ({"photo": "x", "caption": "x" * 1025}, [("caption", "maxLength")]),
        ({"photo": "x", "caption": "<b>" + "x" * 1024 + "</b>", "parse_mode": "HTML"}, []),
        ({"text": "x", "method": "sendMessage"}, [("method", "additionalProperties")]),
        ({"text": "x", "photo": "x"}, [("photo", "additionalProperties")]),
        ({"chat_id": 1}, [("", "x-atLeastOne")]),
        ({"text": ""}, [("text", "minLength")]),
        ({"text": "x", "reply_markup": {}}, [("reply_markup", "x-atLeastOne")]),
        (keyboard([{"text": "a", "pay": True}, {"text": "b", "callback_data": "b"}]), []),
        (
            keyboard([{"text": "a", "callback_data": "a"}, {"text": "b", "pay": True}]),
            [("reply_markup/inline_keyboard/0/1/pay", "x-unsupported")],
        ),
        (
            keyboard([{"text": "a", "callback_data": "a"}], [{"text": "b", "callback_game": {}}]),
            [("reply_markup/inline_keyboard/1/0/callback_game", "x-unsupported")],
        ),
        (keyboard([{"text": "a"}]), [("reply_markup/inline_keyboard/0/0", "x-exactlyOne")]),
        (
            keyboard([{"text": "a", "url": "https://x/", "callback_data": "a"}]),
            [("reply_markup/inline_keyboard/0/0", "x-exactlyOne")],
        ),
        (keyboard([{"text": "a", "url": "tel:1"}]), [("reply_markup/inline_keyboard/0/0/url", "pattern")]),
        (
            keyboard([{"text": "a", "callback_data": "ä" * 33}]),
            [("reply_markup/inline_keyboard/0/0/callback_data", "x-maxBytes")],
        ),
        (keyboard([{"text": "a", "callback_data": "ä" * 32}]), []),
        (keyboard(*[[{"text": "a", "callback_data": "a"}] * 5] * 20), []),
        (
            keyboard(*[[{"text": "a", "callback_data": "a"}] * 5] * 20, [{"text": "a", "callback_data": "a"}]),
            [("reply_markup/inline_keyboard/20/0", "x-maxTotal")],
        ),
        (
            {"text": "x", "reply_markup": {"keyboard": [["Yes", {**ME, "request_location": True}]]}},
            [("reply_markup/keyboard/0/1", "x-exactlyOne")],
        ),
        (
            {"media": [{"type": "document", "media": "a"}, {"type": "photo", "media": "b"}]},
            [("media/1/type", "const")],
        ),
        ({"media": [{"type": "photo", "media": "a"}, {"type": "video", "media": "b"}]}, []),
        ({"media": [{"type": "film", "media": "a"}, {"type": "document", "media": "b"}]}, [("media/0/type", "enum")]),
        ({"media": [{"type": "photo", "media": "a"}], "payload": "p"}, [("", "required")]),  # star_count
        (
            {"media": [{"type": "photo", "media": "a"}, {"type": "video", "media": "b"}], "reply_markup": {}},
            [("reply_markup", "x-unsupported")],
        ),
    ],
)  # fmt: skip
def test_a_body(body: Any, found: list[tuple[str, str]]) -> None:
    assert said(BODY, body) == found


CARD = {"template_type": "card", "title": "T", "subtitle": "S"}
PHOTO = {"url": "https://example.com/a.png"}
FILE = {"template_type": "media", "kind": "file", "url": "https://example.com/a.pdf"}


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({**CARD, "title": "x" * 4000, "subtitle": "x" * 95}, []),
        ({**CARD, "title": "x" * 4000, "subtitle": "x" * 96}, [("subtitle", "x-maxTotalText")]),
        ({**CARD, "image": PHOTO, "title": "x" * 1000, "subtitle": "x" * 23}, []),
        ({**CARD, "image": PHOTO, "title": "x" * 1000, "subtitle": "x" * 24}, [("subtitle", "x-maxTotalText")]),
        ({**CARD, "image": {**PHOTO, "alt": "A"}}, [("image/alt", "x-unsupported")]),
        ({**CARD, "url": "https://example.com/"}, [("url", "x-unsupported")]),
        ({**CARD, "buttons": [{"text": "Call", "phone": "+4930123456"}]}, [("buttons/0/phone", "x-unsupported")]),
        ({"template_type": "location", "latitude": 1, "longitude": 1, "name": "N"}, [("", "dependentRequired")]),
        ({**FILE, "filename": "a.pdf"}, [("filename", "x-unsupported")]),
        ({"template_type": "text", "text": "x", "metadata": {"a": "b"}}, [("metadata", "x-unsupported")]),
    ],
)  # fmt: skip
def test_a_message(message: Any, found: list[tuple[str, str]]) -> None:
    assert said(MESSAGE, message) == found


def test_what_fills_the_room_of_a_card_passes_the_payload_too() -> None:
    assert said(BODY, sent({**CARD, "title": "x" * 4000, "subtitle": "x" * 95})) == []
    assert said(BODY, sent({**CARD, "image": PHOTO, "title": "x" * 1000, "subtitle": "x" * 23})) == []


TEMPLATE = """---
markup: true
---
{"template_type": "card", "title": "Hi {{ name }}", "subtitle": "**{{ n }}** & [more](https://example.com/{{ name }})",
 "buttons": [{"text": "Yes", "value": "{{ name }}"}]}"""


def test_a_campaign_writes_the_same_bytes(tmp_path: Path) -> None:
    contexts = [
        {"name": name, "n": n} for n, name in enumerate(["Zoë", "<b>&", 'a"b', "x" * 65, "x" * 5000, "", "é" * 32])
    ]
    made = streamed(tmp_path, "telegram", TEMPLATE, contexts)
    assert [isinstance(body, bytes) for body in made] == [True, True, True, False, False, False, True]
    assert (
        json.loads(made[1])["text"]
        == 'Hi &lt;b&gt;&amp;\n<b>1</b> &amp; <a href="https://example.com/&lt;b&gt;&amp;">more</a>'
    )  # type: ignore[arg-type]
