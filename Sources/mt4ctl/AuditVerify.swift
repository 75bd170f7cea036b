import ArgumentParser
import Controller
import Foundation
import Reconciler

struct AuditVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Recompute every hash, and find what was edited, deleted, inserted or cut.",
    discussion: """
      With --database the database is verified, with --state too the journal, and both are compared; with --state alone the \
      journal is. Both are compared with the checkpoints in the state directory, in the database, and in files that were \
      carried off the host; of signed ones the signature is checked with --public-key. It says what that proves and what \
      it cannot. Exits 1 when something was tampered with.

      Examples:
        mt4ctl audit verify --database embedded --state /var/lib/mt4-controller --public-key checkpoint-key.pub
        mt4ctl audit verify --state /var/lib/mt4-controller --checkpoints /mnt/vault/checkpoints.jsonl
      """)

  @OptionGroup var place: AuditPlace

  @OptionGroup var proof: AuditProof

  @Option(help: "text or json.")
  var format = StatementFormat.text

  func run() async throws {
    let verifier = RecordVerifier(
      stateDirectory: place.state, checkpointFiles: proof.checkpoints, keys: try proof.keys())
    let result = try await place.ask(
      database: { target throws(DatabaseError) in try verifier.verify(target) },
      journal: { _ in try verifier.verifyJournal() })
    switch format {
    case .json: print(result.json.canonicalText)
    case .text:
      for line in result.report { print(line) }
      for finding in result.findings { print("TAMPERED \(finding)") }
      if result.isIntact { print(result.verdict) }
    }
    guard result.isIntact else {
      AuditPlace.complain(
        "\(Count.of(result.findings.count, "finding")): the record, or what guards it, is not as it must be")
      throw ExitCode(1)
    }
  }
}

/// What a record is verified with that whoever changed it could not change.
struct AuditProof: ParsableArguments {
  @Option(help: "A checkpoints.jsonl that was carried off the host; may be repeated.")
  var checkpoints: [String] = []

  @Option(name: .customLong("public-key"), help: "A public key that checkpoints are signed with; may be repeated.")
  var publicKey: [String] = []

  func keys() throws -> [CheckpointPublicKey] {
    do {
      return try publicKey.map { try CheckpointPublicKey(file: $0) }
    } catch {
      AuditPlace.complain("--public-key: \(error)")
      throw ExitCode(1)
    }
  }
}
