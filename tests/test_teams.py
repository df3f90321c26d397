"""Teams: Adaptive Cards' own reader has nothing to say about ours; marked texts become what they are in Teams."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from channels.cases import FOLDER
from handbill.diagnostic import Severity
from handbill.pipeline import Compiler, Result
from handbill.project import open_project
from handbill.resources import load
from handbill.validate import schema

TEAMS = FOLDER / "teams"
READER = FOLDER.parent / "node" / "adaptive_cards.js"
ADAPTIVE = "application/vnd.microsoft.card.adaptive"


def errors(body: Any) -> list[tuple[str, str]]:
    found = schema("teams/payload.schema.json").violations(body)
    return [("/".join(map(str, v.path)), v.keyword) for v in found if v.severity is Severity.ERROR]


# ---- Adaptive Cards


@pytest.fixture(scope="module")
def judged() -> Callable[[list[Any]], list[list[str]]]:
    """What the vendor's reader says about cards. Skipped where it is not installed."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node: Adaptive Cards are not read by their own reader")
    if not (READER.parent / "node_modules" / "adaptivecards").is_dir():
        pytest.skip("npm's adaptivecards is not installed: `make judges` does")
    most = load("teams/limits.json")["$defs"]["card_actions"]["maxItems"]

    def judge(cards: list[Any]) -> list[list[str]]:
        given = json.dumps({"cards": cards, "actions": most})
        done = subprocess.run([node, str(READER)], input=given, capture_output=True, text=True, check=True, timeout=60)
        said: list[list[str]] = json.loads(done.stdout)
        return said

    return judge


def cards_of(file: Path) -> list[Any]:
    attachments = json.loads(file.read_bytes()).get("attachments", [])
    return [each["content"] for each in attachments if each["contentType"] == ADAPTIVE]


def test_the_vendors_reader_takes_every_card(judged: Callable[[list[Any]], list[list[str]]]) -> None:
    files = sorted([*TEAMS.glob("*.direct.json"), *(TEAMS / "native").glob("*.json")])
    cards = [(file.name, card) for file in files for card in cards_of(file)]
    assert len(cards) > 6
    said = dict(zip((name for name, _ in cards), judged([card for _, card in cards]), strict=True))
    beyond = said.pop("adaptive_elements.json")  # has an element of Teams' own, with a fallback
    assert beyond == ['Unknown element type "CodeBlock". Fallback will be used if present.']
    assert {name: events for name, events in said.items() if events} == {}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"actions": [{"type": "Action.OpenUrl", "title": "x"}]}, "actions/0", 'Property "url" must be set.'),
    ({"body": [{"type": "Input.Text"}]}, "body/0", "All inputs must have a unique Id."),
    ({"body": [{"type": "TextBlok", "text": "x"}]}, "body/0/type", "Unknown element type"),
    ({"body": [{"type": "TextBlock", "text": "x", "size": "huge"}]}, "body/0/size", 'Invalid value "huge"'),
    (
        {"actions": [{"type": "Action.Submit", "title": f"{i}"} for i in range(7)]},
        "actions",
        "Maximum number of actions",
    ),
    (
        {"body": [{"type": "Input.ChoiceSet", "id": "c", "choices": [{"value": "x"}]}]},
        "body/0/choices/0",
        "All choices in an Input.ChoiceSet must have",
    ),
    (
        {
            "body": [
                {"type": "TextBlock", "text": "x", "id": "a"},
                {"type": "Container", "items": [{"type": "TextBlock", "text": "y", "id": "a"}]},
            ]
        },
        "body/1/items/0",
        'Duplicate Id "a".',
    ),
]


@pytest.mark.parametrize(("card", "place", "words"), WRONG, ids=[f"{place} {words}" for _, place, words in WRONG])
def test_what_the_vendors_reader_refuses_is_refused(
    card: dict[str, Any], place: str, words: str, request: pytest.FixtureRequest
) -> None:
    content = {"type": "AdaptiveCard", "version": "1.5", **card}
    body = {"type": "message", "attachments": [{"contentType": ADAPTIVE, "content": content}]}
    assert [path for path, _ in errors(body)] == [f"attachments/0/content/{place}"]
    [[event]] = request.getfixturevalue("judged")([content])
    assert event.startswith(words)


def test_a_version_that_teams_does_not_know() -> None:
    content = {"type": "AdaptiveCard", "version": "1.6", "body": []}
    body = {"type": "message", "attachments": [{"contentType": ADAPTIVE, "content": content}]}
    assert errors(body) == [("attachments/0/content/version", "enum")]
    del content["version"]
    assert errors(body) == [("attachments/0/content", "required")]


