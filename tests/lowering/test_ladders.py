"""The ladders of the channels are data: each rung is a step there is, and each ladder ends on something that fits."""

from __future__ import annotations

import pytest
from handbill.channels import CHANNELS, channel
from handbill.lowering.steps import STEPS
from handbill.message import TEMPLATE_TYPES

# what cannot be lowered: text is the last rung, an approved template is the channel's own; the others need no ladder
# where the channel shows them whole
BOTTOM = {"text", "notification"}
SHOWN = {"quick_reply", "media", "location", "date_picker", "list", "carousel"}


@pytest.mark.parametrize("name", CHANNELS)
def test_every_rung_is_a_step(name: str) -> None:
    for type_, rungs in channel(name).data["lowering"].items():
        assert type_ in TEMPLATE_TYPES
        assert set(rungs) <= set(STEPS[type_]), type_
        assert len(set(rungs)) == len(rungs), type_
        assert type_ not in rungs, type_


@pytest.mark.parametrize("name", CHANNELS)
def test_every_ladder_ends_in_text(name: str) -> None:
    data = channel(name).data
    shown = set(channel(name).message_rules["properties"]["template_type"]["enum"])
    for type_ in sorted(set(TEMPLATE_TYPES) - BOTTOM):
        rungs = data["lowering"].get(type_)
        assert rungs or (type_ in SHOWN & shown), f"{type_} has no ladder"
        assert not rungs or rungs[-1] == "text", type_
