import ArgumentParser
import Controller
import Foundation
import Reconciler

/// What can be listed.
enum Resource: String, ExpressibleByArgument, CaseIterable {
  case agents, positions, actions, revisions, conditions
}

/// `mt4ctl get`.
struct Get: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List agents, positions, actions, revisions or conditions of the running controller.",
    discussion: """
      An AGENT (id or name) narrows positions, actions and conditions to one agent, and agents to itself. \
      With --watch it looks every --interval and shows what has changed, until it is interrupted.

      Exit codes: 0 success; 1 refused, or no such agent; 7 the controller cannot be reached.

      Examples:
        mt4ctl get agents -o wide
        mt4ctl get positions atlas
        mt4ctl get conditions --watch
        mt4ctl get actions --limit 500 -o json --token-file ~/.mt4-token
      """)

  @Argument(help: "agents, positions, actions, revisions or conditions.") var resource: Resource
  @Argument(help: "One agent, by id or name.") var agent: String?
  @Option(name: .shortAndLong, help: "table, wide, json or yaml.") var output = OutputFormat.table
  @Option(help: "The newest so many actions or revisions, 1 to 1000.") var limit = 50
  @Flag(name: .shortAndLong, help: "Look again and again.") var watch = false
  @Option(help: "Between two looks of --watch.") var interval = "2s"
  @OptionGroup var server: ServerOptions

  func validate() throws {
    guard (1...1_000).contains(limit) else { throw ValidationError("--limit is 1 to 1000.") }
    guard resource != .revisions || agent == nil else {
      throw ValidationError("Revisions are the fleet's, not an agent's.")
    }
    guard let pause = DurationText.parse(interval), pause >= .milliseconds(200), pause <= .seconds(3600) else {
      throw ValidationError("--interval is a duration from 200ms to 1h, such as 2s.")
    }
  }

  func run() async throws {
    let reader = ResourceReader(resource: resource, agent: agent, limit: limit)
    guard watch else {
      let answer = try await server.ask("reading \(resource.rawValue)") { (client) throws(ClientError) in
        try reader.read(client)
      }
      return Terminal.out(answer.text(output))
    }
    var last = ""
    while true {
      let answer = try await server.ask("reading \(resource.rawValue)") { (client) throws(ClientError) in
        try reader.read(client)
      }
      let text = answer.line(output)
      if text != last {
        if Terminal.isOutTerminal, output != .json {
          Terminal.out("\u{1B}[H\u{1B}[2J")
        } else if !last.isEmpty, output != .json {
          Terminal.out(output == .yaml ? "---\n" : "\n")
        }
        Terminal.out(text)
        last = text
      }
      try await Task.sleep(for: DurationText.parse(interval) ?? .seconds(2))
    }
  }
}
