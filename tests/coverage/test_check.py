"""`handbill check`, with what no example reaches; `--coverage` and `--min-coverage`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from handbill.cli.group import handbill

ORDER = """\
---
channels: [messenger, line]
params:
  first_name: {type: string, minLength: 1, maxLength: 20}
  vip: {type: boolean}
  days: {type: integer, minimum: 0, maximum: 9}
  gift: {type: string, maxLength: 12}
  answers: {type: array, maxItems: 3, items: {type: string, minLength: 1, maxLength: 12}}
examples:
  default: {first_name: Zoë, vip: false, days: 2, gift: Tea, answers: [Thanks, Call me]}
---
{
  "template_type": "quick_reply",
  "text": "Hi {{ first_name }}, it arrives {% if days == 0 %}today{% elif days > 9 %}later{% else %}soon{% endif %}.",
  "buttons": [
    {% for answer in answers %}
    {"text": "{{ answer }}", "value": "{{ loop.index }}"},
    {% endfor %}
    {% if vip %}
    {"text": "{{ gift if gift else '' }}", "value": "{{ gift_code }}"},
    {% endif %}
    {% if channel.name == "sms" %}{"text": "Stop", "value": "stop"}{% endif %}
  ],
}
"""
GOOD = """\
---
params:
  vip: {type: boolean}
examples:
  default: {vip: false}
---
{"template_type": "text", "text": "{% if vip %}Dear guest{% else %}Hi{% endif %}"}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "handbill.toml").write_text('channels = ["messenger"]\n', "utf-8")
    (tmp_path / "templates" / "order.json.j2").write_text(ORDER, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*args: str) -> Result:
    result = CliRunner().invoke(handbill, ["check", *args], prog_name="handbill")
    assert "Traceback" not in result.output
    return result


def write(project: Path, text: str, name: str = "order") -> None:
    (project / "templates" / f"{name}.json.j2").write_text(text, "utf-8")


@pytest.mark.parametrize("form", ["text", "json"])
def test_golden(project, form, snapshot):
    result = check("--coverage", "--format", form)
    assert result.exit_code == 1
    snapshot.assert_match(result.stdout, f"coverage.{'txt' if form == 'text' else form}")


def test_the_same_again_from_the_cache_and_without(project):
    first, kept, anew = check("--coverage"), check("--coverage"), check("--coverage", "--no-cache")
    assert first.output == kept.output == anew.output
    assert "arms" not in check().stdout
    assert check("--coverage").output == first.output


def test_generated_contexts_are_part_of_every_check(project):
    write(project, ORDER.replace("gift_code", "first_name").replace("maxItems", "minItems: 1, maxItems"))
    found = json.loads(check("--format", "json").stdout)
    assert [(d["code"], d["generated"]) for d in found if d["severity"] == "error"] == [
        ("empty-text", '`vip` = true, `gift` = "", the rest as in example `default`')
    ]
    assert found[0]["hint"] == "give `gift` a minLength of 1, or write what stands there when it is empty"


def test_a_name_that_nobody_declares_is_told_once(project):
    said = {d["code"]: d["generated"] for d in json.loads(check("--format", "json").stdout)}
    assert said["undeclared-parameter"] == ""
    assert "undefined-variable" not in said


def test_a_mistake_that_an_example_shows_is_told_once_and_with_the_example(project):
    write(project, GOOD.replace("Dear guest", "").replace("{vip: false}", "{vip: true}"))
    [found] = json.loads(check("--format", "json").stdout)
    assert (found["code"], found["example"], found["generated"]) == ("empty-text", "default", "")


def test_a_mistake_in_an_arm_that_no_example_reaches(project):
    write(project, GOOD.replace("Dear guest", ""))
    result = check()
    assert result.exit_code == 1
    assert "  = from a generated context: `vip` = true, the rest as in example `default`\n" in result.stdout


