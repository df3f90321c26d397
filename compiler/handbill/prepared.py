"""What is known of a project's templates before a message is made of them: each thing is made once, and kept.

Where a template goes and by whose hands, its contract, its policy, its languages, who judges what comes of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from . import names, wordings
from .channels import Channel
from .contracts import ContextRules, check_front_matter
from .diagnostic import Diagnostic, Failed
from .gateways import GATEWAYS, Gateway
from .job import Job
from .judge import Judge
from .locales import Catalog
from .names import known_channel, known_gateway
from .project import Project
from .render import Renderer
from .template import Contract, Template
from .translations import catalog

if TYPE_CHECKING:
    from .filtering import Filter


class Prepared:
    def __init__(self, project: Project, policy: str | None, filters: Iterable[Filter[Any, Any]] = ()) -> None:
        """`policy`, "strict" or "adapt", goes before the template's and the project's.

        `filters` beside those of the project. Raises Failed when those cannot be had, ValueError for a name twice.
        """
        self.project = project
        self.filters = tuple(filters)
        self.renderer = Renderer(project.folders, project.shown, filters=(*project.filters(), *self.filters))
        self._policy = policy
        self._wordings: dict[tuple[str, str], tuple[dict[str, str], tuple[wordings.Untranslated, ...]]] = {}
        self._catalogs: dict[str, Catalog] = {}
        self._rules: dict[str, ContextRules] = {}
        self._judges: dict[tuple[str, str], Judge] = {}
        self._problems: dict[tuple[str, str], list[Diagnostic]] = {}
        self._front: dict[str, list[Diagnostic]] = {}

    def via(self, template: Template, via: str | None, channel: str) -> Gateway:
        """The gateway to compile for: the one asked for, a native template's own, the project's.

        A channel that Genesys Cloud does not carry, and nobody asked to go through it, goes direct.
        """
        asked = via or template.contract.payload
        gateway = known_gateway(asked or self.project.config.via)
        if asked is None and not (target := known_channel(channel)).genesys and target.direct:
            return GATEWAYS["direct"]
        return gateway

    def targets(self, template: Template, channels: Sequence[str] = ()) -> list[str]:
        """The channels a template is for; of `channels` those, when any are given."""
        parts = [file.channel for file in self.project.versions(template.name)]
        own: Iterable[str] = dict.fromkeys(parts)
        if "" in parts:  # a version that is for every channel
            own = template.contract.channels or self.project.config.channels
        return [name for name in own if not channels or name in channels]

    def _shown(self, locale: str) -> str:
        """A locale as findings name it: not at all, where there is one only."""
        return locale if self.project.locales else ""

    def _job(self, template: Template, target: Channel, gateway: Gateway, locale: str) -> Job:
        wording = template.contract.wording or self._base_contract(template).wording
        adapt = self.policy(template) == "adapt"
        if not adapt or locale == self.project.config.locale:
            return Job(template, target, gateway, adapt, wording, locale=locale)
        key = (template.source.path, locale)
        if key not in self._wordings:
            try:
                self._wordings[key] = wordings.spoken(wording, self.catalog(locale))
            except Failed:  # it is told when the message is made
                self._wordings[key] = dict(wording), ()
        return Job(template, target, gateway, adapt, *self._wordings[key], locale)

    def policy(self, template: Template) -> str:
        """What is done with what a channel cannot show, "strict" or "adapt": as asked for, else as settings say."""
        own = template.contract.policy or self._base_contract(template).policy
        return self._policy or own or self.project.config.policy

    def _base_contract(self, template: Template) -> Contract:
        return self.base(template.name).contract if template.overrides else template.contract

    def catalog(self, locale: str) -> Catalog:
        """The texts of a language ("": the project's own). Raises Failed for translations that cannot be read."""
        locale = locale or self.project.config.locale
        if locale not in self._catalogs:
            self._catalogs[locale] = catalog(self.project, locale)
        return self._catalogs[locale]

    def base(self, name: str) -> Template:
        """The template for every channel; when there are only channels' own, the first of them. Raises Failed."""
        return self.project.template(name, next((file.part for file in self.project.versions(name)), None))

    def _problems_of(self, template: Template, via: str | None) -> list[Diagnostic]:
        key = (template.source.path, via or "")
        if key not in self._problems:
            self._problems[key] = self._template_problems(template, via)
        return self._problems[key]

    def _template_problems(self, template: Template, via: str | None) -> list[Diagnostic]:
        """What is wrong with a template before anything is rendered: its settings, and the names in them."""
        return self.front_problems(template) + names.problems(self.project, template, via)

    def front_problems(self, template: Template) -> list[Diagnostic]:
        """What is wrong with a template's settings by themselves."""
        path = template.source.path
        if path not in self._front:
            self._front[path] = check_front_matter(template)
        return self._front[path]

    def _rules_of(self, template: Template) -> ContextRules:
        rules = self._rules.get(template.source.path)
        if rules is None:
            base = template if template.contract.has_params else self.base(template.name)
            rules = self._rules[template.source.path] = ContextRules(base)
        return rules

    def _judge(self, target: Channel, gateway: Gateway) -> Judge:
        key = (target.name, gateway.NAME)
        if key not in self._judges:
            self._judges[key] = Judge(target, gateway)
        return self._judges[key]
