"""A connection to a channel's own API: which one is taken, and its mistakes."""

from __future__ import annotations

from typing import Any

import pytest
from handbill.diagnostic import Diagnostic, Failed
from handbill.send.connections import connection, service
from handbill.send.direct_connection import Direct
from handbill.send.rate import slowest, spacing
from send.fake_channel import TOKEN, link

TELEGRAM = {"gateway": "direct", "channel": "telegram"}


def refused(settings: dict[str, Any], environment: dict[str, str] | None = None, name: str = "telegram") -> Diagnostic:
    def ready() -> object:
        return service(connection({"x": settings}, "x", {}, channel=name), "direct", name, environment or {})

    with pytest.raises(Failed) as failed:
        ready()
    [diagnostic] = failed.value.diagnostics
    return diagnostic


def test_the_channels_variable_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found = connection({}, None, {}, channel="telegram", gateway="direct")
    assert isinstance(found, Direct)
    assert (found.name, found.channel.name, found.variable) == ("", "telegram", "TELEGRAM_BOT_TOKEN")
    service(found, "direct", "telegram", {"TELEGRAM_BOT_TOKEN": TOKEN})
    with pytest.raises(Failed, match="TELEGRAM_BOT_TOKEN is not set"):
        service(found, "direct", "telegram", {"TELEGRAM_BOT_TOKEN": " "})


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ({**TELEGRAM, "region": "us-east-1"}, "bad-config", "Unknown setting"),
        ({**TELEGRAM, "token": "12:abc"}, "bad-config", "Not the name of an environment variable"),
        ({**TELEGRAM, "base_url": "http://api.example"}, "bad-config", "Address without encryption"),
        ({"gateway": "direct", "channel": "webmessaging"}, "bad-config", "Unknown name"),
        ({"gateway": "direct", "channel": "whatsapp", "phone_number_id": "x"}, "bad-config", "Wrong value"),
        ({"gateway": "direct", "channel": "whatsapp"}, "missing-credentials", "`phone_number_id` is not known"),
        ({**TELEGRAM, "token": "MY_TOKEN"}, "missing-credentials", "MY_TOKEN is not set"),
    ],
)
def test_mistakes_in_a_connection(settings: dict[str, Any], code: str, said: str) -> None:
    diagnostic = refused(settings, name=settings["channel"])
    assert diagnostic.code == code
    assert said in diagnostic.title
    assert diagnostic.hint


def test_a_token_that_is_none() -> None:
    diagnostic = refused(TELEGRAM, {"TELEGRAM_BOT_TOKEN": "12:abc\ndef"})
    assert diagnostic.title == "TELEGRAM_BOT_TOKEN is no token"
    assert "abc" not in repr(diagnostic)


def test_a_connection_is_for_its_channel() -> None:
    found = connection({"x": TELEGRAM}, "x", {})
    for gateway, name in [("direct", "line"), ("genesys-event", "telegram")]:
        with pytest.raises(Failed) as failed:
            service(found, gateway, name)
        assert failed.value.diagnostics[0].code == "not-sendable"


@pytest.mark.parametrize(
    ("name", "asked", "gateway", "chosen"),
    [
        ("telegram", "", "direct", "bot"),
        ("line", "", "genesys-event", "default"),
        ("line", "direct", "direct", "shop"),
        ("messenger", "direct", "direct", ""),
        ("messenger", "", "genesys-event", "default"),
        ("whatsapp", "genesys-bot", "genesys-bot", "default"),
    ],
)
def test_which_connection_is_taken(name: str, asked: str, gateway: str, chosen: str) -> None:
    tables = {
        "default": {"region": "us-east-1"}, "bot": TELEGRAM, "shop": {"gateway": "direct", "channel": "line"},
    }  # fmt: skip
    found = connection(tables, None, {}, channel=name, asked=asked, gateway=gateway)
    assert found.name == chosen
    assert isinstance(found, Direct) == (chosen != "default")


def test_the_only_connection_of_a_channel_is_taken_before_the_projects_gateway() -> None:
    assert (
        connection(
            {"shop": {"gateway": "direct", "channel": "line"}}, None, {}, channel="line", gateway="genesys-event"
        ).name
        == "shop"
    )


def test_rates_come_from_the_channel_unless_the_connection_says_otherwise() -> None:
    found = connection({"x": {"gateway": "direct", "channel": "whatsapp"}}, "x", {})
    assert found.rate == (80, 1)
    assert service(found, "direct", "whatsapp").spacing == (1, 6, 1)
    other = connection({"x": {"gateway": "direct", "channel": "whatsapp", "rate": "20/s"}}, "x", {})
    assert other.rate == (20, 1)


def test_a_connection_to_genesys_does_not_take_what_genesys_does_not_carry() -> None:
    tables = {"cloud": {"gateway": "genesys-event", "region": "us-east-1"}}
    assert connection(tables, None, {}, channel="telegram", gateway="direct").name == ""
    assert connection(tables, None, {}, channel="line", gateway="genesys-event").name == "cloud"


def test_the_strictest_rate_of_each_kind_is_held() -> None:
    rates = [
        {"limit": 80, "seconds": 1, "scope": "a", "applies": "connection"},
        {"limit": 3000, "seconds": 60, "scope": "b", "applies": "connection"},
        {"limit": 1, "seconds": 6, "scope": "c", "applies": "recipient"},
        {"limit": 10, "seconds": 30, "scope": "c", "applies": "recipient"},
        {"limit": 1, "seconds": 86400, "scope": "the connection and recipient of another"},
    ]
    found = link({"rates": rates}).channel
    assert (slowest(found), spacing(found)) == ((3000, 60), (1, 6, 1))
    assert spacing(link({}).channel) is None


def test_whose_limits_they_are_has_no_secret_in_it() -> None:
    names = set()
    for settings in (TELEGRAM, {**TELEGRAM, "token": "OTHER"}, {**TELEGRAM, "base_url": "https://x.example"}):
        found = connection({"x": settings}, "x", {})
        ready = service(found, "direct", "telegram", {"TELEGRAM_BOT_TOKEN": TOKEN, "OTHER": TOKEN})
        again = service(found, "direct", "telegram", {"TELEGRAM_BOT_TOKEN": "another", "OTHER": "another"})
        assert ready.limiter() == again.limiter()
        names.add(ready.limiter())
    for number in ("1", "2"):
        settings = {"gateway": "direct", "channel": "whatsapp", "phone_number_id": number}
        found = connection({"x": settings}, "x", {})
        names.add(service(found, "direct", "whatsapp", {"WHATSAPP_TOKEN": TOKEN}).limiter())
    assert len(names) == 5
