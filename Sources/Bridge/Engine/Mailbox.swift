import CLibCurl
import Glibc
import Reconciler
import Synchronization

typealias ReadCompletion = @Sendable (Result<Snapshot, ReadFailure>) -> Void
typealias QuoteCompletion = @Sendable (Result<Reply<Tick>, ReadFailure>) -> Void
typealias TradeCompletion = @Sendable (TradeAnswer, ReadSpan) -> Void

/// What others ask of the engine's thread.
enum EngineCommand: Sendable {
  case read(TerminalPlan, ReadRequest, ReadCompletion)
  case quote(TerminalPlan, Symbol, Steady, QuoteCompletion)
  case send(TerminalPlan, TradeRequest, TradeCompletion)
  case close(terminal: UInt64)
  case ping(@Sendable () -> Void)
  /// A large reply, decoded elsewhere.
  case decoded(DecodedReply)
  case stop
}

/// The bounded queue in front of the engine's thread, and the descriptor that wakes it.
final class Mailbox: Sendable {
  /// A read and a trade of 30,000 terminals.
  static let capacity = 65_536

  private struct State {
    var commands: [EngineCommand] = []
    /// Trades pass everything else: a close does not wait for the polls of other terminals.
    var trades: [EngineCommand] = []
    var isClosed = false

    var count: Int { commands.count + trades.count }

    mutating func takeAll() -> [EngineCommand] {
      defer { (commands, trades) = ([], []) }
      return trades + commands
    }
  }

  /// Readable while something waits.
  let wakeup: FileDescriptor
  private let state = Mutex(State())
  private let tradeWaits = Atomic(false)

  init() throws(BridgeError) {
    wakeup = try FileDescriptor(eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)), for: "eventfd")
  }

  /// Whether a trade waits; looked at many times a turn.
  var hasTrades: Bool { tradeWaits.load(ordering: .relaxed) }

  /// - Parameter always: also beyond the bound; for commands that cannot pile up.
  /// - Returns: `false` when the queue is full or the engine has stopped. Then nothing will come of the command.
  @discardableResult
  func post(_ command: EngineCommand, always: Bool = false) -> Bool {
    let (accepted, isFirst) = state.withLock { state in
      guard !state.isClosed, always || state.count < Self.capacity else { return (false, false) }
      if case .send = command {
        state.trades.append(command)
        tradeWaits.store(true, ordering: .relaxed)
      } else {
        state.commands.append(command)
      }
      return (true, state.count == 1)
    }
    if isFirst { wakeup.signal() }
    return accepted
  }

  /// Everything that waits: the trades, then the rest, each oldest first.
  func takeAll() -> [EngineCommand] {
    wakeup.drain()
    return state.withLock { state in
      tradeWaits.store(false, ordering: .relaxed)
      return state.takeAll()
    }
  }

  /// The trades that wait. The descriptor stays readable: other commands may wait too.
  func takeTrades() -> [EngineCommand] {
    state.withLock { state in
      tradeWaits.store(false, ordering: .relaxed)
      defer { state.trades = [] }
      return state.trades
    }
  }

  /// The last commands; from now on none is accepted.
  func close() -> [EngineCommand] {
    state.withLock { state in
      defer { state = State(isClosed: true) }
      return state.takeAll()
    }
  }
}
