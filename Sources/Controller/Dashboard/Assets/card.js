// One agent. The card is made once; every later picture only changes what differs.

import { attribute, clock, count, el, keyed, money, NONE, percent, plain, plural, readable, say, signed, span, words } from "./util.js";
import { conditionName, isWell } from "./state.js";
import { EquityChart } from "./chart.js";

const POSITION_COLUMNS = [
  ["Ticket", "num"], ["Symbol", ""], ["Side", ""], ["Lots", "num"], ["Open", "num"], ["Now", "num"], ["Stop", "num"],
  ["Profit", "num"], ["Target", ""],
];

export class AgentCard {
  constructor(id) {
    this.id = id;
    this.title = el("h3", { id: `agent-${id}` });
    this.about = el("p", { class: "about muted" });
    this.chip = el("p", { class: "chip" });
    this.figures = {};
    const figures = el("dl", { class: "figures" });
    for (const name of ["Equity", "Balance", "Profit", "Day's loss"]) {
      this.figures[name] = el("dd");
      figures.append(el("div", {}, el("dt", {}, el("span", { text: name })), this.figures[name]));
    }
    this.unit = el("span", { class: "unit" });
    figures.firstElementChild.firstElementChild.append(" ", this.unit);
    this.meter = el("meter", { min: "0", max: "100", low: "50", high: "80", optimum: "0", hidden: true });
    this.chart = new EquityChart();
    this.troubles = el("ul", { class: "troubles" });
    this.rest = el("p", { class: "rest" });
    this.conditionRows = el("tbody");
    const conditions = el("details", { class: "conditions" },
      el("summary", {}, this.rest),
      el("table", {},
        el("caption", { class: "away", text: "Conditions" }),
        el("thead", { class: "away" }, el("tr", {},
          ...["Condition", "Status", "Why", "Since"].map((text) => el("th", { scope: "col", text })))),
        this.conditionRows));
    this.positionTitle = el("h4", { text: "Positions" });
    this.positionRows = el("tbody");
    this.positionTable = el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Positions" },
      el("table", { class: "positions" },
        el("caption", { class: "away", text: "Open positions" }),
        el("thead", {}, el("tr", {},
          ...POSITION_COLUMNS.map(([text, kind]) => el("th", { scope: "col", class: kind, text })))),
        this.positionRows));
    this.noPositions = el("p", { class: "none muted", text: "None." });
    this.targets = el("ul", { class: "lines" });
    this.plan = el("ul", { class: "lines" });
    this.seen = el("p", { class: "seen muted" });
    this.node = el("article", { class: "card", "aria-labelledby": this.title.id },
      el("header", {}, el("div", { class: "who" }, this.title, this.about), this.chip),
      this.troubles, figures, this.meter, this.chart.node,
      el("section", {}, this.positionTitle, this.positionTable, this.noPositions),
      el("div", { class: "halves" },
        el("section", {}, el("h4", { text: "Targets" }), this.targets),
        el("section", {}, el("h4", { text: "Plan" }), this.plan)),
      conditions, this.seen);
  }

  /** `picture`: status, summary, agent, state, details, points, now (the controller's time in ms). */
  update({ status, summary, agent, state, details, points, now }) {
    say(this.title, status.name);
    const strategy = agent?.strategy ?? summary?.strategy;
    const pairs = agent?.pairs?.join(" ");
    say(this.about, [this.id, strategy && [strategy, agent?.timeframe].filter(Boolean).join(" "), pairs]
      .filter(Boolean).join(" · "));
    attribute(this.chip, "class", `chip ${state.tone}`);
    say(this.chip, state.word);
    attribute(this.node, "data-tone", state.tone);
    this.money(summary, details?.status);
    this.chart.draw(points, details?.status?.day ?? null, summary?.currency);
    this.conditions(status.conditions ?? []);
    this.positions(details?.positions, summary);
    this.standings(details?.plan);
    this.planned(details?.plan);
    const age = status.as_of ? (now - Date.parse(status.as_of)) / 1000 : null;
    say(this.seen, age === null ? "Its terminal was not looked at yet."
      : age < 5 ? `Seen at ${clock(status.as_of)}.`
        : `Last seen at ${clock(status.as_of)}, ${span(age)} ago: these figures are from then.`);
    this.node.classList.toggle("old", age !== null && age >= 10);
  }

  money(summary, status) {
    say(this.figures.Equity, money(summary?.equity));
    say(this.unit, summary?.currency ?? "");
    say(this.figures.Balance, money(summary?.balance));
    say(this.figures.Profit, signed(summary?.profit));
    attribute(this.figures.Profit, "class", tone(summary?.profit));
    const day = status?.day;
    const used = day ? Number(day.used_percent) : null;
    say(this.figures["Day's loss"], day ? `${money(day.loss)} of ${money(day.limit)}` : NONE);
    attribute(this.figures["Day's loss"], "class", used >= 100 ? "bad-ink" : used >= 80 ? "warn-ink" : null);
    this.meter.hidden = !day;
    if (!day) return;
    attribute(this.meter, "value", Math.min(100, used));
    attribute(this.meter, "aria-label", `The day's loss that is used: ${percent(used, 0)}`);
    attribute(this.meter, "title", `${percent(used)} of the day's loss is used; at 100 % everything is closed`);
  }

  conditions(all) {
    const bad = all.filter((condition) => !isWell(condition));
    // "Drifted", "Ready" and "Synced" often say the same; each sentence is shown once.
    const seen = new Set();
    const told = bad.filter((c) => !seen.has(c.message) && seen.add(c.message)).slice(0, 4);
    keyed(this.troubles, told, (c) => c.type,
      () => el("li", {}, el("strong"), " ", el("span")),
      (node, c) => {
        say(node.children[0], conditionName(c));
        say(node.children[1], readable(c.message));
        attribute(node, "class", c.status === "Unknown" ? "idle" : "warn");
      });
    this.troubles.hidden = !told.length;
    const good = all.length - bad.length;
    say(this.rest, !all.length ? "No conditions yet" : bad.length ? `${good} of ${all.length} conditions are well`
      : `All ${all.length} conditions are well`);
    keyed(this.conditionRows, all, (c) => c.type,
      () => el("tr", {}, el("th", { scope: "row" }), el("td"), el("td"), el("td", { class: "num" })),
      (node, c) => {
        const [name, status, why, since] = node.children;
        say(name, conditionName(c));
        say(status, c.status);
        attribute(status, "class", isWell(c) ? "good-ink" : c.status === "Unknown" ? "muted" : "bad-ink");
        say(why, readable(c.message));
        say(since, clock(c.last_transition));
        attribute(since, "title", c.last_transition);
      });
  }

  positions(answer, summary) {
    const list = answer?.positions ?? [];
    const number = answer ? list.length : summary?.open_positions ?? 0;
    say(this.positionTitle, number ? `Positions (${count(number)})` : "Positions");
    this.positionTable.hidden = !list.length;
    this.noPositions.hidden = list.length > 0;
    say(this.noPositions, !answer && number ? "They are being fetched." : "None.");
    keyed(this.positionRows, list, (p) => p.ticket,
      () => el("tr", {}, ...POSITION_COLUMNS.map(([, kind], k) => (k ? el("td", { class: kind })
        : el("th", { scope: "row", class: kind })))),
      (node, p) => {
        const net = Number(p.profit) + Number(p.swap ?? 0) + Number(p.commission ?? 0);
        const cells = [p.ticket, p.symbol, p.type, plain(p.lots), plain(p.open_price), plain(p.current_price),
          plain(p.sl), signed(net), p.target ?? (p.owned ? "ours" : "other")];
        cells.forEach((text, k) => say(node.children[k], text));
        attribute(node.children[7], "class", `num ${tone(net) ?? ""}`.trim());
        attribute(node.children[8], "class", p.target ? null : "muted");
      });
  }

  standings(plan) {
    const list = plan?.targets ?? [];
    lines(this.targets, list.map((target) => ({ key: target.name, ...standing(target) })),
      plan ? "None declared." : NONE);
  }

  planned(plan) {
    const list = [];
    if (plan?.in_flight) {
      const action = plan.in_flight;
      list.push({ key: "flight", tone: "info", word: "On its way", text: `${action.kind} ${action.symbol}` });
    }
    for (const action of plan?.unresolved ?? []) {
      list.push({ key: `u${action.action_id}`, tone: "bad", word: "Unknown",
        text: `${action.kind} ${action.symbol}: the answer was lost; it waits for evidence` });
    }
    (plan?.actions ?? []).forEach((action, k) => list.push({ key: `a${k}${action.kind}${action.ticket ?? action.target}`,
      tone: "info", word: `To do: ${action.kind}`, text: action.message, code: action.reason }));
    (plan?.held ?? []).forEach((held, k) => list.push({ key: `h${k}${held.action.kind}${held.action.ticket ?? held.action.target}`,
      tone: "warn", word: `Held: ${held.action.kind}`, text: held.action.message,
      more: held.holds.map((hold) => `${words(hold.reason)}: ${hold.message}`) }));
    if (plan?.external?.length) {
      list.push({ key: "external", tone: "idle", word: "Left alone",
        text: `${plural(plan.external.length, "position")} that no target claims and policy allows` });
    }
    lines(this.plan, list, plan ? "Nothing to do." : NONE);
  }
}

