"""CSV as people save it, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from handbill.diagnostic import Diagnostic, Failed, Severity
from handbill.recipients.rows import Recipients, digest
from handbill.recipients.tables import LARGEST
from recipients.conftest import Open


def told(found: Diagnostic | None) -> tuple[str, str]:
    """A finding as "code line:column" and the words at the place."""
    assert found is not None
    assert found.label is not None
    line, column = found.label.span.source.position(found.label.span.start)
    return f"{found.code} {line}:{column}", found.label.text


def problems(recipients: Recipients) -> dict[int, str]:
    """The rows that are refused: where and by which code."""
    return {row.number: told(row.problem)[0] for row in recipients if row.problem}


def refusal(open_: Open, content: str | bytes, **more: object) -> tuple[str, str]:
    with pytest.raises(Failed) as failed:
        list(open_(content, **more))
    assert len(failed.value.diagnostics) == 1, "one mistake, one diagnostic"
    return told(failed.value.diagnostics[0])


def test_cells_are_what_the_contract_asks_for(recipients: Open) -> None:
    text = 'to,first_name,days,rate,member,items,shop\n1,007,7,1.5,TRUE,"[""a""]","{""b"": 1}"\n'
    (row,) = recipients(text)
    assert row.values == {
        "first_name": "007", "days": 7, "rate": 1.5, "member": True, "items": ["a"], "shop": {"b": 1},
    }  # fmt: skip
    assert row.address == {"to": "1", "channel_id": "c"}
    assert (row.number, row.line, row.problem) == (1, 2, None)


def test_an_empty_cell_is_not_given(recipients: Open) -> None:
    optional, needed = recipients("to,first_name,days\n1,Zoë,\n2,,4\n")
    assert optional.values["days"] == 3, "the default"
    assert told(needed.problem) == ("missing-parameter 3:3", "`first_name` is not given")


@pytest.mark.parametrize("cell", ["soon", "1,5", "007", "NaN", "1e999", "[1", "9" * 500, "nullx", "--1"])
def test_a_cell_of_another_type_is_the_contracts_to_refuse(recipients: Open, cell: str) -> None:
    (row,) = recipients(f"to;first_name;days\n1;Zoë;{cell}\n")
    assert told(row.problem)[0] == "wrong-parameter 2:7"


@pytest.mark.parametrize(("separator", "words"), [(",", "a comma"), (";", "a semicolon"), ("\t", "a tab")])
def test_the_separator_is_told_from_the_first_line(recipients: Open, separator: str, words: str) -> None:
    given = recipients(separator.join(["to", '"first_name"', '"a,b;;;,,,"']) + "\n" + separator.join("12") + separator)
    assert [row.values["first_name"] for row in given] == ["2"]
    assert refusal(recipients, f"who{separator}first_name\n1{separator}2\n")[0] == "bad-recipients-file 1:1"
    with pytest.raises(Failed) as failed:
        recipients(f"who{separator}first_name\n")
    assert f"divided by {words}" in failed.value.diagnostics[0].text


def test_lines_are_counted_through_quotes_blank_lines_and_carriage_returns(recipients: Open) -> None:
    rows = list(recipients('\ufeff\r\nto,first_name\r\n1,"a\r\n""b"", c"\r\n\r\n,\r\n2,Zoë\r\n3,x,y\r\n'))
    assert [(row.number, row.line) for row in rows] == [(1, 3), (2, 7), (3, 8)]
    assert rows[0].values["first_name"] == 'a\n"b", c'
    assert told(rows[2].problem) == ("bad-recipient 8:5", "3 cells; the first line has 2 columns")


def test_the_line_that_excel_takes_for_itself(recipients: Open) -> None:
    (row,) = recipients("sep=;\r\nto;first_name;x,y,z,\r\n1;a,b;\r\n")
    assert (row.values["first_name"], row.line) == ("a,b", 3)


def test_columns_by_another_name(recipients: Open) -> None:
    given = recipients("phone,name,first_name\n1,Zoë,no\n", mapping={"to": "phone", "first_name": "name"})
    (row,) = given
    assert (row.address["to"], row.values["first_name"]) == ("1", "Zoë")
    assert [remark.title for remark in given.remarks] == ["Columns that are not used: `first_name`"]


def test_the_rows_own_channel_goes_before_the_one_for_all(recipients: Open) -> None:
    own, same = recipients("to,first_name,channel_id\n1,a,x\n2,b,\n")
    assert (own.address["channel_id"], same.address["channel_id"]) == ("x", "c")


def test_without_a_contract_every_column_is_a_value(recipients: Open) -> None:
    given = recipients("to,name,days\n1,Zoë,4\n", template='{"template_type": "text"}')
    (row,) = given
    assert row.values == {"to": "1", "name": "Zoë", "days": "4"}
    assert given.remarks == []


def test_what_is_not_used_is_said_once(recipients: Open) -> None:
    columns = ",".join(f"more{i}" for i in range(20))
    (remark,) = recipients(f"to,first_nam,first_name,{columns},\n").remarks
    assert (remark.code, remark.severity) == ("unknown-parameter", Severity.INFO)
    assert told(remark)[0] == "unknown-parameter 1:4"
    assert "`more0`" in remark.text
    assert "and 13 more" in remark.text
    assert "--map first_name=first_nam" in remark.hint


def test_every_missing_column_is_an_error_before_any_row(recipients: Open) -> None:
    with pytest.raises(Failed) as failed:
        recipients("To,name\n1,Zoë\n", address={}, mapping={"days": "in_days"})
    assert [(d.code, d.title) for d in failed.value.diagnostics] == [
        ("bad-recipients-file", "No column `first_name`"),
        ("bad-recipients-file", "No column `to`"),
        ("bad-recipients-file", "No column `channel_id`"),
        ("bad-recipients-file", "No column `in_days`"),
    ]
    assert failed.value.diagnostics[1].hint == "did you mean `To`? then --map to=To"


def test_a_mapping_for_nothing_is_an_error(recipients: Open) -> None:
    with pytest.raises(Failed) as failed:
        recipients("to,first_name\n", mapping={"first_nam": "name"})
    assert (failed.value.diagnostics[0].code, failed.value.diagnostics[0].hint) == (
        "unknown-parameter",
        "did you mean `first_name`?",
    )


REFUSED_ROWS = {
    "bytes": (b"Zo\xeb", "bad-recipient 2:5"),
    "nul": (b"a\0b", "bad-recipient 2:4"),
    "more-cells": (b"x,y", "bad-recipient 2:5"),
    "quote-within": (b'"a"b"', "bad-recipient 2:5"),
    "carriage-return": (b"a\rb", "bad-recipient 2:4"),
    "large-cell": (b"x" * 140_000, "bad-recipient 2:3"),
    "too-long-for-the-contract": (b"x" * 21, "wrong-parameter 2:3"),
}


@pytest.mark.parametrize(("cell", "told_"), REFUSED_ROWS.values(), ids=REFUSED_ROWS)
def test_a_bad_row_stops_no_other(recipients: Open, cell: bytes, told_: str) -> None:
    given = recipients(b"to,first_name\n1," + cell + b"\n2,ok\n")
    assert problems(given) == {1: told_}
    assert [row.values["first_name"] for row in given if not row.problem] == ["ok"]


def test_bad_text_in_quotes_refuses_all_of_its_row_and_no_line_of_it_becomes_one(recipients: Open) -> None:
    for bad in (b"\xeb", b"\0", b"x" * 140_000):
        given = recipients(b'to,first_name\n1,"' + bad + b'\n666,Mallory\n"\n2,ok\n')
        assert [(row.number, row.line, row.problem is None) for row in given] == [(1, 2, False), (2, 5, True)]


@pytest.mark.parametrize("to", ["", "  ", "a\x07b", "\u202e1"])
def test_an_address_that_cannot_be_sent_to(recipients: Open, to: str) -> None:
    (row,) = recipients(f'to,first_name\n"{to}",Zoë\n')
    assert told(row.problem)[0].startswith("bad-recipient 2:")


REFUSED_FILES = {
    "empty": (b"", "bad-recipients-file 1:1"),
    "blank": (b"\n \n", "bad-recipients-file 1:1"),
    "utf-16": ("to,first_name\n".encode("utf-16"), "bad-recipients-file 1:1"),
    "latin-1": (b"to,first_name,gr\xf6\xdfe\n", "bad-recipients-file 1:17"),
    "nul": (b"to,first_name\0\n", "bad-recipients-file 1:14"),
    "same-name": (b"to,first_name, to\n", "bad-recipients-file 1:15"),
    "quote-in-the-first-line": (b'to,"first"name\n', "bad-recipients-file 1:10"),
    "old-mac": (b"to,first_name\r1,x\r", "bad-recipients-file 1:14"),
    "never-closed": (b'to,first_name\n1,"Zoe\n2,Max\n', "bad-recipients-file 2:3"),
    "closed-elsewhere": (b'to,first_name\n1,"Zoe\n2,Max\n3,"Ann"\n4,x\n', "bad-recipients-file 2:3"),
    "endless-row": (b'to,first_name\n1,x\n2,"' + b"x\n" * LARGEST, "bad-recipients-file 3:3"),
    "endless-first-line": (b"x" * (LARGEST + 1), "bad-recipients-file 1:1"),
    "many-columns": (b"to,first_name" + b"," * 1000, "bad-recipients-file 1:1"),
}


@pytest.mark.parametrize(("content", "told_"), REFUSED_FILES.values(), ids=REFUSED_FILES)
def test_a_file_that_cannot_be_trusted_is_refused(recipients: Open, content: bytes, told_: str) -> None:
    assert refusal(recipients, content)[0] == told_


def test_a_quote_left_open_in_the_last_row_is_that_rows_mistake(recipients: Open) -> None:
    assert problems(recipients('to,first_name\n1,a\n2,"Zoe')) == {2: "bad-recipient 3:3"}


def test_a_kind_of_file_that_nobody_reads(recipients: Open) -> None:
    assert refusal(recipients, "to,first_name\n", name="people.xlsx")[0] == "bad-recipients-file 1:1"


def test_a_file_that_is_not_there(recipients: Open, tmp_path: Path) -> None:
    given = recipients("to,first_name\n1,a\n")
    (tmp_path / "people.csv").unlink()
    with pytest.raises(Failed, match="File cannot be read"):
        list(given)
    (tmp_path / "people.csv").mkdir()
    with pytest.raises(Failed, match="File cannot be read"):
        list(given)


def test_rows_can_be_read_again(recipients: Open) -> None:
    given = recipients("to,first_name\n1,a\n2,b\n")
    assert [row.number for row in given] == [row.number for row in given] == [1, 2]


def test_a_digest_is_of_every_byte(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    first = digest(tmp_path / "a")
    (tmp_path / "a").write_bytes(b"1\n")
    assert len(first) == 32
    assert digest(tmp_path / "a") != first
