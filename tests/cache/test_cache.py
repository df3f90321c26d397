"""A stale hit is a bug: whatever a result depends on is changed in turn, and what is kept must never show."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cache.conftest import FILES, Check, write
from handbill.checking import Asked, Examined, store, work
from handbill.checking.run import run
from handbill.diagnostic import Diagnostic, Label, Severity
from handbill.project import open_project
from handbill.source import Source, Span
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

FORMS = ("text", "json", "sarif", "github")
LOCK = """\
{"data": [{"name": "shipped", "language": "en_US", "status": "APPROVED", "category": "UTILITY",
           "components": [{"type": "BODY", "text": "Your order is on its way."}]}]}
"""
CATALOG = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Hello"\nmsgstr "{}"\n'


def replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


def added(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: write(folder, {name: text})


def removed(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


CHANGES = {
    "a template": replaced("second/plain.json.j2", "Your parcel is here.", ""),
    "a mistake that moves": replaced("second/broken.json.j2", '{"', '\n{"'),
    "a macro's file": replaced("second/_macros.j2", '"text"', '"txet"'),
    "an include of an include": replaced("second/_label.j2", "one that no channel would show in full", "Yes"),
    "a parent": replaced("second/_parent.json.j2", '"footer"', '"fotoer"'),
    "an include that appears": added("second/_perhaps.j2", "{{ nobody }}"),
    "the first choice of an include": added("second/_first.j2", "{{ nobody }}"),
    "an include in a folder that goes first": added("first/_label.j2", "No"),
    "a template in a folder that goes first": added("first/plain.json.j2", '{"template_type": "text"}'),
    "an include that is gone": removed("second/_label.j2"),
    "a parent that is gone": removed("second/_parent.json.j2"),
    "an example": replaced("second/own.json.j2", "long: {label: a label that no channel would show in full}", ""),
    "another example": replaced("second/own.json.j2", "short: {label: Yes}", "short: {label: 7}"),
    "a contract": replaced("second/own.json.j2", "{type: string}", "{type: string, maxLength: 3}"),
    "an override that appears": added("second/plain.whatsapp.json.j2", '{"template_type": "text", "text": ""}'),
    "an override that is gone": removed("second/own.whatsapp.json.j2"),
    "an override for nobody": added("second/plain.watsapp.json.j2", '{"template_type": "text", "text": "x"}'),
    "a file with a nearer name": added("second/_Lobel.j2", "x"),
    "a template that is gone": removed("second/own.json.j2"),
    "a template that is no text": lambda folder: (folder / "second/plain.json.j2").write_bytes(b"\xff"),
    "an include that is no text": lambda folder: (folder / "second/_label.j2").write_bytes(b"\xff"),
    "the channels": replaced("handbill.toml", '"messenger", "whatsapp"', '"line"'),
    "the gateway": added("handbill.toml", FILES["handbill.toml"] + 'via = "genesys-agentless"\n'),
    "the policy": added("handbill.toml", FILES["handbill.toml"] + 'policy = "adapt"\n'),
    "the folders": replaced("handbill.toml", '["first", "second"]', '["second"]'),
    "a version for a language": added("second/plain.de.json.j2", '{"template_type": "text", "text": "Da."}'),
    "what a vendor has approved": added("whatsapp.lock.json", LOCK.replace("shipped", "sent")),
    "a language that falls back": added("handbill.toml", FILES["handbill.toml"] + 'fallback = {de_AT = "en"}\n'),
    "a language that it is kept out of": replaced("second/plain.json.j2", "{", "---\nlocales: [de]\n---\n{"),
    "a language": added("locales/de/messages.po", CATALOG.format("Hallo " * 9)),
}
# these change nothing that is found
QUIET = {"the folders", "a template that is gone"}


@pytest.mark.parametrize("name", CHANGES)
def test_no_stale_result(name: str, project: Path, check: Check) -> None:
    before = check("--format", "json", "--jobs", "1")
    told = _told(project, keep=True)
    CHANGES[name](project)
    fresh = _told(project, keep=False)  # not as a report tells it: that says once what two templates have in common
    assert _told(project, keep=True) == fresh
    assert _told(project, keep=True) == fresh
    assert fresh != told or name in QUIET
    _restore(project)
    assert check("--format", "json") == before


def _restore(project: Path) -> None:
    for path in [*project.rglob("*.j2"), *project.rglob("*.po"), *project.glob("*.lock.json")]:
        path.unlink()
    write(project, FILES)


@given(st.lists(st.sampled_from([*CHANGES, "", ""]), min_size=1, max_size=5))
@profile(max_examples=8)
def test_no_stale_result_after_any_changes(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    folder = tmp_path_factory.mktemp("any")
    write(folder, FILES)
    for step in steps:
        if step:
            try:
                CHANGES[step](folder)
            except (OSError, AssertionError, UnicodeDecodeError):  # another change has taken it away
                continue
        else:
            _restore(folder)
        assert _told(folder, keep=True) == _told(folder, keep=False)


def _told(folder: Path, *, keep: bool) -> list[str]:
    project = open_project(folder)
    return [_plain(examined) for examined in run(project, project.names(), Asked(), keep=keep, jobs=1)]


def _plain(examined: Examined) -> str:
    """All that a report could show."""
    sources = {id(s): [s.path, s.text] for d in examined.found for s in _sources(d)}
    return f"{_spelled(examined)} {sorted(map(str, sources.values()))}"


def _spelled(examined: Examined) -> str:
    return f"{examined.name} {examined.payloads} " + " ".join(_words(d) for d in examined.found)


def _words(d: Diagnostic) -> str:
    labels = [(label.span.source.path, label.span.start, label.span.end, label.text) for label in _labels(d)]
    return f"{d.code} {d.severity} {d.title} {d.text} {d.hint} {d.value} {d.channel} {d.example} {d.pointer} {labels}"


def _labels(d: Diagnostic) -> list[Label]:
    return [label for label in (d.label, *d.related) if label]


def _sources(d: Diagnostic) -> Iterator[Source]:
    return (label.span.source for label in _labels(d))


def test_a_catalog_that_changes(project: Path, check: Check) -> None:
    write(project, {"locales/de/messages.po": CATALOG.format("Hallo")})
    check()
    write(project, {"locales/de/messages.po": CATALOG.format("Hallo " * 1000)})
    assert check("--format", "json") == check("--format", "json", "--no-cache")


def test_all_reports_are_the_same_byte_for_byte(project: Path, check: Check) -> None:
    fresh = [check("--format", form, "--no-cache") for form in FORMS]
    assert fresh[0][0] == 1
    assert "also: WhatsApp says the same" in fresh[0][1]
    assert [check("--format", form) for form in FORMS] == fresh  # made, then kept
    assert [check("--format", form) for form in FORMS] == fresh


@pytest.mark.parametrize(
    "options",
    [
        ("--channel", "whatsapp"),
        ("--via", "direct"),
        ("--policy", "adapt"),
        ("--policy", "adapt", "--fail-on", "loss"),
        ("second/own.json.j2",),
        ("--locale", "en"),
    ],
    ids=" ".join,
)
def test_options_do_not_mix(options: tuple[str, ...], project: Path, check: Check) -> None:
    every = check()
    some = check(*options)
    assert some == check(*options, "--no-cache")
    assert check(*options) == some
    assert check() == every


def test_a_report_from_another_folder_names_its_files_from_there(
    project: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    check()
    monkeypatch.chdir(project / "second")
    assert check("--format", "json") == check("--format", "json", "--no-cache")
    assert "second/" not in check("--format", "json")[1]


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that are really checked."""
    names: list[str] = []
    real = work.Tracer.examine

    def examine(self: work.Tracer, name: str) -> object:
        names.append(name)
        return real(self, name)

    monkeypatch.setattr(work.Tracer, "examine", examine)
    return names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a template", ["plain"]),
        ("a macro's file", ["again", "macros"]),
        ("an include of an include", ["again", "macros"]),
        ("an include in a folder that goes first", ["again", "lost", "macros"]),
        ("a parent", ["child"]),
        ("an include that appears", ["lost", "perhaps"]),
        ("an example", ["own"]),
        ("an override that appears", ["lost", "plain"]),
    ],
)
def test_only_what_a_change_reaches_is_checked_anew(
    name: str, expected: list[str], project: Path, check: Check, anew: list[str]
) -> None:
    check()
    assert anew == open_project(project).names()
    anew.clear()
    check()
    assert anew == []
    CHANGES[name](project)
    check()
    assert anew == expected  # of `lost`, a hint names the file that is most like the one it wants


