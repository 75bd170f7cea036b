import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// Books, journal and database beside each other, after everything has come to rest.
struct ChaosProof {
  let world: ChaosWorld
  let kept: KeptRecords
  let executions: [PaperExecution]

  init(_ world: ChaosWorld) throws {
    self.world = world
    kept = try KeptRecords(world.stage)
    executions = try ChaosWorld.agents.flatMap { try world.stage.executions($0) }
  }

  func run() async throws {
    // The chain, the replay, each execution's one intent, no request twice, no mark twice.
    try proveNothingWasLost(world.stage)
    #expect(kept.open == [], "intents without an end")
    proveVerdicts()
    try proveOrder()
    try proveDatabase()
    try proveFleet()
    let verified = try await ControllerProcess.output(
      ["audit", "verify", "--database", world.database.url, "--state", world.stage.state], in: world.stage)
    #expect(verified.code == 0, "audit verify: \(verified.out) \(verified.error)")
    let replayed = try await ControllerProcess.output(["replay", world.stage.state, "--quiet"], in: world.stage)
    #expect(replayed.code == 0, "replay: \(replayed.out)")
  }

  private static func action(_ execution: PaperExecution) -> String {
    String((execution.requestID ?? "").prefix { $0 != "." })
  }

  /// What the record says ran did run, and what it says did not run did not.
  private func proveVerdicts() {
    let ran = Set(executions.map(Self.action))
    for record in kept.records {
      guard record.type == .outcome || record.type == .resolved, let id = record.actionID else { continue }
      guard let intent = kept.records.first(where: { $0.type == .intent && $0.actionID == id }),
        intent.metadata["kind"]?.string != ActionKind.modify.rawValue
      else { continue }
      switch record.metadata["result"]?.string {
      case "done": #expect(ran.contains(id), "\(id) is recorded as done, and the terminal never did it")
      case "refused", "withdrawn", "not_executed":
        #expect(!ran.contains(id), "\(id) is recorded as \(record.message), and the terminal did it")
      case "executed" where record.metadata["evidence"]?.string == "mark":
        #expect(ran.contains(id), "\(id) is recorded as executed, and the terminal never did it")
      default: break
      }
    }
  }

  /// Nothing ran before its intent was made, and nothing opened before its intent was committed in PostgreSQL.
  private func proveOrder() throws {
    let rows = try world.database.query(
      """
      SELECT action_id, round(extract(epoch FROM created_at) * 1e6)::bigint,
        round(extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1e6)::bigint
      FROM trading.agent_logs WHERE event_type = 'intent' ORDER BY id DESC
      """)
    var made: [String: (created: Int64, committed: Int64)] = [:]
    for row in rows {
      let parts = row.split(separator: "|").map(String.init)
      guard parts.count == 3, let created = Int64(parts[1]), let committed = Int64(parts[2]) else {
        Issue.record("the database says \(row)")
        continue
      }
      // Of several attempts the first intent counts, which comes last here.
      made[parts[0]] = (created, committed)
    }
    for execution in executions {
      guard let intent = made[Self.action(execution)] else {
        Issue.record("the database has no intent of \(execution)")
        continue
      }
      let ran = execution.at.microseconds
      #expect(intent.created <= ran, "\(execution) ran before its intent")
      if execution.kind == .opened {
        #expect(intent.committed <= ran, "\(execution) opened before its intent was in the database")
      }
    }
  }

  /// The tables have the log's very lines, and the view of actions an end for each.
  private func proveDatabase() throws {
    #expect(try world.database.rows() == kept.lines.map(\.text), "the database has the log's very lines")
    let open = try world.database.query(
      "SELECT action_id FROM trading.actions WHERE result IS NULL OR result NOT IN "
        + "('done', 'refused', 'withdrawn', 'executed', 'not_executed')")
    #expect(open == [], "actions without an end in the view")
    let counted = try world.database.query("SELECT count(*) FROM trading.actions")
    #expect(counted == ["\(Set(kept.of(.intent).compactMap(\.actionID)).count)"], "an action a row")
  }

  /// Declared is held, unwanted is closed, and who lost its day stays flat.
  private func proveFleet() throws {
    let held = try world.stage.positions("agent_1")
    #expect(held.map { "\($0.symbol) \($0.lots)" } == ["EURUSD 0.04"])
    #expect(try world.stage.positions("agent_2").isEmpty)
    #expect(try world.stage.positions(ChaosWorld.loser).isEmpty)
    let breach = try #require(kept.of(.breach).first { $0.agent?.text == ChaosWorld.loser })
    let later = kept.of(.intent).filter {
      $0.agent == breach.agent && $0.sequence > breach.sequence && $0.metadata["kind"]?.string == "open"
    }
    #expect(later.isEmpty, "opened after the breach")
  }
}
