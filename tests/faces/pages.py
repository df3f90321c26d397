"""HTML as a browser reads it: its elements, its text, and what must never be there."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "input", "path", "circle"}
TAGS = set(
    "article div p ul ol li dl dt dd span strong em code s sup b a button details summary figure figcaption svg path "
    "circle bdi time mark".split()
)
ATTRIBUTES = set(
    "class dir lang id href target rel title name type value hidden role tabindex datetime viewbox width height d cx "
    "cy r focusable aria-label aria-hidden data-kind data-path data-text data-value data-url data-phone "
    "data-hb-turn".split()
)
TAPPED = {"a", "button", "summary"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    above: tuple[Element, ...] = field(repr=False)
    words: list[str] = field(default_factory=list)  # its text, and that of what is in it

    @property
    def text(self) -> str:
        return "".join(self.words)

    def has(self, name: str) -> bool:
        """Whether it is of a class."""
        return name in self.attributes.get("class", "").split()


class Html(HTMLParser):
    """What a text of HTML is made of. An end without its beginning is an AssertionError."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.words: list[str] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"an attribute twice: {tag} {names}"
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open, f"</{tag}> ends nothing"
            assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        for element in self._open:
            element.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    @property
    def text(self) -> str:
        return "".join(self.words)

    def all(self, tag: str = "", of: str = "") -> list[Element]:
        """The elements of a tag and a class, in order."""
        return [e for e in self.elements if (not tag or e.tag == tag) and (not of or e.has(of))]


def strange(html: Html) -> list[str]:
    """What no drawing may have: other elements, other attributes, links elsewhere, links in links, ids twice."""
    found = [f"<{e.tag}>" for e in html.elements if e.tag not in TAGS]
    found += [f"{e.tag} {name}" for e in html.elements for name in e.attributes if name not in ATTRIBUTES]
    links = [e.attributes["href"] for e in html.elements if "href" in e.attributes]
    found += [f"href {link}" for link in links if not link.startswith(("https://", "#"))]
    found += [
        f"{e.tag} in {above.tag}"
        for e in html.elements
        for above in e.above
        if above.tag in TAPPED and (e.tag in TAPPED or e.attributes.get("tabindex") == "0")
    ]
    ids = [e.attributes["id"] for e in html.elements if "id" in e.attributes]
    found += [f"id {each} twice" for each in set(ids) if ids.count(each) > 1]
    found += [f"{link} leads nowhere" for link in links if link.startswith("#") and link[1:] not in ids]
    return found
