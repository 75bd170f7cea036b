import Reconciler

extension FieldTable {
  static let risk = ObjectType([
    Field("initial_balance", .money, .required, "The capital that percentages are taken of."),
    Field(
      "max_risk_per_trade", .percent(.share), .required,
      "The most that one trade may lose at its stop, of the smaller of equity and capital."),
    Field(
      "max_daily_loss", .limit, .required,
      "The loss of a day at which the agent is in breach: of initial_balance, or an amount."),
    Field("max_drawdown", .limitOr(drawdown), .none, "The fall of equity at which the agent is in breach."),
    Field("max_positions", .integer(1...1_000_000), .required, "The most positions and pending orders at a time."),
    Field("lot_size", .decimal(.positive), .required, "The largest size of one position, in lots."),
    Field("day", .object(day), .fields, "When the agent's day begins."),
    Field(
      "on_breach", .words(of: RiskSpec.OnBreach.self), .text("close_and_pause"),
      "What a breach does: close every position and pause, or pause alone."),
    Field(
      "resume", .words(of: RiskSpec.Resume.self), .text("next_day"),
      "When a pause after a daily loss ends: at the next day, or by a person."),
    Field(
      "require_stop_loss", .bool, .text("true"), "Whether a position without a stop is disallowed after 60 s."),
    Field("max_spread", .decimal(.positive), .none, "The widest spread at which to open, in price units."),
    Field(
      "price_collar", .decimal(.positive), .none,
      "The furthest that the price may be from a target's entry at the open, in price units."),
    Field(
      "min_margin_level", .percent(Bounds(lower: .zero, lowerIsAllowed: false, upper: 1_000_000)), .none,
      "The least margin level after an open."),
    Field(
      "max_quote_age", .duration(.milliseconds(1) ... .seconds(86_400)), .none,
      "The age at which a quote is too old to open on."),
    Field("slippage", .decimal(.zeroOrMore), .none, "The slippage to allow for when sizing, in price units."),
    Field("commission_per_lot", .money, .none, "The broker's commission for a lot's round turn."),
  ])

  private static let drawdown = ObjectType([
    Field("limit", .limit, .required, "The fall: a percentage, or an amount."),
    Field(
      "kind", .words(of: RiskSpec.Drawdown.Kind.self), .text("static"),
      "static measures from initial_balance, trailing from the highest equity."),
  ])

  private static let day = ObjectType([
    Field("reset", .time, .text("00:00"), "The local time at which a day begins, in quotes."),
    Field("zone", .zone, .text("UTC"), "The zone of that time."),
  ])

  static let fleet = Forever(
    ObjectType([
      Field("apiVersion", .words([apiVersion]), .required, "The version of this format."),
      Field("kind", .words([Kind.fleet.rawValue]), .required, "What the document declares: the fleet's limits."),
      Field("metadata", .object(metadata), .required, "The document's name and notes."),
      Field("spec", .object(fleetSpec), .required, "The limits over all agents."),
    ]))

  private static let fleetSpec = ObjectType([
    Field("currency", .text(.currency), .none, "The currency that fleet limits are computed in."),
    Field("emergency_stop", .bool, .text("false"), "true: every position is closed, and nothing is opened."),
    Field(
      "max_total_exposure", .percent(.share), .none, "The most open risk over the fleet, as a share of its equity."),
    Field("max_gross_leverage", .multiple, .none, "The most gross exposure over the fleet, in times of its equity."),
    Field(
      "correlation_limit", .decimal(.closed(0, 1)), .none,
      "The correlation with another agent's position above which an open is held."),
    Field(
      "correlations", .list(.object(correlation), count: 0...100_000), .empty,
      "The declared correlations; a pair that is not listed counts as 0."),
    Field(
      "max_closes_per_pass", .integer(1...1_000_000), .text("10"),
      "The most closes over the fleet in an interval; breach and emergency closes are exempt."),
  ])

  private static let correlation = ObjectType([
    Field("symbols", .list(.text(.symbol), count: 2...2), .required, "The two symbols."),
    Field("rho", .decimal(.closed(-1, 1)), .required, "Their correlation, -1 to 1."),
  ])
}