def test_nothing_is_generated_where_examples_reach_everything(project):
    write(project, GOOD.replace("{vip: false}", "{vip: false}\n  other: {vip: true}"))
    assert check().stderr == "2 payloads checked, no problems\n"


def test_payloads_of_generated_contexts_are_counted(project):
    write(project, GOOD)
    assert check().stderr == "2 payloads checked, no problems\n"


def test_no_nonsense(project):
    """A made-up text is no address, and a list repeats itself: neither says anything of the template."""
    write(
        project,
        """\
---
params:
  vip: {type: boolean}
  link: {type: string}
  photos: {type: array, items: {type: string}, minItems: 1, maxItems: 10}
examples:
  default: {vip: false, link: "https://example.com", photos: ["https://example.com/a.png"]}
---
{
  "template_type": "carousel",
  "cards": [
    {% for photo in photos %}
    {"title": "Photo {{ loop.index }}", "image": {"url": "{{ photo }}"}, "url": "{{ link if vip else link }}"},
    {% endfor %}
  ],
}
""",
    )
    found = json.loads(check("--format", "json").stdout)
    assert [d["code"] for d in found if d["severity"] == "error"] == []


def test_edges_are_tried_when_coverage_is_asked_for(project):
    write(
        project,
        "---\nparams:\n  name: {type: string, maxLength: 20}\nexamples: {default: {name: Zoë}}\n---\n"
        '{"template_type": "text", "text": "{{ name }}"}\n',
    )
    assert check().exit_code == 0
    result = check("--coverage")
    assert result.exit_code == 1
    assert 'from a generated context: `name` = ""' in result.stdout
    assert "= hint: give `name` a minLength of 1, or write what stands there when it is empty\n" in result.stdout
    assert result.stdout.endswith("no arms and no loops\n")


@pytest.mark.parametrize(("least", "code"), [("0", 0), ("66", 0), ("66.6", 0), ("66.7", 1), ("100", 1)])
def test_min_coverage(project, least, code):
    write(project, GOOD.replace("{% else %}", "{% elif vip is none %}b{% else %}"))
    result = check("--min-coverage", least)
    assert result.exit_code == code
    assert ("error: low-coverage" in result.stdout) == bool(code)
    assert result.stdout.endswith("2 of 3 arms and loops reached, 66.6 %\n")


@pytest.mark.parametrize("least", ["101", "-1", "most"])
def test_min_coverage_of_no_sense(project, least):
    assert check("--min-coverage", least).exit_code == 2


@pytest.mark.parametrize("form", ["sarif", "github"])
def test_other_forms_tell_the_total_beside(project, form):
    write(project, GOOD)
    result = check("--coverage", "--format", form)
    assert result.exit_code == 0
    assert result.stderr == "2 of 2 arms and loops reached, 100 %\n2 payloads checked, no problems\n"


def test_only_one_channel(project):
    found = json.loads(check("--coverage", "--format", "json", "--channel", "line").stdout)["coverage"]
    [missed] = [each for each in found["templates"][0]["missed"] if "channel" in each["what"]]
    assert missed["why"] == 'no context of the contract makes `channel.name == "sms"` true on line'


def test_without_examples_nothing_is_made_up_unless_coverage_is_asked_for(project):
    write(project, GOOD.replace("examples:\n  default: {vip: false}\n", ""))
    assert "warning: no-example" in check().stdout
    assert check("--coverage").stdout.endswith("2 of 2 arms and loops reached, 100 %\n")


def test_each_version_has_its_own_figures(project):
    write(project, GOOD)
    write(project, GOOD.replace("Hi", "Hi there").split("---\n")[-1], "order.line")
    write(project, GOOD.replace("---\n", "---\nchannels: [messenger, line]\n", 1))
    found = json.loads(check("--coverage", "--format", "json").stdout)["coverage"]
    assert [each["file"] for each in found["templates"]] == ["templates/order.json.j2", "templates/order.line.json.j2"]
    assert found["total"] == 4
