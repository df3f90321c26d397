"""X, direct messages: API v1.1 (https://docs.x.com/x-api/direct-messages/introduction).

    text         {"text"}
    quick_reply  {"text", "quick_reply": {"type": "options", "options": [{"label", "metadata"}]}}
                 {"text", "ctas": [{"type": "web_url", "label", "url"}]} when the buttons are links

each as `message_data` of an event `message_create`. An option's `metadata` is what comes back when it is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..message import Button, Message, QuickReply, Text
from ..tree import Tree


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    """One request a message."""
    return [_event(_data(message)) for message in messages]


def _event(data: Tree) -> dict[str, Tree]:
    return {"event": {"type": "message_create", "message_create": {"message_data": data}}}


def _data(message: Message) -> Tree:
    match message:
        case Text():
            return {"text": message.text}
        case QuickReply():
            return {"text": message.text, **_buttons(message.buttons)}
        case _:
            raise TypeError(f"{type(message).__name__} has passed the schema of X")


def _buttons(buttons: Sequence[Button]) -> dict[str, Tree]:
    """Replies or links; the schema keeps them apart."""
    if any(button.kind == "link" for button in buttons):
        return {"ctas": [{"type": "web_url", "label": button.text, "url": button.url} for button in buttons]}
    options: list[Tree] = [{"label": button.text, "metadata": button.value} for button in buttons]
    return {"quick_reply": {"type": "options", "options": options}}
