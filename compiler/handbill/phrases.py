"""Nouns, counts and lists, as the words of findings have them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from .keywords import Path


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """A title inside a sentence: "Quick replies" is "quick replies", "SMS parts" stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def thing(path: Path) -> str:
    """What a path leads to: "message", "button", "button text", "image URL"."""
    if not path:
        return "message"
    last = path[-1]
    if isinstance(last, int):
        return noun_of(list_name(path))[0] if len(path) > 1 else "message"
    before = path[-2] if len(path) > 1 else None
    if before is None:
        return spaced(last)
    owner = thing(path[:-1]) if isinstance(before, int) else spaced(before)
    return f"{owner} {spaced(last)}".removeprefix("message ")


def list_name(path: Path) -> str:
    """The name of the list that the path leads to or into."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def spaced(name: str) -> str:
    """A field's name as words: `image_url` and `imageUrl` are "image URL"."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_-]+", " ", name).lower()
    return re.sub(r"\b(url|id|sms)\b", lambda word: str(word[0]).upper(), text)


def noun_of(name: str) -> tuple[str, str]:
    """The name of a list as a noun, singular and plural: `quick_replies` is "quick reply"."""
    plural = spaced(name)
    if plural.endswith("ies"):
        return plural[:-3] + "y", plural
    if plural.endswith("s") and not plural.endswith("ss"):
        return plural[:-1], plural
    return ("item", "items")


def count_of(number: int, one: str, many: str = "") -> str:
    return f"{number if number else 'no'} {one if number == 1 else many or one + 's'}"


def with_article(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeio' else 'a'} {noun}"


def ticked(names: Sequence[str]) -> list[str]:
    return [f"`{name}`" for name in names]


def quoted(names: Sequence[str]) -> str:
    return all_of(ticked([shown(name) for name in names]))


def all_of(parts: Sequence[str], word: str = "and") -> str:
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def one_of(parts: Sequence[str]) -> str:
    return all_of(parts, "or")


def shown(value: Any) -> str:
    """A value on one line: text without quotes, control characters escaped, the rest as JSON; cut when long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, str):
        text = text[1:-1].replace('\\"', '"')
    return text if len(text) <= 60 else text[:59] + "…"
