"""A message as HTML: each type in each family of channels, marks, buttons that can be tapped, languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from channels.cases import FOLDER, TYPES, every_case
from faces.pages import Html, strange
from handbill.channels import channel
from handbill.faces import Mark, draw
from handbill.faces.drawing import where
from handbill.faces.fields import leaves
from handbill.faces.writing import FOLD, visible
from pytest_snapshot.plugin import Snapshot

SAID = ("/template_type", "/kind")  # by what is drawn
FAMILIES = {"bubbles": "messenger", "attached": "whatsapp", "feed": "slack", "plain": "sms"}


def message(name: str, kind: str) -> dict[str, Any]:
    """What the channel's own tests have of a type, or what they have for all."""
    own = FOLDER / name / f"{kind}.json"
    found: dict[str, Any] = json.loads((own if own.is_file() else FOLDER / f"{kind}.json").read_bytes())
    return found


def drawn(given: dict[str, Any], name: str = "messenger", **options: Any) -> Html:
    return Html(draw(given, channel(name), **options))


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("family", FAMILIES)
def test_each_type_in_each_family(family: str, kind: str, snapshot: Snapshot) -> None:
    html = draw(message(FAMILIES[family], kind), channel(FAMILIES[family]), ids="m-")
    assert strange(Html(html)) == []
    snapshot.snapshot_dir = Path(__file__).parent / "goldens"
    snapshot.assert_match("\n".join(line for line in html.split("\n") if line.strip()) + "\n", f"{kind}.{family}.html")


@pytest.mark.parametrize("case", every_case(), ids=lambda case: case.id)
def test_nothing_of_a_message_is_left_out(case: Any) -> None:
    """What the customer does not see stands below the drawing."""
    given = case.message()
    for one in given if isinstance(given, list) else [given]:
        html = drawn(one, case.channel, ids="m-")
        assert strange(html) == []
        times = {e.attributes["datetime"] for e in html.all("time")}
        lost = [
            path
            for path, value in leaves(one)
            if path not in SAID and visible(value) not in html.text and value not in times
        ]
        assert lost == []


# ---- what can be tapped


def test_buttons_that_are_alive_say_what_they_do() -> None:
    buttons = [
        {"text": "Yes", "value": "y<es"},
        {"text": "Look", "url": "https://example.com/?a=1&b=2"},
        {"text": "Call", "phone": "+4930123456"},
    ]
    html = drawn({"template_type": "quick_reply", "text": "?", "buttons": buttons}, live=True)
    assert [{k: v for k, v in e.attributes.items() if k != "class"} for e in html.all("button")] == [
        {"type": "button", "name": "tap", "data-kind": "reply", "data-path": "/buttons/0", "data-text": "Yes",
         "data-value": "y<es"},
        {"type": "button", "name": "tap", "data-kind": "link", "data-path": "/buttons/1", "data-text": "Look",
         "data-url": "https://example.com/?a=1&b=2"},
        {"type": "button", "name": "tap", "data-kind": "call", "data-path": "/buttons/2", "data-text": "Call",
         "data-phone": "+4930123456"},
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["list", "date_picker"])
def test_rows_and_times_are_alive_too(kind: str) -> None:
    given = message("webmessaging", kind)
    html = drawn(given, "webmessaging", live=True)
    alive = [e.attributes["data-value"] for e in html.all("button") if e.attributes.get("name") == "tap"]
    rows = [item["value"] for s in given.get("sections", ()) for item in s["items"]]
    assert alive == rows + [slot["start"] for slot in given.get("slots", ())]
    assert alive
    places = [e.attributes["data-path"] for e in html.all("button") if e.attributes.get("name") == "tap"]
    rows = [(at, n) for at, s in enumerate(given.get("sections", ())) for n in range(len(s["items"]))]
    assert places == [f"/sections/{at}/items/{n}" for at, n in rows] + [
        f"/slots/{n}" for n in range(len(given.get("slots", ())))
    ]


def test_without_life_nothing_can_be_tapped_but_safe_links() -> None:
    buttons = [{"text": "Yes", "value": "y"}, {"text": "Look", "url": "https://example.com/"}]
    html = drawn({"template_type": "quick_reply", "text": "?", "buttons": buttons})
    assert html.all("button") == []
    (link,) = html.all("a")
    assert link.attributes["rel"] == "noopener noreferrer nofollow"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "data:text/html,x", "http://example.com/",
     "https://user@example.com/", "https://exa mple.com/", "//example.com/", "https:\\\\example.com", "file:///etc/passwd"],
)  # fmt: skip
def test_only_https_is_a_link(url: str) -> None:
    html = drawn({"template_type": "quick_reply", "text": "?", "buttons": [{"text": "Look", "url": url}]})
    assert html.all("a") == []
    assert url in html.text


def test_cards_can_be_turned() -> None:
    html = drawn(message("messenger", "carousel"))
    assert [e.attributes["aria-label"] for e in html.all("button")] == ["Previous card", "Next card"]
    (cards,) = html.all("ul", "hb-cards")
    assert cards.attributes["tabindex"] == "0"
    assert cards.attributes["aria-label"] == "Cards, 2"


