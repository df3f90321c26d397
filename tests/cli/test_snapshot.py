"""`handbill compile --all`: every payload as files, and their comparison."""

from __future__ import annotations

import os

import pytest

FILES = [
    "greeting/messenger.default.json",
    "greeting/messenger.long.json",
    "greeting/webmessaging.default.json",
    "greeting/webmessaging.long.json",
    "post/parcel/messenger.json",
]
ALL = ("compile", "--all", "--out", "build")


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_every_payload(run, project):
    said = run(*ALL).stderr
    assert said == "5 payloads in build, 5 written\n"
    assert files(project / "build") == FILES
    one = (project / "build" / "greeting" / "messenger.long.json").read_text("utf-8")
    assert one == run("compile", "greeting", "--channel", "messenger", "--example", "long").stdout
    assert run(*ALL).stderr == "5 payloads in build, 0 written\n"
    assert run(*ALL, "--check").stderr == "5 payloads in build up to date\n"


def test_what_is_not_up_to_date_is_listed(run, project):
    everything = run(*ALL, "--check", code=1)
    assert everything.stdout == "".join(f"missing:   build/{name}\n" for name in FILES)
    assert everything.stderr == "update with: handbill compile --all --out build\n"
    assert not (project / "build").exists()
    run(*ALL)
    build = project / "build"
    (build / FILES[0]).unlink()
    (build / FILES[1]).write_text("{}\n", encoding="utf-8")
    (build / "gone").mkdir()
    (build / "gone" / "sms.json").write_text("{}\n", encoding="utf-8")
    said = run(*ALL, "--check", code=1).stdout
    assert said == f"left over: build/gone/sms.json\nmissing:   build/{FILES[0]}\nchanged:   build/{FILES[1]}\n"
    run(*ALL)
    assert files(build) == FILES
    assert not (build / "gone").exists()
    run(*ALL, "--check")


def test_other_files_are_left_alone(run, project):
    run(*ALL)
    kept = ["README.md", "greeting/notes.json", "messenger.json"]
    for name in kept:
        (project / "build" / name).write_text("mine", encoding="utf-8")
    run(*ALL)
    run(*ALL, "--check")
    assert files(project / "build") == sorted(FILES + kept)


@pytest.mark.parametrize("out", [".", "..", "templates"])
def test_the_projects_own_folders_are_refused(run, project, out):
    before = files(project)
    assert "folder of their own" in run("compile", "--all", "--out", out, code=2).stderr
    assert files(project) == before


def test_nothing_is_written_when_one_fails(run, broken):
    result = run(*ALL, code=1)
    assert "empty-text" in result.stderr
    assert not (broken / "build").exists()
    run(*ALL, "--check", code=1)


def test_nothing_is_written_when_a_file_cannot_be(run, project):
    build = project / "build"
    run(*ALL)
    before = {name: (build / name).read_bytes() for name in FILES}
    template = project / "templates" / "greeting.json.j2"
    template.write_text(template.read_text("utf-8").replace('"Hi', '"Hello'), encoding="utf-8")
    (build / FILES[3]).unlink()
    (build / FILES[3]).mkdir()
    assert "cannot" in run(*ALL, code=2).stderr
    assert {name: (build / name).read_bytes() for name in FILES if name != FILES[3]} == {
        name: data for name, data in before.items() if name != FILES[3]
    }
    assert not [name for name in files(build) if os.path.basename(name).startswith(".")]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["greeting", *ALL[1:]], "leave out NAME"),
        ([*ALL[1:], "--channel", "messenger"], "leave out --channel"),
        ([*ALL[1:], "--set", "a=1", "--to", "2"], "leave out --set, --to"),
        (["--all"], "--out DIR"),
    ],
)
def test_wrong_usage(run, project, args, said):
    assert said in run("compile", *args, code=2).stderr


def test_the_name_of_an_example_is_a_safe_file_name(run, project):
    odd = '---\nexamples:\n  "../../x": {a: b}\n  "Zoë 1": {a: c}\n---\n{"template_type": "text", "text": "{{ a }}"}\n'
    (project / "templates" / "odd.json.j2").write_text(odd, encoding="utf-8")
    run(*ALL)
    names = [name for name in files(project / "build") if name.startswith("odd")]
    assert names == ["odd/messenger.%2e%2e%2f%2e%2e%2fx.json", "odd/messenger.Zoë%201.json"]
