"""Files made to break the reader: rows, problems or a refusal; no other exception, no more memory than a row."""

from __future__ import annotations

import io
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from handbill.diagnostic import Failed
from handbill.recipients import csv_table, json_lines
from handbill.recipients.rows import Recipients, Row
from handbill.recipients.tables import LARGEST
from handbill.report.text import report
from hypothesis import example, given
from hypothesis import strategies as st
from recipients.conftest import FIELDS, TEMPLATE, rules_of

OPEN = '{"template_type": "text", "text": "x"}'  # no contract: every column is a value
PIECES = [
    b'"',
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"{",
    b"}",
    b"[",
]
PIECES += [
    b"]",
    b":",
    b"\\u",
    b"\\ud800",
    b"//",
    b"#",
    b"1e999",
    b"NaN",
    b"-",
    b"0",
    b"to",
    b"first_name",
    b"days",
    b"=1+1",
]
PIECES += ["\u2028".encode(), "\u202e".encode(), "\ue000".encode(), b"\x1b[2J", b"null", b"true", b" ", b"x" * 40]

pieces = st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=3)), max_size=60).map(b"".join)
heads = st.sampled_from([b"", b"to,first_name,days\n", b"to;first_name\n", b'{"to": "1", "first_name": "a"}\n'])


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("template", [TEMPLATE, OPEN], ids=["contract", "any"])
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@given(head=heads, body=pieces)
@example(head=b"to,first_name\n", body=b'x","\n' * 50)
@example(head=b"", body=b"[" * 100_000)
@example(head=b"", body=b'{"to":' * 20_000)
@example(head=b"to,first_name,days\n", body=b"1,a," + b"[" * 100_000)
@example(head=b"to,first_name,days\n", body=b"1,a," + b"9" * 100_000)
def test_any_bytes(folder: Path, template: str, ending: str, head: bytes, body: bytes) -> None:
    path = folder / f"people.{ending}"
    path.write_bytes(head + body)
    rules = rules_of(folder, template)
    count = (head + body).count(b"\n") + 1
    last = 0
    try:
        given = Recipients(path, rules, FIELDS, address={"channel_id": "c"})
        for row in given:
            assert row.line > last
            assert row.number <= row.line <= count
            last = row.line
            if row.problem is not None:
                assert row.problem.label is not None
                assert report([row.problem]).startswith(f"{path.as_posix()}:")
            else:
                assert rules.holds(row.values)
                assert row.address["to"].strip().isprintable()
        report(given.remarks)
    except Failed as failed:
        report(failed.diagnostics)


class Endless(io.RawIOBase):
    """A file whose last line is of this many bytes more, which nobody has to store."""

    def __init__(self, start: bytes, size: int) -> None:
        self._start, self._left = start, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._start or b"x" * min(len(buffer), self._left)
        piece, self._start = piece[: len(buffer)], piece[len(buffer) :] if self._start else b""
        buffer[: len(piece)] = piece
        self._left -= len(piece)
        return len(piece)


@pytest.mark.parametrize(
    ("start", "ending"),
    [
        (b"", "csv"), (b'to,first_name\n1,"', "csv"), (b"to,first_name\n1,", "csv"),
        (b"", "jsonl"), (b'{"to": "1"}\n{"to": "', "jsonl"),
    ],
    ids=["csv-first-line", "csv-quoted", "csv-bare", "jsonl-first-line", "jsonl-text"],
)  # fmt: skip
def test_a_line_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: bytes, ending: str) -> None:
    def opened(path: Path, shown: str) -> io.BufferedReader:
        return io.BufferedReader(Endless(start, 1_000_000_000 if ending == "csv" else 100_000_000))

    monkeypatch.setattr(csv_table, "opened", opened)
    monkeypatch.setattr(json_lines, "opened", opened)
    rules = rules_of(tmp_path)

    def read() -> list[Row]:
        return list(Recipients(tmp_path / f"people.{ending}", rules, FIELDS, address={"channel_id": "c"}))

    tracemalloc.start()
    try:
        if ending == "csv":
            with pytest.raises(Failed, match="Row without end"):
                read()
        else:
            assert read()[-1].problem is not None
        assert tracemalloc.get_traced_memory()[1] < 12 * LARGEST
    finally:
        tracemalloc.stop()
