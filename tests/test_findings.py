"""The words of findings: right in number, without a word that only a programmer knows, and with the right code."""

from __future__ import annotations

import re
from typing import Any

import pytest
from handbill.diagnostic import Diagnostic, Severity
from handbill.findings import diagnose, diagnose_parameter
from handbill.resources import folder, load
from handbill.source import Source, Span
from handbill.validate import Schema, contract, schema

SPAN = Span(Source("a.json.j2", "text"), 0, 4)
JARGON = re.compile(r"\b(schema|instance|propert(y|ies)|regex|pattern|null pointer|validat\w+|array|string)\b", re.I)


def say(rules: Any, value: Any, who: str = "Messenger") -> Diagnostic:
    judge = rules if isinstance(rules, Schema) else Schema(rules)
    [violation] = judge.violations(value)
    return diagnose(violation, who=who, span=SPAN, others=[SPAN] * len(violation.others))


def field(name: str, **rules: Any) -> dict[str, Any]:
    return {"properties": {name: {key.replace("_", "-", 1): value for key, value in rules.items()}}}


@pytest.mark.parametrize(
    ("rules", "value", "code", "title", "label", "hint"),
    [
        (field("text", maxLength=20, x_title="Quick reply title"), {"text": "x" * 27}, "text-too-long",
         "Quick reply title too long", "27 characters; Messenger allows 20", "shorten it by 7 characters"),
        (field("text", maxLength=1), {"text": "xx"}, "text-too-long",
         "Text too long", "2 characters; Messenger allows 1", "shorten it by 1 character"),
        (field("text", x_maxUtf16=3), {"text": "😀😀"}, "text-too-long",
         "Text too long", "4 units; Messenger allows 3", "shorten it by 1"),
        (field("text", x_maxUtf16=3), {"text": "abcd"}, "text-too-long",
         "Text too long", "4 characters; Messenger allows 3", "shorten it by 1 character"),
        (field("text", x_maxBytes=3), {"text": "ää"}, "text-too-long",
         "Text too long", "4 bytes; Messenger allows 3", "shorten it by 1"),
        (field("text", x_maxGraphemes=1), {"text": "👍🏽👍🏽"}, "text-too-long",
         "Text too long", "2 characters; Messenger allows 1", "shorten it by 1 character"),
        (field("text", x_maxSeptets=4), {"text": "aç,d"}, "text-too-long",
         "Text too long", "4 characters; Messenger allows 2 in a text with `ç`",
         "shorten it by 2 characters, or write it without `ç`"),
        (field("text", minLength=1), {"text": ""}, "empty-text",
         "Text empty", "this text is empty", "write something here"),
        (field("text", minLength=2), {"text": "x"}, "text-too-short",
         "Text too short", "1 character; Messenger needs at least 2", "write more"),
        (field("buttons", maxItems=13), {"buttons": [1] * 14}, "too-many-buttons",
         "Too many buttons", "14 buttons; Messenger allows 13", "take out 1 button"),
        (field("cards", maxItems=1), {"cards": [1] * 3}, "too-many-cards",
         "Too many cards", "3 cards; Messenger allows 1", "take out 2 cards"),
        (field("quick_replies", maxItems=0, x_title="Quick replies"), {"quick_replies": [1]}, "too-many-items",
         "Too many quick replies", "1 quick reply; Messenger allows 0", "take out 1 quick reply"),
        (field("cards", minItems=2), {"cards": [1]}, "too-few-items",
         "Too few cards", "1 card; Messenger needs at least 2", "add 1 card"),
        (field("buttons", minItems=1), {"buttons": []}, "too-few-items",
         "Too few buttons", "no buttons; Messenger needs at least 1", "add 1 button"),
        ({"x-maxTotal": {"path": ["rows", "*"], "max": 1}}, {"rows": [1, 2]}, "too-many-items",
         "Too many rows", "2 rows in all; Messenger allows 1", "take out 1 row"),
        (field("image", required=["url"]), {"image": {}}, "missing-field",
         "Image without `url`", "`url` is missing", "add `url`"),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "missing-field",
         "Message without `b`", "`b` is missing; `a` needs it", "add `b`"),
        (field("image", additionalProperties=False), {"image": {"foo": 1}}, "unknown-field",
         "Unknown field", "an image has no `foo`", "take it out"),
        (field("n", type="integer"), {"n": "3"}, "wrong-type",
         "Wrong kind of value", "text; a whole number is needed", ""),
        (field("n", type="string"), {"n": True}, "wrong-type",
         "Wrong kind of value", "true without quotes; text is needed", 'put it in quotes: "true"'),
        (field("n", type=["string", "null"]), {"n": []}, "wrong-type",
         "Wrong kind of value", "a list; text or null is needed", ""),
        (field("kind", enum=["image", "video"]), {"kind": "imgae"}, "wrong-value",
         "Wrong value", "Messenger does not know `imgae` here", "did you mean `image`?"),
        (field("kind", enum=["image", "video"]), {"kind": "zip"}, "wrong-value",
         "Wrong value", "Messenger does not know `zip` here", "choose `image` or `video`"),
        (field("kind", const=1), {"kind": 2}, "wrong-value",
         "Wrong value", "Messenger does not know `2` here", "write `1`"),
        (field("template_type", enum=["text"], x_code="unsupported-template-type"), {"template_type": "list"},
         "unsupported-template-type", "Unsupported template type", "Messenger cannot show `list`", "write `text`"),
        (field("image_url", pattern="^https:"), {"image_url": "x"}, "wrong-format",
         "Image URL in the wrong form", "not in the form that Messenger takes", ""),
        (field("url", pattern="^https:", x_code="bad-url"), {"url": "x"}, "bad-url",
         "Bad URL", "not an absolute http or https address", "write it in full, as in https://example.com/page"),
        (field("n", minimum=1), {"n": 0}, "number-out-of-range",
         "N out of range", "0; Messenger takes at least 1", "make it at least 1"),
        (field("n", exclusiveMaximum=1), {"n": 1}, "number-out-of-range",
         "N out of range", "1; Messenger takes less than 1", "make it less than 1"),
        (field("buttons", x_uniqueBy={"path": ["*"], "fields": ["text"]}), {"buttons": [{"text": "a"}] * 2},
         "duplicate-value", "Two buttons alike", "the same `text` as in another button",
         "give each button its own `text`"),
        (field("names", x_uniqueBy={"path": ["*"], "fields": []}), {"names": ["a", "a"]},
         "duplicate-value", "Two names alike", "the same as another name", "give each name its own text"),
        (field("names", uniqueItems=True), {"names": ["a", "a"]},
         "duplicate-value", "Two names alike", "one name stands here twice", "take one out"),
        ({"x-exactlyOne": ["a", "b", "c"]}, {}, "one-of-fields",
         "Message without `a`, `b` or `c`", "`a`, `b` or `c` is missing", "add one"),
        ({"x-exactlyOne": ["a", "b", "c"]}, {"a": 1, "c": 1}, "one-of-fields",
         "Message with `a` and `c`", "only one of `a` and `c` can stand here", "keep one"),
        ({"x-atLeastOne": ["a", "b"]}, {}, "missing-one-of",
         "Message without `a` or `b`", "`a` or `b` is missing", "add one"),
        (field("footer", x_unsupported="No footer."), {"footer": "x"}, "unsupported-field",
         "Unsupported field", "Messenger has no place for `footer`", "take it out"),
        ({}, "\ud800", "lone-surrogate", "Half a character", "half of a character",
         "write the whole character, or none"),
        ({"not": {"type": "null"}}, None, "wrong-value", "Wrong value", "Messenger does not take this message", ""),
    ],
)  # fmt: skip
def test_words(rules: Any, value: Any, code: str, title: str, label: str, hint: str) -> None:
    said = say(rules, value)
    assert said.label
    assert (said.code, said.title, said.label.text, said.hint) == (code, title, label, hint)


