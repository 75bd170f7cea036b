import ArgumentParser
import Controller
import Foundation

/// Where the running controller is.
struct ControlOptions: ParsableArguments {
  @Option(help: "The control socket; else $MT4_SOCKET, $RUNTIME_DIRECTORY, /run/mt4-controller, then --state.")
  var socket: String?

  @Option(help: "State directory of the running controller.")
  var state: String?

  /// Says it, prints what came of it, and exits as it should: 3 for refused manifests, 4 for a guard, 7 when nobody listens.
  func ask(_ request: ControlRequest) async throws {
    let paths = ControlPath.candidates(
      socket: socket, state: state, environment: ProcessInfo.processInfo.environment)
    let answer: ControlAnswer
    do throws(ControlError) {
      answer = try await Blocking.run("mt4-control") { () throws(ControlError) in
        try ControlClient.ask(request, at: paths)
      }
    } catch {
      Terminal.error("\(error)")
      throw ExitCode(error.isUnreachable ? 7 : 1)
    }
    switch answer.code {
    case .done: Terminal.out(answer.message + "\n")
    case .invalid:
      Terminal.error(answer.message)
      throw ExitCode(1)
    case .refused:
      Terminal.error("refused: \(answer.message)")
      throw ExitCode(4)
    case .rejected:
      for error in answer.errors { Terminal.error(error) }
      Terminal.error(answer.message)
      throw ExitCode(3)
    case .unknown:
      Terminal.error("not known: \(answer.message)")
      throw ExitCode(5)
    }
  }
}

/// Why something is done; every command but reload carries it into the record.
struct ReasonOption: ParsableArguments {
  @Option(help: "Why, for the record.")
  var reason: String

  func validate() throws {
    guard !reason.allSatisfy(\.isWhitespace) else { throw ValidationError("--reason must say why.") }
  }
}

/// `mt4ctl reload`.
struct Reload: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let the running controller read its manifests again.",
    discussion:
      "With --wait it prints the errors and exits 3 when the set is refused; the old revision stays in force then.\n\nExample:\n  mt4ctl reload --wait"
  )

  @Flag(help: "Wait until the set is accepted or refused.") var wait = false
  @OptionGroup var control: ControlOptions

  func run() async throws { try await control.ask(.reload(wait: wait)) }
}

/// `mt4ctl pause`.
struct Pause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Pause an agent: its positions stay and are policed, nothing is opened.",
    discussion: "Example:\n  mt4ctl pause atlas --reason \"news at 14:30\"")

  @Argument(help: "Id or name.") var agent: String
  @OptionGroup var why: ReasonOption
  @OptionGroup var control: ControlOptions

  func run() async throws { try await control.ask(.pause(agent: agent, reason: why.reason)) }
}

/// `mt4ctl resume`.
struct Resume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Resume an agent that a person or a breach has paused, or whose orders were refused.",
    discussion:
      "Exits 4 when a guard refuses: an outcome is UNKNOWN, or equity is still at or below the day's floor.\n\nExample:\n  mt4ctl resume atlas --reason \"reviewed with the desk\""
  )

  @Argument(help: "Id or name.") var agent: String
  @OptionGroup var why: ReasonOption
  @OptionGroup var control: ControlOptions

  func run() async throws { try await control.ask(.resume(agent: agent, reason: why.reason)) }
}

/// `mt4ctl resolve`.
struct Resolve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what became of an action whose outcome is UNKNOWN and cannot be told from the terminal.",
    discussion:
      "Ask the broker first: a wrong word here can double a position.\n\nExample:\n  mt4ctl resolve lo2cezcycw3gh --executed --ticket 48112233 --reason \"broker's report\""
  )

  @Argument(help: "The action's id, as `audit log` and the log name it.") var action: String
  @Flag(help: "It did run.") var executed = false
  @Flag(name: .customLong("not-executed"), help: "It never ran, and never will.") var notExecuted = false
  @Option(help: "The ticket that it made.") var ticket: Int64?
  @OptionGroup var why: ReasonOption
  @OptionGroup var control: ControlOptions

  func validate() throws {
    guard executed != notExecuted else { throw ValidationError("Say either --executed or --not-executed.") }
    guard ticket == nil || executed else { throw ValidationError("--ticket goes with --executed.") }
  }

  func run() async throws {
    try await control.ask(.resolve(action: action, executed: executed, ticket: ticket, reason: why.reason))
  }
}

/// `mt4ctl forget`.
struct Forget: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Forget an orphaned agent: one whose manifest is gone.",
    discussion: "Example:\n  mt4ctl forget agent_7 --reason \"account closed\"")

  @Argument(help: "Its id.") var agent: String
  @OptionGroup var why: ReasonOption
  @OptionGroup var control: ControlOptions

  func run() async throws { try await control.ask(.forget(agent: agent, reason: why.reason)) }
}

/// `mt4ctl emergency-stop`.
struct EmergencyStop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emergency-stop",
    abstract: "Close every position of the fleet, now, and open nothing until it is cleared.",
    discussion: """
      The stop is latched before the first close, survives restarts, and is verified: the record says `confirmed_flat` for \
      each agent and for the fleet, or `not_flat` and why.

      Example:
        mt4ctl emergency-stop --reason "prices are wrong"
      """)

  @OptionGroup var why: ReasonOption
  @OptionGroup var control: ControlOptions

  func run() async throws { try await control.ask(.emergencyStop(reason: why.reason)) }
}

/// `mt4ctl emergency-clear`.
struct EmergencyClear: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emergency-clear",
    abstract: "End an emergency stop that was raised on this host.",
    discussion: """
      Exits 4 while a manifest says emergency_stop: true, and when there is no stop of this host.

      Example:
        mt4ctl emergency-clear --reason "prices are right again"
      """)

  @OptionGroup var why: ReasonOption
  @OptionGroup var control: ControlOptions

  func run() async throws { try await control.ask(.emergencyClear(reason: why.reason)) }
}
