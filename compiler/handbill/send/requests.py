"""The exact requests for messages, as plain data: what is dumped is what is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from .. import __version__
from .genesys_connection import data

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
AGENT = ("User-Agent", f"handbill/{__version__}")
ACCEPT = ("Accept", JSON)
SECRET = "\0"  # where the secret goes; neither a URL nor a header can hold this sign, and nothing else may


@dataclass(frozen=True, slots=True)
class Blank:
    """What stands for the secret where a request is shown."""

    shown: str = ""  # "<TELEGRAM_BOT_TOKEN>"
    shell: str = ""  # "$TELEGRAM_BOT_TOKEN"; with basic authentication name and password, "$ID:$SECRET"


@dataclass(frozen=True, slots=True)
class Request:
    """One call, without its secret, which is put in when it goes out.

    `Host` and `Content-Length` follow from `url` and `body`.
    """

    url: str  # SECRET in it where the secret is a part of it
    headers: tuple[tuple[str, str], ...]  # likewise
    body: bytes
    blank: Blank = Blank()
    messages: int = 0  # that it carries, each of which has its result in the answer; 0: it asks for a token
    method: str = "POST"
    before: Request | None = None  # goes out first; `keeps` of its answer is needed in this one's body
    keeps: tuple[tuple[str, str], ...] = ()  # name in the following body, JSON pointer in this one's answer

    @property
    def kind(self) -> str:
        """The body's media type."""
        return next(value for name, value in self.headers if name == "Content-Type").partition(";")[0]


@cache
def largest() -> int:
    """The bytes of a body that a request may have."""
    size: int = data()["request"]["max_bytes"]
    return size


def parted(sizes: Sequence[int], most: int) -> Iterator[slice]:
    """How bodies of these sizes (bytes) are parted into requests of at most `most` bodies, each as large as allowed.

    A body that is too large by itself goes alone.
    """
    start = size = 0
    for place, each in enumerate(sizes):
        if place > start and (place - start == most or size + each + 2 > largest()):
            yield slice(start, place)
            start, size = place, 0
        size += each + 1
    if start < len(sizes):
        yield slice(start, len(sizes))
