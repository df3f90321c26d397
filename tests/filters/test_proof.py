"""What filters declare is what the proof goes by: it holds for all data, or a message ends where it does not."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from handbill.diagnostic import Diagnostic
from handbill.filtering import Filter, text_filter, value_filter
from handbill.names import known_channel
from handbill.pipeline import Compiler
from handbill.project import open_project
from handbill.proof import prove
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

ALPHABETS = {"any": None, "digits": string.digits, "ascii": string.printable, "letters": "abß😀^"}
REPLY = '{"template_type": "quick_reply", "text": "Hi", "buttons": [{"text": "TEXT", "value": "v"}]}'


@text_filter(longest=lambda length: length + 2)
def quoted(text: str) -> str:
    return f"“{text}”"


@text_filter(longest=lambda length, width, end: min(length, max(width, len(end))))
def clipped(text: str, width: int = 10, *, end: str = "…") -> str:
    return text if len(text) <= width else text[: max(width - len(end), 0)] + end


@text_filter(longest="same")
def shuffled(text: str) -> str:
    return text[::-1]


@text_filter(longest=12, alphabet=string.digits + "+ ")
def phone(text: str) -> str:
    return ("+" + "".join(char for char in text if char in string.digits))[:12]


@value_filter(longest=15)
def several(items: list[Any]) -> str:
    return f"{len(items)} of them"


@text_filter
def free(text: str) -> str:
    return text


@text_filter(longest=lambda length: 30 - length)  # gets smaller as texts get longer
def padding(text: str) -> str:
    return "." * max(0, 30 - len(text))


@text_filter(longest=lambda length: length if length < 5 else 1 / 0)
def broken(text: str) -> str:
    return text[:4]


FILTERS = [quoted, clipped, shuffled, phone, several, free, padding, broken]
PARAMS: dict[str, Any] = {
    "a": {"type": "string", "maxLength": 18},
    "long": {"type": "string"},
    "n": {"type": "integer", "minimum": 0, "maximum": 99},
    "xs": {"type": "array", "maxItems": 2, "items": {"type": "string", "maxLength": 5}},
}


def compiler(folder: Path, body: str, params: dict[str, Any], filters: list[Filter[Any, Any]]) -> Compiler:
    templates = folder / "templates"
    templates.mkdir(parents=True, exist_ok=True)
    front = json.dumps({"params": params}, ensure_ascii=False)
    (templates / "t.json.j2").write_text(f"---\n{front}\n---\n{body}", "utf-8")
    (folder / "handbill.toml").write_text('channels = ["messenger"]\n', "utf-8")
    return Compiler(open_project(folder), filters=filters)


def said(folder: Path, text: str, channel: str = "messenger") -> list[Diagnostic]:
    made = compiler(folder, REPLY.replace("TEXT", text), PARAMS, FILTERS)
    template = made.base("t")
    return prove(made, template, known_channel(channel), made.via(template, None, channel))


@pytest.mark.parametrize(
    "text",
    [
        "{{ a|quoted }}",
        "{{ long|clipped(20) }}",
        "{{ long|clipped(width=20, end='...') }}",
        "{{ a|shuffled|quoted }}",
        "{{ long|phone }}",
        "{{ xs|several }}",
        "{{ n|quoted|clipped(20) }}",
        "{{ xs|map('quoted')|join('-') }}",
        "{% filter clipped(20) %}{{ long }}{% endfilter %}",
        "{{ 'x'|padding|clipped(20) }}",
    ],
)
def test_proved(tmp_path: Path, text: str) -> None:
    assert said(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "why", "hint"),
    [
        ("Hi {{ a|quoted }}", "“Hi ” 3 + `a` by `quoted` ≤ 20 = 23 > 20.", "give `a` a maxLength of 15 or less"),
        ("{{ long|clipped(21) }}", "`long` by `clipped(21, '…')` ≤ 21 > 20.", ""),
        ("{{ a|padding }}", "`a` by `padding` ≤ 30 > 20.", ""),  # the shortest text has the longest result
        ("{{ xs|several }}{{ n }}{{ a|clipped(4) }}", "", ""),
    ],
)
def test_maybe_too_long(tmp_path: Path, text: str, why: str, hint: str) -> None:
    [found] = said(tmp_path, text)
    assert found.code == "may-be-too-long"
    assert found.text == why or not why
    assert hint in found.hint


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("{{ a|free }}", "the filter `free`, which declares no `longest`"),
        ("{{ long|quoted }}", "`long`"),
        ("{{ a|clipped(n) }}", "the filter `clipped`"),  # a bound that depends on the data
        ("{{ a|broken }}", "the filter `broken`"),
        ("{{ a|clipped(end=a) }}", "the filter `clipped`"),
    ],
)
def test_unknown(tmp_path: Path, text: str, cause: str) -> None:
    [found] = said(tmp_path, text)
    assert found.code == "length-unknown"
    assert found.label is not None
    assert found.label.text == f"nothing bounds {cause}; Messenger allows 20"


@pytest.mark.parametrize(
    ("channel", "longest", "alphabet", "most"),
    [
        ("wechat", 600, "0123456789", ""),
        ("wechat", 600, "äöü", ""),
        ("wechat", 600, None, "up to 2400 bytes"),
        ("line", 3000, "aß", ""),
        ("line", 3000, "a😀", "up to 6000 units"),
    ],
)
def test_an_alphabet_tells_the_size_in_every_unit(
    tmp_path: Path, channel: str, longest: int, alphabet: str | None, most: str
) -> None:
    made = text_filter(longest=longest, alphabet=alphabet, name="f")(lambda text: "")
    one = compiler(tmp_path, '{"template_type": "text", "text": "{{ long|f }}"}', PARAMS, [made])
    template = one.base("t")
    found = prove(one, template, known_channel(channel), one.via(template, "direct", channel))
    assert [d.label.text.partition(";")[0] for d in found if d.label] == ([most] if most else [])


# ---- every filter that keeps its word, and those that do not


@dataclass(frozen=True)
class Drawn:
    """A filter that makes texts of any length that its bound allows, and what it is told to do."""

    factor: float
    plus: int
    alphabet: str
    lie: int  # characters more than it declares

    def filter(self) -> Filter[Any, str]:
        letters = ALPHABETS[self.alphabet]

        def made(text: str, fewer: int = 0) -> str:
            most = int(self.factor * len(text) + self.plus) - fewer
            return (letters or "aß😀é")[len(text) % len(letters or "aß😀é")] * (max(0, most) + self.lie)

        longest: Callable[[float], float] = lambda length: self.factor * length + self.plus  # noqa: E731
        return text_filter(name="made", longest=longest, alphabet=letters)(made)


DRAWN = st.builds(
    Drawn,
    st.sampled_from([0, 0.5, 1, 1.5, 2, 3]),
    st.integers(0, 12),
    st.sampled_from([*ALPHABETS]),
    st.sampled_from([0, 0, 0, 1, 7]),
)
TEXTS = [
    "{{ a|made }}",
    "{{ a|made(2) }}{{ n }}",
    "{{ a|made|made }}",
    "{{ a|made|upper }}",
    "{{ (a ~ n)|made }}",
    "{{ xs|map('made')|join(', ') }}",
    "{% for x in xs %}{{ x|made }}{% endfor %}",
    "{% filter made %}{{ a }}!{% endfilter %}",
    "{{ a|made|truncate(20) }}",
    "{{ a|made if n > 50 else a }}",
]
CHANNELS = ["messenger", "line", "sms", "viber", "telegram", "discord"]
LABELS = st.one_of(st.text("aß😀 ", max_size=9), st.sampled_from("aß😀").map(lambda char: char * 9))
CONTEXTS = st.fixed_dictionaries(
    {"a": LABELS, "n": st.integers(0, 99), "xs": st.lists(st.text("aß😀", max_size=5), max_size=2)}
)


@settings(max_examples=60)
@given(DRAWN, st.sampled_from(TEXTS), st.sampled_from(CHANNELS), st.lists(CONTEXTS, min_size=3, max_size=3))
@example(Drawn(1, 2, "any", 0), TEXTS[0], "messenger", [{"a": "😀" * 9, "n": 0, "xs": []}] * 2)
@example(Drawn(2, 2, "any", 1), TEXTS[0], "messenger", [{"a": "😀" * 9, "n": 0, "xs": []}])
def test_what_was_proved_never_breaks(
    tmp_path_factory: pytest.TempPathFactory, drawn: Drawn, text: str, channel: str, contexts: list[dict[str, Any]]
) -> None:
    params = {name: PARAMS[name] for name in ("n", "xs")} | {"a": {"type": "string", "maxLength": 9}}
    body = REPLY if channel in ("messenger", "line") else '{"template_type": "text", "text": "TEXT"}'
    made = compiler(tmp_path_factory.mktemp("p"), body.replace("TEXT", text), params, [drawn.filter()])
    template = made.base("t")
    proved = not prove(made, template, known_channel(channel), made.via(template, None, channel))
    event(f"proved: {proved}")
    for context in contexts:
        codes = {d.code for d in made.compile("t", channel, None, context).diagnostics}
        event(f"a lie: {'filter-out-of-bounds' in codes}")
        if proved:
            assert "text-too-long" not in codes, (drawn, context)
        if not drawn.lie:
            assert "filter-out-of-bounds" not in codes
        elif text == TEXTS[0]:
            assert "filter-out-of-bounds" in codes
