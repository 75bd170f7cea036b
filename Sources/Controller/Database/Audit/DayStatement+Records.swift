public import Reconciler

extension DayStatement {
  /// Whether a record may belong into the statement of `day`: its anchor and later ones, its flows and trades, flows of no
  /// day, its heartbeats.
  static func takes(_ record: Record, day: String) -> Bool {
    let data = record.metadata
    if record.type == .dayAnchor { return data["day"]?.string.map { $0 >= day } ?? false }
    if record.type == .flow, data["day"]?.string == nil { return true }
    if record.type == .flow || record.type == .tradeClosed { return data["day"]?.string == day }
    return record.type == .heartbeat && data["balance"] != nil
      && data[DailyLoss.stateKey]?["anchor"]?["day"]?.string == day
  }

  /// - Parameter records: of one agent, in their order, at least those that `takes` names.
  public init(agent: String, day: String, records: [Record]) throws(StatementProblem) {
    let anchors = records.filter { $0.type == .dayAnchor }
    guard let first = anchors.first(where: { $0.metadata["day"]?.string == day }) else {
      throw .noAnchor(agent: agent, day: day, known: anchors.compactMap { $0.metadata["day"]?.string })
    }
    guard let opening = Balance(first) else { throw .noBalance(day: day) }
    let later = anchors.filter { ($0.metadata["day"]?.string).map { $0 > day } ?? false }
    let next = later.first
    // A flow that moved the balance before an anchor, and was found only after it, has no day: it is of the day before.
    func isLate(_ record: Record) -> Bool {
      guard let next, record.sequence > next.sequence else { return false }
      return later.dropFirst().first.map { record.sequence < $0.sequence } ?? true
    }
    self.init(
      agent: first.agent ?? AgentID(agent), day: day, anchorKind: first.metadata["kind"]?.string ?? "",
      anchor: first.metadata["amount"]?.decimal ?? opening.balance, opening: opening, closing: opening,
      isOver: next != nil)
    var looks: [(balance: Balance, explained: FixedDecimal)] = [(opening, opening.balance)]
    for record in records where record.type != .dayAnchor && Self.takes(record, day: day) {
      if record.type == .flow, record.metadata["day"]?.string == nil, !isLate(record) { continue }
      if let movement = Movement(record) { movements.append(movement) }
      if let trade = Trade(record) { trades.append(trade) }
      // What is recorded after the next anchor tells of an account that has moved on.
      guard next.map({ record.sequence < $0.sequence }) ?? true, let balance = Balance(record) else { continue }
      closing = balance
      if record.type == .heartbeat { looks.append((balance, expected)) }
    }
    if let next {
      guard let last = Balance(next) else { throw .noBalance(day: next.metadata["day"]?.string ?? "") }
      closing = last
    }
    looks.append((closing, expected))
    gaps = difference.isZero ? [] : Self.gaps(looks)
  }

  /// Where the unexplained changes. One that is gone at the next look was a record on its way.
  private static func gaps(_ looks: [(balance: Balance, explained: FixedDecimal)]) -> [Gap] {
    let open = looks.map { $0.balance.balance - $0.explained }
    var gaps: [Gap] = []
    var level = FixedDecimal.zero
    var since = looks.first?.balance.at
    for k in looks.indices {
      let lasts = k == looks.count - 1 || open[k + 1] == open[k]
      if open[k] != level, lasts, let after = since {
        gaps.append(Gap(amount: open[k] - level, after: after, until: looks[k].balance.at))
        level = open[k]
      }
      if open[k] == level { since = looks[k].balance.at }
    }
    return gaps
  }
}

extension DayStatement.Balance {
  /// What a record tells of the account.
  init?(_ record: Record) {
    guard let balance = record.metadata["balance"]?.decimal else { return nil }
    self.init(
      at: record.observedAt ?? record.createdAt, balance: balance, credit: record.metadata["credit"]?.decimal ?? .zero,
      source: "\(record.type.rawValue) \(record.sequence)")
  }
}

extension DayStatement.Movement {
  init?(_ record: Record) {
    let data = record.metadata
    guard record.type == .flow, let amount = data["amount"]?.decimal,
      let kind = data["kind"]?.string.flatMap({ Kind(rawValue: $0) })
    else { return nil }
    self.init(
      at: data["close_time"]?.time ?? record.observedAt ?? record.createdAt, kind: kind, amount: amount,
      comment: data["comment"]?.string ?? "", isInferred: data["inferred"]?.bool ?? false)
  }
}

extension DayStatement.Trade {
  init?(_ record: Record) {
    let data = record.metadata
    guard record.type == .tradeClosed, let ticket = data["ticket"]?.int, let profit = data["profit"]?.decimal else {
      return nil
    }
    self.init(
      ticket: ticket, symbol: data["symbol"]?.string ?? "", side: data["side"]?.string ?? "",
      lots: data["lots"]?.decimal ?? .zero, openPrice: data["open_price"]?.decimal,
      closePrice: data["close_price"]?.decimal, profit: profit, swap: data["swap"]?.decimal ?? .zero,
      commission: data["commission"]?.decimal ?? .zero, closedAt: data["close_time"]?.time,
      isPart: data["remainder"]?.int != nil)
  }
}
