/// The fleet's totals, kept up to date by differences: what one plan asks of a thousand agents costs no walk over them.
struct FleetLedger: Hashable, Sendable {
  /// How many agents hold a symbol on either side.
  struct Holders: Hashable, Sendable {
    var buy = 0
    var sell = 0
  }

  /// What every amount is in.
  var currency = "USD"
  private(set) var equity = FixedDecimal.zero
  /// With orders from their intent on.
  private(set) var openRisk = FixedDecimal.zero
  private(set) var gross = FixedDecimal.zero
  private(set) var net: [String: FixedDecimal] = [:]
  private(set) var holders: [Symbol: Holders] = [:]
  /// Agents of which something could not be valued.
  private(set) var incomplete: Set<AgentID> = []

  /// Until then every agent's snapshot is young enough: a lower bound, since snapshots only get newer.
  var freshUntil: Steady?
  /// An agent that was found without a young snapshot.
  var laggard: AgentID?

  /// A snapshot that is older counts as missing (risk.md, counting and exposure).
  static let maximumAge: Duration = .seconds(300)

  mutating func replace(_ id: AgentID, _ old: Exposure?, by new: Exposure?) {
    if let old { add(old, sign: -1) }
    if let new { add(new, sign: 1) }
    if new?.missing == nil { incomplete.remove(id) } else { incomplete.insert(id) }
  }

  private mutating func add(_ exposure: Exposure, sign: Int) {
    let factor = FixedDecimal(sign)
    equity += exposure.equity * factor
    openRisk += (exposure.openRisk + exposure.pendingRisk) * factor
    gross += (exposure.gross + exposure.pendingGross) * factor
    for (name, units) in exposure.net {
      let sum = (net[name] ?? .zero) + units * factor
      net[name] = sum.isZero ? nil : sum
    }
    for (symbol, sides) in exposure.allSides {
      var count = holders[symbol] ?? Holders()
      count.buy += sides.buy ? sign : 0
      count.sell += sides.sell ? sign : 0
      holders[symbol] = count == Holders() ? nil : count
    }
  }
}
