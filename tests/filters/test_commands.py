"""A filter of another package in every command that makes messages, and nothing of it where there is none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli.conftest import Run
from filters.conftest import PLAIN, Write
from filters.packages import HEAD, QUOTED, install
from handbill.checking import jobs
from handbill.pipeline import Compiler
from handbill.project import open_project
from handbill.send.launch import template_digest

LYING = f"{HEAD}\n@text_filter(longest=3)\ndef quoted(text: str) -> str:\n    return text\n"
NAME = "name: {type: string, maxLength: 5}"


@pytest.fixture
def template(site: Path, write: Write) -> Path:
    install(site)
    return write("Hi {{ name|quoted }}", NAME, "name: Zoë")


def test_check_and_compile(template: Path, run: Run) -> None:
    assert run("check").stdout == ""
    assert "“Zoë”" in run("compile", "a", "--channel", "messenger", "--example", "default").stdout
    assert run("check", "--prove", "--no-cache").stdout == ""


@pytest.mark.parametrize("forks", [True, False], ids=["fork", "spawn"])
def test_check_in_several_processes(
    template: Path, write: Write, run: Run, forks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if forks and not jobs.FORKS:
        pytest.skip("no forks here")
    monkeypatch.setattr(jobs, "FORKS", forks)
    for name in "bcd":
        write("Hi {{ name|qouted }}", NAME, "name: Zoë", name=name)
    said = run("check", "--jobs", "2", "--no-cache", code=1).stdout
    assert said.count("did you mean `quoted`?") == 3
    assert said == run("check", "--jobs", "1", "--no-cache", code=1).stdout


def test_check_of_what_has_changed(template: Path, write: Write, run: Run) -> None:
    """A template with a filter is read like any other: what it does not include does not reach it."""
    (template.parent / "_part.j2").write_text("x", encoding="utf-8")
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com"]
    for step in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *step], check=True)
    (template.parent / "_part.j2").write_text("y", encoding="utf-8")
    (template.parent / "b.json.j2").write_text(PLAIN.replace("TEXT", "{% include '_part.j2' %}"), encoding="utf-8")
    assert run("check", "--changed", "HEAD").stderr.startswith("1 payload checked")


def test_diff_uses_the_filters_of_today_on_both_sides(template: Path, site: Path, run: Run) -> None:
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com"]
    for step in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *step], check=True)
    template.write_text(template.read_text(encoding="utf-8").replace("Hi", "Hello"), encoding="utf-8")
    said = run("diff").stdout
    assert "Hi “Zoë”" in said
    assert "Hello “Zoë”" in said


def test_extract_reads_templates_with_filters(template: Path, write: Write, run: Run) -> None:
    write("{{ _('Hello')|quoted }}", name="b")
    run("extract")
    assert 'msgid "Hello"' in Path("locales/messages.pot").read_text(encoding="utf-8")


def test_coverage_and_branches_behind_a_filter(template: Path, write: Write, run: Run) -> None:
    text = "{% if name|quoted == '“x”' %}one{% else %}two{% endif %}"
    write(text, NAME, "name: Zoë", name="b")
    said = run("check", "--coverage", "--format", "json").stdout
    [one] = [each for each in json.loads(said)["coverage"]["templates"] if each["template"] == "b"]
    assert "the filter `quoted`" in json.dumps(one)


def test_a_lie_is_told_by_check_compile_and_send(
    project: Path, site: Path, template: Path, run: Run, tmp_path: Path
) -> None:
    install(site, code=LYING)
    template.write_text(template.read_text(encoding="utf-8").replace("Zoë", "Zo"), encoding="utf-8")
    assert run("check", "--prove").stdout == ""
    said = run("compile", "a", "--channel", "messenger", "--set", "name=Zoë!", code=1).stderr
    assert "filter-out-of-bounds" in said
    assert "`quoted` makes 4 characters of 4, and declares 3 at most" in said
    people = tmp_path / "people.csv"
    people.write_text("to,name\n1,Zo\n2,Zoë!\n", encoding="utf-8")
    options = ("send", "a", "--channel", "messenger", "--channel-id", "9", "--dump")
    for asked in (["--to", "2", "--set", "name=Zoë!"], ["--recipients", people]):
        assert "filter-out-of-bounds" in run(*options, *asked, code=1).output


def test_a_run_knows_another_version_of_a_filter(project: Path, site: Path, template: Path) -> None:
    before = template_digest(Compiler(open_project(project)), "a", "messenger")
    assert template_digest(Compiler(open_project(project)), "a", "messenger") == before
    install(site, version="1.1")
    (site / "acme_texts-1.0.dist-info" / "METADATA").unlink()
    (site / "acme_texts-1.0.dist-info" / "entry_points.txt").unlink()
    (site / "acme_texts-1.0.dist-info").rmdir()
    assert template_digest(Compiler(open_project(project)), "a", "messenger") != before


def test_the_schema_of_the_settings_knows_filters(run: Run) -> None:
    filters = json.loads(run("schema", "project").stdout)["properties"]["filters"]
    assert filters["type"] == ["array", "object"]
    assert "handbill.filters" in filters["description"]


def test_the_help_of_diff_says_whose_filters_it_uses(run: Run) -> None:
    assert "Filters are those installed now" in run("diff", "--help").stdout


PROGRAM = """
import sys
from handbill.cli import main
try:
    main()
finally:
    print("\\0", *sys.modules)
"""


@pytest.mark.parametrize("command", [["check"], ["compile", "a", "--channel", "messenger"]], ids=lambda each: each[0])
@pytest.mark.parametrize("filters", [False, True], ids=["without", "with"])
def test_a_project_without_filters_loads_nothing_of_them(
    project: Path, site: Path, write: Write, root: Path, command: list[str], filters: bool
) -> None:
    install(site, code=QUOTED)
    write("{{ 'a'|upper }}")
    (project / "handbill.toml").write_text('filters = ["acme"]' if filters else "", encoding="utf-8")
    kept = {**os.environ, "PYTHONPATH": f"{root / 'compiler'}{os.pathsep}{site}"}
    run = [sys.executable, "-c", PROGRAM, *command]
    done = subprocess.run(run, cwd=project, env=kept, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    loaded = set(done.stdout.partition("\0")[2].split())
    own = {"handbill.installed", "handbill.filtering", "handbill.custom", "importlib.metadata", "acme_texts.filters"}
    assert own & loaded == (own if filters else set())
    if filters and command == ["check"]:
        kept_of = subprocess.run(run, cwd=project, env=kept, capture_output=True, text=True, check=True)
        loaded = set(kept_of.stdout.partition("\0")[2].split())
        assert not loaded & {"jinja2", "acme_texts.filters"}
        assert "handbill.installed" in loaded
