"""What lowering has to say: each loss at the author's own text, and why nothing fits."""

from __future__ import annotations

from collections.abc import Iterable

from ..channels import Channel
from ..diagnostic import Diagnostic, Label, Severity
from ..document import Document
from ..message import Media
from ..places import Places
from ..telling import steps_of
from .ladder import Lowered, Trial
from .losses import Loss
from .sequence import vanishing
from .written import type_of

_CODES = {
    "image": "lost-image",
    "link": "lost-link",
    "reply": "lost-reply",
    "call": "lost-call",
    "subtitle": "lost-subtitle",
    "detail": "lost-detail",
}
_NOUNS = {
    "text": ("text", "text"),
    "quick_reply": ("question", "a text with buttons"),
    "card": ("card", "a card"),
    "carousel": ("carousel", "a carousel"),
    "list": ("list", "a list"),
    "media": ("medium", "media"),
    "location": ("location", "a location"),
    "date_picker": ("date picker", "a date picker"),
    "notification": ("notification", "a notification"),
}
_SEVERAL = {"card": "single cards", "quick_reply": "texts with buttons", "list": "lists", "text": "texts"}
_WHAT = {
    "image": "no picture is seen",
    "link": "nothing leads there any more",
    "reply": "an answer must be typed, and comes back as typed",
    "call": "the number is written in the text",
    "subtitle": "the smaller text is not shown",
    "detail": "this is left out",
}


def loss_diagnostics(
    lowered: Iterable[Lowered], channel: Channel, who: str, template: str, document: Document, places: Places
) -> list[Diagnostic]:
    """A warning for each kind of loss of each message, and for each whose buttons the next message takes away.

    `who` shows it: "WhatsApp through Genesys Cloud".
    """
    used = [one.fallback if one.rung == "fallback" and one.fallback else one for one in lowered]
    losses = [_told(loss, one, channel, who, template, document, places) for one in used for loss in one.losses]
    return losses + vanishing([message for one in used for message in one.after], channel, document, places)


def _told(
    loss: Loss, one: Lowered, channel: Channel, who: str, template: str, document: Document, places: Places
) -> Diagnostic:
    spans = [places.skeleton(*places.offsets(document, steps_of(leaf.pointer))) for leaf in loss.leaves]
    count = len(loss.leaves)
    gone = said(loss)
    same = one.rung == type_of(one.before)
    how = f"{who} has no place for {'it' if count == 1 else 'them'}" if same else shown_as(one, who).removesuffix(".")
    what = _WHAT[loss.kind]
    if isinstance(one.before, Media):
        what = "its address is written in the text" if loss.kind == "image" else what
    why = f"{how}." if same and loss.kind != "call" else f"{how}; {what}."
    return Diagnostic(
        _CODES[loss.kind],
        f"{gone[0].upper()}{gone[1:]} lost",
        Label(spans[0], f"{gone} lost"),
        severity=Severity.WARNING,
        text=why,
        hint=f"write a version for {channel.title} (`{template}.{channel.name}.json.j2`)",
        related=tuple(Label(span, "and here") for span in dict.fromkeys(spans[1:]) if span != spans[0]),
        pointer=loss.leaves[0].pointer,
        who=who,
    )


def shown_as(one: Lowered, who: str) -> str:
    """What a message has become, in a sentence; nothing when it is still what it was."""
    own = type_of(one.before)
    if one.rung in ("", own, "fallback"):
        return ""
    return f"{who} shows this {_NOUNS[own][0]} as {became(one)}."


def became(one: Lowered) -> str:
    """What a message goes out as: "a list", "single cards"."""
    types = [type_of(each) for each in one.after]
    last = _SEVERAL[one.rung] if one.rung in _SEVERAL and types.count(one.rung) > 1 else _NOUNS[one.rung][1]
    if "media" in types and one.rung != "media":
        return f"{'pictures' if types.count('media') > 1 else 'a picture'} and {last}"
    return "a picture and text" if "text" in types and one.rung == "media" else last


def noun_of(type_: str) -> str:
    return _NOUNS[type_][0]


def as_what(type_: str) -> str:
    return _NOUNS[type_][1]


def said(loss: Loss) -> str:
    """What is lost: "2 images", "reply", "4 details (file name, map)"."""
    count = len(loss.leaves)
    if loss.kind == "detail" and len(loss.names) > 1:
        names = ", ".join(loss.names)
        return f"{count} details ({names})"
    noun = loss.names[0] if len(loss.names) == 1 else loss.kind
    return noun if count == 1 else f"{count} {_plural(noun)}"


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def tried(trials: Iterable[Trial]) -> str:
    """What was tried in vain, for a hint: "as a list: 11 rows; WhatsApp allows 10"."""
    told = [f"as {_NOUNS[trial.rung][1]}: {trial.why}" for trial in trials if trial.why]
    return ". ".join(told)
