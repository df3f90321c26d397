"""A notification held against the template it names: its values, buttons and cards must be as approved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..diagnostic import did_you_mean
from ..keywords import Path
from ..resources import load
from .lock import SENDABLE, Approved, Lock
from .shape import Shape, Text

_KINDS = {"IMAGE": "image", "VIDEO": "video", "GIF": "video", "DOCUMENT": "file"}
_MEDIA = {"IMAGE": "an image", "VIDEO": "a video", "GIF": "a video", "DOCUMENT": "a document"}
_MORE = {"LOCATION": "a place", "PRODUCT": "a product"}
_FIXED = {"PHONE_NUMBER": "calls a number", "VOICE_CALL": "starts a call", "CATALOG": "opens the catalogue"}
_NATIVE = "write it as a native template, with `payload: direct`"
# what a button asks for that a notification cannot say
_BEYOND = {"COPY_CODE": "a code to copy", "MPM": "products", "SPM": "a product", "ORDER_DETAILS": "an order"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not fit, at `path` of the message; `approved` leads to the other half of it, in the vendor's list."""

    code: str
    title: str
    path: Path
    label: str
    hint: str = ""
    text: str = ""
    key: bool = False  # it stands at the name of what is at `path`
    approved: Path | None = None
    limit: str = ""  # the definition in limits.json that it breaks


def held(lock: Lock, message: Mapping[str, Any], *, native: bool = False) -> Iterator[Problem]:
    """What is wrong with a notification whose values are filled in. It has passed the channel's rules.

    `native`: it was read from the channel's own JSON, which can say more than a notification.
    """
    name, language = str(message["name"]), str(message["language"])
    languages = lock.languages(name)
    if not languages:
        meant = did_you_mean(name, lock.names)
        shown = lock.file.source.path.rpartition("/")[2]
        hint = f"did you mean `{meant}`?" if meant else "if it was made since: handbill whatsapp pull"
        yield Problem("unknown-approved-template", f"No template `{name}`", ("name",), f"not in {shown}", hint)
        return
    if language not in languages:
        meant = _alike(language, languages)
        yield Problem(
            "unknown-approved-template", f"No template `{name}` in `{language}`", ("language",),
            f"`{name}` is there in {_and(languages)}",
            f"did you mean `{meant}`?" if meant else "if it was made since: handbill whatsapp pull",
            approved=lock.template(name, languages[0]).path,
        )  # fmt: skip
        return
    template = lock.template(name, language)
    if template.status != SENDABLE:
        yield _not_approved(template)
    parameters = message.get("parameters") or {}
    anchor = ("parameters",) if "parameters" in message else ("name",)
    yield from _Fit(parameters, anchor, template.shape, "", native).problems()
    yield from _cards(parameters, anchor, template.shape, native)


def _alike(language: str, languages: list[str]) -> str:
    """The language most likely meant: spelt almost so, the same in another country, or the only one."""
    same = [each for each in languages if re.split("[_-]", each)[0] == re.split("[_-]", language)[0]]
    only = languages if len(languages) == 1 else []
    return did_you_mean(language.replace("-", "_"), languages) or next(iter([*same, *only]), "")


_STATES = {
    "PENDING": "it waits to be looked at",
    "IN_APPEAL": "the refusal is being looked at again",
    "REJECTED": "it was refused",
    "PAUSED": "customers did not like it, and it rests for a while",
    "DISABLED": "customers did not like it, and it is out of use",
    "LIMIT_EXCEEDED": "the account has too many templates",
    "ARCHIVED": "it was put away",
    "PENDING_DELETION": "it is being deleted",
    "DELETED": "it was deleted",
}


def _not_approved(template: Approved) -> Problem:
    why = _STATES.get(template.status, "")
    reason = f" ({template.reason})" if template.reason and template.reason != "NONE" else ""
    return Problem(
        "template-not-approved", f"Template `{template.name}` not approved", ("name",),
        f"its state is {template.status}{f': {why}' if why else ''}{reason}",
        "wait until it is approved, then: handbill whatsapp pull",
        "WhatsApp sends approved templates only.", approved=(*template.path, "status"),
    )  # fmt: skip


