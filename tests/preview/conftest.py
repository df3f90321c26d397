"""A project with something of everything, and previews of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from handbill.cli.opening import opened
from handbill.preview.server import Preview
from handbill.project import Project

ORDER = """\
---
description: Tell a customer where the order is
channels: [messenger, sms]
policy: adapt
params:
  first_name: {type: string, maxLength: 12, description: As the customer wrote it}
  size: {enum: [small, large], default: small}
  gift: {type: boolean, default: false}
  price: {type: number, minimum: 0}
  stores:
    type: array
    maxItems: 3
    items:
      type: object
      properties: {name: {type: string}, open: {type: boolean}}
      required: [name]
examples:
  default: {first_name: Zoë, price: 19.5, stores: [{name: Market Square, open: true}]}
  other: {first_name: Ana, price: 2, size: large, stores: []}
---
{
  "template_type": "quick_reply",
  "text": "Hi {{ first_name }}, your {{ size }} order ({{ price }} €){{ ', a gift,' if gift else '' }} is ready.",
  "buttons": [
    {% for store in stores %}
    {"text": "{{ store.name }}", "value": "{{ store.name }}"},
    {% endfor %}
    {"text": "Later", "value": "later"},
  ],
}
"""
HELLO = '{"template_type": "text", "text": "Hello."}\n'


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that no test changes."""
    return made(tmp_path_factory.mktemp("shop"))


def made(root: Path) -> Path:
    (root / "templates/notes").mkdir(parents=True)
    (root / "handbill.toml").write_text('channels = ["messenger", "sms"]\n', encoding="utf-8")
    (root / "templates/order.json.j2").write_text(ORDER, encoding="utf-8")
    (root / "templates/notes/hello.json.j2").write_text(HELLO, encoding="utf-8")
    return root


class Looking:
    """A preview, and somebody who looks at it."""

    def __init__(self, preview: Preview, client: httpx.Client) -> None:
        self.preview = preview
        self.client = client

    def page(self, path: str, **form: str) -> str:
        """A page, asked for with a form when there is one."""
        answer = self.client.post(path, data=form) if form else self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text


Start = Callable[..., Looking]


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    """Starts previews; all of them stop at the end."""
    running: list[Looking] = []

    def begin(root: Path, *, choose: Callable[[Project], list[str]] = Project.names, editor: str = "") -> Looking:
        preview = Preview(root, partial(opened, root), choose, editor=editor)
        client = httpx.Client(base_url=preview.url, trust_env=False, timeout=30)
        preview.__enter__()
        running.append(Looking(preview, client))
        return running[-1]

    yield begin
    for each in running:
        each.client.close()
        each.preview.__exit__(None, None, None)


@pytest.fixture(scope="module")
def looking(start: Start, shop: Path) -> Looking:
    """The shop, looked at."""
    return start(shop)
