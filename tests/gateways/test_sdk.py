"""The schemas of Genesys' payloads against the models of its official SDK."""

from __future__ import annotations

from typing import Any

import pytest
from gateways.sdk_oracle import allowed, fields, problems
from handbill.keywords import subschemas
from handbill.resources import load
from PureCloudPlatformClientV2 import models

# what a bot or a sender never has to say
LEFT_OUT = {("ReplyMessage", "type"): {"Unknown"}, ("ConversationContentCardAction", "type"): {"Unknown"}}
UNCARRIED = {"Mention", "RoadsideAssistance", "RichLink", "Unknown"}  # no field of the content element carries them

DEFINED = [
    (name, definition)
    for name in ("genesys/bot.schema.json", "genesys/agentless.schema.json")
    for definition in (load(name), *load(name)["$defs"].values())
    if hasattr(models, definition.get("title", ""))
]


def properties(definition: dict[str, Any]) -> dict[str, Any]:
    """The fields of a definition, those of its branches too."""
    found = dict(definition["properties"])
    for branch in definition.get("allOf", []):
        for name, value in branch.get("then", {}).get("properties", {}).items():
            found.setdefault(name, value)
    return found


@pytest.mark.parametrize(("name", "definition"), DEFINED, ids=[each["title"] for _, each in DEFINED])
def test_fields_and_values_are_the_sdks(name: str, definition: dict[str, Any]) -> None:
    model = definition["title"]
    ours = properties(definition)
    assert set(ours) == set(fields(model))
    for key, (attribute, _) in fields(model).items():
        values = allowed(model, attribute)
        if values is None:
            continue
        left_out = UNCARRIED if model == "ConversationMessageContent" else LEFT_OUT.get((model, key), set())
        assert set(ours[key]["enum"]) == set(values) - left_out, key


def test_every_model_within_reach_is_defined() -> None:
    assert len(DEFINED) > 40
    for _, definition in DEFINED:
        for _, part in subschemas(definition):
            assert "oneOf" not in part


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"contentType": "card"}, "is none of"),
        ({"contentType": "Card", "card": {"label": "x"}}, "no such field"),
        ({"contentType": "Card", "card": {"actions": {}}}, "not a list"),
        ({"contentType": "Location", "location": {"latitude": "1"}}, "is no float"),
        ({"contentType": "Card", "card": "x"}, "is an object"),
    ],
)
def test_the_oracle_can_fail(value: dict[str, Any], problem: str) -> None:
    (found,) = problems(value, "ConversationMessageContent")
    assert problem in found
