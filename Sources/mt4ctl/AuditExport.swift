import ArgumentParser
import Controller
import Foundation
import Reconciler

struct AuditExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the record into a folder that verifies offline.",
    discussion: """
      The folder holds every record's exact line (JSON Lines), tables of records, actions, trades and flows (CSV), the \
      manifests that were declared, the checkpoints, a manifest with counts, hashes and ranges, and a README that says how \
      to verify it, with mt4ctl or without. It is written under another name and renamed when it is whole; a folder that \
      is there is never overwritten. The controller may be running.

      A range is of whole lines of all agents, so that its chain can be verified; --agent is about the tables.

      Examples:
        mt4ctl audit export --database embedded --state /var/lib/mt4-controller --out record
        mt4ctl audit export --state /var/lib/mt4-controller --since 2026-11-01 --until 2026-12-01 --out record-2026-11
      """)

  @OptionGroup var place: AuditPlace

  @Option(help: "The folder to make.")
  var out: String

  @Option(help: "From this day (2026-11-01, UTC) or RFC 3339 instant on.")
  var since: String?

  @Option(help: "Before this day or instant.")
  var until: String?

  @Option(help: "Tables of this agent only, by id or name.")
  var agent: String?

  @Option(
    name: .customLong("public-key"),
    help: "The public key to put into the folder; by default the one that the state directory has.")
  var publicKey: String?

  func validate() throws { try AuditRange.validate(since, until) }

  func run() async throws {
    var export = RecordExport(out: out)
    export.since = since.flatMap { AuditFilter.instant($0) }
    export.until = until.flatMap { AuditFilter.instant($0) }
    export.agent = agent
    do throws(CheckpointKeyError) {
      if let publicKey { export.publicKey = try CheckpointPublicKey(file: publicKey) }
    } catch {
      AuditPlace.complain("--public-key: \(error)")
      throw ExitCode(1)
    }
    export.progress = AuditProgress.show
    let (job, state) = (export, place.state)
    let option = try place.option()
    let summary = try await AuditPlace.exporting {
      guard let option else { return try job.write(journalOf: state ?? "") }
      var result: Result<RecordExport.Summary, any Error>?
      try AuditDatabase.with(option, stateDirectory: state) { target throws(DatabaseError) in
        result = Result { try job.write(database: target, stateDirectory: state) }
      }
      return try result.map { try $0.get() } ?? job.write(journalOf: state ?? "")
    }
    AuditProgress.clear()
    for chain in summary.chains { print("chain \(chain.chain): records \(chain.first) to \(chain.last)") }
    print(
      "\(Count.of(Int(summary.records), "record")), \(Count.of(Int(summary.checkpoints), "checkpoint")), "
        + "\(summary.bytes) bytes in \(out); verify with: mt4ctl audit verify --export \(out)")
  }
}

/// `--since` and `--until`.
enum AuditRange {
  static func validate(_ since: String?, _ until: String?) throws {
    for text in [since, until].compactMap({ $0 }) where AuditFilter.instant(text) == nil {
      throw ValidationError(
        "\"\(text)\" is neither a day such as 2026-11-01 nor an instant such as 2026-11-01T08:00:00Z.")
    }
    guard let from = since.flatMap({ AuditFilter.instant($0) }), let to = until.flatMap({ AuditFilter.instant($0) })
    else { return }
    guard from < to else { throw ValidationError("--since must be before --until.") }
  }
}

/// How far a long read of the record is, on a terminal alone.
enum AuditProgress {
  @Sendable static func show(_ records: Int64) {
    guard isatty(STDERR_FILENO) == 1 else { return }
    FileHandle.standardError.write(Data("\r\(records) records".utf8))
  }

  static func clear() {
    guard isatty(STDERR_FILENO) == 1 else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }
}
