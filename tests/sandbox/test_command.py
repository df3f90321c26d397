"""`handbill sandbox` as a process: what it says, how it ends, and that `handbill send` reaches it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import handbill
import httpx
import pytest
from click.testing import CliRunner, Result
from handbill.cli.group import handbill as cli
from handbill.sandbox.server import Sandbox
from hypothesis import given
from hypothesis import strategies as st
from sandbox.conftest import EVENTS, Caller, event

SOURCE = str(Path(handbill.__file__).parents[1])
CREDENTIALS = {"GENESYS_CLOUD_CLIENT_ID": "canary-client-id", "GENESYS_CLOUD_CLIENT_SECRET": "canary-client-secret"}


class Process:
    """A sandbox of its own, on a free port."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "handbill", "sandbox", "--port", "0", *arguments]
        self.process = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": SOURCE}, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.first = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", self.first)
        assert found is not None, self.first + self.process.communicate()[1]
        self.url = found[0]

    def ended(self, *, by: signal.Signals | None = None) -> tuple[int, str, str]:
        """The exit code and what was said, after a signal or the end of its input."""
        if by is not None:
            self.process.send_signal(by)
            code = self.process.wait(10)
            assert self.process.stdin is not None
            self.process.stdin.close()
        else:
            assert self.process.stdin is not None
            self.process.stdin.close()
            code = self.process.wait(10)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        with self.process.stdout, self.process.stderr:
            return code, self.first + self.process.stdout.read(), self.process.stderr.read()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A content project."""
    folder = tmp_path / "project"
    result = CliRunner().invoke(cli, ["init", str(folder)])
    assert result.exit_code == 0, result.output
    monkeypatch.chdir(folder)
    return folder


def send(*more: str) -> Result:
    """The tutorial's quick reply to one customer."""
    to = ["--to", "123456789012345", "--channel-id", "987654321098765"]
    arguments = ["send", "followup_call", "--channel", "messenger", *to, *more]
    return CliRunner(env=CREDENTIALS).invoke(cli, arguments)


def test_what_it_says_is_what_it_takes(project: Path, tmp_path: Path) -> None:
    """The settings it prints are all that `handbill send` needs."""
    log = tmp_path / "log.jsonl"
    running = Process("--dedupe", "--rate", "200/s", "--log", str(log), "--seed", "5")
    try:
        assert f"sandbox at {running.url}, seed 5;" in running.first
        opening = [running.process.stdout.readline() for _ in range(7)]  # type: ignore[union-attr]
        table = [line.strip() for line in opening if line.startswith("  ")]
        assert table == [
            "[connections.sandbox]",
            f'base_url = "{running.url}"',
            'rate = "200/s"',
            'idempotency_key = "Idempotency-Key"',
        ]
        settings = (project / "handbill.toml").read_text(encoding="utf-8")
        (project / "handbill.toml").write_text(settings + "\n" + "\n".join(table) + "\n", encoding="utf-8")
        result = send()
        assert result.exit_code == 0, result.output
    finally:
        code, said, told = running.ended(by=signal.SIGINT)
    assert code == 0
    assert "stopped: 1 messages delivered, 1 requests, 1 tokens" in said
    assert [line[9:] for line in told.splitlines()] == [
        "POST /oauth/token: token, 200",
        f"POST {EVENTS}: 1 accepted, 200",
    ]
    assert "canary" not in said + told
    (line,) = log.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["recipient"] == "123456789012345"


@pytest.mark.parametrize("rate", [(), ("--rate", "200/s")], ids=["own", "given"])
def test_what_it_says_of_a_channels_own_api_is_what_it_takes(project: Path, rate: tuple[str, ...]) -> None:
    running = Process("--quiet", *rate)
    try:
        with running.process.stdout as out:  # type: ignore[union-attr]
            opening = "".join(iter(out.readline, f"The inbox, for the browser: {running.url}/\n"))
            _, own = opening.split("Or to a channel's own API, each under its name:\n")
            table, _, export = own.partition("  export ")
            assert [line.strip() for line in table.strip().splitlines()] == [
                "[connections.messenger]", 'gateway = "direct"', 'channel = "messenger"',
                f'base_url = "{running.url}/direct/messenger"', *(['rate = "200/s"'] if rate else []),
            ]  # fmt: skip
            (project / "handbill.toml").write_text(table, encoding="utf-8")
            variable, _, token = export.strip().partition("=")
            arguments = ["send", "followup_call", "--channel", "messenger", "--to", "1254477777772919"]
            result = CliRunner(env={variable: token}).invoke(cli, arguments)
            assert result.exit_code == 0, result.output
            (message,) = httpx.get(f"{running.url}/_sandbox/messages", trust_env=False).json()["messages"]
            running.process.send_signal(signal.SIGINT)
            running.process.wait(10)
    finally:
        running.process.kill()
        running.process.communicate()
    assert (message["gateway"], message["channel"], message["recipient"]) == ("direct", "messenger", "1254477777772919")


