"""What approval asks of a template, offline: each rule at its edge, each finding at the file's own line and column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from handbill.approved.approval import problems
from handbill.approved.lock import read_file
from handbill.approved.shape import PLACEHOLDER
from handbill.cli.group import handbill
from handbill.diagnostic import Diagnostic, Severity
from handbill.resources import load
from whatsapp.conftest import buttons

WORDS = "Your order {{1}} left us today and is on its way to you."


def text(body: str) -> dict[str, Any]:
    return {"type": "BODY", "text": body}


def header(words: str) -> dict[str, Any]:
    return {"type": "HEADER", "format": "TEXT", "text": words}


def definition(*components: Any, **fields: Any) -> dict[str, Any]:
    return {"name": "a_1", "language": "en_US", "category": "MARKETING", "components": list(components), **fields}


def sampled(value: Any) -> Any:
    """The same with samples of everything, where there are none."""
    if isinstance(value, list):
        return [sampled(each) for each in value]
    if not isinstance(value, dict):
        return value
    kind = str(value.get("type")).upper()
    word = f"{kind.lower()}_text"
    row = [f"s{at}" for at in range(9)]
    found = [name for name in PLACEHOLDER.findall(str(value.get("text"))) if name]
    names = [{"param_name": name, "example": "s"} for name in found]
    example: Any = {
        "HEADER": {word: row, f"{word}_named_params": names, "header_handle": ["4::aW"]},
        "BODY": {word: [row], f"{word}_named_params": names},
        "URL": ["https://example.com/s"],
        "COPY_CODE": "SAVE",
    }.get(kind)
    inner = {key: sampled(each) for key, each in value.items()}
    return {"example": example, **inner} if example else inner


def asked(tmp_path: Path, value: Any) -> list[Diagnostic]:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(sampled(value), indent=1, ensure_ascii=False), encoding="utf-8")
    return problems(read_file(path, "t.json"))


def card(kind: str = "IMAGE", words: str = "Only today", *each: tuple[str, str]) -> dict[str, Any]:
    parts = [{"type": "HEADER", "format": kind}, text(words), buttons(*(each or (("QUICK_REPLY", ""),)))]
    return {"components": parts}


def cards(*each: Any) -> dict[str, Any]:
    return {"type": "CAROUSEL", "cards": list(each)}


Q, U, P, CODE = ("QUICK_REPLY", ""), ("URL", "https://example.com"), ("PHONE_NUMBER", ""), ("COPY_CODE", "")


def with_phone(part: dict[str, Any]) -> dict[str, Any]:
    for button in part["buttons"]:
        if button["type"] == "PHONE_NUMBER":
            button["phone_number"] = "+16505551234"
    return part


FINE = {
    "plain": definition(text("Your order is on its way.")),
    "numbered": definition(text(WORDS)),
    "numbers in another order": definition(text("Today {{2}} of you and {{1}} of us do come to the party here.")),
    "named": definition(text("Hi {{first_name}}, your order is on its way."), parameter_format="named"),
    "everything": definition(
        header("Order {{1}}"), text(WORDS), {"type": "FOOTER", "text": "Ark"}, with_phone(buttons(Q, Q, U, P))
    ),
    "links first": definition(text(WORDS), buttons(U, U, Q)),
    "an address with an end": definition(text(WORDS), buttons(("URL", "https://example.com/{{1}}"))),
    "cards": definition(text(WORDS), cards(card(), card())),
    "a code": definition(text("{{1}} is your code."), category="AUTHENTICATION"),
    "small letters": definition({"type": "body", "text": WORDS}, category="utility"),
    "an image": definition({"type": "HEADER", "format": "IMAGE"}, text(WORDS)),
    "an offer": definition(text(WORDS), {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "x" * 16}}),
}


@pytest.mark.parametrize("name", FINE)
def test_fine(tmp_path: Path, name: str) -> None:
    assert asked(tmp_path, FINE[name]) == []


# name: template, code, what is underlined
WRONG = {
    "begins": (definition(text("{{1}}, your order is on its way.")), "placeholder-at-edge", "{{1}}"),
    "begins after a blank": (definition(text("\n{{1}}, your order is on its way.")), "placeholder-at-edge", "{{1}}"),
    "ends": (definition(text("Your order is on its way, {{1}}")), "placeholder-at-edge", "{{1}}"),
    "ends but for a sign": (definition(text("Your order is on its way, {{1}}.")), "placeholder-at-edge", "{{1}}"),
    "a gap": (
        definition(text("Your order {{1}} left us today, {{3}} is on its way.")), "placeholder-numbering", "{{3}}",
    ),
    "not from 1": (definition(text(WORDS.replace("1", "2"))), "placeholder-numbering", "{{2}}"),
    "from 0": (definition(text(WORDS.replace("1", "0"))), "placeholder-numbering", "{{0}}"),
    "a name among numbers": (definition(text(WORDS.replace("1", "id"))), "placeholder-numbering", "{{id}}"),
    "a number among names": (definition(text(WORDS), parameter_format="NAMED"), "placeholder-numbering", "{{1}}"),
    "an odd name": (
        definition(text(WORDS.replace("1", "Nr-1")), parameter_format="NAMED"), "placeholder-numbering", "{{Nr-1}}",
    ),
    "not closed": (definition(text("Your order {{1} is on its way to you.")), "placeholder-numbering", "{{"),
    "behind a letter that is written as an escape": (
        definition(text('Your "order" \t {{1}} left us and {{3}} is on its way.')), "placeholder-numbering", "{{3}}",
    ),
    "too few words": (definition(text("Hi {{1}}, thanks.")), "too-few-words", "Hi {{1}}, thanks."),
    "two in the header": (definition(header("{{1}} of {{2}}"), text(WORDS)), "too-many-items", "{{2}}"),
    "body too long": (definition(text("x" * 1025)), "text-too-long", "x" * 1025),
    "header too long": (definition(header("x" * 61), text(WORDS)), "text-too-long", "x" * 61),
    "footer too long": (definition(text(WORDS), {"type": "FOOTER", "text": "x" * 61}), "text-too-long", "x" * 61),
    "offer too long": (
        definition(text("x" * 601), {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "x"}}),
        "text-too-long", "x" * 601,
    ),
    "eleven buttons": (definition(text(WORDS), buttons(*[Q] * 11)), "too-many-buttons", "["),
    "three links": (definition(text(WORDS), buttons(U, U, U)), "too-many-buttons", "{"),
    "two calls": (definition(text(WORDS), with_phone(buttons(P, P))), "too-many-buttons", "{"),
    "two codes": (definition(text(WORDS), buttons(CODE, CODE)), "too-many-buttons", "{"),
    "replies apart": (definition(text(WORDS), buttons(Q, U, Q)), "button-mix", "QUICK_REPLY"),
    "others apart": (definition(text(WORDS), buttons(U, Q, U)), "button-mix", "URL"),
    "label too long": (
        definition(text(WORDS), {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]}),
        "text-too-long", "x" * 26,
    ),
    "placeholder within the address": (
        definition(text(WORDS), buttons(("URL", "https://example.com/{{1}}/a"))), "bad-url", "{{1}}",
    ),
    "two placeholders in the address": (
        definition(text(WORDS), buttons(("URL", "https://example.com/{{1}}{{2}}"))), "bad-url", "{{1}}",
    ),
    "capital letters": (definition(text(WORDS), name="Order"), "wrong-format", "Order"),
    "an unknown category": (definition(text(WORDS), category="NEWS"), "wrong-value", "NEWS"),
    "no category": ({k: v for k, v in definition(text(WORDS)).items() if k != "category"}, "missing-field", "{"),
    "an unknown component": (definition(text(WORDS), {"type": "SIDE"}), "wrong-value", "SIDE"),
    "no text": (definition(header("Hello")), "missing-field", "["),
    "two texts": (definition(text(WORDS), text(WORDS)), "duplicate-value", "BODY"),
    "cards for a utility": (
        definition(text(WORDS), cards(card(), card()), category="UTILITY"), "unsupported-content", "UTILITY",
    ),
    "one card": (definition(text(WORDS), cards(card())), "too-few-items", "["),
    "eleven cards": (definition(text(WORDS), cards(*[card()] * 11)), "too-many-cards", "["),
    "other headers": (definition(text(WORDS), cards(card(), card("VIDEO"))), "cards-differ", "{"),
    "other buttons": (definition(text(WORDS), cards(card(), card("IMAGE", "x", U))), "cards-differ", "{"),
    "a card's text too long": (
        definition(text(WORDS), cards(card(), card("IMAGE", "x" * 161))), "text-too-long", "x" * 161,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong(tmp_path: Path, name: str) -> None:
    value, code, at = WRONG[name]
    [found] = asked(tmp_path, value)
    assert found.code == code
    assert found.label
    assert found.label.span.text[: len(at)] == at
    assert found.source.startswith("https://")
    assert found.template == value["name"]
    doubtful = name in ("ends but for a sign", "too few words")
    assert found.severity is (Severity.WARNING if doubtful else Severity.ERROR)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_enough_words_are_more_than_so_many_for_each(tmp_path: Path, count: int) -> None:
    each = load("whatsapp/limits.json")["$defs"]["new_template_words"]["minimum"]
    placeholders = " ".join(f"{{{{{n}}}}}" for n in range(1, count + 1))
    assert asked(tmp_path, definition(text(f"w {placeholders}{' w' * (each * count)}"))) == []
    [found] = asked(tmp_path, definition(text(f"w {placeholders}{' w' * (each * count - 1)}")))
    assert (found.code, found.hint) == ("too-few-words", "write 1 word more, or take out a placeholder")


def test_a_list_of_the_vendor(tmp_path: Path) -> None:
    bad = definition(text("Your order is on its way, {{1}}"))
    waiting, approved = {**bad, "status": "PENDING"}, {**bad, "status": "APPROVED", "name": "b_1"}
    found = asked(tmp_path, {"data": [waiting, approved]})
    assert [(d.template, d.severity) for d in found] == [("a_1", Severity.ERROR), ("b_1", Severity.WARNING)]
    assert asked(tmp_path, {"data": [{**approved, "components": [text("Hi {{1}}.")]}]}) == [], "it is approved"


def test_a_list_of_definitions(tmp_path: Path) -> None:
    assert [d.template for d in asked(tmp_path, [FINE["plain"], definition(text("{{1}} is on its way to you."))])] == [
        "a_1"
    ]


@pytest.mark.parametrize(
    "value", [None, 7, "x", [], {}, [1], {"components": 7}, {"components": [7, None]}, {"data": 7}]
)
def test_what_is_no_template_is_told_and_does_no_harm(tmp_path: Path, value: Any) -> None:
    found = asked(tmp_path, value)
    assert bool(found) == (value != [])


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    assert run(handbill, ["whatsapp", "check"]).exit_code == 2, "there is no list yet"
    path = tmp_path / "t.json"
    path.write_text(json.dumps(FINE["plain"]), encoding="utf-8")
    result = run(handbill, ["whatsapp", "check", "t.json"])
    assert (result.exit_code, result.output) == (0, "1 template checked, no problems\n")
    path.write_text(json.dumps(definition(text("{{1}} is on its way to you."))), encoding="utf-8")
    result = run(handbill, ["whatsapp", "check", "t.json", "--format", "json"])
    assert result.exit_code == 1
    assert '"placeholder-at-edge"' in result.stdout
    path.write_text("{", encoding="utf-8")
    result = run(handbill, ["whatsapp", "check", "t.json"])
    assert result.exit_code == 1
    assert "invalid-json" in result.output
    path.write_bytes(b'"\xff"')
    assert "not-utf8" in run(handbill, ["whatsapp", "check", "t.json"]).output


# ---- samples


def lacks(tmp_path: Path, *components: Any, **fields: Any) -> list[Diagnostic]:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(definition(*components, **fields), indent=1, ensure_ascii=False), encoding="utf-8")
    return [d for d in problems(read_file(path, "t.json")) if d.code == "missing-sample"]


NAMED = "Your order {{order_id}} left us today, {{first_name}}, as you wished."
ONE_NAMED = {"example": {"body_text_named_params": [{"param_name": "order_id", "example": "A-1"}]}}
SAMPLES = {
    "text": ([text(WORDS)], {}, "{{1}}", '"body_text": [["…"]]'),
    "empty": ([{**text(WORDS), "example": {"body_text": [[""]]}}], {}, "{{1}}", '"body_text"'),
    "the second": (
        [{**text(f"{WORDS} Bye {{{{2}}}} now."), "example": {"body_text": [["a"]]}}], {}, "{{2}}", '[["…", "…"]]',
    ),
    "by name": (
        [{**text(NAMED), **ONE_NAMED}], {"parameter_format": "NAMED"}, "{{first_name}}", '"param_name": "first_name"',
    ),
    "header": ([header("Order {{1}}"), text("It left us.")], {}, "{{1}}", '"header_text": ["…"]'),
    "image": ([{"type": "HEADER", "format": "IMAGE"}, text("It left us.")], {}, "IMAGE", "header_handle"),
    "link": ([text("It left us."), buttons(("URL", "https://example.com/{{1}}"))], {}, "{{1}}", '["https://…"]'),
    "code": ([text("Save now."), buttons(CODE)], {}, "COPY_CODE", "a code"),
    "a card's": ([text("New in."), cards(card("IMAGE", "Only {{1}} today"))], {}, "IMAGE", "header_handle"),
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_missing(tmp_path: Path, name: str) -> None:
    components, fields, there, hint = SAMPLES[name]
    found = lacks(tmp_path, *components, **fields)
    assert found
    assert found[0].severity is Severity.ERROR
    assert found[0].label is not None
    assert found[0].label.span.text.strip('"') == there
    assert hint in found[0].hint
    bare = [{key: value for key, value in each.items() if key != "example"} for each in components]
    assert lacks(tmp_path, *sampled(bare), **fields) == []


@pytest.mark.parametrize(
    "fields", [{"status": "APPROVED"}, {"category": "AUTHENTICATION"}], ids=["approved", "authentication"]
)
def test_no_sample_is_asked_for(tmp_path: Path, fields: dict[str, Any]) -> None:
    assert lacks(tmp_path, text(WORDS), **fields) == []


def test_a_list_of_samples_by_itself_is_taken(tmp_path: Path) -> None:
    assert lacks(tmp_path, {**text(WORDS), "example": {"body_text": ["A-1"]}}) == []
