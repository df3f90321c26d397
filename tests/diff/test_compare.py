"""Two JSON values compared: fields by paths, items by what they are."""

from __future__ import annotations

from typing import Any

import pytest
from handbill.diff.compare import Change, compare, match, same
from hypothesis import given
from hypothesis import strategies as st

YES, NO, LATER = ({"text": text, "value": text.lower()} for text in ("Yes", "No", "Later"))


def short(changes: list[Change]) -> list[str]:
    signs = {"added": "+", "removed": "-", "changed": "~", "moved": ">"}
    return [f"{signs[c.kind]}{'/'.join(map(str, c.path))}" for c in changes]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["~a"]),
        ({"a": 1}, {"a": True}, ["~a"]),
        ({"a": 1}, {"a": 1.0}, ["~a"]),
        ({"a": 1, "b": 2}, {"b": 2, "c": 3}, ["+c", "-a"]),
        ({"a": {"b": "x"}}, {"a": {"b": "y"}}, ["~a/b"]),
        ({"a": {"b": "x"}}, {"a": "x"}, ["~a"]),
        ("x", "y", ["~"]),
        ([YES, NO], [YES, LATER, NO], ["+1"]),
        ([YES, NO], [LATER, YES, NO], ["+0"]),
        ([YES, LATER, NO], [YES, NO], ["-1"]),
        ([YES, NO], [{**YES, "text": "Yes please"}, NO], ["~0/text"]),
        ([YES, NO], [YES, {**NO, "value": "never"}], ["~1/value"]),
        ([YES, NO, LATER], [NO, LATER, YES], [">2"]),
        ([YES, NO, LATER], [LATER, {**YES, "text": "Ja"}, NO], [">0", "~1/text"]),
        ([YES, NO], [YES, YES, NO], ["+1"]),
        ([YES, YES, NO], [YES, NO], ["-1"]),
        (["a", "b"], ["a", "c"], ["~1"]),
        (["a", "b"], ["a", "b", "c"], ["+2"]),
        ([[1, 2], [3]], [[1, 2], [3, 4]], ["+1/1"]),
        ([], [YES], ["+0"]),
        (
            [{"type": "reply", "reply": {"id": "1", "title": "Yes"}}],
            [
                {"type": "reply", "reply": {"id": "2", "title": "No"}},
                {"type": "reply", "reply": {"id": "1", "title": "J"}},
            ],
            ["+0", "~1/reply/title"],
        ),
    ],
)
def test_what_is_different(before: Any, after: Any, expected: list[str]) -> None:
    assert short(compare(before, after)) == expected


def test_a_change_knows_where_it_was() -> None:
    (change,) = compare({"buttons": [YES, NO]}, {"buttons": [LATER, YES, {**NO, "text": "Non"}]})[1:]
    assert (change.path, change.before_path) == (("buttons", 2, "text"), ("buttons", 1, "text"))
    assert (change.before, change.after) == ("No", "Non")


def test_items_with_the_same_words_are_told_apart_by_their_place() -> None:
    assert match([YES, YES, YES], [YES, YES, YES]) == {0: 0, 1: 1, 2: 2}


values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "a", "b"]),
    lambda below: (
        st.lists(below, max_size=4) | st.dictionaries(st.sampled_from(["id", "text", "x"]), below, max_size=3)
    ),
    max_leaves=12,
)


@given(values, values)
def test_what_is_not_the_same_is_told(before: Any, after: Any) -> None:
    assert bool(compare(before, after)) == (not same(before, after))


@given(values, values)
def test_what_did_not_change_is_not_told(before: Any, after: Any) -> None:
    for change in compare(before, after):
        if change.kind in ("changed", "moved"):
            assert same(_at(before, change.before_path), change.before)
            assert same(_at(after, change.path), change.after)
        if change.kind == "changed":
            assert not same(change.before, change.after)
        if change.kind == "added":
            assert same(_at(after, change.path), change.after)
        if change.kind == "removed":
            assert same(_at(before, change.before_path), change.before)


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


@given(values, values)
def test_no_more_is_told_than_needed(before: Any, after: Any) -> None:
    """A list that grew by its items has that many changes, and no others."""
    changes = compare([before, 7], [before, after, 7])
    assert [change.kind for change in changes] == ["added"]
