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
    let findings: [String] = try await place.ask(
      database: { target throws(DatabaseError) in
        let result = try DatabaseVerifier.verify(target, stateDirectory: Self.journal(state))
        Self.summarise(result)
        return result.findings.map(\.description)
      },
      journal: { state in
        let result = try JournalVerifier.verify(stateDirectory: state)
        print(
          "journal: chain \(result.chain ?? "(none)"), \(result.records) records, "
            + "\(result.firstSequence) to \(result.lastSequence)")
        return result.findings.map(\.description)
      })
    guard findings.isEmpty else {
      for finding in findings { print("TAMPERED \(finding)") }
      AuditPlace.complain("\(findings.count) findings: the record was changed")
      throw ExitCode(1)
    }
    print("intact")
  }

  /// A state directory without a journal, as an auditor may have it for an embedded database alone, is not compared.
  private static func journal(_ state: String?) -> String? {
    state.flatMap { FileManager.default.fileExists(atPath: $0 + "/journal") ? $0 : nil }
  }

  private static func summarise(_ result: DatabaseVerification) {
    for chain in result.chains {
      print("database: chain \(chain.id), \(chain.records) records, \(chain.firstSequence) to \(chain.lastSequence)")
    }
    print("checkpoints: \(result.checkpoints) compared, signatures not checked here")
    if !result.comparedWithJournal {
      print("not compared with a local journal (--state DIR): a cut end shows only where a checkpoint covers it")
    }
  }
}
