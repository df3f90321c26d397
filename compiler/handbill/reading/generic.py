"""Texts, pictures and buttons of a body that follows no known form: found by what things are usually called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_LABELS = ("text", "title", "label", "display_text", "content", "caption", "name")
_DOES = {
    "value": ("payload", "value", "callback_data", "postbackData", "data", "id", "custom_id", "postback_data"),
    "url": ("url", "uri", "link", "web_url", "webLinkUrl"),
    "phone": ("phone", "phoneNumber", "phone_number"),
}
_LISTS = re.compile("button|action|repl|suggestion|option|item|row|choice|keyboard|accessory", re.IGNORECASE)
_TEXTS = re.compile(
    "text|title|body|caption|content|label|description|header|footer|prompt|summary|name$|message$", re.IGNORECASE
)
_PICTURE = re.compile(r"image|photo|picture|thumbnail|media|picurl|hero|avatar", re.IGNORECASE)
_PICTURE_FILE = re.compile(r"\.(png|jpe?g|gif|webp)([?#]|$)", re.IGNORECASE)
_STRETCHES = ("text", "link", "textrun")
_URL = re.compile(r"https?://\S+")


def generic(body: Any) -> list[dict[str, Any]]:
    """Messages that show what was found, a picture each, then the texts with the buttons; one at least."""
    found = list(_found(body, ""))
    texts, images, buttons = ([value for kind, value in found if kind == each] for each in ("text", "image", "button"))
    made: list[dict[str, Any]] = [
        {"template_type": "media", "kind": "image", "url": url} for url in dict.fromkeys(images)
    ]
    said = "\n".join(dict.fromkeys(texts))
    if buttons:
        made.append({"template_type": "quick_reply", "text": said, "buttons": buttons})
    elif said or not made:
        made.append({"template_type": "text", "text": said})
    return made


def _found(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    run = _run(value)
    if run:
        yield "text", run
    elif isinstance(value, list):
        for child in value:
            button = _button(child) if _LISTS.search(key) else None
            if button is not None:
                yield "button", button
            else:
                yield from _found(child, key)
    elif isinstance(value, dict):
        for name, child in value.items():
            button = _button(child) if _LISTS.search(name) else None
            if button is not None:
                yield "button", button
                continue
            inner = name if isinstance(child, dict | list) or not key else f"{key}.{name}"
            yield from _found(child, inner)
    elif isinstance(value, str) and value:
        if _URL.fullmatch(value):
            if _PICTURE.search(key) or _PICTURE_FILE.search(value):
                yield "image", value
        elif _TEXTS.search(key.rpartition(".")[2]) or " " in value:
            yield "text", value


def _run(value: Any) -> str:
    """The text of a list of stretches, each with a style of its own: `[{"type": "text", "text": "Hi "}, …]`."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return ""
    texts = [each.get("text") for each in value if str(each.get("type")).lower() in _STRETCHES]
    whole = len(texts) == len(value) and all(isinstance(text, str) for text in texts)
    return "".join(map(str, texts)) if whole else ""


def _button(value: Any) -> dict[str, Any] | None:
    """Something to tap: a label, and what it does."""
    if not isinstance(value, dict):
        return None
    flat = dict(_flat(value))
    label = next((flat[name] for name in _LABELS if flat.get(name)), None)
    for does, names in _DOES.items():
        told = next((flat[name] for name in names if flat.get(name)), None)
        if label is not None and told is not None:
            return {"text": label, does: told}
    return None


def _flat(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The texts of an object and of those within it, the outer ones last."""
    for key, child in value.items():
        if isinstance(child, dict):
            yield from (
                (name if name in ("url", "phone") or name not in ("id", "name") else key, text)
                for name, text in _flat(child)
            )
        elif isinstance(child, str):
            yield key, child
