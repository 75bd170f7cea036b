import Reconciler

/// A look: what differs from the agent's looks before it.
struct LookCoding {
  let moments: MomentCoding

  static let names: Set<String> = [
    "agent", "request", "positions", "at", "account", "account_at", "orders", "history", "ticks",
  ]

  // MARK: Writing

  func write(_ snapshot: Snapshot, usual: ReadRequest, _ memory: inout LineMemory.Look) -> [String: JSONValue?] {
    memory.number = snapshot.request.number
    let request = Table.request.write(snapshot.request, from: usual)
    var out: [String: JSONValue?] = [
      "agent": .string(snapshot.request.agent.text), "request": request.isEmpty ? nil : .object(request),
    ]
    if let reply = snapshot.positions {
      out["positions"] = ListTable.positions.write(reply.value, from: memory.positions)
      out["at"] = moments.write(reply.span)
      memory.positions = reply.value
    }
    if let reply = snapshot.account {
      let account = Table.account.write(reply.value, from: memory.account)
      out["account"] = account.isEmpty ? nil : .object(account)
      out["account_at"] = moments.write(reply.span)
      memory.account = reply.value
    }
    out["orders"] = write(snapshot.orders) { ListTable.orders.write($0, from: memory.orders) }
    if case .read(let reply) = snapshot.orders { memory.orders = reply.value }
    out["history"] = write(snapshot.history) { ListTable.rows.write($0, from: memory.history) }
    if case .read(let reply) = snapshot.history { memory.history = reply.value }
    if !snapshot.ticks.isEmpty { out["ticks"] = write(snapshot.ticks, &memory.ticks) }
    return out
  }

  private func write(_ ticks: [Symbol: OptionalPart<Tick>], _ memory: inout [Symbol: Tick]) -> JSONValue {
    var out: [String: JSONValue] = [:]
    for symbol in ticks.keys.sorted() {
      guard let part = ticks[symbol] else { continue }
      out[symbol.text] =
        write(part) { tick in
          let members = Table.tick.write(tick, from: memory[symbol] ?? .blank(symbol))
          return members.isEmpty ? nil : .object(members)
        } ?? "not_asked"
      if case .read(let reply) = part { memory[symbol] = reply.value }
    }
    return .object(out)
  }

  private func write<Value>(_ part: OptionalPart<Value>, _ value: (Value) -> JSONValue?) -> JSONValue? {
    switch part {
    case .notAsked: nil
    case .read(let reply): .fields(["at": moments.write(reply.span), "is": value(reply.value)])
    case .unsupported: "unsupported"
    case .failed(let failure): ["failed": Coding<ReadFailure>.failure.write(failure)]
    }
  }

  // MARK: Reading

  func read(_ shape: Shape, usual: ReadRequest, _ memory: inout LineMemory.Look) throws(RecordingError) -> Snapshot {
    var request = usual
    if let json = try shape.maybe("request", .json) {
      do throws(RecordingError) { request = try Table.request.read(json, from: usual) } catch {
        throw error.within("request")
      }
    }
    memory.number = request.number
    var snapshot = Snapshot(request: request, positions: nil, account: nil)
    if let span = try shape.maybe("at", moments.span) {
      let list = try shape.maybe("positions", .json)
      if let list {
        memory.positions = try within("positions") { () throws(RecordingError) in
          try ListTable.positions.read(list, from: memory.positions)
        }
      }
      snapshot.positions = Reply(memory.positions, span)
    }
    if let span = try shape.maybe("account_at", moments.span) {
      let json = try shape.maybe("account", .json)
      if let json {
        memory.account = try within("account") { () throws(RecordingError) in
          try Table.account.read(json, from: memory.account)
        }
      }
      snapshot.account = Reply(memory.account, span)
    }
    snapshot.orders = try part(try shape.maybe("orders", .json), "orders", &memory.orders) {
      json, old throws(RecordingError) in
      try ListTable.orders.read(json, from: old)
    }
    snapshot.history = try part(try shape.maybe("history", .json), "history", &memory.history) {
      json, old throws(RecordingError) in
      try ListTable.rows.read(json, from: old)
    }
    if let json = try shape.maybe("ticks", .json) {
      snapshot.ticks = try within("ticks") { () throws(RecordingError) in try ticks(json, &memory.ticks) }
    }
    return snapshot
  }

  private func ticks(
    _ json: JSONValue, _ memory: inout [Symbol: Tick]
  ) throws(RecordingError) -> [Symbol: OptionalPart<Tick>] {
    guard case .object(let members) = json else { throw .malformed(path: "", problem: "it must be an object") }
    var ticks: [Symbol: OptionalPart<Tick>] = [:]
    for name in members.keys.sorted() {
      let symbol = Symbol(name)
      if members[name] == "not_asked" {
        ticks[symbol] = .notAsked
        continue
      }
      var tick = memory[symbol] ?? .blank(symbol)
      let read = try part(members[name], name, &tick) { json, old throws(RecordingError) in
        try Table.tick.read(json, from: old)
      }
      if case .read(let reply) = read { memory[symbol] = reply.value }
      ticks[symbol] = read
    }
    return ticks
  }

  private func part<Value: Hashable & Sendable>(
    _ json: JSONValue?, _ name: String, _ memory: inout Value,
    _ read: (JSONValue, Value) throws(RecordingError) -> Value
  ) throws(RecordingError) -> OptionalPart<Value> {
    guard let json else { return .notAsked }
    if json == "unsupported" { return .unsupported }
    do throws(RecordingError) {
      let shape = try Shape(json, ["at", "is", "failed"])
      if let failure = try shape.maybe("failed", .failure) { return .failed(failure) }
      let span = try shape.get("at", moments.span)
      if let value = try shape.maybe("is", .json) { memory = try read(value, memory) }
      return .read(Reply(memory, span))
    } catch {
      throw error.within(name)
    }
  }
}

/// Runs `body`, and says where it was if it fails.
func within<Value>(
  _ name: String, _ body: () throws(RecordingError) -> Value
) throws(RecordingError) -> Value {
  do throws(RecordingError) { return try body() } catch { throw error.within(name) }
}
