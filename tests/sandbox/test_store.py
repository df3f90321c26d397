"""What the inbox keeps: the newest, so many and so large, each conversation as new as its last item."""

from __future__ import annotations

import gc
import tracemalloc

import orjson
import pytest
from handbill.sandbox.book import Book, Entry
from handbill.sandbox.inbox.store import Exchange, Store
from hypothesis import given
from hypothesis import strategies as st


def exchange() -> Exchange:
    return Exchange(0.0, "genesys-event", "POST", "/", ())


def entry(text: str = "") -> Entry:
    return Entry("genesys-event", "ann", "", "", orjson.dumps({"text": text}))


def test_the_newest_conversation_is_the_first() -> None:
    store = Store(10, 10, 10**6)
    for name in ("ann", "bob", "ann", "cleo"):
        store.add(("messenger", name), exchange(), entry=entry())
    assert [each.who[1] for each in store.conversations()] == ["cleo", "ann", "bob"]


def test_refusals_push_out_no_messages() -> None:
    store = Store(3, 2, 10**6)
    store.add(("messenger", "ann"), exchange(), entry=entry())
    for _ in range(50):
        store.add(("", ""), exchange(), refused="no")
    counts = store.counts()
    assert (counts["message"], counts["refused"], counts["dropped"]) == (1, 2, 48)
    assert store.get(1) is not None
    assert store.get(2) is None


def test_what_is_large_makes_room_for_itself() -> None:
    store = Store(1000, 1000, 20_000)
    for _ in range(100):
        store.add(("", ""), exchange(), refused="no", raw=b"x" * 5000)
    assert store.counts()["refused"] <= 4


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["message", "refused", "inbound"]), st.integers(0, 900))
    ),
    st.integers(1, 5),
    st.integers(1, 5),
    st.integers(600, 5000),
)
def test_it_is_whole_whatever_comes(told: list[tuple[str, str, int]], most: int, refusals: int, size: int) -> None:
    store = Store(most, refusals, size)
    for name, kind, length in told:
        kinds = {"message": {"entry": entry()}, "refused": {"raw": b"x" * length}, "inbound": {"inbound": {}}}
        store.add(("messenger", name), exchange(), **kinds[kind])
    counts = store.counts()
    kept = [item for each in store.conversations() for item in each.items.values()]
    assert len(kept) == counts["message"] + counts["refused"] + counts["inbound"]
    assert len(kept) + counts["dropped"] == len(told) == counts["last"]
    assert counts["message"] <= most
    assert counts["refused"] <= refusals
    assert all([*each.items] == sorted(each.items) for each in store.conversations())
    newest = [max(each.items) for each in store.conversations()]
    assert len(newest) == counts["conversations"]
    store.forget_inbound()
    assert store.counts()["inbound"] == 0


@pytest.mark.parametrize("size", [100, 1000])
def test_the_book_lets_go_of_old_bodies_and_of_nothing_else(size: int) -> None:
    book = Book(most=size)
    for number in range(50):
        book.accept("genesys-event", f"user-{number}", "c", "", {"text": "x" * 20})
    found = book.messages()
    assert [each["recipient"] for each in found] == [f"user-{number}" for number in range(50)]
    whole = [each["body"] is not None for each in found]
    assert whole == sorted(whole), "the oldest go first"
    assert whole[-1]
    assert whole.count(False) == book.dropped
    assert sum(len(orjson.dumps(each["body"])) for each in found if each["body"]) <= size
    _, _, new = book.accept("genesys-event", "user-0", "c", "", {"text": "x" * 20})
    assert new
    assert book.messages()[0]["arrived"] == 2
    book.clear()
    assert (book.dropped, book.messages()) == (0, [])


def test_a_message_takes_little_more_than_its_body() -> None:
    """What orjson gives holds kilobytes to spare, which are not kept."""
    book = Book()
    body = {"text": "x" * 100}
    gc.collect()
    tracemalloc.start()
    for number in range(500):
        book.accept("genesys-event", f"user-{number}", "c", "", body)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / 500 < 1500
