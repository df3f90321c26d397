"""Validation: both libraries say the same, one mistake is one violation, nothing is fetched, nothing takes long."""

from __future__ import annotations

import copy
import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from handbill import validate
from handbill.diagnostic import Severity
from handbill.keywords import ANNOTATIONS, KEYWORDS, STANDARD, node_at, subschemas
from handbill.resources import folder, load
from handbill.validate import Schema, Violation, check_contract_schema, contract, schema
from handbill.violations import judge_of, search
from hypothesis import given, settings
from hypothesis import strategies as st

NEUTRAL = "message.schema.json"
BUTTON = {"text": "Yes", "value": "y"}
SHIPPED = sorted(path.relative_to(folder("schemas")).as_posix() for path in folder("schemas").rglob("*.schema.json"))


def reply(**fields: Any) -> dict[str, Any]:
    return {"template_type": "quick_reply", "text": "Call you?", "buttons": [BUTTON], **fields}


def told(found: list[Violation]) -> list[tuple[str, str]]:
    """Keyword and place."""
    return [(violation.keyword, "/".join(map(str, violation.path))) for violation in found]


def agreed(judge: Schema, instance: Any) -> list[Violation]:
    found = judge.violations(instance)
    assert judge.is_valid(instance) == (not any(violation.severity is Severity.ERROR for violation in found))
    assert judge.is_clean(instance) == (not found)
    return found


# ---- one mistake, one violation


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (reply(), []),
        ([reply(), reply()], []),
        ([], [("minItems", "")]),
        ("Hello", [("type", "")]),
        (reply(text=""), [("minLength", "text")]),
        (reply(text=None), [("type", "text")]),
        (reply(buttons=[]), [("minItems", "buttons")]),
        (reply(buttons={}), [("type", "buttons")]),
        (reply(template_type="quick_repyl"), [("enum", "template_type")]),
        (reply(template_type=[]), [("enum", "template_type")]),
        (reply(footnote="x"), [("additionalProperties", "footnote")]),
        (reply(a=1, b=2), [("additionalProperties", "a"), ("additionalProperties", "b")]),
        (reply(buttons=[{"text": "Yes"}]), [("x-exactlyOne", "buttons/0")]),
        (reply(buttons=[{**BUTTON, "url": "https://a.example"}]), [("x-exactlyOne", "buttons/0")]),
        (reply(buttons=[{"text": "Yes", "url": ""}]), [("pattern", "buttons/0/url")]),
        (reply(buttons=[{"value": "y"}]), [("required", "buttons/0")]),
        (reply(fallback={"template_type": "text"}), [("required", "fallback")]),
        (reply(fallback=3), [("type", "fallback")]),
        ({"text": "x"}, [("required", "")]),
        ({}, [("required", "")]),
        ([reply(text=3), reply(text="")], [("type", "0/text"), ("minLength", "1/text")]),
        (reply(buttons=[{"text": ""}, {"txet": "x"}]), [
            ("x-exactlyOne", "buttons/0"),
            ("minLength", "buttons/0/text"),
            ("x-exactlyOne", "buttons/1"),
            ("additionalProperties", "buttons/1/txet"),
        ]),
    ],
)  # fmt: skip
def test_violations(message: Any, expected: list[tuple[str, str]]) -> None:
    assert told(agreed(schema(NEUTRAL), message)) == expected


@pytest.mark.parametrize(
    ("message", "at", "meant"),
    [
        (reply(buttons=[{"text": "Yes", "vlaue": "y"}]), "buttons/0/vlaue", "value"),
        (reply(buttons=[{"txt": "Yes", "value": "y"}]), "buttons/0/txt", "text"),
        ({"template_type": "text", "txt": "x"}, "txt", "text"),
        ({"template_typ": "text", "text": "x"}, "template_typ", "template_type"),
        (reply(fotter="x"), "fotter", "footer"),
        (reply(header="x", haeder="y"), "haeder", ""),
        (reply(buttons=[{**BUTTON, "imageUrl": "https://a.example"}]), "buttons/0/imageUrl", "image_url"),
    ],
)
def test_an_unknown_key_and_the_missing_one_are_one_mistake(message: Any, at: str, meant: str) -> None:
    [found] = agreed(schema(NEUTRAL), message)
    assert told([found]) == [("additionalProperties", at)]
    assert found.meant == meant
    assert found.value == node_at(message, found.path)


