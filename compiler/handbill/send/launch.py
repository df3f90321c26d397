"""What a run is known by: its id, and the digest of its template, by which a change is noticed."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from jinja2 import TemplateNotFound, meta
from jinja2.exceptions import TemplateError

from ..diagnostic import Diagnostic, Failed
from .ledger import Run

if TYPE_CHECKING:
    from ..pipeline import Compiler
    from ..render import Renderer
    from ..template import Template

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another


def new_id(now: datetime | None = None) -> str:
    """`20261122-1534-k3f9`: when it began (UTC), and four letters that tell it from others."""
    moment = (now or datetime.now(UTC)).strftime("%Y%m%d-%H%M")
    return f"{moment}-{''.join(secrets.choice(_LETTERS) for _ in range(4))}"


def template_digest(compiler: Compiler, name: str, channel: str) -> str:
    """A digest, in hex, of a template's file and of every file that it includes, its contract among them.

    So for each language, with its translations, and with the code of the project's filters. Raises Failed for a
    template that cannot be read.
    """
    project = compiler.project
    spoken = [locale for locale in project.locales or ("",) if project.serves(name, channel, locale)]
    templates = [project.template(name, channel, locale) for locale in spoken or [""]]
    own = list(dict.fromkeys([*templates, *([] if templates[0].contract.has_params else [compiler.base(name)])]))
    texts = {each.source.path: each.source.text for each in own}
    for each in own:
        _add_included(texts, compiler.renderer, each)
    for locale in compiler.project.locales:
        if (po := compiler.catalog(locale).po) is not None:
            texts[po.source.path] = po.source.text
    if filters := project.filters_state():
        texts["filters"] = filters
    digest = blake2b(digest_size=16)
    for path, text in sorted(texts.items()):
        for part in (path.encode("utf-8", "surrogateescape"), text.encode("utf-8", "surrogatepass")):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _add_included(texts: dict[str, str], renderer: Renderer, template: Template) -> None:
    waiting = [template.source.text[template.body :]]
    while waiting:
        try:
            named = list(meta.find_referenced_templates(renderer.environment.parse(waiting.pop())))
        except (TemplateError, Failed):
            continue  # compiling it says what is wrong
        if None in named:  # a name that is made when it is rendered
            named = list(renderer.loader.known())
        for name in filter(None, named):
            try:
                source, body = renderer.loader.read(name)
            except (TemplateNotFound, TemplateError, Failed):
                continue
            if source.path not in texts:
                texts[source.path] = source.text
                waiting.append(source.text[body:])


def unchanged(run: Run, template: str, recipients: str) -> None:
    """Compare a run with what its template and its recipients file are now (digests). Raises Failed (run-changed)."""
    changed = [
        what
        for what, before, now in [
            (f"template `{run.template}`", run.template_digest, template),
            (f"recipients file {run.recipients}", run.recipients_digest, recipients),
        ]
        if before != now
    ]
    if changed:
        what = " and the ".join(changed)
        raise Failed(
            Diagnostic(
                "run-changed", f"The {what} {'has' if len(changed) == 1 else 'have'} changed since the run began",
                text="The rest would get another message, or other people would get it.",
                hint="put back what it was, then resume; or begin a new run for those who have nothing yet",
            )
        )  # fmt: skip