SHAPE = {"x-sameShape": {"path": ["cards", "*"], "fields": ["image"], "counts": ["buttons"], "kinds": ["buttons"]}}
REPLY, LINK = {"value": "v"}, {"url": "u"}


@pytest.mark.parametrize(
    ("first", "second", "label"),
    [
        ({"image": 1}, {}, "no `image`; the first card has one"),
        ({}, {"image": 1}, "the first card has no `image`"),
        ({"buttons": [REPLY]}, {}, "no buttons; the first card has 1"),
        ({}, {"buttons": [REPLY]}, "1 button; the first card has none"),
        (
            {"buttons": [REPLY, LINK]},
            {"buttons": [LINK, REPLY]},
            "a link and a reply; the first card has a reply and a link",
        ),
    ],
)
def test_cards_that_differ(first: Any, second: Any, label: str) -> None:
    said = say(SHAPE, {"cards": [first, second]})
    assert said.label
    assert (said.code, said.title, said.label.text) == ("cards-differ", "Cards differ", label)
    assert [related.text for related in said.related] == ["the first one is built like this"]


def test_the_place_of_a_text_in_words() -> None:
    assert say(schema("message.schema.json"), {"template_type": "text", "text": ""}).title == "Text empty"
    cards = [{"title": "x", "image": {"url": "https://a.example", "alt": ""}, "buttons": [{"text": "", "value": "v"}]}]
    found = schema("message.schema.json").violations({"template_type": "carousel", "cards": cards})
    assert [diagnose(v, who="Handbill").title for v in found] == ["Image alt empty", "Button text empty"]


def test_everything_known_of_the_rule_is_handed_on() -> None:
    rules = field(
        "text",
        maxLength=3,
        x_source="https://a.example",
        x_checked="2026-11-22",
        x_note="The page is older",
        x_hint="Say less.",
        x_label="much too long",
        x_status="older_official",
    )
    said = say(rules, {"text": "abcd"})
    assert said == Diagnostic(
        code="text-too-long",
        title="Text too long",
        label=said.label,
        text="The page is older.",
        hint="say less",
        source="https://a.example",
        checked="2026-11-22",
        value="abcd",
        pointer="/text",
    )
    assert said.label
    assert (said.label.text, said.label.span) == ("much too long", SPAN)


