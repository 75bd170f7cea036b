import ArgumentParser
import Controller
import Reconciler

struct AuditExplain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Tell the whole story of an action, or of a ticket.",
    discussion: "From the revision and the manifest's line to the numbers that decided, the request and the reply.")

  @Argument(help: "An action's id, or a ticket.")
  var action: String

  @OptionGroup var place: AuditPlace

  @Option(help: "table (for people), csv or jsonl (its records).")
  var format = AuditFormat.table

  func run() async throws {
    let key = action
    let story = try await place.ask(
      database: { target throws(DatabaseError) in try AuditQueries(target).explain(key) },
      journal: { try LocalAudit(stateDirectory: $0).explain(key) })
    guard let story else {
      AuditPlace.complain("there is no action and no ticket \(key) in the record")
      throw ExitCode(1)
    }
    switch format {
    case .table: print(story.text)
    case .csv, .jsonl: AuditTable(story.lines).write(format)
    }
  }
}
