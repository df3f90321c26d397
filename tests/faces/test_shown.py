"""From a compiled message to what is drawn: what was lowered, what is wrong, what is lost, approved texts, markup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from faces.pages import Html, strange
from handbill.approved import Approvals
from handbill.channels import channel
from handbill.faces import Gauge, Shown, framed, gauges, phone, shown
from handbill.faces.beside import findings, meters, parts, payload
from handbill.gateways import GATEWAYS
from handbill.pipeline import Compiler, Result
from handbill.project import open_project

QUESTION = {
    "template_type": "quick_reply",
    "text": "Shall we call {{ name }}?",
    "buttons": [{"text": "Yes, {{ name }}", "value": "yes"}, {"text": "No", "value": "no"}],
}
CAROUSEL = {
    "template_type": "carousel",
    "cards": [
        {
            "title": "One",
            "subtitle": "s",
            "image": {"url": "https://example.com/a.png"},
            "buttons": [{"text": "A", "value": "a"}],
        },
        {
            "title": "Two",
            "subtitle": "s",
            "image": {"url": "https://example.com/b.png"},
            "buttons": [{"text": "B", "value": "b"}],
        },
    ],
}


class Made:
    """One message of a project, compiled."""

    def __init__(
        self, folder: Path, message: Any, name: str = "messenger", *, via: str = "direct", policy: str = "strict",
        front: str = "", values: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        (folder / "templates").mkdir(exist_ok=True)
        text = message if isinstance(message, str) else json.dumps(message)
        (folder / "templates" / "m.json.j2").write_text(
            f"---\n{front or 'description: x'}\n---\n{text}", encoding="utf-8"
        )
        self.project = open_project(folder)
        compiler = Compiler(self.project, policy=policy)
        self.result: Result = compiler.compile("m", name, via, values or {"name": "Zoë"})
        self.gateway = GATEWAYS[via]

    def shown(self, **options: Any) -> list[Shown]:
        return shown(self.result, self.gateway, Approvals(self.project), **options)

    @property
    def gauges(self) -> list[Gauge]:
        return gauges(self.result, self.gateway)


def test_what_goes_out_is_shown(tmp_path: Path) -> None:
    (one,) = Made(tmp_path, QUESTION).shown()
    assert one.message["text"] == "Shall we call Zoë?"
    assert one.marks == ()
    assert Html(phone([one])).all(of="hb-refused") == []


def test_what_is_wrong_is_drawn_and_marked_at_its_field(tmp_path: Path) -> None:
    made = Made(tmp_path, QUESTION, values={"name": "Maximiliane-Alexandra"})
    (one,) = made.shown()
    assert not made.result.ok
    assert [(mark.path, mark.kind, mark.code) for mark in one.marks] == [("/buttons/0/text", "error", "text-too-long")]
    assert one.marks[0].text == "Quick reply title too long: 26 characters; Messenger allows 20"
    assert [e.text for e in Html(one.draw()).all(of="hb-marked")] == ["Yes, Maximiliane-Alexandra"]
    assert [e.text for e in Html(phone([one])).all(of="hb-refused")] == ["This does not go out"]
    assert Html(phone([one])).all(of="hb-stays")


def test_what_no_channel_can_show_is_said_of_the_whole(tmp_path: Path) -> None:
    times = {
        "template_type": "date_picker",
        "text": "When?",
        "slots": [{"start": "2027-01-11T09:00:00Z", "duration": 60}],
    }
    (one,) = Made(tmp_path, times).shown()
    assert [(mark.path, mark.code) for mark in one.marks] == [("", "unsupported-template-type")]


def test_what_is_lost_is_struck_through(tmp_path: Path) -> None:
    made = Made(tmp_path, CAROUSEL, "sms", policy="adapt")
    (one,) = made.shown()
    assert one.message["template_type"] == "text"
    gone = [(mark.kind, mark.code, mark.value) for mark in one.marks]
    assert ("dropped", "lost-image", "https://example.com/a.png · https://example.com/b.png") in gone
    assert "https://example.com/a.png" in Html(one.draw()).all("s")[0].text
    assert not any(mark.kind == "warning" and mark.code == "lost-image" for mark in one.marks), "told once"


def test_a_finding_follows_its_text_through_lowering(tmp_path: Path) -> None:
    """A list of Telegram is buttons; what is too long in the list is too long there."""
    items = [{"text": "A", "value": "v" * 65}, {"text": "B", "value": "b"}]
    message = {"template_type": "list", "text": "Which?", "button": "Choose", "sections": [{"items": items}]}
    (one,) = Made(tmp_path, message, "telegram", policy="adapt").shown()
    assert one.message["template_type"] == "quick_reply"
    wrong = [mark.path for mark in one.marks if mark.kind == "error"]
    assert wrong == ["/buttons/0/value"]


def test_a_sequence_is_shown_in_order_and_each_has_its_own_marks(tmp_path: Path) -> None:
    made = Made(
        tmp_path, [{"template_type": "text", "text": "First"}, QUESTION], values={"name": "Maximiliane-Alexandra"}
    )
    first, second = made.shown()
    assert first.message["text"] == "First"
    assert first.marks == ()
    assert [mark.path for mark in second.marks] == ["/buttons/0/text"]
    html = Html(phone([first, second], ids="p-"))
    assert strange(html) == []
    assert len(html.all("article")) == 2


def test_a_fallback_is_shown_where_it_is_sent(tmp_path: Path) -> None:
    (one,) = Made(tmp_path, {**NOTIFICATION, "fallback": "Come to us"}, policy="adapt").shown()
    assert one.message == {"template_type": "text", "text": "Come to us"}


def test_markup_is_shown_where_the_channel_prints_it(tmp_path: Path) -> None:
    message = {"template_type": "text", "text": "**Now** _{{ name }}_ [here](https://example.com/) `x`"}
    (one,) = Made(tmp_path, message, "telegram", front="markup: true").shown()
    html = Html(one.draw())
    assert [e.text for e in html.all("strong")] == ["Now"]
    assert [e.text for e in html.all("em")] == ["Zoë"]
    assert [e.attributes["href"] for e in html.all("a")] == ["https://example.com/"]
    (plain,) = Made(tmp_path, message, "messenger", front="markup: true").shown()
    assert Html(plain.draw()).all("strong") == []
    assert "Now Zoë here (https://example.com/) x" in plain.draw()


def test_a_channel_that_knows_some_markup_shows_that(tmp_path: Path) -> None:
    message = {"template_type": "text", "text": "**Now** [here](https://example.com/)"}
    (one,) = Made(tmp_path, message, "whatsapp", front="markup: true").shown()
    html = Html(one.draw())
    assert [e.text for e in html.all("strong")] == ["Now"]
    assert "here (https://example.com/)" in html.text
    assert html.all("a") == []


def test_through_genesys_nothing_is_formatted(tmp_path: Path) -> None:
    message = {"template_type": "text", "text": "**Now**"}
    (one,) = Made(tmp_path, message, "whatsapp", via="genesys-event", front="markup: true").shown()
    assert Html(one.draw()).all("strong") == []


NOTIFICATION = {
    "template_type": "notification",
    "name": "reminder",
    "language": "en_US",
    "parameters": {"header": {"values": {"1": "A-1"}}, "body": {"1": "{{ name }}"}},
}
LOCK = {
    "data": [
        {
            "name": "reminder", "language": "en_US", "status": "APPROVED", "category": "UTILITY", "id": "1",
            "components": [
                {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
                {"type": "BODY", "text": "Dear {{1}}, please pay <soon>."},
                {"type": "FOOTER", "text": "Your shop"},
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Paid"}]},
            ],
        }
    ]
}  # fmt: skip


def test_an_approved_text_is_shown_with_its_values(tmp_path: Path) -> None:
    (tmp_path / "whatsapp.lock.json").write_text(json.dumps(LOCK), encoding="utf-8")
    (one,) = Made(tmp_path, NOTIFICATION, "whatsapp").shown()
    html = Html(one.draw(ids="m-"))
    assert strange(html) == []
    (bubble,) = html.all(of="hb-bubble")
    said = " ".join(bubble.text.split())
    assert said == "reminder en_US Order A-1 Dear Zoë, please pay <soon>. Your shop Paid"


def test_without_it_the_text_is_said_to_be_unknown(tmp_path: Path) -> None:
    (one,) = Made(tmp_path, NOTIFICATION, "whatsapp").shown()
    html = Html(one.draw())
    assert "not known here" in html.text
    assert [e.text for e in html.all("dt")][:2] == ["header {{1}}", "{{1}}"]
    assert "Zoë" in html.text


def test_a_list_that_is_none_leaves_the_text_unknown(tmp_path: Path) -> None:
    """The message has another mistake, so that nobody has looked at the list yet."""
    (tmp_path / "whatsapp.lock.json").write_text("no JSON", encoding="utf-8")
    (one,) = Made(tmp_path, {**NOTIFICATION, "footer": "x"}, "whatsapp").shown()
    assert "not known here" in one.draw()


def test_a_placeholder_without_a_value_is_pointed_out(tmp_path: Path) -> None:
    (tmp_path / "whatsapp.lock.json").write_text(json.dumps(LOCK), encoding="utf-8")
    wrong = {**NOTIFICATION, "parameters": {"header": {"values": {"1": "A-1"}}}}
    (one,) = Made(tmp_path, wrong, "whatsapp").shown()
    assert [e.text for e in Html(one.draw()).all("mark")] == ["{{1}}"]


def test_of_a_native_template_and_of_a_broken_one_nothing_is_drawn(tmp_path: Path) -> None:
    native = Made(tmp_path, {"message": {"text": "x"}}, front="payload: direct")
    assert native.result.ok
    assert native.shown() == []
    assert native.gauges == []
    assert Made(tmp_path, '{"template_type": ').shown() == []


@pytest.mark.parametrize(
    ("name", "size", "of"),
    [("slack", 31, "Slack shows about 30 characters of a button, this has 31."), ("slack", 30, "")],
)
def test_what_is_cut_in_silence_is_marked(tmp_path: Path, name: str, size: int, of: str) -> None:
    message = {"template_type": "quick_reply", "text": "x", "buttons": [{"text": "b" * size, "value": "v"}]}
    (one,) = Made(tmp_path, message, name).shown()
    assert [mark.text for mark in one.marks] == ([of] if of else [])


# ---- what stands beside it


def test_gauges_are_in_the_unit_of_the_channel_the_fullest_first(tmp_path: Path) -> None:
    made = Made(tmp_path, QUESTION, "line", values={"name": "Zoë 👩‍👩‍👧"})
    told = [(gauge.path, gauge.size, gauge.limit, gauge.unit) for gauge in made.gauges]
    assert told[0] == ("/buttons/0/text", 10, 20, "characters")  # as readers count
    assert ("/text", 27, 5000, "UTF-16 units") in told
    assert [g.share for g in made.gauges] == sorted((g.share for g in made.gauges), reverse=True)


def test_a_gauge_may_be_more_than_full(tmp_path: Path) -> None:
    (first, *_) = Made(tmp_path, QUESTION, values={"name": "Maximiliane-Alexandra"}).gauges
    assert first.share == 26 / 20
    html = Html(meters([first]))
    assert [e.attributes["value"] for e in html.all("meter")] == ["20"]
    assert "26 of 20 characters" in html.text
    assert html.all(of="gauge-over")


def test_few_gauges_are_seen_at_once_but_all_that_are_too_full() -> None:
    some = [Gauge(f"/cards/{n}/title", "x", 90 if n < 4 else 10, 80, "characters") for n in range(6)]
    html = Html(meters(some))
    assert len([e for e in html.all(of="gauge-over") if not any(a.tag == "details" for a in e.above)]) == 4
    assert "2 more lengths" in html.text


def test_parts_of_an_sms_are_counted_and_what_makes_them_dear_is_named(tmp_path: Path) -> None:
    made = Made(tmp_path, {"template_type": "text", "text": "Hi {{ name }} " + "x" * 100}, "sms")
    said = " ".join(Html(parts(made.result, made.shown())).text.split())
    assert said == "2 parts UCS-2, 107 UTF-16 units; not in GSM-7: ë"
    cheap = Made(tmp_path, {"template_type": "text", "text": "Hi"}, "sms")
    assert " ".join(Html(parts(cheap.result, cheap.shown())).text.split()) == "1 part GSM-7, 2 septets"


def test_a_finding_has_its_place_and_its_number_in_the_drawing(tmp_path: Path) -> None:
    made = Made(tmp_path, QUESTION, values={"name": "Maximiliane-Alexandra"})
    _, notes = framed(made.shown(), channel("messenger"), ids="p-", told=False)
    html = Html(findings(made.result.diagnostics, notes=notes, ids="p-"))
    (item,) = html.all("li")
    assert item.attributes["id"] == "p-n1"
    assert "templates/m.json.j2:4:" in item.text
    assert [e.text for e in html.all("a")] == ["the rule"]
    linked = Html(findings(made.result.diagnostics, lambda span: f"vscode://file/x:{span.start}"))
    assert linked.all("a")[0].attributes["href"].startswith("vscode://file/x:")


def test_findings_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    """The picture is drawn above the title, wherever the author wrote it."""
    image = {"url": "https://example.com/a.png", "alt": "x"}
    made = Made(tmp_path, {"template_type": "card", "title": "t" * 81, "image": image})
    _, notes = framed(made.shown(), channel("messenger"), ids="p-", told=False)
    html = Html(findings(made.result.diagnostics, notes=notes, ids="p-"))
    assert [e.text for e in html.all(of="fd-number")] == ["1.", "2."]
    assert "alt" in html.all("li")[0].text


def test_the_payload_is_there_to_be_copied(tmp_path: Path) -> None:
    made = Made(tmp_path, QUESTION)
    html = Html(payload(made.result))
    (pre,) = html.all("pre")
    assert json.loads(pre.text) == made.result.payload
    assert [e.attributes["data-copy"] for e in html.all("button")] == [""]
