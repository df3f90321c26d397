"""A connection to the fake Genesys Cloud, with credentials that must turn up nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from handbill.send import http
from handbill.send.connections import connection, service
from handbill.send.genesys_connection import Credentials, Genesys
from handbill.send.outcome import Outcome
from handbill.send.parcels import parcels
from handbill.send.requests import Request
from handbill.send.sender import requests, send
from send.fake_channel import Api
from send.fake_genesys import Genesys as Server
from send.fake_genesys import serving


def linked(connections: dict[str, Any], name: str | None, environment: dict[str, str], source: Any = None) -> Genesys:
    """A connection to Genesys Cloud."""
    found = connection(connections, name, environment, source)
    assert isinstance(found, Genesys)
    return found


def made(link: Genesys, gateway: str, bodies: Sequence[Any]) -> list[Request]:
    """The requests of a message, without secrets."""
    return requests(service(link, gateway, "messenger"), parcels(bodies, {}))


def sent(link: Genesys, environment: dict[str, str], gateway: str, bodies: Sequence[Any]) -> list[Outcome]:
    """Send a message."""
    return list(send(service(link, gateway, "messenger", environment), link.timeouts, parcels(bodies, {})))


@pytest.fixture
def genesys() -> Iterator[Server]:
    with serving(Server()) as server:
        yield server


@pytest.fixture
def api() -> Iterator[Api]:
    """The API of a channel."""
    with serving(Api()) as server:
        yield server


@pytest.fixture(params=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The HTTP library, where it is installed."""
    name: str = request.param
    pytest.importorskip(name)
    monkeypatch.setattr(http, "LIBRARIES", (name,))
    return name


@pytest.fixture
def environment() -> dict[str, str]:
    """The tutorial's variables, with values that must turn up nowhere."""
    return {"GENESYS_CLOUD_CLIENT_ID": "canary-client-id", "GENESYS_CLOUD_CLIENT_SECRET": "canary/client+secret"}


@pytest.fixture
def sandbox(genesys: Server, environment: dict[str, str]) -> Genesys:
    return linked({"sandbox": {"base_url": genesys.url}}, None, environment)


@pytest.fixture
def credentials(sandbox: Genesys, environment: dict[str, str]) -> Credentials:
    return sandbox.credentials(environment)
