public import Reconciler

/// All that is recorded of one action, or of all actions on one ticket, in order.
public struct ActionStory: Hashable, Sendable {
  /// Where a revision came from.
  public struct Source: Hashable, Sendable {
    public var sha256: String?
    public var actor: String?
    public var commit: String?
    public var loadedAt: String?
  }

  /// One action: an intent per attempt, and what came of it.
  public struct Action: Hashable, Sendable {
    public var id: String
    /// All records of it, oldest first; at least one.
    public var records: [Record]

    public var intents: [Record] { records.filter { $0.type == .intent } }
    /// The outcome, or the resolution after an unknown; `nil` while it is open.
    public var end: Record? { records.last { $0.type == .outcome || $0.type == .resolved } }
    /// `done`, `refused`, `withdrawn`, `executed`, `not_executed`, `unknown` or `pending`.
    public var result: String {
      end?.metadata["result"]?.string ?? (records.contains { $0.type == .unknown } ? "unknown" : "pending")
    }
  }

  /// What was asked for.
  public var key: String
  /// The exact lines, in order.
  public var lines: [JournalLine]
  public var actions: [Action]
  /// Records of the ticket that belong to no action of ours.
  public var others: [Record]
  /// The revisions that were in force, by number.
  public var sources: [Int: Source] = [:]

  /// `nil` without any line.
  init?(key: String, lines: [JournalLine]) {
    guard !lines.isEmpty else { return nil }
    self.key = key
    self.lines = lines
    let records = lines.compactMap(\.record)
    var order: [String] = []
    var byAction: [String: [Record]] = [:]
    for record in records {
      guard let id = record.actionID else { continue }
      if byAction[id] == nil { order.append(id) }
      byAction[id, default: []].append(record)
    }
    actions = order.map { Action(id: $0, records: byAction[$0] ?? []) }
    others = records.filter { $0.actionID == nil }
  }

  /// The revisions that the records name.
  var revisions: [Int] { Set(lines.compactMap { $0.record?.revision }).sorted().filter { $0 > 0 } }

  /// The digits of a ticket with or without `#`; `nil` for another text.
  static func ticket(_ key: String) -> String? {
    let digits = key.hasPrefix("#") ? String(key.dropFirst()) : key
    return Int64(digits).map { String($0) }
  }

  static func names(_ record: Record, ticket: String) -> Bool {
    ["ticket", "new_ticket"].contains { record.metadata[$0]?.int.map { String($0) } == ticket }
  }
}
