"""Every language and every plural form is checked, and what is wrong stands where it was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from handbill.checking import Asked
from handbill.checking.run import run
from handbill.cli.group import handbill
from handbill.diagnostic import Diagnostic, Failed, merged
from handbill.pipeline import Compiler
from handbill.project import open_project
from handbill.send.launch import template_digest

from .speaking import TEXT, message, project, said

BUTTONS = f"""{TEXT}{{
  "template_type": "quick_reply",
  "text": "{{% trans %}}Shall we call?{{% endtrans %}}",
  "buttons": [
    {{"text": "{{% trans %}}Yes{{% endtrans %}}", "value": "yes"}}
  ]
}}
"""
QUESTION = 'msgid "Shall we call?"\nmsgstr "Sollen wir anrufen?"\n\n'
DAYS = '"{% trans n %}{{ n }} day{% pluralize %}{{ n }} days{% endtrans %}"'
LONG = "x" * 2000


def place(d: Diagnostic) -> tuple[str, int, int]:
    assert d.label is not None
    source = d.label.span.source
    return (source.path.rpartition("locales/")[2], *source.position(d.label.span.start))


def found(compiler: Compiler, **more: object) -> list[Diagnostic]:
    checked = compiler.check(compiler.project.names(), plurals=True, **more)  # type: ignore[arg-type]
    return merged(d for each in checked for d in each.result.diagnostics)


def test_a_button_that_is_too_long_in_german(tmp_path: Path) -> None:
    text = f'{QUESTION}msgid "Yes"\nmsgstr ""\n"Ja, rufen Sie mich "\n"bitte an"\n'
    compiler = project(tmp_path, {"templates/a.json.j2": BUTTONS}, de=text)
    [d] = found(compiler)
    assert (d.code, d.locale) == ("text-too-long", "de")
    assert place(d) == ("de/messages.po", 11, 2)
    assert d.label is not None
    assert d.label.span.text == 'Ja, rufen Sie mich "\n"bitte an'
    assert d.related[0].span.text == "{% trans %}Yes{% endtrans %}"
    assert d.value == "Ja, rufen Sie mich bitte an"
    assert [e.result.ok for e in compiler.check(["a"])] == [True, False]


def test_in_the_own_language_it_stands_in_the_template(tmp_path: Path) -> None:
    text = BUTTONS.replace("Yes", "Yes please, call me tomorrow")
    [d] = found(project(tmp_path, {"templates/a.json.j2": text}))
    assert d.label is not None
    assert d.label.span.text == "{% trans %}Yes please, call me tomorrow{% endtrans %}"
    assert d.related == ()
    assert d.locale == ""


@pytest.mark.parametrize(
    ("entry", "said", "at"),
    [
        ("", "no translation into de", "{% trans %}Yes{% endtrans %}"),
        ('msgid "Yes"\nmsgstr ""\n', "no text for “Yes”", '""'),
        ('#, fuzzy\nmsgid "Yes"\nmsgstr "Ja"\n', "fuzzy: a guess that nobody has confirmed", "Ja"),
        ('#~ msgid "Yes"\n#~ msgstr "Ja"\n', "no translation into de", "{% trans %}Yes{% endtrans %}"),
        ('msgctxt "x"\nmsgid "Yes"\nmsgstr "Ja"\n', "no translation into de", "{% trans %}Yes{% endtrans %}"),
    ],
)
def test_nothing_falls_back_in_silence(tmp_path: Path, entry: str, said: str, at: str) -> None:
    compiler = project(tmp_path, {"templates/a.json.j2": BUTTONS}, de=QUESTION + entry)
    result = compiler.compile("a", "messenger", None, {"name": "", "n": 1}, locale="de")
    assert not result.ok
    [d] = result.diagnostics
    assert d.code == "missing-translation"
    assert d.label is not None
    assert (d.label.text, d.label.span.text) == (said, at)
    [many] = compiler.many("a", "messenger", None, [{"name": "", "n": 1}], locale="de")
    assert not isinstance(many, bytes)
    assert not many.ok


def test_each_missing_text_is_told_once(tmp_path: Path) -> None:
    compiler = project(tmp_path, {"templates/a.json.j2": BUTTONS}, de="", pl="")
    assert (
        sorted((d.code, d.locale) for d in found(compiler))
        == [("missing-translation", "de")] * 2 + [("missing-translation", "pl")] * 2
    )


@pytest.mark.parametrize(
    ("forms", "wrong"),
    [
        (["Tag", "%(n)s Tage"], None),
        (["%(n)s Tag", "%(n)s Tage"], None),
        (["Tag", "Tage"], "Tage"),
        (["%(m)s Tag", "%(n)s Tage"], "%(m)s"),
    ],
)
def test_placeholders_of_plural_forms(tmp_path: Path, forms: list[str], wrong: str | None) -> None:
    texts = "".join(f'msgstr[{at}] "{form}"\n' for at, form in enumerate(forms))
    entry = f'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\n{texts}'
    problems = found(project(tmp_path, {"templates/a.json.j2": message(DAYS)}, de=entry))
    assert [(d.code, d.label and d.label.span.text) for d in problems] == (
        [("translation-differs", wrong)] if wrong else []
    )


POLISH = 'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "dzień"\nmsgstr[1] "{1}%(n)s"\nmsgstr[2] "{2}%(n)s"\n'


@pytest.mark.parametrize(("form", "shown"), [(1, "default with n = 2"), (2, "default with n = 5")])
def test_every_plural_form_is_tried(tmp_path: Path, form: int, shown: str) -> None:
    text = POLISH.replace(f"{{{form}}}", LONG).replace("{1}", "").replace("{2}", "")
    [d] = found(project(tmp_path, {"templates/a.json.j2": message(DAYS)}, pl=text))
    assert (d.code, d.example, d.locale) == ("text-too-long", shown, "pl")
    assert place(d) == ("pl/messages.po", 8 + form, 12)


def test_the_number_stays_within_the_contract(tmp_path: Path) -> None:
    front = TEXT.replace("minimum: 0", "minimum: 1, maximum: 4")
    text = POLISH.replace("{2}", LONG).replace("{1}", "")
    assert found(project(tmp_path, {"templates/a.json.j2": message(DAYS, front)}, pl=text)) == []


def test_a_number_within_and_the_length_of_a_list(tmp_path: Path) -> None:
    front = "---\nchannels: [messenger]\nexamples:\n  default: {order: {items: [a]}}\n---\n"
    body = '"{% trans n=order.items|length %}{{ n }} day{% pluralize %}{{ n }} days{% endtrans %}"'
    text = POLISH.replace("{2}", LONG).replace("{1}", "")
    [d] = found(project(tmp_path, {"templates/a.json.j2": message(body, front)}, pl=text))
    assert d.example == "default with 5 order.items"


def test_a_number_that_is_computed(tmp_path: Path) -> None:
    """The form is taken whatever the number."""
    front = "---\nchannels: [messenger]\nexamples:\n  default: {orders: [{n: 1}]}\n---\n"
    body = '"{% for o in orders %}{{ ngettext("%(n)s day", "%(n)s days", o.n, n=o.n) }}{% endfor %}"'
    text = POLISH.replace("{2}", LONG).replace("{1}", "")
    [d] = found(project(tmp_path, {"templates/a.json.j2": message(body, front)}, pl=text))
    assert d.example == "default, plural form 3 of 3"


def test_the_templates_own_plural(tmp_path: Path) -> None:
    body = f'"{{% trans n %}}{{{{ n }}}} day{{% pluralize %}}{{{{ n }}}} {LONG}{{% endtrans %}}"'
    [d] = found(project(tmp_path, {"templates/a.json.j2": message(body)}))
    assert (d.code, d.example) == ("text-too-long", "default with n = 2")


def test_only_what_is_given_is_kept_for_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, {"templates/a.json.j2": message(DAYS)}, pl=POLISH.replace("{1}", "").replace("{2}", ""))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(handbill, ["compile", "--all", "--out", "build"])
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in Path("build/a").iterdir()) == [
        "messenger.en.default.json", "messenger.pl.default.json",
    ]  # fmt: skip


# templates of their own


def test_a_template_for_a_language_and_for_both(tmp_path: Path) -> None:
    files = {
        "templates/a.json.j2": message('"en {{ locale }}"'),
        "templates/a.de.json.j2": message('"de {{ locale }}"'),
        "templates/a.messenger.de.json.j2": message('"both {{ locale }}"'),
        "templates/a.sms.json.j2": message('"sms {{ locale }}"'),
    }
    compiler = project(tmp_path, files)
    context = {"name": "", "n": 1}
    assert compiler.project.locales == ("en", "de")
    assert said(compiler.compile("a", "messenger", None, context)) == "en en"
    assert said(compiler.compile("a", "messenger", None, context, locale="de")) == "both de"
    assert said(compiler.compile("a", "line", "genesys-event", context, locale="de")) == "de de"
    with pytest.raises(Failed) as raised:
        compiler.compile("a", "sms", None, context, locale="de")
    assert raised.value.diagnostics[0].code == "unknown-template"
    assert "a.sms.de.json.j2" in raised.value.diagnostics[0].hint
    compiled = {(each.channel, each.locale) for each in compiler.check(["a"], ["messenger"])}
    assert compiled == {("messenger", "en"), ("messenger", "de")}


def test_a_channel_is_no_language(tmp_path: Path) -> None:
    """`sms` is also Skolt Sami."""
    compiler = project(tmp_path, {"templates/a.sms.json.j2": message('"x"')})
    assert compiler.project.locales == ()
    assert compiler.targets(compiler.base("a")) == ["sms"]


@pytest.mark.parametrize("name", ["a.watsapp.json.j2", "a.messenger.watsapp.json.j2"])
def test_what_is_neither(tmp_path: Path, name: str) -> None:
    files = {f"templates/{name}": message('"x"'), "templates/a.json.j2": message('"x"')}
    assert {d.code for d in found(project(tmp_path, files))} == {"unknown-channel"}


def test_only_some_languages(tmp_path: Path) -> None:
    compiler = project(tmp_path, {"templates/a.json.j2": BUTTONS}, de="", pl="")
    assert {d.locale for d in found(compiler, locales=["pl"])} == {"pl"}
    assert {each.locale for each in compiler.check(["a"], locales=["de", "en"])} == {"de", "en"}
    with pytest.raises(Failed):
        list(compiler.check(["a"], locales=["fr"]))


def test_a_name_of_a_language_is_taken_as_it_is_meant(tmp_path: Path) -> None:
    folder = tmp_path / "locales/pt_BR"
    folder.mkdir(parents=True)
    folder.joinpath("messages.po").write_text('msgid "Yes"\nmsgstr "Sim"\n')
    compiler = project(tmp_path, {"templates/a.json.j2": message("\"{{ _('Yes') }} {{ locale }}\"")})
    context = {"name": "", "n": 1}
    assert said(compiler.compile("a", "messenger", None, context, locale="pt-br")) == "Sim pt_BR"


def test_the_language_of_each_recipient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    yes = 'msgid "Yes"\nmsgstr "{}"\n'
    project(tmp_path, {"templates/a.json.j2": message("\"{{ _('Yes') }}\"")}, de=yes.format("Ja"), pl=yes.format("Tak"))
    tmp_path.joinpath("to.csv").write_text("to,name,n,locale\n1,a,1,de\n2,a,1,PL\n3,a,1,\n4,a,1,fr\n")
    monkeypatch.chdir(tmp_path)
    words = ["send", "a", "--channel", "messenger", "--recipients", "to.csv", "--channel-id", "1", "--dump"]
    result = CliRunner().invoke(handbill, words)
    assert result.exit_code == 1
    assert [result.stdout.count(f'"text":"{yes}"') for yes in ("Ja", "Tak", "Yes")] == [1, 1, 1]
    assert "bad-recipient" in result.stderr
    assert "to.csv:5:" in result.stderr
    result = CliRunner().invoke(handbill, [*words, "--locale", "de"])
    assert [result.stdout.count(f'"text":"{yes}"') for yes in ("Ja", "Tak", "Yes")] == [2, 1, 0]


def test_settings(tmp_path: Path) -> None:
    settings = {"handbill.toml": 'channels = ["messenger"]\nlocale = "de"\nlocales = "words"\n'}
    compiler = project(tmp_path, {**settings, "templates/a.json.j2": message('"{{ locale }}: {{ 1234.5|number }}"')})
    assert compiler.project.locales == ()
    assert said(compiler.compile("a", "messenger", None, {"name": "", "n": 1})) == "de: 1.234,5"
    words = tmp_path / "words/en"
    words.mkdir(parents=True)
    words.joinpath("messages.po").write_text("")
    again = project(tmp_path, settings)
    assert again.project.locales == ("de", "en")
    assert said(again.compile("a", "messenger", None, {"name": "", "n": 1}, locale="en")) == "en: 1,234.5"


@pytest.mark.parametrize("setting", ['locales = "../elsewhere"', 'locale = "Deutsch"', "locale = 1"])
def test_bad_settings(tmp_path: Path, setting: str) -> None:
    with pytest.raises(Failed) as raised:
        project(tmp_path, {"handbill.toml": f"{setting}\n"})
    assert [d.code for d in raised.value.diagnostics] in (["bad-config"], ["wrong-type"])


def test_one_text_with_and_without_a_plural(tmp_path: Path) -> None:
    body = "\"{{ _('day') }} {{ ngettext('day', 'days', n) }}\""
    entry = 'msgid "day"\nmsgid_plural "days"\nmsgstr[0] "Tag"\nmsgstr[1] "Tage"\n'
    compiler = project(tmp_path, {"templates/a.json.j2": message(body)}, de=entry)
    assert said(compiler.compile("a", "messenger", None, {"name": "", "n": 2}, locale="de")) == "Tag Tage"


# what lowering adds

LOWERED = """---
channels: [sms]
policy: adapt
---
{"template_type": "quick_reply", "text": "{% trans %}Shall we call?{% endtrans %}",
 "buttons": [{"text": "{% trans %}Yes{% endtrans %}", "value": "yes"}]}
