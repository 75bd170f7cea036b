import ArgumentParser
import Controller
import Foundation
import Reconciler

/// `mt4ctl wait agent`.
struct Wait: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Wait until a condition of an agent holds.",
    discussion: """
      Exit codes: 0 it holds; 1 no such agent or condition; 5 the time is over; 7 the controller cannot be reached; 8 the \
      outcome of an action is UNKNOWN and waits for `mt4ctl resolve`, so that waiting leads nowhere.

      Examples:
        mt4ctl wait agent atlas --for condition=Synced --timeout 30s
        mt4ctl wait agent atlas --for condition=Paused=False
      """)

  enum Thing: String, ExpressibleByArgument, CaseIterable { case agent }

  @Argument(help: "agent") var thing: Thing
  @Argument(help: "Its id or name.") var name: String
  @Option(name: .customLong("for"), help: "condition=NAME, or condition=NAME=True|False|Unknown.")
  var condition: AwaitedCondition
  @Option(help: "How long to wait, up to 24h.") var timeout = "30s"
  @OptionGroup var server: ServerOptions

  func validate() throws {
    guard let limit = DurationText.parse(timeout), limit <= .seconds(86_400) else {
      throw ValidationError("--timeout is a duration up to 24h, such as 30s.")
    }
  }

  func run() async throws {
    let end = ContinuousClock.now + (DurationText.parse(timeout) ?? .seconds(30))
    let path = "/api/agents/\(ControllerClient.escaped(name))/conditions"
    var seen = "nothing was heard of it"
    var unreachable: ClientError?
    var isFirst = true
    repeat {
      do throws(ClientError) {
        let page = try await server.tryAsking("waiting for \(condition)") { (client) throws(ClientError) in
          try client.get(path)
        }
        unreachable = nil
        let conditions = page["conditions"]?.array ?? []
        guard let found = conditions.first(where: { $0["type"]?.string == condition.kind.rawValue }) else {
          throw ClientError(.foreign, "the controller does not tell of \(condition.kind.rawValue)")
        }
        let words = ConditionWords(found)
        if words.status == condition.status.rawValue {
          return Terminal.out("\(name): \(words.text)\n")
        }
        if let doubt = conditions.first(where: Self.needsPerson).map(ConditionWords.init) {
          Terminal.error("mt4ctl: \(name): \(doubt.message); look at the terminal, then say what became of it")
          throw Self.needsResolve
        }
        seen = words.text
      } catch {
        if error == Self.needsResolve { throw ExitCode(8) }
        // It was there, so it may come back in time; one that never answered is told at once.
        guard error.kind == .unreachable, !isFirst else {
          Terminal.error("mt4ctl: \(error)")
          throw ExitCode(error.exitCode)
        }
        unreachable = error
      }
      isFirst = false
      let left = end - ContinuousClock.now
      if left <= .zero { break }
      try await Task.sleep(for: min(left, .milliseconds(250)))
    } while true
    if let unreachable {
      Terminal.error("mt4ctl: \(unreachable)")
      throw ExitCode(7)
    }
    Terminal.error("mt4ctl: \(name) is not \(condition) after \(timeout): \(seen)")
    throw ExitCode(5)
  }

  private static let needsResolve = ClientError(.foreign, "needs resolve")

  private static func needsPerson(_ condition: JSONValue) -> Bool {
    condition["type"]?.string == Condition.Kind.healthy.rawValue && condition["status"]?.string == "False"
      && condition["reason"]?.string == Reason.unknownOutcome.rawValue
  }
}

/// A condition as a sentence.
struct ConditionWords {
  var kind: String
  var status: String
  var message: String

  init(_ json: JSONValue) {
    kind = json["type"]?.string ?? "?"
    status = json["status"]?.string ?? "?"
    message = json["message"]?.string ?? ""
  }

  var text: String { "\(kind) is \(status): \(message)" }
}

/// What is waited for.
struct AwaitedCondition: ExpressibleByArgument, CustomStringConvertible {
  var kind: Condition.Kind
  var status: Condition.Status

  var description: String { "\(kind.rawValue)=\(status.rawValue)" }

  init?(argument: String) {
    let parts = argument.split(separator: "=", omittingEmptySubsequences: false).map { $0.lowercased() }
    guard (2...3).contains(parts.count), parts[0] == "condition",
      let kind = Condition.Kind.allCases.first(where: { $0.rawValue.lowercased() == parts[1] })
    else { return nil }
    self.kind = kind
    guard parts.count == 3 else {
      status = .yes
      return
    }
    guard let status = Condition.Status.allCases.first(where: { $0.rawValue.lowercased() == parts[2] }) else {
      return nil
    }
    self.status = status
  }

  static var allValueStrings: [String] { Condition.Kind.allCases.map { "condition=\($0.rawValue)" } }
}