def test_times_are_written_as_the_reader_understands_them() -> None:
    """The patterns are those of the vendor's reader."""
    time = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[-+]\d{2}:\d{2})"
    [card] = cards_of(TEAMS / "date_picker.direct.json")
    texts = [row["items"][0]["text"] for row in card["body"] if row["type"] == "Container"]
    assert len(texts) == 2
    assert all(re.fullmatch(rf"\{{\{{DATE\({time}, SHORT\)\}}\}} \{{\{{TIME\({time}\)\}}\}}", text) for text in texts)


# ---- the message as a whole


@pytest.mark.parametrize(("char", "width"), [("a", 1), ("語", 3), ("🚚", 4)])
def test_a_message_as_large_as_can_be(char: str, width: int) -> None:
    limit = load("teams/limits.json")["$defs"]["payload"]["x-maxJsonBytes"]

    def body(size: int) -> dict[str, Any]:
        room = size - len('{"type":"message","text":""}')
        return {"type": "message", "text": char * (room // width) + "a" * (room % width)}

    assert errors(body(limit)) == []
    assert errors(body(limit + 1)) == [("", "x-maxJsonBytes")]
    assert len(json.dumps(body(limit), ensure_ascii=False, separators=(",", ":")).encode("utf-16-le")) <= 102400


def test_suggested_actions_are_not_shown_beside_a_card() -> None:
    answers = {"actions": [{"type": "imBack", "title": "Yes", "value": "yes"}]}
    card = {"contentType": "application/vnd.microsoft.card.hero", "content": {"title": "T"}}
    assert errors({"type": "message", "text": "x", "suggestedActions": answers, "attachments": []}) == []
    body = {"type": "message", "text": "x", "suggestedActions": answers, "attachments": [card]}
    assert errors(body) == [("suggestedActions", "x-unsupported")]


# ---- marked texts


@pytest.fixture
def compiled(tmp_path: Path) -> Callable[[dict[str, Any], dict[str, Any]], Result]:
    def compile_(message: dict[str, Any], values: dict[str, Any]) -> Result:
        file = tmp_path / "templates" / "x.json.j2"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"---\nmarkup: true\n---\n{json.dumps(message)}", encoding="utf-8")
        return Compiler(open_project(tmp_path)).compile("x", "teams", "direct", values)

    return compile_


MARKED = "Hi **{{ name }}, _here_** is `a*b`:\n[**it** now](https://x.example/?o={{ order }})"
VALUES = {"name": "<at>Z</at> *", "order": '1"&2'}


def test_a_marked_text_is_xml(compiled: Callable[..., Result]) -> None:
    result = compiled({"template_type": "text", "text": MARKED}, VALUES)
    assert result.diagnostics == []
    assert result.payload == {
        "type": "message",
        "text": "Hi <strong>&lt;at&gt;Z&lt;/at&gt; *, <em>here</em></strong> is <code>a*b</code>:<br>"
        '<a href="https://x.example/?o=1&quot;&amp;2"><strong>it</strong> now</a>',
        "textFormat": "xml",
    }


def test_a_marked_subtitle_is_html(compiled: Callable[..., Result]) -> None:
    result = compiled({"template_type": "card", "title": "<b>", "subtitle": "**{{ name }}** & co"}, VALUES)
    assert result.diagnostics == []
    content = result.payload["attachments"][0]["content"]
    assert content == {"title": "<b>", "text": "<strong>&lt;at&gt;Z&lt;/at&gt; *</strong> &amp; co"}


def test_a_marked_text_in_an_adaptive_card_is_runs(compiled: Callable[..., Result]) -> None:
    slots = [{"start": "2027-01-11T09:00:00Z", "duration": 1800}]
    result = compiled({"template_type": "date_picker", "text": MARKED, "slots": slots}, VALUES)
    assert result.diagnostics == []
    content = result.payload["attachments"][0]["content"]
    opens = {"type": "Action.OpenUrl", "url": 'https://x.example/?o=1"&2'}
    assert content["body"][0]["inlines"] == [
        {"type": "TextRun", "text": "Hi "},
        {"type": "TextRun", "text": "<at>Z</at> *", "weight": "bolder"},
        {"type": "TextRun", "text": ", ", "weight": "bolder"},
        {"type": "TextRun", "text": "here", "weight": "bolder", "italic": True},
        {"type": "TextRun", "text": " is "},
        {"type": "TextRun", "text": "a*b", "fontType": "monospace"},
        {"type": "TextRun", "text": ":\n"},
        {"type": "TextRun", "text": "it", "underline": True, "selectAction": opens, "weight": "bolder"},
        {"type": "TextRun", "text": " now", "underline": True, "selectAction": opens},
    ]
    assert content["fallbackText"].startswith("Hi <at>Z</at> *, here is a*b:\nit now (")
