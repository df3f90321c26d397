"""`handbill schema`: one file that an editor can use alone."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from handbill.channels import CHANNELS, channel
from handbill.cli.bundle import bundle
from handbill.cli.schema import _names
from handbill.resources import load
from jsonschema import Draft202012Validator

NAMES = list(_names())


def walk(node: Any):
    yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(child)


@pytest.fixture
def schema(run):
    return cache(lambda name: json.loads(run("schema", name).stdout))


@pytest.mark.parametrize("name", NAMES)
def test_it_stands_alone(schema, name):
    whole = schema(name)
    Draft202012Validator.check_schema(whole)
    for node in walk(whole):
        if isinstance(node, dict) and "$ref" in node:
            pointer = node["$ref"]
            assert pointer.startswith("#"), pointer
            target = whole
            for step in pointer[1:].split("/")[1:]:
                target = target[step.replace("~1", "/").replace("~0", "~")]
            assert isinstance(target, dict)


def test_list(run):
    listed = [line.split()[0] for line in run("schema").stdout.splitlines()]
    assert listed == NAMES
    assert {"message", "template", "project", "messenger", "genesys-event"} <= set(listed)


def test_unknown(run):
    assert "did you mean `message`?" in run("schema", "mesage", code=2).stderr


def message(length: int) -> dict[str, Any]:
    return {"template_type": "quick_reply", "text": "a", "buttons": [{"text": "x" * length, "value": "v"}]}


def test_a_channel_is_the_neutral_message_and_the_channels_limits(schema):
    validator = Draft202012Validator(schema("messenger"))
    assert validator.is_valid(message(20))
    assert not validator.is_valid(message(21))
    assert validator.is_valid([message(20)])
    assert not validator.is_valid([message(20), message(21)])
    assert not validator.is_valid({**message(20), "unheard_of": 1})
    assert not validator.is_valid({**message(20), "footer": "x"}), "what the channel has no place for"
    assert Draft202012Validator(schema("message")).is_valid({**message(21), "footer": "x"})


@pytest.mark.parametrize("name", CHANNELS)
def test_nothing_a_channel_refuses_by_number_is_lost(schema, name):
    """Each length limit in a unit of ours is there as a bound that editors know."""
    for node in walk(schema(name)):
        if isinstance(node, dict):
            ours = [node[k] for k in ("x-maxUtf16", "x-maxBytes", "x-maxSeptets") if isinstance(node.get(k), int)]
            assert not ours or node["maxLength"] <= min(ours)


def test_the_shipped_files_are_not_changed():
    before = json.dumps(load(channel("messenger").message_schema))
    bundle(channel("messenger").message_schema)
    assert json.dumps(load(channel("messenger").message_schema)) == before


def test_settings_and_front_matter(schema):
    assert Draft202012Validator(schema("project")).is_valid({"channels": ["messenger"]})
    assert not Draft202012Validator(schema("project")).is_valid({"chanels": []})
    assert Draft202012Validator(schema("template")).is_valid({"params": {"a": {"type": "string"}}})
