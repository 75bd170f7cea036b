import Reconciler

/// Sizes and bounds of the journal. Bytes, unless the name says otherwise.
public struct JournalOptions: Sendable {
  /// A segment over this is reported by `segmentFull`, so that the core records a snapshot.
  public var segmentBytes: Int64 = 16 << 20
  /// How many records may wait to be written.
  public var maximumQueued: Int = 100_000
  /// The bound of what is not in the database yet.
  public var maximumUnshippedBytes: Int64 = 1 << 30
  /// Less free space than this stops opens.
  public var minimumFreeBytes: Int64 = 64 << 20
  /// Kept on disk so that closes can still be recorded when it is full.
  public var reserveBytes: Int64 = 8 << 20
  /// Shipped segments older than this are removed.
  public var retention: Duration = .seconds(30 * 86_400)

  /// A checkpoint is made after so many records, and after so long, whichever comes first.
  public var checkpointRecords: Int64 = 1_000
  public var checkpointInterval: Duration = .seconds(300)
  /// Signs checkpoints; without it they are unsigned.
  public var checkpointKey: CheckpointKey?

  var files: any JournalFileSystem = SystemFiles()
  /// The time that checkpoints state.
  var now: @Sendable () -> Timestamp = { .systemNow }

  public init() {}
}

/// How much room there is for records.
public enum SpaceState: String, Hashable, Sendable, CaseIterable {
  case ok
  /// 90 % of the bound, or little free space: no intent to open is made.
  case low
  /// The disk or the bound is full and the reserve is in use: closes only.
  case reserve
  /// Nothing can be recorded, so nothing may be sent.
  case exhausted
}

/// What the journal reports, from its own thread: a handler returns soon and never calls back into waiting functions.
public enum JournalEvent: Hashable, Sendable {
  /// Everything up to this sequence survives a power cut.
  case durable(Int64)
  /// Sent at first and whenever it changes.
  case space(SpaceState)
  /// The newest segment is over `segmentBytes`: record a `snapshot`, which begins the next one.
  case segmentFull
  /// Old segments were removed; the oldest record kept is this one.
  case removed(oldest: Int64)
  /// An old segment cannot be removed; it stays, and is tried again. The records are not concerned.
  case removalFailed(JournalError)
  /// A checkpoint is in its file.
  case checkpoint(Checkpoint)
  /// A checkpoint could not be written; told once until one is. The records are not concerned.
  case checkpointFailed(JournalError)
  /// Nothing more will be written. What was not reported durable may or may not be on disk.
  case failed(JournalError)
}

/// What `open` found.
public struct JournalRecovery: Hashable, Sendable {
  /// Whether there was no journal before.
  public let isNew: Bool
  /// Whether there should have been one: the state directory has revisions or checkpoints, and neither a record nor a
  /// head.
  public let isLost: Bool
  /// The last sequence in the log; 0 in a new one.
  public let lastSequence: Int64
  /// The unfinished line that a crash left at the end, which was cut off.
  public let torn: TornTail?

  public struct TornTail: Hashable, Sendable {
    /// The segment.
    public let file: String
    /// Where the cut was made, from 0.
    public let offset: Int64
    /// How many bytes were cut.
    public let bytes: Int
    /// The file that keeps them; `nil` if the disk had no room.
    public let keptIn: String?
  }
}
