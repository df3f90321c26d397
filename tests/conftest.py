"""What holds for every test: no network but loopback, no settings from outside, repeatable examples."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
SLOW_MACHINE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("default", derandomize=True, database=None, **SLOW_MACHINE)
settings.register_profile("search", max_examples=1000, **SLOW_MACHINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

FOREIGN = ("HANDBILL_", "GENESYS_CLOUD_", "GIT_", "PRE_COMMIT", "GITHUB_")
DISPLAY = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE")


class NetworkUsed(AssertionError):
    """A test reached for another machine."""


def _loopback(address: object) -> bool:
    host = address[0] if isinstance(address, tuple) else "localhost"  # a Unix socket is a path
    return str(host) in {"localhost", "::1"} or str(host).startswith("127.")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> object:
    """Connecting to anything but loopback fails the test."""
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex"):
            real = getattr(socket.socket, method)

            def guarded(self: socket.socket, address: object, real: object = real) -> object:
                if not _loopback(address):
                    raise NetworkUsed(f"a test connects to {address}")
                return real(self, address)  # type: ignore[operator]

            patch.setattr(socket.socket, method, guarded)
        yield


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the caller's shell has set does not reach the tests."""
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name in DISPLAY:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT
