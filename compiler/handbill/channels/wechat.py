"""WeChat: the customer service messages of an Official Account, one message a request.

https://developers.weixin.qq.com/doc/service/en/api/customer/message/api_sendcustommessage.html

    text         {msgtype: text, text: {content}}
    quick_reply  {msgtype: msgmenu, msgmenu: {head_content, list: [{id, content}], tail_content}}
                 the footer is the `tail_content`
    card         {msgtype: news, news: {articles: [{title, description, url, picurl}]}}

A tap on a choice of a menu writes its `content` for the customer; the event brings its `id` as `bizmsgmenuid`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..message import Card, Message, QuickReply, Text
from ..tree import Tree, present


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    """One body a message. Raises TypeError for a message that the schema refuses."""
    return [_body(message) for message in messages]


def _body(message: Message) -> dict[str, Tree]:
    match message:
        case Text():
            return {"msgtype": "text", "text": {"content": message.text}}
        case QuickReply():
            return {"msgtype": "msgmenu", "msgmenu": _menu(message)}
        case Card():
            return {"msgtype": "news", "news": {"articles": [_article(message)]}}
        case _:
            raise TypeError(f"WeChat does not show {type(message).__name__}")


def _menu(message: QuickReply) -> Tree:
    choices: list[Tree] = [{"id": button.value, "content": button.text} for button in message.buttons]
    return present(head_content=message.text, list=choices, tail_content=message.footer)


def _article(message: Card) -> Tree:
    return present(
        title=message.title,
        description=message.subtitle,
        url=message.url,
        picurl=message.image.url if message.image else None,
    )
