"""What a form sends, as a context; whatever is sent is one."""

from __future__ import annotations

from typing import Any

import pytest
from handbill.preview.form import Control, blank, form
from handbill.preview.reading import ADD, REMOVE, Read, read
from hypothesis import given
from hypothesis import strategies as st

PARAMS: dict[str, Any] = {
    "name": {"type": "string", "maxLength": 20},
    "nick": {"type": "string", "default": "you"},
    "note": {"type": ["string", "null"]},
    "days": {"type": "integer"},
    "price": {"type": "number", "default": 1.5},
    "gift": {"type": "boolean"},
    "size": {"enum": ["small", "large", 3]},
    "extra": {},
    "tags": {"type": "array", "items": {"type": "string"}, "default": ["new"]},
    "stores": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "open": {"type": "boolean"}, "floor": {"type": "integer"}},
            "required": ["name", "floor"],
        },
    },
    "where": {"type": "object", "properties": {"a/b": {"type": "string"}, "c": {"type": "number"}}},
}
VALUES: dict[str, Any] = {
    "name": "Zoë",
    "note": None,
    "days": 3,
    "gift": False,
    "size": 3,
    "extra": {"deep": [1, None, "x"]},
    "stores": [{"name": "Market", "open": True, "floor": 0}, {"name": "Station", "floor": -1}],
    "where": {"a/b": "x~y", "c": 2.5},
}


def controls(all_of_them: tuple[Control, ...]) -> list[Control]:
    return [each for one in all_of_them for each in (one, *controls(one.inner))]


def sent(values: dict[str, Any], params: dict[str, Any] = PARAMS) -> list[tuple[str, str]]:
    """What a browser sends of the form for these values."""
    pairs = []
    for each in controls(form(params, values, (), None).controls):
        chosen = next((option.value for option in each.options if option.chosen), None)
        if each.options and chosen is None:
            chosen = each.options[0].value
        pairs.append((each.name, (chosen if each.options else each.value) or ""))
    return pairs


def again(values: dict[str, Any], *more: tuple[str, str]) -> Read:
    return read([*sent(values), *more], lambda path: blank(PARAMS, path))


def test_a_form_gives_back_the_context_it_was_made_for() -> None:
    reading = again(VALUES)
    assert reading.values == {**VALUES, "tags": ["new"]}  # a list that may be left out is shown with its default
    assert not reading.unread


def test_nothing_given_is_nothing_but_what_a_form_cannot_leave_out() -> None:
    assert again({}).values == {
        "name": "", "note": None, "tags": ["new"], "stores": [], "where": {},
    }  # fmt: skip


def test_types_stay_what_they_are() -> None:
    given = again({**VALUES, "price": 2.0, "gift": True, "size": "large"}).values
    assert (type(given["days"]), type(given["price"]), given["gift"], given["size"]) == (int, float, True, "large")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("7.5", 7.5),
        ("1e3", 1000.0),
        ("seven", "seven"),
        ("07", "07"),
        ("1e999", "1e999"),
        ("٣", "٣"),
    ],
)
def test_a_number_that_is_none_stays_text_for_the_contract_to_judge(text: str, value: object) -> None:
    assert read([("n/days", text)]).values == {"days": value}


def test_an_item_is_added_as_the_contract_has_it() -> None:
    given = again(VALUES, (ADD, "/stores")).values
    assert given["stores"][2] == {"name": "", "floor": None}
    assert given["stores"][:2] == VALUES["stores"]


def test_an_item_is_taken_out() -> None:
    given = again(VALUES, (REMOVE, "/stores/0")).values
    assert given["stores"] == VALUES["stores"][1:]


def test_an_item_without_a_value_keeps_its_place() -> None:
    pairs = [("l/tags", "3"), ("n/tags/0", "1"), ("n/tags/1", ""), ("n/tags/2", "3")]
    assert read(pairs).values == {"tags": [1, None, 3]}


def test_line_ends_are_line_feeds() -> None:
    assert read([("t/name", "a\r\nb")]).values == {"name": "a\nb"}


def test_json_that_is_none_is_told_where_it_is() -> None:
    reading = read([("j/extra", '{"a": [1, }'), ("t/name", "Zoë")])
    (path, found), *others = reading.unread.items()
    assert not others
    assert path == ("extra",)
    assert (found.code, found.pointer, found.parameters) == ("invalid-json", "/extra", ("extra",))
    assert reading.values["name"] == "Zoë"


def test_the_whole_context_as_json() -> None:
    reading = read([("json", '{"name": "Zoë", "days": 3}'), ("t/name", "left over")])
    assert reading.values == {"name": "Zoë", "days": 3}
    assert read([("json", " ")]).values == {}
    assert read([("json", "[1]")]).unread[()].code == "bad-data-file"
    assert read([("json", '{"a": 1, "a": 2}')]).unread[()].code == "duplicate-key"
    assert read([("json", "[" * 5000)]).unread[()].code == "nesting-too-deep"


NAMES = st.one_of(
    st.text(max_size=12),
    st.builds("{}/{}".format, st.sampled_from("tTNnbcjlox"), st.text(alphabet="a0/~1é", max_size=8)),
    st.sampled_from([ADD, REMOVE, "json"]),
)
TEXTS = st.one_of(
    st.text(max_size=12), st.sampled_from(["9999", "99999999999", "-1", "[", '{"a":1}', "1e400", "\ud800"])
)


@given(st.lists(st.tuples(NAMES, TEXTS), max_size=12))
def test_whatever_is_sent_is_a_context(pairs: list[tuple[str, str]]) -> None:
    reading = read(pairs, lambda path: blank(PARAMS, path))
    assert isinstance(reading.values, dict)
    form(PARAMS, reading.values, tuple(reading.unread.values()), reading.text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from([*PARAMS, "other"]), JSON, max_size=6), st.dictionaries(st.text(max_size=4), JSON)
)
def test_whatever_the_context_and_the_contract_there_is_a_form(values: dict[str, Any], odd: dict[str, Any]) -> None:
    form(PARAMS, values, (), None)
    form({name: rule if isinstance(rule, dict) else {} for name, rule in odd.items()}, values, (), None)
