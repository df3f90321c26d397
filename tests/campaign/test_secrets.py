"""No secret and no token in anything that a campaign leaves: output, logs, ledger, dumps, crashes."""

from __future__ import annotations

import base64
import logging
import re
from importlib import import_module
from pathlib import Path
from urllib.parse import quote

import pytest
from campaign.conftest import Made, Project, run_id
from click.testing import CliRunner
from handbill.cli.group import handbill
from handbill.sandbox import access

TOKEN = "canary-token-0123456789"
ID, SECRET = "canary-client-id", "canary/client+secret"
CANARIES = [ID, SECRET, quote(SECRET, safe=""), base64.b64encode(f"{ID}:{SECRET}".encode()).decode(), TOKEN]
FAULTS = "401=0.02,429=0.1,500=0.1,drop=0.05,html=0.05,cut=0.05"


@pytest.fixture
def known_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access.secrets, "token_urlsafe", lambda size: TOKEN)


def left(project: Project) -> str:
    files = [path for path in project.root.rglob("*") if path.is_file()]
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


def clean(*texts: str) -> None:
    for text in texts:
        for canary in CANARIES:
            assert canary not in text


@pytest.mark.usefixtures("known_token")
def test_a_whole_campaign_leaves_none(
    made: Made, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    project = made({"retry": {"attempts": 3}, "workers": 4, "batch": 3}, fail=FAULTS)
    project.people(120)
    texts = []
    result = project.send(code=None)
    texts += [result.output]
    run = run_id(result.output)
    for arguments in (("runs",), ("runs", run), ("runs", run, "--format", "json"), ("send", "--resume", run)):
        texts.append(project.run(*arguments, code=None).output)
    for form in ("jsonl", "curl", "har"):
        texts.append(project.send("--dump", form).output)
    clean(*texts, caplog.text, *capfd.readouterr(), left(project))
    assert project.box.counts()["tokens"] >= 1
    assert re.search(rb"user-00001", Path(project.root, ".handbill", "runs", f"{run}.jsonl").read_bytes())


@pytest.mark.parametrize("debug", ["", "1"])
@pytest.mark.parametrize(
    "place", ["http.Client._post", "flight.Flight.send", "claims.Claims.record", "oauth.Tokens.token"]
)
def test_a_crash_tells_none(
    made: Made, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, place: str, debug: str
) -> None:
    """A fault of ours, at the worst places: said as such, and the run can be resumed."""
    caplog.set_level(logging.DEBUG)
    project = made()
    people = project.people(20)
    project.env["HANDBILL_DEBUG"] = debug
    module, owner, method = place.split(".")

    def broken(*_: object) -> None:
        raise RuntimeError("broken" if debug else f"{SECRET} {TOKEN}")

    with monkeypatch.context() as patch:
        patch.setattr(getattr(import_module(f"handbill.send.{module}"), owner), method, broken)
        people_file = str(project.root / "people.csv")
        command = [
            "send",
            "hello",
            "--channel",
            "messenger",
            "--recipients",
            people_file,
            "--project",
            str(project.root),
        ]
        result = CliRunner().invoke(handbill, command, env=project.env)
    assert result.exit_code == 3
    assert "fault of Handbill" in result.stderr
    assert ("Traceback" in result.stderr) == bool(debug)
    clean(result.output, caplog.text, left(project))
    project.run("send", "--resume", run_id(result.stderr), "--unknown", "resend")
    assert project.delivered().keys() == set(people)


def test_a_login_that_fails_tells_none(made: Made) -> None:
    project = made(clients={"somebody-else": "x"})
    project.people(20)
    result = project.send(code=1)
    assert "error: login-failed" in result.stderr
    clean(result.output, left(project))
