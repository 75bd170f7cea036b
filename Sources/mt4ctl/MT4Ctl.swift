// mt4ctl: the one executable. A thin file per subcommand: options in, a call of `Controller` or `PaperTerminal`, text and an
// exit code out. Nothing is decided here.

import ArgumentParser
import Controller

/// The one executable: a thin file per subcommand.
@main
struct MT4Ctl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mt4ctl",
    abstract: "Keeps a fleet of MetaTrader 4 trading agents in the state that their operators declared.",
    discussion: """
      Start here:
        mt4ctl demo                        a story on paper terminals
        mt4ctl validate manifests          check manifests, offline
        mt4ctl plan --manifests manifests  what would be done now
        mt4ctl get agents                  the fleet, as the controller sees it
        mt4ctl explain agent.spec.risk     what a field, reason or condition means

      `mt4ctl help COMMAND` says more, with an example each; `mt4ctl explain \
      exit-codes` lists the exit codes.
      """,
    version: ControllerVersion.text,
    groupedSubcommands: [
      CommandGroup(name: "Running", subcommands: [Run.self, Demo.self, Paper.self]),
      CommandGroup(
        name: "Manifest",
        subcommands: [Validate.self, Plan.self, Explain.self, Schema.self]),
      CommandGroup(
        name: "Watching", subcommands: [Get.self, Describe.self, Events.self, Wait.self]),
      CommandGroup(
        name: "Revision", subcommands: [History.self, Diff.self, Rollback.self, Unpin.self]),
      CommandGroup(
        name: "Operator",
        subcommands: [
          Reload.self, Pause.self, Resume.self, Resolve.self, Forget.self, EmergencyStop.self, EmergencyClear.self,
        ]),
      CommandGroup(name: "Audit", subcommands: [Audit.self, Replay.self, Database.self]),
      CommandGroup(name: "Other", subcommands: [Token.self, Import.self, Completion.self, Version.self]),
    ])
}

extension MT4Ctl {
  /// A command without the word that says what to do is no success: the help goes to stderr.
  static func missing<Group: ParsableCommand>(below group: Group.Type) -> ExitCode {
    Terminal.error(helpMessage(for: group))
    return ExitCode(64)
  }

  func run() async throws { throw Self.missing(below: Self.self) }
}

extension Audit {
  func run() async throws { throw MT4Ctl.missing(below: Self.self) }
}

extension Database {
  func run() async throws { throw MT4Ctl.missing(below: Self.self) }
}

extension Token {
  func run() async throws { throw MT4Ctl.missing(below: Self.self) }
}

/// `mt4ctl version`.
struct Version: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Print the version.")

  func run() { print("mt4ctl \(ControllerVersion.text)") }
}
