// The fleet in a row of figures, and what is wrong with the service as a whole in sentences.

import { attribute, count, el, keyed, money, NONE, percent, say, signed } from "./util.js";

export class FleetTiles {
  constructor(list) {
    this.list = list;
  }

  /** Either may be null: before the first answer, or without the right to read it. */
  update(summary, status) {
    const exposure = summary?.exposure;
    const journal = status?.journal;
    const behind = journal ? Math.max(0, journal.last - journal.shipped) : null;
    const total = summary ? summary.agents_online + summary.agents_offline : status?.agents?.length;
    const online = summary?.agents_online ?? status?.agents?.filter((agent) => agent.status === "online").length;
    const tiles = [
      ["Equity", money(summary?.total_equity), null, null, summary?.currency],
      ["Balance", money(summary?.total_balance)],
      ["Profit", signed(summary?.total_profit), ink(summary?.total_profit)],
      ["Positions", count(summary?.total_positions)],
      ["Open risk", exposure ? percent(exposure.open_risk_percent, 2) : NONE,
        null, exposure && `${money(exposure.open_risk)} ${exposure.currency} between the open prices and the stops`],
      ["Leverage", exposure?.gross_leverage == null ? NONE : `${Number(exposure.gross_leverage).toFixed(2)} ×`, null,
        exposure && `${money(exposure.gross)} ${exposure.currency} in the market`],
      ["Online", total === undefined ? NONE : `${count(online)} of ${count(total)}`,
        online !== undefined && online < total ? "warn-ink" : null],
      ["Unknown outcomes", count(status?.unknown_outcomes), status?.unknown_outcomes ? "bad-ink" : null],
      ["Database", journal ? DATABASE[journal.database] ?? journal.database : NONE,
        journal && journal.database !== "up" ? "bad-ink" : null],
      ["Journal", !journal ? NONE : journal.space !== "ok" ? `disk ${journal.space}` : behind < 20 ? "in step"
        : `${count(behind)} behind`, !journal || (journal.space === "ok" && behind < 200) ? null : "warn-ink"],
      ["Revision", status?.revision == null ? NONE : `#${status.revision}`,
        refused(status).length ? "warn-ink" : null],
      ["Emergency stop", status ? (stopped(status) ? "in force" : "no") : NONE, stopped(status) ? "bad-ink" : null],
    ];
    keyed(this.list, tiles, ([name]) => name, ([name]) => el("div", {}, el("dt", {}, el("span", { text: name }), " ", el("span", { class: "unit" })), el("dd")),
      (node, [, text, tone, title, unit]) => {
        say(node.children[0].children[1], unit ?? "");
        say(node.children[1], text);
        attribute(node.children[1], "class", tone ?? null);
        attribute(node, "title", title || null);
      });
  }
}

const DATABASE = { up: "up", connecting: "connecting", down: "down", forked: "forked", another_controller: "taken" };

function ink(value) {
  const number = Number(value ?? 0);
  return number > 0.004 ? "good-ink" : number < -0.004 ? "bad-ink" : null;
}

function refused(status) {
  return status?.manifest_errors ?? [];
}

function stopped(status) {
  const stop = status?.emergency_stop;
  return stop === true || (typeof stop === "object" && stop !== null && stop.active !== false);
}

/** Sentences for the top of the page. */
export function fleetAlarms(status) {
  const alarms = [];
  if (!status) return alarms;
  if (stopped(status)) alarms.push(["bad", "The emergency stop is in force: everything is closed, nothing is opened."]);
  const journal = status.journal;
  if (journal && journal.database !== "up" && journal.database !== "connecting") {
    alarms.push(["bad", journal.database === "another_controller"
      ? "Another controller holds the database: this one sends nothing."
      : "Records do not reach the database: closes go on, nothing is opened."]);
  }
  if (journal && journal.space !== "ok") alarms.push(["bad", `The journal's disk is ${journal.space}.`]);
  if (refused(status).length) {
    alarms.push(["warn", `The manifests were refused, revision ${status.revision} stays in force: ${refused(status)[0]}`]);
  }
  if (status.draining) alarms.push(["warn", "The controller is stopping: it begins nothing new."]);
  return alarms;
}
