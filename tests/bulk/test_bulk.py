"""Everyone in a file gets what `compile --compact` writes for them, in order; who does not is told, at their line."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bulk.conftest import Order_, made, people
from handbill.bulk import Bulk
from handbill.bulk.sample import SEED, _rank
from handbill.diagnostic import Failed
from handbill.pipeline import Compiler, to_json
from handbill.project import find
from handbill.recipients import tables
from handbill.report.text import report
from locales.speaking import message
from locales.speaking import project as speaking

CONTRACT = ("wrong-parameter", "missing-parameter", "lone-surrogate")  # what the short way leaves to be judged
FORMATS = ["people.csv", "people.jsonl", "people.parquet"]
MIXED = [
    *people(9),
    {"to": "11", "first_name": "Wolfeschlegelsteinhausenbergerdorff", "days": 1},  # the button says no
    {"to": "12", "first_name": "Max", "days": 0},  # the contract says no
    {"to": "", "first_name": "Max", "days": 1},  # nobody to send to
    {"to": "14", "first_name": "Ann", "days": 2},
]


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a short file has many."""
    for function in (module.chunks for module in _tables()):
        monkeypatch.setattr(function, "__defaults__", (300,))
    monkeypatch.setattr("handbill.recipients.parquet_table.ROWS", 7)


def _tables() -> list[Any]:
    from handbill.recipients.csv_table import Csv
    from handbill.recipients.json_lines import JsonLines

    return [Csv, JsonLines]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("jobs", [1, 3])
def test_each_line_is_what_compiling_it_alone_writes(
    order: Order_, project: Path, small_chunks: None, name: str, jobs: int
) -> None:
    rows = people(200)
    compiler = Compiler(find(project))
    alone = [
        compiler.compile("parcel", "messenger", None, {k: row[k] for k in ("first_name", "days")},
                         address={"to": row["to"], "channel_id": "c"})
        for row in rows
    ]  # fmt: skip
    whole = made(order(rows, name), jobs=jobs)
    assert whole.rows == 200
    assert whole.drawn == list(range(1, 201))
    assert whole.payloads == b"".join(to_json(each.payload, compact=True) for each in alone)
    assert b"".join(whole.each()) == whole.payloads


@pytest.mark.parametrize(("name", "first"), [("people.csv", 2), ("people.jsonl", 1), ("people.parquet", 1)])
@pytest.mark.parametrize("jobs", [1, 2])
def test_bad_rows_are_told_at_their_line(order: Order_, small_chunks: None, name: str, first: int, jobs: int) -> None:
    whole = made(order(MIXED * 5, name), jobs=jobs)
    assert whole.rows == 13 * 5
    assert len(whole.lengths) == 10 * 5
    bad = [13 * turn + n for turn in range(5) for n in (10, 11, 12)]
    assert [each.number for each in whole.bad] == bad
    assert [each.line for each in whole.bad] == [n + first - 1 for n in bad]
    assert [each.found[0].code for each in whole.bad[:3]] == ["text-too-long", "wrong-parameter", "bad-recipient"]
    told = report(list(whole.bad[3].found))
    assert told.startswith("templates/parcel.json.j2:")
    assert f"┆ {name}:{23 + first - 1}" in told


