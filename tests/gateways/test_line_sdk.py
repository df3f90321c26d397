"""LINE's payloads against the models of its official SDK: every golden, every vendor's example, every field's name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from channels.cases import FOLDER
from handbill.resources import load
from linebot.v3.messaging import models
from pydantic.v1 import ValidationError

LINE = FOLDER / "line"
GOLDENS = sorted(LINE.glob("*.direct.json"))
NATIVE = sorted((LINE / "native").glob("*.json"))
RULES = load("line/payload.schema.json")["$defs"]

# the SDK's names for what is the same field to us, and what it keeps to itself
ACTIONS = {
    "postback": "PostbackAction",
    "message": "MessageAction",
    "uri": "URIAction",
    "datetimepicker": "DatetimePickerAction",
    "camera": "CameraAction",
    "cameraRoll": "CameraRollAction",
    "location": "LocationAction",
    "clipboard": "ClipboardAction",
}
MESSAGES = {
    "text": "TextMessage",
    "textV2": "TextMessageV2",
    "sticker": "StickerMessage",
    "image": "ImageMessage",
    "video": "VideoMessage",
    "audio": "AudioMessage",
    "location": "LocationMessage",
    "imagemap": "ImagemapMessage",
    "template": "TemplateMessage",
    "flex": "FlexMessage",
    "coupon": "CouponMessage",
}
TEMPLATES = {
    "buttons": "ButtonsTemplate",
    "confirm": "ConfirmTemplate",
    "carousel": "CarouselTemplate",
    "image_carousel": "ImageCarouselTemplate",
}
COMPONENTS = {
    name: f"Flex{name.title()}" for name in ("box", "button", "image", "video", "icon", "text", "separator", "filler")
}


def read(body: dict[str, Any]) -> Any:
    """The request as the SDK would send it. Raises ValidationError."""
    return models.PushMessageRequest.from_dict(body)


def body_of(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_bytes())
    return found


@pytest.mark.parametrize("file", [*GOLDENS, *NATIVE], ids=lambda file: file.name)
def test_the_sdk_reads_it_and_would_send_the_same(file: Path) -> None:
    """Nothing is refused, and nothing falls away: what a model does not know, it leaves out."""
    body = body_of(file)
    sent = json.loads(json.dumps(read(body).to_dict()))
    assert without_defaults(sent, body) == body


def without_defaults(sent: Any, body: Any) -> Any:
    """What the SDK sends, less the fields that it adds by itself."""
    if isinstance(sent, dict) and isinstance(body, dict):
        return {key: without_defaults(value, body.get(key)) for key, value in sent.items() if key in body}
    if isinstance(sent, list) and isinstance(body, list) and len(sent) == len(body):
        return [without_defaults(one, other) for one, other in zip(sent, body, strict=True)]
    return sent


def test_there_are_goldens_and_the_sdk_can_refuse() -> None:
    assert GOLDENS
    [body] = [body_of(file) for file in GOLDENS if file.name == "text.direct.json"]
    too_many = {**body, "messages": body["messages"] * 6}
    with pytest.raises(ValidationError):
        read(too_many)


def branches(rules: dict[str, Any]) -> dict[str, set[str]]:
    """For each type that a definition tells apart the names of its fields."""
    return {
        branch["if"]["properties"]["type"]["const"]: set(branch["then"]["properties"])
        for branch in rules["allOf"]
        if "properties" in branch["then"]
    }


@pytest.mark.parametrize(
    ("definition", "kinds"),
    [("action", ACTIONS), ("message", MESSAGES), ("template", TEMPLATES), ("component", COMPONENTS)],
)
def test_fields_are_the_sdks(definition: str, kinds: dict[str, str]) -> None:
    ours = branches(RULES[definition])
    assert ours.keys() == kinds.keys()
    for kind, model in kinds.items():
        assert ours[kind] == {field.alias for field in getattr(models, model).__fields__.values()}, kind
