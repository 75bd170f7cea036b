// Puts the page together: asks, keeps what was answered, and says honestly when nothing is.

import { ApiError, get, setToken, token } from "./api.js";
import { AgentCard } from "./card.js";
import { EquityHistory } from "./chart.js";
import { FleetTiles, fleetAlarms } from "./fleet.js";
import { ActionLog } from "./log.js";
import { STATES, stateOf } from "./state.js";
import { EventStream } from "./stream.js";
import { attribute, clock, count, el, keyed, plural, say, span } from "./util.js";

const POLL_MS = 1000;
const DETAIL_MS = 1500;
/** Without an answer for so long, what is shown is called old. */
const STALE_MS = 2500;
const PAGE = 24;
/** A fleet up to this size keeps its order; a larger one shows its troubled agents first. */
const SMALL = 12;

const at = (id) => document.getElementById(id);
const model = {
  summary: null, status: null, agents: {}, byID: new Map(), details: new Map(), histories: new Map(),
  answeredAt: null, answeredWall: null, denied: null, steppedAt: null, steppedSince: 0,
};
const view = { filter: "all", search: "", limit: PAGE, order: [], orderedAt: 0, cards: new Map(), visible: new Set() };

const tiles = new FleetTiles(at("tiles"));
const log = new ActionLog(at("records"), at("log-kind"), (id) => model.byID.get(id)?.name ?? id);

// MARK: Asking

let turn = 0;

async function poll() {
  turn += 1;
  const large = (model.status?.agents?.length ?? 0) > 200;
  const wantsStatus = !model.status || !large || turn % 3 === 0;
  const results = await Promise.allSettled([
    get("/api/agents/summary"), wantsStatus ? get("/api/status") : null,
    turn % 10 === 1 || !Object.keys(model.agents).length ? get("/api/agents") : null,
  ]);
  const [summary, status, agents] = results.map((result) => (result.status === "fulfilled" ? result.value : null));
  const errors = results.filter((result) => result.status === "rejected").map((result) => result.reason);
  const refusal = errors.find((error) => error instanceof ApiError);
  if (summary || status || refusal) {
    model.answeredAt = performance.now();
    model.answeredWall = new Date();
  }
  model.denied = errors.find((error) => error.status === 401 || error.status === 403) ?? null;
  if (model.denied) Object.assign(model, { summary: null, agents: {} });
  if (agents) model.agents = agents;
  if (status) takeStatus(status);
  if (summary) takeSummary(summary);
  show();
}

function takeStatus(status) {
  if (status.stepped_at !== model.steppedAt) {
    model.steppedAt = status.stepped_at;
    model.steppedSince = performance.now();
  }
  if (model.status && model.status.revision !== status.revision) {
    model.agents = {};
    loadRevisions();
  }
  const isNew = model.byID.size !== status.agents.length;
  model.status = status;
  model.byID = new Map(status.agents.map((agent) => [agent.agent_id, agent]));
  if (isNew) log.rename();
}

function takeSummary(summary) {
  model.summary = summary;
  const limit = summary.agents.length > 50 ? 200 : 900;
  for (const agent of summary.agents) {
    if (agent.status !== "online" || agent.equity === null) continue;
    history(agent.agent_id, limit).add(Date.parse(agent.as_of), Number(agent.equity));
  }
}

function history(id, limit = 900) {
  let found = model.histories.get(id);
  if (!found) model.histories.set(id, (found = new EquityHistory(limit)));
  return found;
}

/** The parts of one agent that only its card shows. */
async function fetchDetails(id) {
  const known = model.details.get(id) ?? {};
  if (known.busy) return void (known.again = true);
  known.busy = true;
  model.details.set(id, known);
  const path = `/api/agents/${encodeURIComponent(id)}`;
  const parts = await Promise.allSettled([get(`${path}/status`), get(`${path}/positions`), get(`${path}/plan`)]);
  const [status, positions, plan] = parts.map((part) => (part.status === "fulfilled" ? part.value : null));
  known.status = status ?? known.status;
  known.positions = positions ?? known.positions;
  known.plan = plan ?? known.plan;
  known.at = performance.now();
  known.busy = false;
  updateCard(id);
  if (known.again) {
    known.again = false;
    fetchDetails(id);
  }
}

/** At most a few at a time: a page with many cards takes turns. */
function refreshVisible() {
  if (model.denied || document.hidden) return;
  const due = [...view.visible].filter((id) => {
    const known = model.details.get(id);
    return !known || (!known.busy && performance.now() - (known.at ?? 0) > DETAIL_MS);
  });
  for (const id of due.slice(0, 6)) fetchDetails(id);
}

