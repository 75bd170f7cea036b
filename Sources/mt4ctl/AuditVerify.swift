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
        mt4ctl audit verify --export record-2026-11 --public-key checkpoint-key.pub
      """)

  @OptionGroup var place: OptionalAuditPlace

  @Option(help: "The folder of an export, verified by itself.")
  var export: String?

  @OptionGroup var proof: AuditProof

  @Option(help: "text or json.")
  var format = StatementFormat.text

  func validate() throws {
    guard export != nil else { return try place.whole.validate() }
    guard place.database == nil, place.state == nil else {
      throw ValidationError("An export is verified by itself: give --export alone, without --database and --state.")
    }
  }

  private func verify() async throws -> RecordVerification {
    let keys = try proof.keys()
    let files = proof.checkpoints
    if let export {
      return try await AuditPlace.exporting {
        try ExportVerifier.verify(export, checkpointFiles: files, keys: keys, progress: AuditProgress.show)
      }
    }
    var job = RecordVerifier(stateDirectory: place.state, checkpointFiles: files, keys: keys)
    job.progress = AuditProgress.show
    let verifier = job
    return try await place.whole.ask(
      database: { target throws(DatabaseError) in try verifier.verify(target) },
      journal: { _ in try verifier.verifyJournal() })
  }

  func run() async throws {
    let result = try await verify()
    AuditProgress.clear()
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

/// Where `verify` reads, which may be an export instead.
struct OptionalAuditPlace: ParsableArguments {
  @Option(help: "A libpq connection string, or \"embedded\" together with --state; by default MT4_DATABASE.")
  var database: String?

  @Option(help: "A state directory: its local journal, without --database.")
  var state: String?

  var whole: AuditPlace { AuditPlace(database: database, state: state) }
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
