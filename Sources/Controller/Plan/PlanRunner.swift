// Plan: `mt4ctl plan`. The very same core as the running controller's looks at the live terminals, and nothing is begun.

import Bridge
import Dispatch
public import Reconciler

/// Looks at every terminal once (and again where the core asks for it) and says what the controller would do.
public struct PlanRunner: Sendable {
  public struct Outcome: Sendable {
    public var fleet: Fleet
    public var agents: [AgentStatus]
    /// Whether a journal was folded first: without it, pauses, anchors and lineage are not known.
    public var hasState: Bool
  }

  let fleet: Fleet
  let environment: [String: String]
  let stateDirectory: String?
  /// No look takes longer; a terminal that has not answered by then counts as unreachable.
  let deadline: Duration

  public init(
    fleet: Fleet, environment: [String: String], stateDirectory: String?, deadline: Duration = .seconds(30)
  ) {
    self.fleet = fleet
    self.environment = environment
    self.stateDirectory = stateDirectory
    self.deadline = deadline
  }

  /// Blocks until all terminals were looked at, or the deadline is over; for a thread of its own.
  ///
  /// - Throws: when the journal of `--state` cannot be read.
  public func run() throws(StartError) -> Outcome {
    var core = Reconciler(configuration: ReconcilerConfiguration(planOnly: true))
    if let stateDirectory { try fold(stateDirectory, into: &core) }
    let engine: BridgeEngine
    do throws(BridgeError) {
      engine = try BridgeEngine()
    } catch {
      throw StartError(exitCode: 1, description: "the bridge cannot start: \(error)")
    }
    defer { _ = engine.stop(within: .seconds(2)) }
    look(&core, engine)
    return Outcome(
      fleet: fleet, agents: fleet.agents.compactMap { core.status(of: $0.id) }, hasState: stateDirectory != nil)
  }

  private func fold(_ directory: String, into core: inout Reconciler) throws(StartError) {
    do throws(JournalError) {
      try Journal.read(stateDirectory: directory) { record in try core.fold(record) }
    } catch {
      throw StartError(exitCode: 1, description: "--state \(directory): \(error)")
    }
  }

  private func look(_ core: inout Reconciler, _ engine: BridgeEngine) {
    let mailbox = Mailbox()
    var pool = TerminalPool(connect: engine.connector())
    defer { pool.close() }
    let (fleet, credentials) = Credentials.resolve(self.fleet, environment: environment)
    pool.update(fleet, credentials: credentials)
    var waiting: Set<AgentID> = Set(fleet.agents.map(\.id))
    let start = SystemClock.now()
    _ = core.receive(.journal(JournalFacts(database: .up)), at: start)
    _ = core.receive(.started(StartFacts(version: ControllerVersion.text, chain: "plan")), at: start)
    let first = core.receive(
      .fleetAccepted(fleet, RevisionFacts(isNew: false, actor: "plan")), at: start)
    begin(first, pool, mailbox, at: .init(microseconds: .max), &waiting)
    while !waiting.isEmpty {
      let left = deadline - (SystemClock.now().steady - start.steady)
      guard left > .zero else { return }
      for letter in mailbox.take(timeout: left) {
        guard case .event(let event) = letter else { continue }
        let now = SystemClock.now()
        // A read that may wait is the next regular poll: this agent's plan is settled.
        begin(core.receive(event, at: now), pool, mailbox, at: now.steady, &waiting)
      }
    }
  }

  private func begin(
    _ effects: [Effect], _ pool: TerminalPool, _ mailbox: Mailbox, at latest: Steady, _ waiting: inout Set<AgentID>
  ) {
    for effect in effects {
      guard case .read(let request, let notBefore) = effect else { continue }
      guard notBefore <= latest else {
        waiting.remove(request.agent)
        continue
      }
      waiting.insert(request.agent)
      let began = SystemClock.now()
      pool.read(request, now: began) { result in
        switch result {
        case .success(let snapshot): mailbox.post(.event(.snapshot(snapshot)))
        case .failure(let failure):
          mailbox.post(.event(.readFailed(request, failure, ReadSpan(began: began, ended: SystemClock.now()))))
        }
      }
    }
  }
}
