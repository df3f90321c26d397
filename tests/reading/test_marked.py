"""Inline markup is read back as it was written; a plain text full of signs stays plain."""

from __future__ import annotations

from typing import Any

import pytest
from handbill.channels import CHANNELS, channel
from handbill.gateways import gateway
from handbill.markup import marked_up
from handbill.message import read
from handbill.reading import read_body
from handbill.tree import Leaf, Tree, fill

WITH_SIGNS = ("whatsapp", "telegram", "viber", "teams", "discord", "googlechat")
WRITTEN = "Hi **Zoë & Co**, _now_ or `later`"
BOLD = {"kind": "bold", "content": ["Zoë & Co"]}
ITALIC = {"kind": "italic", "content": ["now"]}


def body_of(message: dict[str, str], name: str) -> Any:
    tree: Tree = {key: Leaf(f"/{key}", value) for key, value in message.items()}
    return fill(gateway("direct").emit([read(marked_up(tree))], channel(name), None)[0], ())


def test_the_channels_that_have_signs() -> None:
    with_markup = {name for name in CHANNELS if channel(name).direct and channel(name).markup}
    assert with_markup - {"slack"} == {*WITH_SIGNS}, "Slack's markup is a structure"


@pytest.mark.parametrize("name", WITH_SIGNS)
def test_a_marked_text(name: str) -> None:
    found = read_body(body_of({"template_type": "text", "text": WRITTEN}, name), channel(name), "direct")
    assert found.known
    assert found.unread == ()
    (message,) = found.messages
    assert message["text"].startswith("Hi Zoë & Co, now or ")
    pieces = found.texts[0]["/text"]
    assert BOLD in pieces
    assert ITALIC in pieces
    assert ({"kind": "code", "content": ["later"]} in pieces) == ("code" in channel(name).markup and name != "viber")


@pytest.mark.parametrize("name", ["telegram", "teams", "discord"])
@pytest.mark.parametrize("text", ["**no** _no_ `no` [no](https://example.com)", "<b>no</b> & <i>no</i>", "a * b * c"])
def test_a_plain_text_full_of_signs(name: str, text: str) -> None:
    tree: Tree = {"template_type": Leaf("", "text"), "text": Leaf("/text", text)}
    body = fill(gateway("direct").emit([read(tree)], channel(name), None)[0], ())
    found = read_body(body, channel(name), "direct")
    assert found.messages == ({"template_type": "text", "text": text},)
    assert found.texts == ({},)


def test_a_link() -> None:
    written = {"template_type": "text", "text": "See [our <shop>](https://example.com/?a=1&b=2)."}
    for name in ("telegram", "teams"):
        found = read_body(body_of(written, name), channel(name), "direct")
        assert found.texts[0]["/text"] == [
            "See ", {"kind": "link", "content": ["our <shop>"], "url": "https://example.com/?a=1&b=2"}, ".",
        ]  # fmt: skip
