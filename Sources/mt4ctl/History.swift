import ArgumentParser
import Controller
import Reconciler

/// `mt4ctl history`.
struct History: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the revisions: each set of manifests that was in force, the newest first.",
    discussion: """
      `*` marks the one in force. A rollback has a number of its own and names the revision whose copy it is.

      Examples:
        mt4ctl history
        mt4ctl history --state /var/lib/mt4-controller -o json
      """)

  @Option(name: .shortAndLong, help: "table, wide, json or yaml.")
  var output = OutputFormat.table

  @Option(help: "The newest so many.")
  var limit = 50

  @OptionGroup var source: RevisionSource

  func validate() throws {
    guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit is 1 to 1000000.") }
  }

  func run() async throws {
    var list = try await source.list()
    list.rows = Array(list.rows.prefix(limit))
    for problem in list.damaged { Terminal.error("mt4ctl: \(problem)") }
    Terminal.out(Self.answer(list).text(output))
  }

  static func answer(_ list: RevisionList) -> Answer {
    Answer(
      document: [
        "kind": "revisions", "items": .array(list.rows.map(\.json)), "pin": list.pin?.json ?? .null,
      ], table: text(list, isWide: false), wide: text(list, isWide: true))
  }

  private static func text(_ list: RevisionList, isWide: Bool) -> String {
    guard !list.rows.isEmpty else { return "no revision yet\n" }
    var table = TextTable(["", ">REVISION", "LOADED", "BY", ">AGENTS", "COMMIT", "FINGERPRINT", "NOTE"])
    for row in list.rows {
      let note = row.rollbackOf.map { "revision \($0) again" + (row.reason.map { ": \($0)" } ?? "") }
      table.add([
        .init(row.isCurrent ? "*" : " ", .good), .init("\(row.number)", row.isCurrent ? .strong : .plain),
        .init(isWide ? row.loadedAt : String(row.loadedAt.prefix(19)) + "Z"), .init(row.actor),
        .init(row.agents.map { "\($0)" }), .init(row.commit.map { isWide ? $0 : String($0.prefix(10)) }),
        .init(isWide ? row.fingerprint : String(row.fingerprint.prefix(12))), .init(note),
      ])
    }
    guard let pin = list.pin else { return table.text }
    return table.text
      + "pinned: revision \(pin.rollbackOf) is in force again since \(pin.since.rfc3339), by \(pin.actor): \(pin.note)\n"
      + "        until the files change, or `mt4ctl unpin`\n"
  }
}
