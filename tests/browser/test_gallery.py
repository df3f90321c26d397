"""`handbill preview --out`: a folder of pages, opened as files, with no server and no question to anybody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.accessibility import Axe
from browser.driving import Visitor, focus_is_seen, overflow, press, tab_to
from browser.serving import run
from browser.shop import TEMPLATES, copied


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery of the shop."""
    folder = tmp_path_factory.mktemp("gallery")
    done = run("preview", "--out", str(folder / "out"), folder=copied(folder))
    assert done.returncode == 1, done.stdout + done.stderr  # it has a text too long
    return folder / "out"


def pages(gallery: Path) -> list[Path]:
    return [gallery / "index.html", *(gallery / f"t/{name}.html" for name in TEMPLATES)]


def test_the_index_has_a_picture_of_everything_and_problems_first(visitor: Visitor, gallery: Path) -> None:
    page = visitor.open(gallery / "index.html")
    names = page.locator(".entry h3").all_inner_texts()
    assert sorted(names) == sorted(TEMPLATES)
    assert names[0] == "delivery"
    expect(page.get_by_role("heading", name="Problems 1", exact=True)).to_be_visible()
    # three, three, three, three, two and two channels
    assert page.locator(".picture").count() == 16
    assert page.locator(".picture .hb-screen").count() == 16
    expect(page.locator(".entry").first.locator(".picture", has_text="Messenger")).to_contain_text("1 error")


def test_a_problem_is_beside_its_bubble_with_its_line(visitor: Visitor, gallery: Path) -> None:
    page = visitor.open(gallery / "index.html")
    page.locator(".entry").first.get_by_role("link", name="Messenger").click()
    page.wait_for_url("**/delivery.html*")  # loaded: until its script has run, all examples are seen
    face = page.locator(".face[data-channel=messenger]:visible")
    expect(face).to_contain_text("34 characters; Messenger allows 20")
    expect(face).to_contain_text("delivery.json.j2:16:15")
    expect(face.locator(".fd-hint code")).to_have_text("yes_label")
    expect(face.locator(".hb-marked.hb-is-error")).to_have_text("Yes please, my neighbour will open")
    expect(page.locator(".face[data-channel=webmessaging]:visible")).not_to_contain_text("allows")


def test_the_example_is_switched(visitor: Visitor, gallery: Path) -> None:
    page = visitor.open(gallery / "t/delivery.html")
    phone = page.locator(".face[data-channel=messenger]:visible .hb-phone")
    expect(phone).to_contain_text("Zoë")
    tab_to(page, "[data-switch=example]")
    assert focus_is_seen(page)
    press(page, "ArrowDown")
    expect(phone).to_contain_text("Maximilian")
    expect(phone).not_to_contain_text("Zoë")
    page.reload()
    expect(phone).to_contain_text("Maximilian")  # the address says which


def test_the_language_is_switched_and_runs_from_the_right(visitor: Visitor, gallery: Path) -> None:
    page = visitor.open(gallery / "t/on_its_way.html", width=320)
    page.locator("[data-switch=language]").select_option("ar")
    message = page.locator(".face[data-channel=whatsapp]:visible .hb-screen")
    expect(message).to_contain_text("طلبك A-1042 في الطريق إليك")
    assert (message.get_attribute("lang"), message.get_attribute("dir")) == ("ar", "rtl")
    text = message.locator(".hb-text")
    assert text.evaluate("each => getComputedStyle(each).direction") == "rtl"
    # the text ends where its bubble does: at the left there is the rest of the line
    boxes = text.evaluate(
        """each => {
            const range = document.createRange();
            range.selectNodeContents(each);
            return [...range.getClientRects()].map((box) => each.getBoundingClientRect().right - box.right);
        }"""
    )
    assert min(boxes) < 2
    assert overflow(page) == []


def test_a_template_is_found_by_name(visitor: Visitor, gallery: Path) -> None:
    page = visitor.open(gallery / "index.html")
    tab_to(page, "input[type=search]")
    page.keyboard.type("pick")
    expect(page.locator(".entry:visible")).to_have_count(1)
    press(page, "Tab")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("pick_up")


def test_the_payload_is_copied(visitor: Visitor, gallery: Path) -> None:
    page = visitor.open(gallery / "t/pick_up.html", clipboard=True)
    face = page.locator(".face[data-channel=webmessaging]:visible")
    face.get_by_text("Payload", exact=True).click()
    face.get_by_role("button", name="Copy").click()
    expect(face.get_by_role("button", name="Copied")).to_be_visible()
    copied = json.loads(page.evaluate("() => navigator.clipboard.readText()"))
    assert json.dumps(copied).count("Quay Street") == 1


def test_a_carousel_scrolls(visitor: Visitor, gallery: Path) -> None:
    page = visitor.open(gallery / "t/new_arrivals.html", width=320)
    face = page.locator(".face[data-channel=messenger]:visible")
    last = face.locator(".hb-cards").get_by_text("Lamp", exact=True)
    face.scroll_into_view_if_needed()
    expect(last).not_to_be_in_viewport()
    for _ in range(3):
        face.get_by_role("button", name="Next card").click()
    expect(last).to_be_in_viewport()


def test_it_is_read_without_scripts(visitor: Visitor, gallery: Path) -> None:
    page = visitor.open(gallery / "index.html", scripts=False)
    page.get_by_role("link", name="delivery", exact=True).click()
    # without a switch each example in each language is there
    expect(page.locator(".face[data-channel=messenger]:visible .hb-phone")).to_have_count(4)
    expect(page.get_by_text("34 characters; Messenger allows 20").first).to_be_visible()
    for button in page.locator("button").all():
        expect(button).to_be_hidden()


def test_every_page_is_reached_by_keyboard(visitor: Visitor, gallery: Path) -> None:
    page = visitor.open(gallery / "index.html")
    press(page, "Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    assert focus_is_seen(page)
    tab_to(page, ".entry h3 a")
    assert focus_is_seen(page)
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("delivery")
    tab_to(page, ".home")
    press(page, "Enter")
    expect(page.locator(".entry")).to_have_count(len(TEMPLATES))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_has_nothing_against_a_page(visitor: Visitor, axe: Axe, gallery: Path, dark: bool) -> None:
    page = visitor.open(gallery / "index.html", dark=dark)
    for file in pages(gallery):
        page.goto(file.as_uri())
        page.evaluate("() => document.querySelectorAll('main details').forEach((each) => (each.open = true))")
        assert axe(page, colours=dark) == [], file.name


def test_no_page_is_wider_than_its_window(visitor: Visitor, gallery: Path) -> None:
    page = visitor.open(gallery / "index.html")
    for file in pages(gallery):
        page.goto(file.as_uri())
        for width in (320, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert overflow(page) == [], (file.name, width)


def test_a_strangers_words_are_words(visitor: Visitor, gallery: Path) -> None:
    page = visitor.open(gallery / "t/note.html")
    page.locator("[data-switch=example]").select_option("hostile")
    said = page.locator(".face[data-channel=messenger]:visible .hb-text")
    expect(said).to_contain_text("<script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3)")
    assert page.locator("main script, main img").count() == 0


def test_nothing_is_asked_for_but_its_own_files(visitor: Visitor, gallery: Path) -> None:
    page = visitor.open(gallery / "index.html")
    for file in pages(gallery):
        page.goto(file.as_uri())
    assert {each.partition("?")[0].partition("#")[0] for each in visitor.requests} == {
        (gallery / name).as_uri() for name in ("handbill.css", "handbill.js", "gallery.css", "gallery.js")
    } | {file.as_uri() for file in pages(gallery)}
