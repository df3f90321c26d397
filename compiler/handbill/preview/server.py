"""A preview as a server on loopback: for a command until it is stopped, or within a program.

with Preview(root, opener, choose) as preview:
    …                               # look at preview.url
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import TracebackType

from ..local.events import Events
from ..local.serving import HOST, Serving, listening
from .app import App
from .library import Choose, Library
from .studio import Opener, stages
from .watching import watch
from .worker import Answering

PORT = 8424  # the sandbox has 8423
_PATIENCE = 20.0  # seconds for one page, after which its process is ended


class Preview:
    """A project to look at.

    `opener` opens it anew after each change; it, and everything it refers to, must be fit to be sent to another
    process. `choose` are the names to show. `editor` goes before the project's. Raises OSError for a port that is
    taken.
    """

    def __init__(self, root: Path, opener: Opener, choose: Choose, *, port: int = 0, editor: str = "") -> None:
        self._socket = listening(port)
        self.port: int = self._socket.getsockname()[1]
        self._events = Events()
        self._stages = Answering(stages, opener, seconds=_PATIENCE)
        self.library = Library(root, opener, choose, editor, self._events)
        app = App(self.library, self._stages, self._events).asgi()
        self._http = Serving(app, beside=[self._beside])
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """http://127.0.0.1:8424"""
        return f"http://{HOST}:{self.port}"

    @property
    def ready(self) -> threading.Event:
        """Set when it answers."""
        return self._http.ready

    def __enter__(self) -> Preview:
        self._thread = threading.Thread(target=self.run, name="preview", daemon=True)
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
        """End it, from any thread."""
        self._http.stop()

    async def _beside(self) -> None:
        """What goes on beside the answers: a process is kept ready, files are watched, templates are checked."""
        library = self.library
        try:
            await asyncio.to_thread(self._stages.start)
            library.check()
            await watch(library.watched, lambda: library.seen, library.changed)
        finally:
            self._stages.end()
            library.end()
