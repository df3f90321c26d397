"""A content project: handbill.toml, and the folders its templates lie in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import resources
from .diagnostic import Diagnostic, Failed, Label, did_you_mean
from .languages import alike, language
from .settings import CONFIG, Config, config_of, real, setting, settings
from .source import Source, Span
from .template import FILE_NAME, Template, load, read_source

if TYPE_CHECKING:
    from .filtering import Filter
    from .installed import Offers


@dataclass(frozen=True, slots=True)
class File:
    """A template file that was found: where it is, and what its name says."""

    path: Path
    shown: str
    name: str
    part: str  # of name.<part>.json.j2, "whatsapp", "de" or "whatsapp.de"; "" when there is none
    syntax: str
    channel: str = ""  # of the part; perhaps one that there is not
    locale: str = ""  # of the part


class Project:
    """Templates are read when asked for, each file once."""

    def __init__(self, root: Path, config: Config, source: Source | None = None) -> None:
        self.root = root
        self.config = config
        self.source = source  # of handbill.toml, when there is one
        self._locales: tuple[str, ...] | None = None
        self._files: dict[tuple[str, str], File] | None = None
        self._parts: dict[str, list[File]] | None = None
        self._loaded: dict[Path, Template] = {}
        self._offers: Offers | None = None

    @property
    def name(self) -> str:
        return self.root.resolve().name

    @property
    def folders(self) -> list[Path]:
        """The template folders, in the order they are searched."""
        return [self.root / folder for folder in self.config.templates]

    def filters(self) -> tuple[Filter[Any, Any], ...]:
        """The filters that handbill.toml asks for, imported from installed packages. Raises Failed."""
        if not self.config.filters:
            return ()
        from .installed import load

        return load(self.offers(), self.source)

    def filters_state(self) -> str:
        """One text for all that those are made of; empty for none. Raises Failed for those that there are not."""
        if not self.config.filters:
            return ""
        from .installed import state

        return state(self.offers())

    def offers(self) -> Offers:
        """The installed packages that offer them. Raises Failed."""
        if self._offers is None:
            from .installed import offers

            self._offers = offers(self.config.filters, self.root, self.source)
        return self._offers

    def files(self) -> dict[tuple[str, str], File]:
        """Every template file, by name and part ("", "whatsapp", "de", "whatsapp.de").

        Raises Failed for one that is a way out.
        """
        if self._files is None:
            found: dict[tuple[str, str], File] = {}
            catalogs = self._catalogs()
            for folder in self.folders:
                for file in _walk(folder, self.shown):
                    named = _parted(file, (*catalogs, self.config.locale, *self.config.fallback))
                    found.setdefault((named.name, named.part), named)
            self._files = found
        return self._files

    @property
    def locales(self) -> tuple[str, ...]:
        """The source's locale, then the others there are translations or templates for; none when there are no others.

        Raises Failed.
        """
        if self._locales is None:
            own = self.config.locale
            found = {*self._catalogs(), *(file.locale for file in self.files().values())} - {""}
            if problems := self._fallbacks_wrong({own, *found}):
                raise Failed(*problems)
            found |= self.config.fallback.keys()
            self._locales = (own, *sorted(found - {own})) if found else ()
        return self._locales

    def chain(self, locale: str) -> list[str]:
        """A locale, then those whose texts are taken where it has none of its own."""
        found = [locale]
        while (below := self.config.fallback.get(found[-1])) is not None and below not in found:
            found.append(below)
        return found

    def _fallbacks_wrong(self, there: set[str]) -> list[Diagnostic]:
        """Locales to fall back to that there are not."""
        known = sorted(there | self.config.fallback.keys())
        found = []
        for locale, below in self.config.fallback.items():
            if below not in known and self.source is not None:
                label = Label(
                    setting(self.source, ("fallback", locale)), f"there is no locale `{below}` to fall back to"
                )
                meant = did_you_mean(below, known)
                hint = f"did you mean `{meant}`?" if meant else f"there are: {', '.join(known)}"
                found.append(Diagnostic("unknown-locale", f"No locale `{below}`", label, hint=hint))
        return found

    def catalog_file(self, locale: str = "") -> Path:
        """Where the translations of a locale lie, if there are any; without one, where the texts to translate do.

        Raises Failed when a link leads out of the project.
        """
        folder = self.root / self.config.locales
        path = folder / locale / "messages.po" if locale else folder / "messages.pot"
        if not real(path).is_relative_to(real(self.root)):
            raise Failed(_led_out(self.shown(path), "a link that leads out of the project"))
        return path

    def _catalogs(self) -> list[str]:
        folder = self.root / self.config.locales
        return sorted(path.parent.name for path in folder.glob("*/messages.po"))

    def names(self) -> list[str]:
        """The templates' names, sorted. What starts with "_" is a partial, for including."""
        return list(self._by_name())

    def versions(self, name: str) -> list[File]:
        """The files of a template: the one for every channel and locale, then the others by their parts."""
        return self._by_name().get(name, [])

    def _by_name(self) -> dict[str, list[File]]:
        if self._parts is None:
            found: dict[str, list[File]] = {}
            for (name, _), file in sorted(self.files().items()):
                found.setdefault(name, []).append(file)
            self._parts = found
        return self._parts

    def template(self, name: str, channel: str | None = None, locale: str = "") -> Template:
        """A template, or the version of it for a channel and a locale where there is one. Raises Failed."""
        file = self.version(name, channel, locale)
        if file is None:
            raise Failed(self._unknown(name, channel))
        if locale and not self._speaks(name, locale):
            raise Failed(self._unspoken(name, locale))
        return self._load(file)

    def version(self, name: str, channel: str | None = None, locale: str = "") -> File | None:
        """The file of a template that is for a channel and a locale, or one it falls back to. Raises Failed."""
        files = self.files()
        shows = files.get((name, channel or ""))
        for spoken in self.chain(locale) if locale else ():
            both, speaks = files.get((name, f"{channel}.{spoken}")) if channel else None, files.get((name, spoken))
            speaks = speaks if speaks and speaks.locale else None
            if both is None and shows and speaks and shows.channel:
                raise Failed(_either(shows, speaks))
            if file := both or speaks:
                return file
        return shows or files.get((name, ""))

    def _load(self, file: File) -> Template:
        if file.path not in self._loaded:
            self._loaded[file.path] = load(file.path, file.shown, file.name, file.syntax, file.part)
        return self._loaded[file.path]

    def serves(self, name: str, channel: str, locale: str) -> bool:
        """Whether there is a version of a template for a channel and a locale."""
        spoken = self.chain(locale)
        parts = ("", channel, *spoken, *(f"{channel}.{each}" for each in spoken))
        return any((name, part) in self.files() for part in parts) and self._speaks(name, locale)

    def _speaks(self, name: str, locale: str) -> bool:
        """Whether a template is for a locale, as far as its settings say."""
        try:
            said = self._load(self.versions(name)[0]).contract.locales
        except (Failed, IndexError):  # told when it is compiled
            return True
        return said is None or not locale or any(alike(locale, each) for each in said)

    def _unspoken(self, name: str, locale: str) -> Diagnostic:
        template = self._load(self.versions(name)[0])
        label = Label(template.span(("locales",)), f"it is not for {locale}")
        return Diagnostic("unknown-template", f"No template `{name}` in {locale}", label, hint="add the language here")

    def _unknown(self, name: str, channel: str | None) -> Diagnostic:
        names = self.names()
        if name in names:
            return Diagnostic(
                "unknown-template",
                f"No template `{name}` for {channel or 'every channel'}",
                text=f"`{name}` exists for other channels only.",
                hint=f"add {name}.json.j2, which serves every channel without a version of its own",
            )
        meant = did_you_mean(name, names)
        folders = ", ".join(self.config.templates)
        listing = (
            f"there are: {', '.join(names[:20])}" if names else f"no templates in {folders} (looked in {self.root})"
        )
        return Diagnostic(
            "unknown-template",
            f"No template `{name}`",
            hint=f"did you mean `{meant}`?" if meant else listing,
        )

    def templates_at(self, paths: Sequence[Path]) -> list[str]:
        """The names of the templates in these files and folders. A partial stands for all templates.

        Raises Failed for a path that is no template of the project.
        """
        names: set[str] = set()
        for path in paths:
            target = real(path)
            inside = {f.name for f in self.files().values() if real(f.path) == target or target in real(f.path).parents}
            if not inside and target.suffix == ".j2" and self._holds(target):
                inside = set(self.names())
            if not inside:
                there = "is not there" if not path.exists() else "is no template of this project"
                raise Failed(
                    Diagnostic(
                        "unknown-template",
                        f"{path} {there}",
                        hint=f"templates lie in: {', '.join(self.config.templates)}",
                    )
                )
            names |= inside
        return sorted(names)

    def _holds(self, target: Path) -> bool:
        return target.is_file() and any(real(folder) in target.parents for folder in self.folders)

    def shown(self, path: Path) -> str:
        """A path as it is shown: from the working folder when it lies below it, else from the project."""
        absolute = path.absolute()
        for base in (Path.cwd(), self.root.absolute()):
            if absolute.is_relative_to(base):
                return absolute.relative_to(base).as_posix()
        return absolute.as_posix()


