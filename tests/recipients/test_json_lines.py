"""JSON lines: an object a line."""

from __future__ import annotations

import json

import pytest
from handbill.recipients.tables import LARGEST
from recipients.conftest import Open
from recipients.test_csv import problems, told

GOOD = '{"to": "1", "first_name": "Zoë"}'


def lines(recipients: Open, *texts: str | bytes, **more: object) -> object:
    content = b"\n".join(text.encode() if isinstance(text, str) else text for text in texts)
    return recipients(content, name="people.jsonl", **more)


def test_values_keep_their_types(recipients: Open) -> None:
    values = {"first_name": "Zoë 👍", "days": 4, "rate": 1.5, "member": True, "items": ["a"], "shop": {"b": [1]}}
    (row,) = lines(recipients, json.dumps({"to": 49301234567890123456, **values}))
    assert row.values == values
    assert row.address == {"to": "49301234567890123456", "channel_id": "c"}


def test_blank_lines_count_as_lines_only(recipients: Open) -> None:
    rows = list(lines(recipients, "\ufeff" + GOOD, "", "  \r", GOOD + "\r", ""))
    assert [(row.number, row.line, row.problem) for row in rows] == [(1, 1, None), (2, 4, None)]


REFUSED = {
    "no-json": ("first_name: Zoë", "bad-recipient 2:1"),
    "a-list": ("[1]", "bad-recipient 2:1"),
    "null": ("null", "bad-recipient 2:1"),
    "two": (GOOD + GOOD, "bad-recipient 2:33"),
    "not-closed": ('{"to": "1",', "bad-recipient 2:1"),
    "twice": ('{"to": "1", "to": "2"}', "duplicate-key 2:14"),
    "half": (r'{"to": "1", "first_name": "\ud83d"}', "lone-surrogate 2:28"),
    "not-a-number": ('{"to": "1", "rate": NaN}', "bad-number 2:21"),
    "endless-number": ('{"to": "1", "rate": 1e999}', "bad-number 2:21"),
    "long-number": ('{"to": "1", "days": ' + "9" * 5000 + "}", "bad-number 2:21"),
    "deep": ('{"to": "1", "shop": ' + "[" * 5000 + "]" * 5000 + "}", "nesting-too-deep 2:52"),
    "bytes": (b'{"to": "\xeb"}', "bad-recipient 2:9"),
    "nul": (b'{"to": "\0"}', "bad-recipient 2:9"),
    "long": ('{"to": "' + "x" * LARGEST + '"}', "bad-recipient 2:1"),
    "to-nobody": ('{"first_name": "x"}', "bad-recipient 2:1"),
    "to-a-float": ('{"to": 1.0, "first_name": "x"}', "bad-recipient 2:8"),
    "to-true": ('{"to": true, "first_name": "x"}', "bad-recipient 2:8"),
    "missing": ('{"to": "1"}', "missing-parameter 2:1"),
    "null-value": ('{"to": "1", "first_name": null}', "wrong-parameter 2:27"),
    "wrong": ('{"to": "1", "first_name": "x", "days": "4"}', "wrong-parameter 2:41"),
    "wrong-within": ('{"to": "1", "first_name": "x", "items": ["a", 4]}', "wrong-parameter 2:47"),
}


@pytest.mark.parametrize(("line", "told_"), REFUSED.values(), ids=REFUSED)
def test_a_bad_line_stops_no_other(recipients: Open, line: str | bytes, told_: str) -> None:
    given = lines(recipients, GOOD, line, GOOD)
    assert problems(given) == {2: told_}
    assert [row.line for row in given if not row.problem] == [1, 3]


@pytest.mark.parametrize(("depth", "good"), [(31, True), (32, False)])
def test_how_deep_values_may_lie(recipients: Open, depth: int, good: bool) -> None:
    line = '{"to": "1", "first_name": "x", "shop": {"a": ' + "[" * (depth - 1) + "]" * (depth - 1) + "}}"
    assert problems(lines(recipients, line)) == ({} if good else {1: f"nesting-too-deep 1:{46 + depth - 2}"})


def test_many_lists_are_not_deep(recipients: Open) -> None:
    line = json.dumps({"to": "1", "first_name": "x", "shop": {str(i): [[], {}] for i in range(100)}})
    assert problems(lines(recipients, line)) == {}


def test_names_by_another_name_and_those_that_nobody_uses(recipients: Open) -> None:
    line = '{"phone": "1", "name": "Zoë", "days": "4", "zip": 1}'
    given = lines(recipients, line, line, mapping={"to": "phone", "first_name": "name", "days": "in_days"})
    assert [row.values["first_name"] for row in given] == ["Zoë", "Zoë"]
    (remark,) = given.remarks
    assert remark.title == "Columns that are not used: `days`, `zip`"


def test_a_mapped_value_is_shown_where_it_stands(recipients: Open) -> None:
    (row,) = lines(recipients, '{"to": "1", "name": 4}', mapping={"first_name": "name"})
    assert told(row.problem)[0] == "wrong-parameter 1:21"


def test_what_people_write(recipients: Open) -> None:
    (row,) = lines(recipients, '{"to": "1", "first_name": "Zoë",} // a comma too many')
    assert row.problem is None


@pytest.mark.parametrize("to", ['"\\ud800"', '"user-\\udfff"', '"\\ud83d\\ude00"', '"a\\u2028b"'])
def test_an_address_that_cannot_be_sent_is_a_bad_row(recipients: Open, to: str) -> None:
    [row] = recipients(f'{{"to": {to}, "first_name": "Ann"}}\n', "people.jsonl")
    assert (row.problem is None) == (to == '"\\ud83d\\ude00"'), "a pair is a character, half of one is nothing"
    assert row.line == 1