function tone(value) {
  const number = Number(value ?? 0);
  return number > 0.004 ? "good-ink" : number < -0.004 ? "bad-ink" : null;
}

function standing(target) {
  switch (target.state) {
    case "held": {
      const short = Number(target.shortfall) ? `; ${target.shortfall} lots are missing` : "";
      return { tone: "good", word: "Held", text: `${target.name} as #${(target.tickets ?? []).join(", #")}${short}` };
    }
    case "wanted": return { tone: "info", word: "Wanted", text: target.name };
    case "spent": return { tone: "idle", word: "Spent", text: `${target.name}: ${words(target.how)} #${target.ticket}` };
    default: return { tone: "idle", word: words(target.state), text: target.name };
  }
}

function lines(parent, list, nothing) {
  const items = list.length ? list : [{ key: "nothing", tone: null, word: "", text: nothing }];
  keyed(parent, items, (item) => item.key,
    () => el("li", {}, el("span", { class: "word" }), " ", el("span", { class: "text" }), el("ul", { class: "holds" })),
    (node, item) => {
      attribute(node, "class", item.tone ? `line ${item.tone}` : "muted");
      say(node.children[0], item.word);
      node.children[0].hidden = !item.word;
      say(node.children[1], item.text);
      const more = item.more ?? [];
      node.children[2].hidden = !more.length;
      keyed(node.children[2], more.map((text, k) => ({ text, k })), (m) => m.k, () => el("li"),
        (child, m) => say(child, m.text));
    });
}