def test_each_misspelling_takes_its_own_key() -> None:
    found = agreed(schema(NEUTRAL), reply(buttons=[{"txt": "Yes", "vlaue": "y"}]))
    assert [(violation.key, violation.meant) for violation in found] == [("txt", "text"), ("vlaue", "value")]


def test_a_field_that_cannot_stay_is_not_looked_into() -> None:
    judge = Schema({
        "properties": {"image": {"x-unsupported": "No images."}},
        "allOf": [{"properties": {"image": {"required": ["alt"], "properties": {"url": {"maxLength": 3}}}}}],
    })  # fmt: skip
    assert told(agreed(judge, {"image": {"url": "long"}})) == [("x-unsupported", "image")]
    assert told(agreed(Schema({"properties": {"a": False}}), {"a": {"b": 1}})) == [("false", "a")]


def test_the_strictest_of_several_limits_is_told() -> None:
    judge = Schema({"allOf": [{"maxLength": 8}, {"maxLength": 4}, {"x-maxUtf16": 6}, {"pattern": "^a*$"}]})
    [found] = agreed(judge, "a" * 9)
    assert (found.limit, found.measured, found.allowed) == (4, 9, 4)
    assert told(agreed(judge, "b" * 9)) == [("pattern", "")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("ab", []), ("abc", ["maxLength"]), (None, []), (3, ["type"]), ([1], []), (["a"], ["type"]), ({}, ["type"])],
)
def test_any_of_is_one_error_of_the_form_that_was_meant(value: Any, expected: list[str]) -> None:
    forms = [{"type": "string", "maxLength": 2}, {"type": "null"}, {"type": "array", "items": {"type": "integer"}}]
    found = agreed(Schema({"anyOf": forms}), value)
    assert [violation.keyword for violation in found] == expected
    if value == 3:
        assert found[0].limit == ["string", "null", "array"]


def test_any_of_without_a_clear_form() -> None:
    assert told(agreed(Schema({"anyOf": [{"minimum": 5}, {"maximum": 1}]}), 3)) == [("anyOf", "")]


def test_violations_come_in_the_order_of_the_text() -> None:
    message = {"template_type": "quick_reply", "buttons": [{"value": 1, "text": 2}], "text": 3}
    assert [path for _, path in told(agreed(schema(NEUTRAL), message))] == ["buttons/0/value", "buttons/0/text", "text"]


# ---- what a violation knows


LIMITS: dict[str, Any] = {
    "text": {"maxLength": 4, "x-unit": "characters", "x-title": "Text", "x-source": "https://a.example", "x-note": "N"},
}


def test_annotations_of_the_rule_and_of_its_use() -> None:
    use = {"$ref": "#/$defs/text", "x-title": "Reply title", "x-source": "https://b.example", "x-hint": "H"}
    judge = Schema({"$defs": LIMITS, "properties": {"a": use, "b": {"$ref": "#/$defs/text"}}})
    a, b = agreed(judge, {"a": "xxxxx", "b": "xxxxx"})
    assert (a.annotations["x-title"], a.annotations["x-source"], a.annotations["x-note"], a.annotations["x-hint"]) == (
        "Reply title",
        "https://a.example",
        "N",
        "H",
    )
    assert b.annotations["x-title"] == "Text"
    assert a.schema is b.schema is LIMITS["text"]


def test_a_code_is_never_about_a_wrong_type() -> None:
    judge = Schema({"type": "string", "maxLength": 3, "x-code": "text-too-wide"})
    assert [agreed(judge, value)[0].annotations.get("x-code") for value in ("xxxx", 3)] == ["text-too-wide", None]


def test_annotations_of_a_use_are_not_those_of_every_rule_behind_it() -> None:
    rules = {"allOf": [{"if": True, "then": {"required": ["text"]}}]}
    judge = Schema({"$ref": "#/$defs/m", "x-hint": "H", "$defs": {"m": rules}})
    [found] = agreed(judge, {})
    assert found.annotations == {}


