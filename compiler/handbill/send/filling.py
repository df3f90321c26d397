"""Puts values into the templates of a channel's URL and headers: `https://…/{phone_number_id}/messages`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from .requests import SECRET

_PLACE = re.compile(r"\{([a-z_]+)\}")
_PRINTED = "".join(map(chr, range(0x20, 0x7F)))


class Missing(Exception):
    """A value that is required is not there."""


def filled(template: str, values: Mapping[str, str], written: Callable[[str, str], str], required: bool = False) -> str:
    """A template with its values, each as `written(name, value)` says. What is not known is shown as `<name>`.

    Raises Missing for that when it is `required`.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in values:
            return values[name] if values[name] == SECRET else written(name, values[name])
        if required:
            raise Missing(name)
        return f"<{name}>"

    return _PLACE.sub(value, template)


def in_path(name: str, value: str) -> str:
    """A value as a part of a URL's path or query."""
    return quote(value, safe=":@")


def in_header(name: str, value: str) -> str:
    """A value in a header, which takes printable ASCII only."""
    return quote(value, safe=_PRINTED)
