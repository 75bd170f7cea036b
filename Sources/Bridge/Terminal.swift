// Bridge: how a terminal is reached. The `Terminal` protocol, the EA's REST interface on libcurl, tolerant decoding into the
// core's types, and the meaning of MT4's codes. It decides nothing: what to read and what to send comes from the core, and
// whether to believe an answer is the core's business too. Nothing here may know policies, journals or manifests.

public import Reconciler

/// One trading terminal.
///
/// Each call ends in exactly one call of its `completion`, by a deadline, from a thread that all terminals share: a completion must
/// hand over and return, never wait. At most one read and one trade are outstanding; another one fails at once.
public protocol Terminal: Sendable {
  /// Reads the parts that `request` names. Positions or account failing fails the whole read.
  func read(_ request: ReadRequest, completion: @escaping @Sendable (Result<Snapshot, ReadFailure>) -> Void)

  /// Reads one quote beside the regular reads: it goes when neither a read nor a trade is under way, and never holds either
  /// up for longer than `EARestTerminal.quoteTimeout`. Few may wait; another one fails at once.
  func quote(
    _ symbol: Symbol, until deadline: Steady, completion: @escaping @Sendable (Result<Reply<Tick>, ReadFailure>) -> Void
  )

  /// Sends one trade, once. The span begins just before the request is handed over and ends with the answer; it is empty
  /// when nothing was begun.
  func send(_ request: TradeRequest, completion: @escaping @Sendable (TradeAnswer, ReadSpan) -> Void)

  /// Ends what is outstanding: a read as `cancelled`, a trade whose bytes may have left as `unknown`, any other as refused
  /// with `notSent`. Later calls fail the same way.
  func close()
}
