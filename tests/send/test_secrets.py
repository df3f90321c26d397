"""No secret in any outcome, exception, traceback or log, whatever a server gives back."""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Callable
from urllib.parse import quote

import pytest
from handbill.diagnostic import Failed
from handbill.send import http
from handbill.send.connection import Service
from handbill.send.connections import service
from handbill.send.genesys_connection import Credentials
from handbill.send.genesys_connection import Genesys as Link
from handbill.send.parcels import parcels
from handbill.send.sender import send
from send.fake_genesys import EVENTS, TOKEN, Genesys, Reply, Seen

pytestmark = pytest.mark.usefixtures("library")

CANARIES = [
    "canary-client-id",
    "canary/client+secret",
    quote("canary/client+secret", safe=""),
    base64.b64encode(b"canary-client-id:canary/client+secret").decode(),
    "canary-token",
]


def echo(status: int) -> Callable[[Seen], Reply]:
    """A server that answers with everything it was sent, and every secret in an error's fields."""

    def reply(seen: Seen) -> Reply:
        issued = "" if seen.path == TOKEN else "canary-token-1"
        said = f"{seen.headers['authorization']} {' '.join(CANARIES[:-1])} {issued}"
        return Reply(
            status,
            {"code": said, "message": said, "contextId": said, "error": said, "error_description": said, "id": said},
            {"Location": f"/x?token={said}"},
        )

    return reply


REPLIES: dict[str, Reply | Callable[[Seen], Reply]] = {
    "close": Reply(fault="close"),
    "hang": Reply(fault="hang"),
    "html": Reply(200, b"<html> canary-token-1"),
    "item": Reply(200, [{"error": {"code": "canary-token-1", "message": "canary-token-1"}}]),
    **{str(status): echo(status) for status in (200, 302, 400, 401, 403, 404, 429, 500, 503)},
}


@pytest.fixture
def ready(sandbox: Link, environment: dict[str, str]) -> Service:
    return service(sandbox, "genesys-event", "messenger", environment)


@pytest.mark.parametrize("path", [TOKEN, EVENTS])
@pytest.mark.parametrize("reply", REPLIES)
def test_no_canary_comes_out(
    genesys: Genesys, sandbox: Link, credentials: Credentials, ready: Service, path: str, reply: str,
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    timeouts = {**sandbox.timeouts, "read": 0.2}
    caplog.set_level(logging.DEBUG)
    genesys.replies[path] = [REPLIES[reply], REPLIES[reply]]
    shown = []
    try:
        shown = [repr(outcome) for outcome in send(ready, timeouts, parcels([{"type": "send"}], {}))]
    except Failed as failed:
        shown = [repr(failed.diagnostics)]
        shown += traceback.TracebackException.from_exception(failed, capture_locals=True).format()
    shown += [caplog.text, *capfd.readouterr(), repr(sandbox), repr(credentials)]
    assert shown[0]
    for canary in CANARIES:
        assert canary not in "\n".join(shown)


def test_a_fault_brings_no_exception_of_httpx_along(genesys: Genesys, sandbox: Link) -> None:
    from handbill.send.genesys import token_request
    from handbill.send.secret import Secret

    genesys.replies[TOKEN] = [Reply(fault="close")]
    with http.Client() as client, pytest.raises(http.Fault) as fault:
        client.post(token_request(sandbox), Secret("Basic canary"))
    assert fault.value.__context__ is None
    assert fault.value.__cause__ is None
    assert str(fault.value) == "connection-lost"


def test_loggers_of_the_http_library_stay_quiet_but_not_louder_than_they_were() -> None:
    logging.getLogger("httpx").setLevel(logging.ERROR)
    logging.getLogger("httpcore").setLevel(logging.DEBUG)
    with http.Client():
        assert logging.getLogger("httpx").level == logging.ERROR
        assert logging.getLogger("httpcore").level == logging.WARNING
    logging.getLogger("httpx").setLevel(logging.WARNING)
