"""The pages of a gallery: each template with its channels side by side, and one page with a picture of everything."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import orjson
from markupsafe import Markup

from ..approved import Approvals
from ..channels import Channel, channel
from ..diagnostic import Diagnostic, Failed, Severity, in_order, merged, together, worst
from ..gateways import Gateway
from ..pipeline import Compiler
from ..result import Checked
from . import beside
from .drawing import environment
from .gauges import gauges
from .looks import look
from .marking import Mark
from .pages import POLICY, SCRIPT, STYLE, page
from .shown import Shown, framed, shown
from .writing import visible

_SITE = ("gallery.css", "gallery.js")
FOLDER = "t"  # of the templates' pages
NOTHING = "Nothing can be shown: see what is wrong."
NATIVE = "This is a native template, which is the channel's own JSON. Handbill does not draw it."
_NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}


@dataclass(frozen=True, slots=True)
class Face:
    """A template on one channel, with one example in one language."""

    checked: Checked
    channel: Channel
    gateway: Gateway | None  # None when nobody knows through which it goes
    messages: Sequence[Shown]

    @property
    def found(self) -> list[Diagnostic]:
        return in_order(self.checked.result.diagnostics)

    def phone(self, *, ids: str = "", bare: bool = False) -> tuple[Markup, list[Mark]]:
        empty = NATIVE if self.checked.result.ok else NOTHING
        return framed(self.messages, self.channel, ids=ids, bare=bare, told=False, empty=empty)


@dataclass(frozen=True, slots=True)
class Picture:
    """A template on a channel, small."""

    title: str
    href: str
    worst: str
    verdict: str
    phone: Markup


@dataclass(frozen=True, slots=True)
class Entry:
    """A template on the first page."""

    name: str
    href: str
    description: str
    worst: str
    verdict: str
    pictures: list[Picture]
    found: list[Diagnostic] = field(repr=False)


@dataclass(frozen=True, slots=True)
class View:
    """A template with one example in one language, on each of its channels."""

    id: str
    example: str
    locale: str
    title: str
    context: Sequence[Markup]  # the example's values, as lines of JSON
    faces: Sequence[Face]

    def place(self, face: Face) -> str:
        """The id of a face on the page."""
        return f"{self.id}-{face.channel.name}"

    @property
    def columns(self) -> Iterator[Markup]:
        column = environment().get_template("column.html")
        return (Markup(column.render(c=_part(self.place(face), face))) for face in self.faces)


@dataclass(frozen=True, slots=True)
class Part:
    """What stands in one column of a template's page."""

    id: str
    channel: Channel
    worst: str
    verdict: str
    phone: Markup
    beside: Mapping[str, Markup]
    steps: str
    about: Sequence[str]


class Gallery:
    """Makes pages of what a compiler has checked. Nothing in them depends on the day or on this computer."""

    def __init__(
        self, compiler: Compiler, channels: Sequence[str] = (), via: str | None = None, locales: Sequence[str] = ()
    ) -> None:
        self._compiler = compiler
        self._asked = channels, via, locales
        self._via = via
        self._approvals = Approvals(compiler.project)

    # one template

    def template(self, name: str) -> tuple[Entry, str] | None:
        """Its place on the first page, and its own page; None when it is for none of the channels asked for.

        Raises Failed for a channel, a gateway or a language that nobody knows.
        """
        checked = list(self._compiler.check([name], *self._asked))
        if not checked:
            return None
        faces = [self._face(each) for each in checked if each.channel]
        elsewhere = in_order(d for each in checked if not each.channel for d in each.result.diagnostics)
        views = list(self._views(name, faces))
        found = merged([*elsewhere, *(d for face in faces for d in face.found)])
        places = {id(face): f"{_href(name)}#{view.place(face)}" for view in views for face in view.faces}
        description = self._description(name)
        pictures = [_picture(some, places) for some in _grouped(faces, lambda face: face.channel.name)]
        entry = Entry(
            name, _href(name), description, _worst(found), _verdict(found),
            sorted(pictures, key=lambda picture: _RANKS.index(picture.worst)), found,
        )  # fmt: skip
        return entry, self._page(name, description, views, elsewhere)

    def _face(self, checked: Checked) -> Face:
        gateway = self._gateway(checked)
        messages = shown(checked.result, gateway, self._approvals, locale=checked.locale) if gateway else []
        return Face(checked, channel(checked.channel), gateway, messages)

    def _gateway(self, checked: Checked) -> Gateway | None:
        try:
            template = self._compiler.project.template(checked.name, checked.channel, checked.locale)
            return self._compiler.via(template, self._via, checked.channel)
        except Failed:  # a finding says so
            return None

    def _description(self, name: str) -> str:
        try:
            return self._compiler.base(name).contract.description
        except Failed:
            return ""

    def _views(self, name: str, faces: Iterable[Face]) -> Iterator[View]:
        groups = _grouped(faces, lambda face: (face.checked.example, face.checked.locale))
        for number, some in enumerate(groups):
            example, locale = some[0].checked.example, some[0].checked.locale
            said = filter(None, (f"Example {example}" if example else "", locale))
            title = " · ".join(said) or "Without an example"
            yield View(f"v{number}", example, locale, title, self._context(name, example), some)

    def _context(self, name: str, example: str) -> list[Markup]:
        try:
            values = self._compiler.base(name).contract.examples[example].values
            return beside.json_lines(orjson.dumps(values, option=orjson.OPT_INDENT_2, default=str).decode())
        except (Failed, KeyError, TypeError):
            return []

    def _page(self, name: str, description: str, views: Sequence[View], elsewhere: Sequence[Diagnostic]) -> str:
        switches = [
            ("Example", list(dict.fromkeys(view.example for view in views))),
            ("Language", list(dict.fromkeys(view.locale for view in views))),
        ]
        body = environment().get_template("template.html").render(
            name=name, description=description, views=views, switches=switches, findings=beside.findings(elsewhere)
        )  # fmt: skip
        up = "../" * (name.count("/") + 1)
        return _page(f"{name} · {self._compiler.project.name}", Markup(body), up, f"{up}index.html")

    # the first page

    def index(self, entries: Sequence[Entry]) -> str:
        """Those with problems first, the worst of them first."""
        ranked = sorted(entries, key=lambda entry: (_RANKS.index(entry.worst), entry.name))
        body = environment().get_template("gallery.html").render(
            project=self._compiler.project.name, summary=_summary(entries),
            problems=[entry for entry in ranked if entry.worst in ("error", "warning")],
            fine=[entry for entry in ranked if entry.worst not in ("error", "warning")],
        )  # fmt: skip
        return _page(self._compiler.project.name, Markup(body), "", "")


