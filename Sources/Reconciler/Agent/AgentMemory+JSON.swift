extension AgentMemory {
  /// The whole memory, for `snapshot` records and `trading.agent_state`.
  public var json: JSONValue {
    .fields([
      "daily_loss": dailyLoss.json,
      "breach_pause": breachPause.map { Self.encode($0) },
      "operator_pause": operatorPause.map {
        .fields([
          "actor": .string($0.actor), "note": .string($0.note), "since": .time($0.since),
          "tickets": $0.tickets.map { Self.encode($0) },
        ])
      },
      "pauses_account": pausesAccount.map { .string($0) },
      "spent": .object(
        spent.mapValues {
          [
            "spec_key": .string($0.specKey), "ticket": .int($0.ticket.number), "day": .string($0.dayKey),
            "how": .string($0.how),
          ]
        }),
      "refusals": .object(
        refusals.mapValues {
          [
            "code": .int($0.code), "message": .string($0.message), "spec_key": .string($0.specKey),
            "day": .string($0.dayKey),
          ]
        }),
      "sizes": .object(sizes.mapValues { ["spec_key": .string($0.specKey), "lots": .decimal($0.lots)] }),
      "owned": .array(
        owned.keys.sorted().compactMap { ticket in
          owned[ticket].map {
            .fields([
              "ticket": .int(ticket.number), "target": .string($0.target), "action_id": $0.actionID.map { .string($0) },
              "ended": .bool($0.ended), "parent": $0.parent.map { .int($0.number) },
              "spec_key": $0.specKey.map { .string($0) },
            ])
          }
        }),
      "closed_by_us": Self.encode(closedByUs),
      "marks": .array(
        marks.map { ["mark": .string($0.mark), "target": .string($0.target), "action_id": .string($0.actionID)] }),
      "unresolved": .array(unresolved.map(\.json)),
      "suspects": .array(suspects.map(\.json)),
      "noted": Self.encode(noted),
      "verdicts": .object(verdicts.mapValues { .string($0.rawValue) }),
      "online": online.map { .bool($0) },
      "orphaned": .bool(orphaned),
      "held_unknown": .object(heldUnknown.mapValues { .string($0) }),
      "trades": trades.json,
    ])
  }

  /// Reads what `json` wrote; what is missing or not understood is as if it had never been recorded, but for the pauses
  /// and the unresolved actions: a latch that cannot be read is an error, never a resume.
  public init(json: JSONValue) throws(FoldError) {
    // A text in its place says why there is none.
    guard json.object != nil else { throw FoldError(json.string ?? "it is no object") }
    self.init()
    if let day = json["daily_loss"] {
      guard let read = DailyLoss(json: day) else { throw FoldError("daily_loss") }
      dailyLoss = read
    }
    if let pause = json["breach_pause"] {
      guard let read = Self.breachPause(pause) else { throw FoldError("breach_pause") }
      breachPause = read
    }
    if let pause = json["operator_pause"] {
      guard let actor = pause["actor"]?.string, let note = pause["note"]?.string, let since = pause["since"]?.time
      else { throw FoldError("operator_pause") }
      operatorPause = OperatorPause(
        actor: actor, note: note, since: since, tickets: Self.knownTickets(pause["tickets"]))
    }
    pausesAccount = json["pauses_account"]?.string
    for item in json["unresolved"]?.array ?? [] {
      guard let action = LiveAction(json: item) else { throw FoldError("unresolved") }
      unresolved.append(action)
    }
    suspects = (json["suspects"]?.array ?? []).compactMap { LiveAction(json: $0) }
    readTargets(json)
    closedByUs = Self.tickets(json["closed_by_us"])
    noted = Self.tickets(json["noted"])
    online = json["online"]?.bool
    orphaned = json["orphaned"]?.bool ?? false
    heldUnknown = (json["held_unknown"]?.object ?? [:]).compactMapValues(\.string)
    if let book = json["trades"] {
      guard let read = TradeBook(json: book) else { throw FoldError("trades") }
      trades = read
    }
    trades.firstSeen = trades.firstSeen ?? dailyLoss.anchor?.takenAt
  }

  private mutating func readTargets(_ json: JSONValue) {
    spent = (json["spent"]?.object ?? [:]).compactMapValues {
      guard let key = $0["spec_key"]?.string, let ticket = $0["ticket"]?.int, let day = $0["day"]?.string else {
        return nil
      }
      return Spent(specKey: key, ticket: Ticket(ticket), dayKey: day, how: $0["how"]?.string ?? "unknown")
    }
    refusals = (json["refusals"]?.object ?? [:]).compactMapValues {
      guard let code = $0["code"]?.int, let key = $0["spec_key"]?.string, let day = $0["day"]?.string else {
        return nil
      }
      return Refusal(code: Int(code), message: $0["message"]?.string ?? "", specKey: key, dayKey: day)
    }
    sizes = (json["sizes"]?.object ?? [:]).compactMapValues {
      guard let key = $0["spec_key"]?.string, let lots = $0["lots"]?.decimal else { return nil }
      return FrozenSize(specKey: key, lots: lots)
    }
    for item in json["owned"]?.array ?? [] {
      guard let ticket = item["ticket"]?.int, let target = item["target"]?.string else { continue }
      owned[Ticket(ticket)] = Ownership(
        target: target, actionID: item["action_id"]?.string, ended: item["ended"]?.bool ?? false,
        parent: item["parent"]?.int.map { Ticket($0) }, specKey: item["spec_key"]?.string)
    }
    marks = (json["marks"]?.array ?? []).compactMap {
      guard let mark = $0["mark"]?.string, let target = $0["target"]?.string, let id = $0["action_id"]?.string else {
        return nil
      }
      return Mark(mark: mark, target: target, actionID: id)
    }
    verdicts = (json["verdicts"]?.object ?? [:]).compactMapValues { $0.string.flatMap { Reason(rawValue: $0) } }
  }

  static func encode(_ tickets: [Ticket]) -> JSONValue { .array(tickets.map { .int($0.number) }) }

  /// `nil` where none were written.
  static func knownTickets(_ json: JSONValue?) -> [Ticket]? { json?.array == nil ? nil : tickets(json) }

  static func tickets(_ json: JSONValue?) -> [Ticket] {
    (json?.array ?? []).compactMap { $0.int.map { Ticket($0) } }
  }

  static func encode(_ pause: BreachPause) -> JSONValue {
    .fields([
      "reason": .string(pause.reason.rawValue), "day": .string(pause.dayKey), "since": .time(pause.since),
      "closes_all": .bool(pause.closesAll), "tickets": pause.tickets.map { encode($0) },
      "needs_person": .bool(pause.needsPerson),
    ])
  }

  static func breachPause(_ json: JSONValue) -> BreachPause? {
    guard let reason = json["reason"]?.string.flatMap({ Reason(rawValue: $0) }), let day = json["day"]?.string,
      let since = json["since"]?.time, let closesAll = json["closes_all"]?.bool
    else { return nil }
    return BreachPause(
      reason: reason, dayKey: day, since: since, closesAll: closesAll, tickets: knownTickets(json["tickets"]),
      needsPerson: json["needs_person"]?.bool ?? (reason == .maxDrawdown))
  }
}

