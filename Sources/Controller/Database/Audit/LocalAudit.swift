public import Reconciler

/// Asks a local journal as an auditor, without its lock, so that it may run beside the controller. Reads files: not for
/// the cooperative pool.
public struct LocalAudit: Sendable {
  private let directory: String

  public init(stateDirectory: String) {
    directory = stateDirectory + "/journal"
  }

  /// The newest records that match, oldest first.
  public func log(_ filter: AuditFilter) throws(JournalError) -> [JournalLine] {
    var lines: [JournalLine] = []
    try each { line, record in
      guard filter.takes(record) else { return }
      lines.append(line)
      if lines.count >= filter.limit * 2 { lines.removeFirst(lines.count - filter.limit) }
    }
    return Array(lines.suffix(filter.limit))
  }

  /// The whole story of an action, or of every action on a ticket; `nil` when nothing is known of it.
  public func explain(_ key: String) throws(JournalError) -> ActionStory? {
    let ticket = ActionStory.ticket(key)
    var actions: Set<String> = [key]
    try each { _, record in
      if let ticket, let action = record.actionID, ActionStory.names(record, ticket: ticket) { actions.insert(action) }
    }
    var lines: [JournalLine] = []
    var revisions: [Int: ActionStory.Source] = [:]
    try each { line, record in
      if record.type == .revisionLoaded {
        revisions[record.revision] = .init(
          sha256: record.metadata["sha256"]?.string, actor: record.metadata["actor"]?.string,
          commit: record.metadata["git_commit"]?.string, loadedAt: record.createdAt.rfc3339)
      }
      let isNamed = ticket.map { ActionStory.names(record, ticket: $0) } ?? false
      guard isNamed || record.actionID.map({ actions.contains($0) }) ?? false,
        lines.count < AuditQueries.longestStory
      else { return }
      lines.append(line)
    }
    guard var story = ActionStory(key: key, lines: lines) else { return nil }
    story.sources = revisions
    return story
  }

  /// What the statement of an agent's day is made of; the agent is named by its id.
  public func statementRecords(agent: String, day: String) throws(JournalError) -> [Record] {
    var records: [Record] = []
    try each { _, record in
      if record.agent?.text == agent, DayStatement.takes(record, day: day) { records.append(record) }
    }
    return records
  }

  /// Goes through all lines, oldest first; stops at an unfinished end.
  func each(_ body: (JournalLine, Record) -> Void) throws(JournalError) {
    for segment in try JournalOpening.segments(in: directory) {
      let path = directory + "/" + segment.name
      var reader = SegmentReader(file: try DiskFile(path: path, flags: 0), limit: segment.bytes)
      while let raw = try reader.next(), raw.isTerminated {
        let line: JournalLine
        do throws(JournalError) {
          line = try JournalLine.parse(String(decoding: raw.bytes, as: UTF8.self))
        } catch {
          throw .damaged(file: path, offset: raw.offset, problem: "\(error)")
        }
        if let record = line.record { body(line, record) }
      }
    }
  }
}