"""
WORDS = QUESTION + 'msgid "Yes"\nmsgstr "Ja"\n\n'
REPLY = 'msgctxt "wording"\nmsgid "Reply {number} for {option}"\nmsgstr '


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (f'{REPLY}"{{option}}: {{number}} senden"\n', "", 0),
        ("", "missing-translation", 3),
        (f'{REPLY}""\n', "missing-translation", 14),
        (f'{REPLY}"{{option}} senden"\n', "translation-differs", 14),
    ],
)
def test_words_that_are_added_are_of_the_language(tmp_path: Path, words: str, code: str, line: int) -> None:
    compiler = project(tmp_path, {"templates/a.json.j2": LOWERED}, de=WORDS + words)
    own, german = compiler.check(["a"])
    assert "Reply 1 for Yes" in str(own.result.payload)
    problems = [d for d in german.result.diagnostics if d.severity == "error"]
    assert [d.code for d in problems] == ([code] if code else [])
    if code:
        assert place(problems[0])[1] == line
    else:
        assert "Ja: 1 senden" in str(german.result.payload)


def test_words_that_are_not_added_need_no_translation(tmp_path: Path) -> None:
    text = LOWERED.replace("[sms]", "[messenger]")
    assert found(project(tmp_path, {"templates/a.json.j2": text}, de=WORDS)) == []


def test_a_run_knows_when_a_translation_changes(tmp_path: Path) -> None:
    files = {"templates/a.json.j2": message("\"{{ _('Yes') }}\""), "templates/a.de.json.j2": message('"x"')}
    digests = []
    for text in ("Ja", "Jawohl"):
        compiler = project(tmp_path, files, de=f'msgid "Yes"\nmsgstr "{text}"\n')
        digests.append(template_digest(compiler, "a", "messenger"))
    tmp_path.joinpath("templates/a.de.json.j2").write_text(message('"y"'))
    digests.append(template_digest(Compiler(open_project(tmp_path)), "a", "messenger"))
    assert len(set(digests)) == 3


def test_the_parameter_behind_a_text_that_is_too_long(tmp_path: Path) -> None:
    body = '"{% trans who=name %}Hello {{ who }}{% endtrans %}"'
    compiler = project(tmp_path, {"templates/a.json.j2": message(body, TEXT.replace("60", "9000"))})
    [d] = compiler.compile("a", "messenger", None, {"name": LONG, "n": 1}).diagnostics
    assert (d.code, d.parameters) == ("text-too-long", ("name",))
    assert "maxLength of 1994" in d.hint


def test_a_text_in_a_macro_of_another_file(tmp_path: Path) -> None:
    macros = "{% macro yes() -%}\n  {%- trans -%} Yes {%- endtrans -%}\n{%- endmacro %}"
    body = BUTTONS.replace("{% trans %}Yes{% endtrans %}", "{{ m.yes() }}").replace(
        "---\n{", '---\n{% import "_m.j2" as m %}{'
    )
    entry = 'msgid "Yes"\nmsgstr "Ja, rufen Sie mich bitte an"\n'
    files = {"templates/a.json.j2": body, "templates/_m.j2": macros}
    [d] = found(project(tmp_path, files, de=QUESTION + entry))
    assert place(d) == ("de/messages.po", 10, 9)
    assert [label.span.text for label in d.related] == ["{%- trans -%} Yes {%- endtrans -%}", "{{ m.yes() }}"]


def test_an_arm_that_no_example_reaches_is_checked_in_every_plural_form(tmp_path: Path) -> None:
    label = '"{% trans n %}an item{% pluralize %}items{% endtrans %}"'
    text = (
        "---\nchannels: [messenger]\nparams:\n  n: {type: integer, minimum: 0, maximum: 9}\n  vip: {type: boolean}\n"
        'examples:\n  default: {n: 1, vip: false}\n---\n{"template_type": "quick_reply", "text": "Hi", "buttons": ['
        f'{{% if vip %}}{{"text": {label}, "value": "v"}}{{% else %}}{{"text": "Yes", "value": "y"}}{{% endif %}}]}}\n'
    )
    several = 'msgstr[0] "ein Ding"\nmsgstr[1] "einige sehr wunderbare Dinge"\n'
    entry = f'msgid "an item"\nmsgid_plural "items"\n{several}'
    compiler = project(tmp_path, {"templates/a.json.j2": text}, de=entry)
    found = next(run(compiler.project, ["a"], Asked(), keep=False)).found
    (problem,) = [d for d in found if d.code == "text-too-long"]
    assert problem.generated == "`vip` = true, the rest as in example `default`; n = 2"
    assert problem.label is not None
    assert problem.label.span.source.path.endswith("messages.po")
