"""No secret and no token in anything that any command leaves: output, every log, dumps, files, tracebacks of crashes.

Each command runs in a process of its own, with every logger at its lowest level, once as it should and once with a
crash at its first word.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from campaign.conftest import ROOT, Made, Project, run_id
from campaign.conftest import made as made
from handbill.cli.group import COMMANDS
from handbill.sandbox import access

TOKEN = "canary-token-0123456789"
ID, SECRET = "canary-client-id", "canary/client+secret"
PAIR = f"{ID}:{SECRET}".encode()
CANARIES = [ID, SECRET, quote(SECRET, safe=""), repr(SECRET)[1:-1], base64.b64encode(PAIR).decode(), TOKEN]

HELLO = ("hello", "--channel", "messenger")
PEOPLE = (*HELLO, "--recipients", "people.csv")
ONE = (*HELLO, "--to", "user-1", "--set", "first_name=Z")
WAYS: dict[str, tuple[str, ...]] = {
    "init": ("init", "new"),
    "check": ("check", "--format", "json"),
    "compile": ("compile", *HELLO, "--set", "first_name=Z"),
    "diff": ("diff",),
    "send one": ("send", *ONE),
    "send one, shown": ("send", *ONE, "--dump", "har"),
    "send many": ("send", *PEOPLE),
    "send many, shown": ("send", *PEOPLE, "--dump", "curl"),
    "send many, as lines": ("send", *PEOPLE, "--dump"),
    "send the rest": ("send", "--resume", "{run}"),
    "runs": ("runs",),
    "runs of one": ("runs", "{run}", "--format", "json"),
    "preview": ("preview", "--out", "site"),
    "sandbox": ("sandbox", "--port", "0", "--until-eof", "--client", f"{ID}:{SECRET}"),
    "extract": ("extract", "--locale", "de"),
    "locales": ("locales",),
    "whatsapp": ("whatsapp", "pull", "--waba-id", "102290129340398"),
    "channels": ("channels", "messenger", "--format", "json"),
    "explain": ("explain", "login-failed"),
    "schema": ("schema", "project"),
    "demo": ("demo",),
}
PROGRAM = """
import logging, sys
logging.basicConfig(level=1)
from handbill.cli import group, output
if {crash}:
    def broken(*said, **how):
        raise RuntimeError("broken")
    output.say = output.put = broken
group.handbill.main(args=sys.argv[1:], prog_name="handbill")
"""


def test_every_command_is_here() -> None:
    assert {arguments[0] for arguments in WAYS.values()} == set(COMMANDS)


@pytest.fixture
def project(made: Made, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with a run of which a part is still to be sent, and a sandbox that gives a known token and fails."""
    monkeypatch.setattr(access.secrets, "token_urlsafe", lambda size: TOKEN)
    found = made({"retry": {"attempts": 2}}, fail="401=0.05,429=0.1,500=0.1,html=0.1")
    found.people(30)
    author = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), ("add", "-A"), (*author, "commit", "-q", "-m", "first")):
        subprocess.run(["git", *command], cwd=found.root, check=True)
    return found


@pytest.mark.parametrize("crash", [False, True], ids=["", "crash"])
@pytest.mark.parametrize("way", WAYS)
def test_a_command_leaves_none(project: Project, way: str, crash: bool) -> None:
    run = run_id(project.send(code=None).output) if "{run}" in WAYS[way] else ""
    arguments = [each.replace("{run}", run) for each in WAYS[way]]
    if way == "whatsapp":  # which talks to a channel's own API
        with (project.root / "handbill.toml").open("a", encoding="utf-8") as file:
            file.write('[connections.shop]\ngateway = "direct"\nchannel = "whatsapp"\nphone_number_id = "1"\n')
            file.write(f'base_url = "{project.box.url}/direct/whatsapp"\n')
    env = {
        **os.environ, "GENESYS_CLOUD_CLIENT_ID": ID, "GENESYS_CLOUD_CLIENT_SECRET": SECRET,
        "PYTHONPATH": str(ROOT / "compiler"), "HANDBILL_DEBUG": "1", "WHATSAPP_TOKEN": TOKEN,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", PROGRAM.format(crash=crash), *arguments],
        cwd=project.root, env=env, capture_output=True, text=True, encoding="utf-8", input="", timeout=60, check=False,
    )  # fmt: skip
    if crash and way != "whatsapp":  # it fails before it has anything to say
        assert done.returncode == 3, done.stderr
        assert "RuntimeError: broken" in done.stderr
    else:
        assert done.returncode in (0, 1), done.stderr
        assert "Traceback" not in done.stderr
    for name, text in {"output": done.stdout, "errors": done.stderr, **left(project.root)}.items():
        for canary in CANARIES:
            assert canary not in text, f"{canary} in {name}"


def left(folder: Path) -> dict[str, str]:
    """Every file, as text."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name: path.read_bytes().decode("utf-8", "replace") for path in files}
