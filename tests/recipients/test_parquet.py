"""Parquet, where pyarrow is installed; and what is said where it is not."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from handbill.diagnostic import Failed
from handbill.recipients import parquet_table
from recipients.conftest import Open
from recipients.test_csv import problems, refusal, told


def parquet(**columns: list[Any]) -> bytes:
    pa = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    file = io.BytesIO()
    write_table(pa.table(columns), file)
    return file.getvalue()


def test_without_pyarrow_it_says_what_to_install(recipients: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_table, "find_spec", lambda name: None)
    with pytest.raises(Failed) as failed:
        recipients("", name="people.parquet")
    assert failed.value.diagnostics[0].code == "bad-recipients-file"
    assert 'pip install "handbill[parquet]"' in failed.value.diagnostics[0].hint


def test_rows_with_types(recipients: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_table, "ROWS", 2)
    data = parquet(
        to=[1, 2, 3], first_name=["a", "b", None], items=[["x"], [], None], days=[4, None, 5], more=[1, 2, 3]
    )
    given = recipients(data, name="people.parquet")
    first, second, third = given
    assert (first.values["items"], first.values["days"], first.address["to"]) == (["x"], 4, "1")
    assert second.values["days"] == 3, "null is a value that was not given"
    assert told(third.problem) == ("missing-parameter 3:1", "`first_name` is not given")
    assert [remark.title for remark in given.remarks] == ["Columns that are not used: `more`"]


def test_values_that_are_no_data(recipients: Open) -> None:
    data = parquet(to=["1", "2", "3"], first_name=[dt.date(2026, 11, 22)] * 3)
    assert problems(recipients(data, name="people.parquet")) == {
        number: f"wrong-parameter {number}:28" for number in (1, 2, 3)
    }


def test_a_value_that_python_cannot_hold_is_that_rows_mistake(recipients: Open) -> None:
    pa = pytest.importorskip("pyarrow")
    data = parquet(to=["1", "2"], first_name=pa.array([b"\xff", b"ok"], pa.binary()).view(pa.string()))
    assert [row.problem is None for row in recipients(data, name="people.parquet")] == [False, True]


def test_a_file_that_is_none_or_is_damaged(recipients: Open) -> None:
    data = parquet(to=["1"] * 2000, first_name=[f"name {i}" for i in range(2000)])
    assert refusal(recipients, b"PAR1", name="people.parquet")[0] == "bad-recipients-file 1:1"
    damaged = data[:60] + bytes(200) + data[260:]
    assert refusal(recipients, damaged, name="people.parquet")[0] == "bad-recipients-file 1:1"


def test_columns_are_asked_for_as_in_csv(recipients: Open) -> None:
    assert refusal(recipients, parquet(to=["1"], name=["a"]), name="people.parquet")[0] == "bad-recipients-file 1:1"


def test_a_small_file_that_unpacks_to_a_huge_one(recipients: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_table, "LARGEST", 10_000)
    data = parquet(to=["1"], first_name=["x" * 50_000])
    assert refusal(recipients, data, name="people.parquet")[1].startswith("50,")


@pytest.fixture
def small(tmp_path: Path) -> bytes:
    return parquet(to=["1", "2", "3"], first_name=["a", "b", "c"], days=[1, 2, 3])


def test_one_byte_wrong_anywhere(recipients: Open, small: bytes) -> None:
    """Rows, or a refusal; never another exception."""
    for at in range(0, len(small), 7):
        for flip in (0x01, 0x80, 0xFF):
            data = small[:at] + bytes([small[at] ^ flip]) + small[at + 1 :]
            try:
                list(recipients(data, name="people.parquet"))
            except Failed:
                pass
