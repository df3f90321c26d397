"""Every channel's own API in the sandbox, met by the sender: campaigns with faults, refusals explained, keys, rates."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from handbill.channels import channel
from handbill.cli.group import handbill
from handbill.pipeline import Compiler
from handbill.project import shipped
from handbill.sandbox.endpoints import endpoints
from handbill.sandbox.server import Sandbox
from handbill.send.connections import service
from handbill.send.ledger import Ledger
from handbill.send.outcome import State
from handbill.send.parcels import Parcel
from handbill.send.sender import send
from sandbox.own import FAULTS, HELLO, KEYED, READY, TOKEN, WINDOWED, Make, Own, people, settings, tokens, why


class Project:
    """A content project whose connection leads to the sandbox."""

    def __init__(self, root: Path, name: str, box: Sandbox) -> None:
        self.root = root
        self.name = name
        (root / "templates").mkdir()
        (root / "templates/hello.json.j2").write_text(HELLO, encoding="utf-8")
        table = "".join(f'{key} = "{value}"\n' for key, value in settings(name, box).items())
        (root / "handbill.toml").write_text(
            f'channels = ["{name}"]\n[connections.own]\n{table}rate = "600000/min"\nworkers = 4\n'
            "timeouts = {connect = 2, read = 0.5}\nretry = {attempts = 12, cap_seconds = 0.05}\n",
            encoding="utf-8",
        )

    def run(self, *arguments: str, token: str = TOKEN) -> Result:
        result = CliRunner().invoke(handbill, (*arguments, "--project", str(self.root)), env=tokens(token))
        assert result.exit_code in (0, 1), result.output
        assert "Traceback" not in result.output
        return result

    def one(self, to: str, token: str = TOKEN) -> Result:
        return self.run("send", "hello", "--channel", self.name, "--to", to, "--set", "first_name=Zoë", token=token)

    def campaign(self, ids: list[str]) -> Result:
        file = self.root / "people.csv"
        file.write_text("to,first_name\n" + "".join(f"{each},Zoë\n" for each in ids), encoding="utf-8")
        return self.run("send", "hello", "--channel", self.name, "--recipients", str(file))

    def states(self) -> Counter[State]:
        with Ledger.open(self.root) as ledger:
            [run] = ledger.runs()
            return Counter({state: count for state, count in ledger.counts(run.id).items() if count})

    def sent(self) -> set[int]:
        """The rows that the ledger has as sent."""
        with Ledger.open(self.root) as ledger:
            [run] = ledger.runs()
            return {row.row for row in ledger.rows(run.id) if row.state is State.SENT}


# ---- campaigns


@pytest.mark.parametrize("name", READY)
def test_a_campaign_with_faults(name: str, tmp_path: Path, box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """With keys everything arrives once; without, what may have arrived is parked, and nothing arrives twice."""
    monkeypatch.setattr("handbill.send.direct.spacing", lambda channel: None)  # no pause before a retry
    box.change(fail=FAULTS)
    project = Project(tmp_path, name, box)
    ids = people(name, 20)
    result = project.campaign(ids)
    states = project.states()
    got = {each["recipient"]: each["delivered"] for each in box.messages()}
    assert set(got.values()) == {1}
    assert set(got) <= set(ids)
    assert {each["channel"] for each in box.messages()} == {name}
    if name in KEYED:
        assert states == {State.SENT: 20}, result.output
        assert max(each["arrived"] for each in box.messages()) > 1
        assert all(each["key"] for each in box.messages())
        return
    assert set(states) == {State.SENT, State.UNKNOWN}, result.output
    assert {ids[row - 1] for row in project.sent()} <= set(got)
    box.change(fail={})
    with Ledger.open(tmp_path) as ledger:
        run = ledger.runs()[0].id
    project.run("send", "--resume", run, "--unknown", "resend")
    assert project.states() == {State.SENT: 20}
    assert {each["recipient"] for each in box.messages()} == set(ids)


@pytest.mark.parametrize("name", READY)
@pytest.mark.parametrize("template", ["followup_call", "product_carousel"])
def test_the_tutorials_messages(name: str, template: str, box: Sandbox) -> None:
    """Where the channel shows them."""
    found = Own(Compiler(shipped()), name, box)
    bodies, address = found.bodies(template=template)
    own = service(found.link, "direct", name, tokens())
    outcomes = list(send(own, found.timeouts, [Parcel(json.dumps(body).encode(), address) for body in bodies]))
    assert [outcome.state for outcome in outcomes] == [State.SENT] * len(bodies)
    assert [each["recipient"] for each in box.messages()] == [address["to"]] * len(bodies)


def test_most_channels_show_the_tutorials_question(box: Sandbox) -> None:
    shown = [name for name in READY if Own(Compiler(shipped()), name, box).bodies(template="followup_call")[0]]
    assert len(shown) > len(READY) / 2


# ---- refusals


@pytest.mark.parametrize("name", READY)
def test_whom_nobody_knows(name: str, own: Make, box: Sandbox) -> None:
    outcome = own(name).send(to=people(name, 1, "unknown")[0])
    rows = [row for row in channel(name).data.get("errors") or () if row["outcome"] == "not_found"]
    named = any(row.get("part") == "recipient" for row in channel(name).data.get("errors") or ())
    assert outcome.state is State.REJECTED
    assert why(outcome) == ("conversation-not-found" if not named and (rows or name == "apple") else "send-refused")
    assert box.messages() == []


@pytest.mark.parametrize("name", READY)
def test_whose_window_is_closed(name: str, own: Make, box: Sandbox) -> None:
    outcome = own(name).send(to=people(name, 1, "closed")[0])
    assert (outcome.state, why(outcome)) == (
        (State.REJECTED, "window-closed") if name in WINDOWED else (State.SENT, "")
    )
    assert len(box.messages()) == (name not in WINDOWED)


@pytest.mark.parametrize("name", READY)
def test_a_token_that_is_wrong(name: str, own: Make, box: Sandbox) -> None:
    assert why(own(name).send(token="unknown-token")) == "login-failed"
    box.change(next=["401"])
    assert why(own(name).send()) == "login-failed"
    assert box.messages() == []
    assert own(name).send().state is State.SENT


@pytest.mark.parametrize("name", READY)
def test_too_many(name: str, own: Make, box: Sandbox) -> None:
    box.change(rate="1/min")
    first, second = own(name).send(), own(name).send()
    assert (first.state, why(second)) == (State.SENT, "throttled")
    box.change(rate="", next=["429"])
    assert why(own(name).send()) == "throttled"


@pytest.mark.parametrize("name", READY)
def test_a_body_that_is_wrong(name: str, own: Make, box: Sandbox) -> None:
    """Without what it says, and with far too much of it."""
    found = own(name)
    bodies, _ = found.bodies()
    fields = {each.get("at", "").split("/")[-1].split("/")[0] for each in found.data["address"]["fields"]}
    bare = {key: value for key, value in bodies[0].items() if key in fields or key == "recipient"}
    for body in (bare, _grown(bodies[0])):
        outcome = found.send(body)
        assert (outcome.state, why(outcome)) == (State.REJECTED, "send-refused"), body
    assert box.messages() == []


def _grown(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _grown(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_grown(child) for child in value]
    return value * 100_000 if isinstance(value, str) and value.startswith("Hi ") else value


@pytest.mark.parametrize("name", READY)
def test_other_failures(name: str, own: Make, box: Sandbox) -> None:
    """What it says is what the sender reads: each leaves the message in doubt, or not."""
    for fault in ("500", "502", "503", "504", "html", "drop", "cut"):
        box.change(next=[*[""] * (len(endpoints(channel(name))) - 1), fault])
        outcome = own(name).send()
        assert outcome.state in (State.UNKNOWN, State.REJECTED), fault
        assert why(outcome) in ("outcome-unknown", "send-refused"), fault
    assert sum(each["delivered"] for each in box.messages()) == 2
