// Looks at the page it is run in, as a function body; gives what is wrong with it, one sentence each.
const wrong = [];
const wanted = arguments_of_the_test;
const short = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 110);
const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });

// One page is one document with one heading, in one language, with every id once.
const headings = document.querySelectorAll("h1").length;
if (headings !== 1) wrong.push(`${headings} h1`);
if (document.documentElement.lang !== wanted.lang) wrong.push(`lang is ${document.documentElement.lang}`);
if (!document.title.trim()) wrong.push("no title");
const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) wrong.push(`id ${id} twice`);
for (const attribute of ["for", "aria-labelledby", "aria-describedby", "aria-controls"]) {
  for (const element of document.querySelectorAll(`[${attribute}]`)) {
    for (const id of element.getAttribute(attribute).split(/\s+/)) {
      if (id && !document.getElementById(id)) wrong.push(`${attribute}=${id} leads nowhere`);
    }
  }
}

// Every field has a label, every link and button a name, every picture its words.
const words = (element) => {
  const by = element.getAttribute("aria-labelledby");
  if (by) return by.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim();
  if (element.getAttribute("aria-label")) return element.getAttribute("aria-label").trim();
  const pictures = [...element.querySelectorAll("img[alt], svg title, [aria-label]")];
  return (element.textContent + pictures.map((one) => one.alt || one.getAttribute("aria-label") || one.textContent).join(" ")).trim();
};
for (const field of document.querySelectorAll("input:not([type=hidden]):not([type=submit]):not([type=button]), select, textarea")) {
  const label = [...(field.labels ?? [])].map((one) => one.textContent).join("").trim();
  if (!label && !field.getAttribute("aria-label") && !field.getAttribute("aria-labelledby")) wrong.push(`no label: ${short(field)}`);
}
for (const element of document.querySelectorAll("a[href], button, summary")) {
  if (!words(element) && !element.title) wrong.push(`no name: ${short(element)}`);
}
for (const picture of document.querySelectorAll("img:not([alt]), iframe:not([title]), svg[role=img]:not(:has(title)):not([aria-label]):not([aria-labelledby])")) {
  wrong.push(`no words for it: ${short(picture)}`);
}
for (const table of document.querySelectorAll("table")) {
  if (!table.querySelector("th")) wrong.push(`no head: ${short(table)}`);
}

// Nothing sticks out to the right.
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > width) {
  const scrolls = (element) => {
    for (let one = element.parentElement; one && one !== document.body; one = one.parentElement) {
      if (getComputedStyle(one).overflowX !== "visible") return true;
    }
    return false;
  };
  const widest = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > width + 0.5 && !scrolls(one));
  wrong.push(`${document.documentElement.scrollWidth} px wide in ${width}: ${widest.slice(-3).map(short).join(" | ")}`);
}

// No age is cut off, however long it may get.
for (const age of document.querySelectorAll(".age time")) {
  const said = age.textContent;
  age.textContent = { en: "59 minutes ago", de: "vor 59 Sekunden" }[wanted.lang];
  const box = age.closest(".age");
  if (box.scrollWidth > box.clientWidth && box.clientWidth) wrong.push(`cut off: ${age.textContent}, ${box.scrollWidth} in ${box.clientWidth}`);
  age.textContent = said;
}

// On a phone no row of a table is cut off, and none is mostly empty.
for (const row of document.querySelectorAll(".records tbody tr")) {
  if (width > 500) break;
  const box = row.closest(".records");
  if (box.scrollWidth > box.clientWidth) { wrong.push(`scrolls sideways: ${short(row)}`); break; }
  const drawn = [...row.cells].reduce((sum, cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return sum + [...range.getClientRects()].reduce((area, one) => area + one.width * one.height, 0);
  }, 0);
  if (drawn * 8 < row.clientWidth * row.clientHeight) { wrong.push(`mostly empty, ${row.clientHeight} px tall: ${short(row)}`); break; }
}

// Text stands out from its ground (WCAG 2.2, success criterion 1.4.3).
const parts = (colour) => {
  const numbers = (colour.match(/[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
  const [red, green, blue, alpha = 1] = colour.startsWith("color(srgb") ? [...numbers.slice(0, 3).map((n) => n * 255), numbers[3]] : numbers;
  return [red, green, blue, alpha];
};
const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
const light = (colour) => {
  const [red, green, blue] = colour.slice(0, 3).map((n) => n / 255).map((n) => (n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const ratio = (one, other) => {
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
};
const ground = (element) => {
  const layers = [];
  for (let one = element; one; one = one.parentElement) {
    const colour = parts(getComputedStyle(one).backgroundColor);
    layers.push(colour);
    if (colour[3] === 1) break;
  }
  return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
};
const seen = new Set();
const judge = (element, style, sample) => {
  let colour = parts(element instanceof SVGElement ? style.fill : style.color);
  let opacity = 1;
  for (let one = element; one; one = one.parentElement) opacity *= Number(getComputedStyle(one).opacity);
  const under = ground(element);
  colour = over([...colour.slice(0, 3), (colour[3] ?? 1) * opacity], under);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  const found = ratio(colour, under);
  if (found >= (large ? 3 : 4.5)) return;
  const key = `${colour.map(Math.round)} on ${under.map(Math.round)}`;
  if (seen.has(key)) return;
  seen.add(key);
  wrong.push(`contrast ${found.toFixed(2)} (${key}): “${sample.trim().slice(0, 40)}” in ${short(element)}`);
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const element = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || element.closest("script, style, option, textarea, title, desc, .unseen, [disabled]") || !shown(element)) continue;
  const box = element.getBoundingClientRect();
  if (box.bottom + scrollY <= 0 || box.width === 0) continue;
  judge(element, getComputedStyle(element), texts.currentNode.data);
}
for (const field of document.querySelectorAll("input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select, textarea")) {
  if (!shown(field) || field.disabled) continue;
  judge(field, getComputedStyle(field), field.value || field.name);
  if (field.placeholder) judge(field, getComputedStyle(field, "::placeholder"), field.placeholder);
}
// What one writes into or presses can be told from what is around it (1.4.11).
for (const field of document.querySelectorAll("input:not([type=hidden]):not([type=checkbox]):not([type=radio]):not([type=file]), select, textarea")) {
  if (!shown(field) || field.disabled) continue;
  const style = getComputedStyle(field);
  const around = ground(field.parentElement);
  const edge = over(parts(style.borderTopColor), around);
  if (parseFloat(style.borderTopWidth) > 0 && ratio(edge, around) >= 3) continue;
  if (ratio(ground(field), around) < 3) wrong.push(`no edge: ${short(field)}`);
}

// A page is light, and everything of it is ours.
const loaded = performance.getEntriesByType("resource");
for (const one of loaded) {
  if (!one.name.startsWith(location.origin) && !one.name.startsWith("data:")) wrong.push(`loads ${one.name}`);
}
const own = loaded.filter((one) => ["link", "css", "script"].includes(one.initiatorType));
const bytes = own.concat(performance.getEntriesByType("navigation")).reduce((sum, one) => sum + one.encodedBodySize + 600, 0);
if (bytes > wanted.bytes) wrong.push(`weighs ${bytes} bytes`);
return { wrong, bytes };
