"""Discord beyond the goldens: plain text stays plain, markup is Markdown, and the rules no example shows."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from channels.emitting import said, streamed
from channels.emitting import sent as sent_on
from handbill.pipeline import Result
from handbill.validate import schema
from hypothesis import example, given
from hypothesis import strategies as st

MESSAGE, BODY = schema("discord/message.schema.json"), schema("discord/payload.schema.json")
sent = partial(sent_on, "discord")
V2 = 1 << 15


# ---- plain text


def shown(content: str) -> str:
    """What a client shows of a text in which nothing is formatted, as Discord's own parser goes about it.

    Fails where it would format something.
    """
    seen, kept = [], []
    at = 0
    while at < len(content):
        if escape := re.compile(r"\\([^0-9A-Za-z\s])").match(content, at):
            seen.append(escape[1])
            kept.append("x")  # whatever it is, it means nothing
            at = escape.end()
        elif url := re.compile(r"https?://[^\s<]+[^<.,:;\"'\]\s]").match(content, at):
            seen.append(url[0])
            kept.append("x")
            at = url.end()
        else:
            assert content[at] not in "*_~`|<[", (content, at)
            seen.append(content[at])
            kept.append(content[at])
            at += 1
    line = re.search(r"^[ \t]*([#>]|[-+] |\d+\. )", "".join(kept), re.MULTILINE)
    assert line is None, content
    return "".join(seen)


SIGNS = st.lists(
    st.sampled_from([*"\\*_~`|<>[]()#-+.:/1a @\n", "https://", "http://x", "**", "||", "```", "<@1>"]), max_size=12
)


@given(SIGNS.map("".join))
@example("https://example.com/a_b_c and _this_")
@example("https://example.com/<@1>")
@example("1. one\n2. two\n- three\n# four\n> five\n-# six")
@example("a\\_b")
@example("https://a.<@1> https://b].* https://... https://]*")
def test_plain_text_is_shown_as_it_was_written(text: str) -> None:
    assert shown(sent({"template_type": "text", "text": text}, markup=False)["content"]) == text
    assert shown(sent({"template_type": "text", "text": "{0}"}, text, markup=False)["content"]) == text


def test_an_address_in_two_parts_stays_one() -> None:
    body = sent({"template_type": "text", "text": "See https://example.com/a_b/{0} *now*"}, "c_d")
    assert body["content"] == "See https://example.com/a_b/c_d \\*now\\*"


def test_a_value_calls_nobody() -> None:
    body = sent({"template_type": "text", "text": "Hi {0}"}, "@everyone")
    assert body == {"content": "Hi @everyone", "allowed_mentions": {"parse": []}}


def test_labels_are_plain_already() -> None:
    body = sent({"template_type": "quick_reply", "text": "?", "buttons": [{"text": "a_b *c*", "value": "d_e"}]})
    assert body["components"][0]["components"][0] == {"type": 2, "style": 2, "label": "a_b *c*", "custom_id": "d_e"}


# ---- markup


def test_marked_text_is_markdown() -> None:
    text = "**Hi {0}** _it_ [more](https://example.com/a_(b) `x_y`"
    content = sent({"template_type": "text", "text": text}, "Z_o_ë")["content"]
    assert content == "**Hi Z\\_o\\_ë** _it_ [more](https://example.com/a_%28b) ``x_y``"


def test_nothing_within_code_is_escaped_nor_closes_it() -> None:
    content = sent({"template_type": "text", "text": "`{0}_`"}, "``a*")["content"]
    assert content == "``\u200b`\u200b\u200b`\u200ba*_``"
    assert "``" not in content[2:-2]


def test_a_marked_subtitle_is_markdown_and_its_title_plain() -> None:
    card = {"template_type": "card", "title": "*T*", "subtitle": "**S**", "url": "https://example.com/"}
    assert sent(card)["embeds"] == [{"title": "\\*T\\*", "description": "**S**", "url": "https://example.com/"}]


# ---- what no example shows


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def reply(value: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "A", "custom_id": value, **more}


def legacy(*components: dict[str, Any]) -> dict[str, Any]:
    return {"content": "x", "components": list(components)}


def v2(*components: Any) -> dict[str, Any]:
    return {"flags": V2, "components": list(components)}


def text(content: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": 10, "content": content, **more}


def container(*components: Any) -> dict[str, Any]:
    return {"type": 17, "components": list(components)}


SELECT = {"type": 5, "custom_id": "s"}
LINK = {"type": 2, "style": 5, "label": "L", "url": "https://example.com/"}
PREMIUM = {"type": 2, "style": 6, "sku_id": "1"}
EMBED = {"title": "x" * 256, "description": "x" * 4096}  # 4352
THUMBNAIL = {"type": 11, "media": {"url": "https://example.com/a.png"}}
SECTION = {"type": 9, "components": [text()], "accessory": THUMBNAIL}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, [("", "x-atLeastOne")]),
        ({"tts": True}, [("", "x-atLeastOne")]),
        ({"message_reference": {"type": 0, "message_id": "1"}}, [("", "x-atLeastOne")]),
        ({"message_reference": {"type": 1, "message_id": "1"}}, []),
        ({"message_reference": {"type": 2, "message_id": "1"}}, [("message_reference/type", "enum")]),
        ({"content": "x", "nonsense": 1}, [("nonsense", "additionalProperties")]),
        # all embeds together
        ({"embeds": [EMBED, {"description": "x" * 1648}]}, []),
        ({"embeds": [EMBED, {"description": "x" * 1649}]}, [("embeds/1/description", "x-maxTotalText")]),
        (
            {"embeds": [EMBED, {"fields": [{"name": "n", "value": "x" * 900}] * 2}]},
            [("embeds/1/fields/1/value", "x-maxTotalText")],
        ),
        # rows
        (legacy(row(*[reply(str(n)) for n in range(5)])), []),
        (legacy(row(SELECT, reply())), [("components/0/components", "maxItems")]),
        (legacy(row(reply(), SELECT)), [("components/0/components/1/type", "const")]),
        (legacy(row(reply(), reply())), [("components/0/components/1", "x-uniqueBy")]),
        (legacy(row(reply()), row(reply())), [("components/1/components/0", "x-uniqueBy")]),
        (legacy(reply()), [("components/0/type", "const")]),
        (legacy(text(), text()), [("", "required")]),  # IS_COMPONENTS_V2 is missing
        ({**v2(text(), text()), "flags": 4}, [("flags", "enum")]),
        (legacy(row(text(), reply())), [("components/0/components/0/type", "const")]),
        # buttons
        (legacy(row({**LINK, "custom_id": "a"})), [("components/0/components/0/custom_id", "x-unsupported")]),
        (legacy(row(reply(url="https://x.example/"))), [("components/0/components/0/url", "x-unsupported")]),
        (legacy(row({"type": 2, "style": 1, "label": "A"})), [("components/0/components/0", "required")]),
        (legacy(row({"type": 2, "style": 1, "custom_id": "a"})), [("components/0/components/0", "x-atLeastOne")]),
        (legacy(row(PREMIUM)), []),
        (legacy(row({**PREMIUM, "label": "A"})), [("components/0/components/0/label", "x-unsupported")]),
        (legacy(row({**LINK, "style": 7})), [("components/0/components/0/style", "enum")]),
        (legacy(row({**LINK, "url": "tel:1"})), [("components/0/components/0/url", "pattern")]),
        # selects
        (legacy(row({**SELECT, "channel_types": [0]})), [("components/0/components/0/channel_types", "x-unsupported")]),
        (legacy(row({"type": 3, "custom_id": "s", "options": [{"label": "A", "value": "a"}] * 2})),
         [("components/0/components/0/options/1", "x-uniqueBy")]),
        # components V2
        (v2(text()), []),
        ({**v2(text()), "content": "x"}, [("content", "x-unsupported")]),
        ({**v2(text()), "embeds": []}, [("embeds", "x-unsupported")]),
        ({**v2(text()), "poll": {}}, [("poll", "x-unsupported")]),
        ({**v2(text()), "flags": V2 | 1 << 12}, []),
        ({"flags": V2, "content": "x"}, [("", "required"), ("content", "x-unsupported")]),
        (v2(reply()), [("components/0/type", "enum")]),
        (v2(text(id=1), text(id=1)), [("components/1", "x-uniqueBy")]),
        (v2({**SECTION, "accessory": text()}), [("components/0/accessory/type", "enum")]),
        (v2({**SECTION, "components": [row(reply())]}), [("components/0/components/0/type", "const")]),
        (v2(container(container(text()))), [("components/0/components/0/type", "enum")]),
        (v2({"type": 13, "file": {"url": "https://example.com/a.pdf"}}), [("components/0/file/url", "pattern")]),
        # 40 components, those in others too: a section of one text and a thumbnail is three
        (v2(*[SECTION] * 13, text()), []),
        (v2(*[SECTION] * 13, text(), text()), [("components/14/type", "x-maxTotal")]),
        # 4000 characters in all
        (v2(text("x" * 3000), container(text("x" * 1000))), []),
        (v2(text("x" * 3000), container(text("x" * 1001))),
         [("components/1/components/0/content", "x-maxTotalText")]),
    ],
)  # fmt: skip
def test_a_body(body: Any, found: list[tuple[str, str]]) -> None:
    assert said(BODY, body) == found


CARD = {"template_type": "card", "title": "T"}
ITEM = {"text": "A", "value": "a"}
LIST = {"template_type": "list", "text": "Q", "button": "B", "sections": [{"items": [ITEM]}]}
REPLY = {"text": "A", "value": "a"}
MEDIA = {"template_type": "media", "kind": "image", "url": "https://example.com/a.png"}


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({**CARD, "subtitle": "x" * 4096, "footer": "x" * 1903}, []),
        ({**CARD, "subtitle": "x" * 4096, "footer": "x" * 1904}, [("footer", "x-maxTotalText")]),
        ({**CARD, "image": {"url": "https://example.com/a.png", "alt": "A"}}, [("image/alt", "x-unsupported")]),
        ({**CARD, "buttons": [REPLY, REPLY]}, [("buttons/1", "x-uniqueBy")]),
        ({**CARD, "buttons": [{"text": "A", "phone": "+4930123456"}]}, [("buttons/0/phone", "x-unsupported")]),
        ({**LIST, "sections": [{"title": "S", "items": [ITEM]}]}, [("sections/0/title", "x-unsupported")]),
        ({**LIST, "sections": [{"items": [ITEM]}] * 2}, [("sections/1/items/0", "x-uniqueBy")]),
        ({**LIST, "footer": "F"}, [("footer", "x-unsupported")]),
        ({**CARD, "footer": "F"}, []),
        ({**CARD, "header": "H"}, [("header", "x-unsupported")]),
        ({**MEDIA, "kind": "audio"}, [("kind", "enum")]),
        ({**MEDIA, "filename": "a.png"}, [("filename", "x-unsupported")]),
        ({**MEDIA, "metadata": {}}, [("metadata", "x-unsupported")]),
        ({"template_type": "carousel", "cards": [{"title": "T"}]}, [("template_type", "enum")]),
    ],
)  # fmt: skip
def test_a_message(message: Any, found: list[tuple[str, str]]) -> None:
    assert said(MESSAGE, message) == found


TEMPLATE = """{"template_type": "quick_reply", "text": "Hi {{ name }}, see https://example.com/{{ name }}",
 "buttons": [{"text": "Yes", "value": "{{ name }}"}, {"text": "No", "value": "no"}]}"""


def test_a_campaign_writes_the_same_bytes(tmp_path: Path) -> None:
    """Escaped by their place in the text, and too long when the backslashes make them so."""
    contexts = [{"name": name} for name in ["Zoë", "a_b*c", "no", "x" * 101, "*" * 100]]
    made = streamed(tmp_path, "discord", TEMPLATE, contexts)
    assert [isinstance(body, bytes) for body in made] == [True, True, False, False, True]
    assert json.loads(made[1])["content"] == "Hi a\\_b\\*c, see https://example.com/a_b*c"  # type: ignore[arg-type]


def test_backslashes_count(tmp_path: Path) -> None:
    template = """{"template_type": "text", "text": "{{ name }}"}"""
    fits, not_any_more = streamed(tmp_path, "discord", template, [{"name": "*" * 1000}, {"name": "*" * 1001}])
    assert isinstance(fits, bytes)
    assert isinstance(not_any_more, Result)
    [diagnostic] = not_any_more.diagnostics
    assert (diagnostic.code, diagnostic.pointer) == ("text-too-long", "/content")
    assert diagnostic.label is not None
    assert diagnostic.label.text == "2002 characters; Discord allows 2000"
