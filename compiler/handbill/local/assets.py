"""Stylesheets and scripts as the package has them: each is asked about again, and sent again only when it differs."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}  # whatever this computer calls them


class Assets:
    """Files by name. There is no other name, so there is no way out of a folder."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = dict(files)
        self._tags = {name: f'"{hashlib.sha256(data).hexdigest()[:20]}"' for name, data in files.items()}

    @classmethod
    def beside(cls, module: str, *names: str) -> Assets:
        """Those of these names in the folder `assets` beside a module (its `__file__`)."""
        return cls(read(module, *names))

    def answer(self, request: Request, name: str) -> Response:
        """One of them; 304 for whoever has it, 404 for a name that there is not."""
        data = self._files.get(name)
        if data is None:
            return Response(status_code=404)
        headers = {"etag": self._tags[name], "cache-control": "no-cache"}
        known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
        if self._tags[name] in known:
            return Response(status_code=304, headers=headers)
        return Response(data, headers=headers, media_type=_kind(name))


def read(module: str, *names: str) -> dict[str, bytes]:
    """The contents of files in the folder `assets` beside a module (its `__file__`)."""
    folder = Path(module).with_name("assets")
    return {name: (folder / name).read_bytes() for name in names}


def _kind(name: str) -> str:
    return _KINDS.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
