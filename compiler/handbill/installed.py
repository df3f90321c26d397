"""The filters that installed packages offer: found by the name that handbill.toml gives, imported, and told apart.

handbill.toml is part of a pull request, and may come from a stranger; so it can only choose among what whoever runs
Handbill has installed. Nothing is found in the project's folder or in the working folder, and nothing imported from
there, unless a package was installed from there as editable.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import site
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from hashlib import blake2b
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

from .diagnostic import Diagnostic, Failed, Label, did_you_mean
from .filtering import Filter, told
from .source import Source, Span

GROUP = "handbill.filters"


@dataclass(frozen=True, slots=True)
class Offer:
    """Filters that an installed distribution offers."""

    name: str  # by which handbill.toml asks for them: "acme"
    where: str  # the module, or what in a module: "acme_texts.filters"
    distribution: str
    version: str

    @property
    def module(self) -> str:
        return self.where.partition(":")[0].strip()


@dataclass(frozen=True, slots=True)
class Offers:
    """Those that a project asks for, and where their code may come from."""

    asked: tuple[Offer, ...]
    path: tuple[str, ...]  # what stands for `sys.path` while they are imported


def offers(names: Mapping[str, str], root: Path, source: Source | None) -> Offers:
    """What installed distributions offer under these names of a project's settings. Raises Failed.

    `names`: each with the distribution that is to offer it; "" for any.
    """
    path = _path(root)
    there: dict[str, list[Offer]] = {}
    editable: list[str] = []
    seen: set[str] = set()
    for each in distributions(path=path):
        editable += _editable(each)
        whole = each.read_text("METADATA") or each.read_text("PKG-INFO")  # else it is a rest of one
        if not whole or GROUP not in (each.read_text("entry_points.txt") or "") or _plain(each.name) in seen:
            continue  # of two distributions of one name, Python takes the first
        seen.add(_plain(each.name))
        for point in each.entry_points.select(group=GROUP):
            there.setdefault(point.name, []).append(_offer(point, each))
    found: list[Offer] = []
    problems: list[Diagnostic] = []
    for name, distribution in names.items():
        one = _chosen(name, distribution, there, source)
        if isinstance(one, Offer):
            found.append(one)
        else:
            problems.append(one)
    if problems:
        raise Failed(*problems)
    return Offers(tuple(found), tuple(_path(root, editable)))


def _offer(point: EntryPoint, of: Distribution) -> Offer:
    return Offer(point.name, point.value, of.name, of.version)


def _chosen(
    name: str, distribution: str, there: Mapping[str, list[Offer]], source: Source | None
) -> Offer | Diagnostic:
    offered = there.get(name, [])
    wanted = [each for each in offered if not distribution or _plain(each.distribution) == _plain(distribution)]
    if len(wanted) == 1:
        return wanted[0]
    where = _place(source, name)
    if wanted:
        said = " and ".join(each.distribution for each in wanted)
        label = Label(where, f"{said} both offer filters of this name")
        return Diagnostic(
            "bad-filters",
            f"Filters `{name}` are offered twice",
            label,
            hint=f'say whose are meant: [filters] {name} = "{wanted[0].distribution}"',
        )
    meant = did_you_mean(name, there)
    other = f"{offered[0].distribution} offers filters of this name, {distribution} does not" if offered else ""
    hint = f"pip install {distribution}" if distribution else "install the package that offers them"
    return Diagnostic(
        "unknown-filters",
        f"No filters `{name}`",
        Label(where, other or "no installed package offers filters of this name"),
        text="Filters come from packages that are installed where Handbill is, never from the project's own folder.",
        hint=f"did you mean `{meant}`?" if meant and not offered else hint,
    )


def _plain(distribution: str) -> str:
    """A name as it is compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", distribution or "").lower()


# ---- where code may come from


def _path(root: Path, editable: Sequence[str] = ()) -> list[str]:
    """`sys.path` without what lies in the project or is the working folder, which Python itself may put there."""
    here, project = os.path.realpath(os.curdir), os.path.realpath(root)
    trusted = [os.path.realpath(each) for each in (sys.prefix, sys.base_prefix, site.getusersitepackages())]

    def kept(entry: str) -> bool:
        place = os.path.realpath(entry or os.curdir)
        if any(_within(place, folder) for folder in editable):
            return True
        if place in (here, project):
            return False
        return not _within(place, project) or any(_within(place, folder) for folder in trusted)

    return [entry for entry in sys.path if kept(entry)]


def _within(place: str, folder: str) -> bool:
    return place == folder or place.startswith(folder.rstrip(os.sep) + os.sep)


def _editable(distribution: Distribution) -> Iterator[str]:
    """The folder that a distribution was installed from, when its code is used from there (PEP 610)."""
    try:
        told = json.loads(distribution.read_text("direct_url.json") or "{}")
        if told.get("dir_info", {}).get("editable"):
            path = unquote(urlsplit(told["url"]).path)
            yield os.path.realpath(path.lstrip("/") if os.name == "nt" else path)
    except (ValueError, LookupError, AttributeError, TypeError):
        return


