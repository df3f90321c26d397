"""Lowering: a message is narrowed to what the channel shows, down a ladder that is data (`lowering` of channel.json).

A message that fits stays as it is. Else it is repaired, else each rung is tried, and of those that fit the first is
taken; last comes the author's own `fallback`. Whether a message fits is a matter of its structure alone: a text that
is too long moves nothing down, and stays an error. So the outcome is the same for every message of a skeleton.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..channels import Channel
from ..findings import diagnose
from ..judge import Finding, Judge
from ..message import Message, Text, read
from ..tree import Leaf, Tree, fill
from .losses import Loss, lost
from .prose import Words
from .repair import repaired
from .steps import Draft, answers_only, drafts
from .written import type_of, written

_SCALARS = frozenset({"x-unsupported", "false", "additionalProperties"})
_OF_VALUES = frozenset({"x-uniqueBy", "uniqueItems", "x-maxTotalText", "x-maxJsonBytes"})
_CONSTANTS = ("template_type", "kind")
_ROUNDS = 6  # repairs of one message, each of which takes something away


@dataclass(frozen=True, slots=True)
class Trial:
    """A type as which the message could have gone out, and why it could not."""

    rung: str
    why: str  # "" when it fits


@dataclass(frozen=True, slots=True)
class Lowered:
    """What became of one message."""

    before: Message
    after: tuple[Message, ...]
    rung: str  # "" when it stayed as it was, or nothing fits; "fallback"; else a template_type
    fits: bool
    losses: tuple[Loss, ...] = ()
    trials: tuple[Trial, ...] = ()
    fallback: Lowered | None = None  # what becomes of its fallback, whether it is used or not

    @property
    def changed(self) -> bool:
        return len(self.after) != 1 or self.after[0] is not self.before


@dataclass(slots=True)
class Ladder:
    """The ladder of a channel, for messages of one template."""

    judge: Judge
    channel: Channel
    words: Words
    adapt: bool = True
    _trials: list[Trial] = field(default_factory=list)

    @property
    def rungs(self) -> Mapping[str, Sequence[str]]:
        return dict(self.channel.data.get("lowering") or {})

    def lower(self, tree: Tree, pointer: str = "") -> Lowered:
        """What becomes of a valid message. Under `strict` it stays as it is, and only its fallback is tried."""
        return self._lower(read(tree, pointer))

    def _lower(self, message: Message) -> Lowered:
        self._trials = []
        draft = self._settled(message, frozenset()) if self.adapt else Draft((message,))
        trials = tuple(dict.fromkeys(self._trials))
        own = Ladder(self.judge, self.channel, self.words)._fallback(message)
        if draft is not None:
            same = len(draft.messages) == 1 and draft.messages[0] is message
            losses = () if same else tuple(lost(message, draft.messages, draft.carried))
            rung = "" if same else _named(message, [type_of(each) for each in draft.messages])
            return Lowered(message, draft.messages, rung, True, losses, trials, own)
        if own is not None and own.fits:
            return Lowered(message, own.after, "fallback", True, (), (*trials, *own.trials), own)
        return Lowered(message, (message,), "", False, (), trials, own)

    def _fallback(self, message: Message) -> Lowered | None:
        """The author's own last step, lowered like any message."""
        own = message.fallback
        if own is None:
            return None
        if isinstance(own, Leaf):
            own = Text(pointer=own.pointer, text=own, metadata=message.metadata)
        return self._lower(own)

    # one message

    def misfits(self, message: Message) -> list[Finding]:
        """What of a message's structure the channel or the gateway cannot show."""
        tree = _probe(written(message))
        plain = fill(tree, ())
        found = []
        for rule in self.judge.message:
            if not rule.schema.is_clean(plain):
                found += [Finding(v, rule.who) for v in rule.schema.violations(plain)]
        return [finding for finding in found if is_structural(finding)]

    def _settled(self, message: Message, barred: frozenset[str]) -> Draft | None:
        """The message as it is, repaired, or lowered to a type that is not barred; None when nothing fits."""
        fitting = self._fitting(message)
        if fitting is not None:
            return fitting
        for draft in answers_only(message, self.words):
            fitting = self._fitting(draft.messages[0])
            if fitting is not None:
                return _together([fitting], draft)
        here = type_of(message)
        rungs = [rung for rung in self.rungs.get(here, ()) if rung not in barred and rung != here]
        for at, rung in enumerate(rungs):
            for draft in drafts(message, rung, self.words):
                # what stands lower on this ladder is tried from here, not by way of the rung
                lower = rungs[at + 1 :] if len(draft.messages) == 1 else ["text"]
                below = barred | {here} | frozenset(lower)
                before = len(self._trials)
                parts = [self._settled(each, below) for each in draft.messages]
                made = None if None in parts else _together([part for part in parts if part], draft)
                if made is not None and self._goes_together(made, rung, before):
                    return made
        return None

    def _goes_together(self, made: Draft, rung: str, before: int) -> bool:
        """Whether the channel takes so many messages at once. `before`: how many trials there were before these."""
        count, most = len(made.messages), self.channel.most
        if most is None or count == 1 or count <= most:
            return True
        self._trials[before:] = [Trial(rung, f"{count} messages; {self.channel.title} takes {most} at once")]
        return False

    def _fitting(self, message: Message) -> Draft | None:
        """The message as it is or repaired."""
        whole = Draft((message,))
        misfits = self.misfits(message)
        for _ in range(_ROUNDS):
            if not misfits:
                break
            at = next(i for i, each in enumerate(whole.messages) if self.misfits(each))
            better = repaired(whole.messages[at], misfits, self.words, message)
            if better is None:
                alone = (f for f in misfits if repaired(whole.messages[at], [f], self.words, message) is None)
                self._trials.append(Trial(type_of(message), _why(next(alone, misfits[0]))))
                return None
            messages = (*whole.messages[:at], *better.messages, *whole.messages[at + 1 :])
            whole = Draft(messages, (*whole.carried, *better.carried))
            misfits = next(filter(None, map(self.misfits, whole.messages)), [])
        if misfits:
            self._trials.append(Trial(type_of(message), _why(misfits[0])))
            return None
        self._trials.append(Trial(type_of(message), ""))
        return whole


