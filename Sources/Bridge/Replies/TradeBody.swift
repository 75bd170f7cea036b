import Reconciler

/// The body of `POST /trade`.
struct TradeBody {
  let bytes: [UInt8]

  /// The last look before money moves. What fails here was never to be sent, so it is refused and not corrected.
  struct Unsendable: Error, Hashable {
    var message: String
  }

  init(_ request: TradeRequest, symbols: SymbolNames) throws(Unsendable) {
    try Self.check(request)
    var members: [String: JSONValue] = ["request_id": .string(request.requestID)]
    members["magic"] = request.magic.map { .int($0) }
    if !request.mark.isEmpty { members["comment"] = .string(request.mark) }
    switch request.order {
    case .open(let symbol, let side, let lots, let stopLoss, let takeProfit, let slippage):
      members["action"] = .string(side.rawValue)
      members["symbol"] = .string(symbols.wire(symbol))
      members["lots"] = Self.number(lots)
      members["sl"] = Self.number(stopLoss ?? .zero)
      members["tp"] = Self.number(takeProfit ?? .zero)
      members["slippage"] = slippage.map { .int($0) }
    case .close(let ticket, let lots):
      members["action"] = "close"
      members["ticket"] = .int(ticket.number)
      members["lots"] = lots.map(Self.number)
    case .modify(let ticket, let stopLoss, let takeProfit):
      members["action"] = "modify"
      members["ticket"] = .int(ticket.number)
      members["sl"] = Self.number(stopLoss ?? .zero)
      members["tp"] = Self.number(takeProfit ?? .zero)
    }
    bytes = JSONValue.object(members).canonicalBytes
  }

  /// The decimal's own digits: no binary float is between.
  private static func number(_ value: FixedDecimal) -> JSONValue { .number(value.description) }

  private static func check(_ request: TradeRequest) throws(Unsendable) {
    let isPlainMark = request.mark.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
    guard isPlainMark, request.mark.utf8.count <= 20 else {
      throw Unsendable(message: "the mark is not at most 20 ASCII letters and digits")
    }
    switch request.order {
    case .open(let symbol, _, let lots, let stopLoss, let takeProfit, _):
      guard !symbol.text.isEmpty else { throw Unsendable(message: "the symbol is empty") }
      guard lots.isPositive else { throw Unsendable(message: "the lots are not above zero") }
      try check(stopLoss, takeProfit)
    case .close(let ticket, let lots):
      try check(ticket)
      guard lots?.isPositive ?? true else { throw Unsendable(message: "the lots are not above zero") }
    case .modify(let ticket, let stopLoss, let takeProfit):
      try check(ticket)
      try check(stopLoss, takeProfit)
    }
  }

  private static func check(_ ticket: Ticket) throws(Unsendable) {
    guard ticket.number > 0 else { throw Unsendable(message: "the ticket is not above zero") }
  }

  private static func check(_ levels: FixedDecimal?...) throws(Unsendable) {
    for level in levels where level?.isNegative ?? false { throw Unsendable(message: "a price is negative") }
  }
}