class _Fit:
    """The parameters of a template or of a card, at `anchor` of the message."""

    def __init__(self, given: Mapping[str, Any], anchor: Path, shape: Shape, whose: str, native: bool) -> None:
        self.given = given
        self.anchor = anchor
        self.shape = shape
        self.whose = whose  # "card 2's "
        self.native = native
        self.there = (*shape.path[:-1], "name")

    def at(self, *steps: str | int) -> Path:
        """Where a part stands, or would stand."""
        return (*self.anchor, *steps) if self.anchor != ("name",) else self.anchor

    def problem(self, path: Path, label: str, hint: str, *, key: bool = False, approved: Path = ()) -> Problem:
        title = "Does not fit the approved template"
        named = key and path != ("name",)
        return Problem("template-arity", title, path, label, hint, key=named, approved=approved or self.there)

    def problems(self) -> Iterator[Problem]:
        yield from self._header()
        body = self.given.get("body") or {}
        yield from self._counted("text", self.shape.body, body, "body")
        yield from self._buttons()
        if self.shape.expires and self.native and not self.given.get("offer"):
            hint = 'add {"type": "limited_time_offer", "parameters": […]}'
            yield self.problem(self.at(), "the offer's end must be given", hint, key=True)
        elif self.shape.expires and not self.native:
            yield self.problem(
                self.at(), "the offer's end must be given, and a notification has no place for it", _NATIVE, key=True
            )

    # texts

    def _counted(self, what: str, approved: Text | None, given: Mapping[str, str], *steps: str) -> Iterator[Problem]:
        names = approved.names if approved else ()
        path = self.at(*steps)
        there = approved.path if approved else self.there
        if set(names) == set(given):
            if approved and names:
                yield from self._long(what, approved, given, path)
            return
        subject = f"the approved {self.whose}{what}"
        missing = [name for name in names if name not in given]
        extra = [name for name in given if name not in names]
        are = "is" if len(given) == 1 else "are"
        count = f"{subject} has {_count(len(names), 'placeholder')}, {len(given)} {are} given"
        if names and given and approved and approved.numbered != all(name.isdigit() for name in given):
            form = "numbers" if approved.numbered else "names"
            label = f"{subject} has {form}: {_and(names)}"
            yield self.problem(path, label, f"give the values by these {form}", key=True, approved=there)
        elif missing and extra:
            meant = did_you_mean(extra[0], missing)
            label = f"{subject} has no placeholder `{extra[0]}`"
            hint = f"did you mean `{meant}`?" if meant else f"it has {_and(names)}"
            yield self.problem((*path, extra[0]), label, hint, key=True, approved=there)
        elif missing:
            yield self.problem(path, count, f"give {_and(missing)}", key=True, approved=there)
        else:
            at = (*path, extra[0]) if path != ("name",) else path
            yield self.problem(at, count, f"take out {_and(extra)}", key=True, approved=there)

    def _long(self, what: str, approved: Text, given: Mapping[str, str], path: Path) -> Iterator[Problem]:
        limit = _limit_of(what, self.shape, bool(self.whose))
        most: int = load("whatsapp/limits.json")["$defs"][limit]["maxLength"]
        size = len(approved.filled(given))
        if size > most:
            longest = max(given, key=lambda name: len(given[name]))
            yield Problem(
                "text-too-long", "Approved text too long with its values", (*path, longest),
                f"{size:,} characters with the approved {self.whose}{what}; WhatsApp allows {most:,}",
                f"shorten the values by {_count(size - most, 'character')}",
                approved=approved.path, limit=limit,
            )  # fmt: skip

    # the header

    def _header(self) -> Iterator[Problem]:
        given, media = self.given.get("header") or {}, self.shape.media
        path = self.at("header")
        if media in _MORE and self.native:
            if given.get("kind") != media.lower():
                label = f"the approved {self.whose}header is {_MORE[media]}, and none is given"
                yield self.problem(path, label, _header_of(media.lower()), key=True)
        elif media in _MORE:
            yield self.problem(
                self.at(), f"its header is {_MORE[media]}, which a notification has no place for", _NATIVE, key=True
            )
        elif media and not given.get("url"):
            label = f"the approved {self.whose}header is {_MEDIA.get(media, media)}, and none is given"
            kind = _KINDS.get(media, "image")
            hint = (
                _header_of(media.lower()) if self.native else f'give header: {{"kind": "{kind}", "url": "https://…"}}'
            )
            yield self.problem(path, label, hint, key=True)
        elif media and given.get("kind") != _KINDS.get(media):
            label, hint = (
                f"the approved {self.whose}header is {_MEDIA.get(media, media)}",
                f"give `{_KINDS.get(media)}`",
            )
            yield self.problem((*path, "kind"), label, hint)
        elif not media and given.get("url"):
            text = "is text" if self.shape.header else "is not there"
            hint = "take it out" if not self.shape.header else "give its `values`, if it has any"
            yield self.problem(path, f"the approved {self.whose}header {text}", hint, key=True)
        elif not media:
            yield from self._counted("header", self.shape.header, given.get("values") or {}, "header", "values")

    # buttons

    def _buttons(self) -> Iterator[Problem]:
        given = self.given.get("buttons") or []
        buttons = self.shape.buttons
        filled: set[int] = set()
        for place, each in enumerate(given):
            path, index = self.at("buttons", place), each["index"]
            filled.add(index)
            if not 0 <= index < len(buttons):
                count = f"the approved {self.whose}template has {_count(len(buttons), 'button')}"
                yield self.problem((*path, "index"), count, "count from 0" if buttons else "take it out")
            elif wrong := self._button(index, str(each.get("kind")), path):
                yield wrong
            elif (url := buttons[index].url) is not None and each.get("kind") == "link":
                yield from self._address(url, str(each["value"]), path)
        for index, button in enumerate(buttons):
            if button.kind in _BEYOND and self.native:
                if index not in filled:
                    label = f"button {index} asks for {_BEYOND[button.kind]}"
                    hint = _button_of(button.kind.lower(), index)
                    yield self.problem(self.at("buttons"), label, hint, key=True, approved=button.path)
            elif button.kind in _BEYOND:
                label = f"button {index} asks for {_BEYOND[button.kind]}, which a notification has no place for"
                yield self.problem(self.at(), label, _NATIVE, key=True, approved=button.path)
            elif button.url and button.url.names and index not in filled:
                label = f"button {index} of the approved {self.whose}template needs the end of its address"
                hint = f'give buttons: {{"index": {index}, "kind": "link", "value": "…"}}'
                hint = _button_of("url", index) if self.native else hint
                yield self.problem(self.at("buttons"), label, hint, key=True, approved=button.path)

    def _button(self, index: int, kind: str, path: Path) -> Problem | None:
        button = self.shape.buttons[index]
        wanted = {"QUICK_REPLY": "reply", "URL": "link"}.get(button.kind)
        if self.native and wanted is None and button.kind not in _FIXED:
            wanted = button.kind.lower()
        elif self.native and button.kind.lower() == kind:
            return None
        if button.kind == "URL" and not (button.url and button.url.names):
            label = f"the approved button {index} leads to an address without a placeholder"
        elif wanted is None:
            label = f"the approved button {index} {_FIXED.get(button.kind, 'is of another kind')}, and takes no value"
        elif wanted != kind:
            label = f"the approved button {index} is a {wanted}"
            return self.problem((*path, "kind"), label, f"give `{wanted}`", approved=button.path)
        else:
            return None
        return self.problem(path, label, "take it out", approved=button.path)

    def _address(self, url: Text, value: str, path: Path) -> Iterator[Problem]:
        most: int = load("whatsapp/limits.json")["$defs"]["new_template_url"]["maxLength"]
        size = len(url.filled(dict.fromkeys(url.names, value)))
        if size > most:
            yield Problem(
                "text-too-long", "Address too long with its value", (*path, "value"),
                f"{size:,} characters with the approved address; WhatsApp allows {most:,}",
                f"shorten it by {_count(size - most, 'character')}", approved=url.path, limit="new_template_url",
            )  # fmt: skip