def test_what_is_checked_alone_is_kept_beside_the_others(project: Path, check: Check, anew: list[str]) -> None:
    check()
    replaced("second/plain.json.j2", "here", "there")(project)
    anew.clear()
    check("second/plain.json.j2")
    check()
    assert anew == ["plain"]


# what is no file of the project, each in a process of its own

PROGRAM = """
import sys
from pathlib import Path

from handbill import resources
from handbill.checking import surroundings
surroundings._code = lambda package: []  # a test may run while somebody works on the code
{patch}
from handbill.cli import main
main()
"""


def _run(folder: Path, *arguments: str, patch: str = "") -> tuple[int, str]:
    command = [sys.executable, "-c", PROGRAM.format(patch=patch), "check", "--format", "json", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_a_schema_that_changes(project: Path, root: Path, tmp_path: Path) -> None:
    schemas = tmp_path / "schemas"
    for path in (root / "schemas").rglob("*.json"):
        write(schemas, {path.relative_to(root / "schemas").as_posix(): path.read_text(encoding="utf-8")})
    patch = f"""
real = resources.folder
resources.folder = lambda kind: Path({str(schemas)!r}) if kind == "schemas" else real(kind)
"""
    before = _run(project, patch=patch)
    limits = schemas / "messenger" / "limits.json"
    data = json.loads(limits.read_text(encoding="utf-8"))
    data["$defs"]["quick_reply_title"]["maxLength"] = 5
    limits.write_text(json.dumps(data), encoding="utf-8")
    after = _run(project, patch=patch)
    assert after == _run(project, "--no-cache", patch=patch)
    assert "Messenger allows 5" in after[1]
    assert after != before


# a program that finds nothing: what it says shows whether it was asked
SILENT = """
from handbill.checking import Examined, work
work.examine = lambda compiler, name, asked: Examined(name, 1)
"""


@pytest.mark.parametrize(
    "patch",
    [
        "surroundings.__version__ = '0.0.0'",
        "import sys, types; surroundings.sys = types.SimpleNamespace(**{**vars(sys), 'version': '3.99'})",
        "surroundings._code = lambda package: ['another.py 1 1']",
        "surroundings._packages = lambda: ['jinja2-9.0.0.dist-info']",
    ],
    ids=["version", "Python", "code", "library"],
)
def test_another_program_finds_for_itself(patch: str, project: Path) -> None:
    before = _run(project)
    assert before[1] != "[]\n"
    assert _run(project, patch=SILENT) == before  # it was not asked
    assert _run(project, patch=f"{SILENT}\n{patch}") == (0, "[]\n")


def test_a_check_of_what_is_kept_loads_no_template_language(project: Path) -> None:
    _run(project)
    loud = "import atexit; atexit.register(lambda: print(*sys.modules))"
    loaded = set(_run(project, patch=loud)[1].split())
    heavy = {"jinja2", "jsonschema", "yaml", "regex", "babel", "httpx", "rich", "multiprocessing", "handbill.pipeline"}
    assert "handbill.checking.store" in loaded
    assert not loaded & heavy


# the file itself


def _files(project: Path) -> list[Path]:
    return sorted((project / ".handbill" / "cache").glob("*"))


def test_the_file_is_for_its_owner_and_not_for_git(project: Path, check: Check) -> None:
    check()
    (file,) = _files(project)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert (project / ".handbill" / ".gitignore").read_text(encoding="utf-8") == "*\n"


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"WhatsApp", b"Whatever"),
        lambda data: b"\0" * len(data),
        lambda data: b"handbill check 0" + data[16:],
        lambda data: b"[" * 100_000,
    ],
    ids=["empty", "half", "changed", "zeros", "another form", "deep"],
)
def test_a_broken_file_is_written_anew(
    harm: Callable[[bytes], bytes], project: Path, check: Check, anew: list[str]
) -> None:
    before = check("--format", "json")
    (file,) = _files(project)
    data = file.read_bytes()
    assert harm(data) != data
    file.write_bytes(harm(data))
    assert check("--format", "json") == before
    assert file.read_bytes() == data
    anew.clear()
    assert check("--format", "json") == before
    assert anew == []


