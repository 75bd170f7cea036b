import Reconciler

extension PaperModel {
  mutating func trade(_ request: PaperRequest, at now: Timestamp) -> PaperResponse {
    guard let json = try? JSONParser.parse(request.body), json.object != nil else {
      return .failure(400, "the body is not a JSON object")
    }
    count(requestID: json["request_id"]?.string)
    if let busyUntil, now < busyUntil { return reply(PaperReply(.contextBusy)) }
    guard let trade = PaperTrade(json) else { return reply(PaperReply(.invalidParameters)) }
    busyUntil = now + timing.trade
    var response = answer(trade, drawFault(for: .trade), at: now)
    response.delay += timing.trade
    return response
  }

  private mutating func answer(_ trade: PaperTrade, _ fault: PaperFault?, at now: Timestamp) -> PaperResponse {
    switch fault {
    case .requestLost: return .dropped(.dropped)
    case .http401: return .failure(401, "unauthorized")
    case .http504: return .failure(504, "gateway timeout")
    case .requote: return reply(PaperReply(.requote))
    case .busy146: return reply(PaperReply(.contextBusy))
    case .executeLate:
      lateTrades.append(LateTrade(at: now + timing.late, trade: trade))
      return .failure(504, "gateway timeout")
    case .executeLoseReply:
      _ = execute(trade, at: now)
      return .dropped(.dropped)
    case .http5xx:
      perhapsExecute(trade, at: now)
      return .failure(500, "internal error")
    case .code128:
      perhapsExecute(trade, at: now)
      return reply(PaperReply(.timeout))
    case .restart:
      perhapsExecute(trade, at: now)
      return restart(at: now)
    case .slowReply, .cutBody, .wrongTypes, nil:
      var response = reply(execute(trade, at: now))
      shape(&response, by: fault)
      return response
    case .emptyList, .staleList, .wrongAccount:
      preconditionFailure("\(fault?.rawValue ?? "") does not apply to a trade")
    }
  }

  private mutating func perhapsExecute(_ trade: PaperTrade, at now: Timestamp) {
    if generator.below(2) == 0 { _ = execute(trade, at: now) }
  }

  mutating func execute(_ trade: PaperTrade, at now: Timestamp) -> PaperReply {
    beforeLastTrade = Lists(
      positions: books.observedPositions(), orders: books.observedOrders(), closedCount: books.closed.count)
    return books.execute(
      trade.order, comment: trade.comment, magic: options.extensions ? trade.magic : nil, requestID: trade.requestID,
      at: now)
  }

  private func reply(_ reply: PaperReply) -> PaperResponse {
    PaperResponse(PaperWire(books: books, extensions: options.extensions).reply(reply))
  }

  private mutating func count(requestID: String?) {
    guard let requestID else { return }
    if requestIDs.count >= Self.rememberedRequestIDs { requestIDs.removeAll() }
    if !requestIDs.insert(requestID).inserted { statistics.repeatedRequestIDs += 1 }
  }
}
