"""Exact: what is proved where it can be, and the sums that are shown where it cannot."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from handbill.cli.group import handbill
from handbill.diagnostic import Diagnostic
from handbill.names import known_channel
from handbill.pipeline import Compiler
from handbill.project import open_project
from handbill.proof import prove, proved

PARAMS = """\
  first_name: {type: string, maxLength: 30}
  free: {type: string}
  code: {type: string, pattern: "^[A-Z]{2}-[0-9]{4}$"}
  size: {enum: [S, M, Extra large]}
  days: {type: integer, minimum: 1, maximum: 30}
  price: {type: number, minimum: 0, maximum: 99}
  late: {type: boolean}
  names: {type: array, maxItems: 3, items: {type: string, maxLength: 8}}
  many: {type: array, items: {type: string, maxLength: 8}}
"""


def said(tmp_path: Path, body: str, channel: str = "messenger", params: str = PARAMS) -> list[Diagnostic]:
    templates = tmp_path / "templates"
    templates.mkdir(exist_ok=True)
    syntax = "json" if body.startswith(("{", "[")) else "yaml"
    (templates / f"t.{syntax}.j2").write_text(f"---\nparams:\n{params}---\n{body}", "utf-8")
    compiler = Compiler(open_project(tmp_path))
    template = compiler.base("t")
    return prove(compiler, template, known_channel(channel), compiler.via(template, None, channel))


def label(text: str) -> str:
    """A quick reply on Messenger, whose title has at most 20 characters."""
    return f'{{"template_type": "quick_reply", "text": "?", "buttons": [{{"text": "{text}", "value": "v"}}]}}'


PROVED = [
    "{{ first_name|truncate(15) }}",
    "{{ first_name[:20] }}",
    "No. {{ code }}",
    "{{ size }}",
    "{{ days }} days",
    "{{ '%.2f'|format(price) }} €",
    "{{ price|round(2) }} €",
    "{{ days|int }}",
    "{% if late %}late{% else %}on time{% endif %}",
    "{{ names[:2]|join(', ') }}",
    "{{ names|length }} of {{ many|length if false else 3 }}",
    "{{ 'yes' if late else 'no' }}",
    "{{ names|first|default('none') }}",
    "{{ (code ~ '!')|lower }}",
    "{{ code|replace('-', ' ') }}",
    "{% set short %}{{ code }}{% endset %}{{ short }}",
    "{% filter upper %}{{ code }}{% endfilter %}",
    "{{ first_name|length }}",
    "{% for name in names[:2] %}{{ name }}{% if not loop.last %}, {% endif %}{% endfor %}",
]


@pytest.mark.parametrize("text", PROVED)
def test_proved(tmp_path: Path, text: str) -> None:
    assert said(tmp_path, label(text)) == []


SUMS = [
    (
        "Hello {{ first_name }}",
        "“Hello ” 6 + `first_name` ≤ 30 = 36 > 20.",
        "give `first_name` a maxLength of 14 or less",
    ),
    ("{{ first_name }}", "`first_name` ≤ 30 > 20.", "give `first_name` a maxLength of 20 or less"),
    (
        "{{ first_name|upper }}",
        "`first_name` by `upper` ≤ 90 > 20.",
        "give `first_name` a maxLength of 6 or less",
    ),
    (
        "{{ names|join(', ') }}",
        "3 × (`names[]` ≤ 8) with “, ” between ≤ 28 > 20.",
        "give `names[]` a maxLength of 5 or less",
    ),
    (
        "{{ first_name }}{{ first_name }}",
        "`first_name` ≤ 30 + `first_name` ≤ 30 = 60 > 20.",
        "give `first_name` a maxLength of 10 or less",
    ),
    (
        "{% if late %}Oh, {{ first_name }}{% else %}ok{% endif %}",
        "“Oh, ” 4 + `first_name` ≤ 30 = 34 > 20.",
        "give `first_name` a maxLength of 16 or less",
    ),
    (
        "{{ first_name|truncate(20) }}",
        "`first_name` by `truncate(20)` ≤ 25 > 20.",
        "give `first_name` a maxLength of 20 or less",
    ),
    (
        "Wait {{ days }} days, {{ size }}",
        "“Wait ” 5 + `days` ≤ 4 + “ days, Extra large” 18 = 27 > 20.",
        "shorten it",
    ),
]


@pytest.mark.parametrize(("text", "total", "hint"), SUMS)
def test_sums(tmp_path: Path, text: str, total: str, hint: str) -> None:
    [found] = said(tmp_path, label(text))
    assert (found.code, found.text, found.hint) == ("may-be-too-long", total, hint)
    assert found.label is not None
    assert found.label.span.text == text.removeprefix("{% if late %}").removesuffix("{% endif %}")


UNKNOWN = [
    ("{{ free }}", "nothing bounds `free`; Messenger allows 20", "give `free` a maxLength of 20 or less"),
    (
        "{{ free|upper }} {{ code }}",
        "nothing bounds `free`; Messenger allows 20",
        "give `free` a maxLength of 4 or less",
    ),
    ("{{ '2026-11-22'|date('w') }}", "nothing bounds the filter `date`; Messenger allows 20", ""),
    ("{{ free|wordwrap(5) }}", "nothing bounds `free`; Messenger allows 20", "give `free` a maxLength of 14 or less"),
    ("{{ many|join }}", "nothing bounds the number of `many`; Messenger allows 20", ""),
]


@pytest.mark.parametrize(("text", "words", "hint"), UNKNOWN)
def test_unknown(tmp_path: Path, text: str, words: str, hint: str) -> None:
    [found] = said(tmp_path, label(text))
    assert found.label is not None
    assert (found.code, found.label.text, found.hint) == ("length-unknown", words, hint)


def test_units_of_the_channel(tmp_path: Path) -> None:
    body = '{"template_type": "location", "name": "{{ n }}", "address": "a", "latitude": 1, "longitude": 1}'
    [found] = said(tmp_path, body, "line", "  n: {type: string, maxLength: 60}\n")
    assert found.text == "`n` ≤ 60 × 2 = 120 > 100. LINE counts most emoji as 2."
    assert found.hint == "give `n` a maxLength of 50 or less"


def test_no_limit_no_word(tmp_path: Path) -> None:
    assert said(tmp_path, '{"template_type": "media", "kind": "image", "url": "{{ free }}"}') == []


def test_numbers(tmp_path: Path) -> None:
    body = """{"template_type": "card", "title": "t", "buttons": [
      {"text": "first", "value": "1"},
      {% for name in names %}{"text": "{{ name }}", "value": "{{ name }}"},{% endfor %}
    ]}"""
    [found] = said(tmp_path, body)
    assert found.label is not None
    assert found.label.text == "up to 4 buttons; Messenger allows 3"
    assert (found.code, found.hint) == ("may-be-too-many", "give `names` a maxItems of 2 or less")
    [found] = said(tmp_path, body.replace("in names", "in many"))
    assert (found.code, found.hint) == ("length-unknown", "give `many` a maxItems of 2 or less")
    assert said(tmp_path, body.replace("in names", "in many[:2]")) == []


def test_yaml(tmp_path: Path) -> None:
    each = "{% for name in names %}\n  - text: {{ name }}\n    value: v{{ name }}\n{% endfor %}\n"
    body = f"template_type: card\ntitle: t\nbuttons:\n{each}"
    assert said(tmp_path, body) == []
    [found] = said(tmp_path, body.replace("text: {{ name }}", "text: Choose this now {{ name }}"))
    assert found.text == "“Choose this now ” 16 + `names[]` ≤ 8 = 24 > 20."


def test_what_cannot_be_followed_is_said(tmp_path: Path) -> None:
    arms = "".join(f'{{% if free == "{i}" %}}"metadata": {{}},{{% endif %}}' for i in range(9))
    [found] = said(tmp_path, f'{{"template_type": "text", {arms} "text": "{{{{ free }}}}"}}')
    assert found.label is not None
    assert found.label.text == "lengths are not proved: there are too many ways through the template"


HUGE = [
    "{% for i in range(999999999) %}{{ i }}{% endfor %}",
    "{{ range(999999999)|join }}",
    "{{ range(10**9)|last }}{{ 'a' * 999999999999 }}",
    "{% set a = 'ab' %}" + "{% set a = a ~ a %}" * 60 + "{{ a }}",
    "{% set a = 9 %}" + "{% set a = a * a %}" * 60 + "{{ a }}",
    "{% set a = days %}" + "{% set a = a * a %}" * 60 + "{{ a }}",
    "{% set a = free %}" + "{% set a = (a|upper) ~ (a|lower) %}" * 60 + "{{ a }}",
    "{{ free|center(999999999) }}{{ '%999999999d' % days }}",
]


@pytest.mark.parametrize("text", HUGE)
def test_what_would_be_huge_is_not_made(tmp_path: Path, text: str) -> None:
    began = time.process_time()
    assert [d.code for d in said(tmp_path, label(text))] in (["length-unknown"], ["may-be-too-long"])
    assert time.process_time() - began < 1


def test_an_example_that_is_too_long_is_one_finding(tmp_path: Path) -> None:
    [found] = said(tmp_path, label("{{ first_name }}"))
    compiler = Compiler(open_project(tmp_path))
    template = compiler.base("t")
    target = (template, known_channel("messenger"), compiler.via(template, None, "messenger"), "")
    long = compiler.compile("t", "messenger", None, {**CONTEXT, "first_name": "n" * 25}).diagnostics
    assert [d.code for d in long] == ["text-too-long"]
    assert [d.text for d in proved(compiler, [target], [])] == [found.text]
    assert proved(compiler, [target], long) == []


CONTEXT = {
    "free": "", "code": "AB-1234", "size": "S", "days": 1, "price": 1, "late": False, "names": [], "many": [],
}  # fmt: skip


def test_ten_cards_take_no_time(tmp_path: Path) -> None:
    button = '{"text": "{{ code }}", "value": "{{ code }}"}'
    card = '{"title": "{{ names[0] }} %d", "subtitle": "{{ first_name }}", "buttons": [' + button + "]},"
    cards = "".join(card % i for i in range(10))
    body = f'{{"template_type": "carousel", "cards": [{cards}]}}'
    assert said(tmp_path, body) == []
    compiler = Compiler(open_project(tmp_path))
    template = compiler.base("t")
    began = time.process_time()
    prove(compiler, template, known_channel("messenger"), compiler.via(template, None, "messenger"))
    assert time.process_time() - began < 0.2  # ten times what it takes


def test_a_condition_on_the_items_of_a_list(tmp_path: Path) -> None:
    """One link is all that a question has on WhatsApp; three answers are fine, and a link behind `if` is a doubt."""
    buttons = '{"text": "A", "value": "a"}, {"text": "B", "value": "b"}'
    link = '{% if vip %}{"text": "C", "url": "https://x.example/"}{% endif %}'
    params = "  name: {type: string, maxLength: 9}\n  vip: {type: boolean}\n"

    def codes(last: str) -> set[str]:
        body = f'{{"template_type": "quick_reply", "text": "{{{{ name }}}}", "buttons": [{buttons}, {last}]}}'
        return {found.code for found in said(tmp_path, body, "whatsapp", params)}

    assert codes('{"text": "C", "value": "c"}') == set()
    assert "may-be-too-many" in codes(link)


def test_a_translation_that_is_too_long_is_one_finding(tmp_path: Path) -> None:
    """At its own line in the .po file, and not once more where the template shows it."""
    (tmp_path / "handbill.toml").write_text('channels = ["messenger"]\n')
    (tmp_path / "templates").mkdir()
    front = "---\nparams:\n  name: {type: string, maxLength: 9}\nexamples:\n  one: {name: Zoe}\n---\n"
    body = label("{{ _('Book') }}").replace('"?"', '"{{ name }}"')
    (tmp_path / "templates/t.json.j2").write_text(front + body)
    catalog = tmp_path / "locales/de/messages.po"
    catalog.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: de\\n"\n\n'
    catalog.write_text(f'{head}msgid "Book"\nmsgstr "Besuchstermin vereinbaren"\n')
    told = CliRunner().invoke(handbill, ["check", "--no-cache", "--project", str(tmp_path), "--format", "json"])
    assert [found["code"] for found in json.loads(told.stdout)] == ["text-too-long"]
