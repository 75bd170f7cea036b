public import Reconciler
import Synchronization

/// What the loop last showed of itself. Readers get a copy of an immutable value; no request ever reaches the loop or a
/// terminal.
public final class StatusBoard: Sendable {
  /// One consistent picture.
  public struct Picture: Sendable {
    public var fleet: FleetStatus
    public var agents: [AgentID: AgentStatus] = [:]
    /// When the loop last took a step; it grows old when the loop is stuck.
    public var steppedAt: Moment
  }

  private struct Shown {
    var picture: Picture?
    /// Ids by the manifest's names.
    var names: [String: AgentID] = [:]
    var version: UInt64 = 0

    /// Agents that a new revision has not changed show it all the same.
    mutating func declare(_ declared: DeclaredFacts) {
      guard let agents = picture?.agents, picture?.fleet.declared !== declared else { return }
      picture?.agents = agents.mapValues { $0.under(declared) }
    }
  }

  private let current = Mutex(Shown())

  public init() {}

  /// `nil` before the loop's first step.
  public var picture: Picture? { current.withLock { $0.picture } }

  /// Counts up with every change of the picture.
  var version: UInt64 { current.withLock { $0.version } }

  /// One agent, by its id or, else, by its name in the manifest. Cheaper than the picture, of which a copy is made while
  /// somebody holds it.
  func status(named name: String) -> AgentStatus? {
    current.withLock { shown in
      if let status = shown.picture?.agents[AgentID(name)] { return status }
      return shown.names[name].flatMap { shown.picture?.agents[$0] }
    }
  }

  /// The fleet as a whole, without its agents.
  var fleet: FleetStatus? { current.withLock { $0.picture?.fleet } }

  /// Takes up what a step changed, in place: a copy is made only while a reader holds the last picture.
  func update(fleet: FleetStatus?, agents: [AgentStatus], at now: Moment) {
    current.withLock { shown in
      shown.version += 1
      if shown.picture == nil, let fleet { shown.picture = Picture(fleet: fleet, steppedAt: now) }
      if let fleet {
        shown.declare(fleet.declared)
        shown.picture?.fleet = fleet
        let known = shown.picture?.agents.count ?? 0
        if known > fleet.agents.count {
          let kept = Set(fleet.agents)
          let gone = (shown.picture?.agents.keys.filter { !kept.contains($0) }) ?? []
          for id in gone { shown.picture?.agents[id] = nil }
          shown.names = shown.names.filter { kept.contains($0.value) }
        }
      }
      shown.picture?.steppedAt = now
      let declared = shown.picture?.fleet.declared
      for status in agents {
        let status = declared.map { status.under($0) } ?? status
        let id = status.id
        let name = status.metadataName
        if shown.names[name] != id {
          if let old = shown.picture?.agents[id]?.metadataName, shown.names[old] == id { shown.names[old] = nil }
          shown.names[name] = id
        }
        shown.picture?.agents[id] = status
      }
    }
  }
}
