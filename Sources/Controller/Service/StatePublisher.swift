import Dispatch
import Reconciler
import Synchronization

/// Turns the agents' states into rows away from the loop's thread, which has better things to do than to write JSON. Of
/// each agent only the newest state waits.
final class StatePublisher: Sendable {
  private struct Waiting {
    var agents: [AgentID: AgentStatus] = [:]
    var fleet: FleetStatus?
  }

  private let waiting = Mutex(Waiting())
  private let queue = DispatchQueue(label: "mt4-states")
  private let send: @Sendable ([AgentStatus], FleetStatus) -> Void

  init(send: @escaping @Sendable ([AgentStatus], FleetStatus) -> Void) { self.send = send }

  func publish(_ agents: [AgentStatus], _ fleet: FleetStatus) {
    let isFirst = waiting.withLock { waiting in
      defer { waiting.fleet = fleet }
      for agent in agents { waiting.agents[agent.spec.id] = agent }
      return waiting.fleet == nil
    }
    if isFirst { queue.async { self.sendWaiting() } }
  }

  /// Blocks until everything was sent.
  func settle() { queue.sync { sendWaiting() } }

  private func sendWaiting() {
    let taken = waiting.withLock { waiting in
      defer { waiting = Waiting() }
      return waiting
    }
    guard let fleet = taken.fleet else { return }
    send(taken.agents.keys.sorted().compactMap { taken.agents[$0] }, fleet)
  }
}
