import Reconciler
import Synchronization

/// How often an endpoint answered in one way.
public struct BridgeCounter: Hashable, Sendable {
  public var endpoint: Endpoint
  /// `ok`, a `ReadFailure.Code`, or of trades `done`, `refused` and `unknown`: a bounded label.
  public var result: String
  public var count: Int
}

/// Counts of results. Bounded: the endpoints times the results.
final class BridgeCounters: Sendable {
  private struct Key: Hashable {
    var endpoint: Endpoint
    var result: String
  }

  private let counts = Mutex<[Key: Int]>([:])

  func count(_ endpoint: Endpoint, _ failure: ReadFailure.Code?) { add(endpoint, failure?.rawValue ?? "ok") }

  func count(_ answer: TradeAnswer) {
    switch answer {
    case .done: add(.trade, "done")
    case .refused: add(.trade, "refused")
    case .unknown: add(.trade, "unknown")
    }
  }

  private func add(_ endpoint: Endpoint, _ result: String) {
    counts.withLock { $0[Key(endpoint: endpoint, result: result), default: 0] += 1 }
  }

  /// By endpoint and result.
  func all() -> [BridgeCounter] {
    let copy = counts.withLock { $0 }
    return copy.map { BridgeCounter(endpoint: $0.key.endpoint, result: $0.key.result, count: $0.value) }
      .sorted { ($0.endpoint.rawValue, $0.result) < ($1.endpoint.rawValue, $1.result) }
  }
}
