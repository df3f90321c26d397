"""Discord: a message as it is created in a channel. https://docs.discord.com/developers/resources/message

    text         {"content"}
    quick_reply  {"content", "components": [{"type": 1, "components": [{"type": 2, "style", "label", …}, …]}, …]}
    card         {"embeds": [{"title", "description", "url", "image", "footer"}], "components"}
    list         {"content", "components": [{"type": 1, "components": [{"type": 3, "placeholder", "options"}]}]}
    media        {"flags", "components": [{"type": 10, "content"}, {"type": 12, "items": [{"media": {"url"}}]}]}

Texts, titles and subtitles are Markdown, so every sign in them that would be formatted has a backslash before it;
labels and options are plain. `allowed_mentions` keeps a value such as "@everyone" from calling anybody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..markup import Printer, printed
from ..message import Button, Card, ListMessage, Media, Message, QuickReply, Text
from ..resources import load
from ..tree import Leaf, Tree, encoded

_ROW, _BUTTON, _SELECT, _TEXT, _GALLERY = 1, 2, 3, 10, 12  # types of components
_SECONDARY, _LINK = 2, 5  # styles of buttons
_IS_COMPONENTS_V2 = 1 << 15
_IN_A_ROW: int = load("discord/limits.json")["$defs"]["row_buttons"]["maxItems"]

# What Discord formats: signs anywhere, and at the start of a line what makes headings, quotes and lists of it.
# An address is left as it is, since a backslash would become part of it; but one that a "<" ends is no address then.
_SIGN = r"(?=[\\*_~`|<\[\]])"
_LINE = r"^(?P<number>[ \t]*\d+)(?=\.)|^(?P<blank>[ \t]*)(?=[#>+-])"
_FORMATTED = re.compile(rf"(?P<url>https?://[^\s<]*)(?P<cut><)?|{_LINE}|{_SIGN}", re.MULTILINE)
_ADDRESS = re.compile(r"https?://\S+[^.,:;\"'\]\s][.,:;\"'\]]*")  # as Discord tells one
_ANYWHERE = re.compile(f"{_SIGN}|(?=://)")
_WITHIN_ADDRESS = str.maketrans({"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", " ": "%20", "\\": "%5C"})


def _escape(text: str) -> str:
    return _FORMATTED.sub(_kept, text)


def _kept(found: re.Match[str]) -> str:
    if found["url"] is None:
        return f"{found[0]}\\"
    if found["cut"] or not _ADDRESS.fullmatch(found["url"]):
        return _ANYWHERE.sub(r"\\", found[0])
    return found[0]


def _address(text: str) -> str:
    return text.translate(_WITHIN_ADDRESS)


def _within_code(text: str) -> str:
    """Two backquotes close it, so no two may meet."""
    return text.replace("`", "\u200b`\u200b")


_MARKDOWN = Printer(
    bold="**{text}**",
    italic="_{text}_",
    code="``{text}``",
    link="[{text}]({url})",
    escape=_escape,
    url=_address,
    literal=_within_code,
)


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    return [{**_body(message), "allowed_mentions": {"parse": []}} for message in messages]


def _body(message: Message) -> dict[str, Tree]:
    match message:
        case Text():
            return {"content": _markdown(message.text)}
        case QuickReply():
            return {"content": _markdown(message.text), **_rows(message.buttons)}
        case Card():
            return {"embeds": [_embed(message)], **_rows(message.buttons)}
        case ListMessage():
            return {"content": _markdown(message.text), "components": [_row([_select(message)])]}
        case Media():
            caption: list[Tree] = [{"type": _TEXT, "content": _markdown(message.caption)}] if message.caption else []
            gallery: Tree = {"type": _GALLERY, "items": [{"media": {"url": message.url}}]}
            return {"flags": _IS_COMPONENTS_V2, "components": [*caption, gallery]}
        case _:
            raise TypeError(f"Discord has no {type(message).__name__}")


def _markdown(text: Leaf) -> Leaf:
    """A text as Markdown. A plain one is escaped as a whole, when its holes are filled: lines and addresses count."""
    return printed(text, _MARKDOWN) if text.marked else encoded(text, _escape)


def _embed(card: Card) -> Tree:
    embed: dict[str, Tree] = {"title": _markdown(card.title)}
    if card.subtitle:
        embed["description"] = _markdown(card.subtitle)
    if card.url:
        embed["url"] = card.url
    if card.image:
        embed["image"] = {"url": card.image.url}
    if card.footer:
        embed["footer"] = {"text": card.footer}
    return embed


def _row(components: list[Tree]) -> Tree:
    return {"type": _ROW, "components": components}


def _rows(buttons: Sequence[Button]) -> dict[str, Tree]:
    made = [_button(button) for button in buttons]
    rows = [_row(made[at : at + _IN_A_ROW]) for at in range(0, len(made), _IN_A_ROW)]
    return {"components": rows} if rows else {}


def _button(button: Button) -> Tree:
    if button.url:
        return {"type": _BUTTON, "style": _LINK, "label": button.text, "url": button.url}
    return {"type": _BUTTON, "style": _SECONDARY, "label": button.text, "custom_id": button.value}


def _select(message: ListMessage) -> Tree:
    options: list[Tree] = [
        {"label": item.text, "value": item.value, **({"description": item.subtitle} if item.subtitle else {})}
        for section in message.sections
        for item in section.items
    ]
    return {"type": _SELECT, "custom_id": "choice", "placeholder": message.button, "options": options}
