import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// The one path that reaches a terminal.
@Suite(.timeLimit(.minutes(5)))
struct RESTTickTests {
  @Test func `a quote has the gateway's fields, is of the agent's pairs, and is shared by who asks at once`()
    async throws
  {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { controller in
        let port = try #require(controller.port)
        try await eventually("seen") { controller.status()?.online == true }
        let answer = try await ask(port, "/api/agents/agent-1/tick/eurusd")
        #expect(answer.status == 200, "\(answer.body)")
        let json = try #require(answer.json)
        #expect(json["symbol"] == "EURUSD")
        #expect(json["bid"]?.decimal == exact("1.1"))
        #expect(json["ask"]?.decimal == exact("1.1001"))
        #expect(json["spread"]?.decimal == exact("10"))
        #expect(json["spread_price"]?.decimal == exact("0.0001"))
        #expect(json["timestamp"]?.time != nil)
        let unknown = try await ask(port, "/api/agents/agent_1/tick/XAUUSD")
        #expect(unknown.status == 404)
        #expect(unknown.json?["detail"]?.string?.contains("EURUSD, GBPUSD") == true)
        try await Task.sleep(for: .milliseconds(300))
        let before = try stage.terminal().statistics.requests[.tick] ?? 0
        try await withThrowingTaskGroup(of: Int.self) { group in
          for _ in 0..<40 { group.addTask { try await ask(port, "/api/agents/agent_1/tick/GBPUSD").status } }
          for try await status in group { #expect(status == 200) }
        }
        #expect(try (stage.terminal().statistics.requests[.tick] ?? 0) - before < 20)
      }
    }
  }

  @Test func `a terminal that hangs is given up, and neither its polls nor its trades fail for it`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { controller in
        let port = try #require(controller.port)
        try await eventually("seen") { controller.status()?.online == true }
        let asking = Task {
          for _ in 0..<100 { _ = try await ask(port, "/api/agents/agent_1/tick/EURUSD") }
        }
        let ticket = try stage.rogue()
        try await eventually("closed while quotes are read") {
          try stage.positions().isEmpty
            && controller.records(.outcome).contains { $0.metadata["ticket"]?.int == ticket.number }
        }
        try await asking.value
        #expect(controller.records(.agentOffline).isEmpty)
        #expect(controller.records(.unknown).isEmpty)
        #expect(try stage.posts() == 1)
        await stage.paper.stop()
        try await eventually("gone") { controller.status()?.online == false }
        // A quote is good for a quarter of a second, whoever asked for it.
        try await Task.sleep(for: .milliseconds(400))
        let answer = try await ask(port, "/api/agents/agent_1/tick/EURUSD")
        #expect([503, 504].contains(answer.status), "\(answer.body)")
        #expect(answer.headers["content-type"] == "application/problem+json")
        let account = try #require(try await ask(port, "/api/agents/agent_1/account").json)
        #expect(account["status"] == "offline")
        #expect(account["balance"]?.decimal != nil)
        #expect(account["as_of"]?.time != nil)
        let summary = try #require(try await ask(port, "/api/agents/summary").json)
        #expect(summary["agents_offline"] == 1)
        #expect(summary["total_balance"] == 0)
      }
    }
  }
}
