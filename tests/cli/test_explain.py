"""`handbill explain`."""

from __future__ import annotations

import pytest
from handbill.report.explained import codes

PAGE = """\
# Text too long

The channel refuses a longer text.

## Refused

```json
{"text": "…"}
```

## Accepted

Less.
"""


@pytest.fixture
def pages(monkeypatch, tmp_path):
    (tmp_path / "text-too-long.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "empty-text.md").write_text("# Empty text\n\nNothing.\n", encoding="utf-8")
    monkeypatch.setattr("handbill.report.explained.folder", lambda _: tmp_path)


def test_a_page(run, pages):
    text = run("explain", "text-too-long").stdout
    assert text == (
        'Text too long\n\nThe channel refuses a longer text.\n\nRefused\n\n    {"text": "…"}\n\nAccepted\n\nLess.\n'
    )


def test_all(run, pages):
    assert run("explain").stdout == "empty-text     Empty text\ntext-too-long  Text too long\n"


def test_unknown(run, pages):
    assert "did you mean `text-too-long`?" in run("explain", "text-to-long", code=2).stderr
    assert "there are: empty-text, text-too-long" in run("explain", "../../zzz", code=2).stderr


def test_every_page_can_be_shown(run):
    for code in codes():
        assert run("explain", code).stdout.strip()
