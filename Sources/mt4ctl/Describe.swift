import ArgumentParser
import Controller
import Reconciler

/// `mt4ctl describe agent`.
struct Describe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell everything about one agent: its account, its day, its positions, its plan, and what holds it back.",
    discussion: """
      The last actions are shown to a token of the role `auditor`.

      Exit codes: 0 success; 1 no such agent, or refused; 7 the controller cannot be reached.

      Example:
        mt4ctl describe agent atlas
      """)

  enum Thing: String, ExpressibleByArgument, CaseIterable { case agent }

  @Argument(help: "agent") var thing: Thing
  @Argument(help: "Its id or name.") var name: String
  @Option(name: .shortAndLong, help: "table, wide, json or yaml.") var output = OutputFormat.table
  @OptionGroup var server: ServerOptions

  func run() async throws {
    let name = name
    let parts = try await server.ask("reading \(name)") { (client) throws(ClientError) in
      try AgentParts.read(name, client)
    }
    Terminal.out(
      Answer(
        document: parts.document, table: AgentDescription(parts: parts, isWide: false).text,
        wide: AgentDescription(parts: parts, isWide: true).text
      ).text(output))
  }
}

/// What the controller says about one agent, from several paths.
struct AgentParts: Sendable {
  var agent: JSONValue
  var account: JSONValue
  var status: JSONValue
  var conditions: [JSONValue]
  var positions: [JSONValue]
  var orders: [JSONValue]
  var plan: JSONValue
  /// `nil`: this token may not read them.
  var actions: [JSONValue]?

  /// Blocks.
  static func read(_ name: String, _ client: ControllerClient) throws(ClientError) -> AgentParts {
    let base = "/api/agents/\(ControllerClient.escaped(name))"
    return AgentParts(
      agent: try client.get(base), account: try client.get("\(base)/account"), status: try client.get("\(base)/status"),
      conditions: try client.get("\(base)/conditions")["conditions"]?.array ?? [],
      positions: try client.get("\(base)/positions")["positions"]?.array ?? [],
      orders: try client.get("\(base)/orders")["orders"]?.array ?? [], plan: try client.get("\(base)/plan"),
      actions: try actions(base, client))
  }

  private static func actions(_ base: String, _ client: ControllerClient) throws(ClientError) -> [JSONValue]? {
    do throws(ClientError) {
      return try client.get("\(base)/actions?limit=10")["actions"]?.array ?? []
    } catch {
      guard error.kind == .denied else { throw error }
      return nil
    }
  }

  var document: [String: JSONValue] {
    [
      "kind": "agent", "agent": agent, "account": account, "status": status, "conditions": .array(conditions),
      "positions": .array(positions), "orders": .array(orders), "plan": plan,
      "actions": actions.map { .array($0) } ?? .null,
    ]
  }
}
