"""Meta's Send API, and X: what their pages say beyond numbers, each breach one finding; and where addresses go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from channels.growth import definition, placed, uses
from handbill.channels import channel
from handbill.gateways import direct
from handbill.keywords import node_at
from handbill.message import read
from handbill.tree import Leaf, Tree, fill, origins
from handbill.validate import schema

NATIVE = Path(__file__).parents[1] / "channels"
GONE = object()
IMAGE = {"type": "image", "payload": {"url": "https://example.com/"}}
CALL = {"type": "phone_number", "title": "Call", "payload": "+4930123456"}
PAYLOAD = "/message/attachment/payload"
ELEMENT = f"{PAYLOAD}/elements/0"
TAP = f"{ELEMENT}/default_action"
QUESTION = f"{PAYLOAD}/feedback_screens/0/questions/0"


def steps(pointer: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdigit() else step for step in pointer.split("/")[1:])


def changed(name: str, file: str, pointer: str, value: Any) -> Any:
    """A vendor's example with another value, or none, at a place."""
    body = json.loads((NATIVE / name / "native" / f"{file}.json").read_bytes())
    path = steps(pointer)
    if value is not GONE:
        return placed(body, path, value)
    del node_at(body, path[:-1])[path[-1]]
    return body


MESSENGER = [
    ("text", "/message", GONE, "", "x-exactlyOne"),
    ("text", "/sender_action", "typing_on", "", "x-exactlyOne"),
    ("text", "/message/attachment", IMAGE, "/message", "x-exactlyOne"),
    ("text", "/messaging_type", "BROADCAST", ".", "enum"),
    ("text", "/messaging_type", "MESSAGE_TAG", "", "required"),
    ("text", "/tag", "HUMAN_AGENT", "/messaging_type", "const"),
    ("text", "/recipient/user_ref", "u", "/recipient", "x-exactlyOne"),
    ("text", "/recipient/id", GONE, "/recipient", "x-exactlyOne"),
    ("text", "/recipient/id", 123456789012345, ".", "type"),
    ("text", "/payload", {"message_id": "m"}, ".", "x-unsupported"),
    ("text", "/text", "Hi", ".", "additionalProperties"),
    ("text-tag", "/tag", GONE, "", "required"),
    ("text-tag", "/tag", "CONFIRMED_EVENT_UPDATE", ".", "enum"),
    ("text-tag", "/tag", "CUSTOMER_FEEDBACK", ".", "x-unsupported"),
    ("typing", "/sender_action", "typing", ".", "enum"),
    ("typing", "/messaging_type", "RESPONSE", ".", "x-unsupported"),
    ("typing", "/payload", {"message_id": "m"}, ".", "x-unsupported"),
    ("reaction", "/payload", GONE, "", "required"),
    ("quick_replies", "/message/quick_replies/0/payload", GONE, "/message/quick_replies/0", "required"),
    ("quick_replies", "/message/quick_replies/0/title", GONE, "/message/quick_replies/0", "required"),
    ("quick_replies", "/message/quick_replies/0/payload", "", ".", "minLength"),
    ("quick_replies", "/message/quick_replies/1/image_url", GONE, "/message/quick_replies/1/title", "minLength"),
    ("quick_replies", "/message/quick_replies/0/content_type", "location", ".", "enum"),
    ("media", f"{PAYLOAD}/attachment_id", "1", PAYLOAD, "x-exactlyOne"),
    ("media", f"{PAYLOAD}/url", "shoes.jpg", ".", "pattern"),
    ("images", "/message/attachments/1/type", "video", ".", "const"),
    ("generic", f"{PAYLOAD}/template_type", "genric", ".", "enum"),
    ("generic", ELEMENT, {"title": "Only a title"}, ELEMENT, "x-atLeastOne"),
    ("generic", f"{ELEMENT}/image", "https://example.com/", ".", "additionalProperties"),
    ("generic", f"{TAP}/title", "Open", ".", "x-unsupported"),
    ("generic", f"{TAP}/url", "http://example.com/", ".", "pattern"),
    ("generic", f"{TAP}/messenger_extensions", False, f"{TAP}/fallback_url", "x-unsupported"),
    ("generic", f"{ELEMENT}/buttons/0/type", "element_share", ".", "enum"),
    ("generic", f"{ELEMENT}/buttons/0/title", GONE, f"{ELEMENT}/buttons/0", "required"),
    ("generic", f"{ELEMENT}/buttons/2/payload", "030 123456", ".", "pattern"),
    ("media_template", f"{ELEMENT}/url", "https://www.facebook.com/x", ELEMENT, "x-exactlyOne"),
    ("media_template-facebook", f"{ELEMENT}/url", "https://example.com/x.mp4", ".", "pattern"),
    ("receipt", f"{PAYLOAD}/summary/total_cost", GONE, f"{PAYLOAD}/summary", "required"),
    ("receipt", f"{PAYLOAD}/address/city", GONE, f"{PAYLOAD}/address", "required"),
    ("receipt", f"{PAYLOAD}/currency", "dollars", ".", "pattern"),
    ("receipt", f"{PAYLOAD}/elements/0/price", "50", ".", "type"),
    ("receipt", f"{PAYLOAD}/adjustments/0/amount", GONE, f"{PAYLOAD}/adjustments/0", "required"),
    ("coupon", f"{PAYLOAD}/coupon_code", "AUTUMN 20", ".", "pattern"),
    ("coupon-marketing", f"{PAYLOAD}/coupon_url", GONE, PAYLOAD, "required"),
    ("coupon-marketing", f"{PAYLOAD}/expire_time", "tomorrow", ".", "pattern"),
    ("customer_feedback", f"{PAYLOAD}/title", "Rate www.example.com", ".", "not"),
    ("customer_feedback", f"{QUESTION}/follow_up/placeholder", "https://example.com", ".", "not"),
    ("customer_feedback", f"{QUESTION}/type", "nps", f"{QUESTION}/score_option", "enum"),
    ("customer_feedback", f"{PAYLOAD}/business_privacy", GONE, PAYLOAD, "required"),
    ("image_grid", f"{ELEMENT}/images/0/action/payload", "one", ".", "additionalProperties"),
    ("image_grid", f"{ELEMENT}/buttons/0", CALL, f"{ELEMENT}/buttons/0/type", "enum"),
    ("customer_information", f"{PAYLOAD}/countries/0", "Germany", ".", "pattern"),
    ("utility", "/message/template/language", "en", ".", "type"),
]  # fmt: skip