def test_a_row_that_cannot_be_read_is_bad_alone(order: Order_) -> None:
    good, foul = b'{"to": "1", "first_name": "A"}', b'{"to": "2", "first_name": "\xff"}'
    lines = b"\n".join([good, b"", b"not json", foul, b"[1]", good])
    whole = made(order(lines))
    assert [(each.number, each.line, each.found[0].title) for each in whole.bad] == [
        (2, 3, "Line is not JSON"), (3, 4, "Not UTF-8"), (4, 5, "Line is not an object"),
    ]  # fmt: skip
    rows = b'\xef\xbb\xbfto;first_name\r\n1;A\r\n;;\r\n"2"x;B\r\n3;C;D\r\n\r\n4;"D\r\nE"\r\n5;F'
    whole = made(order(rows, "people.csv"))
    assert [(each.number, each.line) for each in whole.bad] == [(2, 4), (3, 5)]
    assert whole.drawn == [1, 4, 5]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_goes_wrong_ends_it_behind_what_was_good(order: Order_, small_chunks: None, jobs: int) -> None:
    good = "".join(f"{n},Ann {n}\n" for n in range(200))
    bulk = Bulk(order(f'to,first_name\n{good}7,"never\nclosed\n'.encode(), "people.csv"), jobs=jobs)
    rows: list[int] = []
    with pytest.raises(Failed) as failed:
        rows.extend(batch.rows for batch in bulk)
    assert sum(rows) == 200
    [found] = failed.value.diagnostics
    assert (found.code, found.title) == ("bad-recipients-file", "Quote never closed")
    assert found.label is not None
    assert found.label.span.source.position(found.label.span.start) == (202, 3)


@pytest.mark.parametrize("limit", [1, 5, 12, 13, 40, 65, 100])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_limit_is_of_rows_good_and_bad(order: Order_, small_chunks: None, limit: int, jobs: int) -> None:
    whole, part = made(order(MIXED * 5, "people.csv")), made(order(MIXED * 5, "people.csv"), limit=limit, jobs=jobs)
    assert part.rows == min(limit, 65)
    assert part.drawn == [n for n in whole.drawn or [] if n <= limit]
    assert [each.number for each in part.bad] == [each.number for each in whole.bad if each.number <= limit]
    assert whole.payloads.startswith(part.payloads)
    assert part.payloads.count(b"\n") == len(part.lengths)


def test_a_limit_ends_before_a_file_goes_wrong(order: Order_) -> None:
    assert made(order(b'to,first_name\n1,A\n2,B\n3,"C\n', "people.csv"), limit=2).rows == 2


def test_a_sample_is_always_the_same_and_in_order(order: Order_) -> None:
    whole = made(order(MIXED * 20))
    parts = [made(order(MIXED * 20, name), sample=30, jobs=jobs) for name in FORMATS[:2] for jobs in (1, 2)]
    one = parts[0]
    rows = sorted([*(one.drawn or []), *(each.number for each in one.bad)])
    assert len(rows) == 30
    assert rows[-1] - rows[0] > 130  # from all over the file
    for part in parts[1:]:
        assert (part.drawn, part.payloads, [b.number for b in part.bad]) == (
            one.drawn, one.payloads, [b.number for b in one.bad],
        )  # fmt: skip
    assert rows == sorted(sorted(range(1, 261), key=lambda number: _rank(number, SEED))[:30])
    payloads = dict(zip(whole.drawn or [], whole.each(), strict=True))
    assert list(one.each()) == [payloads[number] for number in one.drawn or []]
    longer = made(order(MIXED * 21), sample=30)
    kept = set(longer.drawn or []) & set(one.drawn or [])
    assert len(kept) >= 18  # of 30 less the bad ones: a file that grew keeps most of its sample
    assert made(order(people(5)), sample=30).rows == 5
    assert made(order(people(200)), sample=30, seed=1).drawn != made(order(people(200)), sample=30).drawn


def test_a_warning_is_counted_and_has_its_first_row(order: Order_) -> None:
    rows = [{"to": "1", "first_name": "Ann"}] * 3
    whole = made(order(rows, template="headed", channel="sms"))
    assert whole.rows == 3
    assert not whole.bad
    assert whole.warned
    assert all(each.number == 1 for each in whole.warned.values())


def test_a_loss_can_be_asked_to_be_an_error(order: Order_) -> None:
    whole = made(order([{"to": "1", "first_name": "Ann"}] * 3, template="headed", channel="sms", fail_on=("reply",)))
    assert [each.found[0].code for each in whole.bad] == ["lost-reply"] * 3


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
def test_a_file_without_lines_has_no_messages(order: Order_, content: bytes) -> None:
    assert made(order(content), jobs=2).rows == 0


