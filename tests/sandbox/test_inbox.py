"""The inbox of the sandbox, over real HTTP: what arrives is told and shown, what is tapped becomes an event."""

from __future__ import annotations

import json
import re
import threading
from html import unescape
from typing import Any

import httpx
import pytest
from gateways.sdk_oracle import problems
from handbill.sandbox.server import Sandbox
from sandbox.conftest import AGENTLESS, BOT, EVENTS, Caller, event, reply, sms

TALK = "/?channel=messenger&to={}"


class Page:
    """The sandbox as a browser sees it."""

    def __init__(self, caller: Caller) -> None:
        self.http = caller.http

    def get(self, path: str = "/") -> str:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def said(self, path: str = "/") -> str:
        """The text of a page, without its elements."""
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", self.get(path))).split())

    def post(self, target: str, /, **form: Any) -> httpx.Response:
        return self.http.post(target, data=form)

    def names(self, path: str = "/") -> list[str]:
        """Who is in the list, from above."""
        return re.findall(r'class="ib-who"><bdi>(.*?)</bdi>', self.get(path))

    def numbers(self, path: str) -> list[int]:
        """The items of the conversation that is open, from above."""
        return [int(each) for each in re.findall(r'id="item-(\d+)"', self.get(path))]

    def tap(self, path: str, at: str, place: int = 0) -> dict[str, Any]:
        answer = self.post("/tap", number=self.numbers(path)[-1], place=place, path=at)
        assert answer.status_code == 201, answer.text
        line: dict[str, Any] = answer.json()
        return line


@pytest.fixture
def page(caller: Caller) -> Page:
    return Page(caller)


# ---- arrival


def test_what_arrives_is_told_and_shown(caller: Caller, page: Page, sandbox: Sandbox) -> None:
    assert "Nothing has arrived yet" in page.said()
    since = re.search(r'data-events="([^"]+)"', page.get())
    assert since is not None
    listening = threading.Event()
    told: list[str] = []

    def listen() -> None:
        with httpx.stream("GET", f"{sandbox.url}/events?since={since[1]}", trust_env=False, timeout=5) as stream:
            listening.set()
            for line in stream.iter_lines():
                told.append(line)
                if line.startswith("event: "):
                    return

    thread = threading.Thread(target=listen)
    thread.start()
    listening.wait(5)
    caller.send(event("ann"), event("bob"))
    thread.join(5)
    assert "event: news" in told
    assert page.names() == ["bob", "ann"]
    said = page.said(TALK.format("ann"))
    assert "Do you want to schedule a follow-up call?" in said
    assert "Yes" in said
    assert "Messenger" in said


def test_one_event_stands_for_all_that_come_at_once(caller: Caller, sandbox: Sandbox) -> None:
    with httpx.stream("GET", f"{sandbox.url}/events", trust_env=False, timeout=5) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry:")
        for number in range(20):
            caller.send(event(f"user-{number}"))
        events = [next(line for line in lines if line.startswith("data:")) for _ in range(1)]
        caller.send(event("last"))
        events.append(next(line for line in lines if line.startswith("data: 21")))
    assert events[-1] == "data: 21"


def test_each_gateway_has_its_conversations(caller: Caller, page: Page) -> None:
    caller.post(BOT, reply())
    caller.post(AGENTLESS, sms())
    assert page.names() == ["+13175555555", "session-1"]
    assert "Your parcel is here." in page.said("/?channel=sms&to=%2B13175555555")
    assert "does not say which channel it goes to" in page.said("/?channel=bot&to=session-1")


def test_a_channel_that_handbill_does_not_know(caller: Caller, page: Page) -> None:
    strange = event("ann")
    strange["external_conversation_reference"]["provider_id"] = "a-channel-of-tomorrow"
    caller.send(strange)
    said = page.said("/?channel=a-channel-of-tomorrow&to=ann")
    assert "Do you want to schedule" in said
    assert "Handbill does not know the channel “a-channel-of-tomorrow”" in said


def test_a_payload_of_somebody_else_is_shown_and_said_to_be_so(page: Page, sandbox: Sandbox) -> None:
    body = {
        "channel": "C0123456789",
        "text": "for notifications",
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": "*Native* text"}},
            {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A picture"},
            {"type": "actions", "elements": [{"type": "users_select", "action_id": "who"}]},
        ],
    }
    post = f"{sandbox.url}/direct/slack/api/chat.postMessage"
    answer = httpx.post(post, json=body, headers={"Authorization": "Bearer canary-token"}, trust_env=False)
    assert answer.json()["ok"] is True
    said = page.said("/?channel=slack&to=C0123456789")
    assert "*Native* text" in said
    assert "https://example.com/a.png" in said
    assert "Its form is not one that is recognised here" in said


