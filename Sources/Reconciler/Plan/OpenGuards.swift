/// Everything that may hold an open back. None of these is ever asked about an exit.
struct OpenGuards {
  let input: PlanInput
  let target: TargetSpec
  /// Positions, pending orders and unknown opens that count.
  let count: Int

  /// What holds it whatever the market says.
  func holds() -> [Hold] {
    input.holdsForOpens + waits() + agent() + risk() + unknown()
  }

  /// What the terminal refused a moment ago, of opens and of this symbol.
  private func waits() -> [Hold] {
    [input.waits.opens, input.waits.symbols[target.symbol]].compactMap { input.waits.holds($0, input.now.steady) }
  }

  private func agent() -> [Hold] {
    var holds: [Hold] = []
    let spec = input.spec
    if input.policy.emergencyStop { holds.append(Hold(.emergencyStop, "the fleet's emergency stop is raised")) }
    if let pause = input.memory.breachPause {
      holds.append(Hold(.paused, "paused since the \(pause.reason.rawValue) breach of \(pause.dayKey)"))
    } else if let pause = input.memory.operatorPause {
      holds.append(Hold(.paused, "paused by \(pause.actor): \(pause.note)"))
    }
    if !spec.enabled { holds.append(Hold(.agentDisabled, "the agent is disabled")) }
    if spec.mode == .closeOnly { holds.append(Hold(.modeCloseOnly, "mode is close_only")) }
    if input.account.tradeAllowed == false {
      holds.append(Hold(.tradeNotAllowed, "the terminal says that trading is not allowed"))
    }
    if input.account.connected == false {
      holds.append(Hold(.tradeNotAllowed, "the terminal is not connected to its broker"))
    }
    if input.opensInLastMinute >= spec.terminal.maxOrdersPerMinute {
      holds.append(
        Hold(
          .rateLimit,
          "\(input.opensInLastMinute) orders in the last minute, max_orders_per_minute is "
            + "\(spec.terminal.maxOrdersPerMinute)",
          [
            "orders": .int(input.opensInLastMinute),
            "max_orders_per_minute": .int(spec.terminal.maxOrdersPerMinute),
          ]))
    }
    return holds
  }

  private func risk() -> [Hold] {
    var holds: [Hold] = []
    let risk = input.spec.risk
    if count >= risk.maxPositions {
      holds.append(
        Hold(
          .maxPositions, "\(count) positions and orders, max_positions is \(risk.maxPositions)",
          ["count": .int(count), "max_positions": .int(risk.maxPositions)]))
    }
    if risk.requireStopLoss, target.stopLoss == nil {
      holds.append(Hold(.missingStopLoss, "the target has no stop_loss, and require_stop_loss is true"))
    }
    if let bare = input.positions.first(where: { $0.stopLoss == nil }) {
      holds.append(
        Hold(
          .unboundedRisk, "position \(bare.ticket) has no stop, so its risk has no bound",
          ["ticket": .int(bare.ticket.number)]))
    }
    return holds + day() + trust()
  }

  private func day() -> [Hold] {
    guard let verdict = input.dayVerdict, verdict.opensHeld else { return [] }
    guard verdict.isOver80, let figures = verdict.figures else {
      return [Hold(.suspiciousSnapshot, "a change of the balance is not accounted for yet")]
    }
    return [
      Hold(
        .dailyLoss80, "\(figures.loss.money) of the day's \(figures.limit.money) are lost; no opens from 80 % on",
        ["loss": .decimal(figures.loss), "limit": .decimal(figures.limit)])
    ]
  }

  private func trust() -> [Hold] {
    input.trust.findings.prefix(1).map { Hold(.suspiciousSnapshot, $0.message, $0.numbers) }
  }

  private func unknown() -> [Hold] {
    var holds: [Hold] = []
    if let doubt = input.unresolved.first(where: { $0.symbol == target.symbol }) {
      holds.append(
        Hold(
          .unknownOutcome, "the outcome of action \(doubt.id) on \(doubt.symbol) is not known",
          ["action_id": .string(doubt.id)]))
    }
    if let action = input.memory.heldUnknown[target.name] {
      holds.append(Hold(.unknownOutcome, "action \(action) never ran, and on_unknown is hold: a person decides"))
    }
    if let refusal = input.memory.refusals[target.name], refusal.specKey == target.specKey,
      refusal.dayKey == input.dayKey
    {
      holds.append(
        Hold(
          .terminalRefused, "the terminal refused it: \(refusal.message) (\(refusal.code))",
          ["error_code": .int(refusal.code)]))
    }
    return holds
  }