def _limit_of(what: str, shape: Shape, card: bool) -> str:
    if what == "header":
        return "new_template_header"
    return "new_template_card_body" if card else "new_template_offer_body" if shape.offer else "new_template_body"


def _header_of(kind: str) -> str:
    return f'add {{"type": "header", "parameters": [{{"type": "{kind}", …}}]}}'


def _button_of(kind: str, index: int) -> str:
    return f'add {{"type": "button", "sub_type": "{kind}", "index": "{index}", "parameters": […]}}'


def _cards(given: Mapping[str, Any], anchor: Path, shape: Shape, native: bool) -> Iterator[Problem]:
    whole = _Fit(given, anchor, shape, "", native)
    cards, approved = given.get("cards") or [], shape.cards
    if approved is None:
        if cards:
            yield whole.problem(whole.at("cards"), "the approved template has no cards", "take them out", key=True)
        return
    products = any(card.media == "PRODUCT" for card in approved)
    if len(cards) != len(approved) and not (products and cards):
        label = f"the approved template has {_count(len(approved), 'card')}, {len(cards)} given"
        yield whole.problem(whole.at("cards"), label, "give as many cards as were approved", key=True)
        return
    for index, (card, own) in enumerate(zip(cards, approved, strict=False)):
        yield from _Fit(card, (*anchor, "cards", index), own, f"card {index + 1}'s ", native).problems()


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _and(names: Any) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
