// EARest: the client of the REST interface that an Expert Advisor serves (bridge.md): what is asked in which order, and how its
// replies become a snapshot or an answer. The requests themselves are the engine's.

public import Reconciler

/// A terminal behind an EA's REST interface.
///
/// Its requests go one after another (with `connections: 2` account runs beside positions). A trade waits for the request that is
/// under way, at most the read's timeout, and then goes before the rest of the read. It closes with its last reference.
public final class EARestTerminal: Terminal {
  private let mailbox: Mailbox
  private let plan: TerminalPlan

  /// - Throws: `BridgeError` when the url, the token or the suffix cannot be used. Nothing is sent yet.
  public init(engine: BridgeEngine, configuration: TerminalConfiguration) throws(BridgeError) {
    mailbox = engine.mailbox
    plan = try TerminalPlan(configuration)
  }

  deinit { close() }

  public func read(_ request: ReadRequest, completion: @escaping @Sendable (Result<Snapshot, ReadFailure>) -> Void) {
    if !mailbox.post(.read(plan, request, completion)) { completion(.failure(.notBegun)) }
  }

  /// The longest that a quote may take on the wire.
  public static let quoteTimeout: Duration = .seconds(2)

  public func quote(
    _ symbol: Symbol, until deadline: Steady, completion: @escaping @Sendable (Result<Reply<Tick>, ReadFailure>) -> Void
  ) {
    if !mailbox.post(.quote(plan, symbol, deadline, completion)) { completion(.failure(.notBegun)) }
  }

  public func send(_ request: TradeRequest, completion: @escaping @Sendable (TradeAnswer, ReadSpan) -> Void) {
    if mailbox.post(.send(plan, request, completion)) { return }
    let now = SystemClock.now()
    completion(.notBegun("the engine has stopped or its queue is full"), ReadSpan(began: now, ended: now))
  }

  public func close() {
    plan.close()
    mailbox.post(.close(terminal: plan.id), always: true)
  }
}

extension ReadFailure {
  /// The engine has stopped, its queue is full, or the terminal was closed.
  static let notBegun = ReadFailure(code: .cancelled, message: "the read was not begun", endpoint: "/")
  static let tooManyQuotes = ReadFailure(
    code: .rateLimited, message: "too many quotes of this terminal are asked for at once", endpoint: "/tick")
  static let lateQuote = ReadFailure(
    code: .timeout, message: "the terminal was busy until the deadline", endpoint: "/tick")
  /// A mistake of the caller, and definite.
  static let alreadyReading = ReadFailure(
    code: .cancelled, message: "another read of this terminal is outstanding", endpoint: "/")
}

extension TradeAnswer {
  static func notBegun(_ why: String) -> TradeAnswer {
    .refused(Refusal(kind: .notSent, errorCode: 0, httpStatus: 0, message: "not sent: \(why)"))
  }
}