def _named(message: Message, types: Sequence[str]) -> str:
    """What to call what a message has become: what most of it is, pictures and plain texts beside it aside."""
    own = type_of(message)
    others = [name for name in types if name not in (own, "text", "media")] or [n for n in types if n == "media"]
    return own if own in types else max(others, key=others.count) if others else "text"


def _together(parts: Sequence[Draft], draft: Draft) -> Draft:
    messages = tuple(message for part in parts for message in part.messages)
    carried = (*draft.carried, *(leaf for part in parts for leaf in part.carried))
    return Draft(messages, carried)


def is_structural(finding: Finding) -> bool:
    """Whether a finding is about what there is, and not about what it says."""
    v = finding.violation
    if isinstance(v.value, dict | list):
        return v.keyword not in _OF_VALUES
    return v.keyword in _SCALARS or (bool(v.path) and v.path[-1] in _CONSTANTS)


def _why(finding: Finding) -> str:
    """The reason in a few words: "11 items in all; WhatsApp allows 10"."""
    told = diagnose(finding.violation, who=finding.who)
    return told.text.split(". ")[0].removesuffix(".")


def _probe(tree: Tree) -> Tree:
    """The tree with something in each hole, so that its structure can be judged whatever the values are."""
    if isinstance(tree, Leaf):
        return tree if tree.parts is None else Leaf(tree.pointer, tree.pointer or "-")
    if isinstance(tree, dict):
        return {key: _probe(child) for key, child in tree.items()}
    if isinstance(tree, list):
        return [_probe(child) for child in tree]
    return tree
