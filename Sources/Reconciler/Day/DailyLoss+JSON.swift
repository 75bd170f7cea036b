extension DailyLoss {
  /// The member of a record's metadata that carries the day's state.
  public static let stateKey = "day_state"

  /// The durable part, whole: for a segment's snapshot.
  public var json: JSONValue { state(rows: "rows", of: rows.known) }

  /// Reads what `json` wrote; `nil` if it is not that.
  public init?(json: JSONValue) {
    self.init()
    guard let rows = json["rows"]?.array, read(json) else { return nil }
    for row in rows {
      guard let row = RowLedger.Row(json: row) else { return nil }
      self.rows.insert(row)
    }
  }

  /// The metadata of the record of an event of the last verdict; to be asked for before the next `observe`.
  public func metadata(of event: Event) -> JSONValue {
    var members: [String: JSONValue]
    switch event {
    case .anchor(let anchor): members = anchor.members
    case .flow(let flow): members = flow.members
    case .warning(let figures), .breach(let figures): members = figures.members
    }
    members[Self.stateKey] = state(rows: "new_rows", of: rows.unsaved)
    return .object(members)
  }

  /// The state as an object with the one member `stateKey`, to be merged into the metadata of a heartbeat.
  public mutating func heartbeat() -> JSONValue {
    defer { rows.saved() }
    return .object([Self.stateKey: state(rows: "new_rows", of: rows.unsaved)])
  }

  /// Takes in a record's metadata, of any event of this agent and in the order of the records. False: it carries no
  /// state that can be read, and nothing is changed.
  @discardableResult
  public mutating func fold(_ metadata: JSONValue) -> Bool {
    guard let state = metadata[Self.stateKey], let added = state["new_rows"]?.array else { return false }
    var next = self
    guard next.read(state) else { return false }
    for row in added {
      guard let row = RowLedger.Row(json: row) else { return false }
      next.rows.insert(row)
    }
    self = next
    return true
  }

  private func state(rows name: String, of rows: [RowLedger.Row]) -> JSONValue {
    .fields([
      "anchor": anchor.map { .object($0.members) }, "flows": .decimal(flows),
      "lifetime_flows": .decimal(lifetimeFlows), "high_water": highWater.map { .decimal($0) }, "base": base?.json,
      "inferred": inferred.isEmpty ? nil : .array(inferred.map(\.json)),
      "unexplained_balance": .decimal(unexplained.balance), "unexplained_credit": .decimal(unexplained.credit),
      "warned_day": warnedDay.map { .string($0) }, "breached_day": breachedDay.map { .string($0) },
      "horizon": self.rows.horizon.map { .time($0) }, name: .array(rows.map(\.json)),
    ])
  }

  private mutating func read(_ json: JSONValue) -> Bool {
    guard let flows = json["flows"]?.decimal, let lifetime = json["lifetime_flows"]?.decimal,
      let balance = json["unexplained_balance"]?.decimal, let credit = json["unexplained_credit"]?.decimal
    else { return false }
    anchor = json["anchor"].flatMap(Anchor.init(json:))
    base = json["base"].flatMap(Book.init(json:))
    guard (anchor == nil) == (json["anchor"] == nil), (base == nil) == (json["base"] == nil) else { return false }
    self.flows = flows
    lifetimeFlows = lifetime
    highWater = json["high_water"]?.decimal
    unexplained = Change(balance: balance, credit: credit)
    let pieces = json["inferred"]?.array ?? []
    inferred = pieces.compactMap(Inferred.init(json:))
    warnedDay = json["warned_day"]?.string
    breachedDay = json["breached_day"]?.string
    if let horizon = json["horizon"]?.time { rows.advance(horizon: horizon) }
    return inferred.count == pieces.count
  }
}

extension DailyLoss.Anchor {
  var members: [String: JSONValue] {
    [
      "day": .string(dayKey), "day_start": .time(dayStart), "amount": .decimal(amount), "taken_at": .time(takenAt),
      "kind": .string(kind.rawValue), "from_history": .bool(fromHistory), "balance": balance.map { .decimal($0) },
      "credit": credit.map { .decimal($0) },
    ].compactMapValues { $0 }
  }

  init?(json: JSONValue) {
    guard let day = json["day"]?.string, let start = json["day_start"]?.time, let amount = json["amount"]?.decimal,
      let taken = json["taken_at"]?.time, let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)),
      let fromHistory = json["from_history"]?.bool
    else { return nil }
    self.init(
      dayKey: day, dayStart: start, amount: amount, takenAt: taken, kind: kind, fromHistory: fromHistory,
      balance: json["balance"]?.decimal, credit: json["credit"]?.decimal)
  }
}

extension DailyLoss.Flow {
  var members: [String: JSONValue] {
    [
      "amount": .decimal(amount), "kind": .string(kind.rawValue), "inferred": .bool(inferred),
      "flow_inferred": .bool(inferred), "reversal": .bool(reversal), "comment": .string(comment),
      "history_ticket": historyTicket.map { .int($0.number) } ?? .null, "day": dayKey.map { .string($0) } ?? .null,
    ]
  }
}

extension DailyLoss.Figures {
  /// As metadata writes them; the planner may use them beside a held open.
  public var members: [String: JSONValue] {
    [
      "day": .string(dayKey), "anchor": .decimal(anchor), "flows": .decimal(flows), "limit": .decimal(limit),
      "floor": .decimal(floor), "equity": .decimal(equity), "loss": .decimal(loss),
      "used_percent": .decimal(usedPercent.rounded(places: 2)),
    ]
  }
}

extension DailyLoss.Book {
  var json: JSONValue {
    .object([
      "balance": .decimal(balance), "credit": .decimal(credit), "equity": .decimal(equity), "at": .time(at),
      "tickets": .array(holdings.map { [.int($0.ticket.number), .decimal($0.lots)] }),
    ])
  }

  init?(json: JSONValue) {
    guard let balance = json["balance"]?.decimal, let credit = json["credit"]?.decimal,
      let equity = json["equity"]?.decimal, let at = json["at"]?.time, let tickets = json["tickets"]?.array
    else { return nil }
    var holdings: [DailyLoss.Holding] = []
    for ticket in tickets {
      guard let pair = ticket.array, pair.count == 2, let number = pair[0].int, let lots = pair[1].decimal else {
        return nil
      }
      holdings.append(DailyLoss.Holding(ticket: Ticket(number), lots: lots))
    }
    self.init(balance: balance, credit: credit, equity: equity, at: at, holdings: holdings)
  }
}

extension DailyLoss.Inferred {
  var json: JSONValue {
    .fields([
      "amount": .decimal(amount), "kind": .string(kind.rawValue), "day": dayKey.map { .string($0) },
    ])
  }

  init?(json: JSONValue) {
    guard let amount = json["amount"]?.decimal,
      let kind = json["kind"]?.string.flatMap(DailyLoss.Flow.Kind.init(rawValue:))
    else { return nil }
    self.init(amount: amount, kind: kind, dayKey: json["day"]?.string)
  }
}

extension RowLedger.Row {
  /// A whole second is a number, to be short: there are many rows.
  var json: JSONValue {
    guard let closeTime else { return [.string(id)] }
    let isWhole = Timestamp(seconds: closeTime.seconds) == closeTime
    return [.string(id), isWhole ? .int(closeTime.seconds) : .time(closeTime)]
  }

  init?(json: JSONValue) {
    guard let parts = json.array, let id = parts.first?.string else { return nil }
    let time = parts.count > 1 ? parts[1].int.map { Timestamp(seconds: $0) } ?? parts[1].time : nil
    self.init(id: id, closeTime: time)
  }
}
