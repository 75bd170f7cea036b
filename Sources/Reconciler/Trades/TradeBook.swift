// Trades: which closed trades were recorded, what they brought, and the day that each counts for (risk.md, performance).
// Nothing here reads a terminal or decides anything: it follows the records.

/// The closed trades of one agent, as far as its records tell of them. Rebuilt from `trade_closed`, `day_anchor` and `flow`.
public struct TradeBook: Hashable, Sendable {
  /// A row of history that was recorded, as it is known again.
  struct Recorded: Hashable, Sendable {
    var ticket: Ticket
    var closeTime: Timestamp
    var lots: FixedDecimal
    var net: FixedDecimal
  }

  /// What closed the agent's trades brought, by lineage, net of swap and commission, in the account's currency.
  public struct Totals: Hashable, Sendable {
    public var trades = 0
    public var wins = 0
    /// The sum of the trades that won.
    public var profit = FixedDecimal.zero
    /// The sum of the others, zero or less.
    public var loss = FixedDecimal.zero
    /// The highest sum of all trades so far; zero at first.
    public var peak = FixedDecimal.zero
    /// The largest fall from the peak.
    public var largestDrawdown = FixedDecimal.zero
  }

  /// The end of the first anchor's account reply: what closed before is not the controller's to report.
  public internal(set) var firstSeen: Timestamp?
  /// In the order in which they closed; those before `horizon` are forgotten and count as recorded.
  private(set) var recorded: [Recorded] = []
  private(set) var horizon: Timestamp?
  /// The action that closed a ticket, whole or in part, until the trade is recorded.
  private(set) var closers: [Ticket: String] = [:]
  /// What the closed parts of a position brought, by the ticket of what is left of it.
  private(set) var open: [Ticket: FixedDecimal] = [:]
  public internal(set) var totals = Totals()
  /// The day before, where there was one, and the current one.
  public internal(set) var days: [Day] = []

  /// Rows older than the newest by this are forgotten: the window of `/history` and a day.
  static let kept = Duration.seconds((Int64(HistoryView.windowDays) + 1) * 86_400)
  /// Bounds, so that nothing grows without end; the oldest go first.
  static let maximumRecorded = 2048
  static let maximumClosers = 256
  static let maximumOpen = 512

  init() {}

  // MARK: What was recorded

  /// Whether the row was recorded. A ticket closes once; a row whose time moved by whole half hours, as where a server's
  /// offset changes, is the same one.
  func contains(_ ticket: Ticket, closeTime: Timestamp, lots: FixedDecimal, net: FixedDecimal) -> Bool {
    if let horizon, closeTime < horizon { return true }
    return recorded.contains { row in
      guard row.ticket == ticket else { return false }
      if row.closeTime == closeTime { return true }
      let moved = (closeTime - row.closeTime).inMicroseconds
      return row.lots == lots && row.net == net && moved % 1_800_000_000 == 0
    }
  }

  /// The tickets of trades that closed since then, by the terminal's clock.
  func recorded(since: Timestamp) -> [Ticket] {
    recorded.reversed().prefix { $0.closeTime >= since }.map(\.ticket)
  }

  private mutating func remember(_ row: Recorded) {
    let place = recorded.lastIndex { $0.closeTime <= row.closeTime }.map { $0 + 1 } ?? 0
    recorded.insert(row, at: place)
    var edge = (recorded.last?.closeTime ?? row.closeTime) - Self.kept
    if recorded.count > Self.maximumRecorded {
      edge = Swift.max(edge, recorded[recorded.count - Self.maximumRecorded].closeTime)
    }
    horizon = horizon.map { Swift.max($0, edge) } ?? edge
    recorded.removeAll { $0.closeTime < edge }
  }

  mutating func noteCloser(_ ticket: Ticket, _ actionID: String) {
    closers[ticket] = actionID
    if closers.count > Self.maximumClosers, let oldest = closers.keys.min() { closers[oldest] = nil }
  }

  // MARK: Records

