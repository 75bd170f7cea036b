// Books: one MT4 account as a pure model. No I/O, no clock, no randomness: prices and times come in as arguments, and the
// same calls in the same order leave the same books, so that a simulation can step them and a server can serve them.
// HTTP, JSON, faults and where prices come from live elsewhere.

public import Reconciler

/// The books of one account, exact to the cent: what is open, what is closed, and what was ever executed.
///
/// How money is counted:
/// - profit = (close - open) x side x lots x contract in the profit currency, converted at the quote of the side on which
///   the position closes (bid for a buy, ask for a sell) and rounded to cents, half away from zero, as MT4 does;
/// - commission is the whole round turn, charged at the open and shown on the position; a partial close takes its share;
/// - margin is fixed by the rate at the open; hedged positions count both (a simple sum);
/// - equity = balance + credit + sum(profit + swap + commission).
public struct PaperBooks: Sendable {
  public internal(set) var account: PaperAccount
  /// By symbol.
  public let instruments: [PaperInstrument]
  public internal(set) var balance: FixedDecimal = .zero
  public internal(set) var credit: FixedDecimal = .zero
  /// Open market positions, by ticket.
  public internal(set) var positions: [PaperPosition] = []
  /// Pending orders, by ticket.
  public internal(set) var pending: [PaperPending] = []
  /// Everything that ended, in the order in which it did, and every balance operation.
  public internal(set) var closed: [PaperClosed] = []
  /// Everything that was ever executed, in order: the truth that a test compares a client's belief with.
  public internal(set) var executions: [PaperExecution] = []
  /// The time of the last tick: the server's clock, which stands still while the market is closed.
  public internal(set) var serverTime: Timestamp

  var quotes: [PaperQuote?]
  var nextTicket: Int64
  let index: [Symbol: Int]
  /// By instrument: from its profit currency, and from its base currency, to the account's.
  let profitConversions: [PaperConversion?]
  let baseConversions: [PaperConversion?]

  /// Books with one deposit in their history.
  ///
  /// - Parameters:
  ///   - deposit: in the account's currency; no row is written for zero.
  ///   - openedAt: the time of that deposit; the server's clock starts there too.
  public init(
    account: PaperAccount, instruments: [PaperInstrument], deposit: FixedDecimal, openedAt: Timestamp
  ) {
    self.account = account
    let sorted = instruments.sorted { $0.symbol < $1.symbol }
    self.instruments = sorted
    serverTime = openedAt
    nextTicket = account.firstTicket
    quotes = Array(repeating: nil, count: sorted.count)
    index = Dictionary(
      sorted.enumerated().map { ($0.element.symbol, $0.offset) }, uniquingKeysWith: { first, _ in first })
    profitConversions = sorted.map {
      PaperConversion.path(from: $0.profitCurrency, to: account.currency, by: sorted)
    }
    baseConversions = sorted.map { PaperConversion.path(from: $0.baseCurrency, to: account.currency, by: sorted) }
    if !deposit.isZero { operate(.balance, deposit, comment: "Deposit", at: openedAt) }
  }

  /// The instrument of that name; `nil` when this account does not have it.
  public func instrument(_ symbol: Symbol) -> PaperInstrument? { index[symbol].map { instruments[$0] } }

  /// The last quote of that symbol; `nil` before the first and for an unknown symbol.
  public func quote(_ symbol: Symbol) -> PaperQuote? { index[symbol].flatMap { quotes[$0] } }

  mutating func takeTicket() -> Ticket {
    defer { nextTicket += 1 }
    return Ticket(nextTicket)
  }

  mutating func log(
    _ kind: PaperExecution.Kind, _ position: Position?, ticket: Ticket, lots: FixedDecimal = .zero,
    price: FixedDecimal? = nil, newTicket: Ticket? = nil, cause: PaperCause, requestID: String? = nil, at now: Timestamp
  ) {
    executions.append(
      PaperExecution(
        sequence: executions.count, at: now, kind: kind, cause: cause, requestID: requestID, ticket: ticket,
        newTicket: newTicket, symbol: position?.symbol, side: position?.side, lots: lots, price: price,
        comment: position?.comment ?? ""))
  }
}
