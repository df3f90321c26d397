// One example and language at a time, templates found by name, payloads copied. Everything is there without it.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // ---- one view of a template at a time
  const views = all(".view");
  const switches = all("[data-switch]");
  const show = (view) => {
    for (const each of views) each.hidden = each !== view;
    for (const select of switches) select.value = view.dataset[select.dataset.switch];
  };
  const wanted = (changed) => {
    const value = (name) => switches.find((select) => select.dataset.switch === name)?.value;
    const fits = (view, name) => value(name) === undefined || view.dataset[name] === value(name);
    const both = views.find((view) => fits(view, "example") && fits(view, "language"));
    return both || views.find((view) => fits(view, changed)) || views[0];
  };
  const target = () => {
    const there = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const view = there?.closest(".view");
    if (view) {
      show(view);
      there.scrollIntoView();
    }
    return view;
  };
  if (switches.length) {
    document.querySelector("[data-switches]").hidden = false;
    for (const title of all("[data-title]")) title.classList.add("unseen");
    if (!target()) show(views[0]);
    for (const select of switches)
      select.addEventListener("change", () => {
        const view = wanted(select.dataset.switch);
        show(view);
        history.replaceState(null, "", `#${view.id}`);
      });
    addEventListener("hashchange", target);
  }

  // ---- find a template
  const find = document.querySelector("[data-find]");
  if (find) {
    find.hidden = false;
    find.querySelector("input").addEventListener("input", (event) => {
      const text = event.target.value.trim().toLowerCase();
      for (const entry of all(".entry")) entry.hidden = !entry.dataset.name.includes(text);
    });
  }

  // ---- copy a payload
  const copy = async (button) => {
    const pre = button.parentElement.querySelector("pre");
    try {
      await navigator.clipboard.writeText(pre.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(pre); // the reader's own keys copy it
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  };
  for (const button of all("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
})();