async function loadRevisions() {
  try {
    const answer = await get("/api/revisions?limit=12");
    at("revisions-note").hidden = answer.revisions.length > 0;
    say(at("revisions-note"), "No revision yet.");
    keyed(at("revisions"), answer.revisions, (r) => r.revision,
      () => el("li", {}, el("strong"), " ", el("span"), " ", el("code"), el("span", { class: "chip info" })),
      (node, r) => {
        say(node.children[0], `#${r.revision}`);
        say(node.children[1], `${clock(r.loaded_at)} by ${r.actor}${r.git_commit ? `, commit ${r.git_commit.slice(0, 10)}` : ""}`);
        say(node.children[2], r.sha256.slice(0, 10));
        attribute(node.children[2], "title", r.sha256);
        say(node.children[3], "in force");
        node.children[3].hidden = !(r.current || r.revision === answer.current);
      });
  } catch (error) {
    at("revisions-note").hidden = false;
    say(at("revisions-note"), error instanceof ApiError ? refusal(error, "revisions") : "They could not be read.");
  }
}

function refusal(error, what) {
  if (error.status === 401) return `To read the ${what}, enter a token.`;
  if (error.status === 403) return `This token may not read the ${what}; it takes the role auditor.`;
  return error.message;
}

const stream = new EventStream(500, {
  record(record) {
    if (record.event_type === "heartbeat" && record.agent_id && record.metadata?.equity !== undefined) {
      history(record.agent_id).add(Date.parse(record.created_at), Number(record.metadata.equity));
    }
    log.add(record);
    if (record.event_type === "heartbeat" || !record.agent_id) {
      if (record.event_type === "revision_loaded") loadRevisions();
      return;
    }
    // What has just happened is shown at once, not at the next turn.
    if (view.visible.has(record.agent_id) && Date.now() - Date.parse(record.created_at) < 10000) soon(record.agent_id);
  },
  missed: (message) => log.missed(message),
  state(word, error) {
    const note = at("log-note");
    note.hidden = word === "open";
    if (word === "denied") say(note, refusal(error, "records"));
    else if (word === "absent") say(note, "This controller serves no stream of records.");
    else say(note, "The stream of records is interrupted; it goes on where it stopped.");
  },
});

const waiting = new Set();

function soon(id) {
  if (waiting.has(id)) return;
  waiting.add(id);
  setTimeout(() => {
    waiting.delete(id);
    fetchDetails(id);
    poll();
  }, 120);
}

// MARK: Showing

function show() {
  freshness();
  tiles.update(model.summary, model.status);
  say(at("service"), model.status ? `version ${model.status.version} · ${plural(model.status.agents.length, "agent")}` : "");
  access();
  filters();
  agents();
}

/** Whether what is shown is the truth of now, and if not, since when. */
function freshness() {
  const now = performance.now();
  const silent = model.answeredAt === null ? now : now - model.answeredAt;
  const stuck = model.status ? now - model.steppedSince : 0;
  const isStale = model.answeredAt === null ? silent > STALE_MS : silent > STALE_MS;
  const isStuck = !isStale && model.status && stuck > 10000;
  document.body.classList.toggle("stale", isStale || Boolean(isStuck));
  const link = at("link");
  const alarms = isStale ? [] : fleetAlarms(model.status);
  if (isStale) {
    attribute(link, "class", "chip bad");
    say(at("link-text"), "no answer");
    alarms.push(["bad", model.answeredAt === null ? "The controller does not answer."
      : `No answer since ${clock(model.answeredWall)} UTC. What is shown below is from then.`]);
  } else if (isStuck) {
    attribute(link, "class", "chip bad");
    say(at("link-text"), "stuck");
    alarms.push(["bad", `The controller answers, but its loop has not taken a step since ${clock(model.steppedAt)} UTC.`]);
  } else {
    attribute(link, "class", model.denied ? "chip warn" : "chip good");
    say(at("link-text"), model.denied ? "needs a token" : "live");
  }
  attribute(link, "title", model.answeredWall ? `Last answer ${span(silent / 1000)} ago` : null);
  const troubled = [...model.byID.values()].filter((agent) => stateOf(agent).trouble).length;
  const title = isStale ? "No answer – mt4-controller" : troubled ? `${troubled} troubled – mt4-controller` : "mt4-controller";
  if (document.title !== title) document.title = title;
  keyed(at("alarms"), alarms, ([, text]) => text, ([tone, text]) => el("p", { class: `alarm ${tone}`, text }));
}

function access() {
  const needs = Boolean(model.denied);
  if (needs && at("access").hidden && !view.asked) openAccess(true);
  view.asked = needs;
  say(at("access-note"), !needs ? "It is kept in this tab only."
    : token() ? `Not accepted: ${model.denied.message}` : "This controller asks for a token.");
}

function openAccess(open) {
  at("access").hidden = !open;
  attribute(at("access-open"), "aria-expanded", open);
}

