// The action log: records as they come, the newest first. An action's outcome joins its intent.

import { attribute, clock, el, say, words } from "./util.js";

const LIMIT = 200;

/** What each kind of record is called here, and how it looks. Others are shown under "Every record" alone. */
const KINDS = {
  intent: ["Decided", "info"], outcome: ["Done", "good"], unknown: ["Outcome unknown", "bad"],
  resolved: ["Resolved", "info"], breach: ["Breach", "bad"], paused: ["Paused", "warn"], resumed: ["Resumed", "good"],
  risk_warning: ["Risk warning", "warn"], refused: ["Held back", "warn"], target_spent: ["Target spent", "warn"],
  trade_closed: ["Trade closed", "idle"], external_position: ["Foreign position", "warn"],
  orphaned: ["Orphaned", "warn"], suspicious_snapshot: ["Suspicious look", "warn"],
  emergency_stop: ["Emergency stop", "bad"], emergency_cleared: ["Emergency cleared", "good"],
  confirmed_flat: ["Flat", "good"], not_flat: ["Not flat", "bad"], journal_degraded: ["Record delayed", "warn"],
  journal_recovered: ["Record caught up", "good"], operator_command: ["Operator", "info"],
  agent_offline: ["Offline", "warn"], agent_online: ["Online", "good"], revision_loaded: ["Revision", "info"],
  revision_rejected: ["Manifests refused", "bad"], controller_started: ["Started", "info"],
  controller_stopped: ["Stopped", "warn"], flow: ["Deposit or withdrawal", "info"],
};

export class ActionLog {
  /** `nameOf` gives an agent's name for its id. */
  constructor(list, select, nameOf) {
    this.list = list;
    this.nameOf = nameOf;
    this.box = list.parentElement;
    this.actions = new Map();
    select.addEventListener("change", () => attribute(this.box, "data-all", select.value === "all" ? "" : null));
    // What was there before is not read out; what comes from now on is.
    this.quiet = setTimeout(() => attribute(this.box, "aria-live", "polite"), 3000);
  }

  add(record) {
    const action = record.action_id && this.actions.get(record.action_id);
    if (action?.isConnected && (record.event_type === "outcome" || record.event_type === "resolved"
        || record.event_type === "unknown")) return this.join(action, record);
    const node = this.row(record);
    if (record.event_type === "intent") {
      if (action?.isConnected) action.remove();
      this.actions.set(record.action_id, node);
    }
    const top = this.box.scrollTop;
    this.list.prepend(node);
    // Whoever reads further down is not moved.
    if (top > 4) this.box.scrollTop = top + node.offsetHeight;
    while (this.list.childElementCount > LIMIT) this.list.lastElementChild.remove();
    if (this.actions.size > 2 * LIMIT) {
      for (const [id, kept] of this.actions) if (!kept.isConnected) this.actions.delete(id);
    }
  }

  /** A gap in the records is said, not passed over. */
  missed(message) {
    this.list.prepend(el("li", { class: "record warn" }, el("p", { class: "text", text: message })));
  }

  rename() {
    for (const node of this.list.children) {
      if (node.dataset.agent) say(node.querySelector(".agent"), this.nameOf(node.dataset.agent));
    }
  }

  row(record) {
    const [word, tone] = KINDS[record.event_type] ?? [words(record.event_type), "idle"];
    const kind = record.event_type === "intent" ? `To ${record.metadata?.kind ?? "act"}` : word;
    const shown = record.event_type === "outcome" ? result(record) : { word: kind, tone };
    const head = el("p", { class: "head" },
      el("time", { datetime: record.created_at, title: record.created_at, text: clock(record.created_at) }),
      el("span", { class: "agent", text: record.agent_id ? this.nameOf(record.agent_id) : "fleet" }),
      el("span", { class: `tag ${shown.tone}`, text: shown.word }),
      record.reason ? el("code", { text: record.reason }) : null);
    const node = el("li", { class: "record", "data-minor": !KINDS[record.event_type] },
      head, el("p", { class: "text", text: record.message }), numbers(record));
    if (record.agent_id) node.dataset.agent = record.agent_id;
    return node;
  }

  join(node, record) {
    const shown = record.event_type === "outcome" ? result(record)
      : record.event_type === "unknown" ? { word: "Outcome unknown", tone: "bad" }
        : { word: record.metadata?.result === "executed" ? "Did run" : "Never ran", tone: "info" };
    let line = node.querySelector(".outcome");
    if (!line) {
      line = el("p", { class: "outcome" }, el("span", { class: "tag" }), " ", el("span"));
      node.querySelector(".text").after(line);
    }
    attribute(line.children[0], "class", `tag ${shown.tone}`);
    say(line.children[0], shown.word);
    const data = record.metadata ?? {};
    const facts = [data.ticket && `#${data.ticket}`, data.price && `at ${data.price}`,
      data.latency_ms !== undefined && `in ${data.latency_ms} ms`,
      data.result !== "done" && (data.message || data.cause), data.evidence && `by ${data.evidence}`];
    say(line.children[1], facts.filter(Boolean).join(" "));
  }
}

function result(record) {
  switch (record.metadata?.result) {
    case "done": return { word: "Done", tone: "good" };
    case "refused": return { word: "Refused", tone: "bad" };
    case "withdrawn": return { word: "Withdrawn", tone: "warn" };
    default: return { word: "Ended", tone: "idle" };
  }
}

/** The numbers that decided, folded away. */
function numbers(record) {
  const data = record.metadata ?? {};
  const decided = Object.keys(data.numbers ?? {}).length ? data.numbers : data;
  const entries = Object.entries(decided).filter(([, value]) => value !== null && typeof value !== "object");
  if (!entries.length) return null;
  return el("details", { class: "numbers" }, el("summary", { text: "Numbers" }),
    el("dl", {}, ...entries.map(([name, value]) =>
      el("div", {}, el("dt", { text: words(name) }), el("dd", { text: String(value) })))));
}
