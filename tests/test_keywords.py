"""The keywords that are ours: each at the last value that passes and the first that does not, and whom it blames."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from handbill.keywords import KEYWORDS, SHAPES, Path, nodes, subschemas

UNIQUE = {"path": ["cards", "*", "buttons", "*"], "fields": ["text", "value"]}
SHAPE = {"path": ["cards", "*"], "fields": ["image"], "counts": ["buttons"], "kinds": ["buttons"]}


def faults(keyword: str, value: Any, instance: Any) -> list[tuple[Path, tuple[Path, ...]]]:
    return [(problem.path, problem.others) for problem in KEYWORDS[keyword](value, instance)]


def cards(*buttons: list[dict[str, str]]) -> dict[str, Any]:
    return {"cards": [{"buttons": some} for some in buttons]}


def test_nodes_reach_what_is_there() -> None:
    tree = {"a": [{"b": [1, 2]}, {"c": 3}, "x", {"b": {"d": 4}}]}
    assert list(nodes(tree, ["a", "*", "b", "*"])) == [(("a", 0, "b", 0), 1), (("a", 0, "b", 1), 2)]
    assert list(nodes(tree, [])) == [((), tree)]
    assert list(nodes(tree, ["a", "b"])) == []
    assert list(nodes({"*": 1}, ["*"])) == []


@pytest.mark.parametrize(
    ("keyword", "fits", "too_long", "measured", "unit"),
    [
        ("x-maxUtf16", "😀😀a", "😀😀😀", 6, "UTF-16 units"),
        ("x-maxUtf16", "abcde", "abcdef", 6, "UTF-16 units"),
        ("x-maxBytes", "ääa", "äää", 6, "bytes"),
        ("x-maxBytes", "😀a", "😀ä", 6, "bytes"),
        ("x-maxGraphemes", "👨‍👩‍👧‍👦" * 5, "👨‍👩‍👧‍👦" * 6, 6, "graphemes"),
        ("x-maxSeptets", "a€€", "€€€", 6, "septets"),
        ("x-maxSeptets", "çç", "ççç", 3, "UTF-16 units"),  # 5 septets are 5 octets, and UCS-2 takes 2
    ],
)
def test_lengths(keyword: str, fits: str, too_long: str, measured: int, unit: str) -> None:
    assert faults(keyword, 5, fits) == []
    [problem] = KEYWORDS[keyword](5, too_long)
    assert (problem.measured, problem.unit) == (measured, unit)


LENGTHS = ["x-maxUtf16", "x-maxBytes", "x-maxGraphemes", "x-maxSeptets"]


@pytest.mark.parametrize("keyword", LENGTHS)
@pytest.mark.parametrize("instance", [None, 3, True, ["xxxxxx"], {"xxxxxx": 1}])
def test_lengths_are_of_texts_only(keyword: str, instance: Any) -> None:
    assert faults(keyword, 0, instance) == []


def test_texts_together() -> None:
    rule = {"paths": [["embeds", "*", "title"], ["embeds", "*", "fields", "**", "name"]], "max": 6}
    value = {"embeds": [{"title": "abc"}, {"title": "de", "fields": [{"name": "f"}]}], "title": "not counted"}
    assert faults("x-maxTotalText", rule, value) == []
    value["embeds"][1]["fields"][0]["name"] = "fg"
    [problem] = KEYWORDS["x-maxTotalText"](rule, value)
    assert (problem.path, problem.measured, problem.allowed) == (("embeds", 1, "fields", 0, "name"), 7, 6)


def test_size_as_json() -> None:
    assert faults("x-maxJsonBytes", 12, {"a": "äö"}) == []
    [problem] = KEYWORDS["x-maxJsonBytes"](12, {"a": "äöb"})
    assert (problem.path, problem.measured, problem.unit) == ((), 13, "bytes")


def test_any_number_of_steps() -> None:
    value = {"a": [{"b": 1, "c": {"b": [2]}}]}
    assert [path for path, _ in nodes(value, ["a", "**", "b"])] == [("a", 0, "b"), ("a", 0, "c", "b")]


def test_the_grapheme_counter_is_loaded_only_when_needed() -> None:
    program = (
        "import sys; from handbill.keywords import KEYWORDS; check = KEYWORDS['x-maxGraphemes'];"
        "assert not check(9, 'äöü😀'); assert check(9, 'a' * 10); assert 'regex' not in sys.modules;"
        "assert not check(1, '👍🏽'); assert 'regex' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_unique_blames_the_later_one() -> None:
    a, b = {"text": "Yes", "value": "y"}, {"text": "No", "value": "n"}
    assert faults("x-uniqueBy", UNIQUE, cards([a, b], [{**a, "value": "z"}])) == []
    first, second, third = ("cards", 0, "buttons", 0), ("cards", 1, "buttons", 1), ("cards", 1, "buttons", 2)
    assert faults("x-uniqueBy", UNIQUE, cards([a], [b, a, a])) == [(second, (first, third))]


def test_each_pair_of_duplicates_is_one_problem() -> None:
    a, b = {"text": "Yes", "value": "y"}, {"text": "No", "value": "n"}
    assert len(faults("x-uniqueBy", UNIQUE, cards([a, b], [b, a]))) == 2


def test_unique_skips_what_has_none_of_the_fields() -> None:
    assert faults("x-uniqueBy", UNIQUE, cards([{"url": "u"}, {"url": "u"}])) == []
    assert faults("x-uniqueBy", UNIQUE, {"cards": [{"buttons": ["x", "x", None, None]}]}) == []
    assert len(faults("x-uniqueBy", UNIQUE, cards([{"text": "a"}, {"text": "a"}]))) == 1
    assert faults("x-uniqueBy", UNIQUE, cards([{"text": "a"}, {"value": "a"}])) == []


def test_unique_without_fields_compares_the_nodes() -> None:
    value = {"path": ["*"], "fields": []}
    assert faults("x-uniqueBy", value, [1, True, "1", [1], {"a": 1}, {"a": True}, None, 0, False]) == []
    assert faults("x-uniqueBy", value, [{"a": [1], "b": 2}, 1, {"b": 2, "a": [1.0]}]) == [((2,), ((0,),))]


def test_total_blames_the_first_too_many() -> None:
    value = {"path": ["sections", "*", "items", "*"], "max": 3}
    assert faults("x-maxTotal", value, {"sections": [{"items": [1, 2]}, {"items": [3]}]}) == []
    [problem] = KEYWORDS["x-maxTotal"](value, {"sections": [{"items": [1, 2]}, {"items": [3, 4, 5]}]})
    assert (problem.path, problem.measured, problem.allowed) == (("sections", 1, "items", 1), 5, 3)


REPLY, LINK, CALL = {"value": "v"}, {"url": "u"}, {"phone": "p"}


@pytest.mark.parametrize(
    ("odd", "path", "field", "how", "here", "first"),
    [
        ({"buttons": [REPLY, LINK]}, (), "image", "present", False, True),
        ({"image": 1, "buttons": [REPLY]}, ("buttons",), "buttons", "count", 1, 2),
        ({"image": 1}, (), "buttons", "count", 0, 2),
        (
            {"image": 1, "buttons": [LINK, REPLY]},
            ("buttons",),
            "buttons",
            "kinds",
            ["link", "reply"],
            ["reply", "link"],
        ),
        (
            {"image": 1, "buttons": [REPLY, CALL]},
            ("buttons",),
            "buttons",
            "kinds",
            ["reply", "call"],
            ["reply", "link"],
        ),
    ],
)
def test_same_shape_blames_the_first_odd_one(
    odd: dict[str, Any], path: Path, field: str, how: str, here: Any, first: Any
) -> None:
    like = {"image": 1, "buttons": [REPLY, LINK]}
    assert faults("x-sameShape", SHAPE, {"cards": [like, {**like, "title": "x"}]}) == []
    [problem] = KEYWORDS["x-sameShape"](SHAPE, {"cards": [like, like, odd, {}]})
    assert (problem.path, problem.others) == (("cards", 2, *path), (("cards", 0),))
    assert problem.extra == {"field": field, "how": how, "here": here, "first": first}


def test_same_shape_of_one_or_none() -> None:
    assert faults("x-sameShape", SHAPE, {"cards": [{}]}) == faults("x-sameShape", SHAPE, {"cards": []}) == []
    assert faults("x-sameShape", SHAPE, {"cards": [1, {}]}) == faults("x-sameShape", SHAPE, {}) == []


@pytest.mark.parametrize(("keys", "exactly", "at_least"), [("", 1, 1), ("a", 0, 0), ("ab", 1, 0), ("c", 1, 1)])
def test_choices(keys: str, exactly: int, at_least: int) -> None:
    instance = dict.fromkeys(keys, 1)
    assert len(faults("x-exactlyOne", ["a", "b"], instance)) == exactly
    assert len(faults("x-atLeastOne", ["a", "b"], instance)) == at_least


def test_unsupported_always_fails() -> None:
    assert faults("x-unsupported", "why", None) == [((), ())]


def test_every_keyword_says_how_its_value_looks() -> None:
    assert SHAPES.keys() == KEYWORDS.keys()


def test_subschemas_are_found_wherever_one_may_stand() -> None:
    leaf = {"type": "string"}
    one = ("items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames")
    schema: dict[str, Any] = dict.fromkeys(one, leaf)
    schema |= {"allOf": [leaf], "anyOf": [True, leaf], "prefixItems": [leaf]}
    schema |= {"properties": {"enum": leaf}, "patternProperties": {"^a": leaf}, "$defs": {"d": leaf}}
    schema |= {"const": leaf, "enum": [leaf], "default": leaf, "examples": [leaf]}  # values, not schemas
    assert [path for path, found in subschemas(schema) if found is leaf] == [
        *((key,) for key in one),
        ("allOf", 0),
        ("anyOf", 1),
        ("prefixItems", 0),
        ("properties", "enum"),
        ("patternProperties", "^a"),
        ("$defs", "d"),
    ]
