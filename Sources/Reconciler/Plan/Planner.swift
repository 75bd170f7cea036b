/// The planner: one agent, one snapshot, one plan.
///
/// Steps: classify each position once; judge it by the close rules; put drift right on what stays; open what is missing;
/// then sort what may be done now from what is held, and say why.
struct Planner {
  let input: PlanInput
  let owners: Classification
  private let rules: CloseRules
  var plan = Plan()
  var wanted: [PlannedAction] = []

  static func plan(_ input: PlanInput) -> (plan: Plan, owners: Classification) {
    var planner = Planner(input)
    planner.build()
    return (planner.plan, planner.owners)
  }

  private init(_ input: PlanInput) {
    self.input = input
    owners = Classification(input)
    rules = CloseRules(input: input, owners: owners)
  }

  private mutating func build() {
    let verdicts = rules.verdicts()
    for position in input.positions {
      switch verdicts[position.ticket] ?? .allowed {
      case .close(let reason, let why): wanted.append(close(position, reason, why))
      case .reduce(let reason, let keep, let why): reduce(position, reason, to: keep, why)
      case .allowed: restore(position)
      }
    }
    deleteOrders(verdicts)
    plan.external = owners.owners.keys.sorted().filter { owners.owners[$0] == .external }
    plan.adoptions = owners.learned.map { ($0.ticket, $0.ownership.target) }
    for target in input.spec.targets ?? [] { stand(target) }
    sortOut()
  }

  // MARK: Closes

  private func actionClass(of reason: Reason) -> ActionClass {
    [.dailyLoss, .maxDrawdown, .emergencyStop].contains(reason) ? .breach : .close
  }

  private func close(_ position: Position, _ reason: Reason, _ why: String) -> PlannedAction {
    var action = PlannedAction(
      kind: .close, actionClass: actionClass(of: reason), reason: reason, symbol: position.symbol, side: position.side,
      ticket: position.ticket, lots: position.lots,
      message: "close \(position.side.rawValue) \(position.lots) \(position.symbol) #\(position.ticket): \(why)",
      numbers: numbers(position))
    action.profit = position.netProfit
    action.target = targetName(position)
    return action
  }

  private mutating func reduce(_ position: Position, _ reason: Reason, to keep: FixedDecimal, _ why: String) {
    let tick = input.ticks[position.symbol]?.value
    if tick == nil, input.quotes.failure(position.symbol) == nil {
      // The step and the least lots are the broker's: they are read first, for a reduction cannot be taken back. Where
      // the terminal does not tell, the usual ones serve: no exit waits for a quote that does not come.
      plan.wantsTicks.append(position.symbol)
      return
    }
    let step = tick?.lotStep ?? OpenRisk.usualStep
    let rest = keep.floored(to: step)
    guard rest >= tick?.minLot ?? OpenRisk.usualStep else {
      return wanted.append(close(position, reason, "\(why); what would be left is under the broker's least"))
    }
    var action = close(position, reason, why)
    action.kind = .reduce
    action.lots = position.lots - rest
    action.message =
      "close \(action.lots) of \(position.side.rawValue) \(position.lots) \(position.symbol) #\(position.ticket): \(why)"
    action.numbers["keep"] = .decimal(rest)
    wanted.append(action)
  }

  private mutating func deleteOrders(_ verdicts: [Ticket: CloseRules.Verdict]) {
    if input.orders.isEmpty { return }
    let kept = input.positions.filter { if case .close = verdicts[$0.ticket] { false } else { true } }
    let over = rules.over(kept)
    let filled = Set(input.positions.map(\.ticket))
    // Whether an order is one too many can only be told from a fresh list.
    if !input.ordersFresh, kept.count + input.orders.count > input.spec.risk.maxPositions {
      plan.wantsOrders = true
    }
    for order in input.orders.sorted(by: { $0.ticket < $1.ticket }) where !filled.contains(order.ticket) {
      var verdict = rules.verdict(on: order)
      if verdict == .allowed, over.contains(order.ticket) {
        verdict = .close(.tooManyPositions, rules.tooManyMessage())
      }
      guard case .close(let reason, let why) = verdict else { continue }
      guard input.ordersFresh else {
        plan.unread.append(PlannedAction.subject(.delete, order.ticket, nil))
        continue
      }
      wanted.append(
        PlannedAction(
          kind: .delete, actionClass: actionClass(of: reason), reason: reason, symbol: order.symbol,
          side: order.kind.side, ticket: order.ticket, lots: order.lots,
          message: "delete \(order.kind.rawValue) \(order.lots) \(order.symbol) #\(order.ticket): \(why)",
          numbers: ["price": .decimal(order.price)]))
    }
    if !plan.unread.isEmpty { plan.wantsOrders = true }
  }

  private func numbers(_ position: Position) -> [String: JSONValue] {
    [
      "position_lots": .decimal(position.lots), "open_price": .decimal(position.openPrice),
      "net_profit": .decimal(position.netProfit), "positions": .int(input.positions.count),
      "max_positions": .int(input.spec.risk.maxPositions), "lot_size": .decimal(input.spec.risk.lotSize),
      "equity": .decimal(input.account.equity), "balance": .decimal(input.account.balance),
    ]
  }

  private func targetName(_ position: Position) -> String? {
    switch owners.owners[position.ticket] ?? .external {
    case .target(let name), .removedTarget(let name): name
    case .external: nil
    }
  }

  // MARK: Drift

