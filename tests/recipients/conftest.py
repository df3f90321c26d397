"""A contract, a gateway's address, and files of recipients for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from handbill.contracts import ContextRules
from handbill.gateways.base import AddressField
from handbill.recipients.rows import Recipients
from handbill.template import load

FIELDS = (AddressField("to", "the user's id"), AddressField("channel_id", "the channel's id"))
TEMPLATE = """\
---
params:
  first_name: {type: string, maxLength: 20}
  days: {type: integer, default: 3}
  rate: {type: number, default: 0.5}
  member: {type: boolean, default: false}
  items: {type: array, items: {type: string}, default: []}
  shop: {type: object, default: {}}
---
{"template_type": "text", "text": "Hi {{ first_name }}, {{ days }} days."}
"""

Open = Callable[..., Recipients]


def rules_of(folder: Path, text: str = TEMPLATE) -> ContextRules:
    path = folder / "message.json.j2"
    path.write_text(text, encoding="utf-8")
    return ContextRules(load(path, path.name, "message", "json"))


@pytest.fixture
def recipients(tmp_path: Path) -> Open:
    """Recipients of a file with this content; the channel's id is the same for all."""

    def open_(content: str | bytes, name: str = "people.csv", template: str = TEMPLATE, **more: Any) -> Recipients:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        more.setdefault("address", {"channel_id": "c"})
        return Recipients(path, rules_of(tmp_path, template), FIELDS, shown=name, **more)

    return open_