# ---- marks


def test_a_field_is_marked_and_the_note_is_linked() -> None:
    marks = [Mark("/text", "error", "Text too long", "text-too-long"), Mark("", "dropped", "Gone", value="https://a/")]
    html = drawn({"template_type": "text", "text": "Hello"}, marks=marks, ids="m-")
    assert [e.text for e in html.all(of="hb-marked")] == ["Hello"]
    (reference,) = html.all("a")
    assert reference.attributes["href"] == "#m-n1"
    notes = html.all("ol")[0].text
    assert "Text too long text-too-long" in " ".join(notes.split())
    assert [e.text for e in html.all("s")] == ["https://a/"]


def test_what_is_said_of_a_field_that_is_not_there_is_said_all_the_same() -> None:
    html = drawn({"template_type": "text", "text": "x"}, marks=[Mark("/buttons/4/text", "warning", "Odd & <b>")])
    assert "Odd & <b>" in html.text


def test_one_thing_said_of_two_fields_is_one_note() -> None:
    marks = [Mark("/text", "error", "Bad", about="/text"), Mark("/footer", "error", "Bad", about="/text")]
    html = drawn({"template_type": "text", "text": "a", "footer": "b"}, marks=marks, ids="m-")
    assert [e.text for e in html.all("sup")] == ["1", "1"]
    assert len(html.all("li")) == 1


def test_bare_has_no_notes() -> None:
    marks = [Mark("", "error", "x"), Mark("/text", "error", "y")]
    html = drawn({"template_type": "text", "text": "a", "metadata": {"k": "v"}}, marks=marks, bare=True)
    assert html.text.strip() == "a"


# ---- languages, pictures, long texts


def test_right_to_left() -> None:
    html = drawn({"template_type": "text", "text": "مرحبا"}, locale="ar_EG")
    (screen,) = html.all(of="hb-screen")
    assert screen.attributes["lang"] == "ar-EG"
    assert screen.attributes["dir"] == "rtl"
    (text,) = html.all(of="hb-text")
    assert text.attributes["dir"] == "auto"


def test_a_picture_is_never_fetched_and_says_what_it_shows() -> None:
    image = {"url": "https://example.com/a.png", "alt": "A lamp"}
    html = drawn({"template_type": "card", "title": "x", "image": image}, "slack")
    assert html.all("img") == []
    assert [e.text for e in html.all(of="hb-alt")] == ["A lamp"]
    assert [e.text for e in html.all(of="hb-url")] == ["https://example.com/a.png"]


@pytest.mark.parametrize(("name", "said"), [("slack", "No alternative text"), ("messenger", "Picture")])
def test_a_picture_without_alternative_text_is_warned_of_where_there_could_be_one(name: str, said: str) -> None:
    html = drawn({"template_type": "card", "title": "x", "image": {"url": "https://example.com/a.png"}}, name)
    assert [e.text for e in html.all(of="hb-noalt")] == [said]


@pytest.mark.parametrize(
    ("pointer", "words"),
    [
        ("/buttons/0/value", "button 1, value"),
        ("/a~1b/x~0y", "a/b, x~y"),
        ("/metadata/²", "metadata, ²"),
        ("/0", "0"),
        (f"/x/{'9' * 5000}", f"x, {'9' * 5000}"),
    ],
)
def test_a_place_is_said_in_words(pointer: str, words: str) -> None:
    assert where(pointer) == words


def test_a_long_text_scrolls_and_nothing_of_it_is_cut() -> None:
    text = "long " * 20_000
    html = drawn({"template_type": "text", "text": text})
    (box,) = html.all(of="hb-long")
    assert box.text == text
    assert box.attributes["tabindex"] == "0"
    assert box.attributes["aria-label"] == "Long text, 100,000 characters"
    assert drawn({"template_type": "text", "text": "x" * FOLD}).all(of="hb-long") == []
    image = {"url": f"https://example.com/{'a' * 200}"}
    (box,) = drawn({"template_type": "card", "title": "x", "image": image}).all(of="hb-long")
    assert box.text == image["url"]


@pytest.mark.parametrize(
    ("zone", "locale", "said"),
    [
        ("", "", "Mon, Jan 11, 2027, 09:00 · 30 min"),
        ("Europe/Berlin", "", "Mon, Jan 11, 2027, 10:00 · 30 min"),
        ("Europe/Berlin", "de", "Mo., 11. Jan. 2027, 10:00 · 30 min"),
        ("../../etc/passwd", "", "2027-01-11T09:00:00Z"),
        ("Nowhere/Here", "", "2027-01-11T09:00:00Z"),
    ],
)
def test_times_are_written_in_the_language_and_the_zone(zone: str, locale: str, said: str) -> None:
    slots = [{"start": "2027-01-11T09:00:00Z", "duration": 1800}]
    given = {"template_type": "date_picker", "text": "When?", "slots": slots} | ({"timezone": zone} if zone else {})
    assert [e.text for e in drawn(given, locale=locale).all("time")] == [said]
