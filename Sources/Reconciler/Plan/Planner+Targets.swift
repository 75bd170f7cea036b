// Targets: where each stands, and the open of one that has no position.

extension Planner {
  mutating func stand(_ target: TargetSpec) {
    let tickets = owners.tickets[target.name] ?? []
    let held = input.positions.filter { tickets.contains($0.ticket) }
    if !held.isEmpty {
      let lots = held.reduce(FixedDecimal.zero) { $0 + $1.lots }
      let short = (input.lots(of: target) ?? lots) - lots
      plan.targets.append(
        TargetStanding(name: target.name, state: .held(tickets), shortfall: short.isPositive ? short : .zero))
      // A position that is to be closed frees its target only once it is gone.
      return
    }
    if let spent = input.memory.spent[target.name], spent.specKey == target.specKey, !reopens(target, spent) {
      plan.targets.append(
        TargetStanding(name: target.name, state: .spent(how: spent.how, spent.ticket), shortfall: .zero))
      return
    }
    plan.targets.append(
      TargetStanding(name: target.name, state: .wanted, shortfall: target.declaredLots ?? .zero))
    open(target)
  }

  private func reopens(_ target: TargetSpec, _ spent: AgentMemory.Spent) -> Bool {
    switch target.reopen {
    case .never: false
    case .nextDay: input.dayKey > spent.dayKey
    case .always: true
    }
  }

  /// Cheap questions first: what holds an open whatever the market says costs its terminal no read.
  private mutating func open(_ target: TargetSpec) {
    let tick = input.ticks[target.symbol]
    let fresh = tick.map { input.now.steady - $0.span.ended.steady <= PlanInput.maximumReadAge } ?? false
    var action = opening(target, tick?.value)
    let count =
      input.positions.count + input.orders.count + input.missing.count
      + input.unresolved.filter { $0.kind == .open }.count
    let guards = OpenGuards(input: input, target: target, count: count)
    var holds = guards.holds()
    if let ticket = input.vanishing(target) {
      holds.append(Hold(.inFlight, "ticket \(ticket) is gone; a second look has to confirm it"))
    }
    guard holds.isEmpty else { return hold(action, holds) }
    guard fresh, let tick = tick?.value else { return ask(action) }
    holds = guards.market(tick)
    let risk = OpenRisk(input: input, target: target, tick: tick)
    switch risk.verdict() {
    case .wants(let symbols):
      if !holds.isEmpty { return hold(action, holds, watching: true) }
      plan.wantsTicks += symbols
      return wait(action)
    case .held(let more, let size):
      action.take(size)
      return hold(action, holds + more, watching: true)
    case .fits(let size): action.take(size)
    }
    action.message = opening(target, lots: action.lots)
    if !holds.isEmpty { return hold(action, holds, watching: true) }
    if !input.ordersFresh, !input.ordersUnsupported { return wait(action) }
    wanted.append(action)
  }

  private func opening(_ target: TargetSpec, _ quote: Tick?) -> PlannedAction {
    var action = PlannedAction(
      kind: .open, actionClass: .open, reason: .target, symbol: target.symbol, side: target.side, ticket: nil,
      lots: target.declaredLots ?? .zero, message: opening(target, lots: target.declaredLots),
      numbers: ["equity": .decimal(input.account.equity)])
    action.target = target.name
    action.specKey = target.specKey
    let digits = quote?.digits ?? FixedDecimal.places
    action.stopLoss = target.stopLoss?.rounded(places: digits)
    action.takeProfit = target.takeProfit?.rounded(places: digits)
    guard let quote else { return action }
    action.numbers["bid"] = .decimal(quote.bid)
    action.numbers["ask"] = .decimal(quote.ask)
    action.slippagePoints = slippage(quote)
    return action
  }

  private func opening(_ target: TargetSpec, lots: FixedDecimal?) -> String {
    "open \(target.side.rawValue) \(lots?.description ?? "risk-sized") \(target.symbol) for "
      + "target \(target.name), \(Self.levels(target.stopLoss, target.takeProfit))"
  }

  /// A fresh quote of its own symbol comes first; whatever else judging it takes is asked for in the same look.
  private mutating func ask(_ action: PlannedAction) {
    if let failure = input.quotes.failure(action.symbol) {
      let hold = Hold(
        .staleQuote, "the terminal gives no quote of \(action.symbol): \(failure.message)",
        ["symbol": .string(action.symbol.text)])
      return self.hold(action, [hold])
    }
    plan.wantsTicks.append(action.symbol)
    plan.wantsTicks += OpenRisk.wants(input, action.symbol)
    wait(action)
  }

  private mutating func wait(_ action: PlannedAction) {
    if !input.ordersFresh, !input.ordersUnsupported { plan.wantsOrders = true }
    plan.undecided.append(action)
  }

  /// `watching`: the market or money holds it, so the next look brings fresh quotes with it.
  private mutating func hold(_ action: PlannedAction, _ holds: [Hold], watching: Bool = false) {
    plan.held.append(HeldAction(action: action, holds: holds))
    if watching { plan.watchesTicks.append(action.symbol) }
  }

  private func slippage(_ tick: Tick) -> Int? {
    guard let allowance = input.spec.risk.slippage, let point = tick.point, point.isPositive,
      let points = allowance.divided(by: point)
    else { return nil }
    return Int(clamping: points.units / FixedDecimal.one.units)
  }
}

extension PlannedAction {
  fileprivate mutating func take(_ size: OpenRisk.Size?) {
    guard let size else { return }
    lots = size.lots
    risk = size.risk
    gross = size.gross
    numbers.merge(size.numbers) { _, new in new }
  }
}
