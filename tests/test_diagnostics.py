"""Every code is explained on a page, and the page is right: its examples are run, the refused one is a golden."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from diagnostics.emitted import emitted
from diagnostics.pages import HERE, Example, codes, page
from filters.packages import importable
from handbill.cli.group import handbill
from handbill.marks import places, plain
from handbill.read_json import read_json
from handbill.report.text import report
from handbill.source import Source
from handbill.template import span_in
from handbill.validate import diagnose, schema
from send.conftest import genesys as genesys
from send.fake_genesys import EVENTS, TOKEN, Genesys, Reply

CODES = codes()
HEAD = re.compile(r"^(?:\S.*: )?(error|warning|info): ([a-z0-9-]+)$", re.MULTILINE)
SECRETS = {
    "GENESYS_CLOUD_CLIENT_ID": "canary-client-id",
    "GENESYS_CLOUD_CLIENT_SECRET": "canary-client-secret",
    "WHATSAPP_TOKEN": "canary-token",
}
WITHOUT_SECRETS = {"missing-credentials"}
RUN = re.compile(r"\d{8}-\d{4}-[a-z0-9]{4}")

Run = Callable[[Example, str], tuple[str, int]]


def test_every_code_has_a_page() -> None:
    assert set(CODES) == emitted(), "a page for each code, and a code for each page"


def test_goldens_and_folders_belong_to_a_page() -> None:
    beside = {path.stem for path in HERE.iterdir() if path.suffix == ".txt" or (path.is_dir() and path.stem[0] != "_")}
    assert beside <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_page_reads_well(code: str) -> None:
    found = page(code)
    assert re.fullmatch(r"[A-Z][^.:`]*[^.:`?!]", found.title), "a noun phrase, without a full stop"
    assert found.about, "says what it means"
    prose = " ".join(found.about)
    sentences = re.findall(r"[.?!](?:\s|$)", re.sub(r"`[^`]*`", "x", prose))
    assert 2 <= len(sentences) <= 6
    assert not re.search(r"(?i)\b(schema|enum|regex|array|string|integer|keyword)\b", re.sub(r"`[^`]*`", "", prose))
    assert all(len(line) <= 120 for line in found.text.split("\n"))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Run:
    """Run an example in a project of its own; what was printed, and the exit code."""

    def run(example: Example, code: str) -> tuple[str, int]:
        project = tmp_path / "project"
        example.write(project)
        monkeypatch.chdir(project)
        if example.schema:
            return _judged(example)
        server: Genesys | None = request.getfixturevalue("genesys") if example.answers else None
        if server is not None:
            config = project.joinpath("handbill.toml")
            if "HOST" not in config.read_text():
                config.write_text('[connections.sandbox]\nbase_url = "http://HOST"\n')
            config.write_text(config.read_text().replace("HOST", server.url.removeprefix("http://")))
            _plan(server, example)
        runner = CliRunner(env={} if code in WITHOUT_SECRETS else SECRETS)
        began = ""
        with importable(project.parent / "site"):
            for command in example.before:
                began = runner.invoke(handbill, _words(command)).output
            example.change(project)
            run = RUN.search(began)
            result = runner.invoke(handbill, _words(example.command.replace("RUN", run[0] if run else "RUN")))
        text = result.output.replace(server.url.removeprefix("http://"), "HOST") if server else result.output
        return re.sub(r"in \d+ s\b", "in 1 s", RUN.sub("RUN", text.replace(f"{project}/", ""))), result.exit_code

    return run


def _words(command: str) -> list[str]:
    program, *arguments = command.split()
    assert program == "handbill"
    return arguments


def _plan(server: Genesys, example: Example) -> None:
    for status, body in example.answers:
        path = TOKEN if "client" in body and status == 400 else EVENTS
        path = "*" if 'gateway = "direct"' in example.files.get("handbill.toml", "") else path
        server.replies[path].append(Reply(status, json.loads(body)))


def _judged(example: Example) -> tuple[str, int]:
    """What a definition of a shipped schema says of a value."""
    name, _, pointer = example.schema.partition("#")
    source = Source("value.json", example.files["value.json"])
    node = read_json(source.text)
    rule = schema(name)
    rule.document = {**rule.document, "$ref": f"#{pointer}"}
    marks = dict(places(node))
    found = [diagnose(v, who="Messenger", span=span_in(source, marks, v.path)) for v in rule.violations(plain(node))]
    return report(found), int(bool(found))


@pytest.mark.parametrize("code", CODES)
def test_the_refused_example(code: str, run: Run, snapshot) -> None:
    example = page(code).sections["Refused"]
    printed, exit_code = run(example, code)
    snapshot.snapshot_dir = HERE
    commands = "\n".join(f"$ {command}" for command in [*example.before, example.command])
    run_with = f"held against {example.schema}" if example.schema else commands
    snapshot.assert_match(f"{example.shown()}{run_with}\n{printed}", f"{code}.txt")
    [(severity, said)] = HEAD.findall(printed)  # one mistake, one diagnostic
    assert said == code
    assert exit_code in ((1, 2) if severity == "error" else (0,))


@pytest.mark.parametrize("code", CODES)
def test_the_accepted_example(code: str, run: Run) -> None:
    example = page(code).sections["Accepted"]
    printed, exit_code = run(example, code)
    assert not HEAD.findall(printed), printed
    assert exit_code == 0, printed
