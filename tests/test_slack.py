"""Slack: its own SDK reads every block that goes out, and marked texts become what they are in Slack."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from channels.cases import FOLDER
from handbill.diagnostic import Severity
from handbill.pipeline import Compiler, Result
from handbill.project import open_project
from handbill.validate import schema
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

SLACK = FOLDER / "slack"
UNKNOWN = {"data_table"}  # to the Python SDK; the Node SDK has them
BODIES = sorted(
    [*SLACK.glob("*.direct.json"), *(f for f in (SLACK / "native").glob("*.json") if f.stem not in UNKNOWN)]
)


def read_by_the_sdk(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks as the SDK writes them. Raises SlackObjectFormationError for what it refuses."""
    parsed = [Block.parse(block) for block in blocks]
    assert None not in parsed, "a type that the SDK does not know"
    return [block.to_dict() for block in parsed if block is not None]


@pytest.mark.parametrize("file", BODIES, ids=lambda file: f"{file.parent.name}-{file.name.partition('.')[0]}")
def test_the_sdk_takes_every_block(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    blocks = json.loads(file.read_bytes())["blocks"]
    with caplog.at_level(logging.DEBUG, "slack_sdk"):
        written = read_by_the_sdk(blocks)
    assert [block["type"] for block in written] == [block["type"] for block in blocks]
    if file.parent == SLACK:
        assert written == blocks
        assert not caplog.records  # it logs the keys that it does not know


@pytest.mark.parametrize(
    "block",
    [
        {"type": "header", "text": {"type": "plain_text", "text": "a" * 151}},
        {"type": "section"},
        {"type": "card", "subtitle": {"type": "plain_text", "text": "alone"}},
        {"type": "carousel", "elements": []},
        {"type": "container", "child_blocks": [{"type": "divider"}]},
    ],
    ids=lambda block: block["type"],
)
def test_what_the_sdk_refuses_is_refused(block: dict[str, Any]) -> None:
    with pytest.raises(SlackObjectFormationError):
        read_by_the_sdk([block])
    assert len(errors({"blocks": [block]})) == 1


def errors(body: Any) -> list[tuple[str, str]]:
    found = schema("slack/payload.schema.json").violations(body)
    return [("/".join(map(str, v.path)), v.keyword) for v in found if v.severity is Severity.ERROR]


# ---- what counts over the whole message


@pytest.mark.parametrize(("block", "size", "keyword"), [("markdown", 12000, "12000"), ("section", 2640, "13200")])
def test_texts_of_all_blocks_together(block: str, size: int, keyword: str) -> None:
    def body(more: int) -> dict[str, Any]:
        if block == "markdown":
            return {"blocks": [{"type": block, "text": "a" * (size // 2 + add)} for add in (0, more)]}
        texts = [{"type": "plain_text", "text": "a" * (size + add)} for add in (0, 0, 0, 0, more)]
        return {"blocks": [{"type": block, "text": text} for text in texts]}

    assert errors(body(0)) == []
    [(_, found)] = errors(body(1))
    assert found == "x-maxTotalText"
    limit = schema("slack/payload.schema.json").violations(body(1))[0].allowed
    assert str(limit) == keyword


# ---- marked texts


@pytest.fixture
def compiled(tmp_path: Path) -> Any:
    def compile_(message: dict[str, Any], values: dict[str, Any]) -> Result:
        file = tmp_path / "templates" / "x.json.j2"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"---\nmarkup: true\n---\n{json.dumps(message)}", encoding="utf-8")
        return Compiler(open_project(tmp_path)).compile("x", "slack", "direct", values)

    return compile_


def test_a_marked_text_is_rich_text(compiled: Any) -> None:
    text = "Hi **{{ name }}, _here_** is `a*b`: [**{{ what }}** now](https://x.example/?o={{ order }})"
    result = compiled({"template_type": "text", "text": text}, {"name": "*Z* <!here>", "what": "it", "order": "1|2"})
    assert result.diagnostics == []
    url = "https://x.example/?o=1|2"
    assert result.payload["text"] == f"Hi *Z* &lt;!here&gt;, here is a*b: it now ({url})"
    assert result.payload["blocks"] == [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "Hi "},
                        {"type": "text", "text": "*Z* <!here>", "style": {"bold": True}},
                        {"type": "text", "text": ", ", "style": {"bold": True}},
                        {"type": "text", "text": "here", "style": {"bold": True, "italic": True}},
                        {"type": "text", "text": " is "},
                        {"type": "text", "text": "a*b", "style": {"code": True}},
                        {"type": "text", "text": ": "},
                        {"type": "link", "url": url, "text": "it", "style": {"bold": True}},
                        {"type": "link", "url": url, "text": " now"},
                    ],
                }
            ],
        }
    ]
    assert read_by_the_sdk(result.payload["blocks"]) == result.payload["blocks"]


def test_a_marked_subtitle_is_mrkdwn(compiled: Any) -> None:
    subtitle = "**{{ name }}** at [the _shop_](https://x.example/?a=1&b={{ name }}) <3"
    card = {"template_type": "card", "title": "*Now*", "subtitle": subtitle}
    result = compiled(card, {"name": "<@U1>|"})
    assert result.diagnostics == []
    assert result.payload["blocks"] == [
        {
            "type": "card",
            "title": {"type": "plain_text", "text": "*Now*", "emoji": False},
            "body": {
                "type": "mrkdwn",
                "text": "*&lt;@U1&gt;|* at <https://x.example/?a=1&amp;b=&lt;@U1&gt;%7C|the _shop_> &lt;3",
            },
        }
    ]


def test_a_card_whose_marks_make_it_too_long_is_told_at_its_text(compiled: Any) -> None:
    result = compiled({"template_type": "card", "title": "t", "subtitle": f"**{'a' * 199}**"}, {})
    [diagnostic] = [d for d in result.diagnostics if d.severity is Severity.ERROR]
    assert diagnostic.code == "text-too-long"
    assert result.payload == []
