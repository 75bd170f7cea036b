/// An action from its intent to its end. It is rebuilt from the intent's record, so everything that evidence is judged by
/// stands in that record.
///
/// Transitions: intended → (sent) → done | refused | withdrawn, or → unknown → resolved. A further attempt goes back to
/// intended with the same id and mark.
public struct LiveAction: Hashable, Sendable {
  public var id: String
  public var attempt: Int
  public var kind: ActionKind
  public var symbol: Symbol
  public var side: Side
  public var ticket: Ticket?
  public var lots: FixedDecimal
  public var stopLoss: FixedDecimal?
  public var takeProfit: FixedDecimal?
  public var target: String?
  public var specKey: String?
  public var reason: Reason
  /// Empty for all but opens.
  public var mark: String
  public var slippagePoints: Int?
  /// Of an open: the most that it may lose, and lots x contract x price; in the account's currency. It counts for the day
  /// and the fleet from the intent on.
  public var risk: FixedDecimal?
  public var gross: FixedDecimal?
  /// The position's lots before a close, reduction or modify.
  public var lotsBefore: FixedDecimal?
  /// All tickets that were seen before the send.
  public var before: [Ticket]
  /// The address of the terminal that it was for; `nil` in records of earlier versions.
  public var terminal: String?
  /// Of the intent's record.
  public var sequence: Int64
  public var recordedAt: Timestamp

  /// Whether an `unknown` record of it was written.
  public var wasUnknown = false

  /// The account that answered when it was planned, as `Reconciler.digest` names it; `nil` where the terminal tells none.
  var account: String?

  // The rest is of this process only.

  /// When the intent was recorded, by the steady clock.
  var recordedSteady = Steady(microseconds: 0)
  /// When the answer came or was given up; for a recovered action, when the process started.
  var unknownSince: Steady?
  /// Complete fresh snapshots since then, without evidence.
  var cleanLooks = 0
  /// The agent's generation when it was planned: a pause, a command or a revision since then withdraws an open.
  var generation = 0
  /// A definite answer said that the last attempt did not run, and the next one is not journaled yet.
  var attemptPending = false
  /// When the next attempt may go out.
  var notBefore = Steady(microseconds: 0)
  /// Whether an alarm was raised that nothing but a person can resolve it.
  var needsPerson = false
}

extension LiveAction {
  init(
    _ planned: PlannedAction, id: String, before: [Ticket], sequence: Int64, lotsBefore: FixedDecimal?, now: Moment
  ) {
    self.id = id
    attempt = 1
    kind = planned.kind
    symbol = planned.symbol
    side = planned.side
    ticket = planned.ticket
    lots = planned.lots
    stopLoss = planned.stopLoss
    takeProfit = planned.takeProfit
    target = planned.target
    specKey = planned.specKey
    reason = planned.reason
    mark = planned.kind.opens ? ActionID.mark(of: id) : ""
    slippagePoints = planned.slippagePoints
    risk = planned.risk
    gross = planned.gross
    self.lotsBefore = lotsBefore
    self.before = before
    self.sequence = sequence
    recordedAt = now.wall
    recordedSteady = now.steady
  }

  /// What goes to the terminal.
  func request(agent: AgentSpec) -> TradeRequest {
    let order: TradeRequest.Order
    switch kind {
    case .open:
      let after = agent.terminal.stopsOnOpen == .after
      order = .open(
        symbol: symbol, side: side, lots: lots, stopLoss: after ? nil : stopLoss, takeProfit: after ? nil : takeProfit,
        slippagePoints: slippagePoints)
    case .close, .delete: order = .close(ticket: ticket ?? Ticket(0), lots: nil)
    case .reduce: order = .close(ticket: ticket ?? Ticket(0), lots: lots)
    case .modify: order = .modify(ticket: ticket ?? Ticket(0), stopLoss: stopLoss, takeProfit: takeProfit)
    }
    return TradeRequest(
      agent: agent.id, order: order, mark: mark, magic: kind.opens ? agent.terminal.magic : nil,
      requestID: "\(id).\(attempt)")
  }

  /// The metadata of the intent: all that evidence needs, and what an auditor asks for.
  ///
  /// - Parameter request: what will be sent; its magic number and id are recorded; `nil` outside of an intent's record.
  func metadata(
    numbers: [String: JSONValue], desired: JSONValue, place: DecidingPlace?, request: TradeRequest?
  ) -> JSONValue {
    .fields([
      "kind": .string(kind.rawValue), "symbol": .string(symbol.text), "side": .string(side.rawValue),
      "ticket": ticket.map { .int($0.number) }, "lots": .decimal(lots), "stop_loss": stopLoss.map { .decimal($0) },
      "take_profit": takeProfit.map { .decimal($0) }, "mark": mark.isEmpty ? nil : .string(mark),
      "attempt": .int(attempt), "target": target.map { .string($0) }, "spec_key": specKey.map { .string($0) },
      "lots_before": lotsBefore.map { .decimal($0) }, "slippage_points": slippagePoints.map { .int($0) },
      "risk": risk.map { .decimal($0) }, "gross": gross.map { .decimal($0) },
      "terminal": terminal.map { .string($0) }, "account_key": account.map { .string($0) },
      "before": .array(before.map { .int($0.number) }),
      "numbers": .object(numbers), "desired": desired,
      "magic": request?.magic.map { .int($0) }, "request_id": request.map { .string($0.requestID) },
      "manifest_file": place.map { .string($0.place.file) }, "manifest_line": place.map { .int($0.place.line) },
      "manifest_field": place?.field.map { .string($0) },
    ])
  }

  /// Rebuilds an action from its intent's record; `nil` for a record that is not one.
  public init?(intent record: Record) {
    let data = record.metadata
    guard record.type == .intent, let id = record.actionID, let reason = record.reason,
      let kind = data["kind"]?.string.flatMap({ ActionKind(rawValue: $0) }), let symbol = data["symbol"]?.string,
      let side = data["side"]?.string.flatMap({ Side(rawValue: $0) }), let lots = data["lots"]?.decimal
    else { return nil }
    self.id = id
    attempt = Int(data["attempt"]?.int ?? 1)
    self.kind = kind
    self.symbol = Symbol(symbol)
    self.side = side
    ticket = data["ticket"]?.int.map { Ticket($0) }
    self.lots = lots
    stopLoss = data["stop_loss"]?.decimal
    takeProfit = data["take_profit"]?.decimal
    target = data["target"]?.string
    specKey = data["spec_key"]?.string
    self.reason = reason
    mark = data["mark"]?.string ?? ""
    slippagePoints = data["slippage_points"]?.int.map { Int($0) }
    risk = data["risk"]?.decimal
    gross = data["gross"]?.decimal
    lotsBefore = data["lots_before"]?.decimal
    before = (data["before"]?.array ?? []).compactMap { $0.int.map { Ticket($0) } }
    terminal = data["terminal"]?.string
    account = data["account_key"]?.string
    sequence = record.sequence
    recordedAt = record.createdAt
  }
}
