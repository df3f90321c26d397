"""A file read in chunks is the file read whole: the same records at the same lines, the same mistakes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from handbill.diagnostic import Failed
from handbill.recipients.csv_table import Csv
from handbill.recipients.json_lines import JsonLines
from handbill.recipients.parquet_table import ROWS, Parquet
from handbill.recipients.tables import LARGEST, Record, Table

SIZES = (1, 7, 23, 1_000)


def seen(records: Iterator[Record]) -> list[Any]:
    """What is read, to the mistake that ends it."""
    found: list[Any] = []
    try:
        for record in records:
            found.append((record.line, record.text, record.values, record.problem and record.problem.title))
    except Failed as failed:
        found += [(d.title, d.label and (d.label.span.source.first_line, d.label.span)) for d in failed.diagnostics]
        found.append("ended")
    return found


def in_chunks(table: Table, most: int) -> list[Any]:
    found: list[Any] = []
    for chunk in table.chunks(most):
        found += seen(table.records(table.columns or (), chunk))
        if found[-1:] == ["ended"]:
            break
    return found


def spans_apart(found: list[Any]) -> str:
    return repr(found)  # sources are told apart by identity


def test_rows_of_csv_end_where_their_reader_ends_them(tmp_path: Path) -> None:
    lot = random.Random(20261122)
    path = tmp_path / "people.csv"
    endings = 0
    for _ in range(1_000):
        mark = lot.choice(",;\t")
        pieces = [mark, mark, '"', '""', "a", "b c", "\n", "\n", "\r\n", "\r", '"x"', f'"x{mark}y"', '"l1\nl2"', "é"]
        body = "".join(lot.choice(pieces) for _ in range(lot.randint(0, 40)))
        text = lot.choice(["", "\ufeff"]) + mark.join("abc") + lot.choice(["\n", "\r\n"]) + body
        path.write_bytes(text.encode())
        table = Csv(path, "people.csv")
        whole = seen(table.records(()))
        endings += whole[-1:] == ["ended"]
        for most in SIZES:
            assert spans_apart(in_chunks(table, most)) == spans_apart(whole), (text, most)
    assert 100 < endings < 900  # both kinds of file are there


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_lines_of_json_keep_their_numbers(tmp_path: Path, end: str) -> None:
    path = tmp_path / "people.jsonl"
    lines = ['\ufeff{"to": "1"}', "", "  ", '{"to": "2"', '{"to": "3", "a": "\x00"}', "[]", '{"to": "4"}']
    path.write_bytes("\r\n".join(lines).encode() + end.encode())
    table = JsonLines(path, "people.jsonl")
    whole = seen(table.records(()))
    assert [line for line, *_ in whole] == [1, 4, 5, 6, 7]
    for most in SIZES:
        assert spans_apart(in_chunks(table, most)) == spans_apart(whole)


def test_a_line_too_long_lies_in_one_chunk(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_bytes(b'{"to": "1"}\n{"to": "' + b"2" * 3 * LARGEST + b'"}\n{"to": "3"}\n')
    table = JsonLines(path, "people.jsonl")
    assert [(r.line, bool(r.problem)) for r in table.records(())] == [(1, False), (2, True), (3, False)]
    assert spans_apart(in_chunks(table, 1_000)) == spans_apart(seen(table.records(())))


def test_a_row_without_end_is_refused_and_not_held(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b'to,name\n1,Ann\n2,"' + b"x\n" * 2 * LARGEST)
    table = Csv(path, "people.csv")
    assert max(chunk.end - chunk.start for chunk in table.chunks(100_000)) < 1.2 * LARGEST
    assert spans_apart(in_chunks(table, 100_000)) == spans_apart(seen(table.records(())))


@pytest.mark.parametrize("group", [70, ROWS, 2 * ROWS + 1, 10_000])
def test_rows_of_parquet_are_found_in_their_groups(tmp_path: Path, group: int) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "people.parquet"
    people = pyarrow.table({"to": [str(n) for n in range(1_234)], "n": list(range(1_234))})
    parquet.write_table(people, path, row_group_size=group)
    table = Parquet(path, "people.parquet")
    chunks = list(table.chunks())
    whole = list(table.records(["to", "n"]))
    assert [(r.number, r.line, r.values["n"]) for r in whole] == [(n + 1, n + 1, n) for n in range(1_234)]
    for some in (chunks, chunks[1::2], chunks[::-1]):  # as one of several processes has them
        for chunk in some:
            part = list(table.records(["to"], chunk))
            assert [(r.number, r.line) for r in part] == [(i + 1, chunk.line + i) for i in range(len(part))]
            assert [r.values["to"] for r in part] == [str(n) for n in range(chunk.start, chunk.end)]


@pytest.mark.parametrize("name", ["people.csv", "people.jsonl"])
def test_a_file_without_rows_has_no_chunk_with_records(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("to,name\n" if name.endswith(".csv") else "", encoding="utf-8")
    table: Table = Csv(path, name) if name.endswith(".csv") else JsonLines(path, name)
    assert in_chunks(table, 10) == []
