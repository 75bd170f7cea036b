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

  private let current: Mutex<Picture?> = Mutex(nil)

  public init() {}

  /// `nil` before the loop's first step.
  public var picture: Picture? { current.withLock { $0 } }

  /// Takes up what a step changed, in place: a copy is made only while a reader holds the last picture.
  func update(fleet: FleetStatus?, agents: [AgentStatus], at now: Moment) {
    current.withLock { picture in
      if picture == nil, let fleet { picture = Picture(fleet: fleet, steppedAt: now) }
      if let fleet {
        picture?.fleet = fleet
        let known = picture?.agents.count ?? 0
        if known > fleet.agents.count {
          let kept = Set(fleet.agents)
          let gone = (picture?.agents.keys.filter { !kept.contains($0) }) ?? []
          for id in gone { picture?.agents[id] = nil }
        }
      }
      picture?.steppedAt = now
      for status in agents { picture?.agents[status.spec.id] = status }
    }
  }
}