@pytest.mark.parametrize("by", [signal.SIGTERM, None], ids=["signal", "input"])
def test_it_ends_when_its_parent_asks(by: signal.Signals | None) -> None:
    running = Process("--quiet", "--fail", "timeout=1", "--until-eof")
    with httpx.Client(base_url=running.url, trust_env=False) as client:
        login = client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=("a", "b"))
        headers = {"Authorization": f"Bearer {login.json()['access_token']}"}
        with pytest.raises(httpx.ReadTimeout):
            client.post(EVENTS, json=[event()], headers=headers, timeout=httpx.Timeout(0.2))
        code, said, told = running.ended(by=by)
    assert (code, told) == (0, "")
    assert said.endswith("stopped: 1 messages delivered, 1 requests, 1 tokens\n")


def test_only_named_clients_are_let_in() -> None:
    running = Process("--client", "me:canary-secret")
    try:
        form = {"grant_type": "client_credentials"}
        posts = [
            httpx.post(f"{running.url}/oauth/token", data=form, auth=auth, trust_env=False)
            for auth in (("me", "canary-secret"), ("me", "other"))
        ]
        assert [post.status_code for post in posts] == [200, 401]
    finally:
        code, said, told = running.ended(by=signal.SIGTERM)
    assert code == 0
    assert "canary" not in said + told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--fail", "42=0.1"), "did you mean `429`?"),
        (("--fail", "429=2"), "from 0 to 1"),
        (("--rate", "fast"), "write it as 300/min, 80/s or none"),
        (("--client", "me"), "an id and a secret"),
        (("--log", "nowhere/log.jsonl"), "cannot write nowhere"),
        (("--port", "99999"), "99999 is not in the range"),
    ],
)
@pytest.mark.usefixtures("project")
def test_wrong_usage(arguments: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(cli, ["sandbox", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(cli, ["sandbox", "--port", port])
    assert result.exit_code == 2
    assert f"port {port} cannot be used: address already in use" in result.stderr


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("handbill.sandbox")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette", None)
    for name in [name for name in sys.modules if name.startswith("starlette.")]:
        monkeypatch.delitem(sys.modules, name)
    result = CliRunner().invoke(cli, ["sandbox"])
    assert result.exit_code == 2
    assert "pip install 'handbill[sandbox]'" in result.stderr


# ---- the sender meets it


@pytest.mark.usefixtures("project")
def test_send_understands_what_goes_wrong(sandbox: Sandbox, project: Path) -> None:
    with (project / "handbill.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[connections.sandbox]\nbase_url = "{sandbox.url}"\n')
    expected = {"": 0, "500-after": 1, "drop": 1, "html": 1, "429": 1, "401": 0, "cut": 1}
    codes = {"500-after": "outcome-unknown", "drop": "outcome-unknown", "html": "outcome-unknown", "429": "throttled"}
    for fault, exit_code in expected.items():
        sandbox.change(next=[fault])
        result = send()
        assert result.exit_code == exit_code, f"{fault}: {result.output}"
        assert codes.get(fault, "") in result.output
    sandbox.change(without=["messaging:send"])
    assert "not-permitted" in send().output
    sandbox.change(without=[], unknown=["1"])
    assert "conversation-not-found" in send().output


# ---- nothing breaks it

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "text", "x"]), inner),
    max_leaves=8,
)
_PLACES = [
    ("type",), ("content",), ("content", "type"), ("content", "template_type"), ("content", "content"),
    ("content", "content", 0), ("content", "content", 0, "text"), ("content", "buttons"), ("content", "buttons", 0),
    ("content", "buttons", 0, "text"), ("content", "header"), ("content", "cards"),
    ("external_conversation_reference",),
    ("external_conversation_reference", "id"), ("external_conversation_reference", "provider_id"),
]  # fmt: skip


@pytest.fixture(scope="module")
def steady() -> Iterator[Caller]:
    with Sandbox() as running:
        caller = Caller(running)
        yield caller
        caller.http.close()


@given(st.lists(st.tuples(st.sampled_from(_PLACES), _JSON), min_size=1, max_size=3))
def test_no_event_breaks_it(steady: Caller, changes: list[tuple[tuple[str | int, ...], object]]) -> None:
    body = event()
    for path, value in changes:
        node: object = body
        for step in path[:-1]:
            try:
                node = node[step]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                break
        else:
            if isinstance(node, dict) or (isinstance(node, list) and node):
                node[path[-1]] = value  # type: ignore[index]
    assert steady.send(body).status_code in (200, 400, 404)


def test_a_body_nested_without_end(steady: Caller) -> None:
    for deep in (b"[" * 1000 + b"]" * 1000, b"[" * 100_000 + b"]" * 100_000):
        for body in (deep, b'[{"type":"send","when":' + deep + b"}]"):
            answer = steady.post(EVENTS, body)
            assert (answer.status_code, answer.json()["status"]) == (400, 400)
