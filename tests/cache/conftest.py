"""A project in which a template depends on others in every way there is, with mistakes to tell of."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from pathlib import Path

import pytest
from click.testing import CliRunner
from handbill.checking import run, surroundings
from handbill.cli.group import handbill

FILES = {
    "handbill.toml": 'templates = ["first", "second"]\nchannels = ["messenger", "whatsapp"]\n',
    "second/plain.json.j2": '{"template_type": "text", "text": "Your parcel is here."}\n',
    "second/own.json.j2": """\
---
params: {label: {type: string}}
examples:
  short: {label: Yes}
  long: {label: a label that no channel would show in full}
---
{"template_type": "quick_reply", "text": "Shall we call?", "buttons": [{"text": "{{ label }}", "value": "yes"}]}
""",
    "second/own.whatsapp.json.j2": '{"template_type": "text", "text": "{{ label }}"}\n',
    "second/macros.json.j2": """\
{% from "_macros.j2" import button %}
{"template_type": "quick_reply", "text": "Shall we?", "buttons": [{{ button("yes") }}]}
""",
    "second/again.json.j2": """\
{% import "_macros.j2" as macros %}
{"template_type": "quick_reply", "text": "And then?", "buttons": [{{ macros.button("then") }}]}
""",
    "second/_macros.j2": """\
{% macro button(value) %}{"text": "{% include "_label.j2" %}", "value": "{{ value }}"}{% endmacro %}
""",
    "second/_label.j2": "one that no channel would show in full",
    "second/child.json.j2": '{% extends "_parent.json.j2" %}{% block text %}from the child{% endblock %}\n',
    "second/_parent.json.j2": '{"template_type": "text", "text": "{% block text %}{% endblock %}", "footer": "One"}\n',
    "second/perhaps.json.j2": """\
{"template_type": "text", "text": "{% include "_perhaps.j2" ignore missing %}!",
 "footer": "{% include ["_first.j2", "_any.j2"] %}"}
""",
    "second/_any.j2": "for any",
    "second/lost.json.j2": '{"template_type": "text", "text": "{% include "_lobel.j2" %}"}\n',
    "second/broken.json.j2": '{"template_type": "text", "text": "{{ nobody }}", "colour": "red"\n',
    "second/spoken.json.j2": """\
{"template_type": "quick_reply", "text": "Hi", "buttons": [{"text": "{{ _("Hello") }}", "value": "hello"}]}
""",
    "second/approved.json.j2": """\
{"template_type": "notification", "name": "shipped", "language": "en_US"}
""",
    "first/_other.j2": "nobody includes it",
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project; it is the working folder."""
    folder = tmp_path / "project"
    write(folder, FILES)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(surroundings, "_code", lambda package: [])  # it may be worked on while this runs
    monkeypatch.setattr(run, "WORTH", inf)  # on a busy computer, too, all is done in this process
    return folder


Check = Callable[..., tuple[int, str, str]]


@pytest.fixture
def check() -> Check:
    """`handbill check`: its exit code, what it finds and what it says."""

    def _check(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(handbill, ["check", *arguments], prog_name="handbill")
        assert result.exit_code in (0, 1), result.output
        return result.exit_code, result.stdout, result.stderr

    return _check