@contextmanager
def _only(path: Sequence[str]) -> Iterator[None]:
    before = sys.path[:]
    sys.path[:] = path
    try:
        yield
    finally:
        sys.path[:] = before


# ---- the filters themselves


def load(found: Offers, source: Source | None) -> tuple[Filter[Any, Any], ...]:
    """Import the filters. Raises Failed."""
    from . import policy  # brings Jinja, which what is kept of a check does without

    loaded: dict[str, Filter[Any, Any]] = {}
    for offer in found.asked:
        with _only(found.path):
            before = code(offer)
            filters = _imported(offer, source)
        _AS_LOADED.setdefault(sys.modules[offer.module], before)
        for problem in policy.unusable([*loaded, *(each.name for each in filters)]):
            raise _bad(offer, source, problem, "a filter of a package needs a name of its own")
        loaded |= {each.name: each for each in filters}
    return tuple(loaded.values())


def _imported(offer: Offer, source: Source | None) -> list[Filter[Any, Any]]:
    by = f"{offer.distribution} {offer.version}"
    try:
        module = importlib.import_module(offer.module)
        found: Any = reduce(getattr, filter(None, offer.where.partition(":")[2].strip().split(".")), module)
    except ModuleNotFoundError as error:
        missing = str(error.name or "")
        if missing and not f"{offer.module}.".startswith(f"{missing}."):
            raise _bad(offer, source, f"{by} needs `{missing}`, which is not installed", "install it") from error
        raise _bad(offer, source, f"{by} has no module {offer.module}", f"install {offer.distribution} anew") from error
    except (Exception, SystemExit) as error:
        said = f"{offer.where} of {by} cannot be imported: {told(error)}"
        raise _bad(offer, source, said, f"mend it, or install another version of {offer.distribution}") from error
    every = vars(found).values() if isinstance(found, ModuleType) else found if _several(found) else [found]
    filters = list({id(each): each for each in every if isinstance(each, Filter)}.values())
    if not filters:
        hint = "declare some with handbill.filtering.text_filter"
        raise _bad(offer, source, f"there are no filters in {offer.where} of {by}", hint)
    return filters


def _several(found: object) -> bool:
    return isinstance(found, list | tuple)


def _bad(offer: Offer, source: Source | None, said: str, hint: str) -> Failed:
    label = Label(_place(source, offer.name), said)
    return Failed(Diagnostic("bad-filters", f"Filters `{offer.name}` cannot be used", label, hint=hint))


def _place(source: Source | None, name: str) -> Span:
    """Where handbill.toml asks for filters."""
    source = source or Source("handbill.toml", "")
    begin = re.search(r"^[ \t]*(\[[ \t]*)?(?P<key>[\"']?filters\b)", source.text, re.MULTILINE)
    if begin is None:
        return Span(source, 0, 0)
    word = rf"(?P<quote>[\"'])(?P<quoted>{re.escape(name)})(?P=quote)|(?<![\w-])(?P<bare>{re.escape(name)})[ \t]*="
    match = re.compile(word).search(source.text, begin.end())
    kind = "quoted" if match and match["quoted"] else "bare"
    return Span(source, match.start(kind), match.end(kind)) if match else Span(source, *begin.span("key"))


# ---- what has changed

# The code of modules as it was imported: what this process computes with does not change with the files.
_AS_LOADED: WeakKeyDictionary[ModuleType, str] = WeakKeyDictionary()


def state(found: Offers) -> str:
    """One text for all that the filters are made of: distributions, their versions, and every file of their code."""
    with _only(found.path):
        return " ".join(f"{offer!r} {_loaded(offer) or code(offer)}" for offer in found.asked)


def _loaded(offer: Offer) -> str | None:
    module = sys.modules.get(offer.module)
    return _AS_LOADED.get(module) if module is not None else None


def code(offer: Offer) -> str:
    """A digest of the files of the package that an offer's module is in; "none" where there are none."""
    made = blake2b(digest_size=16)
    files = list(_files(offer.module))
    for name, path in files:
        try:
            data = path.read_bytes()
        except OSError:
            data = b"unreadable"
        made.update(f"{name} {len(data)} ".encode("utf-8", "surrogatepass") + data)
    return made.hexdigest() if files else "none"


def _files(module: str) -> Iterator[tuple[str, Path]]:
    """All files of the package that a module is in, whatever they are for. Nothing is imported but its namespaces."""
    name, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(name)
        while spec is not None and spec.origin is None and rest:  # a namespace, which several packages share
            name = f"{name}.{rest.pop(0)}"
            spec = importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return
    if spec is None:
        return
    for folder in sorted(spec.submodule_search_locations or ()):
        for parent, folders, files in os.walk(folder):
            folders[:] = sorted(each for each in folders if each != "__pycache__")
            for file in sorted(files):
                yield os.path.relpath(os.path.join(parent, file), folder), Path(parent, file)
    if not spec.submodule_search_locations and spec.origin:
        yield name, Path(spec.origin)
