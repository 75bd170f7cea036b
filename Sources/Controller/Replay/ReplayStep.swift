public import Reconciler

/// What one line of a journal did.
public struct ReplayStep: Hashable, Sendable {
  /// The record's number; for a line that cannot be read, the number that it should have; `nil` where even that is open.
  public var sequence: Int64?
  /// `nil` for a line that cannot be read.
  public var record: Record?
  /// What changed in memory, a sentence each.
  public var changes: [String] = []
  /// What must not be, a sentence each; empty for a record that follows from those before it.
  public var problems: [String] = []
  /// No snapshot came yet, so nothing could be judged.
  public var isBlind = false

  init(sequence: Int64?, record: Record?) {
    self.sequence = sequence
    self.record = record
  }
}

/// How much of a journal was checked.
public struct ReplaySummary: Hashable, Sendable {
  public internal(set) var lines = 0
  public internal(set) var firstSequence: Int64?
  public internal(set) var lastSequence: Int64?
  /// Records before the first snapshot, which could not be judged.
  public internal(set) var blind = 0
  /// Snapshots that the folded state was compared with.
  public internal(set) var snapshotsCompared = 0
  /// Snapshots from which the state was taken up, since nothing was known before them.
  public internal(set) var snapshotsTaken = 0
  public internal(set) var intents = 0
  public internal(set) var problems = 0
  /// The first line that does not follow: its sequence and what is wrong.
  public internal(set) var firstProblem: (sequence: Int64?, message: String)? {
    get { firstMessage.map { (firstAt, $0) } }
    set { (firstAt, firstMessage) = (newValue?.sequence, newValue?.message) }
  }
  private var firstAt: Int64?
  private var firstMessage: String?

  mutating func note(_ step: ReplayStep) {
    lines += 1
    firstSequence = firstSequence ?? step.sequence
    lastSequence = step.sequence ?? lastSequence
    if step.isBlind { blind += 1 }
    if step.record?.type == .intent { intents += 1 }
    if problems == 0, let message = step.problems.first { firstProblem = (step.sequence, message) }
    problems += step.problems.count
  }
}
