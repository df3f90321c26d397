"""Google Chat: a message as it is created in a space. https://developers.google.com/workspace/chat/create-messages

    text         {"text", "markupSyntax"}
    quick_reply  {"fallbackText", "cardsV2": [{"cardId", "card": {"sections": [{"widgets": [text, buttons]}]}}]}
    card         … "widgets": [image, title, subtitle, buttons]
    carousel     … "widgets": [text, {"carousel": {"carouselCards": [{"widgets", "footerWidgets"}]}}]
    list         … a section with the text, then one for each section: {"header", "widgets": [{"selectionInput"}]}
    media        … "widgets": [image, caption]

The texts of a card are HTML, so they are escaped; `fallbackText` is what a notification says. A message's header is
the header of its first section, its footer the last text. What a button or an option sends back is the parameter
`value` of the function `reply`, or the form input `choice_0`, `choice_1` … of `choose`.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..markup import Printer, printed
from ..message import Button, Card, Carousel, Image, ListMessage, Media, Message, QuickReply, Text
from ..tree import Leaf, Tree, escaped, joined

_CHAT = Printer(bold="*{text}*", italic="_{text}_", code="{text}", link="<{url}|{text}>", escape=str)


def _as_html(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


_HTML = Printer(
    bold="<b>{text}</b>",
    italic="<i>{text}</i>",
    code="{text}",
    link='<a href="{url}">{text}</a>',
    escape=_as_html,
    url=escape,
)


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    return [_body(message) for message in messages]


def _body(message: Message) -> dict[str, Tree]:
    match message:
        case Text():
            shown = printed(message.text, _CHAT) if message.text.marked else message.text
            return {"text": shown, "markupSyntax": "MARKUP_SYNTAX_CHAT"}
        case QuickReply():
            return _cards(message, message.text, [[_text(message.text), *_buttons(message.buttons)]])
        case Card():
            return _cards(message, message.title, [[*_front(message), *_buttons(message.buttons)]])
        case Carousel():
            above = [_text(message.text)] if message.text else []
            cards: Tree = {"carousel": {"carouselCards": [_carousel_card(card) for card in message.cards]}}
            return _cards(message, message.text or message.cards[0].title, [[*above, cards]])
        case ListMessage():
            return _cards(message, message.text, [[_text(message.text)]], _dropdowns(message))
        case Media():
            below = [_text(message.caption)] if message.caption else []
            return _cards(message, message.caption, [[_image(Image(message.url)), *below]])
        case _:
            raise TypeError(f"Google Chat has no {type(message).__name__}")


def _cards(
    message: Message, said: Leaf | None, first: list[list[Tree]], more: Sequence[dict[str, Tree]] = ()
) -> dict[str, Tree]:
    """A message of one card: its first section, further ones, and header and footer where they go."""
    header: dict[str, Tree] = {"header": _html(message.header)} if message.header else {}
    sections = [*({**header, "widgets": widgets} for widgets in first), *more]
    if message.footer:
        sections.append({"widgets": [_text(message.footer)]})
    body: dict[str, Tree] = {"fallbackText": said} if said else {}
    return {**body, "cardsV2": [{"cardId": "message", "card": {"sections": list(sections)}}]}


def _html(text: Leaf) -> Leaf:
    return printed(text, _HTML)


def _text(text: Leaf) -> Tree:
    return {"textParagraph": {"text": _html(text)}}


def _image(image: Image, leads_to: Leaf | None = None) -> Tree:
    shown: dict[str, Tree] = {"imageUrl": image.url}
    if image.alt:
        shown["altText"] = image.alt
    if leads_to:
        shown["onClick"] = _link(leads_to)
    return {"image": shown}


def _front(card: Card) -> list[Tree]:
    """What stands above a card's buttons. The title is no header, since Chat cuts a header that is too long."""
    title = joined("<b>", _html(card.title), "</b>", at=card.title)
    if card.url:
        title = joined('<a href="', escaped(card.url, escape), '">', title, "</a>", at=card.title)
    image = [_image(card.image, card.url)] if card.image else []
    subtitle = [_text(card.subtitle)] if card.subtitle else []
    return [*image, {"textParagraph": {"text": title}}, *subtitle]


def _carousel_card(card: Card) -> Tree:
    footer = _buttons(card.buttons)
    return {"widgets": _front(card), **({"footerWidgets": footer} if footer else {})}


def _buttons(buttons: Sequence[Button]) -> list[Tree]:
    made = [_button(button) for button in buttons]
    return [{"buttonList": {"buttons": made}}] if made else []


def _button(button: Button) -> Tree:
    reply: Tree = {"action": {"function": "reply", "parameters": [{"key": "value", "value": button.value}]}}
    icon: dict[str, Tree] = {"icon": {"iconUrl": button.image_url}} if button.image_url else {}
    return {"text": button.text, **icon, "onClick": _link(button.url) if button.url else reply}


def _link(url: Leaf) -> Tree:
    return {"openLink": {"url": url}}


def _dropdowns(message: ListMessage) -> list[dict[str, Tree]]:
    made: list[dict[str, Tree]] = []
    for index, section in enumerate(message.sections):
        items: list[Tree] = [{"text": item.text, "value": item.value} for item in section.items]
        dropdown: dict[str, Tree] = {
            "name": f"choice_{index}",
            "label": message.button,
            "type": "DROPDOWN",
            "items": items,
            "onChangeAction": {"function": "choose"},
        }
        header: dict[str, Tree] = {"header": _html(section.title)} if section.title else {}
        made.append({**header, "widgets": [{"selectionInput": dropdown}]})
    return made