  /// Takes in a `trade_closed` record, or a `flow` that is a broker's booking of result.
  mutating func take(_ record: Record) {
    let data = record.metadata
    guard let number = data["ticket"]?.int, let closeTime = data["close_time"]?.time,
      let lots = data["lots"]?.decimal, let net = data["net"]?.decimal
    else { return }
    let ticket = Ticket(number)
    // A clock of a terminal that runs far ahead does not make everything look old.
    let known = Swift.min(closeTime, record.createdAt + .seconds(86_400))
    remember(Recorded(ticket: ticket, closeTime: known, lots: lots, net: net))
    guard record.type == .tradeClosed else { return }
    closers[ticket] = nil
    let sum = (open.removeValue(forKey: ticket) ?? .zero) + net
    let day = data["day"]?.string
    if let rest = data["remainder"]?.int {
      open[Ticket(rest)] = sum
      if open.count > Self.maximumOpen, let oldest = open.keys.min() { open[oldest] = nil }
    } else {
      count(sum, day: day)
    }
  }

  /// The last part of a position closed; with all its parts it brought `sum`.
  private mutating func count(_ sum: FixedDecimal, day: String?) {
    totals.trades += 1
    if sum.isPositive {
      totals.wins += 1
      totals.profit += sum
    } else {
      totals.loss += sum
    }
    let result = totals.profit + totals.loss
    totals.peak = Swift.max(totals.peak, result)
    totals.largestDrawdown = Swift.max(totals.largestDrawdown, totals.peak - result)
    guard let k = days.firstIndex(where: { $0.key == day }) else { return }
    days[k].trades += 1
    if sum.isPositive { days[k].wins += 1 }
  }

  // MARK: JSON

  /// For `AgentMemory.json`.
  var json: JSONValue {
    .fields([
      "first_seen": firstSeen.map { .time($0) }, "horizon": horizon.map { .time($0) },
      "recorded": .array(
        recorded.map { [.int($0.ticket.number), .time($0.closeTime), .decimal($0.lots), .decimal($0.net)] }),
      "closers": .array(
        closers.keys.sorted().compactMap { ticket in closers[ticket].map { [.int(ticket.number), .string($0)] } }),
      "open": .array(
        open.keys.sorted().compactMap { ticket in open[ticket].map { [.int(ticket.number), .decimal($0)] } }),
      "totals": .object([
        "trades": .int(totals.trades), "wins": .int(totals.wins), "profit": .decimal(totals.profit),
        "loss": .decimal(totals.loss), "peak": .decimal(totals.peak),
        "largest_drawdown": .decimal(totals.largestDrawdown),
      ]),
      "days": .array(days.map(\.json)),
    ])
  }

  /// `nil` for what `json` did not write: a forgotten row would be recorded twice.
  init?(json: JSONValue) {
    guard let rows = json["recorded"]?.array, let sums = json["totals"], let trades = sums["trades"]?.int,
      let wins = sums["wins"]?.int, let profit = sums["profit"]?.decimal, let loss = sums["loss"]?.decimal,
      let peak = sums["peak"]?.decimal, let drawdown = sums["largest_drawdown"]?.decimal
    else { return nil }
    for row in rows {
      guard let parts = row.array, parts.count == 4, let ticket = parts[0].int, let time = parts[1].time,
        let lots = parts[2].decimal, let net = parts[3].decimal
      else { return nil }
      recorded.append(Recorded(ticket: Ticket(ticket), closeTime: time, lots: lots, net: net))
    }
    for item in json["closers"]?.array ?? [] {
      guard let pair = item.array, pair.count == 2, let ticket = pair[0].int, let id = pair[1].string else {
        return nil
      }
      closers[Ticket(ticket)] = id
    }
    for item in json["open"]?.array ?? [] {
      guard let pair = item.array, pair.count == 2, let ticket = pair[0].int, let sum = pair[1].decimal else {
        return nil
      }
      open[Ticket(ticket)] = sum
    }
    for item in json["days"]?.array ?? [] {
      guard let day = Day(json: item) else { return nil }
      days.append(day)
    }
    firstSeen = json["first_seen"]?.time
    horizon = json["horizon"]?.time
    totals = Totals(
      trades: Int(trades), wins: Int(wins), profit: profit, loss: loss, peak: peak, largestDrawdown: drawdown)
  }
}
