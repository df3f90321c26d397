"""Whatever a translation says and whatever the values are: the message keeps its structure, and texts stay text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from handbill.diagnostic import Failed
from handbill.document import parse
from handbill.locales import Catalog, Speech, read_po
from handbill.locales.catalog import PLACEHOLDER
from handbill.locales.po import Entry, Text
from handbill.locales.writing import written
from handbill.render import Renderer
from handbill.result import to_json
from handbill.source import Source
from handbill.template import load
from handbill.tree import fill
from hypothesis import given
from hypothesis import strategies as st

from .speaking import message, project, said

# what a file may hold: no controls, no half characters, none of the characters that mark holes
ANY = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ue000\ue001\ue002\ue003\ue004"))
NASTY = st.sampled_from(
    ['"', '", "x": [', "\\", "\\n", "}}", "{{ x }}", "%(", "%(x", "%", "%%", ": ", "# ", "- ", "\n"]
)
WORDS = st.lists(ANY | NASTY, max_size=5).map("".join).filter(lambda text: not PLACEHOLDER.search(text))
TEMPLATES = {
    "m.json.j2": '{"a": "{% trans %}Hello {{ name }}{% endtrans %}!", '
    '"b": {{ _("Hello %(name)s", name=name) }}, "c": 1}',
    "m.yaml.j2": 'a: "{% trans %}Hello {{ name }}{% endtrans %}!"\nb: {{ _("Hello %(name)s", name=name) }}\nc: 1\n',
}


@pytest.fixture(scope="module", params=list(TEMPLATES))
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("templates")
    path = folder / request.param
    path.write_text(TEMPLATES[request.param])
    template = load(path, request.param, "m", request.param.split(".")[1])
    renderer = Renderer([folder], lambda one: one.name)

    def rendered(text: str, value: str):
        entry = Entry(Text("Hello %(name)s", 0, 0), texts=[Text(text, 0, 0)])
        po = read_po(Source("messages.po", written([entry])))
        speech = Speech(Catalog("de", "en", po, "messages.po"))
        made = renderer.render(template, {"name": value}, speech)
        assert not speech.problems
        return fill(parse(made.skeleton, made.values, template.syntax).root, made.values)

    return rendered


@given(before=WORDS, after=WORDS, value=ANY | NASTY)
def test_any_translation_and_any_value(rendered, before: str, after: str, value: str) -> None:
    found = rendered(f"{before.replace('%', '%%')}%(name)s{after.replace('%', '%%')}", value)
    assert found == {"a": f"{before}{value}{after}!", "b": f"{before}{value}{after}", "c": 1}


@given(texts=st.lists(st.lists(ANY | NASTY, max_size=4).map("".join), min_size=1, max_size=4), context=st.none() | ANY)
def test_what_is_written_is_read(texts: list[str], context: str | None) -> None:
    first, *forms = texts
    entry = Entry(Text(f"x{first}", 0, 0), context=context, texts=[Text("".join(forms), 0, 0)], flags={"fuzzy"})
    plural = Entry(Text(f"y{first}", 0, 0), Text("z", 0, 0), texts=[Text(form, 0, 0) for form in forms], notes=["why"])
    old = Entry(Text(f"w{first}", 0, 0), texts=[Text("old", 0, 0)], obsolete=True, previous=['msgid "v"'])
    both = [entry, *([plural] if forms else []), old]
    text = written(both)
    read = read_po(Source("messages.po", text))
    again = [*read.entries.values(), *read.obsolete]
    assert [(e.id.text, e.context, [t.text for t in e.texts], e.flags, e.notes) for e in again] == [
        (e.id.text, e.context, [t.text for t in e.texts], e.flags, e.notes) for e in both
    ]
    assert written(again) == text


@given(text=ANY.filter(bool))
def test_a_text_is_placed_at_its_first_character(text: str) -> None:
    source = Source("messages.po", written([Entry(Text("x", 0, 0), texts=[Text(text, 0, 0)])]))
    [entry] = read_po(source).entries.values()
    shown = source.text[entry.texts[0].start : entry.texts[0].end]
    assert shown == text.replace("\\", "\\\\").replace('"', '\\"')


def test_a_percent_sign_is_text(tmp_path: Path) -> None:
    compiler = project(
        tmp_path,
        {
            "templates/a.json.j2": message('"{% trans %}50 % off%{% endtrans %}"'),
            "templates/b.json.j2": message('"{% trans %}50 % for {{ name }}{% endtrans %}"'),
        },
        de='msgid "50 % off%"\nmsgstr "50 %% weniger%d"\n\n'
        'msgid "50 %% for %(name)s"\nmsgstr "%(name)s: 50 % und %%"\n',
    )
    context = {"name": "%(n)s", "n": 1}
    assert said(compiler.compile("a", "messenger", None, context)) == "50 % off%"
    assert said(compiler.compile("b", "messenger", None, context)) == "50 % for %(n)s"
    assert said(compiler.compile("a", "messenger", None, context, locale="de")) == "50 %% weniger%d"
    assert said(compiler.compile("b", "messenger", None, context, locale="de")) == "%(n)s: 50 % und %"


def test_escapes_of_json(tmp_path: Path) -> None:
    r"""Between {% trans %} and {% endtrans %} a text is written as JSON writes it; in YAML a \ is a \."""
    body = r'"{% trans %}Say \"hi\"\nto \ud83d\ude00 \u00e9{% endtrans %}"'
    compiler = project(tmp_path, {"templates/a.json.j2": message(body)})
    assert said(compiler.compile("a", "messenger", None, {"name": "", "n": 1})) == 'Say "hi"\nto 😀 é'
    text = 'template_type: text\ntext: "{% trans %}a\\nb{% endtrans %}"\n'
    compiler = project(tmp_path / "yaml", {"templates/a.yaml.j2": text})
    assert said(compiler.compile("a", "messenger", None, {})) == "a\\nb"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('"{{ _(name) }}"', "not-allowed"),
        ('"{{ _() }}"', "not-allowed"),
        ("\"{{ ngettext('a', 'b') }}\"", "not-allowed"),
        ("\"{{ _('') }}\"", "not-allowed"),
        ('"{% macro _(x) %}{% endmacro %}"', "not-allowed"),
        ("\"{{ _('a %(who)s') }}\"", "undefined-variable"),
        ('"{% trans %}a {{ who }}{% endtrans %}"', "undefined-variable"),
        ('"{% trans %}a\\q{% endtrans %}"', "template-syntax"),
        ('"{% trans %}a"', "template-syntax"),
        ('"{% trans n=name %}a{% pluralize %}b{% endtrans %}"', "filter-failed"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, code: str) -> None:
    compiler = project(tmp_path, {"templates/a.json.j2": message(text)})
    found = compiler.compile("a", "messenger", None, {"name": "x", "n": 1}).diagnostics
    assert [d.code for d in found] == [code]


def test_markup_of_a_translation_is_markup(tmp_path: Path) -> None:
    front = "---\nmarkup: true\nchannels: [whatsapp]\n---\n"
    compiler = project(
        tmp_path,
        {"templates/a.json.j2": message("\"{% trans %}**Yes**{% endtrans %} {{ _('now') }}\"", front)},
        de='msgid "**Yes**"\nmsgstr "**Ja**"\n\nmsgid "now"\nmsgstr "jetzt"\n',
    )
    made = compiler.compile("a", "whatsapp", "direct", {}, locale="de")
    assert "*Ja* jetzt" in to_json(made.payload).decode()


def test_a_text_in_a_macro_a_filter_and_a_variable(tmp_path: Path) -> None:
    macros = "{% macro hi(who) %}{% trans %}Hi {{ who }}{% endtrans %}{% endmacro %}"
    body = "\"{{ m.hi(name) }} {{ _('Yes')|upper }} {% set x = _('Yes') %}{{ x ~ x }}\""
    body = f'{{% import "_m.j2" as m %}}{{"template_type": "text", "text": {body}}}'
    compiler = project(
        tmp_path,
        {"templates/_m.j2": macros, "templates/a.json.j2": body},
        de='msgid "Yes"\nmsgstr "Ja"\n\nmsgid "Hi %(who)s"\nmsgstr "Hallo \\"%(who)s\\""\n',
    )
    assert said(compiler.compile("a", "messenger", None, {"name": '"'}, locale="de")) == 'Hallo """ JA JaJa'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('msgid "a\nmsgstr "b"\n', 1, "never closed"),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', 4, "there already"),
        ('msgid "a"\nfoo\n', 2, "neither"),
        ('"a"\n', 1, "belongs to nothing"),
        ('msgid "a"\n\nmsgid "b"\nmsgstr ""\n', 1, "no msgstr"),
        ('msgstr "a"\n', 1, "no msgid"),
        ('msgid "a"\nmsgid_plural "b"\nmsgstr "c"\n', 1, "msgstr[0]"),
        ('msgid "a"\nmsgid_plural "b"\nmsgstr[1] "c"\n', 1, "msgstr[0]"),
        ('msgid "a"\nmsgstr "\\q"\n', 2, "no escape"),
        ('msgid "a" b\nmsgstr ""\n', 1, "behind the text"),
        ('msgid "a"\nmsgid_plural "b"\nmsgid_plural "b"\nmsgstr[0] "c"\n', 3, "twice"),
    ],
)
def test_a_broken_file(text: str, line: int, said: str) -> None:
    with pytest.raises(Failed) as raised:
        read_po(Source("messages.po", text))
    [found] = raised.value.diagnostics
    assert found.code == "bad-catalog"
    assert found.label is not None
    assert said in found.label.text
    assert found.label.span.source.position(found.label.span.start)[0] == line


