import ArgumentParser
import Controller
import Foundation
import Reconciler

/// `mt4ctl events`.
struct Events: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what the running controller has recorded, and with --follow what it records from now on.",
    discussion: """
      Needs the role `auditor` where the controller wants tokens. A connection that breaks off is begun again after the last \
      record, so none is missed; what the controller holds no longer is said. json prints each record's exact line.

      Exit codes: 0 success; 1 refused; 7 the controller cannot be reached.

      Examples:
        mt4ctl events --follow
        mt4ctl events --agent atlas --tail 100 -o json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

  @Flag(name: .shortAndLong, help: "Go on with what comes.") var follow = false
  @Option(help: "Only this agent, by id or name.") var agent: String?
  @Option(help: "Begin with the newest so many, 0 to 10000.") var tail = 20
  @Option(name: .shortAndLong, help: "table or json (one record a line).") var output = Format.table
  @OptionGroup var server: ServerOptions

  func validate() throws {
    guard (0...10_000).contains(tail) else { throw ValidationError("--tail is 0 to 10000.") }
  }

  func run() async throws {
    let follow = follow
    let output = output
    let path = "/api/events?tail=\(tail)" + (agent.map { "&agent=\(ControllerClient.escaped($0))" } ?? "")
    // A controller says that it is still there every 15 s; without --follow, half a second of silence is the end.
    try await server.ask(follow ? "waiting for the first record" : "reading records") { (client) throws(ClientError) in
      var last: String?
      var failures = 0
      while true {
        var came = false
        do throws(ClientError) {
          let isOver = try client.events(path, after: last, idle: follow ? .seconds(45) : .milliseconds(600)) { event in
            came = true
            if let id = event.id { last = id }
            Terminal.out(EventLine.text(event, isTable: output == .table))
            return true
          }
          guard follow, isOver else { return }
          failures = came ? 0 : failures + 1
        } catch {
          // Whoever was connected once waits for the controller to come back.
          guard follow, last != nil, error.kind == .unreachable else { throw error }
          failures += 1
          if failures == 1 { Terminal.error("mt4ctl: \(error); trying again") }
        }
        usleep(failures == 0 ? 200_000 : 500_000 * UInt32(min(20, failures)))
      }
    }
  }
}

/// A record as a line.
enum EventLine {
  static func text(_ event: ServerEvent, isTable: Bool) -> String {
    guard isTable, let record = try? JSONParser.parse(Array(event.data.utf8)) else { return event.data + "\n" }
    if event.type == "missed" {
      return Tone.attention.paint("  … \(record["message"]?.string ?? "records are missing")") + "\n"
    }
    let time = record["created_at"]?.string.map { String($0.prefix(19)) + "Z" } ?? "-"
    let who = record["agent_id"]?.string ?? "fleet"
    let kind = record["event_type"]?.string ?? event.type
    let reason = record["reason"]?.string.map { " [\($0)]" } ?? ""
    let message = record["message"]?.string ?? ""
    return "\(time)  \(padded(who, 10))  \(tone(kind).paint(padded(kind, 18)))  \(message)\(reason)\n"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func tone(_ kind: String) -> Tone {
    switch EventType(rawValue: kind) {
    case .breach, .unknown, .emergencyStop, .notFlat, .revisionRejected, .agentOffline, .suspiciousSnapshot: .bad
    case .paused, .riskWarning, .refused, .journalDegraded, .orphaned, .externalPosition: .attention
    case .intent, .outcome, .resolved, .resumed, .revisionLoaded, .confirmedFlat: .good
    case .heartbeat, .snapshot: .faint
    case nil, .controllerStarted, .controllerStopped, .agentOnline, .dayAnchor, .flow, .targetSpent, .tradeClosed,
      .emergencyCleared, .journalRecovered, .operatorCommand:
      .plain
    }
  }
}
