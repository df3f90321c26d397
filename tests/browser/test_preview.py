"""`handbill preview`: a template is looked at, tried with other values, and mended, with a mouse or without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from browser.accessibility import Axe
from browser.driving import Visitor, focus_is_seen, moving, overflow, press, tab_to
from browser.serving import served
from browser.shop import TEMPLATES, copied

LONG = "Yes please, my neighbour will open the door"
YES = "[name='c/yes_label'], [id='f/yes_label']"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The preview of a shop that nobody changes."""
    root = copied(tmp_path_factory.mktemp("preview"))
    with served("preview", "--port", "0", folder=root) as url:
        yield url


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The preview of a shop, and its folder."""
    root = copied(tmp_path)
    with served("preview", "--port", "0", folder=root) as url:
        yield url, root


def panel(page: Page, channel: str):
    return page.locator(f"#at-{channel}")


# ---- looking


def test_every_template_is_there_with_what_is_wrong_with_it(visitor: Visitor, shop: str) -> None:
    page = visitor.open(shop)
    for name in TEMPLATES:
        expect(page.locator(".pv-card", has_text=name)).to_be_visible()
    expect(page.locator(".pv-card", has_text="delivery")).to_contain_text("1 error")
    expect(page.locator(".pv-card").first).to_contain_text("delivery")
    page.locator(".pv-card", has_text="pick_up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("pick_up")


def test_channels_stand_side_by_side_and_one_alone(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/delivery")
    boxes = [panel(page, name).bounding_box() for name in ("messenger", "whatsapp")]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] < boxes[1]["x"]
    page.locator("#channel").select_option("whatsapp")
    expect(page.locator(".pv-panel")).to_have_count(1)
    expect(panel(page, "whatsapp")).to_be_visible()
    assert "channel=whatsapp" in page.url
    page.reload()
    expect(page.locator(".pv-panel")).to_have_count(1)


def test_the_example_brings_its_problem(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/delivery")
    expect(panel(page, "messenger")).to_contain_text("Zoë")
    page.locator("#example").select_option("long")
    expect(panel(page, "messenger")).to_contain_text("34 characters; Messenger allows 20")
    expect(page.locator(YES)).to_have_value("Yes please, my neighbour will open")
    expect(panel(page, "webmessaging")).not_to_contain_text("allows 20")


# ---- trying


def test_what_is_typed_is_said_of_at_once(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/delivery")
    field = page.locator(YES)
    field.fill("")
    field.press_sequentially(LONG, delay=5)
    messenger = panel(page, "messenger")
    expect(messenger.locator(".hb-marked.hb-is-error")).to_have_text(LONG)
    expect(messenger).to_contain_text(f"{len(LONG)} characters; Messenger allows 20")
    expect(messenger.locator(".gauge-over")).to_contain_text(f"{len(LONG)} of 20")
    # at the field that is at fault too, told to whoever does not see it
    expect(field).to_have_attribute("aria-invalid", "true")
    said = page.locator(f"[id='{str(field.get_attribute('aria-describedby')).split()[-1]}']")
    expect(said).to_contain_text("allows 20")
    expect(page.locator("[id='f/first_name']")).not_to_have_attribute("aria-invalid", "true")
    # the field keeps what is typed, the focus and its place
    expect(field).to_be_focused()
    expect(field).to_have_value(LONG)
    assert field.evaluate("each => each.selectionStart") == len(LONG)
    field.fill("Yes")
    expect(messenger.locator(".hb-marked")).to_have_count(0)
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_who_wants_no_motion_gets_none(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/delivery")
    page.locator(YES).fill(LONG)
    expect(panel(page, "messenger")).to_contain_text("Messenger allows 20")
    assert moving(page) == []


def test_an_answer_that_comes_late_takes_nothing_back(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/delivery")
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/t/delivery", lambda route: held.append((route, route.fetch())), times=1)
    field = page.locator("[id='f/first_name']")
    field.fill("Ad")
    page.wait_for_event("request")
    page.keyboard.type("a")
    for route, answer in held:
        route.fulfill(response=answer)
    expect(panel(page, "messenger")).to_contain_text("Hi Ada,")
    expect(field).to_have_value("Ada")
    assert field.evaluate("each => each.selectionStart") == 3


def test_a_value_that_breaks_the_contract_is_told_at_its_field(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/delivery")
    field = page.locator("[id='f/window']")
    field.fill("between ten in the morning and noon")
    expect(field).to_have_attribute("aria-invalid", "true")
    said = page.locator("[id='f/window-said']")
    expect(said).to_contain_text("20")
    expect(page.locator("[id='f/window-hint']")).to_contain_text("35 of 20")


def test_items_are_added_and_removed(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/pick_up")
    phone = panel(page, "webmessaging").locator(".hb-list")
    expect(phone.locator(".hb-item")).to_have_count(3)
    page.get_by_role("button", name="Add to stores").click()
    name = page.locator("[id='f/stores/3/name']")
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")  # it may not be empty
    name.fill("Airport")
    page.locator("[id='f/stores/3/street']").fill("Terminal 2")
    expect(phone.locator(".hb-item")).to_have_count(4)
    expect(phone).to_contain_text("Airport")
    page.get_by_role("button", name="Remove").first.click()
    expect(phone.locator(".hb-item")).to_have_count(3)
    expect(phone).not_to_contain_text("Market Square")


def test_the_context_is_edited_as_json(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/delivery")
    page.get_by_role("button", name="As JSON").click()
    area = page.locator("#whole")
    values = json.loads(area.input_value())
    assert values["first_name"] == "Zoë"
    area.fill(json.dumps({**values, "first_name": "Ada"}))
    expect(panel(page, "messenger")).to_contain_text("Hi Ada,")
    area.fill('{"first_name": ')
    expect(area).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#whole-said")).to_contain_text("the form:1")


def test_an_edited_context_is_in_the_address(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/delivery")
    page.locator("[id='f/first_name']").fill("Ada")
    expect(panel(page, "messenger")).to_contain_text("Hi Ada,")
    page.wait_for_url("**Ada**")
    again = visitor.open(page.url)
    expect(panel(again, "messenger")).to_contain_text("Hi Ada,")
    again.get_by_role("link", name="Undo changes").click()
    expect(panel(again, "messenger")).to_contain_text("Hi Zoë,")


def test_a_finding_leads_to_its_line_in_the_editor(mine: tuple[str, Path], visitor: Visitor) -> None:
    url, root = mine
    page = visitor.open(f"{url}/t/delivery?example=long")
    link = panel(page, "messenger").get_by_role("link", name="delivery.json.j2:16:15")
    assert link.get_attribute("href") == f"vscode://file{root.resolve()}/templates/delivery.json.j2:16:15"


def test_the_payload_is_copied(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/delivery", clipboard=True)
    messenger = panel(page, "messenger")
    messenger.get_by_text("Payload", exact=True).click()
    messenger.get_by_role("button", name="Copy").click()
    expect(messenger.get_by_role("button", name="Copied")).to_be_visible()
    payload = json.loads(page.evaluate("() => navigator.clipboard.readText()"))
    assert payload["content"]["buttons"][0]["text"] == "Yes, I am in"


def test_parts_of_an_sms_are_counted(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/on_its_way")
    expect(panel(page, "sms")).to_contain_text("GSM-7")
    page.locator("#example").select_option("emoji")
    expect(panel(page, "sms")).to_contain_text("UCS-2")
    expect(panel(page, "sms")).to_contain_text("🎉")


def test_a_language_from_the_right(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/on_its_way", width=320)
    page.locator("#locale").select_option("ar")
    screen = panel(page, "whatsapp").locator(".hb-screen")
    expect(screen).to_contain_text("طلبك A-1042 في الطريق إليك")
    assert (screen.get_attribute("lang"), screen.get_attribute("dir")) == ("ar", "rtl")
    assert overflow(page) == []


def test_the_theme_is_switched_and_kept(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/delivery")
    paper = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.locator("[data-hb-theme]").click()
    dark = page.evaluate(paper)
    assert dark != light
    page.locator("[data-pv-template]", has_text="pick_up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("pick_up")
    assert page.evaluate(paper) == dark


def test_a_carousel_scrolls(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/new_arrivals")
    messenger = panel(page, "messenger")
    last = messenger.locator(".hb-cards").get_by_text("Lamp", exact=True)
    messenger.scroll_into_view_if_needed()
    expect(last).not_to_be_in_viewport()
    for _ in range(3):
        messenger.get_by_role("button", name="Next card").click()
    expect(last).to_be_in_viewport()


# ---- what changes under it


def test_a_saved_template_is_shown_and_the_context_is_kept(mine: tuple[str, Path], visitor: Visitor) -> None:
    url, root = mine
    page = visitor.open(f"{url}/t/delivery")
    name = page.locator("[id='f/first_name']")
    name.fill("Ada")
    expect(panel(page, "messenger")).to_contain_text("Hi Ada,")
    file = root / "templates/delivery.json.j2"
    text = file.read_text("utf-8")
    file.write_text(text.replace("Hi {{ first_name }}", "Dear {{ first_name }}"), "utf-8")
    expect(panel(page, "messenger")).to_contain_text("Dear Ada,")
    expect(name).to_have_value("Ada")
    expect(name).to_be_focused()
    # broken, it says where; mended, it is back
    file.write_text(text.replace("{{ first_name }}", "{{ first_name "), "utf-8")
    expect(page.locator("#stage, main").first).to_contain_text("delivery.json.j2:")
    file.write_text(text, "utf-8")
    expect(panel(page, "messenger")).to_contain_text("Hi Ada,")
    expect(name).to_have_value("Ada")


def test_a_template_appears_and_goes(mine: tuple[str, Path], visitor: Visitor) -> None:
    url, root = mine
    page = visitor.open(url)
    file = root / "templates/thanks.json.j2"
    file.write_text('{"template_type": "text", "text": "Thank you"}', "utf-8")
    expect(page.locator(".pv-card", has_text="thanks")).to_be_visible()
    file.unlink()
    expect(page.locator(".pv-card", has_text="thanks")).to_have_count(0)


def test_a_server_that_is_gone_is_told(visitor: Visitor, tmp_path: Path) -> None:
    visitor.expect("ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET")
    with served("preview", "--port", "0", folder=copied(tmp_path)) as url:
        page = visitor.open(f"{url}/t/delivery")
        expect(page.locator("[data-pv-live]")).to_be_empty()
    expect(page.locator("[data-pv-live]")).to_contain_text("stopped")


# ---- without a mouse, without scripts, on a phone


def test_it_is_worked_by_keyboard_alone(visitor: Visitor, shop: str) -> None:
    page = visitor.open(shop)
    press(page, "Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    press(page, "/")  # filter, and to the template that is left
    page.keyboard.type("deliv")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("delivery")
    page.wait_for_load_state()  # its script listens to keys
    tab_to(page, "#example")
    assert focus_is_seen(page)
    press(page, "ArrowDown")
    expect(panel(page, "messenger")).to_contain_text("allows 20")
    tab_to(page, YES)
    assert focus_is_seen(page)
    press(page, "Control+a")
    page.keyboard.type("Yes")
    expect(panel(page, "messenger")).not_to_contain_text("allows 20")
    tab_to(page, "#at-messenger .hb-behind > summary")
    assert focus_is_seen(page)
    press(page, "Enter")
    expect(panel(page, "messenger").get_by_text("at_home", exact=True)).to_be_visible()
    # single keys, and the list of them
    press(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    press(page, "j")
    expect(page.get_by_role("heading", level=1)).to_have_text("new_arrivals")
    page.wait_for_load_state()  # its script listens to keys
    press(page, "k")
    expect(page.get_by_role("heading", level=1)).to_have_text("delivery")
    page.wait_for_load_state()  # its script listens to keys
    press(page, "e")
    expect(panel(page, "messenger")).to_contain_text("allows 20")


def test_without_scripts_it_is_a_form(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/delivery", scripts=False)
    expect(panel(page, "messenger")).to_contain_text("Hi Zoë,")
    page.locator(YES).fill(LONG)
    page.locator("#channel").select_option("messenger")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".pv-panel")).to_have_count(1)
    expect(panel(page, "messenger")).to_contain_text("Messenger allows 20")
    expect(page.locator(YES)).to_have_value(LONG)


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_page_is_wider_than_its_window(visitor: Visitor, shop: str, width: int) -> None:
    page = visitor.open(shop, width=width)
    assert overflow(page) == []
    for path in ("delivery?example=long", "new_arrivals", "pick_up", "on_its_way?locale=ar", "note?example=hostile"):
        page.goto(f"{shop}/t/{path}")
        assert overflow(page) == [], path


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_has_nothing_against_a_page(visitor: Visitor, axe: Axe, shop: str, dark: bool) -> None:
    page = visitor.open(shop, dark=dark)
    assert axe(page, colours=dark) == []
    for path in ("delivery?example=long", "pick_up", "on_its_way?locale=ar", "service/visit", "delivery?as=json", "no"):
        if path == "no":
            visitor.expect("404")
        page.goto(f"{shop}/t/{path}")
        page.evaluate("() => document.querySelectorAll('main details').forEach((each) => (each.open = true))")
        assert axe(page, colours=dark) == [], path
    page.goto(f"{shop}/t/delivery")
    press(page, "?")
    assert axe(page, colours=dark) == []


# ---- strangers


def test_a_strangers_words_are_words(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/note?example=hostile")
    words = "<script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3) </textarea>\"'>"
    expect(panel(page, "messenger").locator(".hb-text")).to_have_text(words)
    expect(page.locator("[id='f/words']")).to_have_value(words)
    page.locator("[id='f/words']").fill(words * 2)
    expect(panel(page, "messenger").locator(".hb-text")).to_have_text(words * 2)
    assert page.locator("main script, main img, main svg:not([aria-hidden])").count() == 0


def test_a_text_without_end_is_shown(visitor: Visitor, shop: str) -> None:
    page = visitor.open(f"{shop}/t/note")
    page.locator("[id='f/words']").fill("<b>" * 33_000)
    expect(panel(page, "messenger")).to_contain_text("99,000")
    assert overflow(page) == []


def test_the_policy_is_in_force(visitor: Visitor, shop: str) -> None:
    """What gets into a page all the same runs nothing and asks nobody."""
    policy = httpx.get(shop, follow_redirects=True).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    visitor.expect("Content Security Policy|^asked http://127.0.0.2/x")  # asked of the browser, which refuses
    page = visitor.open(f"{shop}/t/delivery")
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'ran'";
            document.body.append(script);
            const image = "<img src='http://127.0.0.2/x' onerror='document.title = 1'>";
            document.body.insertAdjacentHTML("beforeend", image);
        }"""
    )
    page.wait_for_timeout(100)
    assert page.title().startswith("delivery")
    assert sum("Content Security Policy" in each for each in visitor.complaints) >= 2
