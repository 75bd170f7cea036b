// Equity against the day's floor, as an SVG that fills its box. Its words stand beside it in HTML, so that they are never
// stretched; its figures are in the card, for those who do not see it.

import { money, say, attribute, span } from "./util.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 600;
const HEIGHT = 120;

function shape(parent, tag, name) {
  const node = document.createElementNS(SVG, tag);
  node.setAttribute("class", name);
  node.setAttribute("vector-effect", "non-scaling-stroke");
  parent.append(node);
  return node;
}

/** Equity by time of one agent, thinned where it grows long. */
export class EquityHistory {
  constructor(limit) {
    this.limit = limit;
    this.points = [];
  }

  add(time, equity) {
    if (!Number.isFinite(equity) || !Number.isFinite(time)) return;
    const points = this.points;
    const last = points.at(-1);
    if (last && time <= last.time) return;
    points.push({ time, equity });
    if (points.length <= this.limit) return;
    // Of the older half every other point stays: the chart reaches back further, and coarser.
    const half = points.length >> 1;
    this.points = points.filter((_, k) => k >= half || k % 2 === 0);
  }
}

export class EquityChart {
  constructor() {
    this.node = document.createElement("figure");
    this.node.className = "chart";
    const box = document.createElement("div");
    box.className = "plot";
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.svg.setAttribute("role", "img");
    this.area = shape(this.svg, "path", "area");
    this.danger = shape(this.svg, "rect", "danger");
    this.anchor = shape(this.svg, "path", "anchor");
    this.floor = shape(this.svg, "path", "floor");
    this.line = shape(this.svg, "path", "line");
    this.labels = {};
    box.append(this.svg);
    for (const name of ["anchor", "floor"]) {
      const label = document.createElement("span");
      label.className = `mark ${name}`;
      label.setAttribute("aria-hidden", "true");
      this.labels[name] = label;
      box.append(label);
    }
    this.caption = document.createElement("figcaption");
    this.caption.className = "muted";
    this.node.append(box, this.caption);
    this.told = 0;
  }

  /** `day` has `floor` and `anchor`, or is null. */
  draw(points, day, currency) {
    if (points.length < 2) {
      say(this.caption, points.length ? "The chart begins with the next look." : "The chart begins with the first look.");
      return;
    }
    const first = points[0].time;
    const last = points.at(-1).time;
    const equities = points.map((point) => point.equity);
    const floor = day?.floor ?? null;
    const anchor = day ? Number(day.anchor) + Number(day.flows ?? 0) : null;
    const marks = [floor, anchor].filter((mark) => mark !== null);
    let low = Math.min(...equities, ...marks);
    let high = Math.max(...equities, ...marks);
    const air = Math.max((high - low) * 0.12, high * 0.0005, 0.01);
    low -= air;
    high += air;
    const x = (time) => ((time - first) / Math.max(1, last - first)) * WIDTH;
    const y = (value) => HEIGHT - ((value - low) / (high - low)) * HEIGHT;
    const path = points.map((p, k) => `${k ? "L" : "M"}${x(p.time).toFixed(1)} ${y(p.equity).toFixed(2)}`).join("");
    this.line.setAttribute("d", path);
    this.area.setAttribute("d", `${path}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`);
    this.mark("floor", floor, y, `floor ${money(floor)}`);
    this.mark("anchor", anchor, y, `start ${money(anchor)}`);
    attribute(this.danger, "visibility", floor === null ? "hidden" : "visible");
    if (floor !== null) {
      this.danger.setAttribute("width", WIDTH);
      this.danger.setAttribute("y", y(floor).toFixed(2));
      this.danger.setAttribute("height", Math.max(0, HEIGHT - y(floor)).toFixed(2));
    }
    say(this.caption, `Equity of the last ${span((last - first) / 1000)}`);
    this.tell(points, floor, currency);
  }

  mark(name, value, y, text) {
    this[name].setAttribute("d", value === null ? "" : `M0 ${y(value).toFixed(2)}H${WIDTH}`);
    const label = this.labels[name];
    label.hidden = value === null;
    if (value === null) return;
    say(label, text);
    const top = (y(value) / HEIGHT) * 100;
    label.style.top = `${Math.min(100, Math.max(0, top)).toFixed(1)}%`;
    label.classList.toggle("below", name === "floor" ? top < 80 : top < 20);
  }

  /** What a screen reader says of the picture; seldom, so that it can be read to its end. */
  tell(points, floor, currency) {
    const now = performance.now();
    if (this.told && now - this.told < 10000) return;
    this.told = now;
    const equity = points.at(-1).equity;
    const trend = equity - points[0].equity;
    const way = Math.abs(trend) < 0.005 ? "unchanged" : `${trend > 0 ? "up" : "down"} ${money(Math.abs(trend))}`;
    const room = floor === null ? "" : `, ${money(equity - floor)} above the day's floor of ${money(floor)}`;
    this.svg.setAttribute("aria-label", `Equity ${money(equity)} ${currency ?? ""}, ${way} since the chart begins${room}`);
  }
}
