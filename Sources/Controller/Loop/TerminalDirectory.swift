import Bridge
import Reconciler
import Synchronization

/// The terminals of the fleet, for those who read a quote without asking the loop. The pool keeps it.
final class TerminalDirectory: Sendable {
  private let terminals: Mutex<[AgentID: any Terminal]> = Mutex([:])

  subscript(_ agent: AgentID) -> (any Terminal)? { terminals.withLock { $0[agent] } }

  func set(_ agent: AgentID, _ terminal: (any Terminal)?) { terminals.withLock { $0[agent] = terminal } }
}
