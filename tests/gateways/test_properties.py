"""For arbitrary messages: the payload passes its schema, and holds everything the message said."""

from __future__ import annotations

from typing import Any

import pytest
from gateways import strategies
from gateways.sdk_oracle import problems
from gateways.trees import MESSENGER, SMS, WHATSAPP, arrived, holed, messages, scalars, trees
from handbill.channels.base import Channel
from handbill.gateways import GATEWAYS, gateway
from handbill.message import read
from handbill.tree import fill
from handbill.validate import schema
from hypothesis import given, settings
from hypothesis import strategies as st

NOT_IN_BOT = frozenset(
    {"header", "footer", "metadata", "call", "alt", "timezone", "short_time", "bare_card", "loose_header"}
    | {"loose_kind", "card_values"}
)
IN_QUICK_REPLY = {"quick_reply": {"link"}}
ADDRESSES = {
    "genesys-event": {"to": "u", "channel_id": "c"},
    "genesys-bot": {"to": "s", "channel_id": "b", "bot_version": "1", "language": "en-us"},
    "genesys-agentless": {"to": "+4930123456", "channel_id": "f"},
}
MODELS = {"genesys-bot": "OutgoingMessageRequest", "genesys-agentless": "SendAgentlessOutboundMessageRequest"}

# gateway, template type, what it does not carry, channel
CARRIED: list[tuple[str, str, frozenset[str], Channel]] = [
    *(("genesys-event", each, frozenset[str](), MESSENGER) for each in strategies.TEMPLATE_TYPES),
    *(
        ("genesys-bot", each, NOT_IN_BOT | IN_QUICK_REPLY.get(each, {"button_image"}), MESSENGER)
        for each in strategies.TEMPLATE_TYPES
    ),
    *(
        ("genesys-dialogflow", each, NOT_IN_BOT | {"button_image"} | IN_QUICK_REPLY.get(each, set()), MESSENGER)
        for each in ("text", "quick_reply", "card", "generic", "carousel")
    ),
    ("genesys-agentless", "text", NOT_IN_BOT, SMS),
    (
        "genesys-agentless", "notification",
        frozenset({"header", "footer", "metadata", "medium", "button_values", "card_header"}), WHATSAPP,
    ),
]  # fmt: skip
UNSAID = {"/template_type", "/language"}  # the kind of body says the first; an agentless response has its own language


def lost(message: dict[str, Any], name: str, said: set[str]) -> set[str]:
    unsaid = UNSAID if name == "genesys-agentless" else {"/template_type"}
    return {pointer for pointer in scalars(message) - said - unsaid if not pointer.startswith("/fallback")}


@pytest.mark.parametrize(
    ("name", "template_type", "without", "channel"), CARRIED, ids=[f"{each[0]}-{each[1]}" for each in CARRIED]
)
def test_an_arbitrary_message(name: str, template_type: str, without: frozenset[str], channel: Channel) -> None:
    the = gateway(name)
    own = the.message_schema(channel)
    payload, narrow = schema(the.schema(channel)), own and schema(own)

    @settings(max_examples=25)
    @given(strategies.messages(template_type, without), st.booleans())
    def check(message: dict[str, Any], addressed: bool) -> None:
        assert schema("message.schema.json").is_valid(message)
        assert not narrow or narrow.is_valid(message)
        to = ADDRESSES.get(name) if addressed and channel is not WHATSAPP else None
        made = trees(name, message, channel=channel, address=to)
        bodies = [fill(each, ()) for each in made]
        assert all(payload.is_valid(body) for body in bodies)
        assert lost(message, name, arrived(made)) == set()
        if name in MODELS:
            assert [problem for body in bodies for problem in problems(body, MODELS[name])] == []
        values: list[object] = []
        waiting = the.emit([read(holed(message, values))], channel, to)
        assert [fill(each, values) for each in waiting] == bodies

    check()


@given(st.lists(st.sampled_from(strategies.TEMPLATE_TYPES).flatmap(strategies.messages), min_size=2, max_size=3))
@settings(max_examples=30)
def test_a_sequence_is_an_event_a_message(documents: list[dict[str, Any]]) -> None:
    made = gateway("genesys-event").emit(messages(*documents), MESSENGER, None)
    assert len(made) == len(documents)
    assert all(pointer.startswith(f"/{index}/") for index, each in enumerate(made) for pointer in arrived([each]))


def test_the_table_of_gateways() -> None:
    assert list(GATEWAYS) == ["genesys-event", "genesys-bot", "genesys-dialogflow", "genesys-agentless", "direct"]
    for name, each in GATEWAYS.items():
        assert name == each.NAME
        assert each.TITLE
    with pytest.raises(KeyError):
        gateway("genesys")