@pytest.mark.parametrize(("value", "code"), [("", "bad-url"), ("x" * 9, "bad-url"), ("https:xxx", None), (3, None)])
def test_a_code_is_about_the_keyword_that_it_stands_for(value: Any, code: str | None) -> None:
    judge = Schema({"type": "string", "pattern": "^https:", "maxLength": 8, "x-code": "bad-url"})
    [found] = agreed(judge, value)
    assert found.annotations.get("x-code") == code


def test_undefined_characters_warn_when_only_one_reading_fits() -> None:
    judge = Schema({"$ref": "#/$defs/text", "$defs": LIMITS})
    assert agreed(judge, "abcd") == agreed(judge, "😀😀") == []
    [found] = agreed(judge, "😀😀a")
    assert (found.severity, found.measured, found.allowed, found.unit) == (Severity.WARNING, 5, 4, "UTF-16 units")
    [found] = agreed(judge, "😀😀abc")
    assert (found.severity, found.measured, found.unit) == (Severity.ERROR, 5, "characters")
    assert agreed(Schema({"maxLength": 4, "x-unit": "code points"}), "😀😀a") == []


def test_related_places_are_told_from_the_root() -> None:
    judge = Schema({"properties": {"a": {"x-uniqueBy": {"path": ["*"], "fields": ["v"]}}}})
    [found] = agreed(judge, {"a": [{"v": 1}, {"v": 2}, {"v": 1}]})
    assert (found.path, found.others) == (("a", 2), (("a", 0),))


@pytest.mark.parametrize(
    ("value", "keyword", "path"),
    [
        ({"a": ["\ud800"]}, "lone-surrogate", ("a", 0)),
        ({"a": float("nan")}, "not-finite", ("a",)),
        ({"a": {1: 2}}, "not-text-key", ("a",)),
    ],
)
def test_what_json_cannot_hold(value: Any, keyword: str, path: tuple[Any, ...]) -> None:
    [found] = Schema({}).violations(value)
    assert (found.keyword, found.path) == (keyword, path)


def test_what_json_cannot_hold_does_not_break_the_fast_judge() -> None:
    assert not Schema({"type": "string"}).is_valid("\ud800")
    assert not Schema({"type": "object"}).is_clean({1: 2})


# ---- both libraries say the same


SAMPLES = {
    "bad-url": ["https://a.example/x?y#z", "http://b.example"],
    "bad-phone": ["+4930123456"],
    "bad-time": ["2026-12-01T09:30:00Z", "2026-12-01T09:30:00+05:30"],
    "^[a-z]+/": ["image/png"],
    "^[A-Za-z_]+": ["Europe/Berlin"],
    "^[a-z]{2,3}": ["en_US", "de"],
}
TEXTS = st.one_of(
    st.text(st.sampled_from("aä€😀é\u0301 {"), min_size=1, max_size=30),
    st.builds(lambda char, size: char * size, st.sampled_from("xä😀[ç"), st.integers(1, 3000)),
)
ODD = st.sampled_from([None, True, 0, -1, 3, 1.0, 2.5, 10**30, "", "x", "😀" * 30, "x" * 70, [], {}, [None], {"a": 1}])


def _strings(rules: dict[str, Any]) -> st.SearchStrategy[str]:
    if "pattern" not in rules:
        return TEXTS
    name = next(key for key in SAMPLES if key == rules.get("x-code") or rules["pattern"].startswith(key))
    return st.sampled_from(SAMPLES[name])


