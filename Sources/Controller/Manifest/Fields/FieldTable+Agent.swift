import Reconciler

extension FieldTable {
  static let agent = Forever(
    ObjectType([
      Field("apiVersion", .words([apiVersion]), .required, "The version of this format."),
      Field("kind", .words([Kind.agent.rawValue]), .required, "What the document declares: one trading agent."),
      Field("metadata", .object(metadata), .required, "The document's name and notes."),
      Field("spec", .object(agentSpec), .required, "The state that the agent is kept in."),
    ]))

  static let metadata = ObjectType([
    Field("name", .text(.dnsLabel), .required, "What a person types: a DNS label, unique among its kind."),
    Field("labels", .map, .empty, "Text by name, to group documents by."),
    Field("annotations", .map, .empty, "Free text by name, copied to the revision's audit row."),
  ])

  private static let agentSpec = ObjectType([
    Field(
      "id", .text(.agentID), .metadataName,
      "The identity in REST, database and journal; unique, never `summary`; by default `metadata.name`."),
    Field("name", .text(.line), .metadataName, "The display name; by default `metadata.name`."),
    Field("description", .text(.free), .text(""), "A note for people."),
    Field(
      "enabled", .bool, .required, "false: every position of the agent is disallowed, and nothing is opened."),
    Field(
      "mode", .words(of: AgentSpec.Mode.self), .text("enforce"),
      "enforce, close_only (never opens) or observe (sends nothing, records verdicts)."),
    Field("terminal", .object(terminal), .required, "How the agent's terminal is reached, and which account it is."),
    Field("strategy", .object(strategy), .none, "What trades here, for people and for REST; changes no decision."),
    Field(
      "pairs", .list(.text(.symbol), count: 1...1000), .required,
      "The symbols that the agent may hold, without the broker's suffix."),
    Field("risk", .object(risk), .required, "The agent's limits."),
    Field(
      "positions", .words(of: AgentSpec.PositionsPolicy.self), .text("guard"),
      "guard: other positions are allowed while within policy; exact: what is no target is disallowed."),
    Field(
      "targets", .list(.object(target), count: 0...10_000), .none,
      "The declared positions; missing means none, and `exact` needs `[]` written out."),
  ])

  private static let terminal = ObjectType([
    Field(
      "bridge", .words(of: TerminalSpec.BridgeKind.self), .text("ea_rest"),
      "How the terminal is spoken to."),
    Field("url", .url, .required, "Where the Expert Advisor listens; no two agents share one."),
    Field("account", .integer(1...Int64.max), .none, "A pin: another account answering here holds the agent."),
    Field("server", .text(.line), .none, "A pin: another account server answering here holds the agent."),
    Field("currency", .text(.currency), .none, "A pin: another account currency answering here holds the agent."),
    Field("token", .secret, .none, "Where the terminal's token lives; never the token itself."),
    Field(
      "auth", .words(of: TerminalSpec.Authorization.self), .text("raw"),
      "How the token is sent: raw, or after the word Bearer."),
    Field(
      "magic", .integer(1...Int64(Int32.max)), .none, "The number sent with opens where the bridge has it."),
    Field(
      "symbol_suffix", .text(.suffix), .text(""), "The broker's suffix: with `.r`, EURUSD is EURUSD.r at the terminal."),
    Field("server_zone", .zone, .text("UTC"), "The zone of times that the terminal sends without an offset."),
    Field("ca_file", .text(.path), .text(""), "A private authority's certificates, for https; empty for none."),
    Field("timeout", .duration(.milliseconds(1) ... .seconds(3600)), .text("5s"), "The limit of a read."),
    Field("post_timeout", .duration(.milliseconds(1) ... .seconds(3600)), .text("10s"), "The limit of a POST."),
    Field("connections", .integer(1...2), .text("1"), "How many connections the terminal can hold at a time."),
    Field(
      "stops_on_open", .words(of: TerminalSpec.StopsOnOpen.self), .text("with_order"),
      "with_order, or after: for market-execution brokers, open first, then modify."),
    Field(
      "quarantine", .duration(.seconds(1) ... .seconds(3600)), .text("60s"),
      "How long an UNKNOWN open is held at least."),
    Field(
      "on_unknown", .words(of: TerminalSpec.OnUnknown.self), .text("retry"),
      "retry: a new intent once evidence says that it never ran; hold: a person resolves it."),
    Field("max_orders_per_minute", .integer(1...1_000_000), .text("30"), "The most orders sent in a minute."),
  ])

  private static let strategy = ObjectType([
    Field("type", .text(.line), .required, "The strategy's name, such as amd."),
    Field("timeframe", .text(.line), .none, "The bars it works on, such as 5m."),
  ])

  private static let target = ObjectType([
    Field("name", .text(.targetName), .required, "The target's identity, unique in the agent."),
    Field("symbol", .text(.symbol), .required, "One of the agent's `pairs`."),
    Field("side", .words(of: Side.self), .required, "buy or sell."),
    Field("lots", .decimal(.positive), .none, "The size in lots, at most `lot_size`; this or `size`."),
    Field(
      "size", .words(["risk"]), .none,
      "risk: from max_risk_per_trade and the stop, once, at the open; this or `lots`."),
    Field(
      "entry", .decimal(.positive), .none,
      "The price for the collar and for sizing; without it the fresh ask or bid."),
    Field("stop_loss", .decimal(.positive), .none, "The stop's price; needed unless require_stop_loss is false."),
    Field("take_profit", .decimal(.positive), .none, "The take-profit's price."),
    Field(
      "reopen", .words(of: TargetSpec.Reopen.self), .text("never"),
      "When to open it again after it ended otherwise than by the controller."),
  ])
}
