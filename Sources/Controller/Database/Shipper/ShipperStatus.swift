public import Reconciler

/// Where the shipper reads what is durable on disk. Called on the shipper's thread; may read files.
public protocol ShipperSource: Sendable {
  /// The durable lines after a sequence, in order and without a gap among them, at most `limit`; empty when there is none.
  /// The first one follows at once unless older segments were removed.
  func lines(after sequence: Int64, limit: Int) throws -> [JournalLine]

  /// The durable checkpoints of the chain on records after a sequence and up to another one, in order, at most `limit`.
  func checkpoints(after sequence: Int64, upTo end: Int64, limit: Int) throws -> [Checkpoint]
}

extension ShipperSource {
  /// None.
  public func checkpoints(after sequence: Int64, upTo end: Int64, limit: Int) throws -> [Checkpoint] { [] }
}

/// What the shipper does, for `JournalAvailable`, metrics and the record `journal_degraded`.
public struct ShipperStatus: Hashable, Sendable {
  public enum State: Hashable, Sendable {
    /// The first connection is being made.
    case connecting
    /// Lines are on their way.
    case shipping
    /// Everything durable is in the database.
    case waiting
    /// Not possible now, tried again. `reason` is a `DatabaseError.Kind`, `journal_gap` or `journal_unreadable`.
    case down(reason: String, message: String)
    /// The database holds another record under a sequence of this chain, or one that this journal does not have: it is
    /// never tried again.
    case forked(message: String)
    /// Another controller holds this database; taken over when it lets go.
    case anotherController(message: String)
    /// The schema is missing or old and the role may not change it; tried again.
    case needsInit(message: String)
  }

  public var state: State
  /// The last sequence that is known to be committed in the database; 0 before the first.
  public var shipped: Int64

  public init(state: State, shipped: Int64) {
    self.state = state
    self.shipped = shipped
  }
}

/// What the shipper tells and asks. All are called on its thread and must not block.
public struct ShipperCallbacks: Sendable {
  /// Everything up to this sequence is committed in the database.
  public var onShipped: @Sendable (Int64) -> Void
  /// The state is another one than before.
  public var onStatus: @Sendable (ShipperStatus) -> Void
  /// A revision's original files and what they say, for `trading.manifest_revisions`; `nil` when they are gone.
  public var revisionFiles: @Sendable (_ revision: Int) -> (files: JSONValue, normalised: NormalisedForm)?

  public init(
    onShipped: @escaping @Sendable (Int64) -> Void = { _ in },
    onStatus: @escaping @Sendable (ShipperStatus) -> Void = { _ in },
    revisionFiles: @escaping @Sendable (_ revision: Int) -> (files: JSONValue, normalised: NormalisedForm)? = { _ in nil
    }
  ) {
    self.onShipped = onShipped
    self.onStatus = onStatus
    self.revisionFiles = revisionFiles
  }
}