def test_a_file_with_the_right_digest_and_wrong_content(project: Path, check: Check, anew: list[str]) -> None:
    before = check()
    (file,) = _files(project)
    head, _, _ = file.read_bytes().partition(b"\n")
    for body in (b'{"sources": [], "templates": {"own": 1, "plain": {}}}', b"[]", b'{"sources": 3, "templates": {}}'):
        forged = b" ".join([*head.split(b" ")[:-1], store.digest(body).encode()])
        file.write_bytes(forged + b"\n" + body)
        assert check() == before


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_a_file_that_came_with_the_repository_is_not_believed(project: Path, check: Check, anew: list[str]) -> None:
    check()
    (file,) = _files(project)
    for path, mode in ((file, 0o644), (file.parent, 0o755)):
        anew.clear()
        path.chmod(mode)
        check()
        assert len(anew) == len(open_project(project).names())
        path.chmod(0o700 if path.is_dir() else 0o600)
        check()


def test_a_folder_that_is_a_link_is_left_alone(project: Path, check: Check, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (project / ".handbill").symlink_to(elsewhere)
    before = check("--no-cache")
    assert check() == before
    assert list(elsewhere.glob("cache/*")) == []


def test_a_project_that_cannot_be_written_to_is_checked(project: Path, check: Check) -> None:
    before = check("--no-cache")
    (project / ".handbill").write_text("a file\n", encoding="utf-8")
    assert check() == before


def test_a_folder_without_settings_is_left_as_it_is(
    tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"templates/plain.json.j2": FILES["second/plain.json.j2"]})
    monkeypatch.chdir(tmp_path)
    check()
    assert not (tmp_path / ".handbill").exists()


