"""What each code means: the pages in `explain/`, one a code."""

from __future__ import annotations

from dataclasses import dataclass

from ..resources import folder


@dataclass(frozen=True, slots=True)
class Page:
    """`explain/<code>.md`: a title, why, a refused and an accepted example."""

    code: str
    title: str
    first: str  # the first paragraph, as one line
    markdown: str


def codes() -> list[str]:
    """Every code that has a page, sorted."""
    return sorted(path.stem for path in folder("explain").glob("*.md"))


def explained(code: str) -> Page | None:
    """The page of a code; None when there is none."""
    path = folder("explain") / f"{code}.md"
    if "/" in code or "\\" in code or not path.is_file():
        return None
    markdown = path.read_text(encoding="utf-8").strip() + "\n"
    heading, _, body = markdown.partition("\n")
    first = body.strip().split("\n\n")[0]
    return Page(code, heading.lstrip("# ").strip(), "" if first.startswith("#") else " ".join(first.split()), markdown)
