/// Judges one wanted open by money: its size, the budget, the margin, the day and the fleet. Asked last, since it is the
/// only judge that needs quotes of other symbols than the target's.
struct OpenRisk {
  struct Size: Hashable {
    var lots: FixedDecimal
    /// The most that it may lose; `nil` without a stop.
    var risk: FixedDecimal?
    /// lots x contract x price, in the account's currency.
    var gross: FixedDecimal
    var numbers: [String: JSONValue]
  }

  enum Verdict {
    case wants([Symbol])
    /// The size is `nil` where none could be worked out.
    case held([Hold], Size?)
    case fits(Size)
  }

  let input: PlanInput
  let target: TargetSpec
  /// Fresh.
  let tick: Tick

  static let usualStep = FixedDecimal(units: 10_000_000_000)

  /// The quotes that judging an open of `symbol` takes, without those that were asked for in vain a moment ago.
  static func wants(_ input: PlanInput, _ symbol: Symbol) -> [Symbol] {
    let quotes = input.quotes
    var wanted: [Symbol] = []
    if case .wanted(let symbols) = UnitValue.find(symbol, account: input.account.currency, quotes: quotes) {
      wanted += symbols
    }
    if case .wanted(let symbols) = Headroom.find(input, quotes: quotes) { wanted += symbols }
    return wanted
  }

  func verdict() -> Verdict {
    let quotes = input.quotes
    let value = UnitValue.find(target.symbol, stop: target.stopLoss, account: input.account.currency, quotes: quotes)
    let headroom = Headroom.find(input, quotes: quotes)
    switch (value, headroom) {
    case (.wanted(let first), .wanted(let second)): return .wants(first + second)
    case (.wanted(let symbols), _), (_, .wanted(let symbols)): return .wants(symbols)
    case (.missing(let hold), _): return .held([hold], nil)
    case (.known(let value), _) where value.doubt != nil: return .held([value.doubt].compactMap { $0 }, nil)
    case (.known(let value), .missing(let hold)):
      let (size, holds) = sized(value)
      return .held([hold] + holds, size)
    case (.known(let value), .known(let headroom)): return judge(value, headroom)
    }
  }

  private func judge(_ value: UnitValue, _ headroom: Headroom) -> Verdict {
    var (size, holds) = sized(value)
    guard let size else { return .held(holds, nil) }
    if let risk = size.risk,
      let hold = headroom.hold(adding: risk, day: input.dayVerdict?.figures, currency: input.account.currency)
    {
      holds.append(hold)
    }
    if let fleet = input.fleet {
      // Without a stop all of the agent's equity is at risk.
      holds += fleet.holds(
        risk: size.risk ?? input.account.equity, gross: size.gross, symbol: target.symbol, side: target.side)
    }
    return holds.isEmpty ? .fits(size) : .held(holds, size)
  }

  // MARK: The size

  private var price: FixedDecimal { target.side == .buy ? tick.ask : tick.bid }
  private var step: FixedDecimal { tick.lotStep.flatMap { $0.isPositive ? $0 : nil } ?? Self.usualStep }
  private var least: FixedDecimal { tick.minLot.flatMap { $0.isPositive ? $0 : nil } ?? step }

  private var unknownGross: FixedDecimal {
    input.unresolved.filter { $0.kind == .open }.reduce(.zero) { $0 + ($1.gross ?? .zero) }
  }

  private func sized(_ value: UnitValue) -> (Size?, [Hold]) {
    let margin = MarginRoom(
      account: input.account, tick: tick, price: price, unitValue: value.perLot,
      minimumLevel: input.spec.risk.minMarginLevel, reserved: unknownGross)
    guard let stop = target.stopLoss else {
      guard let lots = input.lots(of: target) else {
        return (nil, [Hold(.missingStopLoss, "a size from the risk needs the target's stop_loss")])
      }
      let size = Size(lots: lots, risk: nil, gross: lots * value.perLot * price, numbers: [:])
      return (size, [margin.hold(lots)].compactMap { $0 })
    }
    let trade = TradeRisk(
      risk: input.spec.risk, side: target.side, entry: target.entry ?? price, stop: stop, unitValue: value.perLot,
      equity: input.account.equity, netFlows: input.memory.dailyLoss.lifetimeFlows)
    // An open that is on its way keeps the size that it was recorded with.
    if let lots = target.declaredLots ?? input.liveLots(of: target) {
      let holds = [trade.overBudget(lots, step: step), margin.hold(lots)].compactMap { $0 }
      return (size(lots, trade), holds)
    }
    return byRisk(trade, margin)
  }

  private func byRisk(_ trade: TradeRisk, _ margin: MarginRoom) -> (Size?, [Hold]) {
    let affordable = trade.affordable(step: step)
    if affordable < least { return (nil, [trade.belowLeast(least)]) }
    let cap = min(input.spec.risk.lotSize, tick.maxLot ?? .max).floored(to: step)
    if cap < least {
      let hold = Hold(
        .lotsNotTradeable, "lot_size \(input.spec.risk.lotSize) is under the broker's least, \(least) lots",
        ["lot_size": .decimal(input.spec.risk.lotSize), "min_lot": .decimal(least)])
      return (nil, [hold])
    }
    var lots = min(affordable, cap)
    if let most = margin.affordable(step: step) {
      if most < least { return (nil, [margin.hold(least)].compactMap { $0 }) }
      lots = min(lots, most)
    }
    var sized = size(lots, trade)
    sized.numbers["lots_by_risk"] = .decimal(affordable)
    return (sized, [margin.hold(lots)].compactMap { $0 })
  }

  /// The risk that the day and the fleet are asked about is from the market where that is further from the stop than the
  /// declared entry.
  private func size(_ lots: FixedDecimal, _ trade: TradeRisk) -> Size {
    let worst = max(trade.lossPerLot, trade.lossPerLot(from: price))
    var numbers = trade.numbers
    numbers["risk"] = .decimal(lots * trade.lossPerLot)
    return Size(lots: lots, risk: lots * worst, gross: lots * trade.unitValue * price, numbers: numbers)
  }
}

extension PlanInput {
  var quotes: QuoteBook {
    QuoteBook(ticks: ticks, failures: tickFailures, now: now.steady, maximumAge: QuoteBook.ageForOpens)
  }

  /// The lots that a target is to have: as declared, else as they were worked out when its position was opened.
  func lots(of target: TargetSpec) -> FixedDecimal? {
    if let declared = target.declaredLots { return declared }
    guard let frozen = memory.sizes[target.name], frozen.specKey == target.specKey else { return nil }
    return min(frozen.lots, spec.risk.lotSize)
  }

  /// The lots of this target's open that waits to be sent.
  func liveLots(of target: TargetSpec) -> FixedDecimal? {
    guard let live, live.kind == .open, live.target == target.name, live.specKey == target.specKey else { return nil }
    return live.lots
  }
}