# ---- taps

GENESYS = {
    "originatingMessageId": "MESSAGE",
    "channel": {"messageId": "EVENT", "from": {"id": "ann", "idType": "Opaque"}, "time": "TIME"},
    "buttonResponse": {"type": "QuickReply", "text": "Yes", "payload": "yes_confirmed"},
}


def plain(line: dict[str, Any], message: str) -> Any:
    """An event with names for what is another each time."""
    text = json.dumps(line["event"]).replace(message, "MESSAGE").replace(f"inbound-{line['number']}", "EVENT")
    return json.loads(re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "TIME", text))


def test_a_tap_is_the_structured_response_of_genesys_cloud(caller: Caller, page: Page, sandbox: Sandbox) -> None:
    caller.send(event("ann"))
    line = page.tap(TALK.format("ann"), "/buttons/0")
    assert plain(line, sandbox.messages()[0]["id"]) == GENESYS
    assert [*problems(line["event"], "OpenInboundStructuredResponseMessage")] == []
    (found,) = caller.http.get("/_sandbox/inbound").json()["inbound"]
    assert found == line
    assert (found["gateway"], found["channel"], found["to"], found["text"]) == (
        "genesys-event", "messenger", "ann", "Yes",
    )  # fmt: skip
    said = page.said(TALK.format("ann"))
    assert "What the vendor sends" in said
    assert '"payload": "yes_confirmed"' in said
    assert page.said().startswith("Sandbox inbox")


GO = {"type": "button", "text": "Go", "value": "go"}
CARDS = [
    {"type": "card", "title": "A", "buttons": [GO]},
    {"type": "card", "title": "B", "buttons": [{**GO, "value": "go_b"}]},
]
ROWS = [{"title": "Near", "items": [{"text": "Go", "value": "row"}]}]
SLOTS = [{"start": "2027-01-11T14:30:00Z", "duration": 1800}]
ASKED = [{"type": "text", "text": "Which?"}]


@pytest.mark.parametrize(
    ("content", "at", "kind", "payload"),
    [
        ({"template_type": "generic", "cards": CARDS[:1]}, "/buttons/0", "Button", "go"),
        ({"template_type": "carousel", "cards": CARDS}, "/cards/1/buttons/0", "Button", "go_b"),
        (
            {"template_type": "list", "content": ASKED, "button": "Open", "sections": ROWS},
            "/sections/0/items/0", "Button", "row",
        ),
        (
            {"template_type": "date_picker", "content": ASKED, "slots": SLOTS},
            "/slots/0", "DatePicker", "2027-01-11T14:30:00Z",
        ),
    ],
    ids=["card", "carousel", "list", "date_picker"],
)  # fmt: skip
def test_whatever_can_be_tapped(caller: Caller, page: Page, content: Any, at: str, kind: str, payload: str) -> None:
    whole = event("ann")
    whole["content"] = {"type": "template", **content}
    on = "whatsapp" if content["template_type"] == "list" else "open"
    whole["external_conversation_reference"]["provider_id"] = on
    assert caller.send(whole).status_code == 200
    path = f"/?channel={on}&to=ann"
    assert f'data-path="{at}"' in page.get(path)
    line = page.tap(path, at)
    assert line["event"]["buttonResponse"] | {"text": ""} == {"type": kind, "text": "", "payload": payload}
    assert [*problems(line["event"], "OpenInboundStructuredResponseMessage")] == []


def test_a_tap_on_a_bots_reply_is_what_the_bot_gets(caller: Caller, page: Page) -> None:
    body = reply()
    quick = {"contentType": "QuickReply", "quickReply": {"text": "Yes", "payload": "y", "action": "Message"}}
    body["replyMessages"] = [
        {"type": "Text", "text": "Hello"},
        {"type": "Structured", "text": "More?", "content": [quick]},
    ]
    caller.post(BOT, body)
    line = page.tap("/?channel=bot&to=session-1", "/buttons/0", place=1)
    made = line["event"]
    assert [*problems(made, "IncomingMessageRequest")] == []
    assert (made["botId"], made["botVersion"], made["botSessionId"], made["languageCode"]) == (
        "bot-1", "1", "session-1", "en-us",
    )  # fmt: skip
    (content,) = made["inputMessage"]["content"]
    assert content["buttonResponse"].items() >= {"type": "QuickReply", "text": "Yes", "payload": "y"}.items()


