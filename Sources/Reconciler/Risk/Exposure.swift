/// Which sides of a symbol an agent holds.
struct Sides: Hashable, Sendable {
  var buy = false
  var sell = false

  mutating func add(_ side: Side) {
    switch side {
    case .buy: buy = true
    case .sell: sell = true
    }
  }
}

/// What one agent adds to the fleet's totals, in the fleet's currency: kept from its last good look, so that a plan of
/// another agent need not look at its positions.
struct Exposure: Hashable, Sendable {
  /// When the look began.
  var seenAt: Steady
  /// From the account's currency to the fleet's; `nil` while it is not known.
  var rate: FixedDecimal?
  var equity = FixedDecimal.zero
  /// Money from each open price to its stop, none beyond break-even; a position without a stop counts all equity.
  var openRisk = FixedDecimal.zero
  /// Sum of |lots x contract x price|.
  var gross = FixedDecimal.zero
  /// Bought less sold, by currency, metal or (where the name does not tell) symbol, in its own units.
  var net: [String: FixedDecimal] = [:]
  var sides: [Symbol: Sides] = [:]
  /// The first thing that could not be valued.
  var missing: Hold?
  /// Orders from their intent until their outcome is known.
  var pendingRisk = FixedDecimal.zero
  var pendingGross = FixedDecimal.zero
  var pendingSides: [Symbol: Sides] = [:]

  /// Also tells the quotes that it lacks.
  static func find(
    _ positions: [Position], _ account: Account, pending: [LiveAction], in currency: String, quotes: QuoteBook,
    seenAt: Steady
  ) -> (exposure: Exposure, wanted: [Symbol]) {
    var exposure = Exposure(seenAt: seenAt)
    var wanted: [Symbol] = []
    switch quotes.rate(from: account.currency, to: currency) {
    case .known(let rate): exposure.rate = rate
    case .wanted(let symbols):
      wanted += symbols
      exposure.missing = Hold(.conversionMissing, "there is no rate from \(account.currency) to \(currency) yet")
    case .missing(let hold): exposure.missing = hold
    }
    let rate = exposure.rate ?? .zero
    exposure.equity = account.equity * rate
    for position in positions {
      exposure.sides[position.symbol, default: Sides()].add(position.side)
      switch UnitValue.find(position.symbol, stop: position.stopLoss, account: account.currency, quotes: quotes) {
      case .known(let value): exposure.add(position, value, rate: rate, equity: account.equity)
      case .wanted(let symbols):
        wanted += symbols
        exposure.lacks(position, "it was not asked for yet", .conversionMissing)
      case .missing(let hold): exposure.lacks(position, hold.message, hold.reason)
      }
    }
    exposure.setPending(pending, equity: account.equity)
    exposure.bound()
    return (exposure, wanted)
  }

  private mutating func lacks(_ position: Position, _ why: String, _ reason: Reason) {
    if missing == nil { missing = Hold(reason, "a position in \(position.symbol) cannot be valued: \(why)") }
  }

  private mutating func add(_ position: Position, _ value: UnitValue, rate: FixedDecimal, equity: FixedDecimal) {
    let price = position.currentPrice ?? position.openPrice
    if let stop = position.stopLoss {
      let distance = max(.zero, (position.openPrice - stop) * position.side.sign)
      openRisk = openRisk + distance * value.perLot * position.lots * rate
    } else {
      openRisk = openRisk + max(.zero, equity) * rate
    }
    gross = gross + (position.lots * value.perLot * price).magnitude * rate
    let units = position.lots * (value.contract ?? .one) * position.side.sign
    guard let base = Currencies.base(of: position.symbol), let quote = Currencies.quote(of: position.symbol) else {
      net[position.symbol.text, default: .zero] += units
      return
    }
    net[base, default: .zero] += units
    net[quote, default: .zero] -= units * price
  }

  /// `equity`: of the account, in its currency; what an order without a known risk counts as.
  mutating func setPending(_ actions: [LiveAction], equity: FixedDecimal) {
    pendingRisk = .zero
    pendingGross = .zero
    pendingSides = [:]
    for action in actions where action.kind == .open {
      pendingRisk = pendingRisk + Self.risk(of: action, equity: equity) * (rate ?? .zero)
      pendingGross = pendingGross + (action.gross ?? .zero) * (rate ?? .zero)
      pendingSides[action.symbol, default: Sides()].add(action.side)
    }
  }

  /// Far above any fleet, and far below where sums are cut: an absurd figure refuses every open, and leaves the totals as
  /// they were when it goes.
  private mutating func bound() {
    let most = FixedDecimal(1_000_000_000_000_000_000)
    func cut(_ amount: FixedDecimal) -> FixedDecimal { min(max(amount, -most), most) }
    equity = cut(equity)
    openRisk = cut(openRisk)
    gross = cut(gross)
    net = net.mapValues(cut)
  }

  static func risk(of action: LiveAction, equity: FixedDecimal) -> FixedDecimal {
    action.risk ?? max(.zero, equity)
  }

  /// Positions' and orders' sides.
  var allSides: [Symbol: Sides] {
    sides.merging(pendingSides) { Sides(buy: $0.buy || $1.buy, sell: $0.sell || $1.sell) }
  }
}
