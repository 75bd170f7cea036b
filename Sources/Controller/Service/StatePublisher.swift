import Dispatch
import Reconciler
import Synchronization

/// Turns the agents' states into rows away from the loop's thread, which has better things to do than to write JSON. Of
/// each agent only the newest state waits.
final class StatePublisher: Sendable {
  /// What is to be told.
  struct News: Sendable {
    /// Agents whose rows are to be written anew, in their order.
    var agents: [AgentStatus] = []
    var fleet: FleetStatus
    /// Whether another revision is in force than was told last: it is in the rows of all agents.
    var hasNewRevision = false
  }

  private struct Waiting {
    var agents: [AgentID: AgentStatus] = [:]
    var fleet: FleetStatus?
    var toldRevision: Int?
  }

  private let waiting = Mutex(Waiting())
  private let queue = DispatchQueue(label: "mt4-states")
  private let send: @Sendable (News) -> Void

  init(send: @escaping @Sendable (News) -> Void) { self.send = send }

  func publish(_ agents: [AgentStatus], _ fleet: FleetStatus) {
    let isFirst = waiting.withLock { waiting in
      defer { waiting.fleet = fleet }
      for agent in agents { waiting.agents[agent.id] = agent }
      return waiting.fleet == nil
    }
    if isFirst { queue.async { self.sendWaiting() } }
  }

  /// Blocks until everything was sent.
  func settle() { queue.sync { sendWaiting() } }

  private func sendWaiting() {
    let news = waiting.withLock { waiting -> News? in
      guard let fleet = waiting.fleet else { return nil }
      defer { waiting = Waiting(toldRevision: fleet.revision) }
      return News(
        agents: waiting.agents.keys.sorted().compactMap { waiting.agents[$0] }, fleet: fleet,
        hasNewRevision: waiting.toldRevision != fleet.revision)
    }
    if let news { send(news) }
  }
}
