"""`handbill send` to a channel's own API: one message and many, faults, keys, resuming, and no secret anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from campaign.conftest import ROOT, run_id
from click.testing import CliRunner, Result
from handbill.cli.group import handbill
from handbill.send.ledger import Ledger
from handbill.send.ledger_file import data
from handbill.send.outcome import State
from send.fake_channel import Api
from send.fake_genesys import Reply, Seen, serving

TOKEN = "123456:canary-token"
SECRETS = {
    "TELEGRAM_BOT_TOKEN": TOKEN,
    "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
    "DISCORD_BOT_TOKEN": TOKEN,
    "WHATSAPP_TOKEN": TOKEN,
    "TWILIO_AUTH_TOKEN": TOKEN,
}
HELLO = """\
---
params:
  first_name: {type: string}
---
{"template_type": "text", "text": "Hi {{ first_name }}"}
"""
FAST = 'rate = "600000/min"\nworkers = 4\ntimeouts = {connect = 2, read = 0.3}\n'


@pytest.fixture
def api() -> Iterator[Api]:
    server = Api()
    server.answer = Reply(body={"ok": True, "result": {"message_id": 7}, "sentMessages": [{"id": "m-7"}], "id": "d-7"})
    with serving(server):
        yield server


@pytest.fixture
def root(tmp_path: Path, api: Api) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/hello.json.j2").write_text(HELLO, encoding="utf-8")
    connect(tmp_path, api, "telegram")
    return tmp_path


def connect(root: Path, api: Api, name: str, **settings: str) -> None:
    more = "".join(f'{key} = "{value}"\n' for key, value in settings.items())
    (root / "handbill.toml").write_text(
        f'channels = ["{name}"]\n[connections.bot]\ngateway = "direct"\nchannel = "{name}"\n'
        f'base_url = "{api.url}"\n{FAST}{more}',
        encoding="utf-8",
    )


def run(root: Path, *arguments: str, code: int = 0, env: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(handbill, (*arguments, "--project", str(root)), env=SECRETS if env is None else env)
    assert result.exit_code == code, result.output
    assert "canary" not in result.output
    for path in root.rglob("*"):
        assert not path.is_file() or b"canary" not in path.read_bytes(), path
    return result


def people(root: Path, *ids: str) -> str:
    path = root / "people.csv"
    path.write_text("to,first_name\n" + "".join(f"{each},Zoë\n" for each in ids), encoding="utf-8")
    return str(path)


def many(root: Path, name: str, *more: str, count: int = 12, code: int = 0) -> Result:
    file = people(root, *(f"{n}" for n in range(100, 100 + count)))
    return run(root, "send", "hello", "--channel", name, "--recipients", file, *more, code=code)


def states(root: Path) -> dict[State, int]:
    with Ledger.open(root) as ledger:
        [found] = ledger.runs()
        return {state: count for state, count in ledger.counts(found.id).items() if count}


def test_one_message(root: Path, api: Api) -> None:
    result = run(root, "send", "hello", "--channel", "telegram", "--to", "4711", "--set", "first_name=Zoë")
    assert result.stdout == "sent, id 7\n"
    assert api.paths() == [f"/bot{TOKEN}/sendMessage"]
    assert api.bodies() == [{"chat_id": "4711", "text": "Hi Zoë"}]


def test_one_message_that_is_refused(root: Path, api: Api) -> None:
    api.replies["*"] = [Reply(400, {"ok": False, "error_code": 400, "description": f"chat not found {TOKEN}"})]
    result = run(root, "send", "hello", "--channel", "telegram", "--to", "1", "--set", "first_name=Zoë", code=1)
    assert result.stdout == "not sent\n"
    assert "answered 400 400: chat not found <hidden>" in result.stderr
    assert "core.telegram.org" in result.stderr


def test_a_missing_token_is_named_before_anything_is_rendered(root: Path, api: Api) -> None:
    broken = root / "templates/hello.json.j2"
    broken.write_text(HELLO.replace("{{ first_name }}", "{{ nobody }}"), encoding="utf-8")
    environment = {"TELEGRAM_BOT_TOKEN": ""}
    result = run(root, "send", "hello", "--channel", "telegram", "--to", "1", code=1, env=environment)
    assert "TELEGRAM_BOT_TOKEN is not set" in result.stderr
    assert "nobody" not in result.stderr
    assert api.seen == []


@pytest.mark.parametrize("form", ["jsonl", "curl", "har"])
def test_a_dump_needs_no_token_and_shows_none(root: Path, api: Api, form: str) -> None:
    for arguments in (("--to", "4711", "--set", "first_name=Zoë"), ("--recipients", people(root, "4711"))):
        result = run(root, "send", "hello", "--channel", "telegram", *arguments, "--dump", form, env={})
        assert ("$TELEGRAM_BOT_TOKEN" if form == "curl" else "<TELEGRAM_BOT_TOKEN>") in result.stdout
        assert "chat_id" in result.stdout
        assert "4711" in result.stdout
    assert api.seen == []


def test_everybody_gets_one(root: Path, api: Api) -> None:
    many(root, "telegram")
    assert Counter(body["chat_id"] for body in api.bodies()) == {str(n): 1 for n in range(100, 112)}
    with Ledger.open(root) as ledger:
        assert {row.id for row in ledger.rows(ledger.runs()[0].id)} == {"7"}


def test_what_is_asked_to_wait_goes_again_and_what_is_refused_does_not(root: Path, api: Api) -> None:
    slow = {"ok": False, "error_code": 429, "description": "slow", "parameters": {"retry_after": 0.01}}
    blocked = {"ok": False, "error_code": 403, "description": "bot was blocked by the user"}
    api.replies["*"] = [Reply(429, slow), Reply(403, blocked), Reply(429, slow)]
    many(root, "telegram", code=1)
    assert states(root) == {State.SENT: 11, State.REJECTED: 1}
    assert len(api.seen) == 14


def test_a_lost_answer_is_parked_where_the_channel_knows_no_key(root: Path, api: Api) -> None:
    api.replies["*"] = [Reply(fault="close"), Reply(502, b"")]
    many(root, "telegram", code=1)
    assert states(root) == {State.SENT: 10, State.UNKNOWN: 2}
    assert len(api.seen) == 12


def test_a_permission_that_is_missing_for_one_does_not_stop_the_others_and_a_false_token_does(
    root: Path, api: Api
) -> None:
    connect(root, api, "line")
    api.replies["*"] = [Reply(403, {"message": "not for this one"})]
    many(root, "line", code=1)
    assert states(root) == {State.SENT: 11, State.REJECTED: 1}
    api.replies["*"] = [Reply(401, {"message": "no"})] * 12
    before = len(api.seen)
    result = run(root, "send", "hello", "--channel", "line", "--recipients", str(root / "people.csv"), code=1)
    assert len(api.seen) - before <= 4, "one for each worker at most"
    assert "resume with" in result.stderr


def test_one_of_several_address_fields_is_needed(root: Path, api: Api) -> None:
    account, sender = {"account_sid": f"AC{'0a' * 16}"}, f"MG{'0b' * 16}"
    connect(root, api, "sms", **account)
    one = ("send", "hello", "--channel", "sms", "--via", "direct", "--set", "first_name=Zoë", "--to", "+13175550123")
    result = run(root, *one, code=2)
    assert "needs --address from=… or --address messaging_service=…" in result.stderr
    file = people(root, "+13175550123", "+13175550124")
    result = run(root, "send", "hello", "--channel", "sms", "--recipients", file, code=1)
    assert "needed: one of from, messaging_service" in result.stderr
    assert api.seen == []
    api.answer = Reply(201, {"sid": "SM1"})
    connect(root, api, "sms", **account, messaging_service=sender)
    run(root, *one)
    run(root, "send", "hello", "--channel", "sms", "--recipients", file)
    assert [dict(form)["MessagingServiceSid"] for form in api.forms()] == [sender] * 3


class Line:
    """LINE: it knows each key again, and says so."""

    def __init__(self, lose: int) -> None:
        self.lose = lose
        self.keys: dict[str, str] = {}
        self.lock = threading.Lock()

    def __call__(self, seen: Seen) -> Reply:
        key = seen.headers["x-line-retry-key"]
        with self.lock:
            if key in self.keys:
                return Reply(409, {"message": "accepted"}, {"x-line-accepted-request-id": f"r-{self.keys[key]}"})
            self.keys[key] = json.loads(seen.body)["to"]
            self.lose -= 1
            if self.lose >= 0:
                return Reply(fault="close")
        return Reply(200, {"sentMessages": [{"id": "m"}]})


def test_a_lost_answer_is_asked_again_by_its_key(root: Path, api: Api) -> None:
    connect(root, api, "line")
    server = Line(lose=5)
    api.replies["/v2/bot/message/push"] = [server] * 30
    many(root, "line")
    assert sorted(server.keys.values()) == [str(n) for n in range(100, 112)]
    assert len(api.seen) == 17
    with Ledger.open(root) as ledger:
        ids = Counter(row.id[:1] for row in ledger.rows(ledger.runs()[0].id))
    assert ids == {"m": 7, "r": 5}


def test_a_run_is_resumed_though_the_recipient_is_not_in_the_body(root: Path, api: Api) -> None:
    connect(root, api, "discord")
    api.replies["*"] = [Reply(200, {"id": "d"}), Reply(401, {"code": 0, "message": "401: Unauthorized"})]
    result = many(root, "discord", "--workers", "1", code=1)
    assert "login-failed" in result.stderr
    first = states(root)
    assert first[State.NEW] >= 10
    run(root, "send", "--resume", run_id(result.output))
    assert states(root) == {State.SENT: 12}
    sent = Counter(seen.path for seen in api.seen)
    assert sum(sent.values()) == 13
    assert set(sent) == {f"/api/v10/channels/{n}/messages" for n in range(100, 112)}
    nonces = {(seen.path, json.loads(seen.body)["nonce"]) for seen in api.seen}
    assert len(nonces) == 12, "the same key at the second attempt"


def test_what_may_have_arrived_long_ago_is_not_sent_again(
    root: Path, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord knows a message again for some time only; an answer that came after it does not count."""
    facts: dict[str, Any] = {**data(), "retry": {**data()["retry"], "remembered_seconds": 0}}
    monkeypatch.setattr("handbill.send.retry.data", lambda: facts)
    connect(root, api, "discord")
    api.replies["*"] = [Reply(fault="close")]
    many(root, "discord", code=1)
    assert states(root) == {State.SENT: 11, State.UNKNOWN: 1}
    assert len(api.seen) == 12


def test_two_runs_keep_the_time_between_two_messages_to_a_person(root: Path, api: Api) -> None:
    """WhatsApp: one in six seconds; the second run knows of the first."""
    connect(root, api, "whatsapp", phone_number_id="1234")
    api.answer = Reply(body={"messages": [{"id": "wamid"}]})
    file = people(root, "+491701234567", "+491701234568")
    arguments = ("send", "hello", "--channel", "whatsapp", "--recipients", file, "--project", str(root))
    run(root, *arguments[:-2], "--limit", "1")
    env = {**os.environ, **SECRETS, "PYTHONPATH": str(ROOT / "compiler")}
    command = [sys.executable, "-m", "handbill", *arguments]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while len(api.seen) < 2:
            time.sleep(0.01)
            assert process.poll() is None
        time.sleep(0.3)
        process.terminate()
    assert [body["to"] for body in api.bodies()] == ["+491701234567", "+491701234568"]
    with Ledger.open(root) as ledger:
        first, second = (ledger.counts(each.id) for each in ledger.runs())
    assert (first[State.SENT], second[State.SENT], second[State.NEW]) == (1, 1, 1)
