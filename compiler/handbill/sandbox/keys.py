"""The idempotency key of each message of a request.

The header is that of draft-ietf-httpapi-idempotency-key-header-07, a structured field (RFC 9651). The draft knows one
key a request. A request here may carry a list of messages, and after a crash the same message may come again in
another list, so the header is a list too, one key a message, in order:

    Idempotency-Key: "8e03978e", "b1946ac9"

One key for several messages is taken as well: each message then has it with its place, and is known again only in the
same list. Quotes may be left out where a key has neither comma nor space.
"""

from __future__ import annotations

import re

from .answers import Refused

_KEY = re.compile(r'[ \t]*(?:"((?:[^"\\]|\\["\\])*)"|([^\s",]+))[ \t]*(?:,|$)')


def keys(header: str, count: int) -> list[str]:
    """A key for each of `count` messages, "" where there is none. Raises Refused."""
    if not header.strip():
        return [""] * count
    found = _read(header)
    if len(found) == 1 and count > 1:
        return [f"{found[0]}:{place}" for place in range(count)]
    if len(found) != count:
        raise Refused("invalid.value", f"{len(found)} idempotency keys for {count} messages")
    if len(set(found)) < count:
        raise Refused("invalid.value", "two messages have the same idempotency key")
    return found


def _read(header: str) -> list[str]:
    found = []
    at = 0
    while at < len(header):
        match = _KEY.match(header, at)
        if match is None or not (match[1] or match[2]):
            raise Refused("invalid.value", "the idempotency keys cannot be read")
        found.append(re.sub(r"\\(.)", r"\1", match[1]) if match[1] else match[2])
        at = match.end()
    return found
