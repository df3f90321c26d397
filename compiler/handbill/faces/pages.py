"""Whole pages around the drawings: one stylesheet, one script, and a skeleton that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from markupsafe import Markup

from .drawing import HTML, environment
from .looks import colours_css

# What a page that is a file may load: what lies beside it, and nothing from anywhere else. In some browsers a file is
# of no origin, so that 'self' is nothing.
POLICY = (
    "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src 'self' data: file:; "
    "base-uri 'none'; form-action 'none'"
)
STYLE = "handbill.css"
SCRIPT = "handbill.js"


@cache
def stylesheet() -> str:
    """The one stylesheet: pages, messages, and the colours of every channel."""
    return (HTML / "face.css").read_text(encoding="utf-8") + colours_css()


@cache
def script() -> str:
    """Carousels that turn, and the theme; no page needs it to be read."""
    return (HTML / "face.js").read_text(encoding="utf-8")


def page(
    title: str,
    body: Markup,
    *,
    header: Markup | None = None,
    lang: str = "en",
    dir: str = "ltr",  # noqa: A002 — the attribute's name
    styles: Sequence[str] = (STYLE,),
    scripts: Sequence[str] = (SCRIPT,),
    csp: str = "",
) -> str:
    """A whole page. `header` stands beside the theme switch; `csp` is for a page that comes without a server.

    `styles` and `scripts` are addresses, as seen from the page; the first script is read before the page is, as the
    theme must be known then.
    """
    return environment().get_template("page.html").render(
        title=title, body=body, header=Markup("") if header is None else header, lang=lang, dir=dir, styles=styles,
        scripts=scripts, csp=csp,
    )  # fmt: skip