def test_a_heading_alone_has_no_messages(order: Order_) -> None:
    assert made(order(b"to,first_name\n", "people.csv"), jobs=2).rows == 0
    with pytest.raises(Failed):
        made(order(b"", "people.csv"))


def test_a_huge_line_is_one_bad_row_and_is_not_held(order: Order_) -> None:
    line = b'{"to": "1", "first_name": "' + b"x" * 3 * tables.LARGEST + b'"}\n'
    good = b'{"to": "2", "first_name": "B"}\n'
    whole = made(order(good + line + good), jobs=2)
    assert whole.drawn == [1, 3]
    assert [(each.line, each.found[0].title) for each in whole.bad] == [(2, "Line too long")]


def test_to_nobody_is_for_review(order: Order_, project: Path) -> None:
    whole = made(order([{"first_name": "Zoë"}], address=None))
    alone = Compiler(find(project)).compile("parcel", "messenger", None, {"first_name": "Zoë"})
    assert whole.payloads == to_json(alone.payload, compact=True)


def test_columns_are_mapped_as_for_sending(order: Order_) -> None:
    rows = [{"customer": 17, "Vorname": "Zoë", "days": "4"}]
    whole = made(order(rows, "people.csv", mapping={"to": "customer", "first_name": "Vorname"}))
    body = json.loads(whole.payloads)
    assert body["external_conversation_reference"]["id"] == "17"
    assert "Zoë, in 4 days?" in whole.payloads.decode()


def test_a_name_that_nothing_asks_for_is_remarked_whoever_reads_it(order: Order_, small_chunks: None) -> None:
    rows = [*people(60), {"to": "1", "first_name": "A", "dais": 3}]
    bulk = Bulk(order(rows), jobs=2)
    assert sum(batch.rows for batch in bulk) == 61
    [remark] = bulk.remarks
    assert remark.title == "Columns that are not used: `dais`"


def _odd_lines(lot: random.Random) -> bytes:
    pieces = [
        '{"to": "1", "first_name": "A"}', '{"to": 2, "first_name": "B", "days": 3}', '{"to": " 3", "first_name": "C"}',
        '{"to": "4", "first_name": "D", "first_name": "E"}', '{"to" :"4", "first_name": "D", "to": "E"}',
        '{"to": "5", "first_name": "a\\": b"}', '{"to": "6", "first_name": "\\ud83c"}', '{"to": true, "days": 1}',
        '{"to": "7", "first_name": "A", "days": 1.0}', '{"to": "7", "first_name": "A", "days": 1e400}',
        '{"to": "8", "first_name": "A", "x": {"y": {"y": [{"y": 1, "y": 2}]}}}', '{"to": "8", "first_name": null}',
        '{"to": "9", "first_name": "A", "days": 12345678901234567890123}', '{"to": "9\\n", "first_name": "A"}',
        '{"to": "8", "first_name": "A", "x": ' + "[" * 40 + "]" * 40 + "}", "", "  ", "\u00a0", "\u2028", "{", "[]",
        '{"to": "8", "first_name": "A", "x": ' + '{"a":' * 30 + "1" + "}" * 30 + "}", '{"to": "1", "first_name": NaN}',
        '{"to": "1",\t"first_name": "A: b"}', "\ufeff{}", '{"to": "\x00", "first_name": "A"}',
    ]  # fmt: skip
    end = lot.choice(["\n", "\r\n"])
    text = lot.choice(["", "\ufeff"]) + end.join(lot.choice(pieces) for _ in range(lot.randint(0, 12)))
    return text.encode() + lot.choice([b"", b"\n", b"\xff\n"])


