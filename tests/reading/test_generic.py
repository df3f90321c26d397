"""What is found in a body whose form nobody has learned: never nothing, never an error."""

from __future__ import annotations

from typing import Any

import pytest
from handbill.channels import channel
from handbill.faces import draw
from handbill.reading import read_body
from hypothesis import given
from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "title", "buttons", "payload", "url", "elements", "blocks", "message", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON, st.sampled_from(["messenger", "slack", "line", "kakao", "telegram"]))
def test_any_json_is_shown(body: Any, name: str) -> None:
    found = read_body(body, channel(name), "direct")
    assert found.messages
    assert all(str(draw(message, channel(name), live=True)) for message in found.messages)


@pytest.mark.parametrize(
    ("name", "body", "texts", "buttons"),
    [
        (
            "messenger",
            {
                "message": {
                    "attachment": {
                        "type": "template",
                        "payload": {
                            "template_type": "button",
                            "text": "Which?",
                            "buttons": [
                                {"type": "postback", "title": "A", "payload": "a"},
                                {"type": "web_url", "title": "B", "url": "https://example.com"},
                            ],
                        },
                    }
                }
            },
            ["Which?"],
            [{"text": "A", "value": "a"}, {"text": "B", "url": "https://example.com"}],
        ),
        (
            "slack",
            {
                "blocks": [
                    {
                        "type": "rich_text",
                        "elements": [
                            {
                                "type": "rich_text_section",
                                "elements": [
                                    {"type": "text", "text": "Hello "},
                                    {"type": "text", "text": "Zoë", "style": {"bold": True}},
                                ],
                            }
                        ],
                    },
                    {
                        "type": "section",
                        "text": {"type": "mrkdwn", "text": "More"},
                        "accessory": {
                            "type": "button",
                            "text": {"type": "plain_text", "text": "Go"},
                            "action_id": "x",
                            "value": "v",
                        },
                    },
                ]
            },
            ["Hello Zoë", "More"],
            [{"text": "Go", "value": "v"}],
        ),
    ],
)
def test_texts_and_buttons_of_a_native_payload(name: str, body: Any, texts: list[str], buttons: list[Any]) -> None:
    found = read_body(body, channel(name), "direct")
    assert not found.known
    last = found.messages[-1]
    assert last["text"].split("\n") == texts
    assert last["buttons"] == buttons


def test_a_picture_of_a_native_payload() -> None:
    body = {
        "messages": [{"type": "flex", "altText": "New", "contents": {"hero": {"url": "https://example.com/a.png"}}}]
    }
    found = read_body(body, channel("line"), "direct")
    assert [message["template_type"] for message in found.messages] == ["media", "text"]
    assert found.messages[0]["url"] == "https://example.com/a.png"


def test_what_is_known_but_says_more() -> None:
    """A field that no message has is told, not lost."""
    body = {
        "text": "Hi",
        "reply_markup": {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]},
        "note": "kept",
    }
    found = read_body(body, channel("telegram"), "direct")
    assert found.known
    assert found.unread == (("/note", "kept"),)


def test_a_body_nested_too_deep_is_no_error() -> None:
    body: Any = "x"
    for _ in range(100_000):
        body = [body]
    assert read_body({"messages": body}, channel("line"), "direct").messages
