import Foundation
import Reconciler

/// What a local journal says of its chain, read without its lock.
struct LocalEnd {
  private(set) var chain: String?
  private(set) var firstSequence: Int64 = 0
  private(set) var lastSequence: Int64 = 0
  /// How many records the database had at least.
  private(set) var shipped: Int64 = 0
  private let journal: LocalAudit

  init(_ stateDirectory: String) throws(DatabaseError) {
    journal = LocalAudit(stateDirectory: stateDirectory)
    // A journal that was removed is what `JournalVerifier` tells.
    guard FileManager.default.fileExists(atPath: stateDirectory + "/journal") else { return }
    do throws(JournalError) {
      shipped = try JournalHead.read(in: stateDirectory + "/journal")?.shipped ?? 0
      var chain: String?
      var first: Int64 = 0
      var last: Int64 = 0
      try journal.each { line, _ in
        if chain == nil { first = line.sequence }
        chain = line.chain
        last = line.sequence
      }
      (self.chain, firstSequence, lastSequence) = (chain, first, last)
    } catch {
      throw DatabaseError(.invalid, "the journal in \(stateDirectory) cannot be read: \(error)")
    }
  }

  func line(_ sequence: Int64) -> JournalLine? {
    var found: JournalLine?
    try? journal.each { line, _ in if line.sequence == sequence { found = line } }
    return found
  }
}
