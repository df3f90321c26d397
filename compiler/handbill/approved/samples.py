"""The samples that WhatsApp asks for when it approves a template: a value for each placeholder, a file for a header.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .shape import Button, Text, kind_of

_FILES = {"IMAGE": "an image", "VIDEO": "a video", "GIF": "a video", "DOCUMENT": "a document"}


@dataclass(frozen=True, slots=True)
class Lack:
    """What has no sample: a placeholder of a text, or the whole of a header or a button."""

    label: str
    hint: str
    text: Text | None = None
    name: str = ""  # of the placeholder


def of_text(component: Mapping[str, Any], text: Text, *, named: bool) -> Iterator[Lack]:
    """Of a header or a body, the first placeholder without a sample."""
    word = f"{kind_of(component).lower()}_text"
    example = component.get("example")
    given = example if isinstance(example, dict) else {}
    if named:
        samples = given.get(f"{word}_named_params")
        there = {each.get("param_name"): each.get("example") for each in _dicts(samples)}
        lacking = [name for name in text.names if not there.get(name)]
        wanted: Any = {f"{word}_named_params": [{"param_name": name, "example": "…"} for name in text.names]}
    else:
        values = _row(given.get(word))
        lacking = [name for at, name in enumerate(text.names) if at >= len(values) or not values[at]]
        row = ["…"] * len(text.names)
        wanted = {word: [row] if word == "body_text" else row}
    if lacking:
        yield Lack("no sample of what stands here", f'add "example": {_written(wanted)}', text, lacking[0])


def of_file(component: Mapping[str, Any], media: str) -> Iterator[Lack]:
    """Of a header with a file."""
    example = component.get("example")
    handle = example.get("header_handle") if isinstance(example, dict) else None
    if media in _FILES and not (isinstance(handle, list) and any(handle)):
        hint = 'upload one, and add "example": {"header_handle": ["…"]} with the handle'
        yield Lack(f"the header is {_FILES[media]}, and there is no sample of it", hint)


def of_button(component: Mapping[str, Any], button: Button) -> Iterator[Lack]:
    """Of an address with a placeholder, and of a code to copy."""
    sample = component.get("example")
    there = any(sample) if isinstance(sample, list) else bool(sample)
    if there:
        return
    if button.url is not None and button.url.names:
        hint = 'add "example": ["https://…"], the address with a value'
        yield Lack("no sample of what stands here", hint, button.url, button.url.names[0])
    elif button.kind == "COPY_CODE":
        yield Lack("no sample of the code", 'add "example": "…", a code')


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _row(value: Any) -> Sequence[Any]:
    """The values, as a list, or as the first one of a list of lists."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        value = value[0]
    return value if isinstance(value, list) else []


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