def neutral(rules: Any = None, depth: int = 0) -> st.SearchStrategy[Any]:
    """Valid neutral messages, drawn from the neutral schema itself."""
    definitions = load(NEUTRAL)["$defs"]
    if rules is None:
        kinds = [branch["then"] for branch in definitions["message"]["allOf"]]
        names = [branch["if"]["properties"]["template_type"] for branch in definitions["message"]["allOf"]]
        common = definitions["message"]["properties"]
        return st.one_of([
            neutral({**kind, "type": "object", "properties": {
                key: {"enum": name.get("enum", [name.get("const")])} if key == "template_type"
                else common[key] if value is True else value
                for key, value in kind["properties"].items()
            }, "required": [*kind["required"], "template_type"]}, depth)
            for kind, name in zip(kinds, names, strict=True)
        ])  # fmt: skip
    while "$ref" in rules:
        rules = definitions[rules["$ref"].removeprefix("#/$defs/")]
    if "if" in rules:
        return TEXTS if depth else neutral(depth=1)
    if "enum" in rules:
        return st.sampled_from(rules["enum"])
    match rules["type"]:
        case "string":
            return _strings(rules)
        case "array":
            return st.lists(neutral(rules["items"], depth + 1), min_size=1, max_size=2 if depth > 2 else 14)
        case "integer":
            return st.integers(rules["minimum"], 10**6)
        case "number":
            return st.floats(rules["minimum"], rules["maximum"])
    return _objects(rules, depth)


def _objects(rules: dict[str, Any], depth: int) -> st.SearchStrategy[dict[str, Any]]:
    kept = {*rules.get("required", ()), *rules.get("x-exactlyOne", ())}
    properties = rules.get("properties", {})
    fields = {key: neutral(below, depth + 1) for key, below in properties.items() if depth < 4 or key in kept}
    if not properties:
        return st.dictionaries(st.sampled_from("12ab"), st.text(max_size=3), max_size=2)
    needed = {key: fields.pop(key) for key in rules.get("required", ())}
    one = {key: fields.pop(key) for key in rules.get("x-exactlyOne", ())}
    plain = st.fixed_dictionaries(needed, optional=fields)
    if not one:
        return plain
    chosen = st.one_of([st.fixed_dictionaries({key: value}) for key, value in one.items()])
    return st.builds(lambda a, b: {**a, **b}, plain, chosen)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in below for place in places(child, (*path, key)))]


@st.composite
def broken(draw: st.DrawFn) -> Any:
    """A message with up to three things done to it; often still valid for some channel."""
    message = copy.deepcopy(draw(neutral()))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(places(message)))
        if not path:
            continue
        parent, key = node_at(message, path[:-1]), path[-1]
        match draw(st.sampled_from(["replace", "drop", "rename", "repeat"])):
            case "replace":
                parent[key] = draw(ODD)
            case "drop":
                del parent[key]
            case "rename" if isinstance(parent, dict):
                parent[draw(st.sampled_from([key[::-1], key[:-1], "foo", "text", "url"]))] = parent.pop(key)
            case "repeat" if isinstance(parent, list):
                parent.extend(copy.deepcopy(parent[key]) for _ in range(draw(st.integers(1, 13))))
    return message


@settings(max_examples=60)
@given(neutral())
def test_valid_messages_are_valid(message: Any) -> None:
    assert agreed(schema(NEUTRAL), message) == []


@settings(max_examples=150)
@given(broken())
def test_both_libraries_agree_on_the_neutral_schema(message: Any) -> None:
    agreed(schema(NEUTRAL), message)


@pytest.mark.parametrize("name", [name for name in SHIPPED if name != NEUTRAL])
@settings(max_examples=10)
@given(broken())
def test_both_libraries_agree_on_every_schema(name: str, message: Any) -> None:
    agreed(schema(name), message)


ANY = st.recursive(ODD, lambda below: st.lists(below, max_size=4) | st.dictionaries(st.sampled_from("ab"), below))
RULES: list[dict[str, Any]] = [
    {"multipleOf": 0.1},
    {"multipleOf": 3},
    {"exclusiveMinimum": 3},
    {"exclusiveMaximum": 3},
    {"maximum": 2.5},
    {"type": "integer"},
    {"const": 1},
    {"enum": [False, {"a": 1.0}, [None]]},
    {"uniqueItems": True},
    {"contains": {"type": "string"}},
    {"prefixItems": [{"type": "null"}], "items": False},
    {"minProperties": 2},
    {"maxProperties": 0},
    {"dependentRequired": {"a": ["b"]}},
    {"propertyNames": {"pattern": "^a"}},
    {"properties": {"a": False}},
    {"patternProperties": {"a": False}},
    {"properties": {"a": True}, "additionalProperties": {"type": "string"}},
    {"patternProperties": {"^a": {"type": "null"}}, "additionalProperties": False},
    {"not": {"type": "array"}},
    {"if": {"type": "string"}, "then": {"pattern": r"^\S+$"}, "else": {"type": ["number", "boolean"]}},
    {"pattern": r"^\d\w*$"},
    {"minLength": 1, "maxLength": 30, "x-unit": "characters"},
]


