"""Who may ask a local server: nobody whom a page of another site has sent."""

from __future__ import annotations

import pytest
from handbill.local.guard import Guard, local, own
from starlette.responses import Response
from starlette.types import Scope

HERE = "127.0.0.1:8424"


def scope(method: str = "GET", **headers: str) -> Scope:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"type": "http", "method": method, "headers": [(k.encode(), v.encode()) for k, v in named.items()]}


@pytest.mark.parametrize("host", [HERE, "localhost:8424", "[::1]:8424", "127.0.0.1", "LOCALHOST"])
def test_this_computer_by_each_of_its_names(host: str) -> None:
    assert own(scope(host=host))
    assert local(scope(host=host))


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8424", "127.0.0.1.evil.example", "localhost.evil.example", "[", "", "0.0.0.0"],
)
def test_another_name_for_this_address(host: str) -> None:
    assert not own(scope(host=host))
    assert not local(scope(host=host))


def test_no_host_at_all() -> None:
    assert not own(scope())
    assert not local(scope())


@pytest.mark.parametrize(
    ("origin", "is_local"),
    [
        ("https://evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("null", False),
        ("http://localhost:3000", True),
        ("http://127.0.0.1:3000", True),
        ("https://127.0.0.1:8424", True),
    ],
)
def test_a_page_of_another_origin(origin: str, is_local: bool) -> None:
    """For its own pages a port is another server; an API takes whoever is on this computer."""
    assert not own(scope("POST", host=HERE, origin=origin))
    assert local(scope("POST", host=HERE, origin=origin)) is is_local


def test_its_own_page() -> None:
    assert own(scope("POST", host=HERE, origin=f"http://{HERE}", sec_fetch_site="same-origin"))
    assert own(scope("POST", host="LocalHost:8424", origin="http://localhost:8424"))
    assert own(scope("POST", host=HERE, origin="null", sec_fetch_site="same-origin"))  # a form that sends no referrer


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_page_loads_or_sends(site: str) -> None:
    assert not own(scope(host=HERE, sec_fetch_site=site, sec_fetch_mode="no-cors", sec_fetch_dest="image"))
    assert not own(scope(host=HERE, sec_fetch_site=site, sec_fetch_mode="navigate", sec_fetch_dest="iframe"))
    assert not own(scope("POST", host=HERE, sec_fetch_site=site, sec_fetch_mode="navigate", sec_fetch_dest="document"))
    assert not own(scope("POST", host=HERE, origin="null", sec_fetch_site=site))


def test_a_link_that_is_followed() -> None:
    assert own(scope(host=HERE, sec_fetch_site="cross-site", sec_fetch_mode="navigate", sec_fetch_dest="document"))
    assert own(scope(host=HERE, sec_fetch_site="none", sec_fetch_mode="navigate", sec_fetch_dest="document"))


async def _asked(guard: Guard, asked: Scope) -> int:
    said: list[int] = []

    async def send(message: object) -> None:
        said.append(message.get("status", 0))  # type: ignore[attr-defined]

    async def receive() -> object:
        return {"type": "http.disconnect"}

    await guard({**asked, "extensions": {}}, receive, send)  # type: ignore[arg-type]
    return said[0]


def test_the_refusal_answers_in_its_place() -> None:
    import asyncio

    guard = Guard(Response("in"), Response("out", 403))
    assert asyncio.run(_asked(guard, scope(host=HERE))) == 200
    assert asyncio.run(_asked(guard, scope(host="evil.example"))) == 403
