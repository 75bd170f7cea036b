import ArgumentParser
import Controller
import Foundation

struct AuditVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Recompute every hash, and find what was edited, deleted, inserted or cut.",
    discussion: """
      With --database the database is verified, and with --state too its end is compared with the local journal; with \
      --state alone the local journal is. Exits 1 when something was tampered with.
      """)

  @OptionGroup var place: AuditPlace

  func run() async throws {
    let state = place.state
    var findings: [String] = try await place.ask(
      database: { target throws(DatabaseError) in
        let result = try DatabaseVerifier.verify(target, stateDirectory: Self.journal(state))
        Self.summarise(result)
        return result.findings.map(\.description)
      },
      journal: { try Self.verify(journalOf: $0, alone: true) })
    if place.isDatabase, let state = Self.journal(state) {
      findings += try AuditPlace.complaining { () throws(JournalError) in
        try Self.verify(journalOf: state, alone: false)
      }
    }
    guard findings.isEmpty else {
      for finding in findings { print("TAMPERED \(finding)") }
      AuditPlace.complain(
        "\(findings.count) \(findings.count == 1 ? "finding" : "findings"): the record, or what guards it, is not as it "
          + "must be")
      throw ExitCode(1)
    }
    print("intact")
  }

  private static func verify(journalOf state: String, alone: Bool) throws(JournalError) -> [String] {
    let result = try JournalVerifier.verify(stateDirectory: state)
    print(
      "journal: chain \(result.chain ?? "(none)"), \(result.records) records, "
        + "\(result.firstSequence) to \(result.lastSequence)")
    if alone {
      print(
        "no checkpoint backs the journal's end: who can write to the state directory can cut the end and change its head "
          + "with it; compare with the database too (--database URL)")
    }
    return result.findings.map(\.description)
  }

  /// A state directory that no controller has used, as an auditor may have it for an embedded database alone, is not
  /// compared.
  private static func journal(_ state: String?) -> String? {
    state.flatMap { JournalVerifier.isUsed(stateDirectory: $0) ? $0 : nil }
  }

  private static func summarise(_ result: DatabaseVerification) {
    for chain in result.chains {
      print("database: chain \(chain.id), \(chain.records) records, \(chain.firstSequence) to \(chain.lastSequence)")
    }
    print(
      result.checkpoints == 0
        ? "checkpoints: none yet" : "checkpoints: \(result.checkpoints) compared by their hash, no signature checked")
    if !result.comparedWithJournal {
      print("not compared with a local journal (--state DIR): a cut end shows only where a checkpoint covers it")
    }
  }
}
