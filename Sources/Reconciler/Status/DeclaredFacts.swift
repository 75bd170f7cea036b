/// What the manifests in force say of the whole fleet. It shows in every agent's conditions and decides nothing about them,
/// so it is one object beside their statuses: a new revision that changes one agent leaves the others' as they are, and
/// whoever reads them joins it to them (`AgentStatus.under(_:)`).
public final class DeclaredFacts: Sendable {
  /// The revision in force; 0 before the first.
  public let revision: Int
  /// Why the last set was refused; empty when it was accepted.
  public let manifestErrors: [String]
  /// The rollback that holds the revision in force.
  public let pin: RevisionPin?

  init(revision: Int = 0, manifestErrors: [String] = [], pin: RevisionPin? = nil) {
    self.revision = revision
    self.manifestErrors = manifestErrors
    self.pin = pin
  }

  /// Whether nothing in it has changed since.
  func isOf(_ core: borrowing Reconciler) -> Bool {
    revision == core.revision && manifestErrors == core.manifestErrors && pin == core.pin
  }
}

/// Whom a set of manifests, or its refusal, has changed: what is shown and kept of all others stands.
public struct ManifestChange: Hashable, Sendable {
  /// New, gone, or declared differently than before, by their documents or their tokens.
  public var agents: [AgentID] = []
  /// Every agent's conditions were judged anew; nothing else of those that are not in `agents` has changed.
  public var isForAll = false

  public init(agents: [AgentID] = [], isForAll: Bool = false) {
    self.agents = agents
    self.isForAll = isForAll
  }
}
