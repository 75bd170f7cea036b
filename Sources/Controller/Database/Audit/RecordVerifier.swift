import Foundation

/// Verifies the record wherever it is kept, against itself, against the other places, and against checkpoints; and says
/// what that proves and what it does not. Blocks: use it through `DatabaseThread`.
public struct RecordVerifier: Sendable {
  /// The journal of a state directory, and its `checkpoints.jsonl`.
  public var stateDirectory: String?
  /// Checkpoints that were carried off the host.
  public var checkpointFiles: [String]
  /// Signatures are checked with these.
  public var keys: [CheckpointPublicKey]
  /// Told the number of records so far, now and then.
  public var progress: @Sendable (Int64) -> Void = { _ in }

  public init(stateDirectory: String?, checkpointFiles: [String] = [], keys: [CheckpointPublicKey] = []) {
    self.stateDirectory = stateDirectory
    self.checkpointFiles = checkpointFiles
    self.keys = keys
  }

  /// A database, and the journal too where a state directory is given that a controller has used.
  public func verify(_ target: DatabaseTarget) throws(DatabaseError) -> RecordVerification {
    let state = stateDirectory.flatMap { JournalVerifier.isUsed(stateDirectory: $0) ? $0 : nil }
    var journal: JournalVerification?
    let set = try translating { () throws(JournalError) in try checkpoints(state) }
    let database = try DatabaseVerifier.verify(target, stateDirectory: state, checkpoints: set, progress: progress) {
      (check) throws(DatabaseError) in
      guard let state else { return }
      journal = try translating { () throws(JournalError) in
        try JournalVerifier.verify(stateDirectory: state, checking: &check)
      }
    }
    return RecordVerification(
      journal: journal, database: database, check: database.check,
      findings: database.findings.map(\.description) + (journal?.findings.map(\.description) ?? []))
  }

  /// The journal alone.
  public func verifyJournal() throws(JournalError) -> RecordVerification {
    let state = stateDirectory ?? ""
    var check = CheckpointCheck(try checkpoints(state))
    check.progress = progress
    let journal = try JournalVerifier.verify(stateDirectory: state, checking: &check)
    check.finish()
    return RecordVerification(
      journal: journal, database: nil, check: check,
      findings: journal.findings.map(\.description) + (check.set.findings + check.findings).map(\.description))
  }

  /// Read before any record is: what is written meanwhile is longer than they say, which is fine.
  private func checkpoints(_ state: String?) throws(JournalError) -> CheckpointSet {
    var set = CheckpointSet(keys: keys)
    if let state {
      set.begin(.state)
      let path = CheckpointFile.path(state)
      if FileReader.exists(path) { try set.add(file: path, origin: .state) }
    }
    for path in checkpointFiles { try set.add(file: path, origin: .file(path)) }
    return set
  }

  private func translating<Value>(_ body: () throws(JournalError) -> Value) throws(DatabaseError) -> Value {
    do throws(JournalError) { return try body() } catch { throw DatabaseError(.invalid, "\(error)") }
  }
}

/// What a verification found.
public struct RecordVerification: Sendable {
  public var journal: JournalVerification?
  public var database: DatabaseVerification?
  /// The chains of an export.
  var exported: [Part] = []
  public var check: CheckpointCheck
  /// A sentence each; empty for a record that is intact as far as can be told.
  public var findings: [String]

  public var isIntact: Bool { findings.isEmpty }
}
