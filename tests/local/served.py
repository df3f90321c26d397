"""A small app on loopback, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from handbill.local.serving import HOST, Serving, listening
from starlette.types import ASGIApp


@contextmanager
def serving(app: ASGIApp) -> Iterator[tuple[str, Serving]]:
    """The app's address, and the server."""
    socket = listening(0)
    server = Serving(app)
    thread = threading.Thread(target=lambda: server.run(sockets=[socket]), daemon=True)
    thread.start()
    assert server.ready.wait(10)
    try:
        yield f"http://{HOST}:{socket.getsockname()[1]}", server
    finally:
        server.stop()
        thread.join(10)
        socket.close()
        assert not thread.is_alive()