def _odd_cells(lot: random.Random) -> bytes:
    cells = ["1", "2", " 2 ", "é", '"x"', '"a,b"', '"l\nm"', '""', "", "7", "true", '"x', 'y"z', "\x00", "\x0b", "\x85"]
    weights = [9, 9, 1, 9, 9, 2, 2, 1, 1, 9, 1, 0.3, 0.3, 0.1, 1, 1]
    lines = [",".join(lot.choices(cells, weights, k=lot.choice([3] * 9 + [2, 4]))) for _ in range(lot.randint(0, 12))]
    return b"to,first_name,days\n" + "".join(line + lot.choice(["\n", "\r\n"]) for line in lines).encode()


@pytest.mark.parametrize(("name", "odd"), [("people.jsonl", _odd_lines), ("people.csv", _odd_cells)])
def test_the_short_way_reads_what_the_long_way_reads(
    order: Order_, name: str, odd: Callable[[random.Random], bytes]
) -> None:
    """Whatever the short way takes is what the long way finds, row for row; where they part, it takes nothing."""
    lot = random.Random(7)
    quick = 0
    for _ in range(400):
        content = odd(lot)
        recipients = Bulk(order(content, name))._maker.recipients
        for chunk in recipients.table.chunks(100):
            short = recipients.quickly(chunk)
            try:
                rows = [recipients.row(record) for record in recipients.records(chunk)]
            except Failed:
                break
            for row, taken in zip(rows, short, strict=True):
                if taken is None:
                    continue
                quick += 1
                values, address, locale = taken
                assert (dict(address), locale) == (row.address, row.locale), content
                assert {**recipients._rules.defaults, **values} == row.values, content
                assert row.problem is None or row.problem.code in CONTRACT, content
    assert quick > 300


def test_the_problem_written_beside_a_row_is_left_out(order: Order_) -> None:
    rows = [{"to": "1", "first_name": "A", tables.NOTE: {"line": 3}}, {"to": "2", "first_name": "B", tables.NOTE: 1.5}]
    bulk = Bulk(order(rows))
    assert sum(len(batch.lengths) for batch in bulk) == 2
    assert bulk.remarks == []


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked there in no way")
def test_processes_that_are_spawned_do_the_same(
    order: Order_, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handbill import team

    rows = people(30)
    forked = made(order(rows), jobs=2).payloads
    monkeypatch.setattr(team, "FORKS", False)
    assert made(order(rows), jobs=2).payloads == forked


@pytest.mark.parametrize("name", ["people.jsonl", "people.csv"])
def test_of_some_parts_of_an_address_one_is_enough_and_needed(order: Order_, project: Path, name: str) -> None:
    (project / "templates/note.json.j2").write_text('{"template_type": "text", "text": "Hi"}', encoding="utf-8")
    rows = [{"to": f"+49301234{n:03}", "from": "+49301234567" if n != 1 else None} for n in range(3)]
    whole = made(order(rows, name, template="note", channel="sms", via="direct", address={}))
    assert whole.drawn == [1, 3]
    [bad] = whole.bad
    assert bad.found[0].label is not None
    assert bad.found[0].label.text.startswith("needed: one of")


@pytest.mark.parametrize("name", ["people.jsonl", "people.csv"])
@pytest.mark.parametrize("everybody", ["", "de"])
def test_a_row_may_name_its_language(order: Order_, project: Path, name: str, everybody: str) -> None:
    body = 'msgid "Hello"\nmsgstr "Guten Tag"\n'
    speaking(project, {"templates/hello.json.j2": message("\"{{ _('Hello') }} {{ name }}\"")}, de=body)
    rows = [
        {"to": str(n), "name": "Zoë", "n": 1, "locale": locale} for n, locale in enumerate(["", "de", "DE", "en", "fr"])
    ]
    whole = made(order(rows, name, template="hello", locale=everybody), jobs=2)
    first = b"Guten Tag" if everybody else b"Hello"
    assert [word in line for word, line in zip([first, b"Guten", b"Guten", b"Hello"], whole.each(), strict=True)] == [
        True
    ] * 4
    [bad] = whole.bad
    assert (bad.number, bad.found[0].title) == (5, "Bad `locale`")
