"""Messages from strangers: whatever they hold, the drawing is a drawing, and all of it is there as text."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from channels.cases import FOLDER, TYPES
from faces.pages import Html, strange
from handbill.channels import channel
from handbill.faces import Mark, draw, page
from handbill.faces.beside import json_lines
from handbill.faces.fields import leaves
from handbill.faces.writing import rich, visible
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

NASTY = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", "</article></div>",
    "<!-- x", "]]>", "&lt;b&gt; &amp; &#x3c;", "{{ 7 * 7 }}{% raw %}", "javascript:alert(1)", "\u202eevil\u202c",
    "\u0000\u0007\u001b[31m\x7f", "\ud800", "\r\n\t x", "https://example.com/\"onclick=\"x", "😀" * 50, "\u2028\u2029",
    "<a href=javascript:alert(1)>x</a>", "`${alert(1)}`", "a" * 5000, "--><style>*{display:none}</style>",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=40), st.text("<>&\"'=/ a\u0000\ud800", max_size=20))
SCALARS = st.one_of(TEXTS, st.integers(), st.floats(), st.booleans(), st.none())
FIELDS = st.sampled_from(
    "text title subtitle header footer url image alt buttons button cards sections items value phone slots start "
    "duration timezone kind caption filename name address latitude "
    "longitude parameters body values language metadata x".split()
)
KEYS = st.one_of(FIELDS, TEXTS)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=20,
)
KINDS = st.one_of(st.sampled_from((*TYPES, "generic")), TEXTS, st.just(None))
NAMES = ("messenger", "whatsapp", "slack", "sms")
PLAIN = [json.loads((FOLDER / "twilio" / f"{kind}.json").read_bytes()) for kind in TYPES if kind != "date_picker"]
PLAIN.append(json.loads((FOLDER / "webmessaging" / "date_picker.json").read_bytes()))


def spoiled(message: Any, texts: Iterator[str]) -> Any:
    """The same message with other texts; of what kind it is stays."""
    if isinstance(message, dict):
        return {k: v if k in ("template_type", "kind") else spoiled(v, texts) for k, v in message.items()}
    if isinstance(message, list):
        return [spoiled(each, texts) for each in message]
    return next(texts) if isinstance(message, str) else message


def whole(html: Html, message: Any) -> list[str]:
    """The fields of which the text is nowhere."""
    times = {e.attributes["datetime"] for e in html.all("time")}
    found = []
    for path, value in leaves(message):
        text = visible(value).replace("\r", "␍")
        if text not in html.text and text not in times and path not in ("/template_type", "/kind"):
            found.append(path)
    return found


@settings(max_examples=40)
@given(st.sampled_from(PLAIN), st.lists(TEXTS, min_size=40, max_size=40), st.sampled_from(NAMES), st.booleans())
def test_texts_are_text(message: Any, texts: list[str], name: str, live: bool) -> None:
    nasty = spoiled(copy.deepcopy(message), iter(texts))
    marks = [Mark(path, "error", texts[0], texts[1], texts[2]) for path, _ in leaves(nasty)]
    html = Html(draw(nasty, channel(name), live=live, ids="m-", marks=marks))
    assert strange(html) == []
    assert whole(html, nasty) == []


@settings(max_examples=60)
@given(st.dictionaries(KEYS, JSON, max_size=6), KINDS, st.sampled_from(NAMES), st.booleans(), TEXTS)
def test_whatever_it_is_it_is_drawn(message: dict[str, Any], kind: Any, name: str, live: bool, locale: str) -> None:
    message |= {"template_type": kind}
    html = Html(draw(message, channel(name), live=live, ids="m-", locale=locale))
    assert strange(html) == []
    assert whole(html, message) == []


@settings(max_examples=60)
@given(st.recursive(TEXTS, lambda inner: st.fixed_dictionaries(
    {"kind": st.sampled_from(["bold", "italic", "code", "link"]), "content": st.lists(inner, max_size=3), "url": TEXTS}
), max_leaves=8))  # fmt: skip
def test_inline_markup_is_what_it_says_and_no_more(piece: Any) -> None:
    html = Html(rich([piece]))
    assert {e.tag for e in html.elements} <= {"strong", "em", "code", "a", "span"}
    assert all(e.attributes["href"].startswith("https://") for e in html.all("a"))


@settings(max_examples=40)
@given(JSON)
def test_json_is_shown_as_it_is(value: Any) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    html = Html(str(Markup("\n").join(json_lines(text))))
    assert html.text == visible(text)
    assert {e.tag for e in html.elements} <= {"span"}


@pytest.mark.parametrize("title", NASTY)
def test_a_page_has_no_title_but_text(title: str) -> None:
    html = Html(page(visible(title), Markup("<p>x</p>")).removeprefix("<!doctype html>"))
    assert [e.text for e in html.all("title")] == [visible(title).replace("\r", "␍")]
    assert [e.tag for e in html.elements if e.tag in ("img", "style", "iframe")] == []
