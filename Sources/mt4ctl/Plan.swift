import ArgumentParser
import Controller
import Foundation
import Reconciler

/// `mt4ctl plan`: what would be done on the live terminals, and what holds it back.
struct Plan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read the live terminals and say what the controller would do; change nothing.",
    discussion: """
      The same planner as the running controller's. With --state it folds the local journal (read-only) first, and so knows
      pauses, anchors, whose positions these are and what is UNKNOWN; without, the output says `state: none`.

      Exit codes: 0 success; 2 changes are pending (with --detailed-exitcode); 3 the manifests are invalid; 7 the terminal
      of an enabled agent cannot be reached.

      Example:
        mt4ctl plan --manifests manifests --detailed-exitcode
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

  mutating func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let directory = manifests ?? environment["MT4_MANIFESTS"] ?? "/etc/mt4-controller/manifests"
    let loaded: LoadedManifests
    switch ManifestLoader.load(directory: directory) {
    case .accepted(let accepted): loaded = accepted
    case .rejected(let errors):
      for error in errors { Terminal.error("\(error)") }
      throw ExitCode(3)
    }
    let runner = PlanRunner(fleet: loaded.fleet, environment: environment, stateDirectory: state)
    let outcome: PlanRunner.Outcome
    do throws(StartError) {
      outcome = try await Blocking.run("mt4-plan") { () throws(StartError) in try runner.run() }
    } catch {
      Terminal.error("\(error)")
      throw ExitCode(error.exitCode)
    }
    switch output {
    case .text: Terminal.out(outcome.text)
    case .json: Terminal.out(outcome.json.prettyText + "\n")
    }
    if !outcome.unreachable.isEmpty { throw ExitCode(7) }
    if detailedExitcode, outcome.hasChanges { throw ExitCode(2) }
  }
}
