"""The portable inline markup: what is markup and what is text, how it is printed, and where it is lost."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from handbill.markup import Printer, kinds_of, parsed, printed
from handbill.pipeline import Compiler, Result
from handbill.project import open_project
from handbill.tree import Leaf, fill, joined
from hypothesis import given
from hypothesis import strategies as st

HTML = Printer(
    "<b>{text}</b>", "<i>{text}</i>", "<code>{text}</code>", '<a href="{url}">{text}</a>', escape=html.escape
)


def shown(text: str) -> str:
    return str(fill(printed(parsed(Leaf("/text", text)), HTML), ()))


def plain(text: str) -> str:
    return str(fill(parsed(Leaf("/text", text)), ()))


@pytest.mark.parametrize(
    ("text", "as_html", "as_text"),
    [
        ("a **b** c", "a <b>b</b> c", "a b c"),
        ("_a_ and __b__", "<i>a</i> and __b__", "a and __b__"),
        ("`a*b*` <c>", "<code>a*b*</code> &lt;c&gt;", "a*b* <c>"),
        ("**a _b_**", "<b>a <i>b</i></b>", "a b"),
        ("[a **b**](https://x.example/)", '<a href="https://x.example/">a <b>b</b></a>', "a b (https://x.example/)"),
        ("[https://x.example/](https://x.example/)", '<a href="https://x.example/">https://x.example/</a>',
         "https://x.example/"),
        ("snake_case_name", "snake_case_name", "snake_case_name"),
        ("2 ** 3 and 4 ** 5", "2 ** 3 and 4 ** 5", "2 ** 3 and 4 ** 5"),
        ("**open", "**open", "**open"),
        (r"\*\*no\*\* \_no\_ \[no\](no)", "**no** _no_ [no](no)", "**no** _no_ [no](no)"),
        ("[1] and (2) [3]()", "[1] and (2) [3]()", "[1] and (2) [3]()"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_what_is_markup(text: str, as_html: str, as_text: str) -> None:
    assert (shown(text), plain(text)) == (as_html, as_text)


def test_a_value_is_never_markup() -> None:
    leaf = parsed(Leaf("/text", parts=("Hi **", 0, "**, ", 1, "[x](https://x.example/?q=", 2, ")")))
    values = ["<Zoë> **", "**a** _b_", 'a"b']
    assert fill(leaf, values) == 'Hi <Zoë> **, **a** _b_x (https://x.example/?q=a"b)'
    assert fill(printed(leaf, HTML), values) == (
        'Hi <b>&lt;Zoë&gt; **</b>, **a** _b_<a href="https://x.example/?q=a&quot;b">x</a>'
    )


def test_a_joined_text_keeps_its_markup() -> None:
    leaf = joined(parsed(Leaf("/text", "**a**")), " & ", Leaf("/b", "<c>"))
    assert fill(printed(leaf, HTML), ()) == "<b>a</b> &amp; &lt;c&gt;"


@given(st.text("ab *_`[]()\\\n", max_size=40), st.lists(st.text("*_`[]()\\a", max_size=4), max_size=3))
def test_nothing_is_lost(text: str, values: list[str]) -> None:
    """Every letter arrives, whatever the signs; and holes come out in order, as they are."""
    parts = (*(part for index in range(len(values)) for part in (index, " ")), text)
    leaf = parsed(Leaf("/text", parts=parts))
    said = str(fill(leaf, values))
    for form in (said, html.unescape(str(fill(printed(leaf, HTML), values)))):
        assert form.count("b") >= text.count("b")
    if not kinds_of_or_none(leaf) and "\\" not in text:
        assert said == "".join(f"{value} " for value in values) + text


def kinds_of_or_none(leaf: Leaf) -> list[str]:
    return list(kinds_of(leaf)) if leaf.marked is not None else []


# ---- in a template


def compiled(folder: Path, body: str, channel: str = "messenger", front: str = "markup: true") -> Result:
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / "t.json.j2").write_text(f"---\n{front}\n---\n{body}\n", encoding="utf-8")
    return Compiler(open_project(folder)).compile("t", channel, "genesys-event", {})


def test_a_channel_without_it_gets_plain_text_and_a_warning(tmp_path: Path) -> None:
    result = compiled(tmp_path, '{"template_type": "text", "text": "**a** [b](https://x.example/) c"}')
    assert result.payload["content"]["text"] == "a b (https://x.example/) c"
    [warning] = result.diagnostics
    assert (warning.code, warning.severity.value) == ("lost-markup", "warning")
    assert warning.label is not None
    assert "2 pieces of markup lost: bold, link" in warning.label.text


def test_without_the_setting_every_sign_is_text(tmp_path: Path) -> None:
    result = compiled(tmp_path, '{"template_type": "text", "text": "**a** _b_"}', front="description: x")
    assert result.payload["content"]["text"] == "**a** _b_"
    assert result.diagnostics == []


def test_labels_and_values_of_buttons_are_no_prose(tmp_path: Path) -> None:
    body = '{"template_type": "quick_reply", "text": "a", "buttons": [{"text": "**a**", "value": "_b_"}]}'
    result = compiled(tmp_path, body)
    assert result.payload["content"]["buttons"] == [{"type": "button", "text": "**a**", "value": "_b_"}]


def test_limits_count_what_is_shown(tmp_path: Path) -> None:
    """Two thousand characters and their signs."""
    body = '{"template_type": "text", "text": "**' + "a" * 2000 + '**"}'
    assert compiled(tmp_path, body).ok
    assert not compiled(tmp_path, body.replace("aaa", "aaaa", 1)).ok
