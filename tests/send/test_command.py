"""`handbill send` from the command line, as an author runs it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from handbill.cli.group import handbill
from send.fake_genesys import EVENTS, TOKEN, Genesys, Reply

Run = Callable[..., Result]

FOLLOWUP = """\
---
params:
  question: {type: string}
examples:
  default: {question: Do you want to schedule a follow-up call?}
---
{
  "template_type": "quick_reply",
  "text": "{{ question }}",
  "buttons": [{"text": "Yes", "value": "yes_confirmed"}, {"text": "No", "value": "no_declined"}],
}
"""
LONG = '{"template_type": "quick_reply", "text": "?", "buttons": [{"text": "%s", "value": "x"}]}' % ("y" * 40)
TWO = '[{"template_type": "text", "text": "one"}, {"template_type": "text", "text": "two"}]'
EVENT = {
    "type": "send",
    "content": {
        "type": "template",
        "template_type": "quick_reply",
        "content": [{"type": "text", "text": "Do you want to schedule a follow-up call?"}],
        "buttons": [
            {"type": "button", "text": "Yes", "value": "yes_confirmed"},
            {"type": "button", "text": "No", "value": "no_declined"},
        ],
    },
    "external_conversation_reference": {
        "id": "123456789012345",
        "channel_id": "987654321098765",
        "provider_id": "messenger",
    },
}
ONE = ("followup", "--channel", "messenger", "--to", "123456789012345")
CHANNEL = ("--channel-id", "987654321098765")


@pytest.fixture
def project(tmp_path: Path, genesys: Genesys) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    for name, text in {"followup": FOLLOWUP, "long": LONG, "two": TWO}.items():
        (folder / f"{name}.json.j2").write_text(text)
    (tmp_path / "handbill.toml").write_text(f'[connections.sandbox]\nbase_url = "{genesys.url}"\n')
    return tmp_path


@pytest.fixture
def run(project: Path, environment: dict[str, str]) -> Run:
    def run(*arguments: str, secrets: bool = True) -> Result:
        unset = dict.fromkeys(environment, None)
        variables = environment if secrets else unset
        return CliRunner().invoke(handbill, ["send", *arguments, "--project", str(project)], env=variables)

    return run


def test_the_tutorials_message_is_sent(run: Run, genesys: Genesys) -> None:
    result = run(*ONE, *CHANNEL)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "sent, id event-1\n", "")
    assert genesys.paths() == [TOKEN, EVENTS]
    assert json.loads(genesys.seen[1].body) == [EVENT]
    assert list(json.loads(genesys.seen[1].body)[0]) == list(EVENT), "in the tutorial's order"


def test_what_is_dumped_is_what_is_sent(run: Run, genesys: Genesys) -> None:
    dumped = run(*ONE, *CHANNEL, "--dump", secrets=False)
    assert (dumped.exit_code, dumped.stderr) == (0, "")
    run(*ONE, *CHANNEL)
    token, call = (json.loads(line) for line in dumped.stdout.splitlines())
    assert token["url"] == genesys.url + TOKEN
    assert call["url"] == genesys.url + EVENTS
    assert json.dumps(call["body"], ensure_ascii=False, separators=(",", ":")).encode() == genesys.seen[1].body


def test_a_dump_opens_no_socket_and_shows_no_secret(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for secrets in (True, False):
        result = run(*ONE, *CHANNEL, "--dump", secrets=secrets)
        assert result.exit_code == 0
        assert "canary" not in result.output
        assert "<GENESYS_CLOUD_CLIENT_SECRET>" in result.stdout


def test_a_dump_shows_what_is_not_known_yet(run: Run) -> None:
    call = json.loads(run(*ONE, "--dump").stdout.splitlines()[1])
    assert call["body"][0]["external_conversation_reference"]["channel_id"] == "<channel_id>"


def test_the_connection_knows_the_channels(run: Run, project: Path, genesys: Genesys) -> None:
    config = project / "handbill.toml"
    config.write_text(f'{config.read_text()}channels = {{messenger = "987654321098765"}}\n')
    assert run(*ONE).exit_code == 0
    assert json.loads(genesys.seen[1].body) == [EVENT]


def test_values_come_from_the_command_line(run: Run, genesys: Genesys) -> None:
    assert run(*ONE, *CHANNEL, "--set", 'question=Grüß "dich"?').exit_code == 0
    assert json.loads(genesys.seen[1].body)[0]["content"]["content"][0]["text"] == 'Grüß "dich"?'


def test_missing_credentials_come_before_anything_else(run: Run, genesys: Genesys) -> None:
    result = run("long", *ONE[1:], *CHANNEL, secrets=False)
    assert result.exit_code == 1
    assert "missing-credentials" in result.stderr
    assert "GENESYS_CLOUD_CLIENT_ID and GENESYS_CLOUD_CLIENT_SECRET are not set" in result.stderr
    assert "text-too-long" not in result.stderr
    assert genesys.seen == []


def test_nothing_is_sent_when_the_channel_would_refuse_it(run: Run, genesys: Genesys) -> None:
    for dump in ((), ("--dump",)):
        result = run("long", *ONE[1:], *CHANNEL, *dump)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "text-too-long" in result.stderr
        assert genesys.seen == []


def test_a_refusal_is_explained(run: Run, genesys: Genesys) -> None:
    genesys.replies[EVENTS] = [
        Reply(403, {"code": "missing.permissions", "message": "No\x1b[31m", "contextId": "c0ffee"})
    ]
    result = run(*ONE, *CHANNEL)
    assert (result.exit_code, result.stdout) == (1, "not sent\n")
    assert "followup: error: not-permitted" in result.stderr
    assert "answered 403 missing.permissions: No\\x1b[31m (contextId c0ffee)" in result.stderr
    assert "messaging:send" in result.stderr


def test_the_outcome_of_each_message(run: Run, genesys: Genesys) -> None:
    genesys.replies[EVENTS] = [Reply(body=[{"id": "a\x1b"}, {"error": {"code": "invalid.value", "message": "no"}}])]
    result = run("two", *ONE[1:], *CHANNEL)
    assert result.exit_code == 1
    assert result.stdout == "message 1 of 2: sent, id a\\x1b\nmessage 2 of 2: not sent\n"
    assert result.stderr.count("error: ") == 1


def test_an_unknown_outcome_is_said_and_not_repeated(run: Run, genesys: Genesys) -> None:
    genesys.replies[EVENTS] = [Reply(fault="close")]
    result = run("two", *ONE[1:], *CHANNEL)
    assert result.exit_code == 1
    assert (
        result.stdout == "message 1 of 2: unknown: it may have arrived\nmessage 2 of 2: unknown: it may have arrived\n"
    )
    assert result.stderr.count("error: outcome-unknown") == 1
    assert genesys.paths() == [TOKEN, EVENTS]


def test_an_answer_without_an_id(run: Run, genesys: Genesys) -> None:
    genesys.replies[EVENTS] = [Reply(202)]
    assert run(*ONE, *CHANNEL).stdout == "sent (without an id)\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (ONE, 2, "--channel-id"),
        (ONE[:3], 2, "--to"),
        (("folowup", *ONE[1:]), 2, "did you mean `followup`?"),
        ((*ONE, *CHANNEL, "--connection", "sandbx"), 1, "did you mean `sandbox`?"),
        ((*ONE[:3], "--to", "\udcff", *CHANNEL), 2, "cannot be sent"),
        ((*ONE, "--via", "genesys-dialogflow"), 1, "not-sendable"),
        ((*ONE, "--via", "genesys-dialogflow", "--dump"), 1, "not-sendable"),
        ((*ONE, *CHANNEL, "--via", "genesys-bot"), 2, "bot_version"),
    ],
)
def test_wrong_usage(run: Run, genesys: Genesys, arguments: tuple[str, ...], code: int, said: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert genesys.seen == []


@pytest.mark.parametrize(
    ("via", "channel", "more", "requests"),
    [
        ("genesys-bot", "webmessaging", ("--address", "bot_version=1", "--address", "language=en-us"), 1),
        ("genesys-agentless", "sms", (), 2),
    ],
)
def test_every_gateway_can_be_dumped(run: Run, via: str, channel: str, more: tuple[str, ...], requests: int) -> None:
    result = run("two", "--channel", channel, "--to", "+13175555555", "--via", via, "--dump", *more)
    assert result.exit_code == 0, result.stderr
    assert len(result.stdout.splitlines()) == 1 + requests


def test_an_interrupted_send_says_that_it_may_have_arrived(
    run: Run, genesys: Genesys, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handbill.send import http

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(http.Client, "post", interrupt)
    result = run(*ONE, *CHANNEL)
    assert result.exit_code == 130
    assert "may have arrived" in result.stderr


def test_no_secret_even_when_asked_for_the_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours, at the worst place."""
    from handbill.send import http

    def broken(*_: object) -> None:
        raise RuntimeError("canary")

    monkeypatch.setattr(http.Client, "_post", broken)
    result = run(*ONE, *CHANNEL)
    assert result.exit_code == 3
    assert "canary" not in result.output
