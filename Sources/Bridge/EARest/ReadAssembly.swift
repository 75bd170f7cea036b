import Reconciler

/// One read on its way to a snapshot: which part is next, and what the parts brought. Pure.
///
/// waiting -> started -> received, part by part; it ends with the snapshot when nothing is left, or with the first failure of
/// positions or account.
struct ReadAssembly {
  private var waiting: ArraySlice<ReadPart>
  private var started: Set<ReadPart> = []
  private var snapshot: Snapshot

  init(_ request: ReadRequest) {
    waiting = ReadPart.parts(of: request)[...]
    snapshot = Snapshot(request: request, positions: nil, account: nil)
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
  var result: Snapshot? { waiting.isEmpty && started.isEmpty ? snapshot : nil }

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
    case .positions(let value): snapshot.positions = Reply(value, reply.span)
    case .account(let value): snapshot.account = Reply(value, reply.span)
    case .orders(let value): snapshot.orders = .read(Reply(value, reply.span))
    case .history(let value): snapshot.history = .read(Reply(value, reply.span))
    case .tick(let value): snapshot.ticks[value.symbol] = .read(Reply(value, reply.span))
    }
  }

  private mutating func note(_ failure: ReadFailure, of part: ReadPart) {
    let isMissing = failure.code == .notFound
    switch part {
    case .positions, .account: break
    case .orders: snapshot.orders = isMissing ? .unsupported : .failed(failure)
    case .history: snapshot.history = isMissing ? .unsupported : .failed(failure)
    case .tick(let symbol): snapshot.ticks[symbol] = isMissing ? .unsupported : .failed(failure)
    }
  }
}
