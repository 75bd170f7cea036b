import Reconciler

/// One read on its way to a snapshot: which part is next, and what the parts brought. Pure.
///
/// waiting -> started -> received, part by part; it ends with the snapshot when nothing is left, or with the first failure of
/// positions or account.
struct ReadAssembly {
  private var waiting: ArraySlice<ReadPart>
  private var started: Set<ReadPart> = []
  private let request: ReadRequest
  private var positions: Reply<[Position]>?
  private var account: Reply<Account>?
  private var orders: OptionalPart<[PendingOrder]> = .notAsked
  private var history: OptionalPart<[HistoryRow]> = .notAsked
  private var ticks: [Symbol: OptionalPart<Tick>] = [:]

  init(_ request: ReadRequest) {
    self.request = request
    waiting = ReadPart.parts(of: request)[...]
  }

  /// What to ask for now; empty while a reply is outstanding, and at the end.
  mutating func start(accountBeside: Bool) -> [ReadPart] {
    guard started.isEmpty, let first = waiting.popFirst() else { return [] }
    var parts = [first]
    if accountBeside, first == .positions, waiting.first == .account {
      waiting.removeFirst()
      parts.append(.account)
    }
    started = Set(parts)
    return parts
  }

  /// The result of the read, once it has one.
  var result: Snapshot? {
    guard waiting.isEmpty, started.isEmpty else { return nil }
    return Snapshot(
      request: request, positions: positions, account: account, orders: orders, history: history, ticks: ticks)
  }

  /// - Returns: the failure of the whole read, if that is what `reply` means.
  mutating func receive(_ part: ReadPart, _ reply: Result<Reply<DecodedPart>, ReadFailure>) -> ReadFailure? {
    guard started.remove(part) != nil else { return nil }
    switch reply {
    case .success(let reply): keep(reply, of: part)
    case .failure(let failure):
      if part.isMandatory { return failure }
      note(failure, of: part)
      // The rest would end alike, each after a wait of its own: a read has a deadline.
      if failure.concernsWholeTerminal {
        for part in waiting { note(failure, of: part) }
        waiting = []
      }
    }
    return nil
  }

  private mutating func keep(_ reply: Reply<DecodedPart>, of part: ReadPart) {
    switch reply.value {
    case .positions(let value): positions = Reply(value, reply.span)
    case .account(let value): account = Reply(value, reply.span)
    case .orders(let value): orders = .read(Reply(value, reply.span))
    case .history(let value): history = .read(Reply(value, reply.span))
    case .tick(let value): ticks[value.symbol] = .read(Reply(value, reply.span))
    }
  }

  private mutating func note(_ failure: ReadFailure, of part: ReadPart) {
    let isMissing = failure.code == .notFound
    switch part {
    case .positions, .account: break
    case .orders: orders = isMissing ? .unsupported : .failed(failure)
    case .history: history = isMissing ? .unsupported : .failed(failure)
    case .tick(let symbol): ticks[symbol] = isMissing ? .unsupported : .failed(failure)
    }
  }
}
