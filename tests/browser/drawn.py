"""Pages of drawn messages, as files: what every page of Handbill shows, without a server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from channels.cases import FOLDER, TYPES, WHOLE
from handbill import faces
from handbill.channels import channel
from handbill.faces.pages import POLICY, SCRIPT, STYLE
from markupsafe import Markup

Drawn = tuple[str, Mapping[str, Any]]  # a channel's name, and a message
FRAME = Markup('<section><h2 lang="en">{}</h2>{}</section>')


def messages(*types: str) -> list[Drawn]:
    """Every message that the channels' own tests have, of these types: the plain one and its variants."""
    named = [re.compile(rf"{kind}(-[a-z_]+)*\.json") for kind in types or TYPES]
    files = [(name, file) for name in WHOLE for file in sorted((FOLDER / name).iterdir())]
    plain = [(name, file) for name, file in files if any(each.fullmatch(file.name) for each in named)]
    return [(name, json.loads(file.read_bytes())) for name, file in plain]


def message(name: str, kind: str) -> dict[str, Any]:
    """The plain message of a type that a channel's tests have."""
    found: dict[str, Any] = json.loads((FOLDER / name / f"{kind}.json").read_bytes())
    return found


def page(folder: Path, drawn: Iterable[Drawn], *, dir: str = "ltr", live: bool = False, **options: Any) -> Path:  # noqa: A002
    """A page that has each message, under the channel's name."""
    body = Markup("\n").join(
        FRAME.format(channel(name).title, faces.draw(each, channel(name), ids=f"m{at}-", live=live, **options))
        for at, (name, each) in enumerate(drawn)
    )
    for name, text in ((STYLE, faces.stylesheet()), (SCRIPT, faces.script())):
        folder.joinpath(name).write_text(text, encoding="utf-8")
    file = folder / "page.html"
    written = faces.page("Messages", Markup("<h1>Messages</h1>") + body, dir=dir, csp=POLICY)
    file.write_text(written, encoding="utf-8")
    return file
