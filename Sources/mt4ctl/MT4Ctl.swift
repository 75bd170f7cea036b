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
    version: ControllerVersion.text,
    subcommands: [
      Run.self,
      Plan.self,
      Demo.self,
      Audit.self,
      Database.self,
      Paper.self,
      Reload.self,
      Replay.self,
      Pause.self,
      Resume.self,
      Resolve.self,
      Forget.self,
      EmergencyStop.self,
      EmergencyClear.self,
      Schema.self,
      Validate.self,
      Version.self,
    ])
}

/// `mt4ctl version`.
struct Version: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Print the version.")

  func run() { print("mt4ctl \(ControllerVersion.text)") }
}