def _either(shows: File, speaks: File) -> Diagnostic:
    """Of two versions, for a channel and for a locale, none is the better one for both."""
    wanted = f"{shows.path.name.split('.')[0]}.{shows.channel}.{speaks.locale}.{shows.syntax}.j2"
    return Diagnostic(
        "unknown-template",
        f"No template `{shows.name}` for {shows.channel} in {speaks.locale}",
        Label(Span(Source(shows.shown, ""), 0, 0), f"{speaks.path.name} could be meant as well"),
        text="One is for the channel, the other for the language, and no version is for both.",
        hint=f"add {wanted}",
    )


def _parted(file: File, locales: Sequence[str]) -> File:
    """A file with what the part of its name says: a channel, a locale, or first the one and then the other."""
    first, _, second = file.part.partition(".")
    channel = (resources.folder("schemas") / first / "channel.json").is_file()
    locale = language(second or first, locales) if second or not channel else ""
    if second and locale:
        return replace(file, part=f"{first}.{locale}", channel=first, locale=locale)
    return replace(file, part=locale, locale=locale) if locale else replace(file, channel=file.part)


def _walk(folder: Path, shown: Any) -> Iterator[File]:
    root = real(folder)
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "_")))
        for entry in sorted(files):
            match = FILE_NAME.fullmatch(entry)
            if match is None or entry.startswith((".", "_")):
                continue
            path = Path(parent, entry)
            if path.is_symlink() and not real(path).is_relative_to(root):
                raise Failed(_led_out(shown(path), "a link that leads out of the template folder"))
            prefix = Path(parent).relative_to(folder).as_posix()
            name = match["name"] if prefix == "." else f"{prefix}/{match['name']}"
            yield File(path, shown(path), name, match["part"] or "", match["syntax"])


