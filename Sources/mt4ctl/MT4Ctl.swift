import ArgumentParser

/// The one executable.
@main
struct MT4Ctl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mt4ctl",
    subcommands: [
      Paper.self,
      Schema.self,
      Validate.self,
    ])
}
