"""uvicorn on loopback: starts and stops at once, in the main thread or in one of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"  # never another: what is served here is nobody else's business
_PATIENCE = 1  # seconds that requests under way have to notice that nobody is there any more


class Serving(uvicorn.Server):
    """An app on a socket of `listening`, until `stop` or, in the main thread, SIGINT or SIGTERM.

    `protocol` is a class for uvicorn's `http`; `keep_alive` are the seconds a silent connection is kept.
    `beside` are what runs in the same loop meanwhile: called when the server has started, cancelled when it ends.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        protocol: Any = "h11",
        keep_alive: int = 5,
        beside: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        config = uvicorn.Config(
            app, http=protocol, loop="asyncio", ws="none", lifespan="off", log_config=None, access_log=False,
            server_header=False, date_header=False, timeout_keep_alive=keep_alive,
        )  # fmt: skip
        super().__init__(config)
        self.ready = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None
        self._over = asyncio.Event()
        self._beside = beside
        self._tasks: list[asyncio.Future[None]] = []

    def stop(self) -> None:
        """End it, from any thread; what is under way is broken off."""
        self.should_exit = True  # when it has not come to the loop yet
        if self.loop is not None and not self.loop.is_closed():
            with contextlib.suppress(RuntimeError):  # it has just ended
                self.loop.call_soon_threadsafe(self._over.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self._tasks = [asyncio.ensure_future(one()) for one in self._beside]
        self.ready.set()

    async def main_loop(self) -> None:
        await self._over.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for own in self._tasks:
            own.cancel()
        tasks = [*self.server_state.tasks, *self._tasks]
        if tasks:  # they notice that nobody is there any more
            await asyncio.wait(tasks, timeout=_PATIENCE)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, lambda *_: self.stop()) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


class Server:
    """A server of this computer. As a context manager it runs in a thread, until it is left.

    `made_of` is a socket of `listening`, and what serves on it.
    """

    _NAME = "server"  # of its thread

    def __init__(self, made_of: socket.socket, http: Serving) -> None:
        self.port: int = made_of.getsockname()[1]
        self._socket = made_of
        self._http = http
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """http://127.0.0.1:8423"""
        return f"http://{HOST}:{self.port}"

    @property
    def ready(self) -> threading.Event:
        """Set when it answers; and when it has ended."""
        return self._http.ready

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.run, name=self._NAME, daemon=True)
        self._thread.start()
        self.ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def run(self) -> None:
        """Serve until `stop`, and in the main thread until SIGINT or SIGTERM. Once only."""
        try:
            self._http.run(sockets=[self._socket])
        finally:
            self.ready.set()
            self._socket.close()

    def stop(self) -> None:
        """End it, from any thread; what is under way is broken off."""
        self._http.stop()


def listening(port: int) -> socket.socket:
    """A socket of this computer only; 0 is any port that is free. Raises OSError for one that is taken."""
    # asyncio sends at once only on sockets that say that they are TCP's; create_server leaves that out
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen()
    except OSError:
        made.close()
        raise
    return made
