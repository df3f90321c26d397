"""`handbill check`."""

from __future__ import annotations

import json

import pytest


def test_clean(run, project):
    result = run("check")
    assert result.stdout == ""
    assert result.stderr == "5 payloads checked, no problems\n"


def test_a_finding_has_its_place(run, broken):
    result = run("check", code=1)
    assert result.stdout.startswith("templates/empty.json.j2:1:")
    assert ": error: empty-text\n" in result.stdout
    assert result.stderr == "1 error in 1 template\n"


def test_only_what_is_named(run, broken):
    run("check", "templates/greeting.json.j2")
    run("check", "templates/post")
    run("check", broken / "templates" / "empty.json.j2", code=1)
    run("check", "templates", code=1)


def test_only_one_channel(run, project):
    assert run("check", "--channel", "webmessaging").stderr == "2 payloads checked, no problems\n"
    assert run("check", "--channel", "webmessaging", "--channel", "messenger").stderr.startswith("5 payloads")


def test_every_example_and_every_channel(run, project):
    long = project / "templates" / "greeting.json.j2"
    text = long.read_text("utf-8").replace("Maximiliane", "Maximiliane the First").replace(", maxLength: 15", "")
    long.write_text(text, encoding="utf-8")
    found = json.loads(run("check", "--format", "json", code=1).stdout)
    assert [(d["code"], d["example"]) for d in found] == [("text-too-long", "long")] * len(found)
    assert any(d["channel"] == "messenger" or d["channel"] == "" for d in found)


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_format(run, broken, form):
    result = run("check", "--format", form, code=1)
    assert "empty-text" in result.stdout
    assert result.stderr == "1 error in 1 template\n"
    if form in ("json", "sarif"):
        json.loads(result.stdout)


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_format_of_nothing(run, project, form):
    assert json.loads(run("check", "--format", form).stdout) is not None


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--channel", "mesenger"], "did you mean `messenger`?"),
        (["--channel", "zzzzzzzz"], "there are: messenger, instagram"),
        (["--via", "genesys-evnt"], "did you mean `genesys-event`?"),
        (["--format", "jsn"], "did you mean `json`?"),
        (["templates/greetin.json.j2"], "is not there"),
        (["handbill.toml"], "is no template of this project"),
        (["--chanel", "x"], "--channel"),
    ],
)
def test_wrong_usage(run, project, args, said):
    result = run("check", *args, code=2)
    assert said in result.stderr
    assert result.stdout == ""


def test_project_from_elsewhere(run, broken, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("check", "--project", "project", code=1).stdout.startswith("project/templates/empty.json.j2:1:")
    monkeypatch.chdir(broken / "templates" / "post")
    assert run("check", code=1).stderr == "1 error in 1 template\n"


def test_no_templates(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "handbill init" in run("check", code=2).stderr


def test_a_broken_setting_is_a_finding_in_every_format(run, project):
    (project / "handbill.toml").write_text("channels = [\n", encoding="utf-8")
    assert "handbill.toml:" in run("check", code=1).stdout
    assert json.loads(run("check", "--format", "json", code=1).stdout)[0]["code"] == "bad-config"


def test_colour_only_on_a_terminal(run, broken, monkeypatch):
    assert "\x1b" not in run("check", code=1, color=True).stdout
    monkeypatch.setattr("handbill.cli.check.coloured", lambda stream: True)
    assert "\x1b[1;31merror" in run("check", code=1, color=True).stdout
    assert "\x1b" not in run("check", "--format", "github", code=1, color=True).stdout


@pytest.mark.parametrize(
    ("settings", "place", "code", "hint"),
    [
        ('channels = ["sms", "mesenger"]\n', "1:1", "unknown-channel", "did you mean `messenger`?"),
        ('\nvia = "genesys-evnt"\n', "2:1", "unknown-gateway", "did you mean `genesys-event`?"),
    ],
)
def test_a_name_in_the_settings_is_a_finding_there(run, project, settings, place, code, hint):
    (project / "handbill.toml").write_text(settings, encoding="utf-8")
    result = run("check", code=1)
    assert result.stdout.startswith(f"handbill.toml:{place}: error: {code}\n")
    assert hint in result.stdout
    assert hint in run("compile", "greeting", "--channel", "sms", code=1).stderr
