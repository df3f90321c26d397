// A preview that follows: what is typed is compiled, what is saved is shown. Every page can be read without it.
"use strict";
(() => {
  const root = document.documentElement;
  const page = Math.random().toString(36).slice(2); // what this page asks anew takes the place of what it asked
  const QUIET = 160; // milliseconds after a key until the context is compiled
  const AGAIN = 2000; // milliseconds until a server that is gone is asked again
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const form = () => $("#look");
  const stored = (key, value) => {
    try {
      return value === undefined ? localStorage.getItem(key) : localStorage.setItem(key, value);
    } catch {
      return null; // storage may be refused
    }
  };

  // ---- a page becomes another, and keeps its focus, its scrolling, and what is folded open

  const controls = new Set(["INPUT", "TEXTAREA", "SELECT"]);
  const kept = (element, name) => (element.nodeName === "DETAILS" || element.nodeName === "DIALOG") && name === "open";
  const keyOf = (node) => (node.nodeType === 1 ? node.id || node.dataset.key || "" : "");
  const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

  const become = (old, fresh, how) => {
    if (old.nodeType !== 1) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    if (fresh.hasAttribute("data-pv-empty") && how.typing && !old.hasAttribute("data-pv-empty")) {
      old.setAttribute("data-pv-stale", ""); // while a value is wrong, the last picture is better than none
      return;
    }
    for (const { name } of [...old.attributes])
      if (!fresh.hasAttribute(name) && !kept(old, name) && !(name === "hidden" && old.dataset.pvShown)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes)
      if (old.getAttribute(name) !== value && !kept(old, name) && !(name === "hidden" && old.dataset.pvShown)) old.setAttribute(name, value);
    if (old.nodeName === "TEXTAREA") {
      // its text is its value, below
    } else children(old, fresh, how);
    if (controls.has(old.nodeName) && old !== document.activeElement && old.value !== fresh.value && !how.late)
      old.value = fresh.value;
  };

  const children = (old, fresh, how) => {
    const byKey = new Map([...old.children].map((each) => [keyOf(each), each]).filter(([key]) => key));
    let at = old.firstChild;
    for (const wanted of [...fresh.childNodes]) {
      const key = keyOf(wanted);
      let found = key ? byKey.get(key) : at;
      if (found && !alike(found, wanted)) found = null;
      if (!found) {
        old.insertBefore(document.importNode(wanted, true), at);
        continue;
      }
      if (found === at) at = at.nextSibling;
      else old.insertBefore(found, at);
      become(found, wanted, how);
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  };

  // ---- asking

  let asking = null; // the request under way
  let waiting = 0; // the timer until the next
  let typed = 0; // changes so far: an answer that comes too late leaves what was typed since alone
  let last = null; // what the form said: it may go for a while, when a template cannot be read

  const said = (submitter) => {
    const look = form();
    if (look) {
      const data = new FormData(look);
      if (submitter && submitter.name) data.append(submitter.name, submitter.value);
      last = { address: look.action, body: new URLSearchParams(data) };
    }
    if (!last) return null;
    last.body.delete("theme");
    if (theme()) last.body.set("theme", theme());
    return last;
  };

  const refresh = async ({ submitter = null, typing = false } = {}) => {
    clearTimeout(waiting);
    if (asking) asking.abort();
    const mine = (asking = new AbortController());
    const wanted = said(submitter);
    if (wanted && submitter && ["add", "remove", "as"].includes(submitter.name)) typed += 1;
    const before = typed;
    const request = wanted
      ? [wanted.address, { method: "POST", body: wanted.body, headers: { "x-page": page }, signal: mine.signal }]
      : [location.href, { headers: { "x-page": page }, signal: mine.signal }];
    root.dataset.pvBusy = "";
    try {
      const answer = await fetch(...request);
      if (answer.status === 204) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine.signal.aborted || !$("#app", fresh)) return;
      become($("#app"), $("#app", fresh), { typing, late: typed !== before });
      document.title = fresh.title;
      settle(submitter);
      offline(false);
    } catch (error) {
      if (error.name !== "AbortError") offline(true);
    } finally {
      if (asking === mine) {
        asking = null;
        delete root.dataset.pvBusy;
      }
    }
  };

  const checked = async () => {
    const app = $("#app");
    const query = new URLSearchParams({ template: app.dataset.name, theme: theme() });
    try {
      const answer = await fetch(`/checked?${query}`);
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of $$("body > [id]", fresh)) {
        const old = document.getElementById(part.id);
        if (old) become(old, part, {});
      }
      settle();
      if (!app.dataset.name) refresh();
    } catch {
      // the next event asks again
    }
  };

  // after a page has become another
  const settle = (submitter) => {
    enliven();
    filter();
    const look = form();
    if (look && look.dataset.url) history.replaceState(null, "", look.dataset.url);
    if (submitter && submitter.name === "add") {
      const list = document.getElementById(submitter.dataset.of);
      const all = list ? $$(":scope > .pv-field", list) : [];
      const field = all.length ? $("input:not([type=hidden]), textarea, select", all[all.length - 1]) : null;
      if (field) field.focus();
    }
    if (submitter && submitter.name === "remove" && !submitter.isConnected) {
      const list = document.getElementById(submitter.dataset.of);
      const add = list && $(":scope > .pv-add", list);
      if (add) add.focus();
    }
  };

  // what is only there with a script
  const enliven = () => {
    for (const each of $$("[data-copy][hidden], [data-pv-help][hidden], [data-pv-only][hidden]")) {
      each.dataset.pvShown = "yes";
      each.hidden = false;
    }
    for (const each of $$("textarea[data-pv-grows]")) grow(each);
  };

  const grow = (area) => {
    const lines = area.value.split("\n").length;
    area.rows = Math.min(Math.max(lines, area.name === "json" ? 8 : 2), 24);
  };

  // ---- what the user does

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-pv-filter]")) return filter();
    if (!event.target.closest("#look") || event.target.nodeName === "SELECT") return undefined;
    if (event.target.nodeName === "TEXTAREA") grow(event.target);
    typed += 1;
    clearTimeout(waiting);
    if (!event.isComposing) waiting = setTimeout(() => refresh({ typing: true }), QUIET);
    return undefined;
  });
  document.addEventListener("compositionend", (event) => {
    if (event.target.closest("#look")) refresh({ typing: true });
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pv-keys]")) stored("handbill-keys", event.target.checked ? "on" : "off");
    if (event.target.closest("#look") && event.target.nodeName === "SELECT")
      refresh({ typing: event.target.name.startsWith("c/") });
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "look") return;
    event.preventDefault();
    refresh({ submitter: event.submitter, typing: true });
  });
  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) copied(copy);
    if (event.target.closest("[data-pv-help]")) help();
  });

  const copied = async (button) => {
    const text = $("pre", button.parentElement);
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(text); // the reader's own keys copy it
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  };

  const filter = () => {
    const field = $("[data-pv-filter]");
    const words = field ? field.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
    for (const link of $$("[data-pv-template]")) {
      const name = decodeURIComponent(link.pathname).toLowerCase();
      link.parentElement.classList.toggle("pv-out", !words.every((word) => name.includes(word)));
    }
  };

  // ---- keys

  const help = () => {
    const keys = $("#keys");
    if (keys.open) keys.close();
    else keys.showModal();
  };
  const step = (id, by = 1) => {
    const list = document.getElementById(id);
    if (!list || list.options.length < 2) return;
    list.selectedIndex = (list.selectedIndex + by + list.options.length) % list.options.length;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const turn = (by) => {
    const links = $$("[data-pv-template]").filter((each) => !each.parentElement.classList.contains("pv-out"));
    const now = links.findIndex((each) => each.getAttribute("aria-current"));
    const next = links[now < 0 ? (by > 0 ? 0 : links.length - 1) : (now + by + links.length) % links.length];
    if (next) next.click();
  };
  let problem = -1;
  const toProblem = () => {
    const all = $$("#look [aria-invalid=true], #panels .fd");
    if (!all.length) return;
    problem = (problem + 1) % all.length;
    const one = all[problem];
    if (!controls.has(one.nodeName)) one.tabIndex = -1;
    one.focus();
    one.scrollIntoView({ block: "center" });
  };
  const keys = {
    "/": () => {
      const shelf = $("[data-pv-shelf]");
      if (shelf) shelf.open = true;
      const field = $("[data-pv-filter]");
      if (field) field.focus();
    },
    j: () => turn(1),
    k: () => turn(-1),
    e: () => step("example"),
    l: () => step("locale"),
    g: () => step("via"),
    c: () => step("channel"),
    f: toProblem,
    o: () => $("a[data-pv-open]")?.click(),
    t: () => $("[data-hb-theme]")?.click(),
    "?": help,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const within = event.target;
    if (event.key === "Escape" && within.matches("[data-pv-filter]")) {
      within.value = "";
      filter();
      within.blur();
    }
    if (event.key === "Enter" && within.matches("[data-pv-filter]"))
      $$("[data-pv-template]").find((each) => !each.parentElement.classList.contains("pv-out"))?.click();
    if (within.closest("input, textarea, select, [contenteditable], dialog")) return;
    if (stored("handbill-keys") === "off" && event.key !== "?") return;
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
    if (!act) return;
    event.preventDefault();
    act();
  });

  // ---- the theme, in the address too

  let chosen = "";
  const theme = () => chosen;
  const followTheme = () => {
    const app = $("#app");
    chosen = app.dataset.theme || "";
    if (chosen) root.dataset.theme = chosen;
    new MutationObserver(() => {
      const now = root.dataset.theme || "";
      if (now === chosen) return;
      chosen = now;
      delete $("#app").dataset.theme;
      const look = form();
      const address = new URL(look && look.dataset.url ? look.dataset.url : location.href, location.href);
      address.searchParams.set("theme", chosen);
      if (look) look.dataset.url = address.pathname + address.search;
      history.replaceState(null, "", address);
      for (const link of $$("[data-pv-template], .pv-card, .pv-home")) {
        const to = new URL(link.href);
        to.searchParams.set("theme", chosen);
        link.href = to;
      }
    }).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  };

  // ---- what the server tells

  let source = null;
  let seen = "";
  let again = 0;
  const listen = () => {
    clearTimeout(again);
    if (source || document.hidden) return; // a page that nobody looks at takes none of the browser's few connections
    source = new EventSource(`/events?since=${encodeURIComponent(seen)}`);
    const on = (name, act) =>
      source.addEventListener(name, (event) => {
        seen = event.lastEventId || seen;
        act();
      });
    on("changed", () => refresh({}));
    on("checked", checked);
    on("missed", async () => {
      await refresh({});
      await checked();
    });
    source.addEventListener("open", () => offline(false));
    source.addEventListener("error", () => {
      offline(true);
      deafen();
      again = setTimeout(listen, AGAIN);
    });
  };
  const deafen = () => {
    if (source) source.close();
    source = null;
  };
  const offline = (is) => {
    const live = $("[data-pv-live]");
    const words = is ? "The preview has stopped" : "";
    if (live && live.textContent !== words) live.textContent = words;
    live?.classList.toggle("pv-is-error", is);
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? deafen() : listen()));
  addEventListener("pagehide", deafen);
  addEventListener("pageshow", (event) => event.persisted && listen());

  // ---- start

  root.classList.add("pv-scripted");
  if (!matchMedia("(min-width: 60rem)").matches) for (const each of $$("[data-pv-shelf], [data-pv-fold]")) each.open = false;
  const keysOn = $("[data-pv-keys]");
  if (keysOn) keysOn.checked = stored("handbill-keys") !== "off";
  seen = $("#app")?.dataset.last || "";
  if ($("#app")) {
    followTheme();
    enliven();
    said();
    listen();
  }
})();
