"""`handbill channels`: what the schemas say, all of it."""

from __future__ import annotations

import json

import pytest
from handbill.channels import CHANNELS, channel
from handbill.cli.capabilities import capabilities
from handbill.cli.limits import in_words, status_in_words
from handbill.message import TEMPLATE_TYPES
from handbill.resources import load


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_matrix(run):
    lines = run("channels").stdout.splitlines()
    assert lines[0].split() == [*TEMPLATE_TYPES, "through"]
    rows = {line.split()[0]: line.replace(", ", ",").split()[1:] for line in lines[1 : 1 + len(CHANNELS)]}
    assert list(rows) == list(CHANNELS)
    assert all(len(row) == len(TEMPLATE_TYPES) + 1 for row in rows.values())
    assert rows == {
        name: [*row["template_types"].values(), ",".join(row["ways"])]
        for name, row in json.loads(run("channels", "--format", "json").stdout).items()
    }


def test_how_a_channel_is_reached(run):
    for name, row in json.loads(run("channels", "--format", "json").stdout).items():
        assert row["ways"] == [
            way for way, has in (("Genesys", "genesys"), ("direct", "direct")) if channel(name).data.get(has)
        ]
        doubted = f"{name}: all of this is" in run("channels").stdout
        assert doubted == (row["status"] != "official")
    assert channel("webmessaging").data["direct"] is False


@pytest.mark.parametrize("name", [name for name in CHANNELS if channel(name).direct])
def test_what_a_connection_needs(run, name):
    """Everything that a connection and an address of the channel's own API can have is told."""
    text = squeezed(run("channels", name).stdout)
    data = channel(name).data
    assert 'Its own API (gateway = "direct")' in text
    token = data["auth"].get("token")
    assert not token or "variable" not in token or f"${token['variable']}" in text
    for each in [*(data.get("settings") or ()), *data["address"]["fields"]]:
        assert f"{each['name']}" in text
        assert squeezed(each["about"]) in text


def test_markdown(run):
    lines = run("channels", "--format", "markdown").stdout.splitlines()
    assert len(lines) == 2 + len(CHANNELS)
    assert {line.count("|") for line in lines} == {len(TEMPLATE_TYPES) + 3}
    assert "leave out the name" in run("channels", "sms", "--format", "markdown", code=2).stderr


def test_the_matrix_is_what_the_schemas_say():
    """Against the channel's own list of types, read here in another way."""
    for name in CHANNELS:
        known = channel(name)
        shown = set(load(known.message_schema)["properties"]["template_type"]["enum"]) - {"generic"}
        genesys = (
            load(known.genesys_schema).get("properties", {}).get("template_type", {}) if known.genesys_schema else {}
        )
        carried = set(genesys.get("enum", shown)) - {"generic"}
        for kind, capability in capabilities(known).items():
            assert (capability.support == "no") == (kind not in shown), (name, kind)
            assert (capability.support == "direct") == (kind in shown and kind not in carried), (name, kind)


def test_what_an_sms_can_show():
    supports = {kind: c.support for kind, c in capabilities(channel("sms")).items()}
    assert supports.pop("text") == "narrowed"
    assert set(supports.values()) == {"no"}


def test_a_reason_for_each_missing_field():
    line = capabilities(channel("line"))
    assert "picture" in line["card"].without["buttons[].image_url"]
    assert "link" in line["quick_reply"].genesys["buttons[].url"]
    assert "genesys_text" in capabilities(channel("sms"))["text"].genesys_limits


@pytest.mark.parametrize("name", CHANNELS)
def test_every_limit_with_unit_source_and_day(run, name):
    text = squeezed(run("channels", name).stdout)
    for key, limit in load(f"{name}/limits.json")["$defs"].items():
        words = in_words(limit)
        assert words or "x-note" in limit, key
        assert squeezed(f"{key} {limit['x-title']}{f': {words}' if words else ''}") in text
        assert f"Limits from {limit['x-source']} (checked {limit['x-checked']})" in text
        assert squeezed(limit.get("x-note", "")) in text
        if "x-status" in limit:
            assert f"({status_in_words(limit)})" in text or limit["x-status"] == "official"


@pytest.mark.parametrize("name", CHANNELS)
def test_no_line_is_too_wide_for_a_terminal(run, name):
    """Addresses and patterns are never cut."""
    for line in run("channels", name).stdout.splitlines():
        assert len(line) <= 100 or "http" in line or "^" in line


@pytest.mark.parametrize("name", CHANNELS)
def test_json_has_it_all(run, name):
    data = json.loads(run("channels", name, "--format", "json").stdout)
    assert data["name"] == name
    assert data["limits"] == load(f"{name}/limits.json")["$defs"]
    assert list(data["template_types"]) == list(TEMPLATE_TYPES)


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"maxLength": 20, "x-unit": "characters"}, "at most 20 characters"),
        ({"minLength": 1, "x-maxUtf16": 5000}, "1 to 5,000 UTF-16 units"),
        ({"maxItems": 1, "x-unit": "items"}, "at most 1 item"),
        ({"minItems": 2, "maxItems": 2}, "exactly 2 items"),
        ({"x-maxFileBytes": 25 * 1024 * 1024}, "at most 25 MiB"),
        ({"x-maxFileBytes": 5_000_000}, "at most 5 MB"),
        ({"x-maxFileBytes": 1001}, "at most 1,001 bytes"),
        ({"x-maxTotal": {"path": ["a"], "max": 10}}, "at most 10 items in all"),
        ({"minimum": -90, "maximum": 90, "x-unit": "degrees"}, "-90 to 90 degrees"),
        ({"pattern": "^a$", "x-maxGraphemes": 3}, "at most 3 graphemes; in the form ^a$"),
        ({"x-formats": ["jpeg", "png"]}, "jpeg, png"),
        ({"x-maximum": 3}, "at most 3"),
        ({"x-aspectRatio": "1.91:1"}, "aspect ratio 1.91:1"),
        ({"x-minPixels": [24, 24]}, "at least 24 × 24 pixels"),
    ],
)
def test_in_words(limit, words):
    assert in_words(limit) == words


def test_unknown(run):
    assert "did you mean `messenger`?" in run("channels", "mesenger", code=2).stderr
    assert "did you mean `json`?" in run("channels", "--format", "jsom", code=2).stderr
