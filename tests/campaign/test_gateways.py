"""Campaigns through the other gateways, and to a channel that wants time between two messages to one person."""

from __future__ import annotations

import time

from campaign.conftest import Made
from handbill.send.ledger import Ledger
from handbill.send.outcome import State

BOT = {"gateway": "genesys-bot", "bot_version": "1", "language": "en-us"}


def test_a_bots_replies_go_one_a_request(made: Made) -> None:
    project = made({**BOT, "workers": 3})
    people = project.people(40)
    project.send()
    assert project.delivered() == dict.fromkeys(people, 1)
    assert project.box.counts()["requests"] == 40
    body = project.box.messages()[0]["body"]
    assert (body["botId"], body["botVersion"], body["languageCode"]) == ("page-1", "1", "en-us")


def test_agentless(made: Made) -> None:
    project = made({"gateway": "genesys-agentless", "workers": 2}, agentless=202)
    people = project.people(20, lambda n: f"+4915112345{n:03d}")
    file = str(project.root / "people.csv")
    project.run("send", "hello", "--channel", "sms", "--recipients", file, "--channel-id", "+18005551234")
    assert project.delivered() == dict.fromkeys(people, 1)


def test_nothing_is_posted_through_a_bots_own_payload(made: Made) -> None:
    project = made()
    project.people(2)
    result = project.send("--via", "genesys-dialogflow", code=1)
    assert "error: not-sendable" in result.stderr
    assert not project.root.joinpath(".handbill").exists()


def test_one_message_in_six_seconds_to_the_same_person(made: Made) -> None:
    project = made({**BOT, "workers": 2})
    project.people(6, lambda n: f"user-{n % 4}")  # two of them are there twice
    file = str(project.root / "people.csv")
    process = project.start("hello", "--channel", "whatsapp", "--recipients", file, "--channel-id", "bot-1")
    process.until(lambda: len(project.box.messages()) >= 4)
    time.sleep(1)
    assert project.states() == {State.SENT: 4, State.NEW: 2}
    with Ledger.open(project.root) as ledger:
        moment = ledger.next(ledger.runs()[0].id)
    assert moment is not None
    assert 3 < moment - time.time() < 6.2
    process.terminate()
    process.communicate()
    assert process.returncode == 130
