"""What each type of message looks like on a phone, a tablet and a desk; `make pictures` takes the pictures anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from channels.cases import TYPES

from browser.conftest import LooksLike
from browser.drawn import message, page
from browser.driving import HERE, Visitor

GOLDENS = HERE / "goldens"
WIDTHS = (320, 768, 1280)
# each type on a channel that shows it, and each family of channels at least once
SHOWN = {
    "text": ("sms", "whatsapp"),
    "quick_reply": ("messenger",),
    "card": ("whatsapp", "slack"),
    "carousel": ("webmessaging",),
    "list": ("whatsapp",),
    "media": ("telegram",),
    "location": ("line",),
    "date_picker": ("apple",),
    "notification": ("whatsapp",),
}
CASES = [(kind, name) for kind, names in SHOWN.items() for name in names]


def test_every_type_has_a_picture() -> None:
    assert tuple(SHOWN) == TYPES
    names = {f"{kind}.{name}.{width}.png" for kind, name in CASES for width in WIDTHS}
    assert {each.name for each in GOLDENS.iterdir()} == names


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_picture(visitor: Visitor, looks_like: LooksLike, tmp_path: Path, kind: str, name: str) -> None:
    opened = visitor.open(page(tmp_path, [(name, message(name, kind))]))
    for opener in opened.locator("main summary").all():
        opener.click()
    for width in WIDTHS:
        opened.set_viewport_size({"width": width, "height": 900})
        looks_like(opened.locator(".hb-message"), GOLDENS / f"{kind}.{name}.{width}.png")
