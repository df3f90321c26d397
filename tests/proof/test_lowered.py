"""What a message becomes is proved: what is put together, in the channel's unit, at the author's own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from handbill.diagnostic import Diagnostic, Severity
from handbill.names import known_channel
from handbill.pipeline import Compiler
from handbill.project import open_project
from handbill.proof import prove

PARAMS = """\
  name: {type: string, maxLength: 30}
  long: {type: string, maxLength: 900}
  free: {type: string}
  any: {}
  late: {type: boolean}
  rows: {type: array, maxItems: 10, items: {type: string, maxLength: 24}}
  many: {type: array, items: {type: string, maxLength: 24}}
  offers: {type: array, maxItems: 9, items: {type: object, additionalProperties: false, required: [name], properties: {
    name: {type: string, maxLength: 20}, link: {const: "https://example.com/"}}}}
"""
YES_NO = '"buttons": [{"text": "Yes", "value": "y"}, {"text": "No", "value": "n"}]'


def said(
    folder: Path, body: str, channel: str, policy: str = "adapt", via: str = "direct", params: str = PARAMS
) -> list[Diagnostic]:
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "handbill.toml").write_text(f'policy = "{policy}"\nvia = "{via}"\n')
    (folder / "templates/t.json.j2").write_text(f"---\nparams:\n{params}---\n{body}", "utf-8")
    compiler = Compiler(open_project(folder))
    template = compiler.base("t")
    return prove(compiler, template, known_channel(channel), compiler.via(template, None, channel))


def question(text: str, buttons: str = YES_NO) -> str:
    return f'{{"template_type": "quick_reply", "text": "{text}", {buttons}}}'


def listed(items: str) -> str:
    rows = f'"sections": [{{"title": "A", "items": [{items}]}}]'
    return f'{{"template_type": "list", "text": "Which?", "button": "All", {rows}}}'


ROWS = '{% for row in rows %}{"text": "{{ row }}", "value": "{{ loop.index }}"},{% endfor %}'


def test_a_question_becomes_a_text(tmp_path: Path) -> None:
    """765 characters are all that an SMS has through Genesys Cloud; each answer is a line of it."""
    [found] = said(tmp_path, question("{{ long }}"), "sms", via="genesys-agentless")
    assert (found.code, found.severity, found.pointer) == ("may-be-too-long", Severity.WARNING, "/text")
    assert found.label is not None
    assert found.label.span.text == "{{ long }}"
    assert found.text == "SMS shows this question as text. `long` ≤ 900 + “↵↵Reply 1 f…ly 2 for No” 32 = 932 > 765."
    assert found.hint == "give `long` a maxLength of 733 or less"
    shorter = PARAMS.replace("maxLength: 900", "maxLength: 733")
    assert said(tmp_path, question("{{ long }}"), "sms", via="genesys-agentless", params=shorter) == []


def test_the_rows_of_a_list_become_buttons(tmp_path: Path) -> None:
    """A label of Messenger has 20 characters; a row, in which it is written, could be longer."""
    [found] = said(tmp_path, listed(ROWS), "messenger")
    assert found.text == "Messenger shows this list as a text with buttons. `rows[]` ≤ 24 > 20."
    assert found.label is not None
    assert found.label.span.text == "{{ row }}"
    assert said(tmp_path, listed(ROWS), "messenger", policy="strict") == []  # which is refused for what it is


def test_each_length_of_a_list_is_looked_at(tmp_path: Path) -> None:
    """Up to three buttons stay what they are on WhatsApp, more become a list: then the limits of rows count."""
    buttons = '"buttons": [{% for row in rows %}{"text": "{{ row[:20] }}", "value": "{{ row }}"},{% endfor %}]'
    assert said(tmp_path, question("Which?", buttons), "whatsapp") == []
    longer = buttons.replace("row[:20]", "row ~ '!'")
    [found] = said(tmp_path, question("Which?", longer), "whatsapp")
    assert "`rows[]` ≤ 24 + “!” 1 = 25 > 20." in found.text  # the graver of 20 for a button and 24 for a row


def test_a_branch_in_each_turn_is_one_for_each_item(tmp_path: Path) -> None:
    """Some of the offers have a link: it is written into the text, with the labels of only those."""
    offers = (
        '{% for offer in offers[:3] %}{"text": "{{ offer.name }}"'
        '{% if offer.link %}, "url": "{{ offer.link }}"{% else %}, "value": "{{ offer.name }}"{% endif %}},{% endfor %}'
    )
    body = question("{{ long }}", f'"buttons": [{offers}]')
    [found] = said(tmp_path, body, "sms", via="genesys-agentless")
    most = 900 + 2 + 3 * (20 + len(": https://example.com/")) + 2
    assert found.label is not None
    assert found.label.text == f"up to {most} characters; SMS through Genesys Cloud allows 765"


def test_a_fallback_that_is_not_needed_is_proved_too(tmp_path: Path) -> None:
    body = '{"template_type": "location", "latitude": 1, "longitude": 2, "fallback": "{{ long }}{{ long }}{{ long }}"}'
    [found] = said(tmp_path, body, "messenger", policy="strict")
    assert found.label is not None
    assert found.label.span.text == "{{ long }}{{ long }}{{ long }}"
    assert "= 2700 > 2000." in found.text


OFFERS = '{% for o in offers %}{"text": "x", "value": "y"{% if o.link %}, "subtitle": "z"{% endif %}},{% endfor %}'
UNKNOWN = [
    (listed(ROWS.replace("rows", "many")), "nothing bounds the number of `many`"),
    (question("?", '"buttons": {{ any }}'), "nothing bounds `any`, which has no `type`"),
    (question("{{ free }}"), "nothing bounds `free`; SMS through Genesys Cloud allows 765"),
    (
        listed(
            '{% for o in offers %}{"text": "x", "value": "y" {% if o.link %}, "subtitle": "z"{% endif %}},{% endfor %}'
        ),
        "there are too many ways through the template",
    ),
]


@pytest.mark.parametrize(("body", "words"), UNKNOWN)
def test_what_stays_unknown_is_said(tmp_path: Path, body: str, words: str) -> None:
    found = said(tmp_path, body, "sms", via="genesys-agentless")
    assert {d.code for d in found} == {"length-unknown"}
    assert any(d.label and words in d.label.text for d in found)


def test_a_translated_wording_counts(tmp_path: Path) -> None:
    """What lowering adds is as long as it is in the language that is asked for."""
    body = question("{{ long[:720] }}")
    assert said(tmp_path, body, "sms", via="genesys-agentless") == []
    catalog = tmp_path / "locales/de/messages.po"
    catalog.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: de\\n"\n\n'
    own = "Bitte antworten Sie mit {number} für {option}"
    catalog.write_text(f'{head}msgctxt "wording"\nmsgid "Reply {{number}} for {{option}}"\nmsgstr "{own}"\n', "utf-8")
    compiler = Compiler(open_project(tmp_path))
    template = compiler.base("t")
    target = (template, known_channel("sms"), compiler.via(template, None, "sms"))
    assert prove(compiler, *target) == []
    [found] = prove(compiler, *target, "de")
    assert found.code == "may-be-too-long"