extension LiveAction {
  /// The durable members, in the names of an intent's metadata.
  var json: JSONValue {
    guard case .object(var members) = metadata(numbers: [:], desired: .null, place: nil, request: nil) else {
      return .null
    }
    members["action_id"] = .string(id)
    members["reason"] = .string(reason.rawValue)
    members["sequence"] = .int(sequence)
    members["recorded_at"] = .time(recordedAt)
    members["needs_person"] = .bool(needsPerson)
    members["was_unknown"] = .bool(wasUnknown)
    return .object(members)
  }

  init?(json: JSONValue) {
    guard let id = json["action_id"]?.string, let reason = json["reason"]?.string.flatMap({ Reason(rawValue: $0) }),
      let sequence = json["sequence"]?.int, let at = json["recorded_at"]?.time
    else { return nil }
    let record = Record(
      sequence: sequence, agent: nil, type: .intent, reason: reason, message: "", metadata: json, actionID: id,
      revision: 0, observedAt: nil, createdAt: at)
    self.init(intent: record)
    needsPerson = json["needs_person"]?.bool ?? false
    wasUnknown = json["was_unknown"]?.bool ?? false
  }
}

/// A record that the core cannot take up again: the journal is not the one that this program wrote, or is from a newer one.
public struct FoldError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  init(_ what: String) { description = "the recorded state's `\(what)` cannot be read" }
}
