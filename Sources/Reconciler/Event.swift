/// What happens to the controller. Everything that the core knows came in as one of these.
public enum Event: Sendable {
  /// The journal is folded and the process begins: intents without an outcome are UNKNOWN from here on.
  case started(StartFacts)
  /// A revision took effect.
  case fleetAccepted(Fleet, RevisionFacts)
  /// A set of manifests was refused; the last good one stays in force.
  case fleetRejected(errors: [String], actor: String)
  /// A read ended well.
  case snapshot(Snapshot)
  /// A read failed as a whole.
  case readFailed(ReadRequest, ReadFailure, ReadSpan)
  /// A POST ended, one way or another.
  case actionEnded(agent: AgentID, actionID: String, attempt: Int, answer: TradeAnswer, span: ReadSpan)
  /// The journal's positions or health moved.
  case journal(JournalFacts)
  /// What the database remembers was read, after a start with an empty state directory.
  case memories(EarlierMemories)
  /// A person said something on the host.
  case command(Command, actor: String)
  /// Time passed; due waits are looked at. Comes several times a second.
  case timePassed
  /// The service is asked to stop: begin nothing, end what runs.
  case drain
}

/// What the shell knows at the start.
public struct StartFacts: Hashable, Sendable {
  public var version: String
  /// The chain's id: 16 base32 characters, new for an empty state directory. Action ids derive from it.
  public var chain: String
  /// Bytes that recovery cut from a torn last line.
  public var tornBytes: Int
  /// What the database remembers, for a start with an empty state directory.
  public var memories: EarlierMemories
  /// The state directory is new and the database could not be read yet: nothing is opened until `memories` comes.
  public var awaitsMemories: Bool
  /// There was a journal before, and it is gone: a new chain begins.
  public var journalLost: Bool

  public init(
    version: String, chain: String, tornBytes: Int = 0, memories: EarlierMemories = EarlierMemories(),
    awaitsMemories: Bool = false, journalLost: Bool = false
  ) {
    self.version = version
    self.chain = chain
    self.tornBytes = tornBytes
    self.memories = memories
    self.awaitsMemories = awaitsMemories
    self.journalLost = journalLost
  }
}

/// Where a revision came from.
public struct RevisionFacts: Hashable, Sendable {
  /// Whether it differs from the revision before it; a restart takes the same one up again.
  public var isNew: Bool
  public var actor: String
  public var gitCommit: String?
  public var annotations: JSONValue
  /// The rollback that holds it in force against the files.
  public var pin: RevisionPin?
  /// The revision whose rollback this set has ended.
  public var releasedRollbackOf: Int?

  public init(
    isNew: Bool, actor: String, gitCommit: String? = nil, annotations: JSONValue = .object([:]),
    pin: RevisionPin? = nil, releasedRollbackOf: Int? = nil
  ) {
    self.isNew = isNew
    self.actor = actor
    self.gitCommit = gitCommit
    self.annotations = annotations
    self.pin = pin
    self.releasedRollbackOf = releasedRollbackOf
  }
}

/// How far the record has come, and how well it is.
public struct JournalFacts: Hashable, Sendable {
  public enum Database: Hashable, Sendable {
    case connecting
    case up
    case down(String)
    /// The database holds another record under a number of ours.
    case forked(String)
    case anotherController
  }

  public enum Space: String, Hashable, Sendable, CaseIterable {
    case ok
    /// Opens stop.
    case low
    /// Closes go on from the reserve.
    case reserve
    /// Nothing may be sent.
    case exhausted
  }

  /// The last record that is on the local disk.
  public var durable: Int64
  /// The last record that is in the database.
  public var shipped: Int64
  public var database: Database
  public var space: Space
  /// The journal wants a `snapshot` record, to begin a new segment with.
  public var wantsSnapshot: Bool

  public init(
    durable: Int64 = 0, shipped: Int64 = 0, database: Database = .connecting, space: Space = .ok,
    wantsSnapshot: Bool = false
  ) {
    self.durable = durable
    self.shipped = shipped
    self.database = database
    self.space = space
    self.wantsSnapshot = wantsSnapshot
  }
}

/// What a person on the host can say. Every one carries why.
public enum Command: Hashable, Sendable {
  case pause(AgentID, reason: String)
  case resume(AgentID, reason: String)
  case resolve(actionID: String, executed: Bool, ticket: Ticket?, reason: String)
  case forget(AgentID, reason: String)
  case emergencyStop(reason: String)
  case emergencyClear(reason: String)
  /// A word on revisions. The manifests' desk has obeyed or refused it already; here it is recorded.
  case revision(RevisionCommand)
}

/// What the core wants done.
public enum Effect: Hashable, Sendable {
  /// Read this terminal, not before that instant. Replaces a read of the same agent that has not begun.
  case read(ReadRequest, notBefore: Steady)
  /// Append to the journal, in this order.
  case record(Record)
  /// Send this; its record is durable, and in the database where it must be.
  case perform(TradeRequest, actionID: String, attempt: Int)
}

/// What the core is told once.
public struct ReconcilerConfiguration: Hashable, Sendable {
  /// Between two polls of one agent.
  public let interval: Duration
  let intervalMicroseconds: Int64
  /// `mt4ctl plan`: everything is judged, nothing is begun.
  public var planOnly: Bool

  public init(interval: Duration = .seconds(1), planOnly: Bool = false) {
    self.interval = interval
    intervalMicroseconds = interval.inMicroseconds
    self.planOnly = planOnly
  }
}
