"""A language takes what it lacks from another one when handbill.toml says so, and never in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from handbill.checking import Asked, Examined
from handbill.checking.run import run
from handbill.cli.group import handbill
from handbill.diagnostic import Diagnostic, Failed
from handbill.pipeline import Compiler
from handbill.project import open_project

from .speaking import HEADS, TEXT, message, po, project, said

HEADS |= {"de_AT": HEADS["de"]}
SETTINGS = 'channels = ["messenger"]\n\n[fallback]\nde_AT = "de"\n'
ONE = message('"{{ _("Good morning") }}"')
MORNING = 'msgid "Good morning"\nmsgstr "Guten Morgen"\n'


def examined(compiler: Compiler) -> Examined:
    return next(run(compiler.project, compiler.project.names(), Asked(), keep=False))


def found(compiler: Compiler, code: str) -> list[Diagnostic]:
    return [d for d in examined(compiler).found if d.code == code]


def values() -> dict[str, object]:
    return {"name": "Zoë", "n": 1}


def test_a_text_is_taken_from_the_language_it_falls_back_to(tmp_path: Path) -> None:
    compiler = project(tmp_path, {"handbill.toml": SETTINGS, "templates/a.json.j2": ONE}, de=MORNING)
    assert said(compiler.compile("a", "messenger", None, values(), locale="de_AT")) == "Guten Morgen"
    (info,) = found(compiler, "falls-back")
    assert info.severity.value == "info"
    assert info.locale == "de_AT"
    assert info.label is not None
    assert info.label.text == "1 text of de_AT is taken from de"


def test_its_own_text_goes_before(tmp_path: Path) -> None:
    own = 'msgid "Good morning"\nmsgstr "Servus"\n'
    compiler = project(tmp_path, {"handbill.toml": SETTINGS, "templates/a.json.j2": ONE}, de=MORNING, de_AT=own)
    assert said(compiler.compile("a", "messenger", None, values(), locale="de_AT")) == "Servus"
    assert not found(compiler, "falls-back")


def test_a_text_that_neither_has_is_an_error_in_both(tmp_path: Path) -> None:
    compiler = project(tmp_path, {"handbill.toml": SETTINGS, "templates/a.json.j2": ONE}, de='msgid "X"\nmsgstr "Y"\n')
    assert {d.locale for d in found(compiler, "missing-translation")} == {"de", "de_AT"}
    assert not found(compiler, "falls-back")


def test_nothing_falls_back_without_the_setting(tmp_path: Path) -> None:
    compiler = project(tmp_path, {"templates/a.json.j2": ONE}, de=MORNING, de_AT='msgid "X"\nmsgstr "Y"\n')
    assert {d.locale for d in found(compiler, "missing-translation")} == {"de_AT"}


def test_plural_forms_are_those_of_the_language_that_has_the_text(tmp_path: Path) -> None:
    days = message('"{% trans n %}{{ n }} day{% pluralize %}{{ n }} days{% endtrans %}"')
    german = 'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(n)s Tag"\nmsgstr[1] "%(n)s Tage"\n'
    settings = 'channels = ["messenger"]\nfallback = {ja = "de"}\n'
    compiler = project(tmp_path, {"handbill.toml": settings, "templates/a.json.j2": days}, de=german)
    for number, text in ((1, "1 Tag"), (4, "4 Tage")):
        result = compiler.compile("a", "messenger", None, {**values(), "n": number}, locale="ja")
        assert said(result) == text


def test_a_whole_version_is_taken_too(tmp_path: Path) -> None:
    files = {"templates/a.json.j2": message('"Hi"'), "templates/a.de.json.j2": message('"Hallo"', TEXT)}
    compiler = project(tmp_path, {"handbill.toml": SETTINGS, **files}, de=MORNING)
    assert said(compiler.compile("a", "messenger", None, values(), locale="de_AT")) == "Hallo"
    (info,) = found(compiler, "falls-back")
    assert info.label is not None
    assert info.label.span.source.path.endswith("a.de.json.j2")


@pytest.mark.parametrize(
    ("table", "code", "words"),
    [
        ('de_AT = "de_AT"', "bad-config", "falls back to itself"),
        ('de_AT = "de"\nde = "de_AT"', "bad-config", "by way of"),
        ('en = "de"', "bad-config", "templates are written in it"),
        ('klingon = "de"', "bad-config", "no such language"),
        ('de_AT = "fr"', "unknown-locale", "no locale `fr`"),
    ],
)
def test_what_cannot_fall_back(tmp_path: Path, table: str, code: str, words: str) -> None:
    settings = f'channels = ["messenger"]\n\n[fallback]\n{table}\n'
    files = {"handbill.toml": settings, "templates/a.json.j2": ONE, "locales/de/messages.po": po("de", MORNING)}
    for name, text in files.items():
        tmp_path.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        tmp_path.joinpath(name).write_text(text, encoding="utf-8")
    with pytest.raises(Failed) as failed:
        assert open_project(tmp_path).locales
    problem = failed.value.diagnostics[0]
    assert problem.code == code
    assert problem.label is not None
    assert words in problem.label.text
    assert problem.label.span.source.path.endswith("handbill.toml")


def test_locales_tells_what_falls_back(tmp_path: Path) -> None:
    project(tmp_path, {"handbill.toml": SETTINGS, "templates/a.json.j2": ONE}, de=MORNING)
    shown = CliRunner().invoke(handbill, ["locales", "--project", str(tmp_path), "--format", "json"])
    states = {state["locale"]: state for state in json.loads(shown.output)}
    assert states["de_AT"]["missing"] == []
    assert [(item["id"], item["said"]) for item in states["de_AT"]["falls_back"]] == [("Good morning", "from de")]
    assert states["de_AT"]["clean"]
    assert states["de"]["falls_back"] == []


# ---- a template that is not for every language


def kept_out(names: str) -> str:
    return ONE.replace("channels:", f"locales: {names}\nchannels:", 1)


def test_a_template_is_kept_out_of_a_language(tmp_path: Path) -> None:
    files = {"templates/a.json.j2": kept_out("[en, de]")}
    compiler = project(tmp_path, files, de=MORNING, pl='msgid "X"\nmsgstr "Y"\n')
    assert not [d for d in examined(compiler).found if d.severity.value == "error"]
    result = None
    with pytest.raises(Failed) as failed:
        result = compiler.compile("a", "messenger", None, values(), locale="pl")
    assert result is None
    assert failed.value.diagnostics[0].title == "No template `a` in pl"


def test_locales_asks_for_no_text_of_a_template_that_is_kept_out(tmp_path: Path) -> None:
    files = {"templates/a.json.j2": kept_out("[en, de]")}
    project(tmp_path, files, de=MORNING, pl="")
    shown = CliRunner().invoke(handbill, ["locales", "--project", str(tmp_path), "--format", "json"])
    states = {state["locale"]: state for state in json.loads(shown.output)}
    assert (states["pl"]["texts"], states["pl"]["missing"]) == (0, [])
    assert states["de"]["texts"] == 1


def test_a_language_that_there_is_not(tmp_path: Path) -> None:
    compiler = project(tmp_path, {"templates/a.json.j2": kept_out("[en, dee]")}, de=MORNING)
    (problem,) = found(compiler, "unknown-locale")
    assert problem.hint == "did you mean `de`?"
    assert problem.label is not None
    assert problem.label.span.text == "dee"


def test_another_spelling_of_a_language(tmp_path: Path) -> None:
    compiler = project(tmp_path, {"templates/a.json.j2": kept_out("[en, de-at]")}, de_AT=MORNING)
    assert not [d for d in examined(compiler).found if d.code != "unused-parameter"]
