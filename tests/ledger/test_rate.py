"""The limits of a connection: whose they are, and how much of them is used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from handbill.channels import CHANNELS, channel
from handbill.send.connections import connection
from handbill.send.genesys import limiter
from handbill.send.genesys_connection import Credentials, Genesys
from handbill.send.ledger import Ledger
from handbill.send.ledger_file import data
from handbill.send.rate import Limits, limit, spacing
from handbill.send.secret import Secret
from ledger.making import NOW

CREDENTIALS = Credentials(Secret("canary-client-id"), Secret("canary-client-secret"))
PERSON, OTHER = "aa" * 16, "bb" * 16


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def live() -> Genesys:
    found = connection({}, None, {})
    assert isinstance(found, Genesys)
    return found


def limits_of(ledger: Ledger, link: Genesys, name: str, clock: Clock) -> Limits:
    return Limits(ledger, limiter(link, CREDENTIALS), link.rate, name, spacing(channel(name)), clock)


def test_a_little_less_than_allowed_is_used() -> None:
    each = limit("name", 300, 60)
    assert 0.97 * 300 <= 60 / each.interval < 300
    assert each.burst == 1
    for count in (1, 2, 10, 80, 1000):  # as many as fit into a window that begins with one of them
        assert 1 + int(1 / limit("name", count, 1).interval) <= count


def test_a_limit_is_an_oauth_clients_whatever_the_connection_is_called(live: Genesys) -> None:
    name = limiter(live, CREDENTIALS)
    assert re.fullmatch("[0-9a-f]{32}", name)
    assert limiter(replace(live, name="other", rate=(1, 1.0)), CREDENTIALS) == name
    assert limiter(live, replace(CREDENTIALS, client_secret=Secret("renewed"))) == name
    assert limiter(replace(live, login="https://login.mypurecloud.de"), CREDENTIALS) != name
    assert limiter(live, replace(CREDENTIALS, client_id=Secret("other"))) != name


def test_requests_are_spread_evenly(ledger: Ledger, live: Genesys) -> None:
    limits = limits_of(ledger, live, "messenger", Clock())
    waits = [limits.wait() for _ in range(4)]
    assert waits == pytest.approx([n * 60 / (300 * 0.98) for n in range(4)], abs=1e-5)
    assert limits.spare(PERSON) == limits.spare(PERSON) == 0, "Messenger names no time between two messages to a person"


def test_without_a_rate_nobody_waits(ledger: Ledger) -> None:
    limits = Limits(ledger, "name", None, "messenger", None, Clock())
    assert [limits.wait() for _ in range(4)] == [0, 0, 0, 0]
    limits.push(3)
    assert limits.wait() == pytest.approx(3)


def test_a_recipient_of_whatsapp_is_let_alone_for_six_seconds(ledger: Ledger, live: Genesys) -> None:
    clock = Clock()
    limits = limits_of(ledger, live, "whatsapp", clock)
    assert limits.spare(PERSON) == 0
    assert limits.spare(OTHER) == 0
    left = limits.spare(PERSON)
    assert 6 <= left <= 6.2
    assert limits_of(ledger, live, "whatsapp", clock).spare(PERSON) == left, "another process and another run know it"
    clock.now += left
    assert limits.spare(PERSON) == 0


def test_a_retry_after_is_for_all_who_share_the_limit(ledger: Ledger, live: Genesys) -> None:
    clock = Clock()
    one, other = (limits_of(ledger, live, name, clock) for name in ("messenger", "whatsapp"))
    one.push(12)
    assert other.held() == pytest.approx(12)
    assert other.wait() == pytest.approx(12)
    clock.now += 12
    assert one.held() == 0


def test_no_secret_is_in_the_name(live: Genesys) -> None:
    assert "canary" not in limiter(live, CREDENTIALS)


@pytest.mark.parametrize("name", CHANNELS)
def test_every_rate_of_a_channel_that_is_a_recipients_is_kept(name: str) -> None:
    rates = [
        rate for rate in channel(name).data.get("rates", []) if "recipient" in (rate.get("applies"), rate["scope"])
    ]
    allowed = [rate["limit"] / rate["seconds"] for rate in rates]
    kept = spacing(channel(name))
    assert (kept and kept[0] / kept[1]) == min(allowed, default=None)


@pytest.mark.parametrize("name", [name for name in CHANNELS if spacing(channel(name))])
def test_no_period_has_more_than_a_channel_allows_a_recipient(ledger: Ledger, name: str) -> None:
    """Asked for without a pause, and after one: what goes at once is taken off what is spread."""
    kept = spacing(channel(name))
    assert kept is not None
    clock = Clock()
    limits = Limits(ledger, "name", None, name, kept, clock)
    went: list[float] = []
    for pause in (0.0, 3 * kept.seconds):
        clock.now += pause
        for _ in range(min(2 * kept.limit, 300)):
            while (seconds := limits.spare(PERSON)) > 0:
                clock.now += seconds
            went.append(clock.now)
    rates = [rate for rate in channel(name).data["rates"] if rate.get("applies") == "recipient"]
    for rate in rates:
        for start in went:
            within = sum(start <= moment < start + rate["seconds"] for moment in went)
            assert within <= rate["limit"], rate


def test_the_parts_of_a_message_do_not_wait_for_a_limit_of_an_hour(ledger: Ledger) -> None:
    limits = Limits(ledger, "name", None, "viber", spacing(channel("viber")), Clock())
    assert [limits.spare(PERSON) for _ in range(10)] == [0.0] * 10
    assert 36 < limits.spare(PERSON) < 45


# ---- the numbers


def objects(value: Any, around: tuple[dict[str, Any], ...] = ()) -> Iterator[tuple[Any, tuple[dict[str, Any], ...]]]:
    """Every number in the data, and the objects it is in."""
    if isinstance(value, dict):
        for child in value.values():
            yield from objects(child, (*around, value))
    elif isinstance(value, list):
        for child in value:
            yield from objects(child, around)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value, around


def test_every_number_has_its_source_unit_and_day_beside_it() -> None:
    found = list(objects(data()))
    assert len(found) > 10
    for number, around in found:
        near = {key: each[key] for each in around for key in ("x-source", "x-checked", "x-unit") if key in each}
        assert near.keys() == {"x-source", "x-checked", "x-unit"}, number
        assert near["x-source"].startswith("https://")
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", near["x-checked"])


def test_every_class_and_gateway_has_its_source() -> None:
    for each in [*data()["classes"], *data()["gateways"].values()]:
        assert each["x-source"].startswith("https://")
        assert each["x-checked"]
