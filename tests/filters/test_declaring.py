"""What can be declared of a filter, and that a filter is held to it."""

from __future__ import annotations

import math
import string
from collections.abc import Callable
from typing import Any

import pytest
from handbill.filtering import BadBound, Filter, OutOfBounds, WrongResult, text_filter, value_filter


def same(text: str) -> str:
    return text


def clipped(text: str, width: int = 20, end: str = "…", *, hard: bool = False) -> str:
    return text if len(text) <= width else text[: width - len(end)] + end


def test_a_filter_is_still_its_function() -> None:
    """Shortens a text."""
    made = text_filter(longest=lambda length, width: min(length, width))(clipped)
    assert made("a long text", 5) == clipped("a long text", 5)
    assert made.__doc__ == clipped.__doc__
    assert (made.name, made.takes) == ("clipped", "text")
    assert repr(made) == f"<filter clipped of {__name__}, line {clipped.__code__.co_firstlineno}>"


def test_a_decorator_without_brackets_declares_nothing() -> None:
    assert text_filter(same).most(5, {}) == math.inf
    assert value_filter(same)([1]) == [1]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("longest", "length", "arguments", "most"),
    [
        (None, 5, {}, math.inf),
        ("same", 5, {}, 5),
        (12, 5, {}, 12),
        (lambda length: 1.5 * length, 5, {}, 7.5),
        (lambda length, width: min(length, width), math.inf, {"width": 20}, 20),
    ],
)
def test_the_longest_result(longest: Any, length: float, arguments: dict[str, Any], most: float) -> None:
    assert text_filter(longest=longest)(clipped).most(length, arguments) == most


def test_a_bound_asks_for_arguments_by_name() -> None:
    made = text_filter(longest=lambda length, end, hard: length + len(end) + hard)(clipped)
    end, hard = made.asked
    assert [end.of((9, "..."), {}), end.of((9,), {"end": "!"}), end.of((9,), {})] == ["...", "!", "…"]
    assert [hard.of((9, "..."), {"hard": True}), hard.of((), {})] == [True, False]


NAME = "cannot be the name of a filter"
NUMBER = 'longest is a number, "same" or a function'
LENGTH = "what is no text has no length"
WRONG: dict[str, tuple[str, Callable[[], Any]]] = {
    "without a name": (NAME, lambda: text_filter(lambda text: text)),
    "a private name": (NAME, lambda: text_filter(name="_own")(same)),
    "two words": (NAME, lambda: text_filter(name="two words")(same)),
    "an empty alphabet": ("an alphabet has at least one", lambda: text_filter(alphabet="")(same)),
    "less than nothing": (NUMBER, lambda: text_filter(longest=-1)(same)),
    "true": (NUMBER, lambda: text_filter(longest=True)(same)),
    "another word": (NUMBER, lambda: text_filter(longest="sane")(same)),  # type: ignore[arg-type]
    "another argument": ("asks for `widht`", lambda: text_filter(longest=lambda length, widht: 1)(clipped)),
    "a bound of nothing": ("longest takes the length", lambda: text_filter(longest=lambda: 1)(same)),
    "the length of a list": (LENGTH, lambda: value_filter(longest="same")(same)),  # type: ignore[call-overload]
    "a sum of a list": (LENGTH, lambda: value_filter(longest=lambda length: 1)(same)),  # type: ignore[call-overload]
    "no value": ("takes no value", lambda: text_filter(name="x")(lambda: "")),  # type: ignore[arg-type]
    "by name only": ("takes no value", lambda: text_filter(name="x")(lambda *, text: text)),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_no_sense_is_refused_where_it_is_declared(name: str) -> None:
    said, declare = WRONG[name]
    with pytest.raises((TypeError, ValueError), match=said):
        declare()


def test_a_filter_cannot_be_async() -> None:
    async def later(text: str) -> str:
        return text

    with pytest.raises(TypeError, match="cannot be async"):
        text_filter(later)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("declared", "given", "said"),
    [
        ({"longest": 3}, "four", "makes 4 characters of 4, and declares 3 at most"),
        ({"longest": "same"}, "ab", ""),
        ({"longest": lambda length: length - 1}, "ab", "makes 2 characters of 2, and declares 1 at most"),
        ({"longest": lambda length: 5 if length < 100 else 1}, "ab", "declares 1 at most"),  # of texts of any length
        ({"alphabet": "abc"}, "abd", "makes “d”, which is not in the alphabet it declares"),
        ({"alphabet": string.ascii_letters}, "abd", ""),
    ],
)
def test_what_is_declared_is_held_against_every_result(declared: dict[str, Any], given: str, said: str) -> None:
    made: Filter[Any, str] = text_filter(**declared)(same)
    if not said:
        assert made(given) == given
        return
    with pytest.raises(OutOfBounds, match=said) as error:
        made(given)
    assert error.value.hint.endswith(f"{__name__}, line {same.__code__.co_firstlineno}")


@pytest.mark.parametrize(
    "longest",
    [lambda length: 1 / 0, lambda length: "2", lambda length: -1, lambda length: math.nan],
    ids=["fails", "text", "negative", "none"],
)
def test_a_bound_that_is_no_number_is_told(longest: Any) -> None:
    with pytest.raises(BadBound, match="`longest` of `same`"):
        text_filter(longest=longest)(same)("a")


def test_a_bound_need_not_know_of_texts_of_any_length() -> None:
    made = text_filter(longest=lambda length: int(length) + 1)(same)  # int(inf) fails
    assert made("a") == "a"


def test_what_a_filter_of_texts_gives_is_text() -> None:
    with pytest.raises(WrongResult, match="`len` gives int"):
        text_filter(name="len")(len)("a")  # type: ignore[arg-type]
    with pytest.raises(WrongResult, match="gives list"):
        value_filter(longest=5)(same)([])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="takes text, not int"):
        text_filter(same)(5)


def test_a_bound_may_depend_on_a_list() -> None:
    """What bounds come to is kept by their arguments, and nothing is kept by a list."""

    def first(text: str, ends: list[str]) -> str:
        return text + ends[0]

    made = text_filter(longest=lambda length, ends: length + min(map(len, ends)))(first)
    assert made("a", ["xy", "yz"]) == "axy"
    with pytest.raises(OutOfBounds, match="declares 2 at most"):
        made("a", ["xy", "z"])


def test_true_is_not_one_for_a_bound() -> None:
    made = text_filter(longest=lambda length, hard: length + (5 if hard is True else 0), name="f")(
        lambda text, hard: f"{text}!" if hard is True else text * 2
    )
    assert made("a", True) == "a!"
    with pytest.raises(OutOfBounds):
        made("a", 1)
