import Reconciler

extension PaperModel {
  mutating func read(_ request: PaperRequest, _ kind: PaperRequestKind, at now: Timestamp) -> PaperResponse {
    let fault = drawFault(for: kind)
    switch fault {
    case .requestLost: return .dropped(.dropped)
    case .restart: return restart(at: now)
    case .http401: return .failure(401, "unauthorized")
    case .http504: return .failure(504, "gateway timeout")
    case .http5xx: return .failure(500, "internal error")
    case .slowReply, .cutBody, .wrongTypes, .emptyList, .staleList, .wrongAccount, nil: break
    case .executeLoseReply, .executeLate, .code128, .requote, .busy146:
      preconditionFailure("\(fault?.rawValue ?? "") does not apply to a read")
    }
    var response = content(request, kind, fault, at: now)
    guard response.status == 200 else { return response }
    if fault == .emptyList { response.body = .array([]) }
    shape(&response, by: fault)
    return response
  }

  /// Lets a fault of the reply itself have its way.
  func shape(_ response: inout PaperResponse, by fault: PaperFault?) {
    if fault == .slowReply { response.delay += timing.slowReply }
    if fault == .cutBody { response.ending = .cutOff }
    if fault == .wrongTypes { response.body = response.body.withWrongTypes }
  }

  private func content(
    _ request: PaperRequest, _ kind: PaperRequestKind, _ fault: PaperFault?, at now: Timestamp
  ) -> PaperResponse {
    let wire = PaperWire(books: books, extensions: options.extensions)
    let stale = fault == .staleList ? beforeLastTrade : nil
    switch kind {
    case .account:
      var account = books.observedAccount(at: now)
      if fault == .wrongAccount { account.number = (account.number ?? 0) + 1 }
      return PaperResponse(wire.account(account))
    case .positions:
      return PaperResponse(.array((stale?.positions ?? books.observedPositions()).map(wire.position)))
    case .orders:
      guard options.orders else { return .failure(404, "not found") }
      return PaperResponse(.array((stale?.orders ?? books.observedOrders()).map(wire.order)))
    case .history:
      guard options.history else { return .failure(404, "not found") }
      guard let days = Int(request.query("days") ?? "30"), (0...36_500).contains(days) else {
        return .failure(400, "days must be a whole number from 0 to 36500")
      }
      let rows = books.closedRows(days: days, at: now, first: stale?.closedCount)
      return PaperResponse(.array(rows.map(wire.closed)))
    case .tick:
      let symbol = Symbol(String(request.path.dropFirst("/tick/".count)))
      guard let tick = books.observedTick(symbol, at: now) else { return .failure(404, "unknown symbol") }
      return PaperResponse(wire.tick(tick))
    case .trade, .unknown: return .failure(404, "not found")
    }
  }
}
