public import Reconciler

/// The codes of MT4 that the paper terminal answers with.
public enum PaperCode: Int, Hashable, Sendable, CaseIterable {
  case done = 0
  case noResult = 1
  case invalidParameters = 3
  case timeout = 128
  case invalidStops = 130
  case invalidLots = 131
  case marketClosed = 132
  case tradeDisabled = 133
  case notEnoughMoney = 134
  case offQuotes = 136
  case requote = 138
  case tooClose = 145
  case contextBusy = 146
  case tooManyOrders = 148
  case hedgingForbidden = 149
  case againstFIFO = 150
  case unknownSymbol = 4106
  case unknownTicket = 4108

  /// MT4's words for it.
  public var message: String {
    switch self {
    case .done: "done"
    case .noResult: "no error, but the result is unknown"
    case .invalidParameters: "invalid trade parameters"
    case .timeout: "trade timeout"
    case .invalidStops: "invalid stops"
    case .invalidLots: "invalid trade volume"
    case .marketClosed: "market is closed"
    case .tradeDisabled: "trade is disabled"
    case .notEnoughMoney: "not enough money"
    case .offQuotes: "off quotes"
    case .requote: "requote"
    case .tooClose: "modification denied because order is too close to market"
    case .contextBusy: "trade context is busy"
    case .tooManyOrders: "the amount of open and pending orders has reached the limit set by the broker"
    case .hedgingForbidden: "hedging is prohibited"
    case .againstFIFO: "close is prohibited by FIFO rules"
    case .unknownSymbol: "unknown symbol"
    case .unknownTicket: "invalid ticket"
    }
  }
}

/// What the server answers to a trade.
public struct PaperReply: Hashable, Sendable {
  public var code: PaperCode
  /// Of the order that was opened, closed or changed.
  public var ticket: Ticket?
  /// At which it was executed.
  public var price: FixedDecimal?
  public var lots: FixedDecimal?
  /// The remainder's, after a partial close.
  public var newTicket: Ticket?

  public var success: Bool { code == .done }

  /// A refusal.
  public init(_ code: PaperCode) { self.code = code }

  init(
    done ticket: Ticket, price: FixedDecimal? = nil, lots: FixedDecimal? = nil, newTicket: Ticket? = nil
  ) {
    code = .done
    self.ticket = ticket
    self.price = price
    self.lots = lots
    self.newTicket = newTicket
  }
}