def test_old_sets_of_options_are_forgotten(project: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_MOST", 2)
    for channel in ("messenger", "whatsapp", "line"):
        check("second/plain.json.j2", "--channel", channel)
    assert len(_files(project)) == 2


def test_a_template_that_is_gone_is_forgotten(project: Path, check: Check) -> None:
    check()
    (project / "second" / "child.json.j2").unlink()
    replaced("second/plain.json.j2", "here", "there")(project)
    check()
    assert "child" not in json.loads(_files(project)[0].read_bytes().partition(b"\n")[2])["templates"]


@pytest.mark.parametrize(
    ("name", "file", "old", "new"),
    [("again", "second/_macros.j2", "text", "txet"), ("plain", "second/plain.json.j2", "here", "there {{ x }}")],
    ids=["an include", "its own"],
)
def test_a_file_that_changes_while_it_is_read_is_not_kept(
    name: str, file: str, old: str, new: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = work.examine

    def examine(compiler: object, examined: str, asked: Asked) -> Examined:
        made = real(compiler, examined, asked)  # type: ignore[arg-type]
        if examined == name:
            write(project, {file: FILES[file].replace(old, new)})
        return made

    monkeypatch.setattr(work, "examine", examine)
    _told(project, keep=True)
    monkeypatch.setattr(work, "examine", real)
    assert _told(project, keep=True) == _told(project, keep=False)
    write(project, {file: FILES[file]})
    assert _told(project, keep=True) == _told(project, keep=False)


def test_what_time_decided_is_not_kept(project: Path, check: Check, anew: list[str]) -> None:
    write(
        project,
        {"second/costly.json.j2": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"},
    )
    check()
    anew.clear()
    assert "too-costly" in check()[1]
    assert anew == ["costly"]


def test_two_at_once(project: Path) -> None:
    expected = _run(project, "--no-cache")
    command = [sys.executable, "-c", PROGRAM.format(patch=""), "check", "--format", "json"]
    both = [subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(3)]
    assert {(each.wait(), each.communicate()[0].decode()) for each in both} == {expected}
    assert _run(project) == expected
    assert [path.name[:6] for path in _files(project)] == ["check-"]


def test_every_part_of_a_finding_is_kept() -> None:
    from dataclasses import fields

    from handbill.checking.written import Reader, Writer

    source = Source("a.j2", "one\ntwo\n", first_line=7)
    values: dict[str, object] = {
        "label": Label(Span(source, 1, 2), "here \ud83d"),
        "severity": Severity.INFO,
        "related": (Label(Span(source, 4, 5), ""), Label(Span(Source("b.j2", "b"), 0, 1), "there")),
    }
    for field in fields(Diagnostic):
        if field.name not in values:
            values[field.name] = ("one", "two") if "tuple" in str(field.type) else f"its {field.name}"
    writer = Writer()
    finding = Diagnostic(**values)  # type: ignore[arg-type]
    text = json.dumps({"found": writer.findings([finding]), "sources": writer.sources})
    (back,) = Reader(json.loads(text)["sources"]).findings(json.loads(text)["found"])
    for field in fields(Diagnostic):
        if field.name not in ("label", "related"):
            assert getattr(back, field.name) == getattr(finding, field.name)
    assert type(back.severity) is Severity
    assert back.label is not None
    assert back.label.span.source.first_line == 7
    assert _words(back) == _words(finding)
    assert [s.text for s in _sources(back)] == [s.text for s in _sources(finding)]
