"""The sandbox's inbox: what is sent is seen as it arrives, and what is tapped becomes the vendor's event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from handbill.sandbox.server import Sandbox
from playwright.sync_api import expect
from sandbox.conftest import Caller, event

from browser.accessibility import Axe
from browser.driving import Visitor, focus_is_seen, moving, overflow, press, tab_to
from browser.serving import run
from browser.shop import connected, copied

WHO = "4915112345678"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3) </pre>\"'>"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def caller(box: Sandbox) -> Iterator[Caller]:
    made = Caller(box)
    yield made
    made.http.close()


@dataclass(frozen=True)
class Shop:
    """A project that sends to the sandbox, as a person does on the command line."""

    root: Path
    env: dict[str, str]

    def send(self, name: str, channel: str, *more: str, to: str = WHO) -> None:
        done = run("send", name, "--channel", channel, "--to", to, *more, folder=self.root, env=self.env)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def shop(box: Sandbox, tmp_path: Path) -> Shop:
    root = copied(tmp_path)
    return Shop(root, connected(root, box.url))


def inbound(box: Sandbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{box.url}/_sandbox/inbound", trust_env=False).json()["inbound"]
    return found


def talk(box: Sandbox, channel: str = "messenger", to: str = WHO) -> str:
    return f"{box.url}/?channel={channel}&to={to}"


# ---- arriving


def test_what_the_command_line_sends_is_seen_to_arrive(box: Sandbox, shop: Shop, visitor: Visitor) -> None:
    page = visitor.open(box.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing has arrived yet")
    shop.send("delivery", "messenger", "--example", "default")
    row = page.locator("#list a")
    expect(row).to_contain_text(WHO)
    expect(row).to_contain_text("Messenger")
    expect(row).to_contain_text("Hi Zoë, your parcel comes tomorrow")
    row.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(WHO)
    expect(page.locator("#talk .hb-bubble")).to_have_text("Hi Zoë, your parcel comes tomorrow between 2 and 4 pm. "
                                                          "Will you be at home?")  # fmt: skip
    # and the next one, while it is open
    shop.send("new_arrivals", "messenger")
    expect(page.locator("#talk .hb-card")).to_have_count(4)
    expect(page.locator("#live")).to_contain_text("One more has arrived")
    expect(page.locator("#counts")).to_contain_text("2 messages")


def test_of_many_at_once_none_is_missed(box: Sandbox, caller: Caller, visitor: Visitor) -> None:
    page = visitor.open(talk(box))
    for at in range(0, 30, 10):
        caller.send(*[event(to=WHO, text=f"Message {number}") for number in range(at, at + 10)])
    last = page.locator("#talk > li").last
    expect(last).to_contain_text("Message 29")
    expect(last).to_be_in_viewport()
    # the newest, and behind a link those before
    newest = page.locator("#talk .hb-bubble").all_inner_texts()
    page.get_by_role("link", name="Older messages").click()
    expect(page.get_by_role("link", name="Newest messages")).to_be_visible()
    older = page.locator("#talk .hb-bubble").all_inner_texts()
    assert [*older, *newest] == [f"Message {number}" for number in range(30)]


# ---- tapping


def test_a_tapped_quick_reply_becomes_the_vendors_event(box: Sandbox, shop: Shop, visitor: Visitor) -> None:
    shop.send("delivery", "messenger", "--example", "default")
    page = visitor.open(talk(box))
    page.get_by_role("button", name="Yes, I am in").click()
    tapped = page.locator("#talk .ib-inbound")
    expect(tapped.locator(".ib-tapped")).to_have_text("Yes, I am in")
    [told] = inbound(box)
    assert (told["channel"], told["to"], told["vendor"]) == ("messenger", WHO, True)
    words = json.dumps(told["event"])
    assert "at_home" in words
    assert WHO in words
    # the same on the page
    tapped.get_by_text("What the vendor sends").click()
    assert json.loads(tapped.locator("pre").inner_text()) == told["event"]
    page.reload()
    expect(tapped.locator(".ib-tapped")).to_have_text("Yes, I am in")


def test_taps_of_a_channels_own_api(box: Sandbox, shop: Shop, visitor: Visitor) -> None:
    shop.send("note", "telegram", "--connection", "telegram", "--example", "default", to="4711")
    page = visitor.open(talk(box, "telegram", "4711"))
    page.get_by_role("button", name="Thanks").click()
    expect(page.locator("#talk .ib-tapped")).to_have_text("Thanks")
    [told] = inbound(box)
    assert "Thank you!" in json.dumps(told["event"])


def test_a_list_is_opened_and_chosen_from_by_keyboard(box: Sandbox, shop: Shop, visitor: Visitor) -> None:
    shop.send("pick_up", "whatsapp", "--example", "default", "--channel-id", "wa-1")
    page = visitor.open(box.url)
    tab_to(page, "#list a")
    assert focus_is_seen(page)
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(WHO)
    tab_to(page, ".hb-list > summary")
    assert focus_is_seen(page)
    press(page, "Enter")
    tab_to(page, ".hb-item")
    assert focus_is_seen(page)
    press(page, "Tab", "Enter")
    expect(page.locator("#talk .ib-tapped")).to_have_text("Station")
    assert "store_2" in json.dumps(inbound(box)[0]["event"])
    # the list stays open, and the focus where it was
    expect(page.locator(".hb-item").first).to_be_visible()
    assert page.evaluate("() => document.activeElement.classList.contains('hb-item')")


def test_a_carousel_scrolls_and_its_links_are_told(box: Sandbox, shop: Shop, visitor: Visitor) -> None:
    shop.send("new_arrivals", "messenger")
    page = visitor.open(talk(box), width=400)
    page.get_by_role("button", name="Look closer").first.click()
    expect(page.locator("#live")).to_contain_text("https://shop.example/trail-shoes")
    for _ in range(3):
        page.get_by_role("button", name="Next card").click()
    last = page.locator(".hb-card").last
    expect(last.get_by_text("Lamp", exact=True)).to_be_in_viewport()
    last.get_by_role("button", name="Reserve").click()
    expect(page.locator("#talk .ib-tapped")).to_have_text("Reserve")
    assert "reserve_4" in json.dumps(inbound(box)[0]["event"])


# ---- looking into it


def test_a_request_and_its_response_without_secrets(box: Sandbox, shop: Shop, visitor: Visitor) -> None:
    shop.send("delivery", "messenger", "--example", "default")
    page = visitor.open(talk(box))
    page.get_by_role("link", name="request and response").click()
    body = page.get_by_label("Request: body")
    assert json.loads(body.inner_text())["external_conversation_reference"]["id"] == WHO
    expect(page.get_by_label("Response: body")).to_contain_text('"id"')
    expect(page.locator(".ib-facts")).to_contain_text("200")
    assert "canary" not in page.content()
    assert "Bearer" not in page.content()
    page.get_by_role("link", name="Back to the conversation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(WHO)


def test_faults_are_set_and_what_they_did_is_shown(box: Sandbox, caller: Caller, visitor: Visitor) -> None:
    page = visitor.open(box.url)
    page.get_by_text("Faults: off").click()
    page.get_by_label("The next request").select_option("500")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#faults > summary")).to_contain_text("next: 500")
    caller.send(event(to=WHO))
    expect(page.locator("#list a")).to_contain_text("1 refused")
    page.locator("#list a").click()
    expect(page.locator("#talk .ib-refused")).to_contain_text("Not delivered")
    page.locator("#faults > summary").click()
    page.get_by_label("429", exact=False).first.fill("101")
    page.evaluate("() => document.querySelectorAll('#faults form').forEach((each) => (each.noValidate = true))")
    visitor.expect("status of 400")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="All faults off").click()
    expect(page.locator("#faults > summary")).to_contain_text("Faults: off")


def test_search_and_clear(box: Sandbox, caller: Caller, visitor: Visitor) -> None:
    caller.send(event(to="111", text="Your parcel is here"))
    caller.send(event(to="222", text="Your bill is due"))
    page = visitor.open(box.url)
    expect(page.locator("#list a")).to_have_count(2)
    page.get_by_label("Search in names and texts").fill("bill")
    press(page, "Enter")
    expect(page.locator("#list a")).to_have_count(1)
    expect(page.locator("#list a")).to_contain_text("222")
    visitor.accept("Forget all messages?")
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing has arrived yet")
    assert box.messages() == []


def test_a_sandbox_that_is_gone_is_told(visitor: Visitor) -> None:
    visitor.expect("ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET")
    with Sandbox() as sandbox:
        caller = Caller(sandbox)
        caller.send(event(to=WHO))
        caller.http.close()
        page = visitor.open(talk(sandbox))
        expect(page.locator("#talk > li")).to_have_count(1)
    expect(page.locator("#live")).to_contain_text("not reached")


# ---- for everybody


def test_without_scripts_it_is_read_searched_and_cleared(box: Sandbox, caller: Caller, visitor: Visitor) -> None:
    caller.send(event(to=WHO, text="Your parcel is here"))
    page = visitor.open(box.url, scripts=False)
    page.locator("#list a").click()
    expect(page.locator("#talk .hb-bubble")).to_contain_text("Your parcel is here")
    page.get_by_role("link", name="request and response").click()
    expect(page.get_by_label("Request: body")).to_contain_text("Your parcel is here")
    page.goto(box.url)
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing has arrived yet")


def filled(caller: Caller) -> None:
    """Conversations of several kinds: Arabic, long, refused."""
    caller.send(event(to=WHO), event(to=WHO, text="مرحباً، طلبك في الطريق إليك."))
    caller.send(event(to=WHO, text="word " * 100 + "w" * 300))
    caller.send(event(to="unknown-" + "9" * 60))
    caller.send({**event(to=WHO), "content": {"type": "nothing"}})


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_page_is_wider_than_its_window(box: Sandbox, caller: Caller, visitor: Visitor, width: int) -> None:
    filled(caller)
    page = visitor.open(box.url, width=width)
    assert overflow(page) == []
    page.locator("#faults > summary").click()
    assert overflow(page) == []
    page.goto(talk(box))
    expect(page.locator("#talk > li").first).to_be_attached()
    assert overflow(page) == []
    page.get_by_role("link", name="request and response").first.click()
    assert overflow(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_has_nothing_against_a_page(box: Sandbox, caller: Caller, visitor: Visitor, axe: Axe, dark: bool) -> None:
    page = visitor.open(box.url, dark=dark)
    assert axe(page, colours=dark) == []
    filled(caller)
    page.goto(talk(box))
    page.get_by_role("button", name="Yes").first.click()
    expect(page.locator("#talk .ib-tapped")).to_be_visible()
    page.evaluate("() => document.querySelectorAll('main details').forEach((each) => (each.open = true))")
    assert axe(page, colours=dark) == []
    page.get_by_role("link", name="request and response").first.click()
    assert axe(page, colours=dark) == []


def test_a_text_from_the_right_stands_at_the_right(box: Sandbox, caller: Caller, visitor: Visitor) -> None:
    caller.send(event(to=WHO, text="مرحباً، طلبك في الطريق إليك."))
    text = visitor.open(talk(box)).locator("#talk .hb-text")
    assert text.evaluate("each => getComputedStyle(each).direction") == "rtl"


def test_who_wants_no_motion_gets_none(box: Sandbox, caller: Caller, visitor: Visitor) -> None:
    page = visitor.open(box.url)
    caller.send(event(to=WHO))
    expect(page.locator("#list a")).to_have_count(1)
    assert moving(page) == []


# ---- strangers


def test_a_strangers_words_are_words(box: Sandbox, caller: Caller, visitor: Visitor) -> None:
    hostile = event(to=f"{HOSTILE}?&=#", text=HOSTILE)
    hostile["content"]["buttons"][0] = {"type": "button", "text": "<b>Yes</b>", "value": HOSTILE}
    caller.send(hostile)
    page = visitor.open(box.url)
    expect(page.locator("#list .ib-who")).to_have_text(f"{HOSTILE}?&=#")
    page.locator("#list a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{HOSTILE}?&=#")
    expect(page.locator("#talk .hb-text")).to_have_text(HOSTILE)
    page.get_by_role("button", name="<b>Yes</b>").click()
    expect(page.locator("#talk .ib-tapped")).to_have_text("<b>Yes</b>")
    assert HOSTILE in _texts(inbound(box)[0]["event"])
    page.get_by_role("link", name="request and response").first.click()
    expect(page.get_by_label("Request: body")).to_contain_text("<script>alert(1)</script>")
    assert page.locator("main script, main img, main svg:not([aria-hidden])").count() == 0


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for child in value.values() for text in _texts(child)]
    return [str(value)]


def test_a_text_without_end_stays_in_its_box(box: Sandbox, caller: Caller, visitor: Visitor) -> None:
    caller.send({**event(to=WHO), "content": {"type": "text", "text": "<b>" * 33_000}})
    page = visitor.open(talk(box), width=320)
    expect(page.locator("#talk > li")).to_have_count(1)
    assert overflow(page) == []
    assert page.evaluate("() => document.documentElement.scrollHeight") < 4000


def test_the_policy_is_in_force(box: Sandbox, caller: Caller, visitor: Visitor) -> None:
    caller.send(event(to=WHO))
    for path in ("/", "/requests/1"):
        headers = httpx.get(f"{box.url}{path}", trust_env=False).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"], path
    visitor.expect("Content Security Policy")
    page = visitor.open(talk(box))
    title = page.title()
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'ran'";
            document.body.append(script);
        }"""
    )
    page.wait_for_timeout(100)
    assert page.title() == title
    assert any("Content Security Policy" in each for each in visitor.complaints)
