"""`handbill compile NAME`."""

from __future__ import annotations

import json

import pytest


def text(payload: dict) -> str:
    return payload["content"]["content"][0]["text"]


def test_the_payload_alone_on_stdout(run, project):
    result = run("compile", "greeting", "--channel", "messenger")
    payload = json.loads(result.stdout)
    assert text(payload) == "Hi Zoë, 1"
    assert "external_conversation_reference" not in payload
    assert result.stderr == ""
    assert result.stdout == json.dumps(payload, indent=2, ensure_ascii=False) + "\n"


def test_compact(run, project):
    result = run("compile", "greeting", "--channel", "messenger", "--compact")
    assert result.stdout == json.dumps(json.loads(result.stdout), separators=(",", ":"), ensure_ascii=False) + "\n"


def test_addressed(run, project):
    payload = json.loads(
        run("compile", "post/parcel", "--channel", "messenger", "--to", "1", "--channel-id", "2").stdout
    )
    assert payload["external_conversation_reference"] == {"id": "1", "channel_id": "2", "provider_id": "messenger"}


def test_example(run, project):
    assert text(json.loads(run("compile", "greeting", "--channel", "messenger", "--example", "long").stdout)).endswith(
        "3"
    )


def test_one_of_several_examples_must_be_chosen(run, project):
    path = project / "templates" / "greeting.json.j2"
    path.write_text(path.read_text("utf-8").replace("default: {", "short: {"), encoding="utf-8")
    said = run("compile", "greeting", "--channel", "messenger", code=2).stderr
    assert "choose one with --example: short, long" in said
    path.write_text(
        path.read_text("utf-8").replace("  long: {first_name: Maximiliane, count: 3}\n", ""), encoding="utf-8"
    )
    assert text(json.loads(run("compile", "greeting", "--channel", "messenger").stdout)) == "Hi Zoë, 1"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data.json", '{"first_name": "no", "count": 7,} // as people write it'),
        ("data.yaml", "first_name: no\ncount: 7\n"),
        ("data", "first_name: no\ncount: 7\n"),
        ("data", '\ufeff{"first_name": "no", "count": 7}'),
    ],
)
def test_data(run, project, name, content):
    (project / name).write_text(content, encoding="utf-8")
    assert text(json.loads(run("compile", "greeting", "--channel", "messenger", "--data", name).stdout)) == "Hi no, 7"
    piped = run("compile", "greeting", "--channel", "messenger", "--data", "-", input=content)
    assert text(json.loads(piped.stdout)) == "Hi no, 7"


@pytest.mark.parametrize(
    ("content", "place", "code"),
    [
        (b'{"first_name": }', "1:3", "bad-data-file"),
        (b'{"first_name": "a"', "1:1", "bad-data-file"),
        (b'{\n "first_name": 1,\n "first_name": 2}', "3:3", "duplicate-key"),
        (b"first_name: [a\n", "", "bad-data-file"),
        (b"[1]", "1:1", "bad-data-file"),
        (b'"text"', "", "bad-data-file"),
        (b" \n", "1:1", "bad-data-file"),
        (b'{"first_name": "\xff"}', "1:17", "not-utf8"),
        (b'{\n "first_name": "a", "count": "many"}', "2:31", "wrong-parameter"),
        (b'{"first_nam": "a"}', "1:3", "unknown-parameter"),
        (b"{}", "", "missing-parameter"),
        (b"a: &x 1\nb: *x\n", "1:4", "yaml-feature"),
    ],
)
def test_bad_data_is_a_finding_with_its_place(run, project, content, place, code):
    (project / "data.txt").write_bytes(content)
    result = run("compile", "greeting", "--channel", "messenger", "--data", "data.txt", code=1)
    assert result.stdout == ""
    assert f"error: {code}\n" in result.stderr
    assert f"data.txt:{place}" in result.stderr


def test_set(run, project):
    def compiled(*settings: str, code: int = 0) -> str:
        flags = [flag for setting in settings for flag in ("--set", setting)]
        result = run("compile", "greeting", "--channel", "messenger", *flags, code=code)
        return result.stderr if code else text(json.loads(result.stdout))

    assert compiled("first_name=1=true", "count=007", code=1).startswith("--set:2:7: error: wrong-parameter")
    assert compiled("first_name=12", "count=7") == "Hi 12, 7"
    assert compiled("first_name=null") == "Hi null, 1"
    assert compiled("first_name=a=b") == "Hi a=b, 1"
    assert "did you mean `first_name`?" in compiled("first_nam=a", code=1)
    assert "twice" in compiled("first_name=a", "first_name=b", code=2)
    assert "name=value" in compiled("first_name", code=2)


