public import Reconciler

/// One recorded event, and what this program's core made of it.
public struct RecordingStep: Sendable {
  /// From 1 in its recording.
  public let number: Int
  public let moment: Moment
  /// Such as `look`, `failed`, `time`.
  public let kind: String
  /// The agent that it is about.
  public let agent: AgentID?
  /// In a few words.
  public let title: String
  /// What the core decided, by its records.
  public internal(set) var records: [Record] = []
  /// What it had sent in consequence.
  public internal(set) var sends: [TradeRequest] = []
  /// The journal's last record before it.
  public internal(set) var after: Int64 = 0
  /// `nil` where the core decided what was decided then.
  public internal(set) var difference: RecordingDifference?
}

/// Where a core decides otherwise.
public struct RecordingDifference: Hashable, Sendable {
  /// A decision, as both sides have it.
  public struct Decision: Hashable, Sendable {
    /// One line for people.
    public let text: String
    /// All of it.
    public let json: JSONValue
  }

  /// What kind of difference it is, in a sentence.
  public let message: String
  public internal(set) var recorded: [Decision] = []
  public internal(set) var here: [Decision] = []
  /// Which members of the first differing record differ, with both values.
  public internal(set) var members: [String] = []
  /// The event that led to it.
  public let cause: Cause

  public struct Cause: Hashable, Sendable {
    /// From 1 in its recording.
    public let number: Int
    public let title: String
    /// The event in full.
    public let json: JSONValue
  }
}

/// How much of one recording was replayed.
public struct RecordingSummary: Hashable, Sendable {
  /// The recording's folder.
  public let path: String
  /// The program that recorded it.
  public let version: String
  public internal(set) var events = 0
  /// Of terminals, well or in vain.
  public internal(set) var looks = 0
  /// Compared with the journal's.
  public internal(set) var records: Int64 = 0
  /// Orders that were handed to terminals.
  public internal(set) var sends = 0
  /// Records that the recorded process made and that are not in the journal: it was killed, or has not written them yet.
  public internal(set) var unwritten: Int64 = 0
  /// Records of the journal that came after the recording's last event.
  public internal(set) var beyond: Int64 = 0
  /// Bytes of a last line that a kill cut off.
  public internal(set) var unfinishedBytes = 0
  /// Whether the recorded process stopped in good order.
  public internal(set) var isWhole = false
  /// Why the recording ended before the process did.
  public internal(set) var gaveUp: String?
  /// Where the decisions part, or why they cannot be compared to the end; `nil` when all were the same.
  public internal(set) var problem: String?
}