@pytest.mark.parametrize("rule", RULES, ids=[str(rule) for rule in RULES])
@settings(max_examples=40)
@given(st.one_of(ANY, st.text(max_size=5), st.floats(-9, 9).map(lambda x: round(x, 2))))
def test_both_libraries_agree_on_every_keyword(rule: dict[str, Any], value: Any) -> None:
    agreed(Schema(rule), value)


@pytest.mark.parametrize(("value", "wrong"), [(0.3, 0), (3.3, 0), (-0.7, 0), (0.35, 1)])
def test_remainders_are_those_of_decimals(value: float, wrong: int) -> None:
    assert len(agreed(Schema({"multipleOf": 0.1}), value)) == wrong


def test_every_keyword_is_in_one_of_the_tests_above_or_in_the_schemas() -> None:
    used = {key for name in SHIPPED for _, part in subschemas(load(name)) for key in part}
    used |= {key for rule in RULES for _, part in subschemas(rule) for key in part}
    assert STANDARD - used <= {"examples", "default", "maxItems", "anyOf"}


def test_a_whole_schema_may_be_referred_to() -> None:
    """`$schema` in the target must not bring back jsonschema's own validator, which knows none of our keywords."""
    judge = Schema({"items": {"$ref": NEUTRAL}})
    assert told(agreed(judge, [reply(buttons=[{"text": "Yes"}])])) == [("x-exactlyOne", "0/buttons/0")]


# ---- nothing is fetched


@pytest.fixture
def server() -> Any:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef"])
def test_no_reference_leaves_the_folder(server: socket.socket, tmp_path: Path, keyword: str) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"const": "secret"}', encoding="utf-8")
    host = f"http://127.0.0.1:{server.getsockname()[1]}/s.json"
    for address in (host, secret.as_uri(), "../../pyproject.toml", "nowhere.json", "%2e%2e/%2e%2e/pyproject.toml"):
        with pytest.raises(jsonschema_rs.ValidationError):
            Schema({keyword: address})
        with pytest.raises(Exception, match="Unresolvable"):
            search(judge_of({keyword: address}, validate.BASE + "x", validate.retrieve), 1)
    with pytest.raises(BlockingIOError):
        server.accept()


# ---- contracts


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ([], ()),
        ({"a": 3}, ("a",)),
        ({"a": True}, ("a",)),
        ({"a": {"type": "strin"}}, ("a", "type")),
        ({"a": {"type": ["string", "nul"]}}, ("a", "type")),
        ({"a": {"maxLenght": 3}}, ("a", "maxLenght")),
        ({"a": {"maxLength": -1}}, ("a", "maxLength")),
        ({"a": {"maxLength": "3"}}, ("a", "maxLength")),
        ({"a": {"enum": "yes"}}, ("a", "enum")),
        ({"a": {"format": "email"}}, ("a", "format")),
        ({"a": {"oneOf": []}}, ("a", "oneOf")),
        ({"a": {"$ref": "http://a.example"}}, ("a", "$ref")),
        ({"a": {"$dynamicRef": "#x"}}, ("a", "$dynamicRef")),
        ({"a": {"$id": "http://a.example"}}, ("a", "$id")),
        ({"a": {"$schema": "http://a.example"}}, ("a", "$schema")),
        ({"a": {"items": {"properties": {"b": {"$ref": "#"}}}}}, ("a", "items", "properties", "b", "$ref")),
        ({"a": {"properties": {"b": {"required": True}}}}, ("a", "properties", "b", "required")),
        ({"a": {"pattern": "(?=a)"}}, ("a", "pattern")),
        ({"a": {"pattern": "(a)\\1"}}, ("a", "pattern")),
        ({"a": {"pattern": "["}}, ("a", "pattern")),
        ({"a": {"pattern": "(a{999}){999}"}}, ("a", "pattern")),
        ({"a": {"pattern": 3}}, ("a", "pattern")),
        ({"a": {"patternProperties": {"[": {}}}}, ("a", "patternProperties", "[")),
        ({"a": {"x-maxUtf16": "3"}}, ("a", "x-maxUtf16")),
        ({"a": {"x-uniqueBy": {"path": []}}}, ("a", "x-uniqueBy")),
        ({"a": {"x-colour": "red"}}, ("a", "x-colour")),
        ({"a": {"type": "string", "default": 3}}, ("a", "default")),
        ({"a": {"const": "\ud800"}}, ("a",)),
        ({"a": {1: 2}}, ("a", 1)),
    ],
)
def test_contracts_that_are_refused(params: Any, path: tuple[Any, ...]) -> None:
    [problem] = check_contract_schema(params)
    assert problem.path[: len(path)] == path
    assert problem.text


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"a": {}},
        {"a": {"type": "string", "maxLength": 40, "pattern": "^(a+)+$", "default": "aa", "x-title": "First name"}},
        {"a": {"type": ["string", "null"], "x-maxUtf16": 20, "description": "d", "examples": ["x"]}},
        {"a": {"type": "array", "items": {"type": "object", "properties": {"$ref": {"type": "string"}}}}},
        {"a": {"enum": [{"$ref": "this is a value"}]}},
        {"if": {"type": "string"}},
    ],
)
def test_contracts_that_are_fine(params: dict[str, Any]) -> None:
    assert check_contract_schema(params) == []
    contract(params)