def test_a_tap_in_a_channel_of_its_own_is_that_vendors_event(page: Page, sandbox: Sandbox) -> None:
    reply_button = {"type": "reply", "reply": {"id": "y", "title": "Yes"}}
    interactive = {"type": "button", "body": {"text": "More?"}, "action": {"buttons": [reply_button]}}
    body = {"messaging_product": "whatsapp", "to": "+16505551234", "type": "interactive", "interactive": interactive}
    post = f"{sandbox.url}/direct/whatsapp/v26.0/106540352242922/messages"
    httpx.post(post, json=body, headers={"Authorization": "Bearer canary-token"}, trust_env=False).raise_for_status()
    line = page.tap("/?channel=whatsapp&to=%2B16505551234", "/buttons/0")
    (message,) = line["event"]["entry"][0]["changes"][0]["value"]["messages"]
    assert message["from"] == "16505551234"
    assert message["context"]["id"] == sandbox.messages()[0]["id"]
    assert message["interactive"] == {"type": "button_reply", "button_reply": {"id": "y", "title": "Yes"}}
    assert line["vendor"] is True


def test_what_is_tapped_is_found_and_forgotten(caller: Caller, page: Page) -> None:
    for name in ("ann", "bob"):
        caller.send(event(name))
        page.tap(TALK.format(name), "/buttons/1")

    def found(**wanted: str) -> list[str]:
        answer = caller.http.get("/_sandbox/inbound", params=wanted)
        return [line["to"] for line in answer.json()["inbound"]]

    assert found() == ["ann", "bob"]
    assert found(to="bob", channel="messenger") == ["bob"]
    assert found(gateway="direct") == []
    assert caller.http.get("/_sandbox/inbound?who=bob").status_code == 400
    assert caller.http.delete("/_sandbox/inbound").status_code == 204
    assert found() == []
    assert "yes_confirmed" not in page.said(TALK.format("ann")).partition("What the vendor sends")[2]
    assert page.names() == ["bob", "ann"]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"number": "99", "path": "/buttons/0"}, 404),
        ({"number": "x", "path": "/buttons/0"}, 404),
        ({"path": "/buttons/9"}, 409),
        ({"path": ""}, 409),
        ({"path": "/text/0/x"}, 409),
        ({"path": "/buttons/0", "place": "7"}, 404),
    ],
)
def test_what_cannot_be_tapped(caller: Caller, page: Page, form: dict[str, str], status: int) -> None:
    caller.send(event("ann"))
    answer = page.post("/tap", **{"number": "1", **form})
    assert answer.status_code == status
    assert answer.json()["error"]
    assert caller.http.get("/_sandbox/inbound").json() == {"inbound": []}


# ---- what went wrong


def test_what_came_twice_is_marked(caller: Caller, page: Page) -> None:
    caller.sandbox.change(dedupe=True)
    for _ in range(2):
        caller.send(event("ann"), Idempotency_Key='"k"')
        caller.send(event("bob"))
    assert "arrived twice, delivered once" in page.said(TALK.format("ann"))
    assert "known by its key: not delivered again" in page.said(TALK.format("ann"))
    assert "arrived twice, delivered twice" in page.said(TALK.format("bob"))


def test_what_was_refused_is_there_with_the_reason(caller: Caller, page: Page) -> None:
    long = event("ann", text="x" * 2001)
    caller.send(long)
    caller.send(event("bob"), {**event("cleo"), "type": "no"})
    caller.http.post(EVENTS, json=[event("dan")])
    caller.post(EVENTS, b"{")
    caller.sandbox.change(next=["500"])
    caller.send(event("eve"))
    assert "Not delivered. max.length.exceeded: Text too long" in page.said(TALK.format("ann"))
    assert "x" * 2001 in page.said(TALK.format("ann"))
    assert "Not delivered. invalid.value" in page.said(TALK.format("cleo"))
    assert "answered internal.server.error" in page.said(TALK.format("eve"))
    nobody = page.said("/?channel=&to=")
    assert "authentication.required" in nobody
    assert "bad.request" in nobody
    assert "5 refused" in page.said()


def test_a_request_and_its_response(caller: Caller, page: Page) -> None:
    caller.send(event("ann"), event("bob"), Idempotency_Key='"key-1", "key-2"')
    said = page.said("/requests/2")
    assert "Message 2 of 2 in the request" in said
    assert "Status 200" in said
    assert '"id": "bob"' in said
    assert '"id": "ann"' not in said
    assert 'idempotency-key "key-1", "key-2"' in said
    assert "authorization (not kept)" in said
    assert caller.http.get("/requests/9").status_code == 404


