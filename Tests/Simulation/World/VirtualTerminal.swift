@testable import Reconciler

@testable import PaperTerminal

/// One terminal with true books, and the wire in front of it.
struct VirtualTerminal {
  let id: AgentID
  var books: PaperBooks
  var habits: Scenario.Agent
  /// Bids; the ask is a spread above.
  var bids: [Symbol: FixedDecimal] = [Scenario.gold: d("2640.10"), Scenario.euro: d("1.08500")]
  /// What was listed before the last change, for a list that is stale.
  var before: [Position] = []
  var ordersBefore: [PendingOrder] = []
  var late: [(request: TradeRequest, at: Int64)] = []
  // For a while, by the true clock.
  var downUntil: Int64 = 0
  var wrongAccountUntil: Int64 = 0
  var unauthorizedUntil: Int64 = 0
  var historyOffUntil: Int64 = 0
  var ordersOffUntil: Int64 = 0
  /// What its clock is off while somebody has set its server's offset wrong.
  var clockOff: Duration = .zero
  var clockOffUntil: Int64 = 0
  /// Reads to come that tell the truth: lies do not follow one another.
  var honestReads = 0

  init(_ habits: Scenario.Agent, at now: Timestamp) {
    id = habits.spec.id
    self.habits = habits
    let instruments = [Scenario.gold, Scenario.euro].compactMap { PaperInstrument.usual($0) }
    books = PaperBooks(
      account: habits.account, instruments: instruments, deposit: habits.spec.risk.initialBalance.amount,
      openedAt: now - .seconds(30 * 86_400))
    quote(at: now)
  }

  static func spread(_ symbol: Symbol) -> FixedDecimal { symbol == Scenario.gold ? d("0.30") : d("0.00012") }
  static func unit(_ symbol: Symbol) -> FixedDecimal { symbol == Scenario.gold ? d("0.10") : d("0.00010") }

  mutating func quote(at now: Timestamp) {
    for symbol in [Scenario.euro, Scenario.gold] {
      guard let bid = bids[symbol] else { continue }
      books.receive(PaperQuote(bid: bid, ask: bid + Self.spread(symbol), time: now), for: symbol)
    }
  }

  mutating func move(_ symbol: Symbol, by units: Int) {
    guard let bid = bids[symbol] else { return }
    let moved = bid + Self.unit(symbol) * FixedDecimal(units)
    // The market stays where the targets of the simulation make sense.
    let middle = symbol == Scenario.gold ? FixedDecimal(2640) : d("1.0850")
    guard (moved - middle).magnitude < Self.unit(symbol) * 900 else { return }
    bids[symbol] = moved
  }

  private mutating func remember() {
    before = books.observedPositions()
    ordersBefore = books.observedOrders()
  }

  mutating func execute(_ request: TradeRequest, at now: Timestamp) -> PaperReply {
    remember()
    let comment = habits.rewritesComments && !request.mark.isEmpty ? "EA order" : request.mark
    return books.execute(
      request.order, comment: comment, magic: habits.extensions ? request.magic : nil, requestID: request.requestID,
      at: now)
  }

  mutating func byHand(_ order: TradeRequest.Order, comment: String = "", at now: Timestamp) -> PaperReply {
    remember()
    return books.execute(order, comment: comment, cause: .manual, at: now)
  }

  /// A position goes on under another ticket, as brokers do it at a move of their servers.
  mutating func renumber(_ which: Int) -> (from: Ticket, to: Ticket)? {
    guard !books.positions.isEmpty else { return nil }
    remember()
    let k = which % books.positions.count
    var position = books.positions.remove(at: k)
    let old = position.facts.ticket
    position.facts.ticket = books.takeTicket()
    books.positions.append(position)
    return (old, position.facts.ticket)
  }

  /// What the bridge makes of the server's reply.
  func answer(_ reply: PaperReply, to request: TradeRequest) -> TradeAnswer {
    if reply.success {
      return .done(
        TradeAnswer.Done(
          ticket: reply.ticket, price: reply.price, lots: reply.lots,
          newTicket: habits.extensions ? reply.newTicket : nil))
    }
    if reply.code == .noResult, case .modify = request.order {
      return .done(TradeAnswer.Done(ticket: reply.ticket, errorCode: 1, message: reply.code.message))
    }
    guard let kind = Self.refusalKind(of: reply.code) else {
      return .unknown(
        TradeAnswer.Doubt(
          cause: "code_\(reply.code.rawValue)", errorCode: reply.code.rawValue, message: reply.code.message))
    }
    return .refused(
      TradeAnswer.Refusal(kind: kind, errorCode: reply.code.rawValue, message: reply.code.message))
  }

  private static func refusalKind(of code: PaperCode) -> RefusalKind? {
    switch code {
    case .done, .noResult, .timeout: nil
    case .invalidParameters, .unknownTicket: .badParameters
    case .invalidStops, .invalidLots, .notEnoughMoney, .tooManyOrders, .hedgingForbidden, .againstFIFO, .unknownSymbol:
      .forCause
    case .marketClosed: .marketClosed
    case .tradeDisabled: .tradingDisabled
    case .offQuotes: .backOff
    case .requote: .requote
    case .tooClose: .tooClose
    case .contextBusy: .busy
    }
  }
}