def test_findings_go_to_stderr_and_nothing_to_stdout(run, broken):
    result = run("compile", "empty", "--channel", "messenger", code=1)
    assert result.stdout == ""
    assert result.stderr.startswith("templates/empty.json.j2:1:")


def test_out(run, project):
    run("compile", "greeting", "--channel", "messenger", "--out", "made/here/greeting.json")
    written = project / "made" / "here" / "greeting.json"
    assert written.read_text("utf-8") == run("compile", "greeting", "--channel", "messenger").stdout
    assert [path.name for path in written.parent.iterdir()] == ["greeting.json"]


def test_nothing_is_written_when_it_fails(run, broken):
    run("compile", "empty", "--channel", "messenger", "--out", "made/empty.json", code=1)
    assert not (broken / "made").exists()
    (broken / "kept.json").write_text("before", encoding="utf-8")
    run("compile", "empty", "--channel", "messenger", "--out", "kept.json", code=1)
    assert (broken / "kept.json").read_text("utf-8") == "before"


def test_a_place_that_cannot_be_written(run, project):
    said = run("compile", "greeting", "--channel", "messenger", "--out", "templates", code=2).stderr
    assert "cannot write" in said
    said = run("compile", "greeting", "--channel", "messenger", "--out", "handbill.toml/x.json", code=2).stderr
    assert "cannot write" in said


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["greetin", "--channel", "messenger"], "did you mean `greeting`?"),
        (["greeting", "--channel", "mesenger"], "did you mean `messenger`?"),
        (["greeting", "--channel", "messenger", "--via", "genesys-bott"], "did you mean `genesys-bot`?"),
        (["greeting", "--channel", "messenger", "--example", "defalt"], "did you mean `default`?"),
        (["post/parcel", "--channel", "messenger", "--example", "x"], "it has none"),
        (["greeting"], "--channel"),
        ([], "NAME"),
        (["greeting", "--channel", "messenger", "--check"], "--all"),
        (["greeting", "--channel", "messenger", "--example", "long", "--set", "count=1"], "exclude one another"),
        (["greeting", "--channel", "messenger", "--data", "no.json"], "does not exist"),
        (["greeting", "--channel", "messenger", "--to", "1"], "--channel-id"),
        (["greeting", "--channel", "messenger", "--address", "tu=1"], "did you mean `to`?"),
        (["greeting", "--channel", "messenger", "--address", "to"], "name=value"),
        (["greeting", "--channel", "messenger", "--via", "genesys-dialogflow", "--to", "1"], "needs none"),
    ],
)
def test_wrong_usage(run, project, args, said):
    result = run("compile", *args, code=2)
    assert said in result.stderr
    assert result.stdout == ""


def test_what_else_a_gateway_must_know(run, project):
    args = ["compile", "greeting", "--channel", "messenger", "--via", "genesys-bot", "--to", "s", "--channel-id", "b"]
    assert "--address bot_version=… " in run(*args, code=2).stderr
    payload = json.loads(run(*args, "--address", "bot_version=3", "--address", "language=en-us").stdout)
    assert payload["botVersion"] == "3"


def test_the_examples_of_a_channels_own_version_come_first(run, project):
    own = '---\nexamples:\n  default: {first_name: Ada}\n---\n{"template_type": "text", "text": "{{ first_name }}"}\n'
    (project / "templates" / "greeting.webmessaging.json.j2").write_text(own, encoding="utf-8")
    assert '"Ada"' in run("compile", "greeting", "--channel", "webmessaging").stdout
    assert "Zoë" in run("compile", "greeting", "--channel", "messenger").stdout
    (project / "templates" / "greeting.webmessaging.json.j2").write_text(own.split("---\n")[2], encoding="utf-8")
    assert '"Zoë"' in run("compile", "greeting", "--channel", "webmessaging").stdout
    assert '"5"' not in run("compile", "greeting", "--channel", "webmessaging", "--set", "first_name=5").stderr
