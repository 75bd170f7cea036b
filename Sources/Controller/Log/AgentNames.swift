import Reconciler
import Synchronization

/// The metadata names of the agents by their ids, for who filters a log by what people type.
public final class AgentNames: Sendable {
  private let names: Mutex<[String: String]> = Mutex([:])

  public init() {}

  func update(_ agents: [AgentSpec]) {
    names.withLock { names in for agent in agents { names[agent.id.text] = agent.metadataName } }
  }

  /// `nil` for an agent that no set has named yet.
  func name(of id: String) -> String? { names.withLock { $0[id] } }
}
