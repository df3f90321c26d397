"""The requests of a run, for review: what is dumped is what is sent, and nothing else is done."""

from __future__ import annotations

import json
import socket

import pytest
from campaign.conftest import Made
from click.testing import CliRunner
from handbill.cli.group import handbill
from send.conftest import genesys as genesys
from send.fake_genesys import EVENTS, Genesys


def test_the_very_requests(made: Made, genesys: Genesys) -> None:
    project = made()
    project.people(23)
    toml = project.root / "handbill.toml"
    toml.write_text(toml.read_text().replace(project.box.url, genesys.url))
    dumped = [json.loads(line) for line in project.send("--dump", "--workers", "1").stdout.splitlines()]
    assert genesys.seen == []
    assert not project.root.joinpath(".handbill").exists()
    project.send("--workers", "1")
    assert [len(json.loads(seen.body)) for seen in genesys.seen[1:]] == [10, 10, 3]
    for line, seen in zip(dumped, genesys.seen, strict=True):
        assert (line["method"], line["url"]) == ("POST", genesys.url + seen.path)
        body = line["body"]
        raw = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        assert raw.encode() == seen.body


def test_sequences_go_in_waves(made: Made) -> None:
    project = made({"idempotency_key": "Idempotency-Key"})
    project.people(5)
    lines = [json.loads(line) for line in project.send("--dump", "--batch", "3", name="two").stdout.splitlines()][1:]
    texts = [[event["content"]["text"][:3] for event in line["body"]] for line in lines]
    assert texts == [["Hi "] * 3, ["Bye"] * 3, ["Hi "] * 2, ["Bye"] * 2]
    assert lines[3]["headers"]["Idempotency-Key"] == '"<key of row 4, body 2>", "<key of row 5, body 2>"'


@pytest.mark.parametrize("form", ["jsonl", "curl", "har"])
def test_no_socket_no_secret_no_ledger(made: Made, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    project = made()
    project.people(23)

    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    arguments = ["send", "hello", "--channel", "messenger", "--recipients", str(project.root / "people.csv")]
    result = CliRunner(env=dict.fromkeys(project.env)).invoke(
        handbill, [*arguments, "--project", str(project.root), "--dump", form]
    )
    assert result.exit_code == 0, result.output
    assert "GENESYS_CLOUD_CLIENT_SECRET" in result.stdout
    assert result.stdout.count("user-000") == 23
    assert not project.root.joinpath(".handbill").exists()
    if form == "har":
        assert len(json.loads(result.stdout)["log"]["entries"]) == 4


def test_bad_rows_are_told_and_the_others_dumped(made: Made) -> None:
    project = made()
    project.people(3)
    with project.root.joinpath("people.csv").open("a") as file:
        file.write(",Nobody\nuser-9,Ann\n")
    result = project.send("--dump", code=1)
    assert "people.csv:5:1: error: bad-recipient" in result.stderr
    assert len(json.loads(result.stdout.splitlines()[1])["body"]) == 4


def test_one_message_as_a_script(made: Made) -> None:
    project = made()
    result = project.run(
        "send", "hello", "--channel", "messenger", "--to", "user-1", "--set", "first_name=Zoë", "--dump", "curl"
    )
    assert result.stdout.startswith("#!/bin/sh\n")
    assert result.stdout.count(EVENTS) == 1
