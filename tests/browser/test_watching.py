"""What watches the pages sees what it should: a foreign request, a script's failure, a missing button, a pale text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import looks
from browser.accessibility import Axe
from browser.driving import Visitor, focus_is_seen, missing, overflow, press, program, tab_to

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A message</title>
<style>
body {{ margin: 0; font: 16px/1.4 system-ui, sans-serif; color: #222; background: #fff }}
main {{ width: 320px; padding: 16px; background: #eef1f5 }}
h1 {{ font-size: 18px }}
.bubble {{ background: #fff; border-radius: 14px; padding: 10px 14px }}
button {{ font: inherit; border: 1px solid; border-radius: 16px; padding: 6px 14px; margin: 8px 4px }}
button {{ color: #1659b5; background: #fff }}
{style}
</style>
<main>
<h1>Messenger</h1>
<p class="bubble">Hi Zoë, do you want to schedule a follow-up call? 😀 שלום</p>
<button id="yes">Yes</button><button id="no">No</button>
</main>
{more}
</html>"""


def page(folder: Path, style: str = "", more: str = "") -> Path:
    file = folder / "page.html"
    file.write_text(PAGE.format(style=style, more=more), encoding="utf-8")
    return file


@pytest.fixture
def heard(browser: Browser, tmp_path: Path) -> Callable[[str], list[str]]:
    """What is complained of when a page has more in it."""

    def hear(more: str) -> list[str]:
        visitor = Visitor(browser)
        visitor.open(page(tmp_path, more=more)).wait_for_timeout(50)
        return visitor.close()

    return hear


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('<img src="http://example.com/a.png" alt="">', "asked http://example.com/a.png"),
        ('<img src="http://192.0.2.1/a.png" alt="">', "asked http://192.0.2.1/a.png"),
        ("<script>nothing.here</script>", "script failed"),
        ("<script>console.error('Oh')</script>", "console error: Oh"),
        ("<script>alert('Hello')</script>", "dialog: Hello"),
        (
            '<meta http-equiv="content-security-policy" content="script-src \'none\'"><script>1</script>',
            "Content Security Policy",
        ),
        ('<img src="missing.png" alt="">', "missing.png|ERR_FILE_NOT_FOUND"),
    ],
)
def test_a_page_that_does_what_it_must_not_is_heard(heard: Callable[[str], list[str]], more: str, said: str) -> None:
    assert any(any(part in each for part in said.split("|")) for each in heard(more)), heard(more)


def test_a_quiet_page_is_not_complained_of(heard: Callable[[str], list[str]]) -> None:
    assert heard("<script>console.log('Hello')</script>") == []


@pytest.mark.parametrize(("style", "found"), [("", ""), ("p { color: #bbb }", "color-contrast")])
def test_axe_finds_what_is_pale(visitor: Visitor, axe: Axe, tmp_path: Path, style: str, found: str) -> None:
    said = axe(visitor.open(page(tmp_path, style)))
    assert [each.split(":")[0] for each in said] == ([found] if found else []), said


def test_axe_finds_a_button_without_a_name(visitor: Visitor, axe: Axe, tmp_path: Path) -> None:
    assert any("button-name" in each for each in axe(visitor.open(page(tmp_path, more="<button></button>"))))


def test_what_is_too_wide_is_named(visitor: Visitor, tmp_path: Path) -> None:
    opened = visitor.open(page(tmp_path, "#no { width: 400px }"), width=320)
    assert any("button" in each for each in overflow(opened))
    assert overflow(visitor.open(page(tmp_path, "main { box-sizing: border-box; max-width: 100% }"), width=320)) == []


def test_a_focus_that_is_not_seen_is_missed(visitor: Visitor, tmp_path: Path) -> None:
    opened = visitor.open(page(tmp_path, "#no { outline: none }"))
    tab_to(opened, "#yes")
    assert focus_is_seen(opened)
    press(opened, "Tab")
    assert not focus_is_seen(opened)
    with pytest.raises(AssertionError, match="never reaches h1"):
        tab_to(opened, "h1", most=5)


def test_without_a_browser_there_is_no_test_but_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    assert program() is None
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"no browser: .*; in CI it must be there"):
        missing("no browser: `make browser` installs one")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no browser: `make browser`"):
        missing("no browser: `make browser` installs one")


# ---- pictures

SAME = {
    "nothing": "",
    "a letter's edge": "main { font-weight: 401; color: #262626 }",
    "half a pixel": "main { transform: translate(.5px, .5px) }",
    "a shade": "main { background: #eceff4 }",
    "a pixel": "main { padding: 17px 15px 15px 17px }",
}
OTHER = {
    "a button is missing": "#no { visibility: hidden }",
    "a button has moved": "#no { transform: translateX(8px) }",
    "another colour": "#no { background: #1659b5; color: #fff }",
    "the text is gone": "p { color: transparent }",
    "larger letters": "p { font-size: 18px }",
    "everything is higher": "h1 { padding: 8px }",
    "right-aligned": "p { text-align: right }",
}


def test_a_picture_differs_where_an_element_does(visitor: Visitor, fonts: None, tmp_path: Path) -> None:
    opened = visitor.open(page(tmp_path))
    golden = looks.read(looks.packed(looks.read(opened.locator("main").screenshot()), 48))

    def compared(style: str) -> looks.Comparison:
        opened.locator("style").evaluate("(element, style) => element.append(style)", style)
        seen = looks.compare(looks.read(opened.locator("main").screenshot()), golden)
        opened.locator("style").evaluate("element => element.lastChild.remove()")
        return seen

    same = {name: compared(style) for name, style in SAME.items()}
    other = {name: compared(style) for name, style in OTHER.items()}
    assert all(each.same() for each in same.values()), same
    assert not any(each.same() for each in other.values()), other


def test_what_differs_is_left_to_be_looked_at(
    visitor: Visitor, fonts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "ACTUAL", tmp_path / "actual")
    golden = tmp_path / "golden.png"
    opened = visitor.open(page(tmp_path))
    main = opened.locator("main")
    with pytest.raises(AssertionError, match="make pictures"):
        looks.check(main.screenshot(), golden, update=False)
    looks.check(main.screenshot(), golden, update=True)
    looks.check(main.screenshot(), golden, update=False)
    opened.locator("#no").evaluate("button => button.remove()")
    with pytest.raises(AssertionError, match="looks different"):
        looks.check(main.screenshot(), golden, update=False)
    assert sorted(each.name for each in (tmp_path / "actual").iterdir()) == ["golden.differs.png", "golden.png"]
