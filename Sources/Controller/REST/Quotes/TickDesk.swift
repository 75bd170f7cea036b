// Quotes: what `/tick/{symbol}` reads, and how many requests share one read of a terminal.

import Bridge
import Dispatch
import HTTPTypes
import Reconciler
import Synchronization

/// Quotes for REST: the only thing that a request asks of a terminal. Whoever asks for the same quote at the same time shares
/// one read; the answer is good for a moment, and nobody waits longer than the deadline.
final class TickDesk: Sendable {
  typealias Answer = Result<Reply<Tick>, ReadFailure>

  private struct Key: Hashable {
    let agent: AgentID
    let symbol: Symbol
  }

  private struct Entry {
    /// `nil` while it is on its way.
    var answer: (value: Answer, at: Steady)?
    var waiters: [Int: CheckedContinuation<Answer?, Never>] = [:]
  }

  private struct State {
    var entries: [Key: Entry] = [:]
    var nextWaiter = 0
  }

  private let terminals: TerminalDirectory
  private let state = Mutex(State())

  static let deadline: Duration = .seconds(5)
  private static let goodFor: Duration = .milliseconds(250)

  init(_ terminals: TerminalDirectory) { self.terminals = terminals }

  /// - Returns: `nil` when the deadline is over.
  func quote(_ agent: AgentID, _ symbol: Symbol) async -> Answer? {
    guard let terminal = terminals[agent] else {
      return .failure(ReadFailure(code: .unreachable, message: "its terminal is not set up", endpoint: "/tick"))
    }
    let key = Key(agent: agent, symbol: symbol)
    let now = SystemClock.now().steady
    return await withCheckedContinuation { continuation in
      let (ready, isFirst, id) = state.withLock { state -> (Answer?, Bool, Int) in
        state.entries = state.entries.filter { entry in
          entry.value.answer.map { now - $0.at < Self.goodFor } ?? true
        }
        let id = state.nextWaiter
        state.nextWaiter += 1
        let old = state.entries[key]
        if let answer = old?.answer { return (answer.value, false, id) }
        state.entries[key, default: Entry()].waiters[id] = continuation
        return (nil, old == nil, id)
      }
      if let ready { return continuation.resume(returning: ready) }
      let limit = DispatchTime.now() + .microseconds(Int(Self.deadline.inMicroseconds))
      DispatchQueue.global().asyncAfter(deadline: limit) { [self] in giveUp(key, id) }
      if isFirst {
        terminal.quote(symbol, until: now + Self.deadline) { [self] answer in arrived(key, answer) }
      }
    }
  }

  private func arrived(_ key: Key, _ answer: Answer) {
    let waiters = state.withLock { state in
      let waiters = state.entries[key]?.waiters ?? [:]
      state.entries[key] = Entry(answer: (answer, SystemClock.now().steady))
      return waiters
    }
    for waiter in waiters.values { waiter.resume(returning: answer) }
  }

  private func giveUp(_ key: Key, _ id: Int) {
    state.withLock { $0.entries[key]?.waiters.removeValue(forKey: id) }?.resume(returning: nil)
  }
}

/// A quote as `/tick/{symbol}` shows it.
enum TickDocument {
  static let document = Document<Reply<Tick>>(
    "Tick",
    [
      .word("symbol") { $0.value.symbol.text },
      .number("bid") { $0.value.bid },
      .number("ask") { $0.value.ask },
      .maybeNumber("spread") { tick in tick.value.pointSize.flatMap { tick.value.spread.divided(by: $0) } },
      .number("spread_price") { $0.value.spread },
      .maybeCount("digits") { $0.value.digits.map { Int64($0) } },
      .time("timestamp") { $0.value.time },
      .time("as_of") { $0.span.ended.wall },
    ])
}

extension Tick {
  /// As the terminal says it or, else, as its digits do.
  fileprivate var pointSize: FixedDecimal? {
    if let point { return point }
    guard let digits else { return nil }
    return (0..<digits).reduce(FixedDecimal.one) { value, _ in value.divided(by: 10) ?? value }
  }
}
