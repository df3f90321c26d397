"""The notifications of a message, held against the list of approved templates, if the project has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..channels import Channel
from ..diagnostic import Diagnostic, Label
from ..document import Document
from ..gateways import Gateway
from ..keywords import Path as KeyPath
from ..lowering import Judged, Plan
from ..places import Places
from ..project import Project
from ..resources import load
from ..tree import Leaf, Tree, fill
from ..validate import pattern
from .held import Problem, held
from .lock import Approved, Lock, read_lock, within
from .native import held_native, message

_OWN = "direct"  # the gateway whose payloads are the channel's own


class Approvals:
    """What a project knows to be approved. Files are read when first asked for."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._locks: dict[Path, Lock | None] = {}

    def problems(
        self,
        plan: Plan,
        target: Channel,
        gateway: Gateway,
        document: Document,
        values: Sequence[object],
        places: Places,
    ) -> list[Diagnostic]:
        """What does not fit what was approved, told at the author's text. Raises Failed for a list that is no list."""
        found = []
        for each in _notifications(plan):
            given = fill(each.tree, values)
            if (lock := self._lock(target, gateway, given)) is not None:
                found += [_told(p, lock, each.at or (), document, places) for p in held(lock, given)]
        return found

    def native(
        self, target: Channel, gateway: Gateway, bodies: Sequence[Any], document: Document, places: Places
    ) -> list[Diagnostic]:
        """The same of what is written in the vendor's own JSON; `bodies` are those of the document, in order."""
        found = []
        sequence = isinstance(document.root, list)
        for index, body in enumerate(bodies):
            if (lock := self._lock_of(target, gateway, body)) is not None:
                at = (index,) if sequence else ()
                found += [_told(p, lock, at, document, places) for p in held_native(lock, body)]
        return found

    def approved(self, target: Channel, gateway: Gateway, message: Any) -> Approved | None:
        """What the vendor of a notification has approved; None where nobody knows it. Raises Failed as `problems`."""
        lock = self._lock(target, gateway, message)
        if lock is None or message["language"] not in lock.languages(message["name"]):
            return None
        return lock.template(message["name"], message["language"])

    def guard(self, plan: Plan, target: Channel, gateway: Gateway) -> Callable[[Sequence[Any]], bool] | None:
        """What tells whether the same message fits with other values; None when there is nothing to ask."""
        trees = [each.tree for each in _notifications(plan)]
        if not trees or self._file(target) is None:
            return None

        def fits(values: Sequence[Any]) -> bool:
            for tree in trees:
                given = fill(tree, values)
                lock = self._lock(target, gateway, given)
                if lock is not None and next(held(lock, given), None) is not None:
                    return False
            return True

        return fits

    def native_guard(
        self, trees: Sequence[Tree], target: Channel, gateway: Gateway
    ) -> Callable[[Sequence[Any]], bool] | None:
        """What tells whether the same body fits with other values; None when there is nothing to ask."""
        if gateway.NAME != _OWN or self._file(target) is None:
            return None

        def fits(values: Sequence[Any]) -> bool:
            for body in (fill(tree, values) for tree in trees):
                lock = self._lock_of(target, gateway, body)
                if lock is not None and next(held_native(lock, body), None) is not None:
                    return False
            return True

        return fits

    def _lock_of(self, target: Channel, gateway: Gateway, body: Any) -> Lock | None:
        read = message(body) if gateway.NAME == _OWN else None
        return self._lock(target, gateway, read[0]) if read is not None else None

    def _lock(self, target: Channel, gateway: Gateway, message: Any) -> Lock | None:
        """The list that a notification is held against; None for a name that is not the vendor's."""
        path = self._file(target)
        if path is None or gateway.NAME in target.data["templates"].get("elsewhere", ()):
            return None
        letters = load(f"{target.name}/limits.json")["$defs"]["template_name_letters"]["pattern"]
        if not pattern(letters).is_valid(message["name"]):
            return None
        if path not in self._locks:
            shown = self._project.shown(path)
            self._locks[path] = read_lock(within(path, self._project.root, shown), shown)
        return self._locks[path]

    def _file(self, target: Channel) -> Path | None:
        facts = target.data.get("templates")
        path = self._project.root / facts["lock"] if facts else None
        return path if path is not None and path.is_file() else None


def _notifications(plan: Plan) -> Iterator[Judged]:
    """Those of the document; a fallback too, whether it is needed or not."""
    for each in plan.judged:
        kind = each.tree.get("template_type") if isinstance(each.tree, dict) else None
        if each.at is not None and isinstance(kind, Leaf) and kind.value == "notification":
            yield each


def _told(problem: Problem, lock: Lock, at: KeyPath, document: Document, places: Places) -> Diagnostic:
    start, end = places.offsets(document, (*at, *problem.path), key=problem.key)
    limit = load("whatsapp/limits.json")["$defs"].get(problem.limit, {})
    related: tuple[Label, ...] = ()
    if problem.approved is not None:
        listed = problem.code == "template-not-approved"
        related = (Label(lock.file.span(problem.approved), "as listed" if listed else "as approved"),)
    return Diagnostic(
        problem.code,
        problem.title,
        Label(places.skeleton(start, end), problem.label),
        text=problem.text,
        hint=problem.hint,
        source=limit.get("x-source", ""),
        checked=limit.get("x-checked", ""),
        related=related + places.sites(start),
        who="WhatsApp",
    )
