public import Reconciler
import Synchronization

/// How often an endpoint of one agent's terminal answered in one way.
public struct BridgeCounter: Hashable, Sendable {
  public var agent: AgentID
  public var endpoint: Endpoint
  /// `ok`, a `ReadFailure.Code`, or of trades `done`, `refused` and `unknown`: a bounded label.
  public var result: String
  public var count: Int

  public init(agent: AgentID, endpoint: Endpoint, result: String, count: Int) {
    self.agent = agent
    self.endpoint = endpoint
    self.result = result
    self.count = count
  }
}

/// Counts of results. Bounded: the agents times the endpoints times the results.
final class BridgeCounters: Sendable {
  private struct Key: Hashable {
    var agent: AgentID
    var endpoint: Endpoint
    var result: String
  }

  private let counts = Mutex<[Key: Int]>([:])

  func count(_ agent: AgentID, _ endpoint: Endpoint, _ failure: ReadFailure.Code?) {
    add(agent, endpoint, failure?.rawValue ?? "ok")
  }

  func count(_ agent: AgentID, _ answer: TradeAnswer) {
    switch answer {
    case .done: add(agent, .trade, "done")
    case .refused: add(agent, .trade, "refused")
    case .unknown: add(agent, .trade, "unknown")
    }
  }

  private func add(_ agent: AgentID, _ endpoint: Endpoint, _ result: String) {
    counts.withLock { $0[Key(agent: agent, endpoint: endpoint, result: result), default: 0] += 1 }
  }

  /// By agent, endpoint and result.
  func all() -> [BridgeCounter] {
    let copy = counts.withLock { $0 }
    return copy.map {
      BridgeCounter(agent: $0.key.agent, endpoint: $0.key.endpoint, result: $0.key.result, count: $0.value)
    }
    .sorted { ($0.agent, $0.endpoint.rawValue, $0.result) < ($1.agent, $1.endpoint.rawValue, $1.result) }
  }
}
