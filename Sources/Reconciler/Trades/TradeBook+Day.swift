extension TradeBook {
  /// What one day of an agent did to its balance. A day's books go from its anchor to the next one.
  public struct Day: Hashable, Sendable {
    /// The local date of the reset that began it.
    public var key: String
    /// Of the account when the anchor was taken, or rebuilt for the reset; `nil` in records of before.
    public var openingBalance: FixedDecimal?
    /// Of the next anchor; `nil` while the day lasts.
    public var closingBalance: FixedDecimal?
    /// Deposits less withdrawals, without credit.
    public var balanceFlows = FixedDecimal.zero
    /// Trades of which the last part closed on this day.
    public var trades = 0
    public var wins = 0
    /// What closed at or after this instant moved the balance of this day.
    var boundary: Timestamp
    /// The boundary is exact, since the opening was computed from the rows of history; otherwise it is when the account
    /// was read, and near it `tickets` tells.
    var isExact: Bool
    /// The tickets that were open at the anchor.
    var tickets: [Ticket]
    /// The agent was not known before.
    var isFirst: Bool
  }

  /// Takes in a `day_anchor` record.
  mutating func begin(_ data: JSONValue) {
    guard let key = data["day"]?.string, let start = data["day_start"]?.time, let taken = data["taken_at"]?.time,
      days.last?.key != key
    else { return }
    firstSeen = firstSeen ?? taken
    let isExact = data["from_history"]?.bool ?? false
    let balance = data["balance"]?.decimal
    let held = data[DailyLoss.stateKey]?["base"]?["tickets"]?.array ?? []
    if let last = days.indices.last { days[last].closingBalance = balance }
    days.append(
      Day(
        key: key, openingBalance: balance, boundary: isExact ? start : taken, isExact: isExact,
        tickets: held.compactMap { $0.array?.first?.int.map { Ticket($0) } },
        isFirst: data["kind"]?.string == DailyLoss.Anchor.Kind.firstSeen.rawValue))
    if days.count > 2 { days.removeFirst() }
  }

  /// Takes in a `flow` record.
  mutating func flow(_ record: Record) {
    let data = record.metadata
    if data["kind"]?.string == "result" { return take(record) }
    guard data["kind"]?.string == DailyLoss.Flow.Kind.balance.rawValue, let amount = data["amount"]?.decimal else {
      return
    }
    let k: Int?
    if let key = data["day"]?.string {
      k = days.firstIndex { $0.key == key }
    } else {
      // It moved the balance before the anchor, and was found only after it: the day before closed with it.
      k = days.count > 1 ? days.count - 2 : nil
    }
    if let k { days[k].balanceFlows += amount }
  }

  /// The day whose balance a row moved.
  enum Placing: Hashable {
    case day(String)
    /// Before the days that are remembered.
    case earlier
    /// Before the agent was first seen: not ours to report.
    case foreign
  }

  func place(_ ticket: Ticket, openTime: Timestamp?, closeTime: Timestamp) -> Placing {
    guard let firstSeen, closeTime >= Timestamp(seconds: firstSeen.seconds) else { return .foreign }
    for day in days.reversed() where day.holds(ticket, openTime: openTime, closeTime: closeTime) {
      return .day(day.key)
    }
    return days.first?.isFirst ?? false ? .foreign : .earlier
  }
}

extension TradeBook.Day {
  /// Whether what closed then was still open at the anchor, or was opened after it. Times of terminals have whole seconds.
  func holds(_ ticket: Ticket, openTime: Timestamp?, closeTime: Timestamp) -> Bool {
    if isExact { return closeTime >= boundary }
    // Between the clock of a terminal and ours.
    let skew = Duration.seconds(60)
    if closeTime >= boundary + skew { return true }
    if closeTime < boundary - skew { return false }
    if tickets.contains(ticket) { return true }
    return openTime.map { $0 >= Timestamp(seconds: boundary.seconds) } ?? (closeTime >= boundary)
  }

  var json: JSONValue {
    .fields([
      "day": .string(key), "opening_balance": openingBalance.map { .decimal($0) },
      "closing_balance": closingBalance.map { .decimal($0) }, "balance_flows": .decimal(balanceFlows),
      "trades": .int(trades), "wins": .int(wins), "boundary": .time(boundary), "exact": .bool(isExact),
      "tickets": AgentMemory.encode(tickets), "first": .bool(isFirst),
    ])
  }

  init?(json: JSONValue) {
    guard let key = json["day"]?.string, let flows = json["balance_flows"]?.decimal, let trades = json["trades"]?.int,
      let wins = json["wins"]?.int, let boundary = json["boundary"]?.time, let isExact = json["exact"]?.bool,
      let isFirst = json["first"]?.bool
    else { return nil }
    self.init(
      key: key, openingBalance: json["opening_balance"]?.decimal, closingBalance: json["closing_balance"]?.decimal,
      balanceFlows: flows, trades: Int(trades), wins: Int(wins), boundary: boundary, isExact: isExact,
      tickets: AgentMemory.tickets(json["tickets"]), isFirst: isFirst)
  }
}
