import ArgumentParser
import Bridge
import Controller
import Foundation
import Reconciler

/// `mt4ctl plan`: what would be done on the live terminals, and what holds it back.
struct Plan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read the live terminals and say what the controller would do; change nothing.",
    discussion: """
      The same planner as the running controller's. With --state it folds the local journal (read-only) first, and so knows \
      pauses, anchors, whose positions these are and what is UNKNOWN; without, the output says `state: none`.

      --out keeps the plan in a file; --check makes it again and says what has moved since: the manifests, the account, a \
      position or order (its lots, stop or take-profit), what the journal knows, or an action. Prices, profit and equity \
      count only where they change an action. Unless told otherwise, --check reads the manifests and the journal where the \
      saved plan read them.

      Exit codes: 0 success; 2 changes are pending (with --detailed-exitcode); 3 the manifests are invalid; 6 the saved plan \
      is stale; 7 the terminal of an enabled agent cannot be reached, and nothing is saved.

      Examples:
        mt4ctl plan --manifests manifests --detailed-exitcode
        mt4ctl plan --manifests manifests --out tonight.plan
        mt4ctl plan --check tonight.plan
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Option(help: "Folder of manifests (MT4_MANIFESTS; default /etc/mt4-controller/manifests).")
  var manifests: String?

  @Option(help: "State directory whose journal is folded first, read-only.")
  var state: String?

  @Flag(name: .customLong("detailed-exitcode"), help: "Exit 2 when changes are pending.")
  var detailedExitcode = false

  @Option(name: .shortAndLong, help: "text or json.")
  var output: Format = .text

  @Option(help: "Keep the plan in this file.")
  var out: String?

  @Option(help: "Would the plan in this file still be made?")
  var check: String?

  func validate() throws {
    guard out == nil || check == nil else { throw ValidationError("Give --out or --check, not both.") }
  }

  mutating func run() async throws {
    let saved = try check.map { try Self.saved($0) }
    let environment = ProcessInfo.processInfo.environment
    let directory =
      manifests ?? saved?.manifestsPath ?? environment["MT4_MANIFESTS"] ?? "/etc/mt4-controller/manifests"
    let state = state ?? saved?.statePath
    let loaded: LoadedManifests
    switch ManifestLoader.load(directory: directory) {
    case .accepted(let accepted): loaded = accepted
    case .rejected(let errors):
      for error in errors { Terminal.error("\(error)") }
      throw ExitCode(3)
    }
    for warning in loaded.warnings { Terminal.error("\(warning)") }
    let runner = PlanRunner(fleet: loaded.fleet, environment: environment, stateDirectory: state)
    let outcome: PlanRunner.Outcome
    let progress = Progress.begin("looking at \(Count.of(loaded.fleet.agents.count, "terminal"))")
    do throws(StartError) {
      defer { progress.end() }
      outcome = try await Blocking.run("mt4-plan") { () throws(StartError) in try runner.run() }
    } catch {
      Terminal.error("\(error)")
      throw ExitCode(error.exitCode)
    }
    if let saved { return try judge(saved, outcome, loaded) }
    switch output {
    case .text: Terminal.out(outcome.text)
    case .json: Terminal.out(outcome.json.prettyText + "\n")
    }
    if !outcome.unreachable.isEmpty { throw ExitCode(7) }
    if let out { try Self.keep(outcome, loaded, from: directory, state, out) }
    if detailedExitcode, outcome.hasChanges { throw ExitCode(2) }
  }

  // MARK: Saved plans

  private static func saved(_ path: String) throws -> SavedPlan {
    do throws(SavedPlanError) {
      return try SavedPlan.read(path)
    } catch {
      Terminal.error("mt4ctl: --check \(path): \(error)")
      throw ExitCode(1)
    }
  }

  private static func keep(
    _ outcome: PlanRunner.Outcome, _ loaded: LoadedManifests, from directory: String, _ state: String?, _ path: String
  ) throws {
    let salt = (0..<4).map { _ in String(UInt32.random(in: 0 ... .max), radix: 16) }.joined()
    let plan = SavedPlan(
      outcome, normalised: loaded.normalised, at: SystemClock.now().wall, salt: salt, manifests: absolute(directory),
      state: state.map(absolute))
    do throws(SavedPlanError) {
      try plan.write(to: path)
    } catch {
      Terminal.error("mt4ctl: --out \(path): \(error)")
      throw ExitCode(1)
    }
    Terminal.error("the plan is kept in \(path); `mt4ctl plan --check \(path)` tells whether it would still be made")
  }

  private static func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
  }

  private func judge(_ saved: SavedPlan, _ outcome: PlanRunner.Outcome, _ loaded: LoadedManifests) throws {
    guard outcome.unreachable.isEmpty else {
      for agent in outcome.unreachable {
        Terminal.error(
          "mt4ctl: \(agent.spec.metadataName): its terminal cannot be read: "
            + (agent.failure?.message ?? "it did not answer in time"))
      }
      throw ExitCode(7)
    }
    let moved = saved.moved(to: saved.again(outcome, normalised: loaded.normalised, at: SystemClock.now().wall))
    switch output {
    case .text:
      if moved.isEmpty {
        Terminal.out("The plan of \(saved.madeAt.rfc3339) would still be made: \(Count.of(saved.actions, "action")).\n")
      }
    case .json:
      let document: JSONValue = [
        "format_version": 1, "made_at": .time(saved.madeAt), "stale": .bool(!moved.isEmpty),
        "moved": .array(moved.map { .string($0) }),
      ]
      Terminal.out(document.prettyText + "\n")
    }
    guard !moved.isEmpty else { return }
    if output == .text {
      Terminal.error(
        "The plan of \(saved.madeAt.rfc3339) would not be made any more:\n" + moved.map { "  \($0)\n" }.joined())
    }
    throw ExitCode(6)
  }
}
