"""The pages of a preview over HTTP: who may ask, what they show, and that what is typed is compiled."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from handbill.preview.app import LARGEST
from preview.conftest import ORDER, Looking, Start, made

FORM = {
    "example": "default", "base": "default", "t/first_name": "Zoë", "c/size": "", "c/gift": "", "n/price": "19.5",
    "l/stores": "1", "o/stores/0": "", "t/stores/0/name": "Market Square", "c/stores/0/open": "true",
}  # fmt: skip


def form(**changed: str) -> dict[str, str]:
    return FORM | changed


def panel(page: str, channel: str) -> str:
    found = re.search(
        rf'<article class="pv-panel" id="at-{channel}".*?(?=<article class="pv-|</section>\n)', page, re.DOTALL
    )
    assert found is not None, f"{channel} is not there"
    return found[0]


def said(page: str, pointer: str) -> str:
    """What is said of a field."""
    found = re.search(rf'id="f{re.escape(pointer)}-said".*?</div>', page, re.DOTALL)
    assert found is not None, f"{pointer} is not there"
    return html.unescape(re.sub("<[^>]*>", "", found[0]))


# ---- who may ask


PATHS = ("/", "/t/order", "/checked", "/events", "/assets/preview.js")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:3000"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"},
    ],
    ids=["host", "origin", "port", "fetch"],
)
def test_another_site_is_refused(looking: Looking, path: str, headers: dict[str, str]) -> None:
    with looking.client.stream("GET", path, headers=headers) as answer:  # a stream of events has no end
        assert answer.status_code == 403
        assert "order" not in answer.read().decode()
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_another_site_cannot_send_a_form(looking: Looking) -> None:
    answer = looking.client.post("/t/order", data=FORM, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "path", [path for path in PATHS if path != "/events"] + ["/nothing", "/t/nothing", "/t/order?%ff"]
)
def test_every_answer_is_restricted(looking: Looking, path: str) -> None:
    answer = looking.client.get(path)
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "unsafe-inline" not in answer.headers["content-security-policy"]


def test_nothing_on_a_page_needs_more_than_the_policy_gives(looking: Looking) -> None:
    for page in (looking.page("/"), looking.page("/t/order")):
        assert not re.search(r"<[^>]*\s(style|on\w+)=", page)
        assert not re.search(r"<script(?![^>]*\bsrc=\"/assets/)", page)
        assert not re.search(r"<(img|iframe|object|embed)\b", page)


# ---- what is there


def test_the_project(looking: Looking) -> None:
    page = looking.page("/")
    assert 'href="/t/order"' in page
    assert 'href="/t/notes/hello"' in page
    assert "notes/" in page


def test_a_template_alone_is_shown_at_once(start: Start, shop: Path) -> None:
    alone = start(shop, choose=lambda project: ["order"])
    assert alone.client.get("/").headers["location"] == "/t/order"


def test_channels_side_by_side(looking: Looking) -> None:
    page = looking.page("/t/order")
    messenger, sms = panel(page, "messenger"), panel(page, "sms")
    assert "Hi Zoë, your small order (19.5 €) is ready." in messenger
    assert "Market Square" in messenger
    assert "hb-phone" in messenger
    assert "genesys-event" in messenger
    assert re.search(r"<strong>2 parts</strong> UCS-2", sms)  # the euro is fine, Zoë's ë is not
    payload = html.unescape(re.sub("<[^>]*>", "", messenger))
    assert '"text": "Hi Zoë, your small order (19.5 €) is ready."' in payload
    assert "lost-reply" in sms


def test_one_channel_alone_and_one_that_it_is_not_for(looking: Looking) -> None:
    page = looking.page("/t/order?channel=sms")
    assert "at-sms" in page
    assert 'id="at-messenger"' not in page
    assert "hb-at-telegram" in looking.page("/t/order?channel=telegram")


def test_the_address_has_the_state(looking: Looking) -> None:
    page = looking.page("/t/order?example=other&theme=dark&via=direct&channel=sms&policy=strict")
    assert 'data-theme="dark"' in page
    assert '<option value="other" selected>' in page
    assert "<option selected>direct</option>" in page
    assert "<option selected>sms</option>" in page
    assert "<option selected>strict</option>" in page
    address = html.unescape(str(re.search(r'data-url="([^"]*)"', page)[1]))  # type: ignore[index]
    assert address == "/t/order?example=other&via=direct&policy=strict&channel=sms&theme=dark"


def test_another_example_has_other_values(looking: Looking) -> None:
    page = looking.page("/t/order?example=other")
    assert "Hi Ana, your large order" in page
    assert 'name="t/first_name"' in page
    assert 'value="Ana"' in page


def test_a_locale(start: Start, tmp_path: Path) -> None:
    root = made(tmp_path)
    (root / "templates/notes/hello.de.json.j2").write_text(
        '{"template_type": "text", "text": "Hallo."}', encoding="utf-8"
    )
    german = start(root)
    assert "Hallo." in german.page("/t/notes/hello?locale=de")
    assert "Hello." in german.page("/t/notes/hello")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/t/oder", "did you mean <code>order</code>?"),
        ("/t/order?example=defualt", "did you mean <code>default</code>?"),
        ("/t/order?channel=smss", "did you mean <code>sms</code>?"),
        ("/t/order?via=dierct", "did you mean <code>direct</code>?"),
        ("/t/order?locale=xx", "there are: en"),
        ("/t/order?policy=lax", "there are: strict, adapt"),
        ("/t/../../etc/passwd", "There is no such page"),
        ("/t/%2e%2e%2fetc/passwd", "did you mean|no templates|there are"),
    ],
)
def test_a_name_that_nobody_knows(looking: Looking, path: str, words: str) -> None:
    answer = looking.client.get(path)
    assert answer.status_code in (200, 404)
    assert re.search(words, html.unescape(answer.text))


# ---- what is typed


def test_what_is_typed_is_compiled(looking: Looking) -> None:
    page = looking.page("/t/order", **form(**{"t/first_name": "Ana", "c/gift": "true", "c/size": '"large"'}))
    assert "Hi Ana, your large order (19.5 €), a gift, is ready." in panel(page, "messenger")
    assert 'data-edited="yes"' in page
    assert ">Undo</a>" in page


def test_the_address_takes_what_is_typed_along(looking: Looking) -> None:
    page = looking.page("/t/order", **form(**{"t/first_name": "Ana"}))
    address = html.unescape(str(re.search(r'data-url="([^"]*)"', page)[1]))  # type: ignore[index]
    assert "Hi Ana" in looking.page(address)
    page = looking.page("/t/order", **form(**{"t/first_name": "x" * 9000}))
    assert len(str(re.search(r'data-url="([^"]*)"', page)[1])) < 100  # type: ignore[index]


def test_what_breaks_the_contract_is_told_at_its_field(looking: Looking) -> None:
    page = looking.page("/t/order", **form(**{"t/first_name": "Maximiliane Alexandra", "n/price": "cheap"}))
    assert re.search(r'id="f/first_name" name="t/first_name"[^>]*aria-invalid="true"', page)
    assert "12" in said(page, "/first_name")
    assert "number" in said(page, "/price")
    assert "21 of 12 characters" in page
    assert not said(page, "/stores/0/name").partition(">")[2].strip()
    assert "see the context" in panel(page, "messenger")
    assert "wrong-parameter" not in panel(page, "messenger")  # told once, not on each channel


def test_what_a_channel_refuses_is_told_at_the_field_that_made_it(looking: Looking) -> None:
    """The template took it through a loop; the form knows the text again."""
    page = looking.page("/t/order", **form(**{"t/stores/0/name": "A street whose name is long"}))
    assert "27 characters; Messenger allows 20" in said(page, "/stores/0/name")
    assert "27 characters; Messenger allows 20" in panel(page, "messenger")
    assert "1 error" in panel(page, "messenger")
    assert not said(page, "/first_name").partition(">")[2].strip()


def test_items_are_added_and_removed(looking: Looking) -> None:
    page = looking.page("/t/order", **form(add="/stores"))
    assert 'name="t/stores/1/name"' in page
    page = looking.page("/t/order", **form(remove="/stores/0"))
    assert 'name="t/stores/0/name"' not in page
    full = form(**{"l/stores": "3", "o/stores/1": "", "t/stores/1/name": "B", "o/stores/2": "", "t/stores/2/name": "C"})
    assert re.search(r'name="add" value="/stores"[^>]* disabled', looking.page("/t/order", **full))


def test_fields_and_json_are_the_same_context(looking: Looking) -> None:
    page = looking.page("/t/order", **form(**{"t/first_name": "Ana", "as": "json"}))
    text = html.unescape(str(re.search(r'<textarea id="whole"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[1]))  # type: ignore[index]
    assert '"first_name": "Ana"' in text
    back = {"example": "default", "base": "default", "as": "fields", "json": text.replace("Ana", "Eve")}
    assert 'value="Eve"' in looking.page("/t/order", **back)


def test_json_that_is_none_keeps_what_was_typed(looking: Looking) -> None:
    page = looking.page("/t/order", example="default", base="default", **{"as": "json", "json": '{"first_name": '})
    assert "{&#34;first_name&#34;: </textarea>" in page
    assert "invalid-json" in page
    assert "the form:1:" in page


def test_another_example_leaves_the_changes_behind(looking: Looking) -> None:
    page = looking.page("/t/order", **form(example="other", **{"t/first_name": "Eve"}))
    assert "Hi Ana" in page


def test_a_parameter_that_there_is_no_more_is_left_behind(looking: Looking) -> None:
    page = looking.page("/t/order", **form(**{"t/nick": "Z"}))
    assert "unknown-parameter" not in page


# ---- what is hostile


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}\u202e\x00"


def test_a_strangers_words_are_words(looking: Looking) -> None:
    page = looking.page("/t/order", **form(**{"t/first_name": HOSTILE, "t/stores/0/name": HOSTILE}))
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "{{ 7*7 }}" in page
    page = looking.page("/t/order?theme=" + quote('"><script>alert(1)</script>') + "&base=" + quote(HOSTILE))
    assert "<script>alert" not in page
    answer = looking.client.get("/t/" + quote("<script>alert(1)</script>"))
    assert "<script>alert" not in answer.text


def test_a_context_that_is_too_large(looking: Looking) -> None:
    answer = looking.client.post("/t/order", content=b"t/first_name=" + b"x" * LARGEST)
    assert answer.status_code == 413
    assert looking.client.post("/t/order", data={"t/first_name": "x" * 100_000}).status_code == 200


@pytest.mark.parametrize("body", [b"%ff=%ff", b"&".join(b"t/%d=1" % n for n in range(6000)), b"\xff\xfe"])
def test_a_body_that_is_no_form(looking: Looking, body: bytes) -> None:
    assert looking.client.post("/t/order", content=body).status_code == 400


def test_a_template_that_has_no_end_stops_nobody(start: Start, tmp_path: Path) -> None:
    root = made(tmp_path)
    bomb = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    (root / "templates/bomb.json.j2").write_text(f'{{"template_type": "text", "text": "{bomb}"}}', encoding="utf-8")
    looking = start(root)
    assert "too-costly" in looking.page("/t/bomb")
    assert "Hi Zoë" in looking.page("/t/order")


def test_a_process_that_is_ended_is_told_and_made_anew(looking: Looking) -> None:
    from handbill.preview.worker import Process

    process: Process = looking.preview._stages._process
    looking.page("/t/order")
    assert process._process is not None
    process._process.kill()
    answer = looking.client.get("/t/order")
    assert "The process that compiled it was ended" in answer.text
    assert "Hi Zoë" in looking.page("/t/order")


# ---- links to the editor


def test_findings_lead_to_their_line(looking: Looking, shop: Path) -> None:
    page = looking.page("/t/order", **form(**{"t/stores/0/name": "A street whose name is long"}))
    line = ORDER.split("\n").index('    {"text": "{{ store.name }}", "value": "{{ store.name }}"},') + 1
    link = f"vscode://file{quote((shop / 'templates/order.json.j2').resolve().as_posix())}:{line}:15"
    assert f'href="{link}"' in panel(page, "messenger")
    assert f'href="{link}"' in page[page.index('id="f/stores/0/name-said"') :]


def test_another_editor(start: Start, tmp_path: Path) -> None:
    root = made(tmp_path)
    config = root / "handbill.toml"
    config.write_text(config.read_text(encoding="utf-8") + 'editor = "zed"\n', encoding="utf-8")
    path = quote((root / "templates/order.json.j2").resolve().as_posix())
    assert f'href="zed://file{path}:1:1"' in start(root).page("/t/order")
    assert f'href="idea://open?file={path}&amp;line=1&amp;column=1"' in start(root, editor="idea").page("/t/order")
    assert "://open" not in start(root, editor="none").page("/t/order")