@pytest.mark.parametrize("rule", ["", "nplurals=2", "nplurals=2; plural=n;", "nplurals=2; plural=__import__;", "x"])
def test_plural_forms_that_make_no_sense(tmp_path: Path, rule: str) -> None:
    body = '"{% trans n %}a{% pluralize %}b{% endtrans %}"'
    compiler = project(tmp_path, {"templates/a.json.j2": message(body)})
    folder = tmp_path / "locales/de"
    folder.mkdir(parents=True)
    head = f'msgid ""\nmsgstr "Plural-Forms: {rule}\\n"\n\n'
    text = 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] "d"\n'
    folder.joinpath("messages.po").write_text(head + text)
    result = compiler.compile("a", "messenger", None, {"name": "", "n": 2}, locale="de")
    assert [d.code for d in result.diagnostics] == ([] if not rule else ["bad-catalog"])


def test_many_messages_are_the_same_as_one(tmp_path: Path) -> None:
    """Stamps: each language and each plural form its own."""
    text = '"{% trans n, name %}{{ name }}: {{ n }} day{% pluralize %}{{ name }}: {{ n }} days{% endtrans %}"'
    compiler = project(
        tmp_path,
        {"templates/a.json.j2": message(text)},
        pl='msgid "%(name)s: %(n)s day"\nmsgid_plural "%(name)s: %(n)s days"\n'
        'msgstr[0] "%(name)s: dzień"\nmsgstr[1] "%(n)s dni, %(name)s"\nmsgstr[2] "%(n)s \\"dni\\", %(name)s"\n',
    )
    contexts = [{"name": f'"{n}', "n": n} for n in (1, 2, 5, 1, 22, 105)] * 2
    items = [(context, None, locale) for context in contexts for locale in ("", "pl", "en")]
    for (context, _, locale), made in zip(items, compiler.stream("a", "messenger", None, items), strict=True):
        slow = compiler.compile("a", "messenger", None, context, locale=locale)
        assert made == to_json(slow.payload, compact=True)
        assert json.loads(made)["content"]["text"] == said(slow)
    assert said(compiler.compile("a", "messenger", None, contexts[4], locale="pl")) == '22 dni, "22'


@pytest.mark.parametrize("rule", ["n==777 ? 5 : n!=1", "n==777 ? 1/0 : n!=1", "n==777 ? 0-3 : n!=1"])
def test_a_rule_that_goes_wrong_for_one_number(tmp_path: Path, rule: str) -> None:
    body = '"{% trans n %}a{% pluralize %}b{% endtrans %}"'
    compiler = project(tmp_path, {"templates/a.json.j2": message(body)})
    folder = tmp_path / "locales/de"
    folder.mkdir(parents=True)
    text = 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] "d"\n'
    folder.joinpath("messages.po").write_text(
        f'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural={rule};\\n"\n\n{text}'
    )
    assert said(compiler.compile("a", "messenger", None, {"name": "", "n": 777}, locale="de")) in ("c", "d")
