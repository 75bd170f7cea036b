public import Reconciler

/// Asks a local journal as an auditor, without its lock, so that it may run beside the controller. Reads files: not for
/// the cooperative pool.
public struct LocalAudit: Sendable {
  private let stateDirectory: String
  private let directory: String

  public init(stateDirectory: String) {
    self.stateDirectory = stateDirectory
    directory = stateDirectory + "/journal"
  }

  /// The newest records that match, oldest first; `nil` when nothing is known of the filter's agent.
  public func log(_ filter: AuditFilter) throws(JournalError) -> [JournalLine]? {
    let ids = filter.agent.map { agents(named: $0) } ?? []
    var isKnown = filter.agent == nil
    var lines: [JournalLine] = []
    try each { line, record in
      if record.agent?.text == filter.agent { isKnown = true }
      guard filter.takes(record, ids: ids) else { return }
      lines.append(line)
      if lines.count >= filter.limit * 2 { lines.removeFirst(lines.count - filter.limit) }
    }
    // A name of the manifests is known, also before its agent's first record.
    return isKnown || ids.count > 1 || !lines.isEmpty ? Array(lines.suffix(filter.limit)) : nil
  }

  /// The ids that a text can mean: itself, and those that have it as their name in the newest revision.
  func agents(named text: String) -> Set<String> {
    var ids: Set<String> = [text]
    guard let newest = try? RevisionStore(stateDirectory: stateDirectory).latest().revision,
      case .object(let agents)? = newest.normalised["agents"]
    else { return ids }
    for (id, agent) in agents where agent["metadata"]?["name"]?.string?.lowercased() == text.lowercased() {
      ids.insert(id)
    }
    return ids
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

  /// What the statement of an agent's day is made of; the agent is named by its id or its name.
  public func statementRecords(agent: String, day: String) throws(JournalError) -> [Record] {
    let ids = agents(named: agent)
    var records: [Record] = []
    try each { _, record in
      if record.agent.map({ ids.contains($0.text) }) ?? false, DayStatement.takes(record, day: day) {
        records.append(record)
      }
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
