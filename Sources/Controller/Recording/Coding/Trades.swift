import Reconciler

// What was asked of terminals and what they answered, and what people said on the host.

extension Coding<TradeRequest> {
  static let request = Coding(
    write: { request in
      .fields([
        "agent": .string(request.agent.text), "order": order.write(request.order), "mark": .string(request.mark),
        "magic": request.magic.map { .int($0) }, "request_id": .string(request.requestID),
      ])
    },
    read: { json throws(RecordingError) in
      let shape = try Shape(json, ["agent", "order", "mark", "magic", "request_id"])
      return TradeRequest(
        agent: try shape.get("agent", .agent), order: try shape.get("order", order), mark: try shape.get("mark", .text),
        magic: try shape.maybe("magic", .whole), requestID: try shape.get("request_id", .text))
    })

  private static let level = Coding<FixedDecimal>.decimal.orNull()
  private static let order = Coding<TradeRequest.Order>(
    write: { order in
      switch order {
      case .open(let symbol, let side, let lots, let stopLoss, let takeProfit, let slippage):
        [
          "open", .string(symbol.text), .string(side.rawValue), Coding<FixedDecimal>.decimal.write(lots),
          level.write(stopLoss),
          level.write(takeProfit), slippage.map { .int($0) } ?? .null,
        ]
      case .close(let ticket, let lots): ["close", .int(ticket.number), level.write(lots)]
      case .modify(let ticket, let stopLoss, let takeProfit):
        ["modify", .int(ticket.number), level.write(stopLoss), level.write(takeProfit)]
      }
    },
    read: { json throws(RecordingError) in
      guard case .array(let items) = json else { throw .malformed(path: "", problem: "it must be a list") }
      var row = Row(items: items[...])
      let order: TradeRequest.Order
      switch try row.next(.text) {
      case "open":
        order = .open(
          symbol: try row.next(.symbol), side: try row.next(.word), lots: try row.next(.decimal),
          stopLoss: try row.next(level), takeProfit: try row.next(level),
          slippagePoints: try row.next(Coding<Int>.whole.orNull()))
      case "close": order = .close(ticket: try row.next(.ticket), lots: try row.next(level))
      case "modify":
        order = .modify(ticket: try row.next(.ticket), stopLoss: try row.next(level), takeProfit: try row.next(level))
      case let verb: throw .malformed(path: "0", problem: "`\(verb)` is none of open, close, modify")
      }
      guard row.items.isEmpty else { throw .malformed(path: "", problem: "the list has more than belongs there") }
      return order
    })
}

extension Coding<TradeAnswer> {
  static let answer = Coding(
    write: { answer in
      switch answer {
      case .done(let done): ["done": Coding<TradeAnswer.Done>.done.write(done)]
      case .refused(let refusal): ["refused": Coding<TradeAnswer.Refusal>.refusal.write(refusal)]
      case .unknown(let doubt): ["unknown": Coding<TradeAnswer.Doubt>.doubt.write(doubt)]
      }
    },
    read: { json throws(RecordingError) in
      let shape = try Shape(json, ["done", "refused", "unknown"])
      if let done = try shape.maybe("done", .done) { return .done(done) }
      if let refusal = try shape.maybe("refused", .refusal) { return .refused(refusal) }
      return .unknown(try shape.get("unknown", .doubt))
    })
}

extension Coding<TradeAnswer.Done> {
  fileprivate static let done = Table([
    .maybe("ticket", \.ticket, .ticket), .maybe("price", \.price, .decimal), .maybe("lots", \.lots, .decimal),
    .maybe("new_ticket", \.newTicket, .ticket), .of("error_code", \.errorCode, .whole),
    .of("message", \.message, .text),
  ]).coding(blank: TradeAnswer.Done(ticket: nil))
}

extension Coding<TradeAnswer.Refusal> {
  fileprivate static let refusal = Table([
    .of("kind", \.kind, .word), .of("error_code", \.errorCode, .whole), .of("status", \.httpStatus, .whole),
    .of("message", \.message, .text), .maybe("retry_after", \.retryAfter, .duration),
  ]).coding(blank: TradeAnswer.Refusal(kind: .busy, errorCode: 0, message: ""))
}

extension Coding<TradeAnswer.Doubt> {
  fileprivate static let doubt = Table([
    .of("cause", \.cause, .text), .maybe("error_code", \.errorCode, .whole), .of("message", \.message, .text),
  ]).coding(blank: TradeAnswer.Doubt(cause: "", message: ""))
}

extension Coding<Command> {
  static let command = Coding(
    write: { command in
      func said(_ verb: String, _ reason: String, _ more: [String: JSONValue?] = [:]) -> JSONValue {
        .fields(of: more.merging(["verb": .string(verb), "reason": .string(reason)]) { old, _ in old })
      }
      switch command {
      case .pause(let agent, let reason): return said("pause", reason, ["agent": .string(agent.text)])
      case .resume(let agent, let reason): return said("resume", reason, ["agent": .string(agent.text)])
      case .forget(let agent, let reason): return said("forget", reason, ["agent": .string(agent.text)])
      case .resolve(let id, let executed, let ticket, let reason):
        let more: [String: JSONValue?] = [
          "action": .string(id), "executed": .bool(executed), "ticket": ticket.map { .int($0.number) },
        ]
        return said("resolve", reason, more)
      case .emergencyStop(let reason): return said("emergency-stop", reason)
      case .emergencyClear(let reason): return said("emergency-clear", reason)
      case .revision(let word):
        return said(
          "revision", word.note,
          ["word": .string(word.verb), "verdict": Coding<CommandVerdict>.verdict.write(word.verdict)])
      }
    },
    read: { json throws(RecordingError) in
      let shape = try Shape(json, ["verb", "reason", "agent", "action", "executed", "ticket", "word", "verdict"])
      let reason = try shape.get("reason", .text)
      switch try shape.get("verb", .text) {
      case "pause": return .pause(try shape.get("agent", .agent), reason: reason)
      case "resume": return .resume(try shape.get("agent", .agent), reason: reason)
      case "forget": return .forget(try shape.get("agent", .agent), reason: reason)
      case "resolve":
        return .resolve(
          actionID: try shape.get("action", .text), executed: try shape.get("executed", .flag),
          ticket: try shape.maybe("ticket", .ticket), reason: reason)
      case "emergency-stop": return .emergencyStop(reason: reason)
      case "emergency-clear": return .emergencyClear(reason: reason)
      case "revision":
        return .revision(
          RevisionCommand(
            verb: try shape.get("word", .text), note: reason, verdict: try shape.get("verdict", .verdict)))
      case let verb: throw .malformed(path: "verb", problem: "this version knows no command `\(verb)`")
      }
    })
}

extension Coding<CommandVerdict> {
  fileprivate static let verdict = Coding(
    write: { verdict in
      switch verdict {
      case .done(let text): ["done": .string(text)]
      case .refused(let why): ["refused": .string(why)]
      case .unknownName(let name): ["unknown_name": .string(name)]
      }
    },
    read: { json throws(RecordingError) in
      let shape = try Shape(json, ["done", "refused", "unknown_name"])
      if let text = try shape.maybe("done", .text) { return .done(text) }
      if let why = try shape.maybe("refused", .text) { return .refused(why) }
      return .unknownName(try shape.get("unknown_name", .text))
    })
}