def test_no_secret_is_kept(caller: Caller, page: Page, sandbox: Sandbox) -> None:
    caller.post(EVENTS, [event("ann")], X_Own_Secret="canary-header")
    for path in ("telegram/botcanary-token/sendMessage", "messenger/v26.0/me/messages?access_token=canary-token"):
        body = {"chat_id": "1", "recipient": {"id": "1"}, "text": "Hi", "message": {"text": "Hi"}}
        httpx.post(f"{sandbox.url}/direct/{path}", json=body, trust_env=False)
    whole = "".join(page.get(f"/requests/{number}") for number in (1, 2, 3)) + page.get()
    assert "canary" not in whole
    assert caller.token not in whole


# ---- settings, search, clear


def test_faults_are_put_on_and_off(caller: Caller, page: Page) -> None:
    assert "Faults: off" in page.said()
    answer = page.post("/faults", **{"fail-429": "10", "fail-drop": "2.5", "next": "500", "rate": "80/s", "back": "/"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    settings = caller.sandbox.settings
    assert (dict(settings.shares), settings.next, settings.rate) == ({"429": 0.1, "drop": 0.025}, ("500",), "80/s")
    assert "Faults: 429 10 %, drop 2.5 %; next: 500" in page.said()
    assert 'name="fail-drop" min="0" max="100" step="any" inputmode="decimal" value="2.5"' in page.get()
    page.post("/faults", off="1", back=TALK.format("ann"))
    assert "Faults: off" in page.said()
    assert caller.sandbox.settings.rate == "80/s"


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"fail-429": "many"}, "`many` is no number"),
        ({"fail-429": "60", "fail-500": "60"}, "more than 1 together"),
        ({"next": "flood"}, "No fault `flood`"),
        ({"rate": "fast"}, "`fast` is no rate"),
        ({"fail-429": "nan"}, "The share of `429` is from 0 to 1"),
    ],
)
def test_settings_without_sense(caller: Caller, page: Page, form: dict[str, str], why: str) -> None:
    before = caller.sandbox.settings
    answer = page.post("/faults", **form)
    assert answer.status_code == 400
    assert why in unescape(answer.text)
    assert 'role="alert"' in answer.text
    assert caller.sandbox.settings == before


def test_search_finds_names_and_texts(caller: Caller, page: Page) -> None:
    caller.send(event("ann", text="Schöne Grüße"), event("bob", text="Good morning"))
    assert page.names("/?q=GRÜSSE") == ["ann"]
    assert page.names("/?q=grüße") == ["ann"]
    assert page.names("/?q=BOB") == ["bob"]
    assert "Nothing found" in page.said("/?q=nobody")


def test_clear_forgets_everything(caller: Caller, page: Page, sandbox: Sandbox) -> None:
    caller.send(event("ann"))
    page.tap(TALK.format("ann"), "/buttons/0")
    answer = page.post("/clear")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert page.names() == []
    assert sandbox.messages() == []
    assert caller.http.get("/_sandbox/inbound").json() == {"inbound": []}
    assert "There is nothing here" in page.said(TALK.format("ann"))


# ---- many


def test_pages_of_conversations_and_of_one(caller: Caller, page: Page) -> None:
    caller.send(*(event(f"user-{number}") for number in range(30)))
    assert page.names() == [f"user-{number}" for number in range(29, 4, -1)]
    assert page.names("/?page=1") == [f"user-{number}" for number in range(4, -1, -1)]
    assert 'href="/?page=1" rel="next"' in page.get()
    assert 'href="/" rel="prev"' in page.get("/?page=1")
    caller.send(*(event("ann", text=f"Message {number}") for number in range(30)))
    newest = page.numbers(TALK.format("ann"))
    assert newest == [*range(36, 61)]
    assert page.numbers(f"{TALK.format('ann')}&before={newest[0]}") == [*range(31, 36)]
    assert f"before={newest[0]}" in page.get(TALK.format("ann"))


def test_only_the_newest_are_kept_and_it_says_so(caller: Caller, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    server = caller.sandbox._server
    monkeypatch.setattr(server.intake.store, "_most", {"message": 10, "refused": 3, "inbound": 3})
    caller.send(*(event(f"user-{number}") for number in range(40)))
    for _ in range(5):
        caller.http.post(EVENTS, json=[event("nobody")])
    assert page.names()[1:] == [f"user-{number}" for number in range(39, 29, -1)]
    assert "10 messages, 3 refused, the newest; 32 older ones were let go of" in page.said()
    assert len(caller.sandbox.messages()) == 40


# ---- strangers


@pytest.mark.parametrize("path", ["/", "/requests/1", "/events", "/assets/inbox.css", "/_sandbox/inbound"])
@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Host": "127.0.0.1.evil.example:80"}],
)
def test_a_foreign_host_or_origin_sees_nothing(caller: Caller, path: str, headers: dict[str, str]) -> None:
    caller.send(event("ann"))
    assert caller.http.get(path, headers=headers).status_code == 421