INSTAGRAM = [
    ("text", "/message", GONE, "", "x-exactlyOne"),
    ("text", "/message/attachment", {"type": "like_heart"}, "/message", "x-exactlyOne"),
    ("text", "/message/text", "", ".", "minLength"),
    ("text", "/message/metadata", "m", ".", "additionalProperties"),
    ("text", "/persona_id", "1", ".", "additionalProperties"),
    ("text", "/messaging_type", "UTILITY", ".", "enum"),
    ("text", "/messaging_type", "MESSAGE_TAG", "", "required"),
    ("text", "/tag", "HUMAN_AGENT", "", "required"),
    ("text-tag", "/tag", "CUSTOMER_FEEDBACK", ".", "enum"),
    ("text-tag", "/messaging_type", "UPDATE", ".", "const"),
    ("text-private_reply", "/recipient/id", "1", "/recipient", "x-exactlyOne"),
    ("quick_replies", "/message/text", "", ".", "minLength"),
    ("quick_replies", "/message/quick_replies/0/image_url", "https://example.com/", ".", "x-unsupported"),
    ("quick_replies", "/message/quick_replies/1/content_type", "user_email", ".", "enum"),
    ("quick_replies", "/message/quick_replies/0/payload", "", ".", "minLength"),
    ("media", "/message/quick_replies", [{"content_type": "user_phone_number"}], ".", "x-unsupported"),
    ("media", PAYLOAD, GONE, "/message/attachment", "required"),
    ("media", "/message/attachment/type", "sticker", ".", "enum"),
    ("images", "/message/attachments/0/type", "video", ".", "const"),
    ("post", f"{PAYLOAD}/id", GONE, PAYLOAD, "required"),
    ("sticker", PAYLOAD, {}, ".", "additionalProperties"),
    ("generic", f"{PAYLOAD}/template_type", "receipt", ".", "enum"),
    ("generic", f"{ELEMENT}/buttons/0", CALL, f"{ELEMENT}/buttons/0/type", "enum"),
    ("generic", ELEMENT, {"title": "Only a title"}, ELEMENT, "x-atLeastOne"),
    ("typing", "/tag", "HUMAN_AGENT", ".", "x-unsupported"),
    ("typing", "/payload", {"message_id": "m"}, ".", "x-unsupported"),
    ("reaction", "/payload/reaction", GONE, "/payload", "required"),
    ("reaction", "/payload/message_id", GONE, "/payload", "required"),
    ("reaction-removed", "/payload/message_id", GONE, "/payload", "required"),
]

