// Small helpers. Everything that comes from the controller enters the page as text, never as markup.

/** Makes an element: attributes, then children, which are nodes or text. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Sets text only when it differs, so that nothing is announced or selected away for nothing. */
export function say(node, text) {
  const wanted = text === null || text === undefined ? "" : String(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}

export function attribute(node, name, value) {
  if (value === null || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Makes the children of `parent` those of `items`, reusing by key: nothing moves that need not. */
export function keyed(parent, items, key, make, update) {
  const old = new Map();
  for (const node of parent.children) old.set(node.dataset.key, node);
  let at = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let node = old.get(name);
    if (node) old.delete(name);
    else {
      node = make(item);
      node.dataset.key = name;
    }
    update?.(node, item);
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
  for (const node of old.values()) node.remove();
}

const two = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
export const NONE = "–";

/** Money with two places; U+2212 for minus, so that it is as wide as a digit. */
export function money(value) {
  if (value === null || value === undefined || !Number.isFinite(Number(value))) return NONE;
  return two.format(Number(value)).replace("-", "−");
}

/** Money that was won or lost: always with its sign. */
export function signed(value) {
  const text = money(value);
  return text !== NONE && Number(value) > 0 ? `+${text}` : text;
}

export function count(value) {
  return value === null || value === undefined ? NONE : whole.format(value);
}

export function percent(value, places = 1) {
  if (value === null || value === undefined || !Number.isFinite(Number(value))) return NONE;
  return `${Number(value).toFixed(places).replace("-", "−")} %`;
}

/** A price or lots, as they were sent. */
export function plain(value) {
  return value === null || value === undefined || value === 0 ? NONE : String(value);
}

/** `14:03:22` in UTC; with the date where it is not today's. */
export function clock(text) {
  if (!text) return NONE;
  const iso = new Date(text).toISOString();
  const today = new Date().toISOString().slice(0, 10);
  return iso.startsWith(today) ? iso.slice(11, 19) : `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}

/** `8 s`, `3 min`, `2 h`. */
export function span(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} days`;
}

/** `daily_loss` as people write it. */
export function words(code) {
  return String(code ?? "").replaceAll("_", " ");
}

export function plural(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** The controller's sentences, with their times as the rest of the page writes them. */
export function readable(text) {
  return String(text ?? "").replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (time) => clock(time));
}