function filters() {
  const tally = new Map();
  let troubled = 0;
  for (const agent of model.byID.values()) {
    const state = stateOf(agent);
    tally.set(state.id, (tally.get(state.id) ?? 0) + 1);
    if (state.trouble) troubled += 1;
  }
  const all = model.byID.size;
  const chips = [{ id: "all", word: "All", number: all }, { id: "trouble", word: "Troubled", number: troubled },
    ...STATES.filter((state) => tally.has(state.id) || view.filter === state.id)
      .map((state) => ({ id: state.id, word: state.word, number: tally.get(state.id) ?? 0 }))];
  keyed(at("filters"), chips, (chip) => chip.id, (chip) => {
    const button = el("button", { type: "button" }, el("span"), " ", el("b"));
    button.addEventListener("click", () => {
      view.filter = chip.id;
      view.limit = PAGE;
      view.orderedAt = 0;
      show();
    });
    return button;
  }, (node, chip) => {
    say(node.children[0], chip.word);
    say(node.children[1], count(chip.number));
    attribute(node, "aria-pressed", view.filter === chip.id);
  });
}

/** The ids to show, in order. A large fleet is put in order anew only while nobody is in it. */
function order() {
  const isBusy = at("cards").contains(document.activeElement) || at("cards").matches(":hover");
  const isDue = !view.orderedAt || (!isBusy && performance.now() - view.orderedAt > 4000);
  if (!isDue) return view.order.filter((id) => model.byID.has(id));
  const needle = view.search.trim().toLowerCase();
  const list = [...model.byID.values()].map((agent) => ({ agent, state: stateOf(agent) })).filter(({ agent, state }) => {
    if (view.filter === "trouble" ? !state.trouble : view.filter !== "all" && view.filter !== state.id) return false;
    if (!needle) return true;
    const more = model.agents[agent.agent_id];
    const text = [agent.agent_id, agent.name, agent.metadata_name, more?.strategy, ...(more?.pairs ?? [])].join(" ");
    return text.toLowerCase().includes(needle);
  });
  if (model.byID.size > SMALL) list.sort((a, b) => a.state.rank - b.state.rank);
  view.order = list.map(({ agent }) => agent.agent_id);
  view.orderedAt = performance.now();
  return view.order;
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const id = entry.target.dataset.agent;
    if (entry.isIntersecting) view.visible.add(id);
    else view.visible.delete(id);
  }
  refreshVisible();
}, { rootMargin: "200px" });

function agents() {
  const all = order();
  const shown = all.slice(0, view.limit);
  keyed(at("cards"), shown, (id) => id, (id) => {
    const card = new AgentCard(id);
    card.node.dataset.agent = id;
    view.cards.set(id, card);
    watcher.observe(card.node);
    return card.node;
  });
  for (const [id, card] of view.cards) {
    if (card.node.isConnected) continue;
    watcher.unobserve(card.node);
    view.cards.delete(id);
    view.visible.delete(id);
  }
  for (const id of shown) updateCard(id);
  const more = all.length - shown.length;
  at("more").hidden = more <= 0;
  say(at("more"), `Show ${Math.min(PAGE, more)} more of ${count(more)}`);
  at("empty").hidden = all.length > 0;
  say(at("empty"), !model.status ? "" : model.byID.size ? "No agent is like that." : "No agent is declared.");
  say(at("shown"), view.search || view.filter !== "all" ? `${plural(all.length, "agent")} found` : "");
}

function updateCard(id) {
  const card = view.cards.get(id);
  const status = model.byID.get(id);
  if (!card || !status) return;
  const summary = model.summary?.agents.find((agent) => agent.agent_id === id);
  card.update({
    status, summary, agent: model.agents[id], state: stateOf(status), details: model.details.get(id),
    points: history(id).points, now: Date.parse(model.status.stepped_at),
  });
}

// MARK: Hands

at("search").addEventListener("input", (event) => {
  view.search = event.target.value;
  view.limit = PAGE;
  view.orderedAt = 0;
  show();
});
at("more").addEventListener("click", () => {
  view.limit += PAGE;
  show();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  at("search").focus();
});
at("access-open").addEventListener("click", () => {
  openAccess(at("access").hidden);
  if (!at("access").hidden) at("token").focus();
});
at("access").addEventListener("submit", (event) => {
  event.preventDefault();
  useToken(at("token").value.trim());
});
at("forget").addEventListener("click", () => useToken(null));

function useToken(text) {
  setToken(text);
  at("token").value = "";
  view.asked = false;
  openAccess(false);
  model.details.clear();
  stream.start();
  loadRevisions();
  poll();
}

// MARK: Time

async function forever() {
  for (;;) {
    const began = performance.now();
    // A fault of the page must not stop the clock that tells that it is old.
    await poll().catch((error) => console.error(error));
    await new Promise((done) => setTimeout(done, Math.max(200, POLL_MS - (performance.now() - began))));
  }
}

setInterval(freshness, 250);
setInterval(refreshVisible, 500);
forever();
stream.start();
loadRevisions();
