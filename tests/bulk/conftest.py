"""A project with messages for many, and files of recipients."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from handbill.bulk import Batch, Bulk, Order
from handbill.project import find

PARCEL = """\
---
params:
  first_name: {type: string}
  days: {type: integer, minimum: 1, default: 3}
---
{
  "template_type": "quick_reply",
  "text": "{{ first_name }}, in {{ days }} days?",
  "buttons": [{"text": "Yes, {{ first_name }}", "value": "y"}, {"text": "No", "value": "n"}],
}
"""
# a header is lost on the way to SMS; the button's text is too long for Messenger with more than 15 characters of a name
HEADED = """\
---
params: {first_name: {type: string}}
policy: adapt
---
{"template_type": "quick_reply", "text": "Hi {{ first_name }}", "buttons": [{"text": "Yes", "value": "y"}]}
"""

Row = Mapping[str, Any]
Order_ = Callable[..., Order]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder."""
    folder = tmp_path / "project"
    (folder / "templates").mkdir(parents=True)
    (folder / "handbill.toml").write_text('channels = ["messenger"]\n', encoding="utf-8")
    (folder / "templates/parcel.json.j2").write_text(PARCEL, encoding="utf-8")
    (folder / "templates/headed.json.j2").write_text(HEADED, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def order(project: Path) -> Order_:
    """An order for the recipients in a file of the project; `rows` are written to it first."""

    def order_(rows: Iterable[Row] | bytes, name: str = "people.jsonl", **more: Any) -> Order:
        path = project / name
        path.write_bytes(rows if isinstance(rows, bytes) else written(list(rows), path.suffix))
        more.setdefault("address", {"channel_id": "c"})
        return Order(find(project), more.pop("template", "parcel"), more.pop("channel", "messenger"), path,
                     shown=name, **more)  # fmt: skip

    return order_


def written(rows: list[Row], suffix: str) -> bytes:
    """A file of these rows."""
    if suffix == ".parquet":
        pyarrow = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        sink = io.BytesIO()
        parquet.write_table(pyarrow.Table.from_pylist(rows), sink)
        return sink.getvalue()
    if suffix == ".csv":
        text = io.StringIO()
        table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        return text.getvalue().encode()
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def people(count: int) -> list[Row]:
    names = ("Zoë", "Ada", "王芳", "O'Neil", "Léa 🌻", 'A "B" C', "a,b")
    return [{"to": str(10**15 + n), "first_name": names[n % 7], "days": n % 30 + 1} for n in range(count)]


def made(order: Order, **more: Any) -> Batch:
    """All batches as one."""
    whole = Batch(drawn=[])
    for batch in Bulk(order, **more):
        whole.rows += batch.rows
        whole.payloads += batch.payloads
        whole.lengths += batch.lengths
        whole.bad += batch.bad
        assert whole.drawn is not None
        whole.drawn += batch.numbers
        for code, warned in batch.warned.items():
            if code in whole.warned:
                whole.warned[code].count += warned.count
            else:
                whole.warned[code] = warned
    return whole


def command(folder: Path, *arguments: object, **more: Any) -> subprocess.Popen[bytes]:
    """The command in a process of its own."""
    words = [sys.executable, "-m", "handbill", "compile", "parcel", "--channel", "messenger", *map(str, arguments)]
    more.setdefault("stdout", subprocess.PIPE)
    return subprocess.Popen(
        [*words, "--channel-id", "c"], cwd=folder, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "compiler")}, **more,
    )  # fmt: skip