def _led_out(shown: str, said: str) -> Diagnostic:
    title = "Template outside the project" if shown.endswith(".j2") else "Translations outside the project"
    label = Label(Span(Source(shown, ""), 0, 0), said)
    return Diagnostic("include-outside", title, label, hint="copy the file into the folder")


def find(folder: Path | None = None) -> Project:
    """The project in `folder`, or the nearest one upward from here, or this folder's `templates/`.

    Raises Failed when the folder is not there or its handbill.toml is wrong.
    """
    return open_project(root_of(folder))


def root_of(folder: Path | None = None) -> Path:
    """Where the project is that `find` opens. Raises Failed when the folder is not there."""
    if folder is not None:
        if not folder.is_dir():
            hint = "give the folder that holds handbill.toml"
            raise Failed(Diagnostic("bad-config", f"No folder {folder}", hint=hint))
        return folder
    here = Path.cwd()
    return next((each for each in (here, *here.parents) if (each / CONFIG).is_file()), here)


def shipped() -> Project:
    """The starter templates that ship with Handbill."""
    return Project(resources.folder("templates").parent, config_of({}))


def open_project(root: Path) -> Project:
    """The project whose root this is, with or without a handbill.toml. Raises Failed."""
    path = root / CONFIG
    if not path.is_file():
        return Project(root, config_of({}))
    source = read_source(path, Project(root, config_of({})).shown(path))
    return Project(root, settings(source, root), source)
