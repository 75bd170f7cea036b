import ArgumentParser
import Controller
import Reconciler

struct AuditLog: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Print records, oldest first.",
    discussion: """
      jsonl prints the exact lines, whose hashes anybody can recompute. Plain SQL works as well, the views and columns have \
      comments: psql --host=STATE/postgres --username=mt4_auditor mt4, as the owner of that folder, for an embedded \
      database.
      """)

  @OptionGroup var place: AuditPlace

  @Option(help: "Only this agent, by id or name.")
  var agent: String?

  @Option(help: "From this day (2026-11-01, UTC) or RFC 3339 instant on.")
  var since: String?

  @Option(help: "Before this day or instant.")
  var until: String?

  @Option(help: "The newest so many.")
  var limit = 1_000

  @Option(help: "table, csv or jsonl.")
  var format = AuditFormat.table

  func validate() throws {
    for text in [since, until].compactMap({ $0 }) where AuditFilter.instant(text) == nil {
      throw ValidationError(
        "\"\(text)\" is neither a day such as 2026-11-01 nor an instant such as 2026-11-01T08:00:00Z.")
    }
    guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit is 1 to 1000000.") }
  }

  func run() async throws {
    let filter = AuditFilter(
      agent: agent, since: since.flatMap { AuditFilter.instant($0) }, until: until.flatMap { AuditFilter.instant($0) },
      limit: limit)
    let lines = try await place.ask(
      database: { target throws(DatabaseError) in try AuditQueries(target).log(filter) },
      journal: { try LocalAudit(stateDirectory: $0).log(filter) })
    guard let lines else {
      AuditPlace.complain("there is no agent \(agent ?? "") in this record")
      throw ExitCode(1)
    }
    AuditTable(lines).write(format)
  }
}
