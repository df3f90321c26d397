"""The names of languages: which are the same, and which there are."""

from __future__ import annotations

import re
from collections.abc import Sequence


def alike(one: str, other: str) -> bool:
    """Whether two names are those of one locale: `pt-BR` and `pt_BR`."""
    return one.replace("-", "_").lower() == other.replace("-", "_").lower()


_LOCALE = re.compile("[a-z]{2,3}([_-][A-Z][a-z]{3})?([_-]([A-Z]{2}|[0-9]{3}))?")


def language(name: str, locales: Sequence[str]) -> str:
    """The locale of this name, as the project spells it; empty for what is none."""
    for known in locales:
        if alike(known, name):
            return known
    if not _LOCALE.fullmatch(name):
        return ""
    from babel.localedata import exists

    return name if exists(name.replace("-", "_")) else ""
