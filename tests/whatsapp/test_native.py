"""A template message in WhatsApp's own JSON is held against what was approved, as a notification is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from handbill.diagnostic import Diagnostic
from handbill.pipeline import Compiler
from handbill.project import open_project
from whatsapp.conftest import buttons, listed, write

Told = Callable[..., list[Diagnostic]]

TWO = listed("Hi {{1}}, your order {{2}} left us today.")
NAMED = listed("Hi {{first_name}}, it left us.", parameter_format="NAMED")
IMAGE = {"type": "HEADER", "format": "IMAGE"}
PLACE = {"type": "HEADER", "format": "LOCATION"}
PLAIN = "Your order left us today."
LINKS = buttons(("QUICK_REPLY", ""), ("URL", "https://example.com/{{1}}"))
OFFER = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Sale", "has_expiration": True}}
CODE = buttons(("COPY_CODE", ""))
CARD = {"components": [IMAGE, {"type": "BODY", "text": "Only {{1}} today"}]}
CARDS = listed("New in.", {"type": "CAROUSEL", "cards": [CARD, CARD]}, category="MARKETING")


def text(*values: str) -> list[Any]:
    return [{"type": "text", "text": value} for value in values]


def body(*values: str) -> dict[str, Any]:
    return {"type": "body", "parameters": text(*values)}


def header(kind: str, value: Any) -> dict[str, Any]:
    return {"type": "header", "parameters": [{"type": kind, kind: value}]}


def button(kind: str, index: int, **parameter: Any) -> dict[str, Any]:
    return {"type": "button", "sub_type": kind, "index": str(index), "parameters": [parameter]}


PICTURE = header("image", {"link": "https://example.com/a.jpg"})
SHOWN = {"card_index": 0, "components": [PICTURE, body("9 €")]}
WHERE = header("location", {"latitude": 48.1, "longitude": 11.6, "name": "Shop", "address": "1 Market Square"})
ENDS = {
    "type": "limited_time_offer",
    "parameters": [{"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1800000000000}}],
}


def native(*components: Any, name: str = "order_shipped", language: str = "en_US", front: str = "") -> str:
    parts = {"components": components} if components else {}
    message = {
        "messaging_product": "whatsapp", "type": "template",
        "template": {"name": name, "language": {"code": language}, **parts},
    }  # fmt: skip
    return f"---\npayload: direct\n{front}---\n{json.dumps(message, indent=1)}"


def compiled(folder: Path, template: Any, source: str) -> list[Diagnostic]:
    write(folder, template)
    folder.joinpath("templates", "m.json.j2").write_text(source, encoding="utf-8")
    return Compiler(open_project(folder)).compile("m", "whatsapp", None, {}).diagnostics


FITS = {
    "no placeholders": (listed(PLAIN), ()),
    "numbered": (TWO, (body("Zoë", "A-1"),)),
    "named": (NAMED, ({"type": "body", "parameters": [{**text("Zoë")[0], "parameter_name": "first_name"}]},)),
    "capitals": (TWO, ({**body("Zoë", "A-1"), "type": "BODY"},)),
    "image": (listed(IMAGE, PLAIN), (PICTURE,)),
    "a place, which a notification cannot have": (listed(PLACE, PLAIN), (WHERE,)),
    "buttons": (listed(PLAIN, LINKS), (button("url", 1, type="text", text="x"),)),
    "a code": (listed(PLAIN, CODE), (button("copy_code", 0, type="coupon_code", coupon_code="SAVE"),)),
    "an offer": (listed(PLAIN, OFFER), (ENDS,)),
    "cards": (CARDS, ({"type": "carousel", "cards": [SHOWN, {**SHOWN, "card_index": 1}]},)),
}


@pytest.mark.parametrize("name", FITS)
def test_fits(folder: Path, name: str) -> None:
    template, components = FITS[name]
    assert compiled(folder, template, native(*components)) == []


# name: template, components, the text at fault, what is said there
ARITY = {
    "too few": (TWO, (body("Zoë"),), "{", "the approved text has 2 placeholders, 1 is given"),
    "none": (TWO, (), "order_shipped", "the approved text has 2 placeholders, 0 are given"),
    "too many": (TWO, (body("a", "b", "c"),), "{", "2 placeholders, 3 are given"),
    "numbers for names": (NAMED, (body("a"),), "{", "names: `first_name`"),
    "no image": (listed(IMAGE, PLAIN), (body(),), "[", "header is an image, and none is given"),
    "another header": (listed(PLACE, PLAIN), (PICTURE,), "{", "header is a place, and none is given"),
    "video for image": (listed(IMAGE, PLAIN), (header("video", {"link": "https://e.com/a.mp4"}),), "video", "an image"),
    "no button": (listed(PLAIN, LINKS), (body(),), "[", "needs the end of its address"),
    "a button too many": (
        listed(PLAIN), (button("url", 0, type="text", text="x"),), "{", "the approved template has 0 buttons",
    ),
    "a reply for a link": (
        listed(PLAIN, LINKS), (button("quick_reply", 1, type="payload", payload="x"),), "{", "button 1 is a link",
    ),
    "no code": (listed(PLAIN, CODE), (body(),), "[", "button 0 asks for a code to copy"),
    "no end of the offer": (listed(PLAIN, OFFER), (body(),), "[", "the offer's end must be given"),
    "a card too many": (
        CARDS, ({"type": "carousel", "cards": [{**SHOWN, "card_index": at} for at in range(3)]},), "{",
        "has 2 cards, 3 given",
    ),
    "of a card": (
        CARDS, ({"type": "carousel", "cards": [SHOWN, {"card_index": 1, "components": [PICTURE, body()]}]},), "{",
        "card 2's text has 1 placeholder, 0 are given",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ARITY)
def test_does_not_fit(folder: Path, name: str) -> None:
    template, components, there, said = ARITY[name]
    found = [d for d in compiled(folder, template, native(*components)) if d.code == "template-arity"]
    assert found
    problem = found[0]
    assert problem.label is not None
    assert said in problem.label.text
    assert problem.label.span.text == there
    assert problem.label.span.source.path == "templates/m.json.j2"
    assert problem.related[0].span.source.path == "whatsapp.lock.json"


def test_what_is_not_approved_or_not_known(folder: Path) -> None:
    (problem,) = compiled(folder, listed(PLAIN), native(name="order_shiped"))
    assert (problem.code, problem.hint) == ("unknown-approved-template", "did you mean `order_shipped`?")
    (problem,) = compiled(folder, listed(PLAIN), native(language="en_GB"))
    assert problem.label is not None
    assert problem.label.span.text == "en_GB"
    (problem,) = compiled(folder, listed(PLAIN, status="PAUSED"), native())
    assert problem.code == "template-not-approved"


def test_without_a_list_nothing_is_said(folder: Path) -> None:
    folder.joinpath("templates", "m.json.j2").write_text(native(body("Zoë")), encoding="utf-8")
    assert Compiler(open_project(folder)).compile("m", "whatsapp", None, {}).diagnostics == []


def test_other_messages_are_not_asked(folder: Path) -> None:
    message = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "Hi"}}
    assert compiled(folder, TWO, f"---\npayload: direct\n---\n{json.dumps(message)}") == []


def test_every_message_of_a_sequence(folder: Path) -> None:
    one = json.loads(native(body("Zoë")).split("---\n")[2])
    found = compiled(folder, TWO, f"---\npayload: direct\n---\n{json.dumps([one, one])}")
    assert [d.code for d in found] == ["template-arity", "template-arity"]
    assert found[0].label != found[1].label


def test_many_messages_are_held_too(folder: Path) -> None:
    """The second message with other values does not go the fast way past the list."""
    write(folder, TWO)
    front = "params:\n  name: {type: string}\n"
    source = native(body("VALUE", "A-1"), name="NAME", front=front).replace("NAME", "{{ name }}")
    folder.joinpath("templates", "m.json.j2").write_text(source, encoding="utf-8")
    compiler = Compiler(open_project(folder))
    names = ["order_shipped", "order_shipped", "order_lost", "order_shipped"]
    results = list(compiler.many("m", "whatsapp", None, ({"name": name} for name in names)))
    assert [isinstance(result, bytes) for result in results] == [True, True, False, True]
