"""How a message was lowered, told step by step; and for SMS what that costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..channels import Channel
from ..message import Message
from ..resources import load
from ..tree import Leaf, fill_leaf
from ..units import Segments, segments
from .ladder import Lowered
from .plan import Plan
from .telling import as_what, became, noun_of, said
from .written import type_of


@dataclass(frozen=True, slots=True)
class Explained:
    """The plan of one message, and the values in it."""

    plan: Plan
    channel: Channel
    values: Sequence[object]

    def parts(self) -> list[Segments]:
        """The parts that each message takes that goes out by SMS; none on other channels."""
        if (rooms := _rooms(self.channel)) is None:
            return []
        texts = [text for one in self.plan.lowered if (text := self._text(one.after)) is not None]
        return [_parts(text, rooms) for text in texts]

    def lines(self) -> Iterator[str]:
        """Each step taken, and the cost of a text message."""
        for one in self.plan.lowered:
            yield from self._steps(one)
        rooms = _rooms(self.channel)
        if rooms and (after := self.parts()):
            before = [text for one in self.plan.lowered if (text := self._text([one.before])) is not None]
            yield from _cost(self.channel.title, [_parts(text, rooms) for text in before], after)

    def _steps(self, one: Lowered) -> Iterator[str]:
        where = f" {one.before.pointer}" if one.before.pointer else ""
        yield f"message{where}: {noun_of(type_of(one.before))}, {_outcome(one)}"
        for trial in one.trials:
            yield f"  as {as_what(trial.rung)}: {trial.why or 'fits'}"
        losses = one.fallback.losses if one.rung == "fallback" and one.fallback else one.losses
        if losses:
            yield f"  lost: {', '.join(map(said, losses))}"

    def _text(self, messages: Sequence[Message]) -> str | None:
        texts = [leaf for message in messages if isinstance(leaf := getattr(message, "text", None), Leaf)]
        return "\n\n".join(str(fill_leaf(leaf, self.values)) for leaf in texts) if texts else None


def _outcome(one: Lowered) -> str:
    if not one.fits:
        return "does not fit"
    if not one.trials:
        return "as it is written (policy: strict)"
    if one.rung in ("", "fallback"):
        return "its fallback is sent" if one.rung else "stays as it is"
    return "goes out with changes" if one.rung == type_of(one.before) else f"goes out as {became(one)}"


def _rooms(channel: Channel) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The room in one part alone and in one of several, by GSM-7 and by UCS-2; None for what is no SMS."""
    limits = load(channel.limits)["$defs"]
    if "gsm7_single" not in limits:
        return None
    gsm, gsm_part, ucs, ucs_part = (
        int(limits[name]["x-maximum"]) for name in ("gsm7_single", "gsm7_part", "ucs2_single", "ucs2_part")
    )
    return (gsm, gsm_part), (ucs, ucs_part)


def _parts(text: str, rooms: tuple[tuple[int, int], tuple[int, int]]) -> Segments:
    gsm, ucs2 = rooms
    return segments(text, gsm=gsm, ucs2=ucs2)


def _cost(title: str, before: Sequence[Segments], after: Sequence[Segments]) -> Iterator[str]:
    was, now = sum(each.parts for each in before), sum(each.parts for each in after)
    encodings = ", ".join(dict.fromkeys(each.encoding for each in after))
    size = sum(each.size for each in after)
    unit = "septets" if encodings == "GSM-7" else "UTF-16 units" if encodings == "UCS-2" else "units"
    told = f"{_count(was)} before, {_count(now)} after" if before and before != after else _count(now)
    yield f"{title}: {told} ({encodings}, {size} {unit})"


def _count(parts: int) -> str:
    return f"{parts} {'part' if parts == 1 else 'parts'}"
