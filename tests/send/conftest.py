"""A connection to the fake Genesys Cloud, with credentials that must turn up nowhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from handbill.send import http
from handbill.send.connection import Connection, Credentials, connection
from send.fake_genesys import Genesys


@pytest.fixture
def genesys() -> Iterator[Genesys]:
    server = Genesys()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


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
def sandbox(genesys: Genesys, environment: dict[str, str]) -> Connection:
    return connection({"sandbox": {"base_url": genesys.url}}, None, environment)


@pytest.fixture
def credentials(sandbox: Connection, environment: dict[str, str]) -> Credentials:
    return sandbox.credentials(environment)
