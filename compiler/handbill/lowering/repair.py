"""Smaller changes than another type: what the channel has no place for is put elsewhere, or left out.

Frames go into the text above and below, links and calls that cannot be buttons are written out, captions become
messages of their own. Pictures, alternative texts, names of files and the like are left out, which is a loss.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..judge import Finding
from ..keywords import Path
from ..message import (
    Card,
    Carousel,
    DatePicker,
    ListMessage,
    Location,
    Media,
    Message,
    Notification,
    QuickReply,
    Text,
    read,
)
from ..tree import Leaf, Tree, joined
from .prose import Prose, Words
from .steps import Draft
from .written import leaves_of, written

_NO_PLACE = frozenset({"x-unsupported", "false", "additionalProperties"})
_LEFT_OUT = frozenset({"image_url", "alt", "filename", "mime", "timezone", "metadata"})


def repaired(message: Message, misfits: Iterable[Finding], words: Words, whole: Message) -> Draft | None:
    """The message without what does not fit; None when that does not help. `whole` is what it was at first."""
    repair = _Repair(message, words, whole)
    for finding in misfits:
        v = finding.violation
        path = v.path
        beside = v.keyword in ("required", "x-exactlyOne", "x-atLeastOne") and len(path) == 2
        within = v.keyword in _NO_PLACE and path[2:] in (("url",), ("phone",))
        if path[:1] == ("buttons",) and (beside or within):
            repair.out.add(int(path[1]))
        elif v.keyword in _NO_PLACE:
            repair.paths.add(path)
        elif v.keyword == "required" and v.key == "title" and path[:1] == ("sections",):
            repair.untitled.add(int(path[1]))
        else:
            return None
    return repair.made()


class _Repair:
    def __init__(self, message: Message, words: Words, whole: Message) -> None:
        self.message = message
        self.whole = {id(leaf) for leaf in leaves_of(written(whole))}
        self.words = words
        self.paths: set[Path] = set()
        self.out: set[int] = set()  # buttons that cannot be
        self.untitled: set[int] = set()  # sections that need a title
        self.before: list[Message] = []
        self.after: list[Message] = []
        self.carried: list[Leaf] = []

    def made(self) -> Draft | None:
        try:
            for path in sorted(self.paths, key=lambda path: (path in (("header",), ("footer",)), repr(path))):
                if not self._put_elsewhere(path) and not self._left_out(path):
                    return None
        except KeyError:  # what is there is not enough for a message
            return None
        if self.out and not self._buttons_out():
            return None
        if isinstance(self.message, ListMessage) and self.untitled:
            sections = [
                replace(each, title=self.words.open_list(each.items[0].text)) if at in self.untitled else each
                for at, each in enumerate(self.message.sections)
            ]
            self.message = replace(self.message, sections=tuple(sections))
        return Draft((*self.before, self.message, *self.after), tuple(self.carried))

    def _put_elsewhere(self, path: Path) -> bool:
        message = self.message
        match path, message:
            case ("header",), _ if message.header is not None:
                return self._framed(message.header, above=True)
            case ("footer",), _ if message.footer is not None:
                return self._framed(message.footer, above=False)
            case ("text",), Carousel() if message.text is not None:
                self.before.append(Text(pointer=message.pointer, text=message.text))
                self.message = replace(message, text=None)
            case ("caption",), Media() if message.caption is not None:
                self.after.insert(0, Text(pointer=message.pointer, text=message.caption))
                self.message = replace(message, caption=None)
            case ("title",), DatePicker() if message.title is not None:
                self.carried += [message.title, message.text]
                text = joined(message.title, "\n", message.text, at=message.text)
                self.message = replace(message, text=text, title=None)
            case ((("name",) | ("address",)), Location()):
                prose = Prose(self.words)
                for part in filter(None, (message.name, message.address)):
                    prose.add(part)
                if prose:
                    self.after.insert(0, Text(pointer=message.pointer, text=prose.leaf()))
                    self.carried += prose.carried
                self.message = replace(message, name=None, address=None)
            case _:
                return False
        return True

    def _framed(self, frame: Leaf, *, above: bool) -> bool:
        """A header or a footer in the text; where there is none, as a message of its own."""
        message = replace(self.message, header=None) if above else replace(self.message, footer=None)
        match message:
            case Text() | QuickReply() | ListMessage() | DatePicker():
                self.carried += [frame, message.text]
                message = replace(message, text=_around(message.text, frame, above))
            case Carousel() if message.text is not None:
                self.carried += [frame, message.text]
                message = replace(message, text=_around(message.text, frame, above))
            case Media() if message.caption is not None:
                self.carried += [frame, message.caption]
                message = replace(message, caption=_around(message.caption, frame, above))
            case Card() if not above:
                self.carried += [frame, message.subtitle] if message.subtitle else []
                subtitle = joined(message.subtitle, "\n", frame) if message.subtitle else frame
                message = replace(message, subtitle=subtitle)
            case Notification() | Carousel() if not above:
                return False  # a message behind a carousel would take its place
            case Notification():
                return False
            case _:
                extra = Text(pointer=message.pointer, text=frame)
                (self.before if above else self.after).insert(0 if above else len(self.after), extra)
        self.message = message
        return True

    def _left_out(self, path: Path) -> bool:
        """What the message can do without."""
        *above, last = path
        own = last in ("url", "image", "subtitle") and (not above or above[0] in ("cards", "sections"))
        card = isinstance(self.message, Card | Carousel | ListMessage) and own and "buttons" not in above
        section = last == "title" and above[:1] == ["sections"]
        if not (last in _LEFT_OUT or above[:1] == ["metadata"] or card or section):
            return False
        tree: Tree = written(self.message)
        node: Tree = tree
        for step in above:
            node = node[step]  # type: ignore[index]
        if isinstance(node, dict) and last in node:
            if not {id(leaf) for leaf in leaves_of(node[str(last)])} <= self.whole:
                return False  # a text that was put together: more would be gone than this
            del node[str(last)]
        self.message = read(tree, self.message.pointer)
        return True

    def _buttons_out(self) -> bool:
        """Links and calls of a quick reply as text."""
        message = self.message
        if not isinstance(message, QuickReply):
            return False
        prose = Prose(self.words, message.text)
        kept = []
        for at, button in enumerate(message.buttons):
            if at not in self.out:
                kept.append(button)
            elif button.value is not None:
                return False
            else:
                prose.written_out(button, gap="\n" if len(prose.carried) > 1 else "\n\n")
        self.carried += prose.carried
        text = prose.leaf(message.text)
        if kept:
            self.message = replace(message, text=text, buttons=tuple(kept))
        else:
            frame = {"header": message.header, "footer": message.footer, "metadata": message.metadata}
            self.message = Text(pointer=message.pointer, text=text, **frame)  # type: ignore[arg-type]
        return True


def _around(text: Leaf, frame: Leaf, above: bool) -> Leaf:
    return joined(frame, "\n\n", text, at=text) if above else joined(text, "\n\n", frame, at=text)
