import Reconciler

/// What is known after a POST: the HTTP status first, then the body, then the table of codes. When in doubt it is unknown.
struct ReplyClassifier: Sendable {
  let cleaner: TextCleaner

  func classify(_ outcome: TransferOutcome, of order: TradeRequest.Order) -> TradeAnswer {
    guard outcome.mayHaveLeft else { return notSent(outcome) }
    if outcome.end == .cancelled { return doubt("cancelled", "the controller stopped waiting for the answer") }
    if let status = outcome.status, status != 200 { return classify(status: status, outcome) }
    switch outcome.end {
    case .complete: break
    case .timeout: return doubt("timeout", "no complete answer in time")
    case .tooLarge, .notHTTP: return doubt("unreadable_reply", "the answer is too large or not HTTP")
    case .unreachable, .tls, .cutOff, .cancelled: return doubt("connection_lost", outcome.detail)
    }
    guard let reply = TradeReply(outcome.body) else {
      return doubt("unreadable_reply", "the answer is not a JSON object that says whether it succeeded")
    }
    return classify(reply, of: order)
  }

  private func notSent(_ outcome: TransferOutcome) -> TradeAnswer {
    let why = outcome.detail.isEmpty ? "the request was not begun" : outcome.detail
    return .refused(TradeAnswer.Refusal(kind: .notSent, errorCode: 0, httpStatus: 0, message: "not sent: \(why)"))
  }

  private func classify(status: Int, _ outcome: TransferOutcome) -> TradeAnswer {
    let kind: RefusalKind? =
      switch status {
      case 401, 403: .unauthorized
      case 429: .tooManyRequests
      case 503: .busy
      case 400: .badParameters
      // A proxy's "request timeout" may stand for a terminal that got the order and did not answer.
      case 408: nil
      case 402...499: .forCause
      default: nil
      }
    let said = TradeReply(outcome.body).map { cleaner.clean($0.message) } ?? ""
    let message = "status \(status)" + (said.isEmpty ? "" : ": \(said)")
    guard let kind else { return doubt("http_\(status)", message) }
    return .refused(
      TradeAnswer.Refusal(
        kind: kind, errorCode: 0, httpStatus: status, message: message, retryAfter: outcome.retryAfter))
  }

  private func classify(_ reply: TradeReply, of order: TradeRequest.Order) -> TradeAnswer {
    let message = cleaner.clean(reply.message)
    let meanings = reply.codes.map { (code: $0, meaning: CodeMeaning($0, answering: order.codeOrder)) }
    // A code that settles nothing outweighs one that does; after it an inner refusal outweighs an outer "0".
    if let unclear = meanings.first(where: { $0.meaning == .unknown }) {
      return doubt("code_\(unclear.code)", message, code: unclear.code)
    }
    let refusal = meanings.compactMap { entry -> (code: Int, kind: RefusalKind)? in
      if case .refused(let kind) = entry.meaning { (entry.code, kind) } else { nil }
    }.first
    switch (reply.success, refusal) {
    case (true, let refusal?):
      return doubt("contradictory_reply", "success, and code \(refusal.code): \(message)", code: refusal.code)
    case (false, let refusal?), (nil, let refusal?):
      return .refused(TradeAnswer.Refusal(kind: refusal.kind, errorCode: refusal.code, message: message))
    case (false, nil):
      // 1 on a modify is a success that bridges report as a failure; with 0 or no code nobody knows what happened.
      if order.codeOrder == .modify, reply.codes.contains(1) { return done(reply, of: order, message: message) }
      return doubt("code_missing", message, code: reply.codes.first)
    case (true, nil):
      return done(reply, of: order, message: message)
    case (nil, nil):
      guard !reply.codes.isEmpty else { return doubt("unreadable_reply", "neither a success nor a code") }
      return done(reply, of: order, message: message)
    }
  }

  private func done(_ reply: TradeReply, of order: TradeRequest.Order, message: String) -> TradeAnswer {
    if order.codeOrder == .open, reply.ticket == nil { return doubt("no_ticket", message, code: reply.codes.first) }
    return .done(
      TradeAnswer.Done(
        ticket: reply.ticket, price: reply.price, lots: reply.lots, newTicket: reply.newTicket,
        errorCode: reply.codes.first ?? 0, message: message))
  }

  private func doubt(_ cause: String, _ message: String, code: Int? = nil) -> TradeAnswer {
    .unknown(TradeAnswer.Doubt(cause: cause, errorCode: code, message: message))
  }
}
