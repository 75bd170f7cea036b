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
        mt4ctl demo                          a story on paper terminals
        mt4ctl validate manifests            check manifests, offline
        mt4ctl plan --manifests manifests    what would be done on the live terminals
        mt4ctl get agents                    how the running controller sees its fleet
        mt4ctl explain agent.spec.risk       what a field, a reason or a condition means

      `mt4ctl help COMMAND` says more, with an example each. Exit codes: `mt4ctl explain exit-codes`.
      """,
    version: ControllerVersion.text,
    groupedSubcommands: [
      CommandGroup(name: "Run", subcommands: [Run.self, Demo.self, Paper.self]),
      CommandGroup(
        name: "Manifests",
        subcommands: [Validate.self, Plan.self, Schema.self]),
      CommandGroup(
        name: "Look at the running controller", subcommands: [Get.self, Describe.self, Events.self, Wait.self]),
      CommandGroup(
        name: "Revisions", subcommands: [History.self, Diff.self, Rollback.self, Unpin.self]),
      CommandGroup(
        name: "Operate, on its host",
        subcommands: [
          Reload.self, Pause.self, Resume.self, Resolve.self, Forget.self, EmergencyStop.self, EmergencyClear.self,
        ]),
      CommandGroup(name: "Audit and care", subcommands: [Audit.self, Replay.self, Database.self]),
      CommandGroup(name: "About", subcommands: [Version.self]),
    ])
}

/// `mt4ctl version`.
struct Version: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Print the version.")

  func run() { print("mt4ctl \(ControllerVersion.text)") }
}