@pytest.mark.parametrize("path", ["/tap", "/clear", "/faults"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
    ],
)
def test_no_other_page_can_use_the_forms(caller: Caller, path: str, headers: dict[str, str]) -> None:
    caller.send(event("ann"))
    answer = caller.http.post(path, data={"number": "1", "path": "/buttons/0", "fail-429": "10"}, headers=headers)
    assert answer.status_code == 421
    assert len(caller.sandbox.messages()) == 1
    assert dict(caller.sandbox.settings.shares) == {}


def test_a_form_of_the_page_itself(caller: Caller) -> None:
    """A page that sends no referrer has the origin null; the browser says that it is the same site."""
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
    assert caller.http.post("/clear", headers=own).status_code == 303
    assert caller.http.post("/clear", headers={"Origin": caller.sandbox.url}).status_code == 303


def test_what_comes_before_a_page_listens_is_not_missed(caller: Caller, page: Page, sandbox: Sandbox) -> None:
    since = re.search(r'data-events="([^"]+)"', page.get())
    assert since is not None
    caller.send(event("ann"))
    told = httpx.Timeout(5)
    with httpx.stream("GET", f"{sandbox.url}/events?since={since[1]}", trust_env=False, timeout=told) as stream:
        assert next(line for line in stream.iter_lines() if line.startswith("event:")) in (
            "event: missed",
            "event: news",
        )


def test_a_page_may_load_only_what_is_its_own(caller: Caller) -> None:
    for path in ("/", "/requests/1", "/assets/inbox.js"):
        policy = caller.http.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    assert "content-security-policy" not in caller.http.get("/_sandbox/messages").headers


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7*7 }}\u202e\x00"


def test_a_hostile_message_is_text(caller: Caller, page: Page) -> None:
    bad = event(HOSTILE, text=HOSTILE * 20)
    bad["content"]["buttons"] = [{"type": "button", "text": "<b>x", "value": "javascript:alert(1)"}]
    caller.send(bad)
    path = "/?" + str(httpx.QueryParams(channel="messenger", to=HOSTILE))
    for each in (page.get(), page.get(path), page.get("/requests/1")):
        assert "<script>alert" not in each
        assert "<img" not in each
        assert "<b>x" not in each
        assert 'href="javascript' not in each
        assert "\x00" not in each
    line = page.tap(path, "/buttons/0")
    assert line["event"]["buttonResponse"]["payload"] == "javascript:alert(1)"
    assert "<b>x" not in page.get(path)


def test_a_hundred_thousand_characters(page: Page, sandbox: Sandbox) -> None:
    post = f"{sandbox.url}/direct/telegram/botT/sendMessage"
    httpx.post(post, json={"chat_id": "1", "text": "y" * 100_000}, trust_env=False)
    assert "Not delivered" in page.said("/?channel=telegram&to=1")
    assert len(page.get("/requests/1")) < 200_000


@pytest.mark.parametrize(
    "path", ["/?page=x", "/?page=-1", "/?page=99999999999999999999", "/?before=x&to=1", "/?channel=1", "/?q=%ff%00"]
)
def test_an_address_without_sense(caller: Caller, path: str) -> None:
    assert caller.http.get(path).status_code == 200


def test_what_is_nested_too_deep(caller: Caller, page: Page) -> None:
    deep = "[" * 900 + "]" * 900
    caller.post(EVENTS, f'[{{"type": "send", "content": {deep}}}]'.encode())
    assert page.get("/?channel=&to=")
    assert page.get("/requests/1")


def test_markup_is_drawn_and_a_strangers_is_not(page: Page, sandbox: Sandbox) -> None:
    post = f"{sandbox.url}/direct/telegram/botT/sendMessage"
    text = "Hi <b>Zoë</b> &lt;b&gt; <script>x</script>"
    httpx.post(post, json={"chat_id": "1", "text": text, "parse_mode": "HTML"}, trust_env=False)
    shown = page.get("/?channel=telegram&to=1")
    assert "Hi <strong>Zoë</strong> &lt;b&gt; &lt;script&gt;x" in shown
