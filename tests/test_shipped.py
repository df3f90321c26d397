"""The starter templates: each is clean wherever it is for, one for each template type; the tutorial's, to the byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from channels.cases import FOLDER, TYPES
from gateways.sdk_oracle import problems
from handbill.gateways import GATEWAYS
from handbill.pipeline import Compiler, to_json
from handbill.project import shipped

PROJECT = shipped()
NAMES = PROJECT.names()
MODELS = {"genesys-bot": "OutgoingMessageRequest", "genesys-agentless": "SendAgentlessOutboundMessageRequest"}

# https://forum.sggu.com/t/sending-structured-messages-quick-replies-cards-via-the-open-messaging-api/10492
TUTORIAL = {
    "followup_call": (
        b'{"type":"send","content":{"type":"template","template_type":"quick_reply","content":[{"type":"text",'
        b'"text":"Do you want to schedule a follow-up call?"}],"buttons":[{"type":"button","text":"Yes","value":'
        b'"yes_confirmed"},{"type":"button","text":"No","value":"no_declined"}]},"external_conversation_reference":'
        b'{"id":"123456789012345","channel_id":"987654321098765","provider_id":"messenger"}}'
    ),
    "product_carousel": (
        b'{"type":"send","content":{"type":"template","template_type":"carousel","cards":[{"type":"card","title":'
        b'"Product One","subtitle":"High-quality widget","image":{"url":"https://example.com/images/product1.jpg"},'
        b'"buttons":[{"type":"button","text":"View Product","url":"https://example.com/product1"}]},{"type":"card",'
        b'"title":"Product Two","subtitle":"Durable gadget","image":{"url":"https://example.com/images/product2.jpg"},'
        b'"buttons":[{"type":"button","text":"View Product","url":"https://example.com/product2"}]}]},'
        b'"external_conversation_reference":{"id":"123456789012345","channel_id":"987654321098765",'
        b'"provider_id":"messenger"}}'
    ),
}


@pytest.fixture(scope="module")
def compiler() -> Compiler:
    return Compiler(PROJECT)


@pytest.mark.parametrize("name", TUTORIAL)
def test_the_tutorial_to_the_byte(compiler: Compiler, name: str) -> None:
    address = {"to": "123456789012345", "channel_id": "987654321098765"}
    result = compiler.compile(name, "messenger", "genesys-event", {}, address=address)
    assert result.diagnostics == []
    assert to_json(result.payload, compact=True) == TUTORIAL[name] + b"\n"


@pytest.mark.parametrize("name", NAMES)
def test_template_is_clean(compiler: Compiler, name: str) -> None:
    """On each of its channels, with each of its examples, not so much as a warning."""
    for via in ("genesys-event", "genesys-bot"):
        checked = list(compiler.check([name], via=via))
        assert {each.channel for each in checked} == set(compiler.targets(PROJECT.template(name)))
        assert [d for each in checked for d in each.result.diagnostics] == []


@pytest.mark.parametrize("name", NAMES)
def test_template_is_one_to_learn_from(name: str) -> None:
    """It says what it is for and for which channels, describes its parameters and has an example for them."""
    contract = PROJECT.template(name).contract
    assert contract.description
    assert contract.channels
    assert bool(contract.params) == bool(contract.examples)
    assert all({"type", "$ref"} & param.keys() for param in contract.params.values())


def test_every_template_type_has_a_template(compiler: Compiler) -> None:
    found = {template_type(each.result.payload) for each in compiler.check(NAMES, via="genesys-event")}
    assert found == {*TYPES, "generic"} - {"card"}, "a single card goes out as generic"


def template_type(event: dict[str, Any]) -> str:
    return str(event["content"].get("template_type", event["content"]["type"]))


def test_every_gateway_carries_one_of_them(compiler: Compiler) -> None:
    """And what a gateway does not carry it refuses; nothing is lost or half-written."""
    for via in GATEWAYS:
        results = [each.result for each in compiler.check(NAMES, via=via)]
        assert any(result.ok for result in results), via
        assert all(result.ok != bool(result.diagnostics) for result in results), via


# ---- what the official SDK says


@pytest.mark.parametrize("name", NAMES)
def test_the_sdk_knows_every_field_of_a_template(compiler: Compiler, name: str) -> None:
    for via, model in MODELS.items():
        for each in compiler.check([name], via=via):
            for body in each.result.bodies or ():
                assert list(problems(body, model)) == []


GOLDENS = [(model, file) for via, model in MODELS.items() for file in sorted(FOLDER.glob(f"*/*.{via}.json"))]


@pytest.mark.parametrize(("model", "file"), GOLDENS, ids=[f"{file.parent.name}-{file.stem}" for _, file in GOLDENS])
def test_the_sdk_knows_every_field_of_a_golden(model: str, file: Path) -> None:
    assert list(problems(json.loads(file.read_bytes()), model)) == []


def test_there_are_goldens_of_every_gateway() -> None:
    assert {model for model, _ in GOLDENS} == set(MODELS.values())
