// Turns carousels and switches the theme. Everything is readable without it.
"use strict";
(() => {
  const root = document.documentElement;
  const stored = (key, value) => {
    try {
      return value === undefined ? localStorage.getItem(key) : localStorage.setItem(key, value);
    } catch {
      return null; // storage may be refused
    }
  };

  const theme = stored("handbill-theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;

  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  const turn = (button) => {
    const cards = button.closest(".hb-carousel").querySelector(".hb-cards");
    const card = cards.firstElementChild;
    const step = card.getBoundingClientRect().width + 8;
    const way = getComputedStyle(cards).direction === "rtl" ? -1 : 1;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    cards.scrollBy({ left: Number(button.dataset.hbTurn) * way * step, behavior: calm ? "auto" : "smooth" });
  };

  // where all cards are seen there is nothing to turn
  const fit = (bar) => {
    const cards = bar.closest(".hb-carousel").querySelector(".hb-cards");
    widths.observe(cards);
    const whole = cards.scrollWidth <= cards.clientWidth;
    if (bar.hidden !== whole) bar.hidden = whole;
  };
  const widths = new ResizeObserver((changes) => {
    for (const { target } of changes) for (const bar of target.parentElement.querySelectorAll(".hb-turn")) fit(bar);
  });

  // carousels that come later, live, get their buttons too
  const ready = (within) => {
    for (const bar of within.querySelectorAll(".hb-turn")) fit(bar);
    for (const button of within.querySelectorAll("[data-hb-theme][hidden]")) button.hidden = false;
    for (const button of within.querySelectorAll("[data-hb-theme]")) button.setAttribute("aria-pressed", isDark());
  };

  document.addEventListener("click", (event) => {
    const turning = event.target.closest("[data-hb-turn]");
    if (turning) turn(turning);
    const switching = event.target.closest("[data-hb-theme]");
    if (switching) {
      root.dataset.theme = isDark() ? "light" : "dark";
      stored("handbill-theme", root.dataset.theme);
      ready(document);
    }
  });

  const start = () => {
    ready(document);
    new MutationObserver((changes) => {
      for (const change of changes) {
        if (change.type === "attributes" && change.target.matches(".hb-turn")) fit(change.target);
        for (const node of change.addedNodes) if (node.nodeType === 1) ready(node.parentElement || node);
      }
    }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
