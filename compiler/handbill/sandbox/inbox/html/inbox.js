// Shows what arrives as it arrives, and lets buttons be tapped. Everything can be read without it.
"use strict";
(() => {
  const box = document.querySelector(".ib");
  if (!box) return;
  const say = (text) => {
    const live = document.getElementById("live");
    if (live) live.textContent = text;
  };
  const atEnd = () => innerHeight + scrollY >= document.documentElement.scrollHeight - 160;

  // ---- news: the page is asked for again, and what is new in it is put into this one

  const takeList = (fresh) => {
    const list = document.getElementById("list");
    const focused = document.activeElement?.dataset?.key;
    const known = new Map([...list.querySelectorAll("a")].map((a) => [a.dataset.key, a.textContent]));
    for (const a of fresh.querySelectorAll("a"))
      if (known.get(a.dataset.key) !== a.textContent) a.parentElement.classList.add("ib-new");
    list.replaceChildren(...fresh.children);
    if (focused) [...list.querySelectorAll("a")].find((a) => a.dataset.key === focused)?.focus();
  };

  const takeTalk = (fresh) => {
    const talk = document.getElementById("talk");
    const follow = atEnd();
    const numbers = new Set();
    let added = 0;
    for (const item of [...fresh.children]) {
      numbers.add(item.id);
      const old = document.getElementById(item.id);
      if (!old) {
        talk.append(item);
        added += 1;
      } else if (old.dataset.state !== item.dataset.state && !old.contains(document.activeElement)) old.replaceWith(item);
    }
    for (const item of [...talk.children]) if (!numbers.has(item.id)) item.remove();
    document.querySelector(".ib-empty")?.toggleAttribute("hidden", numbers.size > 0);
    if (added && follow) talk.lastElementChild.scrollIntoView({ block: "end" });
    if (added) say(added === 1 ? "One more has arrived." : `${added} more have arrived.`);
  };

  const paged = new URLSearchParams(location.search).has("before");
  let asking = false;
  let again = false;
  const refresh = async () => {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      const answer = await fetch(location.pathname + location.search, { headers: { accept: "text/html" } });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        takeList(fresh.getElementById("list"));
        for (const id of ["counts", "pages", "size", "earlier"]) document.getElementById(id)?.replaceWith(fresh.getElementById(id));
        const talk = fresh.getElementById("talk");
        if (talk && !paged) takeTalk(talk);
        const faults = document.getElementById("faults");
        if (!faults.open) faults.replaceWith(fresh.getElementById("faults"));
      }
    } catch {
      say("The sandbox does not answer.");
    }
    setTimeout(() => {
      asking = false;
      if (again) {
        again = false;
        refresh();
      }
    }, 400);
  };

  const events = new EventSource(`/events?since=${encodeURIComponent(box.dataset.events)}`);
  events.addEventListener("news", refresh);
  events.addEventListener("missed", refresh);
  events.addEventListener("error", () => say("The sandbox is not reached; it is tried again."));
  events.addEventListener("open", () => say(""));
  addEventListener("pagehide", () => events.close());

  // ---- taps

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[name=tap]");
    if (!button) return;
    const { kind, path, url, phone } = button.dataset;
    if (kind !== "reply") {
      say(kind === "link" ? `It opens ${url}. The vendor sends nothing for that.` : `It calls ${phone}. The vendor sends nothing for that.`);
      return;
    }
    const item = button.closest(".ib-item");
    const drawing = button.closest(".ib-drawing");
    if (!item || !path) return;
    const body = new URLSearchParams({ number: item.dataset.number, place: drawing.dataset.place, path });
    const answer = await fetch("/tap", { method: "POST", body, headers: { accept: "application/json" } });
    if (answer.ok) refresh();
    else say((await answer.json()).error);
  });

  document.addEventListener("submit", (event) => {
    const asked = event.submitter?.dataset.ask;
    if (asked && !confirm(asked)) event.preventDefault();
  });

  if (!location.hash && document.getElementById("talk")?.lastElementChild && !paged && !document.getElementById("faults").open)
    document.getElementById("talk").lastElementChild.scrollIntoView({ block: "end" });
})();
