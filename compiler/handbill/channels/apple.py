"""Apple Messages for Business: one message a request.

https://register.apple.com/resources/messages/msp-rest-api/messages-sent

| message      | body                                                                                               |
|--------------|----------------------------------------------------------------------------------------------------|
| text         | {v, type: text, body}                                                                              |
| quick_reply  | {v, type: interactive, interactiveData: {bid, data: {version …, quick-reply: {summaryText, items}}}} |
| list         | … data: {listPicker: {sections: [{title, items}]}}, receivedMessage: {title, subtitle}             |
| date_picker  | … data: {event: {title, timeslots}}, receivedMessage: {title}                                      |
| card         | {v, type: richLink, richLinkData: {url, title}}                                                    |

What identifies an answer is the author's value; time slots, which have none, are numbered. The message's own id and
its request's are put in when it is sent, so that a compiled message is the same every time.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..message import Card, DatePicker, ListMessage, Message, QuickReply, Section, Text
from ..tree import Tree, encoded

V = 1
VERSIONS: dict[str, Tree] = {"version": "1.0", "mspVersion": "1.0"}
BID = "com.apple.messages.MSMessageExtensionBalloonPlugin:0000000000:com.apple.icloud.apps.messages.business.extension"


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    """One body a message. Raises TypeError for what the schema refuses: carousels, media, places, notifications."""
    return [{"v": V, **_content(message)} for message in messages]


def _content(message: Message) -> dict[str, Tree]:
    match message:
        case Text():
            return {"type": "text", "body": message.text}
        case QuickReply():
            items: list[Tree] = [{"identifier": button.value, "title": button.text} for button in message.buttons]
            return _interactive({"quick-reply": {"summaryText": message.text, "items": items}})
        case ListMessage():
            sections: list[Tree] = [_section(section, order) for order, section in enumerate(message.sections)]
            bubble: dict[str, Tree] = {"title": message.text, "subtitle": message.button}
            return _interactive({"listPicker": {"sections": sections}}, receivedMessage=bubble)
        case DatePicker():
            event: dict[str, Tree] = {"title": message.title or message.text, "timeslots": _timeslots(message)}
            return _interactive({"event": event}, receivedMessage={"title": message.text})
        case Card():
            return {"type": "richLink", "richLinkData": {"url": message.url, "title": message.title}}
    raise TypeError(f"Apple Messages for Business has no {type(message).__name__}")


def _interactive(data: dict[str, Tree], **bubbles: Tree) -> dict[str, Tree]:
    return {"type": "interactive", "interactiveData": {"bid": BID, "data": {**VERSIONS, **data}, **bubbles}}


def _section(section: Section, order: int) -> Tree:
    items: list[Tree] = [
        {
            "identifier": item.value,
            "order": place,
            "title": item.text,
            **({"subtitle": item.subtitle} if item.subtitle else {}),
        }
        for place, item in enumerate(section.items)
    ]
    title: dict[str, Tree] = {"title": section.title} if section.title else {}
    return {**title, "order": order, "multipleSelection": False, "items": items}


def _timeslots(message: DatePicker) -> Tree:
    return [
        {"identifier": str(number), "startTime": encoded(slot.start, start_time), "duration": slot.duration}
        for number, slot in enumerate(message.slots, 1)
    ]


def start_time(text: str) -> str:
    """ISO 8601 as Apple writes it, without seconds and colon: 2027-01-11T14:30+0100."""
    zone = "+0000" if text.endswith("Z") else text[-6:].replace(":", "")
    return text[: len("2027-01-11T14:30")] + zone