_RANKS = ("error", "warning", "info", "fine")


def _page(title: str, body: Markup, up: str, home: str) -> str:
    header = Markup('<a class="home" href="{}">All templates</a>').format(home) if home else Markup("")
    styles = [up + name for name in (STYLE, _SITE[0])]
    scripts = [up + name for name in (SCRIPT, _SITE[1])]
    return page(visible(title), body, header=header, styles=styles, scripts=scripts, csp=POLICY)


def _part(at: str, face: Face) -> Part:
    result, ids = face.checked.result, f"{at}-"
    drawn, notes = face.phone(ids=ids)
    stands = {
        "findings": beside.findings(face.found, notes=notes, ids=ids),
        "parts": beside.parts(result, face.messages),
        "gauges": beside.meters(gauges(result, face.gateway) if face.gateway else []),
        "payload": beside.payload(result) if result.ok else Markup(""),
    }
    plan = result.explained.plan.lowered if result.explained else ()
    lines = result.explained.lines() if result.explained and any(one.changed or one.losses for one in plan) else ()
    steps, found = visible("\n".join(lines)), face.found
    return Part(
        at, face.channel, _worst(found), _verdict(found) or "fine", drawn, stands, steps,
        look(face.channel).notes,
    )  # fmt: skip


def _grouped(faces: Iterable[Face], key: Callable[[Face], Hashable]) -> list[list[Face]]:
    """Those alike together, in the order in which each kind was met."""
    found: dict[Hashable, list[Face]] = {}
    for face in faces:
        found.setdefault(key(face), []).append(face)
    return list(found.values())


def _picture(faces: Sequence[Face], places: Mapping[int, str]) -> Picture:
    """The face that shows most of what is wrong, else the first."""
    face = min(faces, key=lambda face: _RANKS.index(_worst(face.found)))
    return Picture(
        face.channel.title, places[id(face)], _worst(face.found), _verdict(face.found), face.phone(bare=True)[0]
    )  # fmt: skip


def _href(name: str) -> str:
    return f"{FOLDER}/{quote(name)}.html"


def _worst(found: Iterable[Diagnostic]) -> str:
    severity = worst(found)
    return severity.value if severity else "fine"


def _verdict(found: Sequence[Diagnostic]) -> str:
    """`1 error, 2 warnings`; empty when nothing is wrong."""
    told = together(found)
    counts = {severity: sum(d.severity is severity for d in told) for severity in _NOUNS}
    return ", ".join(_count(n, _NOUNS[severity]) for severity, n in counts.items() if n)


def _summary(entries: Sequence[Entry]) -> str:
    pictures = sum(len(entry.pictures) for entry in entries)
    found = merged(d for entry in entries for d in entry.found)
    return " · ".join(
        filter(None, (_count(len(entries), "template"), _count(pictures, "picture"), _verdict(found) or "no problems"))
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
