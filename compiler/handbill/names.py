"""Names that templates, settings and callers give: of channels and gateways; what to say of an unknown one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from .channels import CHANNELS, Channel, channel
from .diagnostic import Diagnostic, Failed, Label, did_you_mean
from .gateways import GATEWAYS, Gateway
from .languages import alike
from .project import File, Project
from .source import Span
from .template import Template, read_source


def known_channel(name: str) -> Channel:
    """A channel. Raises Failed (unknown-channel)."""
    return channel(name) if name in CHANNELS else unknown("channel", name, CHANNELS)


def known_gateway(name: str) -> Gateway:
    """A gateway. Raises Failed (unknown-gateway)."""
    return GATEWAYS[name] if name in GATEWAYS else unknown("gateway", name, GATEWAYS)


def problems(project: Project, template: Template, via: str | None) -> list[Diagnostic]:
    """The names in a template's settings and file names that nobody knows, or that do not fit `via`."""
    found: list[Diagnostic] = []
    for index, name in enumerate(template.contract.channels or ()):
        if name not in CHANNELS:
            found.append(_unknown_setting(template, ("channels", index), "channel", name, CHANNELS))
    spoken = project.locales or (project.config.locale,)
    for index, name in enumerate(template.contract.locales or ()):
        if not any(alike(name, locale) for locale in spoken):
            found.append(_unknown_setting(template, ("locales", index), "locale", name, spoken))
    payload = template.contract.payload
    if payload is not None and payload not in GATEWAYS:
        found.append(_unknown_setting(template, ("payload",), "gateway", payload, GATEWAYS))
    elif payload is not None and via is not None and via != payload:
        label = Label(template.span(("payload",)), f"written for {payload}")
        text, hint = "A native template is one gateway's own JSON.", f"compile it with --via {payload}"
        found.append(Diagnostic("unsupported-content", f"Not for {via}", label, text=text, hint=hint))
    for file in project.versions(template.name):
        if file.channel and file.channel not in CHANNELS:
            found.append(_unknown_part(template, file))
    return found


def known_locale(project: Project, name: str) -> str:
    """A locale of the project, by its own name: `pt-BR` is the same as `pt_BR`. Raises Failed (unknown-locale)."""
    own = project.locales or (project.config.locale,)
    for locale in own:
        if alike(locale, name):
            return locale
    return unknown("locale", name, own)


def unknown(kind: str, name: str, known: Iterable[str]) -> NoReturn:
    """Raise Failed for a name nobody knows."""
    raise Failed(Diagnostic(f"unknown-{kind}", f"No {kind} `{name}`", hint=_suggestion(name, known)))


def _suggestion(name: str, known: Iterable[str]) -> str:
    names = list(known)
    meant = did_you_mean(name, names)
    return f"did you mean `{meant}`?" if meant else f"there are: {', '.join(names)}"


def _unknown_setting(
    template: Template, path: tuple[str | int, ...], kind: str, name: str, known: Iterable[str]
) -> Diagnostic:
    label = Label(template.span(path), f"there is no {kind} of this name")
    return Diagnostic(f"unknown-{kind}", f"No {kind} `{name}`", label, hint=_suggestion(name, known))


def _unknown_part(template: Template, file: File) -> Diagnostic:
    source = template.source if template.source.path == file.shown else read_source(file.path, file.shown)
    said = f"{file.path.name} is for a channel `{file.channel}`, which there is not"
    label = Label(Span(source, 0, min(3, len(source.text))), said)
    hint = _suggestion(file.channel, CHANNELS)
    return Diagnostic("unknown-channel", f"No channel `{file.channel}`", label, hint=hint)