DATA = "/event/message_create/message_data"
OPTION = f"{DATA}/quick_reply/options/0"
X = [
    ("text", "/event", GONE, "", "required"),
    ("text", "/event/type", "message", ".", "const"),
    ("text", "/event/message_create/target/recipient_id", GONE, "/event/message_create/target", "required"),
    ("text", "/event/message_create/target/recipient_id", 3805104374, ".", "type"),
    ("text", f"{DATA}/text", GONE, DATA, "required"),
    ("text", f"{DATA}/text", "", ".", "minLength"),
    ("quick_reply", f"{DATA}/quick_reply/type", "text_input", ".", "const"),
    ("quick_reply", f"{OPTION}/label", "https://example.com", ".", "not"),
    ("quick_reply", f"{OPTION}/label", "", ".", "minLength"),
    ("quick_reply", f"{OPTION}/value", "y", ".", "additionalProperties"),
    ("quick_reply", f"{OPTION}/description", GONE, f"{DATA}/quick_reply/options/1/description", "x-sameShape"),
    ("ctas", f"{DATA}/ctas/0/type", "postback", ".", "const"),
    ("ctas", f"{DATA}/ctas/0/url", "example.com", ".", "pattern"),
    ("media", f"{DATA}/attachment/type", "image", ".", "enum"),
    ("media", f"{DATA}/attachment/media/id", GONE, f"{DATA}/attachment/media", "required"),
]

BREACHES = [
    (name, *each) for name, found in (("messenger", MESSENGER), ("instagram", INSTAGRAM), ("x", X)) for each in found
]


@pytest.mark.parametrize(("name", "file", "pointer", "value", "at", "keyword"), BREACHES)
def test_each_breach_is_one_finding(name: str, file: str, pointer: str, value: Any, at: str, keyword: str) -> None:
    """A dot stands for the place that was changed."""
    found = schema(f"{name}/payload.schema.json").violations(changed(name, file, pointer, value))
    assert [(v.path, v.keyword) for v in found] == [(steps(pointer if at == "." else at), keyword)]


@pytest.mark.parametrize("name", ["messenger", "instagram", "x"])
def test_each_limit_stands_at_the_field_that_it_names(name: str) -> None:
    for file in (NATIVE / name / "native").glob("*.json"):
        for use in uses(f"{name}/payload.schema.json", json.loads(file.read_bytes())):
            place = use.place.replace("/*", "[]").replace("/", ".")
            assert place.endswith(f".{definition(use.definition)['x-path']}"), (file.name, use)


def test_a_coupon_has_a_code_or_an_address() -> None:
    for gone in ("coupon_code", "coupon_url"):
        body = changed("messenger", "coupon", f"{PAYLOAD}/{gone}", GONE)
        assert schema("messenger/payload.schema.json").is_clean(body)
    del body["message"]["attachment"]["payload"]["coupon_code"]
    [found] = schema("messenger/payload.schema.json").violations(body)
    assert found.keyword == "x-atLeastOne"


@pytest.mark.parametrize("heroes", [(), (0,), (5,), (0, 1), (0, 5), (3, 5), (4, 5)])
def test_one_image_of_a_grid_is_the_hero(heroes: tuple[int, ...]) -> None:
    images = [{"url": "https://example.com/", "is_hero_image": index in heroes} for index in range(6)]
    found = schema("messenger/payload.schema.json").violations(
        changed("messenger", "image_grid", f"{ELEMENT}/images", images)
    )
    assert [v.path for v in found] == [(*steps(ELEMENT), "images", index, "is_hero_image") for index in heroes[1:]]


# ---- where addresses go

TEXT: dict[str, Tree] = {"template_type": Leaf("/template_type", "text"), "text": Leaf("/text", "Hi")}


def sent(name: str, **address: str) -> Any:
    return fill(direct.emit([read(TEXT)], channel(name), address)[0], ())


def test_a_message_is_a_response() -> None:
    assert sent("messenger", to="17") == {
        "recipient": {"id": "17"},
        "messaging_type": "RESPONSE",
        "message": {"text": "Hi"},
    }


def test_the_address_may_say_another_type_and_a_tag() -> None:
    body = sent("messenger", to="17", messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT")
    assert body["messaging_type"] == "MESSAGE_TAG"
    assert body["tag"] == "HUMAN_AGENT"
    assert schema("messenger/payload.schema.json").is_clean(body)


def test_the_address_wins_over_what_a_native_body_says() -> None:
    """So that nobody gets a message that the run says went to somebody else."""
    body: dict[str, Tree] = {"recipient": {"id": "99"}, "message": {"text": "Hi"}}
    assert direct.addressed(body, channel("messenger"), {"to": "17"}) == {**body, "recipient": {"id": "17"}}


def test_metadata_are_json_as_text() -> None:
    """Whatever signs the values have, the webhook gets back what went out."""
    values = {"order": 'A-1042 "red"', "né": "a\\b\nc 🚚", "empty": ""}
    metadata: dict[str, Tree] = {name: Leaf(f"/metadata/{name}", value) for name, value in values.items()}
    hole = Leaf("/metadata/hole", parts=("no ", 0))
    message = read({**TEXT, "metadata": {**metadata, "hole": hole}})
    [tree] = direct.emit([message], channel("messenger"), None)
    assert json.loads(fill(tree, ['"7"'])["message"]["metadata"]) == {**values, "hole": 'no "7"'}
    assert origins(tree)["/message/metadata"] == "/metadata"  # what is too long is all of it
