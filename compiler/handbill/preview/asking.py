"""What a page asks for, as its address says it: a template, and how it is to be looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

from ..faces.looks import THEMES
from .reading import ADD, REMOVE, is_context

PREFIX = "/t/"
_LONGEST = 6_000  # characters of an address; a context that is longer stays out of it
_FIELDS = 5_000  # of a form
_BASE = "base"  # the example that the context was made from
_AS_JSON = "as"


@dataclass(frozen=True, slots=True)
class Asked:
    """One template and how it is to be shown. Names are what was written; nobody has looked whether they are known."""

    name: str
    example: str = ""  # "": the first
    locale: str = ""  # "": the project's own
    via: str = ""  # "": as the project says
    policy: str = ""  # "": as the template or the project says
    channel: str = ""  # "": every channel that it is for
    theme: str = ""  # "": as the computer has it
    as_json: bool = False  # whether the context is edited as JSON
    context: tuple[tuple[str, str], ...] | None = None  # what the form says; None: the example as it is

    def query(self, **changed: str) -> str:
        """The same in an address, without the context: `example=long&theme=dark`."""
        said = {
            "example": self.example, "locale": self.locale, "via": self.via, "policy": self.policy,
            "channel": self.channel, "theme": self.theme, _AS_JSON: "json" if self.as_json else "",
        } | changed  # fmt: skip
        return urlencode({name: value for name, value in said.items() if value})

    def address(self, **changed: str) -> str:
        """Where the page is, without the context."""
        query = self.query(**changed)
        return f"{address(self.name)}{'?' if query else ''}{query}"

    def whole(self) -> str:
        """Where the page is, with the context unless that is too long for an address."""
        steps = (ADD, REMOVE)
        own = [(_BASE, self.example), *((name, text) for name, text in self.context or () if name not in steps)]
        more = urlencode(own) if self.context is not None else ""
        made = self.address()
        whole = f"{made}{'&' if '?' in made else '?'}{more}" if more else made
        return whole if len(whole) <= _LONGEST else made


def address(name: str) -> str:
    """Where a template's page is."""
    return PREFIX + quote(name, safe="/")


def asked(name: str, pairs: Iterable[tuple[str, str]]) -> Asked:
    """What an address, or a form, asks for. A context that was made from another example is left behind."""
    given = list(pairs)
    said = {key: text for key, text in given if not is_context(key)}
    context = tuple((key, text) for key, text in given if is_context(key))
    example = said.get("example", "")
    kept = bool(context) and said.get(_BASE, example) == example
    theme = said.get("theme", "")
    return Asked(
        name, example, said.get("locale", ""), said.get("via", ""), said.get("policy", ""), said.get("channel", ""),
        theme if theme in THEMES else "", said.get(_AS_JSON) == "json", context if kept else None,
    )  # fmt: skip


def pairs(data: bytes | str) -> list[tuple[str, str]]:
    """A query or a form's body. Raises ValueError for what is no such thing, or has too many fields."""
    text = data.decode("utf-8") if isinstance(data, bytes) else data
    return parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS, errors="strict")
