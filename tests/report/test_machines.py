"""The reports for programs."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

import pytest
from handbill.report import REPORTERS
from jsonschema import Draft202012Validator
from report.sarif_structure import SARIF

KEYS = [
    "code",
    "severity",
    "file",
    "line",
    "column",
    "end_line",
    "end_column",
    "title",
    "label",
    "text",
    "hint",
    "source",
    "pointer",
    "template",
    "channel",
    "gateway",
    "example",
    "generated",
    "locale",
    "value",
    "related",
]


PAGE = """\
# Text too long

The channel refuses
a longer text.

## Refused
"""


@pytest.fixture(autouse=True)
def _pages(monkeypatch, tmp_path):
    """One page of help, so that the goldens hang on no other text."""
    (tmp_path / "text-too-long.md").write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr("handbill.report.explained.folder", lambda _: tmp_path)


@pytest.mark.parametrize("form", ["json", "sarif", "github"])
def test_golden(findings, form, snapshot):
    text = REPORTERS[form](list(findings.values()))
    assert text.endswith("\n")
    text.encode("utf-8")
    snapshot.assert_match(text, f"report.{form}")


@pytest.mark.parametrize("form", ["json", "sarif", "github"])
def test_twice_the_same(findings, form):
    found = list(findings.values())
    assert REPORTERS[form](found) == REPORTERS[form](found)


def test_json_keys(findings):
    listed = json.loads(REPORTERS["json"](list(findings.values())))
    assert all(list(entry) == KEYS for entry in listed)
    assert listed[0]["line"] == 6
    assert listed[0]["column"] == 15
    assert listed[0]["end_column"] == 30
    assert listed[7]["file"] is None
    assert json.loads(REPORTERS["json"]([])) == []


def test_json_gives_values_back_exactly(findings):
    listed = json.loads(REPORTERS["json"]([findings["hostile"]]))
    assert listed[0]["value"] == findings["hostile"].value


def test_sarif_has_the_structure(findings):
    validator = Draft202012Validator(SARIF)
    for found in ([], list(findings.values())):
        log = json.loads(REPORTERS["sarif"](found))
        assert [error.message for error in validator.iter_errors(log)] == []
        rules = [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]]
        assert rules == sorted({d.code for d in found})
        assert [rules[result["ruleIndex"]] for result in log["runs"][0]["results"]] == [d.code for d in found]


def test_sarif_carries_help(findings):
    log = json.loads(REPORTERS["sarif"]([findings["issue"], findings["wide"]]))
    empty, long = log["runs"][0]["tool"]["driver"]["rules"]
    assert long["help"] == {"text": PAGE, "markdown": PAGE}
    assert long["fullDescription"] == {"text": "The channel refuses a longer text."}
    assert "help" not in empty


def test_sarif_structure_refuses():
    """The oracle above can fail."""
    validator = Draft202012Validator(SARIF)
    assert not validator.is_valid({"version": "2.1.0", "runs": [{"results": []}]})
    assert not validator.is_valid({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "result": []}]})


def test_sarif_paths_are_uris(findings):
    log = json.loads(REPORTERS["sarif"]([findings["long-line"]]))
    uri = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "templates/long%20line.json.j2"


def test_github_commands_come_apart_again(findings):
    """As the runner reads them: one command a line, properties apart by commas, then undone."""
    lines = REPORTERS["github"](list(findings.values())).splitlines()
    assert len(lines) == len(findings)
    command = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")
    for line, finding in zip(lines, findings.values(), strict=True):
        match = command.fullmatch(line)
        assert match, line
        pairs = dict(pair.split("=", 1) for pair in match[2].split(","))
        if finding.label:
            # the runner undoes %25 last
            path = unquote(pairs["file"])
            assert path == finding.label.span.source.path.replace("\x1b", "\\x1b")
        assert pairs["title"].endswith(f"({finding.code})")
