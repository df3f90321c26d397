"""The policy: where it is set, what a fallback does, what is told how often, and that a stamp changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from handbill.channels import Channel, channel
from handbill.diagnostic import Severity
from handbill.pipeline import Compiler, Result, to_json
from handbill.project import Project, open_project

QUESTION = {
    "template_type": "quick_reply",
    "text": "Hi {{ name }}, shall we call?",
    "buttons": [{"text": "Yes", "value": "yes_{{ name }}"}, {"text": "No", "value": "no"}],
}
LIST = {"template_type": "list", "text": "x", "button": "y", "sections": [{"items": [{"text": "a", "value": "b"}]}]}


def written(message: Any, front: str = "") -> str:
    return f"---\n{front}\n---\n{json.dumps(message, ensure_ascii=False)}\n"


def project(folder: Path, config: str = "", **templates: str) -> Project:
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    (folder / "handbill.toml").write_text(config, encoding="utf-8")
    for name, text in templates.items():
        (folder / "templates" / f"{name.replace('__', '.')}.json.j2").write_text(text, encoding="utf-8")
    return open_project(folder)


def codes(result: Result) -> list[str]:
    return [d.code for d in result.diagnostics]


# ---- where it is set


@pytest.mark.parametrize(
    ("config", "front", "asked", "adapts"),
    [
        ("", "", None, False),
        ('policy = "adapt"', "", None, True),
        ('policy = "adapt"', "policy: strict", None, False),
        ("", "policy: adapt", None, True),
        ("", "policy: adapt", "strict", False),
        ('policy = "strict"', "policy: strict", "adapt", True),
    ],
)
def test_the_command_before_the_template_before_the_project(
    tmp_path: Path, config: str, front: str, asked: str | None, adapts: bool
) -> None:
    made = Compiler(project(tmp_path, config, m=written(QUESTION, front)), policy=asked).compile(
        "m", "sms", None, {"name": "Zoë"}
    )
    assert made.ok == adapts
    assert codes(made) == (["lost-reply"] if adapts else ["unsupported-template-type"])


def test_a_version_for_one_channel_takes_the_policy_and_the_words_of_the_message(tmp_path: Path) -> None:
    base = written(QUESTION, 'policy: adapt\nwording: {reply: "{option}: {number}"}')
    own = json.dumps({**QUESTION, "text": "Call?"})
    made = Compiler(project(tmp_path, m=base, m__sms=own)).compile("m", "sms", None, {"name": "A"})
    assert made.payload["content"]["text"] == "Call?\n\nYes: 1\nNo: 2"


@pytest.mark.parametrize("wording", ['reply: "Say {number}"', 'reply: "{option} {number} {name}"', 'replies: "x"'])
def test_wording_that_says_too_little_or_too_much(tmp_path: Path, wording: str) -> None:
    made = Compiler(project(tmp_path, m=written(QUESTION, f"policy: adapt\nwording: {{{wording}}}"))).compile(
        "m", "sms", None, {"name": "A"}
    )
    assert codes(made) in (["wrong-format"], ["unknown-setting"])


# ---- losses


def test_a_loss_that_is_an_error(tmp_path: Path) -> None:
    one = project(tmp_path, m=written(QUESTION, "policy: adapt"))
    for kinds, ok in [((), True), (("image", "link"), True), (("reply",), False)]:
        made = Compiler(one, fail_on=kinds).compile("m", "sms", None, {"name": "A"})
        assert made.ok == ok
        assert [(d.code, d.severity) for d in made.diagnostics] == [
            ("lost-reply", Severity.WARNING if ok else Severity.ERROR)
        ]


def test_a_loss_is_told_once_and_the_stamp_says_the_same_as_the_ordinary_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = project(tmp_path, m=written(QUESTION, "policy: adapt"))
    contexts = [{"name": name} for name in ("Zoë", 'a"b\\', "x" * 40, "李", "Zoë")]
    slow = [Compiler(one).compile("m", "sms", None, context) for context in contexts]
    compiler = Compiler(one)
    first, *rest = compiler.many("m", "sms", None, contexts)
    assert isinstance(first, Result)
    assert codes(first) == ["lost-reply"]
    assert first.bodies == slow[0].bodies
    assert rest == [to_json(made.payload, compact=True) for made in slow[1:]]
    monkeypatch.setattr(compiler, "_attempt", lambda *_: pytest.fail("compiled the ordinary way"))
    assert list(compiler.many("m", "sms", None, contexts[:2])) == [to_json(m.payload, compact=True) for m in slow[:2]]


def test_each_message_is_refused_when_a_loss_is_an_error(tmp_path: Path) -> None:
    one = project(tmp_path, m=written(QUESTION, "policy: adapt"))
    made = list(Compiler(one, fail_on=("reply",)).many("m", "sms", None, [{"name": "A"}, {"name": "B"}]))
    assert [isinstance(each, Result) and not each.ok for each in made] == [True, True]


def test_a_text_that_is_too_long_is_still_refused_by_a_stamp(tmp_path: Path) -> None:
    """What the lowered message allows is asked of every value: a row of a list has 24 characters."""
    buttons = [{"text": "{{ name }} " + str(n), "value": str(n)} for n in range(5)]
    one = project(tmp_path, m=written({**QUESTION, "text": "x", "buttons": buttons}, "policy: adapt"))
    names = [{"name": "Zoë"}, {"name": "x" * 22}, {"name": "x" * 23}, {"name": "Zoë"}]
    made = list(Compiler(one).many("m", "whatsapp", None, names))
    assert [type(each) for each in made] == [bytes, bytes, Result, bytes]
    assert isinstance(made[2], Result)
    assert codes(made[2]) == ["text-too-long"] * 5
    assert {d.pointer for d in made[2].diagnostics} == {f"/buttons/{n}/text" for n in range(5)}
    assert all("shows this question as a list" in d.text for d in made[2].diagnostics)


def test_the_same_skeleton_is_lowered_alike(tmp_path: Path) -> None:
    """A value that breaks a rule moves nothing down the ladder."""
    buttons = [{"text": "Yes", "value": "yes"}]
    one = project(tmp_path, m=written({**QUESTION, "text": "{{ name }}", "buttons": buttons}, "policy: adapt"))
    long = Compiler(one).compile("m", "whatsapp", None, {"name": "x" * 2000})
    assert codes(long) == ["text-too-long"]
    assert long.explained is not None
    assert next(long.explained.lines()) == "message: question, stays as it is"


# ---- fallback


def with_fallback(fallback: Any, count: int = 14) -> str:
    buttons = [{"text": str(n), "value": str(n)} for n in range(count)]
    return json.dumps({**QUESTION, "text": "x", "buttons": buttons, "fallback": fallback})


@pytest.mark.parametrize(("policy", "ok"), [("strict", False), ("adapt", True)])
def test_a_fallback_is_used_under_adapt_only(tmp_path: Path, policy: str, ok: bool) -> None:
    made = Compiler(project(tmp_path, m=with_fallback("Hello")), policy=policy).compile("m", "messenger", None, {})
    assert made.ok == ok
    if ok:
        assert made.payload["content"] == {"type": "text", "text": "Hello"}
        assert made.diagnostics == []
    else:
        assert codes(made) == ["too-many-buttons"]
        assert made.diagnostics[0].hint.endswith("or let its fallback be used: `policy: adapt`")


@pytest.mark.parametrize("policy", ["strict", "adapt"])
def test_a_fallback_is_checked_when_it_is_not_needed(tmp_path: Path, policy: str) -> None:
    one = project(tmp_path, m=with_fallback("{{ name }}", 2))
    compiler = Compiler(one, policy=policy)
    good, bad = ({"name": name} for name in ("x", "x" * 2001))
    assert compiler.compile("m", "messenger", None, good).ok
    made = compiler.compile("m", "messenger", None, bad)
    assert [(d.code, d.pointer) for d in made.diagnostics] == [("text-too-long", "/fallback")]
    stamped = list(compiler.many("m", "messenger", None, [good, bad, good]))
    assert [type(each) for each in stamped] == [bytes, Result, bytes]


def test_a_fallback_that_is_a_message_is_lowered_too(tmp_path: Path) -> None:
    one = project(tmp_path, m=with_fallback(LIST))
    made = Compiler(one, policy="adapt").compile("m", "messenger", None, {})
    assert made.payload["content"]["template_type"] == "quick_reply"
    assert made.diagnostics == []


def test_neither_the_message_nor_its_fallback(tmp_path: Path) -> None:
    buttons = [{"text": str(n), "value": str(n)} for n in range(14)]
    again = {**QUESTION, "text": "x", "buttons": buttons}
    made = Compiler(project(tmp_path, m=with_fallback(again)), policy="adapt").compile("m", "messenger", None, {})
    assert codes(made) == ["too-many-buttons"] * 2
    assert {d.pointer for d in made.diagnostics} == {"/buttons", "/fallback/buttons"}


def test_what_was_tried_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = channel("messenger")
    short = Channel(own.name, {**own.data, "lowering": {"quick_reply": ["list"]}})
    monkeypatch.setattr("handbill.pipeline.known_channel", lambda name: short)
    buttons = [{"text": str(n), "value": str(n)} for n in range(14)]
    one = project(tmp_path, m=json.dumps({**QUESTION, "text": "x", "buttons": buttons}))
    made = Compiler(one, policy="adapt").compile("m", "messenger", None, {})
    assert codes(made) == ["too-many-buttons"]
    assert made.diagnostics[0].hint == "take out 1 button; tried as a list: Messenger cannot show `list`"


def test_a_message_without_a_ladder(tmp_path: Path) -> None:
    one = project(tmp_path, m=json.dumps({"template_type": "notification", "name": "n", "language": "en"}))
    made = Compiler(one, policy="adapt").compile("m", "messenger", None, {})
    assert codes(made) == ["unsupported-template-type"]
    assert made.explained is not None
    assert list(made.explained.lines()) == [
        "message: notification, does not fit",
        "  as a notification: Messenger cannot show `notification`",
    ]


# ---- markup


def test_markup_that_is_lost_is_told_once(tmp_path: Path) -> None:
    one = project(tmp_path, m=written({"template_type": "text", "text": "**Hi** {{ name }}"}, "markup: true"))
    made = list(Compiler(one).many("m", "messenger", None, [{"name": "A"}, {"name": "B"}]))
    assert isinstance(made[0], Result)
    assert codes(made[0]) == ["lost-markup"]
    assert isinstance(made[1], bytes)
    refused = Compiler(one, fail_on=("markup",)).compile("m", "messenger", None, {"name": "A"})
    assert not refused.ok


@pytest.mark.parametrize(
    ("policy", "told"), [("adapt", ["too-many-buttons"]), ("strict", ["too-many-buttons", "unsupported-field"])]
)
def test_what_would_have_been_put_elsewhere_is_no_mistake_beside_what_cannot_be(
    tmp_path: Path, policy: str, told: list[str]
) -> None:
    """A header goes into the text; fourteen buttons go nowhere."""
    buttons = [{"text": f"Time {n}", "value": f"t{n}"} for n in range(14)]
    message = {"template_type": "quick_reply", "header": "Times", "text": "When?", "buttons": buttons}
    made = Compiler(project(tmp_path, x=written(message)), policy=policy).compile("x", "messenger", "direct", {})
    assert sorted(codes(made)) == told


def test_a_time_is_no_quick_reply_of_kakao(tmp_path: Path) -> None:
    """Its shortest label has 16 characters, where Kakao shows 14."""
    slots = [{"start": "2026-12-26T08:27+01:00", "duration": 1800}]
    message = {"template_type": "date_picker", "text": "When?", "slots": slots}
    made = Compiler(project(tmp_path, x=written(message)), policy="adapt").compile("x", "kakao", "direct", {})
    assert codes(made) == ["lost-reply"]
    assert made.payload["template"]["outputs"] == [{"simpleText": {"text": "When?\n\n1. 2026-12-26 08:27 (30 min)"}}]


def test_signs_are_told_at_the_text_that_has_them(tmp_path: Path) -> None:
    """Title and subtitle have become one text."""
    image = {"url": "https://example.com/a.jpg"}
    buttons = [{"text": "Yes", "value": "y"}, {"text": "Web", "url": "https://example.com/"}]
    card = {"template_type": "card", "title": "Hi", "subtitle": "An *{{ what }}*", "image": image, "buttons": buttons}
    one = Compiler(project(tmp_path, x=written(card)), policy="adapt")
    found = one.compile("x", "whatsapp", "direct", {"what": "offer"}).diagnostics
    assert [(d.code, d.pointer) for d in found] == [("formatting-signs", "/subtitle")]
    assert found[0].label is not None
    assert found[0].label.span.text == "An *{{ what }}*"
