"""Filters come from what is installed, and from nowhere else; what is wrong with them is told in handbill.toml."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filters.conftest import Write
from filters.packages import HEAD, QUOTED, forget, importable, install
from handbill.diagnostic import Diagnostic, Failed
from handbill.pipeline import Compiler
from handbill.project import open_project

STRANGE = HEAD + "\nraise AssertionError('a stranger\\'s code was run')\n"


def asked(project: Path, setting: str) -> None:
    (project / "handbill.toml").write_text(f'channels = ["messenger"]\n{setting}\n', encoding="utf-8")


def problem(project: Path) -> Diagnostic:
    with pytest.raises(Failed) as failed:
        Compiler(open_project(project))
    [diagnostic] = failed.value.diagnostics
    return diagnostic


def label(diagnostic: Diagnostic) -> tuple[str, str]:
    assert diagnostic.label is not None
    assert diagnostic.label.span.source.path.endswith("handbill.toml")
    return diagnostic.label.span.text, diagnostic.label.text


def names(project: Path) -> list[str]:
    return [each.name for each in open_project(project).filters()]


@pytest.mark.parametrize(
    "setting", ['filters = ["acme"]', '[filters]\nacme = "Acme.Texts"', 'filters = {"acme" = "acme_texts"}']
)
def test_a_project_names_the_filters_it_uses(project: Path, site: Path, write: Write, setting: str) -> None:
    install(site)
    asked(project, setting)
    write("{{ 'a'|quoted }}")
    assert names(project) == ["quoted"]
    made = Compiler(open_project(project)).compile("a", "messenger", "genesys-event", {})
    assert made.payload["content"]["text"] == "“a”"


def test_a_project_that_asks_for_none_imports_none(project: Path, site: Path) -> None:
    install(site, code=STRANGE)
    asked(project, "")
    assert names(project) == []
    assert "acme_texts.filters" not in sys.modules


@pytest.mark.parametrize(
    ("code", "where", "found"),
    [
        (HEAD + "from acme_texts.more import quoted, other\nsame = quoted\n", "", ["quoted", "other"]),
        (QUOTED + "\nOURS = [quoted]\n", "acme_texts.filters:OURS", ["quoted"]),
        (QUOTED, "acme_texts.filters:quoted", ["quoted"]),
    ],
    ids=["imported ones", "a list", "a single one"],
)
def test_what_a_package_can_offer(project: Path, site: Path, code: str, where: str, found: list[str]) -> None:
    folder = install(site, code=code, where=where)
    (folder / "more.py").write_text(f"{QUOTED}\nother = text_filter(name='other')(str.upper)\n", encoding="utf-8")
    assert names(project) == found


@pytest.mark.parametrize(
    ("setting", "place", "said", "hint"),
    [
        ('filters = ["acmee"]', "acmee", "no installed package offers filters of this name", "did you mean `acme`?"),
        ('filters = ["x", "acme"]', "x", "no installed package offers filters of this name", "install the package"),
        ('[filters]\nzeta = "zeta-texts"', "zeta", "no installed package offers", "pip install zeta-texts"),
        (
            '[filters]\nacme = "other-texts"',
            "acme",
            "acme-texts offers filters of this name, other-texts does not",
            "pip install other-texts",
        ),
    ],
)
def test_a_name_that_nobody_offers(project: Path, site: Path, setting: str, place: str, said: str, hint: str) -> None:
    install(site)
    asked(project, setting)
    diagnostic = problem(project)
    assert diagnostic.code == "unknown-filters"
    assert label(diagnostic)[0] == place
    assert label(diagnostic)[1].startswith(said)
    assert diagnostic.hint.startswith(hint)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import nowhere_to_be_found\n", "acme-texts 1.0 needs `nowhere_to_be_found`, which is not installed"),
        ("1 / 0\n", "acme_texts.filters of acme-texts 1.0 cannot be imported: ZeroDivisionError: division by zero"),
        ("def oops(:\n", "cannot be imported: SyntaxError"),
        ("raise SystemExit(3)\n", "cannot be imported: SystemExit: 3"),
        (f"{HEAD}\n@text_filter(longest=-1)\ndef f(t): ...\n", "cannot be imported: ValueError: filter `f`: longest"),
        ("def quoted(text): return text\n", "there are no filters in acme_texts.filters of acme-texts 1.0"),
        (f"{HEAD}\n@text_filter\ndef join(text): ...\n", "`join` is a filter of Jinja itself"),
        (f"{HEAD}\n@text_filter\ndef random(text): ...\n", "`random` is a filter of Jinja itself"),
        (f"{HEAD}\n@text_filter\ndef currency(text): ...\n", "`currency` is a filter of Handbill itself"),
    ],
)
def test_filters_that_cannot_be_used(project: Path, site: Path, code: str, said: str) -> None:
    install(site, code=code)
    diagnostic = problem(project)
    assert diagnostic.code == "bad-filters"
    assert label(diagnostic)[0] == "acme"
    assert said in label(diagnostic)[1]


def test_a_module_that_its_package_does_not_have(project: Path, site: Path) -> None:
    install(site, where="acme_texts.gone")
    assert label(problem(project)) == ("acme", "acme-texts 1.0 has no module acme_texts.gone")
    install(site, where="acme_texts.filters:gone")
    assert "has no attribute 'gone'" in label(problem(project))[1]


def test_two_packages_that_offer_the_same(project: Path, site: Path) -> None:
    install(site, package="acme_texts")
    install(site, package="other_texts")
    diagnostic = problem(project)
    assert diagnostic.code == "bad-filters"
    assert label(diagnostic) == ("acme", "acme-texts and other-texts both offer filters of this name")
    assert diagnostic.hint == 'say whose are meant: [filters] acme = "acme-texts"'
    asked(project, '[filters]\nacme = "other-texts"')
    assert names(project) == ["quoted"]


def test_what_is_left_of_a_package_is_none(project: Path, site: Path) -> None:
    install(site)
    (site / "acme_texts-1.0.dist-info" / "METADATA").unlink()
    assert problem(project).code == "unknown-filters"


def test_two_packages_with_a_filter_of_the_same_name(project: Path, site: Path) -> None:
    install(site)
    install(site, "zeta", package="zeta_texts")
    asked(project, 'filters = ["acme", "zeta"]')
    diagnostic = problem(project)
    assert (diagnostic.code, *label(diagnostic)) == ("bad-filters", "zeta", "two filters are called `quoted`")


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ('filters = "acme"', "wrong-type"),
        ("filters = [1]", "wrong-type"),
        ('filters = [""]', "bad-config"),
        ('filters = ["acme", "acme"]', "duplicate-value"),
        ('[filters]\nacme = "acme-texts>=2"', "bad-config"),
        ("[filters]\nacme = 2", "wrong-type"),
    ],
)
def test_a_setting_that_is_none(project: Path, site: Path, setting: str, code: str) -> None:
    install(site)
    asked(project, setting)
    assert problem(project).code == code


# ---- a stranger's project


@pytest.fixture
def hostile(project: Path, write: Write) -> Path:
    """A project that looks as if a package were installed in it, and in its templates."""
    write("{{ 'a'|quoted }}")
    for folder in (project, project / "templates", project / "lib"):
        install(folder, code=STRANGE)
    return project


@pytest.mark.parametrize("entry", ["", ".", "{project}", "{project}/lib", "{project}/../project/templates"])
def test_nothing_is_found_in_the_projects_folder(hostile: Path, entry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(entry.format(project=hostile))
    assert problem(hostile).code == "unknown-filters"
    assert "acme_texts" not in sys.modules


def test_nothing_is_found_in_the_working_folder(hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    install(elsewhere, code=STRANGE)
    monkeypatch.chdir(elsewhere)
    for entry in ("", str(elsewhere)):
        monkeypatch.syspath_prepend(entry)
        assert problem(hostile).code == "unknown-filters"


def test_what_is_installed_is_not_taken_from_the_project(hostile: Path, site: Path) -> None:
    folder = install(site, code="from acme_texts import helping\n" + QUOTED)
    (folder / "helping.py").touch()
    (hostile / "acme_texts" / "helping.py").write_text(STRANGE, encoding="utf-8")
    sys.path.insert(0, "")
    assert names(hostile) == ["quoted"]
    assert str(sys.modules["acme_texts"].__file__).startswith(str(site))
    assert sys.path[0] == ""


@pytest.mark.parametrize("command", [["check"], ["compile", "a", "--channel", "messenger"], ["extract"], ["diff"]])
def test_no_command_runs_a_strangers_code(hostile: Path, root: Path, command: list[str]) -> None:
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com"]
    for step in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *step], cwd=hostile, check=True)
    kept = {**os.environ, "PYTHONPATH": str(root / "compiler")}
    run = [sys.executable, "-m", "handbill", *command]  # which puts the working folder before all others
    done = subprocess.run(run, cwd=hostile, env=kept, capture_output=True, text=True, encoding="utf-8", check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "unknown-filters" in said
    assert "stranger" not in said


# ---- packages of every kind


def test_an_editable_package_may_lie_in_the_project(project: Path, site: Path) -> None:
    """As in a repository that holds the templates and the package: whoever installed it wanted its code."""
    source = project / "python"
    install(source)
    about = site / "acme_texts-1.0.dist-info"
    (source / about.name).rename(about)
    told = json.dumps({"dir_info": {"editable": True}, "url": source.as_uri()})
    (about / "direct_url.json").write_text(told, encoding="utf-8")
    sys.path.insert(0, str(source))  # what its .pth file does
    assert names(project) == ["quoted"]
    forget(source)
    (about / "direct_url.json").write_text(told.replace("true", "false"), encoding="utf-8")
    assert "has no module acme_texts.filters" in label(problem(project))[1]


def test_a_package_in_a_namespace(project: Path, site: Path) -> None:
    folder = install(site, where="acme.texts.filters")
    (site / "acme").mkdir()
    folder.rename(site / "acme" / "texts")
    (site / "acme" / "huge").mkdir()
    before = open_project(project).filters_state()
    assert names(project) == ["quoted"]
    (site / "acme" / "huge" / "file.py").touch()  # of another package in the namespace
    assert open_project(project).filters_state() == before


@pytest.mark.slow
def test_a_wheel_that_pip_installs(project: Path, tmp_path: Path, write: Write, run) -> None:
    source = tmp_path / "source"
    (source / "acme_texts").mkdir(parents=True)
    (source / "acme_texts" / "__init__.py").write_text(QUOTED, encoding="utf-8")
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "acme-texts"\nversion = "2.1"\n'
        '[project.entry-points."handbill.filters"]\nacme = "acme_texts"\n',
        encoding="utf-8",
    )
    site = tmp_path / "pip"
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target", str(site)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(source)], check=True)
    write("{{ 'a'|quoted }}")
    with importable(site):
        assert "“a”" in run("compile", "a", "--channel", "messenger").stdout
