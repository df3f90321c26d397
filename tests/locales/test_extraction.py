"""`handbill extract` finds every text that can be printed, and keeps what translators wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from handbill.cli.group import handbill
from handbill.extraction import found
from handbill.holes import STRETCH
from handbill.locales import Catalog, Speech, read_po
from handbill.render import Renderer
from handbill.source import Source
from handbill.template import load
from hypothesis import given
from hypothesis import strategies as st

from .speaking import message, project

TEXTS = st.text("abcäß %\"'.,!?", min_size=1, max_size=12).filter(str.strip)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


SNIPPETS = st.one_of(
    TEXTS.map(lambda t: f"{{% trans %}}{t}{{% endtrans %}}"),
    TEXTS.map(lambda t: f"{{% trans trimmed %}}\n  {t}\n  {{% endtrans %}}"),
    TEXTS.map(lambda t: f"{{% trans x %}}{t}{{{{ x }}}}{{% endtrans %}}"),
    st.tuples(TEXTS, TEXTS).map(lambda t: f"{{% trans n %}}{t[0]}{{% pluralize %}}{t[1]}{{{{ n }}}}{{% endtrans %}}"),
    st.tuples(TEXTS, TEXTS).map(lambda t: f"{{% trans {quoted(t[0])} %}}{t[1]}{{% endtrans %}}"),
    TEXTS.map(lambda t: f"{{{{ _({quoted(t)}) }}}}"),
    TEXTS.map(lambda t: f"{{{{ (_({quoted(t)})|upper ~ gettext({quoted(t)})) if true else 1 }}}}"),
    st.tuples(TEXTS, TEXTS).map(lambda t: f"{{{{ ngettext({quoted(t[0])}, {quoted(t[1])}, n) }}}}"),
    st.tuples(TEXTS, TEXTS).map(lambda t: f"{{{{ npgettext('c', {quoted(t[0])}, {quoted(t[1])}, n) }}}}"),
    TEXTS.map(lambda t: f"{{% for i in [1, 2] %}}{{{{ pgettext('d', {quoted(t)}) }}}}{{% endfor %}}"),
    TEXTS.map(lambda t: f"{{% set y = _({quoted(t)}) %}}{{{{ y }}}}"),
    TEXTS.map(lambda t: f"{{% macro m() %}}{{% trans %}}{t}{{% endtrans %}}{{% endmacro %}}{{{{ m() }}}}"),
    TEXTS.map(lambda t: f"{{% if n %}}{{% filter upper %}}{{{{ _({quoted(t)}) }}}}{{% endfilter %}}{{% endif %}}"),
)


@given(snippets=st.lists(SNIPPETS, max_size=4))
def test_what_is_printed_is_found(tmp_path_factory: pytest.TempPathFactory, snippets: list[str]) -> None:
    folder = tmp_path_factory.mktemp("p")
    text = "".join(snippets)
    compiler = project(folder, {"templates/m.json.j2": text})
    speech = Speech(Catalog("de", "en", read_po(Source("x", "")), "x"))
    path = folder / "templates/m.json.j2"
    renderer = Renderer(compiler.project.folders, str)
    template, context = load(path, str(path), "m", "json"), {"n": 2, "x": "v"}
    made = renderer.render(template, context, speech)
    places = renderer.source_map(template, context, made)
    assert places is not None, "rendered again with marks it is the same"
    for match in STRETCH.finditer(made.skeleton):
        shown = places.span(match.start(), match.end()).text
        assert shown.startswith(("{% trans", "{{")), shown
    printed = {(each.context, each.id) for each in speech.problems.values()}
    texts = found(compiler.project)
    assert printed == set(texts)
    assert len(snippets) == 0 or texts


def run(*words: str) -> Result:
    return CliRunner().invoke(handbill, list(words))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


CALL = """\
{
  {# translators: a question
     in two lines #}
  "template_type": "quick_reply",
  "text": "{% trans %}Shall we call you back?{% endtrans %}",
  "buttons": [
    {"text": "{{ _('Yes') }}", "value": "yes"},  {# translators: a short word #}
    {"text": "{% trans n=n %}{{ n }} day{% pluralize %}{{ n }} days{% endtrans %}", "value": "no"}, {# not for them #}
    {"text": "{{ pgettext('verb', 'Call') }}", "value": "call"},
  ]
}
"""


def test_the_files(here: Path) -> None:
    project(here, {"templates/a.json.j2": CALL, "templates/_b.yaml.j2": "{{ _('Yes') }}\n"})
    result = run("extract", "--locale", "pl")
    assert result.exit_code == 0, result.output
    pot = here.joinpath("locales/messages.pot").read_text()
    assert '#: templates/_b.yaml.j2:1\n#: templates/a.json.j2:7\nmsgid "Yes"\nmsgstr ""\n' in pot
    assert "#. a short word\n" in pot
    assert "not for them" not in pot
    assert "2026" not in pot, "nothing depends on the day"
    po = here.joinpath("locales/pl/messages.po").read_text()
    assert "nplurals=3" in po
    assert 'msgctxt "verb"\nmsgid "Call"\nmsgstr ""\n' in po
    plural = '#, python-format\nmsgid "%(n)s day"\nmsgid_plural "%(n)s days"\n'
    assert f'{plural}msgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""\n' in po
    assert run("extract").exit_code == 0
    assert here.joinpath("locales/pl/messages.po").read_text() == po
    assert run("extract", "--check").exit_code == 0


def translate(here: Path, text: str, into: str) -> None:
    path = here / "locales/de/messages.po"
    path.write_text(
        path.read_text().replace(f'msgid "{text}"\nmsgstr ""', f'# by hand\nmsgid "{text}"\nmsgstr "{into}"')
    )


def test_a_text_that_changes_goes_and_comes_back(here: Path) -> None:
    project(here, {"templates/a.json.j2": CALL})
    run("extract", "--locale", "de")
    translate(here, "Yes", "Ja")
    translate(here, "Shall we call you back?", "Sollen wir zurückrufen?")
    file = here / "locales/de/messages.po"
    changed = CALL.replace("call you back?", "ring you back?").replace("_('Yes')", "_('OK then')")
    here.joinpath("templates/a.json.j2").write_text(changed)
    check = run("extract", "--check")
    assert check.exit_code == 1
    assert "locales/de/messages.po" in check.stdout
    assert "1 new, 1 fuzzy, 1 no longer used" in run("extract").stderr
    text = file.read_text()
    assert '#, fuzzy\n#| msgid "Shall we call you back?"\n# by hand' not in text, "notes come first"
    assert '#| msgid "Shall we call you back?"\nmsgid "Shall we ring you back?"\nmsgstr "Sollen wir' in text
    assert '# by hand\n#~ msgid "Yes"\n#~ msgstr "Ja"\n' in text
    run("extract")
    assert file.read_text() == text
    here.joinpath("templates/a.json.j2").write_text(CALL)
    run("extract")
    assert 'msgid "Yes"\nmsgstr "Ja"\n' in file.read_text()
    assert "#~" not in file.read_text()


def test_a_text_that_gets_a_plural_is_fuzzy(here: Path) -> None:
    project(here, {"templates/a.json.j2": message("\"{{ _('day') }}\"")}, pl='msgid "day"\nmsgstr "dzień"\n')
    here.joinpath("templates/a.json.j2").write_text(message("\"{{ ngettext('day', 'days', n) }}\""))
    run("extract")
    text = here.joinpath("locales/pl/messages.po").read_text()
    assert '#, fuzzy\nmsgid "day"\nmsgid_plural "days"\n' in text
    assert text.count('"dzień"') == 3


def test_a_template_that_cannot_be_read(here: Path) -> None:
    project(here, {"templates/a.json.j2": "{{ _(x) }}", "templates/b.json.j2": "{% if"})
    result = run("extract")
    assert result.exit_code == 1
    assert {"not-allowed", "template-syntax"} <= set(result.output.split())
    assert not here.joinpath("locales").exists()


@pytest.mark.parametrize("name", ["xx", "../x", "Deutsch", "en_XX_YY"])
def test_no_language(here: Path, name: str) -> None:
    project(here, {"templates/a.json.j2": CALL})
    assert run("extract", "--locale", name).exit_code == 2
    assert not here.joinpath("locales").exists()


STATE = """\
#, fuzzy
msgid "Yes"
msgstr "Ja"

msgid "Shall we call you back?"
msgstr "Rufen wir %(you)s an?"

msgid "%(n)s day"
msgid_plural "%(n)s days"
msgstr[0] "Tag"
msgstr[1] ""

msgid "Gone"
msgstr "Weg"
"""


def test_how_far_a_language_is(here: Path) -> None:
    project(here, {"templates/a.json.j2": CALL}, de=STATE)
    result = run("locales", "--format", "json")
    assert result.exit_code == 0
    [state] = json.loads(result.stdout)
    listed = {kind: [item["id"] for item in state[kind]] for kind in ("missing", "fuzzy", "differs", "unused")}
    assert listed == {
        "missing": ["%(n)s day", "Call"],
        "fuzzy": ["Yes"],
        "differs": ["Shall we call you back?"],
        "unused": ["Gone"],
    }
    assert (state["locale"], state["texts"], state["translated"], state["clean"]) == ("de", 4, 0, False)
    assert state["differs"][0]["said"] == "%(you)s is not in the source"
    assert (state["fuzzy"][0]["file"], state["fuzzy"][0]["line"]) == ("locales/de/messages.po", 7)
    assert (state["missing"][1]["file"], state["missing"][1]["line"]) == ("templates/a.json.j2", 9)
    text = run("locales")
    assert text.exit_code == 0
    assert "locales/de/messages.po:7: fuzzy" in text.stdout
    assert run("locales", "--strict").exit_code == 1


def test_all_is_translated(here: Path) -> None:
    project(here, {"templates/a.json.j2": message("\"{{ _('Yes') }}\"")}, de='msgid "Yes"\nmsgstr "Ja"\n')
    result = run("locales", "--strict")
    assert result.exit_code == 0
    assert result.stdout.startswith("de      1 of 1 translated  (")


def test_no_languages(here: Path) -> None:
    project(here, {"templates/a.json.j2": CALL})
    assert run("locales", "--strict").exit_code == 0
    assert run("locales", "--format", "json").stdout == "[]\n"


def test_a_broken_file_is_not_written_over(here: Path) -> None:
    project(here, {"templates/a.json.j2": CALL}, de='msgid "Yes\n')
    before = here.joinpath("locales/de/messages.po").read_text()
    for command in ("extract", "locales", "check"):
        result = run(command)
        assert result.exit_code == 1
        assert "locales/de/messages.po:6:7: error: bad-catalog" in result.output
    assert here.joinpath("locales/de/messages.po").read_text() == before


def test_words_that_may_be_added_are_extracted(here: Path) -> None:
    front = "---\npolicy: adapt\nwording: {reply: 'Send {number} for {option}', option: '{number} {option}'}\n---\n"
    project(here, {"templates/a.json.j2": message('"x"', front), "templates/b.json.j2": message('"x"')})
    run("extract")
    pot = here.joinpath("locales/messages.pot").read_text()
    assert '#: templates/a.json.j2:3\nmsgctxt "wording"\nmsgid "Send {number} for {option}"\n' in pot
    assert '#: templates/a.json.j2:2\nmsgctxt "wording"\nmsgid "Options"\n' in pot
    assert "{number} {option}" not in pot, "nothing to translate"


@pytest.mark.parametrize("name", ["locales/de/messages.po", "locales/messages.pot"])
def test_nothing_outside_the_project_is_read_or_written(here: Path, name: str) -> None:
    secret = here / "secret"
    secret.write_text('msgid "Yes"\nmsgstr "canary"\n')
    inside = here / "project"
    project(inside, {"templates/a.json.j2": message("\"{{ _('Yes') }}\"")}, de='msgid "Yes"\nmsgstr "Ja"\n')
    path = inside / name
    path.unlink(missing_ok=True)
    path.symlink_to(secret)
    result = run("extract", "--project", "project")
    assert result.exit_code == 1
    assert "include-outside" in result.output
    assert secret.read_text() == 'msgid "Yes"\nmsgstr "canary"\n'
    if name.endswith(".po"):
        for command in ("check", "locales"):
            result = run(command, "--project", "project")
            assert result.exit_code == 1
            assert "canary" not in result.output
            assert "include-outside" in result.output