  /// What the quote says.
  func market(_ tick: Tick) -> [Hold] {
    var holds: [Hold] = []
    let risk = input.spec.risk
    let price = target.side == .buy ? tick.ask : tick.bid
    if tick.tradeAllowed == false {
      holds.append(Hold(.marketClosed, "the terminal says that \(tick.symbol) cannot be traded now"))
    }
    if let limit = risk.maxQuoteAge, input.now.wall - tick.time > limit {
      let age = (input.now.wall - tick.time).components.seconds
      holds.append(
        Hold(
          .staleQuote, "the quote is \(age) s old, max_quote_age is \(limit.manifestText)",
          ["age_seconds": .int(age), "max_quote_age_seconds": .int(limit.components.seconds)]))
    }
    if let limit = risk.maxSpread, tick.spread > limit {
      holds.append(
        Hold(
          .maxSpread, "the spread is \(tick.spread), max_spread is \(limit)",
          ["spread": .decimal(tick.spread), "max_spread": .decimal(limit)]))
    }
    if let collar = risk.priceCollar, let entry = target.entry, (price - entry).magnitude > collar {
      holds.append(
        Hold(
          .priceCollar, "the price \(price) is over \(collar) away from the entry \(entry)",
          ["price": .decimal(price), "entry": .decimal(entry), "price_collar": .decimal(collar)]))
    }
    holds += lots(tick)
    return holds + stops(tick, price: price)
  }

  private func lots(_ tick: Tick) -> [Hold] {
    guard let lots = target.declaredLots else { return [] }
    if let least = tick.minLot, lots < least {
      return [
        Hold(
          .riskBelowMinLot, "\(lots) lots are below the broker's least, \(least)",
          ["lots": .decimal(lots), "min_lot": .decimal(least)])
      ]
    }
    if let most = tick.maxLot, lots > most {
      return [
        Hold(
          .lotsNotTradeable, "\(lots) lots are over the broker's most, \(most)",
          ["lots": .decimal(lots), "max_lot": .decimal(most)])
      ]
    }
    if let step = tick.lotStep, step.isPositive, !lots.isMultiple(of: step) {
      return [
        Hold(
          .lotsNotTradeable, "\(lots) lots are not a multiple of the broker's step, \(step)",
          ["lots": .decimal(lots), "lot_step": .decimal(step)])
      ]
    }
    return []
  }

  /// A stop on the wrong side of the market would be refused, or hit at once.
  private func stops(_ tick: Tick, price: FixedDecimal) -> [Hold] {
    let up = target.side == .buy
    if let stop = target.stopLoss, up ? stop >= tick.bid : stop <= tick.ask {
      return [
        Hold(
          .priceCollar, "the market, \(tick.bid) / \(tick.ask), has passed the stop \(stop)",
          ["stop_loss": .decimal(stop), "bid": .decimal(tick.bid), "ask": .decimal(tick.ask)])
      ]
    }
    if let goal = target.takeProfit, up ? goal <= tick.bid : goal >= tick.ask {
      return [
        Hold(
          .priceCollar, "the market, \(tick.bid) / \(tick.ask), has passed the take-profit \(goal)",
          ["take_profit": .decimal(goal), "bid": .decimal(tick.bid), "ask": .decimal(tick.ask)])
      ]
    }
    return tooNear(tick)
  }

  /// A stop or take-profit within the broker's `stop_level` would be refused (130). Both are measured from the price at
  /// which the position would be closed.
  private func tooNear(_ tick: Tick) -> [Hold] {
    guard let points = tick.stopLevel, let point = tick.point, points.isPositive else { return [] }
    let least = points * point
    let close = target.side == .buy ? tick.bid : tick.ask
    for (name, level) in [("stop_loss", target.stopLoss), ("take_profit", target.takeProfit)] {
      guard let level, (level - close).magnitude < least else { continue }
      return [
        Hold(
          .priceCollar,
          "the \(name) \(level) is nearer to the market, \(close), than the broker's stop_level, \(least)",
          [name: .decimal(level), "price": .decimal(close), "stop_level": .decimal(least)])
      ]
    }
    return []
  }
}
