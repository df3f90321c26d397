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
from ..tree import Leaf, fill
from ..validate import pattern
from .held import Problem, held
from .lock import Approved, Lock, read_lock, within


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
            message = fill(each.tree, values)
            if (lock := self._lock(target, gateway, message)) is not None:
                found += [_told(p, lock, each.at or (), document, places) for p in held(lock, message)]
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
                message = fill(tree, values)
                lock = self._lock(target, gateway, message)
                if lock is not None and next(held(lock, message), None) is not None:
                    return False
            return True

        return fits

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