def test_every_word_of_ours_is_allowed_in_a_contract() -> None:
    assert "x-maxUtf16" in KEYWORDS
    for word in sorted(ANNOTATIONS):
        assert check_contract_schema({"a": {word: "text"}}) == []


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"name": "Zoë"}, []),
        ({"name": "Zoë", "n": 4}, []),
        ({}, [("required", "", "name")]),
        ({"nmae": "Zoë"}, [("additionalProperties", "nmae", "nmae")]),
        ({"name": "x" * 41}, [("maxLength", "name", "")]),
        ({"name": "Zoë", "n": "4"}, [("type", "n", "")]),
    ],
)
def test_contexts(context: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    params = {"name": {"type": "string", "maxLength": 40}, "n": {"type": "integer", "default": 3}}
    found = agreed(contract(params), context)
    assert [(*place, violation.key) for place, violation in zip(told(found), found, strict=True)] == expected


EVIL = "^(a+)+$"


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ({"pattern": EVIL}, "a" * 5000 + "b"),
        ({"patternProperties": {EVIL: {}}, "additionalProperties": False}, {"a" * 5000 + "b": 1}),
        ({"propertyNames": {"pattern": EVIL}}, {"a" * 5000 + "b": 1}),
        ({"properties": {"a" * 40: {}}, "additionalProperties": False}, {"a" * 5000: 1}),
        ({"if": {"pattern": EVIL}, "then": True, "else": False}, "a" * 5000 + "b"),
        ({"anyOf": [{"pattern": EVIL}, {"pattern": "^(b|b)*$"}]}, "a" * 5000 + "b"),
    ],
)
def test_no_pattern_takes_long(param: dict[str, Any], value: Any) -> None:
    judge = contract({"a": param})
    judge.violations({})  # loads jsonschema
    start = time.perf_counter()
    assert len(agreed(judge, {"a": value})) == 1
    assert time.perf_counter() - start < 0.05


@pytest.mark.parametrize("pattern", ["(?=a)a", r"(a)\1", "(?<!b)a"])
def test_a_pattern_that_could_take_long_makes_no_schema(pattern: str) -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        Schema({"pattern": pattern})


# ---- what it costs


def test_the_fast_judge_does_without_the_slow_library() -> None:
    program = (
        "import sys; from handbill.validate import schema; s = schema('message.schema.json'); s.is_clean({});"
        "assert 'jsonschema' not in sys.modules and 'regex' not in sys.modules; s.violations({});"
        "assert 'jsonschema' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_schemas_are_read_when_they_are_needed() -> None:
    program = (
        "import json; from handbill import resources; from handbill.validate import schema;"
        "schema('message.schema.json'); print(resources.load.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == 1
