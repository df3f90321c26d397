"""A notification held against the approved template: whatever does not fit is one finding, at the author's text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from handbill.diagnostic import Diagnostic
from handbill.pipeline import Compiler, Result
from handbill.project import open_project
from hypothesis import given
from hypothesis import strategies as st
from whatsapp.conftest import buttons, listed, write

Told = Callable[..., list[Diagnostic]]

TWO = listed("Hi {{1}}, your order {{2}} left us today.")
NAMED = listed("Hi {{first_name}}, your order {{order_id}} left us.", parameter_format="NAMED")
IMAGE = {"type": "HEADER", "format": "IMAGE"}
TEXT = {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"}
PICTURE = {"kind": "image", "url": "https://example.com/a.jpg"}
LINKS = buttons(("QUICK_REPLY", ""), ("URL", "https://example.com/{{1}}"), ("URL", "https://example.com/"))
LINK = {"index": 1, "kind": "link", "value": "x"}
PLAIN = "Your order left us today."


def carousel(*cards: Any) -> dict[str, Any]:
    return {"type": "CAROUSEL", "cards": [{"components": list(card)} for card in cards]}


CARD = (IMAGE, {"type": "BODY", "text": "Only {{1}} today"}, buttons(("URL", "https://example.com/{{1}}")))
GIVEN = {"header": PICTURE, "body": {"1": "9 €"}, "buttons": [{"index": 0, "kind": "link", "value": "x"}]}
CARDS = listed("New in.", carousel(CARD, CARD), category="MARKETING")

FITS = {
    "no placeholders": (listed(PLAIN), None),
    "numbered": (TWO, {"body": {"1": "Zoë", "2": "A-1"}}),
    "numbered, in another order": (TWO, {"body": {"2": "A-1", "1": "Zoë"}}),
    "named": (NAMED, {"body": {"first_name": "Zoë", "order_id": "A-1"}}),
    "the same placeholder twice": (listed("{{1}} and again {{1}} it is."), {"body": {"1": "x"}}),
    "header": (listed(TEXT, PLAIN), {"header": {"values": {"1": "A-1"}}}),
    "header without a placeholder": (listed({**TEXT, "text": "Order"}, PLAIN), None),
    "image": (listed(IMAGE, PLAIN), {"header": PICTURE}),
    "small letters": (listed({"type": "header", "format": "image"}, {"type": "body", "text": ""}), {"header": PICTURE}),
    "buttons": (listed(PLAIN, LINKS), {"buttons": [LINK, {"index": 0, "kind": "reply", "value": "x"}]}),
    "a reply need not be given": (listed(PLAIN, LINKS), {"buttons": [LINK]}),
    "cards": (CARDS, {"cards": [GIVEN, GIVEN]}),
}  # fmt: skip


@pytest.mark.parametrize("name", FITS)
@pytest.mark.parametrize("via", ["direct", "genesys-event"])
def test_fits(told: Told, name: str, via: str) -> None:
    template, parameters = FITS[name]
    assert told(template, parameters, via) == []


# name: template, parameters, where it is told, what is said there
ARITY = {
    "too few": (TWO, {"body": {"1": "Zoë"}}, "body", "the approved text has 2 placeholders, 1 is given"),
    "none": (TWO, {}, "parameters", "the approved text has 2 placeholders, 0 are given"),
    "no parameters": (TWO, None, "order_shipped", "the approved text has 2 placeholders, 0 are given"),
    "too many": (TWO, {"body": {"1": "a", "2": "b", "3": "c"}}, "3", "2 placeholders, 3 are given"),
    "for none": (listed(PLAIN), {"body": {"1": "a"}}, "1", "0 placeholders, 1 is given"),
    "numbers for names": (NAMED, {"body": {"1": "a", "2": "b"}}, "body", "names: `first_name` and `order_id`"),
    "names for numbers": (TWO, {"body": {"a": "a", "b": "b"}}, "body", "numbers: `1` and `2`"),
    "another name": (
        NAMED, {"body": {"frist_name": "a", "order_id": "b"}}, "frist_name", "no placeholder `frist_name`",
    ),
    "header not given": (listed(TEXT, PLAIN), {"body": {}}, "parameters", "header has 1 placeholder, 0 are given"),
    "header without one": (
        listed({**TEXT, "text": "Order"}, PLAIN), {"header": {"values": {"1": "x"}}}, "1", "0 placeholders, 1 is given",
    ),
    "no header": (listed(PLAIN), {"header": PICTURE}, "header", "the approved header is not there"),
    "image for text": (listed(TEXT, PLAIN), {"header": PICTURE}, "header", "the approved header is text"),
    "text for image": (listed(IMAGE, PLAIN), {"header": {"values": {"1": "x"}}}, "header", "header is an image"),
    "no image": (listed(IMAGE, PLAIN), {}, "parameters", "the approved header is an image, and none is given"),
    "video for image": (
        listed(IMAGE, PLAIN), {"header": {**PICTURE, "kind": "video"}}, "video", "the approved header is an image",
    ),
    "a place": (listed({"type": "HEADER", "format": "LOCATION"}, PLAIN), {}, "parameters", "its header is a place"),
    "no such button": (
        listed(PLAIN, LINKS), {"buttons": [LINK, {"index": 3, "kind": "reply", "value": "x"}]}, "3", "has 3 buttons",
    ),
    "no buttons": (listed(PLAIN), {"buttons": [LINK]}, "1", "has 0 buttons"),
    "reply for link": (
        listed(PLAIN, LINKS), {"buttons": [{**LINK, "kind": "reply"}]}, "reply", "the approved button 1 is a link",
    ),
    "fixed address": (
        listed(PLAIN, LINKS), {"buttons": [LINK, {**LINK, "index": 2}]}, "{", "an address without a placeholder",
    ),
    "a call": (
        listed(PLAIN, buttons(("PHONE_NUMBER", ""))), {"buttons": [{"index": 0, "kind": "link", "value": "x"}]}, "{",
        "calls a number, and takes no value",
    ),
    "link not given": (listed(PLAIN, LINKS), {}, "parameters", "button 1 of the approved template needs"),
    "code": (listed(PLAIN, buttons(("COPY_CODE", ""))), {}, "parameters", "asks for a code to copy"),
    "too few cards": (CARDS, {"body": {}}, "parameters", "the approved template has 2 cards, 0 given"),
    "too many cards": (CARDS, {"cards": [GIVEN] * 3}, "cards", "the approved template has 2 cards, 3 given"),
    "no cards": (listed(PLAIN), {"cards": [GIVEN, GIVEN]}, "cards", "has no cards"),
    "a card's text": (CARDS, {"cards": [GIVEN, {**GIVEN, "body": {}}]}, "body", "card 2's text has 1 placeholder, 0"),
    "a card's video": (
        CARDS, {"cards": [{**GIVEN, "header": {**PICTURE, "kind": "video"}}, GIVEN]}, "video", "card 1's header is",
    ),
    "an offer's end": (
        listed(PLAIN, {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "x", "has_expiration": True}}),
        {}, "parameters", "the offer's end must be given",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ARITY)
@pytest.mark.parametrize("via", ["direct", "genesys-event"])
def test_does_not_fit(told: Told, name: str, via: str) -> None:
    template, parameters, at, said = ARITY[name]
    [found] = told(template, parameters, via)
    assert found.code == "template-arity"
    assert found.label
    assert found.label.span.text == at
    assert said in found.label.text
    assert [label.span.source.path for label in found.related] == ["whatsapp.lock.json"]


def test_unknown(told: Told) -> None:
    [found] = told(TWO, {}, name="order_shiped")
    assert (found.code, found.hint) == ("unknown-approved-template", "did you mean `order_shipped`?")
    [found] = told(TWO, {}, name="something_else")
    assert "handbill whatsapp pull" in found.hint


def test_unknown_language(told: Told) -> None:
    [found] = told([TWO, {**TWO, "language": "de"}], {}, language="en")
    assert found.code == "unknown-approved-template"
    assert found.label
    assert (found.label.span.text, found.label.text) == ("en", "`order_shipped` is there in `en_US` and `de`")
    assert found.hint == "did you mean `en_US`?"
    [found] = told(TWO, {}, language="en_GB")
    assert found.hint == "did you mean `en_US`?"


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "PAUSED", "DISABLED", "SOMETHING_NEW", "pending"])
def test_not_approved(told: Told, status: str) -> None:
    [found] = told({**TWO, "status": status, "rejected_reason": "ABUSIVE_CONTENT"}, {"body": {"1": "a", "2": "b"}})
    assert found.code == "template-not-approved"
    assert found.label
    assert found.label.text.startswith(f"its state is {status.upper()}")
    assert "ABUSIVE_CONTENT" in found.label.text


def test_a_mistake_the_channel_has_told_is_told_once(told: Told) -> None:
    assert [d.code for d in told(TWO, {"body": {"1": "a", "3": "b"}})] == ["missing-field"]
    assert [d.code for d in told(TWO, {"body": {"1": "a\nb"}})] == ["wrong-format"]


@pytest.mark.parametrize(("length", "codes"), [(1019, []), (1020, ["text-too-long"])])
def test_the_whole_text_has_its_length(told: Told, length: int, codes: list[str]) -> None:
    found = told(listed("x {{1}}{{2}} y"), {"body": {"1": "a", "2": "b" * length}})
    assert [d.code for d in found] == codes
    assert all(d.label and d.label.span.text.startswith("bb") and d.source for d in found)


def test_a_name_that_is_not_whatsapps_is_not_looked_up(told: Told) -> None:
    assert told(TWO, {"body": {"1": "a"}}, "genesys-event", name="cannedresponse@5f0c1b8e-1") == []
    assert told(TWO, {"body": {"1": "a"}}, "genesys-agentless") == [], "that names a response of Genesys Cloud"


def test_without_a_list_nothing_is_asked(told: Told) -> None:
    assert told(None, {"body": {"1": "a"}}) == []


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("{", "invalid-json", ""),
        ('{"data": {}}', "wrong-type", "{}"),
        ('{"data": [{"name": "a", "status": "APPROVED", "components": []}]}', "missing-field", '{"name"'),
        ('{"templates": []}', "missing-field", '{"templates"'),
    ],
)
def test_a_list_that_is_none(told: Told, folder: Path, text: str, code: str, at: str) -> None:
    folder.joinpath("whatsapp.lock.json").write_text(text, encoding="utf-8")
    [found] = told(None, {"body": {"1": "a"}})
    assert found.code == code
    assert found.label
    assert found.label.span.source.path == "whatsapp.lock.json"
    assert found.label.span.text.startswith(at)


def test_a_list_outside_the_project_is_not_read(told: Told, folder: Path, tmp_path_factory: Any) -> None:
    outside = tmp_path_factory.mktemp("outside")
    outside.joinpath("secret.txt").write_text("hunter2", encoding="utf-8")
    folder.joinpath("whatsapp.lock.json").symlink_to(outside / "secret.txt")
    [found] = told(None, {"body": {"1": "a"}})
    assert found.code == "include-outside"
    assert found.label
    assert found.label.span.source.text == ""


def test_a_name_given_twice_in_the_list_does_no_harm(told: Told, folder: Path) -> None:
    text = json.dumps({"data": [TWO]}).replace('"category"', '"status": "APPROVED", "category"')
    folder.joinpath("whatsapp.lock.json").write_text(text, encoding="utf-8")
    assert [d.code for d in told(None, {"body": {"1": "a"}})] == ["template-arity"]


def test_a_fallback_is_held_too(told: Told, folder: Path) -> None:
    write(folder, TWO)
    fallback = {"template_type": "notification", "name": "order_shipped", "language": "en_US"}
    message = {"template_type": "text", "text": "x", "fallback": fallback}
    folder.joinpath("templates", "f.json.j2").write_text(json.dumps(message), encoding="utf-8")
    [found] = Compiler(open_project(folder)).compile("f", "whatsapp", "direct", {}).diagnostics
    assert found.code == "template-arity"


FRONT = "---\nparams: {a: {type: string}, name: {type: string, default: order_shipped}}\n---\n"
MESSAGE = """{
  "template_type": "notification", "name": "{{ name }}", "language": "en_US", "parameters": {"body": {"1": "{{ a }}"}},
}"""


def test_in_a_campaign_each_value_is_asked(folder: Path) -> None:
    """A stamp must not let a message through that the ordinary way would stop."""
    write(folder, listed("x {{1}} y"), listed("It has {{1}} and {{2}} in it.", name="other"))
    folder.joinpath("templates", "m.json.j2").write_text(FRONT + MESSAGE, encoding="utf-8")
    contexts = [{"a": "b" * n} for n in (1, 5, 1020, 1021, 3)]
    contexts += [{"a": "x", "name": "other"}, {"a": "x", "name": "no_such"}, {"a": "y"}]
    compiler = Compiler(open_project(folder))
    many = list(compiler.many("m", "whatsapp", "direct", contexts))
    codes = [[d.code for d in each.diagnostics] if isinstance(each, Result) else "sent" for each in many]
    assert codes == [
        "sent", "sent", "sent", ["text-too-long"], "sent", ["template-arity"], ["unknown-approved-template"], "sent",
    ]  # fmt: skip


WORDS = st.text("abc ", min_size=1, max_size=8)
NUMBERED = st.lists(WORDS, max_size=5)


@given(st.lists(WORDS, min_size=1, max_size=6), NUMBERED, st.booleans())
def test_a_message_made_of_the_template_fits_and_one_value_less_or_more_does_not(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], values: list[str], header: bool
) -> None:
    from handbill.approved.held import held
    from handbill.approved.lock import JsonFile, Lock
    from handbill.source import Source

    count = len(values)
    body = " ".join(words) + "".join(f" {{{{{n}}}}} w" for n in range(1, count + 1))
    data = {"data": [listed(*([TEXT] if header else []), body)]}
    lock = Lock(JsonFile(Source("lock", json.dumps(data)), data))
    parameters: dict[str, Any] = {"body": {str(n): value for n, value in enumerate(values, 1)}}
    parameters |= {"header": {"values": {"1": "x"}}} if header else {}
    message = {"name": "order_shipped", "language": "en_US", "parameters": parameters}
    assert list(held(lock, message)) == []
    parameters["body"][str(count + 1)] = "x"
    assert [p.code for p in held(lock, message)] == ["template-arity"]
    del parameters["body"][str(count + 1)]
    if count:
        del parameters["body"][str(count)]
        assert [p.code for p in held(lock, message)] == ["template-arity"]
