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

  @Option(help: "Only this type of event, such as intent or breach; may be repeated.")
  var event: [String] = []

  @Option(help: "Only this reason, such as daily_loss; may be repeated.")
  var reason: [String] = []

  @Option(help: "The newest so many.")
  var limit = 1_000

  @Option(help: "table, csv or jsonl.")
  var format = AuditFormat.table

  func validate() throws {
    try AuditRange.validate(since, until)
    for text in event where EventType(rawValue: text) == nil {
      throw ValidationError(
        "\"\(text)\" is no type of event; right would be one of \(EventType.allCases.map(\.rawValue).joined(separator: ", "))."
      )
    }
    for text in reason where Reason(rawValue: text) == nil {
      throw ValidationError("\"\(text)\" is no reason, such as daily_loss; mt4ctl explain tells of each.")
    }
    guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit is 1 to 1000000.") }
  }

  func run() async throws {
    var filter = AuditFilter(
      agent: agent, since: since.flatMap { AuditFilter.instant($0) }, until: until.flatMap { AuditFilter.instant($0) },
      limit: limit)
    filter.events = Set(event.compactMap { EventType(rawValue: $0) })
    filter.reasons = Set(reason.compactMap { Reason(rawValue: $0) })
    let wanted = filter
    let lines = try await place.ask(
      database: { target throws(DatabaseError) in try AuditQueries(target).log(wanted) },
      journal: { try LocalAudit(stateDirectory: $0).log(wanted) })
    guard let lines else {
      AuditPlace.complain("there is no agent \(agent ?? "") in this record")
      throw ExitCode(1)
    }
    AuditTable(lines).write(format)
  }
}
