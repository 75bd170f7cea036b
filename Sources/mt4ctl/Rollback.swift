import ArgumentParser
import Controller

/// `mt4ctl rollback`.
struct Rollback: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put an old revision in force again, and pin it.",
    discussion: """
      Its original files are checked again and get a revision number of their own. The pin outlives restarts and reloads of \
      the same files; a changed, valid set of files releases it, and so does `mt4ctl unpin`.

      Exits 4 when a guard refuses: this version does not accept the old set any more, agents with open positions would be \
      orphaned (--allow-orphans), or a declared emergency stop would end. Exits 1 when there is no such revision.

      Example:
        mt4ctl rollback 4 --reason "the new limits were wrong"
      """)

  @Argument(help: "The revision's number, as `mt4ctl history` lists it.") var revision: Int
  @Option(help: "Why, for the record.") var reason: String?
  @Flag(
    name: .customLong("allow-orphans"),
    help: "Also when agents that hold something are not declared there: nobody polices these positions any more.")
  var allowOrphans = false
  @OptionGroup var control: ControlOptions

  func validate() throws {
    guard (1...Int(Int32.max)).contains(revision) else { throw ValidationError("Revisions are numbers from 1.") }
  }

  func run() async throws {
    try await control.ask(
      .rollback(revision: revision, allowsOrphans: allowOrphans, reason: RevisionReason.text(reason)))
  }
}

/// `mt4ctl unpin`.
struct Unpin: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "End a rollback: what the files say is in force again.",
    discussion: """
      Exits 3 when the files are not valid (the rollback stays in force then), and 4 when nothing is pinned.

      Example:
        mt4ctl unpin --reason "the files are mended"
      """)

  @Option(help: "Why, for the record.") var reason: String?
  @OptionGroup var control: ControlOptions

  func run() async throws { try await control.ask(.unpin(reason: RevisionReason.text(reason))) }
}

enum RevisionReason {
  static func text(_ given: String?) -> String {
    given.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 } ?? "(no reason given)"
  }
}