def test_a_figure_that_is_not_the_channels_own_says_so() -> None:
    said = say(field("text", maxLength=3, x_status="third_party"), {"text": "abcd"})
    assert said.text == "The figure is not from Messenger itself."
    said = say(field("text", enum=["abc"], x_status="third_party"), {"text": "abcd"})
    assert said.text == "The rule is not from Messenger itself."


def test_a_warning_says_why_it_is_one() -> None:
    said = say(field("text", maxLength=3, x_unit="characters"), {"text": "ab😀"})
    assert said.severity is Severity.WARNING
    assert said.label
    assert said.label.text == "4 characters when an emoji counts as 2; Messenger allows 3"
    assert "does not say" in said.text


def test_without_a_place_the_label_is_said_in_the_text() -> None:
    [violation] = Schema(field("footer", x_unsupported="It has none.")).violations({"footer": "x"})
    assert diagnose(violation, who="X").text == "X has no place for `footer`. It has none."


def test_control_characters_and_long_values_are_shown_on_one_line() -> None:
    said = say(field("kind", enum=["a", "b"]), {"kind": "\x1b[31m\n" + "x" * 99})
    assert said.label
    assert "\x1b" not in said.label.text
    assert "\n" not in said.label.text
    assert len(said.label.text) < 100


PARAMS = {
    "name": {"type": "string", "maxLength": 4, "description": "What to call her."},
    "urls": {"type": "array", "items": {"type": "string"}, "default": []},
}


@pytest.mark.parametrize(
    ("context", "code", "title", "label", "hint", "pointer"),
    [
        ({}, "missing-parameter", "Parameter `name` missing", "`name` is not given",
         "give `name` a value, or a `default` in the template's `params`", ""),
        ({"nmae": "Zoë"}, "unknown-parameter", "Unknown parameter `nmae`", "the template has no parameter `nmae`",
         "did you mean `name`?", "/nmae"),
        ({"name": "Zoë", "colour": 1}, "unknown-parameter", "Unknown parameter `colour`",
         "the template has no parameter `colour`", "take it out, or add it to the template's `params`", "/colour"),
        ({"name": "Zoëlle"}, "wrong-parameter", "Wrong value for parameter `name`",
         "6 characters; the template allows 4", "shorten it by 2 characters", "/name"),
        ({"name": "Zoë", "urls": ["a", 2]}, "wrong-parameter", "Wrong value for parameter `urls`",
         "a number; text is needed", 'put it in quotes: "2"', "/urls/1"),
    ],
)  # fmt: skip
def test_parameters(context: Any, code: str, title: str, label: str, hint: str, pointer: str) -> None:
    [violation] = contract(PARAMS).violations(context)
    said = diagnose_parameter(violation, span=SPAN)
    assert said.label
    assert (said.code, said.title, said.label.text, said.hint, said.pointer) == (code, title, label, hint, pointer)
    assert diagnose_parameter(violation).text.startswith(label[:1].upper() + label[1:])
    assert "What to call her." in said.text or code != "missing-parameter"


def _beyond(rules: dict[str, Any]) -> list[Any]:
    """Values just outside of each limit."""
    values: list[Any] = []
    for keyword, limit in rules.items():
        if keyword in ("maxLength", "x-maxUtf16", "x-maxBytes", "x-maxGraphemes", "x-maxSeptets"):
            values.append("x" * (limit + 1))
        elif keyword == "maxItems":
            values.append([{}] * (limit + 1))
        elif keyword in ("minLength", "pattern"):
            values.append(" " if keyword == "pattern" else "")
        elif keyword == "minItems":
            values.append([{}] * (limit - 1))
        elif keyword in ("enum", "const"):
            values.append("nonsense")
        elif keyword in ("minimum", "maximum"):
            values.append(limit + (1 if keyword == "maximum" else -1))
    return values


@pytest.mark.parametrize("path", sorted(path.parent.name for path in folder("schemas").glob("*/limits.json")))
def test_no_limit_of_a_channel_is_told_in_jargon(path: str) -> None:
    definitions = load(f"{path}/limits.json")["$defs"]
    said = [
        diagnose(violation, who="Messenger")
        for rules in definitions.values()
        for value in _beyond(rules)
        for violation in Schema({"properties": {"things": rules}, "$defs": definitions}).violations({"things": value})
    ]
    assert said
    for one in said:
        first = one.text.partition(". ")[0]
        assert not JARGON.search(f"{one.title} | {first} | {one.hint}"), one
        assert not re.search(
            r"\b1 \w+s\b|\b(0|[2-9]|\d\d) (character|button|thing|unit|byte)\b", f"{first} | {one.hint}"
        ), one
