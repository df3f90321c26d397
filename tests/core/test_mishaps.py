"""Mistakes that would cost an author text, or a project its walls."""

from __future__ import annotations

from pathlib import Path

import pytest
from core.rendering import make
from handbill.diagnostic import Failed
from handbill.marks import Unreadable
from handbill.pipeline import Compiler
from handbill.project import open_project


def test_a_text_that_yaml_would_cut(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as failed:
        make(tmp_path, "template_type: text\ntext: Hi, #1 shop\n", {}, main="m.yaml.j2")
    assert (failed.value.code, failed.value.title) == ("yaml-feature", "Text cut by a comment")


def test_a_comment_that_cuts_nothing(tmp_path: Path) -> None:
    made = make(tmp_path, "# greeting\ntemplate_type: 'text' # kind\nn: 1800 # half an hour\n", {}, main="m.yaml.j2")
    assert made.value == {"template_type": "text", "n": 1800}


@pytest.mark.parametrize("setting", ['templates = ["/"]', 'templates = ["templates", "../.."]', 'build = "../build"'])
def test_a_folder_outside_the_project(tmp_path: Path, setting: str) -> None:
    (tmp_path / "handbill.toml").write_text(setting + "\n")
    with pytest.raises(Failed) as failed:
        open_project(tmp_path)
    (diagnostic,) = failed.value.diagnostics
    assert (diagnostic.code, diagnostic.title) == ("bad-config", "Folder outside the project")
    assert diagnostic.label is not None
    assert diagnostic.label.span.text == setting.split()[0]


def test_a_vendors_words(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    body = '{"template_type": "quick_reply", "text": "?", "buttons": [{"title": "Yes", "payload": "y"}]}'
    (tmp_path / "templates/a.json.j2").write_text(body)
    found = Compiler(open_project(tmp_path)).compile("a", "messenger", None, {}).diagnostics
    assert [(d.code, d.hint) for d in found] == [
        ("unknown-field", "did you mean `text`?"),
        ("unknown-field", "did you mean `value`?"),
    ]
