"""What the messages of a sequence do to one another: on some channels buttons are gone when another message comes."""

from __future__ import annotations

from collections.abc import Sequence

from ..channels import Channel
from ..diagnostic import Diagnostic, Label, Severity
from ..document import Document
from ..message import Location, Message, QuickReply
from ..places import Places
from ..telling import steps_of
from .written import leaves_of, type_of, written


def vanishing(messages: Sequence[Message], channel: Channel, document: Document, places: Places) -> list[Diagnostic]:
    """A warning where messages that go out are not the last, and need to be for their buttons to be seen."""
    by_any, by_own = channel.last
    gone: dict[str, list[Message]] = {}
    for at, message in enumerate(messages):
        own, later = type_of(message), {type_of(each) for each in messages[at + 1 :]}
        if (own in by_any and later) or (own in by_own and later & by_own):
            gone.setdefault(own, []).append(message)
    return [_told(each, own in by_any, channel, document, places) for own, each in gone.items()]


def _told(
    messages: Sequence[Message], by_any: bool, channel: Channel, document: Document, places: Places
) -> Diagnostic:
    message = messages[0]
    place = _buttons(message)
    spans = [places.skeleton(*places.offsets(document, steps_of(_buttons(each)))) for each in messages]
    what = "this button" if isinstance(message, Location) else "these buttons"
    gone = "when the next message comes" if by_any else "when the next buttons come"
    note = str((channel.data["sequence"]).get("x-note", ""))
    hint = "put this message last" if by_any else "ask one question at a time"
    if isinstance(message, Location):
        hint += ", or write the address in the text"
    else:
        hint += ", or use a card, whose buttons stay" if "card" in _shown(channel) else ""
    return Diagnostic(
        "choices-vanish",
        "Buttons that vanish",
        Label(spans[0], f"{what} will be gone {gone}"),
        severity=Severity.WARNING,
        text=note,
        hint=hint,
        related=tuple(Label(span, "and these") for span in dict.fromkeys(spans[1:]) if span != spans[0]),
        pointer=place,
        who=channel.title,
        source=str(channel.data["sequence"]["x-source"]),
        checked=str(channel.data["sequence"]["x-checked"]),
    )


def _buttons(message: Message) -> str:
    """Where the author wrote them: the first of the buttons, or what else the message was made of."""
    leaf = message.buttons[0].text if isinstance(message, QuickReply) else None
    return (leaf or next(each for each in leaves_of(written(message)) if each.pointer)).pointer


def _shown(channel: Channel) -> Sequence[str]:
    return tuple(channel.message_rules["properties"]["template_type"].get("enum", ()))
