"""A `MessagingEvent`'s content as the neutral message it came from: what gateways/genesys_event.py does, backwards.

So a channel's own rules can judge an event, whoever made it.
"""

from __future__ import annotations

from typing import Any

from ..keywords import Path

_CLOSING = ("header", "footer", "metadata")


def message_of(content: dict[str, Any]) -> dict[str, Any]:
    """The message. The content has passed the event's schema."""
    if content["type"] == "text":
        return {"template_type": "text", **_without(content, "type")}
    kind = content["template_type"]
    message = _without(content, "type", "content", "cards")
    if "content" in content:
        message["text"] = content["content"][0]["text"]
    cards = [_card(card) for card in content.get("cards", [])]
    if kind == "generic":
        return {**message, **cards[0]}
    if cards:
        message["cards"] = cards
    if "buttons" in message:
        message["buttons"] = [_without(button, "type") for button in message["buttons"]]
    return message


def place_of(content: dict[str, Any], path: Path) -> Path:
    """The place in the event of a place in the message."""
    if content["type"] == "text" or not path:
        return ("content", *path)
    if path[0] == "text" and "content" in content:
        return ("content", "content", 0, *path)
    if content["template_type"] == "generic" and path[0] not in (*_CLOSING, "template_type"):
        return ("content", "cards", 0, *path)
    return ("content", *path)


def _card(card: dict[str, Any]) -> dict[str, Any]:
    plain = _without(card, "type")
    if "buttons" in plain:
        plain["buttons"] = [_without(button, "type") for button in plain["buttons"]]
    return plain


def _without(value: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: child for name, child in value.items() if name not in names}
