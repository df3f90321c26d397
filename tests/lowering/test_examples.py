"""What becomes of messages that a channel cannot show as they are: each step, each loss, and what goes out."""

from __future__ import annotations

from pathlib import Path

import pytest
from handbill.diagnostic import in_order
from handbill.pipeline import Compiler, to_json
from handbill.project import open_project
from handbill.report.text import report

HERE = Path(__file__).parent
CASES = [
    ("products", "whatsapp", "direct"),  # WhatsApp's carousel takes them as they are
    ("products", "whatsapp", "genesys-event"),
    ("products_with_links", "whatsapp", "direct"),
    ("products_with_links", "messenger", "genesys-event"),
    ("products_with_links", "sms", "genesys-event"),
    ("five", "whatsapp", "genesys-event"),
    ("five", "sms", "genesys-event"),
    ("question", "messenger", "genesys-event"),
    ("question", "whatsapp", "genesys-event"),
    ("question", "sms", "genesys-event"),
    ("german", "sms", "genesys-event"),
    ("offer", "apple", "genesys-event"),
    ("offer", "x", "genesys-event"),
    ("offer", "line", "genesys-event"),
    ("offer", "whatsapp", "genesys-event"),
    ("fourteen", "messenger", "genesys-event"),
    ("fourteen", "whatsapp", "genesys-event"),
    ("fourteen_or_text", "messenger", "genesys-event"),
    ("fourteen_or_list", "messenger", "genesys-event"),
    ("times", "apple", "genesys-event"),
    ("times", "messenger", "genesys-event"),
    ("times", "whatsapp", "genesys-event"),
    ("times", "sms", "genesys-event"),
    ("stores", "messenger", "genesys-event"),
    ("stores", "sms", "genesys-event"),
    ("long", "whatsapp", "genesys-event"),
    ("marked", "telegram", "direct"),
    ("marked", "sms", "genesys-event"),
    ("sequence", "sms", "genesys-event"),
    ("asked_first", "line", "direct"),
    ("asked_first", "line", "genesys-event"),
    ("asked_first", "rcs", "direct"),
    ("asked_first", "viber", "direct"),
    ("asked_first", "telegram", "direct"),
    ("mixed_cards", "kakao", "direct"),  # four messages, where an answer takes three
    ("mixed_cards", "line", "direct"),
    ("mixed_cards", "wechat", "direct"),
]


@pytest.mark.parametrize(("name", "channel", "via"), CASES, ids=map("-".join, CASES))
def test_example(name: str, channel: str, via: str, snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    made = Compiler(open_project(HERE), policy="adapt").compile(name, channel, via, {})
    assert made.explained is not None
    told = [*made.explained.lines(), "", report(in_order(made.diagnostics)).rstrip()]
    payload = to_json(made.payload).decode() if made.ok else "nothing goes out\n"
    snapshot.snapshot_dir = HERE / "goldens"
    text = "\n".join(line.rstrip() for line in "\n".join(told).rstrip().split("\n"))
    snapshot.assert_match(f"{text}\n\n{payload}", f"{name}.{channel}.{via}.txt")
