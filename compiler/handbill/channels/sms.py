"""SMS, through Twilio's Messages resource: one form a message.

https://www.twilio.com/docs/messaging/api/message-resource

SMS has no API of its own; carriers and providers have. The body of a text is {Body}, and goes out as a form
(`To=…&From=…&Body=…`), to which the address adds To, and From or MessagingServiceSid. Twilio cuts the text into
parts, which `units.segments` counts beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..message import Message, Text
from ..tree import Tree


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    """One body a message. Raises TypeError for what the schema refuses: whatever is not text."""
    return [_body(message) for message in messages]


def _body(message: Message) -> dict[str, Tree]:
    if not isinstance(message, Text):
        raise TypeError(f"SMS has no {type(message).__name__}")
    return {"Body": message.text}
