"""`handbill preview --out`: a folder that needs nobody, written whole or not at all, always the same."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from faces.pages import Html
from handbill.diagnostic import Failed
from handbill.faces import site
from handbill.faces.site import MANIFEST, NotOurs, Written, write
from handbill.pipeline import Compiler
from handbill.project import Project, open_project, shipped

HELLO = """---
description: Says <b>hello</b>
params: {name: {type: string}}
examples: {short: {name: Zoë}, long: {name: Maximiliane-Alexandra von Hohenstein}}
---
{"template_type": "quick_reply", "text": "Hi {{ name }}", "buttons": [{"text": "Yes {{ name }}", "value": "y"}]}
"""
FILES = {
    "handbill.toml": 'channels = ["messenger", "whatsapp", "sms"]\nvia = "direct"\n',
    "templates/hello.json.j2": HELLO,
    "templates/a/poorer.json.j2": """---
policy: adapt
---
{"template_type": "card", "title": "x", "image": {"url": "https://example.com/a.png"}}""",
    "templates/a/b/deep ü&x.json.j2": '{"template_type": "text", "text": "Deep"}',
    "templates/native.json.j2": '---\npayload: direct\nchannels: [messenger]\n---\n{"message": {"text": "x"}}',
    "templates/broken.json.j2": '{"template_type": "text", "text": {{ nobody }}}',
}
NAMES = ("hello", "a/poorer")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for name, text in FILES.items():
        (tmp_path / "shop" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "shop" / name).write_text(text, encoding="utf-8")
    return open_project(tmp_path / "shop")


def made(project: Project, out: Path) -> Written:
    return write(Compiler(project), out)


def pages(out: Path) -> Iterator[tuple[Path, Html]]:
    for path in sorted(out.rglob("*.html")):
        yield path, Html(path.read_text(encoding="utf-8").removeprefix("<!doctype html>"))


def content(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_every_template_has_a_page_and_a_picture_for_each_channel(project: Project, tmp_path: Path) -> None:
    written = made(project, tmp_path / "out")
    assert written.templates == 5
    assert written.pictures == 3 + 3 + 3 + 1 + 3
    assert {path.relative_to(tmp_path / "out").as_posix() for path, _ in pages(tmp_path / "out")} == {
        "index.html", "t/hello.html", "t/a/poorer.html", "t/a/b/deep ü&x.html", "t/native.html", "t/broken.html",
    }  # fmt: skip


def test_problems_come_first(project: Project, tmp_path: Path) -> None:
    made(project, tmp_path / "out")
    index = dict(pages(tmp_path / "out"))[tmp_path / "out" / "index.html"]
    assert [e.text for e in index.all("h3")] == ["broken", "hello", "a/poorer", "a/b/deep ü&x", "native"]
    assert [e.text for e in index.all("h2")] == ["Problems 3", "No problems 2"]
    summary = index.all("p", "lead")[0].text
    assert summary.startswith("5 templates · 13 pictures · ")
    assert "Says <b>hello</b>" in index.text


def test_a_picture_is_of_the_worst_and_the_worst_comes_first(project: Project, tmp_path: Path) -> None:
    """Of the example that is refused, and before those that are not."""
    made(project, tmp_path / "out")
    index = dict(pages(tmp_path / "out"))[tmp_path / "out" / "index.html"]
    hello, poorer = ([e for e in index.all("a", "cover") if f"t/{name}." in e.attributes["href"]] for name in NAMES)
    assert [(e.attributes["href"], " ".join(e.text.split())) for e in hello] == [
        ("t/hello.html#v1-messenger", "Messenger 1 error"),
        ("t/hello.html#v1-whatsapp", "WhatsApp 1 error"),
        ("t/hello.html#v0-sms", "SMS 1 error"),
    ]
    assert [" ".join(e.text.split()) for e in poorer] == ["SMS 1 warning", "Messenger", "WhatsApp"]


def test_every_link_leads_somewhere_and_nothing_comes_from_elsewhere(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made(project, out)
    found = dict(pages(out))
    for path, html in found.items():
        for element in html.elements:
            address = element.attributes.get("href") or element.attributes.get("src") or ""
            if address.startswith("https://"):
                assert element.tag == "a", "only the reader's own click leads away"
                continue
            file, at = unquote(urlsplit(address).path), unquote(urlsplit(address).fragment)
            leads = (path.parent / file).resolve() if file else path
            assert not address or leads.is_file(), f"{path}: {address}"
            if at:
                assert at in [e.attributes.get("id") for e in found[leads].elements], f"{path}: {address}"


def test_no_page_has_anything_that_its_policy_forbids(project: Project, tmp_path: Path) -> None:
    made(project, tmp_path / "out")
    for path, html in pages(tmp_path / "out"):
        (policy,) = [e.attributes["content"] for e in html.all("meta") if "http-equiv" in e.attributes]
        assert policy.startswith("default-src 'none'; style-src 'self' file:; script-src 'self' file:;")
        inline = [e for e in html.elements if e.tag == "style" or "style" in e.attributes]
        inline += [e for e in html.all("script") if e.text.strip()]
        inline += [e for e in html.elements for name in e.attributes if name.startswith("on")]
        assert inline == [], path
        ids = [e.attributes["id"] for e in html.elements if "id" in e.attributes]
        assert len(set(ids)) == len(ids), path


def test_a_problem_stands_beside_its_message_with_file_and_line(project: Project, tmp_path: Path) -> None:
    made(project, tmp_path / "out")
    html = dict(pages(tmp_path / "out"))[tmp_path / "out/t/hello.html"]
    (face,) = [e for e in html.all(of="face") if e.attributes["id"] == "v1-messenger"]
    assert "allows 20" in face.text
    assert "templates/hello.json.j2:6:" in face.text
    assert [e.text for e in html.all(of="fd-number") if face in e.above] == ["1."]
    assert [e.attributes["data-example"] for e in html.all(of="view")] == ["short", "long"]


def test_what_cannot_be_drawn_says_why(project: Project, tmp_path: Path) -> None:
    made(project, tmp_path / "out")
    found = {path.stem: html for path, html in pages(tmp_path / "out")}
    assert "This is a native template" in found["native"].text
    assert '"text": "x"' in found["native"].text
    assert "Nothing can be shown" in found["broken"].text
    assert "undefined-variable" in found["broken"].text


def test_the_same_project_gives_the_same_bytes(project: Project, tmp_path: Path) -> None:
    made(project, tmp_path / "one")
    made(project, tmp_path / "two")
    assert content(tmp_path / "one") == content(tmp_path / "two")
    assert str(tmp_path).encode() not in b"".join(content(tmp_path / "one").values())


def test_what_is_left_over_is_gone(project: Project, tmp_path: Path) -> None:
    made(project, tmp_path / "out")
    (project.root / "templates/broken.json.j2").unlink()
    made(open_project(project.root), tmp_path / "out")
    assert not (tmp_path / "out/t/broken.html").exists()
    assert set(content(tmp_path / "out")) == {
        *json.loads((tmp_path / "out" / MANIFEST).read_bytes())["files"],
        MANIFEST,
    }


def test_some_templates_on_some_channels(project: Project, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    written = write(
        Compiler(project), tmp_path / "out", names=["hello"], channels=["sms"], progress=lambda *at: told.append(at)
    )
    assert (written.templates, written.pictures, told) == (1, 1, [(1, 1)])


# ---- whose folder it is


@pytest.mark.parametrize("where", ["", "t"])
def test_a_folder_with_something_else_is_left_alone(project: Project, tmp_path: Path, where: str) -> None:
    made(project, tmp_path / "out")
    (tmp_path / "out" / where / "notes.txt").write_text("mine")
    before = content(tmp_path / "out")
    with pytest.raises(NotOurs, match=r"notes\.txt in it is no part of a gallery"):
        made(project, tmp_path / "out")
    assert content(tmp_path / "out") == before


@pytest.mark.parametrize("listed", ['{"files": ["notes.txt"]}', "[]", "no JSON", '{"made_by": 1, "files": 3}'])
def test_a_list_of_files_that_is_not_ours_is_none(project: Project, tmp_path: Path, listed: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    (tmp_path / "out" / MANIFEST).write_text(listed)
    with pytest.raises(NotOurs):
        made(project, tmp_path / "out")
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


def test_the_project_itself_is_not_written_over(project: Project, tmp_path: Path) -> None:
    for folder in (project.root, project.root / "templates", tmp_path):
        with pytest.raises(NotOurs, match="it holds the project itself"):
            made(project, folder)


def test_a_file_is_no_folder(project: Project, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(NotOurs, match="it is a file"):
        made(project, tmp_path / "out")


def test_an_empty_folder_will_do(project: Project, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert made(project, tmp_path / "out").templates == 5


# ---- whole or not at all


def test_what_fails_leaves_all_as_it_was(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(project, tmp_path / "out")
    before = content(tmp_path / "out")
    real, count = site._put, 0

    def full(path: Path, text: str) -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise OSError(28, "No space left on device")
        real(path, text)

    monkeypatch.setattr(site, "_put", full)
    with pytest.raises(OSError, match="No space left"):
        made(project, tmp_path / "out")
    assert content(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "shop"]


def test_what_is_in_place_too_late_comes_back(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(project, tmp_path / "out")
    before = content(tmp_path / "out")
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if target == tmp_path / "out" and not self.name.endswith(".old"):
            raise OSError(5, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(OSError, match="Input/output"):
        made(project, tmp_path / "out")
    assert content(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "shop"]


def test_a_name_that_nobody_knows_writes_nothing(project: Project, tmp_path: Path) -> None:
    with pytest.raises(Failed):
        write(Compiler(project), tmp_path / "out", channels=["telegraph"])
    assert not (tmp_path / "out").exists()


def test_a_link_to_a_folder_is_followed(project: Project, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    os.symlink(tmp_path / "real", tmp_path / "out")
    made(project, tmp_path / "out")
    assert (tmp_path / "real" / "index.html").is_file()
    assert (tmp_path / "out").is_symlink()


def test_the_messages_that_ship_are_a_gallery_without_a_problem(tmp_path: Path) -> None:
    written = made(shipped(), tmp_path / "out")
    assert written.found == []
    assert written.templates == len(shipped().names())
