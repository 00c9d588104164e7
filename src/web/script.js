// What the pages do beyond links and forms, for whoever lets them: keys, drafts that are kept while
// one writes, live counts, and a box that chooses all. Every page works without it. Texts come from
// the page (data attributes of the script element), nothing is loaded but our own two answers.
"use strict";
(() => {
  const texts = document.currentScript.dataset;
  const find = (what, within = document) => within.querySelector(what);
  const all = (what, within = document) => [...within.querySelectorAll(what)];

  // Keys. They can be turned off (WCAG 2.1.4), and never count while somebody writes or chooses.
  const OFF = "counterfoil-keys-off";
  const store = {
    get: () => { try { return localStorage.getItem(OFF); } catch { return null; } },
    set: (off) => { try { off ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF); } catch { /* not kept */ } },
  };
  const button = find("#keys-switch");
  if (button) {
    const say = () => { button.textContent = store.get() ? button.dataset.on : button.dataset.off; };
    button.addEventListener("click", () => { store.set(!store.get()); say(); });
    say();
    button.hidden = false;
  }

  // What one goes through: the tickets of a list, else the articles of a conversation.
  const stops = () => {
    const rows = all(".tickets > li").map((row) => find('a[href^="/tickets/"]', row)).filter(Boolean);
    return rows.length ? rows : all(".conversation > .article");
  };
  const here = (list) => list.findIndex((stop) => stop === document.activeElement
    || (stop.closest("li") ?? stop).contains(document.activeElement));
  const move = (by) => {
    const list = stops();
    const now = here(list);
    const next = list[now < 0 ? (by > 0 ? 0 : list.length - 1) : now + by];
    if (!next) return;
    if (next.matches(".article")) next.tabIndex = -1;
    next.focus({ preventScroll: true, focusVisible: true });
    next.scrollIntoView({ block: next.matches(".article") ? "start" : "nearest" });
  };
  const current = () => { const list = stops(); return list[here(list)]; };
  const writeAs = (kind) => {
    const field = find("#text");
    if (!field) return;
    const choice = find(`#write input[type=radio][name=as][value=${kind}]`);
    if (choice && !choice.disabled) { choice.checked = true; choice.dispatchEvent(new Event("change", { bubbles: true })); }
    field.focus();
    field.scrollIntoView({ block: "center" });
  };
  const search = () => {
    const field = find(".search input[name=q]");
    if (field) { field.focus(); field.select(); }
  };
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    o: () => { const stop = current(); if (stop?.href) stop.click(); },
    x: () => { const stop = current(); find("input[type=checkbox][name=ticket]", stop?.closest("li") ?? document.head)?.click(); },
    r: () => writeAs("reply"),
    n: () => writeAs("note"),
    "/": search,
    "?": () => location.assign("/keys"),
    "g i": () => location.assign("/tickets"),
    "g m": () => location.assign("/tickets?view=mine"),
    "g s": () => location.assign("/"),
  };
  let first = "";
  let forget = 0;
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    const busy = at.isContentEditable || (at.matches?.("input, textarea, select") && at.type !== "checkbox");
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || busy || store.get()) return;
    const deed = keys[first + event.key];
    clearTimeout(forget);
    first = !first && event.key === "g" ? "g " : "";
    if (first) forget = setTimeout(() => { first = ""; }, 1500);
    if (!deed) return;
    event.preventDefault();
    deed();
  });

  // One box that chooses all tickets of the page.
  const boxes = all("input[type=checkbox][name=ticket]");
  const list = boxes[0]?.closest(".tickets");
  if (list) {
    const box = document.createElement("input");
    box.type = "checkbox";
    const label = document.createElement("label");
    label.className = "choose-all";
    label.append(box, " ", texts.all);
    list.before(label);
    const tell = () => {
      const chosen = boxes.filter((one) => one.checked).length;
      box.checked = chosen === boxes.length;
      box.indeterminate = chosen > 0 && !box.checked;
    };
    box.addEventListener("change", () => { for (const one of boxes) one.checked = box.checked; });
    list.addEventListener("change", tell);
    tell();
  }

  // Drafts.
  const form = find("#write-form");
  const keepAt = form?.dataset.draft;
  if (keepAt) {
    const told = document.createElement("span");
    told.className = "draft-said";
    told.setAttribute("role", "status");
    (find(".buttons", form) ?? form).append(told);
    let waiting = 0;
    // Files are chosen and taken out by the form itself, when somebody says so.
    const typed = () => {
      const fields = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "drop") fields.append(name, value);
      return fields.toString();
    };
    let kept = typed();
    let sending = false;
    const keep = async () => {
      clearTimeout(waiting);
      waiting = 0;
      const text = typed();
      if (sending || text === kept) return;
      sending = true;
      try {
        const answer = await fetch(keepAt, { method: "POST", body: new URLSearchParams(text), redirect: "manual", keepalive: text.length < 60000 });
        if (answer.ok) kept = text;
        told.textContent = answer.status === 204 ? texts.kept : answer.ok ? "" : answer.status === 409 ? texts.elsewhere : texts.unkept;
      } catch {
        told.textContent = texts.unkept;
      }
      sending = false;
      if (typed() !== text) later();
    };
    const later = () => { if (!waiting) waiting = setTimeout(keep, 2000); };
    form.addEventListener("input", (event) => { if (event.target.type === "file") return; if (told.textContent) told.textContent = ""; later(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
    form.addEventListener("submit", () => { clearTimeout(waiting); kept = typed(); });
  }

  // Live counts, while somebody looks. Whoever is signed out hears nothing more.
  const counts = { open: "/tickets", mine: "/tickets?view=mine", unassigned: "/tickets?view=unassigned", pending: "/tickets?view=pending" };
  const places = Object.entries(counts).map(([name, path]) => [name, find(`.tabs a[href="${path}"] .count`)]).filter(([, place]) => place);
  if (places.length) {
    const written = new Intl.NumberFormat(document.documentElement.lang);
    let over = false;
    const look = async () => {
      if (document.hidden || over) return;
      try {
        const answer = await fetch("/counts", { redirect: "manual" });
        if (answer.status !== 200) { over = true; clearInterval(clock); return; }
        const now = await answer.json();
        for (const [name, place] of places) if (Number.isInteger(now[name])) place.textContent = written.format(now[name]);
      } catch { /* asked again later */ }
    };
    const clock = setInterval(look, 20000);
    document.addEventListener("visibilitychange", look);
  }
})();