  /// A stop or take-profit that differs from the target's is put right; one that it does not name is left alone.
  private mutating func restore(_ position: Position) {
    guard case .target(let name) = owners.owners[position.ticket] ?? .external,
      let target = input.spec.targets?.first(where: { $0.name == name })
    else { return }
    let levelsFit =
      (target.stopLoss ?? position.stopLoss) == position.stopLoss
      && (target.takeProfit ?? position.takeProfit) == position.takeProfit
    if levelsFit { return }
    if input.ticks[position.symbol] == nil, input.quotes.failure(position.symbol) == nil {
      // A level that is finer than the broker's digits only looks like drift: the digits are read first.
      plan.wantsTicks.append(position.symbol)
      return
    }
    let digits = input.ticks[position.symbol]?.value.digits ?? FixedDecimal.places
    let stop = target.stopLoss?.rounded(places: digits) ?? position.stopLoss
    let goal = target.takeProfit?.rounded(places: digits) ?? position.takeProfit
    guard stop != position.stopLoss || goal != position.takeProfit else { return }
    var action = PlannedAction(
      kind: .modify, actionClass: .restore, reason: .stopDrift, symbol: position.symbol, side: position.side,
      ticket: position.ticket, lots: position.lots,
      message: "set the levels of \(position.symbol) #\(position.ticket) back to "
        + "\(Self.levels(stop, goal)); they are \(Self.levels(position.stopLoss, position.takeProfit))",
      numbers: [
        "stop_loss_seen": position.stopLoss.map { .decimal($0) } ?? .null,
        "take_profit_seen": position.takeProfit.map { .decimal($0) } ?? .null,
      ])
    action.stopLoss = stop
    action.takeProfit = goal
    action.target = name
    action.specKey = target.specKey
    wanted.append(action)
  }

  static func levels(_ stop: FixedDecimal?, _ goal: FixedDecimal?) -> String {
    "stop \(stop?.description ?? "none"), take-profit \(goal?.description ?? "none")"
  }

  // MARK: What may be done now

  private mutating func sortOut() {
    var closes = input.closesLeft
    var opened = false
    let oldestFirst = input.waits.oldestFirst
    for action in wanted.sorted(by: { Self.before($0, $1, oldestFirst: oldestFirst) }) {
      var holds = input.holdsForAll + exitHolds(action)
      if action.kind != .open, action.kind != .modify, action.actionClass != .breach, holds.isEmpty {
        if closes <= 0 {
          holds.append(
            Hold(.blastRadius, "max_closes_per_pass \(input.policy.maxClosesPerPass) is used up for this interval"))
        } else {
          closes -= 1
        }
      }
      if action.kind == .open, opened { holds.append(Hold(.inFlight, "one open at a time")) }
      if holds.isEmpty {
        plan.actions.append(action)
        opened = opened || action.kind == .open
      } else {
        plan.held.append(HeldAction(action: action, holds: holds))
      }
    }
  }

  /// The few things that can hold an exit: none is about risk, all are about not doing the same thing twice, or to an
  /// account that is not ours.
  private func exitHolds(_ action: PlannedAction) -> [Hold] {
    guard action.kind != .open else { return [] }
    if !input.trust.closesAllowed, !isUrgent(action) {
      return input.trust.findings.prefix(1).map { Hold(.suspiciousSnapshot, $0.message, $0.numbers) }
    }
    if let ticket = action.ticket, let wait = input.waits.holds(input.waits.tickets[ticket], input.now.steady) {
      return [wait]
    }
    if action.kind == .reduce,
      let doubt = input.unresolved.first(where: { $0.kind == .reduce && $0.ticket == action.ticket })
    {
      return [Hold(.unknownOutcome, "the outcome of the partial close \(doubt.id) of this ticket is not known")]
    }
    if let done = input.waits.unseen[action.subject], done.until > input.now.steady {
      return [Hold(.inFlight, "the terminal said that it is done, and the list does not show it yet")]
    }
    if action.kind == .reduce, let done = action.ticket.flatMap({ input.reduced[$0] }),
      action.numbers["position_lots"] == .decimal(done.lotsBefore)
    {
      return [Hold(.inFlight, "a partial close of this ticket is done, and the list does not show it yet")]
    }
    if action.kind == .modify, let ticket = action.ticket,
      let refusal = input.memory.refusals["modify \(ticket)"], refusal.specKey == action.specKey,
      refusal.dayKey == input.dayKey
    {
      return [Hold(.terminalRefused, "the terminal refused it: \(refusal.message) (\(refusal.code))")]
    }
    return []
  }

  /// Whether an exit goes by looks that contradict themselves in turns: it is of what must not be there at all, however the
  /// rest is counted, and of a ticket that was listed in three of them.
  private func isUrgent(_ action: PlannedAction) -> Bool {
    guard let urgent = input.urgent, let ticket = action.ticket else { return false }
    guard action.actionClass == .breach || action.reason == .agentDisabled else { return false }
    switch action.kind {
    case .close: return urgent.isConfirmed(ticket)
    // Of pending orders, another list tells.
    case .delete: return true
    case .open, .reduce, .modify: return false
    }
  }

  /// Breach and emergency closes, other closes, restored stops, opens; within a class the largest loss first, then the
  /// lowest ticket, which comes first of all where the account demands it. Opens keep the manifest's order.
  private static func before(_ a: PlannedAction, _ b: PlannedAction, oldestFirst: Bool) -> Bool {
    if a.actionClass != b.actionClass { return a.actionClass < b.actionClass }
    if a.kind == .open { return false }
    if !oldestFirst, a.profit != b.profit { return a.profit < b.profit }
    return (a.ticket ?? Ticket(0)) < (b.ticket ?? Ticket(0))
  }
}
