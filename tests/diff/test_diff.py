"""`handbill diff` in real repositories: what is shown of each kind of change, in each form."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from diff.conftest import FILES, Diff, Repository

LATER = '    {"text": "Later", "value": "later"},\n'


def told(diff: Diff, *arguments: str) -> Any:
    return json.loads(diff(*arguments, "--format", "json"))


def test_nothing_has_changed(repository: Repository, diff: Diff) -> None:
    repository.write({"README.md": "new"})
    assert diff("--exit-code") == ""
    assert diff(err=True).startswith("no payload has changed since HEAD (")
    repository.replace("templates/plain.json.j2", '{"template', '{ "template')  # another file, the same payload
    assert diff("--exit-code") == ""


def test_a_button_between_others_is_one_change(repository: Repository, diff: Diff) -> None:
    repository.replace("templates/call.json.j2", '    {"text": "No"', LATER + '    {"text": "No"')
    assert diff() == (
        "call\n"
        "  messenger, whatsapp (example `short`; example `long`)\n"
        '    + content.buttons[1]: {"type": "button", "text": "Later", "value": "later"}\n'
    )
    assert "1 template since HEAD" in diff("--exit-code", code=1, err=True)
    assert "1 changed; 4 payloads differ" in diff(err=True)


def test_a_text_that_grows_is_held_against_its_limit(repository: Repository, diff: Diff) -> None:
    repository.replace("templates/call.json.j2", '"Yes"', '"Yes, please call me"')
    assert diff() == (
        "call\n"
        "  messenger, whatsapp (example `short`; example `long`)\n"
        '    ~ content.buttons[0].text: "Yes" → "Yes, please call me"  3 → 19 of 20 characters\n'
    )


def test_limits_that_differ_are_told_apart(repository: Repository, diff: Diff) -> None:
    repository.replace("templates/call.json.j2", "shall we call?", "may we?")
    said = diff("--channel", "messenger", "--channel", "whatsapp")
    assert "  messenger (example `short`)\n" in said
    assert '"Hi Zoë, shall we call?" → "Hi Zoë, may we?"  22 → 15 of 2,000 characters\n' in said
    assert '"Hi Zoë, shall we call?" → "Hi Zoë, may we?"  22 → 15 of 1,024 characters\n' in said


def test_of_long_texts_the_place_that_differs_is_shown(repository: Repository, diff: Diff) -> None:
    long = "word " * 60
    repository.write({"templates/plain.json.j2": f'{{"template_type": "text", "text": "{long}one {long}"}}'})
    repository.commit()
    repository.replace("templates/plain.json.j2", "one", "two")
    lines = diff().splitlines()
    assert "…" in lines[3]
    assert "one word" in lines[3]
    assert "two word" in lines[4]


def test_an_sms_that_takes_more_parts(repository: Repository, diff: Diff) -> None:
    repository.replace("templates/code.json.j2", '"text": "', '"text": "✓ ')
    repository.write(
        {"templates/_code.j2": "Your code is 123456. It is good for ten minutes, and for you alone: keep it."}
    )
    assert diff().endswith("    SMS: 1 part (GSM-7) → 2 parts (UCS-2)\n")
    (template,) = told(diff)["templates"]
    assert template["payloads"][0]["sms_parts"] == {"before": 1, "after": 2}
    repository.write({"templates/code.json.j2": FILES["templates/code.json.j2"], "templates/_code.j2": "Other"})
    assert "SMS" not in diff()  # it costs what it did


def test_a_partial_changes_what_includes_it(repository: Repository, diff: Diff) -> None:
    repository.write({"templates/_code.j2": "It is 1."})
    assert [template["name"] for template in told(diff)["templates"]] == ["code"]
    assert diff("templates/plain.json.j2") == ""
    repository.commit()
    assert diff() == ""
    assert [template["name"] for template in told(diff, "HEAD~1")["templates"]] == ["code"]


def test_new_removed_and_renamed(repository: Repository, diff: Diff) -> None:
    (repository.root / "templates/plain.json.j2").rename(repository.root / "templates/parcel.json.j2")
    repository.replace("templates/parcel.json.j2", "here", "there")
    (repository.root / "templates/call.json.j2").unlink()
    image = '{"template_type": "media", "kind": "image", "url": "https://a.example/b.png"}'
    repository.write({"templates/fresh.json.j2": image})
    assert diff() == (
        "call: removed\n\n"
        "fresh: new, on messenger and whatsapp\n\n"
        "parcel: renamed from plain\n"
        "  messenger\n"
        "    ~ content.text: 50 → 51 of 2,000 characters\n"
        '        - "Your parcel is here. It waits for you at the desk."\n'
        '        + "Your parcel is there. It waits for you at the desk."\n'
        "  whatsapp\n"
        "    ~ content.text: 50 → 51 of 4,096 characters\n"
        '        - "Your parcel is here. It waits for you at the desk."\n'
        '        + "Your parcel is there. It waits for you at the desk."\n'
    )
    assert diff(err=True).rstrip().endswith("1 new, 1 removed, 1 renamed; 8 payloads differ")
    assert {t["name"]: (t["status"], t["was"]) for t in told(diff)["templates"]} == {
        "call": ("removed", ""),
        "fresh": ("new", ""),
        "parcel": ("renamed", "plain"),
    }


def test_renamed_and_otherwise_the_same(repository: Repository, diff: Diff) -> None:
    repository.git("mv", "templates/plain.json.j2", "templates/parcel.json.j2")
    assert diff("--exit-code", code=1) == "parcel: renamed from plain, otherwise the same\n"


def test_what_does_not_compile_is_said(repository: Repository, diff: Diff) -> None:
    repository.replace("templates/call.json.j2", '"Yes"', '"Yes, but not before tomorrow"')
    said = diff()
    for channel, title in (("messenger", "Messenger"), ("whatsapp", "WhatsApp")):
        assert (
            f"  {channel} (example `short`; example `long`): no longer compiles\n"
            f"    templates/call.json.j2:9:15: text-too-long: 28 characters; {title} allows 20\n"
        ) in said
    repository.commit()
    assert diff("--exit-code") == ""  # nothing has changed
    repository.replace("templates/call.json.j2", "Zoë", "Zoe")
    assert "does not compile, neither now nor at HEAD\n" in diff("--exit-code")
    repository.replace("templates/call.json.j2", '"Yes, but not before tomorrow"', '"Yes"')
    assert "compiles now; at HEAD it did not\n" in diff("--exit-code", code=1)


def test_a_template_that_cannot_be_read(repository: Repository, diff: Diff) -> None:
    repository.write({"templates/plain.json.j2": "---\n", "templates/odd.json.j2": "---\n"})
    assert diff() == (
        "odd: new\n"
        "  all: new, and does not compile\n"
        "    templates/odd.json.j2:1:1: bad-front-matter: opened here\n\n"
        "plain\n"
        "  all: no longer compiles\n"
        "    templates/plain.json.j2:1:1: bad-front-matter: opened here\n"
    )


def test_settings_change_everything(repository: Repository, diff: Diff) -> None:
    repository.replace("handbill.toml", '"whatsapp"', '"whatsapp", "line"')
    assert diff() == "call\n  line (example `short`; example `long`): new\n\nplain\n  line: new\n"
    repository.replace("handbill.toml", '"whatsapp", "line"', '"line"')
    assert "  whatsapp: removed\n" in diff()
    assert diff("--channel", "messenger") == ""


def test_an_example_that_is_new(repository: Repository, diff: Diff) -> None:
    repository.replace("templates/call.json.j2", "{short: ", "{none: {name: ''}, short: ")
    assert diff() == "call\n  messenger, whatsapp (example `none`): new\n"


def test_paths_and_revisions(repository: Repository, diff: Diff) -> None:
    repository.write(
        {"templates/_code.j2": "x", "templates/plain.json.j2": FILES["templates/plain.json.j2"].replace("Your", "The")}
    )
    (repository.root / "templates/call.json.j2").unlink()
    names = lambda *arguments: [t["name"] for t in told(diff, *arguments)["templates"]]  # noqa: E731
    assert names() == ["call", "code", "plain"]
    assert names("templates/plain.json.j2") == ["plain"]
    assert names("HEAD", "templates/plain.json.j2", "templates/call.json.j2") == ["call", "plain"]
    assert names("main", "templates") == ["call", "code", "plain"]
    assert "is not there" in diff("HEAD", "templates/nobody.json.j2", code=2, err=True)
    for wrong in ("nobody", "-z", "main....."):
        diff("--", wrong, code=2)
    assert "git knows no revision `nobody`." in diff("nobody", code=2, err=True)


def test_what_a_branch_changed(repository: Repository, diff: Diff) -> None:
    repository.git("switch", "-q", "-c", "topic")
    repository.write({"templates/_code.j2": "Topic"})
    repository.commit()
    repository.git("switch", "-q", "main")
    repository.write({"templates/plain.json.j2": FILES["templates/plain.json.j2"].replace("Your", "The")})
    repository.commit()
    repository.git("switch", "-q", "topic")
    assert [t["name"] for t in told(diff, "main")["templates"]] == ["code", "plain"]
    assert [t["name"] for t in told(diff, "main...")["templates"]] == ["code"]


def test_the_json_form(repository: Repository, diff: Diff) -> None:
    repository.replace("templates/call.json.j2", '"No"', '"No\\u202e \\u001b[31m"')
    printed = diff("--format", "json", "--channel", "messenger")
    assert "\u202e" not in printed
    assert "\x1b" not in printed
    value = json.loads(printed)
    commit = repository.git("rev-parse", "HEAD").strip()
    assert {key: value[key] for key in ("revision", "commit", "changed")} == {
        "revision": "HEAD",
        "commit": commit,
        "changed": 1,
    }
    assert value["templates"][0]["payloads"][0] == {
        "channel": "messenger",
        "example": "short",
        "locale": "",
        "status": "changed",
        "changes": [
            {
                "kind": "changed",
                "pointer": "/content/buttons/1/text",
                "before": "No",
                "after": "No\u202e \x1b[31m",
                "length": {"before": 2, "after": 9, "limit": 20, "unit": "characters"},
            }
        ],
        "sms_parts": None,
        "problems": [],
    }


def test_the_markdown_form(repository: Repository, diff: Diff) -> None:
    repository.replace("templates/call.json.j2", '"Yes"', '"Yes | <b>`ok`</b>"')
    repository.write({"templates/@all.json.j2": '{"template_type": "text", "text": ""}'})
    printed = diff("--format", "markdown", "--channel", "messenger")
    assert "#### `@all`: new, on messenger\n" in printed
    assert "messenger: **new, and does not compile**\n- `templates/@all.json.j2:1:35: empty-text: " in printed
    assert (
        "\nmessenger (example `short`; example `long`)\n\n"
        "| | field | before | after | length |\n|---|---|---|---|---|\n"
        '| `~` | `content.buttons[0].text` | `"Yes"` | `` "Yes \\| <b>`ok`</b>" `` | 3 → 17 of 20 characters |\n'
    ) in printed
    assert printed.startswith("### Messages\n\n2 templates since HEAD (")


def test_a_comment_has_an_end(repository: Repository, diff: Diff) -> None:
    body = '{"template_type": "text", "text": "%s"}'
    repository.write({f"templates/m{n}.json.j2": body % n for n in range(150)})
    repository.commit()
    repository.write({f"templates/m{n}.json.j2": body % ("x" * 400) for n in range(150)})
    printed = diff("--format", "markdown")
    assert len(printed) < 65_536
    assert printed.endswith(" more; `handbill diff` shows them.\n")


def test_moves_are_told(repository: Repository, diff: Diff) -> None:
    repository.replace("templates/call.json.j2", '    {"text": "Yes", "value": "yes"},\n', "")
    repository.replace("templates/call.json.j2", "  ]", '    {"text": "Yes", "value": "yes"},\n  ]')
    assert "    > content.buttons[1]: was content.buttons[0]\n" in diff()


def test_nothing_is_touched_and_nothing_left(
    repository: Repository, diff: Diff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    repository.write({"templates/_code.j2": "x"})
    repository.git("add", "-A")
    repository.write({"templates/_code.j2": "y"})
    before = (repository.git("status", "--porcelain"), (repository.root / ".git/index").read_bytes())
    diff()
    assert (repository.git("status", "--porcelain"), (repository.root / ".git/index").read_bytes()) == before
    assert list(scratch.iterdir()) == []


def test_a_project_in_a_folder_with_attributes_and_links(
    tmp_path: Path, diff: Diff, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Repository(tmp_path / "all" / "messages", tmp_path / "all")
    found.write({name.replace("templates/", "texts/"): text for name, text in FILES.items()})
    found.write({"handbill.toml": 'templates = ["./texts/"]\nchannels = ["messenger"]\n'})
    (found.root / "texts" / "_same.j2").symlink_to("_code.j2")
    (found.root / "texts" / "_out.j2").symlink_to(tmp_path / "secret")
    found.replace("texts/code.json.j2", "_code.j2", "_same.j2")
    (found.top / ".gitattributes").write_text("* export-ignore eol=crlf\n", encoding="utf-8")
    found.git("init", "-q", "-b", "main")
    found.commit()
    monkeypatch.chdir(found.root)
    assert diff() == ""
    found.write({"texts/_code.j2": "Other"})
    assert diff().startswith("code\n  sms\n")


def test_a_project_that_was_none_yet(
    repository: Repository, diff: Diff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Repository(tmp_path / "later")
    found.write({"README.md": "x"})
    found.git("init", "-q", "-b", "main")
    found.commit()
    found.write(FILES)
    monkeypatch.chdir(found.root)
    assert [t["status"] for t in told(diff)["templates"]] == ["new", "new", "new"]


def test_settings_that_were_wrong(repository: Repository, diff: Diff) -> None:
    repository.write({"handbill.toml": "channels = [\n"})
    repository.commit()
    repository.write({"handbill.toml": FILES["handbill.toml"]})
    assert "handbill.toml:1:" in diff(code=1, err=True)


def test_no_repository(tmp_path: Path, diff: Diff, monkeypatch: pytest.MonkeyPatch) -> None:
    Repository(tmp_path).write(FILES)
    monkeypatch.chdir(tmp_path)
    assert "is in no git repository." in diff(code=2, err=True)


def test_a_translation_changes_its_own_language(repository: Repository, diff: Diff) -> None:
    head = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    catalog = "locales/de/messages.po"
    for name in ("call", "code"):
        (repository.root / "templates" / f"{name}.json.j2").unlink()
    repository.write({"templates/plain.json.j2": '{"template_type": "text", "text": "{{ _("Hello") }}"}'})
    repository.write({catalog: f'{head}msgid "Hello"\nmsgstr "Hallo"\n'})
    repository.commit()
    assert diff("--exit-code") == ""
    repository.replace(catalog, "Hallo", "Grüß Gott")
    assert diff("--channel", "messenger", "--exit-code", code=1) == (
        'plain\n  messenger (de)\n    ~ content.text: "Hallo" → "Grüß Gott"  5 → 9 of 2,000 characters\n'
    )
    assert told(diff, "--locale", "en")["templates"] == []
