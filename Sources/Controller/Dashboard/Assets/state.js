// What an agent's conditions come to, in one word. Worst first: the order of the list when a fleet is large.

export const STATES = [
  { id: "breached", word: "Breached", tone: "bad", trouble: true },
  { id: "unknown", word: "Outcome unknown", tone: "bad", trouble: true },
  { id: "offline", word: "Offline", tone: "bad", trouble: true },
  { id: "unhealthy", word: "Unhealthy", tone: "bad", trouble: true },
  { id: "orphaned", word: "No manifest", tone: "warn", trouble: true },
  { id: "drifted", word: "Held back", tone: "warn", trouble: true },
  { id: "paused", word: "Paused", tone: "warn", trouble: true },
  { id: "acting", word: "Acting", tone: "info", trouble: false },
  { id: "waiting", word: "Not seen yet", tone: "idle", trouble: false },
  { id: "synced", word: "In sync", tone: "good", trouble: false },
  { id: "disabled", word: "Disabled", tone: "idle", trouble: false },
];

const BY_ID = new Map(STATES.map((state, rank) => [state.id, { ...state, rank }]));

/** `agent` is an entry of `/api/status`. */
export function stateOf(agent) {
  return BY_ID.get(stateID(agent));
}

function stateID(agent) {
  const by = {};
  for (const condition of agent.conditions ?? []) by[condition.type] = condition;
  if (by.Paused?.status === "True" && by.Paused.reason !== "operator") return "breached";
  if (by.Synced?.reason === "unknown_outcome" || by.Healthy?.reason === "unknown_outcome") return "unknown";
  if (agent.orphaned) return "orphaned";
  if (!agent.enabled && by.Synced?.status !== "False") return "disabled";
  if (by.TerminalConnected?.status === "False") return "offline";
  if (by.TerminalConnected?.status === "Unknown") return "waiting";
  if (by.Healthy?.status === "False") return "unhealthy";
  if (by.Paused?.status === "True") return "paused";
  if (by.Synced?.status === "False") return by.Synced.reason === "in_flight" ? "acting" : "drifted";
  return "synced";
}

/** The status that a condition has when all is well. */
const WELL = { Paused: "False", Drifted: "False" };

export function isWell(condition) {
  return condition.status === (WELL[condition.type] ?? "True");
}

const NAMES = {
  RiskOK: "Risk",
  TerminalConnected: "Terminal",
  JournalAvailable: "Journal",
  ManifestAccepted: "Manifest",
};

export function conditionName(condition) {
  return NAMES[condition.type] ?? condition.type;
}
